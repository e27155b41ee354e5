//! Refinement in the place of an integrator: the same requests, the same results.

use super::{Refined, Refinement, Refiner};
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::integrate::{
    BandContext, Block, EnergyAxis, Engine, Part, Request, SlabSums, Spectrum, SurfaceIntegral,
    Target,
};
use crate::sampler::{Interpolator, address};

/// Tolerance for a rival interpolation over that of the own one, and the largest: true errors are several times below it.
const RIVAL_TOLERANCE: f64 = 3.0;
const MOST_TOLERANCE: f64 = 0.5;

/// Answers whole requests by refinement on the CPU; blocks of a table are not its business.
pub struct RefiningEngine<'a> {
    refiner: Refiner<'a>,
    last: Option<Refined>,
}

impl<'a> RefiningEngine<'a> {
    /// Around a refiner.
    pub fn new(refiner: Refiner<'a>) -> Self {
        Self {
            refiner,
            last: None,
        }
    }

    /// Of another interpolation, whose difference from this one is wanted to a lesser precision.
    fn of_rival<'b>(&self, rival: &'b dyn Interpolator) -> Result<Refiner<'b>> {
        let own = self.refiner.refinement;
        let tolerance = (RIVAL_TOLERANCE * own.tolerance).min(MOST_TOLERANCE);
        Refiner::new(rival, Refinement { tolerance, ..own })
    }

    /// What the last integration took.
    pub fn last(&self) -> Option<&Refined> {
        self.last.as_ref()
    }
}

fn no_blocks() -> Error {
    Error::Internal("refinement was given a block of a table".into())
}

impl Engine for RefiningEngine<'_> {
    fn backend(&self) -> &'static str {
        "cpu"
    }

    fn adapter(&self) -> String {
        super::super::cpu::threads()
    }

    fn check(&self, source: &dyn BandSource) -> Result<()> {
        if source.interpolation() == Some(address(self.refiner.interpolator)) {
            return Ok(());
        }
        Err(Error::Internal(
            "refinement was made for other bands than it is asked about".into(),
        ))
    }

    fn surface(&mut self, request: &Request, energy_ev: f64) -> Option<Result<SurfaceIntegral>> {
        let result = self.refiner.surface(request, energy_ev);
        Some(result.map(|(integral, refined)| {
            self.last = Some(refined);
            integral
        }))
    }

    fn spectrum(&mut self, request: &Request, axis: &EnergyAxis) -> Option<Result<Spectrum>> {
        let result = self.refiner.spectrum(request, axis);
        Some(result.map(|(spectrum, refined)| {
            self.last = Some(refined);
            spectrum
        }))
    }

    fn rival_surface(
        &mut self,
        request: &Request,
        energy_ev: f64,
    ) -> Option<Result<SurfaceIntegral>> {
        let rival = self.refiner.interpolator.rival()?;
        let result = self
            .of_rival(&*rival)
            .and_then(|r| r.surface(request, energy_ev));
        Some(result.map(|(integral, _)| integral))
    }

    fn rival_spectrum(&mut self, request: &Request, axis: &EnergyAxis) -> Option<Result<Spectrum>> {
        let rival = self.refiner.interpolator.rival()?;
        let result = self
            .of_rival(&*rival)
            .and_then(|r| r.spectrum(request, axis));
        Some(result.map(|(spectrum, _)| spectrum))
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
