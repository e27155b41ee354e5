//! The account of a refinement: by what it is known, and the rounds of its search, looked up before blocks are evaluated.

use super::leaves::Share;
use super::mesh::BlockId;
use super::{CHUNK, Refinement, Refiner};
use crate::error::Result;
use crate::integrate::ledger::bytes::{Reader, Writer};
use crate::integrate::ledger::fingerprint::Fingerprint;
use crate::integrate::ledger::{Account, Key, Partial};
use crate::integrate::{Request, Target};
use std::ops::Range;
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
        if let Some((account, (sharing, plan_hash))) = account.and_then(|a| Some((a, a.sharing()?)))
        {
            let stage = 1 + round;
            let size = turn(blocks.len(), sharing.count());
            let pieces = pieces(blocks.len(), size, account.steps(stage));
            let turns = pieces.iter().filter(|(_, known)| known.is_none());
            let turns: Vec<&Range<usize>> = turns.map(|(turn, _)| turn).collect();
            let what = format!("round {round} of {plan_hash}");
            let run = |job: usize| {
                let turn = turns[job];
                let bytes = write(&evaluate(&blocks[turn.clone()])?);
                if account.saves() {
                    let at = turn.start as u64;
                    account.keep(Key { stage, at }, turn.len() as u64, bytes.clone());
                    account.save_in_time();
                }
                Ok(bytes)
            };
            let mut made = sharing.share(&what, turns.len(), run)?.into_iter();
            let mut seen = Vec::with_capacity(blocks.len());
            for (_, known) in &pieces {
                match known {
                    Some(partial) => read(&partial.sums, &mut seen)?,
                    None => read(&made.next().unwrap_or_default(), &mut seen)?,
                }
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

/// Blocks that one process takes together: several turns for every one, but each enough for a thread.
fn turn(blocks: usize, processes: usize) -> usize {
    const TURNS: usize = 8;
    blocks.div_ceil(TURNS * processes).max(CHUNK)
}

/// The blocks of a round in order: what is known of them, and the others in turns of at most `size`.
fn pieces(
    blocks: usize,
    size: usize,
    known: Vec<(u64, Partial)>,
) -> Vec<(Range<usize>, Option<Partial>)> {
    let mut pieces = Vec::new();
    let mut next = 0;
    let turns = |from: usize, to: usize| {
        let firsts = (from..to).step_by(size);
        firsts.map(move |first| (first..(first + size).min(to), None))
    };
    for (at, partial) in known {
        let at = at as usize;
        let end = at + partial.held as usize;
        // What overlaps with that before it is made over again.
        if at >= next && end <= blocks {
            pieces.extend(turns(next, at));
            pieces.push((at..end, Some(partial)));
            next = end;
        }
    }
    pieces.extend(turns(next, blocks));
    pieces
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

    /// Whatever is known, and wherever: every block is in one piece, and no turn is longer than asked.
    #[test]
    fn pieces_tile_a_round() {
        let partial = |at: u64, held: u64| {
            let sums = Default::default();
            (at, Partial { held, sums })
        };
        for known in [
            vec![],
            vec![(0, 10)],
            vec![(3, 4), (5, 9), (20, 1), (99, 5)],
            vec![(90, 10)],
        ] {
            let kept = known.iter().map(|(at, held)| partial(*at, *held)).collect();
            let mut next = 0;
            for (piece, known) in pieces(100, 7, kept) {
                assert_eq!(piece.start, next);
                assert!(!piece.is_empty() && (known.is_some() || piece.len() <= 7));
                next = piece.end;
            }
            assert_eq!(next, 100, "{known:?}");
        }
    }

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
