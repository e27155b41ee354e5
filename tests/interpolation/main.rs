//! What an interpolation leaves open: series, velocities, crossings, Hamiltonians.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/wannier.rs"]
mod wannier;

mod crossing_spectra;
mod crossings;
mod crossings_cli;
mod folded;
mod interpolation;
mod isospectral;
mod measure;
mod rival;
mod touching;
mod velocity_fit;
mod wannier_series;
