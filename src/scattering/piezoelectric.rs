//! Acoustic phonons through the piezoelectric field.
//!
//! H. J. G. Meijer, D. Polder, Physica 19, 255 (1953); K² of zincblende averaged over directions as by J. D. Zook, Phys. Rev.
//! 136, A869 (1964). Elastic, in equipartition, unscreened.

use super::checked::positive_option;
use super::{Conditions, Holds, Scattering};
use crate::units::{ELEMENTARY_CHARGE, HBAR, VACUUM_PERMITTIVITY};
use serde::Deserialize;
use std::f64::consts::PI;

/// 1/τ = e²K²k_BT/(2πħ²ε v); parabolic: e²K²k_BT √m/(2√2π ħ²ε√E). It diverges at the edge as 1/√E.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "PiezoelectricKeys")]
pub struct Piezoelectric {
    /// Electromechanical coupling K², dimensionless, averaged over directions and modes.
    pub coupling_squared: f64,
    /// Static relative permittivity.
    pub relative_permittivity: f64,
}

impl Piezoelectric {
    /// Zincblende: K² = (e₁₄²/ε)(12/35c_l + 16/35c_t), e₁₄ in C/m², elastic constants in Pa.
    pub fn zincblende(
        e14_c_per_m2: f64,
        longitudinal_pa: f64,
        transverse_pa: f64,
        relative_permittivity: f64,
    ) -> Self {
        let compliance = 12.0 / (35.0 * longitudinal_pa) + 16.0 / (35.0 * transverse_pa);
        Self {
            coupling_squared: e14_c_per_m2 * e14_c_per_m2 * compliance
                / (relative_permittivity * VACUUM_PERMITTIVITY),
            relative_permittivity,
        }
    }
}

impl Scattering for Piezoelectric {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let permittivity = self.relative_permittivity * VACUUM_PERMITTIVITY;
        ELEMENTARY_CHARGE.powi(2) * self.coupling_squared * at.kt()
            / (2.0 * PI * HBAR * HBAR * permittivity * at.valley.speed(energy_above_edge_ev))
    }

    fn holds(&self) -> Holds {
        Holds::InThreeDimensions("takes the piezoelectric field of a three-dimensional crystal")
    }

    fn needs_valley(&self, _: &Conditions) -> bool {
        true
    }
}

/// The keys as a file has them: K² itself, or what it follows from in zincblende.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PiezoelectricKeys {
    #[serde(default, deserialize_with = "positive_option")]
    coupling_squared: Option<f64>,
    #[serde(default, deserialize_with = "positive_option")]
    e14_c_per_m2: Option<f64>,
    #[serde(default, deserialize_with = "positive_option")]
    longitudinal_elastic_constant_pa: Option<f64>,
    #[serde(default, deserialize_with = "positive_option")]
    transverse_elastic_constant_pa: Option<f64>,
    #[serde(deserialize_with = "super::checked::positive")]
    relative_permittivity: f64,
}

impl TryFrom<PiezoelectricKeys> for Piezoelectric {
    type Error = &'static str;

    fn try_from(keys: PiezoelectricKeys) -> Result<Self, Self::Error> {
        let zincblende = (
            keys.e14_c_per_m2,
            keys.longitudinal_elastic_constant_pa,
            keys.transverse_elastic_constant_pa,
        );
        match (keys.coupling_squared, zincblende) {
            (Some(coupling_squared), (None, None, None)) => Ok(Self {
                coupling_squared,
                relative_permittivity: keys.relative_permittivity,
            }),
            (None, (Some(e14), Some(longitudinal), Some(transverse))) => Ok(Self::zincblende(
                e14,
                longitudinal,
                transverse,
                keys.relative_permittivity,
            )),
            _ => Err(
                "piezoelectric takes either coupling_squared, or e14_c_per_m2 with longitudinal_elastic_constant_pa \
                 and transverse_elastic_constant_pa",
            ),
        }
    }
}
