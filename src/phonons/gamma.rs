//! What acoustic modes at Γ would carry if they had a lifetime: they are left out of every integral, and τ grows without bounds around
//! them.
//!
//! With C v² τ ∝ q^{−p} the point Γ of a grid stands for a finite amount: as much as its neighbours hold for p = 0, and for p = 2 the
//! 8.9 times of it that a lattice sum of 1/q² without its first term leaves out. In between p is read off from the first and second
//! neighbours.

use super::capacity::capacity;
use super::velocities::differences;
use crate::error::Result;
use crate::excitations::Phonons;
use crate::uncertainty::{ByCause, Cause, Scalar, TensorQuantity};
use crate::units::BOLTZMANN;

/// ∫ over the zone less the sum without Γ of h²/q², in units of h³: simple cubic 8.91, rounded up.
const SQUARE: f64 = 9.5;
/// Most that is taken, for τ that grows faster.
const MOST: f64 = 20.0;

/// Along x, y, z, W/(m K): 0 where no mode at Γ lacks a lifetime.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(super) fn left_out(
    phonons: &Phonons,
    temperature_k: f64,
    lifetimes: &[f64],
) -> Result<[f64; 3]> {
    let grid = phonons.header().k_grid;
    let Some(gamma) = grid.locate([0.0; 3], 1e-6) else {
        return Ok([0.0; 3]);
    };
    let (points, at) = (grid.len(), grid.index(gamma));
    let missing: Vec<usize> = (0..phonons.n_branch())
        .filter(|b| lifetimes[b * points + at] == 0.0)
        .collect();
    if missing.is_empty() {
        return Ok([0.0; 3]);
    }
    let velocities = match phonons.all_velocities() {
        Some(velocities) => velocities,
        None => differences(phonons)?,
    };
    let mut sum = [0.0; 3];
    for branch in missing {
        let ring = |steps: usize| -> [f64; 3] {
            let mut mean = [0.0; 3];
            let mut count = 0.0;
            for axis in (0..3).filter(|i| grid.n[*i] > 2 * steps) {
                for step in [steps, grid.n[axis] - steps] {
                    let mut j = gamma;
                    j[axis] = (j[axis] + step) % grid.n[axis];
                    let mode = branch * points + grid.index(j);
                    let c = capacity(phonons.energies(branch)[mode % points], temperature_k);
                    for i in 0..3 {
                        mean[i] += c * lifetimes[mode] * velocities[3 * mode + i].powi(2);
                    }
                    count += 1.0;
                }
            }
            mean.map(|x| if count > 0.0 { x / count } else { 0.0 })
        };
        let (near, far) = (ring(1), ring(2));
        let trace = |t: [f64; 3]| t.iter().sum::<f64>();
        let growth = if trace(far) > 0.0 {
            trace(near) / trace(far)
        } else {
            4.0
        };
        let factor = (1.0 + (SQUARE - 1.0) * (growth - 1.0) / 3.0).clamp(1.0, MOST);
        for i in 0..3 {
            sum[i] += factor * near[i];
        }
    }
    let unit = BOLTZMANN / (points as f64 * phonons.volume_m3());
    Ok(sum.map(|x| unit * x))
}

/// Bars that hold it, too.
pub(super) fn widened(t: &TensorQuantity, left_out: [f64; 3]) -> TensorQuantity {
    TensorQuantity::from_components((0..9).map(|x| {
        let one = t.component(x);
        if x % 4 != 0 || left_out[x / 4] == 0.0 {
            return one;
        }
        let mut bar: ByCause = one.by_cause();
        bar[Cause::Lifetimes] += left_out[x / 4];
        Scalar::from((one.value, bar))
    }))
}
