//! FHI-aims: `Final_KS_eigenvalues.dat` (of `output postscf_eigenvalues`) with `geometry.in`, and `aims.out` for the Fermi level.
//! Source: what FHI-aims itself writes as the heading of the file, and its manual (`output postscf_eigenvalues`, `geometry.in`).
//!
//! * Units: eV and Å. k-points are fractional, the whole grid of `k_grid` times `dos_kgrid_factors`, without symmetry, in batches (any
//!   order).
//! * Per k-point: its number, its coordinates in units of the reciprocal vectors and in Å⁻¹, then a line per state: number, occupation,
//!   energy, and with two spin channels occupation and energy of the other. The number is not used: with spin-orbit coupling two files
//!   are written at once, and it counts through both.
//! * Spin: two channels hold one electron per state. One channel holds two, or one where spin-orbit coupling makes spinors: then no
//!   occupation is above 1, which tells them. (`Final_KS_eigenvalues.dat.no_soc` has the bands without it.)
//! * Electrons: the sum of the occupations, core states with them.
//! * Fermi level: the last chemical potential of `aims.out`. Where that file has another name it is unknown.
//! * Symmetry: the space group of the structure; for two channels atoms with different `initial_moment` are different.

use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::io::lines::Lines;
use crate::io::listed::{ListedBands, file_in};
use crate::io::text;
use std::path::Path;

/// What stands before the fractional coordinates of a k-point.
const K_POINT: &str = "k-point in recip. lattice units:";
/// How far from an integer the electron count may be: smearing leaves 1e-6 or so.
const WHOLE_ELECTRONS: f64 = 1e-4;

/// Whether the text begins like a `Final_KS_eigenvalues.dat`.
pub(crate) fn is_eigenvalues(text: &str) -> bool {
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .by_ref()
        .take(4)
        .any(|line| line.trim_start().starts_with(K_POINT))
}

/// Reads the bands on their full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for a file that is cut short, a number that is none, a missing
/// `geometry.in`, and k-points that are no grid.
pub fn read(path: &Path) -> Result<BandGrid> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let geometry = file_in(folder, &["geometry.in"]).ok_or_else(|| {
        Error::bad_file(
            path,
            "companion files",
            "there is no geometry.in beside it, which has the lattice",
            "put the run's geometry.in (and aims.out) into the same directory",
        )
    })?;
    let (lattice, atoms, moments) = read_geometry(&geometry)?;
    let file = text::read(path)?;
    let states = States::parse(path, &file.text)?;
    let mut notes = Vec::new();
    let fermi = match file_in(folder, &["aims.out"]) {
        Some(output) => read_fermi_level(&output)?,
        None => None,
    };
    if fermi.is_none() {
        notes.push(
            "There is no aims.out with a chemical potential: the Fermi level is unknown."
                .to_string(),
        );
    }
    let spin = match (states.n_spin, states.highest_occupation > 1.0 + 1e-6) {
        (2, _) => SpinTreatment::Collinear,
        (_, true) => SpinTreatment::Unpolarized,
        (_, false) => {
            notes.push(
                "No state holds more than one electron: they are taken for spinors.".to_string(),
            );
            SpinTreatment::Spinor
        }
    };
    let listed_points = states.k_points.len();
    let listed = ListedBands {
        lattice,
        spin,
        n_band: states.n_band,
        k_points: states.k_points,
        energies: states.energies,
        weights: Weights::unknown(),
        divisions: None,
        k_lattice: None,
        atoms,
        moments,
        rotations: Vec::new(),
    };
    let mut bands = listed.complete().map_err(text::in_file(path))?;
    let whole = (states.electrons - states.electrons.round()).abs() < WHOLE_ELECTRONS;
    let header = bands.header_mut();
    // Symmetry would hide the end that a cut file lacks.
    if listed_points != header.k_grid.len() {
        return Err(Error::bad_file(
            path,
            "k-points",
            format!(
                "it lists {listed_points} of the {} points of a {} grid, and FHI-aims lists all",
                header.k_grid.len(),
                header.k_grid
            ),
            "the file is cut short: copy it again",
        ));
    }
    header.fermi_level_ev = fermi;
    header.n_electrons = Some(if whole {
        states.electrons.round()
    } else {
        states.electrons
    });
    header.provenance.format = "FHI-aims eigenvalues".to_string();
    header.provenance.path = path.display().to_string();
    header.provenance.sha256 = file.sha256;
    header.provenance.notes.extend(notes);
    header.validate().map_err(text::in_file(path))?;
    Ok(bands)
}

struct States {
    n_spin: usize,
    n_band: usize,
    k_points: Vec<[f64; 3]>,
    /// eV, `[k][spin][band]`.
    energies: Vec<f64>,
    /// Electrons per cell.
    electrons: f64,
    highest_occupation: f64,
}

impl States {
    fn parse(path: &Path, content: &str) -> Result<Self> {
        let mut lines = Lines::new(path, content);
        let mut k_points: Vec<[f64; 3]> = Vec::new();
        // Per k-point the rows of numbers behind the state's own: occupation and energy of each channel.
        let mut blocks: Vec<Vec<Vec<f64>>> = Vec::new();
        while let Some(line) = lines.find() {
            let line = line.trim();
            if let Some(rest) = line.strip_prefix(K_POINT) {
                k_points.push(lines.numbers_of(rest, "a k-point")?);
                blocks.push(Vec::new());
                continue;
            }
            if line.starts_with('#') || line.starts_with("k-point") {
                continue;
            }
            // Before the first k-point stands the heading, whose last line wraps without a '#'.
            let Some(block) = blocks.last_mut() else {
                continue;
            };
            let numbers: Option<Vec<f64>> =
                line.split_ascii_whitespace().map(text::number).collect();
            let row = numbers.filter(|row| matches!(row.len(), 3 | 5)).ok_or_else(|| {
                lines.bad(format!(
                    "\"{line}\" stands where a state's number, occupation and energy are expected (with two spins twice)"
                ))
            })?;
            let number = block.len() + 1;
            if row.first() != Some(&(number as f64)) {
                let problem = format!(
                    "\"{line}\" stands where state {number} of k-point {} is expected",
                    k_points.len()
                );
                return Err(lines.bad(problem));
            }
            block.push(row);
        }
        let n_band = blocks.first().map_or(0, Vec::len);
        let columns = blocks.first().and_then(|b| b.first()).map_or(0, Vec::len);
        if n_band == 0 {
            return Err(lines.bad("the file has no k-point with states"));
        }
        if let Some(k) = blocks
            .iter()
            .position(|b| b.len() != n_band || b.iter().any(|row| row.len() != columns))
        {
            let problem = format!(
                "k-point {} has not the {n_band} states and {columns} columns of the first",
                k + 1
            );
            return Err(lines.bad(problem));
        }
        let n_spin = (columns - 1) / 2;
        let mut states = Self {
            n_spin,
            n_band,
            energies: Vec::with_capacity(blocks.len() * n_band * n_spin),
            electrons: 0.0,
            highest_occupation: 0.0,
            k_points,
        };
        let weight = 1.0 / blocks.len() as f64;
        for block in &blocks {
            for spin in 0..n_spin {
                for row in block {
                    let (occupation, energy) = (row[1 + 2 * spin], row[2 + 2 * spin]);
                    states.energies.push(energy);
                    states.electrons += weight * occupation;
                    states.highest_occupation = states.highest_occupation.max(occupation);
                }
            }
        }
        Ok(states)
    }
}

/// Lattice, atoms and initial moments (empty where there are none).
fn read_geometry(path: &Path) -> Result<(Lattice, Vec<Atom>, Vec<f64>)> {
    let file = text::read(path)?;
    let mut lines = Lines::new(path, &file.text);
    let (mut rows, mut sites, mut moments) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(line) = lines.find() {
        let line = line.split('#').next().unwrap_or("").trim();
        let (key, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match key {
            "lattice_vector" => rows.push(lines.numbers_of::<3>(rest, "a lattice vector")?),
            "atom" | "atom_frac" => {
                let r: [f64; 3] = lines.numbers_of(rest, "the position of an atom")?;
                let symbol = rest.split_ascii_whitespace().nth(3).unwrap_or("X");
                sites.push((symbol.to_string(), key == "atom_frac", r));
                moments.push(0.0);
            }
            "initial_moment" => {
                let [moment] = lines.numbers_of(rest, "the moment of an atom")?;
                *moments
                    .last_mut()
                    .ok_or_else(|| lines.bad("a moment before the first atom"))? = moment;
            }
            _ => {}
        }
    }
    let count = rows.len();
    let rows: [[f64; 3]; 3] = rows.try_into().map_err(|_| {
        lines.bad(format!(
            "{count} lattice vectors, where a crystal has three"
        ))
    })?;
    let lattice = Lattice::new(rows).map_err(text::in_file(path))?;
    if sites.is_empty() {
        return Err(lines.bad("the file has no atoms"));
    }
    let scale = 0.5 / std::f64::consts::PI;
    let b = lattice.reciprocal();
    let atoms = sites.into_iter().map(|(symbol, fractional, r)| Atom {
        symbol,
        position: if fractional {
            r
        } else {
            b.map(|b| scale * (b[0] * r[0] + b[1] * r[1] + b[2] * r[2]))
        },
    });
    let atoms = atoms.collect();
    Ok((lattice, atoms, moments))
}

/// The last chemical potential (eV) of the run's output; `None` where there is none.
fn read_fermi_level(path: &Path) -> Result<Option<f64>> {
    let file = text::read(path)?;
    let found = file.text.lines().rev().find(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("chemical potential (fermi level)") || line.contains("chemical potential is")
    });
    let words = found.unwrap_or("").split_ascii_whitespace();
    Ok(words
        .rev()
        .map(|w| w.trim_end_matches("eV"))
        .find_map(text::number))
}
