//! Elk: `EIGVAL.OUT`, with `GEOMETRY.OUT` (lattice, atoms), and `EFERMI.OUT` and `KPOINTS.OUT` where they are there.
//!
//! * Units: Hartree and bohr; k-points and positions fractional (Elk's manual: `vkl` and `atposl` are in lattice coordinates).
//!   (Source of this page: Elk's manual and what version 8.4.30 wrote.)
//! * Spin: EIGVAL.OUT lists second-variational states with their occupations. Unpolarised states hold two electrons, which the
//!   occupations of the lowest ones show; otherwise each state holds one, and one list holds both spins (as for spinors).
//! * Fermi level: EFERMI.OUT, of the smeared occupations (`stype`, `swidth`), on the scale of the eigenvalues; in an insulator it
//!   lies in the gap.
//! * Electrons: Σ weight × occupation, with the weights of KPOINTS.OUT; core states are in neither file.
//! * Symmetry: the space group of the structure. Magnetic fields and moments in GEOMETRY.OUT tell atoms apart.

use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::io::lines::Lines;
use crate::io::listed::{ListedBands, file_in};
use crate::io::text;
use crate::units::{BOHR_ANGSTROM, HARTREE_EV};
use std::path::Path;

/// How far from an integer the electron count may be: smearing leaves 1e-6 or so.
const WHOLE_ELECTRONS: f64 = 1e-4;

/// Whether the text begins like EIGVAL.OUT.
pub(crate) fn is_eigval(text: &str) -> bool {
    let mut lines = text.lines();
    let mut ends = |with: &str| lines.next().is_some_and(|l| l.trim_end().ends_with(with));
    ends(": nkpt") && ends(": nstsv")
}

/// Reads EIGVAL.OUT with its companions. Energies eV, `[band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for a file that is cut short, a number that is none, a
/// missing GEOMETRY.OUT, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let geometry = file_in(folder, &["GEOMETRY.OUT"]).ok_or_else(|| {
        Error::bad_file(
            path,
            "companion files",
            "there is no GEOMETRY.OUT beside it, and EIGVAL.OUT has no lattice",
            "put the run's GEOMETRY.OUT (and EFERMI.OUT, KPOINTS.OUT) into the same directory",
        )
    })?;
    let (lattice, atoms) = read_geometry(&geometry)?;
    let file = text::read(path)?;
    let states = States::parse(path, &file.text)?;
    let mut notes = Vec::new();

    let fermi = match file_in(folder, &["EFERMI.OUT"]) {
        Some(path) => {
            let file = text::read(&path)?;
            let [level] = Lines::new(&path, &file.text).numbers("the Fermi level")?;
            Some(level * HARTREE_EV)
        }
        None => {
            notes.push("There is no EFERMI.OUT: the Fermi level is unknown.".to_string());
            None
        }
    };
    let mut weights = Weights::unknown();
    let electrons = match file_in(folder, &["KPOINTS.OUT"]) {
        Some(path) => {
            weights = Weights::listed(read_weights(&path, &states.k_points)?);
            let total: f64 = weights
                .values
                .iter()
                .zip(&states.occupied)
                .map(|(w, o)| w * o)
                .sum();
            let whole = (total - total.round()).abs() < WHOLE_ELECTRONS;
            Some(if whole { total.round() } else { total })
        }
        None => {
            notes.push("There is no KPOINTS.OUT: the electron count is unknown.".to_string());
            None
        }
    };
    let spin = if states.highest_occupation > 1.0 + 1e-6 {
        SpinTreatment::Unpolarized
    } else {
        notes.push(
            "No state holds more than one electron: states of both spins are one list.".to_string(),
        );
        SpinTreatment::Spinor
    };
    let listed = ListedBands {
        lattice,
        spin,
        n_band: states.n_band,
        k_points: states.k_points,
        energies: states.energies,
        weights,
        divisions: None,
        k_lattice: None,
        atoms,
        moments: Vec::new(),
        rotations: Vec::new(),
    };
    let mut bands = listed.complete().map_err(text::in_file(path))?;
    let header = bands.header_mut();
    header.fermi_level_ev = fermi;
    header.n_electrons = electrons;
    header.provenance.format = "Elk EIGVAL.OUT".to_string();
    header.provenance.path = path.display().to_string();
    header.provenance.sha256 = file.sha256;
    header.provenance.notes.extend(notes);
    header.validate().map_err(text::in_file(path))?;
    Ok(bands)
}

struct States {
    n_band: usize,
    k_points: Vec<[f64; 3]>,
    energies: Vec<f64>,
    /// Electrons per k-point.
    occupied: Vec<f64>,
    highest_occupation: f64,
}

impl States {
    fn parse(path: &Path, content: &str) -> Result<Self> {
        let mut lines = Lines::new(path, content);
        let [n_k] = lines.counts("the number of k-points", content.len())?;
        let [n_band] = lines.counts("the number of states", content.len())?;
        if n_k == 0 || n_band == 0 {
            return Err(lines.bad(format!("{n_k} k-points with {n_band} states")));
        }
        let mut states = Self {
            n_band,
            k_points: Vec::new(),
            energies: Vec::new(),
            occupied: Vec::new(),
            highest_occupation: 0.0,
        };
        for k in 1..=n_k {
            let [number, x, y, z] = lines.numbers(&format!("k-point {k} of {n_k}"))?;
            if number != k as f64 {
                return Err(lines.bad(format!(
                    "k-point {number} stands where k-point {k} is expected"
                )));
            }
            states.k_points.push([x, y, z]);
            lines.text("the heading of the states")?;
            let mut sum = 0.0;
            for band in 1..=n_band {
                let [number, energy, occupation] =
                    lines.numbers(&format!("state {band} of k-point {k}"))?;
                if number != band as f64 {
                    return Err(lines.bad(format!(
                        "state {number} stands where state {band} of k-point {k} is expected"
                    )));
                }
                states.energies.push(energy * HARTREE_EV);
                states.highest_occupation = states.highest_occupation.max(occupation);
                sum += occupation;
            }
            states.occupied.push(sum);
        }
        lines.end()?;
        Ok(states)
    }
}

fn read_weights(path: &Path, k_points: &[[f64; 3]]) -> Result<Vec<f64>> {
    let file = text::read(path)?;
    let mut lines = Lines::new(path, &file.text);
    let [n_k] = lines.counts::<1>("the number of k-points", file.text.len())?;
    if n_k != k_points.len() {
        return Err(lines.bad(format!(
            "{n_k} k-points, where EIGVAL.OUT has {}",
            k_points.len()
        )));
    }
    let mut weights = Vec::new();
    for (k, point) in k_points.iter().enumerate() {
        let [_, x, y, z, weight] = lines.numbers(&format!("k-point {}", k + 1))?;
        if [x, y, z]
            .iter()
            .zip(point)
            .any(|(a, b)| (a - b).abs() > 1e-6)
        {
            return Err(lines.bad(format!("k-point {} is not that of EIGVAL.OUT", k + 1)));
        }
        weights.push(weight);
    }
    Ok(weights)
}

/// GEOMETRY.OUT: the blocks `scale`, `scale1` … `scale3`, `avec` and `atoms` of an input file.
fn read_geometry(path: &Path) -> Result<(Lattice, Vec<Atom>)> {
    let file = text::read(path)?;
    let mut lines = Lines::new(path, &file.text);
    let (mut scale, mut scales) = (1.0, [1.0; 3]);
    let mut rows: Option<[[f64; 3]; 3]> = None;
    let mut atoms = Vec::new();
    while let Some(line) = lines.find() {
        match line.trim() {
            "scale" => [scale] = lines.numbers("the scale")?,
            "scale1" => [scales[0]] = lines.numbers("scale1")?,
            "scale2" => [scales[1]] = lines.numbers("scale2")?,
            "scale3" => [scales[2]] = lines.numbers("scale3")?,
            "avec" => {
                let mut avec = [[0.0; 3]; 3];
                for row in &mut avec {
                    *row = lines.numbers("a lattice vector")?;
                }
                rows = Some(avec);
            }
            "atoms" => {
                let [species] = lines.counts("the number of species", file.text.len())?;
                for _ in 0..species {
                    let name = lines.text("the name of a species file")?;
                    let name = name
                        .split(':')
                        .next()
                        .unwrap_or("")
                        .trim()
                        .trim_matches('\'');
                    let symbol = name.strip_suffix(".in").unwrap_or(name);
                    let [n] = lines.counts("the number of atoms", file.text.len())?;
                    for _ in 0..n {
                        let line = lines.text("an atom")?;
                        let position = lines.numbers_of(line, "the position of an atom")?;
                        // A magnetic field on an atom makes it another one.
                        let field: Vec<f64> = line
                            .split_ascii_whitespace()
                            .skip(3)
                            .map_while(text::number)
                            .collect();
                        let fieldless = field.iter().all(|b| *b == 0.0);
                        atoms.push(Atom {
                            symbol: if fieldless {
                                symbol.to_string()
                            } else {
                                format!("{symbol}{field:?}")
                            },
                            position,
                        });
                    }
                }
            }
            _ => {}
        }
    }
    let rows = rows.ok_or_else(|| lines.bad("the file ends without `avec`"))?;
    if atoms.is_empty() {
        return Err(lines.bad("the file ends without `atoms`"));
    }
    let mut scaled = rows;
    for (row, s) in scaled.iter_mut().zip(scales) {
        *row = row.map(|x| x * s * scale * BOHR_ANGSTROM);
    }
    let lattice = Lattice::new(scaled).map_err(text::in_file(path))?;
    Ok((lattice, atoms))
}
