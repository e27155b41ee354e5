//! `bzint landauer`, `zt` and `screen` as users type them: names, files, figures, and wrong calls.

use crate::common::binary::{Finished, bzint};
use bzint::io::results::ResultFile;
use serde_json::Value;
use std::path::Path;

fn ran(words: &str) -> Finished {
    bzint(words).succeeded()
}

fn json(words: &str) -> Value {
    bzint(&format!("{words} --json")).json()
}

/// A simple-cubic band of 16³ points, a chain, a layer: written once for a test.
fn model(folder: &Path, name: &str, words: &str) -> String {
    let file = folder.join(name).display().to_string();
    ran(&format!("model {words} -o {file}"));
    file
}

fn value(row: &Value, name: &str) -> f64 {
    row[name]["value"]
        .as_f64()
        .unwrap_or_else(|| panic!("{name}: {}", row[name]))
}

/// What `--json` printed is drawn as the HDF5 file is.
fn drawn_from_json(folder: &Path, name: &str, all: &Value, words: &[&str]) {
    let file = folder.join(name);
    std::fs::write(&file, all.to_string()).unwrap();
    drawn(&file, words);
}

#[test]
fn modes_are_printed_written_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let bands = model(folder.path(), "sc.h5", "simple-cubic -n 16 --hopping 1");
    let out = folder.path().join("modes.h5");
    let call = format!(
        "landauer {bands} --interpolate none --mu-absolute=-1 --tau 10fs --length 100nm --direction 001,110 --direction 1,1,1 --energy=-3:3 --bins 60"
    );
    let all = json(&format!("{call} -o {}", out.display()));
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    for (row, label) in rows.iter().zip(["001", "110", "1,1,1"]) {
        assert_eq!(row["direction"], label);
        assert!(value(row, "conductance_per_area") < value(row, "ballistic_conductance_per_area"));
        assert!(row["ballistic_thermal_conductance_per_area"]["unit"] == "W/(m^2 K)");
    }
    // docs/physics §18: M = Ξ/a² at −1 eV, all thermal energies being alike.
    let m = &rows[0]["modes_per_area"];
    let exact = 1.2130762298724 / 16e-20;
    assert!(
        (m["value"].as_f64().unwrap() - exact).abs() < m["error"].as_f64().unwrap() + 2e-3 * exact,
        "{m}"
    );
    let spectra = all["spectra"].as_array().unwrap();
    assert_eq!(spectra.len(), 3);
    for s in spectra {
        assert_eq!(s["energy"]["value"].as_array().unwrap().len(), 60);
        assert!(s["modes_per_area"]["error"][30].as_f64().unwrap() > 0.0);
        assert!(s["mean_free_path"]["value"][30].as_f64().unwrap() > 0.0);
        assert!(s["modes_per_area_counted"]["value"][30].as_f64().unwrap() > 0.0);
    }
    // Counting crossings and integrating |v| are independent.
    assert!(
        all["counting"]["largest_deviation_in_bars"]
            .as_f64()
            .unwrap()
            <= 1.0,
        "{}",
        all["counting"]
    );
    let read = ResultFile::read(&out, Some("landauer")).unwrap();
    assert_eq!(read.get("modes_per_area_spectrum").unwrap().data.len(), 180);
    let words = ["M", "λ", "crossings counted", "along [110]"];
    drawn(&out, &words);
    drawn_from_json(folder.path(), "modes.json", &all, &words);
    let csv = ran(&format!("{call} --csv -"));
    let text = csv.text();
    assert_eq!(text.lines().count(), 4, "{text}");
    let by_band = json(&format!("{call} --by-band"));
    let bands = by_band["spectra"][0]["bands"].as_array().unwrap();
    assert_eq!(bands.len(), 1);
    let (one, whole) = (
        &bands[0]["modes_per_area"]["value"][20],
        &by_band["spectra"][0]["modes_per_area"]["value"][20],
    );
    assert!((one.as_f64().unwrap() / whole.as_f64().unwrap() - 1.0).abs() < 1e-12);
}

/// A figure and a page of a result file, with words that must be in them.
fn drawn(file: &Path, words: &[&str]) {
    let (svg, page) = (file.with_extension("svg"), file.with_extension("html"));
    ran(&format!("plot {} -o {}", file.display(), svg.display()));
    let text = std::fs::read_to_string(&svg).unwrap();
    for word in words {
        assert!(text.contains(word), "{word} is not in the figure");
    }
    assert!(!text.contains("NaN"), "a figure with NaN");
    ran(&format!("report {} -o {}", file.display(), page.display()));
    assert!(std::fs::read_to_string(&page).unwrap().contains("<svg"));
}

#[test]
fn layers_and_chains_have_modes_per_width_and_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let layer = model(folder.path(), "layer.h5", "square -n 40,40,1 --hopping 1");
    let all = json(&format!(
        "landauer {layer} --interpolate none --dimension 2 --mu-absolute 0.5 --direction x"
    ));
    let row = &all["rows"][0];
    assert_eq!(row["modes_per_width"]["unit"], "1/m");
    assert_eq!(row["ballistic_conductance_per_width"]["unit"], "S/m");
    let chain = model(folder.path(), "chain.h5", "chain -n 80,1,1 --hopping 1");
    let all = json(&format!(
        "landauer {chain} --interpolate none --dimension 1 --mu-absolute 0.5"
    ));
    let row = &all["rows"][0];
    // docs/physics §15: G = 2e²/h.
    let g = &row["ballistic_conductance"];
    let off = (g["value"].as_f64().unwrap() - 7.7480917298637e-5).abs();
    assert!(off < g["error"].as_f64().unwrap() + 1e-9, "{g}");
}

#[test]
fn merits_are_printed_written_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let bands = model(folder.path(), "sc.h5", "simple-cubic -n 24 --hopping 0.1");
    let out = folder.path().join("zt.h5");
    let call = format!(
        "zt {bands} --interpolate none --mu-absolute=-0.62,-0.58 -T 300,600 --tau 30fs --lattice-thermal-conductivity 2 --length 50nm"
    );
    let all = json(&format!("{call} -o {}", out.display()));
    let rows = all["rows"].as_array().unwrap();
    // A cubic crystal has one direction by default.
    assert_eq!(rows.len(), 4);
    for row in rows {
        let (lower, upper, zt) = (
            value(row, "window_lower"),
            value(row, "window_upper"),
            value(row, "figure_of_merit"),
        );
        assert!((4.0 * lower * upper / (upper - lower).powi(2) / zt - 1.0).abs() < 0.02);
        assert!((value(row, "figure_of_merit_from_window") / zt - 1.0).abs() < 1e-6);
        assert!(row["figure_of_merit"]["error"].as_f64().unwrap() > 0.0);
        for share in ["share_of_bound", "device_share_of_bound"] {
            assert!(
                (0.0..=1.001).contains(&value(row, share)),
                "{share}: {}",
                row[share]
            );
        }
        for name in [
            "alpha_a",
            "transmission_inside",
            "transmission_outside",
            "screening_score",
            "device_conductance_per_area",
        ] {
            assert!(value(row, name) > 0.0, "{name}");
        }
    }
    assert_eq!(
        all["spectra"][0]["transmission"]["value"]
            .as_array()
            .unwrap()
            .len(),
        201
    );
    let words = [
        "transmission",
        "zT",
        "bound of constant channels",
        "best step",
    ];
    drawn(&out, &words);
    drawn_from_json(folder.path(), "zt.json", &all, &words);
    let text = ran(&call).text();
    assert!(
        text.contains("window_lower") && text.contains("eV)"),
        "{text}"
    );
    let bounds = folder.path().join("bounds.h5");
    ran(&format!(
        "bounds --hot 600 --cold 300 -o {}",
        bounds.display()
    ));
    drawn(&bounds, &["αA", "box at each power"]);
    let all = json("bounds --hot 600 --cold 300");
    drawn_from_json(folder.path(), "b.json", &all, &["αA", "step at each power"]);
}

#[test]
fn many_materials_make_one_table_and_a_bad_file_stops_none() {
    let folder = tempfile::tempdir().unwrap();
    model(folder.path(), "a.h5", "simple-cubic -n 12 --hopping 0.1");
    model(folder.path(), "b.h5", "simple-cubic -n 12 --hopping 0.3");
    std::fs::write(folder.path().join("bad.xml"), "<modeling>").unwrap();
    let out = folder.path().join("out/screen.h5");
    std::fs::create_dir(folder.path().join("out")).unwrap();
    let call = format!(
        "screen {} --interpolate none --fermi-level=-0.5 --mu=-0.1,0.1 --tau 30fs --lattice-thermal-conductivity 2",
        folder.path().display()
    );
    let all = json(&format!("{call} --jobs 2 -o {}", out.display()));
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(value(&rows[0], "figure_of_merit") >= value(&rows[1], "figure_of_merit"));
    assert!(
        rows[0]["doubts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|d| d == "no gap in the file")
    );
    let failed = all["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 1);
    assert!(failed[0]["file"].as_str().unwrap().ends_with("bad.xml"));
    assert!(!failed[0]["reason"].as_str().unwrap().is_empty());
    drawn(&out, &["rank", "share of bound"]);
    drawn_from_json(
        folder.path(),
        "screen.json",
        &all,
        &["rank", "share of bound"],
    );
    // What is there is kept, what is new is added.
    model(folder.path(), "c.h5", "simple-cubic -n 12 --hopping 0.2");
    let again = json(&format!(
        "{call} --by share-of-bound --skip-existing -o {}",
        out.display()
    ));
    let rows = again["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(value(&rows[0], "share_of_bound") >= value(&rows[2], "share_of_bound"));
    let seconds = |all: &Value, name: &str| {
        let rows = all["rows"].as_array().unwrap();
        let row = rows
            .iter()
            .find(|r| r["file"].as_str().unwrap().ends_with(name))
            .unwrap();
        row["seconds"].as_f64().unwrap()
    };
    assert_eq!(seconds(&all, "a.h5"), seconds(&again, "a.h5"));
    let csv = ran(&format!("{call} --csv -")).text();
    assert_eq!(csv.lines().count(), 4, "{csv}");
}

#[test]
fn wrong_calls_are_one_clear_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let bands = model(folder.path(), "sc.h5", "simple-cubic -n 8 --hopping 1");
    let layer = model(folder.path(), "layer.h5", "square -n 8,8,1 --hopping 1");
    let state = "--interpolate none --mu-absolute 0.5";
    for (words, expected) in [
        (
            format!("zt {bands} {state} --tau 10fs"),
            "--lattice-thermal-conductivity",
        ),
        (
            format!("zt {bands} {state} --tau 10fs --lattice-thermal-conductivity 0"),
            "positive",
        ),
        (
            format!("zt {bands} {state} --lattice-thermal-conductivity 2"),
            "no relaxation time",
        ),
        (
            format!(
                "zt {bands} --interpolate none --mu-absolute 0 --tau 10fs --lattice-thermal-conductivity 2"
            ),
            "Seebeck coefficient vanishes",
        ),
        (
            format!(
                "zt {bands} --interpolate none --mu-absolute 8 --fermi-level 0 --tau 10fs --lattice-thermal-conductivity 2"
            ),
            "nothing conducts",
        ),
        (
            format!("landauer {bands} {state} --direction 0,0,0"),
            "no length",
        ),
        (
            format!("landauer {bands} {state} --direction north"),
            "no direction",
        ),
        (
            format!("landauer {bands} {state} --direction 001,001"),
            "given twice",
        ),
        (
            format!("landauer {layer} {state} --dimension 2 --direction 001"),
            "out of the plane",
        ),
        (
            format!("landauer {bands} {state} --length 10nm"),
            "no relaxation time",
        ),
        (format!("landauer {bands} {state} --length -1nm"), "length"),
        (
            format!("landauer {bands} {state} --lattice-thermal-conductivity 2"),
            "bzint zt",
        ),
        (
            "screen nowhere.h5 --tau 10fs --lattice-thermal-conductivity 2".into(),
            "no such file",
        ),
        (
            "screen --tau 10fs --lattice-thermal-conductivity 2".into(),
            "required",
        ),
        (
            format!("screen {bands} --tau 10fs"),
            "--lattice-thermal-conductivity",
        ),
    ] {
        let output = bzint(&words);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words}");
        assert!(text.contains(expected), "{words}: {text}");
        assert!(text.matches("error:").count() <= 1, "{words}: {text}");
    }
}
