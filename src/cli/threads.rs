//! The threads that work is done on.

use crate::error::{Error, Result};
pub use crate::workflow::on_threads;

/// Address space that a thread takes with its stack and its heap, bytes.
const THREAD_SPACE: u64 = 128 << 20;

/// What the threads themselves hear, before all else.
const OWN: &str = "RAYON_NUM_THREADS";

/// What says how many threads a job of a cluster may have.
const TOLD: [&str; 2] = ["OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"];

/// How many threads the caller's environment grants, where it says so.
fn told() -> Option<usize> {
    if std::env::var_os(OWN).is_some() {
        return None;
    }
    let number = |name: &&'static str| {
        let text = std::env::var(name).ok()?;
        // OpenMP takes a list, of which the first is the outermost.
        let first = text.split(',').next()?.trim().parse::<usize>().ok()?;
        (first > 0).then_some(first)
    };
    TOLD.iter().find_map(number)
}

/// Starts the threads that work is done on by default: fewer than there are processors where a limit (`ulimit -v`, `-u`) or a job's
/// share of the machine (`OMP_NUM_THREADS`, `SLURM_CPUS_PER_TASK`, several ranks on its processors) says so.
///
/// # Errors
/// [`Error::BadOption`] where not even this thread can work.
pub fn start_threads() -> Result<()> {
    use rayon::ThreadPoolBuilder;
    let fit = crate::memory::address_space().map(|left| (left / THREAD_SPACE).max(1) as usize);
    let usual = std::thread::available_parallelism().map_or(1, |n| n.get());
    // All ranks ask, whatever the environment of each says.
    let ranks = super::ranks::on_these_processors()?;
    let most = match told() {
        Some(told) => told.min(usual),
        None if std::env::var_os(OWN).is_some() => usual,
        None => (usual / ranks).max(1),
    };
    let limited = Some(fit.map_or(most, |fit| fit.min(most))).filter(|n| *n < usual);
    let builder = || match limited {
        Some(threads) => ThreadPoolBuilder::new().num_threads(threads),
        None => ThreadPoolBuilder::new(),
    };
    // The program's own threads are asked for once only: whether they can be had is tried first.
    let started = match builder().build() {
        Ok(_) => builder().build_global(),
        Err(_) => ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build_global(),
    };
    started.map_err(|error| {
        let problem = format!("the system does not start any ({error})");
        Error::bad_option(
            "threads",
            problem,
            "raise the limits (`ulimit -u`, `ulimit -v`)",
        )
    })
}
