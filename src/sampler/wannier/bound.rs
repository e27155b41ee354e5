//! How far the bands can go between k-points: bounds that no state breaks.
//!
//! Around a point, H(u + δ) = H + δ·∂H + Q with ‖Q‖ ≤ q ([`super::gauge::Gauge::remainder`]). By the min–max principle
//! the n-th eigenvalue is at most the largest one of P(H + δ·∂H)P + q, P being the projector on the n lowest states at the point,
//! and at least the smallest one on the n-th state and those above. In the eigenbasis the diagonal is E_p + δ·∂E_p, whose range over a
//! box of δ is exact, and the rest is at most Σ_a |δ_a| |∂_aH_pq|: the largest eigenvalue is at most that of the real matrix
//! with these entries. For that one, max_p (Bw)_p/w_p is a bound with any positive w (Collatz and Wielandt), and a good one
//! where w is nearly its eigenvector: far levels then count in second order, as they repel each other.

use nalgebra::DMatrix;
use rustfft::num_complex::Complex64;

/// Improvements of w: more change little.
const ROUNDS: usize = 4;

/// Lowest and highest energies of each band around a point (eV): `energies` ascending, `slopes` ∂H/∂u_a in the eigenbasis,
/// δ_a from `-before[a]` to `after[a]`, without the remainder q.
pub(super) fn around(
    energies: &[f64],
    slopes: &[DMatrix<Complex64>; 3],
    before: [f64; 3],
    after: [f64; 3],
) -> Vec<(f64, f64)> {
    let n = energies.len();
    let mut coupling = vec![0.0; n * n];
    for a in 0..3 {
        let reach = before[a].max(after[a]);
        for p in 0..n {
            for q in 0..p {
                coupling[p * n + q] += reach * slopes[a][(p, q)].norm();
            }
        }
    }
    for p in 0..n {
        for q in 0..p {
            coupling[q * n + p] = coupling[p * n + q];
        }
    }
    let range = |p: usize| {
        (0..3).fold((energies[p], energies[p]), |(low, high), a| {
            let slope = slopes[a][(p, p)].re;
            let (x, y) = (-before[a] * slope, after[a] * slope);
            (low + x.min(y), high + x.max(y))
        })
    };
    let ranges: Vec<(f64, f64)> = (0..n).map(range).collect();
    let up: Vec<f64> = ranges.iter().map(|r| r.1).collect();
    // The smallest eigenvalue of a matrix is minus the largest of its negative.
    let down: Vec<f64> = ranges.iter().map(|r| -r.0).collect();
    let mut w = vec![0.0; n];
    (0..n)
        .map(|band| {
            let low = -largest(&down, &coupling, n, band..n, &mut w);
            let high = largest(&up, &coupling, n, 0..band + 1, &mut w);
            (low, high)
        })
        .collect()
}

/// An upper bound on the largest eigenvalue of the matrix with this diagonal and these couplings, on `states` alone.
fn largest(
    diagonal: &[f64],
    coupling: &[f64],
    n: usize,
    states: std::ops::Range<usize>,
    w: &mut [f64],
) -> f64 {
    let pull = |p: usize, w: &[f64]| -> f64 {
        let row = &coupling[p * n..][..n];
        states.clone().map(|q| row[q] * w[q]).sum()
    };
    let Some(first) = states
        .clone()
        .max_by(|&p, &q| diagonal[p].total_cmp(&diagonal[q]))
    else {
        return f64::NEG_INFINITY;
    };
    let top = diagonal[first];
    // Row sums: Gershgorin's bound, w = 1.
    w[states.clone()].fill(1.0);
    let mut best = states
        .clone()
        .fold(top, |t, p| t.max(diagonal[p] + pull(p, w)));
    let mut target = best;
    for _ in 0..ROUNDS {
        if target <= top {
            break;
        }
        // An eigenvector with w = 1 on the highest diagonal has (target − B_pp) w_p = pull on p in the other rows, and its
        // eigenvalue in that row: the next target. A floor keeps w positive.
        for p in states.clone().filter(|&p| p != first) {
            w[p] = (pull(p, w) / (target - diagonal[p])).max(1e-9);
        }
        let rows = states.clone().map(|p| diagonal[p] + pull(p, w) / w[p]);
        best = best.min(rows.fold(f64::NEG_INFINITY, f64::max));
        target = top + pull(first, w);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SymmetricEigen;

    struct Random(u64);

    impl Random {
        fn next(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        }

        fn hermitian(&mut self, n: usize) -> DMatrix<Complex64> {
            let m = DMatrix::from_fn(n, n, |_, _| Complex64::new(self.next(), self.next()));
            &m + m.adjoint()
        }
    }

    /// Random matrices with linear δ: no eigenvalue outside, and second order in δ close to the best possible.
    #[test]
    fn no_eigenvalue_leaves_its_bounds() {
        let mut random = Random(7);
        let n = 5;
        for scale in [0.01, 0.3] {
            let (mut allowed, mut range) = (0.0, 0.0);
            for _ in 0..20 {
                let energies: Vec<f64> = (0..n).map(|i| i as f64 + 0.3 * random.next()).collect();
                let slopes = [0, 1, 2].map(|_| random.hermitian(n));
                let (before, after) = ([0.0, scale, scale], [scale, scale, 0.5 * scale]);
                let bounds = around(&energies, &slopes, before, after);
                let mut seen = vec![(f64::INFINITY, f64::NEG_INFINITY); n];
                for _ in 0..200 {
                    let mut h = DMatrix::from_fn(n, n, |i, j| {
                        Complex64::from(if i == j { energies[i] } else { 0.0 })
                    });
                    for a in 0..3 {
                        // Corners mostly: there are the extremes.
                        let t = (1.5 * random.next() + 0.5).clamp(0.0, 1.0);
                        let delta = t * (before[a] + after[a]) - before[a];
                        h += &slopes[a] * Complex64::from(delta);
                    }
                    let mut e: Vec<f64> =
                        SymmetricEigen::new(h).eigenvalues.iter().copied().collect();
                    e.sort_by(f64::total_cmp);
                    for (band, &e) in e.iter().enumerate() {
                        let (low, high) = bounds[band];
                        assert!(
                            low - 1e-12 <= e && e <= high + 1e-12,
                            "{band}: {low} {e} {high}"
                        );
                        seen[band].0 = seen[band].0.min(e);
                        seen[band].1 = seen[band].1.max(e);
                    }
                }
                for (bound, seen) in bounds.iter().zip(&seen) {
                    allowed += bound.1 - bound.0;
                    range += seen.1 - seen.0;
                }
            }
            let wider = allowed / range;
            println!("scale {scale}: bounds {wider:.3} times the range seen");
            assert!(scale > 0.1 || wider < 1.2, "{wider}");
        }
    }
}
