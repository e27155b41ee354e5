//! The band near its edge: equal valleys of an effective mass, with Kane's nonparabolicity.
//!
//! E(1 + αE) = ħ²k²/2m (E. O. Kane, J. Phys. Chem. Solids 1, 249 (1957)); per spin and valley g = k²/(2π²ħv). An ellipsoidal
//! valley counts states with (m_l m_t²)^{1/3} and conducts with 3/(1/m_l + 2/m_t) (docs/physics §2).

use crate::error::{Error, Result};
use crate::fermi_dirac::window_integral;
use crate::units::{BOLTZMANN_EV, ELECTRON_MASS, EV, HBAR};
use std::f64::consts::PI;

/// m³ in cm³ and back.
const PER_M3_TO_PER_CM3: f64 = 1e-6;
/// Below this reduced level n ∝ e^η to rounding.
const CLASSICAL: f64 = -38.0;

/// Equal valleys at one band edge.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(try_from = "super::file::ValleyKeys")]
pub struct Valley {
    /// Density-of-states mass of one valley, m_e.
    pub dos_mass: f64,
    /// Conductivity mass, m_e.
    pub conductivity_mass: f64,
    /// Number of equal valleys.
    pub count: f64,
    /// Nonparabolicity α, 1/eV; 0 for a parabolic band.
    pub nonparabolicity_per_ev: f64,
    /// m_l/m_t of each ellipsoid; 1 for spheres. Enters the Hall factor alone.
    pub mass_ratio: f64,
}

impl Valley {
    /// One spherical parabolic valley of `mass` m_e.
    pub fn spherical(mass: f64) -> Self {
        Self {
            dos_mass: mass,
            conductivity_mass: mass,
            count: 1.0,
            nonparabolicity_per_ev: 0.0,
            mass_ratio: 1.0,
        }
    }

    /// `count` ellipsoids of longitudinal and transverse mass (m_e), placed as a cubic crystal has them.
    pub fn ellipsoidal(longitudinal_mass: f64, transverse_mass: f64, count: f64) -> Self {
        Self {
            dos_mass: (longitudinal_mass * transverse_mass * transverse_mass).cbrt(),
            conductivity_mass: 3.0 / (1.0 / longitudinal_mass + 2.0 / transverse_mass),
            count,
            nonparabolicity_per_ev: 0.0,
            mass_ratio: longitudinal_mass / transverse_mass,
        }
    }

    /// Wave number k, 1/m, at an energy above the edge.
    pub fn wave_number(&self, energy_ev: f64) -> f64 {
        let gamma = energy_ev * (1.0 + self.nonparabolicity_per_ev * energy_ev);
        (2.0 * self.mass_kg() * gamma.max(0.0) * EV).sqrt() / HBAR
    }

    /// Group velocity ħk/(m(1 + 2αE)) of a sphere with the density-of-states mass, m/s.
    pub fn speed(&self, energy_ev: f64) -> f64 {
        HBAR * self.wave_number(energy_ev) / (self.mass_kg() * self.flattening(energy_ev))
    }

    /// States of one spin in one valley, 1/(J m³): k²/(2π²ħv); 0 below the edge.
    pub fn dos_per_spin(&self, energy_ev: f64) -> f64 {
        if energy_ev <= 0.0 {
            return 0.0;
        }
        self.wave_number(energy_ev) * self.mass_kg() * self.flattening(energy_ev)
            / (2.0 * PI * PI * HBAR * HBAR)
    }

    /// States of both spins in all valleys, 1/(eV cm³).
    pub fn dos_per_ev_cm3(&self, energy_ev: f64) -> f64 {
        2.0 * self.count * self.dos_per_spin(energy_ev) * EV * PER_M3_TO_PER_CM3
    }

    /// Carriers, 1/cm³, at the reduced level η = (μ − E_edge)/k_BT (for holes (E_edge − μ)/k_BT).
    pub fn carriers_per_cm3(&self, eta: f64, temperature_k: f64) -> f64 {
        self.statistics(eta, temperature_k).0
    }

    /// ∂n/∂μ, 1/(eV cm³), at the reduced level η: what screens.
    pub fn response_per_ev_cm3(&self, eta: f64, temperature_k: f64) -> f64 {
        self.statistics(eta, temperature_k).1
    }

    /// The reduced level η that holds `carriers_per_cm3`.
    ///
    /// Newton's method on ln n(η), which is concave: from ln(n/N_c) every step stays below the root, so none can fail.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a density that is not positive and finite.
    pub fn reduced_level(&self, carriers_per_cm3: f64, temperature_k: f64) -> Result<f64> {
        if !(carriers_per_cm3 > 0.0 && carriers_per_cm3.is_finite()) {
            return Err(Error::bad_option(
                "carrier density",
                format!("it is {carriers_per_cm3} cm⁻³"),
                "give a positive number of carriers per cm³",
            ));
        }
        let kt = BOLTZMANN_EV * temperature_k;
        let (n, _) = self.statistics(CLASSICAL, temperature_k);
        let mut eta = CLASSICAL + (carriers_per_cm3 / n).ln();
        for _ in 0..200 {
            let (n, response) = self.statistics(eta, temperature_k);
            let step = (carriers_per_cm3 / n).ln() * n / (response * kt);
            eta += step;
            if step.abs() <= 1e-14 * (1.0 + eta.abs()) {
                break;
            }
        }
        Ok(eta)
    }

    /// n and ∂n/∂μ: the window averages of k³/3π² and of the density of states.
    fn statistics(&self, eta: f64, temperature_k: f64) -> (f64, f64) {
        let kt = BOLTZMANN_EV * temperature_k;
        let integrals = window_integral(eta, &[], |x| {
            let e = x * kt;
            let held = self.wave_number(e).powi(3) / (3.0 * PI * PI);
            Ok([held, self.dos_per_ev_cm3(e)])
        });
        let [held, response] = integrals.unwrap_or([f64::NAN; 2]);
        // The integrals stop at their classical limit; below it both are ∝ e^η.
        let classical = (eta - eta.max(-40.0)).exp();
        (
            self.count * held * PER_M3_TO_PER_CM3 * classical,
            response * classical,
        )
    }

    fn mass_kg(&self) -> f64 {
        self.dos_mass * ELECTRON_MASS
    }

    /// 1 + 2αE: by how much the mass ħk/v exceeds that of the edge.
    pub(super) fn flattening(&self, energy_ev: f64) -> f64 {
        1.0 + 2.0 * self.nonparabolicity_per_ev * energy_ev
    }

    /// Factor of the Hall factor for ellipsoids of a cubic crystal, 3K(K+2)/(2K+1)².
    pub fn hall_anisotropy(&self) -> f64 {
        let k = self.mass_ratio;
        3.0 * k * (k + 2.0) / (2.0 * k + 1.0).powi(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fermi_dirac::fermi_dirac;

    #[track_caller]
    fn close(got: f64, want: f64, digits: f64) {
        assert!((got / want - 1.0).abs() < digits, "{got:e} {want:e}");
    }

    /// docs/physics §2: masses of silicon and germanium; §3: their Hall anisotropy.
    #[test]
    fn silicon_and_germanium_have_their_masses() {
        let si = Valley::ellipsoidal(0.9163, 0.1905, 6.0);
        close(si.dos_mass, 0.321_570_264_008_014, 1e-14);
        close(si.conductivity_mass, 0.258_843_087_341_209, 1e-14);
        close(si.hall_anisotropy(), 0.871_293_871_292, 1e-12);
        let ge = Valley::ellipsoidal(1.588, 0.08152, 4.0);
        close(ge.dos_mass, 0.219_344_263_107_335, 1e-14);
        close(ge.conductivity_mass, 0.119_219_921_903_780, 1e-14);
        close(ge.hall_anisotropy(), 0.786_128_675_451, 1e-12);
    }

    /// n = N_c F_{1/2}(η) and ∂n/∂η = N_c F_{−1/2}(η) of a parabolic band, and back to η.
    #[test]
    fn a_parabolic_band_has_fermi_dirac_statistics() {
        let valley = Valley::spherical(1.08);
        let t = 300.0;
        let kt = BOLTZMANN_EV * t;
        let thermal = ELECTRON_MASS * 1.08 * kt * EV / (2.0 * PI * HBAR * HBAR);
        let nc = 2.0 * thermal.powf(1.5) * 1e-6;
        for eta in [-60.0, -35.0, -8.8, -1.0, 0.0, 4.0, 30.0, 90.0] {
            let n = valley.carriers_per_cm3(eta, t);
            close(n, nc * fermi_dirac(0.5, eta), 1e-11);
            close(
                valley.response_per_ev_cm3(eta, t) * kt,
                nc * fermi_dirac(-0.5, eta),
                1e-11,
            );
            let back = valley.reduced_level(n, t).unwrap();
            assert!((back - eta).abs() < 1e-10, "{back} {eta}");
        }
        assert!(valley.reduced_level(0.0, t).is_err());
    }

    /// ħv = dE/dk and g = dN/dE, with and without nonparabolicity.
    #[test]
    fn speed_and_states_are_derivatives() {
        for alpha in [0.0, 0.5] {
            let valley = Valley {
                nonparabolicity_per_ev: alpha,
                ..Valley::spherical(0.067)
            };
            let (e, h) = (0.2, 1e-5);
            let (low, high) = (valley.wave_number(e - h), valley.wave_number(e + h));
            close(valley.speed(e), 2.0 * h * EV / (high - low) / HBAR, 1e-8);
            let states = (high.powi(3) - low.powi(3)) / (6.0 * PI * PI);
            close(valley.dos_per_spin(e), states / (2.0 * h * EV), 1e-8);
        }
    }
}
