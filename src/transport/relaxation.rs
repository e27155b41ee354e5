//! The relaxation time of a calculation, as far as it is known.

use super::times::{Tau, Times};
use super::{BinnedTau, ThermalState, TransportDistribution};
use crate::error::{Error, Result};
use crate::scattering::ScatteringModel;

/// Where τ comes from.
#[derive(Clone, Copy)]
pub enum RelaxationTime<'a> {
    /// Not known, and taken to be the same at every energy: coefficients are per τ.
    Unknown,
    /// The same at every energy, s.
    Constant(f64),
    /// By mechanisms, from the edges (valence, conduction) of a gap, eV.
    Mechanisms(&'a ScatteringModel, Option<(f64, f64)>),
    /// Any function of the energy (eV), s.
    Function(Tau<'a>),
    /// As mechanisms gave it, with its errors.
    Binned(&'a BinnedTau),
    /// The bands' own, integrated with them.
    OfTheBands,
}

impl RelaxationTime<'_> {
    /// Whether coefficients are absolute.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// Gives `work` τ in a thermal state as a function of the energy, s, with its errors where `bars` are wanted; 1 where it is
    /// unknown or in the spectrum already.
    ///
    /// # Errors
    /// [`Error::BadOption`] where τ is given twice or not at all, or as [`TransportDistribution::scattered`]; those of `work`.
    pub(super) fn with<T>(
        &self,
        distribution: &TransportDistribution,
        state: &ThermalState,
        bars: bool,
        work: impl FnOnce(Times) -> Result<T>,
    ) -> Result<T> {
        if distribution.has_lifetimes() != matches!(self, Self::OfTheBands) {
            return Err(Error::bad_option(
                "relaxation time",
                "the spectrum must hold the bands' own relaxation times, or another must be given, not both",
                "give `--tau SECONDS` or nothing",
            ));
        }
        match self {
            Self::Unknown | Self::OfTheBands => work(Times::Same(&|_| 1.0)),
            Self::Constant(tau) => work(Times::Same(&|_| *tau)),
            Self::Function(tau) => work(Times::Same(*tau)),
            Self::Binned(tau) => work(Times::Binned(tau)),
            Self::Mechanisms(model, gap_ev) => {
                let tau = match bars {
                    true => distribution.scattered(model, *gap_ev, state)?,
                    false => distribution.scattered_value(model, *gap_ev, state)?,
                };
                work(Times::Binned(&tau))
            }
        }
    }
}
