//! How energies and velocities come to be at k-points that a file does not hold.

mod extremes;
mod fourier;
mod fourier_series;
mod gradients;
mod hermitian;
mod interpolated;
pub mod isospectral;
mod matthiessen;
mod mean_free_path;
mod nodes;
mod series;
mod series_box;
mod shifted;
mod spline;
mod spline_axis;
mod spline_box;
mod wannier;

pub use crate::bands::{BandGroup, BoxBand, Derivatives, Interpolator, KBox, Sought};
pub use fourier::FourierBands;
pub use fourier_series::FourierSeries;
pub use interpolated::InterpolatedBands;
pub use isospectral::{IsospectralBands, IsospectralGrid};
pub use matthiessen::MatthiessenBands;
pub use mean_free_path::{MeanFreePathBands, MeanFreePathSeries};
pub use series::Conditions;
pub use shifted::ShiftedBands;
pub use wannier::{WannierBands, WannierGrid};
