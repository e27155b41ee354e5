//! Phonons, drag, elastic waves and superconductors: exact values, files of other programs, wrong input.

#[path = "../common/mod.rs"]
mod common;

mod bad_phonons;
mod commands;
mod drag;
mod elastic;
mod files;
mod lattice_energy;
mod models;
mod superconductors;
