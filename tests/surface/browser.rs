//! The page of a surface in a browser, where there is one.

use crate::common::binary::bzint;
use crate::common::browser::chromium;
use std::process::Command;

/// Paints at once: time does not run evenly where nothing is shown.
const EYE: &str = "<script>window.requestAnimationFrame = paint => setTimeout(paint, 0);</script>";

/// Presses keys, turns with the mouse and two fingers, chooses another property and hides a sheet; after each it says whether the picture is another.
const HAND: &str = r##"<script>
addEventListener("load", async () => {
  const canvas = document.getElementById("view"), wait = () => new Promise(done => setTimeout(done, 60));
  const said = [];
  let before;
  const step = async (name, act) => { act(); await wait(); const now = canvas.toDataURL(); said.push(name + (now !== before ? "+" : "-")); before = now; };
  const key = k => canvas.dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true, cancelable: true }));
  const finger = (type, id, x, y) => canvas.dispatchEvent(new PointerEvent(type, { pointerId: id, clientX: x, clientY: y, bubbles: true }));
  canvas.setPointerCapture = () => {};
  while (document.body.dataset.drawn !== "yes") await wait();
  await wait(); before = canvas.toDataURL(); const first = before;
  for (const k of ["ArrowLeft", "ArrowUp", "+", "1", "2", "3"]) await step(k, () => key(k));
  key("Home"); await wait(); before = canvas.toDataURL(); said.push("Home" + (before === first ? "+" : "-"));
  await step("drag", () => { finger("pointerdown", 1, 100, 100); finger("pointermove", 1, 160, 120); finger("pointerup", 1, 160, 120); });
  await step("pinch", () => { finger("pointerdown", 1, 100, 100); finger("pointerdown", 2, 200, 100); finger("pointermove", 2, 205, 100); finger("pointermove", 2, 300, 100); finger("pointerup", 1, 0, 0); finger("pointerup", 2, 0, 0); });
  const choose = document.getElementById("property");
  await step("property", () => { choose.value = "1"; choose.onchange(); });
  await step("sheet", () => document.querySelector("#parts input").click());
  await step("edges", () => document.getElementById("edges").click());
  document.body.dataset.said = said.join(" ");
});
</script>"##;

#[test]
fn a_page_is_turned_by_keys_mouse_and_fingers() {
    let Some(browser) = chromium() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (bands, page) = (at("b.h5"), at("s.html"));
    bzint(&format!(
        "model simple-cubic -n 16 --fermi-level=-4 -o {bands} -q"
    ))
    .text();
    bzint(&format!("surface {bands} --interpolate none -o {page} -q")).text();
    let text = std::fs::read_to_string(&page).unwrap();
    let text = text.replacen("<body>", &format!("<body>{EYE}"), 1);
    std::fs::write(&page, text.replace("</body>", &format!("{HAND}</body>"))).unwrap();
    let out = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--window-size=700,500",
            "--timeout=60000",
            "--virtual-time-budget=30000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", at("profile")))
        .arg(format!("file://{page}"))
        .output()
        .unwrap();
    let found = String::from_utf8_lossy(&out.stdout);
    if found.contains("This browser shows no WebGL") {
        println!("SKIPPED: this Chromium has no WebGL");
        return;
    }
    let said = found
        .split("data-said=\"")
        .nth(1)
        .and_then(|s| s.split('"').next());
    assert_eq!(
        said,
        Some("ArrowLeft+ ArrowUp+ ++ 1+ 2+ 3+ Home+ drag+ pinch+ property+ sheet+ edges+"),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}
