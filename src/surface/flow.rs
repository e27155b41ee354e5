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

/// e^{−x} and the weights of the ends of a segment.
#[inline(always)]
fn weights(x: f64) -> (f64, f64, f64, f64) {
    let lost = -(-x).exp_m1();
    let kept = 1.0 - lost;
    if x < TINY {
        let r = 1.0 - x / 2.0 + x * x / 6.0;
        let before = x / 2.0 - x * x / 3.0 + x * x * x / 8.0;
        let after = x / 2.0 - x * x / 6.0 + x * x * x / 24.0;
        return (kept, before, after, r);
    }
    let r = if x.is_finite() { lost / x } else { 0.0 };
    (kept, r - kept, 1.0 - r, r)
}

/// Σ_segments ∫ g_i y_j d(decay) of an orbit for every field, `scales` X = Bτ₀e²/ħ² in Å⁻²/eV (x = decay/X; 0 for no field), added to `sums`
/// with `weight`.
pub fn accumulate(orbit: &Orbit, scales: &[f64], weight: f64, sums: &mut [Tensor]) {
    for (scale, sum) in scales.iter().zip(sums) {
        let found = round(orbit, *scale);
        for i in 0..3 {
            for j in 0..3 {
                sum[i][j] += weight * found[i][j];
            }
        }
    }
}

/// One orbit in one field.
fn round(orbit: &Orbit, scale: f64) -> Tensor {
    let inverse = 1.0 / scale;
    let mut y = [0.0; 3];
    let mut phase = 0.0;
    for s in &orbit.segments {
        let x = s.decay * inverse;
        let (q, before, after, _) = weights(x);
        for j in 0..3 {
            y[j] = q * y[j] + before * s.start[j] + after * s.end[j];
        }
        phase += x;
    }
    let closure = -(-phase).exp_m1();
    y = y.map(|y| y / closure);
    let mut sum = [[0.0; 3]; 3];
    for s in &orbit.segments {
        let x = s.decay * inverse;
        let (q, before, after, r) = weights(x);
        let next: [f64; 3] =
            std::array::from_fn(|j| q * y[j] + before * s.start[j] + after * s.end[j]);
        let middle: [f64; 3] = std::array::from_fn(|j| 0.5 * (s.start[j] + s.end[j]));
        if x < SHORT {
            let (qm, bm, am, _) = weights(0.5 * x);
            let w = s.decay / 6.0;
            for j in 0..3 {
                let half = qm * y[j] + bm * s.start[j] + am * middle[j];
                for i in 0..3 {
                    sum[i][j] +=
                        w * (s.start[i] * y[j] + 4.0 * middle[i] * half + s.end[i] * next[j]);
                }
            }
        } else {
            for j in 0..3 {
                let slope = match x.is_finite() {
                    true => (s.end[j] - s.start[j]) / x,
                    false => 0.0,
                };
                let excess = y[j] - s.start[j] + slope;
                let falling = if x.is_finite() { (r - q) / x } else { 0.0 };
                for i in 0..3 {
                    let product = (s.start[i] * s.start[j] + s.end[i] * s.end[j]) / 3.0
                        + (s.start[i] * s.end[j] + s.end[i] * s.start[j]) / 6.0;
                    let transient = s.start[i] * r + (s.end[i] - s.start[i]) * falling;
                    sum[i][j] += s.decay * (product - middle[i] * slope + excess * transient);
                }
            }
        }
        y = next;
    }
    sum
}
