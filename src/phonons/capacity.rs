//! Heat capacity of one mode.

use crate::statistics::bose;
use crate::units::BOLTZMANN_EV;

/// A mode's heat capacity over k_B at ħω (eV); imaginary modes have none.
pub(super) fn capacity(energy_ev: f64, temperature_k: f64) -> f64 {
    match energy_ev {
        e if e < 0.0 => 0.0,
        e => bose::heat_capacity(e / (BOLTZMANN_EV * temperature_k)),
    }
}
