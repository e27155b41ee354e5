//! A spline on the points of a box, axis after axis: whole vectors of points along axis 3, from the coefficients around the box.
//!
//! Everything here is a function or a loop that is inlined, not a closure over vectors: that would be compiled for the least of all
//! processors.

use super::nodes::Nodes;
use super::spline_axis::Axis;
use super::{BoxBand, Derivatives, KBox};
use crate::crystal::Lattice;
use crate::kernel::simd::{InLanes, LANES, Row, Simd};
use crate::units::ELEMENTARY_CHARGE;
use std::ops::Range;

/// The components of M⁻¹: xx yy zz yz xz xy.
const COMPONENTS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];

/// Sums over the derivatives along axes 1 and 2 that are needed, by how many: energies, velocities, inverse masses.
const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)];

/// What is to be summed.
pub struct BoxSums<'a> {
    pub nodes: &'a Nodes,
    /// `[m1][m2][m3]`, eV.
    pub coefficients: &'a [f64],
    pub k_box: &'a KBox,
    pub derivatives: Derivatives,
    pub lattice: &'a Lattice,
}

impl InLanes for BoxSums<'_> {
    type Output = BoxBand;

    #[inline(always)]
    fn run<S: Simd>(self) -> BoxBand {
        let [n1, n2, n3] = self.k_box.points;
        let Nodes { m, offset } = *self.nodes;
        let axes: [Axis; 3] = std::array::from_fn(|a| Axis::new(self.k_box, a, m[a], offset[a]));
        let row = axes[2].len.next_multiple_of(LANES);
        let l2 = axes[1].len;
        let around = self.gather(&axes, row);
        let (orders, pairs) = match self.derivatives {
            Derivatives::None => (1, &PAIRS[..1]),
            Derivatives::Velocity => (2, &PAIRS[..3]),
            Derivatives::InverseMass => (3, &PAIRS[..]),
        };
        let along3 = Along3::new(&axes[2], n3, orders, row);
        let points = self.k_box.len();
        let mut band = BoxBand {
            energies: vec![0.0; points],
            ..BoxBand::default()
        };
        if orders > 1 {
            band.velocities = vec![0.0; 3 * points];
        }
        if orders > 2 {
            band.inverse_masses = vec![0.0; 6 * points];
        }
        let to_velocity = self.lattice.gradient_to_velocity();
        let mut sheet = vec![0.0; orders * l2 * row];
        let mut lines = vec![0.0; pairs.len() * row];
        let (mut low, mut high) = (fill(f64::INFINITY), fill(f64::NEG_INFINITY));
        for i in 0..n1 {
            let (base, weights) = axes[0].at(i);
            for (sheet, weights) in sheet.chunks_exact_mut(l2 * row).zip(weights) {
                let layers = &around[base * l2 * row..];
                combine::<S>(sheet, layers, l2 * row, &weights[..axes[0].support]);
            }
            for j in 0..n2 {
                let (base, weights) = axes[1].at(j);
                for (line, (d1, d2)) in lines.chunks_exact_mut(row).zip(pairs) {
                    let rows = &sheet[(d1 * l2 + base) * row..];
                    combine::<S>(line, rows, row, &weights[*d2][..axes[1].support]);
                }
                for run in 0..along3.reached.len() {
                    let at = (i * n2 + j) * n3 + run * LANES;
                    let lanes = LANES.min(n3 - run * LANES);
                    let e = along3.sum::<S>(&lines, run, 0, 0);
                    let out = &mut band.energies[at..at + lanes];
                    if lanes == LANES {
                        low = S::min(low, e);
                        high = S::max(high, e);
                        out.copy_from_slice(&e.0);
                    } else {
                        for k in 0..lanes {
                            low.0[k] = low.0[k].min(e.0[k]);
                            high.0[k] = high.0[k].max(e.0[k]);
                            out[k] = e.0[k];
                        }
                    }
                    if orders > 1 {
                        let d1 = along3.sum::<S>(&lines, run, 1, 0);
                        let d2 = along3.sum::<S>(&lines, run, 2, 0);
                        let d3 = along3.sum::<S>(&lines, run, 0, 1);
                        let out = &mut band.velocities[3 * at..][..3 * lanes];
                        velocities::<S>(&to_velocity, [d1, d2, d3], out);
                    }
                    if orders > 2 {
                        let d11 = along3.sum::<S>(&lines, run, 3, 0);
                        let d12 = along3.sum::<S>(&lines, run, 4, 0);
                        let d22 = along3.sum::<S>(&lines, run, 5, 0);
                        let d13 = along3.sum::<S>(&lines, run, 1, 1);
                        let d23 = along3.sum::<S>(&lines, run, 2, 1);
                        let d33 = along3.sum::<S>(&lines, run, 0, 2);
                        let h = [[d11, d12, d13], [d12, d22, d23], [d13, d23, d33]];
                        let out = &mut band.inverse_masses[6 * at..][..6 * lanes];
                        inverse_masses::<S>(&to_velocity, h, out);
                    }
                }
            }
        }
        // Between the points: the error of interpolation linear along each axis, h²/8 of the largest second derivative, which
        // the second differences of the coefficients bound.
        let mut reach = 0.0;
        for a in 0..3 {
            if axes[a].support > 1 && self.k_box.points[a] > 1 {
                let cells = self.k_box.step[a] * m[a] as f64;
                reach += cells * cells / 8.0 * largest_bend::<S>(&around, &axes, row, a);
            }
        }
        band.low = low.0.iter().copied().fold(f64::INFINITY, f64::min) - reach;
        band.high = high.0.iter().copied().fold(f64::NEG_INFINITY, f64::max) + reach;
        band
    }
}

impl BoxSums<'_> {
    /// Coefficients around the points, `[L1][L2][row]`, rows of whole vectors with zeros behind.
    #[inline(always)]
    fn gather(&self, axes: &[Axis; 3], row: usize) -> Vec<f64> {
        let m = self.nodes.m;
        let places = |a: usize| -> Vec<usize> {
            let start = axes[a].first.rem_euclid(m[a] as i64) as usize;
            (start..start + axes[a].len).map(|i| i % m[a]).collect()
        };
        let [first, second] = [places(0), places(1)];
        let start = axes[2].first.rem_euclid(m[2] as i64) as usize;
        let len = axes[2].len;
        let mut out = vec![0.0; first.len() * second.len() * row];
        let mut lines = out.chunks_exact_mut(row);
        for i in &first {
            for j in &second {
                let Some(line) = lines.next() else { break };
                let from = &self.coefficients[(i * m[1] + j) * m[2]..][..m[2]];
                if start + len <= m[2] {
                    for (x, c) in line.iter_mut().zip(&from[start..start + len]) {
                        *x = *c;
                    }
                } else {
                    let mut at = start;
                    for x in &mut line[..len] {
                        *x = from[at];
                        at += 1;
                        if at == m[2] {
                            at = 0;
                        }
                    }
                }
            }
        }
        out
    }
}

/// Weights along axis 3, as vectors of points.
struct Along3 {
    /// `[order][run][coefficient]`.
    weights: Vec<Row>,
    /// Of each run of points the coefficients that reach it.
    reached: Vec<Range<usize>>,
    row: usize,
}

impl Along3 {
    #[inline(always)]
    fn new(axis: &Axis, points: usize, orders: usize, row: usize) -> Self {
        let runs = points.div_ceil(LANES);
        let mut weights = vec![fill(0.0); orders * runs * row];
        for k in 0..points {
            let (base, of_point) = axis.at(k);
            for (order, of_point) in of_point[..orders].iter().enumerate() {
                for (c, w) in of_point[..axis.support].iter().enumerate() {
                    let slot = (order * runs + k / LANES) * row + base + c;
                    weights[slot].0[k % LANES] = *w;
                }
            }
        }
        let reached = (0..runs).map(|run| {
            let last = (run * LANES + LANES).min(points) - 1;
            axis.at(run * LANES).0..axis.at(last).0 + axis.support
        });
        Self {
            weights,
            reached: reached.collect(),
            row,
        }
    }

    /// The sum of the line of a pair of derivatives with the weights of each point of a run, for a derivative along axis 3.
    #[inline(always)]
    fn sum<S: Simd>(&self, lines: &[f64], run: usize, pair: usize, order: usize) -> Row {
        let Range { start, end } = self.reached[run];
        let weights = &self.weights[(order * self.reached.len() + run) * self.row..][start..end];
        let line = &lines[pair * self.row..][start..end];
        let mut sum = fill(0.0);
        for (c, w) in line.iter().zip(weights) {
            sum = S::add(sum, S::mul(fill(*c), *w));
        }
        sum
    }
}

#[inline(always)]
fn fill(x: f64) -> Row {
    Row([x; LANES])
}

#[inline(always)]
fn load(x: &[f64]) -> Row {
    let mut row = fill(0.0);
    row.0.copy_from_slice(&x[..LANES]);
    row
}

/// Σ over rows that lie `stride` apart, each times its weight: whole vectors, each kept in a register.
#[inline(always)]
fn combine<S: Simd>(out: &mut [f64], rows: &[f64], stride: usize, weights: &[f64]) {
    for (chunk, out) in out.chunks_exact_mut(LANES).enumerate() {
        let mut sum = fill(0.0);
        let mut at = chunk * LANES;
        for w in weights {
            sum = S::add(sum, S::mul(fill(*w), load(&rows[at..])));
            at += stride;
        }
        out.copy_from_slice(&sum.0);
    }
}

/// `[point][3]`, m/s, from derivatives along the fractional coordinates, eV.
#[inline(always)]
fn velocities<S: Simd>(to_velocity: &[[f64; 3]; 3], d: [Row; 3], out: &mut [f64]) {
    let mut v = [fill(0.0); 3];
    for (v, m) in v.iter_mut().zip(to_velocity) {
        let two = S::add(S::mul(fill(m[0]), d[0]), S::mul(fill(m[1]), d[1]));
        *v = S::add(two, S::mul(fill(m[2]), d[2]));
    }
    for (k, out) in out.chunks_exact_mut(3).enumerate() {
        out[0] = v[0].0[k];
        out[1] = v[1].0[k];
        out[2] = v[2].0[k];
    }
}

/// `[point][6]`, 1/kg, from second derivatives along the fractional coordinates, eV (see `series_box::inverse_mass`).
#[inline(always)]
fn inverse_masses<S: Simd>(to_velocity: &[[f64; 3]; 3], h: [[Row; 3]; 3], out: &mut [f64]) {
    for (c, (a, b)) in COMPONENTS.into_iter().enumerate() {
        let mut sum = fill(0.0);
        for i in 0..3 {
            for j in 0..3 {
                let left = S::mul(fill(to_velocity[a][i]), h[i][j]);
                sum = S::add(sum, S::mul(left, fill(to_velocity[b][j])));
            }
        }
        let mass = S::div(sum, fill(ELEMENTARY_CHARGE));
        for (out, mass) in out[c..].iter_mut().step_by(6).zip(&mass.0) {
            *out = *mass;
        }
    }
}

/// The largest |second difference| of the coefficients around a box along axis `a`, eV.
#[inline(always)]
fn largest_bend<S: Simd>(around: &[f64], axes: &[Axis; 3], row: usize, a: usize) -> f64 {
    let l2 = axes[1].len;
    let step = [l2 * row, row, 1][a];
    let mut inner = [axes[0].len, l2, axes[2].len];
    inner[a] -= 2;
    // The zeros behind a row's end differ by nothing, but from the row itself.
    let len = if a == 2 { inner[2] } else { row };
    let vectors = len / LANES * LANES;
    let mut most = fill(0.0);
    for i in 0..inner[0] {
        for j in 0..inner[1] {
            let start = (i * l2 + j) * row;
            let x = &around[start..][..len];
            let y = &around[start + step..][..len];
            let z = &around[start + 2 * step..][..len];
            for v in (0..vectors).step_by(LANES) {
                let ends = S::sub(load(&x[v..]), S::mul(fill(2.0), load(&y[v..])));
                let bend = S::add(ends, load(&z[v..]));
                most = S::max(most, S::max(bend, S::sub(fill(0.0), bend)));
            }
            for k in vectors..len {
                most.0[0] = most.0[0].max((x[k] - 2.0 * y[k] + z[k]).abs());
            }
        }
    }
    most.0.iter().copied().fold(0.0, f64::max)
}
