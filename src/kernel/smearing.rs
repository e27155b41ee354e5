//! Gaussian and Methfessel–Paxton smearing: the step and the delta function of one k-point.
//! Twin: `shaders/smearing.wgsl`.
//!
//! M. Methfessel, A. T. Paxton, Phys. Rev. B 40, 3616 (1989), eqs. 9–14, order 1; docs/physics §0. With y = (ε − E)/s and
//! the Gaussian e^{−y²/2}/√2π.

use super::Real;

/// Beyond this |y| a state is taken as full or empty: the step differs from 0 or 1 by less than 1e-15.
pub const CUTOFF: f64 = 8.5;

/// δ_s·s: the smeared delta function; `order` 0 is Gaussian, 1 Methfessel–Paxton.
#[inline(always)]
pub fn delta<R: Real>(y: R, order: usize) -> R {
    let g = R::from_f64(0.398_942_280_401_432_7) * (-(R::from_f64(0.5) * y * y)).exp();
    if order == 0 {
        g
    } else {
        g * (R::from_f64(1.5) - R::from_f64(0.5) * y * y)
    }
}

/// The smeared step θ_s, the integral of [`delta`].
#[inline(always)]
pub fn step<R: Real>(y: R, order: usize) -> R {
    let theta = R::from_f64(0.5) * (-(y * R::from_f64(std::f64::consts::FRAC_1_SQRT_2))).erfc();
    if order == 0 {
        theta
    } else {
        theta + R::from_f64(0.5) * y * delta(y, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_integral_of_the_delta() {
        for order in [0, 1] {
            for i in -40..40 {
                let y = f64::from(i) * 0.17;
                let h = 1e-5;
                let numeric = (step(y + h, order) - step(y - h, order)) / (2.0 * h);
                assert!((numeric - delta(y, order)).abs() < 1e-9, "{order} {y}");
            }
            assert!(step(-CUTOFF, order).abs() < 1e-14);
            assert!((step(CUTOFF, order) - 1.0).abs() < 1e-14);
        }
    }

    /// Gaussian moments ∫yⁿδ: order 0 is exact to n = 1 and not at 2, Methfessel–Paxton-1 to n = 3 and not at 4.
    #[test]
    fn moments_vanish_up_to_the_order_and_no_further() {
        let moment = |order: usize, n: i32| {
            (-1700..=1700)
                .map(|i| f64::from(i) * 0.005)
                .map(|y| y.powi(n) * delta(y, order) * 0.005)
                .sum::<f64>()
        };
        for order in [0, 1] {
            assert!((moment(order, 0) - 1.0).abs() < 1e-12);
        }
        assert!((moment(0, 2) - 1.0).abs() < 1e-10);
        assert!(moment(1, 2).abs() < 1e-10);
        assert!((moment(1, 4) + 3.0).abs() < 1e-8);
    }
}
