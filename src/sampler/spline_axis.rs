//! Which coefficients of a quintic B-spline reach the points of a box along an axis, and with what weights.

use super::KBox;

/// Coefficients that reach a point, along an axis.
pub const SUPPORT: usize = 6;

/// What one axis of a box needs.
pub struct Axis {
    /// First coefficient.
    pub first: i64,
    /// Number of coefficients from the first to the last.
    pub len: usize,
    /// Coefficients that reach a point.
    pub support: usize,
    /// Of each point: its first coefficient counted from `first`, and the weights of the value and its first two derivatives
    /// along the fractional coordinate.
    points: Vec<(usize, [[f64; SUPPORT]; 3])>,
}

impl Axis {
    /// Of the points of a box along axis `a`, on which the spline has `m` nodes, `offset` of their distance from 0.
    pub fn new(k_box: &KBox, a: usize, m: usize, offset: f64) -> Self {
        if m == 1 {
            let mut constant = [[0.0; SUPPORT]; 3];
            constant[0][0] = 1.0;
            return Self {
                first: 0,
                len: 1,
                support: 1,
                points: vec![(0, constant); k_box.points[a]],
            };
        }
        let position = |i: usize| (k_box.origin[a] + i as f64 * k_box.step[a]) * m as f64 - offset;
        let base = |i: usize| position(i).floor() as i64 - 2;
        let first = base(0);
        let points: Vec<_> = (0..k_box.points[a])
            .map(|i| {
                let x = position(i);
                let at = (base(i) - first) as usize;
                (at, weights(x - x.floor(), m as f64))
            })
            .collect();
        Self {
            first,
            len: points.last().map_or(0, |p| p.0) + SUPPORT,
            support: SUPPORT,
            points,
        }
    }

    /// A point's first coefficient, counted from the first of all, and its weights.
    #[inline(always)]
    pub fn at(&self, point: usize) -> &(usize, [[f64; SUPPORT]; 3]) {
        &self.points[point]
    }
}

/// Weights of the coefficients at −2 … 3 for a point at 0 ≤ t < 1, in node spacings of 1/m: of the value, and of the first and
/// second derivative along the fractional coordinate.
fn weights(t: f64, m: f64) -> [[f64; SUPPORT]; 3] {
    // Cox–de Boor: from degree p to p + 1 on unit knots, keeping degrees 3 and 4 for the derivatives.
    let mut degree = [[0.0; SUPPORT]; SUPPORT];
    degree[0][0] = 1.0;
    for p in 1..SUPPORT {
        for i in 0..=p {
            // B-spline i of degree p starts at knot i − p.
            let start = i as f64 - p as f64;
            let left = if i > 0 { degree[p - 1][i - 1] } else { 0.0 };
            let right = if i < p { degree[p - 1][i] } else { 0.0 };
            degree[p][i] = ((t - start) * left + (start + p as f64 + 1.0 - t) * right) / p as f64;
        }
    }
    let mut out = [degree[5], [0.0; SUPPORT], [0.0; SUPPORT]];
    let of = |d: &[f64; SUPPORT], i: isize| if i < 0 { 0.0 } else { d[i as usize] };
    for i in 0..SUPPORT as isize {
        let (q, c) = (&degree[4], &degree[3]);
        let upper = if i < 5 { of(q, i) } else { 0.0 };
        out[1][i as usize] = m * (of(q, i - 1) - upper);
        let bound = |x: isize| if x < 4 { of(c, x) } else { 0.0 };
        out[2][i as usize] = m * m * (bound(i - 2) - 2.0 * bound(i - 1) + bound(i));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights reproduce polynomials: they sum to 1, their derivatives to 0, and the first moment is the position.
    #[test]
    fn weights_are_those_of_b_splines() {
        for t in [0.0, 0.25, 0.7, 0.999] {
            let w = weights(t, 1.0);
            let moment = |d: usize, p: i32| -> f64 {
                (0..6).map(|i| w[d][i] * (i as f64 - 2.0).powi(p)).sum()
            };
            assert!((moment(0, 0) - 1.0).abs() < 1e-14);
            assert!((moment(0, 1) - t).abs() < 1e-14, "{t} {}", moment(0, 1));
            assert!(moment(1, 0).abs() < 1e-14 && (moment(1, 1) - 1.0).abs() < 1e-14);
            assert!(moment(2, 0).abs() < 1e-13 && moment(2, 1).abs() < 1e-13);
            assert!((moment(2, 2) - 2.0).abs() < 1e-13);
            assert!(w[0].iter().all(|w| *w >= 0.0));
        }
        // At a node: 1/120, 26/120, 66/120, …
        let w = weights(0.0, 1.0);
        for (w, e) in w[0].iter().zip([1.0, 26.0, 66.0, 26.0, 1.0, 0.0]) {
            assert!((w * 120.0 - e).abs() < 1e-13);
        }
    }
}
