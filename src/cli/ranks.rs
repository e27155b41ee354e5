//! The ranks that this process is one of, where `mpirun` started it.

use super::{status, terminal};
use crate::error::{Error, Result};
use crate::integrate::ledger::Ranks;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

static RANKS: Mutex<Option<Arc<Ranks>>> = Mutex::new(None);

/// The other ranks, where there are ranks.
pub fn ranks() -> Option<Arc<Ranks>> {
    RANKS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Joins the other processes that `mpirun` started, if it did; all but the first are silent from now on.
///
/// # Errors
/// Where MPI does not start.
#[cfg(feature = "mpi")]
pub fn start() -> Result<()> {
    /// What Open MPI, MPICH and their kin, and `srun` tell the processes that they start.
    const STARTED: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMIX_RANK"];
    if !(STARTED.iter()).any(|name| std::env::var_os(name).is_some()) {
        return Ok(());
    }
    let ranks = Ranks::new(Box::new(crate::scale::World::start()?))?;
    if ranks.rank() > 0 {
        terminal::mute();
    }
    *RANKS.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(ranks));
    Ok(())
}

/// Says where `mpirun` started several processes, of which this build knows nothing.
///
/// # Errors
/// None.
#[cfg(not(feature = "mpi"))]
pub fn start() -> Result<()> {
    let number = |name| std::env::var(name).ok()?.trim().parse::<usize>().ok();
    let told = |count, rank| Some((number(count)?, number(rank)?));
    let open_mpi = told("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK");
    if let Some((count, 0)) = open_mpi.or_else(|| told("PMI_SIZE", "PMI_RANK"))
        && count > 1
    {
        let text = format!(
            "{count} processes were started, and each does the whole: this bzint was built without MPI (`--features mpi`)"
        );
        terminal::say("warning", &text);
    }
    Ok(())
}

/// How many ranks work on the processors that this one works on.
///
/// # Errors
/// Where the others cannot be reached.
pub fn on_these_processors() -> Result<usize> {
    let Some(ranks) = ranks() else {
        return Ok(1);
    };
    let allowed = status::line("Cpus_allowed_list");
    // Ranks of other machines have processors of the same numbers.
    let here = ranks.alike(&format!("{allowed:?} of {}", ranks.machine()))?;
    Ok(here.1)
}

/// Refuses what ranks do not share.
///
/// # Errors
/// [`Error::BadOption`] where there are several.
pub fn refuse(what: &str, remedy: &str) -> Result<()> {
    match ranks() {
        Some(ranks) if ranks.count() > 1 => {
            let problem = format!("{what} is not shared out among {} ranks", ranks.count());
            Err(Error::bad_option("MPI", problem, remedy))
        }
        _ => Ok(()),
    }
}

/// Ends with the other ranks: an error is told by the first rank that found it, before any of them exits, for whatever started them ends all
/// as soon as one has failed.
pub fn end(outcome: Result<()>, tell: impl FnOnce(&Error)) -> ExitCode {
    let ranks = ranks();
    let told = ranks
        .as_ref()
        .map_or(Ok(()), |r| r.end(outcome.as_ref().err()));
    let another = match (&told, &ranks) {
        (Err(Error::OtherRank { rank }), Some(ranks)) => *rank != ranks.rank(),
        _ => false,
    };
    match outcome {
        Ok(()) if told.is_ok() => leave(ExitCode::SUCCESS),
        Ok(()) | Err(Error::OtherRank { .. }) => leave(ExitCode::FAILURE),
        Err(error) => {
            if !another {
                tell(&error);
            }
            leave(ExitCode::from(match error {
                Error::AnotherRound { .. } => 3,
                error if error.is_usage() => 2,
                _ => 1,
            }))
        }
    }
}

/// Leaves the other ranks when all have come so far.
pub fn leave(code: ExitCode) -> ExitCode {
    let ranks = RANKS.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(ranks) = ranks {
        // Whoever is gone already needs nobody to wait.
        let _ = ranks.say("leave");
    }
    code
}
