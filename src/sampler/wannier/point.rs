//! The bands at one k-point: eigenvalues of H(k), their slopes and curvatures.

use super::degenerate;
use super::gauge::{Gauge, PAIRS};
use super::product::Basis;
use super::series::Fields;
use crate::crystal::Tensor;
use nalgebra::{DMatrix, SymmetricEigen};
use rustfft::num_complex::Complex64;

/// Levels closer than this (eV) are one degenerate level: far above the rounding of eigenvalues, far below a splitting of
/// any consequence.
pub(super) const DEGENERATE: f64 = 1e-5;
/// Levels repel as 1/ΔE in the inverse mass; the divergence is cut as ΔE/(ΔE² + η²) with this η (eV), which changes a term
/// by 1e-6 at ΔE = 0.1 eV and drops it between degenerate states.
const CLOSEST: f64 = 1e-4;
/// Rounding is not asked to be better than this (relative), and QR steps are limited.
const ROUNDING: f64 = f64::EPSILON;
const MOST_STEPS: usize = 10_000;

/// Bands at one k-point, ascending, with the derivatives along fractional u in the eigenbasis.
pub(super) struct Point {
    /// eV.
    pub energies: Vec<f64>,
    /// ∂H/∂u_a in the eigenbasis, eV; empty matrices where only energies were asked for.
    pub slopes: [DMatrix<Complex64>; 3],
    /// ∂²E/∂u_a∂u_b per band, eV, xx yy zz yz xz xy; empty unless asked for.
    pub curvatures: Vec<[f64; 6]>,
}

/// Diagonalises H of `fields`, and takes the derivatives that it holds. `to_cartesian` turns gradients along u into those
/// along Cartesian axes. `None` where the matrix cannot be diagonalised.
pub(super) fn solve(
    fields: &Fields,
    gauge: &Gauge,
    n: usize,
    to_cartesian: &Tensor,
) -> Option<Point> {
    let packed = fields.packed(0);
    let h = unpack(&packed, n);
    if fields.len() == 1 {
        let mut energies: Vec<f64> = h.symmetric_eigenvalues().iter().copied().collect();
        energies.sort_by(f64::total_cmp);
        return Some(Point {
            energies,
            slopes: [(); 3].map(|()| DMatrix::zeros(0, 0)),
            curvatures: Vec::new(),
        });
    }
    let eigen = SymmetricEigen::try_new(h, ROUNDING, MOST_STEPS)?;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
    let energies: Vec<f64> = order.iter().map(|&i| eigen.eigenvalues[i]).collect();
    let mut vectors = DMatrix::zeros(n, n);
    for (to, &from) in order.iter().enumerate() {
        vectors.set_column(to, &eigen.eigenvectors.column(from));
    }

    let mut slopes: Vec<Vec<Complex64>> = (1..4).map(|i| fields.packed(i)).collect();
    let mut bends: Vec<Vec<Complex64>> = (4..fields.len()).map(|i| fields.packed(i)).collect();
    gauge.apply(&packed, &mut slopes, &mut bends);
    let basis = Basis::new(&vectors);
    let mut slopes: [DMatrix<Complex64>; 3] = std::array::from_fn(|a| basis.transform(&slopes[a]));
    settle_degenerate(&energies, &mut slopes, &mut vectors, to_cartesian);
    let curvatures = if bends.is_empty() {
        Vec::new()
    } else {
        curvatures(&energies, &slopes, &bends, &vectors)
    };
    Some(Point {
        energies,
        slopes,
        curvatures,
    })
}

/// Chooses the states of degenerate levels: see [`degenerate`].
fn settle_degenerate(
    energies: &[f64],
    slopes: &mut [DMatrix<Complex64>; 3],
    vectors: &mut DMatrix<Complex64>,
    to_cartesian: &Tensor,
) {
    let n = energies.len();
    let mut start = 0;
    while start < n {
        let mut end = start + 1;
        while end < n && energies[end] - energies[end - 1] < DEGENERATE {
            end += 1;
        }
        if end > start + 1 {
            // Cartesian components, so that the choice has the symmetry of the crystal.
            let mut cartesian: [DMatrix<Complex64>; 3] = std::array::from_fn(|c| {
                (0..3).fold(DMatrix::zeros(n, n), |sum, a| {
                    sum + &slopes[a] * Complex64::from(to_cartesian[c][a])
                })
            });
            let mut rotation = DMatrix::identity(n, n);
            degenerate::diagonalise(start..end, &mut cartesian, &mut rotation);
            for slope in slopes.iter_mut() {
                *slope = rotation.ad_mul(&(&*slope * &rotation));
            }
            *vectors = &*vectors * &rotation;
        }
        start = end;
    }
}

/// ∂²E_p/∂a∂b = ⟨p|∂²H|p⟩ + 2 Re Σ_q ⟨p|∂_aH|q⟩⟨q|∂_bH|p⟩/(E_p − E_q).
fn curvatures(
    energies: &[f64],
    slopes: &[DMatrix<Complex64>; 3],
    bends: &[Vec<Complex64>],
    vectors: &DMatrix<Complex64>,
) -> Vec<[f64; 6]> {
    let n = energies.len();
    let basis = Basis::new(vectors);
    let mut result = vec![[0.0; 6]; n];
    for (i, [a, b]) in PAIRS.into_iter().enumerate() {
        let bent = basis.diagonal(&bends[i]);
        for p in 0..n {
            let mut sum = bent[p];
            for q in 0..n {
                let gap = energies[p] - energies[q];
                let weight = 2.0 * gap / (gap * gap + CLOSEST * CLOSEST);
                sum += weight * (slopes[a][(p, q)] * slopes[b][(q, p)]).re;
            }
            result[p][i] = sum;
        }
    }
    result
}

/// The full Hermitian matrix of a packed upper triangle.
fn unpack(packed: &[Complex64], n: usize) -> DMatrix<Complex64> {
    let mut full = DMatrix::zeros(n, n);
    let mut elements = packed.iter();
    for k in 0..n {
        for m in 0..=k {
            if let Some(&h) = elements.next() {
                full[(k, m)] = h.conj();
                full[(m, k)] = h;
            }
        }
    }
    full
}
