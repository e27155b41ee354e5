//! Linear tetrahedra: corner weights of θ(ε − E) and δ(ε − E).
//! Twin: `shaders/tetrahedron.wgsl`.
//!
//! P. E. Blöchl, O. Jepsen, O. K. Andersen, Phys. Rev. B 49, 16223 (1994), eqs. B1–B17, written with ratios
//! f_ij = (ε − e_i)/(e_j − e_i) alone, so that nothing cancels (docs/physics §0). Weights are fractions of one tetrahedron.

use super::{Real, Threshold};

/// One tetrahedron, its corners sorted by energy, with the reciprocals that every weight needs.
#[derive(Clone, Copy, Debug)]
pub struct Tetrahedron<R: Real> {
    /// Corner of the cell (0 … 7, bits = steps along axes 1 2 3) that holds the i-th lowest energy.
    pub corner: [usize; 4],
    /// Sorted energies.
    pub level: [R::Level; 4],
    /// 1/(e_j − e_i) for ij = 12 13 14 23 24 34; huge where the two are equal.
    pub inverse: [R; 6],
}

/// The six tetrahedra of a cell around the diagonal that starts at corner `start`: the paths from it to the opposite
/// corner, one axis at a time.
pub fn corners(start: usize) -> [[usize; 4]; 6] {
    const AXES: [[usize; 3]; 6] = [
        [4, 2, 1],
        [4, 1, 2],
        [2, 4, 1],
        [2, 1, 4],
        [1, 4, 2],
        [1, 2, 4],
    ];
    AXES.map(|[a, b, _]| [start, start ^ a, start ^ a ^ b, start ^ 7])
}

/// The exchanges of corners that sort four energies, in order; each is made where the first of the two is higher.
const EXCHANGES: [(usize, usize); 5] = [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)];

/// Sorts one tetrahedron of a cell.
#[inline(always)]
pub fn tetrahedron<R: Real>(cell: &[R::Level; 8], corner: [usize; 4]) -> Tetrahedron<R> {
    let mut c = corner;
    let mut e = [cell[c[0]], cell[c[1]], cell[c[2]], cell[c[3]]];
    for (i, j) in EXCHANGES {
        if e[i] > e[j] {
            e.swap(i, j);
            c.swap(i, j);
        }
    }
    Tetrahedron {
        corner: c,
        level: e,
        inverse: inverses::<R>(&e),
    }
}

/// 1/(e_j − e_i) of sorted energies.
#[inline(always)]
pub fn inverses<R: Real>(e: &[R::Level; 4]) -> [R; 6] {
    [
        R::ONE / R::difference(e[1], e[0]).larger(R::TINY),
        R::ONE / R::difference(e[2], e[0]).larger(R::TINY),
        R::ONE / R::difference(e[3], e[0]).larger(R::TINY),
        R::ONE / R::difference(e[2], e[1]).larger(R::TINY),
        R::ONE / R::difference(e[3], e[1]).larger(R::TINY),
        R::ONE / R::difference(e[3], e[2]).larger(R::TINY),
    ]
}

/// Four energies sorted, and which exchanges were made.
#[inline(always)]
pub fn sorted<R: Real>(mut e: [R::Level; 4]) -> ([R::Level; 4], [bool; 5]) {
    let mut made = [false; 5];
    for (x, (i, j)) in EXCHANGES.into_iter().enumerate() {
        let (a, b) = (e[i], e[j]);
        made[x] = a > b;
        e[i] = if made[x] { b } else { a };
        e[j] = if made[x] { a } else { b };
    }
    (e, made)
}

/// Numbers of sorted corners in the corners' own order, the exchanges undone.
#[inline(always)]
pub fn restored<R: Real>(mut w: [R; 4], made: [bool; 5]) -> [R; 4] {
    for x in (0..5).rev() {
        let (i, j) = EXCHANGES[x];
        let (a, b) = (w[i], w[j]);
        w[i] = if made[x] { b } else { a };
        w[j] = if made[x] { a } else { b };
    }
    w
}

/// Corner weights of θ(ε − E), from x_i = ε − e_i: the integral of a linear F over the part below ε is Σ w_i F_i.
///
/// One formula serves every interval, because the ratios saturate: the part below ε is A + B + C + D with
/// A = {1, P12, P13, P14}, B = {2, P13, P14, P23}, C = {2, P14, P23, P24}, D = {3, P14, P24, P34}. A full tetrahedron gives
/// `share` to each corner.
#[inline(always)]
pub fn occupied_weights<R: Real>(x: [R; 4], inverse: &[R; 6], share: R) -> [R; 4] {
    let f12 = (x[0] * inverse[0]).saturate();
    let f13 = (x[0] * inverse[1]).saturate();
    let f14 = (x[0] * inverse[2]).saturate();
    let f23 = (x[1] * inverse[3]).saturate();
    let f24 = (x[1] * inverse[4]).saturate();
    let f34 = (x[2] * inverse[5]).saturate();
    let g13 = R::ONE - f13;
    let g14 = R::ONE - f14;
    let g23 = R::ONE - f23;
    let g24 = R::ONE - f24;
    let a = share * f12 * f13 * f14;
    let b = share * f14 * f23 * g13;
    let c = share * f23 * f24 * g14;
    let d = share * f34 * g14 * g24;
    [
        a * ((R::ONE - f12) + R::ONE + g13 + g14) + b * (g13 + g14) + (c + d) * g14,
        a * f12 + b * (R::ONE + g23) + c * (R::ONE + g23 + g24) + d * g24,
        (a + b) * f13 + (b + c) * f23 + d * (R::ONE + (R::ONE - f34)),
        (a + b + c + d) * f14 + (c + d) * f24 + d * f34,
    ]
}

/// x_i = ε − e_i.
#[inline(always)]
pub fn above<R: Real>(epsilon: &Threshold<R>, e: &[R::Level; 4]) -> [R; 4] {
    [
        epsilon.above(e[0]),
        epsilon.above(e[1]),
        epsilon.above(e[2]),
        epsilon.above(e[3]),
    ]
}

/// Corner weights of δ(ε − E), per level, from x_i = ε − e_i; zero outside e1 < ε < e4.
///
/// The weights are continuous in ε but where it meets a whole face, three corners of equal energy: on one side the section is the
/// face, on the other there is none, and the mean of both limits is given. A tetrahedron that is flat there is a peak of no width
/// and gets no weights. `tied` is what [`faces`] says. Every case is computed and one is taken: cells lie side by side in a vector.
#[inline(always)]
pub fn delta_weights<R: Real>(x: [R; 4], r: &[R; 6], tied: [bool; 2]) -> [R; 4] {
    let f12 = x[0] * r[0];
    let f13 = x[0] * r[1];
    let f14 = x[0] * r[2];
    let f23 = x[1] * r[3];
    let f24 = x[1] * r[4];
    let g12 = R::ONE - f12;
    let g13 = R::ONE - f13;
    let g14 = R::ONE - f14;
    let g23 = R::ONE - f23;
    let g24 = R::ONE - f24;
    let h1 = -x[3] * r[2];
    let h2 = -x[3] * r[4];
    let h3 = -x[3] * r[5];
    // A triangle around the lowest corner, a quadrangle, a triangle around the highest corner.
    let w = f13 * f14 * r[0];
    let low = [w * (g12 + g13 + g14), w * f12, w * f13, w * f14];
    let w1 = f14 * g23 * r[1];
    let w2 = f23 * g24 * r[2];
    let middle = [
        w1 * (g13 + g14) + w2 * g14,
        w1 * g23 + w2 * (g23 + g24),
        w1 * (f13 + f23) + w2 * f23,
        w1 * f14 + w2 * (f14 + f24),
    ];
    let w = h1 * h2 * r[5];
    let high = [
        w * h1,
        w * h2,
        w * h3,
        w * ((R::ONE - h1) + (R::ONE - h2) + (R::ONE - h3)),
    ];
    let outside = x[0] <= R::ZERO || x[3] >= R::ZERO;
    let mut weight = [R::ZERO; 4];
    for i in 0..4 {
        let upper = if x[2] <= R::ZERO { middle[i] } else { high[i] };
        let inside = if x[1] <= R::ZERO { low[i] } else { upper };
        weight[i] = if outside { R::ZERO } else { inside };
    }
    let half = R::from_f64(0.5) * r[2];
    let [lower_face, upper_face] = tied;
    let lowest = if lower_face { half } else { R::ZERO };
    let highest = if upper_face { half } else { R::ZERO };
    let face = [lowest, half, half, highest];
    let flat = lower_face && upper_face;
    let face = if flat { [R::ZERO; 4] } else { face };
    let on_face = lower_face || upper_face;
    for i in 0..4 {
        weight[i] = if on_face { face[i] } else { weight[i] };
    }
    weight
}

/// Whether the three lowest and the three highest corners lie at ε, from x_i = ε − e_i: energies within `tie` of it are equal to it.
/// Both are where all of the tetrahedron does: no width, and an infinite density of states.
#[inline(always)]
pub fn faces<R: Real>(x: [R; 4], tie: R) -> [bool; 2] {
    [x[0] <= tie && x[2] >= -tie, x[1] <= tie && x[3] >= -tie]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(e: [f64; 4]) -> Tetrahedron<f64> {
        let mut cell = [0.0; 8];
        cell[..4].copy_from_slice(&e);
        tetrahedron::<f64>(&cell, [0, 1, 2, 3])
    }

    fn at(t: &Tetrahedron<f64>, epsilon: f64) -> [f64; 4] {
        occupied_weights(t.level.map(|e| epsilon - e), &t.inverse, 0.25)
    }

    /// θ by the textbook's three intervals (docs/physics §0), independent of the saturating formula.
    fn textbook_theta(e: [f64; 4], x: f64) -> f64 {
        let f = |i: usize, j: usize| (x - e[i - 1]) / (e[j - 1] - e[i - 1]);
        if x <= e[0] {
            0.0
        } else if x <= e[1] {
            f(1, 2) * f(1, 3) * f(1, 4)
        } else if x <= e[2] {
            f(1, 3) * f(1, 4)
                + f(1, 4) * f(2, 3) * (1.0 - f(1, 3))
                + f(2, 3) * f(2, 4) * (1.0 - f(1, 4))
        } else if x < e[3] {
            let h = |i: usize| (e[3] - x) / (e[3] - e[i - 1]);
            1.0 - h(1) * h(2) * h(3)
        } else {
            1.0
        }
    }

    #[test]
    fn occupied_weights_follow_the_textbook_and_sum_to_the_volume() {
        let e = [-0.3, 0.1, 0.4, 1.1];
        for i in 0..200 {
            let x = -0.5 + 0.009 * f64::from(i);
            let w = at(&of(e), x);
            let sum: f64 = w.iter().sum();
            assert!((sum - textbook_theta(e, x)).abs() < 1e-15, "{x} {sum}");
        }
        // A flat tetrahedron is a step, counted once: nothing at E itself, everything above.
        assert_eq!(at(&of([0.5; 4]), 0.5), [0.0; 4]);
        assert_eq!(at(&of([0.5; 4]), 0.5 + 1e-12), [0.25; 4]);
        assert_eq!(at(&of([0.0, 0.0, 1.0, 1.0]), 2.0), [0.25; 4]);
    }

    /// δ-weights are the derivatives of the θ-weights, corner by corner, in every interval.
    #[test]
    fn delta_weights_are_the_derivatives_of_the_occupied_weights() {
        for e in [
            [-0.3, 0.1, 0.4, 1.1],
            [0.0, 0.0, 0.4, 1.1],
            [0.0, 0.4, 0.4, 1.1],
            [0.0, 0.2, 1.1, 1.1],
            [0.0, 0.0, 1.0, 1.0],
        ] {
            let t = of(e);
            for i in 1..40 {
                let x = e[0] + (e[3] - e[0]) * (f64::from(i) + 0.37) / 41.0;
                let exact = delta_weights(t.level.map(|e| x - e), &t.inverse, [false; 2]);
                let h = 1e-6;
                let (above, below) = (at(&t, x + h), at(&t, x - h));
                for c in 0..4 {
                    let numeric = (above[c] - below[c]) / (2.0 * h);
                    assert!(
                        (numeric - exact[c]).abs() < 1e-8,
                        "{e:?} {x} {c}: {numeric} {}",
                        exact[c]
                    );
                }
            }
        }
    }

    /// At the energy of corners, of faces among them, the weights are the mean of those a little below and above.
    #[test]
    fn delta_weights_at_corners_are_the_mean_of_both_limits() {
        for e in [
            [-0.3, 0.1, 0.4, 1.1],
            [0.0, 0.0, 0.4, 1.1],
            [0.0, 0.4, 0.4, 1.1],
            [0.0, 0.2, 1.1, 1.1],
            [0.0, 0.0, 1.0, 1.0],
            [0.0, 0.0, 0.0, 1.0],
            [0.0, 0.7, 0.7, 0.7],
        ] {
            let t = of(e);
            for level in e {
                let weights = |x: f64, tie: f64| {
                    let x = t.level.map(|l| x - l);
                    delta_weights(x, &t.inverse, faces(x, tie))
                };
                let h = 1e-9;
                let (below, above) = (weights(level - h, 0.0), weights(level + h, 0.0));
                // Rounding leaves nothing else.
                for x in [level, level - 1e-13, level + 1e-13] {
                    let at = weights(x, 1e-12);
                    for c in 0..4 {
                        let mean = 0.5 * (below[c] + above[c]);
                        assert!(
                            (at[c] - mean).abs() < 1e-7,
                            "{e:?} {level} {c}: {at:?} {mean}"
                        );
                    }
                }
            }
        }
        let flat = of([0.5; 4]);
        let x = flat.level.map(|e| 0.5 + 1e-13 - e);
        assert_eq!((faces(x, 1e-12), faces(x, 1e-14)), ([true; 2], [false; 2]));
        assert_eq!(delta_weights(x, &flat.inverse, [true; 2]), [0.0; 4]);
    }

    #[test]
    fn six_tetrahedra_fill_the_cell_around_each_diagonal() {
        for start in 0..8 {
            let mut uses = [0; 8];
            for corner in corners(start).iter().flatten() {
                uses[*corner] += 1;
            }
            for (c, &u) in uses.iter().enumerate() {
                let on_diagonal = c == start || c == start ^ 7;
                assert_eq!(u, if on_diagonal { 6 } else { 2 });
            }
        }
    }
}
