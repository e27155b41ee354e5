//! What another interpolation of the same table would have given: the part of the bars that no denser k-grid takes away.
//!
//! Between the points of a table its bands are not known. Two interpolations through every energy, both smooth, differ there by
//! about as much as each differs from the truth: measured on aluminium and copper from 16³ points against 32³, the series with
//! Σ (1 + x)²|c|² least is 0.4 to 0.75 of the root-mean-square error away, in every band. Each band's change counts by itself,
//! because those of neighbours that cross are opposite and cancel in sums by accident alone.
//!
//! Where bands meet others, both interpolations round their kinks off alike, and agree with each other before they agree with the
//! truth: what is left then is a multiple of the change (see [`policy::KINKED`]).

use super::{
    Channel, EnergyAxis, Engine, Refines, Replica, Request, Spectrum, SurfaceIntegral, spectrum,
    surface,
};
use crate::bands::touching::{Meeting, meetings};
use crate::bands::{BandSource, Interpolator};
use crate::error::Result;
use crate::progress;
use crate::uncertainty::{Cause, policy};

/// Changes that are kept one by one: those of the bands that change most, and of all the others together.
const MOST: usize = 4;

/// As [`spectrum`], with what another interpolation changes as [`Spectrum::replicas`], where `source` has one.
///
/// # Errors
/// As [`spectrum`].
pub fn spectrum_with_rival(
    source: &dyn BandSource,
    request: &Request,
    axis: &EnergyAxis,
    engine: &mut dyn Engine,
) -> Result<Spectrum> {
    if !source.has_rival() {
        return spectrum(source, request, axis, engine);
    }
    let request = Request {
        by_band: true,
        ..*request
    };
    let mut own = spectrum(source, &request, axis, engine)?;
    let _phase = progress::phase("another interpolation, for the bars", 0);
    let rivals = of_rivals(
        source,
        engine,
        |refining, rival| refining.rival_spectrum(rival, &request, axis),
        |rival, engine| spectrum(rival, &request, axis, engine),
    )?;
    if request.is_left_open() {
        return Ok(own);
    }
    let by_band = std::mem::take(&mut own.by_band);
    for rival in rivals {
        let meetings = meetings_in_table(source)?;
        let edges = own.axis.edges().len();
        let of_band = own.channels.width() * edges;
        let states = Channel::States.index(own.channels);
        // At a band's edge one change of everything at once: its parts belong together, where a doping fixes one of them.
        let at_edges = request.relevance.is_some_and(|r| r.scale_ev() > 0.0);
        let channel = |at: usize| Some(at / edges % own.channels.width());
        let factor = |at: usize| match meetings[at / of_band] {
            Meeting::OnPlanes => policy::KINKED,
            Meeting::Somewhere if !at_edges && channel(at) == states => policy::KINKED,
            Meeting::Somewhere => policy::UNEVEN,
            Meeting::Nowhere => 1.0,
        };
        let changes: Vec<f64> = (by_band.iter().zip(&rival.by_band).enumerate())
            .map(|(at, (own, other))| factor(at) * (other - own))
            .collect();
        keep(&mut own, &changes, |e| {
            request.relevance.map_or(1.0, |r| r.at(e))
        });
    }
    Ok(own)
}

/// As [`surface`], with what another interpolation changes in the errors, where `source` has one.
///
/// # Errors
/// As [`surface`].
pub fn surface_with_rival(
    source: &dyn BandSource,
    request: &Request,
    energy_ev: f64,
    engine: &mut dyn Engine,
) -> Result<SurfaceIntegral> {
    let mut own = surface(source, request, energy_ev, engine)?;
    let _phase = progress::phase("another interpolation, for the bars", 0);
    let rivals = of_rivals(
        source,
        engine,
        |refining, rival| refining.rival_surface(rival, request, energy_ev),
        |rival, engine| surface(rival, request, energy_ev, engine),
    )?;
    if rivals.is_empty() || request.is_left_open() {
        return Ok(own);
    }
    let meetings = meetings_in_table(source)?;
    let states = Channel::States.index(request.channels);
    for (at, other) in rivals.iter().flat_map(|r| r.bands.iter().enumerate()) {
        let Some(band) = own.bands.get_mut(at) else {
            continue;
        };
        let meeting = meetings[band.spin * source.header().n_band + band.band];
        let factor = |of_states: bool| match meeting {
            Meeting::OnPlanes => policy::KINKED,
            // Velocities have what crossings do to them besides.
            Meeting::Somewhere if of_states => policy::KINKED,
            _ => 1.0,
        };
        for (c, bar) in band.bars.iter_mut().enumerate() {
            let change = (other.values[c] - band.values[c]).abs();
            bar[Cause::Interpolation] += factor(Some(c) == states) * change;
        }
        let change = (other.occupied - band.occupied).abs();
        band.occupied_bar[Cause::Interpolation] += factor(true) * change;
    }
    Ok(own)
}

/// What a rival gives, what the rival of that gives, and so on.
fn of_rivals<T>(
    source: &dyn BandSource,
    engine: &mut dyn Engine,
    refined: impl Fn(&dyn Refines, &dyn Interpolator) -> Result<T>,
    tabulated: impl Fn(&dyn BandSource, &mut dyn Engine) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    if let Some(refining) = engine.refining() {
        let mut next = source.interpolation().and_then(|own| own.bands.rival());
        while let Some(rival) = next {
            all.push(refined(refining, &*rival)?);
            next = rival.rival();
        }
        return Ok(all);
    }
    // Each lives as long as the one before it.
    fn go_on<T>(
        source: &dyn BandSource,
        engine: &mut dyn Engine,
        tabulated: &impl Fn(&dyn BandSource, &mut dyn Engine) -> Result<T>,
        all: &mut Vec<T>,
    ) -> Result<()> {
        let Some(rival) = source.rival() else {
            return Ok(());
        };
        all.push(tabulated(&*rival, engine)?);
        go_on(&*rival, engine, tabulated, all)
    }
    go_on(source, engine, &tabulated, &mut all)?;
    Ok(all)
}

/// Where each band, by spin·n_band + band, meets its neighbours in the table that is interpolated.
fn meetings_in_table(source: &dyn BandSource) -> Result<Vec<Meeting>> {
    match source.table() {
        Some(table) => meetings(&*table),
        None => Ok(vec![Meeting::Nowhere; source.header().n_spin_band()]),
    }
}

/// Keeps the `changes` of each band, `[spin·n_band + band][channel][edge]`, where they matter.
fn keep(spectrum: &mut Spectrum, changes: &[f64], relevance: impl Fn(f64) -> f64) {
    let edges = spectrum.axis.edges().len();
    let of_band = spectrum.channels.width() * edges;
    let n_band = changes.len() / of_band / spectrum.n_spin;
    let weights: Vec<f64> = spectrum.axis.centres().into_iter().map(relevance).collect();
    let score = |change: &[f64]| -> f64 {
        (0..3)
            .filter_map(|i| Channel::VelocityProduct(i, i).index(spectrum.channels))
            .map(|c| {
                let content = change[c * edges..][..edges].windows(2);
                let weighted = content.zip(&weights).map(|(w, r)| r * (w[1] - w[0]).abs());
                weighted.sum::<f64>()
            })
            .sum()
    };
    let mut bands: Vec<(f64, usize)> = changes
        .chunks_exact(of_band)
        .map(score)
        .zip(0..)
        .filter(|(score, _)| *score > 0.0)
        .collect();
    bands.sort_by(|a, b| b.0.total_cmp(&a.0));
    let first = spectrum.replicas.len();
    for (i, (_, band)) in bands.into_iter().enumerate() {
        if i < MOST {
            spectrum.replicas.push(Replica {
                cause: Cause::Interpolation,
                change: vec![0.0; spectrum.cumulative.len()],
            });
        }
        let row = &mut spectrum.replicas[first + i.min(MOST - 1)].change;
        let row = &mut row[band / n_band * of_band..][..of_band];
        for (x, change) in row.iter_mut().zip(&changes[band * of_band..]) {
            *x += change;
        }
    }
}
