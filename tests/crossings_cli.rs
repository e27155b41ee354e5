//! Band crossings as `dos` and `transport` report them.

use bzint::io::results::ResultFile;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn stdout(directory: &Path, words: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bzint"))
        .current_dir(directory)
        .args(words.split_whitespace())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "bzint {words}\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(directory: &Path, words: &str) -> Value {
    serde_json::from_str(&stdout(directory, words)).unwrap()
}

fn aluminium() -> String {
    format!("{}/data/al.nscf.xml.gz", env!("CARGO_MANIFEST_DIR"))
}

/// The table that is taken as it is tells of its crossings, in text, JSON and HDF5; the interpolation has none.
#[test]
fn tables_tell_of_their_crossings_and_interpolations_of_none() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let file = aluminium();
    for (command, out) in [
        (format!("dos {file} --backend cpu --bins 60"), "dos.h5"),
        (
            format!("transport {file} --backend cpu --interpolate none -T 600"),
            "transport.h5",
        ),
    ] {
        let found = json(d, &format!("{command} --json -o {out}"));
        let crossings = &found["band_crossings"];
        let share = crossings["share_of_states"].as_f64().unwrap();
        let effect = crossings["effect"].as_f64().unwrap();
        assert!(share > 0.01 && share < 1.0 && effect > 1e-4, "{crossings}");
        let saved = ResultFile::read(&d.join(out), None).unwrap();
        let names: Vec<&str> = saved.attributes().iter().map(|(n, _)| n.as_str()).collect();
        for name in ["share_of_states", "effect"] {
            let name = format!("band_crossings_{name}");
            assert!(names.contains(&name.as_str()), "{name}: {names:?}");
        }
        let text = stdout(d, &command);
        let line = text
            .lines()
            .find(|l| l.contains("band crossings:"))
            .unwrap();
        let words = format!(
            "{:.2} % of the states are differentiated across one",
            100.0 * share
        );
        assert!(
            line.contains(&words) && line.contains("included in ±"),
            "{line}"
        );
    }
    // An interpolation is differentiated as it is, whatever is asked of tables.
    let refined = format!("transport {file} --tolerance 0.1 -T 600 --no-hall --velocity 4 --json");
    let found = json(d, &refined);
    assert!(found["band_crossings"]["note"].is_string(), "{found}");
}
