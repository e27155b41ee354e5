//! Coefficients from moments, as tensors in the order that docs/physics §6 gives: linear algebra and nothing else.
//!
//! J = e²L⁰𝓔 + (e/T)L¹∇T and J_Q = −eL¹𝓔 − (1/T)L²∇T with the moments Lⁿ = ⟨v v τ (ε − μ)ⁿ⟩/V. Lⁿ are kept in eVⁿ⁻¹, so that
//! thermal voltages need no conversion. Magnetic field to first order: Lⁿ_ijk = e ε_lij ⟨Hall_lk τ² (ε − μ)ⁿ⟩/V; to second:
//! σ_ijkl = −e⁴ ⟨Magneto_ijkl τ³⟩/V (§3).

use super::directions::{CONDUCTS, antisymmetric_sum, levi_civita};
use super::window::Moments;
use crate::crystal::Tensor;
use crate::kernel::channels::pair;
use crate::units::ELEMENTARY_CHARGE;
use nalgebra::Matrix3;

/// A rank-3 tensor `[i][j][k]`.
pub(super) type RankThree = [Tensor; 3];
/// A rank-4 tensor `[i][j][k][l]`.
pub(super) type RankFour = [[Tensor; 3]; 3];

fn matrix(t: &Tensor) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| t[i][j])
}

fn tensor(m: &Matrix3<f64>) -> Tensor {
    std::array::from_fn(|i| std::array::from_fn(|j| m[(i, j)]))
}

/// Inverse of a symmetric tensor; within the plane or the line of its principal axes where others do not conduct at all
/// ([`super::Directions`]).
pub(super) fn inverse(t: &Tensor) -> Matrix3<f64> {
    let m = matrix(t);
    let size = m.amax();
    if size == 0.0 || !size.is_finite() {
        return Matrix3::zeros();
    }
    let unit = m / size;
    // No principal value is above 3, so that none is then below the share that counts.
    if unit.determinant().abs() > 9.0 * CONDUCTS
        && let Some(inverse) = unit.try_inverse()
    {
        return inverse / size;
    }
    let eigen = unit.symmetric_eigen();
    let reciprocal = eigen
        .eigenvalues
        .map(|x| if x.abs() > CONDUCTS { 1.0 / x } else { 0.0 });
    eigen.eigenvectors * Matrix3::from_diagonal(&reciprocal) * eigen.eigenvectors.transpose() / size
}

/// σ, S/m.
pub(super) fn conductivity(m: &Moments, volume_m3: f64) -> Tensor {
    tensor(&(matrix(&m.velocity[0]) * (m.scale() * ELEMENTARY_CHARGE / volume_m3)))
}

/// S = −(1/eT)(L⁰)⁻¹L¹, V/K.
pub(super) fn seebeck(m: &Moments, temperature_k: f64) -> Tensor {
    tensor(&seebeck_matrix(m, temperature_k))
}

fn seebeck_matrix(m: &Moments, temperature_k: f64) -> Matrix3<f64> {
    inverse(&m.velocity[0]) * matrix(&m.velocity[1]) / -temperature_k
}

/// L² − L¹(L⁰)⁻¹L¹, (m²/s) eV.
fn open_heat(m: &Moments) -> Matrix3<f64> {
    let [l0, l1, l2] = &m.velocity;
    let l1 = matrix(l1);
    matrix(l2) - l1 * inverse(l0) * l1
}

/// Thermal conductivity of electrons at no current, W/(m K).
pub(super) fn thermal_conductivity(m: &Moments, temperature_k: f64, volume_m3: f64) -> Tensor {
    let unit = m.scale() * ELEMENTARY_CHARGE / (volume_m3 * temperature_k);
    tensor(&(open_heat(m) * unit))
}

/// What of κ two kinds of carriers have together that neither has alone, W/(m K): (S₁ − S₂)ᵀ (σ₁⁻¹ + σ₂⁻¹)⁻¹ (S₁ − S₂) T. It is computed
/// as such, since as a difference of κ it would drown in rounding where one kind is a minority.
pub(super) fn thermal_conductivity_bipolar(
    each: &[Moments; 2],
    temperature_k: f64,
    volume_m3: f64,
) -> Tensor {
    let (many, few) = if each[0].ln_scale >= each[1].ln_scale {
        (&each[0], &each[1])
    } else {
        (&each[1], &each[0])
    };
    let of = |m: &Moments| {
        let l0 = matrix(&m.velocity[0]);
        (l0, inverse(&m.velocity[0]) * matrix(&m.velocity[1]))
    };
    let ((a, heat_a), (b, heat_b)) = (of(many), of(few));
    // Over the scale of the few: A(A + B)⁻¹B with B the smaller one.
    let sum = a + b * (few.ln_scale - many.ln_scale).exp();
    let together = a * inverse(&tensor(&sum)) * b;
    let apart = heat_a - heat_b;
    let unit = few.scale() * ELEMENTARY_CHARGE / (volume_m3 * temperature_k);
    tensor(&(apart.transpose() * together * apart * unit))
}

/// Thermal conductivity of electrons at no field, W/(m K).
pub(super) fn thermal_conductivity_closed(
    m: &Moments,
    temperature_k: f64,
    volume_m3: f64,
) -> Tensor {
    let unit = m.scale() * ELEMENTARY_CHARGE / (volume_m3 * temperature_k);
    tensor(&(matrix(&m.velocity[2]) * unit))
}

/// Lorenz tensor κσ⁻¹/T at no current, V²/K².
pub(super) fn lorenz(m: &Moments, temperature_k: f64) -> Tensor {
    tensor(&(open_heat(m) * inverse(&m.velocity[0]) / temperature_k.powi(2)))
}

/// Sᵀσ S, W/(m K²).
pub(super) fn power_factor(m: &Moments, temperature_k: f64, volume_m3: f64) -> Tensor {
    let s = seebeck_matrix(m, temperature_k);
    tensor(&(s.transpose() * matrix(&conductivity(m, volume_m3)) * s))
}

/// zT = T Sᵀσ S (κ_e + κ_l)⁻¹.
pub(super) fn figure_of_merit(
    m: &Moments,
    temperature_k: f64,
    volume_m3: f64,
    lattice: f64,
) -> Tensor {
    let kappa = matrix(&thermal_conductivity(m, temperature_k, volume_m3));
    let total = tensor(&(kappa + Matrix3::identity() * lattice));
    let power = matrix(&power_factor(m, temperature_k, volume_m3));
    tensor(&(power * inverse(&total) * temperature_k))
}

/// e ε_lij Hall_lk of the moment n, per field component k: what a field adds to Lⁿ to first order.
fn first_order(m: &Moments, n: usize) -> [Matrix3<f64>; 3] {
    std::array::from_fn(|k| {
        Matrix3::from_fn(|i, j| {
            let of = |l: usize| levi_civita(l, i, j) * m.hall[n][l][k];
            ELEMENTARY_CHARGE * (0..3).map(of).sum::<f64>()
        })
    })
}

fn last_index(parts: &[Matrix3<f64>; 3]) -> RankThree {
    std::array::from_fn(|i| std::array::from_fn(|j| std::array::from_fn(|k| parts[k][(i, j)])))
}

/// σ_ijk, S/(m T).
pub(super) fn hall_conductivity(m: &Moments, volume_m3: f64) -> RankThree {
    let unit = m.scale() * ELEMENTARY_CHARGE / volume_m3;
    last_index(&first_order(m, 0).map(|l| l * unit))
}

/// R_ijk = E_j/(J_i B_k) = −[σ⁻¹]_jα σ_αβk [σ⁻¹]_βi, m³/C.
pub(super) fn hall_coefficient(m: &Moments, volume_m3: f64) -> RankThree {
    hall_coefficient_scaled(m, volume_m3 / m.scale())
}

/// R_ijk times the moments' scale, which R may be too large a number without.
pub(super) fn hall_coefficient_scaled(m: &Moments, volume_m3: f64) -> RankThree {
    let resistivity = inverse(&m.velocity[0]);
    let unit = volume_m3 / ELEMENTARY_CHARGE;
    let of = |l: Matrix3<f64>| (resistivity * l * resistivity).transpose() * -unit;
    last_index(&first_order(m, 0).map(of))
}

/// ∂S_ij/∂B_k at B = 0, V/(K T), S(B) = −(1/eT) L⁰(B)⁻¹L¹(B).
pub(super) fn nernst(m: &Moments, temperature_k: f64) -> RankThree {
    let resistivity = inverse(&m.velocity[0]);
    let drift = resistivity * matrix(&m.velocity[1]);
    let (l0, l1) = (first_order(m, 0), first_order(m, 1));
    last_index(&std::array::from_fn(|k| {
        (resistivity * l1[k] - resistivity * l0[k] * drift) / -temperature_k
    }))
}

/// ∂κ_ij/∂B_k at B = 0, W/(m K T), of κ(B) = (1/T)[L²(B) − L¹(B) L⁰(B)⁻¹ L¹(B)]: at no current.
pub(super) fn thermal_hall(m: &Moments, temperature_k: f64, volume_m3: f64) -> RankThree {
    let resistivity = inverse(&m.velocity[0]);
    let l1 = matrix(&m.velocity[1]);
    let (before, after) = (l1 * resistivity, resistivity * l1);
    let unit = m.scale() * ELEMENTARY_CHARGE / (volume_m3 * temperature_k);
    let [d0, d1, d2] = [0, 1, 2].map(|n| first_order(m, n));
    last_index(&std::array::from_fn(|k| {
        (d2[k] - d1[k] * after - before * d1[k] + before * d0[k] * after) * unit
    }))
}

/// σ_ijkl, S/(m T²).
pub(super) fn magnetoconductivity(m: &Moments, volume_m3: f64) -> RankFour {
    // e⁴ per J is e³ per eV.
    let unit = -m.scale() * ELEMENTARY_CHARGE.powi(3) / volume_m3;
    let of = |i, j, k, l| unit * m.magneto[6 * pair(i, j) + pair(k, l)];
    std::array::from_fn(|i| {
        std::array::from_fn(|j| std::array::from_fn(|k| std::array::from_fn(|l| of(i, j, k, l))))
    })
}

/// Δρ_ii/(ρ_ii B_k²) at small B, `[current i][field k]`, 1/T².
pub(super) fn magnetoresistance(m: &Moments, volume_m3: f64) -> Tensor {
    let resistivity = inverse(&conductivity(m, volume_m3));
    let second = magnetoconductivity(m, volume_m3);
    let first = hall_conductivity(m, volume_m3);
    let column = |k: usize| {
        let s1 = Matrix3::from_fn(|i, j| first[i][j][k]);
        let s2 = Matrix3::from_fn(|i, j| second[i][j][k][k]);
        let rho2 = resistivity * (s1 * resistivity * s1 - s2) * resistivity;
        std::array::from_fn::<f64, 3, _>(|i| {
            let rho = resistivity[(i, i)];
            if rho > 0.0 { rho2[(i, i)] / rho } else { 0.0 }
        })
    };
    let columns: [[f64; 3]; 3] = std::array::from_fn(column);
    std::array::from_fn(|i| std::array::from_fn(|k| columns[k][i]))
}

/// The mean over `fields` directions of a field of the antisymmetric part, (1/2) ε_ijk R_ijk/fields: BoltzTraP's
/// (R₀₁₂ + R₂₀₁ + R₁₂₀)/3 where R is antisymmetric and all three exist, in a layer the component with the field along its normal.
pub(super) fn antisymmetric_mean(r: &RankThree, fields: usize) -> f64 {
    match antisymmetric_sum(r, |x| x) {
        Some(sum) if fields > 0 => sum / fields as f64,
        _ => f64::NAN,
    }
}
