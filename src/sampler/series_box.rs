//! One band's Fourier series and its derivatives on boxes of k-points, axis after axis.
//!
//! E(u) = Σ_R c(R) e^{2πi R·u} is separable: the sum over R₁ serves every box with the same points along axis 1, what is
//! left is a few hundred flops a point. E is real, so c(−R) = c(R)* and half of the R₃ are enough.

use super::{BoxBand, Derivatives, KBox};
use crate::crystal::Lattice;
use crate::kernel::simd::{Vectorized, vectorized};
use crate::units::ELEMENTARY_CHARGE;
use rustfft::num_complex::Complex64;
use std::f64::consts::PI;

/// Points along axis 3 that are summed together, in a vector register.
const LANES: usize = 8;

/// The coefficients of one band.
pub struct SeriesBand {
    /// Largest |R_i|.
    extent: [usize; 3],
    /// c(R), twice for R₃ > 0, `[R1 + e1][R2 + e2][R3]` with R₃ ≥ 0, eV.
    coefficients: Vec<Complex64>,
    /// Σ 2π|R_i| |c(R)|: no |∂E/∂u_i| is larger, eV.
    slope: [f64; 3],
    /// Σ (2πR_i)² |c(R)|: no |∂²E/∂u_i²| is larger, eV.
    curvature: [f64; 3],
}

/// Sums over R₁ at the points of a slab: `[point][R2 + e2][R3]` of E, ∂₁E and ∂₁²E.
pub struct Slab {
    sums: [Vec<Complex64>; 3],
    /// Number of the fields that are filled.
    orders: usize,
}

impl SeriesBand {
    /// From coefficients `[R1 + e1][R2 + e2][R3 + e3]` (eV).
    pub fn new(extent: [usize; 3], full: &[Complex64]) -> Self {
        let (extent, full) = trimmed(extent, full);
        let line = 2 * extent[2] + 1;
        let (mut slope, mut curvature) = ([0.0; 3], [0.0; 3]);
        let size = extent.map(|e| 2 * e + 1);
        for (at, c) in full.iter().enumerate() {
            let r = [
                (at / (size[1] * size[2])) as f64 - extent[0] as f64,
                (at / size[2] % size[1]) as f64 - extent[1] as f64,
                (at % size[2]) as f64 - extent[2] as f64,
            ];
            for i in 0..3 {
                slope[i] += 2.0 * PI * r[i].abs() * c.norm();
                curvature[i] += (2.0 * PI * r[i]).powi(2) * c.norm();
            }
        }
        let coefficients = full
            .chunks_exact(line)
            .flat_map(|row| {
                row[extent[2]..]
                    .iter()
                    .enumerate()
                    .map(|(r, c)| if r == 0 { *c } else { c * 2.0 })
            })
            .collect();
        Self {
            extent,
            coefficients,
            slope,
            curvature,
        }
    }

    /// No |∂E/∂u_a| is larger, eV.
    pub fn slope_bounds(&self) -> [f64; 3] {
        self.slope
    }

    /// Σ_R |c(R)| |a_R|², a_R being the wave's velocity per eV: M⁻¹ is a sum of products a_R a_Rᵀ with factors of at most |c(R)|/e.
    pub fn inverse_mass_bound(&self, lattice: &Lattice) -> f64 {
        let to_velocity = lattice.gradient_to_velocity();
        let [rows, half] = [2 * self.extent[1] + 1, self.extent[2] + 1];
        let terms = self.coefficients.iter().enumerate().map(|(slot, c)| {
            let at = [slot / (rows * half), slot / half % rows, slot % half];
            let r = [
                at[0] as f64 - self.extent[0] as f64,
                at[1] as f64 - self.extent[1] as f64,
                at[2] as f64,
            ]
            .map(|r| 2.0 * PI * r);
            let squares = to_velocity.map(|m| (m[0] * r[0] + m[1] * r[1] + m[2] * r[2]).powi(2));
            c.norm() * squares.iter().sum::<f64>()
        });
        terms.sum::<f64>() / ELEMENTARY_CHARGE
    }

    /// The sums over R₁ for all boxes with the points `k_box` has along axis 1.
    pub fn slab(&self, k_box: &KBox, derivatives: Derivatives) -> Slab {
        vectorized(SlabSums {
            band: self,
            k_box,
            derivatives,
        })
    }

    /// The band on a box whose points along axis 1 are those of `slab`.
    pub fn on_box(&self, slab: &Slab, k_box: &KBox, lattice: &Lattice) -> BoxBand {
        vectorized(BoxSums {
            band: self,
            slab,
            k_box,
            lattice,
        })
    }

    #[inline(always)]
    fn slab_sums(&self, k_box: &KBox, derivatives: Derivatives) -> Slab {
        let line = (2 * self.extent[1] + 1) * (self.extent[2] + 1);
        let orders = orders(derivatives);
        let mut sums = [const { Vec::new() }; 3];
        for sum in &mut sums[..orders] {
            *sum = vec![Complex64::default(); k_box.points[0] * line];
        }
        for i in 0..k_box.points[0] {
            let u = k_box.origin[0] + i as f64 * k_box.step[0];
            for (r, row) in self.coefficients.chunks_exact(line).enumerate() {
                let turn = 2.0 * PI * (r as f64 - self.extent[0] as f64);
                let mut phase = Complex64::from_polar(1.0, turn * u);
                for sum in &mut sums[..orders] {
                    let sum = &mut sum[i * line..][..line];
                    for (s, c) in sum.iter_mut().zip(row) {
                        s.re += phase.re * c.re - phase.im * c.im;
                        s.im += phase.re * c.im + phase.im * c.re;
                    }
                    phase *= Complex64::new(0.0, turn);
                }
            }
        }
        Slab { sums, orders }
    }

    #[inline(always)]
    fn box_sums(&self, slab: &Slab, k_box: &KBox, lattice: &Lattice) -> BoxBand {
        let [n1, n2, n3] = k_box.points;
        let orders = slab.orders;
        let half = self.extent[2] + 1;
        let rows = 2 * self.extent[1] + 1;
        let phases = |axis: usize, point: usize, r: f64| {
            let u = k_box.origin[axis] + point as f64 * k_box.step[axis];
            Complex64::from_polar(1.0, 2.0 * PI * r * u)
        };
        let along2: Vec<Complex64> = (0..n2)
            .flat_map(|j| (0..rows).map(move |r| (j, r)))
            .map(|(j, r)| phases(1, j, r as f64 - self.extent[1] as f64))
            .collect();
        // e^{2πi R₃u₃} as cosines and sines, a vector of points for each R₃.
        let runs = n3.div_ceil(LANES);
        let mut cosines = vec![[0.0; LANES]; runs * half];
        let mut sines = cosines.clone();
        for k in 0..n3 {
            for r in 0..half {
                let phase = phases(2, k, r as f64);
                cosines[k / LANES * half + r][k % LANES] = phase.re;
                sines[k / LANES * half + r][k % LANES] = phase.im;
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
        // Partial sums over R₂ by (derivatives along axis 1, along axis 2).
        let pairs: &[(usize, usize)] = match orders {
            1 => &[(0, 0)],
            2 => &[(0, 0), (1, 0), (0, 1)],
            _ => &[(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)],
        };
        let mut partial = vec![Complex64::default(); pairs.len() * half];
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for i in 0..n1 {
            for j in 0..n2 {
                partial.fill(Complex64::default());
                for (sum, (d1, d2)) in partial.chunks_exact_mut(half).zip(pairs) {
                    let field = &slab.sums[*d1][i * rows * half..][..rows * half];
                    for (r, row) in field.chunks_exact(half).enumerate() {
                        let turn = 2.0 * PI * (r as f64 - self.extent[1] as f64);
                        let mut phase = along2[j * rows + r];
                        for _ in 0..*d2 {
                            phase *= Complex64::new(0.0, turn);
                        }
                        for (s, c) in sum.iter_mut().zip(row) {
                            s.re += phase.re * c.re - phase.im * c.im;
                            s.im += phase.re * c.im + phase.im * c.re;
                        }
                    }
                }
                for run in 0..runs {
                    let cos = &cosines[run * half..][..half];
                    let sin = &sines[run * half..][..half];
                    let line = |pair: usize| &partial[pair * half..][..half];
                    let lanes = LANES.min(n3 - run * LANES);
                    let e = series(line(0), cos, sin, 0);
                    for k in 0..lanes {
                        low = low.min(e[k]);
                        high = high.max(e[k]);
                        band.energies.push(e[k]);
                    }
                    if orders > 1 {
                        let d = [
                            series(line(1), cos, sin, 0),
                            series(line(2), cos, sin, 0),
                            series(line(0), cos, sin, 1),
                        ];
                        for k in 0..lanes {
                            for m in &to_velocity {
                                band.velocities
                                    .push(m[0] * d[0][k] + m[1] * d[1][k] + m[2] * d[2][k]);
                            }
                        }
                    }
                    if orders > 2 {
                        let diagonal = [
                            series(line(3), cos, sin, 0),
                            series(line(5), cos, sin, 0),
                            series(line(0), cos, sin, 2),
                        ];
                        let (d12, d13, d23) = (
                            series(line(4), cos, sin, 0),
                            series(line(1), cos, sin, 1),
                            series(line(2), cos, sin, 1),
                        );
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
        // Between the points: the error of interpolation linear along each axis (h²/8 of the second derivative).
        let reach: f64 = (0..3)
            .map(|a| k_box.step[a].powi(2) / 8.0 * self.curvature[a])
            .sum();
        band.low = low - reach;
        band.high = high + reach;
        band
    }
}

struct SlabSums<'a> {
    band: &'a SeriesBand,
    k_box: &'a KBox,
    derivatives: Derivatives,
}

impl Vectorized for SlabSums<'_> {
    type Output = Slab;

    #[inline(always)]
    fn run(self) -> Slab {
        self.band.slab_sums(self.k_box, self.derivatives)
    }
}

struct BoxSums<'a> {
    band: &'a SeriesBand,
    slab: &'a Slab,
    k_box: &'a KBox,
    lattice: &'a Lattice,
}

impl Vectorized for BoxSums<'_> {
    type Output = BoxBand;

    #[inline(always)]
    fn run(self) -> BoxBand {
        self.band.box_sums(self.slab, self.k_box, self.lattice)
    }
}

/// The coefficients without the outer layers that are zero.
fn trimmed(extent: [usize; 3], full: &[Complex64]) -> ([usize; 3], Vec<Complex64>) {
    let size = extent.map(|e| 2 * e + 1);
    let place = |at: usize| {
        [
            at / (size[1] * size[2]),
            at / size[2] % size[1],
            at % size[2],
        ]
    };
    let mut needed = [0; 3];
    for (at, c) in full.iter().enumerate() {
        if *c != Complex64::default() {
            let r = place(at);
            for i in 0..3 {
                needed[i] = needed[i].max(r[i].abs_diff(extent[i]));
            }
        }
    }
    let kept = full.iter().enumerate().filter(|(at, _)| {
        let r = place(*at);
        (0..3).all(|i| r[i].abs_diff(extent[i]) <= needed[i])
    });
    (needed, kept.map(|(_, c)| *c).collect())
}

/// Derivatives along axis 1 that are needed: 1 + their order.
fn orders(derivatives: Derivatives) -> usize {
    match derivatives {
        Derivatives::None => 1,
        Derivatives::Velocity => 2,
        Derivatives::InverseMass => 3,
    }
}

/// Re Σ (2πi R₃)^d c e^{…} over R₃ ≥ 0, at a vector of points.
#[inline(always)]
fn series(c: &[Complex64], cos: &[[f64; LANES]], sin: &[[f64; LANES]], d: i32) -> [f64; LANES] {
    let mut sum = [0.0; LANES];
    for r in 0..c.len().min(cos.len()).min(sin.len()) {
        let turn = 2.0 * PI * r as f64;
        let (re, im) = match d {
            0 => (c[r].re, c[r].im),
            1 => (-turn * c[r].im, turn * c[r].re),
            _ => (-turn * turn * c[r].re, -turn * turn * c[r].im),
        };
        for k in 0..LANES {
            sum[k] += re * cos[r][k] - im * sin[r][k];
        }
    }
    sum
}

/// M⁻¹ = ħ⁻² ∂²E/∂k_a∂k_b (1/kg; xx yy zz yz xz xy) from the second derivatives `h` along u (eV): T h Tᵀ/e with
/// T = `to_velocity`, m/s per eV.
#[inline(always)]
fn inverse_mass(to_velocity: &[[f64; 3]; 3], h: &[[f64; 3]; 3]) -> [f64; 6] {
    let mut m = [0.0; 6];
    for (m, (a, b)) in m
        .iter_mut()
        .zip([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)])
    {
        let mut sum = 0.0;
        for i in 0..3 {
            for j in 0..3 {
                sum += to_velocity[a][i] * h[i][j] * to_velocity[b][j];
            }
        }
        *m = sum / ELEMENTARY_CHARGE;
    }
    m
}
