//! States of equal energy: which ones to take.
//!
//! Inside a degenerate subspace any basis is an eigenbasis of H, and the three components of ∂H do not commute in it. The basis taken
//! makes all three as diagonal as can be at once, by Jacobi rotations (J.-F. Cardoso, A. Souloumiac, SIAM J. Matrix Anal.
//! Appl. 17, 161 (1996)): it does not depend on the basis that one starts from nor on the axes of coordinates, and where
//! the bands cross without interacting it is theirs. Sums of a velocity over the subspace, its trace, hold in every basis.

use crate::crystal::Tensor;
use crate::kernel::lanes::{Complex, Lane};
use nalgebra::{DMatrix, Matrix3, SymmetricEigen};
use rustfft::num_complex::Complex64;
use std::ops::Range;

/// Levels closer than this (eV) are one degenerate level: far above the rounding of eigenvalues, far below a splitting of
/// any consequence.
pub(super) const DEGENERATE: f64 = 1e-5;
/// Off-diagonal parts smaller than this (relative) end the search.
const SMALL: f64 = 1e-13;
/// Sweeps over all pairs; a handful suffices.
const SWEEPS: usize = 30;

/// Slopes of a level whose parts off the diagonal and whose differences are smaller than this share of all (squares) need no choice:
/// Kramers pairs of crystals with inversion have it everywhere.
const SETTLED: f64 = 1e-24;

/// States of which something is wanted, and what there is of them.
pub(super) struct Wanted {
    /// The states.
    pub states: Range<usize>,
    /// Columns of slopes that there are: these states, and those that are degenerate with them.
    pub columns: Range<usize>,
    /// Rows of slopes, and states, that there are.
    pub rows: Range<usize>,
}

impl Wanted {
    /// With `states` go all that any of the first `set` lanes has degenerate with them; all rows are wanted where `couplings` are.
    pub fn new(states: Range<usize>, energies: &[Lane], set: usize, couplings: bool) -> Self {
        let mut columns = states.clone();
        let joined =
            |i: usize| (0..set).any(|lane| energies[i + 1][lane] - energies[i][lane] < DEGENERATE);
        while columns.start > 0 && joined(columns.start - 1) {
            columns.start -= 1;
        }
        while columns.end < energies.len() && joined(columns.end - 1) {
            columns.end += 1;
        }
        let rows = match couplings {
            true => 0..energies.len(),
            false => columns.clone(),
        };
        Self {
            states,
            columns,
            rows,
        }
    }
}

/// Chooses the states of the degenerate levels of one k-point, a lane, as far as they are wanted: `slopes` along u in the eigenbasis and
/// `vectors`, both `[column][row]`.
pub(super) fn settle(
    lane: usize,
    energies: &[Lane],
    wanted: &Wanted,
    slopes: &mut [Vec<Complex>; 3],
    vectors: &mut [Complex],
    to_cartesian: &Tensor,
) {
    let n = energies.len();
    let level = |i: usize| energies[i][lane];
    let mut start = 0;
    while start < n {
        let mut end = start + 1;
        while end < n && level(end) - level(end - 1) < DEGENERATE {
            end += 1;
        }
        // No lane has more states of such a level than the columns that there are.
        let is_wanted = start < wanted.states.end && end > wanted.states.start;
        if end > start + 1 && is_wanted && !settled(lane, start..end, &wanted.rows, slopes, n) {
            let level = start..end;
            let size = level.len();
            let own = [0, 1, 2].map(|a| {
                DMatrix::from_fn(size, size, |p, q| {
                    of(&slopes[a][(start + q) * n + start + p], lane)
                })
            });
            // Cartesian components, so that the choice has the symmetry of the crystal.
            let mut cartesian: [DMatrix<Complex64>; 3] = std::array::from_fn(|c| {
                (0..3).fold(DMatrix::zeros(size, size), |sum, a| {
                    sum + &own[a] * Complex64::from(to_cartesian[c][a])
                })
            });
            let mut rotation = DMatrix::identity(size, size);
            diagonalise(0..size, &mut cartesian, &mut rotation);
            let mixed = |numbers: &[Complex64], column: usize| -> Complex64 {
                let terms = numbers.iter().zip(rotation.column(column));
                terms.map(|(x, r)| x * r).sum()
            };
            for slope in slopes.iter_mut() {
                // S R, then R† (S R).
                for row in wanted.rows.clone() {
                    let places = level.clone().map(|q| q * n + row);
                    turn(slope, places, lane, |x, q| mixed(x, q));
                }
                for column in wanted.columns.clone() {
                    let places = level.clone().map(|p| column * n + p);
                    turn(slope, places, lane, |x, p| {
                        let conjugate: Vec<Complex64> = x.iter().map(|x| x.conj()).collect();
                        mixed(&conjugate, p).conj()
                    });
                }
            }
            for row in 0..n {
                let places = level.clone().map(|q| q * n + row);
                turn(vectors, places, lane, |x, q| mixed(x, q));
            }
        }
        start = end;
    }
}

/// Puts in the places of some numbers what `mixed` makes of all of them, one by one.
fn turn(
    numbers: &mut [Complex],
    places: impl Iterator<Item = usize> + Clone,
    lane: usize,
    mixed: impl Fn(&[Complex64], usize) -> Complex64,
) {
    let before: Vec<Complex64> = places.clone().map(|at| of(&numbers[at], lane)).collect();
    for (i, at) in places.enumerate() {
        let x = mixed(&before, i);
        (numbers[at].re[lane], numbers[at].im[lane]) = (x.re, x.im);
    }
}

/// The number of one lane.
fn of(z: &Complex, lane: usize) -> Complex64 {
    Complex64::new(z.re[lane], z.im[lane])
}

/// Whether the slopes of a level's states leave nothing to choose.
fn settled(
    lane: usize,
    group: Range<usize>,
    rows: &Range<usize>,
    slopes: &[Vec<Complex>; 3],
    n: usize,
) -> bool {
    let (mut apart, mut all) = (0.0, 0.0);
    for slope in slopes {
        let element = |p: usize, q: usize| of(&slope[q * n + p], lane);
        for p in group.clone() {
            all += rows.clone().map(|q| element(q, p).norm_sqr()).sum::<f64>();
            apart += (element(p, p).re - element(group.start, group.start).re).powi(2);
            apart += (group.start..p)
                .map(|q| element(q, p).norm_sqr())
                .sum::<f64>();
        }
    }
    apart <= SETTLED * all
}

/// Rotates the states of `group` so that the Hermitian `components` are as diagonal in it as they can be together. The
/// columns of `vectors` are the states.
pub(super) fn diagonalise(
    group: Range<usize>,
    components: &mut [DMatrix<Complex64>; 3],
    vectors: &mut DMatrix<Complex64>,
) {
    let size: f64 = components
        .iter()
        .map(|c| {
            c.view((group.start, group.start), (group.len(), group.len()))
                .norm_squared()
        })
        .sum();
    for _ in 0..SWEEPS {
        let mut moved = false;
        for p in group.clone() {
            for q in p + 1..group.end {
                if let Some(rotation) = rotation(components, p, q, size) {
                    for c in components.iter_mut() {
                        rotate_columns(c, p, q, rotation);
                        let mut adjoint = c.adjoint();
                        rotate_columns(&mut adjoint, p, q, rotation);
                        *c = adjoint;
                    }
                    rotate_columns(vectors, p, q, rotation);
                    moved = true;
                }
            }
        }
        if !moved {
            break;
        }
    }
}

/// cos θ/2 and e^{iφ} sin θ/2 of the best rotation of states p and q, where it is worth while.
///
/// In the two states each component is a₀ + a·σ, and a state with its spin along n̂ has the diagonal element a₀ + a·n̂: the best n̂
/// makes Σ (a·n̂)² largest.
fn rotation(
    components: &[DMatrix<Complex64>; 3],
    p: usize,
    q: usize,
    size: f64,
) -> Option<(f64, Complex64)> {
    let mut sum = Matrix3::zeros();
    for c in components {
        let off = c[(p, q)];
        let a = nalgebra::Vector3::new(off.re, -off.im, 0.5 * (c[(p, p)].re - c[(q, q)].re));
        sum += a * a.transpose();
    }
    if sum.trace() <= 1e-24 * size {
        return None;
    }
    let eigen = SymmetricEigen::new(sum);
    let mut n = eigen
        .eigenvectors
        .column(eigen.eigenvalues.imax())
        .into_owned();
    if n[2] < 0.0 {
        n = -n;
    }
    // Nothing to gain where ẑ is an eigenvector and no other is better.
    let settled = SMALL * sum.trace();
    let better = eigen.eigenvalues.max() - sum[(2, 2)] > settled;
    if !better && sum[(0, 2)].hypot(sum[(1, 2)]) <= settled {
        return None;
    }
    let cos = (0.5 * (1.0 + n[2])).sqrt();
    Some((cos, Complex64::new(n[0], n[1]) / (2.0 * cos)))
}

/// |p'⟩ = c|p⟩ + s|q⟩, |q'⟩ = −s*|p⟩ + c|q⟩.
fn rotate_columns(m: &mut DMatrix<Complex64>, p: usize, q: usize, (c, s): (f64, Complex64)) {
    for row in 0..m.nrows() {
        let (x, y) = (m[(row, p)], m[(row, q)]);
        m[(row, p)] = x * c + y * s;
        m[(row, q)] = y * c - x * s.conj();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(n: usize, seed: f64) -> DMatrix<Complex64> {
        DMatrix::from_fn(n, n, |i, j| {
            let x = seed + (3 * i + j) as f64;
            Complex64::new((1.3 * x).sin(), (0.7 * x * x).cos())
        })
    }

    /// Components that commute are diagonal after any hidden rotation; the states outside the group stay.
    #[test]
    fn commuting_components_become_diagonal() {
        let n = 4;
        let hidden = matrix(n, 0.2).qr().q();
        let diagonal = |values: [f64; 4]| {
            let d = DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(
                n,
                values.map(Complex64::from),
            ));
            &hidden * d * hidden.adjoint()
        };
        let mut components = [
            diagonal([1.0, 2.0, 2.0, -1.0]),
            diagonal([0.0, 5.0, -5.0, 0.0]),
            diagonal([0.3, 0.0, 1.0, 0.3]),
        ];
        let mut vectors = DMatrix::identity(n, n);
        diagonalise(0..n, &mut components, &mut vectors);
        for c in &components {
            for i in 0..n {
                for j in 0..i {
                    assert!(c[(i, j)].norm() < 1e-9, "{c}");
                }
            }
        }
        let off = (vectors.adjoint() * &vectors - DMatrix::identity(n, n)).norm();
        assert!(off < 1e-12, "{off}");
    }

    /// Whatever basis one starts from: the same diagonal elements, and the trace kept.
    #[test]
    fn the_result_does_not_depend_on_the_basis_at_the_start() {
        let n = 2;
        let given = [1.0, 2.0, 3.0].map(|seed| {
            let m = matrix(n, seed);
            &m + m.adjoint()
        });
        let diagonals = |start: &DMatrix<Complex64>| {
            let mut c = given.clone().map(|g| start.adjoint() * g * start);
            diagonalise(0..n, &mut c, &mut start.clone());
            let mut d: Vec<Vec<f64>> = (0..n)
                .map(|i| c.iter().map(|c| c[(i, i)].re).collect())
                .collect();
            d.sort_by(|a, b| a[0].total_cmp(&b[0]));
            d
        };
        let reference = diagonals(&DMatrix::identity(n, n));
        for a in 0..3 {
            let trace: f64 = reference.iter().map(|d| d[a]).sum();
            assert!((trace - given[a].trace().re).abs() < 1e-12);
        }
        for seed in [0.1, 0.9, 1.7] {
            let other = diagonals(&matrix(n, seed).qr().q());
            for (x, y) in reference.iter().flatten().zip(other.iter().flatten()) {
                assert!((x - y).abs() < 1e-8, "{reference:?} {other:?}");
            }
        }
    }
}
