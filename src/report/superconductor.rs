//! Quasiparticles of a superconductor as a table, JSON and an HDF5 result.

use super::format::{scalar, scientific, tensor_json};
use super::phonon::put;
use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::superconductor::Symmetry;
use crate::uncertainty::{Scalar, TensorQuantity};
use crate::units::{EV, HBAR, SPEED_OF_LIGHT};
use crate::workflow::{SuperconductorFound, SuperconductorRow};
use serde_json::{Value, json};
use std::fmt::Write;

/// What was found, and of what.
pub struct SuperconductorReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// What was found.
    pub found: &'a SuperconductorFound,
}

/// ħc in eV nm.
fn hbar_c() -> f64 {
    HBAR * SPEED_OF_LIGHT / EV * 1e9
}

impl SuperconductorReport<'_> {
    /// λ_ii(0) = c/ω_p,ii, nm; NaN where nothing flows. Off the axes 0.
    fn depth(&self) -> TensorQuantity {
        let mut t = TensorQuantity::default();
        for i in 0..3 {
            let one = self.depth_along(i);
            (t.value[i][i], t.error[i][i]) = (one.value, one.error);
        }
        t
    }

    fn depth_along(&self, i: usize) -> Scalar {
        let (w, e) = (
            self.found.plasma_frequency.value[i][i],
            self.found.plasma_frequency.error[i][i],
        );
        if w <= 0.0 {
            return Scalar::new(f64::NAN, f64::NAN);
        }
        let value = hbar_c() / w;
        // Downwards λ grows by more than its slope says.
        let far = if e < w {
            hbar_c() / (w - e) - value
        } else {
            value
        };
        Scalar::new(value, far)
    }

    /// λ_ii(T), nm.
    fn depth_at(&self, row: &SuperconductorRow) -> [Scalar; 3] {
        std::array::from_fn(|i| {
            let (zero, rho) = (self.depth_along(i), row.superfluid[i]);
            let value = zero.value / rho.value.sqrt();
            Scalar::new(
                value,
                zero.error / rho.value.sqrt() + 0.5 * value * rho.error / rho.value,
            )
        })
    }

    fn form(&self) -> &'static str {
        match self.found.symmetry {
            Symmetry::S => "s wave, the same everywhere",
            Symmetry::D => "d wave, (cos 2pi u1 - cos 2pi u2)/2",
            Symmetry::Tabulated => "as tabulated",
        }
    }
}

/// Rows of columns behind comments.
pub fn superconductor_table(report: &SuperconductorReport) -> String {
    let mut s = format!(
        "# gap {} eV at T = 0 ({}), T_c = {:.6} K, Fermi level {:.6} eV\n",
        report.found.gap_ev,
        report.form(),
        report.found.critical_k,
        report.found.fermi_level_ev
    );
    for (i, axis) in ["x", "y", "z"].iter().enumerate() {
        let w = Scalar::new(
            report.found.plasma_frequency.value[i][i],
            report.found.plasma_frequency.error[i][i],
        );
        let _ = writeln!(
            s,
            "# {axis}: plasma frequency {} eV, penetration depth at T = 0 {} nm",
            scalar(w),
            scalar(report.depth_along(i))
        );
    }
    s += "#    T (K)      gap (eV)   kappa_s/kappa_n xx, zz (BRT)            (constant tau) xx      rho_s/n xx               lambda_xx (nm)\n";
    for row in &report.found.rows {
        let depth = report.depth_at(row);
        let _ = writeln!(
            s,
            "{:10.5}  {:12.6e}  {:>20}  {:>20}  {:>20}  {:>20}  {:>20}",
            row.temperature_k,
            row.gap_ev,
            scalar(row.heat_brt[0]),
            scalar(row.heat_brt[2]),
            scalar(row.heat_constant_time[0]),
            scalar(row.superfluid[0]),
            scalar(depth[0])
        );
    }
    for (gamma, kappa) in &report.found.residual {
        let each: Vec<String> = (0..3)
            .map(|i| scientific(Scalar::new(kappa.value[i][i], kappa.error[i][i])))
            .collect();
        let _ = writeln!(
            s,
            "# kappa/T at T = 0 with gamma = {gamma} eV: {} W/(K^2 m)",
            each.join(", ")
        );
    }
    if let Some(verdict) = report.found.verdict {
        let _ = writeln!(s, "# the measured value speaks for: {verdict}");
    }
    s
}

fn three(all: &[Scalar; 3], unit: &str) -> Value {
    json!({"value": all.map(|s| s.value), "error": all.map(|s| s.error), "unit": unit})
}

/// A machine-readable summary.
pub fn superconductor_json(report: &SuperconductorReport) -> Value {
    let rows: Vec<Value> = report
        .found
        .rows
        .iter()
        .map(|row| {
            json!({
                "temperature": {"value": row.temperature_k, "unit": "K"},
                "gap": {"value": row.gap_ev, "error": 1e-12 * row.gap_ev, "unit": "eV"},
                "thermal_conductivity_ratio": three(&row.heat_brt, "1"),
                "thermal_conductivity_ratio_constant_time": three(&row.heat_constant_time, "1"),
                "superfluid_density": three(&row.superfluid, "1"),
                "penetration_depth": three(&report.depth_at(row), "nm"),
            })
        })
        .collect();
    let residual: Vec<Value> = report
        .found
        .residual
        .iter()
        .map(|(gamma, kappa)| json!({"gamma": {"value": gamma, "unit": "eV"}, "thermal_conductivity_over_temperature": tensor_json(kappa, "W/(K^2 m)")}))
        .collect();
    json!({
        "kind": "superconductor",
        "input": report.input,
        "k_grid": report.header.k_grid.n,
        "fermi_level": {"value": report.found.fermi_level_ev, "unit": "eV"},
        "gap_symmetry": report.form(),
        "gap_at_zero": {"value": report.found.gap_ev, "unit": "eV"},
        "critical_temperature": {"value": report.found.critical_k, "unit": "K"},
        "plasma_frequency": tensor_json(&report.found.plasma_frequency, "eV"),
        "penetration_depth_at_zero": tensor_json(&report.depth(), "nm"),
        "rows": rows,
        "residual": residual,
        "verdict": report.found.verdict,
        "density_of_states": report.found.density.iter().map(|(e, n)| json!({"energy": e, "value": n.value, "error": n.error})).collect::<Vec<_>>(),
    })
}

/// An HDF5 result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn superconductor_result(report: &SuperconductorReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("superconductor", command);
    file.attribute("input", report.input.as_str())
        .attribute("k_grid", report.header.k_grid.to_string())
        .attribute("gap_symmetry", report.form())
        .attribute("fermi_level_ev", report.found.fermi_level_ev)
        .attribute("critical_temperature_k", report.found.critical_k);
    let t: Vec<f64> = report.found.rows.iter().map(|r| r.temperature_k).collect();
    file.dimension("temperature", t, "K", "temperature")?;
    let xyz: &[&str] = &["x", "y", "z"];
    file.dimension("cart", xyz, "", "Cartesian axis")?;
    let exact = |of: fn(&SuperconductorRow) -> f64| -> Vec<Scalar> {
        let one = |r| Scalar::new(of(r), 0.0);
        report.found.rows.iter().map(one).collect()
    };
    put(
        &mut file,
        "gap",
        &["temperature"],
        &exact(|r| r.gap_ev),
        "eV",
        "largest gap",
    )?;
    let transposed = |of: &dyn Fn(&SuperconductorRow) -> [Scalar; 3]| -> Vec<Scalar> {
        let rows: Vec<[Scalar; 3]> = report.found.rows.iter().map(of).collect();
        (0..3)
            .flat_map(|i| rows.iter().map(move |r| r[i]))
            .collect()
    };
    let on = ["cart", "temperature"];
    put(
        &mut file,
        "thermal_conductivity_ratio",
        &on,
        &transposed(&|r| r.heat_brt),
        "1",
        "kappa_s/kappa_n, tau_s = tau_n E/|xi|",
    )?;
    put(
        &mut file,
        "thermal_conductivity_ratio_constant_time",
        &on,
        &transposed(&|r| r.heat_constant_time),
        "1",
        "kappa_s/kappa_n, one tau",
    )?;
    put(
        &mut file,
        "superfluid_density",
        &on,
        &transposed(&|r| r.superfluid),
        "1",
        "superfluid density over that of electrons",
    )?;
    put(
        &mut file,
        "penetration_depth",
        &on,
        &transposed(&|r| report.depth_at(r)),
        "nm",
        "penetration depth",
    )?;
    if !report.found.density.is_empty() {
        let energies: Vec<f64> = report.found.density.iter().map(|d| d.0).collect();
        file.dimension(
            "energy",
            energies,
            "eV",
            "energy from the Fermi level, middle of a bin",
        )?;
        let all: Vec<Scalar> = report.found.density.iter().map(|d| d.1).collect();
        put(
            &mut file,
            "states_over_normal",
            &["energy"],
            &all,
            "1",
            "N(E)/N_0 at T = 0, mean over a bin",
        )?;
    }
    file.tensor_dimensions()?;
    let tensor =
        |file: &mut ResultFile, name: &str, on: &[&str], all: &[TensorQuantity], unit, about| {
            let values = all.iter().flat_map(|t| t.value.concat()).collect();
            file.variable(name, on, values, unit, about)?;
            let bars = all.iter().flat_map(|t| t.error.concat()).collect();
            file.error_bar(name, bars).map(|_| ())
        };
    let plasma = [report.found.plasma_frequency];
    let about = "plasma frequency of the normal state, times hbar";
    tensor(
        &mut file,
        "plasma_frequency",
        &["row", "col"],
        &plasma,
        "eV",
        about,
    )?;
    if !report.found.residual.is_empty() {
        let (gammas, all): (Vec<f64>, Vec<TensorQuantity>) =
            report.found.residual.iter().copied().unzip();
        file.dimension("gamma", gammas, "eV", "scattering of quasiparticles")?;
        let on = ["gamma", "row", "col"];
        let name = "residual_thermal_conductivity_over_temperature";
        tensor(&mut file, name, &on, &all, "W/(K^2 m)", "kappa/T at T = 0")?;
    }
    if let Some(verdict) = report.found.verdict {
        file.attribute("verdict", verdict);
    }
    Ok(file)
}
