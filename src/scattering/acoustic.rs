//! Acoustic phonons through the deformation potential.
//!
//! J. Bardeen, W. Shockley, Phys. Rev. 80, 72 (1950). Elastic and in equipartition, ħω ≪ k_BT: good above some 20 K.

use super::checked::positive;
use super::rate::COUNTS_STATES;
use super::{Conditions, Holds, Scattering};
use crate::units::{EV, HBAR};
use serde::Deserialize;
use std::f64::consts::PI;

/// 1/τ = 2π D² k_BT g₁(E)/(ħ c_l), g₁ the states of one spin in one valley; parabolic: √2 m^{3/2} D² k_BT √E/(πħ⁴c_l).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcousticDeformation {
    /// Deformation potential D, eV.
    #[serde(deserialize_with = "positive")]
    pub deformation_potential_ev: f64,
    /// Longitudinal elastic constant c_l (density × sound velocity²), Pa.
    #[serde(deserialize_with = "positive")]
    pub elastic_constant_pa: f64,
}

impl Scattering for AcousticDeformation {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let d = self.deformation_potential_ev * EV;
        2.0 * PI * d * d * at.kt() * at.valley.dos_per_spin(energy_above_edge_ev)
            / (HBAR * self.elastic_constant_pa)
    }

    fn holds(&self) -> Holds {
        COUNTS_STATES
    }

    fn needs_valley(&self, _: &Conditions) -> bool {
        true
    }
}
