//! A band as a smooth function of k: the periodic cubic B-spline through its values on a grid.
//!
//! Orbits need energies and gradients at some 10⁵ points in any place, all of one function, so that orbits close and
//! velocities are the gradients of the very energies that are constant along them. The spline costs 64 numbers a point, has continuous second
//! derivatives, and is off by (h/2)⁴/24 of the fourth derivative; what that leaves is measured with every second point.

use super::vector::Vector;
use crate::crystal::Tensor;
use crate::error::Result;
use crate::kernel::simd::{Vectorized, vectorized};
use crate::memory;
use rayon::prelude::*;

/// A periodic function of fractional k.
pub trait Field: Send + Sync {
    /// Value and ∂/∂u at fractional `u`.
    fn slope(&self, u: Vector) -> (f64, Vector);

    /// Second derivatives ∂²/∂u∂u at fractional `u`.
    fn curvature(&self, u: Vector) -> Tensor;
}

/// Coefficients beyond each end of an axis, so that none is wrapped: one before, two behind.
const MARGIN: usize = 3;

/// A periodic cubic B-spline through values at u = (i + shift)/n.
#[derive(Clone, Debug)]
pub struct Spline {
    n: [usize; 3],
    shift: Vector,
    /// `[n1 + 3][n2 + 3][n3 + 3]`; entry i of an axis is coefficient i − 1.
    coefficients: Vec<f64>,
}

/// The pole of the recursion that solves (c₋ + 4c + c₊)/6 = f: √3 − 2.
const POLE: f64 = -0.267_949_192_431_122_7;
/// Terms after which powers of the pole are below rounding.
const TERMS: usize = 30;

/// Turns the values along one periodic line into coefficients (M. Unser, IEEE Signal Process. Mag. 16, 22 (1999)).
fn filter(line: &mut [f64]) {
    let n = line.len();
    for x in line.iter_mut() {
        *x *= 6.0;
    }
    let mut sum = 0.0;
    let mut power = 1.0;
    for k in 0..TERMS {
        sum += power * line[(n - k % n) % n];
        power *= POLE;
    }
    line[0] = sum;
    for i in 1..n {
        line[i] += POLE * line[i - 1];
    }
    let mut sum = 0.0;
    let mut power = 1.0;
    for k in 0..TERMS {
        sum += power * line[(n - 1 + k) % n];
        power *= POLE;
    }
    line[n - 1] = -POLE * sum;
    for i in (0..n - 1).rev() {
        line[i] = POLE * (line[i + 1] - line[i]);
    }
}

impl Spline {
    /// Through `values` `[n1][n2][n3]`.
    ///
    /// # Errors
    /// Where memory is short.
    pub fn new(values: &[f64], n: [usize; 3], shift: Vector) -> Result<Self> {
        let [n1, n2, n3] = n;
        let mut work = memory::zeros("a spline", n1 * n2 * n3)?;
        work.copy_from_slice(values);
        work.par_chunks_exact_mut(n2 * n3).for_each(|plane| {
            let mut line = vec![0.0; n2];
            for row in plane.chunks_exact_mut(n3) {
                filter(row);
            }
            for k in 0..n3 {
                for j in 0..n2 {
                    line[j] = plane[j * n3 + k];
                }
                filter(&mut line);
                for j in 0..n2 {
                    plane[j * n3 + k] = line[j];
                }
            }
        });
        let padded = n.map(|n| n + MARGIN);
        let mut coefficients = memory::zeros("a spline", padded.iter().product())?;
        let plane = padded[1] * padded[2];
        // Lines along axis 1, of one j each.
        let columns: Vec<Vec<f64>> = (0..n2)
            .into_par_iter()
            .map(|j| {
                let mut all = vec![0.0; n1 * n3];
                let mut line = vec![0.0; n1];
                for k in 0..n3 {
                    for i in 0..n1 {
                        line[i] = work[(i * n2 + j) * n3 + k];
                    }
                    filter(&mut line);
                    for i in 0..n1 {
                        all[i * n3 + k] = line[i];
                    }
                }
                all
            })
            .collect();
        coefficients
            .par_chunks_exact_mut(plane)
            .enumerate()
            .for_each(|(i, out)| {
                let i = (i + n1 * MARGIN - 1) % n1;
                for (j, row) in out.chunks_exact_mut(padded[2]).enumerate() {
                    let from = &columns[(j + n2 * MARGIN - 1) % n2][i * n3..][..n3];
                    for (k, x) in row.iter_mut().enumerate() {
                        *x = from[(k + n3 * MARGIN - 1) % n3];
                    }
                }
            });
        Ok(Self {
            n,
            shift,
            coefficients,
        })
    }

    /// Points per axis.
    pub fn points(&self) -> [usize; 3] {
        self.n
    }

    /// Position of point 0, in grid steps.
    pub fn shift(&self) -> Vector {
        self.shift
    }

    /// Index of the first coefficient that reaches `u`, and the place within the step.
    #[inline(always)]
    fn place(&self, a: usize, u: f64) -> (usize, f64) {
        let n = self.n[a] as f64;
        let x = u * n - self.shift[a];
        let x = x - n * floor(x / n);
        // Rounding may lead to n itself.
        let i = (x as usize).min(self.n[a] - 1);
        (i, x - i as f64)
    }

    #[inline(always)]
    fn slope_at(&self, u: Vector) -> (f64, Vector) {
        let (i, x) = self.place(0, u[0]);
        let (j, y) = self.place(1, u[1]);
        let (k, z) = self.place(2, u[2]);
        let (wx, wy, wz) = (weights(x), weights(y), weights(z));
        let (dx, dy, dz) = (first(x), first(y), first(z));
        let (p2, p3) = (self.n[1] + MARGIN, self.n[2] + MARGIN);
        // Four coefficients along the third axis stand side by side until the end: whole vectors are added, and only four sums are taken.
        let [mut e, mut gx, mut gy] = [[0.0; 4]; 3];
        for a in 0..4 {
            let [mut s, mut s2] = [[0.0; 4]; 2];
            for b in 0..4 {
                let row = &self.coefficients[((i + a) * p2 + j + b) * p3 + k..][..4];
                for c in 0..4 {
                    s[c] += wy[b] * row[c];
                    s2[c] += dy[b] * row[c];
                }
            }
            for c in 0..4 {
                e[c] += wx[a] * s[c];
                gx[c] += dx[a] * s[c];
                gy[c] += wx[a] * s2[c];
            }
        }
        let sum = |f: [f64; 4], w: [f64; 4]| f[0] * w[0] + f[1] * w[1] + f[2] * w[2] + f[3] * w[3];
        let (gx, gy, gz, e) = (sum(gx, wz), sum(gy, wz), sum(e, dz), sum(e, wz));
        let n = self.n;
        (e, [gx * n[0] as f64, gy * n[1] as f64, gz * n[2] as f64])
    }
}

/// The whole number at or below `x`, of moderate size: `f64::floor` is a call where the processor is not known to have it.
#[inline(always)]
fn floor(x: f64) -> f64 {
    let cut = x as i64 as f64;
    if cut > x { cut - 1.0 } else { cut }
}

/// Weights of the coefficients at −1 … 2 for a point at 0 ≤ t ≤ 1.
#[inline(always)]
fn weights(t: f64) -> [f64; 4] {
    let (t2, s) = (t * t, 1.0 - t);
    let t3 = t2 * t;
    [
        s * s * s / 6.0,
        (4.0 - 6.0 * t2 + 3.0 * t3) / 6.0,
        (1.0 + 3.0 * (t + t2 - t3)) / 6.0,
        t3 / 6.0,
    ]
}

/// Their first derivatives.
#[inline(always)]
fn first(t: f64) -> [f64; 4] {
    let (t2, s) = (t * t, 1.0 - t);
    [
        -0.5 * s * s,
        0.5 * (3.0 * t2 - 4.0 * t),
        0.5 * (1.0 + 2.0 * t - 3.0 * t2),
        0.5 * t2,
    ]
}

/// Their second derivatives.
#[inline(always)]
fn second(t: f64) -> [f64; 4] {
    [1.0 - t, 3.0 * t - 2.0, 1.0 - 3.0 * t, t]
}

/// Value and slope of a spline at a place.
struct Slope<'a>(&'a Spline, Vector);

impl Vectorized for Slope<'_> {
    type Output = (f64, Vector);

    #[inline(always)]
    fn run(self) -> (f64, Vector) {
        self.0.slope_at(self.1)
    }
}

impl Field for Spline {
    fn slope(&self, u: Vector) -> (f64, Vector) {
        vectorized(Slope(self, u))
    }

    fn curvature(&self, u: Vector) -> Tensor {
        let places = [0, 1, 2].map(|a| self.place(a, u[a]));
        let of = |a: usize| {
            let t = places[a].1;
            [weights(t), first(t), second(t)]
        };
        let [x, y, z] = [of(0), of(1), of(2)];
        let [_, p2, p3] = self.n.map(|n| n + MARGIN);
        let mut h = [[0.0; 3]; 3];
        let orders = [
            (0, 0, [2, 0, 0]),
            (1, 1, [0, 2, 0]),
            (2, 2, [0, 0, 2]),
            (1, 2, [0, 1, 1]),
            (0, 2, [1, 0, 1]),
            (0, 1, [1, 1, 0]),
        ];
        for a in 0..4 {
            for b in 0..4 {
                let start = ((places[0].0 + a) * p2 + places[1].0 + b) * p3 + places[2].0;
                let row = &self.coefficients[start..][..4];
                for (r, c, [i, j, k]) in orders {
                    let along: f64 = (0..4).map(|m| row[m] * z[k][m]).sum();
                    h[r][c] += x[i][a] * y[j][b] * along;
                }
            }
        }
        for r in 0..3 {
            for c in r..3 {
                h[r][c] *= (self.n[r] * self.n[c]) as f64;
                h[c][r] = h[r][c];
            }
        }
        h
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn wave(u: Vector) -> f64 {
        (2.0 * PI * u[0]).cos() * (2.0 * PI * (u[1] + 0.1)).sin() + (2.0 * PI * u[2]).cos()
    }

    fn spline(n: [usize; 3], shift: Vector) -> Spline {
        let mut values = Vec::new();
        for i in 0..n[0] {
            for j in 0..n[1] {
                for k in 0..n[2] {
                    let at = [i, j, k];
                    values.push(wave(std::array::from_fn(|a| {
                        (at[a] as f64 + shift[a]) / n[a] as f64
                    })));
                }
            }
        }
        Spline::new(&values, n, shift).unwrap()
    }

    /// Through the values, off by h⁴ between them, with derivatives that are those of the spline itself.
    #[test]
    fn a_wave_is_reproduced_to_fourth_order() {
        let u = [0.313, -0.77, 2.41];
        let errors: Vec<f64> = [12, 24]
            .map(|n| (spline([n, n + 2, n], [0.25, 0.0, 0.5]).slope(u).0 - wave(u)).abs())
            .to_vec();
        assert!(
            errors[0] < 4e-4 && errors[1] < errors[0] / 8.0,
            "{errors:?}"
        );
        let s = spline([16; 3], [0.0; 3]);
        assert!((s.slope([3.0 / 16.0, 0.5, 1.0]).0 - wave([3.0 / 16.0, 0.5, 0.0])).abs() < 1e-13);
        let h = 1e-5;
        for a in 0..3 {
            let moved = |sign: f64| {
                let mut v = u;
                v[a] += sign * h;
                s.slope(v)
            };
            let (up, down) = (moved(1.0), moved(-1.0));
            assert!(((up.0 - down.0) / (2.0 * h) - s.slope(u).1[a]).abs() < 1e-7);
            for b in 0..3 {
                let numeric = (up.1[b] - down.1[b]) / (2.0 * h);
                assert!((numeric - s.curvature(u)[a][b]).abs() < 1e-5);
            }
        }
    }

    /// An axis of one point is constant.
    #[test]
    fn a_layer_has_no_slope_along_its_normal() {
        let n = [16, 18, 1];
        let values: Vec<f64> = (0..n[0] * n[1]).map(|i| (i as f64).sin()).collect();
        let s = Spline::new(&values, n, [0.0; 3]).unwrap();
        let (e, g) = s.slope([0.3, 0.7, 0.37]);
        assert!(g[2].abs() < 1e-12 && (s.slope([0.3, 0.7, 5.0]).0 - e).abs() < 1e-12);
    }
}
