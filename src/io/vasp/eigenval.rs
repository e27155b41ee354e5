//! `EIGENVAL`, with `CONTCAR` or `POSCAR` (lattice and atoms) and `DOSCAR` or `OUTCAR` (Fermi level) beside it.
//!
//! The header has the numbers of atoms and spin channels (line 1) and of electrons, k-points and bands (line 6); then a block
//! per k-point: fractional k and weight, and a line per band: number, energies, occupations (newer versions), up then down.
//! Nothing says whether the bands are spinors: the occupations (one per state) add up to all electrons then, and to half of
//! them for unpolarised bands; without occupations OUTCAR's LNONCOLLINEAR tells.

use super::{RUN_AGAIN, Run, poscar};
use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::error::{Error, Result};
use crate::io::listed::file_in;
use crate::io::text;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// Whether the text begins like an EIGENVAL: four integers in line 1, three in line 6 (where DOSCAR has fractions).
pub(crate) fn is_eigenval(text: &str) -> bool {
    let integers = |line: Option<&str>| -> Option<usize> {
        let words: Vec<&str> = line?.split_ascii_whitespace().collect();
        words
            .iter()
            .all(|w| w.parse::<u64>().is_ok())
            .then_some(words.len())
    };
    integers(text.lines().next()) == Some(4) && integers(text.lines().nth(5)) == Some(3)
}

/// Reads the bands and completes them to the full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for a file that is cut short, a number that is none, a
/// missing or foreign companion, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let file = text::read(path)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let table = Table::parse(path, &file.text)?;
    let structure = structure_file(folder).ok_or_else(|| {
        Error::bad_file(
            path,
            "companion files",
            "there is neither CONTCAR nor POSCAR beside it, and EIGENVAL has no lattice",
            "put the run's POSCAR or CONTCAR into the same directory",
        )
    })?;
    let (lattice, atoms) = poscar::read(&structure)?;
    if atoms.len() != table.n_atom {
        return Err(Error::bad_file(
            &structure,
            "number of atoms",
            format!(
                "{} atoms, where {} has {}",
                atoms.len(),
                path.display(),
                table.n_atom
            ),
            "give the POSCAR or CONTCAR of the same run",
        ));
    }
    let mut notes = Vec::new();
    let outcar = Outcar::beside(folder)?;
    let fermi = match doscar_level(folder, &table)? {
        Some(level) => Some(level),
        None => outcar.fermi,
    };
    let spin = table.spin(outcar.noncollinear, &mut notes);
    let spin_assumed = !notes.is_empty();
    let run = Run {
        format: "VASP EIGENVAL".to_string(),
        lattice,
        atoms,
        moments: Vec::new(),
        spin,
        n_band: table.n_band,
        k_points: table.k_points,
        weights: Weights::listed(table.weights),
        divisions: None,
        k_lattice: None,
        energies: table.energies,
        fermi,
        electrons: Some(table.electrons),
        notes,
    };
    let mut bands = run.complete(path)?;
    bands.header_mut().spin_assumed = spin_assumed;
    let provenance = &mut bands.header_mut().provenance;
    provenance.path = path.display().to_string();
    provenance.sha256 = file.sha256;
    Ok(bands)
}

/// CONTCAR has the structure of the last step, but is empty while a run goes on.
fn structure_file(folder: &Path) -> Option<PathBuf> {
    let filled = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|m| m.len() > 0);
    file_in(folder, &["CONTCAR"])
        .filter(filled)
        .or_else(|| file_in(folder, &["POSCAR"]))
}

/// The Fermi level of DOSCAR (line 6: highest and lowest energy, points, level), where it is of the same run.
fn doscar_level(folder: &Path, table: &Table) -> Result<Option<f64>> {
    let Some(path) = file_in(folder, &["DOSCAR"]) else {
        return Ok(None);
    };
    let reader = text::stream(&path)?;
    let mut lines = reader.lines().map_while(std::io::Result::ok);
    let first = lines.next().unwrap_or_default();
    let n_atom = first.split_ascii_whitespace().next();
    let line = lines.nth(4).unwrap_or_default();
    let level = line.split_ascii_whitespace().nth(3).and_then(text::number);
    match level {
        Some(level) if n_atom == Some(table.n_atom.to_string().as_str()) => Ok(Some(level)),
        _ => Err(Error::bad_file(
            &path,
            "lines 1 and 6",
            format!(
                "\"{}\" and \"{}\" give no Fermi level of {} atoms",
                first.trim(),
                line.trim(),
                table.n_atom
            ),
            "give the DOSCAR of the same run, or remove it (OUTCAR's level is taken then)",
        )),
    }
}

#[derive(Default)]
struct Outcar {
    fermi: Option<f64>,
    noncollinear: Option<bool>,
}

impl Outcar {
    fn beside(folder: &Path) -> Result<Self> {
        let mut found = Self::default();
        let Some(path) = file_in(folder, &["OUTCAR"]) else {
            return Ok(found);
        };
        let reader = text::stream(&path)?;
        for line in reader.split(b'\n') {
            let line = line.map_err(Error::io(&path, "read"))?;
            let line = String::from_utf8_lossy(&line);
            let value = |name: &str, separator: char| {
                let rest = line.trim_start().strip_prefix(name)?;
                let rest = rest.trim_start().strip_prefix(separator)?;
                rest.split_ascii_whitespace().next().map(str::to_string)
            };
            if let Some(word) = value("E-fermi", ':') {
                found.fermi = text::number(&word).or(found.fermi);
            } else if let Some(word) = value("LNONCOLLINEAR", '=') {
                found.noncollinear = Some(word.starts_with('T'));
            }
        }
        Ok(found)
    }
}

struct Table {
    n_atom: usize,
    n_spin: usize,
    electrons: f64,
    n_band: usize,
    k_points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    /// eV, `[spin][k][band]`.
    energies: Vec<f64>,
    /// Σ w Σ occupation / Σ w, of all spins; `None` where the file has no occupations.
    occupied: Option<f64>,
}

impl Table {
    fn parse(path: &Path, content: &str) -> Result<Self> {
        let mut lines = content.lines().enumerate();
        let bad = |line: usize, problem: String| {
            Error::bad_file(path, format!("line {line}"), problem, RUN_AGAIN)
        };
        let header = |line: Option<(usize, &str)>| -> Vec<usize> {
            let words = line.map_or("", |(_, l)| l).split_ascii_whitespace();
            words.filter_map(|w| w.parse().ok()).collect()
        };
        let first = header(lines.next());
        let second = header(lines.nth(4));
        let (&[n_atom, _, _, n_spin], &[electrons, n_k, n_band]) =
            (first.as_slice(), second.as_slice())
        else {
            let problem = "no four integers in line 1 and three in line 6".to_string();
            return Err(bad(1, problem));
        };
        let fits = n_k
            .checked_mul(n_band)
            .is_some_and(|n| n > 0 && n <= content.len());
        if !fits || !(n_spin == 1 || n_spin == 2) {
            let problem = format!(
                "{n_k} k-points with {n_band} bands and {n_spin} spin channels: the file cannot hold that"
            );
            return Err(bad(6, problem));
        }
        let mut table = Self {
            n_atom,
            n_spin,
            electrons: electrons as f64,
            n_band,
            k_points: Vec::with_capacity(n_k),
            weights: Vec::with_capacity(n_k),
            energies: Vec::new(),
            occupied: None,
        };
        let mut channels = vec![Vec::with_capacity(n_k * n_band); n_spin];
        let (mut occupied, mut with_occupations) = (0.0, true);
        let mut last = 6;
        let mut row = |want: String| -> Result<(usize, Vec<f64>)> {
            let found = lines.find(|(_, line)| !line.trim().is_empty());
            let Some((number, line)) = found else {
                return Err(bad(
                    last + 1,
                    format!("the file ends where {want} is expected"),
                ));
            };
            last = number + 1;
            let values: Option<Vec<f64>> =
                line.split_ascii_whitespace().map(text::number).collect();
            let values = values.ok_or_else(|| {
                bad(
                    last,
                    format!("\"{}\" stands where {want} is expected", line.trim()),
                )
            })?;
            Ok((last, values))
        };
        for k in 1..=n_k {
            let (line, values) = row(format!("k-point {k} of {n_k}"))?;
            let &[x, y, z, w] = values.as_slice() else {
                let problem = format!(
                    "{} numbers, where k-point {k} and its weight have 4",
                    values.len()
                );
                return Err(bad(line, problem));
            };
            table.k_points.push([x, y, z]);
            table.weights.push(w);
            for band in 1..=n_band {
                let (line, values) = row(format!("band {band} of k-point {k}"))?;
                let count = values.len();
                let right = values.first() == Some(&(band as f64))
                    && (count == 1 + n_spin || count == 1 + 2 * n_spin);
                if !right {
                    let problem =
                        format!("this is not band {band} of k-point {k} with {n_spin} energies");
                    return Err(bad(line, problem));
                }
                for (channel, energy) in channels.iter_mut().zip(values.iter().skip(1)) {
                    channel.push(*energy);
                }
                with_occupations &= count == 1 + 2 * n_spin;
                occupied += w * values.iter().skip(1 + n_spin).sum::<f64>();
            }
        }
        if let Some((number, line)) = lines.find(|(_, line)| !line.trim().is_empty()) {
            let problem = format!("\"{}\" follows the last k-point", line.trim());
            return Err(bad(number + 1, problem));
        }
        table.energies = channels.concat();
        let total: f64 = table.weights.iter().sum();
        table.occupied = (with_occupations && total > 0.0).then_some(occupied / total);
        Ok(table)
    }

    fn spin(&self, noncollinear: Option<bool>, notes: &mut Vec<String>) -> SpinTreatment {
        if self.n_spin == 2 {
            return SpinTreatment::Collinear;
        }
        let by_occupation = self.occupied.map(|n| n > 0.75 * self.electrons);
        match noncollinear.or(by_occupation) {
            Some(true) => SpinTreatment::Spinor,
            Some(false) => SpinTreatment::Unpolarized,
            None => {
                notes.push(format!(
                    "Nothing says whether the bands are spinors: {}.",
                    crate::io::TWO_ASSUMED
                ));
                SpinTreatment::Unpolarized
            }
        }
    }
}
