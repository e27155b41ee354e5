//! `bzint info`.

use super::options::{Density, Input, InterpolatorKind, Output};
use super::{session, terminal};
use crate::bands::edges::BandEdges;
use crate::bands::{BandHeader, BandSource, GapSplit};
use crate::error::Result;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::crossings::{CrossingEffect, PairCrossings, in_zone, on_surface};
use crate::integrate::{Channels, Request, Velocities, surface};
use crate::report::{edges_json, edges_lines, on_fermi_surface, phonon_info, phonon_info_json};
use crate::sampler::isospectral::{self, Wanted};
use crate::workflow::{level, notes_on_axes};
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
        let _progress = session::show_progress(&self.output);
        self.input.check(None)?;
        // A seed names files, and is none.
        if self.input.file.exists() && crate::io::phonons::is_phonons(&self.input.file)? {
            return self.phonons();
        }
        let source = session::open(&self.as_table())?;
        let mut interpolators = Vec::new();
        if self.asks_for_interpolator() {
            let found = isospectral::search(&*source, Wanted::WherePredictedBetter)?;
            interpolators = found.notes;
            interpolators.extend(found.bands.err().filter(|_| interpolators.is_empty()));
        }
        let input = self.input.file.display().to_string();
        let edges = GapSplit::of(&*source)
            .map(|split| edges(&*source, &split))
            .transpose()?;
        let crossings = in_zone(&*source)?;
        let on_surface = match edges {
            Some(_) => None,
            None => crossings_at_fermi_level(&*source)?,
        };
        if self.output.json {
            let summary = to_json(&*source, &input, edges.as_ref(), &crossings, on_surface);
            terminal::print_json(&with_interpolators(summary, &interpolators))
        } else {
            let verbose = self.output.verbose;
            let mut text = to_text(
                &*source,
                &input,
                verbose,
                edges.as_ref(),
                &crossings,
                on_surface,
            );
            for words in &interpolators {
                let _ = writeln!(text, "{:<18}{words}", "interpolation");
            }
            terminal::print(&text)
        }
    }
}

impl Info {
    /// Whether it is to be said what interpolations of the table predict: nothing is interpolated here.
    fn asks_for_interpolator(&self) -> bool {
        let input = &self.input;
        let dense =
            input.interpolate.is_some_and(|d| d != Density::AsItIs) || input.kspacing.is_some();
        match input.interpolator {
            Some(kind) => kind != InterpolatorKind::Series && !dense,
            None => self.output.verbose && !dense && input.tolerance.is_none(),
        }
    }

    /// The input, with what is not interpolated taken as it is.
    fn as_table(&self) -> Input {
        let mut input = self.input.clone();
        if self.asks_for_interpolator() {
            input.opening.interpolator = None;
        }
        input
    }

    /// Of a file of phonons.
    fn phonons(&self) -> Result<()> {
        let phonons = crate::io::phonons::open(&self.input.file)?;
        let input = self.input.file.display().to_string();
        match self.output.json {
            true => terminal::print_json(&phonon_info_json(&phonons, &input)),
            false => terminal::print(&phonon_info(&phonons, &input, self.output.verbose)),
        }
    }
}

/// The edges, with what other interpolations of the file's energies say of them.
fn edges(source: &dyn BandSource, split: &GapSplit) -> Result<BandEdges> {
    widened(BandEdges::new(source, split)?, source)
}

/// Edges with what the rival of `source` says of them, the rival of that, and so on.
fn widened(own: BandEdges, source: &dyn BandSource) -> Result<BandEdges> {
    let Some(rival) = source.rival() else {
        return Ok(own);
    };
    let own = match GapSplit::of(&*rival) {
        Some(split) => own.widened(&BandEdges::new(&*rival, &split)?),
        None => own,
    };
    widened(own, &*rival)
}

/// The summary with what became of each group of bands, where that was asked for.
fn with_interpolators(mut summary: Value, interpolators: &[String]) -> Value {
    if !interpolators.is_empty() {
        summary["interpolation"] = json!(interpolators);
    }
    summary
}

/// What crossings do to the Fermi surface of a metal's table; none where nothing crosses the Fermi level.
fn crossings_at_fermi_level(source: &dyn BandSource) -> Result<Option<CrossingEffect>> {
    let header = source.header();
    let crosses = |e: &f64| {
        let mut all = source.statistics().iter();
        all.any(|s| s.energy_min < *e && *e < s.energy_max)
    };
    let Some(energy) = header.fermi_level_ev.filter(crosses) else {
        return Ok(None);
    };
    let request = Request {
        channels: Channels::Basic,
        velocities: Velocities::FiniteDifference(4),
        ..Request::for_bands(header)
    };
    let integral = surface(source, &request, energy, &mut CpuEngine::<f64>::default())?;
    let found = on_surface(source, &request, &integral)?;
    Ok(found.map(|found| found.summary()))
}

fn to_text(
    source: &dyn BandSource,
    input: &str,
    verbose: bool,
    edges: Option<&BandEdges>,
    crossings: &[PairCrossings],
    on_surface: Option<CrossingEffect>,
) -> String {
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
    if let Some(edges) = edges {
        if let Some((level, _)) = level::mid_gap(source) {
            line(
                "",
                format!("{level:.6} eV in the middle of the gap, where `fermi` puts it"),
            );
        }
        for (name, text) in edges_lines(edges) {
            line(&name, text);
        }
    } else if !crossing.is_empty() {
        line(
            "metal",
            format!("bands {} cross the Fermi level", crossing.join(", ")),
        );
    }
    for (i, c) in crossings.iter().enumerate() {
        let name = if i == 0 { "band crossings" } else { "" };
        let band = header.first_band + c.band;
        let spin = if header.n_spin() > 1 {
            format!("spin {}, ", c.spin + 1)
        } else {
            String::new()
        };
        let share = 100.0 * c.share;
        let text = format!(
            "{spin}bands {band} and {}: differences reach across one at {share:.2} % of the k-points",
            band + 1
        );
        line(name, text);
    }
    if let Some(found) = on_surface {
        line("", on_fermi_surface(found).0);
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
    for note in header.provenance.notes.iter().chain(&notes_on_axes(header)) {
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

fn to_json(
    source: &dyn BandSource,
    input: &str,
    edges: Option<&BandEdges>,
    crossings: &[PairCrossings],
    on_surface: Option<CrossingEffect>,
) -> Value {
    let header = source.header();
    let notes = [header.provenance.notes.clone(), notes_on_axes(header)].concat();
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
    let mut out = json!({
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
        "velocities": header.has_velocities,
        "lifetimes": header.has_lifetimes,
        "band_ranges": ranges,
        "notes": notes,
    });
    let nothing = || json!({"value": null, "unit": "eV"});
    match edges {
        Some(edges) => {
            if let Value::Object(more) = edges_json(edges) {
                for (name, value) in more {
                    out[name] = value;
                }
            }
            out["mid_gap"] = level::mid_gap(source)
                .map_or_else(nothing, |(e, _)| json!({"value": e, "unit": "eV"}));
        }
        None => {
            for name in [
                "gap",
                "direct_gap",
                "valence_band_maximum",
                "conduction_band_minimum",
                "mid_gap",
            ] {
                out[name] = nothing();
            }
        }
    }
    out["band_crossings"] = crossings
        .iter()
        .map(|c| {
            let band = header.first_band + c.band;
            json!({"spin": c.spin + 1, "bands": [band, band + 1], "share_of_zone": c.share})
        })
        .collect();
    out["band_crossings_on_fermi_surface"] =
        on_surface.map_or(Value::Null, |found| on_fermi_surface(found).1);
    let crosses = |e: f64| {
        let mut all = source.statistics().iter();
        all.any(|s| s.energy_min < e && e < s.energy_max)
    };
    out["metal"] = match (edges, header.n_electrons, header.fermi_level_ev) {
        (Some(_), ..) => Value::Bool(false),
        (None, Some(_), _) => Value::Bool(true),
        (None, None, Some(e)) if crosses(e) => Value::Bool(true),
        _ => Value::Null,
    };
    out
}
