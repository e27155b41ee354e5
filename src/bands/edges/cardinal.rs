//! The interpolation through every energy of a box of grid points around a point: what a least-squares fit is measured against.
//!
//! Along an axis of fewer than [`WIDE`] points it is the trigonometric polynomial through all of them, on longer axes Lagrange's through
//! the nearest. Of smooth bands it is closer to the truth than a quartic, whose distance to it is then the quartic's error; where
//! the band has a kink nearby it is not, and says only that nothing is known so well.

use super::fit::Landscape;
use crate::crystal::{KGrid, Tensor};
use std::f64::consts::PI;

/// Points along a longer axis that are taken.
const WIDE: usize = 9;

/// Energies as a function of the displacement in steps, through the points of a box.
pub struct Cardinal {
    /// Points along each axis.
    n: [usize; 3],
    /// Displacements of the box's points.
    nodes: [Vec<i32>; 3],
    /// Energies at them, `[axis 1][axis 2][axis 3]`, 0 at the origin.
    values: Vec<f64>,
}

impl Cardinal {
    /// Around the grid point `at`; `value` gives the energy at a grid point.
    pub fn new(grid: &KGrid, at: [usize; 3], value: impl Fn([usize; 3]) -> f64) -> Self {
        let nodes = grid.n.map(|n| {
            let count = n.min(WIDE) as i32;
            let first = -((count - 1) / 2);
            (first..first + count).collect::<Vec<i32>>()
        });
        let here = value(at);
        let mut values = Vec::new();
        for &x in &nodes[0] {
            for &y in &nodes[1] {
                for &z in &nodes[2] {
                    values.push(value(grid.moved(at, [x, y, z])) - here);
                }
            }
        }
        Self {
            n: grid.n,
            nodes,
            values,
        }
    }

    /// The derivative of the orders `order` along the axes.
    fn derivative(&self, d: [f64; 3], order: [usize; 3]) -> f64 {
        let weights: [Vec<f64>; 3] = std::array::from_fn(|a| {
            let of = |i| self.weight(a, i, d[a])[order[a]];
            (0..self.nodes[a].len()).map(of).collect()
        });
        let mut sum = 0.0;
        let mut values = self.values.iter();
        for x in &weights[0] {
            for y in &weights[1] {
                for (z, value) in weights[2].iter().zip(values.by_ref()) {
                    sum += x * y * z * value;
                }
            }
        }
        sum
    }

    /// The function of node `i` of an axis, which is 1 there and 0 at the others, with its first and second derivatives.
    fn weight(&self, axis: usize, i: usize, d: f64) -> [f64; 3] {
        let nodes = &self.nodes[axis];
        if self.n[axis] < WIDE {
            trigonometric(self.n[axis], d - f64::from(nodes[i]))
        } else {
            lagrange(nodes, i, d)
        }
    }
}

impl Landscape for Cardinal {
    fn value(&self, d: [f64; 3]) -> f64 {
        self.derivative(d, [0; 3])
    }

    fn gradient(&self, d: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| self.derivative(d, std::array::from_fn(|a| usize::from(a == i))))
    }

    fn hessian(&self, d: [f64; 3]) -> Tensor {
        let order = |i, j| std::array::from_fn(|a| usize::from(a == i) + usize::from(a == j));
        std::array::from_fn(|i| std::array::from_fn(|j| self.derivative(d, order(i, j))))
    }
}

/// (1/n) Σ_m cos(2πm x/n) over the n waves that a period of n points tells apart, the shortest of an even n as half of ±, and its
/// derivatives.
fn trigonometric(n: usize, x: f64) -> [f64; 3] {
    let mut sum = [1.0, 0.0, 0.0];
    for m in 1..=n / 2 {
        let share = if 2 * m == n { 1.0 } else { 2.0 };
        let k = 2.0 * PI * m as f64 / n as f64;
        let (sin, cos) = (k * x).sin_cos();
        sum[0] += share * cos;
        sum[1] -= share * k * sin;
        sum[2] -= share * k * k * cos;
    }
    sum.map(|s| s / n as f64)
}

/// Π_j (d − x_j)/(x_i − x_j) and its derivatives, by the product rule.
fn lagrange(nodes: &[i32], i: usize, d: f64) -> [f64; 3] {
    let mut f = [1.0, 0.0, 0.0];
    for (j, &x) in nodes.iter().enumerate() {
        if j != i {
            let width = f64::from(nodes[i] - x);
            let (factor, slope) = ((d - f64::from(x)) / width, 1.0 / width);
            f = [
                f[0] * factor,
                f[1] * factor + f[0] * slope,
                f[2] * factor + 2.0 * f[1] * slope,
            ];
        }
    }
    f
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waves that the points tell apart come back with their derivatives; on a long axis polynomials up to the eighth degree do.
    #[test]
    fn what_the_points_tell_apart_comes_back() {
        let grid = KGrid::gamma([5, 8, 12]).unwrap();
        let tau = 2.0 * PI;
        let f = |[x, y, z]: [f64; 3]| {
            (tau * 2.0 * x / 5.0).sin() * (1.0 + (tau * 3.0 * y / 8.0 + 0.3).cos())
                + 1e-3 * z.powi(4)
        };
        let signed = |j: usize, n: usize| {
            let j = j as f64;
            if j > n as f64 / 2.0 { j - n as f64 } else { j }
        };
        let box_of = Cardinal::new(&grid, [0; 3], |j| {
            f([signed(j[0], 5), signed(j[1], 8), signed(j[2], 12)])
        });
        let d = [0.3, -0.4, 0.2];
        assert!((box_of.value(d) - f(d) + f([0.0; 3])).abs() < 1e-12);
        let h = 1e-4;
        let shifted = |i: usize, by: f64| {
            let mut d = d;
            d[i] += by;
            f(d)
        };
        for i in 0..3 {
            let slope = (shifted(i, h) - shifted(i, -h)) / (2.0 * h);
            let curvature = (shifted(i, h) - 2.0 * f(d) + shifted(i, -h)) / (h * h);
            assert!((box_of.gradient(d)[i] - slope).abs() < 1e-6, "{i}");
            assert!((box_of.hessian(d)[i][i] - curvature).abs() < 1e-5, "{i}");
        }
    }
}
