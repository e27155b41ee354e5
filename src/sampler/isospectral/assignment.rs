//! Which energies of the table belong to which multiplet: sorted bands alone would give a doublet the energies of a singlet
//! and half of another doublet where the model has its levels in another order, and no symmetric Hamiltonian has those.

use super::multiplets::Level;
use std::collections::BTreeMap;

/// A splitting δ of a multiplet costs this times δ², where a level moved by Δ costs Δ²: a tenth of a meV weighs like 0.1 eV,
/// so that what a file rounds is never split and what it splits never joined.
const SPLIT: f64 = 1e6;

/// Energies of one level of a file differ by no more, eV: what it rounds.
pub(super) const SAME_LEVEL: f64 = 2e-4;

/// What a level is given: `count` energies of the table from number `first`, with this mean (eV).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Given {
    pub energy: f64,
    pub first: usize,
    pub count: usize,
}

/// What each level is given, levels ascending; `None` above the table.
///
/// The levels of each size are taken in their order; how sizes follow each other is what costs least. `energies` ascend.
pub(super) fn assign(levels: &[Level], energies: &[f64]) -> Vec<Option<Given>> {
    let mut targets = vec![None; levels.len()];
    let mut sizes: Vec<usize> = levels.iter().map(|l| l.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let by_size: Vec<Vec<usize>> = sizes
        .iter()
        .map(|s| {
            (0..levels.len())
                .filter(|&i| levels[i].size == *s)
                .collect()
        })
        .collect();
    // (next energy, levels taken of each size) → least cost, and the size taken last.
    let mut best: BTreeMap<(usize, Vec<usize>), (f64, usize)> = BTreeMap::new();
    best.insert((0, vec![0; sizes.len()]), (0.0, 0));
    let mut end: Option<(f64, Vec<usize>, usize)> = None;
    let mut front = vec![(0, vec![0; sizes.len()])];
    while !front.is_empty() {
        let mut next = Vec::new();
        for (at, taken) in front {
            let Some(&(cost, _)) = best.get(&(at, taken.clone())) else {
                continue;
            };
            for (s, list) in by_size.iter().enumerate() {
                let Some(&level) = list.get(taken[s]) else {
                    continue;
                };
                let covered = &energies[at..(at + sizes[s]).min(energies.len())];
                let mean = covered.iter().sum::<f64>() / covered.len() as f64;
                let split: f64 = covered.iter().map(|e| (e - mean).powi(2)).sum();
                let moved = (levels[level].energy - mean).powi(2) * covered.len() as f64;
                let cost = cost + SPLIT * split + moved;
                let mut taken = taken.clone();
                taken[s] += 1;
                let to = at + sizes[s];
                if to >= energies.len() {
                    if end.as_ref().is_none_or(|(c, ..)| cost < *c) {
                        end = Some((cost, taken, s));
                    }
                    continue;
                }
                let key = (to, taken);
                match best.get_mut(&key) {
                    Some(known) if known.0 <= cost => {}
                    Some(known) => *known = (cost, s),
                    None => {
                        best.insert(key.clone(), (cost, s));
                        next.push(key);
                    }
                }
            }
        }
        // What is taken says how many steps it took: every way there is known when the next step is made.
        front = next;
    }
    let Some((_, mut taken, mut last)) = end else {
        return targets;
    };
    // Back from the end: what was taken, from the highest energy down.
    let covered = |taken: &[usize]| -> usize { taken.iter().zip(&sizes).map(|(t, s)| t * s).sum() };
    loop {
        taken[last] -= 1;
        let level = by_size[last][taken[last]];
        let at = covered(&taken);
        let list = &energies[at..(at + sizes[last]).min(energies.len())];
        targets[level] = Some(Given {
            energy: list.iter().sum::<f64>() / list.len() as f64,
            first: at,
            count: list.len(),
        });
        if at == 0 {
            return targets;
        }
        let Some(&(_, previous)) = best.get(&(at, taken.clone())) else {
            return targets;
        };
        last = previous;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(energy: f64, size: usize) -> Level {
        Level {
            energy,
            size,
            members: Vec::new(),
        }
    }

    fn assigned(levels: &[(f64, usize)], energies: &[f64]) -> Vec<Option<f64>> {
        let levels: Vec<Level> = levels.iter().map(|&(e, s)| level(e, s)).collect();
        let given = assign(&levels, energies);
        given.into_iter().map(|g| g.map(|g| g.energy)).collect()
    }

    /// The model has its doublet below the singlet, the table above: the doublet gets two equal energies all the same.
    #[test]
    fn a_doublet_is_given_a_doublet() {
        let model = [(0.0, 1), (1.0, 2), (1.5, 1), (4.0, 3)];
        let given = assigned(&model, &[0.1, 0.9, 1.6, 1.6]);
        assert_eq!(given, [Some(0.1), Some(1.6), Some(0.9), None]);
        // A doublet cut by the last band of the table is whole in the model.
        assert_eq!(
            assigned(&[(0.0, 1), (1.0, 2)], &[0.1, 0.9]),
            [Some(0.1), Some(0.9)]
        );
        // Two singlets of equal energy are no doublet's only.
        let model = [(0.0, 1), (1.0, 1), (3.0, 2)];
        assert_eq!(
            assigned(&model, &[0.5, 0.5, 2.0, 2.0]),
            [Some(0.5), Some(0.5), Some(2.0)]
        );
    }

    /// Digits that a file rounds do not make another order.
    #[test]
    fn print_noise_splits_no_multiplet() {
        let model = [(0.0, 2), (0.3, 1)];
        let given = assigned(&model, &[0.09999, 0.10001, 0.4]);
        assert!((given[0].unwrap() - 0.1).abs() < 1e-12 && given[1] == Some(0.4));
    }
}
