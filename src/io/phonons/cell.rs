//! The primitive cell of a phonopy or phono3py run: lattice, atoms, masses and the unit of length, from the YAML files beside the mesh.
//!
//! Only what these programs write is read: keys at the line's beginning, numbers in brackets, one a line.

use super::super::text;
use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::units::BOHR_ANGSTROM;
use std::path::{Path, PathBuf};

/// Files that a run leaves, the one with the primitive cell that was used first.
pub(super) const PHONOPY: [&str; 4] = [
    "phonopy.yaml",
    "phonopy_params.yaml",
    "phonopy_disp.yaml",
    "phono3py.yaml",
];
/// Likewise, of phono3py.
pub(super) const PHONO3PY: [&str; 4] = [
    "phono3py.yaml",
    "phono3py_params.yaml",
    "phono3py_disp.yaml",
    "phonopy.yaml",
];
/// Most bytes of such a file: supercells with displacements are long.
const MOST: u64 = 256 << 20;

/// A primitive cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub lattice: Lattice,
    pub atoms: Vec<Atom>,
    /// Atomic mass units; empty where the file has none.
    pub masses: Vec<f64>,
    /// Å in one unit of length of the program that made the forces.
    pub length: f64,
    /// The file.
    pub path: PathBuf,
}

/// The cell of the run that `mesh` belongs to.
///
/// # Errors
/// [`Error::BadFile`] where there is no such file beside it, or it has no usable cell.
pub(super) fn beside(mesh: &Path, names: &[&str]) -> Result<Cell> {
    let folder = mesh.parent().unwrap_or(Path::new(""));
    match super::super::listed::file_in(folder, names) {
        Some(path) => read(&path),
        None => Err(Error::bad_file(
            mesh,
            "lattice",
            format!(
                "the file has no lattice, and there is no {} beside it",
                names[..3].join(", ")
            ),
            format!("put the {} of the run into the same folder", names[0]),
        )),
    }
}

/// Reads the primitive cell of a YAML file.
///
/// # Errors
/// As [`beside`].
fn read(path: &Path) -> Result<Cell> {
    let content = text::read_small(path, MOST)?.text;
    let lines: Vec<&str> = content.lines().collect();
    let start = |key: &str| lines.iter().position(|line| line.trim_end() == key);
    let au = lines.iter().any(|line| {
        let line = line.trim();
        line.starts_with("length:") && line.contains("au")
    });
    let length = if au { BOHR_ANGSTROM } else { 1.0 };
    let from = start("primitive_cell:").ok_or_else(|| {
        Error::bad_file(
            path,
            "primitive_cell",
            "it is missing",
            "write it again with a phonopy (phono3py) of 2018 or later",
        )
    })?;
    let section: Vec<(usize, &str)> = lines[from + 1..]
        .iter()
        .enumerate()
        .map(|(i, line)| (from + 2 + i, *line))
        .take_while(|(_, line)| line.is_empty() || line.starts_with(' '))
        .collect();
    of_lines(path, &section, length)
}

/// The cell that lines `lattice:` and `points:` describe.
pub(super) fn of_lines(path: &Path, lines: &[(usize, &str)], length: f64) -> Result<Cell> {
    let bad = |line: usize, problem: String| {
        Error::bad_file(
            path,
            format!("line {line}"),
            problem,
            "the file is damaged: copy it again",
        )
    };
    let vector = |(number, line): &(usize, &str)| -> Result<[f64; 3]> {
        vector(line).ok_or_else(|| {
            bad(
                *number,
                format!(
                    "\"{}\" has no three finite numbers in brackets",
                    line.trim()
                ),
            )
        })
    };
    let last = lines.last().map_or(1, |l| l.0);
    let key = |name: &str| {
        let found = lines.iter().position(|(_, line)| line.trim() == name);
        found.ok_or_else(|| bad(last, format!("`{name}` is missing")))
    };
    let at = key("lattice:")?;
    let rows = lines[at + 1..].iter().take(3);
    let rows: Vec<[f64; 3]> = rows.map(vector).collect::<Result<_>>()?;
    let [a, b, c] = rows[..] else {
        return Err(bad(last, "the lattice has fewer than three vectors".into()));
    };
    let lattice = Lattice::new([a, b, c].map(|row| row.map(|x| length * x)))?;
    let (mut atoms, mut masses) = (Vec::new(), Vec::new());
    let points = key("points:")?;
    let mut symbol = None;
    for line in &lines[points + 1..] {
        let words = line.1.trim().trim_start_matches("- ");
        if let Some(rest) = words.strip_prefix("symbol:") {
            let name = rest.split('#').next().unwrap_or("").trim();
            symbol = Some(name.trim_matches('"').to_owned());
        } else if words.starts_with("coordinates:") {
            let position = vector(line)?;
            let name = symbol.take();
            let symbol = name.ok_or_else(|| bad(line.0, "an atom without symbol".into()))?;
            atoms.push(Atom { symbol, position });
        } else if let Some(rest) = words.strip_prefix("mass:") {
            let number = rest.split('#').next().unwrap_or("").trim();
            let mass = text::number(number).filter(|m| *m > 0.0);
            masses.push(
                mass.ok_or_else(|| bad(line.0, format!("the mass {number} is not positive")))?,
            );
        } else if words.starts_with("reciprocal_lattice:") {
            break;
        }
    }
    if masses.len() != atoms.len() {
        masses.clear();
    }
    Ok(Cell {
        lattice,
        atoms,
        masses,
        length,
        path: path.to_path_buf(),
    })
}

/// Three numbers in brackets.
pub(super) fn vector(line: &str) -> Option<[f64; 3]> {
    let (_, rest) = line.split_once('[')?;
    let (inside, _) = rest.split_once(']')?;
    let numbers: Vec<f64> = inside
        .split(',')
        .map(|word| text::number(word.trim()))
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}
