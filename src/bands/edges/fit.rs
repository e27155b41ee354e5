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

/// Energies as a smooth function of the displacement, 0 at the origin.
pub trait Landscape {
    /// Value at the displacement `d`.
    fn value(&self, d: [f64; 3]) -> f64;

    /// First derivatives at `d`.
    fn gradient(&self, d: [f64; 3]) -> [f64; 3];

    /// Second derivatives at `d`.
    fn hessian(&self, d: [f64; 3]) -> Tensor;

    /// The minimum that Newton's method reaches from the origin; none where it leaves `reach` steps or the curvature in the
    /// axes with more than one point is not positive there.
    fn minimum(&self, n: [usize; 3], reach: f64) -> Option<[f64; 3]> {
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
            let inside = d.iter().all(|x| x.abs() <= reach);
            if !inside {
                return None;
            }
            if step.amax() < 1e-10 {
                break;
            }
        }
        Some(d)
    }
}

/// A polynomial without constant term.
pub struct Polynomial {
    terms: Vec<([i32; 3], f64)>,
    /// Root mean square of what the fit leaves, relative to that of the values fitted.
    pub residual: f64,
}

impl Polynomial {
    /// The least-squares polynomial of `degree` in the axes with more than one point, through the origin, of at least
    /// `surplus` times as many neighbours as it has terms; `value` gives the energy at a displacement relative to that at the
    /// origin. None where no neighbours within [`REACH`] determine it.
    pub fn fit(
        degree: i32,
        surplus: f64,
        lattice: &Lattice,
        grid: &KGrid,
        value: impl Fn([i32; 3]) -> f64,
    ) -> Option<Self> {
        let monomials = monomials(degree, grid.n);
        let terms = monomials.len() as f64;
        let mut points = Vec::new();
        for shell in shells(lattice, grid) {
            points.extend(shell);
            let count = points.len() as f64;
            if count > 12.0 * terms {
                return None;
            }
            if count >= surplus * terms
                && let Some(found) = solve(&monomials, &points, &value)
            {
                return Some(found);
            }
        }
        None
    }
}

impl Landscape for Polynomial {
    fn value(&self, d: [f64; 3]) -> f64 {
        self.terms.iter().map(|(m, c)| c * power(*m, d)).sum()
    }

    fn gradient(&self, d: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| self.terms.iter().map(|t| derived(*t, &[i], d)).sum())
    }

    fn hessian(&self, d: [f64; 3]) -> Tensor {
        let second = |i, j| self.terms.iter().map(|t| derived(*t, &[i, j], d)).sum();
        std::array::from_fn(|i| std::array::from_fn(|j| second(i, j)))
    }
}

/// The lower of two bands that meet somewhere around. Where they do, each has a kink, but the trace and the discriminant of
/// the 2×2 problem behind them, E₁ + E₂ and (E₂ − E₁)², have none: these are fitted, and E₁ is read from them. Silicon's
/// conduction band next to X is the standing example.
pub struct LowerOfTwo {
    /// E₁ + E₂ and (E₂ − E₁)², less their values at the origin.
    sum: Polynomial,
    squared: Polynomial,
    /// (E₂ − E₁)² at the origin.
    squared_here: f64,
}

impl LowerOfTwo {
    /// As [`Polynomial::fit`]; `values` gives both energies relative to the lower one at the origin, `gap` is their distance
    /// there.
    pub fn fit(
        degree: i32,
        surplus: f64,
        lattice: &Lattice,
        grid: &KGrid,
        gap: f64,
        values: impl Fn([i32; 3]) -> [f64; 2],
    ) -> Option<Self> {
        let sum = |d| {
            let [low, high] = values(d);
            low + high - gap
        };
        let squared = |d| {
            let [low, high] = values(d);
            (high - low).powi(2) - gap * gap
        };
        Some(Self {
            sum: Polynomial::fit(degree, surplus, lattice, grid, sum)?,
            squared: Polynomial::fit(degree, surplus, lattice, grid, squared)?,
            squared_here: gap * gap,
        })
    }

    /// The larger of what the two fits leave.
    pub fn residual(&self) -> f64 {
        self.sum.residual.max(self.squared.residual)
    }

    /// E₂ − E₁; not a number where the fit lets the bands meet.
    fn gap(&self, d: [f64; 3]) -> f64 {
        (self.squared_here + self.squared.value(d)).sqrt()
    }
}

impl Landscape for LowerOfTwo {
    fn value(&self, d: [f64; 3]) -> f64 {
        0.5 * (self.sum.value(d) - self.gap(d) + self.squared_here.sqrt())
    }

    fn gradient(&self, d: [f64; 3]) -> [f64; 3] {
        let (s, p, gap) = (self.sum.gradient(d), self.squared.gradient(d), self.gap(d));
        std::array::from_fn(|i| 0.5 * s[i] - 0.25 * p[i] / gap)
    }

    fn hessian(&self, d: [f64; 3]) -> Tensor {
        let (s, h) = (self.sum.hessian(d), self.squared.hessian(d));
        let (p, gap) = (self.squared.gradient(d), self.gap(d));
        std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                0.5 * s[i][j] - 0.25 * h[i][j] / gap + 0.125 * p[i] * p[j] / gap.powi(3)
            })
        })
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
            let p = Polynomial::fit(4, 1.5, &fcc, &grid, |d| f(d.map(f64::from))).unwrap();
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

    /// Two bands ±√(x² + c²) apart on a common paraboloid: a cone-like meeting off the origin, fitted to rounding because its
    /// trace and discriminant are polynomials; the single band's fit is not.
    #[test]
    fn two_bands_that_meet_are_read_from_their_trace_and_discriminant() {
        let cubic = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]).unwrap();
        let grid = KGrid::gamma([24; 3]).unwrap();
        let bands = |d: [f64; 3]| {
            let [x, y, z] = d;
            let common = 0.05 * x * x + 0.1 * (y * y + z * z);
            let half = ((0.3 * (x - 1.4)).powi(2) + (0.1 * y * z).powi(2)).sqrt();
            [common - half, common + half]
        };
        let [e0, high] = bands([0.0; 3]);
        let fit = LowerOfTwo::fit(4, 1.5, &cubic, &grid, high - e0, |d| {
            bands(d.map(f64::from)).map(|e| e - e0)
        })
        .unwrap();
        assert!(fit.residual() < 1e-10, "{}", fit.residual());
        let d = [0.3, 0.2, -0.1];
        assert!((fit.value(d) - (bands(d)[0] - e0)).abs() < 1e-10);
        let h = 1e-4;
        let at = |x: f64| bands([0.3 + x, 0.2, -0.1])[0];
        assert!((fit.gradient(d)[0] - (at(h) - at(-h)) / (2.0 * h)).abs() < 1e-7);
        let second = (at(h) - 2.0 * at(0.0) + at(-h)) / (h * h);
        assert!((fit.hessian(d)[0][0] - second).abs() < 1e-6);
        let single = Polynomial::fit(4, 1.5, &cubic, &grid, |d| bands(d.map(f64::from))[0] - e0);
        assert!(single.unwrap().residual > 0.01);
    }
}
