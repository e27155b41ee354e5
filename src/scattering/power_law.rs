//! A power law in energy (and temperature): the textbook's stand-in for any mechanism.

use super::checked::{finite, positive, positive_option, relaxation_time};
use super::{Conditions, Holds, Scattering};
use serde::Deserialize;

/// τ = τ₀ (E/E₀)^r (T/T₀)^s, with E₀ = k_BT where no reference energy is given (docs/physics §8).
///
/// r = −½ is acoustic phonons, 0 neutral impurities, 3/2 ionised impurities without their logarithm.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerLaw {
    /// Relaxation time τ₀ at the reference energy and temperature, s.
    #[serde(deserialize_with = "relaxation_time")]
    pub tau_s: f64,
    /// Exponent r of the energy.
    #[serde(deserialize_with = "finite")]
    pub exponent: f64,
    /// Reference energy E₀ above the edge, eV; k_BT where absent.
    #[serde(default, deserialize_with = "positive_option")]
    pub reference_energy_ev: Option<f64>,
    /// Exponent s of the temperature.
    #[serde(default, deserialize_with = "finite")]
    pub temperature_exponent: f64,
    /// Reference temperature T₀, K.
    #[serde(default = "room", deserialize_with = "positive")]
    pub reference_temperature_k: f64,
}

/// The temperature that tables quote relaxation times at, K.
fn room() -> f64 {
    300.0
}

impl PowerLaw {
    /// τ₀ (E/k_BT)^r at any temperature.
    pub fn thermal(tau_s: f64, exponent: f64) -> Self {
        Self {
            tau_s,
            exponent,
            reference_energy_ev: None,
            temperature_exponent: 0.0,
            reference_temperature_k: room(),
        }
    }
}

impl Scattering for PowerLaw {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let reference = self.reference_energy_ev.unwrap_or(at.kt_ev());
        let warmth = at.temperature_k / self.reference_temperature_k;
        (energy_above_edge_ev / reference).powf(-self.exponent)
            * warmth.powf(-self.temperature_exponent)
            / self.tau_s
    }

    fn holds(&self) -> Holds {
        Holds::InAnyDimension
    }
}
