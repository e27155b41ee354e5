//! How excitations are occupied.

pub mod bose;
