//! Eigenvalues and eigenvectors of small Hermitian matrices, one a lane, by cyclic Jacobi rotations.
//!
//! Every lane takes the same path, so that wide registers are full; a lane that has converged is turned by zero, which leaves its
//! numbers as they are, bit for bit: what a k-point gives does not depend on its neighbours. A handful of sweeps suffices, as convergence
//! is quadratic (G. H. Golub, C. F. Van Loan, Matrix Computations, §8.5).

use super::lanes::{Complex, LANES, Lane};

/// Off-diagonal parts below this share of the whole (norms) are none: what they change is of second order.
const SMALL: f64 = 1e-15;
/// Sweeps that are never needed.
const MOST_SWEEPS: usize = 50;

/// Place of element (row, column), row ≤ column, of a packed upper triangle.
#[inline(always)]
pub(super) fn at(row: usize, column: usize) -> usize {
    column * (column + 1) / 2 + row
}

/// Makes the packed `h` of n×n matrices diagonal, and multiplies `vectors` (`[column][row]`, or nothing) by the rotations. Whether it
/// converged: numbers that are not finite do not.
#[inline(always)]
pub(super) fn diagonalise(h: &mut [Complex], vectors: &mut [Complex], n: usize) -> bool {
    for _ in 0..MOST_SWEEPS {
        let Some(turning) = unfinished(h, n) else {
            return true;
        };
        for q in 1..n {
            for p in 0..q {
                rotate(h, vectors, n, (p, q), turning);
            }
        }
    }
    false
}

/// 1 in the lanes that are not diagonal yet, 0 in the others; `None` where all are.
#[inline(always)]
fn unfinished(h: &[Complex], n: usize) -> Option<Lane> {
    let (mut off, mut all) = (Lane::ZERO, Lane::ZERO);
    for column in 0..n {
        for row in 0..column {
            off += h[at(row, column)].norm_squared();
        }
        all += h[at(column, column)].norm_squared();
    }
    all += off + off;
    // What is not a number is not finished.
    let turning = off.zip(all, |off, all| {
        let done = off <= SMALL * SMALL * all;
        f64::from(u8::from(!done))
    });
    (turning.0 != [0.0; LANES]).then_some(turning)
}

/// The rotation that makes element (p, q) zero: p' = c p − s e* q, q' = s e p + c q, with e its phase.
#[inline(always)]
fn rotate(
    h: &mut [Complex],
    vectors: &mut [Complex],
    n: usize,
    (p, q): (usize, usize),
    turning: Lane,
) {
    let element = h[at(p, q)];
    let r = element.norm_squared().sqrt();
    let apart = h[at(q, q)].re - h[at(p, p)].re;
    // tan of the angle: r/(½ apart ± √(¼ apart² + r²)), the smaller one; nothing to do where r is 0.
    let half = apart.map(|x| 0.5 * x);
    let root = (half * half + r * r).sqrt();
    let below = half.zip(
        root,
        |half, root| {
            if half < 0.0 { half - root } else { half + root }
        },
    );
    let t = r.zip(below, |r, below| if r > 0.0 { r / below } else { 0.0 });
    let t = t.zip(turning, |t, turning| if turning > 0.0 { t } else { 0.0 });
    let c = t.map(|t| 1.0 / (t * t + 1.0).sqrt());
    let inverse = r.map(|r| if r > 0.0 { 1.0 / r } else { 0.0 });
    // s e.
    let se = element.scaled(inverse).scaled(t * c);
    let (back, forth) = (se.conj(), se);
    h[at(p, p)].re = h[at(p, p)].re - t * r;
    h[at(q, q)].re += t * r;
    h[at(p, q)] = element.scaled(turning.map(|x| 1.0 - x));
    for i in 0..p {
        let (x, y) = (h[at(i, p)], h[at(i, q)]);
        h[at(i, p)] = x.scaled(c) - back * y;
        h[at(i, q)] = forth * x + y.scaled(c);
    }
    for i in p + 1..q {
        let (x, y) = (h[at(p, i)], h[at(i, q)]);
        h[at(p, i)] = x.scaled(c) - forth * y.conj();
        h[at(i, q)] = forth * x.conj() + y.scaled(c);
    }
    for i in q + 1..n {
        let (x, y) = (h[at(p, i)], h[at(q, i)]);
        h[at(p, i)] = x.scaled(c) - forth * y;
        h[at(q, i)] = back * x + y.scaled(c);
    }
    if vectors.is_empty() {
        return;
    }
    let (left, right) = vectors.split_at_mut(q * n);
    for (x, y) in left[p * n..][..n].iter_mut().zip(&mut right[..n]) {
        let (before, other) = (*x, *y);
        *x = before.scaled(c) - back * other;
        *y = forth * before + other.scaled(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, SymmetricEigen};
    use rustfft::num_complex::Complex64;

    /// Random, degenerate, diagonal and graded matrices side by side, against nalgebra, and H V = V E.
    #[test]
    fn every_lane_is_diagonalised() {
        for n in [1, 2, 3, 8, 13] {
            let matrix = |lane: usize| {
                let m = DMatrix::from_fn(n, n, |i, j| {
                    let x = (37 * lane + 11 * i + 5 * j) as f64;
                    Complex64::new((1.3 * x).sin(), (0.7 * x * x).cos())
                });
                let h = &m + m.adjoint();
                match lane {
                    0 => DMatrix::zeros(n, n),
                    1 => DMatrix::from_diagonal(&h.diagonal()),
                    // Twofold levels.
                    2 => {
                        let u = m.qr().q();
                        let e = DMatrix::from_fn(n, n, |i, j| {
                            Complex64::from(if i == j { (i / 2) as f64 } else { 0.0 })
                        });
                        let twofold = &u * e * u.adjoint();
                        (&twofold + twofold.adjoint()) * Complex64::from(0.5)
                    }
                    3 => DMatrix::from_fn(n, n, |i, j| h[(i, j)] * 10f64.powi(-((i + j) as i32))),
                    _ => h,
                }
            };
            let given: Vec<_> = (0..LANES).map(matrix).collect();
            let mut h = vec![Complex::ZERO; n * (n + 1) / 2];
            let mut vectors = vec![Complex::ZERO; n * n];
            (0..n).for_each(|i| vectors[i * n + i] = Complex::real(1.0));
            for (lane, m) in given.iter().enumerate() {
                for column in 0..n {
                    for row in 0..=column {
                        h[at(row, column)].re.0[lane] = m[(row, column)].re;
                        h[at(row, column)].im.0[lane] = m[(row, column)].im;
                    }
                }
            }
            let packed = h.clone();
            assert!(diagonalise(&mut h, &mut vectors, n));
            for (lane, m) in given.iter().enumerate() {
                let found: Vec<f64> = (0..n).map(|i| h[at(i, i)].re.0[lane]).collect();
                let v = DMatrix::from_fn(n, n, |i, j| {
                    let z = vectors[j * n + i];
                    Complex64::new(z.re.0[lane], z.im.0[lane])
                });
                let e = DMatrix::from_fn(n, n, |i, j| {
                    Complex64::from(if i == j { found[i] } else { 0.0 })
                });
                let size = m.norm().max(1e-300);
                assert!((m * &v - &v * e).norm() < 1e-13 * size, "{n} {lane}");
                let off = (v.adjoint() * &v - DMatrix::identity(n, n)).norm();
                assert!(off < 1e-13 * n as f64, "{n} {lane}: {off}");
                let mut sorted = found.clone();
                sorted.sort_by(f64::total_cmp);
                let mut exact: Vec<f64> = SymmetricEigen::new(m.clone())
                    .eigenvalues
                    .iter()
                    .copied()
                    .collect();
                exact.sort_by(f64::total_cmp);
                for (a, b) in sorted.iter().zip(&exact) {
                    assert!((a - b).abs() < 1e-13 * size, "{n} {lane}: {a} {b}");
                }
                // Alone, the same bits.
                let mut alone: Vec<Complex> = packed
                    .iter()
                    .map(|z| Complex {
                        re: Lane::all(z.re.0[lane]),
                        im: Lane::all(z.im.0[lane]),
                    })
                    .collect();
                assert!(diagonalise(&mut alone, &mut [], n));
                for (i, e) in found.iter().enumerate() {
                    assert_eq!(alone[at(i, i)].re.0[0].to_bits(), e.to_bits());
                }
            }
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_told() {
        let mut h = vec![Complex::real(1.0); 3];
        h[1].im.0[3] = f64::NAN;
        assert!(!diagonalise(&mut h, &mut [], 2));
    }
}
