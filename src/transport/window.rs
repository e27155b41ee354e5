//! Thermal averages of a transport distribution: moments about μ under the Fermi window −∂f₀/∂ε.

use super::contents::Alike;
use super::distribution::{TransportDistribution, VALUE, Variation, inside};
use super::reach::Reach;
use super::reconstruction::Reconstruction;
use super::times::Times;
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::kernel::channels::pair;
use crate::units::BOLTZMANN_EV;
use std::ops::Range;

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

/// A factor e^{ln_scale} below e^this leaves a value no place among the numbers: what it multiplies is not resolved.
const LEAST_LN_SCALE: f64 = -650.0;

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
    /// Sum of two, with the larger scale.
    pub fn plus(&self, other: &Self) -> Self {
        let (large, small) = if self.ln_scale >= other.ln_scale {
            (self, other)
        } else {
            (other, self)
        };
        // Both may be empty, with scales of zero.
        let share = if small.ln_scale == large.ln_scale {
            1.0
        } else {
            (small.ln_scale - large.ln_scale).exp()
        };
        let mut sum = large.clone();
        for n in 0..3 {
            sum.states[n] += share * small.states[n];
            add(&mut sum.velocity[n], &small.velocity[n], share);
            add(&mut sum.hall[n], &small.hall[n], share);
        }
        for (x, y) in sum.magneto.iter_mut().zip(&small.magneto) {
            *x += share * y;
        }
        sum
    }

    /// With what `other` changes times (ε − μ)/`width_ev` besides, in the moments that are slopes in energy: those of n = 1.
    pub fn sloped(&self, other: &Self, width_ev: f64) -> Self {
        let mut sloped = self.clone();
        let scale = (other.ln_scale - self.ln_scale).exp();
        if scale.is_finite() {
            for (to, own, other) in [
                (&mut sloped.velocity, &self.velocity, &other.velocity),
                (&mut sloped.hall, &self.hall, &other.hall),
            ] {
                add(&mut to[1], &other[2], scale / width_ev);
                add(&mut to[1], &own[2], -1.0 / width_ev);
            }
        }
        sloped
    }

    /// The common factor; NaN where it is too small for a number.
    pub fn scale(&self) -> f64 {
        resolved_exp(self.ln_scale)
    }
}

/// eˣ; NaN where that is too small for a number.
pub(super) fn resolved_exp(x: f64) -> f64 {
    if x < LEAST_LN_SCALE {
        f64::NAN
    } else {
        x.exp()
    }
}

fn add(a: &mut Tensor, b: &Tensor, factor: f64) {
    for (x, y) in a.iter_mut().flatten().zip(b.iter().flatten()) {
        *x += factor * y;
    }
}

/// Weights of electrons' and of holes' bins in every moment at one μ and T: what the variations of the contents share. None for
/// carriers that no state is near enough for.
pub(super) struct Weights([Option<SideWeights>; 2]);

/// Weights of one kind of carrier, over e^{ln_scale}, `[n]`.
struct SideWeights {
    ln_scale: f64,
    states: [BinWeights; 3],
    velocity: [BinWeights; 3],
    hall: Option<[BinWeights; 3]>,
    magneto: Option<[BinWeights; 1]>,
}

/// Weights of the bins from `first` on; the others have none.
#[derive(Clone)]
struct BinWeights {
    first: usize,
    weights: Vec<f64>,
    /// The last bin before an end of the axis and the further weight that it has if its density goes on.
    beyond: (usize, f64),
}

impl BinWeights {
    fn scaled(mut self, factor: f64) -> Self {
        self.weights.iter_mut().for_each(|w| *w *= factor);
        self.beyond.1 *= factor;
        self
    }
}

/// Σ weight · content of several moments' weights of the same bins.
fn dot<const N: usize>(moments: &[BinWeights; N], contents: &[f64], tails: bool) -> [f64; N] {
    let bins = &contents[moments[0].first..][..moments[0].weights.len()];
    let rows = moments.each_ref().map(|m| &m.weights[..bins.len()]);
    // Four sums at a time: one alone waits for itself.
    let mut sums = [[0.0; 4]; N];
    let (chunks, rest) = bins.as_chunks::<4>();
    for (i, c) in chunks.iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(rows) {
            let w = &row[4 * i..][..4];
            for lane in 0..4 {
                sum[lane] += w[lane] * c[lane];
            }
        }
    }
    std::array::from_fn(|n| {
        let m = &moments[n];
        let last = rows[n][bins.len() - rest.len()..].iter().zip(rest);
        let last: f64 = last.map(|(w, c)| w * c).sum();
        let beyond = if tails {
            m.beyond.1 * contents[m.beyond.0]
        } else {
            0.0
        };
        sums[n].iter().sum::<f64>() + last + beyond
    })
}

/// [`dot`] of each component; of those that are equal once.
fn dots<const N: usize>(
    moments: &[BinWeights; N],
    components: &[Vec<f64>],
    alike: &[Alike],
    tails: bool,
) -> Vec<[f64; N]> {
    let mut values = Vec::with_capacity(components.len());
    for (i, component) in components.iter().enumerate() {
        values.push(match alike[i] {
            None => [0.0; N],
            Some(before) if before < i => values[before],
            Some(_) => dot(moments, component, tails),
        });
    }
    values
}

/// [`dots`] as symmetric tensors.
fn tensors<const N: usize>(
    moments: &[BinWeights; N],
    components: &[Vec<f64>],
    alike: &[Alike],
    tails: bool,
) -> [Tensor; N] {
    let values = dots(moments, components, alike, tails);
    std::array::from_fn(|n| std::array::from_fn(|i| std::array::from_fn(|j| values[pair(i, j)][n])))
}

impl TransportDistribution {
    /// Windows at μ with the relaxation times of a variation, by its number.
    ///
    /// # Errors
    /// [`Error::BadOption`] for μ outside the axis, no states at all, or relaxation times that are not positive.
    pub(super) fn windows(
        &self,
        number: usize,
        mu_ev: f64,
        temperature_k: f64,
        times: Times,
    ) -> Result<Windows<'_>> {
        inside(&self.axis, "chemical potential", mu_ev)?;
        let kt = BOLTZMANN_EV * temperature_k;
        let reaches = self.reaches(mu_ev, kt);
        if reaches.iter().all(Option::is_none) {
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
        let mut sides = [None, None];
        for (side, reach) in reaches.into_iter().enumerate() {
            if let Some(reach) = reach {
                let window = Window::new(self, side, mu_ev, kt, &reach);
                let powers = times.powers(number, side, &window.points, window.energies())?;
                sides[side] = Some((window, powers));
            }
        }
        Ok(Windows(sides))
    }

    /// The weights of bins under windows, the bins taken as a variation takes them.
    ///
    /// # Errors
    /// [`Error::BadOption`] for bins too wide for the temperature.
    pub(super) fn weights(&self, windows: &Windows, variation: Variation) -> Result<Weights> {
        let side = |side: &Option<(Window, Vec<[f64; 3]>)>| {
            let (window, powers) = side.as_ref()?;
            Some(self.side(window, powers, variation))
        };
        let weights = Weights(windows.0.each_ref().map(side));
        // A variation of the carriers may have its μ where bins are wide: that widens a bar, and makes no value.
        let kt = windows.0.iter().flatten().map(|(window, _)| window.kt);
        if let Some(kt) = kt.take(usize::from(variation == VALUE)).next() {
            self.check_widths(&weights, kt)?;
        }
        Ok(weights)
    }

    fn side(&self, window: &Window, powers: &[[f64; 3]], variation: Variation) -> SideWeights {
        let (states, motion) = (self.states(variation), self.motion(variation));
        let velocity: [BinWeights; 3] = window.weights(motion, |i| powers[i][0]);
        // Under a constant relaxation time the powers of τ are a factor.
        let constant = powers
            .first()
            .filter(|first| powers.iter().all(|p| p == *first));
        let hall = self.has_hall().then(|| match constant {
            Some(p) => velocity.clone().map(|w| w.scaled(p[1] / p[0])),
            None => window.weights(motion, |i| powers[i][1]),
        });
        let magneto = self.has_magneto().then(|| match constant {
            Some(p) => [velocity[0].clone().scaled(p[2] / p[0])],
            None => window.weights(motion, |i| powers[i][2]),
        });
        SideWeights {
            ln_scale: -window.shift,
            states: window.weights(states, |_| 1.0),
            hall,
            magneto,
            velocity,
        }
    }

    /// Moments of electrons and of holes.
    pub(super) fn moments(&self, variation: Variation, weights: &Weights) -> [Moments; 2] {
        let contents = self.contents(variation);
        let tails = variation.tails;
        weights.0.each_ref().map(|side| {
            let Some(side) = side else {
                return Moments {
                    ln_scale: f64::NEG_INFINITY,
                    magneto: vec![0.0; contents.magneto.len()],
                    ..Moments::default()
                };
            };
            let (rank_2, rank_4) = (&contents.rank_2, &contents.rank_4);
            let of = |w: &[BinWeights; 3], c: &[Vec<f64>]| tensors(w, c, rank_2, tails);
            let magneto = side.magneto.iter();
            let magneto = magneto.flat_map(|w| dots(w, &contents.magneto, rank_4, tails));
            Moments {
                ln_scale: side.ln_scale,
                states: dot(&side.states, &contents.states, tails),
                velocity: of(&side.velocity, &contents.velocity),
                hall: side
                    .hall
                    .as_ref()
                    .map_or_else(Default::default, |w| of(w, &contents.hall)),
                magneto: magneto.map(|[value]| value).collect(),
            }
        })
    }

    /// # Errors
    /// [`Error::BadOption`] where bins wider than k_BT carry a share of L⁰ that matters.
    fn check_widths(&self, weights: &Weights, kt: f64) -> Result<()> {
        let trace = &self.contents(VALUE).velocity[..3];
        let sides = || weights.0.iter().flatten();
        let largest = sides()
            .map(|s| s.ln_scale)
            .fold(f64::NEG_INFINITY, f64::max);
        let (mut all, mut coarse, mut worst) = (0.0, 0.0, (0.0, 0));
        for side in sides() {
            let scale = (side.ln_scale - largest).exp();
            for (i, weight) in side.velocity[0].weights.iter().enumerate() {
                let bin = side.velocity[0].first + i;
                let share = scale * weight * trace.iter().map(|c| c[bin]).sum::<f64>();
                all += share;
                if self.axis.bin_width(bin) > kt {
                    coarse += share;
                    if share > worst.0 {
                        worst = (share, bin);
                    }
                }
            }
        }
        if coarse <= COARSE_SHARE * all {
            return Ok(());
        }
        Err(Error::bad_option(
            "energy bins",
            format!(
                "the bin at {:.6} eV is {:.3e} eV wide, where k_BT is {kt:.3e} eV",
                self.axis.edge(worst.1),
                self.axis.bin_width(worst.1)
            ),
            "use bins of k_BT/4 or narrower there, or a higher temperature",
        ))
    }
}

/// The windows of electrons and of holes, with τ, τ² and τ³ at their points: what the variations at one μ share.
pub(super) struct Windows<'a>([Option<(Window<'a>, Vec<[f64; 3]>)>; 2]);

/// One Fermi window over the points of one kind of carrier that it reaches.
struct Window<'a> {
    distribution: &'a TransportDistribution,
    /// 0 for electrons, 1 for holes.
    side: usize,
    mu_ev: f64,
    kt: f64,
    /// Logarithm of the scale: that of the nearest of their states, so that deep gaps do not underflow.
    shift: f64,
    points: Range<usize>,
    /// (−∂f₀/∂ε)·e^{shift} at the points, 1/eV.
    values: Vec<f64>,
}

impl<'a> Window<'a> {
    fn new(
        distribution: &'a TransportDistribution,
        side: usize,
        mu_ev: f64,
        kt: f64,
        reach: &Reach,
    ) -> Self {
        // The points are those of the bins, whatever the polynomials.
        let energies = distribution.motion(VALUE).energies();
        let mut window = Self {
            distribution,
            side,
            mu_ev,
            kt,
            shift: reach.shift,
            points: reach.points(energies),
            values: Vec::new(),
        };
        let unscale = (-reach.shift).exp();
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
        &self.distribution.motion(VALUE).energies()[self.points.clone()]
    }

    /// Weights of bins for F(point)·(ε − μ)ⁿ under the scaled window, n = 0 … N − 1, F counted from the window's first point.
    fn weights<const N: usize>(
        &self,
        reconstruction: &Reconstruction,
        factor: impl Fn(usize) -> f64,
    ) -> [BinWeights; N] {
        let energies = self.energies();
        let mut values: Vec<f64> = self
            .values
            .iter()
            .enumerate()
            .map(|(i, w)| w * factor(i))
            .collect();
        std::array::from_fn(|n| {
            if n > 0 {
                for (value, e) in values.iter_mut().zip(energies) {
                    *value *= e - self.mu_ev;
                }
            }
            BinWeights {
                first: reconstruction.bins(&self.points).start,
                weights: reconstruction.weights(self.points.start, &values),
                beyond: self.beyond(n, &factor),
            }
        })
    }

    /// ∫ beyond the end of the axis, of the last bin's average density: above for electrons, below for holes.
    fn beyond(&self, n: usize, factor: &impl Fn(usize) -> f64) -> (usize, f64) {
        let axis = &self.distribution.axis;
        let points = self.distribution.motion(VALUE).energies().len();
        let (bin, end, outwards, point) = match self.side {
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
