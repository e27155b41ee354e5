//! What refinement of a spectrum aims at: groups of bins, each as right as the results that are summed over them need.

use crate::integrate::exact::Quantum;
use crate::integrate::ledger::Account;
use crate::integrate::{EnergyAxis, Relevance};

/// Groups of bins, at most.
const GROUPS: usize = 16;
/// Contents below this share of the largest do not matter, where it is known which energies do.
const LEAST: f64 = 1e-12;

/// What a mesh is searched for.
pub(super) struct Aim<'a> {
    /// Energies of interest, eV.
    pub window: (f64, f64),
    /// One quantum for each goal.
    pub quanta: &'a [Quantum],
    /// Whether a block's difference of rules is scaled by what splitting its parent changed.
    pub learns: bool,
    /// Where its steps and its end are kept.
    pub account: Option<&'a Account<'a>>,
}

/// Groups of bins, and how much they matter.
pub struct BinGoals {
    /// Edges of the groups, eV.
    pub edges: Vec<f64>,
    /// Largest relevance in each group; None where all matter alike.
    relevance: Option<Vec<f64>>,
    /// For each result, its weights in each group.
    results: Vec<Vec<Weight>>,
}

/// Weight of a group of bins in a result.
#[derive(Clone, Copy)]
struct Weight {
    mean: f64,
    largest: f64,
}

impl BinGoals {
    pub fn new(axis: &EnergyAxis, relevance: Option<&dyn Relevance>) -> Self {
        let per_group = axis.bins().div_ceil(GROUPS);
        let all = axis.edges();
        let mut edges: Vec<f64> = all.iter().copied().step_by(per_group).collect();
        if edges.last() != all.last() {
            edges.push(axis.last());
        }
        // The edges of the bins of each group, its own two with them.
        let last = all.len() - 1;
        let inside = |g: usize| &all[g * per_group..=((g + 1) * per_group).min(last)];
        let groups = edges.len() - 1;
        let over_groups = |weight: &dyn Fn(f64) -> f64| -> Vec<Weight> {
            let of_group = |g: usize| {
                let weights = inside(g).iter().map(|e| weight(*e));
                Weight {
                    mean: weights.clone().sum::<f64>() / inside(g).len() as f64,
                    largest: weights.fold(0.0, f64::max),
                }
            };
            (0..groups).map(of_group).collect()
        };
        let results = relevance.map_or(Vec::new(), |r| {
            (0..r.results())
                .map(|result| over_groups(&|e| r.weight(result, e)))
                .collect()
        });
        Self {
            relevance: relevance.map(|r| {
                let weights = over_groups(&|e| r.at(e));
                weights.iter().map(|w| w.largest).collect()
            }),
            edges,
            results,
        }
    }

    /// Groups of bins.
    pub fn len(&self) -> usize {
        self.edges.len() - 1
    }

    /// What the bar of each group may be, over the tolerance, given the `contents` of one quantity: its own content over its relevance
    /// (where no relevance is known, the largest content); or, where more, an even share of every result that it is a part of.
    /// A result is then within twice the tolerance if all bars add up.
    pub fn scale(&self, contents: &[f64]) -> Vec<f64> {
        let largest = contents.iter().copied().fold(0.0, f64::max);
        let Some(relevance) = &self.relevance else {
            return vec![largest; contents.len()];
        };
        let sums = self.results.iter().map(|weights| {
            let parts = weights.iter().zip(contents).map(|(w, x)| w.mean * x);
            parts.sum::<f64>()
        });
        let sums: Vec<f64> = sums.collect();
        let groups = self.len() as f64;
        let even_share = |g: usize| {
            let of_result = |(weights, sum): (&Vec<Weight>, &f64)| match weights[g].largest {
                w if w > 0.0 => sum / (groups * w),
                _ => f64::INFINITY,
            };
            let least = self.results.iter().zip(&sums).map(of_result);
            least.reduce(f64::min).unwrap_or(0.0)
        };
        (0..contents.len())
            .map(|g| {
                let own = contents[g].max(LEAST * largest) / relevance[g];
                own.max(even_share(g))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sums: one over the lower half of the energies, one over the upper; the topmost quarter matters little.
    struct Halves;

    impl Relevance for Halves {
        fn at(&self, energy_ev: f64) -> f64 {
            if energy_ev > 0.75 { 0.01 } else { 1.0 }
        }

        fn results(&self) -> usize {
            2
        }

        fn weight(&self, result: usize, energy_ev: f64) -> f64 {
            match (energy_ev > 0.5) == (result == 1) {
                true => self.at(energy_ev),
                false => 0.0,
            }
        }
    }

    #[test]
    fn a_small_part_of_a_sum_may_be_off_by_more_of_itself() {
        let axis = EnergyAxis::new(0.0, 1.0, 16).unwrap();
        let by_sums = BinGoals::new(&axis, Some(&Halves));
        let alone = |e: f64| Halves.at(e);
        let by_energy = BinGoals::new(&axis, Some(&alone));
        let mut contents = vec![1.0; 16];
        contents[2] = 1e-6;
        let (sums, energies) = (by_sums.scale(&contents), by_energy.scale(&contents));
        assert_eq!((energies[0], energies[2], energies[15]), (1.0, 1e-6, 100.0));
        // Its even share of what the lower half holds.
        assert!((sums[2] / (7.0 / 16.0) - 1.0).abs() < 0.1, "{sums:?}");
        assert_eq!(sums[0], 1.0);
        assert!(sums.iter().zip(&energies).all(|(a, b)| a >= b));
        // Without any relevance every bin is measured by the largest.
        assert_eq!(BinGoals::new(&axis, None).scale(&contents), vec![1.0; 16]);
    }
}
