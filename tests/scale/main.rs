//! Calculations that are divided, put together, stopped and taken up: always the same bits.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/wannier.rs"]
mod wannier;

mod kills;
#[cfg(feature = "mpi")]
mod mpi;
mod parts;
mod ranks;
mod refusals;
mod rounds;

use bzint::io::results::ResultFile;
use std::path::Path;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

/// Every number of a result by its name, as bits.
fn bits(path: &Path) -> Vec<(String, Vec<u64>)> {
    let file = ResultFile::open(path).unwrap();
    let of = |x: &[f64]| -> Vec<u64> { x.iter().map(|x| x.to_bits()).collect() };
    let variables = file.variables().iter().flat_map(|v| {
        let bars = v.error.iter().map(|e| (format!("{}±", v.name), of(e)));
        let causes = v.error_by_cause.iter().map(|e| {
            let bits = e.iter().map(|x| u64::from(x.to_bits())).collect();
            (format!("{} by cause", v.name), bits)
        });
        std::iter::once((v.name.clone(), of(&v.data)))
            .chain(bars)
            .chain(causes)
    });
    let found: Vec<_> = variables.collect();
    assert!(found.len() > 3, "{found:?}");
    found
}

/// Names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
