//! One cell at one energy: corner weights of δ(ε − E), and the occupied fraction.
//! Twin: `shaders/fermi_surface.wgsl`.
//!
//! The six tetrahedra's weights are gathered on the cell's eight corners first, so that each corner's velocity is needed
//! once. Weights are in units of 1/range (the band's width), the occupied part in units of the cell.

use super::tetrahedron::{above, delta_weights, occupied_weights, tetrahedron};
use super::{Real, Threshold};

/// Weights of a cell that the surface E = ε crosses: (δ-weight of each corner × range, occupied fraction).
#[inline(always)]
pub fn cell_weights<R: Real>(
    cell: &[R::Level; 8],
    corners: &[[usize; 4]; 6],
    epsilon: &Threshold<R>,
    range: R,
) -> ([R; 8], R) {
    let mut weight = [R::ZERO; 8];
    let mut occupied = R::ZERO;
    let sixth = R::ONE / R::from_f64(6.0);
    for corner in corners {
        let t = tetrahedron::<R>(cell, *corner);
        let delta = delta_weights(epsilon, &t);
        let below = occupied_weights(above(epsilon, &t), &t.inverse, R::from_f64(0.25) * sixth);
        for i in 0..4 {
            weight[t.corner[i]] += delta[i] * range * sixth;
        }
        occupied += below[0] + below[1] + below[2] + below[3];
    }
    (weight, occupied)
}
