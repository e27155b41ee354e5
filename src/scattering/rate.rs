//! What every mechanism can do, and for which bands its rate holds.

use super::Conditions;

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

/// For which bands a mechanism's rate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The rate is a function of the energy, or of the bands' own density of states: of layers and chains, too.
    InAnyDimension,
    /// The rate was derived for three-dimensional bands. In words that follow the mechanism's name: what makes it so.
    InThreeDimensions(&'static str),
}

/// What [`Holds::InThreeDimensions`] says of a golden rule with a valley's own states.
pub(super) const COUNTS_STATES: Holds =
    Holds::InThreeDimensions("counts the final states of a three-dimensional valley");
