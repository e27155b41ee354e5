//! The native HDF5 band file, written and read plane by plane: the grid never has to fit into memory.
//!
//! # Schema 1
//!
//! Root attributes: `bzint_kind` = `"bands"`, `bzint_schema` = 1, `bzint_version`, `command`, `source_format`,
//! `source_path`, `source_sha256`, `notes` (strings, where there are any), `spin_treatment` (`"unpolarized"`,
//! `"collinear"` or `"spinor"`), `spin_degeneracy` (2 or 1) and `first_band` (integer).
//!
//! | dataset | dimensions | unit | |
//! | --- | --- | --- | --- |
//! | `energies` | spin, band, k1, k2, k3 | eV | f64, chunks of whole planes, shuffle and gzip |
//! | `velocities` | spin, band, k1, k2, k3, cart | m/s | optional |
//! | `lifetimes` | spin, band, k1, k2, k3 | s | optional |
//! | `energy_min`, `energy_max` | spin, band | eV | extremes over the grid |
//! | `max_step` | spin, band, axis | eV | largest difference of neighbours along each axis, periodic |
//! | `max_speed`, `max_lifetime` | spin, band | m/s, s | 0 without velocities or lifetimes |
//! | `lattice` | axis, cart | angstrom | rows a₁ a₂ a₃ |
//! | `reciprocal_lattice` | axis, cart | 1/angstrom | rows b₁ b₂ b₃, with 2π; for readers' convenience |
//! | `k_grid` | axis | | points per axis, i64 |
//! | `k_shift` | axis | | shift in grid steps |
//! | `rotations` | operation, row, column | | operations on fractional k, i64 |
//! | `fermi_level` | (scalar) | eV | absent where unknown |
//! | `n_electrons` | (scalar) | | electrons per cell, absent where unknown |
//! | `atoms/symbols`, `atoms/positions` | atom; atom, axis | | fractional positions; absent without atoms |
//!
//! Every dimension is a dimension scale with coordinates: `spin` (names), `band` (numbers of the original code), `k1 k2 k3`
//! (fractional coordinates), `cart` (x, y, z), `axis`, `operation`, `row`, `column`, `atom`. Every dataset has `long_name`, and `units`
//! where it has a unit. Times of creation are left out: the same bands and command give the same bytes.
//!
//! The extremes are there so that opening needs no pass over the data; every plane that is read is checked against them. Where
//! another program added `velocities` or `lifetimes`, of which the extremes say 0, they are found on opening.

pub(in crate::io) mod attribute;
#[cfg(feature = "hdf5-write")]
pub(in crate::io) mod container;
pub(in crate::io) mod datatype;
mod extremes;
pub(in crate::io) mod filters;
mod read;
#[cfg(feature = "hdf5-write")]
pub(in crate::io) mod scales;
pub(in crate::io) mod schema;
mod steps;
pub(in crate::io) mod stored;
pub(in crate::io) mod values;
#[cfg(feature = "hdf5-write")]
mod write;

#[cfg(feature = "hdf5-write")]
pub use write::write;

use crate::bands::{BandHeader, BandSource, BandStatistics, Field};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::ops::Range;
use std::path::{Path, PathBuf};
use values::StoredDataset;

/// The kind of a band file.
const KIND_BANDS: &str = "bands";

/// Remedy for a file that bzint did not leave like this.
const REMEDY: &str = "the file is damaged or was edited: convert the bands again";

/// Bands in a native HDF5 file: the header and the extremes in memory, the planes on disk.
#[derive(Debug)]
pub struct NativeBands {
    path: PathBuf,
    header: BandHeader,
    statistics: Vec<BandStatistics>,
    energies: StoredDataset,
    velocities: Option<StoredDataset>,
    lifetimes: Option<StoredDataset>,
    /// The last plane of energies read of some bands, so that steps from one read to the next are checked, too.
    last_planes: steps::LastPlanes,
}

/// Opens a native band file and checks its structure: kind, schema, shapes, types and every number but the planes' own.
///
/// # Errors
/// [`Error::Io`], [`Error::UnknownFormat`] (no HDF5, or of another program) or [`Error::BadFile`], naming dataset and remedy.
pub fn open(path: &Path) -> Result<NativeBands> {
    read::open(path)
}

impl NativeBands {
    /// The file's path, as given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn bad_plane(&self, field: Field, place: Place, problem: String) -> Error {
        let Place { spin, band, index } = place;
        let n = self.header.k_grid.n;
        let point = index / field.components();
        let (j1, j2, j3) = (point / (n[1] * n[2]), point / n[2] % n[1], point % n[2]);
        Error::bad_file(
            &self.path,
            format!(
                "{}, spin {}, band {}, grid point ({j1}, {j2}, {j3})",
                field_name(field),
                spin + 1,
                band + self.header.first_band
            ),
            problem,
            "statistics do not match; file was edited; convert again",
        )
    }

    /// Checks numbers that were read from a band's flat index `start` on.
    fn check(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        start: usize,
        out: &[f64],
    ) -> Result<()> {
        let s = &self.statistics[spin * self.header.n_band + band];
        let within = |range: std::ops::RangeInclusive<f64>, x: &f64| range.contains(x); // false for NaN
        let (bad, unit, bounds) = match field {
            Field::Energy => (
                out.iter()
                    .position(|x| !within(s.energy_min..=s.energy_max, x)),
                "eV",
                [s.energy_min, s.energy_max],
            ),
            Field::Velocity => (
                out.chunks_exact(3)
                    .position(|v| {
                        let speed = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
                        !within(0.0..=s.max_speed, &speed)
                    })
                    .map(|point| 3 * point),
                "m/s",
                [0.0, s.max_speed],
            ),
            Field::Lifetime => (
                out.iter().position(|x| !within(0.0..=s.max_lifetime, x)),
                "s",
                [0.0, s.max_lifetime],
            ),
            // No file has them.
            Field::InverseMass => return Ok(()),
        };
        let Some(offset) = bad else { return Ok(()) };
        let value = &out[offset..offset + field.components()];
        let place = Place {
            spin,
            band,
            index: start + offset,
        };
        let problem = format!(
            "the value {value:?} {unit} is outside of {:?} to {:?} {unit}",
            bounds[0], bounds[1]
        );
        Err(self.bad_plane(field, place, problem))
    }
}

/// A number's place: `index` counts the numbers of one field of one band.
struct Place {
    spin: usize,
    band: usize,
    index: usize,
}

impl BandSource for NativeBands {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn statistics(&self) -> &[BandStatistics] {
        &self.statistics
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        self.read_unchecked(field, spin, band, first, out)?;
        let plane = self.header.k_grid.plane_len() * field.components();
        self.check(field, spin, band, first * plane, out)?;
        match field {
            Field::Energy => self.check_steps(spin, band, first, out),
            _ => Ok(()),
        }
    }
}

impl NativeBands {
    /// Planes as they stand in the file. Unpacking takes longer than reading: those that are packed alone are unpacked at the same time.
    fn read_unchecked(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        let name = field_name(field);
        let dataset = match field {
            Field::Energy => Some(&self.energies),
            Field::Velocity => self.velocities.as_ref(),
            Field::Lifetime => self.lifetimes.as_ref(),
            Field::InverseMass => None,
        };
        let Some(dataset) = dataset else {
            return Err(Error::bad_file(
                &self.path,
                name,
                "the file has no such dataset",
                "convert bands that bring it, or choose a method without it",
            ));
        };
        let plane = self.header.k_grid.plane_len() * field.components();
        let together = match dataset.chunk().as_deref() {
            Some([_, _, 1, ..]) => plane,
            _ => out.len(),
        };
        let runs = out.par_chunks_mut(together.max(1)).with_max_len(1);
        let all: Vec<Result<()>> = runs
            .enumerate()
            .map(|(i, out)| {
                let first = first + i * together / plane;
                self.read_run(
                    (dataset, name),
                    spin,
                    band,
                    first..first + out.len() / plane,
                    out,
                )
            })
            .collect();
        // The first of several errors, whichever thread met one first.
        all.into_iter().collect()
    }

    /// The planes of a range.
    fn read_run(
        &self,
        (dataset, name): (&StoredDataset, &str),
        spin: usize,
        band: usize,
        planes: Range<usize>,
        out: &mut [f64],
    ) -> Result<()> {
        let first = planes.start;
        let ranges = plane_ranges(spin, band, planes, dataset.shape());
        let read = dataset.within(&ranges).map_err(|problem| {
            Error::bad_file(
                &self.path,
                format!(
                    "{name}, spin {}, band {}, planes from {first} on",
                    spin + 1,
                    band + self.header.first_band
                ),
                format!("they cannot be read: {problem}"),
                filters::remedy(
                    &problem,
                    "the file is truncated or damaged: copy it again, or convert the bands again",
                ),
            )
        })?;
        if read.len() != out.len() {
            return Err(Error::Internal(format!(
                "{name}: {} numbers were read for a buffer of {}",
                read.len(),
                out.len()
            )));
        }
        out.copy_from_slice(&read);
        Ok(())
    }
}

/// Name of a field's dataset.
fn field_name(field: Field) -> &'static str {
    match field {
        Field::Energy => "energies",
        Field::Velocity => "velocities",
        Field::Lifetime => "lifetimes",
        Field::InverseMass => "inverse_masses",
    }
}

/// Whole planes of one band, as ranges of every dimension of a dataset.
fn plane_ranges(
    spin: usize,
    band: usize,
    range: Range<usize>,
    shape: &[usize],
) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> = shape.iter().map(|&n| 0..n).collect();
    for (whole, chosen) in ranges
        .iter_mut()
        .zip([spin..spin + 1, band..band + 1, range])
    {
        *whole = chosen;
    }
    ranges
}
