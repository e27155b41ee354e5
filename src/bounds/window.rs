//! Moments of the Fermi window w(x) = −∂f/∂x over an interval.

use super::dilogarithm::minus_li2_of_minus;
use crate::fermi_dirac::window;
use crate::quadrature::tanh_sinh;

/// Narrower intervals are integrated: differences of tails would cancel.
const NARROW: f64 = 1.0;

/// ∫ xⁿ w dx and ∫ (x − m)ⁿ w dx over an interval, m its middle, n = 0, 1, 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowMoments {
    /// x₁.
    pub lower: f64,
    /// m.
    pub middle: f64,
    /// x₂ − x₁.
    pub width: f64,
    /// I_n.
    pub raw: [f64; 3],
    /// J_n: exact to rounding where the interval is narrow, differences of I_n elsewhere.
    pub central: [f64; 3],
}

impl WindowMoments {
    /// Between `lower` and `lower + width`, both finite.
    pub fn above(lower: f64, width: f64) -> Self {
        let (upper, m) = (lower + width, lower + 0.5 * width);
        if width < NARROW {
            // By distances from the lower edge, so that a narrow interval is not rounded.
            let powers = |t: f64| {
                let (w, d) = (window(lower + t), t - 0.5 * width);
                Ok([w, d * w, d * d * w])
            };
            // The integrand makes no error.
            let central = tanh_sinh(0.0, width, powers).unwrap_or([f64::NAN; 3]);
            let [j0, j1, j2] = central;
            let raw = [j0, j1 + m * j0, j2 + 2.0 * m * j1 + m * m * j0];
            return Self {
                lower,
                middle: m,
                width,
                raw,
                central,
            };
        }
        let [a, b] = [lower, upper].map(tails);
        let raw: [f64; 3] = std::array::from_fn(|n| a[n] - b[n]);
        let [i0, i1, i2] = raw;
        Self {
            lower,
            middle: m,
            width,
            raw,
            central: [i0, i1 - m * i0, i2 - 2.0 * m * i1 + m * m * i0],
        }
    }

    /// J₂J₀ − J₁² = I₂I₀ − I₁².
    pub fn variance(&self) -> f64 {
        let [a, b, c] = if self.is_narrow() {
            self.central
        } else {
            self.raw
        };
        c * a - b * b
    }

    /// J₂ + mJ₁ = I₂ − mI₁.
    pub(super) fn second_less_first(&self) -> f64 {
        if self.is_narrow() {
            self.central[2] + self.middle * self.central[1]
        } else {
            self.raw[2] - self.middle * self.raw[1]
        }
    }

    /// mJ₁ + d²J₀/4 = mI₁ − x₁x₂I₀.
    pub(super) fn first_less_product(&self) -> f64 {
        let quarter = 0.25 * self.width * self.width;
        if self.is_narrow() {
            self.middle * self.central[1] + quarter * self.central[0]
        } else {
            let product = self.lower * (self.lower + self.width);
            self.middle * self.raw[1] - product * self.raw[0]
        }
    }

    fn is_narrow(&self) -> bool {
        self.width < NARROW
    }
}

/// ∫ₓ^∞ tⁿ w dt for n = 0, 1, 2: C₀ = 1/(eˣ + 1), C₁ = xC₀ + L, C₂ = x²C₀ + 2[xL − Li₂(−e⁻ˣ)], L = ln(1 + e⁻ˣ); below 0 by the
/// symmetry of w.
pub(super) fn tails(x: f64) -> [f64; 3] {
    if x < 0.0 {
        let [c0, c1, c2] = tails(-x);
        // ∫w = 1 and ∫x²w = π²/3 over all x.
        return [1.0 - c0, c1, std::f64::consts::PI.powi(2) / 3.0 - c2];
    }
    let q = (-x).exp();
    let (c0, l) = (q / (1.0 + q), q.ln_1p());
    let c2 = x * x * c0 + 2.0 * (x * l + minus_li2_of_minus(q));
    [c0, x * c0 + l, c2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_and_quadrature_agree() {
        for (a, b) in [(1.0, 3.0), (-2.0, 0.7), (0.0, 1.5), (2.9, 40.0)] {
            let m = WindowMoments::above(a, b - a);
            let w = |x: f64| Ok([window(x), x * window(x), x * x * window(x)]);
            let pieces = 16;
            let mut sum = [0.0; 3];
            for i in 0..pieces {
                let at = |i: i32| a + (b - a) * f64::from(i) / f64::from(pieces);
                let part = tanh_sinh(at(i), at(i + 1), w).unwrap();
                (0..3).for_each(|n| sum[n] += part[n]);
            }
            for n in 0..3 {
                assert!((m.raw[n] - sum[n]).abs() < 1e-14, "{a} {b} {n}");
            }
        }
    }
}
