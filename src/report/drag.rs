//! Phonon drag as a table, JSON and an HDF5 result.

use super::format::{scalar_json, scientific, tensor_json};
use super::phonon::put;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::uncertainty::Scalar;
use crate::workflow::{DragFound, DragRow};
use serde_json::{Value, json};
use std::fmt::Write;

/// A third of S_g's trace.
fn mean(row: &DragRow) -> Scalar {
    Scalar::new(
        (0..3).map(|i| row.drag.value[i][i]).sum::<f64>() / 3.0,
        (0..3).map(|i| row.drag.error[i][i]).sum::<f64>() / 3.0,
    )
}

/// What was found, and of what.
pub struct DragReport<'a> {
    /// The input's path; empty for models.
    pub input: String,
    /// What was found.
    pub found: &'a DragFound,
}

impl DragReport<'_> {
    /// Which part is the larger at the lowest temperature.
    fn winner(&self) -> Option<&'static str> {
        let first = self.found.rows.first()?;
        let diffusion = first.diffusion?.abs();
        Some(if mean(first).value.abs() > diffusion {
            "drag"
        } else {
            "diffusion"
        })
    }
}

/// Rows of columns behind comments.
pub fn drag_table(report: &DragReport) -> String {
    let mut s = String::from(
        "# S_g: phonon drag by momentum balance; S_d: diffusion; both V/K\n#    T (K)       S_g (mean of the axes)          S_d              total\n",
    );
    for row in &report.found.rows {
        let drag = mean(row);
        let _ = write!(s, "{:10}  {:>28}", row.temperature_k, scientific(drag));
        if let Some(d) = row.diffusion {
            let _ = write!(s, "  {d:16.8e}  {:16.8e}", d + drag.value);
        }
        s.push('\n');
    }
    for t in &report.found.crossings {
        let _ = writeln!(s, "# |S_g| = |S_d| at {t:.6} K");
    }
    if let Some(winner) = report.winner() {
        let _ = writeln!(
            s,
            "# at {} K {winner} is the larger part; where it is cold enough diffusion (as T) always is, for drag falls as T^3",
            report.found.rows[0].temperature_k
        );
    }
    s
}

/// A machine-readable summary.
pub fn drag_json(report: &DragReport) -> Value {
    let rows: Vec<Value> = report
        .found
        .rows
        .iter()
        .map(|row| {
            let mut one = json!({
                "temperature": {"value": row.temperature_k, "unit": "K"},
                "seebeck_drag": tensor_json(&row.drag, "V/K"),
            });
            if let Some(d) = row.diffusion {
                let drag = mean(row);
                one["seebeck_diffusion"] = json!({"value": d, "unit": "V/K"});
                one["seebeck_total"] =
                    json!({"value": d + drag.value, "error": drag.error, "unit": "V/K"});
            }
            one
        })
        .collect();
    let density = |n: Scalar| scalar_json(n.scaled(1e-6), "cm^-3");
    json!({
        "kind": "drag",
        "input": report.input,
        "carrier_density": report.found.density_m3.map(density),
        "rows": rows,
        "crossings": {"value": report.found.crossings, "unit": "K"},
        "larger_at_lowest_temperature": report.winner(),
    })
}

/// An HDF5 result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn drag_result(report: &DragReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("drag", command);
    file.attribute("input", report.input.as_str());
    if let Some(n) = report.found.density_m3 {
        file.attribute("carrier_density_cm3", 1e-6 * n.value)
            .attribute("carrier_density_cm3_error", 1e-6 * n.error);
    }
    let t: Vec<f64> = report.found.rows.iter().map(|r| r.temperature_k).collect();
    file.dimension("temperature", t, "K", "temperature")?;
    let mut parts = vec!["drag".to_owned()];
    let drag: Vec<Scalar> = report.found.rows.iter().map(mean).collect();
    let mut all = drag.clone();
    let diffusion: Option<Vec<f64>> = report.found.rows.iter().map(|r| r.diffusion).collect();
    if let Some(diffusion) = &diffusion {
        parts.extend(["diffusion".to_owned(), "total".to_owned()]);
        all.extend(diffusion.iter().map(|d| Scalar::new(*d, 0.0)));
        all.extend(
            drag.iter()
                .zip(diffusion)
                .map(|(g, d)| Scalar::new(g.value + d, g.error)),
        );
    }
    file.dimension("part", parts, "", "part of the thermopower")?;
    put(
        &mut file,
        "seebeck",
        &["part", "temperature"],
        &all,
        "V/K",
        "thermopower, mean of the axes",
    )?;
    file.tensor_dimensions()?;
    let tensors: Vec<f64> = report
        .found
        .rows
        .iter()
        .flat_map(|r| r.drag.value.concat())
        .collect();
    file.variable(
        "seebeck_drag",
        &["temperature", "row", "col"],
        tensors,
        "V/K",
        "thermopower by drag",
    )?;
    file.error_bar(
        "seebeck_drag",
        report
            .found
            .rows
            .iter()
            .flat_map(|r| r.drag.error.concat())
            .collect(),
    )?;
    Ok(file)
}
