//! What bands are: a table and JSON.

use super::crossings::on_fermi_surface;
use super::edges::{edges_json, edges_lines};
use crate::bands::BandHeader;
use crate::workflow::{InfoFound, level, notes_on_axes};
use serde_json::{Value, json};
use std::fmt::Write;

/// What `bzint info` prints; `verbose`: with every band's range.
pub fn info_table(found: &InfoFound, input: &str, verbose: bool) -> String {
    let (source, edges) = (&*found.bands, found.edges.as_ref());
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
    for (i, c) in found.crossings.iter().enumerate() {
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
    if let Some(effect) = found.on_surface {
        line("", on_fermi_surface(effect).0);
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
    for words in &found.interpolation {
        line("interpolation", words.clone());
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

/// A machine-readable summary.
pub fn info_json(found: &InfoFound, input: &str) -> Value {
    let (source, edges) = (&*found.bands, found.edges.as_ref());
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
    out["band_crossings"] = found
        .crossings
        .iter()
        .map(|c| {
            let band = header.first_band + c.band;
            json!({"spin": c.spin + 1, "bands": [band, band + 1], "share_of_zone": c.share})
        })
        .collect();
    out["band_crossings_on_fermi_surface"] =
        (found.on_surface).map_or(Value::Null, |effect| on_fermi_surface(effect).1);
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
    if !found.interpolation.is_empty() {
        out["interpolation"] = json!(found.interpolation);
    }
    out
}
