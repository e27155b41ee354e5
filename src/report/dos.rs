//! A density of states as a table, JSON and an HDF5 result.

use super::CONDUCTING;
use super::Run;
use super::budget::Bars;
use super::crossings::{self, Whole};
use super::fermi::provenance;
use crate::bands::BandHeader;
use crate::error::Result;
use crate::integrate::crossings::CrossingEffect;
use crate::io::results::ResultFile;
use crate::transport::{DosSpectrum, mean};
use serde_json::{Value, json};
use std::fmt::Write;

/// A result with everything that is said about it.
pub struct DosReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// The spectrum.
    pub dos: &'a DosSpectrum,
    /// What crossings of sorted bands do to the velocities; none where velocities come from the file.
    pub crossings: Option<CrossingEffect>,
    /// How it was computed.
    pub run: &'a Run,
}

/// Rows of whitespace-separated columns behind two header lines.
pub fn dos_table(report: &DosReport) -> String {
    let dos = report.dos;
    let found = crossings::sentence(report.crossings, Whole::States);
    let mut s = format!("# band crossings: {found}\n");
    s.push_str(
        "#    energy_eV    dos_per_eV    dos_error     electrons     electrons_error  sigma/tau_xx_yy_zz_mean_1/(Ohm_m_s)  error\n",
    );
    for k in 0..dos.energy_ev.len() {
        let sigma = mean(&dos.conductivity_over_tau[k], dos.directions);
        let _ = writeln!(
            s,
            "{:14.6}  {:12.6e}  {:12.3e}  {:14.8}  {:12.3e}  {:14.6e}  {:12.3e}",
            dos.energy_ev[k],
            dos.dos[k].value,
            dos.dos[k].error,
            dos.electrons[k].value,
            dos.electrons[k].error,
            sigma.value,
            sigma.error
        );
    }
    s
}

/// A machine-readable summary: columns, not rows.
pub fn dos_json(report: &DosReport) -> Value {
    let (header, dos, run) = (report.header, report.dos, report.run);
    let mut all = json!({
        "kind": "dos",
        "input": report.input,
        "backend": run.backend,
        "adapter": run.adapter,
        "k_grid": header.k_grid.n,
        "method": run.method,
        "seconds": run.seconds,
        "band_crossings": crossings::value(report.crossings, Whole::States),
        CONDUCTING: dos.directions,
        "energy": {"value": dos.energy_ev, "unit": "eV"},
        "bin_width": {"value": dos.width_ev, "unit": "eV"},
        "density_of_states": Bars::list(&dos.dos).json("1/eV"),
        "density_of_states_by_spin": {"value": dos.dos_by_spin, "unit": "1/eV"},
        "electrons": Bars::list(&dos.electrons).json("1"),
        "mean_speed": {"value": dos.mean_speed, "unit": "m/s"},
        "conductivity_over_tau": Bars::list(&dos.conductivity_over_tau).json("1/(Ohm m s)"),
    });
    if let Some(level) = header.fermi_level_ev {
        all["fermi_level"] = json!({"value": level, "unit": "eV"});
    }
    all
}

/// An HDF5 result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn dos_result(report: &DosReport, command: &str) -> Result<ResultFile> {
    let dos = report.dos;
    let mut file = ResultFile::new("dos", command);
    provenance(&mut file, report.header, &report.input, report.run);
    crossings::attributes(&mut file, report.crossings, Whole::States);
    file.attribute("bin_width_ev", dos.width_ev)
        .attribute(CONDUCTING, dos.directions as i64);
    if let Some(level) = report.header.fermi_level_ev {
        file.attribute("fermi_level_ev", level);
    }
    file.dimension(
        "energy",
        dos.energy_ev.clone(),
        "eV",
        "middle of the energy bin",
    )?;
    file.tensor_dimensions()?;
    let about = "average density of states of the bin, per cell, all spins";
    Bars::list(&dos.dos).put(&mut file, "density_of_states", &["energy"], "1/eV", about)?;
    let about = "electrons per cell below the upper edge of the bin";
    Bars::list(&dos.electrons).put(&mut file, "electrons", &["energy"], "1", about)?;
    file.variable(
        "mean_speed",
        &["energy"],
        dos.mean_speed.clone(),
        "m/s",
        "mean speed of the states in the bin",
    )?;
    let (dimensions, unit) = (["energy", "row", "col"], "1/(Ohm m s)");
    let about = "conductivity per relaxation time with the Fermi level in the bin";
    let sigma = Bars::list(&dos.conductivity_over_tau);
    sigma.put(&mut file, "conductivity_over_tau", &dimensions, unit, about)?;
    if !dos.dos_by_spin.is_empty() {
        file.dimension("spin", &["up", "down"][..], "", "spin channel")?;
        file.variable(
            "density_of_states_by_spin",
            &["spin", "energy"],
            dos.dos_by_spin.concat(),
            "1/eV",
            "average density of states of the bin, per cell and spin",
        )?;
    }
    Ok(file)
}
