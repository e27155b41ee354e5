//! Christoffel's equation ρω²e = Γ(k)e with Γ_il = C_ijkl k_j k_k, and what follows from it: v_g = ∂ω/∂k, and how much a small solid angle
//! of wave vectors is stretched or gathered on its way to one of directions of energy, A = |dΩ_k/dΩ_v|.
//!
//! Second derivatives of ω are those of perturbation theory: exact wherever the three waves are apart.

use super::Stiffness;
use crate::crystal::{Tensor, tensor};
use crate::error::{Error, Result};
use nalgebra::{Matrix3, SymmetricEigen, Vector3};

/// Waves whose ρv² differ by less than this share are one.
const DEGENERATE: f64 = 1e-9;
/// Differences of a degenerate pair's slopes above this share of v make a cone.
const CONE: f64 = 1e-7;

/// One plane wave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// ω/k, m/s.
    pub phase_velocity: f64,
    /// Unit vector of the displacement; any in its plane where two waves are one.
    pub polarization: [f64; 3],
    /// ∂ω/∂k, m/s; NaN where it is a cone of directions.
    pub group_velocity: [f64; 3],
    /// |v_g|, m/s.
    pub group_speed: f64,
    /// Between k and v_g, degrees.
    pub power_flow_angle: f64,
    /// A = |dΩ_k/dΩ_v|; NaN where two waves are one.
    pub enhancement: f64,
    /// Sign of the Jacobian: negative where the wave surface is folded over.
    pub orientation: f64,
}

/// Christoffel's matrix Γ(k) of a medium, in (m/s)²: a symmetric matrix whose elements are quadratic forms of the unit vector k.
#[derive(Clone, Debug, PartialEq)]
pub struct Christoffel {
    /// ∂²Γ_il/∂k_a∂k_b, `[a][b]`.
    second: [[Matrix3<f64>; 3]; 3],
}

impl Christoffel {
    /// Of elastic constants and a density in kg/m³.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a density that is not positive.
    pub fn of(stiffness: &Stiffness, density: f64) -> Result<Self> {
        if !(density.is_finite() && density > 0.0) {
            return Err(Error::bad_option(
                "--density",
                format!("{density} kg/m^3"),
                "give a positive density",
            ));
        }
        // c = C/ρ in (m/s)².
        Ok(Self::new(|i, l, a, b| {
            stiffness.at(i, a, b, l) * 1e9 / density
        }))
    }

    /// Γ_il = Σ `form`(i, l, a, b) k_a k_b, symmetric in i and l; the part symmetric in a and b is what counts.
    pub fn new(form: impl Fn(usize, usize, usize, usize) -> f64) -> Self {
        let second = |a, b| Matrix3::from_fn(|i, l| form(i, l, a, b) + form(i, l, b, a));
        Self {
            second: std::array::from_fn(|a| std::array::from_fn(|b| second(a, b))),
        }
    }

    /// The three waves along `direction` (any length), the slowest first.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a direction of no length.
    pub fn waves(&self, direction: [f64; 3]) -> Result<[Wave; 3]> {
        let n = Vector3::from(direction);
        if !(n.norm() > 0.0 && n.norm().is_finite()) {
            return Err(Error::bad_option(
                "--direction",
                format!("{direction:?} has no direction"),
                "give three numbers that are not all zero",
            ));
        }
        let k = n.normalize();
        let second = &self.second;
        let first: [Matrix3<f64>; 3] =
            std::array::from_fn(|a| (0..3).map(|b| second[a][b] * k[b]).sum());
        let gamma: Matrix3<f64> = (0..3).map(|a| first[a] * (0.5 * k[a])).sum();
        let eigen = SymmetricEigen::new(gamma);
        let mut order = [0, 1, 2];
        order.sort_by(|a, b| eigen.eigenvalues[*a].total_cmp(&eigen.eigenvalues[*b]));
        let values = order.map(|i| eigen.eigenvalues[i]);
        let vectors = order.map(|i| eigen.eigenvectors.column(i).into_owned());
        Ok(std::array::from_fn(|m| {
            one(&k, &values, &vectors, &first, second, m)
        }))
    }
}

/// The three waves along `direction` (any length), the slowest first; density in kg/m³.
///
/// # Errors
/// [`Error::BadOption`] for a direction of no length or a density that is not positive.
pub fn waves(stiffness: &Stiffness, density: f64, direction: [f64; 3]) -> Result<[Wave; 3]> {
    Christoffel::of(stiffness, density)?.waves(direction)
}

fn one(
    k: &Vector3<f64>,
    values: &[f64; 3],
    vectors: &[Vector3<f64>; 3],
    first: &[Matrix3<f64>; 3],
    second: &[[Matrix3<f64>; 3]; 3],
    m: usize,
) -> Wave {
    let omega = values[m].sqrt();
    let between = |a: usize, p: usize, q: usize| vectors[p].dot(&(first[a] * vectors[q]));
    let slope: [f64; 3] = std::array::from_fn(|a| between(a, m, m) / (2.0 * omega));
    let twins: Vec<usize> = (0..3)
        .filter(|p| *p != m && (values[*p] - values[m]).abs() < DEGENERATE * values[2])
        .collect();
    // Twins with different slopes, or a slope between them, are a cone.
    let cone = twins.iter().any(|p| {
        (0..3).any(|a| {
            let other = between(a, *p, *p) / (2.0 * omega);
            let mixed = between(a, *p, m) / (2.0 * omega);
            (other - slope[a]).abs().max(mixed.abs()) > CONE * omega
        })
    });
    let v = match cone {
        true => Vector3::repeat(f64::NAN),
        false => Vector3::from(slope),
    };
    let (enhancement, orientation) = match twins.is_empty() {
        true => gathered(k, &v, omega, values, vectors, first, second, m),
        false => (f64::NAN, 0.0),
    };
    Wave {
        phase_velocity: omega,
        polarization: vectors[m].into(),
        group_velocity: v.into(),
        group_speed: v.norm(),
        power_flow_angle: v.cross(k).norm().atan2(v.dot(k)).to_degrees(),
        enhancement,
        orientation,
    }
}

/// A = 1/|J| and the sign of J = v̂·(∂₁v̂ × ∂₂v̂), derivatives along two directions across k.
#[allow(clippy::too_many_arguments, reason = "what one wave is made of")]
fn gathered(
    k: &Vector3<f64>,
    v: &Vector3<f64>,
    omega: f64,
    values: &[f64; 3],
    vectors: &[Vector3<f64>; 3],
    first: &[Matrix3<f64>; 3],
    second: &[[Matrix3<f64>; 3]; 3],
    m: usize,
) -> (f64, f64) {
    let between = |x: &Matrix3<f64>, p: usize, q: usize| vectors[p].dot(&(x * vectors[q]));
    let hessian = Matrix3::from_fn(|a, b| {
        let mut of_square = between(&second[a][b], m, m);
        for p in (0..3).filter(|p| *p != m) {
            of_square +=
                2.0 * between(&first[a], m, p) * between(&first[b], p, m) / (values[m] - values[p]);
        }
        (of_square - 2.0 * v[a] * v[b]) / (2.0 * omega)
    });
    let far = (0..3)
        .min_by(|a, b| k[*a].abs().total_cmp(&k[*b].abs()))
        .unwrap_or(0);
    let mut axis = Vector3::zeros();
    axis[far] = 1.0;
    let t1 = k.cross(&axis).normalize();
    let t2 = k.cross(&t1);
    let jacobian = v.dot(&(hessian * t1).cross(&(hessian * t2))) / v.norm().powi(3);
    (1.0 / jacobian.abs(), jacobian.signum())
}

/// A direction as a rotation's third row, for maps: never used with a zero vector.
pub(super) fn frame(n: [f64; 3]) -> Tensor {
    let norm = n.iter().map(|x| x * x).sum::<f64>().sqrt();
    let n = n.map(|x| x / norm);
    let far = (0..3)
        .min_by(|a, b| n[*a].abs().total_cmp(&n[*b].abs()))
        .unwrap_or(0);
    let mut axis = [0.0; 3];
    axis[far] = 1.0;
    let t = tensor::cross(&axis, &n);
    let norm = t.iter().map(|x| x * x).sum::<f64>().sqrt();
    let t = t.map(|x| x / norm);
    [t, tensor::cross(&n, &t), n]
}
