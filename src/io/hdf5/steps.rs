//! The largest differences of neighbours, `max_step`, against the planes that are read: velocities by differences are bounded by
//! them, and sums of integers scaled by a bound that does not hold overflow.

use super::{NativeBands, REMEDY};
use crate::bands::{largest_difference, steps_in_plane};
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Bands whose last plane is kept: as many as are read side by side.
const KEPT: usize = 4;
/// What rounding may add to a difference.
const ROUNDING: f64 = 1e-12;

/// The last plane read of a band, with its number.
#[derive(Debug)]
struct LastPlane {
    spin: usize,
    band: usize,
    number: usize,
    energies: Vec<f64>,
}

/// The planes that were read last.
#[derive(Debug, Default)]
pub(super) struct LastPlanes(Mutex<VecDeque<LastPlane>>);

impl LastPlanes {
    /// Takes the kept plane of a band.
    fn take(&self, spin: usize, band: usize) -> Option<LastPlane> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|p| (p.spin, p.band) == (spin, band))?;
        kept.remove(at)
    }

    fn keep(&self, plane: LastPlane) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front(plane);
    }
}

impl NativeBands {
    /// Checks the differences of neighbours in planes `first ..` of a band, and to the plane before where it was read last.
    pub(super) fn check_steps(
        &self,
        spin: usize,
        band: usize,
        first: usize,
        out: &[f64],
    ) -> Result<()> {
        let grid = self.header.k_grid;
        let most = self.statistics[spin * self.header.n_band + band].max_step;
        let n1 = grid.n[0];
        let mut before = self.last_planes.take(spin, band);
        for (number, plane) in (first..).zip(out.chunks_exact(grid.plane_len())) {
            let [second, third] = steps_in_plane(plane, grid.n[2]);
            let across = match &before {
                Some(last) if (last.number + 1) % n1 == number % n1 => {
                    largest_difference(plane, &last.energies)
                }
                _ => 0.0,
            };
            for (axis, step) in [across, second, third].into_iter().enumerate() {
                if step > most[axis] * (1.0 + ROUNDING) + ROUNDING * 1e-3 {
                    return Err(self.bad_step(spin, band, number, axis, step));
                }
            }
            let mut last = before.unwrap_or_else(|| LastPlane {
                spin,
                band,
                number,
                energies: Vec::new(),
            });
            last.number = number;
            last.energies.clear();
            last.energies.extend_from_slice(plane);
            before = Some(last);
        }
        if let Some(last) = before {
            self.last_planes.keep(last);
        }
        Ok(())
    }

    fn bad_step(&self, spin: usize, band: usize, plane: usize, axis: usize, step: f64) -> Error {
        let said = self.statistics[spin * self.header.n_band + band].max_step[axis];
        Error::bad_file(
            &self.path,
            format!(
                "max_step, spin {}, band {}",
                spin + 1,
                band + self.header.first_band
            ),
            format!(
                "neighbours along axis {} differ by {step:?} eV at plane {plane}, where it says {said:?} eV at most",
                axis + 1
            ),
            REMEDY,
        )
    }
}
