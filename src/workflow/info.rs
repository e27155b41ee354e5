//! What bands are, beside their numbers: edges and gap, crossings, what interpolations of the table predict.

use super::held::Held;
use super::open::{Demands, Opened, Preference, open};
use super::opening::{Density, InterpolatorKind, Opening};
use crate::bands::edges::BandEdges;
use crate::bands::{BandSource, GapSplit};
use crate::error::{Error, Result};
use crate::integrate::cpu::CpuEngine;
use crate::integrate::crossings::{CrossingEffect, PairCrossings, in_zone, on_surface};
use crate::integrate::{Channels, Request, Velocities, surface};
use crate::sampler::isospectral::{self, Wanted};

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// What is to be made of the bands first.
    pub opening: Opening,
    /// Whether to say what interpolations of a table predict, too, where none is asked for.
    pub verbose: bool,
}

/// What was found.
pub struct InfoFound {
    /// The bands, as a table.
    pub bands: Box<dyn BandSource>,
    /// Edges and gap; none of a metal.
    pub edges: Option<BandEdges>,
    /// Bands that cross.
    pub crossings: Vec<PairCrossings>,
    /// What crossings do to a metal's Fermi surface.
    pub on_surface: Option<CrossingEffect>,
    /// What interpolations of the table predict, in words; empty where that was not asked.
    pub interpolation: Vec<String>,
}

impl Info {
    /// Looks at the bands.
    ///
    /// # Errors
    /// As [`open`]; [`Error::BadOption`] where refinement is asked for.
    pub fn run(&self, held: Held) -> Result<InfoFound> {
        let asks = self.asks_for_interpolator();
        let mut opening = self.opening.clone();
        if asks {
            // What is not interpolated is taken as it is.
            opening.interpolator = None;
        }
        let demands = Demands {
            method: None,
            check: &|_, _| Ok(()),
            table: None,
            lifetimes: false,
        };
        let bands = match open(held, &opening, Preference::Table, &demands)? {
            Opened::Table(bands) => bands,
            Opened::Refined(..) => return Err(Error::Internal("a table was refined".into())),
        };
        let mut interpolation = Vec::new();
        if asks {
            let found = isospectral::search(&*bands, Wanted::WherePredictedBetter)?;
            interpolation = found.notes;
            interpolation.extend(found.bands.err().filter(|_| interpolation.is_empty()));
        }
        let edges = GapSplit::of(&*bands)
            .map(|split| widened(BandEdges::new(&*bands, &split)?, &*bands))
            .transpose()?;
        let crossings = in_zone(&*bands)?;
        let on_surface = match edges {
            Some(_) => None,
            None => crossings_at_fermi_level(&*bands)?,
        };
        Ok(InfoFound {
            bands,
            edges,
            crossings,
            on_surface,
            interpolation,
        })
    }

    /// Whether it is to be said what interpolations of the table predict: nothing is interpolated here.
    fn asks_for_interpolator(&self) -> bool {
        let opening = &self.opening;
        let dense =
            opening.interpolate.is_some_and(|d| d != Density::AsItIs) || opening.kspacing.is_some();
        match opening.interpolator {
            Some(kind) => kind != InterpolatorKind::Series && !dense,
            None => self.verbose && !dense && opening.tolerance.is_none(),
        }
    }
}

/// Edges with what the rival of `source` says of them, the rival of that, and so on.
fn widened(own: BandEdges, source: &dyn BandSource) -> Result<BandEdges> {
    let Some(rival) = source.rival() else {
        return Ok(own);
    };
    let own = match GapSplit::of(&*rival) {
        Some(split) => own.widened(&BandEdges::new(&*rival, &split)?),
        None => own,
    };
    widened(own, &*rival)
}

/// What crossings do to the Fermi surface of a metal's table; none where nothing crosses the Fermi level.
fn crossings_at_fermi_level(source: &dyn BandSource) -> Result<Option<CrossingEffect>> {
    let header = source.header();
    let crosses = |e: &f64| {
        let mut all = source.statistics().iter();
        all.any(|s| s.energy_min < *e && *e < s.energy_max)
    };
    let Some(energy) = header.fermi_level_ev.filter(crosses) else {
        return Ok(None);
    };
    let request = Request {
        channels: Channels::Basic,
        velocities: Velocities::FiniteDifference(4),
        ..Request::for_bands(header)
    };
    let integral = surface(source, &request, energy, &mut CpuEngine::<f64>::default())?;
    let found = on_surface(source, &request, &integral)?;
    Ok(found.map(|found| found.summary()))
}
