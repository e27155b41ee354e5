//! What every mechanism can do, and the list of them.

use super::{
    AcousticDeformation, Alloy, Conditions, ConstantTime, Holds, Intervalley, InverseDos,
    IonisedImpurities, MeanFreePath, NeutralImpurities, Piezoelectric, PolarOptical, PowerLaw,
    Tabulated,
};
use crate::error::{Error, Result};

/// Rates are taken at this energy, eV, where a carrier has less: some diverge or vanish at the edge itself. Far below
/// any width of a level, and carriers there conduct nothing.
pub const LEAST_ENERGY_EV: f64 = 1e-9;

/// A scattering mechanism.
pub trait Scattering {
    /// Rate 1/τ of momentum loss, 1/s, at an energy above the band edge (holes: below it) of at least
    /// [`LEAST_ENERGY_EV`].
    fn rate(&self, energy_above_edge_ev: f64, at: &Conditions) -> f64;

    /// For which bands the rate holds.
    fn holds(&self) -> Holds;

    /// Energies above the edge, eV, at which the rate is not smooth: integrals are cut there.
    fn kinks_ev(&self, _at: &Conditions) -> Vec<f64> {
        Vec::new()
    }

    /// Energies above the edge, eV, ascending, between which the rate is interpolated.
    fn rows_ev(&self) -> &[f64] {
        &[]
    }

    /// Energies above the edge, eV, between which the rate is known; `None` where everywhere.
    fn range_ev(&self) -> Option<(f64, f64)> {
        None
    }

    /// Whether the rate needs the valley's masses, given what else is known of the bands.
    fn needs_valley(&self, _at: &Conditions) -> bool {
        false
    }

    /// Whether the rate goes by the carriers of the sample or by the bands' density of states, which have bars.
    fn goes_by_sample(&self) -> bool {
        false
    }

    /// Whether it goes by the bands' density of states, which scatters from bin to bin.
    fn goes_by_states(&self) -> bool {
        false
    }

    /// Parameters that contradict each other, in words.
    fn contradiction(&self) -> Option<String> {
        None
    }
}

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
