//! The GPU integrator: the only place that knows wgpu.
//!
//! [`GpuEngine`] streams blocks to the adapter, runs the kernels of `shaders/` on the full grid and on its subgrid, and reads
//! the exact integer sums back once per slab. It is the twin of `CpuEngine::<f32>`: same levels, same arithmetic, same order
//! within a cell. A device that fails gives an error, never numbers: besides wgpu's own reports, every kernel counts the
//! volume of the cells it visited, and sums whose count is not the slab's volume are refused.

mod clock;
mod context;
mod engine;
pub mod layouts;
pub mod pipelines;
mod plan;
mod read_back;
mod sums;

pub use clock::Timings;
pub use context::{DeviceInfo, cards, devices, real_gpu};
pub use engine::GpuEngine;
