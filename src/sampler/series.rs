//! The Fourier series through energies on a regular grid: the smoothest in the sense of Shankland, Koelling and Wood.
//!
//! D. D. Koelling, J. H. Wood, J. Comput. Phys. 67, 253 (1986), and W. E. Pickett, H. Krakauer, P. B. Allen, Phys. Rev. B
//! 38, 2721 (1988) ask for E(k) = Σ_R c(R) e^{ik·R} through every given energy with the least roughness Σ ρ(R)|c(R)|², ρ =
//! (1 − ¾x)² + ¾x³ with x = R²/R₁² (R₁ the shortest lattice vector). On a regular grid the conditions are the alias sums
//! Σ_L c(R + N·L) e^{2πi L·s} = c̃(R), c̃ being the grid's own transform and s its shift: each class of aliases is a problem of
//! its own, with the solution c(R + N·L) = c̃(R) e^{−2πi L·s} w_L, w_L ∝ 1/ρ(R + N·L), and no matrix is solved. The vectors lie
//! in a ball that holds 8 for every k-point.
//!
//! Longer aliases damp the ringing behind a crossing: silicon's conduction minimum from 16³ points comes out 3 meV from where
//! a local fit puts it, 57 meV too low with the shortest aliases alone; in a ball of 3 to 5 vectors a point its masses still
//! scatter by 40 %. But they leak (1/N)⁶ of a band that is a finite sum of
//! cosines. Such a band, known by most of its coefficients being zero, belongs to the shortest members of its classes, in
//! equal parts, and is interpolated exactly. Symmetric energies give symmetric coefficients, because |R| alone decides.

use crate::crystal::{KGrid, Lattice};
use rustfft::num_complex::Complex64;
use rustfft::{FftDirection, FftPlanner};
use std::f64::consts::PI;

/// A lattice vector R (coefficients of a₁ a₂ a₃) with its alias class and its share of the class's coefficient.
#[derive(Clone, Copy, Debug)]
struct Share {
    r: [i32; 3],
    class: usize,
    weight: f64,
    /// e^{−2πi L·s}.
    phase: Complex64,
}

/// Radius of the ball of vectors, in radii of one that holds as many as there are k-points.
const REACH: f64 = 2.0;
/// Coefficients below this share of the largest are zero but for rounding, in files too.
const ROUNDING: f64 = 1e-8;

/// The lattice vectors of the series of one grid, for all its bands.
pub struct Series {
    grid: KGrid,
    /// The smoothest series.
    smooth: Vec<Share>,
    /// The shortest vectors alone.
    shortest: Vec<Share>,
    /// Largest |R_i| per axis.
    extent: [usize; 3],
}

impl Series {
    /// Chooses the vectors of every class.
    pub fn new(lattice: &Lattice, grid: KGrid) -> Self {
        let n = grid.n.map(|n| n as i32);
        let squared = |r: [i32; 3]| -> f64 {
            let a = lattice.rows();
            (0..3)
                .map(|c| {
                    (0..3)
                        .map(|i| f64::from(r[i]) * a[i][c])
                        .sum::<f64>()
                        .powi(2)
                })
                .sum()
        };
        let unit = (0..27)
            .map(|x| squared([x / 9 - 1, x / 3 % 3 - 1, x % 3 - 1]))
            .filter(|r2| *r2 > 0.0)
            .fold(f64::INFINITY, f64::min);
        let smoothness = |r2: f64| {
            let x = r2 / unit;
            1.0 / ((1.0 - 0.75 * x).powi(2) + 0.75 * x.powi(3))
        };
        // A little more, so that equally long vectors fall on one side.
        let reach = (REACH * ball(lattice, grid.n)).powi(2) * (1.0 + 1e-9);
        let (mut smooth, mut shortest) = (Vec::new(), Vec::new());
        for class in 0..grid.len() {
            let index = [
                class / grid.plane_len(),
                class / grid.n[2] % grid.n[1],
                class % grid.n[2],
            ];
            // The representative in 0 … n−1 and its images up to two cells away hold the shortest; an axis without dispersion
            // has no images.
            let images = (0..125).map(|l| [l / 25 - 2, l / 5 % 5 - 2, l % 5 - 2]);
            let images = images.filter(|cell| (0..3).all(|i| n[i] > 1 || cell[i] == 0));
            let images: Vec<_> = images
                .map(|cell| {
                    let r = std::array::from_fn(|i| index[i] as i32 + n[i] * cell[i]);
                    (r, cell, squared(r))
                })
                .collect();
            let least = images.iter().map(|m| m.2).fold(f64::INFINITY, f64::min);
            let is_least = |r2: f64| r2 <= least * (1.0 + 1e-9) + 1e-12;
            let shares = |weight: &dyn Fn(f64) -> f64| -> Vec<Share> {
                let total: f64 = images.iter().map(|m| weight(m.2)).sum();
                images
                    .iter()
                    .filter(|m| weight(m.2) > 0.0)
                    .map(|&(r, cell, r2)| {
                        let turn: f64 = (0..3).map(|i| f64::from(cell[i]) * grid.shift[i]).sum();
                        Share {
                            r,
                            class,
                            weight: weight(r2) / total,
                            phase: Complex64::from_polar(1.0, -2.0 * PI * turn),
                        }
                    })
                    .collect()
            };
            shortest.extend(shares(&|r2| if is_least(r2) { 1.0 } else { 0.0 }));
            smooth.extend(shares(&|r2| {
                if r2 <= reach || is_least(r2) {
                    smoothness(r2)
                } else {
                    0.0
                }
            }));
        }
        let extent = std::array::from_fn(|i| {
            let all = smooth.iter().chain(&shortest);
            let reach = all.map(|s: &Share| s.r[i].unsigned_abs() as usize);
            reach.max().unwrap_or(0)
        });
        Self {
            grid,
            smooth,
            shortest,
            extent,
        }
    }

    /// Largest |R_i| per axis.
    pub fn extent(&self) -> [usize; 3] {
        self.extent
    }

    /// Number of lattice vectors.
    pub fn len(&self) -> usize {
        self.smooth.len()
    }

    /// Coefficients `[R1 + e1][R2 + e2][R3 + e3]` (eV) of the series through `energies` `[n1][n2][n3]` (eV), e
    /// being [`Series::extent`].
    pub fn coefficients(&self, energies: &[f64]) -> Vec<Complex64> {
        let transform = self.transform(energies);
        let e = self.extent;
        let size = e.map(|e| 2 * e + 1);
        let mut box_ = vec![Complex64::default(); size.iter().product()];
        let largest = transform.iter().map(|c| c.norm()).fold(0.0, f64::max);
        let waves = transform.iter().filter(|c| c.norm() > ROUNDING * largest);
        let finite_sum = 2 * waves.count() < transform.len();
        let shares = if finite_sum {
            &self.shortest
        } else {
            &self.smooth
        };
        // What is rounding of the transform itself would only make the series longer.
        let kept = |s: &&Share| transform[s.class].norm() > 1e-14 * largest;
        for share in shares.iter().filter(kept) {
            let at = |i: usize| (share.r[i] + e[i] as i32) as usize;
            box_[(at(0) * size[1] + at(1)) * size[2] + at(2)] =
                transform[share.class] * share.phase * share.weight;
        }
        box_
    }

    /// c̃(R) = (1/N) Σ_j E(u_j) e^{−2πi R·u_j} for R in 0 … n−1.
    fn transform(&self, energies: &[f64]) -> Vec<Complex64> {
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

/// Radius (Å) of the ball, circle or line that holds as many lattice vectors as the grid has points, in the directions with
/// dispersion.
fn ball(lattice: &Lattice, n: [usize; 3]) -> f64 {
    let rows: Vec<[f64; 3]> = (0..3)
        .filter(|i| n[*i] > 1)
        .map(|i| lattice.rows()[i])
        .collect();
    let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let gram = |i: usize, j: usize| dot(&rows[i], &rows[j]);
    let points = n.iter().product::<usize>() as f64;
    match rows.len() {
        0 => 0.0,
        1 => points * gram(0, 0).sqrt() / 2.0,
        2 => {
            let area = (gram(0, 0) * gram(1, 1) - gram(0, 1).powi(2)).sqrt();
            (points * area / PI).sqrt()
        }
        _ => (points * lattice.volume() * 3.0 / (4.0 * PI)).cbrt(),
    }
}
