//! The account of a refinement: by what it is known, and the rounds of its search, looked up before blocks are evaluated.

use super::leaves::Share;
use super::mesh::BlockId;
use super::{CHUNK, Refinement, Refiner};
use crate::error::Result;
use crate::integrate::ledger::bytes::{Reader, Writer};
use crate::integrate::ledger::fingerprint::Fingerprint;
use crate::integrate::ledger::{Account, Key};
use crate::integrate::{Request, Target};
use std::time::{Duration, Instant};

/// Blocks that are evaluated together at first where rounds are kept, and the time that together they should take: what is lost when the
/// process is killed.
const FIRST_BATCH: usize = 256;
const BATCH_TIME: Duration = Duration::from_secs(10);

/// What a block shows in a search: bands wholly below the energies of interest, and its shares in the goals unless no energy of interest is
/// there.
pub(super) type Seen = (Vec<usize>, Option<Vec<Share>>);

impl Refiner<'_> {
    /// The account of what is asked, where sums are kept.
    ///
    /// # Errors
    /// As [`crate::integrate::ledger::Keeping::open`].
    pub(super) fn account<'l>(
        &self,
        request: &Request<'l>,
        target: &Target,
    ) -> Result<Option<Account<'l>>> {
        let Some(keeping) = request.keeping else {
            return Ok(None);
        };
        let mut known = Fingerprint::default();
        known.add("target", target);
        known.add("channels", &request.channels);
        known.add("directions", &request.direction_vectors());
        let Refinement {
            tolerance,
            max_points,
        } = self.refinement;
        known.add("refinement", &(tolerance, max_points));
        known.add("layers", &self.layers);
        known.add("cells", &self.mesh.uniform(0));
        known.add("groups", &self.groups);
        let pairs = self.bounds.iter().flatten().flatten();
        let pairs = pairs.chain(&self.extremes);
        known.numbers("energies", pairs.flat_map(|(low, high)| [*low, *high]));
        if let (Some(relevance), Target::Bins(axis)) = (request.relevance, target) {
            let edges = axis.edges().iter();
            known.numbers("relevance", edges.clone().map(|e| relevance.at(*e)));
            known.numbers("scale", [relevance.scale_ev()]);
            for result in 0..relevance.results() {
                let weights = edges.clone().map(|e| relevance.weight(result, *e));
                known.numbers("weights", weights);
            }
        }
        let words = match target {
            Target::At(energy) => format!("refined to {tolerance:e} at {energy:?} eV"),
            Target::Bins(axis) => format!(
                "refined to {tolerance:e} in {} bins from {:?} to {:?} eV",
                axis.bins(),
                axis.first(),
                axis.last()
            ),
        };
        keeping.open(known.finish(), words).map(Some)
    }

    /// What the `blocks` of a round show, of which those are evaluated that are not kept.
    pub(super) fn round(
        &self,
        account: Option<&Account>,
        round: u32,
        blocks: &[(usize, BlockId)],
        evaluate: impl Fn(&[(usize, BlockId)]) -> Result<Vec<Seen>>,
    ) -> Result<Vec<Seen>> {
        if let Some((ranks, plan_hash)) = account.and_then(Account::ranks) {
            let size = turn(blocks.len(), ranks.count());
            let turns: Vec<_> = blocks.chunks(size).collect();
            let what = format!("round {round} of {plan_hash}");
            let run = |job: usize| Ok(write(&evaluate(turns[job])?));
            let mut seen = Vec::with_capacity(blocks.len());
            for bytes in ranks.share(&what, turns.len(), run)? {
                read(&bytes, &mut seen)?;
            }
            return Ok(seen);
        }
        let Some(account) = account.filter(|a| a.saves()) else {
            return evaluate(blocks);
        };
        let key = |first: usize| Key {
            stage: 1 + round,
            at: first as u64,
        };
        let mut seen: Vec<Seen> = Vec::with_capacity(blocks.len());
        while let Some(partial) = account.find(key(seen.len())).first() {
            read(&partial.sums, &mut seen)?;
        }
        let mut batch = FIRST_BATCH;
        while seen.len() < blocks.len() {
            let (first, start) = (seen.len(), Instant::now());
            let next = evaluate(&blocks[first..(first + batch).min(blocks.len())])?;
            account.keep(key(first), next.len() as u64, write(&next));
            account.took(key(first), 0, start);
            seen.extend(next);
            if account.is_due() {
                account.save();
            }
            if start.elapsed() < BATCH_TIME / 2 {
                batch *= 2;
            } else if start.elapsed() > BATCH_TIME {
                batch = (batch / 2).max(1);
            }
        }
        Ok(seen)
    }
}

/// Blocks that one rank takes together: several turns for every rank, but each enough for a thread.
fn turn(blocks: usize, ranks: usize) -> usize {
    const TURNS: usize = 8;
    blocks.div_ceil(TURNS * ranks).max(CHUNK)
}

fn write(all: &[Seen]) -> Vec<u8> {
    let mut out = Writer::default();
    let count = |out: &mut Writer, n: usize| out.unsigned(n as u128);
    count(&mut out, all.len());
    for (below, shares) in all {
        count(&mut out, below.len());
        below.iter().for_each(|band| count(&mut out, *band));
        count(&mut out, shares.as_ref().map_or(0, |s| 1 + s.len()));
        for share in shares.iter().flatten() {
            out.unsigned(share.goal.into());
            out.short_float(share.value);
            out.short_float(share.off);
        }
    }
    out.0
}

fn read(bytes: &[u8], all: &mut Vec<Seen>) -> Result<()> {
    let mut from = Reader::new(bytes);
    for _ in 0..from.count()? {
        let bands = from.count()?;
        let below = (0..bands).map(|_| from.count());
        let below = below.collect::<Result<Vec<_>>>()?;
        let shares = match from.count()? {
            0 => None,
            n => {
                let share = |_| {
                    Ok(Share {
                        goal: from.unsigned()? as u32,
                        value: from.short_float()?,
                        off: from.short_float()?,
                    })
                };
                Some((1..n).map(share).collect::<Result<Vec<_>>>()?)
            }
        };
        all.push((below, shares));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blocks_show_comes_back() {
        let share = |goal, value, off| Share { goal, value, off };
        let all: Vec<Seen> = vec![
            (vec![], None),
            (vec![0, 300], Some(vec![])),
            (
                vec![7],
                Some(vec![share(0, 0.5, -0.1), share(900, 1e-9, 0.0)]),
            ),
        ];
        let mut again = Vec::new();
        read(&write(&all), &mut again).unwrap();
        assert_eq!(format!("{again:?}"), format!("{all:?}"));
    }
}
