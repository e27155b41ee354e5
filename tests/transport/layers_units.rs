//! `bzint transport --dimension`: what is per area or per length is told so, in messages and in results, and nothing per volume is
//! told of a layer or a chain whose extent was not given.

use crate::common::binary::{Finished, bzint_in};
use bzint::bands::model::{Model, ModelBands};
use bzint::crystal::{KGrid, Lattice};
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

fn bzint(words: &str) -> Finished {
    bzint_in(
        files(),
        &format!("{words} --backend cpu --interpolate none"),
    )
}

fn json(words: &str) -> Value {
    bzint(words).json()
}

/// A sheet and a chain, each with little and with twice as much vacuum.
fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = FILES.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, masses: [f64; 3], cell: [f64; 3], n: [usize; 3]| {
            let row = |i: usize| std::array::from_fn(|j| if i == j { cell[i] } else { 0.0 });
            let lattice = Lattice::new([row(0), row(1), row(2)]).unwrap();
            let grid = KGrid::gamma(n).unwrap();
            let model = Model::ellipsoid(masses);
            let mut bands = ModelBands::new(model, lattice, grid, true).unwrap();
            bands.set_fermi_level(Some(0.1));
            bzint::io::hdf5::write(&directory.path().join(name), &bands, "a test").unwrap();
        };
        for (name, c) in [("sheet.h5", 20.0), ("far_sheet.h5", 40.0)] {
            write(name, [0.5, 0.2, 1e9], [4.0, 5.0, c], [40, 40, 1]);
        }
        for (name, b) in [("chain.h5", 9.0), ("far_chain.h5", 18.0)] {
            write(name, [0.5, 1.0, 1.0], [4.0, b, 11.0], [400, 1, 1]);
        }
        write("bulk.h5", [1.0; 3], [4.0; 3], [8; 3]);
        directory
    });
    made.path()
}

/// Whatever is told of a layer or a chain without its extent is no value per volume: the vacuum's size changes none of it. With
/// an extent the values per volume come beside, under their own names.
#[test]
fn no_value_depends_on_the_vacuum() {
    for (dimension, files, given) in [
        (2, ["sheet.h5", "far_sheet.h5"], "--thickness 6.5"),
        (1, ["chain.h5", "far_chain.h5"], "--cross-section 40"),
    ] {
        let field = ["", "--magnetoconductivity"][dimension - 1];
        for tau in ["", "--tau 1e-14"] {
            let words = |file: &str| {
                format!(
                    "transport {file} --dimension {dimension} {field} {tau} --mu-absolute 0.1 --fermi-level 0 --json"
                )
            };
            let [near, far] = files.map(|file| json(&words(file)));
            let thick = json(&format!("{} {given}", words(files[0])));
            let row = near["rows"][0].as_object().unwrap();
            for (name, quantity) in row {
                let [a, b] = [quantity, &far["rows"][0][name]].map(|q| numbers(&q["value"]));
                assert_eq!(a.len(), b.len(), "{name}");
                let size = a.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
                // A value per volume is half as large. Zeros, as Sondheimer's, are what rounding leaves of larger numbers.
                for (x, y) in a.iter().zip(&b) {
                    assert!((x - y).abs() <= 1e-3 * size, "{name}: {x:e} {y:e}");
                }
            }
            let prefix = ["line_", "sheet_"][dimension - 1];
            let twins: Vec<&str> = row.keys().filter_map(|n| n.strip_prefix(prefix)).collect();
            assert!(twins.len() > 5, "{twins:?}");
            let all = thick["rows"][0].as_object().unwrap();
            let bulk: Vec<&str> = (all.keys().map(String::as_str))
                .filter(|name| !row.contains_key(*name))
                .collect();
            assert_eq!(bulk, twins);
            for name in bulk {
                let unit = |name: &str| all[name]["unit"].as_str().unwrap();
                assert_ne!(unit(name), unit(&format!("{prefix}{name}")), "{name}");
            }
        }
    }
}

/// Every number of a JSON value.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(all) => all.iter().flat_map(numbers).collect(),
        other => other.as_f64().into_iter().collect(),
    }
}

/// What the bands cannot hold is told in the units and with the number that were given.
#[test]
fn dopings_beyond_the_bands_are_told_as_they_were_given() {
    let (sheet, chain) = ("sheet.h5 --dimension 2", "chain.h5 --dimension 1");
    for (words, expected) in [
        (
            format!("{sheet} --doping n1.5e17"),
            "--doping: the bands hold no balance for 1.5e17 cm^-2 (n-type)",
        ),
        (
            format!("{sheet} --doping 1e13,p3e15"),
            "3e15 cm^-2 (p-type)",
        ),
        (
            format!("{sheet} --thickness 6.5 --doping p3e15"),
            "3e15 cm^-2 (p-type)",
        ),
        (format!("{chain} --doping 7e12"), "7e12 cm^-1 (n-type)"),
        ("bulk.h5 --doping 1e25".into(), "1e25 cm^-3 (n-type)"),
    ] {
        let output = bzint(&format!("transport {words} --fermi-level 0.02"));
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{words}: {text}");
        assert!(text.contains(expected), "{words}: {text}");
        let error: String = text.lines().filter(|l| l.starts_with("error")).collect();
        assert_eq!(error.matches("cm^-").count(), 1, "{words}: {text}");
    }
    // What cannot be read as a density is refused before the dimension is known.
    for option in ["--doping x1", "--donors 1e13"] {
        let output = bzint(&format!("transport {sheet} {option}"));
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{option}: {text}");
        assert!(
            text.contains("cm^-2 with --dimension 2"),
            "{option}: {text}"
        );
    }
}
