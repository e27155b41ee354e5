//! Which energies matter at a chemical potential: those of electrons and those of holes, each counted from their own nearest states.

use super::TransportDistribution;
use std::ops::Range;

/// How far beyond the first states a window is followed, in units of k_BT: e⁻³⁶ of it is left, less than rounding.
const REACH: f64 = 36.0;
/// Likewise that of a minority, which is known less well: e⁻²⁸.
const REACH_OF_FEW: f64 = 28.0;
/// So many k_BT farther than the other carriers' nearest states lie those of a minority.
const FEW: f64 = 10.0;

/// The energies of one kind of carrier that a window reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reach {
    /// Distance of their nearest state from μ, k_BT.
    pub shift: f64,
    /// Lowest and highest energy, eV: the upper one does not belong to it.
    range_ev: (f64, f64),
}

impl Reach {
    /// Those of ascending energies that it has.
    pub fn points(&self, energies: &[f64]) -> Range<usize> {
        let first = energies.partition_point(|&e| e < self.range_ev.0);
        let end = energies.partition_point(|&e| e < self.range_ev.1);
        first..end.max(first)
    }

    /// The bins between ascending edges that overlap with it.
    pub fn bins(&self, edges: &[f64]) -> Range<usize> {
        let first = edges[1..].partition_point(|&e| e <= self.range_ev.0);
        let end = edges[..edges.len() - 1].partition_point(|&e| e < self.range_ev.1);
        first..end.max(first)
    }
}

impl TransportDistribution {
    /// What a window at μ with k_BT, eV, reaches of electrons and of holes; none where there is no state, or none that matters: a minority
    /// counts by itself where a gap parts it from the majority, however far it lies.
    pub(super) fn reaches(&self, mu_ev: f64, kt_ev: f64) -> [Option<Reach>; 2] {
        let split = self.occupied.partition_point(|&e| e < self.split_ev);
        let shifts = [split..self.occupied.len(), 0..split].map(|side| {
            let states = &self.occupied[side];
            let above = states.partition_point(|&e| e < mu_ev);
            let near = [above.checked_sub(1), Some(above)].into_iter().flatten();
            near.filter_map(|i| states.get(i))
                .map(|e| (e - mu_ev).abs() / kt_ev)
                .reduce(f64::min)
        });
        let nearest = shifts
            .iter()
            .flatten()
            .copied()
            .fold(f64::INFINITY, f64::min);
        let sides = [
            (self.split_ev, f64::INFINITY),
            (f64::NEG_INFINITY, self.split_ev),
        ];
        std::array::from_fn(|side| {
            let shift = shifts[side].filter(|s| *s <= nearest + REACH || self.has_gap())?;
            let (low, high) = sides[side];
            let reach = if shift > nearest + FEW {
                REACH_OF_FEW
            } else {
                REACH
            };
            let far = (shift + reach) * kt_ev;
            let range_ev = (low.max(mu_ev - far), high.min(mu_ev + far));
            Some(Reach { shift, range_ev })
        })
    }
}
