//! Surfaces of constant energy, the orbits on them and transport in any magnetic field.

#[path = "../common/mod.rs"]
mod common;

mod browser;
mod commands;

mod fields;
mod in_field;
mod models;
mod on_bands;
mod orbits;
mod real;
mod results;
mod scans;
mod skeaf;
mod strong;
mod times;
