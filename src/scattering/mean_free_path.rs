//! A constant mean free path: boundaries, or metals in which disorder sets the path.

use super::checked::positive;
use super::{Conditions, Holds, Scattering};
use crate::units::ANGSTROM;
use serde::Deserialize;

/// 1/τ = |v|/λ, with the bands' speed where [`Conditions::speed`] has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanFreePath {
    /// Mean free path λ, Å.
    #[serde(deserialize_with = "positive")]
    pub mean_free_path_angstrom: f64,
}

impl Scattering for MeanFreePath {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        at.speed(energy_above_edge_ev) / (self.mean_free_path_angstrom * ANGSTROM)
    }

    fn holds(&self) -> Holds {
        Holds::InThreeDimensions("takes one speed per energy, that of a three-dimensional valley")
    }

    fn needs_valley(&self, at: &Conditions) -> bool {
        at.speed.is_none()
    }
}
