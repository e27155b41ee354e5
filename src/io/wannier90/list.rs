//! The list of lattice vectors: which k-grid it belongs to, and how it is summed.

use super::matrix::Matrix;
use crate::crystal::Lattice;
use crate::error::{Error, Result};
use rustfft::num_complex::Complex64;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Lattice vectors, and their elements `[R][m][n]` in eV.
pub(super) type Elements = (Vec<[i32; 3]>, Vec<Complex64>);

/// How the lattice vectors are to be taken.
pub(super) enum List {
    /// As those of the k-grid's Wigner–Seitz cell, whose elements Wannier90 may shift.
    WignerSeitz,
    /// As a Hamiltonian of their own, with the reason.
    AsItStands(String),
}

impl List {
    /// The k-grid, and how the list is to be taken. `grid` is the `.win`'s, `applied` says that degeneracies and shifts are in the
    /// elements already.
    ///
    /// # Errors
    /// [`Error::BadFile`] for degeneracies that are said to be divided out and are there.
    pub fn of(
        main: &Path,
        matrix: &Matrix,
        grid: Option<[usize; 3]>,
        lattice: &Lattice,
        applied: bool,
    ) -> Result<([usize; 3], Self)> {
        let count = matrix.vectors.len();
        let own = || smallest_grid(&matrix.vectors);
        if applied {
            if let Some(d) = matrix.degeneracies.iter().find(|d| **d != 1) {
                return Err(Error::bad_file(
                    main,
                    "degeneracies",
                    format!(
                        "a degeneracy of {d}, where write_ndegen_applied says that all are divided out (1)"
                    ),
                    "the files are of different runs: copy all of them from one",
                ));
            }
            let reason = format!(
                "write_ndegen_applied: the list of {count} lattice vectors has degeneracies and shifts in its elements"
            );
            return Ok((grid.unwrap_or_else(own), Self::AsItStands(reason)));
        }
        let vectors = if count == 1 { "vector" } else { "vectors" };
        match grid {
            Some(grid) if belongs_to(matrix, grid, lattice) => Ok((grid, Self::WignerSeitz)),
            Some(grid) => Ok((
                own(),
                Self::AsItStands(format!(
                    "the list of {count} lattice {vectors} is not that of the .win's mp_grid {0}×{1}×{2} (the degeneracies' \
                     inverses add up to {3}, where the grid has {4} points)",
                    grid[0],
                    grid[1],
                    grid[2],
                    (weight(matrix) * 1e4).round() / 1e4,
                    grid.iter().map(|&n| n as f64).product::<f64>()
                )),
            )),
            None => Ok(match grid_of(matrix, lattice) {
                Some(grid) => (grid, Self::WignerSeitz),
                None => (
                    own(),
                    Self::AsItStands(format!(
                        "the list of {count} lattice {vectors}, with their degeneracies, is not that of a regular k-grid"
                    )),
                ),
            }),
        }
    }

    /// Elements at equal R added up, R being 0 along the axes of `grid` with one point.
    pub fn merged(
        &self,
        (vectors, elements): Elements,
        grid: [usize; 3],
        notes: &mut Vec<String>,
    ) -> Elements {
        let size = elements.len() / vectors.len().max(1);
        let flat = |r: [i32; 3]| std::array::from_fn(|a| if grid[a] == 1 { 0 } else { r[a] });
        let mut places: HashMap<[i32; 3], usize> = HashMap::new();
        let mut out: Elements = (Vec::new(), Vec::new());
        for (r, block) in vectors.iter().zip(elements.chunks_exact(size)) {
            let at = *places.entry(flat(*r)).or_insert_with(|| {
                out.0.push(flat(*r));
                out.1.resize(out.1.len() + size, Complex64::default());
                out.0.len() - 1
            });
            for (sum, h) in out.1[at * size..][..size].iter_mut().zip(block) {
                *sum += h;
            }
        }
        let repeated = vectors.len() - vectors.iter().collect::<HashSet<_>>().len();
        if repeated > 0 {
            notes.push(format!(
                "{repeated} of {} lattice vectors are there already: their elements are added.",
                vectors.len()
            ));
        }
        out
    }

    /// An error about the elements, with the doubt that the vectors raised before.
    pub fn doubting(&self, error: Error) -> Error {
        match (self, error) {
            (
                Self::AsItStands(reason),
                Error::BadFile {
                    path,
                    place,
                    problem,
                    remedy,
                },
            ) => Error::BadFile {
                path,
                place,
                problem: format!("{problem}; and {reason}"),
                remedy,
            },
            (_, error) => error,
        }
    }
}

/// Whether the vectors are those of `grid`'s Wigner–Seitz cell: every class of R modulo the grid has weight one. Along an axis
/// with one point all R are of one class; there they must be the shortest of it, or a model's oblique hops would pass.
fn belongs_to(matrix: &Matrix, grid: [usize; 3], lattice: &Lattice) -> bool {
    let points = grid.iter().try_fold(1, |n: usize, &x| n.checked_mul(x));
    // Each vector has a weight of at most one.
    let Some(n) = points.filter(|&n| n <= matrix.vectors.len()) else {
        return false;
    };
    let mut weights = vec![0.0; n];
    for (r, &d) in matrix.vectors.iter().zip(&matrix.degeneracies) {
        let c: [usize; 3] = std::array::from_fn(|i| r[i].rem_euclid(grid[i] as i32) as usize);
        weights[(c[0] * grid[1] + c[1]) * grid[2] + c[2]] += 1.0 / d as f64;
    }
    let oblique = |r: &&[i32; 3]| (0..3).any(|a| grid[a] == 1 && r[a] != 0);
    weights.iter().all(|w: &f64| (w - 1.0).abs() < 1e-6)
        && matrix
            .vectors
            .iter()
            .filter(oblique)
            .all(|&r| is_shortest(r, grid, lattice))
}

/// Whether no R + T of the supercell's T is shorter than R.
fn is_shortest(r: [i32; 3], grid: [usize; 3], lattice: &Lattice) -> bool {
    let length = |r: [f64; 3]| {
        let x = lattice.rows();
        let along = |c: usize| (0..3).map(|a| r[a] * x[a][c]).sum::<f64>();
        (0..3).map(along).map(|x| x * x).sum::<f64>().sqrt()
    };
    let own = length(r.map(f64::from));
    (0..27).all(|i| {
        let turn = [i / 9 - 1, i / 3 % 3 - 1, i % 3 - 1].map(f64::from);
        let other = std::array::from_fn(|a| f64::from(r[a]) + turn[a] * grid[a] as f64);
        own <= length(other) * (1.0 + 1e-4) + 1e-6
    })
}

/// The sum of the inverse degeneracies: the number of points of the vectors' k-grid, where they have one.
fn weight(matrix: &Matrix) -> f64 {
    matrix.degeneracies.iter().map(|&d| 1.0 / d as f64).sum()
}

/// The k-grid that the vectors belong to.
fn grid_of(matrix: &Matrix, lattice: &Lattice) -> Option<[usize; 3]> {
    let n = weight(matrix).round();
    if n < 1.0 || (weight(matrix) - n).abs() > 1e-6 * n {
        return None;
    }
    let n = n as usize;
    let divisors: Vec<usize> = (1..=n).filter(|d| n.is_multiple_of(*d)).collect();
    for &a in &divisors {
        for &b in divisors.iter().filter(|b| (n / a).is_multiple_of(**b)) {
            let grid = [a, b, n / a / b];
            if belongs_to(matrix, grid, lattice) {
                return Some(grid);
            }
        }
    }
    None
}

/// The smallest k-grid on which the waves of all vectors differ: 2 max|R_i| + 1 points, one where nothing hops.
fn smallest_grid(vectors: &[[i32; 3]]) -> [usize; 3] {
    std::array::from_fn(|a| {
        let reach = vectors.iter().map(|r| r[a].unsigned_abs()).max();
        2 * reach.unwrap_or(0) as usize + 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_known_from_its_vectors_and_a_model_reaches_as_far_as_it_hops() {
        let of = |vectors: &[[i32; 3]], degeneracies: &[usize]| Matrix {
            lattice: None,
            n_orbital: 1,
            vectors: vectors.to_vec(),
            degeneracies: degeneracies.to_vec(),
            elements: Vec::new(),
        };
        let cubic = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        // Two points along the first axis: R = ±1 share one class.
        let two = of(&[[0; 3], [1, 0, 0], [-1, 0, 0]], &[1, 2, 2]);
        assert_eq!(grid_of(&two, &cubic), Some([2, 1, 1]));
        assert!(belongs_to(&two, [2, 1, 1], &cubic));
        assert!(!belongs_to(&two, [1, 2, 1], &cubic));
        let model = of(&[[0; 3], [0, 2, 0], [0, -2, 0]], &[1; 3]);
        assert!(!belongs_to(&model, [usize::MAX, 2, 1], &cubic));
        assert_eq!(smallest_grid(&model.vectors), [1, 5, 1]);
        // One point along c: an oblique hop is a model's where the straight one is shorter, and a layer's where it is not.
        let oblique = of(&[[0; 3], [1, 0, 1], [-1, 0, -1]], &[1; 3]);
        assert_eq!(grid_of(&oblique, &cubic), None);
        let tilted = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [-2.0, 0.0, 1.5]]).unwrap();
        // It is that of 1×1×3 points as well as of 3×1×1; the first is taken.
        assert!(belongs_to(&oblique, [3, 1, 1], &tilted));
        assert_eq!(grid_of(&oblique, &tilted), Some([1, 1, 3]));
    }
}
