//! One band as a quintic B-spline through its Fourier series on a denser grid, evaluated from a few coefficients around a box.
//!
//! A series of tens of thousands of waves costs as many operations at every point. The spline through its values at a few times
//! the points of the coarse grid costs 6 coefficients an axis, wherever the point is; it passes through the input energies
//! because the denser grid holds the coarse one, and is four times differentiable. Between its nodes a wave of R·h turns per
//! node spacing h is off by about 2(R·h)⁶ of its coefficient: a micro-electronvolt for smooth bands. B-spline coefficients of a
//! periodic function are its Fourier coefficients over those of the sampled B-spline (M. Unser, A. Aldroubi, M. Eden, IEEE Trans.
//! Signal Process. 41, 821 (1993)), and the values of a spline lie between the smallest and the largest coefficient in reach,
//! which makes bounds on the second derivative, and with them on the energies, rigorous.

use super::nodes::{Nodes, sampled_b_spline};
use super::series::{Series, Transform};
use super::series_box::inverse_mass;
use super::{BoxBand, Derivatives, KBox};
use crate::crystal::Lattice;
use crate::kernel::simd::{Vectorized, vectorized};
use crate::units::ELEMENTARY_CHARGE;
use rustfft::num_complex::Complex64;
use rustfft::{FftDirection, FftPlanner};
use std::f64::consts::PI;
use std::ops::Range;

/// Coefficients that reach a point, along an axis.
const SUPPORT: usize = 6;
/// Points along axis 3 that are summed together.
const LANES: usize = 8;

/// A periodic spline.
pub struct SplineBand {
    nodes: Nodes,
    /// `[m1][m2][m3]`, eV.
    coefficients: Vec<f64>,
}

impl SplineBand {
    /// Through the waves of a band at the nodes.
    pub fn new(nodes: Nodes, series: &Series, band: &Transform) -> Self {
        let Nodes { m, offset } = nodes;
        let extent = series.extent().map(|e| e as i32);
        let factors: [Vec<(usize, Complex64)>; 3] = std::array::from_fn(|a| {
            let of = |r: i32| {
                let slot = r.rem_euclid(m[a] as i32) as usize;
                let turn = 2.0 * PI * f64::from(r) * offset[a] / m[a] as f64;
                // Constant along an axis without dispersion.
                let symbol = match m[a] {
                    1 => 1.0,
                    m => sampled_b_spline(2.0 * PI * slot as f64 / m as f64),
                };
                (slot, Complex64::from_polar(1.0 / symbol, turn))
            };
            (-extent[a]..=extent[a]).map(of).collect()
        });
        let mut data = vec![Complex64::default(); m.iter().product()];
        series.waves(band, |r, c| {
            let of = |a: usize| factors[a][(r[a] + extent[a]) as usize];
            let [(s1, f1), (s2, f2), (s3, f3)] = [of(0), of(1), of(2)];
            data[(s1 * m[1] + s2) * m[2] + s3] += c * f1 * f2 * f3;
        });
        inverse_transform(&mut data, m);
        Self {
            nodes,
            coefficients: data.iter().map(|z| z.re).collect(),
        }
    }

    /// Σ over the squares of derivatives' bounds: no component of M⁻¹ is larger, 1/kg.
    pub fn inverse_mass_bound(&self, lattice: &Lattice) -> f64 {
        let m = self.nodes.m;
        let row = |i: usize, j: usize| {
            &self.coefficients[((i % m[0]) * m[1] + j % m[1]) * m[2]..][..m[2]]
        };
        let mut most = [[0.0f64; 3]; 3];
        for line in 0..m[0] * m[1] {
            let (i, j) = (line / m[1], line % m[1]);
            let (r00, r10, r20) = (row(i, j), row(i + 1, j), row(i + 2, j));
            let (r01, r02, r11) = (row(i, j + 1), row(i, j + 2), row(i + 1, j + 1));
            for k in 0..m[2] {
                let k1 = if k + 1 < m[2] { k + 1 } else { 0 };
                let k2 = if k1 + 1 < m[2] { k1 + 1 } else { 0 };
                let here = r00[k];
                for (a, b, second) in [
                    (0, 0, r20[k] - 2.0 * r10[k] + here),
                    (1, 1, r02[k] - 2.0 * r01[k] + here),
                    (2, 2, r00[k2] - 2.0 * r00[k1] + here),
                    (1, 2, r01[k1] - r01[k] - r00[k1] + here),
                    (0, 2, r10[k1] - r10[k] - r00[k1] + here),
                    (0, 1, r11[k] - r10[k] - r01[k] + here),
                ] {
                    most[a][b] = most[a][b].max(second.abs());
                }
            }
        }
        for a in 0..3 {
            for b in a..3 {
                most[a][b] *= (m[a] * m[b]) as f64;
            }
        }
        let to_velocity = lattice.gradient_to_velocity();
        let norm = |i: usize| {
            (0..3)
                .map(|a| to_velocity[a][i].powi(2))
                .sum::<f64>()
                .sqrt()
        };
        let mut sum = 0.0;
        for a in 0..3 {
            for b in 0..3 {
                sum += most[a.min(b)][a.max(b)] * norm(a) * norm(b);
            }
        }
        sum / ELEMENTARY_CHARGE
    }

    /// The band on a box, with bounds.
    pub fn on_box(&self, k_box: &KBox, derivatives: Derivatives, lattice: &Lattice) -> BoxBand {
        vectorized(BoxSums {
            band: self,
            k_box,
            derivatives,
            lattice,
        })
    }

    /// Coefficients around the points, `[L1][L2][row]`, rows of whole vectors with zeros behind.
    #[inline(always)]
    fn gather(&self, axes: &[Axis; 3], row: usize) -> Vec<f64> {
        let m = self.nodes.m;
        let wrap = |a: usize, i: usize| (axes[a].first + i as i64).rem_euclid(m[a] as i64) as usize;
        let mut out = vec![0.0; axes[0].len * axes[1].len * row];
        let start = wrap(2, 0);
        for (ij, line) in out.chunks_exact_mut(row).enumerate() {
            let (i, j) = (ij / axes[1].len, ij % axes[1].len);
            let from = &self.coefficients[(wrap(0, i) * m[1] + wrap(1, j)) * m[2]..][..m[2]];
            let mut at = start;
            for x in &mut line[..axes[2].len] {
                *x = from[at];
                at += 1;
                if at == m[2] {
                    at = 0;
                }
            }
        }
        out
    }

    #[inline(always)]
    fn box_sums(&self, k_box: &KBox, derivatives: Derivatives, lattice: &Lattice) -> BoxBand {
        let [n1, n2, n3] = k_box.points;
        let axes: [Axis; 3] =
            std::array::from_fn(|a| Axis::new(k_box, a, self.nodes.m[a], self.nodes.offset[a]));
        let row = axes[2].len.next_multiple_of(LANES);
        let l2 = axes[1].len;
        let around = self.gather(&axes, row);
        let orders = match derivatives {
            Derivatives::None => 1,
            Derivatives::Velocity => 2,
            Derivatives::InverseMass => 3,
        };
        let pairs: &[(usize, usize)] = match orders {
            1 => &[(0, 0)],
            2 => &[(0, 0), (1, 0), (0, 1)],
            _ => &[(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)],
        };
        // Weights along axis 3 as vectors of points, for every coefficient.
        let runs = n3.div_ceil(LANES);
        let mut along3 = vec![[0.0; LANES]; orders * runs * row];
        let reached: Vec<Range<usize>> = (0..runs)
            .map(|run| {
                let last = (run * LANES + LANES).min(n3) - 1;
                axes[2].at(run * LANES).0..axes[2].at(last).0 + axes[2].support
            })
            .collect();
        for k in 0..n3 {
            let (base, weights) = axes[2].at(k);
            for (order, weights) in weights[..orders].iter().enumerate() {
                for (c, w) in weights[..axes[2].support].iter().enumerate() {
                    let slot = (order * runs + k / LANES) * row + base + c;
                    along3[slot][k % LANES] = *w;
                }
            }
        }
        let mut band = BoxBand {
            energies: Vec::with_capacity(k_box.len()),
            ..BoxBand::default()
        };
        if orders > 1 {
            band.velocities.reserve(3 * k_box.len());
        }
        if orders > 2 {
            band.inverse_masses.reserve(6 * k_box.len());
        }
        let to_velocity = lattice.gradient_to_velocity();
        let mut sheet = vec![0.0; orders * l2 * row];
        let mut lines = vec![0.0; pairs.len() * row];
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for i in 0..n1 {
            let (base, weights) = axes[0].at(i);
            sheet.fill(0.0);
            for (sheet, weights) in sheet.chunks_exact_mut(l2 * row).zip(weights) {
                for (c, w) in weights[..axes[0].support].iter().enumerate() {
                    let layer = &around[(base + c) * l2 * row..][..l2 * row];
                    for (s, x) in sheet.iter_mut().zip(layer) {
                        *s += w * x;
                    }
                }
            }
            for j in 0..n2 {
                let (base, weights) = axes[1].at(j);
                lines.fill(0.0);
                for (line, (d1, d2)) in lines.chunks_exact_mut(row).zip(pairs) {
                    for (c, w) in weights[*d2][..axes[1].support].iter().enumerate() {
                        let from = &sheet[(d1 * l2 + base + c) * row..][..row];
                        for (s, x) in line.iter_mut().zip(from) {
                            *s += w * x;
                        }
                    }
                }
                for run in 0..runs {
                    let field = |pair: usize, order: usize| {
                        let weights = &along3[(order * runs + run) * row..][reached[run].clone()];
                        let coefficients = &lines[pair * row..][reached[run].clone()];
                        let mut sum = [0.0; LANES];
                        for (c, w) in coefficients.iter().zip(weights) {
                            for k in 0..LANES {
                                sum[k] += c * w[k];
                            }
                        }
                        sum
                    };
                    let lanes = LANES.min(n3 - run * LANES);
                    let e = field(0, 0);
                    for k in 0..lanes {
                        low = low.min(e[k]);
                        high = high.max(e[k]);
                    }
                    band.energies.extend_from_slice(&e[..lanes]);
                    if orders > 1 {
                        let d = [field(1, 0), field(2, 0), field(0, 1)];
                        for k in 0..lanes {
                            let v = to_velocity
                                .map(|m| m[0] * d[0][k] + m[1] * d[1][k] + m[2] * d[2][k]);
                            band.velocities.extend_from_slice(&v);
                        }
                    }
                    if orders > 2 {
                        let diagonal = [field(3, 0), field(5, 0), field(0, 2)];
                        let (d12, d13, d23) = (field(4, 0), field(1, 1), field(2, 1));
                        for k in 0..lanes {
                            let h = [
                                [diagonal[0][k], d12[k], d13[k]],
                                [d12[k], diagonal[1][k], d23[k]],
                                [d13[k], d23[k], diagonal[2][k]],
                            ];
                            band.inverse_masses.extend(inverse_mass(&to_velocity, &h));
                        }
                    }
                }
            }
        }
        // Between the points: the error of interpolation linear along each axis, h²/8 of the largest second derivative, which
        // the second differences of the coefficients bound.
        let steps = [l2 * row, row, 1];
        let mut reach = 0.0;
        for a in 0..3 {
            if axes[a].support == 1 || k_box.points[a] == 1 {
                continue;
            }
            let mut most: f64 = 0.0;
            let inner: [usize; 3] =
                std::array::from_fn(|b| axes[b].len - if a == b { 2 } else { 0 });
            for i in 0..inner[0] {
                for j in 0..inner[1] {
                    let start = (i * l2 + j) * row;
                    let at = |shift: usize| &around[start + shift * steps[a]..][..inner[2]];
                    let (x, y, z) = (at(0), at(1), at(2));
                    for k in 0..inner[2] {
                        most = most.max((x[k] - 2.0 * y[k] + z[k]).abs());
                    }
                }
            }
            let cells = k_box.step[a] * self.nodes.m[a] as f64;
            reach += cells * cells / 8.0 * most;
        }
        band.low = low - reach;
        band.high = high + reach;
        band
    }
}

/// What one axis of a box needs.
struct Axis {
    /// First coefficient.
    first: i64,
    /// Number of coefficients from the first to the last.
    len: usize,
    /// Coefficients that reach a point.
    support: usize,
    /// Of each point: its first coefficient counted from `first`, and the weights of the value and its first two derivatives
    /// along the fractional coordinate.
    points: Vec<(usize, [[f64; SUPPORT]; 3])>,
}

impl Axis {
    #[inline(always)]
    fn new(k_box: &KBox, a: usize, m: usize, offset: f64) -> Self {
        if m == 1 {
            let mut constant = [[0.0; SUPPORT]; 3];
            constant[0][0] = 1.0;
            return Self {
                first: 0,
                len: 1,
                support: 1,
                points: vec![(0, constant); k_box.points[a]],
            };
        }
        let position = |i: usize| (k_box.origin[a] + i as f64 * k_box.step[a]) * m as f64 - offset;
        let base = |i: usize| position(i).floor() as i64 - 2;
        let first = base(0);
        let points: Vec<_> = (0..k_box.points[a])
            .map(|i| {
                let x = position(i);
                let at = (base(i) - first) as usize;
                (at, weights(x - x.floor(), m as f64))
            })
            .collect();
        Self {
            first,
            len: points.last().map_or(0, |p| p.0) + SUPPORT,
            support: SUPPORT,
            points,
        }
    }

    #[inline(always)]
    fn at(&self, point: usize) -> &(usize, [[f64; SUPPORT]; 3]) {
        &self.points[point]
    }
}

/// Weights of the coefficients at −2 … 3 for a point at 0 ≤ t < 1, in node spacings of 1/m: of the value, and of the first and
/// second derivative along the fractional coordinate.
#[inline(always)]
fn weights(t: f64, m: f64) -> [[f64; SUPPORT]; 3] {
    // Cox–de Boor: from degree p to p + 1 on unit knots, keeping degrees 3 and 4 for the derivatives.
    let mut degree = [[0.0; SUPPORT]; SUPPORT];
    degree[0][0] = 1.0;
    for p in 1..SUPPORT {
        for i in 0..=p {
            // B-spline i of degree p starts at knot i − p.
            let start = i as f64 - p as f64;
            let left = if i > 0 { degree[p - 1][i - 1] } else { 0.0 };
            let right = if i < p { degree[p - 1][i] } else { 0.0 };
            degree[p][i] = ((t - start) * left + (start + p as f64 + 1.0 - t) * right) / p as f64;
        }
    }
    let mut out = [degree[5], [0.0; SUPPORT], [0.0; SUPPORT]];
    let of = |d: &[f64; SUPPORT], i: isize| if i < 0 { 0.0 } else { d[i as usize] };
    for i in 0..SUPPORT as isize {
        let (q, c) = (&degree[4], &degree[3]);
        let upper = if i < 5 { of(q, i) } else { 0.0 };
        out[1][i as usize] = m * (of(q, i - 1) - upper);
        let bound = |x: isize| if x < 4 { of(c, x) } else { 0.0 };
        out[2][i as usize] = m * m * (bound(i - 2) - 2.0 * bound(i - 1) + bound(i));
    }
    out
}

/// Unnormalised inverse transform of `[m1][m2][m3]`, axis after axis.
fn inverse_transform(data: &mut [Complex64], m: [usize; 3]) {
    let mut planner = FftPlanner::new();
    for (n, stride) in [(m[2], 1), (m[1], m[2]), (m[0], m[1] * m[2])] {
        let fft = planner.plan_fft(n, FftDirection::Inverse);
        // Lines that lie next to each other are transformed together.
        let mut lines = vec![Complex64::default(); n * stride];
        let mut scratch = vec![Complex64::default(); fft.get_inplace_scratch_len()];
        for slab in data.chunks_exact_mut(n * stride) {
            if stride == 1 {
                fft.process_with_scratch(slab, &mut scratch);
                continue;
            }
            for i in 0..n {
                for s in 0..stride {
                    lines[s * n + i] = slab[i * stride + s];
                }
            }
            fft.process_with_scratch(&mut lines, &mut scratch);
            for i in 0..n {
                for s in 0..stride {
                    slab[i * stride + s] = lines[s * n + i];
                }
            }
        }
    }
}

struct BoxSums<'a> {
    band: &'a SplineBand,
    k_box: &'a KBox,
    derivatives: Derivatives,
    lattice: &'a Lattice,
}

impl Vectorized for BoxSums<'_> {
    type Output = BoxBand;

    #[inline(always)]
    fn run(self) -> BoxBand {
        self.band
            .box_sums(self.k_box, self.derivatives, self.lattice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights reproduce polynomials: they sum to 1, their derivatives to 0, and the first moment is the position.
    #[test]
    fn weights_are_those_of_b_splines() {
        for t in [0.0, 0.25, 0.7, 0.999] {
            let w = weights(t, 1.0);
            let moment = |d: usize, p: i32| -> f64 {
                (0..6).map(|i| w[d][i] * (i as f64 - 2.0).powi(p)).sum()
            };
            assert!((moment(0, 0) - 1.0).abs() < 1e-14);
            assert!((moment(0, 1) - t).abs() < 1e-14, "{t} {}", moment(0, 1));
            assert!(moment(1, 0).abs() < 1e-14 && (moment(1, 1) - 1.0).abs() < 1e-14);
            assert!(moment(2, 0).abs() < 1e-13 && moment(2, 1).abs() < 1e-13);
            assert!((moment(2, 2) - 2.0).abs() < 1e-13);
            assert!(w[0].iter().all(|w| *w >= 0.0));
        }
        // At a node: 1/120, 26/120, 66/120, …
        let w = weights(0.0, 1.0);
        for (w, e) in w[0].iter().zip([1.0, 26.0, 66.0, 26.0, 1.0, 0.0]) {
            assert!((w * 120.0 - e).abs() < 1e-13);
        }
    }
}
