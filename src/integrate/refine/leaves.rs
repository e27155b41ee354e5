//! Which blocks to keep and which to split: bulk chasing on the goals whose bars are still too wide.

use super::mesh::BlockId;
use crate::integrate::exact::{Quantum, add};

/// What one block adds to one goal.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Number of the goal.
    pub goal: u32,
    /// Value on the block's grid.
    pub value: f32,
    /// What the stride-2 subgrid gives less, or what is left of that.
    pub off: f32,
}

/// A block that is kept unless it is split later.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Band group.
    pub group: usize,
    pub block: BlockId,
    /// Layer of the zone for the error estimate.
    pub slab: usize,
    /// What is left of its differences as error, a share that `off` has already.
    pub left: f64,
    pub shares: Vec<Share>,
}

/// Totals of the goals over all leaves.
#[derive(Clone, Debug)]
pub struct Totals {
    /// Value of each goal.
    pub value: Vec<f64>,
    /// Error bar: Σ over layers and groups of |Σ off|.
    pub bar: Vec<f64>,
    /// Σ |off|.
    pub absolute: Vec<f64>,
}

impl Totals {
    /// Sums over `leaves`, exact: their order plays no part; `slabs` layers.
    pub fn new(leaves: &[Leaf], quanta: &[Quantum], slabs: usize) -> Self {
        let goals = quanta.len();
        let groups = leaves.iter().map(|l| l.group + 1).max().unwrap_or(0);
        let mut value = vec![0; goals];
        let mut absolute = vec![0; goals];
        let mut signed = vec![0; groups * slabs * goals];
        for leaf in leaves {
            let row = &mut signed[(leaf.group * slabs + leaf.slab) * goals..][..goals];
            for share in &leaf.shares {
                let g = share.goal as usize;
                let off = quanta[g].integer(f64::from(share.off));
                add(&mut value[g], quanta[g].integer(f64::from(share.value)));
                add(&mut absolute[g], off.saturating_abs());
                add(&mut row[g], off);
            }
        }
        let mut bar = vec![0; goals];
        for row in signed.chunks_exact(goals.max(1)) {
            for (bar, off) in bar.iter_mut().zip(row) {
                add(bar, off.saturating_abs());
            }
        }
        let values = |sums: Vec<i128>| sums.iter().zip(quanta).map(|(s, q)| q.value(*s)).collect();
        Self {
            value: values(value),
            bar: values(bar),
            absolute: values(absolute),
        }
    }
}

/// Marks the leaves to split: for every goal whose bar exceeds what is allowed, the largest contributors to its error, as many
/// as it takes if splitting quarters their error (order h²).
pub fn mark(leaves: &[Leaf], totals: &Totals, allowed: &[f64]) -> Vec<bool> {
    let mut marked = vec![false; leaves.len()];
    let mut by_goal: Vec<Vec<(f32, usize)>> = vec![Vec::new(); allowed.len()];
    for (i, leaf) in leaves.iter().enumerate() {
        for share in &leaf.shares {
            let g = share.goal as usize;
            if totals.bar[g] > allowed[g] && share.off != 0.0 {
                by_goal[g].push((share.off.abs(), i));
            }
        }
    }
    for (g, contributors) in by_goal.iter_mut().enumerate() {
        if contributors.is_empty() {
            continue;
        }
        // Splitting a share θ of the error leaves 1 − ¾θ of it.
        let needed = (1.0 - allowed[g] / totals.bar[g]) / 0.75;
        let theta = (1.1 * needed).clamp(0.1, 0.85);
        contributors.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut sum = 0.0;
        for (off, i) in contributors {
            marked[*i] = true;
            sum += f64::from(*off);
            if sum >= theta * totals.absolute[g] {
                break;
            }
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(off: f32) -> Leaf {
        Leaf {
            group: 0,
            block: BlockId {
                level: 0,
                at: [0; 3],
            },
            slab: 0,
            left: 1.0,
            shares: vec![Share {
                goal: 0,
                value: 1.0,
                off,
            }],
        }
    }

    #[test]
    fn the_largest_errors_are_split_and_none_once_the_goal_is_met() {
        let leaves = [leaf(0.1), leaf(-4.0), leaf(0.0), leaf(1.0)];
        let totals = Totals::new(&leaves, &[Quantum::below(1.0)], 4);
        assert_eq!(totals.value, [4.0]);
        assert!((totals.bar[0] - 2.9).abs() < 1e-6 && (totals.absolute[0] - 5.1).abs() < 1e-6);
        assert_eq!(mark(&leaves, &totals, &[1.5]), [false, true, false, false]);
        assert_eq!(mark(&leaves, &totals, &[0.01]), [false, true, false, true]);
        assert_eq!(mark(&leaves, &totals, &[3.0]), [false; 4]);
    }

    #[test]
    fn totals_are_the_same_bits_for_leaves_in_any_order() {
        let mut leaves: Vec<Leaf> = (0..400)
            .map(|i| {
                let x = (i as f32 * 1.3).sin() * 10f32.powi(i % 9 - 7);
                Leaf {
                    slab: i as usize % 4,
                    ..leaf(x)
                }
            })
            .collect();
        let bits = |leaves: &[Leaf]| {
            let t = Totals::new(leaves, &[Quantum::below(40.0)], 4);
            [t.value[0], t.bar[0], t.absolute[0]].map(f64::to_bits)
        };
        let ordered = bits(&leaves);
        leaves.reverse();
        assert_eq!(bits(&leaves), ordered);
        leaves.sort_by(|a, b| a.shares[0].off.total_cmp(&b.shares[0].off));
        assert_eq!(bits(&leaves), ordered);
    }
}
