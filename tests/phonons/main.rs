//! Phonons, drag, elastic waves and superconductors: exact values, files of other programs, wrong input.

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/phonon_samples.rs"]
mod phonon_samples;
#[path = "../support/samples.rs"]
mod samples;

mod bad_phonons;
mod commands;
mod drag;
mod elastic;
mod files;
mod formats;
mod lattice_energy;
mod models;
mod superconductors;
