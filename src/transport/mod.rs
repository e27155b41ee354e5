//! Physics of the integrals: Fermi-surface tensors and densities of states, with units and error bars. No grid and no GPU
//! here, only [`crate::integrate`]'s results.

mod fermi;
mod quantity;
mod relevance;
mod spectra;

pub use fermi::FermiTensors;
pub use quantity::{Scalar, TensorQuantity};
pub use relevance::WindowRelevance;
pub use spectra::DosSpectrum;
