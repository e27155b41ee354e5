//! Opening a native band file: everything but the planes is read and checked here.

use super::attribute::Attribute;
use super::filters;
use super::steps::LastPlanes;
use super::stored::StoredFile;
use super::values::StoredDataset;
use super::{KIND_BANDS, NativeBands, REMEDY};
use crate::bands::{BandHeader, BandStatistics, MOST_EV, Provenance, SpinTreatment};
use crate::crystal::{Atom, KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use std::path::Path;

pub(super) fn open(path: &Path) -> Result<NativeBands> {
    let file = StoredFile::open(path)?;
    file.check_kind(Some(KIND_BANDS))?;
    let reader = Reader { path, file: &file };
    let mut header = reader.header()?;
    let n = header.k_grid.n;
    let shape = [header.n_spin(), header.n_band, n[0], n[1], n[2]];
    let vectors = [shape[0], shape[1], n[0], n[1], n[2], 3];
    let energies = reader.dataset("energies", &shape)?;
    let velocities = reader.optional("velocities", &vectors)?;
    let lifetimes = reader.optional("lifetimes", &shape)?;
    header.has_velocities = velocities.is_some();
    header.has_lifetimes = lifetimes.is_some();
    let statistics = reader.statistics(&header)?;
    let mut bands = NativeBands {
        path: path.to_path_buf(),
        header,
        statistics,
        energies,
        velocities,
        lifetimes,
        last_planes: LastPlanes::default(),
    };
    bands.find_missing_extremes()?;
    Ok(bands)
}

struct Reader<'a> {
    path: &'a Path,
    file: &'a StoredFile,
}

fn too_large(shape: &[usize]) -> String {
    format!("shape {shape:?} is more than the file can hold")
}

fn unreadable(problem: &str) -> String {
    format!("the attribute cannot be read: {problem}")
}

impl Reader<'_> {
    fn bad(&self, place: &str, problem: impl Into<String>) -> Error {
        let problem = problem.into();
        let remedy = filters::remedy(&problem, REMEDY);
        Error::bad_file(self.path, place, problem, remedy)
    }

    /// An error about the bands themselves, told as one about this file.
    fn in_file(&self, error: Error) -> Error {
        match error {
            Error::BadBands { place, problem, .. } => self.bad(&place, problem),
            other => other,
        }
    }

    /// A dataset whose shape the file can hold.
    fn any(&self, name: &str) -> Result<StoredDataset> {
        if !self.file.has(name) {
            return Err(self.bad(name, "the dataset is missing"));
        }
        let dataset = self.file.dataset(name);
        dataset.map_err(|problem| self.bad(name, problem))
    }

    /// A dataset of 64-bit floats of the given shape.
    fn dataset(&self, name: &str, shape: &[usize]) -> Result<StoredDataset> {
        let dataset = self.any(name)?;
        let found = dataset.shape();
        if found != shape {
            let problem = format!("the shape is {found:?}, where {shape:?} is needed");
            return Err(self.bad(name, problem));
        }
        if !dataset.fits() {
            return Err(self.bad(name, too_large(shape)));
        }
        match dataset.type_name().as_str() {
            "float64" => Ok(dataset),
            other => Err(self.bad(
                name,
                format!("the type is {other}, where float64 is needed"),
            )),
        }
    }

    fn optional(&self, name: &str, shape: &[usize]) -> Result<Option<StoredDataset>> {
        let exists = self.file.has(name);
        exists.then(|| self.dataset(name, shape)).transpose()
    }

    /// Finite numbers of the given shape.
    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>> {
        let dataset = self.dataset(name, shape)?;
        let numbers = dataset
            .numbers()
            .map_err(|problem| self.bad(name, format!("it cannot be read: {problem}")))?;
        match numbers.iter().position(|x| !x.is_finite()) {
            Some(i) => Err(self.bad(name, format!("number {i} is {}", numbers[i]))),
            None => Ok(numbers),
        }
    }

    /// Integers of any width.
    fn integers(&self, name: &str) -> Result<(Vec<usize>, Vec<i64>)> {
        let dataset = self.any(name)?;
        let shape = dataset.shape().to_vec();
        if !dataset.fits() {
            return Err(self.bad(name, too_large(&shape)));
        }
        let numbers = dataset.integers();
        Ok((shape, numbers.map_err(|problem| self.bad(name, problem))?))
    }

    /// An attribute, which must be there.
    fn attribute(&self, name: &str) -> Result<Attribute> {
        let found = self.file.attribute(name);
        let found = found.map_err(|problem| self.bad(name, problem))?;
        found.ok_or_else(|| self.bad(name, "the attribute is missing"))
    }

    fn text(&self, name: &str) -> Result<String> {
        let text = self.attribute(name)?.text();
        text.map_err(|problem| self.bad(name, unreadable(&problem)))
    }

    fn header(&self) -> Result<BandHeader> {
        let lattice = self.numbers("lattice", &[3, 3])?;
        let lattice = std::array::from_fn(|i| std::array::from_fn(|j| lattice[3 * i + j]));
        let lattice = Lattice::new(lattice).map_err(|e| self.in_file(e))?;
        let (_, n) = self.integers("k_grid")?;
        let n: Option<Vec<usize>> = n.iter().map(|&x| usize::try_from(x).ok()).collect();
        let Some(&[n1, n2, n3]) = n.as_deref() else {
            return Err(self.bad("k_grid", "three numbers of points are needed"));
        };
        let shift = self.numbers("k_shift", &[3])?;
        let k_grid = KGrid::new([n1, n2, n3], [shift[0], shift[1], shift[2]])
            .map_err(|e| self.in_file(e))?;
        let spin = self.text("spin_treatment")?;
        let spin = SpinTreatment::from_name(&spin).ok_or_else(|| {
            let problem = format!("`{spin}` is none of unpolarized, collinear, spinor");
            self.bad("spin_treatment", problem)
        })?;
        self.check_degeneracy(spin)?;
        let energies = self.any("energies")?;
        let n_band = energies.shape().get(1).copied().unwrap_or(0);
        let mut header = BandHeader::new(lattice, k_grid, spin, n_band);
        let first_band = self.attribute("first_band")?.integer();
        let first_band =
            first_band.map_err(|problem| self.bad("first_band", unreadable(&problem)))?;
        header.first_band = usize::try_from(first_band)
            .map_err(|_| self.bad("first_band", format!("{first_band} is no number of a band")))?;
        header.fermi_level_ev = self.scalar("fermi_level")?;
        header.n_electrons = self.scalar("n_electrons")?;
        header.atoms = self.atoms()?;
        header.point_group = self.point_group(&header.lattice)?;
        header.provenance = self.provenance()?;
        header.validate().map_err(|e| self.in_file(e))?;
        Ok(header)
    }

    /// The degeneracy follows from the treatment of spin: one that differs was edited, and is not to be passed over.
    fn check_degeneracy(&self, spin: SpinTreatment) -> Result<()> {
        const NAME: &str = "spin_degeneracy";
        let found = self.file.attribute(NAME);
        let Some(attribute) = found.map_err(|problem| self.bad(NAME, problem))? else {
            return Ok(());
        };
        let said = attribute.number();
        let said = said.map_err(|problem| self.bad(NAME, unreadable(&problem)))?;
        if said == spin.degeneracy() {
            return Ok(());
        }
        let problem = format!(
            "it is {said}, where `spin_treatment` is `{}`, whose states hold {}",
            spin.name(),
            spin.degeneracy()
        );
        Err(self.bad(NAME, problem))
    }

    fn scalar(&self, name: &str) -> Result<Option<f64>> {
        let exists = self.file.has(name);
        let value = exists.then(|| self.numbers(name, &[])).transpose()?;
        Ok(value.and_then(|v| v.first().copied()))
    }

    fn atoms(&self) -> Result<Vec<Atom>> {
        if !self.file.has("atoms") {
            return Ok(Vec::new());
        }
        let symbols = self.any("atoms/symbols")?;
        if !symbols.fits() {
            return Err(self.bad("atoms/symbols", too_large(symbols.shape())));
        }
        let symbols = symbols.texts();
        let symbols = symbols.map_err(|problem| self.bad("atoms/symbols", problem))?;
        let positions = self.numbers("atoms/positions", &[symbols.len(), 3])?;
        let atoms = symbols.into_iter().zip(positions.chunks_exact(3));
        Ok(atoms
            .map(|(symbol, x)| Atom {
                symbol,
                position: [x[0], x[1], x[2]],
            })
            .collect())
    }

    fn point_group(&self, lattice: &Lattice) -> Result<PointGroup> {
        let (shape, entries) = self.integers("rotations")?;
        if shape.len() != 3 || shape[1..] != [3, 3] {
            let problem = format!("the shape is {shape:?}, where [n, 3, 3] is needed");
            return Err(self.bad("rotations", problem));
        }
        let small: std::result::Result<Vec<i32>, _> =
            entries.iter().map(|&x| x.try_into()).collect();
        let small = small.map_err(|_| self.bad("rotations", "an entry is no small integer"))?;
        let rotations = small
            .chunks_exact(9)
            .map(|r| std::array::from_fn(|i| std::array::from_fn(|j| r[3 * i + j])));
        PointGroup::new(lattice, rotations).map_err(|e| self.in_file(e))
    }

    fn provenance(&self) -> Result<Provenance> {
        let found = self.file.attribute("notes");
        let notes = match found.map_err(|problem| self.bad("notes", problem))? {
            Some(attribute) => attribute.texts(),
            None => Ok(Vec::new()),
        };
        Ok(Provenance {
            format: self.text("source_format")?,
            path: self.text("source_path")?,
            sha256: self.text("source_sha256")?,
            notes: notes.map_err(|problem| self.bad("notes", unreadable(&problem)))?,
        })
    }

    fn statistics(&self, header: &BandHeader) -> Result<Vec<BandStatistics>> {
        let shape = [header.n_spin(), header.n_band];
        let low = self.numbers("energy_min", &shape)?;
        let high = self.numbers("energy_max", &shape)?;
        let speed = self.numbers("max_speed", &shape)?;
        let lifetime = self.numbers("max_lifetime", &shape)?;
        let step = self.numbers("max_step", &[shape[0], shape[1], 3])?;
        (0..header.n_spin_band())
            .map(|i| {
                let found = BandStatistics {
                    energy_min: low[i],
                    energy_max: high[i],
                    max_step: [step[3 * i], step[3 * i + 1], step[3 * i + 2]],
                    max_speed: speed[i],
                    max_inverse_mass: 0.0,
                    max_lifetime: lifetime[i],
                };
                let width = found.energy_max - found.energy_min;
                let possible = width >= 0.0
                    && found.energy_min >= -MOST_EV
                    && found.energy_max <= MOST_EV
                    && found.max_step.iter().all(|s| (0.0..=width).contains(s))
                    && found.max_speed >= 0.0
                    && found.max_lifetime >= 0.0;
                if possible {
                    return Ok(found);
                }
                let place = format!(
                    "energy_min, energy_max, max_step, max_speed, max_lifetime of spin {}, band {}",
                    i / header.n_band + 1,
                    i % header.n_band + header.first_band
                );
                Err(self.bad(&place, format!("{found:?} is impossible")))
            })
            .collect()
    }
}
