//! How energies and velocities come to be at k-points that a file does not hold.

mod fourier;
mod series;

pub use fourier::FourierBands;
