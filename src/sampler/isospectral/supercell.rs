//! The lattice vectors that a grid tells apart: how long the shortest image of each is, and the transform to them and back.

use super::basis::Basis;
use crate::crystal::KGrid;
use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlanner};
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;
use std::sync::Arc;

/// Images as long as the shortest within this (Å) share its weight.
const SAME_LENGTH: f64 = 1e-5;
/// Elements below this (eV) are rounding: even ten thousand of them are 1e-7 eV together.
const NOTHING: f64 = 1e-11;
/// Images are sought so many supercells away along each axis.
const REACH: i32 = 2;

/// An image R + n m, and m.
type Image = ([i32; 3], [i32; 3]);

/// Vectors R of the supercell n₁a₁, n₂a₂, n₃a₃ in the order of the fast Fourier transform.
pub(super) struct Supercell {
    grid: KGrid,
    rows: [[f64; 3]; 3],
    positions: Vec<[f64; 3]>,
    /// Radius of the sphere (disc, half a line) of the supercell's volume, Å.
    pub radius: f64,
    plans: [[Arc<dyn Fft<f64>>; 3]; 2],
}

impl Supercell {
    pub fn new(basis: &Basis, grid: KGrid) -> Self {
        let rows = *basis.lattice.rows();
        // Along an axis with one point nothing is known: it counts for no length.
        let dispersive: Vec<usize> = (0..3).filter(|&a| grid.n[a] > 1).collect();
        let edge = |a: usize| rows[a].map(|x| x * grid.n[a] as f64);
        let dot = |x: [f64; 3], y: [f64; 3]| (0..3).map(|i| x[i] * y[i]).sum::<f64>();
        let cross = |x: [f64; 3], y: [f64; 3]| crate::crystal::tensor::cross(&x, &y);
        let radius = match dispersive[..] {
            [a, b, c] => {
                let volume = dot(edge(a), cross(edge(b), edge(c))).abs();
                (0.75 * volume / PI).cbrt()
            }
            [a, b] => {
                let area = cross(edge(a), edge(b));
                (dot(area, area).sqrt() / PI).sqrt()
            }
            [a] => 0.5 * dot(edge(a), edge(a)).sqrt(),
            _ => 1.0,
        };
        let mut planner = FftPlanner::new();
        let mut plans = |forward: bool| {
            grid.n.map(|n| {
                if forward {
                    planner.plan_fft_forward(n)
                } else {
                    planner.plan_fft_inverse(n)
                }
            })
        };
        let plans = [plans(true), plans(false)];
        let positions = basis
            .sites
            .iter()
            .map(|s| std::array::from_fn(|a| if grid.n[a] > 1 { s.position[a] } else { 0.0 }))
            .collect();
        Self {
            grid,
            rows,
            positions,
            radius,
            plans,
        }
    }

    /// The vector of index `at`, each component from −n/2 to n/2.
    fn vector(&self, at: usize) -> [i32; 3] {
        let place = self.grid.place(at);
        std::array::from_fn(|a| {
            let (j, n) = (place[a] as i32, self.grid.n[a] as i32);
            if 2 * j > n { j - n } else { j }
        })
    }

    /// The shortest images of vector `at` between sites `i` and `j`: their length in Å, and each R + n m with m.
    fn shortest(&self, at: usize, i: usize, j: usize) -> (f64, Vec<Image>) {
        let r = self.vector(at);
        let range = |a: usize| {
            if self.grid.n[a] > 1 {
                -REACH..=REACH
            } else {
                0..=0
            }
        };
        let mut best = f64::INFINITY;
        let mut images: Vec<(f64, [i32; 3], [i32; 3])> = Vec::new();
        for x in range(0) {
            for y in range(1) {
                for z in range(2) {
                    let m = [x, y, z];
                    let image: [i32; 3] =
                        std::array::from_fn(|a| r[a] + m[a] * self.grid.n[a] as i32);
                    let d: [f64; 3] = std::array::from_fn(|a| {
                        f64::from(image[a]) + self.positions[j][a] - self.positions[i][a]
                    });
                    let v: [f64; 3] =
                        std::array::from_fn(|c| (0..3).map(|a| d[a] * self.rows[a][c]).sum());
                    let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
                    if length < best + SAME_LENGTH {
                        best = best.min(length);
                        images.push((length, image, m));
                    }
                }
            }
        }
        images.retain(|(length, ..)| *length < best + SAME_LENGTH);
        (best, images.into_iter().map(|(_, r, m)| (r, m)).collect())
    }

    /// Length of the shortest image of every vector between sites `i` and `j`, Å.
    pub fn lengths(&self, i: usize, j: usize) -> Vec<f64> {
        (0..self.grid.len())
            .map(|at| self.shortest(at, i, j).0)
            .collect()
    }

    /// For sites `i` and `j`: (vector's index, image, factor), the images of equal length sharing the weight of the vector, each
    /// with the factor e^{−2πi s·m} of its shift.
    pub fn images(&self, i: usize, j: usize) -> Vec<(usize, [i32; 3], Complex64)> {
        let shift = self.grid.shift;
        (0..self.grid.len())
            .flat_map(|at| {
                let images = self.shortest(at, i, j).1;
                let share = 1.0 / images.len() as f64;
                images.into_iter().map(move |(r, m)| {
                    let turn: f64 = (0..3).map(|a| shift[a] * f64::from(m[a])).sum();
                    (at, r, Complex64::from_polar(share, -2.0 * PI * turn))
                })
            })
            .collect()
    }

    /// From values at the points of the grid to those at the vectors, f(R) = Σ_k e^{−2πi u·R} f(u)/N but for the factor
    /// of a shift that [`Supercell::phases`] gives.
    pub fn to_vectors(&self, values: &mut [Complex64]) {
        self.transform(values, 0);
        let share = 1.0 / self.grid.len() as f64;
        values.iter_mut().for_each(|x| *x *= share);
    }

    /// Back to the points.
    pub fn to_points(&self, values: &mut [Complex64]) {
        self.transform(values, 1);
    }

    /// e^{−2πi R·s/n} of each vector.
    pub fn phases(&self) -> Vec<Complex64> {
        let turn = |at: usize| -> f64 {
            let r = self.vector(at);
            (0..3)
                .map(|a| f64::from(r[a]) * self.grid.shift[a] / self.grid.n[a] as f64)
                .sum()
        };
        (0..self.grid.len())
            .map(|at| Complex64::from_polar(1.0, -2.0 * PI * turn(at)))
            .collect()
    }

    fn transform(&self, values: &mut [Complex64], direction: usize) {
        let [_, n2, n3] = self.grid.n;
        let strides = [n2 * n3, n3, 1];
        for axis in 0..3 {
            let n = self.grid.n[axis];
            if n == 1 {
                continue;
            }
            let plan = &self.plans[direction][axis];
            if axis == 2 {
                plan.process(values);
                continue;
            }
            // Lines along this axis, all of one slab transposed at once.
            let stride = strides[axis];
            let mut slab = vec![Complex64::default(); n * stride];
            for chunk in values.chunks_exact_mut(n * stride) {
                for i in 0..n {
                    for s in 0..stride {
                        slab[s * n + i] = chunk[i * stride + s];
                    }
                }
                plan.process(&mut slab);
                for i in 0..n {
                    for s in 0..stride {
                        chunk[i * stride + s] = slab[s * n + i];
                    }
                }
            }
        }
    }
}

/// Matrices by lattice vector, put together element by element.
#[derive(Default)]
pub(super) struct Assembly {
    places: BTreeMap<[i32; 3], Vec<Complex64>>,
}

impl Assembly {
    /// Adds to element (i, j) of n at R, and its conjugate to (j, i) at −R where i ≠ j.
    pub fn add(&mut self, n: usize, r: [i32; 3], i: usize, j: usize, value: Complex64) {
        let mut to = |r: [i32; 3], at: usize, value: Complex64| {
            let empty = || vec![Complex64::default(); n * n];
            self.places.entry(r).or_insert_with(empty)[at] += value;
        };
        to(r, i * n + j, value);
        if i != j {
            to(r.map(|x| -x), j * n + i, value.conj());
        }
    }

    /// Vectors and elements `[R][m][n]`, without matrices that are nothing but rounding.
    pub fn finish(mut self) -> (Vec<[i32; 3]>, Vec<Complex64>) {
        let large = |h: &Vec<Complex64>| h.iter().any(|x| x.norm() > NOTHING);
        let kept: BTreeSet<[i32; 3]> = self
            .places
            .iter()
            .filter(|(r, h)| **r == [0; 3] || large(h))
            .flat_map(|(r, _)| [*r, r.map(|x| -x)])
            .collect();
        self.places.retain(|r, _| kept.contains(r));
        let vectors = self.places.keys().copied().collect();
        (vectors, self.places.into_values().flatten().collect())
    }
}
