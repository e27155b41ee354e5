//! The threads that work is done on.

use crate::error::{Error, Result};
pub use crate::workflow::on_threads;

/// Address space that a thread takes with its stack and its heap, bytes.
const THREAD_SPACE: u64 = 128 << 20;

/// Starts the threads that work is done on by default: fewer than there are processors where a limit (`ulimit -v`, `-u`) says so.
///
/// # Errors
/// [`Error::BadOption`] where not even this thread can work.
pub fn start_threads() -> Result<()> {
    use rayon::ThreadPoolBuilder;
    let fit = crate::memory::address_space().map(|left| (left / THREAD_SPACE).max(1) as usize);
    let usual = std::thread::available_parallelism().map_or(1, |n| n.get());
    let limited = fit.filter(|fit| *fit < usual);
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
