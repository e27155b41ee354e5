//! The native phonon file: HDF5 of kind `phonons`, on the same footing as results (h5py and xarray open it).
//!
//! | dataset | dimensions | unit | |
//! | --- | --- | --- | --- |
//! | `frequencies` | branch, q1, q2, q3 | THz | ordinary frequencies; negative where imaginary |
//! | `velocities` | branch, q1, q2, q3, cart | m/s | ∂ω/∂q, Cartesian; optional |
//! | `lifetimes` | temperature, branch, q1, q2, q3 | s | optional; 0 where a mode has none (acoustic modes at Γ) |
//! | `lattice` | axis, cart | angstrom | rows a₁ a₂ a₃ |
//! | `k_shift` | axis | | shift of the grid in steps |
//! | `rotations` | operation, row, column | | operations on fractional q; optional |
//! | `positions`, `masses` | atom, axis; atom | ; amu | fractional; optional. The coordinates of `atom` are the symbols |

use super::super::results::{Coordinates, ResultFile, Variable};
use crate::bands::{BandHeader, SpinTreatment};
use crate::crystal::{Atom, KGrid, Lattice, PointGroup, Rotation};
use crate::error::{Error, Result};
use crate::excitations::{Phonons, Rates};
#[cfg(feature = "hdf5-write")]
use crate::units::PLANCK_EV_PER_THZ;
use std::path::Path;

/// The kind of a native file.
pub(super) const KIND_PHONONS: &str = "phonons";
const REMEDY: &str = "write the file again; the table of its datasets is in docs/phonons.md";

/// Writes phonons.
///
/// # Errors
/// [`Error::Io`] where the target cannot be written.
#[cfg(feature = "hdf5-write")]
pub fn write(path: &Path, phonons: &Phonons, command: &str) -> Result<()> {
    let header = phonons.header();
    let n = header.k_grid.n;
    let mut file = ResultFile::new(KIND_PHONONS, command);
    file.attribute("source_format", header.provenance.format.as_str());
    file.attribute("source_path", header.provenance.path.as_str());
    file.attribute("source_sha256", header.provenance.sha256.as_str());
    if !header.provenance.notes.is_empty() {
        file.attribute("notes", header.provenance.notes.join("\n"));
    }
    let count = |n: usize| (1..=n).map(|i| i as f64).collect::<Vec<_>>();
    file.dimension(
        "branch",
        count(phonons.n_branch()),
        "",
        "branch, by frequency",
    )?;
    for (i, name) in ["q1", "q2", "q3"].into_iter().enumerate() {
        let at = |j: usize| (j as f64 + header.k_grid.shift[i]) / n[i] as f64;
        file.dimension(
            name,
            (0..n[i]).map(at).collect::<Vec<_>>(),
            "",
            "fractional coordinate",
        )?;
    }
    let xyz: &[&str] = &["x", "y", "z"];
    file.dimension("cart", xyz, "", "Cartesian component")?;
    file.dimension("axis", count(3), "", "axis of the lattice")?;
    let thz = (0..phonons.n_branch()).flat_map(|b| phonons.energies(b));
    let thz = thz.map(|e| e / PLANCK_EV_PER_THZ).collect();
    let grid = ["branch", "q1", "q2", "q3"];
    file.variable(
        "frequencies",
        &grid,
        thz,
        "THz",
        "frequency (ordinary; negative: imaginary)",
    )?;
    if let Some(velocities) = phonons.all_velocities() {
        let dimensions = ["branch", "q1", "q2", "q3", "cart"];
        file.variable(
            "velocities",
            &dimensions,
            velocities,
            "m/s",
            "group velocity",
        )?;
    }
    if !phonons.rates().is_empty() {
        let t: Vec<f64> = phonons.rates().iter().map(|r| r.temperature_k).collect();
        file.dimension("temperature", t, "K", "temperature")?;
        let all = phonons.rates().iter().flat_map(|r| &r.per_second);
        let times = all.map(|r| if *r > 0.0 { 1.0 / r } else { 0.0 }).collect();
        let dimensions = ["temperature", "branch", "q1", "q2", "q3"];
        file.variable(
            "lifetimes",
            &dimensions,
            times,
            "s",
            "relaxation time; 0: none",
        )?;
    }
    let rows = header.lattice.rows().iter().flatten().copied().collect();
    file.variable(
        "lattice",
        &["axis", "cart"],
        rows,
        "angstrom",
        "lattice vectors",
    )?;
    file.variable(
        "k_shift",
        &["axis"],
        header.k_grid.shift.to_vec(),
        "",
        "shift in steps",
    )?;
    let rotations = phonons.group.rotations();
    file.dimension(
        "operation",
        count(rotations.len()),
        "",
        "symmetry operation",
    )?;
    file.dimension("row", count(3), "", "row")?;
    file.dimension("column", count(3), "", "column")?;
    let all = rotations
        .iter()
        .flatten()
        .flatten()
        .map(|x| f64::from(*x))
        .collect();
    file.variable(
        "rotations",
        &["operation", "row", "column"],
        all,
        "",
        "operations on fractional q",
    )?;
    if !header.atoms.is_empty() {
        let names: Vec<String> = header.atoms.iter().map(|a| a.symbol.clone()).collect();
        file.dimension("atom", names, "", "symbol of the atom")?;
        let all = header.atoms.iter().flat_map(|a| a.position).collect();
        file.variable(
            "positions",
            &["atom", "axis"],
            all,
            "",
            "fractional positions",
        )?;
        if phonons.masses.len() == header.atoms.len() {
            file.variable(
                "masses",
                &["atom"],
                phonons.masses.clone(),
                "amu",
                "atomic masses",
            )?;
        }
    }
    file.write(path)
}

/// Reads what [`write`] wrote, or another program after the same table.
pub(super) fn read(path: &Path) -> Result<Phonons> {
    let file = ResultFile::read(path, Some(KIND_PHONONS))?;
    let reader = Reader { path, file: &file };
    let frequencies = reader.need("frequencies")?;
    let shape = reader.shape(frequencies)?;
    let [n_branch, n1, n2, n3] = shape[..] else {
        return Err(reader.bad(
            "frequencies",
            format!("shape {shape:?}, where (branch, q1, q2, q3) is needed"),
        ));
    };
    let lattice = reader.sized("lattice", 9)?;
    let lattice = Lattice::new(std::array::from_fn(|i| {
        std::array::from_fn(|j| lattice.data[3 * i + j])
    }))?;
    let shift = reader.sized("k_shift", 3)?;
    let grid = KGrid::new([n1, n2, n3], [shift.data[0], shift.data[1], shift.data[2]])?;
    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Spinor, n_branch);
    let modes = frequencies.data.len();
    let velocities = file
        .get("velocities")
        .map(|v| reader.exactly(v, 3 * modes))
        .transpose()?;
    let mut rates = Vec::new();
    if let Some(lifetimes) = file.get("lifetimes") {
        let t = match file.get_dimension("temperature").map(|d| &d.coordinates) {
            Some(Coordinates::Numbers(t)) => t.clone(),
            _ => {
                return Err(reader.bad(
                    "temperature",
                    "the temperatures of the lifetimes are missing".into(),
                ));
            }
        };
        reader.exactly(lifetimes, t.len() * modes)?;
        for (temperature_k, times) in t.into_iter().zip(lifetimes.data.chunks_exact(modes)) {
            if let Some(i) = times.iter().position(|x| !(x.is_finite() && *x >= 0.0)) {
                let place = format!(
                    "lifetimes at {temperature_k} K, branch {}",
                    i / grid.len() + 1
                );
                let problem = format!("the lifetime {} s is not positive", times[i]);
                return Err(reader.bad(&place, problem));
            }
            rates.push(Rates {
                temperature_k,
                per_second: times
                    .iter()
                    .map(|x| if *x > 0.0 { 1.0 / x } else { 0.0 })
                    .collect(),
            });
        }
    }
    if let (Some(positions), Some(atoms)) = (file.get("positions"), file.get_dimension("atom")) {
        let Coordinates::Labels(symbols) = &atoms.coordinates else {
            return Err(reader.bad("atom", "the symbols are missing".into()));
        };
        reader.exactly(positions, 3 * symbols.len())?;
        for (symbol, x) in symbols.iter().zip(positions.data.chunks_exact(3)) {
            header.atoms.push(Atom {
                symbol: symbol.clone(),
                position: [x[0], x[1], x[2]],
            });
        }
    }
    let mut group = PointGroup::identity().with_inversion();
    if let Some(rotations) = file.get("rotations") {
        let integer = |x: &f64| (x.fract() == 0.0 && x.abs() < 100.0).then_some(*x as i32);
        let all: Option<Vec<i32>> = rotations.data.iter().map(integer).collect();
        let all =
            all.ok_or_else(|| reader.bad("rotations", "they are not small whole numbers".into()))?;
        let matrix = |r: &[i32]| -> Rotation {
            std::array::from_fn(|i| std::array::from_fn(|j| r[3 * i + j]))
        };
        group = PointGroup::new(&header.lattice, all.chunks_exact(9).map(matrix))?;
    }
    header.point_group = group.on_grid(&grid);
    let text = |name: &str| match file.get_attribute(name) {
        Some(super::super::results::AttributeValue::Text(text)) => text.clone(),
        _ => String::new(),
    };
    header.provenance.format = match text("source_format") {
        source if source.is_empty() => "native phonons".into(),
        source => format!("native phonons (from {source})"),
    };
    header.provenance.notes = text("notes").lines().map(str::to_owned).collect();
    header
        .provenance
        .notes
        .push("The file's units: THz (ordinary frequencies), m/s, s.".into());
    let mut phonons = Phonons::new(header, frequencies.data.clone(), velocities, rates)?;
    phonons.group = group;
    if let Some(masses) = file.get("masses") {
        phonons.masses = reader.exactly(masses, phonons.header().atoms.len())?;
    }
    Ok(phonons)
}

struct Reader<'a> {
    path: &'a Path,
    file: &'a ResultFile,
}

impl Reader<'_> {
    fn bad(&self, place: &str, problem: String) -> Error {
        Error::bad_file(self.path, place, problem, REMEDY)
    }

    fn need(&self, name: &str) -> Result<&Variable> {
        let found = self.file.get(name);
        let found = found.ok_or_else(|| self.bad(name, "the dataset is missing".into()))?;
        self.finite(found)
    }

    fn finite<'v>(&self, variable: &'v Variable) -> Result<&'v Variable> {
        match variable.data.iter().position(|x| !x.is_finite()) {
            None => Ok(variable),
            Some(i) => Err(self.bad(
                &variable.name,
                format!("number {} is {}", i + 1, variable.data[i]),
            )),
        }
    }

    fn sized(&self, name: &str, count: usize) -> Result<&Variable> {
        let found = self.need(name)?;
        match found.data.len() {
            n if n == count => Ok(found),
            n => Err(self.bad(name, format!("{n} numbers, where {count} are needed"))),
        }
    }

    fn exactly(&self, variable: &Variable, count: usize) -> Result<Vec<f64>> {
        self.finite(variable)?;
        match variable.data.len() {
            n if n == count => Ok(variable.data.clone()),
            n => Err(self.bad(
                &variable.name,
                format!("{n} numbers, where {count} are needed"),
            )),
        }
    }

    fn shape(&self, variable: &Variable) -> Result<Vec<usize>> {
        let length = |name: &String| {
            let dimension = self.file.get_dimension(name);
            dimension
                .map(|d| d.coordinates.len())
                .ok_or_else(|| self.bad(name, "no coordinates".into()))
        };
        variable.dimensions.iter().map(length).collect()
    }
}
