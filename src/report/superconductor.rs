//! Quasiparticles of a superconductor as a table, JSON and an HDF5 result.

use super::format::{scalar, scientific, tensor_json};
use super::phonon::put;
use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::superconductor::Symmetry;
use crate::uncertainty::{Scalar, TensorQuantity};
use crate::units::{EV, HBAR, SPEED_OF_LIGHT};
use serde_json::{Value, json};
use std::fmt::Write;

/// One temperature.
pub struct SuperconductorRow {
    /// K.
    pub temperature_k: f64,
    /// Largest gap, eV.
    pub gap_ev: f64,
    /// κ_s/κ_n along x, y, z, τ_s = τ_n E/|ξ|; NaN along directions without current.
    pub heat_brt: [Scalar; 3],
    /// κ_s/κ_n with one τ.
    pub heat_constant_time: [Scalar; 3],
    /// ρ_s/n.
    pub superfluid: [Scalar; 3],
}

/// What was asked for.
pub struct SuperconductorReport {
    /// The bands.
    pub header: BandHeader,
    /// The input's path.
    pub input: String,
    /// eV.
    pub fermi_level_ev: f64,
    /// Which gap.
    pub symmetry: Symmetry,
    /// Largest gap at T = 0, eV.
    pub gap_ev: f64,
    /// K.
    pub critical_k: f64,
    /// ħω_p, eV.
    pub plasma_frequency: TensorQuantity,
    /// By temperature.
    pub rows: Vec<SuperconductorRow>,
    /// κ/T at T = 0 in W/(K² m), by γ in eV.
    pub residual: Vec<(f64, TensorQuantity)>,
    /// What a measured value speaks for.
    pub verdict: Option<&'static str>,
    /// N(E)/N_0 at energies in eV; empty unless written.
    pub density: Vec<(f64, Scalar)>,
}

/// ħc in eV nm.
fn hbar_c() -> f64 {
    HBAR * SPEED_OF_LIGHT / EV * 1e9
}

impl SuperconductorReport {
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
            self.plasma_frequency.value[i][i],
            self.plasma_frequency.error[i][i],
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
        match self.symmetry {
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
        report.gap_ev,
        report.form(),
        report.critical_k,
        report.fermi_level_ev
    );
    for (i, axis) in ["x", "y", "z"].iter().enumerate() {
        let w = Scalar::new(
            report.plasma_frequency.value[i][i],
            report.plasma_frequency.error[i][i],
        );
        let _ = writeln!(
            s,
            "# {axis}: plasma frequency {} eV, penetration depth at T = 0 {} nm",
            scalar(w),
            scalar(report.depth_along(i))
        );
    }
    s += "#    T (K)      gap (eV)   kappa_s/kappa_n xx, zz (BRT)            (constant tau) xx      rho_s/n xx               lambda_xx (nm)\n";
    for row in &report.rows {
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
    for (gamma, kappa) in &report.residual {
        let each: Vec<String> = (0..3)
            .map(|i| scientific(Scalar::new(kappa.value[i][i], kappa.error[i][i])))
            .collect();
        let _ = writeln!(
            s,
            "# kappa/T at T = 0 with gamma = {gamma} eV: {} W/(K^2 m)",
            each.join(", ")
        );
    }
    if let Some(verdict) = report.verdict {
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
        .residual
        .iter()
        .map(|(gamma, kappa)| json!({"gamma": {"value": gamma, "unit": "eV"}, "thermal_conductivity_over_temperature": tensor_json(kappa, "W/(K^2 m)")}))
        .collect();
    json!({
        "kind": "superconductor",
        "input": report.input,
        "k_grid": report.header.k_grid.n,
        "fermi_level": {"value": report.fermi_level_ev, "unit": "eV"},
        "gap_symmetry": report.form(),
        "gap_at_zero": {"value": report.gap_ev, "unit": "eV"},
        "critical_temperature": {"value": report.critical_k, "unit": "K"},
        "plasma_frequency": tensor_json(&report.plasma_frequency, "eV"),
        "penetration_depth_at_zero": tensor_json(&report.depth(), "nm"),
        "rows": rows,
        "residual": residual,
        "verdict": report.verdict,
        "density_of_states": report.density.iter().map(|(e, n)| json!({"energy": e, "value": n.value, "error": n.error})).collect::<Vec<_>>(),
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
        .attribute("fermi_level_ev", report.fermi_level_ev)
        .attribute("critical_temperature_k", report.critical_k);
    let t: Vec<f64> = report.rows.iter().map(|r| r.temperature_k).collect();
    file.dimension("temperature", t, "K", "temperature")?;
    let xyz: &[&str] = &["x", "y", "z"];
    file.dimension("cart", xyz, "", "Cartesian axis")?;
    let exact = |of: fn(&SuperconductorRow) -> f64| -> Vec<Scalar> {
        let one = |r| Scalar::new(of(r), 0.0);
        report.rows.iter().map(one).collect()
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
        let rows: Vec<[Scalar; 3]> = report.rows.iter().map(of).collect();
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
    if !report.density.is_empty() {
        let energies: Vec<f64> = report.density.iter().map(|d| d.0).collect();
        file.dimension(
            "energy",
            energies,
            "eV",
            "energy from the Fermi level, middle of a bin",
        )?;
        let all: Vec<Scalar> = report.density.iter().map(|d| d.1).collect();
        put(
            &mut file,
            "states_over_normal",
            &["energy"],
            &all,
            "1",
            "N(E)/N_0 at T = 0, mean over a bin",
        )?;
    }
    Ok(file)
}
