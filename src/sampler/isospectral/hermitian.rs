//! Levels and states of small Hermitian matrices: Householder's reduction to a real tridiagonal matrix, then implicit QL steps
//! (Wilkinson and Reinsch, "Linear Algebra", 1971, II/2 and II/4). A fit diagonalises a million of them.

use nalgebra::DMatrix;
use rustfft::num_complex::Complex64;

/// QL steps for one level; three are usual.
const MOST_STEPS: usize = 60;

/// Eigenvalues in ascending order and their vectors, columns.
pub(super) fn eigen(mut a: DMatrix<Complex64>) -> (Vec<f64>, DMatrix<Complex64>) {
    let n = a.nrows();
    let mut q = DMatrix::identity(n, n);
    let mut diagonal = vec![0.0; n];
    let mut off = vec![0.0; n];
    reduce(&mut a, &mut q, &mut diagonal, &mut off);
    implicit_ql(&mut diagonal, &mut off, &mut q);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| diagonal[i].total_cmp(&diagonal[j]));
    let mut vectors = DMatrix::zeros(n, n);
    for (to, &from) in order.iter().enumerate() {
        vectors.set_column(to, &q.column(from));
    }
    (order.into_iter().map(|i| diagonal[i]).collect(), vectors)
}

/// A = Q T Q† with a real tridiagonal T: `diagonal` and `off[i]` between i and i + 1.
fn reduce(
    a: &mut DMatrix<Complex64>,
    q: &mut DMatrix<Complex64>,
    diagonal: &mut [f64],
    off: &mut [f64],
) {
    let n = a.nrows();
    let mut v = vec![Complex64::default(); n];
    let mut w = vec![Complex64::default(); n];
    let mut links = vec![Complex64::default(); n];
    for k in 0..n {
        diagonal[k] = a[(k, k)].re;
        if k + 1 == n {
            break;
        }
        let below: f64 = (k + 2..n).map(|i| a[(i, k)].norm_sqr()).sum();
        let first = a[(k + 1, k)];
        let mut link = first;
        if below > 0.0 {
            let size = (below + first.norm_sqr()).sqrt();
            // Roots of sums of squares: `norm` guards against overflow that energies are far from, and takes a tenth of a search.
            let length = first.norm_sqr().sqrt();
            let turn = if length > 0.0 {
                first / length
            } else {
                Complex64::from(1.0)
            };
            link = -turn * size;
            for i in k + 1..n {
                v[i] = a[(i, k)];
            }
            v[k + 1] -= link;
            let norm = (below + v[k + 1].norm_sqr()).sqrt();
            v[k + 1..].iter_mut().for_each(|x| *x /= norm);
            // A' = A − v w† − w v† with w = 2 A v − 2 v (v†Av), on what is left.
            w[k + 1..].fill(Complex64::default());
            for j in k + 1..n {
                let x = v[j];
                let column = &a.as_slice()[j * n..][..n];
                for i in k + 1..n {
                    w[i] += column[i] * x;
                }
            }
            let mean: f64 = (k + 1..n).map(|i| (v[i].conj() * w[i]).re).sum();
            for i in k + 1..n {
                w[i] = (w[i] - v[i] * mean) * 2.0;
            }
            for j in k + 1..n {
                let (x, y) = (v[j].conj(), w[j].conj());
                let column = &mut a.as_mut_slice()[j * n..][..n];
                for i in k + 1..n {
                    column[i] -= v[i] * y + w[i] * x;
                }
            }
            // Q ← Q (1 − 2 v v†).
            w.fill(Complex64::default());
            for j in k + 1..n {
                let x = v[j] * 2.0;
                let column = &q.as_slice()[j * n..][..n];
                for i in 0..n {
                    w[i] += column[i] * x;
                }
            }
            for j in k + 1..n {
                let x = v[j].conj();
                let column = &mut q.as_mut_slice()[j * n..][..n];
                for i in 0..n {
                    column[i] -= w[i] * x;
                }
            }
        }
        links[k] = link;
    }
    // With columns multiplied by phases the links are real.
    let mut phase = Complex64::from(1.0);
    for k in 0..n.saturating_sub(1) {
        off[k] = links[k].norm_sqr().sqrt();
        if off[k] > 0.0 {
            phase *= links[k] / off[k];
        }
        q.column_mut(k + 1).iter_mut().for_each(|x| *x *= phase);
    }
}

/// Eigenvalues of the tridiagonal matrix into `d`; the columns of `q` are turned with it.
fn implicit_ql(d: &mut [f64], e: &mut [f64], q: &mut DMatrix<Complex64>) {
    let n = d.len();
    for l in 0..n {
        for _ in 0..MOST_STEPS {
            let small = |i: usize| e[i].abs() <= f64::EPSILON * (d[i].abs() + d[i + 1].abs());
            let m = (l..n - 1).find(|&i| small(i)).unwrap_or(n - 1);
            if m == l {
                break;
            }
            // Wilkinson's shift.
            let mut g = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let mut r = (g * g + 1.0).sqrt();
            g = d[m] - d[l] + e[l] / (g + r.copysign(g));
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            let mut whole = true;
            for i in (l..m).rev() {
                let f = s * e[i];
                let b = c * e[i];
                r = (f * f + g * g).sqrt();
                e[i + 1] = r;
                if r == 0.0 {
                    d[i + 1] -= p;
                    e[m] = 0.0;
                    whole = false;
                    break;
                }
                s = f / r;
                c = g / r;
                g = d[i + 1] - p;
                r = (d[i] - g) * s + 2.0 * c * b;
                p = s * r;
                d[i + 1] = g + p;
                g = c * r - b;
                let (left, right) = q.as_mut_slice()[i * n..][..2 * n].split_at_mut(n);
                for (x, y) in left.iter_mut().zip(right) {
                    let f = *y;
                    *y = *x * s + f * c;
                    *x = *x * c - f * s;
                }
            }
            if whole {
                d[l] -= p;
                e[l] = g;
                e[m] = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    /// Random, degenerate, diagonal, zero and small matrices: A V = V E, V unitary, levels ascending.
    #[test]
    fn vectors_and_levels_belong_together() {
        let mut random = Random::new(4);
        for n in [1, 2, 3, 9, 18, 30] {
            let m = DMatrix::from_fn(n, n, |_, _| {
                Complex64::new(random.normal(), random.normal())
            });
            let vectors = eigen(&m + m.adjoint()).1;
            let twice = DMatrix::from_fn(n, n, |i, j| {
                Complex64::from(if i == j { (i / 2) as f64 } else { 0.0 })
            });
            let degenerate = &vectors * &twice * vectors.adjoint();
            for a in [&m + m.adjoint(), degenerate, twice, DMatrix::zeros(n, n)] {
                let (e, v) = eigen(a.clone());
                let d = DMatrix::from_fn(n, n, |i, j| {
                    Complex64::from(if i == j { e[i] } else { 0.0 })
                });
                assert!((&a * &v - &v * d).norm() < 1e-11 * n as f64);
                assert!((v.adjoint() * &v - DMatrix::identity(n, n)).norm() < 1e-12 * n as f64);
                assert!(e.windows(2).all(|w| w[0] <= w[1]));
            }
        }
    }
}
