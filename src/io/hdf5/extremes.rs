//! Extremes of fields that another program added to a band file: a relaxation time for every state, as h5py writes it, has none yet.

use super::{NativeBands, Place};
use crate::bands::Field;
use crate::error::Result;
use crate::memory;

impl NativeBands {
    /// Finds the extremes of velocities and relaxation times where the file has the field and says 0 for every band, in one pass.
    ///
    /// # Errors
    /// Where a plane cannot be read, or holds a number that no velocity or relaxation time can be.
    pub(super) fn find_missing_extremes(&mut self) -> Result<()> {
        let all = &self.statistics;
        let no_speeds = all.iter().all(|s| s.max_speed == 0.0);
        let no_lifetimes = all.iter().all(|s| s.max_lifetime == 0.0);
        if self.header.has_velocities && no_speeds {
            for i in 0..self.statistics.len() {
                self.statistics[i].max_speed = self.largest(Field::Velocity, i)?;
            }
        }
        if self.header.has_lifetimes && no_lifetimes {
            for i in 0..self.statistics.len() {
                self.statistics[i].max_lifetime = self.largest(Field::Lifetime, i)?;
            }
        }
        Ok(())
    }

    /// The largest magnitude of a field of a band, by its number over all spins.
    fn largest(&self, field: Field, index: usize) -> Result<f64> {
        let (spin, band) = (index / self.header.n_band, index % self.header.n_band);
        let grid = self.header.k_grid;
        let len = grid.plane_len() * field.components();
        let mut plane = memory::zeros("a plane of a band file", len)?;
        let mut largest: f64 = 0.0;
        for first in 0..grid.n[0] {
            self.read_unchecked(field, spin, band, first, &mut plane)?;
            for (x, value) in plane.chunks_exact(field.components()).enumerate() {
                let size = match value {
                    [one] => *one,
                    several => several.iter().map(|v| v * v).sum::<f64>().sqrt(),
                };
                if !(size >= 0.0 && size.is_finite()) {
                    let place = Place {
                        spin,
                        band,
                        index: first * len + x * field.components(),
                    };
                    let problem = format!("{value:?} is no velocity or relaxation time");
                    return Err(self.bad_plane(field, place, problem));
                }
                largest = largest.max(size);
            }
        }
        Ok(largest)
    }
}
