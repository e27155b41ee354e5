//! `vaspout.h5` (VASP 6 built with HDF5): the group `results/electron_eigenvalues`.
//!
//! `eigenvalues` is `[spin][k][band]` in eV, `kpoint_coords` fractional, `kpoints_symmetry_weight` the weights, `ispin` and
//! `nelectrons` as named; `results/positions` has the last structure, `results/electron_dos/efermi` the Fermi level and
//! `ncdij` = 4 for spinors (else `input/incar/LNONCOLLINEAR` and `LSORBIT` tell). `input/kpoints/mode` `l` is line mode.
//! Bands at the points of KPOINTS_OPT or KPOINTS_WAN lie beside in groups that end in `_kpoints_opt` or `_kpoints_wan`, with a
//! Fermi level of their own. Those of KPOINTS are read, unless they are in line mode or not there.

use super::{RUN_AGAIN, Run};
use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, Lattice};
use crate::error::Result;
use crate::io::h5::H5;
use crate::io::text;
use std::path::Path;

/// A list of k-points with bands: the file that asks for it, and how its groups end.
struct Source {
    name: &'static str,
    ending: &'static str,
    input: &'static str,
}

const SOURCES: [Source; 3] = [
    Source {
        name: "KPOINTS",
        ending: "",
        input: "input/kpoints",
    },
    Source {
        name: "KPOINTS_OPT",
        ending: "_kpoints_opt",
        input: "input/kpoints_opt",
    },
    Source {
        name: "KPOINTS_WAN",
        ending: "_kpoints_wan",
        input: "input/kpoints_wan",
    },
];

impl Source {
    fn within(&self, name: &str) -> String {
        format!("results/electron_eigenvalues{}/{name}", self.ending)
    }

    /// A quantity of the group of the density of states; the levels of KPOINTS stand for those of the others too.
    fn dos(&self, file: &H5, name: &str) -> Result<Option<f64>> {
        let own = file.number(&format!("results/electron_dos{}/{name}", self.ending))?;
        Ok(match own {
            Some(number) => Some(number),
            None => file.number(&format!("results/electron_dos/{name}"))?,
        })
    }

    fn is_there(&self, file: &H5) -> bool {
        file.has(&self.within("eigenvalues"))
    }

    /// How the k-points were given, as KPOINTS has it.
    fn mode(&self, file: &H5) -> Option<String> {
        let words = file.texts(&format!("{}/mode", self.input)).ok()?;
        words.into_iter().next()
    }

    fn is_in_lines(&self, file: &H5) -> bool {
        self.mode(file).is_some_and(|m| m.starts_with(['l', 'L']))
    }
}

/// Whether the HDF5 file is VASP's.
pub(crate) fn is_vaspout(file: &H5) -> bool {
    let names = [
        "results/electron_eigenvalues",
        "input/poscar",
        "input/incar",
    ];
    SOURCES.iter().any(|source| source.is_there(file)) || names.iter().any(|name| file.has(name))
}

/// The bands to read, and a note on which they are, where that is not plain.
fn choose(file: &H5) -> Result<(&'static Source, Option<String>)> {
    let there: Vec<&Source> = SOURCES.iter().filter(|s| s.is_there(file)).collect();
    let Some(first) = there.first() else {
        return Err(file.bad(
            &SOURCES[0].within("eigenvalues"),
            "the file has no bands, neither of KPOINTS nor of KPOINTS_OPT or KPOINTS_WAN",
            "give the vaspout.h5 of a run that finished",
        ));
    };
    let names = |sources: &[&Source]| {
        let names: Vec<&str> = sources.iter().map(|s| s.name).collect();
        names.join(" and ")
    };
    let Some(chosen) = there.iter().find(|s| !s.is_in_lines(file)) else {
        let whose = match there.as_slice() {
            [only] if only.name == SOURCES[0].name => String::new(),
            several => format!(" of {}", names(several)),
        };
        return Err(file.bad(
            &format!("{}/mode", first.input),
            format!(
                "the k-points{whose} are in line mode (a band path), which cannot be integrated"
            ),
            "give a run on a uniform k-grid",
        ));
    };
    let others: Vec<&Source> = there
        .iter()
        .copied()
        .filter(|s| s.name != chosen.name)
        .collect();
    let note = match (chosen.ending, others.as_slice()) {
        ("", []) => None,
        (_, []) => Some(format!("The bands are those of {}.", chosen.name)),
        (_, others) => Some(format!(
            "The bands of {} are not read, only those of {}.",
            names(others),
            chosen.name
        )),
    };
    Ok((chosen, note))
}

/// Reads the bands and completes them to the full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// As the readers of VASP's other files.
pub fn read(path: &Path) -> Result<BandGrid> {
    read_open(&H5::open(path)?)
}

/// Reads an open file.
pub(crate) fn read_open(file: &H5) -> Result<BandGrid> {
    let (source, note) = choose(file)?;
    let within = |name: &str| source.within(name);
    let (shape, energies) = file.array(&within("eigenvalues"))?;
    let &[n_spin, n_k, n_band] = shape.as_slice() else {
        let problem = format!(
            "{} dimensions, where spin, k-point and band are expected",
            shape.len()
        );
        return Err(file.bad(&within("eigenvalues"), problem, RUN_AGAIN));
    };
    let k_points = file.vectors(&within("kpoint_coords"))?;
    if k_points.len() != n_k {
        let problem = format!(
            "{} k-points, where the eigenvalues have {n_k}",
            k_points.len()
        );
        return Err(file.bad(&within("kpoint_coords"), problem, RUN_AGAIN));
    }
    let weights = if file.has(&within("kpoints_symmetry_weight")) {
        file.array(&within("kpoints_symmetry_weight"))?.1
    } else {
        Vec::new()
    };
    // An explicit list may have any weights; automatic modes count them.
    let listed = source.mode(file).is_none_or(|m| m.starts_with(['e', 'E']));
    let flag = |name: &str| file.number(name).ok().flatten().unwrap_or(0.0);
    let spinor = source.dos(file, "ncdij").ok().flatten() == Some(4.0)
        || flag("input/incar/LNONCOLLINEAR") != 0.0
        || flag("input/incar/LSORBIT") != 0.0;
    let spin = match (n_spin, spinor) {
        (1, true) => SpinTreatment::Spinor,
        (1, false) => SpinTreatment::Unpolarized,
        (2, _) => SpinTreatment::Collinear,
        (n, _) => {
            let problem = format!("{n} spin channels, where there are 1 or 2");
            return Err(file.bad(&within("eigenvalues"), problem, RUN_AGAIN));
        }
    };
    let (lattice, atoms) = structure(file)?;
    let moments = if file.has("input/incar/MAGMOM") {
        file.array("input/incar/MAGMOM")?.1
    } else {
        Vec::new()
    };
    let spin_axis = if file.has("input/incar/SAXIS") {
        let (_, axis) = file.array("input/incar/SAXIS")?;
        axis.try_into().unwrap_or(super::moments::DEFAULT_AXIS)
    } else {
        super::moments::DEFAULT_AXIS
    };
    let version: Vec<String> = ["major", "minor", "patch"]
        .iter()
        .filter_map(|part| file.number(&format!("version/{part}")).ok().flatten())
        .map(|n| n.to_string())
        .collect();
    let run = Run {
        format: format!("VASP vaspout.h5 ({})", version.join(".")),
        lattice,
        atoms,
        moments: super::moments::cartesian(moments, spin, spin_axis),
        spin,
        n_band,
        k_points,
        weights: Weights {
            values: weights,
            counted: !listed,
        },
        divisions: None,
        k_lattice: None,
        energies,
        fermi: source.dos(file, "efermi")?,
        electrons: match file.number(&within("nelectrons"))? {
            Some(electrons) => Some(electrons),
            None => file.number(&SOURCES[0].within("nelectrons"))?,
        },
        notes: note.into_iter().collect(),
    };
    let mut bands = run.complete(file.path())?;
    file.sign(&mut bands)?;
    Ok(bands)
}

fn structure(file: &H5) -> Result<(Lattice, Vec<Atom>)> {
    let group = if file.has("results/positions/lattice_vectors") {
        "results/positions"
    } else {
        "input/poscar"
    };
    let within = |name: &str| format!("{group}/{name}");
    let rows = file.vectors(&within("lattice_vectors"))?;
    let rows: [[f64; 3]; 3] = rows.as_slice().try_into().map_err(|_| {
        file.bad(
            &within("lattice_vectors"),
            "there are no three vectors",
            RUN_AGAIN,
        )
    })?;
    let scale = file.number(&within("scale"))?.unwrap_or(1.0);
    let factor = if scale < 0.0 {
        let volume = Lattice::new(rows)
            .map_err(text::in_file(file.path()))?
            .volume();
        (-scale / volume).cbrt()
    } else {
        scale
    };
    let lattice = Lattice::new(rows.map(|row| row.map(|x| x * factor)))
        .map_err(text::in_file(file.path()))?;
    let positions = file.vectors(&within("position_ions"))?;
    let types = file.texts(&within("ion_types"))?;
    let (_, counts) = file.array(&within("number_ion_types"))?;
    let mut symbols = Vec::new();
    for (symbol, count) in types.iter().zip(&counts) {
        let room = positions.len() - symbols.len().min(positions.len());
        let count = (count.max(0.0) as usize).min(room + 1);
        symbols.extend(std::iter::repeat_n(symbol.clone(), count));
    }
    if symbols.len() != positions.len() {
        let problem = format!(
            "{counts:?} atoms of {types:?}, and {} positions",
            positions.len()
        );
        return Err(file.bad(&within("number_ion_types"), problem, RUN_AGAIN));
    }
    let cartesian = file.number(&within("direct_coordinates"))? == Some(0.0);
    let atoms = symbols.into_iter().zip(positions).map(|(symbol, p)| {
        let scale = 0.5 * factor / std::f64::consts::PI;
        let position = if cartesian {
            lattice
                .reciprocal()
                .map(|b| scale * (b[0] * p[0] + b[1] * p[1] + b[2] * p[2]))
        } else {
            p
        };
        Atom { symbol, position }
    });
    let atoms = atoms.collect();
    Ok((lattice, atoms))
}
