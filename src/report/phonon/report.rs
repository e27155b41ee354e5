//! Phonons as a table and JSON.

use crate::crystal::Tensor;
use crate::excitations::Phonons;
use crate::report::format::{length, scalar, scalar_json, scientific, tensor_json};
use crate::report::sheet::direction_words;
use crate::uncertainty::{Scalar, TensorQuantity};
use crate::workflow::{PhononRow, PhononsFound};
use serde_json::{Value, json};
use std::fmt::Write;

/// Rounding of sums over a file's modes, as a share.
const ROUNDING: f64 = 1e-12;

/// What was found, and of what.
pub struct PhononReport<'a> {
    /// The phonons.
    pub phonons: &'a Phonons,
    /// The input's path.
    pub input: String,
    /// What was found.
    pub found: &'a PhononsFound,
    /// Wall time.
    pub seconds: f64,
}

pub(super) const METHOD: &str =
    "linear tetrahedra; bars: every-second-point subgrid, and what is left out at Gamma";

/// A third of the trace.
pub(super) fn mean(t: &TensorQuantity) -> Scalar {
    crate::transport::mean(t, 3)
}

fn rounded(value: f64, unit: &str) -> Value {
    json!({"value": value, "error": ROUNDING * value.abs(), "unit": unit})
}

fn rounded_tensor(t: &Tensor, unit: &str) -> Value {
    let error = t.map(|row| row.map(|x| ROUNDING * x.abs()));
    json!({"value": t, "error": error, "unit": unit})
}

/// Rows of columns behind comments.
pub fn phonon_table(report: &PhononReport) -> String {
    let header = report.phonons.header();
    let mut s = format!(
        "# {} branches on {}; {METHOD}\n# relaxation times: {}\n# states: {} of {} modes",
        report.phonons.n_branch(),
        header.k_grid,
        report
            .found
            .lifetimes
            .as_deref()
            .unwrap_or("none, so that no kappa is computed"),
        scalar(report.found.density.total[0]),
        report.phonons.n_branch(),
    );
    if report.phonons.peculiar.imaginary > 0 {
        let _ = write!(
            s,
            ", {} of them imaginary",
            scalar(report.found.density.total[1])
        );
    }
    s += "\n#    T (K)  boundaries   heat capacity J/(m^3 K)      kappa_xx W/(m K)      kappa_yy              kappa_zz\n";
    for row in &report.found.rows {
        let boundary = row.boundary_m.map_or("none".into(), length);
        let _ = write!(
            s,
            "{:10}  {boundary:>10}   {:>24}",
            row.temperature_k,
            scientific(row.heat.heat_capacity)
        );
        if let Some(kappa) = &row.heat.kappa {
            for i in 0..3 {
                let one = Scalar::new(kappa.value[i][i], kappa.error[i][i]);
                let _ = write!(s, "  {:>20}", scalar(one));
            }
        }
        s.push('\n');
        if let Some(sums) = &row.in_file {
            let _ = write!(s, "#   as in file: c_v {:.6e}", sums.heat_capacity);
            if let Some(k) = &sums.kappa {
                let _ = write!(
                    s,
                    ", kappa {:.6} {:.6} {:.6}, {} modes left out",
                    k[0][0], k[1][1], k[2][2], sums.left_out
                );
            }
            s.push('\n');
        }
        for b in &row.branches {
            let kappa = b
                .heat
                .kappa
                .as_ref()
                .map_or(String::new(), |k| format!(", kappa {}", scalar(mean(k))));
            let _ = writeln!(
                s,
                "#   branch {}: c_v {}{kappa}",
                b.branch,
                scientific(b.heat.heat_capacity)
            );
        }
    }
    for published in &report.phonons.published {
        let k = published.kappa;
        let _ = writeln!(
            s,
            "# the file's own kappa at {} K ({}): {:.6} {:.6} {:.6} W/(m K)",
            published.temperature_k, published.method, k[0][0], k[1][1], k[2][2]
        );
    }
    for (direction, b) in &report.found.ballistic {
        for (t, g) in report.found.temperatures_k.iter().zip(&b.conductance) {
            let _ = writeln!(
                s,
                "# ballistic conductance along {} at {t} K: {} W/(m^2 K)",
                direction_words(direction),
                scientific(*g)
            );
        }
    }
    s
}

/// A machine-readable summary.
pub fn phonon_json(report: &PhononReport) -> Value {
    let header = report.phonons.header();
    let p = report.phonons.peculiar;
    let rows: Vec<Value> = report
        .found
        .rows
        .iter()
        .map(|row| row_json(report, row))
        .collect();
    let spectra: Vec<Value> = report
        .found
        .ballistic
        .iter()
        .map(|(direction, b)| {
            let values = |of: &[Scalar]| -> (Vec<f64>, Vec<f64>) {
                of.iter().map(|x| (x.value, x.error)).unzip()
            };
            let (modes, modes_error) = values(&b.modes);
            let (path, path_error) = values(&b.mean_free_path);
            let mut one = json!({
                "direction": direction.label,
                "direction_vector": direction.unit,
                "energy": {"value": b.energy_ev, "unit": "eV"},
                "modes_per_area": {"value": modes, "error": modes_error, "unit": "1/m^2"},
            });
            if !path.is_empty() {
                one["mean_free_path"] = json!({"value": path, "error": path_error, "unit": "m"});
            }
            one
        })
        .collect();
    let published: Vec<Value> = report
        .phonons
        .published
        .iter()
        .map(|k| json!({"temperature": {"value": k.temperature_k, "unit": "K"}, "method": k.method, "lattice_thermal_conductivity": {"value": k.kappa, "unit": "W/(m K)"}}))
        .collect();
    json!({
        "kind": "phonon",
        "input": report.input,
        "backend": "cpu",
        "adapter": "",
        "k_grid": header.k_grid.n,
        "method": METHOD,
        "seconds": report.seconds,
        "relaxation_times": report.found.lifetimes,
        "branches": report.phonons.n_branch(),
        "states": scalar_json(report.found.density.total[0], "1"),
        "imaginary_states": scalar_json(report.found.density.total[1], "1"),
        "modes": p.modes,
        "imaginary_modes": p.imaginary,
        "acoustic_modes_at_gamma": p.acoustic_at_gamma,
        "modes_without_lifetime": p.without_rate,
        "published": published,
        "rows": rows,
        "spectra": spectra,
    })
}

fn row_json(report: &PhononReport, row: &PhononRow) -> Value {
    let mut one = json!({
        "temperature": {"value": row.temperature_k, "unit": "K"},
        "heat_capacity": scalar_json(row.heat.heat_capacity, "J/(m^3 K)"),
    });
    if let Some(l) = row.boundary_m {
        one["boundary_length"] = json!({"value": l, "unit": "m"});
    }
    if let Some(kappa) = &row.heat.kappa {
        one["lattice_thermal_conductivity"] = tensor_json(kappa, "W/(m K)");
    }
    if let Some(sums) = &row.in_file {
        one["as_in_file"] = json!({"heat_capacity": rounded(sums.heat_capacity, "J/(m^3 K)"), "modes_left_out": sums.left_out});
        if let Some(k) = &sums.kappa {
            one["as_in_file"]["lattice_thermal_conductivity"] = rounded_tensor(k, "W/(m K)");
        }
        let all = report.found.ballistic.iter().zip(&sums.ballistic);
        let all: Vec<Value> = all
                .map(|((d, _), g)| json!({"direction": d.label, "direction_vector": d.unit, "conductance_per_area": rounded(*g, "W/(m^2 K)")}))
            .collect();
        one["as_in_file"]["ballistic"] = json!(all);
    }
    if let Some(t) = report
        .found
        .temperatures_k
        .iter()
        .position(|t| *t == row.temperature_k)
    {
        let all = report.found.ballistic.iter().map(|(d, b)| {
            json!({"direction": d.label, "direction_vector": d.unit, "ballistic_thermal_conductance_per_area": scalar_json(b.conductance[t], "W/(m^2 K)")})
        });
        one["ballistic"] = Value::Array(all.collect());
    }
    if !row.branches.is_empty() {
        let all = row.branches.iter().map(|b| {
            let mut one = json!({"branch": b.branch, "heat_capacity": scalar_json(b.heat.heat_capacity, "J/(m^3 K)")});
            if let Some(k) = &b.heat.kappa {
                one["lattice_thermal_conductivity"] = tensor_json(k, "W/(m K)");
            }
            one
        });
        one["branches"] = Value::Array(all.collect());
    }
    if let Some(a) = &row.accumulation {
        let (value, error): (Vec<_>, Vec<_>) = a.kappa.iter().map(|k| (k.value, k.error)).unzip();
        one["accumulation"] = json!({
            "mean_free_path": {"value": a.mean_free_path_m, "unit": "m"},
            "lattice_thermal_conductivity": {"value": value, "error": error, "unit": "W/(m K)"},
        });
    }
    one
}
