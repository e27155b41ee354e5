//! `bzint` turns band energies tabulated on a k-grid into transport tensors, on the CPU or a GPU, with an error bar on
//! every number.
#![warn(missing_docs)]

pub mod bands;
pub mod crystal;
pub mod error;
pub mod gpu;
pub mod integrate;
pub mod io;
pub mod kernel;
pub mod units;

pub use error::{Error, Result};
