//! What work items came to, so that nothing is summed twice: a calculation that was stopped goes on where it was, and one that was divided
//! is put together.
//!
//! A command is deterministic: run again, it makes the same plans in the same order. So it is taken up, or put together, by *running it
//! again* with a ledger in which the sums of finished items are found. Sums are integers: found or made, in whatever company, they add up
//! to the same bits.
//!
//! Every plan has an account, known by what the plan is (a hash of the bands' extremes, the energies and the channels) and by how many like it came before.
//! An account holds partial sums with the items that are in them. In a part of a divided calculation, the items of results are dealt out,
//! and each part runs its own; what the rest of a plan depends on (a search for the Fermi level, a first look, the levels of a refinement)
//! every part runs as a whole. A plan whose items are not all there has no result: it is *left open*, and what asked for it stops with
//! [`crate::Error::PartDone`] as soon as nothing else can be done without it.
//!
//! In rounds, parts share out the levels of a refinement as well: each stops where it needs what others have, and goes on when it is run
//! again with what all of them have done ([`Ledger::in_rounds`]).
//!
//! Processes that can speak to each other share out the items of every plan, and of the rounds of a search, as they finish ([`Ranks`]).

mod account;
pub(super) mod bytes;
pub(super) mod fingerprint;
pub mod jobs;
mod join;
mod ranks;
mod sharing;
mod store;
mod threads;

pub use account::{Account, Keeping};
pub use join::join;
pub use ranks::{Communicator, Ranks};
pub use store::{Accounts, Columns, Division, ItemTime, Kept, Key, Ledger, Name, Partial, Save};
pub use threads::in_threads;
