//! The Fourier series through energies on a regular grid: the smoothest in the sense of Shankland, Koelling and Wood.
//!
//! D. D. Koelling, J. H. Wood, J. Comput. Phys. 67, 253 (1986), and W. E. Pickett, H. Krakauer, P. B. Allen, Phys. Rev. B
//! 38, 2721 (1988) ask for E(k) = Σ_m a_m S_m(k), S_m being the average of e^{ik·R} over the n_m vectors of a star, through every
//! given energy with the least roughness Σ ρ_m|a_m|², ρ = (1 − ¾x)² + ¾x³ with x = R²/R₁² (R₁ the shortest lattice vector). In
//! terms of single waves, c(R) = a_m/n_m, that is Σ_R n_m ρ|c(R)|². On a regular grid the conditions are the alias sums
//! Σ_L c(R + N·L) e^{2πi L·s} = c̃(R), c̃ being the grid's own transform and s its shift: each class of aliases is a problem of
//! its own, with the solution c(R + N·L) = c̃(R) e^{−2πi L·s} w_L, w_L ∝ 1/(n_m ρ), and no matrix is solved. The vectors lie in a
//! ball that holds up to 60 for every k-point. (Without n_m the energies that a grid lacks come out equally well, in copper and
//! aluminium to 1 % of the root mean square; silicon's electron S at 1e18 cm⁻³ then is 3 % larger.)
//!
//! Longer aliases damp the ringing behind a crossing: with the shortest aliases alone silicon gets a false minimum 57 meV below
//! the true one. But they leak (1/N)⁶ of a band that is a finite sum of cosines. Such a band, known by most of its
//! coefficients being zero, those of the longest vectors among them, belongs to the shortest members of its classes, in equal parts, and is
//! interpolated exactly. (A folded band has zeros by its symmetry, too, but its kinks reach as far as there are vectors.)
//! Symmetric energies give symmetric coefficients, because |R| alone decides.
//!
//! A series through velocities as well (`slopes`) takes ¾x⁴ for ¾x³: what velocities cannot tell is how much of a long wave
//! leaks into aliases on both sides alike, and the steeper ρ makes that (1/N)⁸. Smooth bands then are 10 to 20 times closer
//! than with ¾x³ and the same velocities; in silicon and copper, where kinks set the error, it makes 5 % or less.
//! (BoltzTraP2 keeps ¾x³.)

mod fit;
mod slopes;
mod vectors;

use self::slopes::Slopes;
pub use self::vectors::Conditions;
use self::vectors::{Shortest, extent_of_ball, outer, radius, shortest, squared, star};
use crate::crystal::{KGrid, KSet, Lattice, PointGroup};
use rustfft::num_complex::Complex64;
use rustfft::{FftDirection, FftPlanner};
use std::f64::consts::PI;

/// Coefficients below this share of the largest are zero but for rounding, in files too.
const ROUNDING: f64 = 1e-8;
/// Coefficients of long vectors above this share of the largest are those of a band with kinks, not of a file's few digits.
const KINKS: f64 = 1e-4;

/// What is least of all series through the same energies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoothness {
    /// BoltzTraP2's roughness, that of Pickett, Krakauer and Allen.
    Usual,
    /// ρ = (1 − ¾x)² + ¾x⁴, for series through velocities: conditions on first derivatives bear one order more.
    ToVelocities,
    /// ρ = (1 + x)²: slopes and curvatures alone. It follows kinks with less ringing and smooth bands less well.
    Curvature,
}

impl Smoothness {
    /// ρ at x = R²/R₁².
    fn roughness(self, x: f64) -> f64 {
        match self {
            Self::Usual => (1.0 - 0.75 * x).powi(2) + 0.75 * x * x * x,
            Self::ToVelocities => (1.0 - 0.75 * x).powi(2) + 0.75 * x.powi(4),
            Self::Curvature => (1.0 + x).powi(2),
        }
    }
}

/// The lattice vectors of the series of one grid, for all its bands.
pub struct Series {
    grid: KGrid,
    /// The set, where it is a grid in a basis that is not the lattice's own.
    set: Option<KSet>,
    metric: [[f64; 3]; 3],
    /// Square of the shortest lattice vector's length.
    unit: f64,
    /// Square of the ball's radius.
    reach: f64,
    /// Largest |R_i| of any vector.
    extent: [usize; 3],
    shortest: Vec<Shortest>,
    /// Whether each class is one of the longest vectors, by which a finite sum that the grid resolves is known.
    outer: Vec<bool>,
    /// Σ 1/(n_m ρ) over the members of each class in the ball.
    total: Vec<f64>,
    /// 1/(n_m ρ) of the vectors in the ball, in order.
    weights: Vec<f32>,
    smooth: Smoothness,
    /// What slopes are fitted, one after the other.
    slopes: Vec<Slopes>,
}

/// A band's transform.
pub struct Transform {
    /// c̃ of every class, eV.
    values: Vec<Complex64>,
    /// Multipliers μ of every class, for each of the series' slopes, eV.
    tilts: Vec<Vec<[Complex64; 3]>>,
    /// Whether the band is a finite sum of cosines that the grid resolves.
    pub finite_sum: bool,
    /// How far the slopes of the series through the energies alone were off (rms, in that of the slopes).
    pub changed: f64,
    /// How far those of this series are.
    pub unmet: f64,
}

impl Series {
    /// Chooses the vectors of every class for bands with the symmetry `group`.
    pub fn new(
        lattice: &Lattice,
        set: &KSet,
        group: &PointGroup,
        smooth: Smoothness,
        conditions: Conditions,
    ) -> Self {
        let a = lattice.rows();
        let metric: [[f64; 3]; 3] = std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..3).map(|c| a[i][c] * a[j][c]).sum())
        });
        let unit = (0..27)
            .map(|x| squared(&metric, [x / 9 - 1, x / 3 % 3 - 1, x % 3 - 1]))
            .filter(|r2| *r2 > 0.0)
            .fold(f64::INFINITY, f64::min);
        let grid = set.grid;
        let radius = radius(lattice, set, conditions);
        let shortest = shortest(lattice, &metric, set);
        let mut series = Self {
            grid,
            set: (!set.basis.is_own()).then_some(*set),
            metric,
            unit,
            // A little more, so that equally long vectors fall on one side.
            reach: radius.powi(2) * (1.0 + 1e-9),
            extent: [0; 3],
            outer: outer(&metric, set, &shortest),
            shortest,
            total: vec![0.0; grid.len()],
            weights: Vec::new(),
            smooth,
            slopes: Vec::new(),
        };
        let of_ball = extent_of_ball(lattice, set.flat(), radius);
        series.extent = std::array::from_fn(|i| {
            let of_class = series
                .shortest
                .iter()
                .map(|s| s.r[i].unsigned_abs() as usize);
            of_class.max().unwrap_or(0).max(of_ball[i])
        });
        let mut weights = Vec::new();
        series.each_in_ball(|r, _, smoothness| {
            weights.push((smoothness / star(group, r)) as f32);
        });
        series.weights = weights;
        let mut total = vec![0.0; grid.len()];
        series.each_weight(|_, class, weight| total[class] += weight);
        series.total = total;
        series
    }

    /// Largest |R_i| per axis.
    pub fn extent(&self) -> [usize; 3] {
        self.extent
    }

    /// Number of lattice vectors.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Calls `take` with every vector of the ball, its class and 1/ρ.
    fn each_in_ball(&self, mut take: impl FnMut([i32; 3], usize, f64)) {
        let e = self.extent.map(|e| e as i32);
        let n = self.grid.n.map(|n| n as i32);
        let m = &self.metric;
        for r1 in -e[0]..=e[0] {
            for r2 in -e[1]..=e[1] {
                let [x, y] = [f64::from(r1), f64::from(r2)];
                let constant = m[0][0] * x * x + m[1][1] * y * y + 2.0 * m[0][1] * x * y;
                let linear = 2.0 * (m[0][2] * x + m[1][2] * y);
                let line = (r1.rem_euclid(n[0]) * n[1] + r2.rem_euclid(n[1])) * n[2];
                for r3 in -e[2]..=e[2] {
                    let z = f64::from(r3);
                    let length = constant + (linear + m[2][2] * z) * z;
                    if length <= self.reach {
                        let x = length / self.unit;
                        let roughness = self.smooth.roughness(x);
                        let class = match &self.set {
                            None => (line + r3.rem_euclid(n[2])) as usize,
                            Some(set) => set.class([r1, r2, r3]).0,
                        };
                        take([r1, r2, r3], class, 1.0 / roughness);
                    }
                }
            }
        }
    }

    /// Calls `take` with every vector of the ball, its class and its weight there.
    fn each_weight(&self, mut take: impl FnMut([i32; 3], usize, f64)) {
        let mut weights = self.weights.iter();
        self.each_in_ball(|r, class, _| {
            if let Some(weight) = weights.next() {
                take(r, class, f64::from(*weight));
            }
        });
    }

    /// Calls `take` with every wave of a band: R and c(R), eV.
    pub fn waves(&self, band: &Transform, mut take: impl FnMut([i32; 3], Complex64)) {
        if let Some(set) = &self.set {
            self.each_part(band, |r, _, b| {
                let turn = set.class(r).1;
                take(r, b * Complex64::from_polar(1.0, -2.0 * PI * turn));
            });
            return;
        }
        let n = self.grid.n.map(|n| n as i32);
        // e^{−2πi L·s}, the vector being N·L off the grid's own.
        let phases: [Vec<Complex64>; 3] = std::array::from_fn(|i| {
            let e = self.extent[i] as i32;
            let phase = |r: i32| {
                let turn = f64::from(r.div_euclid(n[i])) * self.grid.shift[i];
                Complex64::from_polar(1.0, -2.0 * PI * turn)
            };
            (-e..=e).map(phase).collect()
        });
        let phase = |r: [i32; 3]| {
            let of = |i: usize| phases[i][(r[i] + self.extent[i] as i32) as usize];
            of(0) * of(1) * of(2)
        };
        self.each_part(band, |r, _, b| take(r, b * phase(r)));
    }

    /// Calls `take` with every wave's R, its class and b = c(R) e^{2πi L·s}, its part of the class's sums.
    fn each_part(&self, band: &Transform, mut take: impl FnMut([i32; 3], usize, Complex64)) {
        // What is rounding of the transform itself would only make the series longer.
        let rounding = 1e-14 * largest(&band.values);
        for s in &self.shortest {
            let c = band.values[s.class];
            if (band.finite_sum || self.total[s.class] == 0.0) && c.norm() > rounding {
                take(s.r, s.class, c * s.share);
            }
        }
        if band.finite_sum {
            return;
        }
        self.each_weight(|r, class, weight| {
            let c = band.values[class];
            if band.tilts.is_empty() && c.norm_sqr() <= rounding * rounding {
                return;
            }
            let mut sum = c / self.total[class];
            for (slopes, tilts) in self.slopes.iter().zip(&band.tilts) {
                let (x, tilt) = (slopes.deviation(r, class), &tilts[class]);
                sum += tilt[0] * x[0] + tilt[1] * x[1] + tilt[2] * x[2];
            }
            take(r, class, sum * weight);
        });
    }

    /// Coefficients `[R1 + e1][R2 + e2][R3 + e3]` (eV) of the waves, e being [`Series::extent`].
    pub fn coefficients(&self, band: &Transform) -> Vec<Complex64> {
        let e = self.extent;
        let size = e.map(|e| 2 * e + 1);
        let mut coefficients = vec![Complex64::default(); size.iter().product()];
        self.waves(band, |r, c| {
            let at = |i: usize| (r[i] + e[i] as i32) as usize;
            coefficients[(at(0) * size[1] + at(1)) * size[2] + at(2)] = c;
        });
        coefficients
    }

    /// The transform of `energies` `[n1][n2][n3]` (eV).
    pub fn transform(&self, energies: &[f64]) -> Transform {
        let values = self.grid_transform(energies);
        let least = ROUNDING * largest(&values);
        let waves = values.iter().filter(|c| c.norm() > least).count();
        let kinks = KINKS * largest(&values);
        let mut long = values.iter().zip(&self.outer).filter(|(_, outer)| **outer);
        Transform {
            finite_sum: 2 * waves < values.len() && !long.any(|(c, _)| c.norm() > kinks),
            values,
            tilts: Vec::new(),
            changed: 0.0,
            unmet: 0.0,
        }
    }

    /// c̃(R) = (1/N) Σ_j E(u_j) e^{−2πi R·u_j} for R in 0 … n−1.
    fn grid_transform(&self, energies: &[f64]) -> Vec<Complex64> {
        let [n1, n2, n3] = self.grid.n;
        let mut data: Vec<Complex64> = energies.iter().map(|&e| Complex64::new(e, 0.0)).collect();
        let mut planner = FftPlanner::new();
        // One axis after the other, by lines.
        for (n, stride) in [(n3, 1), (n2, n3), (n1, n2 * n3)] {
            let fft = planner.plan_fft(n, FftDirection::Forward);
            let mut line = vec![Complex64::default(); n];
            for start in 0..data.len() {
                if start / stride % n != 0 {
                    continue;
                }
                for i in 0..n {
                    line[i] = data[start + i * stride];
                }
                fft.process(&mut line);
                for i in 0..n {
                    data[start + i * stride] = line[i];
                }
            }
        }
        let scale = 1.0 / energies.len() as f64;
        for (class, x) in data.iter_mut().enumerate() {
            let r = [class / (n2 * n3), class / n3 % n2, class % n3];
            let turn: f64 = (0..3)
                .map(|i| r[i] as f64 * self.grid.shift[i] / self.grid.n[i] as f64)
                .sum();
            *x *= Complex64::from_polar(scale, -2.0 * PI * turn);
        }
        data
    }
}

/// Largest modulus.
fn largest(values: &[Complex64]) -> f64 {
    values.iter().map(|c| c.norm()).fold(0.0, f64::max)
}
