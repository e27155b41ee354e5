//! Ranks that are threads of this process: one for each of its devices.

use super::ranks::{Communicator, Ranks};
use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex, PoisonError};

/// Where threads meet.
struct Meeting {
    count: AtomicU64,
    barrier: Barrier,
    said: Mutex<Vec<Vec<u8>>>,
}

struct Thread {
    rank: usize,
    meeting: Arc<Meeting>,
}

impl Thread {
    fn said(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        let said = &self.meeting.said;
        said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Communicator for Thread {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.said().len()
    }

    fn machine(&self) -> String {
        "this one".into()
    }

    fn next(&self) -> Result<u64> {
        Ok(self.meeting.count.fetch_add(1, Ordering::Relaxed))
    }

    fn gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        self.said()[self.rank] = mine.to_vec();
        self.meeting.barrier.wait();
        let all = self.said().clone();
        self.meeting.barrier.wait();
        Ok(all)
    }
}

/// Runs `work` in so many threads, each of which is a rank, and gives what the first of them came to.
///
/// # Errors
/// That of the first rank that failed.
pub fn in_threads<T: Send>(
    ranks: usize,
    work: impl Fn(&Arc<Ranks>) -> Result<T> + Sync,
) -> Result<T> {
    let meeting = Arc::new(Meeting {
        count: AtomicU64::new(0),
        barrier: Barrier::new(ranks),
        said: Mutex::new(vec![Vec::new(); ranks]),
    });
    let of_rank = |rank: usize| {
        let meeting = meeting.clone();
        let ranks = Arc::new(Ranks::new(Box::new(Thread { rank, meeting }))?);
        // The others wait for one that panics, too.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&ranks)));
        let panicked = Error::Internal(format!("rank {rank} panicked"));
        let told = match &outcome {
            Ok(found) => ranks.end(found.as_ref().err()),
            Err(_) => ranks.end(Some(&panicked)),
        };
        let found = outcome.unwrap_or_else(|panic| resume_unwind(panic))?;
        told.map(|()| found)
    };
    let all: Vec<Result<T>> = std::thread::scope(|scope| {
        let of_rank = &of_rank;
        let others = (1..ranks).map(|rank| scope.spawn(move || of_rank(rank)));
        let others: Vec<_> = others.collect();
        let ended = |thread: std::thread::ScopedJoinHandle<_>| {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        std::iter::once(of_rank(0))
            .chain(others.into_iter().map(ended))
            .collect()
    });
    let mut first = None;
    for found in all {
        match found {
            // Another rank knows why.
            Err(Error::OtherRank { .. }) => {}
            Err(error) => return Err(error),
            Ok(found) => first = first.or(Some(found)),
        }
    }
    first.ok_or_else(|| Error::Internal("no rank came to an end".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rank_answers_and_the_first_that_fails_says_why() {
        let found = in_threads(3, |ranks| Ok((ranks.rank(), ranks.on_machine())));
        assert_eq!(found.unwrap(), (0, (0, 3)));
        let failed = in_threads(4, |ranks| match ranks.rank() {
            2 | 3 => Err(Error::Internal(format!("thread {}", ranks.rank()))),
            _ => ranks.share("a", 5, |_| Ok(Vec::new())),
        });
        assert!(failed.unwrap_err().to_string().contains("thread 2"));
    }

    /// None waits for one that is gone.
    #[test]
    fn a_panic_of_one_ends_all() {
        let run = || {
            in_threads(3, |ranks| match ranks.rank() {
                1 => panic!("as the test asks"),
                _ => ranks.agree("the same"),
            })
        };
        assert!(catch_unwind(run).is_err());
    }
}
