//! What is wanted of a Hamiltonian at the points of a box.

use crate::sampler::KBox;

/// What is wanted at the points.
#[derive(Clone, Copy)]
pub(super) struct Sampling {
    /// Derivatives.
    pub order: usize,
    /// Bounds are taken from every so many points along each axis, where given: they need eigenvectors, which cost more than energies.
    pub bounds: Option<usize>,
}

impl Sampling {
    /// Energies alone.
    pub const ENERGIES: Self = Self {
        order: 0,
        bounds: None,
    };

    /// Where bounds are taken, slopes are needed.
    pub fn raised(&self, sampled: bool) -> usize {
        if sampled {
            self.order.max(1)
        } else {
            self.order
        }
    }

    /// How far around point `at` of an axis the bounds taken there must hold, backwards and forwards: half way to the next points
    /// where bounds are taken, every `bounds`-th and the last. `None` where none are taken.
    pub fn reach(&self, k_box: &KBox, axis: usize, at: usize) -> Option<(f64, f64)> {
        let stride = self.bounds?;
        let last = k_box.points[axis] - 1;
        if !at.is_multiple_of(stride) && at != last {
            return None;
        }
        let previous = if at.is_multiple_of(stride) {
            at.saturating_sub(stride)
        } else {
            at - at % stride
        };
        let next = (at + stride).min(last);
        let half = 0.5 * k_box.step[axis];
        Some((half * (at - previous) as f64, half * (next - at) as f64))
    }
}
