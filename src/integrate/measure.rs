//! The one way from bands and a request to a result with its whole bar.
//!
//! What the grid leaves is only a part of it: on a coarse table most of a bar is what the table does not tell between its points, and what its
//! crossings do to velocities. [`measure`] asks for all of that, in the right order.
//!
//! ```
//! use bzint::bands::BandSource;
//! use bzint::bands::model::{Model, ModelBands};
//! use bzint::crystal::{KGrid, Lattice};
//! use bzint::integrate::cpu::CpuEngine;
//! use bzint::integrate::{At, Channel, Request, measure};
//!
//! # fn main() -> bzint::Result<()> {
//! let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]])?;
//! let model = Model::TightBinding { hopping: 1.0, dimension: 3 };
//! let bands = ModelBands::new(model, lattice, KGrid::gamma([24; 3])?, false)?;
//! let request = Request::for_bands(bands.header());
//! let mut engine = CpuEngine::<f64>::default();
//! let found = measure(&bands, &request, &At(-4.0), &mut engine)?;
//! let (states, bar) = found.result.total(Channel::States);
//! // docs/physics §18, both spins.
//! assert!((states - 2.0 * 0.048382120026138).abs() < bar);
//! # Ok(())
//! # }
//! ```

use super::crossings::{self, CrossingEffect};
use super::rival::{spectrum_with_rival, surface_with_rival};
use super::singular;
use super::{EnergyAxis, Engine, Request, Spectrum, SurfaceIntegral};
use crate::bands::BandSource;
use crate::error::Result;

/// A result whose bars hold what the grid, the interpolation of a table and its crossings leave open.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured<T> {
    /// The integral.
    pub result: T,
    /// What crossings of sorted bands have to do with it; none where velocities have no kinks.
    pub crossings: Option<CrossingEffect>,
}

/// What is asked of the bands.
pub trait Question {
    /// The integral that answers it.
    type Answer;

    /// See [`measure`].
    ///
    /// # Errors
    /// As [`measure`].
    fn ask(
        &self,
        source: &dyn BandSource,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<Measured<Self::Answer>>;
}

/// Every channel at one energy, eV.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At(pub f64);

/// Every channel in the bins of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bins<'a>(pub &'a EnergyAxis);

impl Question for At {
    type Answer = SurfaceIntegral;

    fn ask(
        &self,
        source: &dyn BandSource,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<Measured<SurfaceIntegral>> {
        let mut result = surface_with_rival(source, &request.shared(), self.0, engine)?;
        request.end_part()?;
        let found = crossings::on_surface(source, request, &result)?;
        if let Some(found) = &found {
            found.widen(&mut result);
        }
        let touching = crossings::widen_surface(source, request, &mut result)?;
        crossings::widen_surface_by_multiplets(source, request, &mut result)?;
        singular::mark(source, request, &mut result, engine)?;
        Ok(Measured {
            result,
            crossings: found.map(|found| CrossingEffect {
                touching,
                ..found.summary()
            }),
        })
    }
}

impl Question for Bins<'_> {
    type Answer = Spectrum;

    fn ask(
        &self,
        source: &dyn BandSource,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<Measured<Spectrum>> {
        let mut result = spectrum_with_rival(source, &request.shared(), self.0, engine)?;
        request.end_part()?;
        // Without a relevance every bin is a result of its own.
        let relevance = |e: f64| request.relevance.map_or(1.0, |r| r.at(e));
        let crossings = crossings::widen(source, request, &mut result, relevance)?;
        let touching = crossings::widen_spectrum(source, request, &mut result)?;
        crossings::widen_spectrum_by_multiplets(source, request, &mut result)?;
        let crossings = crossings.map(|found| CrossingEffect { touching, ..found });
        Ok(Measured { result, crossings })
    }
}

/// Answers `question` about `source` with its whole bar.
///
/// # Errors
/// For a request that does not fit the bands, an energy that is not finite, unreadable bands or a failing device;
/// [`crate::Error::PartDone`] where the request's ledger divides the calculation, and this part of it is done.
pub fn measure<Q: Question>(
    source: &dyn BandSource,
    request: &Request,
    question: &Q,
    engine: &mut dyn Engine,
) -> Result<Measured<Q::Answer>> {
    question.ask(source, request, engine)
}
