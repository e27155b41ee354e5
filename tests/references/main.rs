//! Real bands against other programs.

#[path = "../common/mod.rs"]
mod common;

mod doped_silicon;
mod kinked_bars;
mod qe_reference;
mod uniform_bars;
mod wannier_reference;
