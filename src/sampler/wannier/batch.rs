//! The bands at several k-points at once: eigenvalues of H(k), their slopes and curvatures, and how far they can go nearby.

use super::degenerate::{self, Wanted};
use super::gauge::{Gauge, PAIRS};
use super::series::Fields;
use crate::crystal::Tensor;
use crate::kernel::lanes::{Complex, Lane, with, with_mut};
use crate::kernel::simd::{InLanes, LANES, Simd, in_lanes};
use crate::sampler::hermitian::{Solver, at};
use std::ops::Range;

/// Levels repel as 1/ΔE in the inverse mass; the divergence is cut as ΔE/(ΔE² + η²) with this η (eV), which changes a term
/// by 1e-6 at ΔE = 0.1 eV and drops it between degenerate states.
const CLOSEST: f64 = 1e-4;

/// Up to [`LANES`] k-points; those that are not set are the last one that is.
pub(super) struct Batch {
    n: usize,
    /// Highest derivatives, and the levels that they are wanted of.
    order: usize,
    wanted: Range<usize>,
    /// Points that are set.
    set: usize,
    /// H and its derivatives as [`Fields`] has them, `[field][packed]`.
    fields: Vec<Complex>,
    solver: Solver,
    /// The solver's numbers of the levels in ascending order.
    numbers: Vec<[usize; LANES]>,
    /// Eigenvectors, `[column][row]`, wanted ones set.
    vectors: Vec<Complex>,
    /// A matrix times the eigenvectors, `[column][row]`.
    applied: Vec<Complex>,
    /// Of pairs of levels, `[band][band]`.
    weights: Vec<Lane>,
    /// Ascending, eV.
    pub energies: Vec<Lane>,
    /// ∂H/∂u_a in the eigenbasis, eV, `[a][column][row]`, the columns of wanted levels set; empty where only energies are asked for.
    pub slopes: [Vec<Complex>; 3],
    /// ∂²E/∂u_a∂u_b, eV, xx yy zz yz xz xy, `[pair][band]`, wanted levels set; empty unless second derivatives are asked for.
    pub curvatures: [Vec<Lane>; 6],
}

impl Batch {
    /// Room for points with `n` levels and derivatives of the `wanted` ones up to `order`.
    pub fn new(n: usize, order: usize, wanted: Range<usize>) -> Self {
        let some = |wanted: bool, len: usize| vec![Complex::ZERO; if wanted { len } else { 0 }];
        Self {
            n,
            order,
            wanted,
            set: 0,
            fields: some(true, Fields::count(order) * n * (n + 1) / 2),
            solver: Solver::new(n),
            numbers: vec![[0; LANES]; n],
            vectors: some(order > 0, n * n),
            applied: some(order > 0, n * n),
            weights: vec![Lane::ZERO; if order > 1 { n * n } else { 0 }],
            energies: vec![Lane::ZERO; n],
            slopes: [(); 3].map(|()| some(order > 0, n * n)),
            curvatures: [(); 6].map(|()| vec![Lane::ZERO; if order > 1 { n } else { 0 }]),
        }
    }

    /// Points that are set.
    pub fn len(&self) -> usize {
        self.set
    }

    /// Whether it has room for no more.
    pub fn is_full(&self) -> bool {
        self.set == LANES
    }

    /// Forgets its points.
    pub fn clear(&mut self) {
        self.set = 0;
    }

    /// Sets the next point.
    pub fn push(&mut self, point: &Fields) {
        for lane in self.set..LANES {
            point.for_each(self.n * (self.n + 1) / 2, |i, re, im| {
                self.fields[i].re[lane] = re;
                self.fields[i].im[lane] = im;
            });
            // One after the other, but the rest of the first: it must be finite.
            if self.set > 0 {
                break;
            }
        }
        self.set += 1;
    }

    /// Diagonalises H, and takes the derivatives. Whether it could be done. `to_cartesian` turns gradients along u into those along
    /// Cartesian axes.
    pub fn solve(&mut self, gauge: &Gauge, to_cartesian: &Tensor) -> bool {
        in_lanes(Solve(self, gauge, to_cartesian))
    }
}

struct Solve<'a>(&'a mut Batch, &'a Gauge, &'a Tensor);

impl InLanes for Solve<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let Self(batch, gauge, to_cartesian) = self;
        let (n, width) = (batch.n, batch.n * (batch.n + 1) / 2);
        let fields = with_mut::<S, _>(&mut batch.fields);
        if batch.order > 0 {
            gauge.apply(fields, batch.order);
        }
        let (h, derivatives) = fields.split_at_mut(width);
        if !batch.solver.solve(h, batch.order > 0) {
            return false;
        }
        sort(
            &batch.solver.levels,
            &mut batch.energies,
            &mut batch.numbers,
        );
        if batch.order == 0 {
            return true;
        }
        let wanted = Wanted::new(
            batch.wanted.clone(),
            &batch.energies,
            batch.set,
            batch.order > 1,
        );
        let of_states = |states: &Range<usize>| states.start * n..states.end * n;
        let vectors = with_mut::<S, _>(&mut batch.vectors);
        batch.solver.states(
            h,
            &batch.numbers[wanted.rows.clone()],
            &mut vectors[of_states(&wanted.rows)],
        );
        let applied = with_mut::<S, _>(&mut batch.applied);
        for (slope, packed) in batch.slopes.iter_mut().zip(derivatives.chunks_exact(width)) {
            let vectors = with::<S, _>(&batch.vectors);
            apply(packed, vectors, applied, n, &wanted.columns);
            transform(vectors, applied, with_mut::<S, _>(slope), n, &wanted);
        }
        for lane in 0..batch.set {
            degenerate::settle(
                lane,
                &batch.energies,
                &wanted,
                &mut batch.slopes,
                &mut batch.vectors,
                to_cartesian,
            );
        }
        if batch.order > 1 {
            let bends = derivatives[3 * width..].chunks_exact(width);
            let vectors = with::<S, _>(&batch.vectors);
            let energies = with::<S, _>(&batch.energies);
            let slopes = batch.slopes.each_ref().map(|s| with::<S, _>(s));
            // 2 ΔE/(ΔE² + η²) of each pair of levels.
            let weights = with_mut::<S, _>(&mut batch.weights);
            for p in batch.wanted.clone() {
                for q in 0..n {
                    let gap = energies[p] - energies[q];
                    let cut = gap * gap + Lane::all(CLOSEST * CLOSEST);
                    weights[p * n + q] = (gap + gap).over(cut);
                }
            }
            for ((of_pair, packed), [a, b]) in batch.curvatures.iter_mut().zip(bends).zip(PAIRS) {
                let of_pair = with_mut::<S, _>(of_pair);
                apply(packed, vectors, applied, n, &batch.wanted);
                for p in batch.wanted.clone() {
                    let of_state = p * n..(p + 1) * n;
                    let mut sum = Lane::ZERO;
                    for i in of_state.clone() {
                        let (u, w) = (vectors[i], applied[i]);
                        sum += u.re * w.re + u.im * w.im;
                    }
                    // ⟨p|∂²H|p⟩ + 2 Re Σ_q ⟨p|∂_aH|q⟩⟨q|∂_bH|p⟩/(E_p − E_q).
                    for i in of_state {
                        let (x, y) = (slopes[a][i], slopes[b][i]);
                        sum += weights[i] * (x.re * y.re + x.im * y.im);
                    }
                    of_pair[p] = sum;
                }
            }
        }
        true
    }
}

/// Levels in ascending order, each lane its own, and the numbers that they had.
#[inline(always)]
fn sort(levels: &[Lane], energies: &mut [Lane], numbers: &mut [[usize; LANES]]) {
    let mut order: Vec<usize> = (0..levels.len()).collect();
    for lane in 0..LANES {
        let level = |i: usize| levels[i][lane];
        order.sort_unstable_by(|&i, &j| level(i).total_cmp(&level(j)).then(i.cmp(&j)));
        for (to, &from) in order.iter().enumerate() {
            energies[to][lane] = level(from);
            numbers[to][lane] = from;
        }
    }
}

/// Columns of D·U, of a packed Hermitian D.
#[inline(always)]
fn apply<S: Simd>(
    packed: &[Complex<S>],
    vectors: &[Complex<S>],
    out: &mut [Complex<S>],
    n: usize,
    columns: &Range<usize>,
) {
    let own = columns.start * n..columns.end * n;
    let (vectors, out) = (&vectors[own.clone()], &mut out[own]);
    for (of_state, out) in vectors.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        for (row, out) in out.iter_mut().enumerate() {
            let mut sum = Complex::ZERO;
            for (k, u) in of_state.iter().enumerate().take(row) {
                sum += packed[at(k, row)].conj_times(*u);
            }
            for (k, u) in of_state.iter().enumerate().skip(row) {
                sum += packed[at(row, k)] * *u;
            }
            *out = sum;
        }
    }
}

/// The elements of U†·(D·U), which is Hermitian, that are wanted.
#[inline(always)]
fn transform<S: Simd>(
    vectors: &[Complex<S>],
    applied: &[Complex<S>],
    out: &mut [Complex<S>],
    n: usize,
    wanted: &Wanted,
) {
    for q in wanted.columns.clone() {
        for p in wanted.rows.clone() {
            let mirrored = wanted.columns.contains(&p);
            if mirrored && p > q {
                continue;
            }
            let mut sum = Complex::ZERO;
            for row in 0..n {
                sum += vectors[p * n + row].conj_times(applied[q * n + row]);
            }
            out[q * n + p] = sum;
            if mirrored {
                out[p * n + q] = sum.conj();
            }
        }
    }
}
