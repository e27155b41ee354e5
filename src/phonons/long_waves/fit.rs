//! The matrix whose eigenvalues the acoustic branches are around Γ: M(q) = Σ of degrees 2, 4, … in q, found by least squares of the
//! eigenvalues (Levenberg and Marquardt). Its part of degree 2 is Christoffel's matrix: ω²/q² for q → 0.
//!
//! The matrix is analytic where the branches themselves are not: at touching sheets and cones.

use super::forms::{Form, Quadratic, forms};
use super::near::Point;
use crate::elastic::Christoffel;
use nalgebra::{DMatrix, DVector, Matrix3, SymmetricEigen, Vector3};

/// Steps of the search.
const STEPS: usize = 60;
/// Relative decrease of the squares at which it has ended.
const ENOUGH: f64 = 1e-10;

/// What was found of one matrix.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    /// ω²/q² for q → 0.
    pub medium: Christoffel,
    /// Root mean square of what is left of ω², as a share of each branch's mean, with the nearest points counting most.
    pub left: f64,
}

/// The points and the forms of one search.
struct Search<'a> {
    points: &'a [Point],
    /// Branches of the matrix.
    branches: &'a [usize],
    forms: Vec<Form>,
    /// Mean |ω²/q²| of each branch.
    scale: Vec<f64>,
}

/// `branches` are three of one matrix, or one by itself. None where the points are too few for the forms of this degree.
pub(super) fn fit(
    points: &[Point],
    branches: &[usize],
    group: &[Matrix3<f64>],
    degree: usize,
) -> Option<Fit> {
    let scalar = branches.len() == 1;
    let forms = forms(points, group, scalar, degree);
    // q and −q say the same; twice as many numbers as unknowns.
    if forms.is_empty() || points.len() / 2 * branches.len() < 2 * forms.len() {
        return None;
    }
    let mean = |b: &usize| points.iter().map(|p| p.squares[*b].abs()).sum::<f64>();
    let scale = branches
        .iter()
        .map(|b| (mean(b) / points.len() as f64).max(f64::MIN_POSITIVE))
        .collect();
    let search = Search {
        points,
        branches,
        forms,
        scale,
    };
    let found = search.refined(search.start()?);
    let mut all = Quadratic::default();
    for (form, c) in search.forms.iter().zip(&found) {
        let Some(own) = &form.quadratic else { continue };
        for (i, l, a, b) in (0..81).map(|x| (x / 27, x / 9 % 3, x / 3 % 3, x % 3)) {
            all[i][l][a][b] += c * own[i][l][a][b];
        }
    }
    let weights: f64 = points.iter().map(weight).map(|w| w * w).sum();
    let left = (search.squares(&found) / (weights * branches.len() as f64)).sqrt();
    // A branch by itself: the slowest of three that have nothing to do with each other.
    let medium = match scalar {
        true => Christoffel::new(|i, l, a, b| {
            let apart = [1.0, 4.0, 9.0][i];
            if i == l { apart * all[0][0][a][b] } else { 0.0 }
        }),
        false => Christoffel::new(|i, l, a, b| all[i][l][a][b]),
    };
    Some(Fit { medium, left })
}

/// The series is best near Γ, and most points are far from it.
fn weight(point: &Point) -> f64 {
    point.distance.powi(-2)
}

impl Search<'_> {
    /// The closest to a matrix with one longitudinal and two equal transverse waves, by linear least squares.
    fn start(&self) -> Option<DVector<f64>> {
        let n = self.forms.len();
        let (mut normal, mut right) = (DMatrix::zeros(n, n), DVector::zeros(n));
        for (p, point) in self.points.iter().enumerate() {
            let w = weight(point).powi(2);
            let own = |m: usize| point.squares[self.branches[m]];
            let target = match self.branches.len() {
                1 => Matrix3::from_diagonal(&Vector3::new(own(0), 0.0, 0.0)),
                _ => {
                    let k = Vector3::from(point.q) / point.distance;
                    let (slow, fast) = (0.5 * (own(0) + own(1)), own(2));
                    Matrix3::identity() * slow + k * k.transpose() * (fast - slow)
                }
            };
            for (i, one) in self.forms.iter().enumerate() {
                right[i] += w * one.values[p].dot(&target);
                for (j, other) in self.forms.iter().enumerate() {
                    normal[(i, j)] += w * one.values[p].dot(&other.values[p]);
                }
            }
        }
        solved(normal, &right, 1e-12)
    }

    /// Residuals of a point's branches, and the vectors of the matrix there.
    fn at(&self, c: &DVector<f64>, p: usize) -> (Vec<f64>, Vec<Vector3<f64>>) {
        let point = &self.points[p];
        let matrix: Matrix3<f64> = self
            .forms
            .iter()
            .zip(c)
            .map(|(f, c)| f.values[p] * *c)
            .sum();
        let (values, vectors) = match self.branches.len() {
            1 => (vec![matrix[(0, 0)]], vec![Vector3::x()]),
            _ => {
                let eigen = SymmetricEigen::new(matrix);
                let mut order = [0, 1, 2];
                order.sort_by(|a, b| eigen.eigenvalues[*a].total_cmp(&eigen.eigenvalues[*b]));
                let vector = |i: &usize| eigen.eigenvectors.column(*i).into_owned();
                (
                    order.iter().map(|i| eigen.eigenvalues[*i]).collect(),
                    order.iter().map(vector).collect(),
                )
            }
        };
        let residual = |(m, value): (usize, f64)| {
            (value - point.squares[self.branches[m]]) * weight(point) / self.scale[m]
        };
        (
            values.into_iter().enumerate().map(residual).collect(),
            vectors,
        )
    }

    fn squares(&self, c: &DVector<f64>) -> f64 {
        (0..self.points.len())
            .flat_map(|p| self.at(c, p).0)
            .map(|r| r * r)
            .sum()
    }

    fn refined(&self, mut c: DVector<f64>) -> DVector<f64> {
        let n = self.forms.len();
        let (mut best, mut damping) = (self.squares(&c), 1e-3);
        for _ in 0..STEPS {
            let (mut normal, mut right) = (DMatrix::zeros(n, n), DVector::zeros(n));
            for (p, point) in self.points.iter().enumerate() {
                let (residuals, vectors) = self.at(&c, p);
                for (m, (r, e)) in residuals.iter().zip(&vectors).enumerate() {
                    let unit = weight(point) / self.scale[m];
                    let slope = DVector::from_iterator(
                        n,
                        self.forms.iter().map(|f| unit * e.dot(&(f.values[p] * e))),
                    );
                    right.axpy(-r, &slope, 1.0);
                    normal.ger(1.0, &slope, &slope, 1.0);
                }
            }
            let mut better = false;
            while !better && damping < 1e6 {
                let moved = solved(normal.clone(), &right, damping).map(|d| &c + d);
                match moved.map(|x| (self.squares(&x), x)) {
                    Some((squares, x)) if squares < best => {
                        better = squares < (1.0 - ENOUGH) * best;
                        (best, c) = (squares, x);
                        damping *= 0.1;
                        if !better {
                            return c;
                        }
                    }
                    _ => damping *= 10.0,
                }
            }
            if !better {
                break;
            }
        }
        c
    }
}

/// (N + damping·diag N) x = right.
fn solved(mut normal: DMatrix<f64>, right: &DVector<f64>, damping: f64) -> Option<DVector<f64>> {
    let largest = normal.diagonal().max();
    for i in 0..normal.nrows() {
        normal[(i, i)] += damping * normal[(i, i)] + 1e-14 * largest;
    }
    normal.cholesky().map(|x| x.solve(right))
}
