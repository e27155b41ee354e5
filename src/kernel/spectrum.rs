//! One cell's cumulative contribution ∫θ(ε_k − E) F d³k at a run of bin edges ε_k.
//! Twin: `shaders/spectrum.wgsl`. There an invocation treats one cell and loops over single edges, with the same arithmetic
//! for each edge; the lanes here are for a CPU's vector registers.
//!
//! A bin's content is the difference of the cumulative contributions at its edges, so a bin holds the exact average over
//! its width and every state is counted once.

use super::Real;
use super::tetrahedron::{Tetrahedron, occupied_weights};

/// Bin edges that one call treats together, so that the compiler can vectorize over them.
pub const LANES: usize = 8;

/// Adds one tetrahedron's θ-weights at `LANES` edges to the cell's corner weights `weight[corner][lane]`.
#[inline(always)]
pub fn add_weights<R: Real>(
    weight: &mut [[R; LANES]; 8],
    tetrahedron: &Tetrahedron<R>,
    edge: &[R::Level; LANES],
    fraction: &[R; LANES],
) {
    let share = R::from_f64(1.0 / 24.0);
    let e = &tetrahedron.level;
    if R::difference(edge[0], e[3]) + fraction[0] >= R::ZERO {
        // Every edge lies above the tetrahedron.
        for i in 0..4 {
            for x in &mut weight[tetrahedron.corner[i]] {
                *x += share;
            }
        }
        return;
    }
    if R::difference(edge[LANES - 1], e[0]) + fraction[LANES - 1] <= R::ZERO {
        return;
    }
    let mut w = [[R::ZERO; LANES]; 4];
    for lane in 0..LANES {
        let x = [
            R::difference(edge[lane], e[0]) + fraction[lane],
            R::difference(edge[lane], e[1]) + fraction[lane],
            R::difference(edge[lane], e[2]) + fraction[lane],
            R::difference(edge[lane], e[3]) + fraction[lane],
        ];
        let below = occupied_weights(x, &tetrahedron.inverse, share);
        for i in 0..4 {
            w[i][lane] = below[i];
        }
    }
    for i in 0..4 {
        let sum = &mut weight[tetrahedron.corner[i]];
        for lane in 0..LANES {
            sum[lane] += w[i][lane];
        }
    }
}

/// Corner weights of a whole cell: a quarter of each tetrahedron that has the corner.
#[inline(always)]
pub fn full_weights<R: Real>(corners: &[[usize; 4]; 6]) -> [R; 8] {
    let mut weight = [R::ZERO; 8];
    for corner in corners.iter().flatten() {
        weight[*corner] += R::from_f64(1.0 / 24.0);
    }
    weight
}
