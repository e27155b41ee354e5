//! Electrons above and holes below a gap, each counted by itself and in logarithms: no cancellation, no underflow.

use super::Scalar;
use super::distribution::{TransportDistribution, VALUE, Variation};
use crate::uncertainty::ByCause;
use crate::units::{BOLTZMANN_EV, PER_CM3};
use std::ops::Range;

/// Carrier densities as functions of the chemical potential.
pub trait CarrierDensities {
    /// ln of the electrons per cm³ at μ (eV) and k_BT (eV); −∞ where there are none.
    fn ln_electrons(&self, mu_ev: f64, kt_ev: f64) -> f64;
    /// ln of the holes per cm³, likewise.
    fn ln_holes(&self, mu_ev: f64, kt_ev: f64) -> f64;
    /// The chemical potentials between which these hold, eV.
    fn range_ev(&self) -> (f64, f64);
}

/// ln(full + Σ aᵢ f(xᵢ)) of the Fermi function f(x) = 1/(eˣ + 1), for terms (aᵢ, xᵢ).
fn ln_sum_of_fermi(full: f64, terms: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    // f(x) = e^{−x}/(1 + e^{−x}) for x > 0: the smallest such x is taken out of the sum.
    let mut out = terms
        .clone()
        .filter(|(a, _)| *a > 0.0)
        .fold(f64::INFINITY, |least, (_, x)| least.min(x))
        .max(0.0);
    if full > 0.0 {
        out = 0.0;
    }
    if out.is_infinite() {
        return f64::NEG_INFINITY;
    }
    let of = |(a, x): (f64, f64)| {
        let e = (-x.abs()).exp();
        let numerator = if x > 0.0 { (out - x).exp() } else { out.exp() };
        a * numerator / (1.0 + e)
    };
    // Terms far above the nearest are below rounding; a variation's negative contents may not outweigh the others.
    let sum = full + terms.filter(|(_, x)| *x < out + FAR).map(of).sum::<f64>();
    sum.max(f64::MIN_POSITIVE).ln() - out
}

/// So many k_BT above the nearest states carriers are below rounding.
const FAR: f64 = 80.0;
/// So many k_BT beyond μ states are full, but for rounding.
const FULL: f64 = 40.0;
/// The exponent of a factor at most, so that sums of them are numbers.
const LARGEST: f64 = 600.0;

/// The points of one kind of carrier: those beyond μ that are full, and those whose occupation is a number of its own.
struct Points {
    full: Range<usize>,
    near: Range<usize>,
}

/// Fermi functions at the points of a distribution that matter, times a factor that keeps them from underflowing: of electrons
/// and of holes.
pub(super) struct FermiFactors {
    sides: [(Points, Vec<f64>, f64); 2],
}

impl FermiFactors {
    /// ln of electrons and of holes per cm³, as a variation holds states.
    pub fn ln_densities(
        &self,
        distribution: &TransportDistribution,
        variation: Variation,
    ) -> [f64; 2] {
        let held = distribution.held(variation);
        self.sides.each_ref().map(|(points, factors, ln_scale)| {
            if factors.is_empty() && points.full.is_empty() {
                return f64::NEG_INFINITY;
            }
            let terms = held[points.near.clone()].iter().zip(factors);
            let near: f64 = terms.map(|(a, f)| a * f).sum();
            let sum = distribution.held_within(variation, &points.full) + near;
            // A variation's negative contents may not outweigh the others.
            sum.max(f64::MIN_POSITIVE).ln() - ln_scale - distribution.ln_volume_cm3()
        })
    }
}

impl TransportDistribution {
    /// The points of electrons (0) or of holes (1), at μ and k_BT, eV.
    fn points(&self, side: usize, mu_ev: f64, kt_ev: f64) -> Points {
        let energies = self.states(VALUE).energies();
        let split = energies.partition_point(|&e| e < self.split_ev);
        let nearest = self.nearest(mu_ev, kt_ev)[side].unwrap_or(0.0);
        let reach = (nearest.max(0.0) + FAR) * kt_ev;
        let full = FULL * kt_ev;
        if side == 0 {
            let start = energies.partition_point(|&e| e < mu_ev - full).max(split);
            let end = energies.partition_point(|&e| e < mu_ev + reach).max(start);
            Points {
                full: split..start,
                near: start..end,
            }
        } else {
            let end = energies.partition_point(|&e| e <= mu_ev + full).min(split);
            let start = energies.partition_point(|&e| e <= mu_ev - reach).min(end);
            Points {
                full: end..split,
                near: start..end,
            }
        }
    }

    fn ln_carriers(&self, side: usize, variation: Variation, mu_ev: f64, kt_ev: f64) -> f64 {
        let points = self.points(side, mu_ev, kt_ev);
        let sign = if side == 0 { 1.0 } else { -1.0 };
        let energies = &self.states(variation).energies()[points.near.clone()];
        let held = &self.held(variation)[points.near];
        let terms = energies.iter().zip(held);
        let terms = terms.map(|(e, a)| (*a, sign * (e - mu_ev) / kt_ev));
        ln_sum_of_fermi(self.held_within(variation, &points.full), terms) - self.ln_volume_cm3()
    }

    pub(super) fn ln_electrons_of(&self, variation: Variation, mu_ev: f64, kt_ev: f64) -> f64 {
        self.ln_carriers(0, variation, mu_ev, kt_ev)
    }

    pub(super) fn ln_holes_of(&self, variation: Variation, mu_ev: f64, kt_ev: f64) -> f64 {
        self.ln_carriers(1, variation, mu_ev, kt_ev)
    }

    /// At μ (eV) and k_BT (eV).
    pub(super) fn fermi_factors(&self, mu_ev: f64, kt_ev: f64) -> FermiFactors {
        let energies = self.states(VALUE).energies();
        let reaches = self.nearest(mu_ev, kt_ev);
        let side = |i: usize| {
            let points = self.points(i, mu_ev, kt_ev);
            let Some(nearest) = reaches[i] else {
                let none = Points {
                    full: 0..0,
                    near: 0..0,
                };
                return (none, Vec::new(), 0.0);
            };
            let sign = if i == 0 { 1.0 } else { -1.0 };
            let ln_scale = nearest.max(0.0);
            let unscale = (-ln_scale).exp();
            let factors = energies[points.near.clone()].iter().map(|e| {
                let x = sign * (e - mu_ev) / kt_ev;
                // Nearer than the nearest there are states of variations alone, whose band edges lie elsewhere.
                let scaled = (ln_scale - x).min(LARGEST).exp();
                scaled / (1.0 + scaled * unscale)
            });
            let factors = factors.collect();
            (points, factors, ln_scale)
        };
        FermiFactors {
            sides: [side(0), side(1)],
        }
    }

    /// How far above μ the lowest state of electrons lies and below it the highest of holes, in k_BT; none without such states.
    fn nearest(&self, mu_ev: f64, kt_ev: f64) -> [Option<f64>; 2] {
        let first = self.occupied.partition_point(|&e| e < self.split_ev);
        let below = first.checked_sub(1);
        [
            self.occupied.get(first).map(|e| (e - mu_ev) / kt_ev),
            below.map(|i| (mu_ev - self.occupied[i]) / kt_ev),
        ]
    }

    fn ln_volume_cm3(&self) -> f64 {
        (self.volume_m3 * PER_CM3).ln()
    }

    /// Whether electrons and holes are parted by a gap.
    pub fn has_gap(&self) -> bool {
        let bin = self.axis.edges().partition_point(|&e| e <= self.split_ev);
        let inside = bin.clamp(1, self.axis.bins()) - 1;
        self.states_in(inside) == 0.0
    }

    /// Electrons above and holes below the split, per cm³, at a state.
    pub fn carriers(&self, temperature_k: f64, mu_ev: f64) -> [Scalar; 2] {
        let kt = BOLTZMANN_EV * temperature_k;
        let both = |v: Variation| {
            [
                self.ln_electrons_of(v, mu_ev, kt).exp(),
                self.ln_holes_of(v, mu_ev, kt).exp(),
            ]
        };
        let value = both(VALUE);
        let mut bars = [ByCause::default(); 2];
        for variation in self.variations().into_iter().skip(1) {
            for (bar, (x, v)) in bars.iter_mut().zip(both(variation).iter().zip(value)) {
                bar[variation.cause] += (x - v).abs();
            }
        }
        std::array::from_fn(|i| Scalar::from((value[i], bars[i])))
    }
}

impl CarrierDensities for TransportDistribution {
    fn ln_electrons(&self, mu_ev: f64, kt_ev: f64) -> f64 {
        self.ln_electrons_of(VALUE, mu_ev, kt_ev)
    }

    fn ln_holes(&self, mu_ev: f64, kt_ev: f64) -> f64 {
        self.ln_holes_of(VALUE, mu_ev, kt_ev)
    }

    fn range_ev(&self) -> (f64, f64) {
        (self.axis.first(), self.axis.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_fermi_functions_neither_underflow_nor_overflow() {
        let of = |terms: &[(f64, f64)]| ln_sum_of_fermi(0.0, terms.iter().copied());
        assert!((of(&[(2.0, 0.0)]) - 0.0).abs() < 1e-15);
        assert!((of(&[(1.0, 5000.0)]) + 5000.0).abs() < 1e-9);
        assert!((of(&[(3.0, -5000.0)]) - 3f64.ln()).abs() < 1e-15);
        let two = of(&[(1.0, 1000.0), (1.0, 1001.0)]);
        assert!((two - (-1000.0 + (-1f64).exp().ln_1p())).abs() < 1e-12);
        assert_eq!(of(&[]), f64::NEG_INFINITY);
        let full = ln_sum_of_fermi(2.0, [(1.0, 30.0)].into_iter());
        assert!((full - (2.0 + (-30f64).exp()).ln()).abs() < 1e-15);
    }
}
