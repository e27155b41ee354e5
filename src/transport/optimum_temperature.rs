//! The temperature at which the largest power factor or zT is largest, between temperatures whose optima are known.
//!
//! The largest value G(T) = max over μ of f(T, μ) has the slope of f along the optimal μ(T): moving μ changes it to second order
//! only. The errors of the integration, which move μ, move T by the slopes that they change at the same μ.

use super::maximum::{STENCIL, crossing, golden, slope_and_curvature};
use super::optimum::shifts;
use super::{Optimum, Search, TransportDistribution};
use crate::error::Result;
use crate::units::BOLTZMANN_EV;
use rayon::prelude::*;

/// The search ends at this share of a temperature.
const NARROW: f64 = 1e-4;
/// Distance of the stencil's points as a share of the temperature: window integrals change over several tens of per cent.
const STENCIL_SHARE: f64 = 0.02;
/// The stencil reaches so many steps, with one to spare; near an end of the temperatures its steps are shorter, down to this share.
const STENCIL_REACH: f64 = 4.0;
const LEAST_STENCIL_SHARE: f64 = 0.002;
/// Newton steps on the slope.
const NEWTON: usize = 2;
/// Between two temperatures μ is sought between their optima and so many k_BT of the higher one beyond.
const MARGIN_KT: f64 = 3.0;

/// Where, among all temperatures between the lowest and the highest one looked at, the largest objective is largest.
#[derive(Clone, Debug, PartialEq)]
pub struct BestTemperature {
    /// The optimum at that temperature.
    pub optimum: Optimum,
    /// False where it is the lowest or the highest temperature: the objective goes on rising beyond.
    pub inside: bool,
    /// How far errors of the integration move it, K.
    pub shift_k: f64,
    /// Between these temperatures, K, the largest objective stays within its bar of the maximum, or may by that shift.
    pub range_k: (f64, f64),
}

impl BestTemperature {
    /// The temperature, K.
    pub fn temperature_k(&self) -> f64 {
        self.optimum.state.temperature_k()
    }
}

impl TransportDistribution {
    /// The best temperature between those of `listed`, the optima of this search at several temperatures: between the neighbours
    /// of the best listed one the objective is taken to have one maximum. None for fewer than two temperatures, or where the largest
    /// of the listed optima goes on rising beyond the chemical potentials of the search.
    ///
    /// # Errors
    /// As [`TransportDistribution::optimum`].
    pub fn best_temperature(
        &self,
        search: &Search,
        listed: &[Optimum],
    ) -> Result<Option<BestTemperature>> {
        let mut listed: Vec<&Optimum> = listed.iter().collect();
        let of = |o: &Optimum| o.state.temperature_k();
        listed.sort_by(|a, b| of(a).total_cmp(&of(b)));
        listed.dedup_by(|a, b| of(a) == of(b));
        let value = |i: &usize| listed[*i].value.value;
        let best = (0..listed.len()).max_by(|a, b| value(a).total_cmp(&value(b)));
        let best = best.filter(|i| listed.len() > 1 && listed[*i].inside);
        let (Some(best), last) = (best, listed.len().saturating_sub(1)) else {
            return Ok(None);
        };
        let temperatures: Vec<f64> = listed.iter().map(|o| of(o)).collect();
        let ends = (temperatures[0], temperatures[last]);
        let near = near(search, &listed, ends.1);
        let largest = |t: f64| self.highest(&near, t).map(|(_, value)| value);
        let bracket = (
            temperatures[best.saturating_sub(1)],
            temperatures[(best + 1).min(last)],
        );
        let at_best = temperatures[best];
        let narrow = NARROW * at_best;
        let found = golden(&largest, bracket, narrow)?;
        // What golden section cannot tell from an end of the temperatures is that end.
        let at_end = |t: f64| t - ends.0 < 2.0 * narrow || ends.1 - t < 2.0 * narrow;
        let better = !at_end(found) && largest(found)? > largest(at_best)?;
        let inside = better || (best != 0 && best != last);
        let (mut t, mut shift_k) = (if better { found } else { at_best }, 0.0);
        if inside {
            (t, shift_k) = self.polished(&near, t, ends)?;
        }
        let optimum = if inside {
            self.optimum(search, t)?
        } else {
            listed[best].clone()
        };
        let level = largest(t)? - optimum.value.error;
        let reached = |all: &mut dyn Iterator<Item = f64>| -> Result<f64> {
            let mut from = t;
            for beyond in all {
                let to = crossing(&largest, level, (from, beyond), narrow)?;
                from = to;
                if to != beyond {
                    break;
                }
            }
            Ok(from)
        };
        let colder = temperatures.iter().rev().copied();
        let low = reached(&mut colder.filter(|x| *x < t))? - shift_k;
        let high = reached(&mut temperatures.iter().copied().filter(|x| *x > t))? + shift_k;
        Ok(Some(BestTemperature {
            optimum,
            inside,
            shift_k,
            range_k: (low.max(ends.0), high.min(ends.1)),
        }))
    }

    /// From near the maximum to where the slope of the extrapolated objective vanishes, and how far the variations move that place,
    /// K. Next to an end of the temperatures, or where the peak is too blunt for its slope, the place stays and a step is its error.
    fn polished(&self, search: &Search, from: f64, ends: (f64, f64)) -> Result<(f64, f64)> {
        let (mut t, mut shift_k) = (from, STENCIL_SHARE * from);
        for _ in 0..NEWTON {
            let room = (t - ends.0).min(ends.1 - t) / STENCIL_REACH;
            let step = (STENCIL_SHARE * t).min(room);
            if step < LEAST_STENCIL_SHARE * t {
                return Ok((t, STENCIL_SHARE * t));
            }
            let around = STENCIL
                .into_par_iter()
                .map(|k| {
                    let t = t + k * step;
                    let (mu, _) = self.highest(search, t)?;
                    let ensemble = self.ensemble_at(search, t, mu)?;
                    let value = ensemble.scalar(|m| search.of(m, t, self.volume_m3)).value;
                    let each = ensemble.each(|m| search.of(m, t, self.volume_m3));
                    Ok((ensemble, value, each))
                })
                .collect::<Result<Vec<_>>>()?;
            let values = std::array::from_fn(|i| around[i].1);
            let (slope, curvature) = slope_and_curvature(values, step);
            let movement = -slope / curvature;
            let usable = curvature < 0.0 && movement.abs() < STENCIL_REACH * step;
            if !usable {
                return Ok((t, STENCIL_SHARE * t));
            }
            t += movement;
            let each: Vec<Vec<f64>> = around.iter().map(|(_, _, each)| each.clone()).collect();
            shift_k = shifts(&around[0].0, &each, step, curvature);
        }
        Ok((t, shift_k))
    }
}

/// The search with the chemical potentials where the listed optima are and between them.
fn near<'a>(search: &Search<'a>, listed: &[&Optimum], hottest_k: f64) -> Search<'a> {
    let levels = listed.iter().map(|o| o.state.chemical_potential_ev().value);
    let (low, high) = levels.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mu| {
        (low.min(mu), high.max(mu))
    });
    let margin = MARGIN_KT * BOLTZMANN_EV * hottest_k;
    Search {
        range_ev: (
            (low - margin).max(search.range_ev.0),
            (high + margin).min(search.range_ev.1),
        ),
        ..*search
    }
}
