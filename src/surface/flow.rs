//! What electrons carry along their orbits: the Chambers integral in closed form, segment by segment, for all fields at once.
//!
//! With y = Λ/τ₀ and the relaxation time's share of the phase x = ∫dt/τ, dy/dx = g − y where g = v τ/τ₀ is linear along a segment:
//! y₁ = q y₀ + (1−r) g₁ + (r−q) g₀ with q = e^{−x}, r = (1−q)/x. A round multiplies what came before by e^{−P}, so that the periodic solution starts
//! at y_P/(1−e^{−P}): closed and open orbits alike. ∫g_i y_j dx over a segment follows in closed form, by Simpson's rule with exact middles where that
//! would cancel. σ + σᵀ ≥ 0 by construction, and a field enters through x alone.

use super::orbit::Orbit;
use crate::crystal::Tensor;

/// Below this share of τ in a segment the closed form of the integral cancels.
const SHORT: f64 = 0.3;
/// Below this, weights are summed as series.
const TINY: f64 = 1e-3;

/// What a share x of τ in a segment leaves.
#[derive(Clone, Copy, Default)]
struct Weights {
    /// q = e^{−x}.
    kept: f64,
    /// Weights of the velocities at the segment's start and end.
    before: f64,
    after: f64,
    /// r = (1−q)/x.
    r: f64,
}

impl Weights {
    /// Of x with `lost` = 1 − e^{−x}.
    #[inline(always)]
    fn new(x: f64, lost: f64) -> Self {
        let kept = 1.0 - lost;
        if x < TINY {
            return Self {
                kept,
                before: x / 2.0 - x * x / 3.0 + x * x * x / 8.0,
                after: x / 2.0 - x * x / 6.0 + x * x * x / 24.0,
                r: 1.0 - x / 2.0 + x * x / 6.0,
            };
        }
        let r = if x.is_finite() { lost / x } else { 0.0 };
        Self {
            kept,
            before: r - kept,
            after: 1.0 - r,
            r,
        }
    }

    /// y at the end of a segment.
    #[inline(always)]
    fn step(&self, y: [f64; 3], start: [f64; 3], end: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|j| self.kept * y[j] + self.before * start[j] + self.after * end[j])
    }
}

/// Σ_segments ∫ g_i y_j d(decay) of an orbit for every field, `scales` X = Bτ₀e²/ħ² in Å⁻²/eV (x = decay/X; 0 for no field), added to `sums`
/// with `weight`.
pub fn accumulate(orbit: &Orbit, scales: &[f64], weight: f64, sums: &mut [Tensor]) {
    let mut weights = vec![Shares::default(); orbit.segments.len()];
    for (scale, sum) in scales.iter().zip(sums) {
        let found = round(orbit, *scale, &mut weights);
        for i in 0..3 {
            for j in 0..3 {
                sum[i][j] += weight * found[i][j];
            }
        }
    }
}

/// A segment in one field.
#[derive(Clone, Copy, Default)]
struct Shares {
    x: f64,
    /// As far as its middle.
    half: Weights,
    whole: Weights,
}

/// One orbit in one field; `shares` is room for its segments.
fn round(orbit: &Orbit, scale: f64, shares: &mut [Shares]) -> Tensor {
    let inverse = 1.0 / scale;
    let mut y = [0.0; 3];
    let mut phase = 0.0;
    for (s, own) in orbit.segments.iter().zip(shares.iter_mut()) {
        let x = s.decay * inverse;
        // One exponential for both: 1 − q² = (1 − q)(1 + q).
        let lost = -(-0.5 * x).exp_m1();
        *own = Shares {
            x,
            half: Weights::new(0.5 * x, lost),
            whole: Weights::new(x, lost * (2.0 - lost)),
        };
        y = own.whole.step(y, s.start, s.end);
        phase += x;
    }
    let closure = -(-phase).exp_m1();
    y = y.map(|y| y / closure);
    let mut sum = [[0.0; 3]; 3];
    for (s, own) in orbit.segments.iter().zip(shares.iter()) {
        let Shares { x, half, whole } = *own;
        let next = whole.step(y, s.start, s.end);
        let middle: [f64; 3] = std::array::from_fn(|j| 0.5 * (s.start[j] + s.end[j]));
        if x < SHORT {
            let there = half.step(y, s.start, middle);
            let w = s.decay / 6.0;
            for j in 0..3 {
                for i in 0..3 {
                    sum[i][j] +=
                        w * (s.start[i] * y[j] + 4.0 * middle[i] * there[j] + s.end[i] * next[j]);
                }
            }
        } else {
            let falling = if x.is_finite() {
                (whole.r - whole.kept) / x
            } else {
                0.0
            };
            for j in 0..3 {
                let slope = match x.is_finite() {
                    true => (s.end[j] - s.start[j]) / x,
                    false => 0.0,
                };
                let excess = y[j] - s.start[j] + slope;
                for i in 0..3 {
                    let product = (s.start[i] * s.start[j] + s.end[i] * s.end[j]) / 3.0
                        + (s.start[i] * s.end[j] + s.end[i] * s.start[j]) / 6.0;
                    let transient = s.start[i] * whole.r + (s.end[i] - s.start[i]) * falling;
                    sum[i][j] += s.decay * (product - middle[i] * slope + excess * transient);
                }
            }
        }
        y = next;
    }
    sum
}
