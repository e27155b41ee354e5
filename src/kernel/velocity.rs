//! Group velocity by central differences, and the channel values of a k-point.
//! Twin: `shaders/velocity.wgsl`.
//!
//! v = (1/2πħ) A ∂_u E with ∂_u E ≈ (1/h) Σ_m c_m (E₊ₘ − E₋ₘ); orders 2, 4 and 6 (docs/physics §0).

use super::Real;
use super::channels::{ChannelKind, DIRECTIONS};
use super::layout::{Place, place};

/// Coefficient c_m of the central difference of order `order`, m = 1 …
#[inline(always)]
pub fn stencil(order: usize, m: usize) -> f64 {
    match (order, m) {
        (2, 1) => 1.0 / 2.0,
        (4, 1) => 2.0 / 3.0,
        (4, 2) => -1.0 / 12.0,
        (6, 1) => 3.0 / 4.0,
        (6, 2) => -3.0 / 20.0,
        (6, 3) => 1.0 / 60.0,
        _ => 0.0,
    }
}

/// Largest possible h·|∂_u E| by the stencil where neighbours differ by at most 1: Σ_m 2m |c_m|.
pub fn stencil_bound(order: usize) -> f64 {
    (1..=order / 2)
        .map(|m| 2.0 * m as f64 * stencil(order, m).abs())
        .sum()
}

/// Σ_m c_m (E₊ₘ − E₋ₘ), each difference taken exactly; `coefficients` beyond the order are zero and not read.
#[inline(always)]
pub fn derivative<R: Real>(
    order: usize,
    coefficients: &[R; 3],
    ahead: [R::Level; 3],
    behind: [R::Level; 3],
) -> R {
    let mut sum = coefficients[0] * R::difference(ahead[0], behind[0]);
    for m in 1..order / 2 {
        sum += coefficients[m] * R::difference(ahead[m], behind[m]);
    }
    sum
}

/// v = M·D.
#[inline(always)]
pub fn velocity<R: Real>(matrix: &[[R; 3]; 3], d: [R; 3]) -> [R; 3] {
    [
        matrix[0][0] * d[0] + matrix[0][1] * d[1] + matrix[0][2] * d[2],
        matrix[1][0] * d[0] + matrix[1][1] * d[1] + matrix[1][2] * d[2],
        matrix[2][0] * d[0] + matrix[2][1] * d[1] + matrix[2][2] * d[2],
    ]
}

/// The channel vector of a k-point with velocity `v` and relaxation time `tau`, as the table has it for `N` channels, with |v·n̂|
/// along `directions` (unit vectors, or zero where there is none); channels that need the inverse mass stay zero (see `curvature`).
#[inline(always)]
pub fn channel_values<R: Real, const N: usize>(
    v: [R; 3],
    tau: R,
    directions: &[[R; 3]; DIRECTIONS],
) -> [R; N] {
    use ChannelKind::{AxisSpeed, LifetimeProduct, Speed, SquaredPath, States, VelocityProduct};
    let products = [
        v[0] * v[0],
        v[1] * v[1],
        v[2] * v[2],
        v[1] * v[2],
        v[0] * v[2],
        v[0] * v[1],
    ];
    let square = products[0] + products[1] + products[2];
    let along = directions.map(|n| (n[0] * v[0] + n[1] * v[1] + n[2] * v[2]).abs());
    let mut f = [R::ZERO; N];
    put(&mut f, const { place(N, States) }, [R::ONE]);
    put(&mut f, const { place(N, VelocityProduct) }, products);
    put(&mut f, const { place(N, Speed) }, [square.sqrt()]);
    put(&mut f, const { place(N, AxisSpeed) }, along);
    put(
        &mut f,
        const { place(N, LifetimeProduct) },
        products.map(|p| p * tau),
    );
    put(
        &mut f,
        const { place(N, SquaredPath) },
        [square * tau * tau],
    );
    f
}

/// Puts values into their place in a channel vector, as many as it has room for.
#[inline(always)]
pub(super) fn put<R: Real, const N: usize, const M: usize>(
    f: &mut [R; N],
    place: Place,
    values: [R; M],
) {
    for c in 0..place.count.min(M) {
        f[place.first + c] = values[c];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A central difference of order p is exact on polynomials up to degree p and not on degree p + 1 (odd parts).
    #[test]
    fn stencils_have_their_order_and_no_more() {
        for order in [2, 4, 6] {
            let coefficients = [1, 2, 3].map(|m| stencil(order, m));
            let d = |degree: i32| {
                let at = |x: f64| (x + 0.3).powi(degree);
                derivative::<f64>(
                    order,
                    &coefficients,
                    [1.0, 2.0, 3.0].map(at),
                    [-1.0, -2.0, -3.0].map(at),
                )
            };
            for degree in 1..=order as i32 {
                let exact = f64::from(degree) * 0.3f64.powi(degree - 1);
                assert!((d(degree) - exact).abs() < 1e-11, "{order} {degree}");
            }
            let degree = order as i32 + 1;
            assert!((d(degree) - f64::from(degree) * 0.3f64.powi(degree - 1)).abs() > 0.1);
        }
        assert!((stencil_bound(4) - 5.0 / 3.0).abs() < 1e-15);
    }
}
