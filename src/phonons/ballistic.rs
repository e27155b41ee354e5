//! Phonon channels without scattering (docs/physics §15 for g_s = 1 and Bose's statistics): modes per area
//! M(ω)/A = (h/2V)⟨|v·n| δ(ħω − E)⟩ that move along n, their mean free path λ = 2⟨(v·n)²τδ⟩/⟨|v·n|δ⟩, and the ballistic thermal conductance
//! G/A = (1/h)∫ M C dE.
//!
//! |v·n| is the channel that electrons' modes are made of (`transport::landauer`), along the same directions.

use super::capacity::capacity;
use super::spectrum::PhononSpectrum;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::{Channel, Channels, EnergyAxis};
use crate::uncertainty::{ByCause, Cause, Scalar};
use crate::units::{BOLTZMANN, EV, PLANCK};
use serde::{Deserialize, Serialize};

/// Channels along one direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ballistic {
    /// The direction, a unit vector.
    pub direction: [f64; 3],
    /// Middles of the bins of ħω ≥ 0, eV.
    pub energy_ev: Vec<f64>,
    /// Modes per area, 1/m², average of each bin.
    pub modes: Vec<Scalar>,
    /// λ(ω), m; empty without relaxation times.
    pub mean_free_path: Vec<Scalar>,
    /// Ballistic conductance per area at each temperature, W/(m² K).
    pub conductance: Vec<Scalar>,
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    v.map(|x| x / norm)
}

/// Modes and conductance along `direction` (Cartesian, any length), with relaxation times (s, `[branch][q]`) where λ is wanted.
///
/// # Errors
/// [`Error::BadOption`] for a direction of no length; as [`PhononSpectrum::new`].
pub fn ballistic(
    phonons: &Phonons,
    direction: [f64; 3],
    temperatures_k: &[f64],
    lifetimes: Option<&[f64]>,
    axis: &EnergyAxis,
) -> Result<Ballistic> {
    let n = unit(direction);
    if n.iter().any(|x| !x.is_finite()) {
        return Err(Error::bad_option(
            "--direction",
            format!("{direction:?} has no direction"),
            "give three numbers that are not all zero",
        ));
    }
    let bands = phonons.with(
        None,
        phonons.all_velocities(),
        lifetimes.map(<[f64]>::to_vec),
    )?;
    let channels = match bands.header().has_lifetimes {
        true => Channels::Lifetimes,
        false => Channels::Speeds,
    };
    let spectrum = PhononSpectrum::along(phonons, &bands, axis, channels, &[n])?;
    let volume = spectrum.volume_m3();
    let all = &spectrum.spectrum;
    let densities = |cumulative: &[f64]| -> Vec<f64> {
        let bins = cumulative.windows(2).enumerate();
        bins.map(|(k, w)| (w[1] - w[0]) / axis.bin_width(k))
            .collect()
    };
    let (speed, on_grid) = all.total_density(Channel::AxisSpeed(0));
    let changes: Vec<(Cause, Vec<f64>)> = all
        .replicas
        .iter()
        .map(|r| {
            (
                r.cause,
                densities(&all.total_change(r, Channel::AxisSpeed(0))),
            )
        })
        .collect();
    let kept: Vec<usize> = (0..axis.bins()).filter(|k| axis.edge(*k) >= 0.0).collect();
    let per_area = 0.5 * PLANCK / EV / volume;
    let mode = |k: &usize| {
        let mut bar = ByCause::of(Cause::Grid, on_grid[*k]);
        for (cause, change) in changes.iter().filter(|(cause, _)| *cause != Cause::Grid) {
            bar[*cause] += change[*k].abs();
        }
        Scalar::from((speed[*k], bar)).scaled(per_area)
    };
    let mean_free_path = match lifetimes {
        None => Vec::new(),
        Some(_) => {
            let moves = moving(n, axis.bins(), |c| densities(&all.total_cumulative(c).0));
            let moved: Vec<Vec<f64>> = all
                .replicas
                .iter()
                .map(|r| moving(n, axis.bins(), |c| densities(&all.total_change(r, c))))
                .collect();
            let path = |k: &usize| {
                let (p, s) = (moves[*k], speed[*k]);
                if s <= 0.0 {
                    return Scalar::new(0.0, 0.0);
                }
                let value = 2.0 * p / s;
                let mut bar = ByCause::default();
                for ((cause, change), moved) in changes.iter().zip(&moved) {
                    // A change that takes all modes away says no more than one that takes nearly all.
                    let other = (s + change[*k]).max(1e-3 * s);
                    bar[*cause] += (2.0 * (p + moved[*k]) / other - value).abs();
                }
                Scalar::from((value, bar))
            };
            kept.iter().map(path).collect()
        }
    };
    let conductance = temperatures_k
        .iter()
        .map(|t| {
            let mean = spectrum.average(Channel::AxisSpeed(0), |e| capacity(e, *t));
            mean.scaled(0.5 * BOLTZMANN / volume)
        })
        .collect();
    let centres = axis.centres();
    Ok(Ballistic {
        direction: n,
        energy_ev: kept.iter().map(|k| centres[*k]).collect(),
        modes: kept.iter().map(mode).collect(),
        mean_free_path,
        conductance,
    })
}

/// nᵀ⟨v v τ⟩n of every bin, of what `of` gives of each component.
fn moving(n: [f64; 3], bins: usize, of: impl Fn(Channel) -> Vec<f64>) -> Vec<f64> {
    let mut sum = vec![0.0; bins];
    for i in 0..3 {
        for j in i..3 {
            let factor = n[i] * n[j] * if i == j { 1.0 } else { 2.0 };
            if factor != 0.0 {
                let part = of(Channel::LifetimeProduct(i, j));
                sum.iter_mut().zip(part).for_each(|(s, x)| *s += factor * x);
            }
        }
    }
    sum
}
