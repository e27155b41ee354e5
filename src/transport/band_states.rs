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
    /// States in the bins, and as a variation has them.
    states: [&'a [f64]; 2],
    volume_cm3: f64,
}

impl<'a> BandStates<'a> {
    /// Of the bands that a distribution was made from, as a variation has them.
    pub fn new(distribution: &'a TransportDistribution, variation: Variation) -> Self {
        Self {
            edges_ev: distribution.axis.edges(),
            states: [VALUE, variation].map(|v| distribution.contents(v).states.as_slice()),
            volume_cm3: distribution.volume_m3 * PER_CM3,
        }
    }

    /// Of a bin, 1/(eV cm³), all spins; 0 where there is no state.
    fn of_bin(&self, b: usize) -> f64 {
        let [value, varied] = self.states.map(|s| s[b]);
        let states = varied.clamp(value / MOST, value * MOST);
        states / ((self.edges_ev[b + 1] - self.edges_ev[b]) * self.volume_cm3)
    }

    /// Density of states, 1/(eV cm³), all spins: 0 where there is none, NaN outside the bins. Linear between the middles of bins
    /// that hold states; towards an empty bin, the other side of a band edge, constant.
    pub fn dos_per_ev_cm3(&self, energy_ev: f64) -> f64 {
        let above = self.edges_ev.partition_point(|e| *e <= energy_ev);
        let bins = self.edges_ev.len() - 1;
        let Some(bin) = above.checked_sub(1).filter(|b| *b < bins) else {
            return f64::NAN;
        };
        let middle = |b: usize| 0.5 * (self.edges_ev[b] + self.edges_ev[b + 1]);
        let other = if energy_ev < middle(bin) {
            bin.checked_sub(1)
        } else {
            Some(bin + 1).filter(|b| *b < bins)
        };
        let here = self.of_bin(bin);
        match other.map(|b| (middle(b), self.of_bin(b))) {
            Some((at, there)) if there > 0.0 && here > 0.0 => {
                let share = (energy_ev - middle(bin)) / (at - middle(bin));
                here + share * (there - here)
            }
            _ => here,
        }
    }
}
