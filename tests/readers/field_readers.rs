//! Files as users have them: lists of vectors that no run wrote, layers and chains, old and parallel WIEN2k files, files without
//! their companions, spins and units that a format does not state. `tests/support/field` holds the small ones.

mod codes;
mod untold;
mod vectors;

use crate::common::binary::bzint_with;
use bzint::bands::{BandGrid, BandSource};
use bzint::io::{self, OpenOptions};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn field(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/support/field")
        .join(name)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn open(path: &Path) -> bzint::Result<BandGrid> {
    open_as(path, &OpenOptions::default())
}

fn open_as(path: &Path, options: &OpenOptions) -> bzint::Result<BandGrid> {
    BandGrid::load(io::open(path, options)?.as_ref())
}

fn error_of<T>(outcome: bzint::Result<T>) -> String {
    outcome.map(|_| ()).unwrap_err().to_string()
}

fn notes(bands: &impl BandSource) -> String {
    bands.header().provenance.notes.join(" ")
}

/// stdout, or stderr where the command fails.
fn bzint(arguments: &[&str]) -> Result<String, String> {
    let output = bzint_with(arguments);
    match output.status.success() {
        true => Ok(output.text()),
        false => Err(output.said()),
    }
}

fn json(arguments: &[&str]) -> Value {
    let text = bzint(arguments).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// Whether the bar holds `right`, and is no wider than `share` of it.
fn holds(found: &Value, name: &str, right: f64, share: f64) {
    let number = |key: &str| found[name][key].as_f64().unwrap();
    let (value, error) = (number("value"), number("error"));
    assert!(
        (value - right).abs() <= error,
        "{name}: {value} ± {error}, and {right} is right"
    );
    assert!(error <= share * right, "{name}: {value} ± {error}");
}
