//! Tensors made to obey the crystal's operations.

use crate::crystal::Tensor;

/// Makes σ(B) obey the operations of k that leave the energies unchanged: those under which the field stays, and with rows and columns exchanged those
/// that turn it round (Onsager). Also the largest change, as a share of the largest component.
pub fn symmetrized(operations: &[Tensor], field: [f64; 3], t: &Tensor) -> (Tensor, f64) {
    let mut sum = [[0.0; 3]; 3];
    let mut sizes = [[0.0f64; 3]; 3];
    let mut count = 0.0;
    for m in operations {
        let determinant = crate::crystal::tensor::determinant(m);
        let turned: [f64; 3] =
            std::array::from_fn(|i| determinant * (0..3).map(|j| m[i][j] * field[j]).sum::<f64>());
        let sign: f64 = (0..3).map(|i| turned[i] * field[i]).sum();
        if sign.abs() < 1.0 - 1e-6 {
            continue;
        }
        count += 1.0;
        for i in 0..3 {
            for j in 0..3 {
                let mut x = 0.0;
                for a in 0..3 {
                    for b in 0..3 {
                        x += m[i][a] * t[a][b] * m[j][b];
                    }
                }
                let (r, c) = if sign < 0.0 { (j, i) } else { (i, j) };
                sum[r][c] += x;
                sizes[r][c] += x.abs();
            }
        }
    }
    let mut largest: f64 = 0.0;
    let mut change: f64 = 0.0;
    for i in 0..3 {
        for j in 0..3 {
            sum[i][j] = cancelled(sum[i][j], sizes[i][j]) / f64::max(count, 1.0);
            largest = largest.max(t[i][j].abs());
            change = change.max((sum[i][j] - t[i][j]).abs());
        }
    }
    (sum, change / largest.max(f64::MIN_POSITIVE))
}

/// Rounding may leave a sum that is zero by symmetry at this share of its terms.
const ROUNDING: f64 = 1e-13;

/// A sum of terms of the given size, or zero where they cancel but for rounding.
pub(super) fn cancelled(sum: f64, size: f64) -> f64 {
    if sum.abs() <= ROUNDING * size {
        0.0
    } else {
        sum
    }
}

/// The mean over all operations, those without field, symmetric; and the largest change, as a share of the largest component.
pub(super) fn all_of(operations: &[Tensor], t: &Tensor) -> (Tensor, f64) {
    let mut sum = [[0.0; 3]; 3];
    let mut sizes = [[0.0f64; 3]; 3];
    for m in operations {
        for i in 0..3 {
            for j in 0..3 {
                for a in 0..3 {
                    for b in 0..3 {
                        let term = m[i][a] * t[a][b] * m[j][b] / operations.len() as f64;
                        sum[i][j] += term;
                        sizes[i][j] += term.abs();
                    }
                }
            }
        }
    }
    let mut symmetric = sum;
    let (mut largest, mut change): (f64, f64) = (0.0, 0.0);
    for i in 0..3 {
        for j in 0..3 {
            symmetric[i][j] = 0.5 * cancelled(sum[i][j] + sum[j][i], sizes[i][j] + sizes[j][i]);
            largest = largest.max(t[i][j].abs());
            change = change.max((symmetric[i][j] - t[i][j]).abs());
        }
    }
    (symmetric, change / largest.max(f64::MIN_POSITIVE))
}
