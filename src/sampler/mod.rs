//! How energies and velocities come to be at k-points that a file does not hold.

mod fourier;
mod roughness;

pub use fourier::FourierBands;
