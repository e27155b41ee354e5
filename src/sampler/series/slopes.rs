//! What makes a series go through velocities, too: for every class of aliases one symmetric 3×3 problem, the same for all bands.
//!
//! With b(R) = c(R) e^{2πi L·s} for the members R = q + N·L of the class q, energies ask for Σ b = c̃ and the derivatives along
//! u_j for Σ R_j b = d̃_j/2πi, d̃_j being the grid's transform of ∂E/∂u_j. Of all b the smoothest, with the least Σ |b|²/w, is
//! b = w (λ₀ + Σ_j λ_j R_j): the multipliers λ are complex, what they multiply is real. Counting R from the class's mean
//! R̄ = Σ w R/Σ w splits the energies off,
//!
//!   b = w [c̃/Σw + (R − R̄)·μ],  C μ = d̃/2πi − R̄ c̃,  C = Σ w (R − R̄)(R − R̄)ᵀ,
//!
//! so that whatever becomes of μ, every energy stays on the series. C is inverted in Cartesian components, where its
//! eigenvectors turn with the crystal, and a direction in which all members of the class are alike is left out: that along an
//! axis without dispersion, and any that the ball is too small for. (In BoltzTraP2, `fitde3D`, the multipliers of all points are
//! one large problem: the grid's translations split it into these.)
//!
//! R_j may stand for another function of the vector. A spline through the waves at its nodes has slopes there that are not
//! quite those of the waves; the same problem with the spline's own factors mends what is left, and the spline goes through the
//! velocities as well.

use crate::crystal::{Lattice, Tensor};
use nalgebra::Matrix3;
use rustfft::num_complex::Complex64;

/// Directions of C with less than this share of its largest eigenvalue are none.
const SINGULAR: f64 = 1e-12;

/// The problems of all classes for one kind of slope.
pub struct Slopes {
    /// R_j, or what stands for it, by axis and R_j + [`super::Series::extent`].
    factors: [Vec<f64>; 3],
    classes: Vec<Class>,
}

/// One class. The mean is counted from one of the shortest members, because that one may weigh 10¹⁰ times as much as the others.
#[derive(Clone, Copy, Default)]
struct Class {
    /// The factors of that member.
    origin: [f64; 3],
    /// Mean of the factors less `origin`.
    mean: [f64; 3],
    /// C, and its (pseudo-)inverse.
    matrix: Tensor,
    inverse: Tensor,
}

impl Slopes {
    /// The problems with `factors` by axis and R_j + extent. `origins` are one of the shortest members of each class, `total` the
    /// sums of its weights; `each_weight` hands out every vector, its class and weight.
    pub fn new(
        lattice: &Lattice,
        factors: [Vec<f64>; 3],
        origins: &[[i32; 3]],
        total: &[f64],
        each_weight: impl FnOnce(&mut dyn FnMut([i32; 3], usize, f64)),
    ) -> Self {
        let mut slopes = Self {
            factors,
            classes: vec![Class::default(); origins.len()],
        };
        for (class, r) in origins.iter().enumerate() {
            slopes.classes[class].origin = slopes.factors(*r);
        }
        each_weight(&mut |r, class, weight| {
            let x = slopes.factors(r);
            let class = &mut slopes.classes[class];
            let y: [f64; 3] = std::array::from_fn(|i| x[i] - class.origin[i]);
            for i in 0..3 {
                class.mean[i] += weight * y[i];
                for j in 0..3 {
                    class.matrix[i][j] += weight * y[i] * y[j];
                }
            }
        });
        let rows = Matrix3::from_fn(|i, c| lattice.rows()[i][c]);
        for (class, total) in slopes.classes.iter_mut().zip(total) {
            if *total == 0.0 {
                continue;
            }
            class.mean = class.mean.map(|x| x / total);
            for i in 0..3 {
                for j in 0..3 {
                    class.matrix[i][j] -= total * class.mean[i] * class.mean[j];
                }
            }
            class.inverse = inverse(&rows, &class.matrix);
        }
        slopes
    }

    fn factors(&self, r: [i32; 3]) -> [f64; 3] {
        std::array::from_fn(|i| {
            let extent = (self.factors[i].len() / 2) as i32;
            self.factors[i][(r[i] + extent) as usize]
        })
    }

    /// R − R̄.
    #[inline]
    pub fn deviation(&self, r: [i32; 3], class: usize) -> [f64; 3] {
        let (x, class) = (self.factors(r), &self.classes[class]);
        std::array::from_fn(|i| x[i] - class.origin[i] - class.mean[i])
    }

    /// R̄.
    pub fn mean(&self, class: usize) -> [f64; 3] {
        let class = &self.classes[class];
        std::array::from_fn(|i| class.origin[i] + class.mean[i])
    }

    /// μ for what is missing of d̃/2πi, and what no member of the class can give of it.
    pub fn solve(&self, class: usize, missing: [Complex64; 3]) -> ([Complex64; 3], [Complex64; 3]) {
        let class = &self.classes[class];
        let tilt = times(&class.inverse, &missing);
        let met = times(&class.matrix, &tilt);
        (tilt, std::array::from_fn(|i| missing[i] - met[i]))
    }
}

fn times(m: &Tensor, v: &[Complex64; 3]) -> [Complex64; 3] {
    m.map(|row| v[0] * row[0] + v[1] * row[1] + v[2] * row[2])
}

/// The inverse of C (along a₁ a₂ a₃, the rows of `rows`) on the directions that it has.
fn inverse(rows: &Matrix3<f64>, matrix: &Tensor) -> Tensor {
    let along = Matrix3::from_fn(|i, j| 0.5 * (matrix[i][j] + matrix[j][i]));
    let eigen = (rows.transpose() * along * rows).symmetric_eigen();
    let least = SINGULAR * eigen.eigenvalues.amax();
    let mut sum = Matrix3::zeros();
    for (value, vector) in eigen
        .eigenvalues
        .iter()
        .zip(eigen.eigenvectors.column_iter())
    {
        if *value > least {
            sum += vector * vector.transpose() / *value;
        }
    }
    let sum = rows * sum * rows.transpose();
    std::array::from_fn(|i| std::array::from_fn(|j| sum[(i, j)]))
}
