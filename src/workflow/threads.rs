//! A chosen number of threads.

use crate::error::{Error, Result};

/// Runs `work` with the chosen number of threads; none for all.
///
/// # Errors
/// [`Error::BadOption`] where the system does not start so many.
pub fn on_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let Some(threads) = threads else {
        return work();
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| {
            let problem = format!("the system does not start {threads} threads ({error})");
            Error::bad_option("--threads", problem, "give fewer")
        })?;
    pool.install(work)
}
