//! CPU twins of the shaders: same names, same order, line against line, generic over the arithmetic.
//!
//! At `f64` a kernel is the reference; at `f32`, with fixed-point energies, it does what the GPU does and shows what
//! rounding alone may change. The units of energies, velocities and lifetimes are those of [`crate::integrate`]'s
//! `BandContext`: every channel value is at most 1.

pub mod channels;
pub mod curvature;
pub mod error_function;
pub mod fermi_surface;
pub mod fixed_point;
pub mod lanes;
pub mod layout;
pub mod real;
pub mod scan;
pub mod simd;
pub mod smearing;
pub mod spectrum;
pub mod tetrahedron;
pub mod velocity;

pub use real::{LevelScale, Real, Threshold};
