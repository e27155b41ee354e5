//! Wannier90's Hamiltonian: `SEED_tb.dat` or `SEED_hr.dat`, with `SEED.win` and `SEED_wsvec.dat`, each plain or `.gz`.
//!
//! * Any of the four files may be given, their directory where it holds one seed, or `path/SEED`. Where both are there,
//!   `_tb.dat` is read: it has more digits.
//! * Lattice, atoms, `mp_grid`, `fermi_energy` and `spinors` come from the `.win`. Without one, `_tb.dat` has the lattice, the
//!   grid follows from the vectors, and the rest is unknown; `_hr.dat` alone cannot be used.
//! * Units (Wannier90's user guide, "Files"): eV and Å in both `.dat` files; the `.win` is in Å unless a block says `bohr`.
//! * Fermi level: `fermi_energy` of the `.win`, which the user copied from the run; unknown without. No electron count.
//! * Spin: two electrons per state; one with `spinors = true`, and one where `spin = up` or `down` names a channel.
//! * `_wsvec.dat` holds the shifts of `use_ws_distance`, Wannier90's default. Bands without them are worse between the points
//!   of the k-grid: that is said.
//! * Vectors that are no Wigner–Seitz set of a k-grid (models written by hand, symmetrised ones, the expanded list of
//!   `write_ndegen_applied`) are summed as they stand, each element over its degeneracy, without shifts; their k-grid is the smallest
//!   one that tells their waves apart. Where the `.win`'s `mp_grid` is another, that is said.
//! * Along an axis with one k-point of `mp_grid` (layers, chains) nothing disperses: what shifts bring there is added at R = 0.

mod list;
mod matrix;
mod win;
mod write;
mod wsvec;

use self::list::List;
use self::matrix::{Kind, Matrix};
use self::win::Win;
pub use self::write::{win_beside, write};
use super::text::{self, TextFile};
use crate::bands::{BandHeader, SpinTreatment, WannierHamiltonian};
use crate::crystal::{KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// How much of a file is looked at.
const LOOK_AT: u64 = 64 * 1024;
/// Tolerance of the symmetry search, Å.
const STRUCTURE_TOLERANCE: f64 = 1e-3;
/// Relative difference of lattice vectors that are the same (codes differ in the bohr's last digits).
const SAME_LATTICE: f64 = 1e-4;
/// Files with the Hamiltonian, the better one first.
const HAMILTONIANS: [&str; 2] = ["_tb.dat", "_hr.dat"];

/// The files of one seed.
#[derive(Clone, Debug)]
pub(super) struct Files {
    hamiltonian: PathBuf,
    win: Option<PathBuf>,
    wsvec: Option<PathBuf>,
}

/// The files that `path` names, or none where it is nothing of Wannier90's.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for a directory with several seeds, or a file whose
/// Hamiltonian is missing.
pub(super) fn find(path: &Path) -> Result<Option<Files>> {
    if path.is_dir() {
        return find_in_directory(path);
    }
    if !path.exists() {
        return Ok(Files::of_seed(path));
    }
    let beginning = text::beginning(path, LOOK_AT)?;
    let text = String::from_utf8_lossy(&beginning);
    let seed = seed_of(path);
    if matrix::kind(&text).is_some() {
        return Ok(Some(Files::beside(path.to_path_buf(), &seed)));
    }
    if win::is_win(&text) || wsvec::is_wsvec(&text) {
        return match Files::of_seed(&seed) {
            Some(files) => Ok(Some(files)),
            None => Err(Error::bad_file(
                path,
                "file",
                format!(
                    "there is neither {0}_tb.dat nor {0}_hr.dat beside it",
                    seed.display()
                ),
                "run wannier90.x with `write_tb = true` (or `write_hr = true`) and give its files together",
            )),
        };
    }
    Ok(None)
}

/// The one seed of a directory.
fn find_in_directory(directory: &Path) -> Result<Option<Files>> {
    let mut seeds: Vec<PathBuf> = std::fs::read_dir(directory)
        .map_err(Error::io(directory, "read"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| {
            let name = file.to_string_lossy();
            let name = name.strip_suffix(".gz").unwrap_or(&name);
            HAMILTONIANS.iter().any(|suffix| name.ends_with(suffix))
        })
        .map(|file| seed_of(&file))
        .collect();
    seeds.sort();
    seeds.dedup();
    match seeds.as_slice() {
        [] => Ok(None),
        [seed] => Ok(Files::of_seed(seed)),
        several => {
            let names: Vec<String> = several.iter().map(|s| s.display().to_string()).collect();
            Err(Error::bad_file(
                directory,
                "directory",
                format!(
                    "it holds several Wannier Hamiltonians: {}",
                    names.join(", ")
                ),
                "give one of them",
            ))
        }
    }
}

/// The path without what Wannier90 appends to the seed.
fn seed_of(path: &Path) -> PathBuf {
    let name = path.to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let seed = ["_tb.dat", "_hr.dat", "_wsvec.dat", ".win"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix));
    PathBuf::from(seed.unwrap_or(name))
}

/// `SEED` + `suffix`, plain or with `.gz`.
fn with_suffix(seed: &Path, suffix: &str) -> Option<PathBuf> {
    [suffix.to_string(), format!("{suffix}.gz")]
        .iter()
        .map(|suffix| {
            let mut name = seed.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        })
        .find(|file| file.is_file())
}

impl Files {
    fn beside(hamiltonian: PathBuf, seed: &Path) -> Self {
        Self {
            hamiltonian,
            win: with_suffix(seed, ".win"),
            wsvec: with_suffix(seed, "_wsvec.dat"),
        }
    }

    fn of_seed(seed: &Path) -> Option<Self> {
        let file = HAMILTONIANS
            .iter()
            .find_map(|suffix| with_suffix(seed, suffix))?;
        Some(Self::beside(file, seed))
    }
}

/// Reads the Hamiltonian that `path` names: one of its files, their directory, or the seed.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for files that are cut short, damaged or do not belong
/// together, numbers that are none or not finite, a Hamiltonian that is not Hermitian, and a lattice that no file gives.
pub fn read(path: &Path) -> Result<WannierHamiltonian> {
    match find(path)? {
        Some(files) => read_files(path, &files),
        None => Err(Error::bad_file(
            path,
            "file",
            "there is no SEED_tb.dat or SEED_hr.dat of Wannier90",
            "run wannier90.x with `write_tb = true`, and give one of its files, their directory or the seed",
        )),
    }
}

/// Reads `files`; `path` is what the user gave.
///
/// # Errors
/// As [`read`].
pub(super) fn read_files(path: &Path, files: &Files) -> Result<WannierHamiltonian> {
    let main = files.hamiltonian.as_path();
    let TextFile { text, sha256 } = text::read(main)?;
    let kind = matrix::kind(&text).ok_or_else(|| {
        Error::bad_file(
            main,
            "first lines",
            "they are not those of a SEED_tb.dat or SEED_hr.dat",
            "the file is damaged, or another stands under its name: copy it again",
        )
    })?;
    let matrix = matrix::parse(main, &text, kind)?;
    let win = match &files.win {
        Some(win) => Some(win::parse(win, &text::read(win)?.text)?),
        None => None,
    };
    let wsvec = match &files.wsvec {
        Some(file) => Some((file.as_path(), text::read(file)?.text)),
        None => None,
    };
    let applied = win.as_ref().is_some_and(|w| w.applied)
        || wsvec::is_applied(&text)
        || wsvec.as_ref().is_some_and(|(_, w)| wsvec::is_applied(w));
    let mut notes = Vec::new();
    let (mut header, list) = header(main, &matrix, win.as_ref(), applied, &mut notes)?;
    let grid = header.k_grid.n;
    // The unshifted matrices first, so that an error about Hermiticity names the right file.
    let (vectors, elements) = list.merged(wsvec::plain(&matrix), grid, &mut notes);
    let plain = WannierHamiltonian::new(header.clone(), vectors, elements)
        .map_err(|error| list.doubting(text::in_file(main)(error)))?;
    header.provenance.format = match kind {
        Kind::Tb => "Wannier90 _tb.dat".to_string(),
        Kind::Hr => "Wannier90 _hr.dat".to_string(),
    };
    header.provenance.path = path.display().to_string();
    header.provenance.sha256 = sha256;
    let shifts = match (&list, wsvec) {
        (List::WignerSeitz, Some(wsvec)) => Some(wsvec),
        (List::WignerSeitz, None) => {
            notes.push(
                "There is no _wsvec.dat: the shifts of use_ws_distance, which make the bands better between the points of the \
                 k-grid, are not applied."
                    .to_string(),
            );
            None
        }
        (List::AsItStands(_), Some(_)) => {
            notes.push("The shifts of _wsvec.dat are not applied.".to_string());
            None
        }
        (List::AsItStands(_), None) => None,
    };
    if let Some((file, content)) = shifts {
        let shifted = wsvec::shifted(file, &content, &matrix)?;
        let (vectors, elements) = list.merged(shifted, grid, &mut notes);
        header.provenance.notes = notes;
        return WannierHamiltonian::new(header, vectors, elements).map_err(text::in_file(file));
    }
    let mut hamiltonian = plain;
    notes.append(&mut hamiltonian.header_mut().provenance.notes);
    header.provenance.notes = notes;
    *hamiltonian.header_mut() = header;
    Ok(hamiltonian)
}

/// What is known of the bands, and of the list of lattice vectors.
fn header(
    main: &Path,
    matrix: &Matrix,
    win: Option<&Win>,
    applied: bool,
    notes: &mut Vec<String>,
) -> Result<(BandHeader, List)> {
    let mismatch = |place: &str, problem: String| {
        Err(Error::bad_file(
            main,
            place,
            problem,
            "the files are of different runs: copy all of them from one",
        ))
    };
    let own = match matrix.lattice {
        Some(rows) => Some(Lattice::new(rows).map_err(text::in_file(main))?),
        None => None,
    };
    let lattice = match (win.map(|w| &w.lattice), own) {
        (Some(win), Some(own)) => {
            let pairs = win.rows().iter().flatten().zip(own.rows().iter().flatten());
            let scale = own.volume().cbrt();
            if pairs
                .clone()
                .any(|(x, y)| (x - y).abs() > SAME_LATTICE * scale)
            {
                return mismatch(
                    "lattice vectors",
                    format!(
                        "they are {:?} Å here and {:?} Å in the .win",
                        own.rows(),
                        win.rows()
                    ),
                );
            }
            own
        }
        (Some(win), None) => win.clone(),
        (None, Some(own)) => own,
        (None, None) => {
            return Err(Error::bad_file(
                main,
                "lattice",
                "the file does not hold it, and there is no SEED.win beside it",
                "put the .win beside it under the same seed, or give a SEED_tb.dat (`write_tb = true`)",
            ));
        }
    };
    if let Some(n) = win.and_then(|w| w.num_wann)
        && n != matrix.n_orbital
    {
        return mismatch(
            "number of orbitals",
            format!("{} here, num_wann = {n} in the .win", matrix.n_orbital),
        );
    }
    let grid = win.and_then(|w| w.grid);
    let (grid, list) = List::of(main, matrix, grid, &lattice, applied)?;
    if let List::AsItStands(reason) = &list {
        let mut letters = reason.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        notes.push(first.chain(letters).collect::<String>() + ": it is summed as it stands.");
    }
    let spin = match win {
        Some(win) if win.spinors => SpinTreatment::Spinor,
        Some(Win {
            channel: Some(channel),
            ..
        }) => {
            notes.push(format!(
                "The run is of the spin channel \"{channel}\" alone: its states hold one electron each; the other channel adds its own."
            ));
            SpinTreatment::Spinor
        }
        Some(_) => SpinTreatment::Unpolarized,
        None => {
            notes.push(format!(
                "There is no .win: {}, and atoms and Fermi level are unknown.",
                crate::io::TWO_ASSUMED
            ));
            SpinTreatment::Unpolarized
        }
    };
    let mut header = BandHeader::new(lattice, KGrid::gamma(grid)?, spin, matrix.n_orbital);
    // A .win need not name the one channel of two that it is for.
    header.spin_assumed = spin == SpinTreatment::Unpolarized;
    if let Some(win) = win {
        header.fermi_level_ev = win.fermi_energy_ev;
        if win.fermi_energy_ev.is_none() {
            notes.push("The .win gives no fermi_energy.".to_string());
        }
        header.atoms = win.atoms.clone();
    }
    if header.atoms.is_empty() {
        notes.push("No atoms are given: no symmetry is used.".to_string());
    } else {
        header.point_group =
            PointGroup::of_structure(&header.lattice, &header.atoms, STRUCTURE_TOLERANCE)
                .map_err(text::in_file(main))?;
    }
    Ok((header, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_what_stands_before_the_suffix() {
        for (path, seed) in [
            ("a/si_hr.dat", "a/si"),
            ("a/si_tb.dat.gz", "a/si"),
            ("si.win", "si"),
            ("my_model.dat", "my_model.dat"),
        ] {
            assert_eq!(seed_of(Path::new(path)), Path::new(seed));
        }
    }
}
