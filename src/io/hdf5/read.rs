//! Opening a native band file: everything but the planes is read and checked here.

use super::container::{self, attribute_text};
use super::{KIND_BANDS, NativeBands, REMEDY};
use crate::bands::{BandHeader, BandStatistics, Provenance, SpinTreatment};
use crate::crystal::{Atom, KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use hdf5::types::{FloatSize, TypeDescriptor, VarLenUnicode};
use hdf5::{Dataset, File};
use std::path::Path;

pub(super) fn open(path: &Path) -> Result<NativeBands> {
    let file = container::open(path)?;
    container::check_kind(path, &file, Some(KIND_BANDS))?;
    let length = std::fs::metadata(path)
        .map_err(Error::io(path, "read"))?
        .len();
    let reader = Reader {
        path,
        file: &file,
        length,
    };
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
    Ok(NativeBands {
        path: path.to_path_buf(),
        header,
        statistics,
        energies,
        velocities,
        lifetimes,
    })
}

struct Reader<'a> {
    path: &'a Path,
    file: &'a File,
    /// Bytes of the file.
    length: u64,
}

fn too_large(shape: &[usize]) -> String {
    format!("shape {shape:?} is more than the file can hold")
}

impl Reader<'_> {
    fn bad(&self, place: &str, problem: impl Into<String>) -> Error {
        Error::bad_file(self.path, place, problem, REMEDY)
    }

    /// An error about the bands themselves, told as one about this file.
    fn in_file(&self, error: Error) -> Error {
        match error {
            Error::BadBands { place, problem, .. } => self.bad(&place, problem),
            other => other,
        }
    }

    /// A dataset of 64-bit floats of the given shape.
    fn dataset(&self, name: &str, shape: &[usize]) -> Result<Dataset> {
        if !self.file.link_exists(name) {
            return Err(self.bad(name, "the dataset is missing"));
        }
        let dataset = self
            .file
            .dataset(name)
            .map_err(Error::hdf5(self.path, name))?;
        let found = dataset.shape();
        if found != shape {
            let problem = format!("the shape is {found:?}, where {shape:?} is needed");
            return Err(self.bad(name, problem));
        }
        if !container::fits(&dataset, self.length) {
            return Err(self.bad(name, too_large(shape)));
        }
        let descriptor = dataset.dtype().and_then(|t| t.to_descriptor());
        match descriptor {
            Ok(TypeDescriptor::Float(FloatSize::U8)) => Ok(dataset),
            Ok(other) => Err(self.bad(
                name,
                format!("the type is {other}, where float64 is needed"),
            )),
            Err(error) => Err(self.bad(name, format!("the type is unknown: {error}"))),
        }
    }

    fn optional(&self, name: &str, shape: &[usize]) -> Result<Option<Dataset>> {
        let exists = self.file.link_exists(name);
        exists.then(|| self.dataset(name, shape)).transpose()
    }

    /// Finite numbers of the given shape.
    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>> {
        let dataset = self.dataset(name, shape)?;
        let numbers: Vec<f64> = dataset
            .read_raw()
            .map_err(|error| self.bad(name, format!("HDF5 cannot read it: {error}")))?;
        match numbers.iter().position(|x| !x.is_finite()) {
            Some(i) => Err(self.bad(name, format!("number {i} is {}", numbers[i]))),
            None => Ok(numbers),
        }
    }

    /// Integers of any width.
    fn integers(&self, name: &str) -> Result<(Vec<usize>, Vec<i64>)> {
        if !self.file.link_exists(name) {
            return Err(self.bad(name, "the dataset is missing"));
        }
        let read = || -> hdf5::Result<_> {
            let dataset = self.file.dataset(name)?;
            let descriptor = dataset.dtype()?.to_descriptor()?;
            match descriptor {
                TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => {}
                other => {
                    return Err(format!("the type is {other}, where integers are needed").into());
                }
            }
            if !container::fits(&dataset, self.length) {
                return Err(too_large(&dataset.shape()).into());
            }
            Ok((dataset.shape(), dataset.read_raw::<i64>()?))
        };
        read().map_err(|error| self.bad(name, error.to_string()))
    }

    fn text(&self, name: &str) -> Result<String> {
        self.file
            .attr(name)
            .and_then(|attribute| attribute_text(&attribute))
            .map_err(|error| self.bad(name, format!("the attribute cannot be read: {error}")))
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
        let shape = match self.file.dataset("energies") {
            Ok(dataset) => dataset.shape(),
            Err(_) => return Err(self.bad("energies", "the dataset is missing")),
        };
        let n_band = shape.get(1).copied().unwrap_or(0);
        let mut header = BandHeader::new(lattice, k_grid, spin, n_band);
        let first_band: i64 = self
            .file
            .attr("first_band")
            .and_then(|a| a.read_scalar())
            .map_err(|error| {
                self.bad(
                    "first_band",
                    format!("the attribute cannot be read: {error}"),
                )
            })?;
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

    fn scalar(&self, name: &str) -> Result<Option<f64>> {
        let exists = self.file.link_exists(name);
        let value = exists.then(|| self.numbers(name, &[])).transpose()?;
        Ok(value.and_then(|v| v.first().copied()))
    }

    fn atoms(&self) -> Result<Vec<Atom>> {
        if !self.file.link_exists("atoms") {
            return Ok(Vec::new());
        }
        let symbols: Vec<VarLenUnicode> = self
            .file
            .dataset("atoms/symbols")
            .and_then(|d| d.read_raw())
            .map_err(|error| self.bad("atoms/symbols", format!("HDF5 cannot read it: {error}")))?;
        let positions = self.numbers("atoms/positions", &[symbols.len(), 3])?;
        let atoms = symbols.iter().zip(positions.chunks_exact(3));
        Ok(atoms
            .map(|(symbol, x)| Atom {
                symbol: symbol.to_string(),
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
        let notes = match self.file.attr("notes") {
            Ok(attribute) => attribute
                .read_raw::<VarLenUnicode>()
                .map_err(|error| self.bad("notes", format!("HDF5 cannot read it: {error}")))?,
            Err(_) => Vec::new(),
        };
        Ok(Provenance {
            format: self.text("source_format")?,
            path: self.text("source_path")?,
            sha256: self.text("source_sha256")?,
            notes: notes.iter().map(ToString::to_string).collect(),
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
