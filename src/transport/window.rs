//! Thermal averages of a transport distribution: moments about μ under the Fermi window −∂f₀/∂ε.

use super::contents::{PAIRS, pair};
use super::distribution::{TransportDistribution, VALUE, Variation, inside};
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::units::BOLTZMANN_EV;

/// A relaxation time as a function of the energy (eV), in s.
pub type Tau<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// How far beyond the first states a window is followed, in units of k_BT: what is left is e⁻⁶⁰ of it.
const REACH: f64 = 60.0;

/// Largest share of L⁰ that bins wider than k_BT may carry.
const COARSE_SHARE: f64 = 1e-3;

/// Gauss–Laguerre points and weights for ∫₀^∞ e⁻ᵗ g(t) dt.
const LAGUERRE: [(f64, f64); 4] = [
    (0.322_547_689_619_392_3, 0.603_154_104_341_633_6),
    (1.745_761_101_158_346_6, 0.357_418_692_437_799_7),
    (4.536_620_296_921_128, 0.038_887_908_515_005_384),
    (9.395_070_912_301_133, 0.000_539_294_705_561_327_5),
];

/// (−∂f₀/∂ε)·k_BT = e^{−|x|}/(1 + e^{−|x|})² with x = (ε − μ)/k_BT, which never overflows.
pub fn fermi_window(x: f64) -> f64 {
    scaled_window(x, 0.0)
}

/// The window times e^{shift}: with the shift of the nearest states, deep gaps do not underflow; nothing is nearer than those.
fn scaled_window(x: f64, shift: f64) -> f64 {
    if x.abs() < shift * (1.0 - 1e-12) {
        return 0.0;
    }
    let e = (-x.abs()).exp();
    (shift - x.abs()).exp() / (1.0 + e).powi(2)
}

/// Moments ⟨F τᵐ (ε − μ)ⁿ (−∂f₀/∂ε)⟩ per cell, over the carriers of one sign or of both, divided by e^{ln_scale}.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Moments {
    /// Logarithm of the common factor.
    pub ln_scale: f64,
    /// States, n = 0, 1, 2: eVⁿ⁻¹.
    pub states: [f64; 3],
    /// v_i v_j τ, n = 0, 1, 2: (m²/s) eVⁿ⁻¹.
    pub velocity: [Tensor; 3],
    /// Hall(l, k) τ², n = 0, 1: (m²/kg) eVⁿ⁻¹.
    pub hall: [Tensor; 2],
    /// Magneto(i, j, k, l) τ³, n = 0: (m² s/kg²) eV⁻¹; `6 × [i, j] + [k, l]`, empty where not integrated.
    pub magneto: Vec<f64>,
}

impl Moments {
    /// Sum of two, which have one scale.
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for n in 0..3 {
            sum.states[n] += other.states[n];
            add(&mut sum.velocity[n], &other.velocity[n]);
        }
        for n in 0..2 {
            add(&mut sum.hall[n], &other.hall[n]);
        }
        for (x, y) in sum.magneto.iter_mut().zip(&other.magneto) {
            *x += y;
        }
        sum
    }

    /// The common factor; 0 where it is too small for a number.
    pub fn scale(&self) -> f64 {
        self.ln_scale.exp()
    }
}

fn add(a: &mut Tensor, b: &Tensor) {
    for (x, y) in a.iter_mut().flatten().zip(b.iter().flatten()) {
        *x += y;
    }
}

impl TransportDistribution {
    /// Moments at μ of electrons and of holes, with the relaxation time `tau`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for μ outside the axis, bins too wide for the temperature, no states at all, or a relaxation time that
    /// is not positive.
    pub(super) fn moments(
        &self,
        variation: Variation,
        mu_ev: f64,
        temperature_k: f64,
        tau: Tau,
    ) -> Result<[Moments; 2]> {
        inside(&self.axis, "chemical potential", mu_ev)?;
        let kt = BOLTZMANN_EV * temperature_k;
        let above = self.occupied.partition_point(|&e| e < mu_ev);
        let nearest = [above.checked_sub(1), Some(above)]
            .into_iter()
            .flatten()
            .filter_map(|i| self.occupied.get(i))
            .map(|e| (e - mu_ev).abs())
            .fold(f64::INFINITY, f64::min);
        if nearest.is_infinite() {
            return Err(Error::bad_option(
                "energy range",
                format!(
                    "there is no state between {} and {} eV",
                    self.axis.first(),
                    self.axis.last()
                ),
                "widen the range, or move the chemical potential to the bands",
            ));
        }
        let shift = nearest / kt;
        let window = Window {
            distribution: self,
            variation,
            mu_ev,
            kt,
            shift,
        };
        let contents = self.contents(variation);
        let mut both = [Moments::default(), Moments::default()];
        let states = self.states(variation);
        for n in 0..3 {
            let [e, h] = window.weights(states, n, |_| 1.0);
            both[0].states[n] = dot(&e, &contents.states);
            both[1].states[n] = dot(&h, &contents.states);
        }
        let energies = self.motion(variation).energies();
        let range = window.range(energies);
        let times: Vec<f64> = energies[range.clone()].iter().map(|&e| tau(e)).collect();
        if let Some(i) = times.iter().position(|t| !(t.is_finite() && *t > 0.0)) {
            return Err(Error::bad_option(
                "relaxation time",
                format!("{} s at {} eV", times[i], energies[range.start + i]),
                "it must be positive and finite wherever the bands have states",
            ));
        }
        let power = |m: i32| {
            let (times, start) = (&times, range.start);
            move |i: usize| times[i - start].powi(m)
        };
        let motion = self.motion(variation);
        for n in 0..3 {
            let weights = window.weights(motion, n, power(1));
            if n == 0 && variation == VALUE {
                self.check_widths(&weights, kt)?;
            }
            for (moments, w) in both.iter_mut().zip(&weights) {
                moments.velocity[n] = tensor(&contents.velocity, w);
            }
        }
        if self.has_hall() {
            for n in 0..2 {
                let weights = window.weights(motion, n, power(2));
                for (moments, w) in both.iter_mut().zip(&weights) {
                    moments.hall[n] = tensor(&contents.hall, w);
                }
            }
        }
        if self.has_magneto() {
            let weights = window.weights(motion, 0, power(3));
            for (moments, w) in both.iter_mut().zip(&weights) {
                moments.magneto = contents.magneto.iter().map(|c| dot(w, c)).collect();
            }
        }
        for moments in &mut both {
            moments.ln_scale = -shift;
        }
        Ok(both)
    }

    /// # Errors
    /// [`Error::BadOption`] where bins wider than k_BT carry a share of L⁰ that matters.
    fn check_widths(&self, weights: &[Vec<f64>; 2], kt: f64) -> Result<()> {
        let trace = &self.contents(VALUE).velocity[..3];
        let share = |b: usize| {
            let content: f64 = trace.iter().map(|c| c[b]).sum();
            (weights[0][b] + weights[1][b]) * content
        };
        let shares: Vec<f64> = (0..self.axis.bins()).map(share).collect();
        let all: f64 = shares.iter().sum();
        let coarse = |&b: &usize| self.axis.bin_width(b) > kt;
        let wide: Vec<usize> = (0..self.axis.bins()).filter(coarse).collect();
        if wide.iter().map(|&b| shares[b]).sum::<f64>() <= COARSE_SHARE * all {
            return Ok(());
        }
        let worst = wide
            .into_iter()
            .max_by(|a, b| shares[*a].total_cmp(&shares[*b]))
            .unwrap_or(0);
        Err(Error::bad_option(
            "energy bins",
            format!(
                "the bin at {:.6} eV is {:.3e} eV wide, where k_BT is {kt:.3e} eV",
                self.axis.edge(worst),
                self.axis.bin_width(worst)
            ),
            "use bins of k_BT/4 or narrower there, or a higher temperature",
        ))
    }
}

/// One Fermi window over the points of a distribution.
struct Window<'a> {
    distribution: &'a TransportDistribution,
    variation: Variation,
    mu_ev: f64,
    kt: f64,
    shift: f64,
}

impl Window<'_> {
    /// The points that the window reaches.
    fn range(&self, energies: &[f64]) -> std::ops::Range<usize> {
        let reach = (self.shift + REACH) * self.kt;
        let first = energies.partition_point(|&e| e < self.mu_ev - reach);
        let last = energies.partition_point(|&e| e <= self.mu_ev + reach);
        first..last
    }

    /// Weights of the bins of electrons and of holes for F(point)·(ε − μ)ⁿ under the scaled window.
    fn weights(
        &self,
        reconstruction: &super::reconstruction::Reconstruction,
        n: usize,
        factor: impl Fn(usize) -> f64,
    ) -> [Vec<f64>; 2] {
        let energies = reconstruction.energies();
        let range = self.range(energies);
        let split = energies
            .partition_point(|&e| e < self.distribution.split_ev)
            .clamp(range.start, range.end);
        let at = |energy: f64| {
            let d = energy - self.mu_ev;
            scaled_window(d / self.kt, self.shift) / self.kt * d.powi(n as i32)
        };
        let mut sides = [split..range.end, range.start..split].map(|points| {
            let values: Vec<f64> = points
                .clone()
                .map(|i| at(energies[i]) * factor(i))
                .collect();
            let mut weights = vec![0.0; self.distribution.axis.bins()];
            reconstruction.add_weights(points.start, &values, &mut weights);
            weights
        });
        if self.variation.tails {
            // ∫ beyond an end of the axis, of the last bin's average density.
            let axis = &self.distribution.axis;
            let last = axis.bins() - 1;
            let ends = [
                (0, last, axis.last(), 1.0, energies.len() - 1),
                (1, 0, axis.first(), -1.0, 0),
            ];
            for (side, bin, end, outwards, point) in ends {
                if range.contains(&point) {
                    let beyond: f64 = LAGUERRE
                        .iter()
                        .map(|(t, w)| w * t.exp() * self.kt * at(end + outwards * t * self.kt))
                        .sum();
                    sides[side][bin] += beyond * factor(point) / axis.bin_width(bin);
                }
            }
        }
        sides
    }
}

fn tensor(components: &[Vec<f64>], weights: &[f64]) -> Tensor {
    let values: Vec<f64> = components.iter().map(|c| dot(weights, c)).collect();
    debug_assert_eq!(values.len(), PAIRS.len());
    std::array::from_fn(|i| std::array::from_fn(|j| values[pair(i, j)]))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
