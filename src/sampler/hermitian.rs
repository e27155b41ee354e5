//! Levels and states of small Hermitian matrices, one a lane: Householder's reduction to a real tridiagonal matrix, then implicit QL steps
//! (J. H. Wilkinson, C. Reinsch, "Linear Algebra", 1971, II/2 and II/4).
//!
//! Every lane takes the same path, so that wide registers are full; a lane that has converged is turned by zero, which leaves its
//! numbers as they are: what a k-point gives does not depend on its neighbours.

use crate::kernel::lanes::{Complex, Lane, with, with_mut};
use crate::kernel::simd::{LANES, Simd};

/// QL steps for one level; two or three are usual.
const MOST_STEPS: usize = 60;

/// Place of element (row, column), row ≤ column, of a packed upper triangle.
#[inline(always)]
pub(super) fn at(row: usize, column: usize) -> usize {
    column * (column + 1) / 2 + row
}

/// What solving n×n matrices needs, and the levels that it finds.
pub(super) struct Solver {
    n: usize,
    /// Eigenvalues as they come, and the diagonal before.
    pub levels: Vec<Lane>,
    /// Absolute values of the links between i and i + 1.
    off: Vec<Lane>,
    /// Phases that make the links real.
    phases: Vec<Complex>,
    work: Vec<Complex>,
    /// The QL steps' rotations, where states are wanted.
    rotations: Vec<Rotation>,
    /// Some states while they are turned, `[row][state]`.
    states: Vec<Lane>,
}

/// A rotation of columns i and i + 1.
#[derive(Clone, Copy)]
struct Rotation {
    i: usize,
    sine: Lane,
    cosine: Lane,
}

impl Solver {
    /// For n×n matrices.
    pub fn new(n: usize) -> Self {
        Self {
            n,
            levels: vec![Lane::ZERO; n],
            off: vec![Lane::ZERO; n],
            phases: vec![Complex::ZERO; n],
            work: vec![Complex::ZERO; n],
            rotations: Vec::new(),
            states: Vec::new(),
        }
    }

    /// The levels of the packed `h`, of which it leaves what [`Solver::states`] needs, if states are wanted. Whether it converged: numbers
    /// that are not finite do not.
    #[inline(always)]
    pub fn solve<S: Simd>(&mut self, h: &mut [Complex<S>], states_are_wanted: bool) -> bool {
        self.reduce(h);
        let phases = with_mut::<S, _>(&mut self.phases);
        phases[0] = Complex::real(1.0);
        for i in 1..self.n {
            phases[i] = phases[i - 1] * phases[i];
        }
        self.rotations.clear();
        let finite = |levels: &[Lane]| {
            levels
                .iter()
                .all(|e| e.numbers().iter().all(|e| e.is_finite()))
        };
        self.implicit_ql::<S>(states_are_wanted) && finite(&self.levels)
    }

    /// H = Q T Q† with a tridiagonal T, from the last row on. Column i of `h` becomes the vector v of the reflection 1 − v v† that left its
    /// last element alone.
    #[inline(always)]
    fn reduce<S: Simd>(&mut self, h: &mut [Complex<S>]) {
        let n = self.n;
        let levels = with_mut::<S, _>(&mut self.levels);
        let off = with_mut::<S, _>(&mut self.off);
        let phases = with_mut::<S, _>(&mut self.phases);
        let work = with_mut::<S, _>(&mut self.work);
        for i in (0..n).rev() {
            levels[i] = h[at(i, i)].re;
            if i == 0 {
                break;
            }
            let (before, column) = h.split_at_mut(at(0, i));
            let v = &mut column[..i];
            let last = v[i - 1];
            let mut others = Lane::ZERO;
            for x in &v[..i - 1] {
                others += x.norm_squared();
            }
            let own = last.norm_squared();
            let size = (others + own).sqrt();
            let length = own.sqrt();
            let (some, reflected) = (length.above(Lane::ZERO), others.above(Lane::ZERO));
            // The link, −‖x‖ with the phase of the last element (any, where that is zero); where nothing else is there the element itself.
            let turned = reflected.select(-(size * length.inverse()), Lane::all(1.0));
            let mut link = last.scaled(turned);
            link.re = some.select(link.re, -size);
            let absolute = link.norm_squared().sqrt();
            off[i - 1] = absolute;
            // The phase to come is that before times this.
            let mut phase = link.conj().scaled(absolute.inverse());
            phase.re = absolute.above(Lane::ZERO).select(phase.re, Lane::all(1.0));
            phases[i] = phase;
            if i == 1 {
                continue;
            }
            v[i - 1] = last - link;
            let norm = others + v[i - 1].norm_squared();
            let scale = reflected.select((norm.inverse() + norm.inverse()).sqrt(), Lane::ZERO);
            v.iter_mut().for_each(|x| *x = x.scaled(scale));
            // H − v w† − w v† with w = H v − ½ (v†H v) v, on what is left.
            let w = &mut work[..i];
            w.fill(Complex::ZERO);
            for c in 0..i {
                let column = &before[at(0, c)..][..=c];
                let x = v[c];
                let mut sum = x.scaled(column[c].re);
                for r in 0..c {
                    w[r] += column[r] * x;
                    sum += column[r].conj_times(v[r]);
                }
                w[c] += sum;
            }
            let mut mean = Lane::ZERO;
            for (x, y) in v.iter().zip(w.iter()) {
                mean += x.re * y.re + x.im * y.im;
            }
            let half = mean * Lane::all(0.5);
            for (x, y) in v.iter().zip(w.iter_mut()) {
                *y = *y - x.scaled(half);
            }
            for c in 0..i {
                let column = &mut before[at(0, c)..][..=c];
                let (x, y) = (v[c].conj(), w[c].conj());
                for r in 0..=c {
                    column[r] = column[r] - (v[r] * y + w[r] * x);
                }
            }
        }
    }

    /// Eigenvalues of the tridiagonal matrix, and the rotations that lead to them if `remembers`.
    #[inline(always)]
    fn implicit_ql<S: Simd>(&mut self, remembers: bool) -> bool {
        let n = self.n;
        let d = with_mut::<S, _>(&mut self.levels);
        let e = with_mut::<S, _>(&mut self.off);
        for l in 0..n {
            let mut step = 0;
            loop {
                // Where each lane's block ends: the first link from l on that is small.
                let mut end = Lane::all((n - 1) as f64);
                for i in (l..n - 1).rev() {
                    // What is not a number is not small.
                    let sum = (d[i].abs() + d[i + 1].abs()) * Lane::all(f64::EPSILON);
                    end = e[i].abs().at_most(sum).select(Lane::all(i as f64), end);
                }
                let last = end.numbers().iter().fold(0.0, |a: f64, b| a.max(*b)) as usize;
                if last == l {
                    break;
                }
                if step == MOST_STEPS {
                    return false;
                }
                step += 1;
                let turning = end.above(Lane::all(l as f64));
                // Wilkinson's shift.
                let mut bottom = Lane::ZERO;
                for i in l..=last {
                    bottom = end.is(Lane::all(i as f64)).select(d[i], bottom);
                }
                let link = turning.select(e[l], Lane::all(1.0));
                let apart = (d[l + 1] - d[l]).over(link + link);
                let root = (apart * apart + Lane::all(1.0)).sqrt();
                let root = Lane::ZERO.above(apart).select(apart - root, apart + root);
                let mut g = bottom - d[l] + link.over(root);
                let (mut s, mut c, mut p) = (Lane::all(1.0), Lane::all(1.0), Lane::ZERO);
                for i in (l..last).rev() {
                    // Lanes whose block reaches beyond i.
                    let on = end.above(Lane::all(i as f64));
                    let (f, b) = (s * e[i], c * e[i]);
                    let r = (f * f + g * g).sqrt();
                    let inverse = r.inverse();
                    let sine = f * inverse;
                    let cosine = r.above(Lane::ZERO).select(g * inverse, Lane::all(1.0));
                    e[i + 1] = on.select(r, e[i + 1]);
                    let before = d[i + 1] - p;
                    let both = cosine * b;
                    let t = (d[i] - before) * sine + both + both;
                    p = on.select(sine * t, p);
                    d[i + 1] = on.select(before + sine * t, d[i + 1]);
                    g = on.select(cosine * t - b, g);
                    s = on.select(sine, s);
                    c = on.select(cosine, c);
                    if remembers {
                        self.rotations.push(Rotation {
                            i,
                            sine: on.select(sine, Lane::ZERO).plain(),
                            cosine: on.select(cosine, Lane::all(1.0)).plain(),
                        });
                    }
                }
                d[l] = turning.select(d[l] - p, d[l]);
                e[l] = turning.select(g, e[l]);
                for i in l + 1..=last {
                    e[i] = end.is(Lane::all(i as f64)).select(Lane::ZERO, e[i]);
                }
            }
        }
        true
    }

    /// Some states of the matrix that was solved, of which [`Solver::solve`] left `h`: `[state][row]`, by the numbers that their levels have
    /// in each lane. The rotations are gone through backwards, for these states alone.
    #[inline(always)]
    pub fn states<S: Simd>(
        &mut self,
        h: &[Complex<S>],
        numbers: &[[usize; LANES]],
        out: &mut [Complex<S>],
    ) {
        let (n, count) = (self.n, numbers.len());
        self.states.clear();
        self.states.resize(n * count, Lane::ZERO);
        for (state, numbers) in numbers.iter().enumerate() {
            for (lane, row) in numbers.iter().enumerate() {
                self.states[row * count + state][lane] = 1.0;
            }
        }
        let states = with_mut::<S, _>(&mut self.states);
        for rotation in self.rotations.iter().rev() {
            let sine = Lane::<S>::from_plain(rotation.sine);
            let cosine = Lane::<S>::from_plain(rotation.cosine);
            let both = &mut states[rotation.i * count..][..2 * count];
            let (low, high) = both.split_at_mut(count);
            for (x, y) in low.iter_mut().zip(high) {
                let (low, high) = (*x, *y);
                *x = cosine * low + sine * high;
                *y = cosine * high - sine * low;
            }
        }
        let phases = with::<S, _>(&self.phases);
        for (number, state) in out.chunks_exact_mut(n).enumerate() {
            for (row, (x, phase)) in state.iter_mut().zip(phases.iter()).enumerate() {
                *x = phase.scaled(states[row * count + number]);
            }
            for i in 2..n {
                let v = &h[at(0, i)..][..i];
                let mut sum = Complex::ZERO;
                for (v, x) in v.iter().zip(state.iter()) {
                    sum += v.conj_times(*x);
                }
                for (v, x) in v.iter().zip(state.iter_mut()) {
                    *x = *x - *v * sum;
                }
            }
        }
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
        for n in [1, 2, 3, 4, 8, 13, 18] {
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
            let mut h: Vec<Complex> = vec![Complex::ZERO; n * (n + 1) / 2];
            let mut vectors = vec![Complex::ZERO; n * n];
            let mut solver = Solver::new(n);
            for (lane, m) in given.iter().enumerate() {
                for column in 0..n {
                    for row in 0..=column {
                        h[at(row, column)].re[lane] = m[(row, column)].re;
                        h[at(row, column)].im[lane] = m[(row, column)].im;
                    }
                }
            }
            let packed = h.clone();
            assert!(solver.solve(&mut h, true));
            let numbers: Vec<_> = (0..n).map(|i| [i; LANES]).collect();
            solver.states(&h, &numbers, &mut vectors);
            // Some alone, each lane its own: the same bits.
            let last = |lane: usize| (n - 1).saturating_sub(lane % 3);
            let mut some = vec![Complex::ZERO; n];
            solver.states(&h, &[std::array::from_fn(last)], &mut some);
            for (row, z) in some.iter().enumerate() {
                for lane in 0..LANES {
                    let same = vectors[last(lane) * n + row];
                    assert_eq!(z.re[lane].to_bits(), same.re[lane].to_bits());
                    assert_eq!(z.im[lane].to_bits(), same.im[lane].to_bits());
                }
            }
            for (lane, m) in given.iter().enumerate() {
                let found: Vec<f64> = solver.levels.iter().map(|e| e[lane]).collect();
                let v = DMatrix::from_fn(n, n, |i, j| {
                    let z = vectors[j * n + i];
                    Complex64::new(z.re[lane], z.im[lane])
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
                        re: Lane::all(z.re[lane]),
                        im: Lane::all(z.im[lane]),
                    })
                    .collect();
                let mut again = Solver::new(n);
                assert!(again.solve(&mut alone, false));
                for (e, same) in found.iter().zip(&again.levels) {
                    assert_eq!(same[0].to_bits(), e.to_bits());
                }
            }
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_told() {
        let mut h: Vec<Complex> = vec![Complex::real(1.0); 3];
        h[1].im[3] = f64::NAN;
        assert!(!Solver::new(2).solve(&mut h.clone(), false));
        h[1].im[3] = 0.0;
        h[2].re[3] = f64::INFINITY;
        assert!(!Solver::new(2).solve(&mut h, false));
    }
}
