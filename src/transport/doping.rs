//! The chemical potential of a doped crystal: n − p = N_D⁺ − N_A⁻ (docs/physics §18), solved in logarithms, so that 10⁸ cm⁻³ at 2 K
//! is no harder than 10²³ at 2000 K.

use super::Density;
use super::carriers::CarrierDensities;
use crate::error::{Error, Result};
use crate::units::BOLTZMANN_EV;

/// Impurities of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImpurityLevel {
    /// Density.
    pub density: Density,
    /// Energy of the level on the bands' scale, eV.
    pub energy_ev: f64,
    /// States of the neutral impurity: 2 for simple donors, 4 for simple acceptors.
    pub degeneracy: f64,
}

/// What the free carriers compensate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doping {
    /// Ionised donors less ionised acceptors at any temperature: positive gives electrons, negative holes.
    pub fixed: Density,
    /// Donors: N/(1 + g e^{(μ − E)/kT}) are ionised.
    pub donors: Vec<ImpurityLevel>,
    /// Acceptors: N/(1 + g e^{(E − μ)/kT}) are ionised.
    pub acceptors: Vec<ImpurityLevel>,
}

impl Doping {
    /// A fixed density of electrons (positive) or holes (negative) in excess of the other, cm⁻³.
    pub fn fixed(net_electrons_cm3: f64) -> Self {
        Self {
            fixed: Density::per_volume(net_electrons_cm3),
            ..Self::default()
        }
    }

    /// # Errors
    /// [`Error::BadOption`] for a number that cannot be.
    pub fn validate(&self) -> Result<()> {
        let levels = self.donors.iter().chain(&self.acceptors);
        let usable = |l: &ImpurityLevel| {
            l.density.value() >= 0.0
                && l.degeneracy > 0.0
                && [l.density.value(), l.degeneracy, l.energy_ev]
                    .iter()
                    .all(|x| x.is_finite())
        };
        if let Some(bad) = levels.into_iter().find(|l| !usable(l)) {
            return Err(Error::bad_option(
                "impurity level",
                format!(
                    "{} at {} eV with degeneracy {}",
                    bad.density, bad.energy_ev, bad.degeneracy
                ),
                "give a density of 0 or more, a finite level and a positive degeneracy",
            ));
        }
        if !self.fixed.value().is_finite() {
            return Err(Error::bad_option(
                "--doping",
                self.fixed.to_string(),
                "give a finite density",
            ));
        }
        Ok(())
    }

    /// The option that asks for the most basic part of this, and all of it in words, in the units it was given in.
    fn asked(&self) -> (&'static str, String) {
        let mut parts: Vec<(&'static str, String)> = Vec::new();
        let fixed = self.fixed.value();
        if fixed != 0.0 {
            let kind = if fixed < 0.0 { "p-type" } else { "n-type" };
            parts.push(("--doping", format!("{} ({kind})", self.fixed.abs())));
        }
        for (option, levels, name) in [
            ("--donors", &self.donors, "donors"),
            ("--acceptors", &self.acceptors, "acceptors"),
        ] {
            parts.extend(
                levels
                    .iter()
                    .map(|l| (option, format!("{} of {name}", l.density))),
            );
        }
        let option = parts.first().map_or("--doping", |(option, _)| option);
        if parts.is_empty() {
            return (option, self.fixed.to_string());
        }
        let words: Vec<String> = parts.into_iter().map(|(_, words)| words).collect();
        (option, words.join(" and "))
    }

    /// ln(n + N_A⁻) − ln(p + N_D⁺): negative below the chemical potential that is sought, and increasing.
    pub(super) fn imbalance(&self, ln_n: f64, ln_p: f64, mu_ev: f64, kt_ev: f64) -> f64 {
        let ionized = |levels: &[ImpurityLevel], sign: f64| -> Vec<f64> {
            let ln = |l: &ImpurityLevel| {
                l.density.per_volume_cm3().ln()
                    - ln_1p_exp(l.degeneracy.ln() + sign * (mu_ev - l.energy_ev) / kt_ev)
            };
            levels.iter().map(ln).collect()
        };
        let mut negative = ionized(&self.acceptors, -1.0);
        let mut positive = ionized(&self.donors, 1.0);
        let fixed = self.fixed.per_volume_cm3();
        if fixed < 0.0 {
            negative.push((-fixed).ln());
        } else {
            positive.push(fixed.ln());
        }
        negative.push(ln_n);
        positive.push(ln_p);
        ln_sum_exp(&negative) - ln_sum_exp(&positive)
    }

    /// The chemical potential, eV, at which the carriers compensate the impurities: bracketed regula falsi.
    ///
    /// # Errors
    /// [`Error::BadOption`] for impurities that cannot be, a temperature that is not positive, or more carriers than the
    /// bands hold within their range.
    pub fn chemical_potential(
        &self,
        carriers: &dyn CarrierDensities,
        temperature_k: f64,
    ) -> Result<f64> {
        self.validate()?;
        let kt = BOLTZMANN_EV * positive_temperature(temperature_k)?;
        let imbalance = |mu: f64| {
            self.imbalance(
                carriers.ln_electrons(mu, kt),
                carriers.ln_holes(mu, kt),
                mu,
                kt,
            )
        };
        let (mut low, mut high) = carriers.range_ev();
        let (mut at_low, mut at_high) = (imbalance(low), imbalance(high));
        // Where neither electrons nor holes compensate anything, −∞ less −∞ says nothing.
        let bracketed = at_low < 0.0 && at_high > 0.0;
        if !bracketed {
            let (option, asked) = self.asked();
            return Err(Error::bad_option(
                option,
                format!(
                    "the bands hold no balance for {asked} at {temperature_k} K with the chemical potential between {low:.4} and {high:.4} eV"
                ),
                "give a smaller density, bands on both sides of the gap, or a file with more bands",
            ));
        }
        // Illinois: the end that stays twice has its value halved, so that both ends close in.
        let mut kept = 0;
        for _ in 0..200 {
            if high - low <= 4.0 * f64::EPSILON * (low.abs() + high.abs()) + 1e-13 * kt {
                break;
            }
            let weight = at_low / (at_low - at_high);
            let mut mu = low + weight * (high - low);
            let usable = at_low.is_finite() && at_high.is_finite() && mu > low && mu < high;
            if !usable || kept >= 4 || kept <= -4 {
                mu = 0.5 * (low + high);
                kept = 0;
            }
            let value = imbalance(mu);
            if value == 0.0 {
                return Ok(mu);
            }
            if value < 0.0 {
                (low, at_low) = (mu, value);
                kept = if kept > 0 { kept + 1 } else { 1 };
                if kept > 1 {
                    at_high *= 0.5;
                }
            } else {
                (high, at_high) = (mu, value);
                kept = if kept < 0 { kept - 1 } else { -1 };
                if kept < -1 {
                    at_low *= 0.5;
                }
            }
        }
        Ok(0.5 * (low + high))
    }
}

/// # Errors
/// [`Error::BadOption`] for a temperature that is not positive.
pub(super) fn positive_temperature(temperature_k: f64) -> Result<f64> {
    if temperature_k > 0.0 && temperature_k.is_finite() {
        return Ok(temperature_k);
    }
    Err(Error::bad_option(
        "temperature",
        format!("{temperature_k} K"),
        "give a positive temperature; for T = 0 use `bzint fermi`",
    ))
}

/// ln(1 + eˣ).
fn ln_1p_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// ln Σ eˣ; −∞ for no terms.
fn ln_sum_exp(x: &[f64]) -> f64 {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + x.iter().map(|v| (v - largest).exp()).sum::<f64>().ln()
}
