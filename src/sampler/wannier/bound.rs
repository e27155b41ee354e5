//! How far the bands can go between k-points: bounds that no state breaks.
//!
//! Around a point, H(u + δ) = H + δ·∂H + Q with ‖Q‖ ≤ q ([`super::gauge::Gauge::remainder`]). By the min–max principle
//! the n-th eigenvalue is at most the largest one of P(H + δ·∂H)P + q, P being the projector on the n lowest states at the point,
//! and at least the smallest one on the n-th state and those above. In the eigenbasis the diagonal is E_p + δ·∂E_p, whose range over a
//! box of δ is exact, and the rest is at most Σ_a |δ_a| |∂_aH_pq|: the largest eigenvalue is at most that of the real matrix
//! with these entries. For that one, max_p (Bw)_p/w_p is a bound with any positive w (Collatz and Wielandt), and a good one
//! where w is nearly its eigenvector: far levels then count in second order, as they repel each other.

use crate::kernel::lanes::{Complex, Lane, with};
use crate::kernel::simd::{InLanes, Simd, in_lanes};
use std::ops::Range;

/// Improvements of w: more change little.
const ROUNDS: usize = 4;

/// How far bounds around k-points must hold, along each axis: δ_a from `-before[a]` to `after[a]`.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub before: [Lane; 3],
    pub after: [Lane; 3],
}

/// Lowest and highest energies of each of `bands` around some points (eV): `energies` ascending, `slopes` ∂H/∂u_a in the eigenbasis
/// `[column][row]`, without the remainder q.
pub(super) fn around(
    energies: &[Lane],
    slopes: &[Vec<Complex>; 3],
    bands: &Range<usize>,
    reach: &Reach,
) -> Vec<(Lane, Lane)> {
    in_lanes(Around(energies, slopes, bands, reach))
}

struct Around<'a>(
    &'a [Lane],
    &'a [Vec<Complex>; 3],
    &'a Range<usize>,
    &'a Reach,
);

impl InLanes for Around<'_> {
    type Output = Vec<(Lane, Lane)>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Self::Output {
        let Self(energies, slopes, bands, reach) = self;
        let n = energies.len();
        let energies = with::<S, _>(energies);
        let slopes = slopes.each_ref().map(|s| with::<S, _>(s));
        let [before, after] = [&reach.before, &reach.after].map(|r| with::<S, _>(r));
        let mut coupling = vec![Lane::ZERO; n * n];
        for (a, slope) in slopes.iter().enumerate() {
            let farther = before[a].max(after[a]);
            for p in 0..n {
                for q in 0..p {
                    coupling[p * n + q] += farther * slope[p * n + q].norm_squared().sqrt();
                }
            }
        }
        for p in 0..n {
            for q in 0..p {
                coupling[q * n + p] = coupling[p * n + q];
            }
        }
        // The diagonal at its largest, and minus it: the smallest eigenvalue of a matrix is minus the largest of its negative.
        let (mut up, mut down) = (energies.to_vec(), vec![Lane::ZERO; n]);
        for p in 0..n {
            let mut low = energies[p];
            for (a, slope) in slopes.iter().enumerate() {
                let slope = slope[p * n + p].re;
                let (x, y) = (-(before[a] * slope), after[a] * slope);
                low += x.min(y);
                up[p] += x.max(y);
            }
            down[p] = -low;
        }
        let mut w = vec![Lane::ZERO; n];
        // A loop: the body of an iterator's closure is compiled for itself, without wide registers.
        let mut bounds = Vec::with_capacity(bands.len());
        for band in bands.clone() {
            let low = -largest(&down, &coupling, band..n, &mut w);
            let high = largest(&up, &coupling, 0..band + 1, &mut w);
            bounds.push((low.plain(), high.plain()));
        }
        bounds
    }
}

/// An upper bound on the largest eigenvalue of the matrix with this diagonal and these couplings, on `states` alone.
#[inline(always)]
fn largest<S: Simd>(
    diagonal: &[Lane<S>],
    coupling: &[Lane<S>],
    states: Range<usize>,
    w: &mut [Lane<S>],
) -> Lane<S> {
    let n = diagonal.len();
    let (mut top, mut first) = (Lane::all(f64::NEG_INFINITY), Lane::ZERO);
    for p in states.clone() {
        let higher = top.at_most(diagonal[p]);
        top = higher.select(diagonal[p], top);
        first = higher.select(Lane::all(p as f64), first);
    }
    // Row sums: Gershgorin's bound, w = 1.
    w[states.clone()].fill(Lane::all(1.0));
    let mut best = top;
    for p in states.clone() {
        best = best.max(diagonal[p] + pull(coupling, n, p, &states, w));
    }
    let mut target = best;
    let mut going = Lane::all(1.0);
    for _ in 0..ROUNDS {
        going = target.at_most(top).select(Lane::ZERO, going);
        if going.numbers().iter().all(|g| *g == 0.0) {
            break;
        }
        // An eigenvector with w = 1 on the highest diagonal has (target − B_pp) w_p = pull on p in the other rows, and its
        // eigenvalue in that row: the next target. A floor keeps w positive.
        let mut of_first = Lane::ZERO;
        for p in states.clone() {
            let pulled = pull(coupling, n, p, &states, w);
            let pulled = pulled.over(target - diagonal[p]).max(Lane::all(1e-9));
            w[p] = first.is(Lane::all(p as f64)).select(w[p], pulled);
        }
        let mut rows = Lane::all(f64::NEG_INFINITY);
        for p in states.clone() {
            let pulled = pull(coupling, n, p, &states, w);
            rows = rows.max(diagonal[p] + pulled.over(w[p]));
            of_first = first.is(Lane::all(p as f64)).select(pulled, of_first);
        }
        let on = going.above(Lane::ZERO);
        best = on.select(rows.min(best), best);
        target = on.select(top + of_first, target);
    }
    best
}

/// What the other states add to the row of state p.
#[inline(always)]
fn pull<S: Simd>(
    coupling: &[Lane<S>],
    n: usize,
    p: usize,
    states: &Range<usize>,
    w: &[Lane<S>],
) -> Lane<S> {
    let mut sum = Lane::ZERO;
    for q in states.clone() {
        sum += coupling[p * n + q] * w[q];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, SymmetricEigen};
    use rustfft::num_complex::Complex64;

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
                let reach = Reach {
                    before: before.map(Lane::all),
                    after: after.map(Lane::all),
                };
                let levels: Vec<Lane> = energies.iter().map(|e| Lane::all(*e)).collect();
                let in_lanes = |z: &Complex64| Complex {
                    re: Lane::all(z.re),
                    im: Lane::all(z.im),
                };
                let of_lanes = slopes.clone().map(|m| m.iter().map(in_lanes).collect());
                let bounds: Vec<(f64, f64)> = around(&levels, &of_lanes, &(0..n), &reach)
                    .iter()
                    .map(|(low, high)| (low[5], high[5]))
                    .collect();
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
