//! A first look at the states around a gap or the Fermi level, which tells where the chemical potentials of dopings lie.

use crate::bands::BandSource;
use crate::error::Result;
use crate::integrate::{Channels, Engine, Request, spectrum};
use crate::transport::{AxisPlan, Extent, TransportDistribution};

/// How far beyond the gap or the Fermi level it goes, eV.
pub const FIRST_LOOK_EV: f64 = 6.0;
/// How near to a gap's edges or the Fermi level dopings are expected, eV, and how much errors matter there: a few per cent of the carriers
/// are a small part of k_BT.
const NEAR_EV: f64 = 1.0;
const RELEVANCE: f64 = 0.03;
/// Tolerance of refinement over the given one.
const LOOSER: f64 = 5.0;

/// The states with the wide bins of `plan`, divided into electrons and holes at `split_ev`.
///
/// # Errors
/// Those of [`spectrum`].
pub fn first_look(
    source: &dyn BandSource,
    plan: &AxisPlan,
    split_ev: f64,
    extent: Option<&Extent>,
    request: &Request,
    engine: &mut dyn Engine,
) -> Result<TransportDistribution> {
    let near = |e: f64| {
        let distance = plan.gap_edges_ev.iter().map(|edge| (e - edge).abs());
        let is_near = distance.fold(f64::INFINITY, f64::min) < NEAR_EV;
        if is_near { RELEVANCE } else { 0.0 }
    };
    let request = Request {
        channels: Channels::Basic,
        relevance: Some(&near),
        directions: &[],
        ..*request
    };
    let axis = plan.axis()?;
    let loosen = |factor: f64, engine: &mut dyn Engine| {
        if let Some(refining) = engine.refining() {
            refining.loosen(factor);
        }
    };
    loosen(LOOSER, engine);
    let states = spectrum(source, &request, &axis, engine);
    loosen(1.0, engine);
    let distribution = TransportDistribution::new(source.header(), &states?, split_ev)?;
    Ok(match extent {
        Some(extent) => distribution.with_extent(extent),
        None => distribution,
    })
}
