//! D·U and U†·D·U for small matrices, with real and imaginary parts apart: the inner loops run over neighbouring numbers.

use nalgebra::DMatrix;
use rustfft::num_complex::Complex64;

/// Eigenvectors, once as they are and once transposed.
pub(super) struct Basis {
    n: usize,
    /// `[column][row]`, real and imaginary.
    vectors: [Vec<f64>; 2],
    /// `[row][column]`.
    transposed: [Vec<f64>; 2],
}

impl Basis {
    /// The columns of `vectors`.
    pub fn new(vectors: &DMatrix<Complex64>) -> Self {
        let n = vectors.nrows();
        let rows = || (0..n * n).map(|i| vectors[(i / n, i % n)]);
        Self {
            n,
            vectors: [
                vectors.iter().map(|z| z.re).collect(),
                vectors.iter().map(|z| z.im).collect(),
            ],
            transposed: [
                rows().map(|z| z.re).collect(),
                rows().map(|z| z.im).collect(),
            ],
        }
    }

    /// D·U of a Hermitian matrix given by its packed upper triangle, `[column][row]`.
    fn applied(&self, packed: &[Complex64]) -> [Vec<f64>; 2] {
        let n = self.n;
        let mut full = [vec![0.0; n * n], vec![0.0; n * n]];
        let mut i = 0;
        for k in 0..n {
            for m in 0..=k {
                let h = packed[i];
                full[0][k * n + m] = h.re;
                full[1][k * n + m] = h.im;
                full[0][m * n + k] = h.re;
                full[1][m * n + k] = if m == k { h.im } else { -h.im };
                i += 1;
            }
        }
        let mut out = [vec![0.0; n * n], vec![0.0; n * n]];
        for q in 0..n {
            for k in 0..n {
                let factor = [self.vectors[0][q * n + k], self.vectors[1][q * n + k]];
                add(&mut out, q * n, &full, k * n, n, factor);
            }
        }
        out
    }

    /// U†·D·U of a Hermitian matrix given by its packed upper triangle.
    pub fn transform(&self, packed: &[Complex64]) -> DMatrix<Complex64> {
        let n = self.n;
        let applied = self.applied(packed);
        let mut out = [vec![0.0; n * n], vec![0.0; n * n]];
        for q in 0..n {
            for m in 0..n {
                // U† has the conjugates of U's rows: conj(u)·w = conj(u·conj(w)), and the whole sum is conjugated at the end.
                let factor = [applied[0][q * n + m], -applied[1][q * n + m]];
                add(&mut out, q * n, &self.transposed, m * n, n, factor);
            }
        }
        DMatrix::from_fn(n, n, |p, q| {
            Complex64::new(out[0][q * n + p], -out[1][q * n + p])
        })
    }

    /// The diagonal of U†·D·U, real.
    pub fn diagonal(&self, packed: &[Complex64]) -> Vec<f64> {
        let applied = self.applied(packed);
        (0..self.n)
            .map(|p| {
                (p * self.n..(p + 1) * self.n)
                    .map(|i| {
                        self.vectors[0][i] * applied[0][i] + self.vectors[1][i] * applied[1][i]
                    })
                    .sum()
            })
            .collect()
    }
}

/// out[to ..] += factor · from[at ..], n complex numbers.
fn add(
    out: &mut [Vec<f64>; 2],
    to: usize,
    from: &[Vec<f64>; 2],
    at: usize,
    n: usize,
    [c, s]: [f64; 2],
) {
    let [out_re, out_im] = out;
    let (out_re, out_im) = (&mut out_re[to..][..n], &mut out_im[to..][..n]);
    let (re, im) = (&from[0][at..][..n], &from[1][at..][..n]);
    for i in 0..n {
        out_re[i] += c * re[i] - s * im[i];
        out_im[i] += c * im[i] + s * re[i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_matrices() {
        let n = 5;
        let m = DMatrix::from_fn(n, n, |i, j| {
            let x = (3 * i + 7 * j) as f64;
            Complex64::new(x.sin(), (1.7 * x).cos())
        });
        let d = &m + m.adjoint();
        let u = m.clone().qr().q();
        let packed: Vec<Complex64> = (0..n)
            .flat_map(|k| (0..=k).map(move |i| (i, k)))
            .map(|at| d[at])
            .collect();
        let basis = Basis::new(&u);
        let exact = u.adjoint() * &d * &u;
        assert!((basis.transform(&packed) - &exact).norm() < 1e-12);
        for (p, x) in basis.diagonal(&packed).into_iter().enumerate() {
            assert!((x - exact[(p, p)].re).abs() < 1e-12);
        }
    }
}
