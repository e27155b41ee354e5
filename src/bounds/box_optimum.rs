//! The transmission with the largest zT, where the number of channels is limited: a box.
//!
//! With s(x) = A in a window of x = (E − μ)/k_BT and 0 outside, and α = k_B²T/(ħa₀κ_l), zT depends on αA alone, and is largest where
//! both edges x₁ < x₂ are the roots of f(x) = 2x(I₂ + c)/I₁ − x² − (I₂ + c)/I₀ with c = 1/αA (docs/physics §16):
//! (x₁ + x₂) I₁ = 2 (I₂ + c) and x₁x₂ I₀ = I₂ + c, I_n = ∫ xⁿ w dx between them. About the middle m and with d = x₂ − x₁
//! these are J₂ + mJ₁ + c = 0 and mJ₁ + d²J₀/4 = 0, where nothing cancels however narrow the box is.

use super::window::WindowMoments;
use crate::error::{Error, Result};
use crate::fermi_dirac::window;

/// x₁ for αA → 0, where the box has no upper edge: y = (1 + e^y) ln(1 + e^−y).
pub const WIDE_LIMIT: f64 = 1.144_554_440_911_91;
/// zT/αA for αA → 0: 4 y ln(1 + e^−y).
pub const WIDE_SLOPE: f64 = 1.265_386_845_480_8;
/// Where the box closes for αA → ∞: x tanh(x/2) = 3.
pub const NARROW_LIMIT: f64 = 3.243_637_350_199_47;
/// 1/αA over the cube of the box's width for αA → ∞: w/6 there.
pub const NARROW_WIDTH: f64 = 0.006_024_287_787_13;
/// Where a δ-function of fixed weight is best: x tanh(x/2) = 2, another question (Mahan and Sofo's).
pub const MAHAN_SOFO: f64 = 2.399_357_280_515_47;

/// Least and largest αA that are solved for.
const RANGE: (f64, f64) = (1e-12, 1e12);
/// Where the solution is followed from: αA, x₁ and x₂.
const START: (f64, f64, f64) = (1e3, 2.982_645_277_82, 3.533_592_943_55);
/// Largest step in ln αA from one solution to the next.
const STEP: f64 = 1.2;

/// The best box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxOptimum {
    /// αA.
    pub alpha_a: f64,
    /// x₁, in k_BT above μ.
    pub lower: f64,
    /// x₂.
    pub upper: f64,
    /// zT.
    pub figure_of_merit: f64,
}

impl BoxOptimum {
    /// The best box for αA.
    ///
    /// # Errors
    /// [`Error::BadOption`] for αA that is not between 1e-12 and 1e12.
    pub fn new(alpha_a: f64) -> Result<Self> {
        if !(RANGE.0..=RANGE.1).contains(&alpha_a) {
            return Err(Error::bad_option(
                "alpha A",
                format!("{alpha_a:e}"),
                format!(
                    "give a number between {:e} and {:e}; beyond, the limits hold: zT = {WIDE_SLOPE:.6} alpha A for small ones",
                    RANGE.0, RANGE.1
                ),
            ));
        }
        let way = (alpha_a / START.0).ln();
        let steps = (way.abs() / STEP).ceil().max(1.0);
        let (mut lower, mut log_width) = (START.1, (START.2 - START.1).ln());
        for i in 1..=steps as usize {
            let at = START.0 * (way * i as f64 / steps).exp();
            (lower, log_width) = solved(1.0 / at, lower, log_width)?;
        }
        // The last step's own αA may be off by rounding.
        (lower, log_width) = solved(1.0 / alpha_a, lower, log_width)?;
        let width = log_width.exp();
        let upper = lower + width;
        Ok(Self {
            alpha_a,
            lower,
            upper,
            figure_of_merit: 4.0 * lower * upper / (width * width),
        })
    }

    /// The best box that has this zT.
    ///
    /// # Errors
    /// [`Error::BadOption`] where zT is not positive, or needs αA beyond 1e-12 … 1e12.
    pub fn with_figure_of_merit(zt: f64) -> Result<Self> {
        let (mut low, mut high) = RANGE;
        let ends = [low, high].map(Self::new);
        let [least, most] = ends;
        let (least, most) = (least?.figure_of_merit, most?.figure_of_merit);
        if !(least..=most).contains(&zt) {
            return Err(Error::bad_option(
                "zT",
                format!("{zt}"),
                format!("give a number between {least:.2e} and {most:.2e}"),
            ));
        }
        // zT grows with αA: halved in logarithms, then by the secant, whose steps stay between the ends.
        let mut found = Self::new((low * high).sqrt())?;
        for _ in 0..200 {
            if found.figure_of_merit < zt {
                low = found.alpha_a;
            } else {
                high = found.alpha_a;
            }
            if high / low < 1.0 + 4.0 * f64::EPSILON {
                break;
            }
            // d ln zT/d ln αA lies between ⅔ (narrow) and 1 (wide): a Newton step with 1 falls short, with ⅔ too far.
            let step = (zt / found.figure_of_merit).powf(1.25);
            let next = found.alpha_a * step;
            let middle = (low * high).sqrt();
            found = Self::new(if (low..high).contains(&next) {
                next
            } else {
                middle
            })?;
            if (found.figure_of_merit / zt - 1.0).abs() < 2.0 * f64::EPSILON {
                break;
            }
        }
        Ok(found)
    }

    /// zT from the moments, I₁²/(I₂I₀ − I₁² + I₀/αA): equal to [`BoxOptimum::figure_of_merit`] at the optimum, a check.
    pub fn figure_of_merit_from_moments(&self) -> f64 {
        let m = WindowMoments::above(self.lower, self.upper - self.lower);
        m.raw[1].powi(2) / (m.variance() + m.raw[0] / self.alpha_a)
    }

    /// I₁/I₀: the mean x of what carries, −S e/k_B.
    pub fn mean(&self) -> f64 {
        let m = WindowMoments::above(self.lower, self.upper - self.lower);
        m.raw[1] / m.raw[0]
    }
}

/// Newton's method in x₁ and ln(x₂ − x₁).
fn solved(c: f64, mut lower: f64, mut log_width: f64) -> Result<(f64, f64)> {
    const ROUNDS: usize = 60;
    const LARGEST_STEP: f64 = 0.5;
    const SMALL: f64 = 1e-15;
    for _ in 0..ROUNDS {
        let d = log_width.exp();
        let upper = lower + d;
        let moments = WindowMoments::above(lower, d);
        let [i0, i1, i2] = moments.raw;
        let [w1, w2] = [lower, upper].map(window);
        let residual = [
            moments.second_less_first() + c,
            moments.first_less_product(),
        ];
        // Derivatives of m I₁ − I₂ and of x₁x₂ I₀ − I₂ by x₁ and x₂.
        let sum = [0.5 * (i1 - w1 * lower * d), 0.5 * (i1 - w2 * upper * d)];
        let product = [upper * i0 - w1 * lower * d, lower * i0 - w2 * upper * d];
        let by_edges = [sum.map(|x| -x), [sum[0] - product[0], sum[1] - product[1]]];
        // By x₁ at a fixed width, and by the logarithm of the width.
        let by = by_edges.map(|[a, b]| [a + b, d * b]);
        let determinant = by[0][0] * by[1][1] - by[0][1] * by[1][0];
        let steps = [
            (by[1][1] * residual[0] - by[0][1] * residual[1]) / determinant,
            (by[0][0] * residual[1] - by[1][0] * residual[0]) / determinant,
        ];
        if !steps.iter().all(|s| s.is_finite()) {
            break;
        }
        let [a, b] = steps.map(|s| s.clamp(-LARGEST_STEP, LARGEST_STEP));
        lower -= a;
        log_width -= b;
        if a.abs() < SMALL * lower.abs() && b.abs() < 8.0 * SMALL {
            return Ok((lower, log_width));
        }
        if a.abs() < 1e-12 && b.abs() < 1e-10 && residual[0].abs() < 1e-13 * (c + i2) {
            // Rounding is all that is left.
            return Ok((lower, log_width));
        }
    }
    Err(Error::Internal(format!(
        "no best window was found for alpha A = {:e}",
        1.0 / c
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/physics §16: αA, x₁, x₂, zT.
    const TABLE: [(f64, f64, f64, f64); 9] = [
        (1e-2, 1.15091221427, 367.112422344, 0.0126191600559),
        (1e-1, 1.2048153779, 41.4829221167, 0.123228663308),
        (1.0, 1.55775717964, 8.8808082921, 1.0318774394),
        (10.0, 2.22774157763, 4.92387479963, 6.03599828252),
        (1e2, 2.71267049878, 3.91052182262, 29.5723552765),
        (1e3, 2.98264527782, 3.53359294355, 138.885664777),
        (1e4, 3.11913545855, 3.37436458878, 646.287492224),
        (1e5, 3.18509901941, 3.30351621266, 3001.4412439),
        (1e6, 3.21630202503, 3.27126145268, 13933.0972657),
    ];

    fn digits(got: f64, want: f64) {
        // Twelve are printed.
        assert!((got / want - 1.0).abs() < 1.5e-11, "{got} {want}");
    }

    #[test]
    fn the_table_of_optima_is_met_to_its_digits() {
        for (alpha_a, lower, upper, zt) in TABLE {
            let found = BoxOptimum::new(alpha_a).unwrap();
            digits(found.lower, lower);
            digits(found.upper, upper);
            digits(found.figure_of_merit, zt);
            let check = found.figure_of_merit_from_moments() / found.figure_of_merit - 1.0;
            assert!(check.abs() < 1e-11, "{alpha_a}: {check:e}");
        }
    }

    #[test]
    fn a_wanted_merit_is_met() {
        for (zt, alpha_a, lower, upper) in [
            (1.0, 0.963607682109, 1.54778312661, 9.02114115834),
            (3.0, 3.83528521373, 1.9560181429, 5.86805442869),
        ] {
            let found = BoxOptimum::with_figure_of_merit(zt).unwrap();
            digits(found.alpha_a, alpha_a);
            digits(found.lower, lower);
            digits(found.upper, upper);
        }
        let three = BoxOptimum::with_figure_of_merit(3.0).unwrap();
        // x₂ = 3x₁ exactly; the carriers' mean is not the midpoint.
        assert!((three.upper / three.lower - 3.0).abs() < 1e-11);
        assert!((three.mean() - 2.93402721).abs() < 1e-8);
        digits(
            BoxOptimum::with_figure_of_merit(10.0).unwrap().alpha_a,
            20.5059932883,
        );
    }

    #[test]
    fn both_limits_are_reached_as_their_series_say() {
        let wide = BoxOptimum::new(1e-9).unwrap();
        assert!((wide.lower - WIDE_LIMIT).abs() < 1e-8);
        assert!((wide.figure_of_merit / 1e-9 - WIDE_SLOPE).abs() < 1e-7);
        let narrow = BoxOptimum::new(1e12).unwrap();
        let (width, middle) = (
            narrow.upper - narrow.lower,
            0.5 * (narrow.lower + narrow.upper),
        );
        assert!((middle - NARROW_LIMIT).abs() < 1e-6, "{middle}");
        let ratio = 1e-12 / width.powi(3);
        assert!((ratio / NARROW_WIDTH - 1.0).abs() < 1e-5, "{ratio}");
    }

    #[test]
    fn no_other_box_is_better() {
        let best = BoxOptimum::new(7.0).unwrap();
        let merit = |lower: f64, upper: f64| {
            let other = BoxOptimum {
                lower,
                upper,
                ..best
            };
            other.figure_of_merit_from_moments()
        };
        let most = merit(best.lower, best.upper);
        for (a, b) in [
            (1e-3, 0.0),
            (-1e-3, 0.0),
            (0.0, 1e-3),
            (0.0, -1e-3),
            (0.3, -0.2),
        ] {
            assert!(merit(best.lower + a, best.upper + b) < most);
        }
    }

    #[test]
    fn what_has_no_optimum_is_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
            assert!(BoxOptimum::new(bad).is_err(), "{bad}");
            assert!(BoxOptimum::with_figure_of_merit(bad).is_err(), "{bad}");
        }
    }
}
