//! Bands on a periodic k-grid: what a file holds ([`BandHeader`]), where energies come from ([`BandSource`]), the grid in
//! memory ([`BandGrid`]), the completion of an irreducible wedge ([`unfold`]), analytic model bands ([`model`]) and the
//! matrix elements of bands that are interpolated ([`WannierHamiltonian`]).

mod cell_box;
pub mod edges;
mod grid;
mod halved;
mod header;
mod interpolator;
pub mod model;
pub mod multiplet;
mod occupation;
mod scissor;
mod source;
mod statistics;
pub mod touching;
pub mod unfold;
mod wannier;

pub use cell_box::CellBox;
pub use grid::BandGrid;
pub use header::{BandHeader, Provenance, SpinTreatment};
pub use interpolator::{
    BandGroup, BoxBand, Derivatives, Interpolation, Interpolator, KBox, Sought,
};
pub use occupation::GapSplit;
pub(crate) use occupation::{count_by_level, ranges};
pub use scissor::{Scissor, ScissorBands};
pub use source::{BandSource, Field};
pub use statistics::{BandStatistics, StatisticsBuilder};
pub(crate) use statistics::{MOST_EV, largest_difference, steps_in_plane};
pub use wannier::WannierHamiltonian;
