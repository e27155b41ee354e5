//! The bands at several k-points at once: eigenvalues of H(k), their slopes and curvatures, and how far they can go nearby.

use super::degenerate;
use super::gauge::{Gauge, PAIRS};
use super::jacobi::{at, diagonalise};
use super::lanes::{Complex, LANES, Lane};
use super::series::Fields;
use crate::crystal::Tensor;
use crate::kernel::simd::{Vectorized, vectorized};

/// Levels repel as 1/ΔE in the inverse mass; the divergence is cut as ΔE/(ΔE² + η²) with this η (eV), which changes a term
/// by 1e-6 at ΔE = 0.1 eV and drops it between degenerate states.
const CLOSEST: f64 = 1e-4;

/// Up to [`LANES`] k-points; those that are not set are the last one that is.
pub(super) struct Batch {
    n: usize,
    /// Highest derivatives.
    order: usize,
    /// Points that are set.
    set: usize,
    /// H and its derivatives as [`Fields`] has them, `[field][packed]`.
    fields: Vec<Complex>,
    /// Eigenvectors as they come, and sorted, `[column][row]`.
    raw: Vec<Complex>,
    vectors: Vec<Complex>,
    /// A matrix times the eigenvectors, `[column][row]`.
    applied: Vec<Complex>,
    /// Ascending, eV.
    pub energies: Vec<Lane>,
    /// ∂H/∂u_a in the eigenbasis, eV, `[a][column][row]`; empty where only energies are asked for.
    pub slopes: [Vec<Complex>; 3],
    /// ∂²E/∂u_a∂u_b, eV, xx yy zz yz xz xy, `[pair][band]`; empty unless second derivatives are asked for.
    pub curvatures: [Vec<Lane>; 6],
}

impl Batch {
    /// Room for points with `n` levels and derivatives up to `order`.
    pub fn new(n: usize, order: usize) -> Self {
        let some = |wanted: bool, len: usize| vec![Complex::ZERO; if wanted { len } else { 0 }];
        Self {
            n,
            order,
            set: 0,
            fields: some(true, Fields::count(order) * n * (n + 1) / 2),
            raw: some(order > 0, n * n),
            vectors: some(order > 0, n * n),
            applied: some(order > 0, n * n),
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
            point.for_each(|i, re, im| {
                self.fields[i].re.0[lane] = re;
                self.fields[i].im.0[lane] = im;
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
        vectorized(Solve(self, gauge, to_cartesian))
    }
}

struct Solve<'a>(&'a mut Batch, &'a Gauge, &'a Tensor);

impl Vectorized for Solve<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self(batch, gauge, to_cartesian) = self;
        let (n, width) = (batch.n, batch.n * (batch.n + 1) / 2);
        if batch.order > 0 {
            gauge.apply(&mut batch.fields, batch.order);
        }
        batch.raw.fill(Complex::ZERO);
        if batch.order > 0 {
            (0..n).for_each(|i| batch.raw[i * n + i] = Complex::real(1.0));
        }
        let (h, derivatives) = batch.fields.split_at_mut(width);
        if !diagonalise(h, &mut batch.raw, n) {
            return false;
        }
        sort(h, &batch.raw, &mut batch.energies, &mut batch.vectors);
        if batch.order == 0 {
            return true;
        }
        for (slope, packed) in batch.slopes.iter_mut().zip(derivatives.chunks_exact(width)) {
            apply(packed, &batch.vectors, &mut batch.applied, n);
            transform(&batch.vectors, &batch.applied, slope, n);
        }
        for lane in 0..batch.set {
            degenerate::settle(
                lane,
                &batch.energies,
                &mut batch.slopes,
                &mut batch.vectors,
                to_cartesian,
            );
        }
        if batch.order > 1 {
            let bends = derivatives[3 * width..].chunks_exact(width);
            for ((of_pair, packed), [a, b]) in batch.curvatures.iter_mut().zip(bends).zip(PAIRS) {
                apply(packed, &batch.vectors, &mut batch.applied, n);
                for (p, curvature) in of_pair.iter_mut().enumerate() {
                    let of_state = p * n..(p + 1) * n;
                    let mut sum = Lane::ZERO;
                    for i in of_state.clone() {
                        let (u, w) = (batch.vectors[i], batch.applied[i]);
                        sum += u.re * w.re + u.im * w.im;
                    }
                    // ⟨p|∂²H|p⟩ + 2 Re Σ_q ⟨p|∂_aH|q⟩⟨q|∂_bH|p⟩/(E_p − E_q).
                    for q in 0..n {
                        let gap = batch.energies[p] - batch.energies[q];
                        let weight = gap.map(|gap| 2.0 * gap / (gap * gap + CLOSEST * CLOSEST));
                        let (x, y) = (batch.slopes[a][p * n + q], batch.slopes[b][p * n + q]);
                        sum += weight * (x.re * y.re + x.im * y.im);
                    }
                    *curvature = sum;
                }
            }
        }
        true
    }
}

/// Levels in ascending order, each lane its own, with their vectors where there are any.
#[inline(always)]
fn sort(h: &[Complex], raw: &[Complex], energies: &mut [Lane], vectors: &mut [Complex]) {
    let n = energies.len();
    let mut order: Vec<usize> = (0..n).collect();
    for lane in 0..LANES {
        let level = |i: usize| h[at(i, i)].re.0[lane];
        order.sort_unstable_by(|&i, &j| level(i).total_cmp(&level(j)).then(i.cmp(&j)));
        for (to, &from) in order.iter().enumerate() {
            energies[to].0[lane] = level(from);
            if vectors.is_empty() {
                continue;
            }
            for row in 0..n {
                let z = raw[from * n + row];
                vectors[to * n + row].re.0[lane] = z.re.0[lane];
                vectors[to * n + row].im.0[lane] = z.im.0[lane];
            }
        }
    }
}

/// D·U of a packed Hermitian D.
#[inline(always)]
fn apply(packed: &[Complex], vectors: &[Complex], out: &mut [Complex], n: usize) {
    for (of_state, out) in vectors.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        for (row, out) in out.iter_mut().enumerate() {
            let mut sum = Complex::ZERO;
            for (k, u) in of_state.iter().enumerate().take(row) {
                sum += packed[at(k, row)].conj() * *u;
            }
            for (k, u) in of_state.iter().enumerate().skip(row) {
                sum += packed[at(row, k)] * *u;
            }
            *out = sum;
        }
    }
}

/// U†·(D·U), Hermitian.
#[inline(always)]
fn transform(vectors: &[Complex], applied: &[Complex], out: &mut [Complex], n: usize) {
    for q in 0..n {
        for p in 0..=q {
            let mut sum = Complex::ZERO;
            for row in 0..n {
                sum += vectors[p * n + row].conj() * applied[q * n + row];
            }
            out[q * n + p] = sum;
            out[p * n + q] = sum.conj();
        }
    }
}
