//! Matrices M(q) whose elements are polynomials of one even degree, and that a crystal's symmetry allows: M(Rq) = R M(q) Rᵀ.
//!
//! Every product of a monomial and a unit matrix is averaged over the group; what depends linearly on those before is left out.

use super::near::Point;
use nalgebra::{Matrix3, Vector3};

/// Coefficients of a quadratic form, `[i][l][a][b]`: M_il = Σ c q_a q_b.
pub(super) type Quadratic = [[[[f64; 3]; 3]; 3]; 3];

/// Share of a form that the others must leave open for it to count.
const INDEPENDENT: f64 = 1e-4;

/// One form at the points of a mesh.
pub(super) struct Form {
    /// M(q)/q² at each point.
    pub values: Vec<Matrix3<f64>>,
    /// Its coefficients, of degree 2 only.
    pub quadratic: Option<Quadratic>,
}

/// Forms of degrees 2, 4, … up to `degree`, each of norm 1 over the points. A `scalar` has one element, and the group does not turn it.
pub(super) fn forms(
    points: &[Point],
    group: &[Matrix3<f64>],
    scalar: bool,
    degree: usize,
) -> Vec<Form> {
    let pairs: &[(usize, usize)] = match scalar {
        true => &[(0, 0)],
        false => &[(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)],
    };
    let turned: Vec<Vec<Matrix3<f64>>> = pairs
        .iter()
        .map(|(i, l)| {
            let mut unit = Matrix3::zeros();
            (unit[(*i, *l)], unit[(*l, *i)]) = (1.0, 1.0);
            let by = |r: &Matrix3<f64>| match scalar {
                true => unit,
                false => r.transpose() * unit * r,
            };
            group.iter().map(by).collect()
        })
        .collect();
    let mut found: Vec<Form> = Vec::new();
    let mut orthogonal: Vec<Vec<Matrix3<f64>>> = Vec::new();
    for degree in (2..=degree).step_by(2) {
        for powers in monomials(degree) {
            for turned in &turned {
                let at = |point: &Point| {
                    let q = Vector3::from(point.q);
                    let one = |(r, unit): (&Matrix3<f64>, &Matrix3<f64>)| {
                        let rq = r * q;
                        let value: f64 = (0..3).map(|x| rq[x].powi(powers[x] as i32)).product();
                        unit * value
                    };
                    let sum: Matrix3<f64> = group.iter().zip(turned).map(one).sum();
                    sum / point.distance.powi(2)
                };
                let values: Vec<Matrix3<f64>> = points.iter().map(at).collect();
                let all = norm(&values);
                let mut rest = values.clone();
                // Twice: once leaves rounding behind.
                for before in orthogonal.iter().chain(&orthogonal) {
                    let share = dot(&rest, before);
                    rest.iter_mut()
                        .zip(before)
                        .for_each(|(x, b)| *x -= b * share);
                }
                let left = norm(&rest);
                let largest = group.len() as f64 * points.len() as f64 * f64::EPSILON;
                if !(left > INDEPENDENT * all && all > largest) {
                    continue;
                }
                rest.iter_mut().for_each(|x| *x /= left);
                orthogonal.push(rest);
                found.push(Form {
                    values: values.into_iter().map(|x| x / all).collect(),
                    quadratic: (degree == 2).then(|| quadratic(group, turned, powers, all)),
                });
            }
        }
    }
    found
}

fn quadratic(
    group: &[Matrix3<f64>],
    turned: &[Matrix3<f64>],
    powers: [usize; 3],
    all: f64,
) -> Quadratic {
    // The two axes of the monomial.
    let axes: Vec<usize> = (0..3).flat_map(|x| vec![x; powers[x]]).collect();
    let mut c = Quadratic::default();
    for (r, unit) in group.iter().zip(turned) {
        for (i, l, a, b) in (0..81).map(|x| (x / 27, x / 9 % 3, x / 3 % 3, x % 3)) {
            c[i][l][a][b] += unit[(i, l)] * r[(axes[0], a)] * r[(axes[1], b)] / all;
        }
    }
    c
}

/// Exponents of x, y, z.
fn monomials(degree: usize) -> impl Iterator<Item = [usize; 3]> {
    (0..=degree).flat_map(move |x| (0..=degree - x).map(move |y| [x, y, degree - x - y]))
}

fn dot(a: &[Matrix3<f64>], b: &[Matrix3<f64>]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.dot(b)).sum()
}

fn norm(a: &[Matrix3<f64>]) -> f64 {
    dot(a, a).sqrt()
}
