//! What crossings do to a spectrum.

use super::kinks::{Kinks, Sums, some_rows};
use super::{
    CrossingEffect, Differences, cells_looked_at, differences, each_block, near, with_order,
};
use crate::bands::BandSource;
use crate::error::Result;
use crate::integrate::{BandContext, Channel, Replica, Request, Spectrum};
use crate::uncertainty::Cause;

/// Runs of planes that are looked at on a grid too large to look at all: with half as many, crossings that lie almost in a plane
/// were found half as often again as they are.
const RUNS: usize = 32;

/// Cells of a band that are looked at, about: of 256 points an axis one row in 64. What a bin's change loses in precision is
/// little beside what it is an estimate of.
const CELLS: usize = 1 << 18;

/// What crossings do to a spectrum.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectrumCrossings {
    /// Change of [`Spectrum::cumulative`] by following bands through their crossings, `[spin][channel][edge]`, in the channel's
    /// unit, counted from the first edge. States do not change.
    pub change: Vec<f64>,
    /// States of each bin whose velocity, or inverse mass where it is integrated, comes from a central difference across a
    /// crossing, all spins, per cell.
    pub across: Vec<f64>,
}

impl SpectrumCrossings {
    /// Makes the change another reading of the spectrum, so that it enters the bars; a spectrum without crossings stays as it is.
    pub fn widen(&self, spectrum: &mut Spectrum) {
        if self.change.iter().any(|x| *x != 0.0) {
            spectrum.replicas.push(Replica {
                cause: Cause::Crossings,
                change: self.change.clone(),
            });
        }
    }

    /// The share of the states and of v² that crossings have to do with, energies (eV) counting as `relevance` says. `spectrum`
    /// is the one that was asked about.
    pub fn effect(&self, spectrum: &Spectrum, relevance: impl Fn(f64) -> f64) -> CrossingEffect {
        let product = |i: usize| match spectrum.channels {
            set if set.has_lifetimes() => Channel::LifetimeProduct(i, i),
            _ => Channel::VelocityProduct(i, i),
        };
        let edges = spectrum.axis.bins() + 1;
        let width = spectrum.channels.width();
        let all = |of: &[f64], channel: Channel| -> Vec<f64> {
            let mut bins = vec![0.0; spectrum.axis.bins()];
            for spin in 0..spectrum.n_spin {
                let Some(c) = channel.index(spectrum.channels) else {
                    continue;
                };
                let row = &of[(spin * width + c) * edges..][..edges];
                for (bin, w) in bins.iter_mut().zip(row.windows(2)) {
                    *bin += w[1] - w[0];
                }
            }
            bins
        };
        let trace = |of: &[f64]| -> Vec<f64> {
            let [x, y, z] = [0, 1, 2].map(|i| all(of, product(i)));
            (0..x.len()).map(|k| x[k] + y[k] + z[k]).collect()
        };
        let weights: Vec<f64> = spectrum.axis.centres().into_iter().map(relevance).collect();
        let sum = |of: &[f64]| -> f64 { of.iter().zip(&weights).map(|(x, w)| x.abs() * w).sum() };
        let over = |x: f64, y: f64| if y > 0.0 { x / y } else { 0.0 };
        let states = all(&spectrum.cumulative, Channel::States);
        CrossingEffect {
            share: over(sum(&self.across), sum(&states)),
            effect: over(sum(&trace(&self.change)), sum(&trace(&spectrum.cumulative))),
            touching: None,
        }
    }
}

/// Looks for crossings near the energies of `spectrum`, which `request` gave: in the table itself where `source` interpolates
/// one. None where velocities come from the file: they have no kinks.
///
/// # Errors
/// Where the bands cannot be read.
pub fn in_spectrum(
    source: &dyn BandSource,
    request: &Request,
    spectrum: &Spectrum,
) -> Result<Option<SpectrumCrossings>> {
    let Some(Differences { source, order }) = differences(source, request) else {
        return Ok(None);
    };
    let (source, request) = (&*source, &with_order(request, order));
    let header = source.header();
    let (set, axis) = (spectrum.channels, &spectrum.axis);
    let (width, bins, edges) = (set.width(), axis.bins(), axis.bins() + 1);
    let reach = order / 2;
    let thinning = cells_looked_at(header.k_grid.n, reach + 2, RUNS).div_ceil(CELLS);
    let window = (axis.first(), axis.last());
    let mut found = SpectrumCrossings {
        change: vec![0.0; spectrum.cumulative.len()],
        across: vec![0.0; bins],
    };
    for spin in 0..header.n_spin() {
        let all = &source.statistics()[spin * header.n_band..][..header.n_band];
        let meet = |pair: usize| {
            pair + 1 < header.n_band && near(&all[pair], &all[pair + 1], window, reach)
        };
        let mut sums = Sums::zeros(axis, width);
        for band in 0..header.n_band {
            let s = &all[band];
            let inside = s.energy_min < window.1 && window.0 < s.energy_max;
            let below = band > 0 && meet(band - 1);
            if !inside || !(below || meet(band)) {
                continue;
            }
            let stack = band - usize::from(below)..band + 1 + usize::from(meet(band));
            let context = BandContext::new(header, s, request, spin, band);
            let mut own = Sums::zeros(axis, width);
            let mut cells = 0;
            let lifetimes = set.has_lifetimes();
            each_block(source, spin, stack, reach + 2, RUNS, lifetimes, |stack| {
                let rows = some_rows(stack.of(band), thinning);
                let kinks = Kinks::find(stack, &context, order, set, window, &rows);
                kinks.integrate(stack, &context, axis, &rows, &mut own);
                cells += rows.len() * header.k_grid.n[2];
            })?;
            // As a share of the rows looked at, so that leaving out some changes nothing on average.
            sums.add(&own, spectrum.spin_degeneracy / (cells as f64).max(1.0));
        }
        for k in 0..bins {
            found.across[k] += sums.across[k];
            for c in 0..width {
                let at = (spin * width + c) * edges + k;
                found.change[at + 1] = found.change[at] + sums.change[k * width + c];
            }
        }
    }
    Ok(Some(found))
}

/// Looks for crossings near the energies of a spectrum and makes what they change another reading of it. Gives their share and
/// effect, energies (eV) counting as `relevance` says.
///
/// # Errors
/// As [`in_spectrum`].
pub fn widen(
    source: &dyn BandSource,
    request: &Request,
    spectrum: &mut Spectrum,
    relevance: impl Fn(f64) -> f64,
) -> Result<Option<CrossingEffect>> {
    let found = in_spectrum(source, request, spectrum)?;
    Ok(found.map(|found| {
        found.widen(spectrum);
        found.effect(spectrum, relevance)
    }))
}
