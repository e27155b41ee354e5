//! The page of `bzint report` in a browser, where there is one: on a phone and on a screen, on white and on black.

use crate::common::binary::bzint;
use crate::common::browser::chromium;
use std::process::Command;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

/// Says of the page in the frame: how wide it is, whether its paper is dark and its ink is not, how many panels stand beside each other,
/// what has no words for those who do not see it, and what the links hand out.
const EYE: &str = r##"<script>
addEventListener("load", async () => {
  const frame = document.getElementById("page"), inside = frame.contentDocument;
  const light = c => c.match(/\d+/g).slice(0, 3).reduce((s, x) => s + +x, 0) / 765;
  const style = e => frame.contentWindow.getComputedStyle(e);
  const paper = light(style(inside.body).backgroundColor), ink = light(style(inside.body).color);
  const panels = [...inside.querySelectorAll("div.panels svg")];
  const paint = panels.map(p => light(style(p.querySelector("rect")).fill)), letters = panels.map(p => light(style(p.querySelector("text")).fill));
  const said = {
    wider: inside.scrollingElement.scrollWidth - frame.clientWidth,
    paper: paper > 0.5 ? "light" : "dark",
    contrast: Math.min(Math.abs(paper - ink), ...paint.map((p, i) => Math.abs(p - letters[i]))),
    same: paint.every(p => Math.abs(p - paper) < 0.05),
    columns: new Set(panels.map(p => Math.round(p.getBoundingClientRect().left))).size,
    small: Math.min(...panels.map(p => p.getBoundingClientRect().width)),
    mute: [...inside.querySelectorAll("svg")].filter(s => !s.getAttribute("aria-label") && s.getAttribute("aria-hidden") !== "true").length,
    strips: inside.querySelectorAll("table.budget svg rect").length,
  };
  const files = {};
  for (const a of inside.querySelectorAll("a[download]")) files[a.getAttribute("download")] = decodeURIComponent(a.href.split(",").slice(1).join(","));
  document.body.dataset.said = JSON.stringify({ ...said, files });
});
</script>"##;

/// What the eye says of a page at so many pixels' width.
fn seen(browser: &str, page: &str, width: u32, dark: bool) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    let within = page.replace('&', "&amp;").replace('"', "&quot;");
    let wrapper = format!(
        "<!DOCTYPE html><body>{EYE}<iframe id=\"page\" style=\"border:0;width:{width}px;height:900px\" srcdoc=\"{within}\"></iframe>"
    );
    let file = folder.path().join("wrapper.html");
    std::fs::write(&file, wrapper).unwrap();
    let out = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1600,1000",
            "--timeout=60000",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!(
            "--blink-settings=preferredColorScheme={}",
            u8::from(!dark)
        ))
        .arg(format!(
            "--user-data-dir={}",
            folder.path().join("profile").display()
        ))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let said = text.rsplit("data-said=\"").next().unwrap();
    let said = said.split('"').next().unwrap();
    let mut said = said.to_owned();
    for (escaped, plain) in [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        said = said.replace(escaped, plain);
    }
    serde_json::from_str(&said)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)))
}

#[test]
fn a_page_can_be_read_on_any_screen() {
    let Some(browser) = chromium() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    bzint(&format!(
        "transport {DATA}/cubic.energy -T 300:580:10 --doping 1e19,p1e19 --interpolate 28 --backend cpu -q -o {}",
        at("r.h5")
    ))
    .text();
    bzint(&format!("report {} -q", at("r.h5"))).text();
    let page = std::fs::read_to_string(at("r.html")).unwrap();
    for (width, dark, columns) in [
        (390, false, 1),
        (390, true, 1),
        (1400, false, 2),
        (1400, true, 2),
    ] {
        let said = seen(browser, &page, width, dark);
        let number = |name: &str| said[name].as_f64().unwrap();
        let place = format!("{width} px, dark {dark}: {said}");
        assert!(number("wider") <= 0.0, "{place}");
        assert_eq!(
            said["paper"],
            if dark { "dark" } else { "light" },
            "{place}"
        );
        assert!(number("contrast") > 0.7, "{place}");
        assert_eq!(said["same"], true, "{place}");
        assert_eq!(number("columns") as usize, columns, "{place}");
        assert!(number("small") > 300.0 && number("mute") == 0.0, "{place}");
        assert!(number("strips") >= 4.0, "{place}");
        let files = said["files"].as_object().unwrap();
        let lines = |name: &str| files[name].as_str().unwrap().lines().count();
        // Every row, where the page has one in two.
        assert_eq!(lines("transport.csv"), 1 + 29 * 2, "{place}");
        assert!(
            lines("budget.csv") > 3 && lines("provenance.csv") > 8,
            "{place}"
        );
    }
}

/// The numbers that a page hands out are those of the results, each with its bar; the budget's shares are the causes' own.
#[test]
fn what_a_page_hands_out_is_what_the_results_hold() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    bzint(&format!(
        "transport {DATA}/cubic.energy -T 300 --doping 1e19 --interpolate 28 --backend cpu -q -o {}",
        at("r.h5")
    ))
    .text();
    bzint(&format!("report {} -q", at("r.h5"))).text();
    let page = std::fs::read_to_string(at("r.html")).unwrap();
    let file = bzint::io::results::ResultFile::open(at("r.h5").as_ref()).unwrap();
    let csv = handed_out(&page, "transport.csv");
    let (heads, cells) = csv.split_once('\n').unwrap();
    let heads: Vec<&str> = heads.split(',').collect();
    let cells: Vec<&str> = cells.trim().split(',').collect();
    let of = |head: &str| -> f64 {
        let at = heads.iter().position(|h| *h == head).unwrap();
        cells[at].parse().unwrap()
    };
    let s = file.get("seebeck").unwrap();
    let mean = (s.data[0] + s.data[4] + s.data[8]) / 3.0;
    assert!((of("seebeck [V/K]") / mean - 1.0).abs() < 1e-12);
    assert!(of("seebeck_error [V/K]") > 0.0);
    let budget = handed_out(&page, "budget.csv");
    let heads: Vec<&str> = budget.lines().next().unwrap().split(',').collect();
    let row = budget.lines().find(|l| l.starts_with("seebeck,")).unwrap();
    let cells: Vec<f64> = row.split(',').skip(1).map(|c| c.parse().unwrap()).collect();
    assert!((cells[3..].iter().sum::<f64>() - 1.0).abs() < 1e-4, "{row}");
    let by_cause = s.error_by_cause.as_ref().unwrap();
    let causes = by_cause.len() / 9;
    let sum = |c: usize| {
        (0..9)
            .map(|i| f64::from(by_cause[i * causes + c]))
            .sum::<f64>()
    };
    let all: f64 = (0..causes).map(sum).sum();
    let grid = heads.iter().position(|h| *h == "grid_share").unwrap() - 1;
    assert!((cells[grid] - sum(0) / all).abs() < 1e-5, "{row}");
    assert!(page.contains("aria-label=\"S (µV/K) against"), "{page}");
}

/// A file that is in a page, by its name.
fn handed_out(page: &str, name: &str) -> String {
    let link = format!("download=\"{name}\" href=\"data:text/csv;charset=utf-8,");
    let text = page.split(&link).nth(1).unwrap().split('"').next().unwrap();
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
