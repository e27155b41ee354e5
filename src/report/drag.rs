//! Phonon drag as a table, JSON and an HDF5 result.

use super::format::{scalar_json, scientific, tensor_json};
use super::phonon::put;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::uncertainty::{Scalar, TensorQuantity};
use serde_json::{Value, json};
use std::fmt::Write;

/// One temperature.
pub struct DragRow {
    /// K.
    pub temperature_k: f64,
    /// S_g, V/K.
    pub drag: TensorQuantity,
    /// S_d, V/K, the mean of the axes, where known.
    pub diffusion: Option<f64>,
}

impl DragRow {
    /// A third of S_g's trace.
    fn mean(&self) -> Scalar {
        Scalar::new(
            (0..3).map(|i| self.drag.value[i][i]).sum::<f64>() / 3.0,
            (0..3).map(|i| self.drag.error[i][i]).sum::<f64>() / 3.0,
        )
    }
}

/// What was asked for.
pub struct DragReport {
    /// The input's path; empty for models.
    pub input: String,
    /// Electrons (negative for holes), 1/m³, where the phonons are a file's.
    pub density_m3: Option<Scalar>,
    /// By temperature.
    pub rows: Vec<DragRow>,
    /// Temperatures at which |S_g| = |S_d|, K.
    pub crossings: Vec<f64>,
}

impl DragReport {
    /// Which part is the larger at the lowest temperature.
    fn winner(&self) -> Option<&'static str> {
        let first = self.rows.first()?;
        let diffusion = first.diffusion?.abs();
        Some(if first.mean().value.abs() > diffusion {
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
    for row in &report.rows {
        let drag = row.mean();
        let _ = write!(s, "{:10}  {:>28}", row.temperature_k, scientific(drag));
        if let Some(d) = row.diffusion {
            let _ = write!(s, "  {d:16.8e}  {:16.8e}", d + drag.value);
        }
        s.push('\n');
    }
    for t in &report.crossings {
        let _ = writeln!(s, "# |S_g| = |S_d| at {t:.6} K");
    }
    if let Some(winner) = report.winner() {
        let _ = writeln!(
            s,
            "# at {} K {winner} is the larger part; where it is cold enough diffusion (as T) always is, for drag falls as T^3",
            report.rows[0].temperature_k
        );
    }
    s
}

/// A machine-readable summary.
pub fn drag_json(report: &DragReport) -> Value {
    let rows: Vec<Value> = report
        .rows
        .iter()
        .map(|row| {
            let mut one = json!({
                "temperature": {"value": row.temperature_k, "unit": "K"},
                "seebeck_drag": tensor_json(&row.drag, "V/K"),
            });
            if let Some(d) = row.diffusion {
                let drag = row.mean();
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
        "carrier_density": report.density_m3.map(density),
        "rows": rows,
        "crossings": {"value": report.crossings, "unit": "K"},
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
    if let Some(n) = report.density_m3 {
        file.attribute("carrier_density_cm3", 1e-6 * n.value)
            .attribute("carrier_density_cm3_error", 1e-6 * n.error);
    }
    let t: Vec<f64> = report.rows.iter().map(|r| r.temperature_k).collect();
    file.dimension("temperature", t, "K", "temperature")?;
    let mut parts = vec!["drag".to_owned()];
    let drag: Vec<Scalar> = report.rows.iter().map(DragRow::mean).collect();
    let mut all = drag.clone();
    let diffusion: Option<Vec<f64>> = report.rows.iter().map(|r| r.diffusion).collect();
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
            .rows
            .iter()
            .flat_map(|r| r.drag.error.concat())
            .collect(),
    )?;
    Ok(file)
}
