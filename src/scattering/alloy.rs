//! Disorder of a random alloy.
//!
//! J. W. Harrison, J. R. Hauser, Phys. Rev. B 13, 5347 (1976). U is fitted to mobilities more often than computed.

use super::checked::{fraction, positive};
use super::rate::COUNTS_STATES;
use super::{Conditions, Holds, Scattering};
use crate::units::{ANGSTROM, EV, HBAR};
use serde::Deserialize;
use std::f64::consts::PI;

/// 1/τ = (2π/ħ) Ω₀ U² x(1−x) g₁(E).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alloy {
    /// Alloy scattering potential U, eV.
    #[serde(deserialize_with = "positive")]
    pub scattering_potential_ev: f64,
    /// Composition x, between 0 and 1.
    #[serde(deserialize_with = "fraction")]
    pub composition: f64,
    /// Volume Ω₀ per alloyed site, Å³: a³/4 in zincblende.
    #[serde(deserialize_with = "positive")]
    pub site_volume_angstrom3: f64,
}

impl Scattering for Alloy {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let u = self.scattering_potential_ev * EV;
        let volume = self.site_volume_angstrom3 * ANGSTROM.powi(3);
        let x = self.composition;
        2.0 * PI / HBAR
            * volume
            * u
            * u
            * x
            * (1.0 - x)
            * at.valley.dos_per_spin(energy_above_edge_ev)
    }

    fn holds(&self) -> Holds {
        COUNTS_STATES
    }

    fn needs_valley(&self, _: &Conditions) -> bool {
        true
    }
}
