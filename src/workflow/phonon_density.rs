//! Densities of phonons over frequencies.

use crate::error::Result;
use crate::excitations::Phonons;
use crate::integrate::{Channel, Channels, EnergyAxis};
use crate::phonons::PhononSpectrum;
use crate::uncertainty::Scalar;

/// Densities over frequencies.
pub struct PhononDensity {
    /// Edges of the bins, eV.
    pub edges_ev: Vec<f64>,
    /// States per eV and cell in each bin.
    pub states: Vec<Scalar>,
    /// Mean of |v| in each bin, m/s; 0 without states.
    pub speed: Vec<Scalar>,
    /// ⟨v_i v_j δ⟩ of each bin, m²/s² per eV and cell, one component average.
    pub velocity_squared: Vec<Scalar>,
    /// All states, and those of imaginary frequency.
    pub total: [Scalar; 2],
}

/// The densities on an axis.
///
/// # Errors
/// Where the phonons cannot be integrated.
pub fn density(phonons: &Phonons, axis: &EnergyAxis) -> Result<PhononDensity> {
    let found = PhononSpectrum::new(phonons, phonons.branches(), axis, Channels::Basic)?;
    let spectrum = &found.spectrum;
    let pairs = |channel: Channel| -> Vec<Scalar> {
        let (value, error) = spectrum.total_density(channel);
        let both = value.into_iter().zip(error);
        both.map(|(value, error)| Scalar::new(value, error))
            .collect()
    };
    let states = pairs(Channel::States);
    let speed = pairs(Channel::Speed)
        .into_iter()
        .zip(&states)
        .map(|(v, n)| match n.value > 0.0 {
            true => Scalar::new(
                v.value / n.value,
                v.error / n.value + v.value / n.value * n.error / n.value,
            ),
            false => Scalar::new(0.0, 0.0),
        })
        .collect();
    let squares = [0, 1, 2].map(|i| pairs(Channel::VelocityProduct(i, i)));
    let velocity_squared = (0..axis.bins())
        .map(|k| {
            Scalar::new(
                squares.iter().map(|s| s[k].value).sum::<f64>() / 3.0,
                squares.iter().map(|s| s[k].error).sum::<f64>() / 3.0,
            )
        })
        .collect();
    let (count, bars) = spectrum.total_cumulative(Channel::States);
    let at = |k: usize| Scalar::new(count[k], bars[k]);
    let zero = axis.edges().iter().position(|e| *e >= 0.0).unwrap_or(0);
    Ok(PhononDensity {
        edges_ev: axis.edges().to_vec(),
        states,
        speed,
        velocity_squared,
        total: [at(axis.bins()), at(zero)],
    })
}
