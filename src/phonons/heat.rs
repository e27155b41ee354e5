//! Heat capacity and lattice thermal conductivity in the relaxation-time approximation,
//! κ_ij = (1/V) Σ_s ⟨C v_i v_j τ⟩ with C = k_B (x/2)²/sinh²(x/2), x = ħω/k_BT (docs/physics §14).

use super::capacity::capacity;
use super::gamma::{left_out, widened};
use super::spectrum::PhononSpectrum;
use crate::bands::{BandGrid, BandSource};
use crate::error::Result;
use crate::excitations::Phonons;
use crate::integrate::{Channel, Channels, EnergyAxis};
use crate::uncertainty::{Scalar, TensorQuantity};
use crate::units::BOLTZMANN;
use serde::{Deserialize, Serialize};

/// The relaxation times of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Lifetimes {
    /// The same for every mode, s.
    Constant(f64),
    /// One for each mode, s, `[branch][q]`; 0 for modes that carry nothing.
    Each(Vec<f64>),
}

impl Lifetimes {
    /// From rates in 1/s; a rate of 0 is none.
    pub fn of_rates(rates: &[f64]) -> Self {
        Self::Each(
            rates
                .iter()
                .map(|r| if *r > 0.0 { 1.0 / r } else { 0.0 })
                .collect(),
        )
    }
}

/// Heat capacity and conductivity at one temperature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    /// K.
    pub temperature_k: f64,
    /// Per volume, J/(m³ K).
    pub heat_capacity: Scalar,
    /// κ, W/(m K); none without relaxation times.
    pub kappa: Option<TensorQuantity>,
    /// κ of all modes up to each edge of the axis; empty unless asked for.
    pub kappa_below: Vec<TensorQuantity>,
}

/// One branch's share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// From 1.
    pub branch: usize,
    /// Its share of everything.
    pub heat: Heat,
}

/// Heat at `temperature_k`. The axis must reach over all branches ([`super::thermal_axis`]).
///
/// # Errors
/// As [`PhononSpectrum::new`].
pub fn heat(
    phonons: &Phonons,
    temperature_k: f64,
    lifetimes: Option<&Lifetimes>,
    axis: &EnergyAxis,
    spectral: bool,
) -> Result<Heat> {
    let each = match lifetimes {
        Some(Lifetimes::Each(times)) => Some(phonons.with_lifetimes(times.clone())?),
        _ => None,
    };
    let bands = each.as_ref().unwrap_or(phonons.branches());
    let gamma = match lifetimes {
        Some(Lifetimes::Each(times)) => left_out(phonons, temperature_k, times)?,
        _ => [0.0; 3],
    };
    of_bands(
        phonons,
        bands,
        temperature_k,
        (lifetimes, gamma),
        axis,
        spectral,
    )
}

fn of_bands(
    phonons: &Phonons,
    bands: &BandGrid,
    temperature_k: f64,
    (lifetimes, gamma): (Option<&Lifetimes>, [f64; 3]),
    axis: &EnergyAxis,
    spectral: bool,
) -> Result<Heat> {
    let channels = match bands.header().has_lifetimes {
        true => Channels::Lifetimes,
        false => Channels::Basic,
    };
    let spectrum = PhononSpectrum::new(phonons, bands, axis, channels)?;
    let weight = |e: f64| capacity(e, temperature_k);
    let per_volume = BOLTZMANN / spectrum.volume_m3();
    let capacity = spectrum.average(Channel::States, weight);
    let (channel, factor): (fn(usize, usize) -> Channel, f64) = match lifetimes {
        Some(Lifetimes::Constant(tau)) => (Channel::VelocityProduct, *tau),
        _ => (Channel::LifetimeProduct, 1.0),
    };
    let factor = factor * per_volume;
    let of = |t: &TensorQuantity| widened(&t.scaled(factor), gamma);
    let kappa = lifetimes.map(|_| of(&spectrum.tensor(channel, weight)));
    let kappa_below = match lifetimes {
        Some(_) if spectral => {
            let all = spectrum.running_tensor(channel, weight);
            all.iter().map(of).collect()
        }
        _ => Vec::new(),
    };
    Ok(Heat {
        temperature_k,
        heat_capacity: capacity.scaled(per_volume),
        kappa,
        kappa_below,
    })
}

/// Heat of each branch by itself.
///
/// # Errors
/// As [`heat`].
pub fn by_branch(
    phonons: &Phonons,
    temperature_k: f64,
    lifetimes: Option<&Lifetimes>,
    axis: &EnergyAxis,
) -> Result<Vec<Branch>> {
    let points = phonons.header().k_grid.len();
    let one = |branch: usize| {
        let mut header = phonons.header().clone();
        header.n_band = 1;
        header.first_band = branch + 1;
        let velocities = phonons.velocities(branch);
        let gamma = match lifetimes {
            Some(Lifetimes::Each(all)) => {
                // The other branches as if they had a lifetime everywhere: nothing of theirs is left out.
                let mut own = vec![f64::NAN; all.len()];
                own[branch * points..][..points].copy_from_slice(&all[branch * points..][..points]);
                left_out(phonons, temperature_k, &own)?
            }
            _ => [0.0; 3],
        };
        let times = match lifetimes {
            Some(Lifetimes::Each(all)) => Some(all[branch * points..][..points].to_vec()),
            _ => None,
        };
        let velocities = (!velocities.is_empty()).then(|| velocities.to_vec());
        let energies = phonons.energies(branch).to_vec();
        let bands = BandGrid::with_fields(header, energies, velocities, times)?;
        let heat = of_bands(
            phonons,
            &bands,
            temperature_k,
            (lifetimes, gamma),
            axis,
            false,
        )?;
        Ok(Branch {
            branch: branch + 1,
            heat,
        })
    };
    (0..phonons.n_branch()).map(one).collect()
}
