//! Processes that `mpirun` (or `srun`) started, as ranks.

use crate::error::{Error, Result};
use crate::integrate::ledger::Communicator;
use mpi::datatype::PartitionMut;
use mpi::environment::Universe;
use mpi::ffi;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives as _};
use mpi::{Count, Threading};
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All processes of `MPI_COMM_WORLD`.
pub struct World {
    all: Mutex<Calls>,
    rank: usize,
    ranks: usize,
}

/// What MPI is called with, by one thread at a time.
struct Calls {
    world: SimpleCommunicator,
    /// The shared count, in the memory of rank 0, which the others reach into.
    window: ffi::MPI_Win,
    /// Ends MPI when all else is gone.
    _universe: Universe,
}

// SAFETY: MPI was started for calls by any thread, one at a time, which the lock around it sees to.
unsafe impl Send for Calls {}

impl World {
    /// Starts MPI.
    ///
    /// # Errors
    /// [`Error::BadOption`] where it does not start.
    pub fn start() -> Result<Self> {
        let refused = |problem: &str| {
            Error::bad_option("MPI", problem, "start bzint with the `mpirun` of this MPI")
        };
        let (universe, threading) = mpi::initialize_with_threading(Threading::Serialized)
            .ok_or_else(|| refused("it was started before"))?;
        if threading < Threading::Serialized {
            return Err(refused("it can be called by one thread only"));
        }
        let world = universe.world();
        let (rank, ranks) = (world.rank() as usize, world.size() as usize);
        let mut window = std::mem::MaybeUninit::uninit();
        let mut count: *mut u64 = std::ptr::null_mut();
        let bytes = if rank == 0 { size_of::<u64>() } else { 0 };
        // SAFETY: all ranks create the window together; the one that has the count writes it before any other may reach into it.
        let window = unsafe {
            succeeded(ffi::MPI_Win_allocate(
                bytes as ffi::MPI_Aint,
                size_of::<u64>() as i32,
                ffi::RSMPI_INFO_NULL,
                ffi::RSMPI_COMM_WORLD,
                (&raw mut count).cast::<c_void>(),
                window.as_mut_ptr(),
            ))?;
            let window = window.assume_init();
            if rank == 0 {
                count.write(0);
            }
            world.barrier();
            succeeded(ffi::MPI_Win_lock_all(0, window))?;
            window
        };
        let all = Calls {
            world,
            window,
            _universe: universe,
        };
        Ok(Self {
            all: Mutex::new(all),
            rank,
            ranks,
        })
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Communicator for World {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn machine(&self) -> String {
        // Where MPI does not know, all are on one.
        mpi::environment::processor_name().unwrap_or_default()
    }

    fn next(&self) -> Result<u64> {
        let calls = self.calls();
        let (one, mut count) = (1u64, 0u64);
        // SAFETY: both numbers live until the count has come, which the flush waits for.
        unsafe {
            succeeded(ffi::MPI_Fetch_and_op(
                (&raw const one).cast::<c_void>(),
                (&raw mut count).cast::<c_void>(),
                ffi::RSMPI_UINT64_T,
                0,
                0,
                ffi::RSMPI_SUM,
                calls.window,
            ))?;
            succeeded(ffi::MPI_Win_flush(0, calls.window))?;
        }
        Ok(count)
    }

    fn gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        let calls = self.calls();
        let mut lengths = vec![0u64; self.ranks];
        (calls.world).all_gather_into(&(mine.len() as u64), &mut lengths[..]);
        // MPI counts in 32 bits, of all ranks together.
        let all: u64 = lengths.iter().sum();
        if all > Count::MAX as u64 {
            return Err(Error::OutOfMemory {
                what: "what ranks tell each other".into(),
                needed_mib: all >> 20,
                available_mib: (Count::MAX as u64) >> 20,
                remedy: "use fewer energy bins, or parts (`--part`)".into(),
            });
        }
        let counts: Vec<Count> = lengths.iter().map(|length| *length as Count).collect();
        let starts = counts.iter().scan(0, |next, count| {
            let start = *next;
            *next += count;
            Some(start)
        });
        let starts: Vec<Count> = starts.collect();
        let mut bytes = vec![0u8; all as usize];
        let mut parts = PartitionMut::new(&mut bytes[..], &counts[..], &starts[..]);
        calls.world.all_gather_varcount_into(mine, &mut parts);
        let mut left = &bytes[..];
        let of_rank = |length: &u64| {
            let (own, rest) = left.split_at(*length as usize);
            left = rest;
            own.to_vec()
        };
        Ok(lengths.iter().map(of_rank).collect())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let calls = self.all.get_mut().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: all ranks end their access together, and nothing uses the window after.
        unsafe {
            ffi::MPI_Win_unlock_all(calls.window);
            ffi::MPI_Win_free(&mut calls.window);
        }
    }
}

/// MPI ends all processes where something fails, unless it was told otherwise.
fn succeeded(code: i32) -> Result<()> {
    match code as u32 {
        ffi::MPI_SUCCESS => Ok(()),
        _ => Err(Error::Internal(format!("MPI reports error {code}"))),
    }
}
