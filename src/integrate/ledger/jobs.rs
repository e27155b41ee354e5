//! A list of jobs that are no items of a plan (states in a field, directions, temperatures), divided, shared out and kept like those.

use super::account::{Account, Keeping};
use super::bytes::damaged;
use super::fingerprint::Fingerprint;
use super::store::{Columns, Key, Partial};
use crate::error::{Error, Result};
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Instant;

/// What the `count` jobs of the list `what` come to, in their order, on all threads; those that are kept are not run.
///
/// # Errors
/// Those of `run`; as [`super::Ranks::share`]; [`Error::PartDone`] where other parts have some of them.
pub fn at_once<T: Serialize + DeserializeOwned + Send>(
    keeping: Option<Keeping>,
    what: &str,
    count: usize,
    run: impl Fn(usize) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let Some(keeping) = keeping else {
        return (0..count)
            .into_par_iter()
            .with_max_len(1)
            .map(&run)
            .collect();
    };
    let list = List::open(keeping, what, count)?;
    let left = list.left();
    let one = |job: usize| list.run(left[job], &run);
    match list.account.ranks() {
        Some((ranks, plan)) => {
            let all = ranks.share_among_threads(plan, left.len(), one)?;
            list.keep_all(&left, all);
        }
        None => (0..left.len())
            .into_par_iter()
            .with_max_len(1)
            .try_for_each(|job| one(job).map(drop))?,
    }
    list.all()
}

/// As [`at_once`], one after the other.
///
/// # Errors
/// As there.
pub fn in_turn<T: Serialize + DeserializeOwned>(
    keeping: Option<Keeping>,
    what: &str,
    count: usize,
    mut run: impl FnMut(usize) -> Result<T>,
) -> Result<Vec<T>> {
    let Some(keeping) = keeping else {
        return (0..count).map(run).collect();
    };
    let list = List::open(keeping, what, count)?;
    let left = list.left();
    let mut one = |job: usize| list.run(left[job], &mut run);
    match list.account.ranks() {
        Some((ranks, plan)) => {
            let all = ranks.share(plan, left.len(), one)?;
            list.keep_all(&left, all);
        }
        None => (0..left.len()).try_for_each(|job| one(job).map(drop))?,
    }
    list.all()
}

/// The same; none where other parts have some of it, and this one goes on with what does not need it.
///
/// # Errors
/// All others.
pub fn if_all_there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(Error::PartDone) => Ok(None),
        found => found.map(Some),
    }
}

/// A list of jobs with its account.
struct List<'a> {
    account: Account<'a>,
    count: usize,
}

impl<'a> List<'a> {
    fn open(keeping: Keeping<'a>, what: &str, count: usize) -> Result<Self> {
        let mut known = Fingerprint::default();
        known.add("jobs", &(what, count));
        let keeping = Keeping {
            shared: true,
            ..keeping
        };
        let account = keeping.open(known.finish(), what.to_owned())?;
        Ok(Self { account, count })
    }

    /// The jobs that are not kept, of those that are to be run here.
    fn left(&self) -> Vec<usize> {
        let new = |job: &usize| self.account.find(key(*job)).is_empty();
        let own = |job: &usize| self.account.owns(0, *job, Columns::Apart);
        (0..self.count).filter(own).filter(new).collect()
    }

    /// Runs a job, keeps what it comes to, and gives that as bytes.
    fn run<T: Serialize>(
        &self,
        job: usize,
        run: impl FnOnce(usize) -> Result<T>,
    ) -> Result<Vec<u8>> {
        let start = Instant::now();
        let found = run(job)?;
        self.account.took(key(job), 0, start);
        let bytes = postcard::to_stdvec(&found)
            .map_err(|e| Error::Internal(format!("a result cannot be written: {e}")))?;
        self.keep(job, bytes.clone());
        self.account.save_in_time();
        Ok(bytes)
    }

    fn keep(&self, job: usize, bytes: Vec<u8>) {
        let sums = Arc::new(bytes);
        self.account.add(key(job), Partial { held: 1, sums });
    }

    fn keep_all(&self, jobs: &[usize], all: Vec<Vec<u8>>) {
        for (job, bytes) in jobs.iter().zip(all) {
            self.keep(*job, bytes);
        }
    }

    /// What all jobs come to, where all of them are there.
    fn all<T: DeserializeOwned>(&self) -> Result<Vec<T>> {
        let mut all = Vec::with_capacity(self.count);
        for job in 0..self.count {
            match self.account.find(key(job)).first() {
                Some(partial) => {
                    all.push(postcard::from_bytes(&partial.sums).map_err(|_| damaged())?);
                }
                None => {
                    self.account.leave_open();
                    return Err(Error::PartDone);
                }
            }
        }
        Ok(all)
    }
}

fn key(job: usize) -> Key {
    Key {
        stage: 0,
        at: job as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate::ledger::{Division, Ledger, in_threads, join};

    fn result(job: usize) -> Result<(Vec<f64>, Option<String>)> {
        let numbers = vec![1.0 / (1.0 + job as f64), f64::NAN, -0.0];
        Ok((numbers, (job > 2).then(|| job.to_string())))
    }

    fn of(found: Vec<(Vec<f64>, Option<String>)>) -> String {
        let bits = |(x, text): &(Vec<f64>, Option<String>)| {
            format!(
                "{:x?} {text:?}",
                x.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
            )
        };
        found.iter().map(bits).collect()
    }

    /// Whole, in parts, among ranks, at once or in turn: the same bits, and each job once.
    #[test]
    fn jobs_are_divided_and_put_together() {
        const COUNT: usize = 7;
        let whole = of((0..COUNT).map(|job| result(job).unwrap()).collect());
        let of_ledger = |ledger: &Ledger, turn: bool| {
            ledger.start("cpu")?;
            let keeping = Some(Keeping::new(ledger));
            match turn {
                true => in_turn(keeping, "jobs", COUNT, result),
                false => at_once(keeping, "jobs", COUNT, result),
            }
        };
        for turn in [true, false] {
            assert_eq!(of(of_ledger(&Ledger::default(), turn).unwrap()), whole);
            let mut all = Default::default();
            for part in 1..=3 {
                let ledger = Ledger::default().of_part(Division { part, parts: 3 });
                let found = of_ledger(&ledger, turn);
                assert!(matches!(found, Err(Error::PartDone)));
                join(&mut all, ledger.accounts());
            }
            let merged = Ledger::new(Some((all, "cpu".into()))).of_all_parts();
            merged.start("cpu").unwrap();
            let never = |_| -> Result<(Vec<f64>, Option<String>)> { unreachable!() };
            let keeping = Some(Keeping::new(&merged));
            assert_eq!(of(in_turn(keeping, "jobs", COUNT, never).unwrap()), whole);
            in_threads(3, |ranks| {
                let ledger = Ledger::default().among(ranks.clone());
                assert_eq!(of(of_ledger(&ledger, turn)?), whole);
                Ok(())
            })
            .unwrap();
        }
    }
}
