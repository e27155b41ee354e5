//! Every format that is read, by files of each kind.

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/samples.rs"]
mod samples;
#[path = "../common/wannier.rs"]
mod wannier;

mod bxsf;
mod field_cyclic;
mod field_kgrids;
mod field_readers;
mod formats;
mod magnetic;
mod qe_xml;
mod readers_binary;
mod readers_codes;
mod readers_frmsf;
mod readers_samples;
mod readers_vasp;
mod readers_wannier;
