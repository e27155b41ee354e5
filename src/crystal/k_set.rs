//! Regular sets of k-points that are a grid in some basis of the reciprocal lattice, though perhaps in none that can be differentiated.
//!
//! Where the quotient of the k-points' lattice Λ by the reciprocal lattice is cyclic (most generalised regular grids of triclinic crystals),
//! every basis makes of the set one line of N points, 1×1×N. Neighbours on that line are no neighbours in k, and no cell of such a grid
//! is a small one. But the set resolves the lattice vectors R of the crystal up to those of the reciprocal of Λ, the aliases, and its
//! Fourier sums are those of a grid of N points: class and phase of R come from its coefficients in the basis, whatever its shape.

use super::{GridBasis, KGrid, Lattice};
use std::f64::consts::PI;

/// Shortest alias over the edge of a cube of the aliases' cell, below which a set has hardly any points across some direction.
const LEAST_EXTENT: f64 = 0.5;
/// Shortest alias over the shortest lattice vector, below which there is one point to the period of a nearest neighbour's wave.
const LEAST_POINTS: f64 = 1.9;
/// Fewest points along an axis of the grid that stands for the set.
const FEWEST: usize = 4;

/// A grid in some basis of the reciprocal lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KSet {
    /// The grid, along the axes of the basis.
    pub grid: KGrid,
    /// The basis.
    pub basis: GridBasis,
}

impl KSet {
    /// Axes of the cell along which all points coincide.
    pub fn flat(&self) -> [bool; 3] {
        let b = self.basis.reciprocal();
        std::array::from_fn(|i| {
            (0..3).all(|j| i64::from(b[j][i]).rem_euclid(self.grid.n[j] as i64) == 0)
        })
    }

    /// The number of the point `u` (fractional, in the cell's own basis), where the set has it within `tolerance` steps.
    pub fn locate(&self, u: [f64; 3], tolerance: f64) -> Option<usize> {
        let place = self.grid.locate(self.basis.k(u), tolerance)?;
        Some(self.grid.index(place))
    }

    /// Point `index`, fractional, in the cell's own basis.
    pub fn point(&self, index: usize) -> [f64; 3] {
        self.basis.own_k(self.grid.point(self.grid.place(index)))
    }

    /// The class of the lattice vector R (coefficients of a₁ a₂ a₃) among those that the set tells from each other, and the turns
    /// L·s by which its wave differs from that of the class's first one, s being the shift.
    pub fn class(&self, r: [i32; 3]) -> (usize, f64) {
        let b = self.basis.reciprocal();
        let (mut class, mut turns) = (0, 0.0);
        for (j, row) in b.iter().enumerate() {
            let x: i64 = (0..3).map(|i| i64::from(row[i]) * i64::from(r[i])).sum();
            let n = self.grid.n[j] as i64;
            class = class * self.grid.n[j] + x.rem_euclid(n) as usize;
            turns += x.div_euclid(n) as f64 * self.grid.shift[j];
        }
        (class, turns)
    }

    /// Whether the set tells the waves of near neighbours from a constant and from each other, so that bands can be interpolated through
    /// it: its shortest alias is no short vector for the number of points.
    pub fn is_well_formed(&self, lattice: &Lattice) -> bool {
        let flat = self.flat();
        let edge = self.edge(lattice);
        let a = lattice.rows();
        let shortest = (0..3)
            .filter(|i| !flat[*i])
            .map(|i| length(&a[i]))
            .fold(f64::INFINITY, f64::min);
        let least = (LEAST_EXTENT * edge).max(LEAST_POINTS * shortest);
        let extent: [i32; 3] = std::array::from_fn(|i| {
            if flat[i] {
                return 0;
            }
            (least * length(&lattice.reciprocal()[i]) / (2.0 * PI)).floor() as i32
        });
        for x in -extent[0]..=extent[0] {
            for y in -extent[1]..=extent[1] {
                for z in -extent[2]..=extent[2] {
                    let r = [x, y, z];
                    let v: [f64; 3] =
                        std::array::from_fn(|c| (0..3).map(|i| f64::from(r[i]) * a[i][c]).sum());
                    if r != [0; 3] && length(&v) < least * (1.0 - 1e-9) && self.class(r).0 == 0 {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// The Γ-centred grid along the cell's own axes whose steps are those of a cube of as many points, in even numbers.
    pub fn grid_of_own_axes(&self, lattice: &Lattice) -> crate::Result<KGrid> {
        let flat = self.flat();
        let step = 2.0 * PI / self.edge(lattice);
        let n = std::array::from_fn(|i| {
            if flat[i] {
                return 1;
            }
            let steps = length(&lattice.reciprocal()[i]) / step * (1.0 - 1e-6);
            (steps.ceil() as usize).next_multiple_of(2).max(FEWEST)
        });
        let shift = std::array::from_fn(|i| if flat[i] { self.flat_shift(i) } else { 0.0 });
        KGrid::new(n, shift)
    }

    /// Where all points lie along an axis that is flat.
    fn flat_shift(&self, axis: usize) -> f64 {
        self.point(0)[axis]
    }

    /// Edge of the cube (square, line) that is as large as the aliases' cell in the directions with several points, Å.
    fn edge(&self, lattice: &Lattice) -> f64 {
        let flat = self.flat();
        let a = lattice.rows();
        let rows: Vec<&[f64; 3]> = (0..3).filter(|i| !flat[*i]).map(|i| &a[i]).collect();
        let points = self.grid.len() as f64;
        match rows[..] {
            [] => 0.0,
            [x] => points * length(x),
            [x, y] => {
                let dot: f64 = (0..3).map(|c| x[c] * y[c]).sum();
                let area = (length(x) * length(y)).powi(2) - dot * dot;
                (points * area.max(0.0).sqrt()).sqrt()
            }
            _ => (points * lattice.volume()).cbrt(),
        }
    }
}

fn length(v: &[f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::KLattice;

    fn lattice() -> Lattice {
        Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap()
    }

    fn set(vectors: &[[f64; 3]], first: [f64; 3]) -> KSet {
        let basis = KLattice::generated_by(vectors)
            .unwrap()
            .grid_basis(&lattice())
            .unwrap();
        let u = basis.k(first);
        let shift = std::array::from_fn(|i| u[i] * basis.n[i] as f64);
        KSet {
            grid: KGrid::new(basis.n, shift).unwrap(),
            basis,
        }
    }

    /// e^{2πi R·u} of every R is that of its class and its turns, at every point of a shifted cyclic set.
    #[test]
    fn class_and_turns_say_what_a_wave_is_on_the_set() {
        let set = set(
            &[[1.0 / 101.0, 17.0 / 101.0, 54.0 / 101.0]],
            [0.13, 0.4, -0.2],
        );
        assert_eq!(set.grid.len(), 101);
        assert_eq!(set.flat(), [false; 3]);
        let wave = |r: [i32; 3], u: [f64; 3]| (0..3).map(|i| f64::from(r[i]) * u[i]).sum::<f64>();
        let mut first = vec![None; 101];
        for x in 0..343 {
            let r = [x / 49 - 3, x / 7 % 7 - 3, x % 7 - 3];
            let (class, turns) = set.class(r);
            let (other, known) = *first[class].get_or_insert((r, turns));
            for p in 0..101 {
                let u = set.point(p);
                assert_eq!(set.locate(u, 1e-6), Some(p));
                let off = wave(r, u) - turns - (wave(other, u) - known);
                assert!((off - off.round()).abs() < 1e-9, "{r:?} {other:?}");
            }
        }
    }

    #[test]
    fn lines_are_no_sets_to_interpolate_and_grids_of_any_shape_are() {
        let good = set(&[[1.0 / 101.0, 17.0 / 101.0, 54.0 / 101.0]], [0.0; 3]);
        assert!(good.is_well_formed(&lattice()));
        let grid = good.grid_of_own_axes(&lattice()).unwrap();
        assert!(
            grid.n.iter().all(|n| n % 2 == 0) && grid.len() >= 101,
            "{grid}"
        );
        let diagonal = set(&[[1.0 / 101.0; 3]], [0.0; 3]);
        assert!(!diagonal.is_well_formed(&lattice()));
        // In a plane: flat along axis 3, which has its own place.
        let plane = set(&[[1.0 / 53.0, 7.0 / 53.0, 0.0]], [0.0, 0.0, 0.25]);
        assert_eq!(plane.flat(), [false, false, true]);
        assert!(plane.is_well_formed(&lattice()));
        let grid = plane.grid_of_own_axes(&lattice()).unwrap();
        assert_eq!((grid.n[2], grid.shift[2]), (1, 0.25));
    }
}
