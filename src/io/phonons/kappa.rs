//! phono3py's `kappa-*.hdf5`: half linewidths γ (THz, ordinary), for which 1/τ = 4πγ, on irreducible q-points.
//!
//! Rates add up: γ of phonons among themselves (per temperature), `gamma_isotope`, and |v|/L of `boundary_mfp` (µm). Files of the direct
//! solution (LBTE) have `kappa_RTA` beside `kappa`: the rates are those of the relaxation time, the file's own κ of both is kept.

use super::super::h5::H5;
use super::cell::{self, PHONO3PY};
use super::mesh::{THZ_ANGSTROM, file_name, mesh_of, shape_of};
use super::unfold::Listed;
use crate::crystal::Tensor;
use crate::error::Result;
use crate::excitations::{Phonons, Published, Rates};
use crate::units::{ANGSTROM, BOHR_ANGSTROM, EV};
use std::f64::consts::PI;
use std::path::Path;

/// m in the unit of `boundary_mfp`.
const MICROMETRE: f64 = 1e-6;
/// How far the volume by the structure may be from that which the file's unit of κ has.
const SAME_VOLUME: f64 = 1e-3;

/// Reads `kappa-*.hdf5`.
pub(super) fn read(path: &Path) -> Result<Phonons> {
    let file = H5::open(path)?;
    let mut cell = cell::beside(path, &PHONO3PY)?;
    check_volume(&file, &mut cell)?;
    let (shape, frequencies) = file.array("frequency")?;
    let [n_q, n_branch] = shape_of(&file, "frequency", &shape)?;
    let modes = n_q * n_branch;
    let velocities: Vec<f64> = match file.has("group_velocity") {
        true => file
            .array("group_velocity")?
            .1
            .iter()
            .map(|v| THZ_ANGSTROM * v)
            .collect(),
        false => Vec::new(),
    };
    let mut notes = vec![format!(
        "The file's units: THz (ordinary frequencies), group velocities in THz·Å (∂ω/∂q, no 2π), that is 100 m/s, half linewidths in THz \
         (1/τ = 4πγ). Lattice and atoms are those of {}.",
        file_name(&cell.path)
    )];
    let rates = rates(&file, [n_q, n_branch], &velocities, &mut notes)?;
    let published = published(&file, &rates)?;
    let listed = Listed {
        points: file.vectors("qpoint")?,
        weights: if file.has("weight") {
            file.array("weight")?.1
        } else {
            Vec::new()
        },
        mesh: if file.has("grid_matrix") {
            None
        } else {
            mesh_of(&file)?
        },
        n_branch,
        frequencies,
        velocities,
        rates,
        lattice: cell.lattice,
        atoms: cell.atoms,
        masses: cell.masses,
    };
    debug_assert_eq!(listed.frequencies.len(), modes);
    let mut phonons = listed.complete()?;
    phonons.published = published;
    let provenance = &mut phonons.header_mut().provenance;
    provenance.format = "phono3py kappa".into();
    provenance.notes.append(&mut notes);
    Ok(phonons)
}

/// The unit of κ holds the cell's volume: it tells whether the structure is this run's, and whether its lengths are in bohr.
fn check_volume(file: &H5, cell: &mut cell::Cell) -> Result<()> {
    let Some(conversion) = file.number("kappa_unit_conversion")? else {
        return Ok(());
    };
    // e·(THz·Å)²/(K Å³) over 2·2π THz, and the factor of two of 1/(2γ).
    let volume = EV * (1e12 * ANGSTROM).powi(2) / (2.0 * PI * 1e12 * ANGSTROM.powi(3) * conversion);
    let own = cell.lattice.volume();
    if (volume / own - 1.0).abs() < SAME_VOLUME {
        return Ok(());
    }
    let in_bohr = own * BOHR_ANGSTROM.powi(3);
    if (volume / in_bohr - 1.0).abs() < SAME_VOLUME {
        let rows = cell
            .lattice
            .rows()
            .map(|row| row.map(|x| x * BOHR_ANGSTROM));
        cell.lattice = crate::crystal::Lattice::new(rows)?;
        return Ok(());
    }
    Err(file.bad(
        "kappa_unit_conversion",
        format!(
            "it belongs to a cell of {volume:.4} Å³, but the cell of {} has {own:.4} Å³",
            file_name(&cell.path)
        ),
        "put the phono3py.yaml of this run beside the file",
    ))
}

fn rates(
    file: &H5,
    [n_q, n_branch]: [usize; 2],
    velocities: &[f64],
    notes: &mut Vec<String>,
) -> Result<Vec<Rates>> {
    if !(file.has("gamma") && file.has("temperature")) {
        return Ok(Vec::new());
    }
    let modes = n_q * n_branch;
    let temperatures = file.array("temperature")?.1;
    let (shape, gamma) = file.array("gamma")?;
    if shape != [temperatures.len(), n_q, n_branch] {
        return Err(file.bad(
            "gamma",
            format!("shape {shape:?}, where [{}, {n_q}, {n_branch}] (temperatures, q-points, branches) is expected", temperatures.len()),
            "join the files of single q-points (`phono3py --read-gamma`) or sigmas first",
        ));
    }
    let isotope = match file.has("gamma_isotope") {
        true => file.array("gamma_isotope")?.1,
        false => vec![0.0; modes],
    };
    if isotope.len() != modes {
        let problem = format!("{} numbers for {modes} modes", isotope.len());
        return Err(file.bad(
            "gamma_isotope",
            problem,
            "the file is damaged: copy it again",
        ));
    }
    if file.has("gamma_isotope") {
        notes.push("Scattering by isotopes of the file is part of the rates.".into());
    }
    let mfp = file
        .number("boundary_mfp")?
        .filter(|_| !velocities.is_empty());
    let boundary: Vec<f64> = match mfp {
        Some(mfp) if mfp > 0.0 => {
            notes.push(format!(
                "Scattering at boundaries {mfp} µm apart is part of the file's rates."
            ));
            let speed = |v: &[f64]| (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
            velocities
                .chunks_exact(3)
                .map(|v| speed(v) / (mfp * MICROMETRE))
                .collect()
        }
        _ => vec![0.0; modes],
    };
    let mut all = Vec::new();
    for (temperature, gamma) in temperatures.iter().zip(gamma.chunks_exact(modes.max(1))) {
        if *temperature <= 0.0 {
            notes.push(format!(
                "The rates at {temperature} K are left out: nothing is excited there."
            ));
            continue;
        }
        let each = gamma.iter().zip(&isotope).zip(&boundary);
        // A mode without linewidth has no lifetime, whatever else scatters it.
        let rate = |((g, i), b): ((&f64, &f64), &f64)| {
            if *g == 0.0 {
                0.0
            } else {
                4.0 * PI * 1e12 * (g + i) + b
            }
        };
        all.push(Rates {
            temperature_k: *temperature,
            per_second: each.map(rate).collect(),
        });
    }
    Ok(all)
}

fn published(file: &H5, rates: &[Rates]) -> Result<Vec<Published>> {
    let direct = file.has("kappa_RTA");
    let named = [
        ("kappa_TOT_RTA", "RTA"),
        ("kappa_RTA", "RTA"),
        ("kappa", if direct { "LBTE" } else { "RTA" }),
    ];
    let temperatures = match file.has("temperature") {
        true => file.array("temperature")?.1,
        false => Vec::new(),
    };
    let mut all: Vec<Published> = Vec::new();
    for (name, method) in named {
        if !file.has(name) || all.iter().any(|p| p.method == method) {
            continue;
        }
        let (shape, values) = file.array(name)?;
        if shape != [temperatures.len(), 6] {
            continue;
        }
        for (t, x) in temperatures.iter().zip(values.chunks_exact(6)) {
            if !rates.iter().any(|r| r.temperature_k == *t) {
                continue;
            }
            let kappa: Tensor = [[x[0], x[5], x[4]], [x[5], x[1], x[3]], [x[4], x[3], x[2]]];
            all.push(Published {
                temperature_k: *t,
                method,
                kappa,
            });
        }
    }
    Ok(all)
}
