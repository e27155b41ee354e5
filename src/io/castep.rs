//! CASTEP: `SEED.bands`, with `SEED.cell` for the atoms.
//!
//! * Source: the header of the file and CASTEP's documentation of `.bands`; checked on real files.
//! * Units: Hartree; the cell in bohr (`.bands` states atomic units); k-points fractional. `.cell` is in Å unless a block begins
//!   with another unit.
//! * Spin: one component holds two electrons per state, two components one each. The file does not tell a noncollinear run,
//!   whose single component holds one electron per state: two are assumed, with a note.
//! * Electrons: per component, or all together (as the header says).
//! * Fermi level: one per component, as the calculation found it; in an insulator it lies somewhere in the gap. Where the two
//!   differ (fixed spin) there is no common one.
//! * Symmetry: the space group of the atoms of `.cell`; for two components atoms with different `SPIN=` are different. Without a
//!   `.cell` only E(k) = E(−k) is used. k-points may be listed in any order.

use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::io::lines::Lines;
use crate::io::listed::{ListedBands, file_in};
use crate::io::text;
use crate::units::{BOHR_ANGSTROM, HARTREE_EV};
use std::path::Path;

/// How far the vectors of `.bands` and `.cell` may differ, in Å.
const SAME_LATTICE: f64 = 1e-3;

/// Whether the text begins like a `.bands` file.
pub(crate) fn is_bands(text: &str) -> bool {
    let mut lines = text.lines();
    let mut begins = |with: &str| {
        lines
            .next()
            .is_some_and(|l| l.trim_start().starts_with(with))
    };
    begins("Number of k-points") && begins("Number of spin components")
}

/// Reads the bands and completes them to the full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for a file that is cut short, a number that is none, a `.cell`
/// of another run, a band path, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let file = text::read(path)?;
    let table = Table::parse(path, &file.text)?;
    let mut notes = Vec::new();
    let (atoms, moments) = match cell_beside(path) {
        Some(cell) => read_cell(&cell, &table.lattice)?,
        None => {
            notes
                .push("There is no .cell file: only E(k) = E(−k) is used as symmetry.".to_string());
            (Vec::new(), Vec::new())
        }
    };
    let two = table.electrons.len() == 2;
    let spin = if two {
        SpinTreatment::Collinear
    } else {
        notes.push(format!(
            "One spin component: {} (the file does not tell spinors).",
            crate::io::TWO_ASSUMED
        ));
        SpinTreatment::Unpolarized
    };
    let fermi = match table.fermi.as_slice() {
        [up, down] if (up - down).abs() > 1e-6 => {
            notes.push(format!(
                "The Fermi level of the up bands is {up:.4} eV, of the down bands {down:.4} eV: there is no common one."
            ));
            None
        }
        levels => levels.first().copied(),
    };
    let listed = ListedBands {
        lattice: table.lattice,
        spin,
        n_band: table.n_band,
        k_points: table.k_points,
        energies: table.energies,
        weights: Weights::listed(table.weights),
        divisions: None,
        k_lattice: None,
        atoms,
        moments,
        rotations: Vec::new(),
    };
    let mut bands = match listed.complete().map_err(text::in_file(path)) {
        Err(error) if cell_beside(path).is_none() => return Err(without_cell(path, error)),
        outcome => outcome?,
    };
    if table.most > table.n_band {
        notes.push(format!(
            "The components have {} and {} bands; the lowest {} of each are used.",
            table.n_band, table.most, table.n_band
        ));
    }
    let header = bands.header_mut();
    header.spin_assumed = !two;
    header.fermi_level_ev = fermi;
    header.n_electrons = Some(table.electrons.iter().sum());
    header.provenance.format = "CASTEP .bands".to_string();
    header.provenance.path = path.display().to_string();
    header.provenance.sha256 = file.sha256;
    header.provenance.notes.extend(notes);
    header.validate().map_err(text::in_file(path))?;
    Ok(bands)
}

struct Table {
    lattice: Lattice,
    /// Per component.
    electrons: Vec<f64>,
    /// eV, per component.
    fermi: Vec<f64>,
    n_band: usize,
    most: usize,
    k_points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    /// eV, `[k][spin][band]`.
    energies: Vec<f64>,
}

impl Table {
    fn parse(path: &Path, content: &str) -> Result<Self> {
        let mut lines = Lines::new(path, content);
        let mut header = |what: &str| -> Result<Vec<f64>> {
            let line = lines.text(what)?;
            let Some(rest) = line.trim_start().strip_prefix(what) else {
                return Err(lines.bad(format!(
                    "\"{}\" stands where {what} is expected",
                    line.trim()
                )));
            };
            let words = rest
                .split_ascii_whitespace()
                .skip_while(|w| text::number(w).is_none());
            let numbers: Option<Vec<f64>> = words.map(text::number).collect();
            numbers
                .filter(|n| n.len() == 1 || n.len() == 2)
                .ok_or_else(|| lines.bad(format!("\"{}\" has no one or two numbers", line.trim())))
        };
        let n_k = header("Number of k-points")?;
        let n_spin = header("Number of spin components")?;
        let electrons = header("Number of electrons")?;
        let counts = header("Number of eigenvalues")?;
        let fermi = header("Fermi energ")?;
        let limit = content.len() as f64;
        let usable = |n: &f64| n.fract() == 0.0 && (1.0..limit).contains(n);
        let (&[n_k], &[n_spin]) = (n_k.as_slice(), n_spin.as_slice()) else {
            return Err(lines.bad("the header gives two numbers of k-points or spin components"));
        };
        let consistent = [&electrons, &counts, &fermi]
            .iter()
            .all(|list| list.len() as f64 == n_spin);
        if !consistent || !usable(&n_k) || !counts.iter().all(usable) {
            return Err(lines.bad(format!(
                "the header is not consistent: {n_k} k-points, {n_spin} spin components, {counts:?} eigenvalues, {electrons:?} electrons, {} Fermi energies",
                fermi.len()
            )));
        }
        let counts: Vec<usize> = counts.iter().map(|n| *n as usize).collect();
        let n_band = counts.iter().copied().min().unwrap_or(0);
        lines.text("Unit cell vectors")?;
        let mut rows = [[0.0; 3]; 3];
        for row in &mut rows {
            *row = lines
                .numbers::<3>("a lattice vector")?
                .map(|x| x * BOHR_ANGSTROM);
        }
        let lattice = Lattice::new(rows).map_err(text::in_file(path))?;
        let (mut k_points, mut weights) = (Vec::new(), Vec::new());
        let mut energies = Vec::new();
        for k in 1..=n_k as usize {
            let line = lines.text(&format!("k-point {k} of {n_k}"))?;
            let Some(rest) = line.trim_start().strip_prefix("K-point") else {
                return Err(lines.bad(format!(
                    "\"{}\" stands where k-point {k} is expected",
                    line.trim()
                )));
            };
            let [_, x, y, z, weight] =
                lines.numbers_of(rest, "a k-point's number, coordinates and weight")?;
            k_points.push([x, y, z]);
            weights.push(weight);
            for (spin, count) in counts.iter().enumerate() {
                let line = lines.text("a spin component")?;
                if !line.trim_start().starts_with("Spin component") {
                    let problem = format!(
                        "\"{}\" stands where spin component {} is expected",
                        line.trim(),
                        spin + 1
                    );
                    return Err(lines.bad(problem));
                }
                for band in 1..=*count {
                    let [e] = lines.numbers(&format!("band {band} of entry {k}"))?;
                    if band <= n_band {
                        energies.push(e * HARTREE_EV);
                    }
                }
            }
        }
        lines.end()?;
        Ok(Self {
            lattice,
            electrons,
            fermi: fermi.iter().map(|e| e * HARTREE_EV).collect(),
            n_band,
            most: counts.iter().copied().max().unwrap_or(0),
            k_points,
            weights,
            energies,
        })
    }
}

/// The name of the `.cell` that belongs to a file.
fn cell_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    format!("{}.cell", name.strip_suffix(".bands").unwrap_or(name))
}

fn cell_beside(path: &Path) -> Option<std::path::PathBuf> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    file_in(folder, &[&cell_name(path)])
}

/// What k-points that make no grid mean where the structure is missing: most likely the list is a symmetric part of one.
fn without_cell(path: &Path, error: Error) -> Error {
    let name = cell_name(path);
    match error {
        Error::BadFile {
            place,
            problem,
            remedy,
            ..
        } => Error::bad_file(
            path,
            place,
            format!(
                "there is no {name} beside it, so that of its symmetry only E(k) = E(−k) is known, and with that {problem}"
            ),
            format!("put the run's {name} beside it; where that does not help, {remedy}"),
        ),
        other => other,
    }
}

/// The atoms, and the moment of each, in the cell of `.bands`, which the file's own vectors must match.
fn read_cell(path: &Path, lattice: &Lattice) -> Result<(Vec<Atom>, Vec<f64>)> {
    let file = text::read(path)?;
    let mut lines = Lines::new(path, &file.text);
    let (mut atoms, mut moments) = (Vec::new(), Vec::new());
    while let Some(line) = lines.find() {
        let words: Vec<String> = line
            .split_ascii_whitespace()
            .map(str::to_ascii_lowercase)
            .collect();
        if words.first().map(String::as_str) != Some("%block") {
            continue;
        }
        let block = words.get(1).map_or("", String::as_str);
        let (mut unit, mut rows) = (1.0, Vec::new());
        loop {
            let line = lines.text(&format!("the end of block {block}"))?;
            let line = line.split(['!', '#', ';']).next().unwrap_or("").trim();
            if line.to_ascii_lowercase().starts_with("%endblock") {
                break;
            }
            let mut words = line.split_ascii_whitespace();
            match (block, words.next()) {
                (_, None) => {}
                ("lattice_cart" | "positions_abs", Some(word))
                    if words.clone().next().is_none() =>
                {
                    unit = match word.to_ascii_lowercase().as_str() {
                        "ang" => 1.0,
                        "bohr" | "a0" => BOHR_ANGSTROM,
                        "nm" => 10.0,
                        other => {
                            return Err(
                                lines.bad(format!("\"{other}\" is no known unit of length"))
                            );
                        }
                    };
                }
                ("lattice_cart", Some(_)) => {
                    rows.push(
                        lines
                            .numbers_of::<3>(line, "a lattice vector")?
                            .map(|x| x * unit),
                    );
                }
                ("positions_frac" | "positions_abs", Some(symbol)) => {
                    let rest = line.strip_prefix(symbol).unwrap_or("");
                    let r: [f64; 3] = lines.numbers_of(rest, "an atom's position")?;
                    let scale = 0.5 * unit / std::f64::consts::PI;
                    let position = if block == "positions_frac" {
                        r
                    } else {
                        lattice
                            .reciprocal()
                            .map(|b| scale * (b[0] * r[0] + b[1] * r[1] + b[2] * r[2]))
                    };
                    atoms.push(Atom {
                        symbol: symbol.to_string(),
                        position,
                    });
                    let upper = rest.to_ascii_uppercase();
                    let moment = upper
                        .split("SPIN")
                        .nth(1)
                        .and_then(|r| {
                            r.trim_start_matches(['=', ' ', ':'])
                                .split_ascii_whitespace()
                                .next()
                        })
                        .and_then(text::number);
                    moments.push(moment.unwrap_or(0.0));
                }
                _ => {}
            }
        }
        if block == "lattice_cart" {
            let same = rows.len() == 3
                && rows
                    .iter()
                    .flatten()
                    .zip(lattice.rows().as_flattened())
                    .all(|(a, b)| (a - b).abs() < SAME_LATTICE);
            if !same {
                return Err(Error::bad_file(
                    path,
                    "block lattice_cart",
                    format!(
                        "the vectors {rows:?} are not those of the .bands file ({:?}, in Å)",
                        lattice.rows()
                    ),
                    "give the .cell of the same run (SEED-out.cell after a relaxation), or remove it",
                ));
            }
        }
    }
    if atoms.is_empty() {
        return Err(lines.bad("the file has no atoms"));
    }
    Ok((atoms, moments))
}
