//! Bands in memory.

use super::{BandHeader, BandSource, BandStatistics, Field, StatisticsBuilder};
use crate::error::{Error, Result};
use crate::memory;
use rayon::prelude::*;

/// Bands on a full periodic k-grid, held in memory and checked.
#[derive(Clone, Debug)]
pub struct BandGrid {
    header: BandHeader,
    energies: Vec<f64>,
    velocities: Vec<f64>,
    lifetimes: Vec<f64>,
    statistics: Vec<BandStatistics>,
}

impl BandGrid {
    /// A grid from energies `[spin][band][n1][n2][n3]` (eV).
    ///
    /// # Errors
    /// [`Error::BadBands`] for a header that is not valid, a wrong number of energies, or one that is not finite.
    pub fn new(header: BandHeader, energies: Vec<f64>) -> Result<Self> {
        Self::with_fields(header, energies, None, None)
    }

    /// The energies of a source, in memory.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn copied(source: &dyn BandSource) -> Result<Self> {
        let header = source.header().clone();
        let len = header.k_grid.len();
        let mut energies = memory::zeros("the energies of a grid", header.n_spin_band() * len)?;
        for (at, out) in energies.chunks_exact_mut(len).enumerate() {
            let (spin, band) = (at / header.n_band, at % header.n_band);
            source.read_planes(Field::Energy, spin, band, 0, out)?;
        }
        Self::new(header, energies)
    }

    /// A grid with velocities `[spin][band][n1][n2][n3][3]` (m/s) and relaxation times `[spin][band][n1][n2][n3]` (s).
    /// The header's `has_velocities` and `has_lifetimes` are set to what is given.
    ///
    /// # Errors
    /// As [`BandGrid::new`], for each of the fields.
    pub fn with_fields(
        mut header: BandHeader,
        energies: Vec<f64>,
        velocities: Option<Vec<f64>>,
        lifetimes: Option<Vec<f64>>,
    ) -> Result<Self> {
        header.has_velocities = velocities.is_some();
        header.has_lifetimes = lifetimes.is_some();
        header.has_inverse_masses = false;
        header.validate()?;
        let velocities = velocities.unwrap_or_default();
        let lifetimes = lifetimes.unwrap_or_default();
        let points = header.n_spin_band() * header.k_grid.len();
        let check = |name: &str, got: usize, want: usize| {
            if got == want {
                return Ok(());
            }
            Err(Error::bad_bands(
                name,
                format!(
                    "{got} numbers, where {} spin × {} bands × {} points need {want}",
                    header.n_spin(),
                    header.n_band,
                    header.k_grid
                ),
                "the grid must be complete",
            ))
        };
        check("energies", energies.len(), points)?;
        if header.has_velocities {
            check("velocities", velocities.len(), 3 * points)?;
        }
        if header.has_lifetimes {
            check("lifetimes", lifetimes.len(), points)?;
        }
        let mut grid = Self {
            header,
            energies,
            velocities,
            lifetimes,
            statistics: Vec::new(),
        };
        for spin in 0..grid.header.n_spin() {
            for band in 0..grid.header.n_band {
                let found = grid.gather(spin, band)?;
                grid.statistics.push(found);
            }
        }
        Ok(grid)
    }

    /// A copy of any source in memory.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub fn load(source: &dyn BandSource) -> Result<Self> {
        let header = source.header().clone();
        let n1 = header.k_grid.n[0];
        let read = |field: Field| -> Result<Vec<f64>> {
            let len = header.k_grid.len() * field.components();
            let what = format!(
                "{field:?} of {} bands on {}",
                header.n_spin_band(),
                header.k_grid
            );
            let mut all = memory::zeros(&what, header.n_spin_band() * len)?;
            for (i, out) in all.chunks_exact_mut(len).enumerate() {
                let plane = len / n1;
                for (first, planes) in out.chunks_exact_mut(plane).enumerate() {
                    source.read_planes(
                        field,
                        i / header.n_band,
                        i % header.n_band,
                        first,
                        planes,
                    )?;
                }
            }
            Ok(all)
        };
        let energies = read(Field::Energy)?;
        let velocities = header
            .has_velocities
            .then(|| read(Field::Velocity))
            .transpose()?;
        let lifetimes = header
            .has_lifetimes
            .then(|| read(Field::Lifetime))
            .transpose()?;
        Self::with_fields(header, energies, velocities, lifetimes)
    }

    /// The header, to be completed by a reader (Fermi level, notes …).
    pub fn header_mut(&mut self) -> &mut BandHeader {
        &mut self.header
    }

    /// All numbers of one band and field.
    pub fn band(&self, field: Field, spin: usize, band: usize) -> &[f64] {
        let len = self.header.k_grid.len() * field.components();
        let all: &[f64] = match field {
            Field::Energy => &self.energies,
            Field::Velocity => &self.velocities,
            Field::InverseMass => &[],
            Field::Lifetime => &self.lifetimes,
        };
        &all[(spin * self.header.n_band + band) * len..][..len]
    }

    fn gather(&self, spin: usize, band: usize) -> Result<BandStatistics> {
        let n = self.header.k_grid.n;
        let label = format!("spin {}, band {}", spin + 1, band + self.header.first_band);
        let mut builder = StatisticsBuilder::new(n, label);
        for plane in self
            .band(Field::Energy, spin, band)
            .chunks_exact(self.header.k_grid.plane_len())
        {
            builder.add_energies(plane)?;
        }
        if self.header.has_velocities {
            builder.add_velocities(self.band(Field::Velocity, spin, band))?;
        }
        if self.header.has_lifetimes {
            builder.add_lifetimes(self.band(Field::Lifetime, spin, band))?;
        }
        builder.finish()
    }
}

impl BandSource for BandGrid {
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
        let plane = self.header.k_grid.plane_len() * field.components();
        let planes = &self.band(field, spin, band)[first * plane..][..out.len()];
        // Memory is faster on all threads than on one.
        const CHUNK: usize = 1 << 16;
        out.par_chunks_mut(CHUNK)
            .zip(planes.par_chunks(CHUNK))
            .for_each(|(out, planes)| out.copy_from_slice(planes));
        Ok(())
    }

    fn in_memory(&self, field: Field, spin: usize, band: usize) -> Option<&[f64]> {
        Some(self.band(field, spin, band))
    }
}
