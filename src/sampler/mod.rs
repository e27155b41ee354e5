//! How energies and velocities come to be at k-points that a file does not hold.

mod fourier;
mod interpolator;
mod series;
mod wannier;

pub use fourier::FourierBands;
pub use interpolator::{BandGroup, BoxBand, Derivatives, Interpolator, KBox};
pub use wannier::{WannierBands, WannierGrid};
