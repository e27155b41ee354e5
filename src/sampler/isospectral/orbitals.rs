//! Real s, p and d orbitals on sites: how they turn, and the matrices of two-centre integrals between them.
//!
//! p orbitals are x, y, z; d orbitals are traceless symmetric tensors T of norm one, φ = r·T·r, in the order xy, yz, xz,
//! x²−y², 3z²−r². A tensor turns as O T Oᵀ, so that no table of Slater and Koster's (Phys. Rev. 94, 1498) is needed.

use crate::crystal::{Tensor, tensor};
use nalgebra::DMatrix;

const HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// The tensors of the five d orbitals.
const D: [Tensor; 5] = [
    [[0.0, HALF, 0.0], [HALF, 0.0, 0.0], [0.0, 0.0, 0.0]],
    [[0.0, 0.0, 0.0], [0.0, 0.0, HALF], [0.0, HALF, 0.0]],
    [[0.0, 0.0, HALF], [0.0, 0.0, 0.0], [HALF, 0.0, 0.0]],
    [[HALF, 0.0, 0.0], [0.0, -HALF, 0.0], [0.0, 0.0, 0.0]],
    [
        [-SIXTH, 0.0, 0.0],
        [0.0, -SIXTH, 0.0],
        [0.0, 0.0, 2.0 * SIXTH],
    ],
];
const SIXTH: f64 = 0.408_248_290_463_863;

/// Orbitals of one kind on one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shell {
    /// Site, from 0.
    pub site: usize,
    /// Angular momentum: 0, 1 or 2.
    pub l: usize,
    /// Tells a second shell of the same l on a site (1: s*) from the first (0).
    pub radial: usize,
    /// Its first orbital.
    pub first: usize,
}

impl Shell {
    /// Number of orbitals.
    pub fn len(&self) -> usize {
        2 * self.l + 1
    }
}

/// The matrix by which orbitals of angular momentum `l` turn under the orthogonal `o`: φ_b → Σ_a φ_a m[a][b].
pub(super) fn turned(l: usize, o: &Tensor) -> DMatrix<f64> {
    match l {
        0 => DMatrix::identity(1, 1),
        1 => DMatrix::from_fn(3, 3, |a, b| o[a][b]),
        _ => DMatrix::from_fn(5, 5, |a, b| {
            let turned = tensor::product(&tensor::product(o, &D[b]), &tensor::transpose(o));
            contraction(&D[a], &turned)
        }),
    }
}

fn contraction(a: &Tensor, b: &Tensor) -> f64 {
    let pairs = a.as_flattened().iter().zip(b.as_flattened());
    pairs.map(|(x, y)| x * y).sum()
}

/// The matrices of the integrals σ, π, δ (as many as there are) between orbitals `l` here and `k` at distance along the unit
/// vector `c`: (2l+1)×(2k+1) each.
pub(super) fn two_centre(l: usize, k: usize, c: [f64; 3]) -> Vec<DMatrix<f64>> {
    if l > k {
        // Looking back along −c: each integral has parity (−1)^(l+k).
        let sign = if (l + k).is_multiple_of(2) { 1.0 } else { -1.0 };
        return two_centre(k, l, c)
            .into_iter()
            .map(|m| m.transpose() * sign)
            .collect();
    }
    let axis = |l: usize| -> DMatrix<f64> {
        match l {
            0 => DMatrix::identity(1, 1),
            1 => DMatrix::from_fn(3, 1, |a, _| c[a]),
            _ => DMatrix::from_fn(5, 1, |t, _| 1.5f64.sqrt() * contraction(&D[t], &outer(c))),
        }
    };
    // Columns: the two π orbitals, as combinations perpendicular to c; only their projector matters.
    let pi = |l: usize| -> DMatrix<f64> {
        match l {
            1 => DMatrix::from_fn(3, 3, |a, b| f64::from(u8::from(a == b)) - c[a] * c[b]),
            _ => DMatrix::from_fn(5, 3, |t, b| {
                let along: f64 = (0..3).map(|a| D[t][a][b] * c[a]).sum();
                2f64.sqrt() * (along - contraction(&D[t], &outer(c)) * c[b])
            }),
        }
    };
    let mut all = vec![axis(l) * axis(k).transpose()];
    if l >= 1 {
        all.push(pi(l) * pi(k).transpose());
    }
    if l == 2 {
        let rest = DMatrix::identity(5, 5) - &all[0] - &all[1];
        all.push(rest);
    }
    all
}

fn outer(c: [f64; 3]) -> Tensor {
    c.map(|x| c.map(|y| x * y))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rotation that is on no axis, with an inversion.
    fn oblique() -> Tensor {
        let (s, c) = 0.7f64.sin_cos();
        let z = [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]];
        let (s, c) = 1.9f64.sin_cos();
        let x = [[-1.0, 0.0, 0.0], [0.0, -c, s], [0.0, -s, -c]];
        tensor::product(&z, &x)
    }

    #[test]
    fn integrals_turn_with_the_orbitals() {
        let o = oblique();
        let c = [0.36, 0.48, 0.8];
        let turned_c: [f64; 3] = o.map(|row| (0..3).map(|i| row[i] * c[i]).sum());
        for l in 0..3 {
            for k in 0..3 {
                let there = two_centre(l, k, turned_c);
                assert_eq!(there.len(), l.min(k) + 1);
                for (here, there) in two_centre(l, k, c).into_iter().zip(there) {
                    let moved = turned(l, &o) * here * turned(k, &o).transpose();
                    assert!((moved - there).amax() < 1e-12, "{l} {k}");
                }
            }
        }
    }

    /// Along z each integral is between the orbitals of its name.
    #[test]
    fn along_z_the_integrals_are_those_of_their_names() {
        let z = [0.0, 0.0, 1.0];
        let pd = two_centre(1, 2, z);
        assert!((pd[0][(2, 4)] - 1.0).abs() < 1e-12);
        assert!((pd[1][(0, 2)] - 1.0).abs() < 1e-12 && (pd[1][(1, 1)] - 1.0).abs() < 1e-12);
        let dd = two_centre(2, 2, z);
        for (m, orbitals) in [(0, vec![4]), (1, vec![1, 2]), (2, vec![0, 3])] {
            for t in 0..5 {
                let expected = f64::from(u8::from(orbitals.contains(&t)));
                assert!((dd[m][(t, t)] - expected).abs() < 1e-12);
            }
        }
    }
}
