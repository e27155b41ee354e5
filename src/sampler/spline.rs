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
use super::spline_box::BoxSums;
use super::{BoxBand, Derivatives, KBox};
use crate::crystal::Lattice;
use crate::kernel::simd::in_lanes;
use crate::units::ELEMENTARY_CHARGE;
use rustfft::num_complex::Complex64;
use rustfft::{FftDirection, FftPlanner};
use std::f64::consts::PI;

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

    /// The band on a box, with bounds.
    pub fn on_box(&self, k_box: &KBox, derivatives: Derivatives, lattice: &Lattice) -> BoxBand {
        in_lanes(BoxSums {
            nodes: &self.nodes,
            coefficients: &self.coefficients,
            k_box,
            derivatives,
            lattice,
        })
    }

    /// No |∂E/∂u_a| is larger, eV: a spline's slope lies between the smallest and the largest difference of its coefficients.
    pub fn slope_bounds(&self) -> [f64; 3] {
        let m = self.nodes.m;
        let mut most = [0.0f64; 3];
        for line in 0..m[0] * m[1] {
            let (i, j) = (line / m[1], line % m[1]);
            let row = |i: usize, j: usize| {
                &self.coefficients[((i % m[0]) * m[1] + j % m[1]) * m[2]..][..m[2]]
            };
            let here = row(i, j);
            for (a, next) in [(0, row(i + 1, j)), (1, row(i, j + 1))] {
                for (x, y) in here.iter().zip(next) {
                    most[a] = most[a].max((y - x).abs());
                }
            }
            most[2] = most[2].max((here[0] - here[m[2] - 1]).abs());
            for pair in here.windows(2) {
                most[2] = most[2].max((pair[1] - pair[0]).abs());
            }
        }
        [0, 1, 2].map(|a| most[a] * m[a] as f64)
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
