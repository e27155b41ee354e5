//! Ranks: processes that run the same command together, and share out its work as they finish.
//!
//! A command is deterministic, so every rank comes to the same plans in the same order. The jobs of a plan are numbered, whoever is free
//! takes the next number, and when none is left all ranks are told what all jobs came to. Every rank then goes on as if it had done
//! them all, so that there is no rank that leads, and nothing that only one of them knows.

use super::bytes::{Reader, Writer};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// What connects ranks. All of them call [`Communicator::gather`] in the same order.
pub trait Communicator: Send + Sync {
    /// This rank, from 0.
    fn rank(&self) -> usize;

    /// How many there are.
    fn ranks(&self) -> usize;

    /// Name of the machine that this rank runs on.
    fn machine(&self) -> String;

    /// The count that all ranks share; it is one more for whoever asks next.
    ///
    /// # Errors
    /// Where the others cannot be reached.
    fn next(&self) -> Result<u64>;

    /// What every rank says, in their order.
    ///
    /// # Errors
    /// As [`Communicator::next`].
    fn gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>>;
}

/// The work of ranks.
pub struct Ranks {
    communicator: Box<dyn Communicator>,
    /// How far the shared count is when none runs a job.
    counted: Mutex<u64>,
    machine: String,
    /// Which of the ranks of its machine this one is, from 0, and how many there are.
    on_machine: (usize, usize),
}

/// A job's number, and what it came to.
type Done = (usize, Vec<u8>);

impl Ranks {
    /// Of these ranks, none of which has counted yet.
    ///
    /// # Errors
    /// Where the others cannot be reached.
    pub fn new(communicator: Box<dyn Communicator>) -> Result<Self> {
        let mut ranks = Self {
            machine: communicator.machine(),
            communicator,
            counted: Mutex::new(0),
            on_machine: (0, 1),
        };
        ranks.on_machine = ranks.alike(&ranks.machine)?;
        Ok(ranks)
    }

    /// Name of the machine that this rank runs on.
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// Which of the ranks of its machine this one is, from 0, and how many there are.
    pub fn on_machine(&self) -> (usize, usize) {
        self.on_machine
    }

    /// Which of the ranks that say the same this one is, from 0, and how many there are.
    ///
    /// # Errors
    /// As [`Ranks::say`].
    pub fn alike(&self, mine: &str) -> Result<(usize, usize)> {
        let all = self.say(mine)?;
        let same = |some: &[String]| some.iter().filter(|other| *other == mine).count();
        Ok((same(&all[..self.rank()]), same(&all)))
    }

    /// This rank, from 0.
    pub fn rank(&self) -> usize {
        self.communicator.rank()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.communicator.ranks()
    }

    /// What the `jobs` of `what` come to, in their order; each is run by one of the ranks, one after the other.
    ///
    /// # Errors
    /// Those of `run`, of any rank, or where ranks do not agree on what is to be done.
    pub fn share(
        &self,
        what: &str,
        jobs: usize,
        mut run: impl FnMut(usize) -> Result<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>> {
        let mut done = Vec::new();
        self.take_jobs(jobs, &mut |job| {
            done.push((job, run(job)?));
            Ok(())
        })?;
        self.exchange(what, jobs, 1, &done)
    }

    /// As [`Ranks::share`], with as many jobs at a time as this process has threads.
    ///
    /// # Errors
    /// As there.
    pub fn share_among_threads(
        &self,
        what: &str,
        jobs: usize,
        run: impl Fn(usize) -> Result<Vec<u8>> + Sync,
    ) -> Result<Vec<Vec<u8>>> {
        let threads = rayon::current_num_threads();
        let of_threads = (0..threads).into_par_iter().with_max_len(1).map(|_| {
            let mut done = Vec::new();
            self.take_jobs(jobs, &mut |job| {
                done.push((job, run(job)?));
                Ok(())
            })?;
            Ok(done)
        });
        let done: Vec<Vec<Done>> = of_threads.collect::<Result<_>>()?;
        self.exchange(what, jobs, threads, &done.concat())
    }

    /// Runs jobs until all have been taken.
    fn take_jobs(&self, jobs: usize, run: &mut dyn FnMut(usize) -> Result<()>) -> Result<()> {
        let before = *self.counted();
        loop {
            let count = self.communicator.next()?;
            let job = usize::try_from(count - before).unwrap_or(usize::MAX);
            if job >= jobs {
                return Ok(());
            }
            run(job)?;
        }
    }

    /// Tells all ranks what the jobs came to that `done` has here, which were taken by so many at a time.
    fn exchange(
        &self,
        what: &str,
        jobs: usize,
        takers: usize,
        done: &[Done],
    ) -> Result<Vec<Vec<u8>>> {
        let mut mine = Writer::default();
        mine.text(what);
        mine.unsigned(takers as u128);
        mine.unsigned(done.len() as u128);
        for (job, bytes) in done {
            mine.unsigned(*job as u128);
            mine.bytes(bytes);
        }
        let mut all = vec![Vec::new(); jobs];
        let (mut takers, mut found) = (0, 0);
        for theirs in self.gather(&mine.0)? {
            let mut from = Reader::new(&theirs);
            let other = from.text()?;
            if other != what {
                return Err(disagree(what, &other));
            }
            takers += from.count()?;
            for _ in 0..from.count()? {
                let job = from.count()?;
                let bytes = from.bytes()?;
                *all.get_mut(job).ok_or_else(|| disagree(what, what))? = bytes;
                found += 1;
            }
        }
        if found != jobs {
            return Err(disagree(what, what));
        }
        // Each taker was told once that no job is left.
        *self.counted() += (jobs + takers) as u64;
        Ok(all)
    }

    /// Sees to it that all ranks say the same.
    ///
    /// # Errors
    /// [`Error::BadBands`] where they do not.
    pub fn agree(&self, what: &str) -> Result<()> {
        match self.say(what)?.into_iter().find(|other| other != what) {
            Some(other) => Err(disagree(what, &other)),
            None => Ok(()),
        }
    }

    /// What every rank says, in their order.
    ///
    /// # Errors
    /// [`Error::OtherRank`] where one of them failed.
    pub fn say(&self, mine: &str) -> Result<Vec<String>> {
        let texts = self.gather(mine.as_bytes())?.into_iter();
        Ok(texts
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .collect())
    }

    /// All ranks end here: whether one before this one failed, too, where `failed` says that this one did. One that was told so by others
    /// has been here.
    pub fn end(&self, failed: Option<&Error>) -> Result<()> {
        if matches!(failed, Some(Error::OtherRank { .. })) {
            return Ok(());
        }
        let mine: &[u8] = if failed.is_some() { &[FAILED] } else { &[WELL] };
        first_failure(&self.communicator.gather(mine)?)
    }

    fn gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        let mut all = self.communicator.gather(&[&[WELL], mine].concat())?;
        first_failure(&all)?;
        for bytes in &mut all {
            bytes.remove(0);
        }
        Ok(all)
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, u64> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How what a rank says begins: it works, or it failed and says no more.
const WELL: u8 = 0;
const FAILED: u8 = 1;

/// # Errors
/// [`Error::OtherRank`] for the first rank that failed.
fn first_failure(all: &[Vec<u8>]) -> Result<()> {
    match all.iter().position(|said| said.first() != Some(&WELL)) {
        Some(rank) => Err(Error::OtherRank { rank }),
        None => Ok(()),
    }
}

fn disagree(one: &str, other: &str) -> Error {
    Error::bad_bands(
        "ranks",
        format!("they do not do the same: one plans `{one}`, another `{other}`"),
        "start all of them with one input, on processors of one kind",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate::ledger::in_threads;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// What `work` of each rank comes to.
    fn with_ranks<T: Send>(ranks: usize, work: impl Fn(&Ranks) -> T + Sync) -> Vec<T> {
        let all = Mutex::new(Vec::new());
        let ended = in_threads(ranks, |ranks| {
            let found = work(ranks);
            all.lock().unwrap().push((ranks.rank(), found));
            Ok(())
        });
        ended.unwrap();
        let mut all = all.into_inner().unwrap();
        all.sort_by_key(|(rank, _)| *rank);
        all.into_iter().map(|(_, found)| found).collect()
    }

    #[test]
    fn every_job_is_run_once_and_known_to_all() {
        for ranks in [1, 2, 5] {
            let run = AtomicU64::new(0);
            let found = with_ranks(ranks, |ranks| {
                let job = |job: usize| {
                    run.fetch_add(1, Ordering::Relaxed);
                    Ok(vec![job as u8; job])
                };
                let first = ranks.share("a", 7, job).unwrap();
                let none = ranks.share("none", 0, job).unwrap();
                let last = ranks.share_among_threads("b", 40, job).unwrap();
                ranks.agree("done").unwrap();
                (first, none, last)
            });
            let jobs = |n: usize| (0..n).map(|job| vec![job as u8; job]).collect::<Vec<_>>();
            assert!(found.iter().all(|all| *all == (jobs(7), jobs(0), jobs(40))));
            assert_eq!(run.into_inner(), 47);
        }
    }

    /// A rank that fails, wherever that is, ends all of them, and all know which it was.
    #[test]
    fn all_end_where_one_fails() {
        let failure = || Error::Internal("as the test asks".into());
        for early in [true, false] {
            let told = Mutex::new(Vec::new());
            let ended = in_threads(3, |ranks| {
                let fails = ranks.rank() == 1;
                if fails && early {
                    return Err(failure());
                }
                let found = ranks.share("a", 4, |_| Ok(Vec::new()));
                if fails {
                    return Err(failure());
                }
                // Where nothing is shared out any more, the end tells.
                let next = found.and_then(|_| ranks.agree("b"));
                if let Err(error) = &next {
                    told.lock().unwrap().push(error.to_string());
                }
                next
            });
            assert!(ended.unwrap_err().to_string().contains("as the test asks"));
            assert_eq!(*told.lock().unwrap(), ["rank 1 failed", "rank 1 failed"]);
        }
    }

    #[test]
    fn ranks_know_who_is_like_them() {
        let found = with_ranks(5, |ranks| {
            ranks.alike(["odd", "even"][ranks.rank() % 2]).unwrap()
        });
        assert_eq!(found, [(0, 3), (0, 2), (1, 3), (1, 2), (2, 3)]);
    }

    #[test]
    fn ranks_that_plan_otherwise_are_told_so() {
        for end in with_ranks(2, |ranks| {
            let jobs = 2 + ranks.rank();
            ranks.share(&format!("plan of {jobs}"), jobs, |_| Ok(Vec::new()))
        }) {
            let text = end.unwrap_err().to_string();
            assert!(
                text.contains("plan of 2") && text.contains("plan of 3"),
                "{text}"
            );
        }
    }
}
