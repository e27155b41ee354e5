//! A polynomial through the energies around a grid point, by least squares: what an extremum and its curvature are read from.
//!
//! Coordinates are displacements in grid steps. Neighbours are taken by whole shells of equal length, steps counted as
//! vectors of unit length: what the point group maps on each other is taken together, and an axis with a coarse step is
//! treated like the others.

use crate::crystal::{KGrid, Lattice, Tensor};
use nalgebra::{DMatrix, DVector};

/// Largest displacement of a neighbour along one axis, steps.
const REACH: i32 = 6;
/// Smallest ratio of singular values at which the coefficients are determined.
const CONDITION: f64 = 1e-3;

/// A polynomial without constant term.
pub struct Polynomial {
    terms: Vec<([i32; 3], f64)>,
    /// Root mean square of what the fit leaves, relative to that of the values fitted.
    pub residual: f64,
}

impl Polynomial {
    /// The least-squares polynomial of `degree` in the axes with more than one point, through the origin; `value` gives the
    /// energy at a displacement relative to that at the origin. None where no neighbours within [`REACH`] determine it.
    pub fn fit(
        degree: i32,
        lattice: &Lattice,
        grid: &KGrid,
        value: impl Fn([i32; 3]) -> f64,
    ) -> Option<Self> {
        let monomials = monomials(degree, grid.n);
        let shells = shells(lattice, grid);
        let mut points = Vec::new();
        for shell in &shells {
            points.extend(shell.iter().copied());
            // Half as many again as there are unknowns, so that what is left says something.
            if 2 * points.len() < 3 * monomials.len() {
                continue;
            }
            if points.len() > 12 * monomials.len() {
                return None;
            }
            if let Some(found) = solve(&monomials, &points, &value) {
                return Some(found);
            }
        }
        None
    }

    /// Value at the displacement `d`.
    pub fn value(&self, d: [f64; 3]) -> f64 {
        self.terms.iter().map(|(m, c)| c * power(*m, d)).sum()
    }

    /// First derivatives at `d`.
    pub fn gradient(&self, d: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| self.terms.iter().map(|t| derived(*t, &[i], d)).sum())
    }

    /// Second derivatives at `d`.
    pub fn hessian(&self, d: [f64; 3]) -> Tensor {
        let second = |i, j| self.terms.iter().map(|t| derived(*t, &[i, j], d)).sum();
        std::array::from_fn(|i| std::array::from_fn(|j| second(i, j)))
    }

    /// The minimum that Newton's method reaches from the origin; none where it leaves `reach` steps or the curvature in the
    /// axes with more than one point is not positive there.
    pub fn minimum(&self, n: [usize; 3], reach: f64) -> Option<[f64; 3]> {
        let axes: Vec<usize> = (0..3).filter(|&i| n[i] > 1).collect();
        let mut d = [0.0; 3];
        for _ in 0..30 {
            let (g, h) = (self.gradient(d), self.hessian(d));
            let h = DMatrix::from_fn(axes.len(), axes.len(), |i, j| h[axes[i]][axes[j]]);
            let g = DVector::from_fn(axes.len(), |i, _| g[axes[i]]);
            let step = h.cholesky()?.solve(&g);
            for (i, &axis) in axes.iter().enumerate() {
                d[axis] -= step[i];
            }
            if d.iter().any(|x| x.abs() > reach) {
                return None;
            }
            if step.amax() < 1e-10 {
                break;
            }
        }
        Some(d)
    }
}

fn solve(
    monomials: &[[i32; 3]],
    points: &[([i32; 3], f64)],
    value: &impl Fn([i32; 3]) -> f64,
) -> Option<Polynomial> {
    let radius = points.iter().fold(0.0, |r: f64, p| r.max(p.1)).sqrt();
    // Scaled to the ball, so that the condition says something; the outermost neighbours count least.
    let weight = |r2: f64| 1.1 - r2 / (radius * radius);
    let at = |p: [i32; 3]| p.map(|x| f64::from(x) / radius);
    let a = DMatrix::from_fn(points.len(), monomials.len(), |r, c| {
        weight(points[r].1) * power(monomials[c], at(points[r].0))
    });
    let b = DVector::from_fn(points.len(), |r, _| {
        weight(points[r].1) * value(points[r].0)
    });
    let svd = a.clone().svd(true, true);
    let largest = svd.singular_values.amax();
    if svd.singular_values.iter().any(|&s| s < CONDITION * largest) {
        return None;
    }
    let x = svd.solve(&b, 0.0).ok()?;
    let left = (&a * &x - &b).norm();
    let scale = b.norm();
    Some(Polynomial {
        residual: if scale > 0.0 { left / scale } else { 0.0 },
        terms: monomials
            .iter()
            .zip(x.iter())
            .map(|(&m, &c)| (m, c / radius.powi(m.iter().sum())))
            .collect(),
    })
}

/// Exponents of total degree 1 to `degree` in the axes that have more than one point.
fn monomials(degree: i32, n: [usize; 3]) -> Vec<[i32; 3]> {
    let up_to = |i: usize| 0..=(if n[i] > 1 { degree } else { 0 });
    let mut all = Vec::new();
    for x in up_to(0) {
        for y in up_to(1) {
            for z in up_to(2) {
                if (1..=degree).contains(&(x + y + z)) {
                    all.push([x, y, z]);
                }
            }
        }
    }
    all
}

/// Displacements, each with its squared length, shell by shell.
pub fn shells(lattice: &Lattice, grid: &KGrid) -> Vec<Vec<([i32; 3], f64)>> {
    let b = lattice.reciprocal();
    let unit = b.map(|v| {
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.map(|x| x / length)
    });
    let range = |i: usize| {
        let reach = if grid.n[i] > 1 { REACH } else { 0 };
        -reach..=reach
    };
    let mut all = Vec::new();
    for x in range(0) {
        for y in range(1) {
            for z in range(2) {
                let d = [x, y, z];
                let length2: f64 = (0..3)
                    .map(|a| (0..3).map(|i| f64::from(d[i]) * unit[i][a]).sum::<f64>())
                    .map(|x: f64| x * x)
                    .sum();
                if d != [0; 3] {
                    all.push((d, length2));
                }
            }
        }
    }
    all.sort_by(|p, q| p.1.total_cmp(&q.1));
    let mut shells: Vec<Vec<([i32; 3], f64)>> = Vec::new();
    for point in all {
        match shells.last_mut() {
            Some(shell) if point.1 < shell[0].1 * (1.0 + 1e-6) => shell.push(point),
            _ => shells.push(vec![point]),
        }
    }
    shells
}

fn power(m: [i32; 3], d: [f64; 3]) -> f64 {
    d[0].powi(m[0]) * d[1].powi(m[1]) * d[2].powi(m[2])
}

/// The derivative of one term along `axes`, at `d`.
fn derived((mut m, mut c): ([i32; 3], f64), axes: &[usize], d: [f64; 3]) -> f64 {
    for &i in axes {
        if m[i] == 0 {
            return 0.0;
        }
        c *= f64::from(m[i]);
        m[i] -= 1;
    }
    c * power(m, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quartic in general position comes back with its derivatives, on fcc's skew steps and with one axis alone.
    #[test]
    fn a_quartic_is_fitted_exactly() {
        let fcc = Lattice::new([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]).unwrap();
        for n in [[12, 12, 12], [9, 10, 1], [1, 1, 16]] {
            let grid = KGrid::gamma(n).unwrap();
            let on = n.map(|n| if n > 1 { 1.0 } else { 0.0 });
            let f = |d: [f64; 3]| {
                let [x, y, z] = [d[0] * on[0], d[1] * on[1], d[2] * on[2]];
                0.3 * x * x + 0.5 * y * y + 0.4 * z * z + 0.1 * x * y - 0.2 * y
                    + 0.1 * z
                    + 0.01 * x * x * z
                    + 0.002 * x * y * y * z
                    + 0.001 * z * z * z * z
            };
            let p = Polynomial::fit(4, &fcc, &grid, |d| f(d.map(f64::from))).unwrap();
            assert!(p.residual < 1e-10, "{n:?} {}", p.residual);
            let d = [0.2 * on[0], -0.1 * on[1], 0.3 * on[2]];
            assert!((p.value(d) - f(d)).abs() < 1e-10);
            assert!(
                (p.hessian(d)[0][1] - on[0] * on[1] * (0.1 + 0.004 * d[1] * d[2])).abs() < 1e-9
            );
            let g = p.gradient(p.minimum(n, 2.0).unwrap());
            assert!(g.iter().all(|x| x.abs() < 1e-9), "{g:?}");
        }
    }
}
