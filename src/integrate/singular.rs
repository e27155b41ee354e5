//! Energies at which the density of states has no limit, as far as a grid tells.
//!
//! At a saddle of a band in two dimensions N(E) = −c ln|E − E₀| + …, and on a grid it is some number that grows with every denser one by
//! what the subgrid's difference does not foresee: the logarithm of the number of points has no h². What gives it away is N on
//! both sides: the distance halved, a logarithm grows by c ln 2 each time and an inverse root by more, while the cusp |E − E₀|^½ of a saddle in three
//! dimensions grows by 0.71 of the time before, a kink by half and a smooth peak by a quarter. Velocities vanish there: no
//! other channel of the Fermi surface is concerned.

use super::driver::surface;
use super::result::BandSurface;
use super::ties::cell_width;
use super::{Channel, Engine, Request, SurfaceIntegral};
use crate::bands::BandSource;
use crate::error::Result;
use crate::uncertainty::{ByCause, Cause};

/// Bars below this share of N(E) are those of energies where it is resolved.
const RESOLVED: f64 = 0.01;
/// How far away N is looked at, in energy widths of a cell: each half of the one before.
const DISTANCES: [f64; 3] = [2.0, 1.0, 0.5];
/// Growth over that of the distance before, and growth from the nearest distance to the energy itself over that of the first one, from which on
/// nothing says that N ends.
const ENDLESS: f64 = 0.5;
const PEAK: f64 = 1.0;
/// Growth over N(E) that is more than noise.
const NOISE: f64 = 0.02;

/// Takes the bar of N(E) away (it is infinite) from bands that have no limit at the energy.
///
/// # Errors
/// Where the bands cannot be integrated.
pub(super) fn mark(
    source: &dyn BandSource,
    request: &Request,
    integral: &mut SurfaceIntegral,
    engine: &mut dyn Engine,
) -> Result<()> {
    let Some(states) = Channel::States.index(request.channels) else {
        return Ok(());
    };
    // A bulk's singularities are cusps, and finite.
    if !source.header().k_grid.n.contains(&1) {
        return Ok(());
    }
    let energy = integral.energy_ev;
    for at in 0..integral.bands.len() {
        let band = &integral.bands[at];
        let doubtful = band.bars[states].total() > RESOLVED * band.values[states];
        let Some(width) = cell_width(source.header(), request, band).filter(|_| doubtful) else {
            continue;
        };
        let around: Vec<f64> = DISTANCES
            .iter()
            .map(|distance| {
                let mut mean = 0.0;
                for side in [-1.0, 1.0] {
                    let there = surface(source, request, energy + side * distance * width, engine)?;
                    let same = |b: &&BandSurface| (b.spin, b.band) == (band.spin, band.band);
                    mean += 0.5
                        * there
                            .bands
                            .iter()
                            .find(same)
                            .map_or(0.0, |b| b.values[states]);
                }
                Ok(mean)
            })
            .collect::<Result<_>>()?;
        let (before, last) = (around[1] - around[0], around[2] - around[1]);
        let grows = before.min(last) > NOISE * band.values[states];
        let here = band.values[states] - around[2];
        if grows && (last > ENDLESS * before && here > 0.0 || here > PEAK * before) {
            integral.bands[at].bars[states] = ByCause::of(Cause::Grid, f64::INFINITY);
        }
    }
    Ok(())
}
