//! The Fermi-surface tensors as a table, JSON and an HDF5 result.

use super::Run;
use super::budget::{Bars, advice, in_words};
use super::crossings::{self, Whole};
use super::format::{scalar, scalar_json, scientific, tensor_json, tensor_lines};
use crate::bands::{BandHeader, SpinTreatment};
use crate::error::Result;
use crate::integrate::crossings::CrossingEffect;
use crate::io::results::ResultFile;
use crate::transport::{Directions, FermiTensors, Scalar, TensorQuantity, mean};
use serde_json::{Value, json};
use std::fmt::Write;

/// A result with everything that is said about it.
pub struct FermiReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// The tensors.
    pub tensors: &'a FermiTensors,
    /// Where the Fermi level comes from.
    pub origin: String,
    /// What crossings of sorted bands do to the velocities; none where velocities come from the file.
    pub crossings: Option<CrossingEffect>,
    /// A constant relaxation time, s.
    pub tau_s: Option<f64>,
    /// How it was computed.
    pub run: &'a Run,
}

/// (name, tensor, unit, explanation) of every tensor there is.
fn tensors(t: &FermiTensors) -> Vec<(&'static str, &TensorQuantity, &'static str, &'static str)> {
    let mut list = vec![
        (
            "velocity_squared",
            &t.velocity_squared,
            "m^2/s^2",
            "mean of v_i v_j over the states at the Fermi level",
        ),
        (
            "conductivity_over_tau",
            &t.conductivity_over_tau,
            "1/(Ohm m s)",
            "conductivity per relaxation time",
        ),
        (
            "plasma_frequency",
            &t.plasma_frequency,
            "eV",
            "plasma frequency tensor hbar omega_p",
        ),
    ];
    if let Some(sigma) = &t.conductivity {
        list.push(("conductivity", sigma, "S/m", "electrical conductivity"));
    }
    list
}

/// (name, scalar, unit, explanation) of every scalar.
fn scalars(t: &FermiTensors) -> [(&'static str, Scalar, &'static str, &'static str); 4] {
    let level = Scalar::exact(t.fermi_level_ev);
    [
        ("fermi_level", level, "eV", "Fermi level"),
        (
            "electrons",
            t.electrons,
            "1",
            "electrons per cell below the Fermi level",
        ),
        (
            "dos_at_fermi_level",
            t.dos,
            "1/eV",
            "density of states per cell, all spins",
        ),
        (
            "fermi_velocity",
            t.fermi_velocity,
            "m/s",
            "mean speed of the states at the Fermi level",
        ),
    ]
}

/// A readable table.
pub fn fermi_table(report: &FermiReport) -> String {
    let (t, header, run) = (report.tensors, report.header, report.run);
    let mut s = String::new();
    let _ = writeln!(s, "Fermi surface of {}", report.input);
    let _ = writeln!(
        s,
        "  bands     {}, {} {} bands on {} k-points",
        header.provenance.format,
        header.n_band,
        header.spin.name(),
        header.k_grid
    );
    let _ = writeln!(s, "  method    {}", run.method);
    let _ = writeln!(
        s,
        "  backend   {} ({}), {:.3} s\n",
        run.backend, run.adapter, run.seconds
    );
    let _ = writeln!(
        s,
        "  Fermi level                 {:.6} eV ({})",
        t.fermi_level_ev, report.origin
    );
    let held = header
        .n_electrons
        .map_or(String::new(), |n| format!("   (the file says {n})"));
    let _ = writeln!(
        s,
        "  electrons below it          {} per cell{held}",
        scalar(t.electrons)
    );
    let dos = match t.singular_dos {
        Some(here) => singular_sentence(here),
        None if t.flat > 0.0 => flat_sentence(t.flat),
        None if header.spin == SpinTreatment::Spinor => {
            format!("{} /eV per cell", scalar(t.dos))
        }
        None => format!("{} /eV per cell, both spins", scalar(t.dos)),
    };
    let _ = writeln!(s, "  density of states N(E_F)    {dos}");
    let _ = writeln!(
        s,
        "  mean Fermi velocity         {} m/s",
        scientific(t.fermi_velocity)
    );
    for (name, tensor, unit, about) in tensors(t) {
        let _ = writeln!(s, "\n  {name} [{unit}]: {about}");
        for line in tensor_lines(tensor) {
            let _ = writeln!(s, "    {line}");
        }
    }
    if t.bands.len() > 1 {
        // A band's part of what all of them conduct.
        let directions = Directions::of_bands(header, &t.conductivity_over_tau.value).count();
        let _ = writeln!(
            s,
            "\n  spin  band   N(E_F) /eV            mean velocity m/s       sigma/tau (mean) 1/(Ohm m s)"
        );
        for b in &t.bands {
            let _ = writeln!(
                s,
                "  {:>4}  {:>4}   {:<20}  {:<22}  {}",
                b.spin,
                b.band,
                if b.dos.value.is_infinite() {
                    "infinite".into()
                } else {
                    scalar(b.dos)
                },
                scientific(b.fermi_velocity),
                scientific(mean(&b.conductivity_over_tau, directions))
            );
        }
    }
    let found = crossings::sentence(report.crossings, Whole::FermiSurface);
    let _ = writeln!(s, "\n  band crossings: {found}");
    if t.dos.value == 0.0 {
        let open = report.crossings.is_some_and(|c| c.touching.is_some());
        s.push_str(match open {
            true => {
                "\n  No states at this energy in these bands, which may touch between the table's k-points: whether it lies in a gap is open.\n"
            }
            false => "\n  No states at this energy: it lies in a gap.\n",
        });
    }
    let _ = writeln!(
        s,
        "\n  ± is the difference between this grid and its every-second-point subgrid: an upper estimate of the error left;\n  \
         with what another interpolation of a table changes, where it is interpolated.\n  \
         Symmetrisation removed {:.1e} of the largest component (included in ±).",
        t.symmetry_removed
    );
    s += &budget_lines(report);
    s
}

/// What the bars are made of, where that is asked for; what dominates the widest and would help, where it is wide.
fn budget_lines(report: &FermiReport) -> String {
    let t = report.tensors;
    let directions = Directions::of_bands(report.header, &t.conductivity_over_tau.value).count();
    let numbers = scalars(t).map(|(name, q, ..)| (name, q));
    let means = tensors(t)
        .into_iter()
        .map(|(name, q, ..)| (name, mean(q, directions)));
    let all: Vec<(&str, Scalar)> = numbers.into_iter().chain(means).collect();
    let mut s = String::new();
    for (name, q) in &all {
        let made_of = in_words(&q.shares[0]);
        if report.run.budgets && !made_of.is_empty() {
            let _ = writeln!(s, "  ± of {name:<26} is {made_of}");
        }
    }
    let relative = |q: &Scalar| q.error / q.value.abs();
    let known = all.iter().filter(|(_, q)| relative(q).is_finite());
    let widest = known.max_by(|a, b| relative(&a.1).total_cmp(&relative(&b.1)));
    if let Some(advice) = widest.and_then(|(name, q)| advice(name, "", q, relative(q))) {
        let _ = writeln!(s, "  {advice}.");
    }
    s
}

/// What is said where part of the zone is flat at E_F.
fn flat_sentence(flat: f64) -> String {
    format!(
        "infinite: {flat:.4e} electrons per cell have this very energy (a flat band, or k-points around an extremum that are equal); \
         means over the Fermi surface leave them out"
    )
}

/// What is said where N(E_F) grows with every denser grid.
fn singular_sentence(here: f64) -> String {
    format!(
        "not resolved: it grows towards this energy as at a van Hove singularity, where it is infinite ({here:.4} /eV per cell on this grid, \
         more on every denser one); nor are means over the Fermi surface"
    )
}

/// A machine-readable summary.
pub fn fermi_json(report: &FermiReport) -> Value {
    let t = report.tensors;
    let mut out = json!({
        "kind": "fermi",
        "input": report.input,
        "backend": report.run.backend,
        "adapter": report.run.adapter,
        "k_grid": report.header.k_grid.n,
        "method": report.run.method,
        "seconds": report.run.seconds,
        "fermi_level_origin": report.origin,
        "spin_treatment": report.header.spin.name(),
        "symmetry_removed": t.symmetry_removed,
    });
    for (name, q, unit, _) in scalars(t) {
        out[name] = scalar_json(q, unit);
    }
    if let Some(here) = t.singular_dos {
        out["dos_at_fermi_level"]["note"] = json!(singular_sentence(here));
    }
    if t.flat > 0.0 {
        out["dos_at_fermi_level"]["note"] = json!(flat_sentence(t.flat));
        out["electrons_at_fermi_level"] = json!({"value": t.flat, "unit": "1"});
    }
    for (name, q, unit, _) in tensors(t) {
        out[name] = tensor_json(q, unit);
    }
    out["plasma_frequency_squared"] = tensor_json(&t.plasma_frequency_squared, "eV^2");
    out["band_crossings"] = crossings::value(report.crossings, Whole::FermiSurface);
    if let Some(tau) = report.tau_s {
        out["relaxation_time"] = json!({"value": tau, "error": 0.0, "unit": "s"});
    }
    out["bands"] = t
        .bands
        .iter()
        .map(|b| {
            json!({
                "spin": b.spin,
                "band": b.band,
                "dos_at_fermi_level": scalar_json(b.dos, "1/eV"),
                "fermi_velocity": scalar_json(b.fermi_velocity, "m/s"),
                "conductivity_over_tau": tensor_json(&b.conductivity_over_tau, "1/(Ohm m s)"),
            })
        })
        .collect();
    out
}

/// An HDF5 result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn fermi_result(report: &FermiReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("fermi", command);
    provenance(&mut file, report.header, &report.input, report.run);
    file.attribute("fermi_level_origin", report.origin.as_str());
    if let Some(tau) = report.tau_s {
        file.attribute("relaxation_time_s", tau);
    }
    crossings::attributes(&mut file, report.crossings, Whole::FermiSurface);
    for (name, q, unit, about) in scalars(report.tensors) {
        Bars::of(&q).put(&mut file, name, &[], unit, about)?;
    }
    file.tensor_dimensions()?;
    for (name, t, unit, about) in tensors(report.tensors) {
        Bars::of(t).put(&mut file, name, &["row", "col"], unit, about)?;
    }
    Ok(file)
}

/// Attributes that say where a result comes from.
pub fn provenance(file: &mut ResultFile, header: &BandHeader, input: &str, run: &Run) {
    file.attribute("input", input)
        .attribute("input_format", header.provenance.format.as_str())
        .attribute("input_origin", header.provenance.path.as_str())
        .attribute("input_sha256", header.provenance.sha256.as_str())
        .attribute("k_grid", header.k_grid.to_string())
        .attribute("spin_treatment", header.spin.name())
        .attribute("backend", run.backend)
        .attribute("adapter", run.adapter.as_str())
        .attribute("method", run.method.as_str());
}
