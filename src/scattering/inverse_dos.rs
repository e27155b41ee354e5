//! τ ∝ 1/DOS: elastic scattering that reaches every state of the same energy alike.

use super::checked::{positive, relaxation_time};
use super::{Conditions, Holds, Scattering};
use serde::Deserialize;

/// τ = τ₀ g(E₀)/g(E), with the bands' density of states where [`Conditions::dos`] has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InverseDos {
    /// Relaxation time at the reference energy, s.
    #[serde(deserialize_with = "relaxation_time")]
    pub tau_s: f64,
    /// Reference energy E₀ above the edge (holes: below it), eV.
    #[serde(deserialize_with = "positive")]
    pub reference_energy_ev: f64,
}

impl Scattering for InverseDos {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let reference = at.dos_per_ev_cm3(self.reference_energy_ev);
        at.dos_per_ev_cm3(energy_above_edge_ev) / (reference * self.tau_s)
    }

    fn holds(&self) -> Holds {
        Holds::InAnyDimension
    }

    fn needs_valley(&self, at: &Conditions) -> bool {
        at.dos.is_none()
    }

    fn goes_by_sample(&self) -> bool {
        true
    }

    fn goes_by_states(&self) -> bool {
        true
    }
}
