//! The smooth Hamiltonian: H(k) on the grid that has the table's energies and short range.
//!
//! Least of ½ Σ_k Σ_n w (e_n(k) − E_n(k))² + ½ Σ_R g(R)|H(R)|² with g = (L/cR_s)^8, L the length of the shortest image and R_s the
//! supercell's radius. A proximal gradient step of length one replaces the eigenvalues by the table's, goes to R and divides by 1 + g;
//! steps are accelerated after Nesterov and start anew where they overshoot (O'Donoghue and Candès, Found. Comput. Math. 15, 715).
//! One point of each star is diagonalised, its images follow by symmetry, so that the Hamiltonian has the crystal's to the last digit.

use super::assignment::{Given, SAME_LEVEL, assign};
use super::basis::Basis;
use super::stars::Stars;
use super::supercell::{Assembly, Supercell};
use crate::bands::{BandHeader, WannierHamiltonian};
use crate::crystal;
use crate::error::Result;
use nalgebra::DMatrix;
use rayon::prelude::*;
use rustfft::num_complex::Complex64;

/// The power of the decay beyond c.
const POWER: i32 = 8;
/// Steps at most, those of a part of the points that is nearly all of them (what it predicts is known by then), and the change of the misfit in ten of them (eV) that is none.
const STEPS: usize = 80;
const STEPS_OF_PART: usize = 30;
const SETTLED: f64 = 1e-4;
/// Steps after which the best of several starts is gone on with.
const RACE: usize = 15;

/// Levels above the table's are at least so far above it (eV).
const ABOVE: f64 = 0.05;

/// A start that has the energies to this (eV) is taken as it is; one that nearly has them needs no smoothing.
const MET: f64 = 1e-7;
const NEARLY_MET: f64 = 1e-4;

/// H(k) of the representatives.
pub(super) type Matrices = Vec<DMatrix<Complex64>>;

/// What the search for a smooth Hamiltonian works on.
pub(super) struct Smoothing<'a> {
    basis: &'a Basis,
    stars: &'a Stars,
    supercell: Supercell,
    /// Energies of each representative, ascending, eV; none of a point that is left out, whose matrix follows from the others'.
    energies: &'a [Option<Vec<f64>>],
    site_of: Vec<usize>,
    /// 1/(1 + g) per pair of sites, `[i·sites + j][R]`.
    taper: Vec<Vec<f64>>,
    /// Phase of each site at each point, for the operation that leads there: `[point][site]`.
    phases: Vec<Vec<Complex64>>,
}

/// What smoothing comes to.
pub(super) struct Smoothed {
    /// With the table's energies.
    pub exact: Matrices,
    /// Before they were set.
    pub unset: Matrices,
    /// Root mean square deviation of that from them, eV.
    pub misfit: f64,
}

impl<'a> Smoothing<'a> {
    /// `cut` is c, where H(R) is halved, in radii of the supercell.
    pub fn new(
        basis: &'a Basis,
        stars: &'a Stars,
        energies: &'a [Option<Vec<f64>>],
        cut: f64,
    ) -> Self {
        let supercell = Supercell::new(basis, stars.grid);
        let sites = basis.sites.len();
        let scale = cut * supercell.radius;
        let taper = (0..sites * sites)
            .into_par_iter()
            .map(|pair| {
                let lengths = supercell.lengths(pair / sites, pair % sites);
                lengths
                    .into_iter()
                    .map(|l| 1.0 / (1.0 + (l / scale).powi(POWER)))
                    .collect()
            })
            .collect();
        let phases = stars
            .of_point
            .par_iter()
            .enumerate()
            .map(|(at, &(_, op))| {
                let u = stars.grid.point(stars.grid.place(at));
                stars.operations[op as usize].phases(u)
            })
            .collect();
        Self {
            basis,
            stars,
            supercell,
            energies,
            site_of: basis.site_of(),
            taper,
            phases,
        }
    }

    /// From the best of `starts` to the smooth Hamiltonian that has the table's energies; which of them it was comes with it.
    pub fn run(&self, starts: Vec<Matrices>) -> (usize, Smoothed) {
        for (number, start) in starts.iter().enumerate() {
            if let Some(found) = self.nearly_met(start) {
                return (number, found);
            }
        }
        let mut runs: Vec<Descent> = starts.into_iter().map(Descent::new).collect();
        if runs.len() > 1 {
            for run in &mut runs {
                (0..RACE).for_each(|_| run.step(self));
            }
        }
        let off = |run: &Descent| run.history.last().copied().unwrap_or(f64::INFINITY);
        let best = (0..runs.len()).min_by(|a, b| off(&runs[*a]).total_cmp(&off(&runs[*b])));
        let best = best.unwrap_or(0);
        let mut run = runs.swap_remove(best);
        let steps = match self.energies.iter().all(Option::is_some) {
            true => STEPS,
            false => STEPS_OF_PART,
        };
        while run.history.len() < steps && !run.has_settled() {
            run.step(self);
        }
        let (exact, misfit) = self.set(&run.z);
        let smoothed = Smoothed {
            exact,
            unset: run.z,
            misfit,
        };
        (best, smoothed)
    }

    /// A start that has the energies, or so nearly that it needs no smoothing.
    fn nearly_met(&self, start: &Matrices) -> Option<Smoothed> {
        let (exact, misfit) = self.set(start);
        let moved = |(a, b): (&DMatrix<Complex64>, &DMatrix<Complex64>)| (a - b).norm();
        let farthest = exact.iter().zip(start).map(moved).fold(0.0, f64::max);
        (farthest < NEARLY_MET).then(|| Smoothed {
            exact: if farthest < MET { start.clone() } else { exact },
            unset: start.clone(),
            misfit,
        })
    }

    /// Σ over the points of the whole grid of what `of` gives at their representatives.
    fn sum(&self, of: impl Fn(usize) -> f64) -> f64 {
        let all = self.stars.representatives.iter().enumerate();
        all.map(|(at, r)| r.weight as f64 * of(at)).sum()
    }

    /// The matrices with the table's energies, and the root mean square deviation that they had.
    fn set(&self, matrices: &Matrices) -> (Matrices, f64) {
        let found: Vec<(DMatrix<Complex64>, f64, usize)> = self
            .stars
            .representatives
            .par_iter()
            .zip(matrices)
            .zip(self.energies)
            .map(|((r, h), energies)| {
                let Some(energies) = energies else {
                    return (h.clone(), 0.0, 0);
                };
                let solved = r.multiplets.solve(r.multiplets.blocks(h));
                let given = assign(&solved.levels, energies);
                let (mut square, mut count) = (0.0, 0);
                // A level that the table does not reach stays above those that it has.
                let top = energies.last().map_or(f64::NEG_INFINITY, |e| e + ABOVE);
                let moves: Vec<f64> = solved
                    .levels
                    .iter()
                    .zip(&given)
                    .map(|(level, given)| match given {
                        None => (top - level.energy).max(0.0),
                        Some(given) => {
                            let off = given.energy - level.energy;
                            square += off * off * given.count as f64;
                            count += given.count;
                            off
                        }
                    })
                    .collect();
                (h + r.multiplets.projected(&solved, &moves), square, count)
            })
            .collect();
        let square = self.sum(|at| found[at].1);
        let count = self.sum(|at| found[at].2 as f64);
        let matrices = found.into_iter().map(|(h, ..)| h).collect();
        (matrices, (square / count.max(1.0)).sqrt())
    }

    /// Element (i, j) at every point of the grid.
    fn expanded(&self, matrices: &Matrices, i: usize, j: usize) -> Vec<Complex64> {
        let site_of = &self.site_of;
        let point = |(&(star, op), phases): (&(u32, u32), &Vec<Complex64>)| {
            let h = &matrices[star as usize];
            let op = &self.stars.operations[op as usize];
            let mut sum = Complex64::default();
            for &(a, x) in &op.rows[i] {
                for &(b, y) in &op.rows[j] {
                    let element = if op.conjugate {
                        h[(a, b)].conj()
                    } else {
                        h[(a, b)]
                    };
                    sum += x * phases[site_of[a]] * element * (y * phases[site_of[b]]).conj();
                }
            }
            sum
        };
        self.stars
            .of_point
            .iter()
            .zip(&self.phases)
            .map(point)
            .collect()
    }

    /// Elements (i, j) with i ≤ j.
    fn elements(&self) -> Vec<(usize, usize)> {
        let n = self.basis.len();
        (0..n).flat_map(|j| (0..=j).map(move |i| (i, j))).collect()
    }

    fn smoothed(&self, matrices: &Matrices) -> Matrices {
        let sites = self.basis.sites.len();
        let elements = self.elements();
        let columns: Vec<Vec<Complex64>> = elements
            .par_iter()
            .map(|&(i, j)| {
                let mut values = self.expanded(matrices, i, j);
                self.supercell.to_vectors(&mut values);
                let taper = &self.taper[self.site_of[i] * sites + self.site_of[j]];
                values.iter_mut().zip(taper).for_each(|(x, t)| *x *= t);
                self.supercell.to_points(&mut values);
                self.stars
                    .representatives
                    .iter()
                    .map(|r| values[r.index])
                    .collect()
            })
            .collect();
        let n = self.basis.len();
        (0..self.stars.representatives.len())
            .map(|at| {
                let mut h = DMatrix::zeros(n, n);
                for (&(i, j), column) in elements.iter().zip(&columns) {
                    h[(j, i)] = column[at].conj();
                    h[(i, j)] = column[at];
                    if i == j {
                        h[(i, i)] = Complex64::from(column[at].re);
                    }
                }
                h
            })
            .collect()
    }

    /// H(R) of matrices on the grid.
    ///
    /// # Errors
    /// Where the Hamiltonian is none: a defect of this code.
    pub fn hamiltonian(
        &self,
        matrices: &Matrices,
        header: BandHeader,
    ) -> Result<WannierHamiltonian> {
        let n = self.basis.len();
        let sites = self.basis.sites.len();
        let elements = self.elements();
        let phases = self.supercell.phases();
        let by_vector: Vec<Vec<Complex64>> = elements
            .par_iter()
            .map(|&(i, j)| {
                let mut values = self.expanded(matrices, i, j);
                self.supercell.to_vectors(&mut values);
                values.iter_mut().zip(&phases).for_each(|(x, p)| *x *= p);
                values
            })
            .collect();
        let images: Vec<_> = (0..sites * sites)
            .into_par_iter()
            .map(|pair| self.supercell.images(pair / sites, pair % sites))
            .collect();
        let mut assembly = Assembly::default();
        for (&(i, j), values) in elements.iter().zip(&by_vector) {
            let pair = self.site_of[i] * sites + self.site_of[j];
            for &(at, r, factor) in &images[pair] {
                assembly.add(n, r, i, j, values[at] * factor);
            }
        }
        let (vectors, elements) = assembly.finish();
        WannierHamiltonian::new(header, vectors, elements)
    }

    /// The largest difference of levels and table at a point of the grid (eV), each star at its first point and at one image. Energies
    /// that a file rounds to two numbers and symmetry makes one are met at their mean.
    pub fn unmet(&self, exact: &Matrices, hamiltonian: &WannierHamiltonian) -> f64 {
        let n = self.basis.len();
        let off = |at: usize| {
            let Some(energies) = &self.energies[at] else {
                return 0.0;
            };
            let r = &self.stars.representatives[at];
            let levels = r.multiplets.solve(r.multiplets.blocks(&exact[at])).levels;
            let joined = joined(energies, &assign(&levels, energies));
            let u = self.stars.grid.point(self.stars.grid.place(r.index));
            let last = self
                .stars
                .operations
                .last()
                .map_or(u, |op| crystal::apply(&op.on_k, u));
            let of = |u: [f64; 3]| {
                let h = DMatrix::from_row_slice(n, n, &hamiltonian.at(u));
                let levels = super::hermitian::eigen(h).0;
                let pairs = levels.iter().zip(&joined);
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
            };
            of(u).max(of(last))
        };
        (0..self.stars.representatives.len())
            .into_par_iter()
            .map(off)
            .reduce(|| 0.0, f64::max)
    }
}

/// Accelerated steps from a start.
struct Descent {
    y: Matrices,
    z: Matrices,
    theta: f64,
    /// Misfit (eV) before each step.
    history: Vec<f64>,
}

impl Descent {
    fn new(start: Matrices) -> Self {
        Self {
            y: start.clone(),
            z: start,
            theta: 1.0,
            history: Vec::new(),
        }
    }

    fn step(&mut self, on: &Smoothing) {
        let (moved, misfit) = on.set(&self.y);
        self.history.push(misfit);
        let next = on.smoothed(&moved);
        let overshoot: f64 = on.sum(|at| {
            let (y, z, next) = (&self.y[at], &self.z[at], &next[at]);
            (0..y.len())
                .map(|i| ((y[i] - next[i]).conj() * (next[i] - z[i])).re)
                .sum()
        });
        if overshoot > 0.0 {
            self.theta = 1.0;
        }
        let after = 0.5 * (1.0 + (1.0 + 4.0 * self.theta * self.theta).sqrt());
        let carried = Complex64::from((self.theta - 1.0) / after);
        self.theta = after;
        self.y = next
            .iter()
            .zip(&self.z)
            .map(|(next, z)| next + (next - z) * carried)
            .collect();
        self.z = next;
    }

    fn has_settled(&self) -> bool {
        let (n, h) = (self.history.len(), &self.history);
        n > 20 && (h[n - 11] - h[n - 1]).abs() < SETTLED
    }
}

/// `energies` with those of one level at their mean, where they differ by no more than a file's rounding.
fn joined(energies: &[f64], given: &[Option<Given>]) -> Vec<f64> {
    let mut joined = energies.to_vec();
    for given in given.iter().flatten() {
        let own = &mut joined[given.first..][..given.count];
        if own.iter().all(|e| (e - given.energy).abs() <= SAME_LEVEL) {
            own.fill(given.energy);
        }
    }
    joined
}
