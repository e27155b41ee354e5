//! Ionised impurities: a screened Coulomb potential (Brooks and Herring), or a bare one cut off half-way to the next
//! impurity (Conwell and Weisskopf).
//!
//! Both in Born's approximation, which overrates attraction and fails where k L_D ≲ 1; scattering by several impurities at
//! once is left out, so mobilities above some 1e18 cm⁻³ come out too high by tens of per cent.

use super::checked::{positive, positive_option};
use super::{Conditions, Holds, Scattering};
use crate::units::{ELEMENTARY_CHARGE, HBAR, VACUUM_PERMITTIVITY};
use serde::Deserialize;
use std::f64::consts::PI;

/// What limits the reach of an impurity's potential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoulombCutoff {
    /// Screening by the carriers, L from ∂n/∂μ: H. Brooks, Adv. Electron. Electron Phys. 7, 85 (1955).
    #[default]
    BrooksHerring,
    /// Half the distance between impurities: E. Conwell, V. F. Weisskopf, Phys. Rev. 77, 388 (1950).
    ConwellWeisskopf,
}

/// 1/τ = (2π/ħ) N_I (Ze²/ε)² g₁/(8k⁴) · ln-term, which for a parabolic band is
/// Z²e⁴N_I/(16√2π ε²√m) E^{−3/2} · ln-term.
///
/// The ln-term is ln(1+γ²) − γ²/(1+γ²), γ = 2kL (Brooks–Herring), or ln(1+y²), y = 2πεħkv/(Ze²N_I^{1/3}) =
/// 4πεE/(Ze²N_I^{1/3}) (Conwell–Weisskopf).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IonisedImpurities {
    /// Static relative permittivity.
    #[serde(deserialize_with = "positive")]
    pub relative_permittivity: f64,
    /// Charge number Z of an impurity.
    #[serde(default = "one", deserialize_with = "positive")]
    pub charge_number: f64,
    /// Density of this impurity, 1/cm³; that of [`Conditions::ionised_per_cm3`] where absent.
    #[serde(default, deserialize_with = "positive_option")]
    pub density_per_cm3: Option<f64>,
    /// What limits the potential's reach.
    #[serde(default)]
    pub cutoff: CoulombCutoff,
}

fn one() -> f64 {
    1.0
}

impl Scattering for IonisedImpurities {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let density = self.density_per_cm3.unwrap_or(at.ionised_per_cm3) * 1e6;
        if density == 0.0 {
            return 0.0;
        }
        let permittivity = self.relative_permittivity * VACUUM_PERMITTIVITY;
        let coupling = self.charge_number * ELEMENTARY_CHARGE.powi(2) / permittivity;
        let k = at.valley.wave_number(energy_above_edge_ev);
        let logarithm = match self.cutoff {
            CoulombCutoff::BrooksHerring => {
                let length = at.screening_length(self.relative_permittivity);
                screened(4.0 * k * k * length * length)
            }
            CoulombCutoff::ConwellWeisskopf => {
                let speed = at.valley.speed(energy_above_edge_ev);
                let y = 2.0 * PI * HBAR * k * speed / (coupling * density.cbrt());
                (y * y).ln_1p()
            }
        };
        let states = at.valley.dos_per_spin(energy_above_edge_ev);
        2.0 * PI / HBAR * density * coupling * coupling * states / (8.0 * k.powi(4)) * logarithm
    }

    fn holds(&self) -> Holds {
        Holds::InThreeDimensions(
            "takes the Coulomb field and the screening of a three-dimensional crystal",
        )
    }

    fn needs_valley(&self, _: &Conditions) -> bool {
        true
    }

    fn goes_by_sample(&self) -> bool {
        true
    }
}

/// ln(1+s) − s/(1+s); its two terms cancel for small s, where s²/2 − 2s³/3 + 3s⁴/4 − … is summed.
fn screened(s: f64) -> f64 {
    if s > 0.05 {
        return s.ln_1p() - s / (1.0 + s);
    }
    let mut sum = 0.0;
    for n in (2..=13).rev() {
        let n_f = f64::from(n);
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        sum = sum * s + sign * (n_f - 1.0) / n_f;
    }
    sum * s * s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_continues_the_closed_form() {
        let closed = 0.05_f64.ln_1p() - 0.05 / 1.05;
        assert!((screened(0.05) / closed - 1.0).abs() < 1e-13);
        assert!((screened(1e-8) / 5e-17 - 1.0).abs() < 2e-8);
    }
}
