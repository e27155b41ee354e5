//! What a file of phonons holds, in words and as JSON.

use crate::bands::BandSource;
use crate::excitations::Phonons;
use crate::units::PLANCK_EV_PER_THZ;
use serde_json::{Value, json};
use std::fmt::Write;

/// What a file of phonons holds, for people.
pub fn phonon_info(phonons: &Phonons, input: &str, verbose: bool) -> String {
    let header = phonons.header();
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
        let mass = |i: usize| {
            phonons
                .masses
                .get(i)
                .map_or(String::new(), |m| format!(" ({m} u)"))
        };
        let names = header
            .atoms
            .iter()
            .enumerate()
            .map(|(i, a)| a.symbol.clone() + &mass(i));
        line("atoms", names.collect::<Vec<_>>().join(", "));
    }
    let (all, own) = (phonons.group.order(), header.point_group.order());
    line(
        "symmetry",
        format!(
            "{all} operations of the crystal (with time reversal), {own} of them map the grid on itself"
        ),
    );
    line(
        "q-grid",
        format!("{} = {} points", header.k_grid, header.k_grid.len()),
    );
    line("branches", format!("{}", phonons.n_branch()));
    let thz = |e: f64| e / PLANCK_EV_PER_THZ;
    line(
        "frequencies",
        format!(
            "{:.6} to {:.6} THz (ħω to {:.6} eV)",
            thz(phonons.lowest_ev()),
            thz(phonons.highest_ev()),
            phonons.highest_ev()
        ),
    );
    let rates: Vec<String> = phonons
        .rates()
        .iter()
        .map(|r| format!("{}", r.temperature_k))
        .collect();
    let mut brings = vec!["frequencies".to_owned()];
    if header.has_velocities {
        brings.push("group velocities".into());
    }
    if !rates.is_empty() {
        let shown = if rates.len() > 8 {
            format!(
                "{} to {} ({} of them)",
                rates[0],
                rates[rates.len() - 1],
                rates.len()
            )
        } else {
            rates.join(", ")
        };
        brings.push(format!("lifetimes at {shown} K"));
    }
    line("quantities", brings.join(", "));
    for published in &phonons.published {
        let k = published.kappa;
        line(
            "its own kappa",
            format!(
                "{:.4} {:.4} {:.4} W/(m K) at {} K ({})",
                k[0][0], k[1][1], k[2][2], published.temperature_k, published.method
            ),
        );
    }
    if verbose {
        for (i, b) in phonons.branches().statistics().iter().enumerate() {
            let name = if i == 0 { "branch range" } else { "" };
            line(
                name,
                format!(
                    "{:>4}  {:12.6} to {:12.6} THz",
                    i + 1,
                    thz(b.energy_min),
                    thz(b.energy_max)
                ),
            );
        }
    }
    for note in header.provenance.notes.iter().chain(&phonons.notes()) {
        line("note", note.clone());
    }
    s
}

/// The same for programs.
pub fn phonon_info_json(phonons: &Phonons, input: &str) -> Value {
    let header = phonons.header();
    let p = phonons.peculiar;
    let thz = |e: f64| e / PLANCK_EV_PER_THZ;
    let t: Vec<f64> = phonons.rates().iter().map(|r| r.temperature_k).collect();
    let ranges: Vec<Value> = phonons
        .branches()
        .statistics()
        .iter()
        .enumerate()
        .map(|(i, b)| json!({"branch": i + 1, "frequency_min": thz(b.energy_min), "frequency_max": thz(b.energy_max)}))
        .collect();
    let notes = [header.provenance.notes.clone(), phonons.notes()].concat();
    json!({
        "kind": "info",
        "holds": "phonons",
        "input": input,
        "format": header.provenance.format,
        "lattice": {"value": header.lattice.rows(), "unit": "angstrom"},
        "cell_volume": {"value": header.lattice.volume(), "unit": "angstrom^3"},
        "atoms": header.atoms.iter().map(|a| json!({"symbol": a.symbol, "position": a.position})).collect::<Vec<_>>(),
        "masses": {"value": phonons.masses, "unit": "u"},
        "symmetry_operations": phonons.group.order(),
        "k_grid": header.k_grid.n,
        "k_shift": header.k_grid.shift,
        "branches": phonons.n_branch(),
        "branch_ranges": ranges,
        "frequency_unit": "THz",
        "velocities": header.has_velocities,
        "lifetimes": !t.is_empty(),
        "temperatures": {"value": t, "unit": "K"},
        "modes": p.modes,
        "imaginary_modes": p.imaginary,
        "acoustic_modes_at_gamma": p.acoustic_at_gamma,
        "modes_without_lifetime": p.without_rate,
        "notes": notes,
    })
}
