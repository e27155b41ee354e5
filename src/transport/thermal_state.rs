//! A temperature and a chemical potential: given, or found from a doping in every variation of the distribution.

use super::Scalar;
use super::carriers::CarrierDensities;
use super::distribution::{TransportDistribution, VALUE, Variation};
use super::doping::{Doping, positive_temperature};
use crate::error::Result;
use crate::uncertainty::{ByCause, Cause};
use crate::units::BOLTZMANN_EV;

/// A temperature and a chemical potential, given or found from a doping.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermalState {
    pub(super) temperature_k: f64,
    /// μ of each variation of the distribution, eV: a doping fixes the carriers, not μ.
    pub(super) mu_ev: Vec<f64>,
    /// What each variation is about.
    causes: Vec<Cause>,
    /// The doping that μ was found from.
    doping: Option<Doping>,
}

impl ThermalState {
    /// T, K.
    pub fn temperature_k(&self) -> f64 {
        self.temperature_k
    }

    /// μ, eV, with a bar where it was found from a doping.
    pub fn chemical_potential_ev(&self) -> Scalar {
        let value = self.mu_ev[0];
        let mut bar = ByCause::default();
        for (mu, cause) in self.mu_ev.iter().zip(&self.causes) {
            bar[*cause] += (mu - value).abs();
        }
        Scalar::from((value, bar))
    }
}

impl TransportDistribution {
    /// The state at a temperature (K) and a chemical potential (eV, on the bands' scale).
    ///
    /// # Errors
    /// [`crate::Error::BadOption`] for a temperature that is not positive.
    pub fn at_chemical_potential(&self, temperature_k: f64, mu_ev: f64) -> Result<ThermalState> {
        Ok(ThermalState {
            temperature_k: positive_temperature(temperature_k)?,
            mu_ev: vec![mu_ev; self.variations().len()],
            causes: self.causes(),
            doping: None,
        })
    }

    /// The state at a temperature (K) in which the carriers compensate `doping`.
    ///
    /// # Errors
    /// As [`Doping::chemical_potential`].
    pub fn at_doping(&self, temperature_k: f64, doping: &Doping) -> Result<ThermalState> {
        let mu = doping.chemical_potential(self, temperature_k)?;
        let kt = BOLTZMANN_EV * temperature_k;
        let imbalance = |v: Variation, mu: f64| {
            let (n, p) = (self.ln_electrons_of(v, mu, kt), self.ln_holes_of(v, mu, kt));
            doping.imbalance(n, p, mu, kt)
        };
        let step = 1e-3 * kt;
        let slope = (imbalance(VALUE, mu + step) - imbalance(VALUE, mu - step)) / (2.0 * step);
        // Each variation's own solution, from this one by Newton's method with this slope: in logarithms they are near. Where that
        // does not come to an end (at 2 K a band edge moves by many k_BT), between brackets.
        let rest = imbalance(VALUE, mu);
        let of = |v: Variation| {
            let mut own = mu;
            for _ in 0..8 {
                let shift = -(imbalance(v, own) - rest) / slope;
                if !shift.is_finite() {
                    break;
                }
                own = (own + shift).clamp(self.axis.first(), self.axis.last());
                if shift.abs() < 1e-9 * kt {
                    return own;
                }
            }
            let seen = Seen {
                distribution: self,
                variation: v,
            };
            doping
                .chemical_potential(&seen, temperature_k)
                .unwrap_or(own)
        };
        Ok(ThermalState {
            temperature_k,
            mu_ev: self.variations().into_iter().map(of).collect(),
            causes: self.causes(),
            doping: Some(doping.clone()),
        })
    }

    /// The state that `other` is of another distribution, here: at its chemical potential, or of its doping.
    ///
    /// # Errors
    /// As [`at_doping`](Self::at_doping).
    pub(super) fn like(&self, other: &ThermalState) -> Result<ThermalState> {
        match &other.doping {
            Some(doping) => self.at_doping(other.temperature_k, doping),
            None => self.at_chemical_potential(other.temperature_k, other.mu_ev[0]),
        }
    }

    /// The cause of each variation.
    fn causes(&self) -> Vec<Cause> {
        self.variations().into_iter().map(|v| v.cause).collect()
    }
}

/// The carriers as a variation has them.
struct Seen<'a> {
    distribution: &'a TransportDistribution,
    variation: Variation,
}

impl CarrierDensities for Seen<'_> {
    fn ln_electrons(&self, mu_ev: f64, kt_ev: f64) -> f64 {
        self.distribution
            .ln_electrons_of(self.variation, mu_ev, kt_ev)
    }

    fn ln_holes(&self, mu_ev: f64, kt_ev: f64) -> f64 {
        self.distribution.ln_holes_of(self.variation, mu_ev, kt_ev)
    }

    fn range_ev(&self) -> (f64, f64) {
        self.distribution.range_ev()
    }
}
