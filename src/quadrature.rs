//! Tanh-sinh quadrature: integrals over an interval whose ends may hold a root or a logarithm.
//!
//! H. Takahasi, M. Mori, Publ. RIMS 9, 721 (1974): with x = tanh(π/2 sinh t) the trapezium rule in t converges
//! exponentially for every integrand that is analytic inside the interval, whatever its ends do.

use crate::error::Result;
use std::f64::consts::FRAC_PI_2;

/// Points and weights on (−1, 1) of the Gauss–Legendre rule with four points: those that stand for a bin of energies.
pub(crate) const GAUSS_4: [(f64, f64); 4] = [
    (-0.861_136_311_594_052_6, 0.347_854_845_137_453_86),
    (-0.339_981_043_584_856_3, 0.652_145_154_862_546_1),
    (0.339_981_043_584_856_3, 0.652_145_154_862_546_1),
    (0.861_136_311_594_052_6, 0.347_854_845_137_453_86),
];

/// Step of the trapezium rule in t.
const STEP: f64 = 1.0 / 16.0;
/// Points on each side of the middle: the last lies within 1e-20 of the interval's end, in units of its length.
const POINTS: i32 = 54;

/// ∫ f dx from `a` to `b` for `N` integrands at once. Points near `a` are formed as `a` + distance, so that an `a` of
/// zero loses no digits there.
///
/// # Errors
/// The first error of `f`.
pub(crate) fn tanh_sinh<const N: usize>(
    a: f64,
    b: f64,
    mut f: impl FnMut(f64) -> Result<[f64; N]>,
) -> Result<[f64; N]> {
    let length = b - a;
    let mut sum = [0.0; N];
    for i in -POINTS..=POINTS {
        let t = f64::from(i) * STEP;
        let u = FRAC_PI_2 * t.sinh();
        // Distance from the nearer end in units of the length: (1 − |x|)/2 = 1/(1 + e^{2|u|}).
        let distance = 1.0 / (1.0 + (2.0 * u.abs()).exp());
        let x = if u < 0.0 {
            a + length * distance
        } else {
            b - length * distance
        };
        let weight = FRAC_PI_2 * t.cosh() * 2.0 * distance * (1.0 - distance) * STEP * length;
        for (s, y) in sum.iter_mut().zip(f(x)?) {
            *s += weight * y;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫₀¹ √x, ∫₀¹ ln x and ∫₀¹ 4/(1+x²): 2/3, −1, π.
    #[test]
    fn roots_and_logarithms_at_the_ends_cost_no_digits() {
        let [root, logarithm, pi] =
            tanh_sinh(0.0, 1.0, |x| Ok([x.sqrt(), x.ln(), 4.0 / (1.0 + x * x)])).unwrap();
        assert!((root - 2.0 / 3.0).abs() < 1e-15, "{root:e}");
        assert!((logarithm + 1.0).abs() < 1e-14, "{logarithm:e}");
        assert!((pi - std::f64::consts::PI).abs() < 1e-14, "{pi:e}");
    }

    #[test]
    fn an_error_of_the_integrand_is_handed_on() {
        let failed = tanh_sinh::<1>(0.0, 1.0, |_| {
            Err(crate::Error::Internal("none here".to_string()))
        });
        assert!(failed.is_err());
    }
}
