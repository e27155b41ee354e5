//! Who runs which jobs where nothing can go on before all are done: ranks, which tell each other at once, or parts, which tell each other by a
//! file between two runs.

use super::ranks::Ranks;
use super::store::{Division, Ledger};
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Those among whom jobs are shared out.
pub enum Sharing<'a> {
    /// Ranks.
    Ranks(&'a Ranks),
    /// The parts of a calculation that is made in rounds, of which this is one.
    Rounds(&'a Ledger, Division),
}

impl Sharing<'_> {
    /// How many they are.
    pub fn count(&self) -> usize {
        match self {
            Self::Ranks(ranks) => ranks.count(),
            Self::Rounds(_, division) => division.parts,
        }
    }

    /// What the `jobs` of `what` come to, in their order; each is run by one of them, one after the other. A part keeps what its own come to.
    ///
    /// # Errors
    /// Those of `run`; of ranks as [`Ranks::share`]; [`Error::PartDone`] where other parts have jobs, too.
    pub fn share(
        &self,
        what: &str,
        jobs: usize,
        run: impl FnMut(usize) -> Result<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>> {
        match self {
            Self::Ranks(ranks) => ranks.share(what, jobs, run),
            Self::Rounds(ledger, division) => {
                let done = division.jobs(jobs).map(run).collect::<Result<Vec<_>>>()?;
                all_or_wait(ledger, jobs, done)
            }
        }
    }

    /// As [`Sharing::share`], with as many jobs at a time as this process has threads.
    ///
    /// # Errors
    /// As there.
    pub fn share_among_threads(
        &self,
        what: &str,
        jobs: usize,
        run: impl Fn(usize) -> Result<Vec<u8>> + Sync,
    ) -> Result<Vec<Vec<u8>>> {
        match self {
            Self::Ranks(ranks) => ranks.share_among_threads(what, jobs, run),
            Self::Rounds(ledger, division) => {
                let own: Vec<usize> = division.jobs(jobs).collect();
                let done = own.into_par_iter().map(&run).collect::<Result<_>>()?;
                all_or_wait(ledger, jobs, done)
            }
        }
    }
}

fn all_or_wait(ledger: &Ledger, jobs: usize, done: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>> {
    if done.len() == jobs {
        return Ok(done);
    }
    ledger.state().waits = true;
    Err(Error::PartDone)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts have each job once, and where some would have none, all of them have all: no part is ever a round ahead.
    #[test]
    fn parts_wait_for_each_other() {
        let job = |job: usize| Ok(vec![job as u8]);
        for (parts, jobs, waits) in [(3, 7, true), (3, 3, true), (3, 2, false), (1, 7, false)] {
            let mut times = vec![0; jobs];
            for part in 1..=parts {
                let (ledger, division) = (Ledger::default(), Division { part, parts });
                let sharing = Sharing::Rounds(&ledger, division);
                let one = sharing.share("a", jobs, |at| {
                    times[at] += 1;
                    job(at)
                });
                let other = sharing.share_among_threads("a", jobs, job);
                assert_eq!(one.is_err(), waits);
                assert_eq!(other.is_err(), waits);
                assert_eq!(ledger.waits(), waits);
                if let (Ok(one), Ok(other)) = (one, other) {
                    assert!(one == other && one.len() == jobs && one[jobs - 1] == [jobs as u8 - 1]);
                }
            }
            let each = if waits { 1 } else { parts };
            assert!(times.iter().all(|t| *t == each), "{parts} {times:?}");
        }
    }
}
