//! WIEN2k: `CASE.energy` (`energyso`, or `energyup` and `energydn`) with `CASE.struct`, and `CASE.scf` for Fermi level and electrons.
//!
//! * Units: Rydberg and bohr.
//! * k-points (user's guide, `case.klist`): in units of the *conventional* reciprocal vectors for F, B and C lattices, of the
//!   primitive ones for P, H and R (see `structure.rs`). Of a centred lattice only the atoms of a primitive cell are listed.
//! * Spin: `energy` holds two electrons per state; `energyup` and `energydn` one each; `energyso*` are spinors, one electron.
//! * `.energy`: two lines of linearisation energies per inequivalent atom, then per k-point a line of fixed columns
//!   (3E19.12, A10, 2I6, F5.1: k, name, size of the basis, number of bands, weight) and its bands. Where k-points have different
//!   numbers of bands, the lowest that all have are used. k-parallel runs leave a file per process, `energy_1`, `energy_2` …
//!   (`energyup_1` … and so on), each with these lines; they are joined here, or by `cat`, which repeats the lines.
//! * Fermi level: the last `:FER` of `.scf`; of the tetrahedron method in an insulator it is the top of the valence bands.
//!   Electrons: the last `:NOE`, valence and semicore.
//! * Symmetry: the space group of the structure.

mod structure;

use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::error::{Error, Result};
use crate::io::lines::Lines;
use crate::io::listed::{ListedBands, file_in};
use crate::io::text;
use crate::units::RYDBERG_EV;
use std::path::{Path, PathBuf};
use structure::Structure;

/// Columns of the three coordinates.
const WIDTH: usize = 19;

/// Whether the text is a `.energy*` file: among its first lines is one of a k-point.
pub(crate) fn is_energy(text: &str) -> bool {
    let starts_with_energies = text.lines().next().is_some_and(is_linearisation);
    starts_with_energies && text.lines().take(1000).any(|line| k_line(line).is_some())
}

/// Whether the line holds linearisation energies.
fn is_linearisation(line: &str) -> bool {
    let point = |at: usize| line.as_bytes().get(at) == Some(&b'.');
    line.len() > 90 && point(3) && point(12)
}

/// Whether the text is a `.struct` file.
pub(crate) fn is_struct(text: &str) -> bool {
    let mut lines = text.lines().skip(1);
    let mut contains = |word: &str| lines.next().is_some_and(|line| line.contains(word));
    contains("LATTICE,NONEQUIV") || contains("MODE OF CALC")
}

/// k, number of bands, and weight (NaN where its few columns do not hold it).
fn k_line(line: &str) -> Option<([f64; 3], usize, f64)> {
    let mut k = [0.0; 3];
    for (i, x) in k.iter_mut().enumerate() {
        let field = line.get(i * WIDTH..(i + 1) * WIDTH)?;
        *x = field.contains('E').then(|| text::number(field.trim()))??;
    }
    let count = line
        .get(3 * WIDTH + 16..3 * WIDTH + 22)?
        .trim()
        .parse()
        .ok()?;
    let weight = line.get(3 * WIDTH + 22..).unwrap_or("");
    let weight = text::number(weight.get(..5).unwrap_or(weight).trim());
    Some((k, count, weight.unwrap_or(f64::NAN)))
}

/// Reads the bands from any of the energy files or from `.struct`, and completes them to the full k-grid. Energies eV.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for a file that is cut short, a number that is none, a
/// missing companion, a lattice that is not read, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let case = Case::of(path)?;
    let structure = Structure::read(&case.file("struct")?)?;
    let (spin, names) = case.energies()?;
    let mut channels = Vec::new();
    for files in &names {
        channels.push(Channel::read(files, structure.inequivalent)?);
    }
    let names: Vec<&PathBuf> = names.iter().filter_map(|files| files.first()).collect();
    let first = channels
        .first()
        .ok_or_else(|| Error::Internal("no energy file".to_string()))?;
    let k_points: Vec<[f64; 3]> = first.k_points.clone();
    if let (Some(other), Some(file)) = (channels.get(1), names.get(1))
        && other.k_points != k_points
    {
        return Err(Error::bad_file(
            file,
            "k-points",
            "they are not those of the up bands",
            "give both files of one run",
        ));
    }
    let lists = || channels.iter().flat_map(|c| &c.bands);
    let n_band = lists().map(Vec::len).min().unwrap_or(0);
    let most = lists().map(Vec::len).max().unwrap_or(0);
    let mut energies = Vec::new();
    for k in 0..k_points.len() {
        for channel in &channels {
            energies.extend(channel.bands.get(k).into_iter().flatten().take(n_band));
        }
    }
    let listed = ListedBands {
        k_points: k_points
            .into_iter()
            .map(|k| structure.k_fractional(k))
            .collect(),
        lattice: structure.lattice,
        spin,
        n_band,
        energies,
        weights: Weights::listed(first.weights.clone()),
        divisions: None,
        k_lattice: None,
        atoms: structure.atoms,
        moments: Vec::new(),
        rotations: Vec::new(),
    };
    let energy_file = names.first().map_or(path, |file| file.as_path());
    let mut bands = listed.complete().map_err(text::in_file(energy_file))?;
    let header = bands.header_mut();
    let notes = &mut header.provenance.notes;
    if most > n_band {
        notes.push(format!(
            "k-points have {n_band} to {most} bands; the lowest {n_band} are used."
        ));
    }
    match file_in(&case.folder, &[&format!("{}.scf", case.name)]) {
        Some(scf) => {
            let (fermi, electrons) = read_scf(&scf)?;
            header.fermi_level_ev = fermi;
            header.n_electrons = electrons;
        }
        None => notes
            .push("There is no .scf file: Fermi level and electron count are unknown.".to_string()),
    }
    header.provenance.format = "WIEN2k".to_string();
    header.provenance.path = path.display().to_string();
    header.provenance.sha256 = text::checksum(energy_file)?;
    header.validate().map_err(text::in_file(energy_file))?;
    Ok(bands)
}

/// The files of one case.
struct Case<'a> {
    path: &'a Path,
    folder: PathBuf,
    name: String,
    /// The ending of the given file.
    ending: String,
}

impl<'a> Case<'a> {
    fn of(path: &'a Path) -> Result<Self> {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        let (case, ending) = plain.rsplit_once('.').ok_or_else(|| {
            Error::bad_file(
                path,
                "file name",
                "it has no ending, so that its companions cannot be found",
                "keep WIEN2k's names CASE.energy, CASE.struct, CASE.scf",
            )
        })?;
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        Ok(Self {
            path,
            folder,
            name: case.to_string(),
            ending: ending.to_string(),
        })
    }

    fn file(&self, ending: &str) -> Result<PathBuf> {
        let name = format!("{}.{ending}", self.name);
        file_in(&self.folder, &[&name]).ok_or_else(|| {
            Error::bad_file(
                self.path,
                "companion file",
                format!("there is no {name} beside it"),
                "put the case's .struct, .energy and .scf into one directory",
            )
        })
    }

    /// Spin treatment and energy files of each channel: those of the given file's kind, or for `.struct` the ones that are there.
    fn energies(&self) -> Result<(SpinTreatment, Vec<Vec<PathBuf>>)> {
        let there = |ending: &&str| !self.parts(ending).is_empty();
        let kind = if self.ending.starts_with("energy") {
            // `energyup_3` is a part of `energyup`.
            let (kind, number) = self.ending.rsplit_once('_').unwrap_or((&self.ending, "1"));
            if number.parse::<usize>().is_ok() {
                kind
            } else {
                self.ending.as_str()
            }
        } else {
            ["energyso", "energysoup", "energyup", "energy"]
                .into_iter()
                .find(there)
                .unwrap_or("energy")
        };
        let (spin, kinds): (_, &[&str]) = match kind {
            "energyup" | "energydn" => (SpinTreatment::Collinear, &["energyup", "energydn"]),
            kind if kind.starts_with("energyso") => (SpinTreatment::Spinor, &[kind]),
            kind => (SpinTreatment::Unpolarized, &[kind]),
        };
        let mut files = Vec::new();
        for kind in kinds {
            let parts = self.parts(kind);
            files.push(if parts.is_empty() {
                vec![self.file(kind)?]
            } else {
                parts
            });
        }
        // A part that stands alone, behind a gap in the numbers.
        let (given, joined) = (self.file(&self.ending), files.iter().flatten());
        if let Ok(given) = given
            && self.ending.starts_with("energy")
            && joined.clone().all(|file| *file != given)
        {
            return Err(Error::bad_file(
                self.path,
                "parts of a k-parallel run",
                format!("before it only {} are there", joined.count()),
                "put all of them beside it, from the first on, or give the joined file",
            ));
        }
        Ok((spin, files))
    }

    /// The file of this kind, or those of a k-parallel run, `kind_1`, `kind_2` … (where one of them is given, these); none where
    /// there are none with anything in them.
    fn parts(&self, kind: &str) -> Vec<PathBuf> {
        // A run without spin-orbit coupling or spins leaves empty files of the other kinds.
        let filled = |ending: &str| {
            let file = self.file(ending).ok()?;
            let bytes = std::fs::metadata(&file).ok()?.len();
            (bytes > 0).then_some(file)
        };
        let part_is_given = self.ending.starts_with("energy") && self.ending.contains('_');
        match filled(kind).filter(|_| !part_is_given) {
            Some(file) => vec![file],
            None => (1..)
                .map_while(|number| filled(&format!("{kind}_{number}")))
                .collect(),
        }
    }
}

struct Channel {
    k_points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    bands: Vec<Vec<f64>>,
}

impl Channel {
    fn read(files: &[PathBuf], inequivalent: usize) -> Result<Self> {
        let mut channel = Self {
            k_points: Vec::new(),
            weights: Vec::new(),
            bands: Vec::new(),
        };
        for path in files {
            channel.append(path, inequivalent)?;
        }
        Ok(channel)
    }

    /// Adds the k-points of one file.
    fn append(&mut self, path: &Path, inequivalent: usize) -> Result<()> {
        let file = text::read(path)?;
        let mut lines = Lines::new(path, &file.text);
        for _ in 0..2 * inequivalent {
            lines.text("the linearisation energies")?;
        }
        let before = self.k_points.len();
        while let Some(line) = lines.find() {
            let number = self.k_points.len() - before + 1;
            let Some((k, count, weight)) = k_line(line) else {
                if is_linearisation(line) && number > 1 {
                    for _ in 1..2 * inequivalent {
                        lines.text("the linearisation energies")?;
                    }
                    continue;
                }
                let problem = format!(
                    "\"{}\" stands where k-point {number} is expected (2 lines per inequivalent atom come before the first)",
                    line.trim()
                );
                return Err(lines.bad(problem));
            };
            let mut bands = Vec::new();
            for band in 1..=count {
                let [i, energy] = lines.numbers(&format!("band {band} of k-point {number}"))?;
                if i != band as f64 {
                    return Err(lines.bad(format!(
                        "band {i} stands where band {band} of k-point {number} is expected"
                    )));
                }
                bands.push(energy * RYDBERG_EV);
            }
            self.k_points.push(k);
            self.weights.push(weight);
            self.bands.push(bands);
        }
        if self.k_points.len() == before {
            return Err(lines.bad("the file has no k-points"));
        }
        Ok(())
    }
}

/// The last Fermi level (eV) and electron count.
fn read_scf(path: &Path) -> Result<(Option<f64>, Option<f64>)> {
    let file = text::read(path)?;
    let mut lines = Lines::new(path, &file.text);
    let (mut fermi, mut electrons) = (None, None);
    while let Some(line) = lines.find() {
        let target = match line.get(..4) {
            Some(":FER") => &mut fermi,
            Some(":NOE") => &mut electrons,
            _ => continue,
        };
        let value = line
            .rsplit('=')
            .next()
            .unwrap_or("")
            .split_ascii_whitespace()
            .next();
        let value = value.and_then(text::number);
        *target = Some(
            value.ok_or_else(|| lines.bad(format!("\"{}\" has no finite number", line.trim())))?,
        );
    }
    Ok((fermi.map(|e| e * RYDBERG_EV), electrons))
}
