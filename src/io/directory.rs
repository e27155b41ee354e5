//! The file that gives a directory its format: by the names that codes give to the files of a run.

use super::listed::file_in;
use super::qe;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// Names of codes that take no others, the one with the most knowledge first.
const NAMES: [&str; 5] = [
    "vasprun.xml",
    "vaspout.h5",
    "EIGENVAL",
    "EIGVAL.OUT",
    "Final_KS_eigenvalues.dat",
];

/// Endings behind a name of the user's, each with the endings of which one must be beside it.
const ENDINGS: [(&str, &[&str]); 5] = [
    (
        ".struct",
        &[
            ".energy",
            ".energyso",
            ".energysoup",
            ".energyup",
            ".energy_1",
            ".energyso_1",
            ".energysoup_1",
            ".energyup_1",
        ],
    ),
    ("_GSR.nc", &[]),
    (".bands", &[]),
    (".structure", &[".energy"]),
    (".bt2", &[]),
];

/// What a directory is looked through for, for messages.
pub(super) const LOOKED_FOR: &str = "data-file-schema.xml (or one *.save with it), vasprun.xml, vaspout.h5, EIGENVAL, EIGVAL.OUT, \
     Final_KS_eigenvalues.dat, CASE.struct with CASE.energy, *_GSR.nc, *.bands, *.structure with *.energy, *.bt2, SEED_tb.dat or SEED_hr.dat";

/// The band file of a run's directory; `None` where there is none.
///
/// # Errors
/// [`Error::Io`] where the directory cannot be read; [`Error::BadFile`] where it holds several runs of one code, and none has the
/// directory's own name (as WIEN2k wants it).
pub(super) fn band_file(directory: &Path) -> Result<Option<PathBuf>> {
    let named = qe::find_in_directory(directory)
        .or_else(|| NAMES.iter().find_map(|name| file_in(directory, &[name])));
    if named.is_some() {
        return Ok(named);
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(Error::io(directory, "read"))? {
        let entry = entry.map_err(Error::io(directory, "read"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        names.push(name.strip_suffix(".gz").unwrap_or(&name).to_string());
    }
    names.sort_unstable();
    names.dedup();
    let full = std::fs::canonicalize(directory).map_err(Error::io(directory, "read"))?;
    let own = full.file_name().and_then(|name| name.to_str());
    for (ending, companions) in ENDINGS {
        let is_case = |case: &&str| {
            let there = |companion: &&str| names.contains(&format!("{case}{companion}"));
            companions.is_empty() || companions.iter().any(there)
        };
        let cases: Vec<&str> = names
            .iter()
            .filter_map(|name| name.strip_suffix(ending))
            .filter(is_case)
            .collect();
        let case = match cases.as_slice() {
            [] => continue,
            [case] => *case,
            several => match several.iter().find(|case| Some(**case) == own) {
                Some(case) => *case,
                None => {
                    return Err(Error::bad_file(
                        directory,
                        "directory",
                        format!("it holds {} runs: {}", several.len(), list(several, ending)),
                        "name the file of one",
                    ));
                }
            },
        };
        return Ok(file_in(directory, &[&format!("{case}{ending}")]));
    }
    Ok(None)
}

/// Whether a code, not its user, gives the file its name: of these a run has several.
pub(super) fn is_named_by_a_code(file: &Path) -> bool {
    let name = file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let bare = name.strip_suffix(".gz").unwrap_or(&name);
    NAMES.contains(&bare) || bare == "data-file-schema.xml"
}

/// The first few files by name.
fn list(cases: &[&str], ending: &str) -> String {
    let first: Vec<String> = cases
        .iter()
        .take(4)
        .map(|case| format!("{case}{ending}"))
        .collect();
    let more = if cases.len() > first.len() {
        " …"
    } else {
        ""
    };
    first.join(", ") + more
}
