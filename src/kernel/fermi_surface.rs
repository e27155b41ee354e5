//! One cell at one energy: corner weights of δ(ε − E), and the occupied fraction.
//! Twin: `shaders/fermi_surface.wgsl`.
//!
//! The six tetrahedra's weights are gathered on the cell's eight corners first, so that each corner's velocity is needed
//! once. Weights are in units of 1/range (the band's width), the occupied part in units of the cell.

use super::tetrahedron::{above, delta_weights, faces, occupied_weights, tetrahedron};
use super::{Real, Threshold};

/// Volumes that are summed beside the channels: occupied, flat, tied.
pub const VOLUMES: usize = 3;

/// A cell that the surface E = ε crosses.
#[derive(Clone, Copy, Debug)]
pub struct CellWeights<R: Real> {
    /// δ-weight of each corner × range.
    pub weight: [R; 8],
    /// Occupied fraction.
    pub occupied: R,
    /// Fraction that is flat at ε: its density of states is infinite, and in no weight.
    pub flat: R,
    /// Fraction in other tetrahedra that have a corner at ε.
    pub tied: R,
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
    let mut weight = [R::ZERO; 8];
    let mut occupied = R::ZERO;
    let mut flat = R::ZERO;
    let mut tied = R::ZERO;
    let sixth = R::ONE / R::from_f64(6.0);
    for corner in corners {
        let t = tetrahedron::<R>(cell, *corner);
        let x = above(epsilon, &t);
        let faces = faces(x, tie);
        let delta = delta_weights(x, &t.inverse, faces);
        let below = occupied_weights(x, &t.inverse, R::from_f64(0.25) * sixth);
        if faces[0] && faces[1] {
            flat += sixth;
        } else if x.into_iter().any(|x| x <= tie && x >= -tie) {
            tied += sixth;
        }
        for i in 0..4 {
            weight[t.corner[i]] += delta[i] * range * sixth;
        }
        occupied += below[0] + below[1] + below[2] + below[3];
    }
    CellWeights {
        weight,
        occupied,
        flat,
        tied,
    }
}
