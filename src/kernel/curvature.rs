//! Inverse effective mass of a k-point, and the channel values of first and second order in the magnetic field.
//! Twin: `shaders/curvature.wgsl`.
//!
//! M⁻¹_ab = (1/4π²ħ²) [A H_u Aᵀ]_ab with H_u = ∂²E/∂u_i∂u_j (docs/physics §0). On the diagonal h²H_ii ≈ Σ_m d_m (E₊ₘ − 2E₀ +
//! E₋ₘ). Off it the same stencil runs along the two diagonals i ± j, whose difference is 4H_ij: h²H_ij ≈ Σ_m (d_m/4)
//! (E₊₊ − E₊₋ + E₋₋ − E₋₊). That has the same order as a product of two first derivatives with a quarter to a third of the
//! points, and like the diagonal it is a sum of two differences of energies, exact integers in fixed point.
//!
//! With w_jk = ε_abk v_b (M⁻¹)_aj a magnetic field turns v_j at the rate e w_jk B_k (Ω v_j of docs/physics §3). As matrices
//! w = M⁻¹⟦v⟧, ⟦v⟧ being the antisymmetric matrix of the cross product (⟦v⟧u = v×u). The Hall product is ½⟦v⟧M⁻¹⟦v⟧: its
//! transpose is ½⟦v⟧ᵀM⁻¹⟦v⟧ᵀ = ½(−⟦v⟧)M⁻¹(−⟦v⟧), itself, so it is symmetric and six components hold it. With the spectral norm
//! |M⁻¹| ≤ 1 and |v| ≤ 1, |⟦v⟧| = |v| bounds every Hall product by ½ and every w_jk, so every product of two, by 1.
//!
//! With relaxation times of the k-points the first order is ε_abk v_i τ v_b ∂_a(τv_j) = τ² v_i w_jk + v_i v_j τ ε_abk v_b ∂_aτ. The
//! second term is symmetric in i and j, and what a field adds to the first order is antisymmetric in them (Onsager): after
//! integration the antisymmetric part of the first term is all there is, the Hall product times τ². No ∇τ is needed.

use super::Real;
use super::channels::{ChannelKind, Channels, PAIRS};
use super::layout::place;
use super::velocity::{put, stencil};

/// Order of the differences of velocities that give inverse masses where the velocities come from a file.
pub const VELOCITY_DIFFERENCES: usize = 4;

/// Coefficient d_m of E₊ₘ − 2E₀ + E₋ₘ in the second derivative of order `order`, m = 1 …
#[inline(always)]
pub fn second_stencil(order: usize, m: usize) -> f64 {
    match (order, m) {
        (2, 1) => 1.0,
        (4, 1) => 4.0 / 3.0,
        (4, 2) => -1.0 / 12.0,
        (6, 1) => 3.0 / 2.0,
        (6, 2) => -3.0 / 20.0,
        (6, 3) => 1.0 / 90.0,
        _ => 0.0,
    }
}

/// Largest possible h²|H_ij| (11 22 33 23 13 12) by the stencils where neighbours along axis i differ by at most `step[i]`.
/// E₊ₘ − E₀ and E₀ − E₋ₘ are at most m steps each; E₊₊ − E₊₋ and E₋₋ − E₋₊ at most 2m steps of either axis.
pub fn second_bounds(order: usize, step: [f64; 3]) -> [f64; 6] {
    let sum: f64 = (1..=order / 2)
        .map(|m| m as f64 * second_stencil(order, m).abs())
        .sum();
    let mixed = |i: usize, j: usize| sum * step[i].min(step[j]);
    [
        2.0 * sum * step[0],
        2.0 * sum * step[1],
        2.0 * sum * step[2],
        mixed(1, 2),
        mixed(0, 2),
        mixed(0, 1),
    ]
}

/// Largest possible h·|∂_u v| by differences of velocities that are nowhere longer than 1: Σ_m 2|c_m|.
pub fn velocity_difference_bound() -> f64 {
    (1..=VELOCITY_DIFFERENCES / 2)
        .map(|m| 2.0 * stencil(VELOCITY_DIFFERENCES, m).abs())
        .sum()
}

/// Σ_m d_m (E₊ₘ − 2E₀ + E₋ₘ), each bracket an exact integer in fixed point.
#[inline(always)]
pub fn second_derivative<R: Real>(
    order: usize,
    coefficients: &[R; 3],
    ahead: [R::Level; 3],
    here: R::Level,
    behind: [R::Level; 3],
) -> R {
    let mut sum = coefficients[0] * R::difference_sum(ahead[0], here, behind[0], here);
    for m in 1..order / 2 {
        sum += coefficients[m] * R::difference_sum(ahead[m], here, behind[m], here);
    }
    sum
}

/// Σ_m (d_m/4)(E₊₊ − E₊₋ + E₋₋ − E₋₊); `corners[m]` holds the four in the order ++ +− −− −+.
#[inline(always)]
pub fn mixed_derivative<R: Real>(
    order: usize,
    coefficients: &[R; 3],
    corners: [[R::Level; 4]; 3],
) -> R {
    let mut sum = R::ZERO;
    for m in 0..order / 2 {
        let [pp, pm, mm, mp] = corners[m];
        sum += coefficients[m] * R::difference_sum(pp, pm, mm, mp);
    }
    R::from_f64(0.25) * sum
}

/// M⁻¹ = L·D·Rᵀ (xx yy zz yz xz xy) from the second derivatives D (11 22 33 23 13 12); L and R are multiples of A.
#[inline(always)]
pub fn inverse_mass<R: Real>(left: &[[R; 3]; 3], right: &[[R; 3]; 3], d: [R; 6]) -> [R; 6] {
    let rows = [[d[0], d[5], d[4]], [d[5], d[1], d[3]], [d[4], d[3], d[2]]];
    let mut half = [[R::ZERO; 3]; 3];
    for i in 0..3 {
        for b in 0..3 {
            half[i][b] =
                rows[i][0] * right[b][0] + rows[i][1] * right[b][1] + rows[i][2] * right[b][2];
        }
    }
    let component = |a: usize, b: usize| {
        left[a][0] * half[0][b] + left[a][1] * half[1][b] + left[a][2] * half[2][b]
    };
    [
        component(0, 0),
        component(1, 1),
        component(2, 2),
        component(1, 2),
        component(0, 2),
        component(0, 1),
    ]
}

/// The symmetric part of D·Rᵀ (xx yy zz yz xz xy), D being `[axis][cart]`, the derivatives of the velocity along each axis.
#[inline(always)]
pub fn inverse_mass_from_velocities<R: Real>(right: &[[R; 3]; 3], d: [[R; 3]; 3]) -> [R; 6] {
    let full =
        |a: usize, b: usize| d[0][a] * right[b][0] + d[1][a] * right[b][1] + d[2][a] * right[b][2];
    let half = R::from_f64(0.5);
    [
        full(0, 0),
        full(1, 1),
        full(2, 2),
        half * (full(1, 2) + full(2, 1)),
        half * (full(0, 2) + full(2, 0)),
        half * (full(0, 1) + full(1, 0)),
    ]
}

/// w_jk = (M⁻¹_j × v)_k, M⁻¹_j being the rows of `mass` (xx yy zz yz xz xy).
#[inline(always)]
pub fn turning_rates<R: Real>(v: [R; 3], mass: [R; 6]) -> [[R; 3]; 3] {
    let [xx, yy, zz, yz, xz, xy] = mass;
    let cross = |a: [R; 3]| {
        [
            a[1] * v[2] - a[2] * v[1],
            a[2] * v[0] - a[0] * v[2],
            a[0] * v[1] - a[1] * v[0],
        ]
    };
    [
        cross([xx, xy, xz]),
        cross([xy, yy, yz]),
        cross([xz, yz, zz]),
    ]
}

/// ½ ε_lij v_i w_jk (lk = xx yy zz yz xz xy).
#[inline(always)]
pub fn hall_products<R: Real>(v: [R; 3], w: &[[R; 3]; 3]) -> [R; 6] {
    let half = R::from_f64(0.5);
    [
        half * (v[1] * w[2][0] - v[2] * w[1][0]),
        half * (v[2] * w[0][1] - v[0] * w[2][1]),
        half * (v[0] * w[1][2] - v[1] * w[0][2]),
        half * (v[2] * w[0][2] - v[0] * w[2][2]),
        half * (v[1] * w[2][2] - v[2] * w[1][2]),
        half * (v[1] * w[2][1] - v[2] * w[1][1]),
    ]
}

/// Whether a channel vector of this width has channels that need the inverse mass.
pub const fn has_field_values(width: usize) -> bool {
    matches!(Channels::of_width(width), Some(set) if set.has_inverse_masses())
}

/// Whether a channel vector of this width has channels that need relaxation times.
const fn has_lifetimes(width: usize) -> bool {
    matches!(Channels::of_width(width), Some(set) if set.has_lifetimes())
}

/// Fills the channels of first order in the field, and where `N` has them those of second order: w_ik w_jl symmetrised over
/// i, j, which symmetrises it over k, l too; `[ij][kl]`, each xx yy zz yz xz xy. Where `N` has relaxation times the first order
/// is multiplied by `tau`².
#[inline(always)]
pub fn field_values<R: Real, const N: usize>(f: &mut [R; N], v: [R; 3], mass: [R; 6], tau: R) {
    let w = turning_rates(v, mass);
    let mut hall = hall_products(v, &w);
    if const { has_lifetimes(N) } {
        hall = hall.map(|x| x * tau * tau);
    }
    put(f, const { place(N, ChannelKind::Hall) }, hall);
    let second = const { place(N, ChannelKind::Magneto) };
    if second.count > 0 {
        let half = R::from_f64(0.5);
        for (p, (i, j)) in PAIRS.into_iter().enumerate() {
            for (q, (k, l)) in PAIRS.into_iter().enumerate() {
                f[second.first + 6 * p + q] = half * (w[i][k] * w[j][l] + w[j][k] * w[i][l]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::real::level_of;

    /// Second and mixed derivatives of order p are exact on polynomials of total degree p + 1 and not beyond.
    #[test]
    fn stencils_have_their_order_and_no_more() {
        for order in [2usize, 4, 6] {
            let d = [1, 2, 3].map(|m| second_stencil(order, m));
            let (x0, y0) = (0.3, -0.2);
            let at = |p: i32, q: i32, x: f64, y: f64| (x0 + x).powi(p) * (y0 + y).powi(q);
            let diagonal = |p: i32| {
                second_derivative::<f64>(
                    order,
                    &d,
                    [1.0, 2.0, 3.0].map(|m| at(p, 0, m, 0.0)),
                    at(p, 0, 0.0, 0.0),
                    [1.0, 2.0, 3.0].map(|m| at(p, 0, -m, 0.0)),
                )
            };
            let mixed = |p: i32, q: i32| {
                let corners = [1.0, 2.0, 3.0].map(|m| {
                    [
                        at(p, q, m, m),
                        at(p, q, m, -m),
                        at(p, q, -m, -m),
                        at(p, q, -m, m),
                    ]
                });
                mixed_derivative::<f64>(order, &d, corners)
            };
            let top = order as i32 + 1;
            let power = |x: f64, p: i32| if p < 0 { 0.0 } else { x.powi(p) };
            for p in 0..=top {
                let exact = f64::from(p * (p - 1)) * power(x0, p - 2);
                assert!((diagonal(p) - exact).abs() < 1e-10, "{order} {p}");
                for q in 0..=top - p {
                    let exact = f64::from(p * q) * power(x0, p - 1) * power(y0, q - 1);
                    assert!((mixed(p, q) - exact).abs() < 1e-10, "{order} {p} {q}");
                }
            }
            // The next even order, where the stencil's error is: h^p E^(p+2).
            let exact = f64::from((top + 1) * top) * x0.powi(top - 1);
            assert!((diagonal(top + 1) - exact).abs() > 0.1);
            let exact = f64::from(top) * x0.powi(top - 1);
            assert!((mixed(top, 1) - exact).abs() > 0.1, "{order}");
        }
    }

    /// A sum of two differences of levels needs 33 bits: none is lost before the rounding to single precision.
    #[test]
    fn sums_of_differences_of_levels_are_exact_at_both_ends() {
        let scale = f32::level_scale(0.0, 1.0);
        let (low, high) = (level_of(0.0, &scale), level_of(1.0, &scale));
        for (a, b) in [
            (low, high),
            (high, low),
            (high - 1, low + 2),
            (5, 2),
            (4, 7),
            (0, 1),
        ] {
            for (c, d) in [
                (low, high),
                (high, low),
                (high - 3, low),
                (9, 8),
                (8, 9),
                (2, 2),
            ] {
                let exact = i64::from(a) - i64::from(b) + i64::from(c) - i64::from(d);
                let got = f32::difference_sum(a, b, c, d);
                // Two roundings at most; none below 2²⁴.
                let off = (f64::from(got) - exact as f64).abs();
                assert!(off <= exact.abs() as f64 * 1.2e-7, "{exact} {got}");
                if exact.abs() < 1 << 24 {
                    assert_eq!(f64::from(got), exact as f64);
                }
            }
        }
    }

    /// The products against their definitions, index by index, with ε_ijk written out.
    #[test]
    fn products_follow_their_definitions() {
        let epsilon = |i: usize, j: usize, k: usize| match (i, j, k) {
            (0, 1, 2) | (1, 2, 0) | (2, 0, 1) => 1.0,
            (2, 1, 0) | (1, 0, 2) | (0, 2, 1) => -1.0,
            _ => 0.0,
        };
        let v = [0.3, -0.5, 0.7];
        let mass = [0.31, -0.42, 0.23, 0.14, -0.35, 0.26];
        let m = [
            [0.31, 0.26, -0.35],
            [0.26, -0.42, 0.14],
            [-0.35, 0.14, 0.23],
        ];
        let mut f = [0.0; Channels::Magneto.width()];
        field_values(&mut f, v, mass, 1.0);
        let mut w = [[0.0; 3]; 3];
        for x in 0..81 {
            let (j, k, a, b) = (x / 27, x / 9 % 3, x / 3 % 3, x % 3);
            w[j][k] += epsilon(a, b, k) * v[b] * m[a][j];
        }
        for (p, (l, k)) in PAIRS.into_iter().enumerate() {
            for (l, k) in [(l, k), (k, l)] {
                let exact: f64 = (0..9)
                    .map(|x| 0.5 * epsilon(l, x / 3, x % 3) * v[x / 3] * w[x % 3][k])
                    .sum();
                assert!((f[8 + p] - exact).abs() < 1e-15, "{l}{k}");
            }
        }
        for (p, (i, j)) in PAIRS.into_iter().enumerate() {
            for (q, (k, l)) in PAIRS.into_iter().enumerate() {
                let exact = 0.25
                    * (w[i][k] * w[j][l]
                        + w[j][k] * w[i][l]
                        + w[i][l] * w[j][k]
                        + w[j][l] * w[i][k]);
                assert!((f[16 + 6 * p + q] - exact).abs() < 1e-15, "{i}{j}{k}{l}");
            }
        }
    }
}
