//! Cells at one energy: corner weights of δ(ε − E), and the occupied fraction.
//! Twin: `shaders/fermi_surface.wgsl`.
//!
//! The six tetrahedra's weights are gathered on the cell's eight corners first, so that each corner's velocity is needed
//! once. Weights are in units of 1/range (the band's width), the occupied part in units of the cell. Here L cells lie side by
//! side for a CPU's vector registers; there an invocation treats one, with the same arithmetic.

use super::tetrahedron::{
    above, delta_weights, faces, inverses, occupied_weights, restored, sorted,
};
use super::{Real, Threshold};

/// Volumes that are summed beside the channels: occupied, flat, tied.
pub const VOLUMES: usize = 3;

/// Cells that are treated together.
pub const LANES: usize = 8;

/// A cell that the surface E = ε crosses, or several side by side where `T` is an array.
#[derive(Clone, Copy, Debug)]
pub struct CellWeights<T> {
    /// δ-weight of each corner × range.
    pub weight: [T; 8],
    /// Occupied fraction.
    pub occupied: T,
    /// Fraction that is flat at ε: its density of states is infinite, and in no weight.
    pub flat: T,
    /// Fraction in other tetrahedra that have a corner at ε.
    pub tied: T,
}

/// Weights of a cell; energies within `tie` (levels) of ε are equal to it.
#[inline(always)]
pub fn cell_weights<R: Real>(
    cell: &[R::Level; 8],
    corners: &[[usize; 4]; 6],
    epsilon: &Threshold<R>,
    range: R,
    tie: R,
) -> CellWeights<R> {
    let found = cells_weights(&cell.map(|e| [e]), corners, epsilon, range, tie);
    CellWeights {
        weight: found.weight.map(|[w]| w),
        occupied: found.occupied[0],
        flat: found.flat[0],
        tied: found.tied[0],
    }
}

/// [`cell_weights`] of cells `[corner][cell]`.
#[inline(always)]
pub fn cells_weights<R: Real, const L: usize>(
    cell: &[[R::Level; L]; 8],
    corners: &[[usize; 4]; 6],
    epsilon: &Threshold<R>,
    range: R,
    tie: R,
) -> CellWeights<[R; L]> {
    let mut weight = [[R::ZERO; L]; 8];
    let mut occupied = [R::ZERO; L];
    let mut flat = [R::ZERO; L];
    let mut tied = [R::ZERO; L];
    let sixth = R::ONE / R::from_f64(6.0);
    let share = R::from_f64(0.25) * sixth;
    for corner in corners {
        let level = [
            &cell[corner[0]],
            &cell[corner[1]],
            &cell[corner[2]],
            &cell[corner[3]],
        ];
        let mut found = [[R::ZERO; L]; 4];
        for lane in 0..L {
            let e = [
                level[0][lane],
                level[1][lane],
                level[2][lane],
                level[3][lane],
            ];
            let (e, made) = sorted::<R>(e);
            let inverse = inverses::<R>(&e);
            let x = above(epsilon, &e);
            let faces = faces(x, tie);
            let delta = restored(delta_weights(x, &inverse, faces), made);
            let below = occupied_weights(x, &inverse, share);
            let is_flat = faces[0] & faces[1];
            let at = |x: R| (x <= tie) & (x >= -tie);
            let is_tied = at(x[0]) | at(x[1]) | at(x[2]) | at(x[3]);
            let part = if is_flat { sixth } else { R::ZERO };
            flat[lane] += part;
            let part = if is_tied & !is_flat { sixth } else { R::ZERO };
            tied[lane] += part;
            for i in 0..4 {
                found[i][lane] = delta[i] * range * sixth;
            }
            occupied[lane] += below[0] + below[1] + below[2] + below[3];
        }
        for i in 0..4 {
            let sum = &mut weight[corner[i]];
            for lane in 0..L {
                sum[lane] += found[i][lane];
            }
        }
    }
    CellWeights {
        weight,
        occupied,
        flat,
        tied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tetrahedron::{corners, tetrahedron};

    /// Cells side by side have the weights that sorted tetrahedra give one by one, bit for bit, ties and flat cells among them.
    #[test]
    fn lanes_do_what_sorted_tetrahedra_do_one_by_one() {
        let mut state = 3u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / (1u64 << 31) as f64
        };
        let (range, tie) = (2.0, 1e-3);
        let epsilon = Threshold {
            level: 0.5,
            fraction: 0.0,
        };
        for round in 0..400 {
            let corners = corners(round % 8);
            // Every other round on few levels, so that corners meet and lie at the energy.
            let mut level = || match round % 2 {
                0 => random(),
                _ => (random() * 3.0).floor() / 2.0,
            };
            let cells: [[f64; LANES]; 8] =
                std::array::from_fn(|_| std::array::from_fn(|_| level()));
            let found = cells_weights(&cells, &corners, &epsilon, range, tie);
            for lane in 0..LANES {
                let cell = cells.map(|corner| corner[lane]);
                let mut weight = [0.0; 8];
                let (mut occupied, mut flat, mut tied) = (0.0, 0.0, 0.0);
                for corner in corners {
                    let t = tetrahedron::<f64>(&cell, corner);
                    let x = above(&epsilon, &t.level);
                    let faces = faces(x, tie);
                    let delta = delta_weights(x, &t.inverse, faces);
                    for i in 0..4 {
                        weight[t.corner[i]] += delta[i] * range * (1.0 / 6.0);
                    }
                    let below = occupied_weights(x, &t.inverse, 0.25 * (1.0 / 6.0));
                    occupied += below[0] + below[1] + below[2] + below[3];
                    if faces == [true; 2] {
                        flat += 1.0 / 6.0;
                    } else if x.iter().any(|x| x.abs() <= tie) {
                        tied += 1.0 / 6.0;
                    }
                }
                assert_eq!(found.weight.map(|w| w[lane]), weight);
                assert_eq!(
                    [found.occupied, found.flat, found.tied].map(|x| x[lane]),
                    [occupied, flat, tied]
                );
            }
        }
    }
}
