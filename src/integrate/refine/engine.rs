//! Refinement in the place of an integrator: the same requests, the same results.

use super::{Refined, Refinement, Refiner, Roots};
use crate::bands::{Interpolation, Interpolator};
use crate::error::{Error, Result};
use crate::integrate::{
    BandContext, Block, EnergyAxis, Engine, Part, Refines, Request, SlabSums, Spectrum,
    SurfaceIntegral, Target,
};
use std::sync::Arc;

/// Tolerance for a rival interpolation over that of the own one, and the largest: true errors are several times below it.
const RIVAL_TOLERANCE: f64 = 3.0;
const MOST_TOLERANCE: f64 = 0.5;

/// Answers whole requests by refinement on the CPU, of whatever bands it is asked about; blocks of a table are not its business.
pub struct RefiningEngine {
    refinement: Refinement,
    /// How many times its tolerance is taken.
    looser: f64,
    /// What was found out about the bands that it was asked about last, by their number.
    known: Option<(u64, Arc<Roots>)>,
    last: Option<Refined>,
}

impl RefiningEngine {
    /// That refines so far.
    pub fn new(refinement: Refinement) -> Self {
        Self {
            refinement,
            looser: 1.0,
            known: None,
            last: None,
        }
    }

    /// What the last integration took.
    pub fn last(&self) -> Option<&Refined> {
        self.last.as_ref()
    }

    /// The refinement with `factor` times the tolerance.
    fn looser(&self, factor: f64) -> Refinement {
        let tolerance = self.refinement.tolerance;
        Refinement {
            tolerance: (factor * tolerance).min(MOST_TOLERANCE).max(tolerance),
            ..self.refinement
        }
    }

    fn refiner<'b>(&mut self, of: Interpolation<'b>) -> Result<Refiner<'b>> {
        let refinement = self.looser(self.looser);
        if let Some((number, roots)) = &self.known
            && *number == of.number
        {
            return Ok(Refiner::again(of.bands, refinement, roots.clone()));
        }
        let refiner = Refiner::new(of.bands, refinement)?;
        self.known = Some((of.number, refiner.roots.clone()));
        Ok(refiner)
    }

    fn rival<'b>(&self, rival: &'b dyn Interpolator) -> Result<Refiner<'b>> {
        Refiner::new(rival, self.looser(RIVAL_TOLERANCE * self.looser))
    }
}

impl Refines for RefiningEngine {
    fn loosen(&mut self, factor: f64) {
        self.looser = factor;
    }

    fn surface(
        &mut self,
        bands: Interpolation,
        request: &Request,
        energy_ev: f64,
    ) -> Result<SurfaceIntegral> {
        let (integral, refined) = self.refiner(bands)?.surface(request, energy_ev)?;
        self.last = Some(refined);
        Ok(integral)
    }

    fn spectrum(
        &mut self,
        bands: Interpolation,
        request: &Request,
        axis: &EnergyAxis,
    ) -> Result<Spectrum> {
        let (spectrum, refined) = self.refiner(bands)?.spectrum(request, axis)?;
        self.last = Some(refined);
        Ok(spectrum)
    }

    fn rival_surface(
        &self,
        rival: &dyn Interpolator,
        request: &Request,
        energy_ev: f64,
    ) -> Result<SurfaceIntegral> {
        let found = self.rival(rival)?.surface(request, energy_ev)?;
        Ok(found.0)
    }

    fn rival_spectrum(
        &self,
        rival: &dyn Interpolator,
        request: &Request,
        axis: &EnergyAxis,
    ) -> Result<Spectrum> {
        Ok(self.rival(rival)?.spectrum(request, axis)?.0)
    }
}

fn no_blocks() -> Error {
    Error::Internal("refinement was given a block of a table".into())
}

impl Engine for RefiningEngine {
    fn backend(&self) -> &'static str {
        "cpu"
    }

    fn adapter(&self) -> String {
        super::super::cpu::threads()
    }

    fn refining(&mut self) -> Option<&mut dyn Refines> {
        Some(self)
    }

    fn begin_band(&mut self, _: &BandContext, _: &Target) -> Result<()> {
        Err(no_blocks())
    }

    fn add_block(&mut self, _: &Block, _: &[Part]) -> Result<Vec<SlabSums>> {
        Err(no_blocks())
    }

    fn quantum(&self) -> f64 {
        1.0
    }

    fn max_block_points(&self) -> usize {
        usize::MAX
    }
}
