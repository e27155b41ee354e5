//! Transport of one band edge's carriers from τ(E) alone: mobility, Hall factor, Seebeck coefficient, Lorenz number.
//!
//! With ⟨F⟩ = ∫F k³ w dx/∫k³ w dx (k³ ∝ x^{3/2} where the band is parabolic) and τ′ = τ/(1 + 2αE), the valley's heavier
//! mass at energy E: μ = (e/m_c)⟨τ′⟩, r_H = ⟨τ′²⟩/⟨τ′⟩², S = ∓(k_B/e)⟨τ′(x−η)⟩/⟨τ′⟩ (docs/physics §§5, 6, 8).

use super::matthiessen::Window;
use super::{Carrier, Conditions, Mechanism};
use crate::error::Result;
use crate::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE};

/// What one band edge's carriers do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandTransport {
    /// Mean relaxation time ⟨τ′⟩, s.
    pub mean_tau_s: f64,
    /// Drift mobility with the conductivity mass, m²/(V s).
    pub mobility: f64,
    /// Hall factor r_H = μ_H/μ, the ellipsoids' factor 3K(K+2)/(2K+1)² included.
    pub hall_factor: f64,
    /// Seebeck coefficient, V/K: negative for electrons.
    pub seebeck: f64,
    /// Lorenz number κ_e/(σT), V²/K², at zero current.
    pub lorenz: f64,
}

/// Transport of the carriers in `at.valley`, filled to the reduced level `eta` = (μ − E_edge)/k_BT (holes:
/// (E_edge − μ)/k_BT), from the τ(E) of `mechanisms` together.
///
/// # Errors
/// Those of [`super::total_rate`].
pub fn band_transport(
    mechanisms: &[Mechanism],
    at: &Conditions,
    eta: f64,
) -> Result<BandTransport> {
    let valley = at.valley;
    // Relative to the mean time's order, so that no square underflows.
    let scale = super::total_rate(mechanisms, at.kt_ev(), at)?;
    let [all, tau, tau2, heat, heat2] = Window::new(mechanisms, at, eta).integral(|x, tau| {
        let energy = x * at.kt_ev();
        let k3 = (valley.wave_number(energy) * 1e-9).powi(3);
        let tau = tau * scale / valley.flattening(energy);
        let y = x - eta;
        Ok([k3, k3 * tau, k3 * tau * tau, k3 * tau * y, k3 * tau * y * y])
    })?;
    let mean_tau_s = tau / all / scale;
    let mean_heat = heat / tau;
    let sign = match at.edge.carrier {
        Carrier::Electrons => -1.0,
        Carrier::Holes => 1.0,
    };
    Ok(BandTransport {
        mean_tau_s,
        mobility: ELEMENTARY_CHARGE * mean_tau_s / (valley.conductivity_mass * ELECTRON_MASS),
        hall_factor: tau2 * all / (tau * tau) * valley.hall_anisotropy(),
        seebeck: sign * BOLTZMANN_EV * mean_heat,
        lorenz: BOLTZMANN_EV * BOLTZMANN_EV * (heat2 / tau - mean_heat * mean_heat),
    })
}
