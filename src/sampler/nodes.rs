//! Where the nodes of a band's spline are, and what the spline makes of waves there.

use super::series::Conditions;
use crate::bands::BandHeader;
use std::f64::consts::PI;

/// Bytes that the splines of all bands may take.
const MEMORY: usize = 256 << 20;

/// The nodes of a spline: `m` per axis, node j at fractional (j + offset)/m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nodes {
    /// Nodes per axis; 1 along an axis without dispersion.
    pub m: [usize; 3],
    /// Position of node 0, in node spacings.
    pub offset: [f64; 3],
}

impl Nodes {
    /// Nodes that hold the grid's points, 4 to 2 times as many along each axis; 3 at least where their slopes are given, too.
    pub fn choose(header: &BandHeader, conditions: Conditions) -> Self {
        let grid = &header.k_grid;
        let m = |factor: usize| grid.n.map(|n| if n == 1 { 1 } else { factor * n });
        let bytes = |factor: usize| {
            m(factor).iter().product::<usize>() * header.n_spin_band() * size_of::<f64>()
        };
        let factor = if bytes(4) <= MEMORY {
            4
        } else if bytes(3) <= MEMORY || conditions == Conditions::EnergiesAndVelocities {
            3
        } else {
            2
        };
        Self {
            m: m(factor),
            offset: std::array::from_fn(|a| {
                let shift = grid.shift[a] * factor as f64;
                if grid.n[a] == 1 {
                    0.0
                } else {
                    shift - shift.floor()
                }
            }),
        }
    }

    /// What the spline through a wave's values at the nodes has in place of R_a in its derivative there, 2πi R_a for the wave
    /// itself: m (10 sin ω + sin 2ω)/12 over the sampled B-spline and 2π, with ω = 2πR_a/m.
    pub fn slope(&self, a: usize, r: i32) -> f64 {
        if self.m[a] == 1 {
            return 0.0;
        }
        let m = self.m[a] as f64;
        let omega = 2.0 * PI * f64::from(r) / m;
        let derivative = (10.0 * omega.sin() + (2.0 * omega).sin()) / 12.0;
        m * derivative / (2.0 * PI * sampled_b_spline(omega))
    }
}

/// Σ_k β⁵(k) e^{−iωk}.
pub fn sampled_b_spline(omega: f64) -> f64 {
    (66.0 + 52.0 * omega.cos() + 2.0 * (2.0 * omega).cos()) / 120.0
}
