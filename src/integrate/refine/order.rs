//! How much of the difference of two rules is left as error, learnt from blocks that were split.
//!
//! Boole's and Simpson's rules on the same points differ by the error of the worse one; how much smaller the better one's is depends on how
//! smooth bands are there: hardly at a line where they are degenerate, a hundred times elsewhere. Where a block was split, what its
//! children hold says how far it was off itself. That share of its difference is expected of theirs, at most: it falls with every
//! splitting where bands are smooth, and stays where they are not.

use super::leaves::Leaf;
use super::mesh::BlockId;
use crate::uncertainty::policy::LEFT;
use std::collections::HashMap;

/// All of a difference, of which the bar is the usual share.
pub const AS_IT_IS: f64 = 1.0;
/// How many times what a parent was off by its children may be.
const SAFETY: f64 = 3.0;
/// No less than this share of the usual bar is believed: differences of several goals may vanish by chance.
const LEAST: f64 = 1.0 / 30.0;

/// Scales the differences of `children` by what the `parents` that they are made of were off, over the parents' own differences; both
/// summed over the goals, each in parts of its `total`.
pub fn learn(
    parents: &[Leaf],
    children: &mut [Leaf],
    total: &[f64],
    parent_of: impl Fn(BlockId) -> BlockId,
) {
    if parents.is_empty() {
        return;
    }
    let mut held: HashMap<(usize, BlockId), Vec<f64>> = HashMap::new();
    for child in children.iter() {
        let sums = held
            .entry((child.group, parent_of(child.block)))
            .or_insert_with(|| vec![0.0; total.len()]);
        for share in &child.shares {
            sums[share.goal as usize] += f64::from(share.value);
        }
    }
    let mut left: HashMap<(usize, BlockId), f64> = HashMap::new();
    for parent in parents {
        let name = (parent.group, parent.block);
        let Some(sums) = held.get_mut(&name) else {
            continue;
        };
        let mut difference = 0.0;
        for share in &parent.shares {
            let goal = share.goal as usize;
            sums[goal] -= f64::from(share.value);
            if total[goal] > 0.0 {
                difference += f64::from(share.off).abs() / total[goal] / parent.left;
            }
        }
        let parts = sums.iter().zip(total).filter(|(_, total)| **total > 0.0);
        let off: f64 = parts.map(|(x, total)| x.abs() / total).sum();
        if difference > 0.0 {
            let share = (SAFETY * off / difference / LEFT).clamp(LEAST, AS_IT_IS);
            left.insert(name, share);
        }
    }
    for child in children {
        let share = left.get(&(child.group, parent_of(child.block)));
        child.left = share.copied().unwrap_or(AS_IT_IS);
        for of_goal in &mut child.shares {
            of_goal.off *= child.left as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::leaves::Share;
    use super::*;

    fn leaf(level: u8, at: u32, values: [f32; 2], off: f32) -> Leaf {
        let share = |goal: usize| Share {
            goal: goal as u32,
            value: values[goal],
            off,
        };
        Leaf {
            group: 0,
            block: BlockId {
                level,
                at: [at, 0, 0],
            },
            slab: 0,
            left: AS_IT_IS,
            shares: vec![share(0), share(1)],
        }
    }

    /// The parent at 0 was off by 1 % of its difference, that at 1 by all of it: so much is left of their children's.
    #[test]
    fn children_have_what_their_parents_show() {
        let parents = [
            leaf(1, 0, [1.0, 1.0], 0.1),
            leaf(1, 1, [1.0, 1.0], 0.1),
            leaf(1, 2, [1.0, 1.0], 0.1),
        ];
        let mut children = [
            leaf(2, 0, [0.5, 0.5], 0.01),
            leaf(2, 1, [0.501, 0.501], 0.01),
            leaf(2, 2, [0.5, 0.5], 0.01),
            leaf(2, 3, [0.6, 0.6], 0.01),
            leaf(2, 4, [1.0, 1.0], 0.01),
        ];
        let halved = |b: BlockId| BlockId {
            level: b.level - 1,
            at: b.at.map(|x| x / 2),
        };
        learn(&parents, &mut children, &[2.0, 2.0], halved);
        let left = children.each_ref().map(|c| c.left);
        assert!((left[0] - 0.09).abs() < 1e-3, "{left:?}");
        assert_eq!((left[1], left[2], left[3]), (left[0], 1.0, 1.0));
        // Nothing off at all is chance.
        assert_eq!(left[4], LEAST);
        assert!((f64::from(children[0].shares[1].off) / 0.01 - left[0]).abs() < 1e-6);
    }
}
