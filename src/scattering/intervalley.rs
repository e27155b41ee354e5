//! Optical and intervalley phonons through a deformation potential: f- and g-scattering of silicon, Γ–L of III–V crystals,
//! the non-polar optical phonons of holes.
//!
//! E. M. Conwell, High Field Transport in Semiconductors (1967), ch. 3; C. Jacoboni, L. Reggiani, Rev. Mod. Phys. 55, 645
//! (1983), §II. The final direction is random, so the rate of momentum loss is the rate of collisions.

use super::checked::{finite, positive, positive_option};
use super::rate::COUNTS_STATES;
use super::{Conditions, Holds, Scattering, Valley};
use crate::units::{EV, HBAR};
use serde::Deserialize;
use std::f64::consts::PI;

/// 1/τ = πD²Z_f/(ρω) [N g₁(E + ħω − ΔE) + (N+1) g₁(E − ħω − ΔE)].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intervalley {
    /// What to call it in reports: "g3", "Γ–L".
    #[serde(default)]
    pub label: Option<String>,
    /// Phonon energy ħω, meV.
    #[serde(deserialize_with = "positive")]
    pub phonon_energy_mev: f64,
    /// Coupling D (also written D_tK), eV/cm.
    #[serde(deserialize_with = "positive")]
    pub coupling_ev_per_cm: f64,
    /// Mass density ρ, kg/m³.
    #[serde(deserialize_with = "positive")]
    pub density_kg_per_m3: f64,
    /// Number of final valleys Z_f: in silicon 1 for g, 4 for f; 1 for optical phonons within a valley.
    #[serde(deserialize_with = "positive")]
    pub final_valleys: f64,
    /// Energy ΔE of the final valleys' edge above the initial one's, eV.
    #[serde(default, deserialize_with = "finite")]
    pub energy_offset_ev: f64,
    /// Density-of-states mass of one final valley, m_e, taken as parabolic; the initial valley's own form where absent.
    #[serde(default, deserialize_with = "positive_option")]
    pub final_dos_mass: Option<f64>,
}

impl Scattering for Intervalley {
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64 {
        let phonon_ev = self.phonon_energy_mev * 1e-3;
        let valley = self.final_dos_mass.map_or(at.valley, Valley::spherical);
        let n = at.phonons(phonon_ev);
        let arrives = energy_above_edge_ev - self.energy_offset_ev;
        let states = n * valley.dos_per_spin(arrives + phonon_ev)
            + (n + 1.0) * valley.dos_per_spin(arrives - phonon_ev);
        let coupling = self.coupling_ev_per_cm * 100.0 * EV;
        let frequency = phonon_ev * EV / HBAR;
        PI * coupling * coupling * self.final_valleys * states
            / (self.density_kg_per_m3 * frequency)
    }

    fn holds(&self) -> Holds {
        COUNTS_STATES
    }

    fn kinks_ev(&self, _: &Conditions) -> Vec<f64> {
        let phonon_ev = self.phonon_energy_mev * 1e-3;
        vec![
            self.energy_offset_ev - phonon_ev,
            self.energy_offset_ev + phonon_ev,
        ]
    }

    fn needs_valley(&self, _: &Conditions) -> bool {
        self.final_dos_mass.is_none()
    }
}
