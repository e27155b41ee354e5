//! κ of the modes whose mean free path is below a length: the same integral as over energies, with ln Λ in the place of the energy.

use super::capacity::capacity;
use super::spectrum::PhononSpectrum;
use super::velocities::differences;
use crate::bands::BandGrid;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::{Channel, Channels, EnergyAxis};
use crate::uncertainty::TensorQuantity;
use crate::units::BOLTZMANN;
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_10;

/// Lengths between the shortest and the longest mean free path.
const BINS: usize = 120;
/// Decades below the longest path that are looked at.
const DECADES: f64 = 6.0;

/// κ below each length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accumulation {
    /// Λ = |v|τ, m, ascending.
    pub mean_free_path_m: Vec<f64>,
    /// κ of modes with shorter paths, W/(m K).
    pub kappa: Vec<TensorQuantity>,
}

/// ln of the shortest and of the longest mean free path (m) with these relaxation times (s, `[branch][q]`).
///
/// # Errors
/// [`Error::BadBands`] where no mode has one.
pub fn path_range(phonons: &Phonons, lifetimes: &[f64]) -> Result<(f64, f64)> {
    let paths = log_paths(&velocities(phonons)?, lifetimes);
    let known = paths.into_iter().filter(|x| x.is_finite());
    let (low, high) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| {
        (a.min(x), b.max(x))
    });
    match low <= high {
        true => Ok((low, high)),
        false => Err(Error::bad_bands(
            "mean free paths",
            "no mode has one: velocities or lifetimes are all zero",
            "give lifetimes, or a file that has them",
        )),
    }
}

fn velocities(phonons: &Phonons) -> Result<Vec<f64>> {
    match phonons.all_velocities() {
        Some(velocities) => Ok(velocities),
        None => differences(phonons),
    }
}

fn log_paths(velocities: &[f64], lifetimes: &[f64]) -> Vec<f64> {
    let speed = |v: &[f64]| (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    let both = velocities.chunks_exact(3).zip(lifetimes);
    both.map(|(v, tau)| (speed(v) * tau).ln()).collect()
}

/// Lengths (m) over a range of logarithms, for [`accumulation`].
pub fn lengths((low, high): (f64, f64)) -> Vec<f64> {
    let margin = 1e-6 * (high - low).max(1.0);
    // Far below the longest path nothing is carried that could be seen.
    let start = low.max(high - DECADES * LN_10) - margin;
    let step = (high + margin - start) / BINS as f64;
    (0..=BINS)
        .map(|i| (start + i as f64 * step).exp())
        .collect()
}

/// κ(Λ) at a temperature, with the relaxation times (s, `[branch][q]`), at some ascending lengths (m).
///
/// # Errors
/// As [`path_range`] and [`PhononSpectrum::new`].
pub fn accumulation(
    phonons: &Phonons,
    temperature_k: f64,
    lifetimes: &[f64],
    lengths_m: &[f64],
) -> Result<Accumulation> {
    let velocities = velocities(phonons)?;
    let points = phonons.header().k_grid.len();
    let (low, _) = path_range(phonons, lifetimes)?;
    let mut logs = log_paths(&velocities, lifetimes);
    // What has no path carries nothing; it takes a place among its neighbours, so that cells around it are cut where these are.
    let grid = phonons.header().k_grid;
    let whole = logs.clone();
    for (mode, log) in logs.iter_mut().enumerate().filter(|(_, x)| !x.is_finite()) {
        let (branch, j) = (mode / points, grid.place(mode % points));
        let mut near = Vec::new();
        for i in 0..3 {
            for step in [1, grid.n[i] - 1] {
                let mut other = j;
                other[i] = (j[i] + step) % grid.n[i];
                near.push(whole[branch * points + grid.index(other)]);
            }
        }
        near.retain(|x| x.is_finite());
        *log = match near.len() {
            0 => low,
            count => near.iter().sum::<f64>() / count as f64,
        };
    }
    let weights: Vec<f64> = (0..phonons.n_branch())
        .flat_map(|branch| phonons.energies(branch))
        .zip(lifetimes)
        .map(|(e, tau)| capacity(*e, temperature_k) * tau)
        .collect();
    let bands: BandGrid = phonons.with(Some(logs), Some(velocities), Some(weights))?;
    // One more bin below takes all shorter paths.
    let mut edges: Vec<f64> = lengths_m.iter().map(|l| l.ln()).collect();
    let first = edges.first().copied().unwrap_or(low).min(low) - 1.0;
    edges.insert(0, first);
    let axis = EnergyAxis::from_edges(edges)?;
    let spectrum = PhononSpectrum::new(phonons, &bands, &axis, Channels::Lifetimes)?;
    let factor = BOLTZMANN / phonons.volume_m3();
    let running = spectrum.running_tensor(Channel::LifetimeProduct, |_| 1.0);
    Ok(Accumulation {
        mean_free_path_m: lengths_m.to_vec(),
        kappa: running
            .into_iter()
            .skip(1)
            .map(|t| t.scaled(factor))
            .collect(),
    })
}
