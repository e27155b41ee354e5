//! Neutral impurities: electrons scattered by hydrogen atoms of the crystal's own scale.
//!
//! C. Erginsoy, Phys. Rev. 79, 1013 (1950). Independent of energy and temperature; good for E below a quarter of the
//! impurity's binding energy, an overestimate above.

use super::checked::positive;
use super::{Conditions, Holds, Scattering};
use crate::units::{ELECTRON_MASS, ELEMENTARY_CHARGE, HBAR, VACUUM_PERMITTIVITY};
use serde::Deserialize;
use std::f64::consts::PI;

/// 1/τ = 20 ħ N_N a*/m, a* = 4πεħ²/(me²).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeutralImpurities {
    /// Static relative permittivity.
    #[serde(deserialize_with = "positive")]
    pub relative_permittivity: f64,
    /// Density of neutral impurities, 1/cm³.
    #[serde(deserialize_with = "positive")]
    pub density_per_cm3: f64,
}

impl Scattering for NeutralImpurities {
    fn rate(&self, _: f64, at: &Conditions) -> f64 {
        let mass = at.valley.dos_mass * ELECTRON_MASS;
        let permittivity = self.relative_permittivity * VACUUM_PERMITTIVITY;
        let radius =
            4.0 * PI * permittivity * HBAR * HBAR / (mass * ELEMENTARY_CHARGE * ELEMENTARY_CHARGE);
        20.0 * HBAR * self.density_per_cm3 * 1e6 * radius / mass
    }

    fn holds(&self) -> Holds {
        Holds::InThreeDimensions("takes the bound states of a three-dimensional crystal")
    }

    fn needs_valley(&self, _: &Conditions) -> bool {
        true
    }
}
