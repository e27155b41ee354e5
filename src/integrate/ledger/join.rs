//! What several ranks kept, at whatever moments they did, as one.

use super::store::{Accounts, Kept};

/// Adds what another rank kept: items once, of steps what is furthest.
pub fn join(known: &mut Accounts, others: Accounts) {
    for (name, kept) in others {
        let into = known.entry(name).or_insert_with(|| Kept {
            entries: Default::default(),
            ..kept.clone()
        });
        for (key, partials) in kept.entries {
            let all = into.entries.entry(key).or_default();
            all.extend(partials);
            // Sums of more items first: of two that share some one is left out.
            let items = |held: u64| match key.stage {
                0 => u64::from(held.count_ones()),
                _ => held,
            };
            all.sort_by_key(|partial| std::cmp::Reverse(items(partial.held)));
            let mut held = 0;
            all.retain(|partial| {
                let new = held & partial.held == 0;
                held |= if key.stage == 0 {
                    partial.held
                } else {
                    u64::MAX
                };
                new
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate::ledger::{Key, Name, Partial};
    use std::sync::Arc;

    fn partial(held: u64) -> Partial {
        Partial {
            held,
            sums: Arc::new(vec![held as u8]),
        }
    }

    /// What ranks kept at different times is joined so that no item counts twice, and most are there.
    #[test]
    fn ranks_are_joined_without_counting_twice() {
        let result = Key { stage: 0, at: 2 };
        let step = Key { stage: 3, at: 0 };
        let of = |entries: Vec<(Key, Vec<Partial>)>| -> Accounts {
            let name = Name {
                plan: "a".into(),
                before: 0,
            };
            let kept = Kept {
                what: "one".into(),
                shared: true,
                entries: entries.into_iter().collect(),
            };
            [(name, kept)].into()
        };
        let mut known = of(vec![
            (result, vec![partial(0b0001), partial(0b0110)]),
            (step, vec![partial(100)]),
        ]);
        let other = of(vec![
            (result, vec![partial(0b1000), partial(0b0111)]),
            (step, vec![partial(300)]),
        ]);
        join(&mut known, other);
        let kept = known.values().next().unwrap();
        let held = |key| {
            kept.entries[&key]
                .iter()
                .map(|p| p.held)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (held(result), held(step)),
            (vec![0b0111, 0b1000], vec![300])
        );
    }
}
