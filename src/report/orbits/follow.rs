//! Orbits followed from one direction of the field to the next.

use crate::surface::Catalogue;

/// Largest change of a frequency between neighbouring directions that is still the same family, as a share.
const MOST: f64 = 0.08;

/// A number for every orbit of every direction, the same along a family: the next orbit of the same band and kind whose frequency is nearest to what
/// the last two let expect.
pub(super) fn follow(all: &[Catalogue]) -> Vec<Vec<usize>> {
    let mut numbers: Vec<Vec<usize>> = Vec::new();
    let mut next = 0;
    // Of each family in the last direction: its number, its place there and the frequency expected next.
    let mut open: Vec<(usize, usize, f64)> = Vec::new();
    for (at, here) in all.iter().enumerate() {
        let mut own = vec![usize::MAX; here.orbits.len()];
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (f, (_, place, expected)) in open.iter().enumerate() {
            let before = &all[at - 1].orbits[*place];
            for (i, o) in here.orbits.iter().enumerate() {
                let alike =
                    (o.spin, o.band, o.electron) == (before.spin, before.band, before.electron);
                let off = (o.frequency.value / expected - 1.0).abs();
                if alike && off < MOST {
                    pairs.push((off, f, i));
                }
            }
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut taken = vec![false; open.len()];
        for (_, f, i) in pairs {
            if !taken[f] && own[i] == usize::MAX {
                taken[f] = true;
                own[i] = open[f].0;
            }
        }
        for number in &mut own {
            if *number == usize::MAX {
                *number = next;
                next += 1;
            }
        }
        let expected = |i: usize| {
            let now = here.orbits[i].frequency.value;
            let before = at.checked_sub(1).and_then(|b| {
                let place = numbers[b].iter().position(|n| *n == own[i])?;
                Some(all[b].orbits[place].frequency.value)
            });
            before.map_or(now, |b| 2.0 * now - b)
        };
        open = (0..own.len()).map(|i| (own[i], i, expected(i))).collect();
        numbers.push(own);
    }
    numbers
}
