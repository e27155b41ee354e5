//! H(k) = Σ_R e^{2πi u·R} H(R) and its derivatives on a box, one axis after the other.
//!
//! Points of a box that share u₁ share the sum over R₁, those that share u₁ and u₂ the sum over R₂ too: the cost per point
//! is that of the sum over R₃ alone, and of small parts of the others. Only vectors that are there are summed, and of each
//! Hermitian matrix only the upper triangle: element (m, n), m ≤ n, is number n(n+1)/2 + m. Real and imaginary parts lie
//! apart, and sums of neighbouring elements are kept in registers until all their terms are added.

use crate::bands::WannierHamiltonian;
use crate::kernel::lanes::{Lane, with, with_mut};
use crate::kernel::simd::{InLanes, LANES, Simd, in_lanes};
use std::f64::consts::PI;
use std::ops::Range;

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

/// Terms of one sum: the component R_i along its axis of each, less the lowest, and where those of each place that is added to begin.
#[derive(Default)]
struct Sum {
    terms: Vec<usize>,
    starts: Vec<usize>,
    /// The components from the lowest to the highest.
    components: Range<i32>,
}

impl Sum {
    /// Adds a term with this component.
    fn push(&mut self, r: i32) {
        self.terms.push((r - self.components.start) as usize);
    }

    /// Places that are added to.
    fn places(&self) -> usize {
        self.starts.len()
    }

    /// The terms of a place.
    fn of(&self, place: usize) -> Range<usize> {
        let end = self.starts.get(place + 1).copied();
        self.starts[place]..end.unwrap_or(self.terms.len())
    }
}

/// Fields `[field][place][re, im][element]`, elements in whole registers.
#[derive(Default)]
pub(super) struct Fields {
    order: usize,
    places: usize,
    numbers: Vec<Lane>,
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
        let mut sums = [0, 1, 2].map(|axis| {
            let own = || vectors.iter().map(|r| r[axis]);
            let (low, high) = (own().min().unwrap_or(0), own().max().unwrap_or(0));
            Sum {
                components: low..high + 1,
                ..Sum::default()
            }
        });
        let mut numbers = Vec::with_capacity(2 * width.div_ceil(LANES) * vectors.len());
        let mut last = None;
        for &i in &order {
            let [r1, r2, r3] = vectors[i];
            let [first, second, third] = &mut sums;
            let new_line = last.is_none_or(|(_, l3)| l3 != r3);
            let new_column = new_line || last.is_none_or(|(l2, _)| l2 != r2);
            if new_line {
                second.starts.push(second.terms.len());
                third.push(r3);
            }
            if new_column {
                first.starts.push(first.terms.len());
                second.push(r2);
            }
            first.push(r1);
            last = Some((r2, r3));
            let matrix = &hamiltonian.elements()[i * n * n..][..n * n];
            let upper: Vec<usize> = (0..n)
                .flat_map(|c| (0..=c).map(move |r| r * n + c))
                .collect();
            let parts: [&dyn Fn(usize) -> f64; 2] = [&|at| matrix[at].re, &|at| matrix[at].im];
            for part in parts {
                for some in upper.chunks(LANES) {
                    let mut row = Lane::ZERO;
                    for (lane, at) in some.iter().enumerate() {
                        row[lane] = part(*at);
                    }
                    numbers.push(row);
                }
            }
        }
        sums[2].starts.push(0);
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

    /// The sums over R₁ at each place, with derivatives up to its order.
    pub fn planes(&self, places: &[(f64, usize)]) -> Vec<Fields> {
        let mut out = Vec::new();
        out.resize_with(places.len(), Fields::default);
        self.sums(0, &self.input, places, out.iter_mut());
        out
    }

    /// The sums over R₂ of a plane at each place, in the places of what `out` held.
    pub fn lines<'a>(
        &self,
        plane: &Fields,
        places: &[(f64, usize)],
        out: impl Iterator<Item = &'a mut Fields>,
    ) {
        self.sums(1, plane, places, out);
    }

    /// The sums over R₃ of a line at each place, in the places of what `out` held.
    pub fn points(&self, line: &Fields, places: &[(f64, usize)], out: &mut Vec<Fields>) {
        out.resize_with(places.len(), Fields::default);
        self.sums(2, line, places, out.iter_mut());
    }

    /// Places of one order are summed side by side: what is read from memory, megabytes a line, serves all of them.
    fn sums<'a>(
        &self,
        axis: usize,
        input: &Fields,
        places: &[(f64, usize)],
        out: impl Iterator<Item = &'a mut Fields>,
    ) {
        let mut by_order = [const { Vec::new() }; 3];
        for ((u, order), out) in places.iter().zip(out) {
            by_order[*order].push((*u, out));
        }
        for (order, own) in by_order.iter_mut().enumerate() {
            for some in own.chunks_mut(SIDE_BY_SIDE) {
                self.sums_of_one_order(axis, input, order, some);
            }
        }
    }

    fn sums_of_one_order(
        &self,
        axis: usize,
        input: &Fields,
        order: usize,
        places: &mut [(f64, &mut Fields)],
    ) {
        let sum = &self.sums[axis];
        let rows = self.width.div_ceil(LANES);
        // For each field of the input, those that its sums with the powers 0, 1, 2 of R become.
        let mut sources = [[0; 3]; POWERS.len()];
        let mut powers = [0; POWERS.len()];
        let mut count = 0;
        for mut field in fields(axis + 1, order) {
            let power = std::mem::replace(&mut field[axis], 0);
            if let Some(source) = fields(axis, input.order).position(|s| s == field) {
                sources[source][power] = count;
                powers[source] = powers[source].max(power + 1);
                count += 1;
            }
        }
        let at = places.iter_mut().map(|(u, out)| {
            out.order = order;
            out.places = sum.places();
            // Every number is set.
            out.numbers
                .resize(count * sum.places() * 2 * rows, Lane::ZERO);
            let phase = |r: i32| {
                let slope = 2.0 * PI * f64::from(r);
                let (sin, cos) = (slope * *u).sin_cos();
                [cos, sin, slope]
            };
            let phases = sum.components.clone().map(phase).collect();
            (phases, &mut out.numbers[..])
        });
        in_lanes(AlongAxis {
            sum,
            rows,
            sources: &sources,
            powers: &powers,
            input,
            at: at.collect(),
        });
    }
}

/// Σ e^{2πi R u} (2πi R)^d over one axis.
struct AlongAxis<'a> {
    sum: &'a Sum,
    /// Registers of a matrix.
    rows: usize,
    /// For each field of the input those of the result with d = 0, 1, 2, and how many of these there are.
    sources: &'a [[usize; 3]],
    powers: &'a [usize],
    input: &'a Fields,
    /// For each place along the axis cos, sin and 2πR of each component R, and where the sums go.
    at: Vec<(Vec<[f64; 3]>, &'a mut [Lane])>,
}

/// Registers of elements that are summed together.
const TOGETHER: usize = 4;
/// Places along an axis that are summed side by side, at most.
pub(super) const SIDE_BY_SIDE: usize = 8;

impl InLanes for AlongAxis<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        for place in 0..self.sum.places() {
            for source in 0..self.powers.len() {
                let mut row = 0;
                while row < self.rows {
                    let left = self.rows - row;
                    let step = if left < TOGETHER { 1 } else { TOGETHER };
                    for at in 0..self.at.len() {
                        match (self.powers[source], step) {
                            (0, _) => {}
                            (1, 1) => self.add::<S, 1, 1>(at, place, source, row),
                            (2, 1) => self.add::<S, 2, 1>(at, place, source, row),
                            (_, 1) => self.add::<S, 3, 1>(at, place, source, row),
                            (1, _) => self.add::<S, 1, TOGETHER>(at, place, source, row),
                            (2, _) => self.add::<S, 2, TOGETHER>(at, place, source, row),
                            (_, _) => self.add::<S, 3, TOGETHER>(at, place, source, row),
                        }
                    }
                    row += step;
                }
            }
        }
    }
}

impl AlongAxis<'_> {
    /// The sums of P powers of one field, N registers of them from `row` on, that go to a place, at number `at` along the axis.
    #[inline(always)]
    fn add<S: Simd, const P: usize, const N: usize>(
        &mut self,
        at: usize,
        place: usize,
        source: usize,
        row: usize,
    ) {
        let rows = self.rows;
        let (phases, out) = &mut self.at[at];
        let input = with::<S, _>(&self.input.numbers);
        let mut sums = [[[Lane::<S>::ZERO; 2]; N]; P];
        for term in self.sum.of(place) {
            let [cos, sin, slope] = phases[self.sum.terms[term]].map(Lane::all);
            let from = (source * self.input.places + term) * 2 * rows + row;
            for i in 0..N {
                let (re, im) = (input[from + i], input[from + rows + i]);
                let mut turned = [cos * re - sin * im, cos * im + sin * re];
                for (power, sums) in sums.iter_mut().enumerate() {
                    if power > 0 {
                        turned = turned.map(|x| x * slope);
                    }
                    sums[i][0] += turned[0];
                    sums[i][1] += turned[1];
                }
            }
        }
        let out = with_mut::<S, _>(out);
        for (power, sums) in sums.iter().enumerate() {
            let to = (self.sources[source][power] * self.sum.places() + place) * 2 * rows + row;
            for (i, [re, im]) in sums.iter().copied().enumerate() {
                // Times i^d.
                (out[to + i], out[to + rows + i]) = match power {
                    0 => (re, im),
                    1 => (-im, re),
                    _ => (-re, -im),
                };
            }
        }
    }
}

impl Fields {
    /// Matrices of a [`Series::point`] with derivatives up to `order`: H; ∂H/∂u_i; second derivatives xx yy zz yz xz xy.
    pub fn count(order: usize) -> usize {
        fields(3, order).count()
    }

    /// Each number of a [`Series::point`], `[matrix][packed]`, with its place, real and imaginary part; `width` numbers are a packed matrix.
    pub fn for_each(&self, width: usize, mut take: impl FnMut(usize, f64, f64)) {
        let rows = width.div_ceil(LANES);
        for (matrix, numbers) in self.numbers.chunks_exact(2 * rows).enumerate() {
            let (re, im) = numbers.split_at(rows);
            for i in 0..width {
                let (row, lane) = (i / LANES, i % LANES);
                take(matrix * width + i, re[row][lane], im[row][lane]);
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
        // The others are company, of which nothing may be seen.
        let planes = series.planes(&[(0.9, 1), (u[0], 2)]);
        let mut lines: [Fields; 3] = Default::default();
        let mut points = Vec::new();
        let places = [(u[1], 2), (0.2, 2), (0.3, 0)];
        series.lines(&planes[1], &places, lines.iter_mut());
        series.points(&lines[0], &[(0.4, 1), (0.5, 2), (u[2], 2)], &mut points);
        let mut found = Vec::new();
        points[2].for_each(3, |_, re, im| found.push(Complex64::new(re, im)));
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
