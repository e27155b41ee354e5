//! Density of states of the bands themselves at an energy: what some scattering mechanisms go by.
//!
//! It is that of the bins, which scatters where they are narrower than the grid resolves. Each variation of the distribution has its
//! own, so that this scatter is in the bars.

use super::TransportDistribution;
use super::distribution::{VALUE, Variation};
use crate::units::PER_CM3;

/// A variation that changes a bin's states by more says only that nothing is known of them; a rate needs a positive number.
const MOST: f64 = 4.0;

/// The density of states per energy.
pub(super) struct BandStates<'a> {
    edges_ev: &'a [f64],
    /// Per bin, 1/(eV cm³), all spins; 0 where there is no state.
    dos: Vec<f64>,
}

impl<'a> BandStates<'a> {
    /// Of the bands that a distribution was made from, as a variation has them.
    pub fn new(distribution: &'a TransportDistribution, variation: Variation) -> Self {
        let value = &distribution.contents(VALUE).states;
        let states = &distribution.contents(variation).states;
        let volume_cm3 = distribution.volume_m3 * PER_CM3;
        let dos = |b: usize| {
            let states = states[b].clamp(value[b] / MOST, value[b] * MOST);
            states / (distribution.axis.bin_width(b) * volume_cm3)
        };
        Self {
            edges_ev: distribution.axis.edges(),
            dos: (0..states.len()).map(dos).collect(),
        }
    }

    /// Density of states, 1/(eV cm³), all spins: 0 where there is none, NaN outside the bins. Linear between the middles of bins
    /// that hold states; towards an empty bin, the other side of a band edge, constant.
    pub fn dos_per_ev_cm3(&self, energy_ev: f64) -> f64 {
        let above = self.edges_ev.partition_point(|e| *e <= energy_ev);
        let Some(bin) = above.checked_sub(1).filter(|b| *b < self.dos.len()) else {
            return f64::NAN;
        };
        let middle = |b: usize| 0.5 * (self.edges_ev[b] + self.edges_ev[b + 1]);
        let other = if energy_ev < middle(bin) {
            bin.checked_sub(1)
        } else {
            Some(bin + 1).filter(|b| *b < self.dos.len())
        };
        match other.filter(|b| self.dos[*b] > 0.0 && self.dos[bin] > 0.0) {
            None => self.dos[bin],
            Some(other) => {
                let share = (energy_ev - middle(bin)) / (middle(other) - middle(bin));
                self.dos[bin] + share * (self.dos[other] - self.dos[bin])
            }
        }
    }
}
