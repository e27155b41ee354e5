//! Beyond one process: a calculation that is divided into parts and put together again, or stopped and taken up.
//!
//! Both are one idea, a file of the sums of work items (see [`crate::integrate::ledger`]). A checkpoint is such a file, written from time to
//! time; a part is one that holds the items dealt out to it; what puts parts together runs the command once more, and finds all sums in them.
//! Processes that can speak to each other need no files: `mpirun` (feature `mpi`) makes them ranks of one Ledger.
//!
//! ```text
//! bands, options ──▶ Calculation ──▶ Work (a Ledger, and where it is saved) ──▶ the command runs ──▶ its result, or a part's file
//!                                      ▲
//! files of parts ──▶ Merged ───────────┘
//! ```

mod accounts;
mod calculation;
mod content;
mod merge;
#[cfg(feature = "mpi")]
mod mpi;
mod work;

pub use calculation::Calculation;
pub use content::{of_file, of_files, of_hamiltonian, of_phonons, of_table};
pub use merge::Merged;
#[cfg(feature = "mpi")]
pub use mpi::World;
pub use work::{Checkpoint, Share, Work};
