//! Thermal averages of a transport distribution: moments about μ under the Fermi window −∂f₀/∂ε.

use super::BinnedTau;
use super::contents::{Alike, pair};
use super::distribution::{TransportDistribution, VALUE, Variation, inside};
use super::reconstruction::Reconstruction;
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::units::BOLTZMANN_EV;
use std::ops::Range;

/// A relaxation time as a function of the energy (eV), in s.
pub type Tau<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// τ(E) as the variations of a distribution see it.
#[derive(Clone, Copy)]
pub(super) enum Times<'a> {
    /// All alike.
    Same(Tau<'a>),
    /// Each as the carriers and the states that it has make it.
    Binned(&'a BinnedTau),
}

impl Times<'_> {
    /// Whether variations have times of their own.
    pub fn vary(self) -> bool {
        matches!(self, Self::Binned(tau) if tau.varies())
    }

    /// Whether τ itself scatters with the grid.
    pub fn erratic(self) -> bool {
        matches!(self, Self::Binned(tau) if tau.erratic)
    }

    /// Gives `work` the τ of a variation, by its number.
    pub fn with<T>(self, variation: usize, work: impl FnOnce(Tau) -> T) -> T {
        match self {
            Self::Same(tau) => work(tau),
            Self::Binned(tau) => work(&|e| tau.of(variation, e)),
        }
    }
}

/// How far beyond the first states a window is followed, in units of k_BT: what is left is e⁻³⁸ of it, less than rounding.
const REACH: f64 = 38.0;

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
    let e = (-x.abs()).exp();
    e / (1.0 + e).powi(2)
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
    /// Hall(l, k) τ², n = 0, 1, 2: (m²/kg) eVⁿ⁻¹.
    pub hall: [Tensor; 3],
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

/// Weights of bins in every moment at one μ and T: what the variations of the contents share. `[n]`.
pub(super) struct Weights {
    ln_scale: f64,
    states: Vec<Sides>,
    velocity: Vec<Sides>,
    hall: Vec<Sides>,
    magneto: Vec<Sides>,
}

/// Weights of electrons' and of holes' bins.
type Sides = [BinWeights; 2];

/// Weights of the bins from `first` on; the others have none.
#[derive(Clone)]
struct BinWeights {
    first: usize,
    weights: Vec<f64>,
    /// The last bin before an end of the axis and the further weight that it has if its density goes on.
    beyond: (usize, f64),
}

impl BinWeights {
    fn dot(&self, contents: &[f64], tails: bool) -> f64 {
        let beyond = if tails {
            self.beyond.1 * contents[self.beyond.0]
        } else {
            0.0
        };
        let contents = &contents[self.first..][..self.weights.len()];
        // Four sums at a time: one alone waits for itself.
        let mut sums = [0.0; 4];
        let (w4, c4) = (self.weights.chunks_exact(4), contents.chunks_exact(4));
        let rest = w4.remainder().iter().zip(c4.remainder());
        let rest: f64 = rest.map(|(w, c)| w * c).sum();
        for (w, c) in w4.zip(c4) {
            for i in 0..4 {
                sums[i] += w[i] * c[i];
            }
        }
        sums.iter().sum::<f64>() + rest + beyond
    }

    fn scaled(mut self, factor: f64) -> Self {
        self.weights.iter_mut().for_each(|w| *w *= factor);
        self.beyond.1 *= factor;
        self
    }

    /// [`BinWeights::dot`] of each component; of those that are equal once.
    fn dots(&self, components: &[Vec<f64>], alike: &[Alike], tails: bool) -> Vec<f64> {
        let mut values = Vec::with_capacity(components.len());
        for (i, component) in components.iter().enumerate() {
            values.push(match alike[i] {
                None => 0.0,
                Some(before) if before < i => values[before],
                Some(_) => self.dot(component, tails),
            });
        }
        values
    }

    fn tensor(&self, components: &[Vec<f64>], alike: &[Alike], tails: bool) -> Tensor {
        let values = self.dots(components, alike, tails);
        std::array::from_fn(|i| std::array::from_fn(|j| values[pair(i, j)]))
    }
}

impl TransportDistribution {
    /// Weights at μ with the relaxation time `tau`, the bins taken as `variation` takes them.
    ///
    /// # Errors
    /// [`Error::BadOption`] for μ outside the axis, bins too wide for the temperature, no states at all, or a relaxation time that
    /// is not positive.
    pub(super) fn weights(
        &self,
        variation: Variation,
        mu_ev: f64,
        temperature_k: f64,
        tau: Tau,
    ) -> Result<Weights> {
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
        let window = Window::new(self, variation, mu_ev, kt, nearest / kt);
        let energies = window.energies();
        let times: Vec<f64> = energies.iter().map(|&e| tau(e)).collect();
        if let Some(i) = times.iter().position(|t| !(t.is_finite() && *t > 0.0)) {
            return Err(Error::bad_option(
                "relaxation time",
                format!("{} s at {} eV", times[i], energies[i]),
                "it must be positive and finite wherever the bands have states",
            ));
        }
        let (states, motion) = (self.states(variation), self.motion(variation));
        let velocity = window.weights(motion, 3, |i| times[i]);
        if variation.order == VALUE.order {
            self.check_widths(&velocity[0], kt)?;
        }
        // Under a constant relaxation time the powers of τ are a factor.
        let constant = times
            .first()
            .copied()
            .filter(|t| times.iter().all(|x| x == t));
        let with_power = |m: i32, orders: usize| -> Vec<Sides> {
            match constant {
                Some(t) => velocity[..orders]
                    .iter()
                    .map(|sides| sides.clone().map(|side| side.scaled(t.powi(m - 1))))
                    .collect(),
                None => window.weights(motion, orders, |i| times[i].powi(m)),
            }
        };
        Ok(Weights {
            ln_scale: -window.shift,
            states: window.weights(states, 3, |_| 1.0),
            hall: with_power(2, if self.has_hall() { 3 } else { 0 }),
            magneto: with_power(3, if self.has_magneto() { 1 } else { 0 }),
            velocity,
        })
    }

    /// Moments of electrons and of holes.
    pub(super) fn moments(&self, variation: Variation, weights: &Weights) -> [Moments; 2] {
        let contents = self.contents(variation);
        let tails = variation.tails;
        [0, 1].map(|side| {
            let tensor = |sides: &Sides, components: &[Vec<f64>]| {
                sides[side].tensor(components, &contents.rank_2, tails)
            };
            let mut moments = Moments {
                ln_scale: weights.ln_scale,
                ..Moments::default()
            };
            for n in 0..3 {
                moments.states[n] = weights.states[n][side].dot(&contents.states, tails);
                moments.velocity[n] = tensor(&weights.velocity[n], &contents.velocity);
            }
            for (n, hall) in weights.hall.iter().enumerate() {
                moments.hall[n] = tensor(hall, &contents.hall);
            }
            for sides in &weights.magneto {
                moments.magneto = sides[side].dots(&contents.magneto, &contents.rank_4, tails);
            }
            moments
        })
    }

    /// # Errors
    /// [`Error::BadOption`] where bins wider than k_BT carry a share of L⁰ that matters.
    fn check_widths(&self, sides: &Sides, kt: f64) -> Result<()> {
        let trace = &self.contents(VALUE).velocity[..3];
        let mut shares = vec![0.0; self.axis.bins()];
        for side in sides {
            for (i, weight) in side.weights.iter().enumerate() {
                let content: f64 = trace.iter().map(|c| c[side.first + i]).sum();
                shares[side.first + i] += weight * content;
            }
        }
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

/// One Fermi window over the points of a distribution that it reaches.
struct Window<'a> {
    distribution: &'a TransportDistribution,
    mu_ev: f64,
    kt: f64,
    /// Logarithm of the scale: that of the nearest states, so that deep gaps do not underflow.
    shift: f64,
    points: Range<usize>,
    /// First of the points that are electrons'.
    split: usize,
    /// (−∂f₀/∂ε)·e^{shift} at the points, 1/eV.
    values: Vec<f64>,
}

impl<'a> Window<'a> {
    fn new(
        distribution: &'a TransportDistribution,
        variation: Variation,
        mu_ev: f64,
        kt: f64,
        shift: f64,
    ) -> Self {
        let energies = distribution.motion(variation).energies();
        let reach = (shift + REACH) * kt;
        let points = energies.partition_point(|&e| e < mu_ev - reach)
            ..energies.partition_point(|&e| e <= mu_ev + reach);
        let mut window = Self {
            distribution,
            mu_ev,
            kt,
            shift,
            split: energies
                .partition_point(|&e| e < distribution.split_ev)
                .clamp(points.start, points.end),
            values: Vec::new(),
            points,
        };
        let unscale = (-shift).exp();
        let energies = &energies[window.points.clone()];
        window.values = energies.iter().map(|e| window.at(*e, unscale)).collect();
        window
    }

    /// (−∂f₀/∂ε)·e^{shift}, 1/eV, `unscale` being e^{−shift}. No state is nearer than the nearest.
    fn at(&self, energy: f64, unscale: f64) -> f64 {
        let x = ((energy - self.mu_ev) / self.kt).abs();
        if x < self.shift * (1.0 - 1e-12) {
            return 0.0;
        }
        let scaled = (self.shift - x).exp();
        scaled / ((1.0 + scaled * unscale).powi(2) * self.kt)
    }

    /// Energies of the points, eV.
    fn energies(&self) -> &[f64] {
        // The points are those of the bins, whatever the polynomials.
        &self.distribution.motion(VALUE).energies()[self.points.clone()]
    }

    /// Weights of bins for F(point)·(ε − μ)ⁿ under the scaled window, n = 0 … `orders` − 1, F counted from the window's first
    /// point.
    fn weights(
        &self,
        reconstruction: &Reconstruction,
        orders: usize,
        factor: impl Fn(usize) -> f64,
    ) -> Vec<Sides> {
        let energies = self.energies();
        let mut values: Vec<f64> = self
            .values
            .iter()
            .enumerate()
            .map(|(i, w)| w * factor(i))
            .collect();
        let mut all = Vec::with_capacity(orders);
        for n in 0..orders {
            if n > 0 {
                for (value, e) in values.iter_mut().zip(energies) {
                    *value *= e - self.mu_ev;
                }
            }
            let ranges = [self.split..self.points.end, self.points.start..self.split];
            let mut side = 0;
            all.push(ranges.map(|points| {
                let first = points.start - self.points.start;
                let beyond = self.beyond(side, n, &factor);
                side += 1;
                BinWeights {
                    first: reconstruction.bins(&points).start,
                    weights: reconstruction.weights(points.start, &values[first..][..points.len()]),
                    beyond,
                }
            }));
        }
        all
    }

    /// ∫ beyond the end of the axis, of the last bin's average density: above for electrons (0), below for holes (1).
    fn beyond(&self, side: usize, n: usize, factor: &impl Fn(usize) -> f64) -> (usize, f64) {
        let axis = &self.distribution.axis;
        let points = self.distribution.motion(VALUE).energies().len();
        let (bin, end, outwards, point) = match side {
            0 => (axis.bins() - 1, axis.last(), 1.0, points - 1),
            _ => (0, axis.first(), -1.0, 0),
        };
        if !self.points.contains(&point) {
            return (bin, 0.0);
        }
        let unscale = (-self.shift).exp();
        let at = |e: f64| self.at(e, unscale) * (e - self.mu_ev).powi(n as i32);
        let integral: f64 = LAGUERRE
            .iter()
            .map(|(t, w)| w * t.exp() * self.kt * at(end + outwards * t * self.kt))
            .sum();
        let weight = integral * factor(point - self.points.start) / axis.bin_width(bin);
        (bin, weight)
    }
}
