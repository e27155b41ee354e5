//! Polar optical phonons (Fröhlich), in the relaxation-time approximation.
//!
//! H. Ehrenreich, J. Phys. Chem. Solids 2, 131 (1957). The phonon's energy is comparable to k_BT, so the collision is
//! inelastic and no true relaxation time exists: what is taken is the rate at which momentum is lost, which leaves the
//! scattering-in of the full Boltzmann equation out. For GaAs at 300 K this overrates the mobility by some 10–30 %; S and
//! the Lorenz number suffer more. Screening of the phonons is left out.

use super::checked::positive;
use super::{Conditions, Holds, Scattering};
use crate::units::{ELEMENTARY_CHARGE, EV, HBAR, VACUUM_PERMITTIVITY};
use serde::Deserialize;
use std::f64::consts::PI;

/// 1/τ = Σ_± (2π/ħ) (N + ½ ∓ ½) g₁(E′) e²ħω/(2ε₀) (1/κ_∞ − 1/κ₀) (1 ∓ p)/(2k²), E′ = E ± ħω,
/// p = (1−r²) artanh(r)/r, r = min(k,k′)/max(k,k′): upper signs absorb, lower emit. For a parabolic band this is the closed
/// form of docs/physics §8.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolarOptical {
    /// Energy ħω of the longitudinal optical phonon, meV.
    #[serde(deserialize_with = "positive")]
    pub phonon_energy_mev: f64,
    /// Static relative permittivity κ₀.
    #[serde(deserialize_with = "positive")]
    pub static_permittivity: f64,
    /// High-frequency relative permittivity κ_∞, below κ₀.
    #[serde(deserialize_with = "positive")]
    pub high_frequency_permittivity: f64,
}

impl Scattering for PolarOptical {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let phonon_ev = self.phonon_energy_mev * 1e-3;
        let n = at.phonons(phonon_ev);
        let k = at.valley.wave_number(energy_above_edge_ev);
        let absorbed = n * self.loss(k, energy_above_edge_ev + phonon_ev, at);
        let emitted = if energy_above_edge_ev > phonon_ev {
            (n + 1.0) * self.loss(k, energy_above_edge_ev - phonon_ev, at)
        } else {
            0.0
        };
        let contrast = 1.0 / self.high_frequency_permittivity - 1.0 / self.static_permittivity;
        let coupling =
            ELEMENTARY_CHARGE.powi(2) * phonon_ev * EV * contrast / (2.0 * VACUUM_PERMITTIVITY);
        2.0 * PI / HBAR * coupling * (absorbed + emitted)
    }

    fn holds(&self) -> Holds {
        Holds::InThreeDimensions("takes Fröhlich's coupling to a three-dimensional crystal")
    }

    fn kinks_ev(&self, _: &Conditions) -> Vec<f64> {
        vec![self.phonon_energy_mev * 1e-3]
    }

    fn needs_valley(&self, _: &Conditions) -> bool {
        true
    }

    fn contradiction(&self) -> Option<String> {
        let (fast, slow) = (self.high_frequency_permittivity, self.static_permittivity);
        (fast >= slow).then(|| {
            format!(
                "high_frequency_permittivity = {fast} must be below static_permittivity = {slow}"
            )
        })
    }
}

impl PolarOptical {
    /// g₁(E′) ½∫(1 − (k′/k)c)/|k − k′|² dc: final states times the momentum lost, from wave number `k`.
    fn loss(&self, k: f64, final_ev: f64, at: &Conditions) -> f64 {
        let k_final = at.valley.wave_number(final_ev);
        let angles = if k_final > k {
            one_minus_p(k / k_final)
        } else {
            2.0 - one_minus_p(k_final / k)
        };
        at.valley.dos_per_spin(final_ev) * angles / (2.0 * k * k)
    }
}

/// 1 − (1−r²) artanh(r)/r; its terms cancel for small r, where Σ 2r^{2n}/(4n²−1) is summed.
fn one_minus_p(r: f64) -> f64 {
    if r > 0.25 {
        return 1.0 - (1.0 - r * r) * r.atanh() / r;
    }
    let mut sum = 0.0;
    for n in (1..=13).rev() {
        let n = f64::from(n);
        sum = (sum + 2.0 / (4.0 * n * n - 1.0)) * r * r;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_continues_the_closed_form() {
        let r = 0.25_f64;
        let closed = 1.0 - (1.0 - r * r) * r.atanh() / r;
        assert!((one_minus_p(r) / closed - 1.0).abs() < 1e-14);
        assert!((one_minus_p(1e-9) / (2.0 / 3.0 * 1e-18) - 1.0).abs() < 1e-12);
    }
}
