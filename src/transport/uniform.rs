//! The grid of a spectrum that was integrated without refinement.

use crate::bands::BandHeader;

/// The uniform grid that a spectrum was integrated on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// Points of the zone.
    pub points: f64,
    /// Distance of neighbours, 1/m: mean over the axes with dispersion.
    pub step: f64,
}

impl Grid {
    /// Of the bands' own k-grid.
    pub fn new(header: &BandHeader) -> Self {
        let n = header.k_grid.n;
        let b = header.lattice.reciprocal();
        let length = |i: usize| b[i].iter().map(|x| x * x).sum::<f64>().sqrt() * 1e10;
        let steps = (0..3)
            .filter(|i| n[*i] > 1)
            .map(|i| length(i) / n[i] as f64);
        let (sum, axes) = steps.fold((0.0, 0.0), |(sum, axes), h| (sum + h, axes + 1.0));
        Self {
            points: header.k_grid.len() as f64,
            step: if axes > 0.0 { sum / axes } else { 0.0 },
        }
    }
}
