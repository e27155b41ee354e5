//! H(k) = Σ_R e^{2πi u·R} H(R) and its derivatives on a box, one axis after the other.
//!
//! Points of a box that share u₁ share the sum over R₁, those that share u₁ and u₂ the sum over R₂ too: the cost per point
//! is that of the sum over R₃ alone, and of small parts of the others. Only vectors that are there are summed, and of each
//! Hermitian matrix only the upper triangle: element (m, n), m ≤ n, is number n(n+1)/2 + m. Real and imaginary parts lie
//! apart, so that the inner loop runs over neighbouring numbers.

use crate::bands::WannierHamiltonian;
use crate::kernel::simd::{Vectorized, vectorized};
use std::f64::consts::PI;

/// Derivatives of total order 0, 1 and 2 by (u₁, u₂, u₃); those of a lower order come first. Second ones in the order
/// xx yy zz yz xz xy.
const POWERS: [[usize; 3]; 10] = [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [2, 0, 0],
    [0, 2, 0],
    [0, 0, 2],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
];

/// The derivatives up to `order` that can be non-zero after the sums over the first `axes` axes.
fn fields(axes: usize, order: usize) -> impl Iterator<Item = [usize; 3]> {
    POWERS.into_iter().filter(move |p| {
        p.iter().sum::<usize>() <= order && p[axes..].iter().all(|&power| power == 0)
    })
}

/// Terms of one sum: the component R_i along its axis and the place that the term is added to.
#[derive(Default)]
struct Sum {
    terms: Vec<(f64, usize)>,
    /// Places that are added to.
    places: usize,
}

/// Fields `[field][place][re, im][element]`.
#[derive(Default)]
pub(super) struct Fields {
    order: usize,
    places: usize,
    numbers: Vec<f64>,
}

/// A Hermitian series, sorted for the sums.
pub(super) struct Series {
    width: usize,
    sums: [Sum; 3],
    /// H(R), `[entry][re, im][element]`, in the order of the first sum.
    input: Fields,
}

impl Series {
    pub fn new(hamiltonian: &WannierHamiltonian) -> Self {
        let n = hamiltonian.n_orbital();
        let width = n * (n + 1) / 2;
        let vectors = hamiltonian.vectors();
        let mut order: Vec<usize> = (0..vectors.len()).collect();
        order.sort_by_key(|&i| {
            let [r1, r2, r3] = vectors[i];
            [r3, r2, r1]
        });
        let mut sums: [Sum; 3] = Default::default();
        let mut numbers = Vec::with_capacity(2 * width * vectors.len());
        let mut last = None;
        for &i in &order {
            let [r1, r2, r3] = vectors[i];
            let new_line = last.is_none_or(|(_, l3)| l3 != r3);
            if new_line {
                sums[2].terms.push((f64::from(r3), 0));
                sums[1].places += 1;
            }
            if new_line || last.is_none_or(|(l2, _)| l2 != r2) {
                let line = sums[1].places - 1;
                sums[1].terms.push((f64::from(r2), line));
                sums[0].places += 1;
            }
            let column = sums[0].places - 1;
            sums[0].terms.push((f64::from(r1), column));
            last = Some((r2, r3));
            let matrix = &hamiltonian.elements()[i * n * n..][..n * n];
            let upper = || (0..n).flat_map(|c| (0..=c).map(move |r| r * n + c));
            numbers.extend(upper().map(|at| matrix[at].re));
            numbers.extend(upper().map(|at| matrix[at].im));
        }
        sums[2].places = 1;
        Self {
            width,
            sums,
            input: Fields {
                order: 0,
                places: vectors.len(),
                numbers,
            },
        }
    }

    /// The sum over R₁ at `u`, with derivatives up to `order`.
    pub fn plane(&self, u: f64, order: usize) -> Fields {
        let mut out = Fields::default();
        self.sum(0, &self.input, u, order, &mut out);
        out
    }

    /// The sum over R₂ at `u` of a [`Series::plane`], in the place of what `out` held.
    pub fn line(&self, plane: &Fields, u: f64, order: usize, out: &mut Fields) {
        self.sum(1, plane, u, order, out);
    }

    /// The sum over R₃ at `u` of a [`Series::line`], in the place of what `out` held.
    pub fn point(&self, line: &Fields, u: f64, order: usize, out: &mut Fields) {
        self.sum(2, line, u, order, out);
    }

    fn sum(&self, axis: usize, input: &Fields, u: f64, order: usize, out: &mut Fields) {
        let sum = &self.sums[axis];
        let mut targets = [(0, 0); POWERS.len()];
        let mut count = 0;
        for mut powers in fields(axis + 1, order) {
            let power = std::mem::replace(&mut powers[axis], 0);
            if let Some(source) = fields(axis, input.order).position(|s| s == powers) {
                targets[count] = (source, power);
                count += 1;
            }
        }
        out.order = order;
        out.places = sum.places;
        out.numbers.clear();
        out.numbers.resize(count * sum.places * 2 * self.width, 0.0);
        vectorized(AlongAxis {
            sum,
            width: self.width,
            targets: &targets[..count],
            input,
            u,
            out: &mut out.numbers,
        });
    }
}

/// Σ e^{2πi R u} (2πi R)^d over one axis.
struct AlongAxis<'a> {
    sum: &'a Sum,
    width: usize,
    /// The field that is summed, and the power d, of each field of the result.
    targets: &'a [(usize, usize)],
    input: &'a Fields,
    u: f64,
    out: &'a mut [f64],
}

impl Vectorized for AlongAxis<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            sum, input, width, ..
        } = self;
        let chunk = 2 * width;
        for (term, &(r, place)) in sum.terms.iter().enumerate() {
            let (sin, cos) = (2.0 * PI * r * self.u).sin_cos();
            for (field, &(source, power)) in self.targets.iter().enumerate() {
                let slope = 2.0 * PI * r;
                let (c, s) = match power {
                    0 => (cos, sin),
                    1 => (-slope * sin, slope * cos),
                    _ => (-slope * slope * cos, -slope * slope * sin),
                };
                if power > 0 && r == 0.0 {
                    continue;
                }
                let from = &input.numbers[(source * input.places + term) * chunk..][..chunk];
                let to = &mut self.out[(field * sum.places + place) * chunk..][..chunk];
                let (from_re, from_im) = from.split_at(width);
                let (to_re, to_im) = to.split_at_mut(width);
                for i in 0..width {
                    to_re[i] += c * from_re[i] - s * from_im[i];
                    to_im[i] += c * from_im[i] + s * from_re[i];
                }
            }
        }
    }
}

impl Fields {
    /// Matrices of a [`Series::point`] with derivatives up to `order`: H; ∂H/∂u_i; second derivatives xx yy zz yz xz xy.
    pub fn count(order: usize) -> usize {
        fields(3, order).count()
    }

    /// Each number of a [`Series::point`], `[matrix][packed]`, with its place, real and imaginary part.
    pub fn for_each(&self, mut take: impl FnMut(usize, f64, f64)) {
        let width = self.numbers.len() / (2 * Self::count(self.order));
        for (matrix, numbers) in self.numbers.chunks_exact(2 * width).enumerate() {
            let (re, im) = numbers.split_at(width);
            for (i, (re, im)) in re.iter().zip(im).enumerate() {
                take(matrix * width + i, *re, *im);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::{BandHeader, SpinTreatment};
    use crate::crystal::{KGrid, Lattice};
    use rustfft::num_complex::Complex64;

    /// Every field against the plain sum over R with (2πi R)^d.
    #[test]
    fn the_sums_axis_by_axis_are_the_plain_sum() {
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        let grid = KGrid::gamma([2; 3]).unwrap();
        let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 2);
        let mut vectors = vec![[0; 3]];
        for r in [[1, 0, 0], [0, -2, 1], [3, 1, -1], [0, 0, 1]] {
            vectors.extend([r, r.map(|x: i32| -x)]);
        }
        let mut elements = vec![Complex64::new(0.1, 0.0); 4];
        for i in 1..vectors.len() / 2 + 1 {
            let x = i as f64;
            let block = [0.3 * x, -0.2, 0.5 / x, x].map(|re| Complex64::new(re, 0.1 * re * x));
            elements.extend(block);
            elements.extend([block[0], block[2], block[1], block[3]].map(|h| h.conj()));
        }
        let h = WannierHamiltonian::new(header, vectors, elements).unwrap();
        let series = Series::new(&h);
        let u = [0.13, -0.41, 0.77];
        let (mut line, mut point) = (Fields::default(), Fields::default());
        series.line(&series.plane(u[0], 2), u[1], 2, &mut line);
        series.point(&line, u[2], 2, &mut point);
        let mut found = Vec::new();
        point.for_each(|_, re, im| found.push(Complex64::new(re, im)));
        assert_eq!(found.len(), 3 * Fields::count(2));
        for (number, powers) in POWERS.into_iter().enumerate() {
            let mut sum = [Complex64::default(); 4];
            for (r, block) in h.vectors().iter().zip(h.elements().chunks_exact(4)) {
                let mut factor = Complex64::new(1.0, 0.0);
                for i in 0..3 {
                    let r = 2.0 * PI * f64::from(r[i]);
                    factor *= Complex64::from_polar(1.0, r * u[i]);
                    factor *= Complex64::new(0.0, r).powu(powers[i] as u32);
                }
                (0..4).for_each(|i| sum[i] += factor * block[i]);
            }
            for (packed, full) in found[3 * number..][..3].iter().zip([0, 1, 3]) {
                let off = (packed - sum[full]).norm();
                assert!(off < 1e-12, "{powers:?}: {off}");
            }
        }
    }
}
