//! Damaged and wrong files: one clear error each, never a panic.

#[path = "../support/binary_samples.rs"]
mod binary_samples;
#[path = "../support/hdf5_examples.rs"]
mod examples;
#[path = "../support/phonon_samples.rs"]
mod phonon_samples;
#[path = "../support/replay.rs"]
mod replay;
#[path = "../support/samples.rs"]
mod samples;

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod field_options;
mod hdf5_bad_files;
mod hdf5_mutations;
mod mutated_files;
