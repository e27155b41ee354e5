//! Band crossings as `dos` and `transport` report them.

use crate::common::binary::text_in as stdout;
use bzint::io::results::ResultFile;
use serde_json::Value;
use std::path::Path;

fn json(directory: &Path, words: &str) -> Value {
    serde_json::from_str(&stdout(directory, words)).unwrap()
}

fn aluminium() -> String {
    format!("{}/data/al.nscf.xml.gz", env!("CARGO_MANIFEST_DIR"))
}

/// A table tells of its crossings, in text, JSON and HDF5, taken as it is or interpolated.
#[test]
fn tables_tell_of_their_crossings() {
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
        let words = format!("{:.2} % of the states are near one", 100.0 * share);
        assert!(
            line.contains(&words) && line.contains("included in ±"),
            "{line}"
        );
    }
    // An interpolation goes through the table's kinks as if there were none, however a table's differences are asked for.
    let refined = format!(
        "transport {file} --tolerance 0.1 -T 600 --no-hall --velocity 4 --interpolator series --json"
    );
    let found = json(d, &refined);
    let share = found["band_crossings"]["share_of_states"].as_f64().unwrap();
    assert!(share > 0.01 && share < 1.0, "{found}");
    // What it may change is in the bar: much more than the tolerance, and it holds the 32³ grid's value.
    let sigma = &found["rows"][0]["conductivity_over_tau"];
    let of = |what: &str| sigma[what][0][0].as_f64().unwrap();
    assert!((of("value") - 3.168e21).abs() < of("error"), "{sigma}");
    assert!(of("error") < 0.3 * of("value"), "{sigma}");
}
