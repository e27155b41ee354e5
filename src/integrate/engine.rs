//! What an integrator is: of blocks of a table, or of bands that can be evaluated anywhere.

use super::{BandContext, Block, EnergyAxis, Request, Spectrum, SurfaceIntegral};
use crate::bands::{Interpolation, Interpolator};
use crate::crystal::KGrid;
use crate::error::{Error, Result};
use std::ops::Range;

/// The energies of interest.
#[derive(Clone, Debug)]
pub enum Target {
    /// Exactly one energy, eV.
    At(f64),
    /// A spectrum.
    Bins(EnergyAxis),
}

/// Exact sums over one slab, in multiples of the engine's quantum. Entries: for [`Target::At`] the channels (δ-weighted, in
/// units of 1/band width), then the cells that are occupied, flat at the energy, and tied to it; for [`Target::Bins`] `[edge][channel]` cumulative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlabSums {
    /// On the full grid.
    pub fine: Vec<i128>,
    /// On the stride-2 subgrid.
    pub coarse: Vec<i128>,
}

/// Cells of one slab in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// First planes of the cells.
    pub cells: Range<usize>,
    /// Whether these are the slab's last cells.
    pub ends_slab: bool,
}

/// An integrator of blocks: the CPU, a GPU.
pub trait Engine {
    /// What it is, for reports ("cpu", "gpu").
    fn backend(&self) -> &'static str;
    /// Adapter or processor.
    fn adapter(&self) -> String;
    /// How it refines interpolated bands, for an integrator that does so, and does not work on blocks of a table.
    fn refining(&mut self) -> Option<&mut dyn Refines> {
        None
    }
    /// Starts a band.
    ///
    /// # Errors
    /// Where the device fails.
    fn begin_band(&mut self, context: &BandContext, target: &Target) -> Result<()>;
    /// Adds the cells of `parts`, which follow each other in the block, of the full grid and of the subgrid, and gives back the
    /// sums of every slab that ends with one of them.
    ///
    /// # Errors
    /// Where the device fails.
    fn add_block(&mut self, block: &Block, parts: &[Part]) -> Result<Vec<SlabSums>>;
    /// Value of one quantum of the current band's sums.
    fn quantum(&self) -> f64;
    /// Bytes that one plane of `points` may take in a block are `8·points`; the most planes of a block, if limited.
    fn max_block_points(&self) -> usize;
    /// Whether the engine takes a band in memory as one block that holds all its planes, without halo.
    fn reads_in_place(&self) -> bool {
        false
    }
    /// Whether it evaluates bands at one energy itself, and only near it ([`Engine::add_slab`]).
    fn evaluates(&self) -> bool {
        false
    }
    /// As [`Engine::add_block`] of all cells of a slab, for the current band of `bands` on the points of `grid`.
    ///
    /// # Errors
    /// Where the bands cannot be evaluated, and for an engine that does not evaluate bands.
    fn add_slab(
        &mut self,
        _bands: &dyn Interpolator,
        _grid: &KGrid,
        _planes: Range<usize>,
    ) -> Result<SlabSums> {
        Err(Error::Internal(format!(
            "{} does not evaluate bands",
            self.backend()
        )))
    }
    /// Whether spectra may be integrated over one of each set of cells that are images of each other.
    fn folds(&self) -> bool {
        false
    }
}

/// An integrator that chooses the k-points itself, of bands that can be evaluated anywhere.
pub trait Refines {
    /// Makes the tolerance of what is asked from now on so many times the given one; 1 makes it the given one again.
    fn loosen(&mut self, factor: f64);
    /// As [`super::driver::surface`], of `bands`.
    ///
    /// # Errors
    /// As [`super::driver::surface`].
    fn surface(
        &mut self,
        bands: Interpolation,
        request: &Request,
        energy_ev: f64,
    ) -> Result<SurfaceIntegral>;
    /// As [`super::driver::spectrum`], of `bands`.
    ///
    /// # Errors
    /// As [`super::driver::spectrum`].
    fn spectrum(
        &mut self,
        bands: Interpolation,
        request: &Request,
        axis: &EnergyAxis,
    ) -> Result<Spectrum>;
    /// [`Refines::surface`] of a rival, whose difference is wanted to a lesser precision.
    ///
    /// # Errors
    /// As [`super::driver::surface`].
    fn rival_surface(
        &self,
        rival: &dyn Interpolator,
        request: &Request,
        energy_ev: f64,
    ) -> Result<SurfaceIntegral>;
    /// [`Refines::spectrum`] of a rival, likewise.
    ///
    /// # Errors
    /// As [`super::driver::spectrum`].
    fn rival_spectrum(
        &self,
        rival: &dyn Interpolator,
        request: &Request,
        axis: &EnergyAxis,
    ) -> Result<Spectrum>;
}
