//! The highest point of a smooth function of one variable: a scan, golden section, and a stencil for its slope.
//!
//! Near its maximum a function changes by less than its rounding over √ε of the maximum's width. Its slope does not: where the
//! slope vanishes is known to the precision of the function itself.

use crate::error::Result;
use rayon::prelude::*;

/// (3 − √5)/2.
const GOLDEN: f64 = 0.381_966_011_250_105_1;
/// Golden section stops at this share of the scan's step.
const NARROW: f64 = 1e-3;

/// A function of one variable that may fail.
pub type Function<'a> = &'a (dyn Fn(f64) -> Result<f64> + Sync);

/// A function seen at equal steps.
pub struct Scan<'a> {
    f: Function<'a>,
    points: Vec<(f64, f64)>,
    step: f64,
}

impl<'a> Scan<'a> {
    /// `f` from `low` to `high` in steps of `step` or a little less; structure narrower than that may be missed.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn new(f: Function<'a>, (low, high): (f64, f64), step: f64) -> Result<Self> {
        let steps = ((high - low) / step).ceil().max(2.0);
        let step = (high - low) / steps;
        let at = |i: usize| low + step * i as f64;
        let points = (0..=steps as usize)
            .into_par_iter()
            .map(|i| Ok((at(i), f(at(i))?)))
            .collect::<Result<_>>()?;
        Ok(Self { f, points, step })
    }

    /// Where the function is highest, to a thousandth of a step, and whether that is inside the range: at an end of it the
    /// function goes on rising.
    ///
    /// # Errors
    /// Those of the function.
    pub fn highest(&self) -> Result<(f64, bool)> {
        let last = self.points.len() - 1;
        let best = (0..=last)
            .max_by(|a, b| self.points[*a].1.total_cmp(&self.points[*b].1))
            .unwrap_or(0);
        if best == 0 || best == last {
            return Ok((self.points[best].0, false));
        }
        let bracket = (self.points[best - 1].0, self.points[best + 1].0);
        Ok((golden(self.f, bracket, NARROW * self.step)?, true))
    }

    /// The outermost places of the range between which the function reaches `level`, as it does at `top`.
    ///
    /// # Errors
    /// Those of the function.
    pub fn plateau(&self, top: f64, level: f64) -> Result<(f64, f64)> {
        let reaches = |p: &&(f64, f64)| p.1 >= level;
        let outermost = |found: Option<&(f64, f64)>| found.map_or(top, |p| p.0);
        let low = outermost(self.points.iter().find(reaches)).min(top);
        let high = outermost(self.points.iter().rfind(reaches)).max(top);
        let [first, last] = [self.points[0].0, self.points[self.points.len() - 1].0];
        Ok((
            self.crossing(level, low, (low - self.step).max(first))?,
            self.crossing(level, high, (high + self.step).min(last))?,
        ))
    }

    fn crossing(&self, level: f64, reached: f64, beyond: f64) -> Result<f64> {
        crossing(self.f, level, (reached, beyond), NARROW * self.step)
    }
}

/// Golden section: where a function with one maximum in the interval has it, to within `narrow`.
///
/// # Errors
/// Those of `f`.
pub fn golden(f: Function, (mut left, mut right): (f64, f64), narrow: f64) -> Result<f64> {
    let mut inner = left + GOLDEN * (right - left);
    let mut outer = right - GOLDEN * (right - left);
    let (mut at_inner, mut at_outer) = (f(inner)?, f(outer)?);
    while right - left > narrow {
        if at_inner >= at_outer {
            (right, outer, at_outer) = (outer, inner, at_inner);
            inner = left + GOLDEN * (right - left);
            at_inner = f(inner)?;
        } else {
            (left, inner, at_inner) = (inner, outer, at_outer);
            outer = right - GOLDEN * (right - left);
            at_outer = f(outer)?;
        }
    }
    Ok(0.5 * (left + right))
}

/// Between a place where a function reaches a level and one where it may not: where it stops to, to within `narrow`.
///
/// # Errors
/// Those of `f`.
pub fn crossing(
    f: Function,
    level: f64,
    (mut reached, mut beyond): (f64, f64),
    narrow: f64,
) -> Result<f64> {
    if f(beyond)? >= level {
        return Ok(beyond);
    }
    while (beyond - reached).abs() > narrow {
        let middle = 0.5 * (reached + beyond);
        if f(middle)? >= level {
            reached = middle;
        } else {
            beyond = middle;
        }
    }
    Ok(reached)
}

/// Places of the stencil, in steps.
pub const STENCIL: [f64; 7] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];

/// Slope and curvature from values at the places [`STENCIL`] around a point, `step` apart, to the sixth order.
pub fn slope_and_curvature(values: [f64; 7], step: f64) -> (f64, f64) {
    let [a, b, c, middle, d, e, f] = values;
    let slope = 0.75 * (d - c) - 0.15 * (e - b) + (f - a) / 60.0;
    let curvature = -49.0 / 18.0 * middle + 1.5 * (c + d) - 0.15 * (b + e) + (a + f) / 90.0;
    (slope / step, curvature / step.powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_found_by_its_slope_to_the_precision_of_the_function() {
        let f = |x: f64| Ok((-(x - 0.3_f64).powi(2)).exp() * (1.0 + 0.2 * x));
        let scan = Scan::new(&f, (-3.0, 3.0), 0.25).unwrap();
        let (mut at, inside) = scan.highest().unwrap();
        assert!(inside);
        for _ in 0..3 {
            let values = STENCIL.map(|k| f(at + k * 0.02).unwrap().ln());
            let (slope, curvature) = slope_and_curvature(values, 0.02);
            at -= slope / curvature;
        }
        // −2(x − 0.3) + 0.2/(1 + 0.2x) = 0.
        let residual = -2.0 * (at - 0.3) + 0.2 / (1.0 + 0.2 * at);
        assert!(residual.abs() < 1e-11, "{residual:e}");
        let top = f(at).unwrap();
        let (low, high) = scan.plateau(at, 0.9 * top).unwrap();
        assert!((f(low).unwrap() / top - 0.9).abs() < 1e-3 && low < at);
        assert!((f(high).unwrap() / top - 0.9).abs() < 1e-3 && high > at);
    }

    #[test]
    fn a_function_that_rises_to_the_end_has_no_peak_inside() {
        let scan = Scan::new(&|x| Ok(x), (0.0, 1.0), 0.1).unwrap();
        assert_eq!(scan.highest().unwrap(), (1.0, false));
        assert_eq!(scan.plateau(1.0, 0.5).unwrap().1, 1.0);
    }
}
