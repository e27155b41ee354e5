//! The GPU against the CPU, and the shaders against their twins.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/gpu.rs"]
mod shared_gpu;

mod gpu_layout;
mod gpu_magneto;
mod gpu_vs_cpu;
mod shaders;
