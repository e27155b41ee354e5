//! The native files: written, read again, opened by other programs.

#[path = "../support/hdf5_examples.rs"]
mod examples;

mod hdf5_files;
mod hdf5_interop;
