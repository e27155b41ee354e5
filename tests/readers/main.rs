//! Every format that is read, by files of each kind; the native files are written, read again and opened by other programs.

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/hdf5_examples.rs"]
mod examples;
#[path = "../support/samples.rs"]
mod samples;
#[path = "../common/wannier.rs"]
mod wannier;

mod bxsf;
mod field_cyclic;
mod field_kgrids;
mod field_readers;
mod formats;
mod hdf5_files;
mod hdf5_interop;
mod magnetic;
mod qe_xml;
mod readers_binary;
mod readers_codes;
mod readers_frmsf;
mod readers_samples;
mod readers_vasp;
mod readers_wannier;
