//! Relaxation times: mechanisms, lifetimes, mean free paths.

#[path = "../common/mod.rs"]
mod common;

mod layers_scattering;
mod lifetimes;
mod mean_free_path;
mod scattering;
mod screening;
