//! Where the orbitals are, and how fast H(k) can bend.
//!
//! The phases e^{2πi u·(R + τ_n − τ_m)} give the same bands whatever the places τ of the orbitals. The places that make
//! Σ |H_mn(R)| |R + τ_n − τ_m|² least, those of a chemist, make the derivatives of H small and so the bounds tight.

use crate::bands::WannierHamiltonian;
use crate::kernel::lanes::{Complex, Lane};
use crate::kernel::simd::Simd;
use nalgebra::{DMatrix, SymmetricEigen};
use std::f64::consts::PI;

/// Pairs of axes of second derivatives, in the order xx yy zz yz xz xy.
pub(super) const PAIRS: [[usize; 2]; 6] = [[0, 0], [1, 1], [2, 2], [1, 2], [0, 2], [0, 1]];

/// Places of the orbitals, and the bound on the second derivatives that they give.
pub(super) struct Gauge {
    n: usize,
    /// Fractional place of each orbital.
    places: Vec<[f64; 3]>,
    /// Σ_R (2π)² d_a d_b |H_mn(R)| with d = R + τ_n − τ_m, per pair of axes; eV.
    bends: [DMatrix<f64>; 6],
}

impl Gauge {
    pub fn new(hamiltonian: &WannierHamiltonian) -> Self {
        let n = hamiltonian.n_orbital();
        let places = places(hamiltonian);
        let mut bends = [(); 6].map(|()| DMatrix::zeros(n, n));
        for_each_hop(hamiltonian, |m, k, r, size| {
            let d: [f64; 3] =
                std::array::from_fn(|a| 2.0 * PI * (r[a] + places[k][a] - places[m][a]));
            for (bend, [a, b]) in bends.iter_mut().zip(PAIRS) {
                bend[(m, k)] += d[a] * d[b] * size;
            }
        });
        Self { n, places, bends }
    }

    /// No eigenvalue of H(u + δ) − H(u) − δ·∂H(u) is larger in magnitude than this (eV), for all |δ_a| ≤ `reach[a]`.
    ///
    /// The remainder of the Taylor series is ½ Σ_R (2πδ·d)² H(R) e^{…} at some point between: element by element smaller than
    /// B(δ) = ½ Σ_R (2πδ·d)² |H(R)|, and its norm smaller than B's. B's elements are convex in δ and not negative, hence
    /// ‖B‖ is largest at a corner of the box of δ; opposite corners have the same.
    pub fn remainder(&self, reach: [f64; 3]) -> f64 {
        let mut largest: f64 = 0.0;
        for signs in [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]] {
            let corner = [reach[0], signs[0] * reach[1], signs[1] * reach[2]];
            let mut b = DMatrix::zeros(self.n, self.n);
            for (bend, [x, y]) in self.bends.iter().zip(PAIRS) {
                let twice = if x == y { 1.0 } else { 2.0 };
                b += bend * (0.5 * twice * corner[x] * corner[y]);
            }
            let norm = SymmetricEigen::new(b).eigenvalues.amax();
            largest = largest.max(norm);
        }
        largest
    }

    /// Adds to the derivatives of H, `[field][packed]` up to `order`, what the places of the orbitals change: with d = 2π(τ_n − τ_m)
    /// the slopes ∂_aH_mn become (∂_a + i d_a)H_mn, and the second derivatives (∂_a + i d_a)(∂_b + i d_b)H_mn.
    #[inline(always)]
    pub fn apply<S: Simd>(&self, fields: &mut [Complex<S>], order: usize) {
        let width = self.n * (self.n + 1) / 2;
        let mut i = 0;
        for k in 0..self.n {
            for m in 0..=k {
                let d: [f64; 3] =
                    std::array::from_fn(|a| 2.0 * PI * (self.places[k][a] - self.places[m][a]));
                if d != [0.0; 3] {
                    let h = fields[i];
                    let slopes = [1, 2, 3].map(|field| fields[field * width + i]);
                    if order > 1 {
                        for (pair, [a, b]) in PAIRS.into_iter().enumerate() {
                            let both = h.scaled(Lane::all(-d[a] * d[b]));
                            fields[(4 + pair) * width + i] +=
                                slopes[b].turned(d[a]) + slopes[a].turned(d[b]) + both;
                        }
                    }
                    for a in 0..3 {
                        fields[(1 + a) * width + i] += h.turned(d[a]);
                    }
                }
                i += 1;
            }
        }
    }
}

/// Calls `visit(m, n, R, |H_mn(R)|)` for every element.
fn for_each_hop(h: &WannierHamiltonian, mut visit: impl FnMut(usize, usize, [f64; 3], f64)) {
    let n = h.n_orbital();
    for (r, block) in h.vectors().iter().zip(h.elements().chunks_exact(n * n)) {
        for (i, element) in block.iter().enumerate() {
            visit(i / n, i % n, r.map(f64::from), element.norm());
        }
    }
}

/// The places that make the mean square length of the hops least; orbitals without hops between them stay at the origin.
fn places(h: &WannierHamiltonian) -> Vec<[f64; 3]> {
    let n = h.n_orbital();
    let mut matrix = DMatrix::zeros(n, n);
    let mut right = DMatrix::zeros(n, 3);
    for_each_hop(h, |m, k, r, size| {
        // ∂/∂τ_m of size·(R + τ_k − τ_m)²; the other half of the pair is an element of its own.
        matrix[(m, m)] += size;
        matrix[(m, k)] -= size;
        for a in 0..3 {
            right[(m, a)] += size * r[a];
        }
    });
    // Only differences of places count: a little weight at the origin fixes the rest.
    let weight = 1e-9 * matrix.diagonal().amax() + f64::MIN_POSITIVE;
    for i in 0..n {
        matrix[(i, i)] += weight;
    }
    match matrix.cholesky() {
        Some(factors) => {
            let solution = factors.solve(&right);
            (0..n)
                .map(|i| std::array::from_fn(|a| solution[(i, a)]))
                .collect()
        }
        None => vec![[0.0; 3]; n],
    }
}
