//! Output files, streams and faults of the machine.

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/samples.rs"]
mod samples;

mod faults;
mod field_streams;
mod out_of_memory;
