//! Every engine against the reference, and the shaders against their twins.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/gpu.rs"]
mod shared_gpu;

mod agreement;
mod conformance;
mod device;
mod gpu_layout;
mod shaders;
