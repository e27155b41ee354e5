//! Bands on a grid with one k-point along an axis move in the plane, or along the line, of the other lattice vectors. Where that lies
//! obliquely, products of f32 velocities leave 1e-7 of themselves across it, of which a Seebeck coefficient would be made.

use super::contents::Contents;
use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::kernel::channels::{PAIRS, pair};
use nalgebra::Matrix3;

/// What moves less across the plane than this share of everything is rounding; velocities of a file's own may be more.
const ROUNDING: f64 = 1e-6;

/// A linear map of the six pairs of a symmetric tensor.
type OnPairs = [[f64; 6]; 6];

/// The plane or line in which bands move.
pub(super) struct Plane {
    projector: Matrix3<f64>,
}

impl Plane {
    /// Of a grid with one point along some axes; none of a crystal's, or where `conducted` (v_i v_j of all states) says that more
    /// than rounding moves across it.
    pub fn of(header: &BandHeader, conducted: &Tensor) -> Option<Self> {
        let n = header.k_grid.n;
        let mut projector = Matrix3::zeros();
        for (vector, _) in header.lattice.rows().iter().zip(n).filter(|(_, n)| *n > 1) {
            let vector = nalgebra::Vector3::from(*vector);
            let rest = vector - projector * vector;
            let unit = rest / rest.norm();
            projector += unit * unit.transpose();
        }
        let plane = Self { projector };
        let within = plane.tensor(conducted);
        let trace = |t: &Tensor| t[0][0] + t[1][1] + t[2][2];
        let across = (trace(conducted) - trace(&within)).abs();
        let flat = n.contains(&1) && n.iter().any(|n| *n > 1);
        (flat && across < ROUNDING * trace(conducted)).then_some(plane)
    }

    /// What of a tensor lies in the plane.
    pub fn tensor(&self, t: &Tensor) -> Tensor {
        let m = Matrix3::from_fn(|i, j| t[i][j]);
        let m = self.projector * m * self.projector;
        std::array::from_fn(|i| std::array::from_fn(|j| m[(i, j)]))
    }

    /// What of the contents of bins lies in the plane: fields and rotations are those along its normal.
    pub fn contents(&self, all: &Contents) -> Contents {
        let polar = on_pairs(&self.projector);
        let axial = on_pairs(&cofactors(&self.projector));
        let of_both = |p: usize, q: usize| polar[p / 6][q / 6] * axial[p % 6][q % 6];
        Contents {
            velocity: applied(&|p, q| polar[p][q], &all.velocity),
            hall: applied(&|p, q| axial[p][q], &all.hall),
            magneto: applied(&of_both, &all.magneto),
            ..all.clone()
        }
    }
}

/// The map t → m t mᵀ.
fn on_pairs(m: &Matrix3<f64>) -> OnPairs {
    PAIRS.map(|(i, j)| {
        let mut row = [0.0; 6];
        for a in 0..3 {
            for b in 0..3 {
                row[pair(a, b)] += m[(i, a)] * m[(j, b)];
            }
        }
        row
    })
}

/// How a map of vectors acts on vector products.
fn cofactors(m: &Matrix3<f64>) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| {
        let at = |a: usize, b: usize| m[((i + a) % 3, (j + b) % 3)];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    })
}

fn applied(matrix: &dyn Fn(usize, usize) -> f64, components: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let one = |p: usize| {
        let mut sum = vec![0.0; components[p].len()];
        for (q, component) in components.iter().enumerate() {
            let factor = matrix(p, q);
            if factor != 0.0 {
                for (s, x) in sum.iter_mut().zip(component) {
                    *s += factor * x;
                }
            }
        }
        sum
    };
    (0..components.len()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane with a normal along no axis keeps what lies in it, and of what turns in it the part about its normal.
    #[test]
    fn motion_in_a_plane_turns_about_its_normal() {
        let normal = nalgebra::Vector3::new(0.48, 0.6, 0.64);
        let projector = Matrix3::identity() - normal * normal.transpose();
        let turning = cofactors(&projector);
        assert!((turning - normal * normal.transpose()).amax() < 1e-15);
        let line = normal * normal.transpose();
        assert!(cofactors(&line).amax() < 1e-15);
        let map = on_pairs(&projector);
        let t = PAIRS.map(|(i, j)| projector[(i, j)]);
        for (p, row) in map.iter().enumerate() {
            let kept: f64 = row.iter().zip(t).map(|(a, b)| a * b).sum();
            assert!((kept - t[p]).abs() < 1e-15);
        }
    }
}
