//! `bzint info`.

use super::options::{Input, Output};
use super::session;
use crate::bands::{BandHeader, BandSource};
use crate::error::Result;
use crate::integrate::fermi_level::gap;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;

/// Options of `info`.
#[derive(Args, Debug)]
pub struct Info {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    output: Output,
}

impl Info {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read.
    pub fn run(self) -> Result<()> {
        let source = session::open(&self.input)?;
        let input = self.input.file.display().to_string();
        if self.output.json {
            super::print(&format!("{:#}", to_json(&*source, &input)));
        } else {
            super::print(&to_text(&*source, &input, self.output.verbose));
        }
        Ok(())
    }
}

/// (valence maximum, conduction minimum), eV, where the electron count leaves a gap.
fn band_gap(source: &dyn BandSource) -> Option<(f64, f64)> {
    let edges = gap(source, source.header().n_electrons?)?;
    edges.1.is_finite().then_some(edges)
}

fn to_text(source: &dyn BandSource, input: &str, verbose: bool) -> String {
    let header = source.header();
    let mut s = String::new();
    let mut line = |name: &str, text: String| {
        let _ = writeln!(s, "{name:<18}{text}");
    };
    line("file", input.to_owned());
    line("format", header.provenance.format.clone());
    for (i, a) in header.lattice.rows().iter().enumerate() {
        let name = if i == 0 { "lattice (Å)" } else { "" };
        line(
            name,
            format!("a{} = {:11.6} {:11.6} {:11.6}", i + 1, a[0], a[1], a[2]),
        );
    }
    line("cell volume", format!("{:.6} Å³", header.lattice.volume()));
    if !header.atoms.is_empty() {
        line("atoms", formula(header));
    }
    line(
        "symmetry",
        format!(
            "{} operations leave the bands unchanged",
            header.point_group.order()
        ),
    );
    line(
        "k-grid",
        format!("{} = {} points", header.k_grid, header.k_grid.len()),
    );
    line(
        "spin",
        format!("{}, g_s = {}", header.spin.name(), header.spin.degeneracy()),
    );
    let last = header.first_band + header.n_band - 1;
    line(
        "bands",
        format!(
            "{} (numbers {} to {last})",
            header.n_band, header.first_band
        ),
    );
    line(
        "electrons",
        header
            .n_electrons
            .map_or("unknown".into(), |n| format!("{n} per cell")),
    );
    line(
        "Fermi level",
        header
            .fermi_level_ev
            .map_or("unknown".into(), |e| format!("{e:.6} eV (from the file)")),
    );
    let mut crossing: Vec<usize> = header
        .fermi_level_ev
        .map(|e| {
            let all = source.statistics().iter().enumerate();
            all.filter(|(_, s)| s.energy_min < e && e < s.energy_max)
                .map(|(i, _)| header.first_band + i % header.n_band)
                .collect()
        })
        .unwrap_or_default();
    crossing.sort_unstable();
    crossing.dedup();
    let crossing: Vec<String> = crossing.iter().map(usize::to_string).collect();
    if let Some((valence, conduction)) = band_gap(source) {
        line(
            "gap on this grid",
            format!(
                "{:.6} eV (valence band to {valence:.6} eV, conduction band from {conduction:.6} eV)",
                conduction - valence
            ),
        );
    } else if !crossing.is_empty() {
        line(
            "metal",
            format!("bands {} cross the Fermi level", crossing.join(", ")),
        );
    }
    let brings = match (header.has_velocities, header.has_lifetimes) {
        (true, true) => "energies, velocities, relaxation times",
        (true, false) => "energies, velocities",
        (false, true) => "energies, relaxation times",
        (false, false) => "energies",
    };
    line("quantities", brings.into());
    if verbose {
        for (i, b) in source.statistics().iter().enumerate() {
            line(
                if i == 0 { "spin band range" } else { "" },
                format!(
                    "{} {:>4}  {:12.6} to {:12.6} eV",
                    i / header.n_band + 1,
                    header.first_band + i % header.n_band,
                    b.energy_min,
                    b.energy_max
                ),
            );
        }
    }
    for note in &header.provenance.notes {
        line("note", note.clone());
    }
    s
}

/// Atoms counted by symbol, in order of appearance.
fn formula(header: &BandHeader) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for atom in &header.atoms {
        match counts.iter_mut().find(|(s, _)| *s == atom.symbol) {
            Some((_, n)) => *n += 1,
            None => counts.push((&atom.symbol, 1)),
        }
    }
    let words: Vec<String> = counts.iter().map(|(s, n)| format!("{n} {s}")).collect();
    words.join(", ")
}

fn to_json(source: &dyn BandSource, input: &str) -> Value {
    let header = source.header();
    let ranges: Vec<Value> = source
        .statistics()
        .iter()
        .enumerate()
        .map(|(i, b)| {
            json!({
                "spin": i / header.n_band + 1,
                "band": header.first_band + i % header.n_band,
                "energy_min": b.energy_min,
                "energy_max": b.energy_max,
            })
        })
        .collect();
    let gap = band_gap(source);
    json!({
        "kind": "info",
        "input": input,
        "format": header.provenance.format,
        "lattice": {"value": header.lattice.rows(), "unit": "angstrom"},
        "cell_volume": {"value": header.lattice.volume(), "unit": "angstrom^3"},
        "atoms": header.atoms.iter().map(|a| json!({"symbol": a.symbol, "position": a.position})).collect::<Vec<_>>(),
        "symmetry_operations": header.point_group.order(),
        "k_grid": header.k_grid.n,
        "k_shift": header.k_grid.shift,
        "spin_treatment": header.spin.name(),
        "spin_degeneracy": header.spin.degeneracy(),
        "bands": header.n_band,
        "first_band": header.first_band,
        "electrons": header.n_electrons,
        "fermi_level": {"value": header.fermi_level_ev, "unit": "eV"},
        "gap": {"value": gap.map(|(v, c)| c - v), "unit": "eV"},
        "valence_band_maximum": {"value": gap.map(|g| g.0), "unit": "eV"},
        "conduction_band_minimum": {"value": gap.map(|g| g.1), "unit": "eV"},
        "velocities": header.has_velocities,
        "lifetimes": header.has_lifetimes,
        "band_ranges": ranges,
        "notes": header.provenance.notes,
    })
}
