//! k-points of a table where two or three bands are one level, and what the bands do around them.
//!
//! Sorted bands are not analytic where they meet, but what is symmetric in them is: the sum of their energies, of their products in
//! pairs, and their product are the coefficients of the characteristic polynomial of a smooth matrix, and so smooth functions of k
//! (as the matrix of G. Dresselhaus, A. F. Kip and C. Kittel, Phys. Rev. 98, 368 (1955), has them for the valence bands of silicon).
//! Around a level of m bands that rise as q² the m-th one begins with terms of order 2m. Polynomials through them on the second
//! neighbours of the point, and their roots, therefore give the bands near it as no interpolation of single bands can.

use super::{BandSource, Field};
use crate::crystal::KGrid;
use crate::error::Result;
use crate::memory;
use nalgebra::{DMatrix, DVector};
use std::ops::Range;

/// Bands of a level differ by less than this (eV), and by less than `APART` of what they differ at the neighbours.
const ONE_LEVEL_EV: f64 = 2e-3;
const APART: f64 = 0.1;
/// Bands that differ nowhere by more (eV) are one, twice.
const SAME_EV: f64 = 1e-6;
/// Steps to each side that the polynomials go through.
const REACH: i32 = 2;
/// A polynomial that misses more (relative, root mean square) does not describe what is there.
const MISSED: f64 = 0.1;
/// Tables with more numbers in the bands of interest are fine enough to do without.
const MOST_NUMBERS: usize = 1 << 25;
/// Bands, each with its copies, whose roots are given.
const MOST_MEMBERS: usize = 3;

/// Σ coefficient · x^powers, in steps of the grid.
#[derive(Clone, Debug, PartialEq)]
struct Polynomial(Vec<([i32; 3], f64)>);

impl Polynomial {
    fn at(&self, x: [f64; 3]) -> f64 {
        let term = |(powers, c): &([i32; 3], f64)| {
            c * (0..3).map(|i| x[i].powi(powers[i])).product::<f64>()
        };
        self.0.iter().map(term).sum()
    }

    /// Through `points` (their place in steps, and the value), with terms of the given degrees along `axes`, each point weighted by
    /// |x|^−lowest degree: and the relative misfit.
    fn through(
        points: &[([f64; 3], f64)],
        degrees: &[i32],
        axes: [bool; 3],
    ) -> Option<(Self, f64)> {
        let powers: Vec<[i32; 3]> = degrees
            .iter()
            .flat_map(|&d| (0..=d).flat_map(move |i| (0..=d - i).map(move |j| [i, j, d - i - j])))
            .filter(|p| (0..3).all(|i| axes[i] || p[i] == 0))
            .collect();
        let weight = |x: &[f64; 3]| {
            let squared = x.iter().map(|x| x * x).sum::<f64>();
            squared.powf(-0.5 * f64::from(degrees[0]))
        };
        let matrix = DMatrix::from_fn(points.len(), powers.len(), |p, c| {
            let x = points[p].0;
            weight(&x) * (0..3).map(|i| x[i].powi(powers[c][i])).product::<f64>()
        });
        let values = points.iter().map(|(x, y)| weight(x) * y);
        let values = DVector::from_iterator(points.len(), values);
        let solution = matrix.clone().svd(true, true).solve(&values, 1e-10).ok()?;
        let missed = (matrix * &solution - &values).norm() / values.norm();
        let terms = powers.into_iter().zip(solution.iter().copied()).collect();
        missed.is_finite().then_some((Self(terms), missed))
    }
}

/// Two or three bands that are one level at a k-point of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Multiplet {
    /// Spin channel, from 0.
    pub spin: usize,
    /// The bands, from 0 and ascending; those of one entry are the same everywhere (Kramers pairs).
    pub members: Vec<Vec<usize>>,
    /// The point of the grid.
    pub node: [usize; 3],
    /// The level, eV.
    pub level_ev: f64,
    /// Which axes have dispersion.
    pub axes: [bool; 3],
    /// The most that a band differs from the level at the first neighbours, eV.
    pub rise_ev: f64,
    /// Σ e, Σ ee, Σ eee of the energies counted from the level.
    invariants: Vec<Polynomial>,
}

impl Multiplet {
    /// Energies (eV) of the members, ascending, at `x` in steps of the grid from the point.
    pub fn energies(&self, x: [f64; 3]) -> Vec<f64> {
        let of: Vec<f64> = self.invariants.iter().map(|p| p.at(x)).collect();
        let mut roots = match of[..] {
            [sum, product] => {
                let half = 0.5 * sum;
                let root = (half * half - product).max(0.0).sqrt();
                vec![half - root, half + root]
            }
            [a, b, c] => {
                // e³ − a e² + b e − c, whose roots are real.
                let third = a / 3.0;
                let size = (third * third - b / 3.0).max(0.0).sqrt();
                let turned = third.powi(3) - a * b / 6.0 + 0.5 * c;
                let cosine = if size > 0.0 {
                    turned / size.powi(3)
                } else {
                    0.0
                };
                let angle = cosine.clamp(-1.0, 1.0).acos();
                let root = |k: f64| {
                    let turn = 2.0 * std::f64::consts::PI * k;
                    third + 2.0 * size * ((angle - turn) / 3.0).cos()
                };
                vec![root(0.0), root(1.0), root(2.0)]
            }
            _ => of,
        };
        roots.sort_by(f64::total_cmp);
        roots.iter().map(|e| e + self.level_ev).collect()
    }
}

/// The levels of two or three of the bands `bands` of a table that are one at a k-point alone.
///
/// # Errors
/// Where the table cannot be read.
pub fn multiplets(
    source: &dyn BandSource,
    spin: usize,
    bands: Range<usize>,
) -> Result<Vec<Multiplet>> {
    let grid = source.header().k_grid;
    let axes = grid.n.map(|n| n > 2 * REACH as usize);
    let uneven = (0..3).any(|i| !axes[i] && grid.n[i] > 1);
    if bands.len() < 2 || uneven || bands.len() * grid.len() > MOST_NUMBERS {
        return Ok(Vec::new());
    }
    let mut distinct: Vec<(Vec<usize>, Vec<f64>)> = Vec::new();
    for band in bands {
        let mut energies = memory::zeros("a band's energies", grid.len())?;
        source.read_planes(Field::Energy, spin, band, 0, &mut energies)?;
        match distinct.last_mut() {
            Some((copies, other)) if same(other, &energies) => copies.push(band),
            _ => distinct.push((vec![band], energies)),
        }
    }
    let mut found = Vec::new();
    for at in 0..grid.len() {
        let energy = |member: usize| distinct[member].1[at];
        let mut first = 0;
        while first + 1 < distinct.len() {
            let mut end = first + 1;
            while end < distinct.len() && energy(end) - energy(end - 1) < ONE_LEVEL_EV {
                end += 1;
            }
            if (2..=MOST_MEMBERS).contains(&(end - first)) {
                found.extend(around(&grid, axes, at, &distinct[first..end]));
            }
            first = end;
        }
    }
    for one in &mut found {
        one.spin = spin;
    }
    Ok(found)
}

fn same(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).all(|(a, b)| (a - b).abs() < SAME_EV)
}

/// The level of these bands at node `at`, if it is one there alone and polynomials have the bands around it.
fn around(
    grid: &KGrid,
    axes: [bool; 3],
    at: usize,
    members: &[(Vec<usize>, Vec<f64>)],
) -> Option<Multiplet> {
    let [_, n2, n3] = grid.n;
    let node = [at / (n2 * n3), at / n3 % n2, at % n3];
    let count = members.len();
    let spread = |at: usize| members[count - 1].1[at] - members[0].1[at];
    let steps = steps(axes);
    let near = |step: &[i32; 3]| step.iter().all(|s| s.abs() <= 1);
    let beside = |step: &[i32; 3]| {
        grid.index(std::array::from_fn(|i| {
            (node[i] as i32 + step[i]).rem_euclid(grid.n[i] as i32) as usize
        }))
    };
    let narrow = |step: &[i32; 3]| {
        let there = spread(beside(step));
        there < ONE_LEVEL_EV || spread(at) > APART * there
    };
    if steps.iter().filter(|s| near(s)).any(narrow) {
        return None;
    }
    let level_ev = members.iter().map(|(_, e)| e[at]).sum::<f64>() / count as f64;
    let energies = |step: &[i32; 3]| -> Vec<f64> {
        let at = beside(step);
        members.iter().map(|(_, e)| e[at] - level_ev).collect()
    };
    let largest = |of: Vec<f64>| of.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
    let rise_ev = steps
        .iter()
        .filter(|s| near(s))
        .map(|s| largest(energies(s)))
        .fold(0.0, f64::max);
    let uneven = steps.iter().any(|step| {
        let back = energies(&step.map(|s| -s));
        let pairs = energies(step).into_iter().zip(back);
        pairs.into_iter().any(|(a, b)| (a - b).abs() > SAME_EV)
    });
    let mut invariants = Vec::new();
    for order in 1..=count {
        let lowest = 2 * order as i32;
        let degrees: &[i32] = if uneven {
            &[lowest, lowest + 1, lowest + 2]
        } else {
            &[lowest, lowest + 2]
        };
        let value = |step: &[i32; 3]| (step.map(f64::from), symmetric(&energies(step), order));
        let points: Vec<_> = steps.iter().map(value).collect();
        let (polynomial, missed) = Polynomial::through(&points, degrees, axes)?;
        if missed > MISSED {
            return None;
        }
        invariants.push(polynomial);
    }
    Some(Multiplet {
        spin: 0,
        members: members.iter().map(|(copies, _)| copies.clone()).collect(),
        node,
        level_ev,
        axes,
        rise_ev,
        invariants,
    })
}

/// The elementary symmetric polynomial of this order.
fn symmetric(e: &[f64], order: usize) -> f64 {
    match (order, e) {
        (1, _) => e.iter().sum(),
        (2, [a, b]) => a * b,
        (2, [a, b, c]) => a * b + b * c + c * a,
        _ => e.iter().product(),
    }
}

/// The steps to the neighbours of a point.
fn steps(axes: [bool; 3]) -> Vec<[i32; 3]> {
    let width = 2 * REACH + 1;
    (0..width.pow(3))
        .map(|x| {
            [
                x / (width * width) - REACH,
                x / width % width - REACH,
                x % width - REACH,
            ]
        })
        .filter(|s| *s != [0; 3] && (0..3).all(|i| axes[i] || s[i] == 0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::{BandGrid, BandHeader, SpinTreatment};
    use crate::crystal::Lattice;
    use nalgebra::{Matrix3, SymmetricEigen};

    const L: f64 = -5.53;
    const M: f64 = -3.64;
    const N: f64 = -8.75;

    /// Dresselhaus, Kip and Kittel's matrix on a cubic lattice, in units of the hopping.
    fn valence(u: [f64; 3]) -> [f64; 3] {
        let turn = u.map(|u| 2.0 * std::f64::consts::PI * u);
        let h = Matrix3::from_fn(|i, j| {
            if i == j {
                let way = |a: usize| 2.0 * (1.0 - turn[a].cos());
                L * way(i) + M * (way((i + 1) % 3) + way((i + 2) % 3))
            } else {
                N * turn[i].sin() * turn[j].sin()
            }
        });
        let mut e: Vec<f64> = SymmetricEigen::new(h).eigenvalues.iter().copied().collect();
        e.sort_by(f64::total_cmp);
        [e[0], e[1], e[2]]
    }

    fn table(n: usize, of: impl Fn([f64; 3]) -> Vec<f64>) -> BandGrid {
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        let grid = KGrid::gamma([n; 3]).unwrap();
        let points: Vec<Vec<f64>> = (0..grid.len())
            .map(|p| {
                let at = [p / (n * n), p / n % n, p % n];
                of(at.map(|i| i as f64 / n as f64))
            })
            .collect();
        let count = points[0].len();
        let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, count);
        let energies = (0..count).flat_map(|b| points.iter().map(move |e| e[b]));
        BandGrid::new(header, energies.collect()).unwrap()
    }

    /// Between the points of a coarse table the bands are met to a few per cent of their rise, kinks and all; each once, with its copies.
    #[test]
    fn a_threefold_level_has_its_bands_between_the_points() {
        let bands = table(16, |u| valence(u).iter().flat_map(|e| [*e; 2]).collect());
        let found = multiplets(&bands, 0, 0..6).unwrap();
        let top: Vec<&Multiplet> = found.iter().filter(|m| m.node == [0; 3]).collect();
        assert_eq!(top.len(), 1);
        let top = top[0];
        assert_eq!(top.members, [vec![0, 1], vec![2, 3], vec![4, 5]]);
        assert!(top.level_ev.abs() < 1e-12);
        let (mut worst, mut sum): (f64, f64) = (0.0, 0.0);
        let mut x: [f64; 3] = [0.3, -0.7, 0.1];
        for _ in 0..500 {
            x = x.map(|x| (x * 7.31 + 0.37).rem_euclid(2.0) - 1.0);
            let exact = valence(x.map(|x| x / 16.0));
            let scale = exact[0].abs();
            for (a, b) in top.energies(x).iter().zip(exact) {
                worst = worst.max((a - b).abs() / scale);
                sum += ((a - b) / scale).powi(2);
            }
        }
        let rms = (sum / 1500.0).sqrt();
        println!("rms {rms}, worst {worst}");
        assert!(rms < 0.02 && worst < 0.1, "{rms} {worst}");
    }

    /// A cone is none, nor are bands that are one along a line.
    #[test]
    fn what_rises_linearly_or_touches_along_a_line_is_left_alone() {
        let sin = |u: f64| (2.0 * std::f64::consts::PI * u).sin();
        let cone = |u: [f64; 3]| {
            let g = (sin(u[0]).powi(2) + sin(u[1]).powi(2) + sin(u[2]).powi(2)).sqrt();
            vec![-g, g]
        };
        assert_eq!(multiplets(&table(12, cone), 0, 0..2).unwrap(), []);
        let line = |u: [f64; 3]| {
            let g = sin(u[0]).powi(2) + sin(u[1]).powi(2);
            vec![-g, g]
        };
        assert_eq!(multiplets(&table(12, line), 0, 0..2).unwrap(), []);
    }
}
