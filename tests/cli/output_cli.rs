//! `bzint optimize`, `plot` and `report`, and scattering shares, as a user runs them: what they write, and how they refuse.

use crate::common::binary::{bzint_in as bzint, text_in as stdout};
use crate::common::cubic;
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::io::results::ResultFile;
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

const OPTIMIZE: &str = "optimize gap.h5 -T 300,600 --backend cpu --json -o best.h5 --csv best.csv";
const TRANSPORT: &str = "transport gap.h5 -T 300,600 --mu -0.5:0.5:0.05 --tau 1e-14 --backend cpu --no-hall --json -o mu.h5";

/// Bands and results of every kind.
fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = FILES.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let d = directory.path();
        write_semiconductor(d);
        for (words, name) in [
            (OPTIMIZE, "best.json"),
            (TRANSPORT, "mu.json"),
            (
                "dos gap.h5 --energy -1:1:0.05 --backend cpu --json -o dos.h5",
                "dos.json",
            ),
            (
                "fermi gap.h5 --fermi-level 0.9 --backend cpu --json -o fermi.h5",
                "fermi.json",
            ),
        ] {
            std::fs::write(d.join(name), stdout(d, words)).unwrap();
        }
        directory
    });
    made.path()
}

/// Two cosine bands with a gap of 0.6 eV, one full.
fn write_semiconductor(directory: &Path) {
    let n = 16;
    let lattice = cubic(5.0);
    let group = PointGroup::of_lattice(&lattice, 1e-6);
    let grid = KGrid::gamma([n; 3]).unwrap();
    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 2);
    header.point_group = group;
    header.n_electrons = Some(2.0);
    let mut energies = Vec::new();
    for (edge, hopping) in [(-0.3, -0.3), (0.3, 0.5)] {
        for x in 0..n * n * n {
            let u = [x / (n * n), x / n % n, x % n].map(|j| j as f64 / n as f64);
            let sum: f64 = u
                .iter()
                .map(|u| 1.0 - (std::f64::consts::TAU * u).cos())
                .sum();
            energies.push(edge + hopping * sum);
        }
    }
    let bands = BandGrid::new(header, energies).unwrap();
    bzint::io::hdf5::write(&directory.join("gap.h5"), &bands, "a test").unwrap();
}

fn read_json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(files().join(name)).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// The optimum lies in its own range, has the parabolic band's Seebeck coefficient but for what the band's shape adds, and no
/// doping beside it does better.
#[test]
fn optimize_finds_the_doping_that_transport_confirms() {
    let d = files();
    let out = read_json("best.json");
    assert_eq!(
        (&out["kind"], &out["maximised"]),
        (&"optimize".into(), &"power-factor".into())
    );
    let rows = out["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    for (i, row) in rows.iter().enumerate() {
        let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
        assert_eq!(row["carriers"], if i % 2 == 0 { "n" } else { "p" });
        let of = |name: &str| number(&row[name]["value"]);
        let n = of("optimal_doping");
        assert!(n * sign > 1e18 && of("optimal_doping_low") < n && n < of("optimal_doping_high"));
        assert!(number(&row["optimal_doping"]["error"]) < 0.5 * n.abs());
        assert_eq!(of("optimum_inside_range"), 1.0);
        let seebeck = number(&row["seebeck"]["value"][0][0]) * 1e6;
        assert!((seebeck * sign + 132.0).abs() < 8.0, "{seebeck}");
        assert_eq!(row["largest_power_factor_over_tau"]["unit"], "W/(m K^2 s)");
        assert!(row["largest_power_factor"].is_null() && row["conductivity"].is_null());
    }
    let row = &rows[0];
    let best = number(&row["largest_power_factor_over_tau"]["value"]);
    let n = number(&row["optimal_doping"]["value"]);
    let words = format!(
        "transport gap.h5 --doping n{:e},n{n:e},n{:e} --backend cpu --no-hall --json",
        0.7 * n,
        1.4 * n
    );
    let beside: Value = serde_json::from_str(&stdout(d, &words)).unwrap();
    let power = |i: usize| number(&beside["rows"][i]["power_factor_over_tau"]["value"][0][0]);
    assert!(power(0) < best && power(2) < best);
    assert!((power(1) / best - 1.0).abs() < 0.01, "{} {best}", power(1));
    // With a constant relaxation time it goes on rising with the temperature.
    let all = out["best_temperatures"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    for (i, best) in all.iter().enumerate() {
        assert_eq!(best["carriers"], ["n", "p"][i]);
        assert_eq!(best["inside_range"], false);
        assert_eq!(number(&best["temperature"]["value"]), 600.0);
        let largest = "largest_power_factor_over_tau";
        assert_eq!(best[largest], rows[2 + i][largest]);
    }
    let file = ResultFile::read(&d.join("best.h5"), Some("optimize")).unwrap();
    let doping = file.get("optimal_doping").unwrap();
    assert_eq!(doping.dimensions, ["temperature", "carriers"]);
    assert_eq!(doping.data[0], n);
    let csv = std::fs::read_to_string(d.join("best.csv")).unwrap();
    assert_eq!(csv.lines().count(), 5);
    assert!(csv.contains("optimal_doping [cm^-3]"));
    let column = |i: usize| -> Vec<&str> {
        let field = |l| str::split(l, ',').nth(i).unwrap();
        csv.lines().map(field).collect()
    };
    assert_eq!(column(0)[1..], ["300", "300", "600", "600"]);
    assert_eq!(column(1), ["carriers", "n", "p", "n", "p"]);
    let wide = |l: &str| l.split(',').count();
    assert!(
        csv.lines()
            .all(|l| wide(l) == wide(&csv[..csv.find('\n').unwrap()]))
    );
}

/// What is said of the best temperature: between those listed where carriers of the other sign join as it gets warm, and no listed
/// one does better; at an end where the power factor rises to it.
#[test]
fn optimize_finds_the_temperature_between_those_listed() {
    let d = files();
    let words = "optimize gap.h5 --maximise zt --lattice-thermal-conductivity 0.5 --backend cpu";
    let between = format!("{words} --scissor 0.3 -T 300:2100:300 --carriers n --tau 2e-14");
    let out: Value = serde_json::from_str(&stdout(d, &format!("{between} --json"))).unwrap();
    let best = &out["best_temperatures"][0];
    let of = |name: &str| number(&best[name]["value"]);
    assert_eq!(best["inside_range"], true, "{best}");
    let t = of("temperature");
    let (low, high) = (of("temperature_low"), of("temperature_high"));
    assert!(300.0 < t && t < 2100.0 && low < t && t < high, "{best}");
    for row in out["rows"].as_array().unwrap() {
        let listed = number(&row["largest_figure_of_merit"]["value"]);
        assert!(listed <= of("largest_figure_of_merit"), "{listed} {best}");
    }
    let table = stdout(d, &between);
    assert!(
        table.contains(&format!("at {t:.1} K, between {low:.1}")),
        "{table}"
    );
    // The largest lies at an end of the chemical potentials: nothing is said of a best temperature.
    let rising = format!("{words} -T 600:2400:600 --carriers p --tau 1e-13 --json");
    let out: Value = serde_json::from_str(&stdout(d, &rising)).unwrap();
    assert_eq!(
        number(&out["rows"][3]["optimum_inside_range"]["value"]),
        0.0
    );
    assert!(out["best_temperatures"].is_null(), "{out}");
    // With a constant relaxation time the power factor rises to the highest temperature.
    let table = stdout(d, "optimize gap.h5 -T 300,600 --backend cpu");
    assert!(
        table.contains("AT AN END OF THE TEMPERATURES, 600 K"),
        "{table}"
    );
}

#[test]
fn zt_is_made_largest_where_it_is_known() {
    let d = files();
    let words = "optimize gap.h5 --maximise zt --carriers n --tau 1e-14 --lattice-thermal-conductivity 2 --backend cpu";
    let table = stdout(d, words);
    assert!(
        table.contains("largest figure_of_merit") && table.contains("kappa_l   2"),
        "{table}"
    );
    assert!(
        !table.contains("over_tau") && !table.contains("p-type:"),
        "{table}"
    );
}

/// Every kind of result, from HDF5 and from JSON: well-formed SVG that refers to nothing outside; the same from both.
#[test]
fn every_result_is_drawn_the_same_from_hdf5_and_json() {
    let d = files();
    for (name, label) in [
        ("best", "n-type"),
        ("mu", "600 K"),
        ("dos", "N(E)"),
        ("fermi", "xx"),
    ] {
        let out = tempfile::tempdir().unwrap();
        let draw = |ending: &str| {
            let figure = out.path().join(format!("{ending}.svg"));
            stdout(d, &format!("plot {name}.{ending} -o {}", figure.display()));
            std::fs::read_to_string(figure).unwrap()
        };
        let (from_hdf5, from_json) = (draw("h5"), draw("json"));
        assert_eq!(from_hdf5, from_json, "{name}");
        let parsed = roxmltree::Document::parse(&from_hdf5).unwrap();
        let text: String = parsed.descendants().filter_map(|n| n.text()).collect();
        assert!(text.contains(label), "{name}: {text}");
        assert!(
            !from_hdf5.contains("NaN") && !from_hdf5.contains("inf"),
            "{name}"
        );
        assert!(!from_hdf5.contains("href") && !from_hdf5.contains("<script"));
    }
}

#[test]
fn options_choose_quantity_abscissa_component_and_size() {
    let d = files();
    let out = tempfile::tempdir().unwrap();
    let figure = out.path().join("figure.png");
    let words = format!(
        "plot mu.h5 --quantity S,sigma --against temperature --component zz --logy=false --size 300x250 -o {}",
        figure.display()
    );
    stdout(d, &words);
    let bytes = std::fs::read(&figure).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
    assert_eq!(width, 2 * 300 * 3);
    // Letters are there without any font of the system.
    assert!(bytes.len() > 20_000, "{}", bytes.len());
    for words in [
        "plot mu.h5 --against doping --quantity PF",
        "plot mu.h5 --quantity kappa_e --logy",
        "plot mu.h5 --quantity seebeck --logy --component xx",
        "plot best.h5 --quantity mu_opt",
        "plot dos.h5 --quantity electrons,mean_speed",
        "plot fermi.h5 --quantity plasma_frequency",
    ] {
        let figure = out.path().join("other.svg");
        stdout(d, &format!("{words} -o {}", figure.display()));
        let text = std::fs::read_to_string(&figure).unwrap();
        roxmltree::Document::parse(&text).unwrap();
        assert!(
            text.contains("<polyline") && !text.contains("NaN"),
            "{words}"
        );
    }
}

/// Where a file says where its Fermi level is, a broken line stands there in figures over energies, from HDF5 and from JSON.
#[test]
fn the_fermi_level_is_drawn_where_it_is_known() {
    let out = tempfile::tempdir().unwrap();
    let copper = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cu.nscf.xml.gz");
    let o = out.path();
    for ending in ["h5", "json"] {
        stdout(
            o,
            &format!("dos {copper} --energy 13:16 --bins 30 --backend cpu -q -o cu.{ending}"),
        );
        stdout(o, &format!("plot cu.{ending} --quantity DOS -o cu.svg"));
        let figure = std::fs::read_to_string(o.join("cu.svg")).unwrap();
        let parsed = roxmltree::Document::parse(&figure).unwrap();
        let texts: Vec<String> = (parsed.descendants())
            .filter(|n| n.has_tag_name("text"))
            .map(|t| {
                let parts = t.descendants().filter(roxmltree::Node::is_text);
                parts.filter_map(|n| n.text()).collect()
            })
            .collect();
        assert!(texts.contains(&"EF".to_owned()), "{texts:?}");
        assert_eq!(figure.matches("stroke-dasharray").count(), 1, "{ending}");
    }
}

/// A page that holds all it needs, and text of the input that is only text.
#[test]
fn a_report_is_self_contained_and_escapes_what_it_quotes() {
    let d = files();
    let out = tempfile::tempdir().unwrap();
    let o = out.path();
    std::fs::copy(d.join("gap.h5"), o.join("<b>&.h5")).unwrap();
    stdout(
        o,
        "transport <b>&.h5 --doping n1e19,p1e19 -T 300,400 --backend cpu --no-hall -o r.h5",
    );
    stdout(o, "report r.h5 -o page.html");
    let page = std::fs::read_to_string(o.join("page.html")).unwrap();
    assert!(page.contains("&lt;b&gt;&amp;.h5") && !page.contains("<b>"));
    assert!(page.contains("<svg") && page.contains("k grid") && page.contains("command"));
    assert!(page.contains("<th>S (µV/K)</th>") && page.contains(" ± "));
    // Tables that can be saved are in the page, too.
    let outside = page
        .replace("http://www.w3.org/2000/svg", "")
        .replace("href=\"data:text/csv;charset=utf-8,", "");
    for word in ["<script", "http", "href", "src=", "@import", "NaN"] {
        assert!(!outside.contains(word), "{word}");
    }
    for name in ["best.json", "dos.h5", "fermi.h5", "mu.json"] {
        let to = o.join("page.html");
        stdout(d, &format!("report {name} -o {}", to.display()));
        assert!(std::fs::read_to_string(to).unwrap().ends_with("</html>\n"));
    }
}

/// Shares of what scatters add up to one, in JSON and HDF5, and stand in the table.
#[test]
fn shares_of_scattering_mechanisms_add_up() {
    let d = files();
    let out = tempfile::tempdir().unwrap();
    let o = out.path();
    std::fs::copy(d.join("gap.h5"), o.join("gap.h5")).unwrap();
    let silicon = format!("{}/data/silicon.toml", env!("CARGO_MANIFEST_DIR"));
    let words = format!(
        "transport gap.h5 --doping n1e16,n1e19,p1e18 --no-hall --backend cpu --scattering {silicon}"
    );
    let table = stdout(o, &words);
    assert!(
        table.contains("scattering of electrons") && table.contains("acoustic"),
        "{table}"
    );
    let text = stdout(o, &format!("{words} --json -o r.h5"));
    let json: Value = serde_json::from_str(&text).unwrap();
    let sum = |row: usize, carrier: &str| -> Option<f64> {
        let prefix = format!("scattering_share_{carrier}_");
        let all = json["rows"][row].as_object().unwrap().iter();
        let shares = all.filter(|(name, _)| name.starts_with(&prefix));
        shares.map(|(_, q)| q["value"].as_f64()).sum()
    };
    for (row, carrier, other) in [
        (0, "electrons", "holes"),
        (1, "electrons", "holes"),
        (2, "holes", "electrons"),
    ] {
        let of = sum(row, carrier).unwrap();
        assert!((of - 1.0).abs() < 1e-9, "{of}");
        // The minority's mechanisms add up as well, however few its carriers are.
        let rest = sum(row, other).unwrap();
        assert!((rest - 1.0).abs() < 1e-9, "{other}: {rest}");
    }
    let impurities = |row: usize| {
        number(&json["rows"][row]["scattering_share_electrons_ionised_impurities"]["value"])
    };
    assert!(impurities(0) < 0.2 && impurities(1) > 0.5);
    let file = ResultFile::read(&o.join("r.h5"), Some("transport")).unwrap();
    assert!(
        file.get("scattering_share_electrons_intervalley_g3_LO")
            .is_some()
    );
    let share = file
        .get("scattering_share_electrons_ionised_impurities")
        .unwrap();
    assert_eq!(share.data[1], impurities(1));
}

/// Each bad call: an exit code, one line that says what, where and the remedy; and nothing is left behind.
#[test]
fn bad_calls_are_refused_with_a_reason_and_leave_nothing() {
    let d = files();
    std::fs::write(d.join("list.json"), "[1, 2]").unwrap();
    std::fs::write(
        d.join("half.json"),
        "{\"kind\": \"transport\", \"rows\": [{}",
    )
    .unwrap();
    std::fs::write(
        d.join("empty.json"),
        "{\"kind\": \"transport\", \"rows\": []}",
    )
    .unwrap();
    let before = std::fs::read_dir(d).unwrap().count();
    for (words, code, expected) in [
        ("optimize gap.h5 -T=-300", 2, "bzint fermi"),
        ("optimize nosuch.h5", 1, "nosuch.h5"),
        ("optimize gap.h5 --maximise zt", 2, "--tau SECONDS"),
        (
            "optimize gap.h5 --maximise zt --tau 1e-14",
            2,
            "--lattice-thermal-conductivity",
        ),
        (
            "optimize gap.h5 --lattice-thermal-conductivity 2",
            2,
            "no relaxation time",
        ),
        ("optimize gap.h5 --tau=-1", 2, "positive relaxation time"),
        ("optimize gap.h5 --within=-1", 2, "positive energy"),
        ("optimize gap.h5 --maximise sigma", 2, "power-factor"),
        ("plot nosuch.h5", 1, "nosuch.h5"),
        ("plot gap.h5", 1, "not results"),
        ("plot best.csv", 1, "best.csv"),
        ("plot list.json", 1, "`kind`"),
        ("plot list.json -o x.png", 1, "unknown file format"),
        ("plot half.json", 1, "JSON"),
        ("plot empty.json", 1, "`fermi_level` is missing"),
        ("plot mu.h5 -o x.pdf", 2, ".svg"),
        ("plot mu.h5 --quantity seebek", 2, "`seebeck`?"),
        ("plot mu.h5 --quantity zT", 2, "hold no `zT`"),
        ("plot mu.h5 --quantity entropy", 2, "take one of"),
        ("plot mu.h5 --component xq", 2, "--component"),
        ("plot mu.h5 --size 10x10", 2, "200 to 4000"),
        ("plot dos.h5 --against doping", 2, "one abscissa"),
        ("plot mu.h5 -o nosuch/x.svg", 1, "nosuch/x.svg"),
        ("report gap.h5", 1, "not results"),
        ("report mu.h5 -o page.pdf", 2, ".html"),
    ] {
        let output = bzint(d, words);
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(code), "{words}: {text}");
        assert!(text.contains(expected), "{words}: {text}");
        assert!(!text.contains("panicked"), "{words}: {text}");
        assert!(output.stdout.is_empty(), "{words}");
    }
    assert_eq!(std::fs::read_dir(d).unwrap().count(), before);
}
