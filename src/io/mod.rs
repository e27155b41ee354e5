//! File formats, one file each: readers give a [`BandSource`](crate::bands::BandSource), writers take bands or results.

pub mod bxsf;
mod dimension_scale;
pub mod hdf5;
pub mod qe;
pub mod results;
