//! One relaxation time for every carrier.

use super::checked::relaxation_time;
use super::{Conditions, Holds, Scattering};
use serde::Deserialize;

/// τ whatever the energy: the constant-relaxation-time approximation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConstantTime {
    /// Relaxation time, s.
    #[serde(deserialize_with = "relaxation_time")]
    pub tau_s: f64,
}

impl Scattering for ConstantTime {
    fn rate(&self, _: f64, _: &Conditions) -> f64 {
        1.0 / self.tau_s
    }

    fn holds(&self) -> Holds {
        Holds::InAnyDimension
    }
}
