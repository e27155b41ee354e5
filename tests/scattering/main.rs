//! Relaxation times: mechanisms, lifetimes, mean free paths.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/gpu.rs"]
mod shared_gpu;

mod layers_scattering;
mod lifetimes;
mod mean_free_path;
mod scattering;
mod screening;
