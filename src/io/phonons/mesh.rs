//! phonopy's meshes: `mesh.hdf5` (which has no lattice: `phonopy.yaml` has) and `mesh.yaml`.
//!
//! Group velocities are printed as ∂ω/∂q in THz times the unit of length of the force calculator, so that one unit is 100 m/s for Å.

use super::super::h5::H5;
use super::super::text;
use super::cell::{self, PHONOPY, vector};
use super::unfold::Listed;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use std::path::Path;

/// m/s in one THz·Å.
pub(super) const THZ_ANGSTROM: f64 = 100.0;
/// Most bytes of a `mesh.yaml`.
const MOST: u64 = 2 << 30;

/// Three positive counts of a dataset.
pub(super) fn mesh_of(file: &H5) -> Result<Option<[usize; 3]>> {
    if !file.has("mesh") {
        return Ok(None);
    }
    let (_, numbers) = file.array("mesh")?;
    let counts: Vec<usize> = numbers
        .iter()
        .filter(|x| x.fract() == 0.0 && (1.0..1e6).contains(*x))
        .map(|x| *x as usize)
        .collect();
    match (numbers.len(), &counts[..]) {
        (3, &[a, b, c]) => Ok(Some([a, b, c])),
        // A generalised grid, by its matrix.
        (9, _) => Ok(None),
        _ => Err(file.bad(
            "mesh",
            format!("{numbers:?}, where three numbers of points are expected"),
            "the file is damaged: copy it again",
        )),
    }
}

/// Shape of frequencies: q-points and branches.
pub(super) fn shape_of(file: &H5, name: &str, shape: &[usize]) -> Result<[usize; 2]> {
    match *shape {
        [q, b] => Ok([q, b]),
        _ => Err(file.bad(
            name,
            format!("shape {shape:?}, where (q-points, branches) is expected"),
            "the file is damaged, or of another program",
        )),
    }
}

/// Reads `mesh.hdf5`.
pub(super) fn read_hdf5(path: &Path) -> Result<Phonons> {
    let file = H5::open(path)?;
    let cell = cell::beside(path, &PHONOPY)?;
    let (shape, frequencies) = file.array("frequency")?;
    let [_, n_branch] = shape_of(&file, "frequency", &shape)?;
    let velocities = match file.has("group_velocity") {
        true => file.array("group_velocity")?.1,
        false => Vec::new(),
    };
    let factor = THZ_ANGSTROM * cell.length;
    let has_velocities = !velocities.is_empty();
    let listed = Listed {
        points: file.vectors("qpoint")?,
        weights: if file.has("weight") {
            file.array("weight")?.1
        } else {
            Vec::new()
        },
        mesh: mesh_of(&file)?,
        n_branch,
        frequencies,
        velocities: velocities.iter().map(|v| factor * v).collect(),
        rates: Vec::new(),
        lattice: cell.lattice,
        atoms: cell.atoms,
        masses: cell.masses,
    };
    let mut phonons = listed.complete()?;
    let provenance = &mut phonons.header_mut().provenance;
    provenance.format = "phonopy mesh.hdf5".into();
    let said = if has_velocities {
        "THz (ordinary frequencies), group velocities in THz·length (∂ω/∂q, no 2π): 100 m/s for Å"
    } else {
        "THz (ordinary frequencies); it has no group velocities, which are differences here"
    };
    provenance.notes.push(format!(
        "The file's units: {said}. Lattice and atoms are those of {}.",
        file_name(&cell.path)
    ));
    Ok(phonons)
}

/// The last part of a path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// Reads `mesh.yaml`.
pub(super) fn read_yaml(path: &Path) -> Result<Phonons> {
    let content = text::read_small(path, MOST)?.text;
    let lines: Vec<(usize, &str)> = content
        .lines()
        .enumerate()
        .map(|(i, l)| (i + 1, l))
        .collect();
    let bad = |line: usize, problem: String| {
        Error::bad_file(
            path,
            format!("line {line}"),
            problem,
            "the file is cut short or damaged: repeat the run",
        )
    };
    let modes = lines
        .iter()
        .position(|(_, line)| line.starts_with("phonon:"));
    let modes = modes.ok_or_else(|| bad(lines.len(), "`phonon:` is missing".into()))?;
    let head = &lines[..modes];
    let length = 1.0;
    let has_cell = head.iter().any(|(_, l)| l.trim() == "lattice:")
        && head.iter().any(|(_, l)| l.trim() == "points:");
    let cell = match has_cell {
        true => cell::of_lines(path, head, length)?,
        false => cell::beside(path, &PHONOPY)?,
    };
    let mut listed = Listed {
        lattice: cell.lattice,
        atoms: cell.atoms,
        masses: cell.masses,
        points: Vec::new(),
        weights: Vec::new(),
        mesh: None,
        n_branch: 0,
        frequencies: Vec::new(),
        velocities: Vec::new(),
        rates: Vec::new(),
    };
    if let Some(line) = head.iter().find(|(_, l)| l.starts_with("mesh:")) {
        let n =
            vector(line.1).filter(|n| n.iter().all(|x| x.fract() == 0.0 && (1.0..1e6).contains(x)));
        let n = n.ok_or_else(|| {
            bad(
                line.0,
                format!("\"{}\" has no three numbers of points", line.1),
            )
        })?;
        listed.mesh = Some(n.map(|x| x as usize));
    }
    let number = |line: &(usize, &str), rest: &str| {
        let rest = rest.split('#').next().unwrap_or("").trim();
        text::number(rest).ok_or_else(|| {
            bad(
                line.0,
                format!("\"{}\" has no finite number", line.1.trim()),
            )
        })
    };
    let factor = THZ_ANGSTROM * cell.length;
    for line in &lines[modes + 1..] {
        let words = line.1.trim().trim_start_matches("- ");
        if words.starts_with("q-position:") {
            let q = vector(words)
                .ok_or_else(|| bad(line.0, "a q-point without three numbers".into()))?;
            listed.points.push(q);
        } else if let Some(rest) = words.strip_prefix("weight:") {
            listed.weights.push(number(line, rest)?);
        } else if let Some(rest) = words.strip_prefix("frequency:") {
            listed.frequencies.push(number(line, rest)?);
        } else if words.starts_with("group_velocity:") {
            let v = vector(words)
                .ok_or_else(|| bad(line.0, "a velocity without three numbers".into()))?;
            listed.velocities.extend(v.map(|x| factor * x));
        }
    }
    listed.n_branch = listed.frequencies.len() / listed.points.len().max(1);
    let mut phonons = listed.complete()?;
    let provenance = &mut phonons.header_mut().provenance;
    provenance.format = "phonopy mesh.yaml".into();
    provenance.notes.push(
        "The file's units: THz (ordinary frequencies), group velocities in THz·Å (∂ω/∂q, no 2π), that is 100 m/s.".into(),
    );
    Ok(phonons)
}
