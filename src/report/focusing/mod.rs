//! Waves for q → 0 as a table, JSON, an HDF5 result, and a figure of maps and sections.

mod branches;
mod elastic;
mod picture;
mod result;

use crate::error::Result;
use crate::io::results::ResultFile;
use crate::workflow::{FocusingFound, Waves};
use serde_json::Value;

/// What elastic waves are called, the slowest first.
const NAMES: [&str; 3] = ["slow transverse", "fast transverse", "longitudinal"];

/// What was found, and of what.
pub struct FocusingReport<'a> {
    /// The input's path; empty for elastic constants.
    pub input: String,
    /// Middle of the map, and normal of the sections.
    pub axis: [f64; 3],
    /// What was found.
    pub found: &'a FocusingFound,
}

/// Rows of columns.
pub fn focusing_table(report: &FocusingReport) -> String {
    match &report.found.waves {
        Waves::Elastic(density, rows) => elastic::table(*density, rows),
        Waves::Branches(rows) => branches::table(rows),
    }
}

/// A machine-readable summary.
pub fn focusing_json(report: &FocusingReport) -> Value {
    match &report.found.waves {
        Waves::Elastic(density, rows) => elastic::json(*density, rows),
        Waves::Branches(rows) => branches::json(rows),
    }
}

/// An HDF5 result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn focusing_result(report: &FocusingReport, command: &str) -> Result<ResultFile> {
    result::result(report, command)
}

/// The figure; none where no map was asked for.
pub fn focusing_svg(report: &FocusingReport) -> Option<String> {
    let shown = report.found.picture.as_ref()?;
    let bar = shown.slowness_bar;
    Some(picture::focusing_svg(
        &shown.map,
        &shown.section,
        report.axis,
        bar,
    ))
}
