//! The list of mechanisms.

use super::{
    AcousticDeformation, Alloy, Conditions, ConstantTime, Intervalley, InverseDos,
    IonisedImpurities, LEAST_ENERGY_EV, MeanFreePath, NeutralImpurities, Piezoelectric,
    PolarOptical, PowerLaw, Scattering, Tabulated,
};
use crate::error::{Error, Result};

/// Any mechanism.
#[derive(Clone, Debug, PartialEq)]
pub enum Mechanism {
    /// One relaxation time.
    ConstantTime(ConstantTime),
    /// One mean free path.
    MeanFreePath(MeanFreePath),
    /// A power of the energy.
    PowerLaw(PowerLaw),
    /// τ ∝ 1/DOS.
    InverseDos(InverseDos),
    /// Acoustic phonons, deformation potential.
    Acoustic(AcousticDeformation),
    /// Acoustic phonons, piezoelectric field.
    Piezoelectric(Piezoelectric),
    /// Polar optical phonons.
    PolarOptical(PolarOptical),
    /// Optical and intervalley phonons.
    Intervalley(Intervalley),
    /// Ionised impurities.
    Ionised(IonisedImpurities),
    /// Neutral impurities.
    Neutral(NeutralImpurities),
    /// Alloy disorder.
    Alloy(Alloy),
    /// A table τ(E).
    Tabulated(Tabulated),
}

impl Mechanism {
    /// Its key in a parameter file.
    pub fn key(&self) -> &'static str {
        match self {
            Self::ConstantTime(_) => "constant_time",
            Self::MeanFreePath(_) => "mean_free_path",
            Self::PowerLaw(_) => "power_law",
            Self::InverseDos(_) => "inverse_dos",
            Self::Acoustic(_) => "acoustic",
            Self::Piezoelectric(_) => "piezoelectric",
            Self::PolarOptical(_) => "polar_optical",
            Self::Intervalley(_) => "intervalley",
            Self::Ionised(_) => "ionised_impurities",
            Self::Neutral(_) => "neutral_impurities",
            Self::Alloy(_) => "alloy",
            Self::Tabulated(_) => "tabulated",
        }
    }

    /// The mechanism itself.
    pub fn scattering(&self) -> &dyn Scattering {
        match self {
            Self::ConstantTime(m) => m,
            Self::MeanFreePath(m) => m,
            Self::PowerLaw(m) => m,
            Self::InverseDos(m) => m,
            Self::Acoustic(m) => m,
            Self::Piezoelectric(m) => m,
            Self::PolarOptical(m) => m,
            Self::Intervalley(m) => m,
            Self::Ionised(m) => m,
            Self::Neutral(m) => m,
            Self::Alloy(m) => m,
            Self::Tabulated(m) => m,
        }
    }

    /// Rate 1/τ, 1/s, at an energy above the band edge (holes: below it): finite and not negative.
    ///
    /// # Errors
    /// [`Error::BadOption`] where a table does not reach the energy, or where the conditions leave the rate undefined
    /// (impurities that nothing screens, bands without states at a reference energy).
    pub fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> Result<f64> {
        let energy = energy_above_edge_ev.max(LEAST_ENERGY_EV);
        let scattering = self.scattering();
        if let Some((low, high)) = scattering.range_ev()
            && !(low..=high).contains(&energy)
        {
            return Err(Error::bad_option(
                self.key(),
                format!(
                    "τ is asked for {energy} eV above the band edge, the table covers {low} to {high} eV"
                ),
                "extend the table, or narrow the energy window",
            ));
        }
        let rate = scattering.rate(energy, at);
        if rate.is_finite() && rate >= 0.0 {
            return Ok(rate);
        }
        Err(Error::bad_option(
            self.key(),
            format!("the rate {energy} eV above the band edge is {rate} 1/s"),
            "check its parameters; Brooks–Herring impurities need mobile carriers that screen them, and `inverse_dos` \
             states at its reference energy",
        ))
    }
}
