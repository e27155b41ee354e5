//! The Fourier series through energies on a regular grid, with the shortest lattice vectors there are.
//!
//! D. D. Koelling, J. H. Wood, J. Comput. Phys. 67, 253 (1986), and W. E. Pickett, H. Krakauer, P. B. Allen, Phys. Rev. B
//! 38, 2721 (1988) ask for E(k) = Σ_R c(R) e^{ik·R} through every given energy with the least roughness Σ ρ(R)|c(R)|², ρ
//! growing with |R|. On a regular grid the conditions are the alias sums Σ_L c(R + N·L) e^{2πi L·s} = c̃(R), c̃ being the
//! grid's own transform and s its shift: each class of aliases is a problem of its own, with the solution
//! c(R + N·L) = c̃(R) e^{−2πi L·s} w_L, w_L ∝ 1/ρ(R + N·L), and no matrix is solved. Here ρ is taken as steep as can be: a
//! class belongs to its shortest members alone, in equal parts. A finite cosine sum that the grid resolves is then
//! interpolated exactly, where the customary ρ ~ R⁶ leaks (1/N)⁶ of it into longer vectors; on copper and aluminium (16³
//! against 32³) the two differ by less than 20 % of the interpolation error, to either side. Symmetric energies give
//! symmetric coefficients, because |R| alone decides.

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

/// The lattice vectors of the series of one grid, for all its bands.
pub struct Series {
    grid: KGrid,
    shares: Vec<Share>,
    /// Largest |R_i| per axis.
    extent: [usize; 3],
}

impl Series {
    /// Chooses the vectors: of every class its shortest members.
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
        let mut shares = Vec::new();
        for class in 0..grid.len() {
            let index = [
                class / grid.plane_len(),
                class / grid.n[2] % grid.n[1],
                class % grid.n[2],
            ];
            // The representative in 0 … n−1 and its images up to two cells away hold the shortest.
            let images = (0..125).map(|l| {
                let cell = [l / 25 - 2, l / 5 % 5 - 2, l % 5 - 2];
                let r = std::array::from_fn(|i| index[i] as i32 + n[i] * cell[i]);
                (r, cell, squared(r))
            });
            let shortest = images.clone().map(|m| m.2).fold(f64::INFINITY, f64::min);
            let ties: Vec<_> = images
                .filter(|m| m.2 <= shortest * (1.0 + 1e-9) + 1e-12)
                .collect();
            for &(r, cell, _) in &ties {
                let turn: f64 = (0..3).map(|i| f64::from(cell[i]) * grid.shift[i]).sum();
                shares.push(Share {
                    r,
                    class,
                    weight: 1.0 / ties.len() as f64,
                    phase: Complex64::from_polar(1.0, -2.0 * PI * turn),
                });
            }
        }
        let extent = std::array::from_fn(|i| {
            shares
                .iter()
                .map(|s| s.r[i].unsigned_abs() as usize)
                .max()
                .unwrap_or(0)
        });
        Self {
            grid,
            shares,
            extent,
        }
    }

    /// Largest |R_i| per axis.
    pub fn extent(&self) -> [usize; 3] {
        self.extent
    }

    /// Number of lattice vectors.
    pub fn len(&self) -> usize {
        self.shares.len()
    }

    /// Coefficients `[R1 + e1][R2 + e2][R3 + e3]` (eV) of the series through `energies` `[n1][n2][n3]` (eV), e
    /// being [`Series::extent`].
    pub fn coefficients(&self, energies: &[f64]) -> Vec<Complex64> {
        let transform = self.transform(energies);
        let e = self.extent;
        let size = e.map(|e| 2 * e + 1);
        let mut box_ = vec![Complex64::default(); size.iter().product()];
        for share in &self.shares {
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
