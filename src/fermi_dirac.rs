//! Fermi–Dirac integrals and averages over the Fermi window w(x) = −∂f/∂x = e^{−|x|}/(1 + e^{−|x|})², x = (E − μ)/k_BT.
//!
//! F_j(η) = 1/Γ(j+1) ∫₀^∞ x^j/(e^{x−η} + 1) dx = −Li_{j+1}(−e^η), so that F_j → e^η for η → −∞ (docs/physics §18;
//! J. S. Blakemore, Solid-State Electron. 25, 1067 (1982)).

use crate::error::Result;
use crate::quadrature::tanh_sinh;
use std::f64::consts::PI;

/// Below this η the series in e^η is summed.
const SERIES_BELOW: f64 = -2.0;
/// Above this η Sommerfeld's expansion is summed.
const SOMMERFELD_ABOVE: f64 = 40.0;
/// The window beyond this |x| is below 1e-26 and left out.
const WINDOW_REACH: f64 = 60.0;
/// Below this η ratios of window integrals no longer change: the statistics are Boltzmann's to 4e-18.
const CLASSICAL_BELOW: f64 = -40.0;

/// w(x) = −∂f/∂x of the Fermi function; no overflow at any x.
pub fn window(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    e / ((1.0 + e) * (1.0 + e))
}

/// The Fermi–Dirac integral F_j(η), normalised, for j > −1, to a relative 1e-12.
///
/// An alternating series below η = −2, tanh-sinh quadrature of ∫x^{j+1} w(x−η)dx/Γ(j+2) between, Sommerfeld's expansion
/// above η = 40. NaN where j ≤ −1 or where η is NaN.
pub fn fermi_dirac(j: f64, eta: f64) -> f64 {
    if j <= -1.0 || j.is_nan() || eta.is_nan() {
        return f64::NAN;
    }
    if j == 0.0 {
        // ln(1 + e^η) without overflow.
        return eta.max(0.0) + (-eta.abs()).exp().ln_1p();
    }
    if eta < SERIES_BELOW {
        series(j, eta)
    } else if eta <= SOMMERFELD_ABOVE {
        let integral = window_integral(eta, &[], |x| Ok([x.powf(j + 1.0)]));
        integral.map_or(f64::NAN, |[value]| value / libm::tgamma(j + 2.0))
    } else {
        sommerfeld(j, eta)
    }
}

/// Σ (−1)^{k+1} e^{kη}/k^{j+1}.
fn series(j: f64, eta: f64) -> f64 {
    let mut sum = 0.0;
    for k in 1..=24 {
        let k_f = f64::from(k);
        let sign = if k % 2 == 1 { 1.0 } else { -1.0 };
        sum += sign * (k_f * eta).exp() / k_f.powf(j + 1.0);
    }
    sum
}

/// Σ_n 2 η_D(2n) η^{j+1−2n}/Γ(j+2−2n) with Dirichlet's η_D(0) = ½, η_D(2n) = Σ_k (−1)^{k+1}/k^{2n}: asymptotic, its
/// terms fall below 1e-16 before they grow. What it leaves out is of order e^{−η}.
fn sommerfeld(j: f64, eta: f64) -> f64 {
    let mut sum = 0.0;
    for n in 0..=9 {
        let dirichlet = match n {
            0 => 0.5,
            1 => PI * PI / 12.0,
            2 => 7.0 * PI.powi(4) / 720.0,
            _ => (1..=60)
                .map(|k| if k % 2 == 1 { 1.0 } else { -1.0 } / f64::from(k).powi(2 * n))
                .sum(),
        };
        let argument = j + 2.0 - 2.0 * f64::from(n);
        // 1/Γ is zero at 0, −1, −2 …: there the series of an integer j ends.
        if argument <= 0.0 && argument.fract() == 0.0 {
            break;
        }
        sum += 2.0 * dirichlet * eta.powf(argument - 1.0) / libm::tgamma(argument);
    }
    sum
}

/// ∫₀^∞ f(x) w(x − η) dx for `N` integrands at once; `kinks` are the x at which f is not smooth.
///
/// For η below −40 the result is that of η = −40: ratios of integrals then have their Boltzmann limit, where the integrals
/// themselves would underflow.
///
/// # Errors
/// The first error of `f`.
pub fn window_integral<const N: usize>(
    eta: f64,
    kinks: &[f64],
    mut f: impl FnMut(f64) -> Result<[f64; N]>,
) -> Result<[f64; N]> {
    let eta = eta.max(CLASSICAL_BELOW);
    let middle = eta.max(0.0);
    let start = (eta - WINDOW_REACH).max(0.0);
    let end = middle + WINDOW_REACH;
    let mut ends: Vec<f64> = [-25.0, -12.0, -5.0, 0.0, 1.0, 5.0, 12.0, 25.0]
        .iter()
        .map(|offset| middle + offset)
        .chain(kinks.iter().copied())
        .filter(|x| *x > start && *x < end)
        .chain([start, end])
        .collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut sum = [0.0; N];
    for pair in ends.windows(2) {
        let part = tanh_sinh(pair[0], pair[1], |x| {
            let weight = window(x - eta);
            Ok(f(x)?.map(|y| y * weight))
        })?;
        for (s, p) in sum.iter_mut().zip(part) {
            *s += p;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, want: f64, digits: f64) {
        assert!(
            (got / want - 1.0).abs() < digits,
            "got {got:.16e}, expected {want:.16e}"
        );
    }

    /// docs/physics §18, to the printed digits; F_{1/2}(0) = (1 − 1/√2) ζ(3/2).
    #[test]
    fn published_values_are_reached() {
        close(fermi_dirac(0.5, 0.0), 0.765_147_024_625_408, 1e-14);
        close(fermi_dirac(0.5, 2.0), 2.823_721_277_4, 1e-11);
        close(fermi_dirac(0.5, 10.0), 24.084_656_964_6, 2e-12);
        close(fermi_dirac(-0.5, 2.0), 1.464_294_589_09, 3e-12);
        close(fermi_dirac(1.5, 2.0), 4.165_414_459_87, 2e-12);
        close(fermi_dirac(0.5, -4.0), 0.018_198_203_508_4, 2e-12);
    }

    /// The inversion formulas of the polylogarithms: F_1(η) + F_1(−η) = η²/2 + π²/6
    /// and F_2(η) − F_2(−η) = η³/6 + π²η/6, in every regime.
    #[test]
    fn inversion_formulas_hold_in_every_regime() {
        for eta in [0.1, 1.9, 2.1, 17.0, 39.0, 41.0, 300.0] {
            let second = PI * PI / 6.0;
            close(
                fermi_dirac(1.0, eta) + fermi_dirac(1.0, -eta),
                eta * eta / 2.0 + second,
                1e-13,
            );
            close(
                fermi_dirac(2.0, eta) - fermi_dirac(2.0, -eta),
                eta.powi(3) / 6.0 + second * eta,
                2e-13,
            );
        }
    }

    /// The three methods agree where they meet, to 1e-12.
    #[test]
    fn methods_agree_where_they_meet() {
        for j in [-0.9, -0.5, 0.3, 0.5, 1.0, 1.5, 2.5, 3.5, 5.0] {
            let quadrature = |eta| {
                window_integral(eta, &[], |x| Ok([x.powf(j + 1.0)])).unwrap()[0]
                    / libm::tgamma(j + 2.0)
            };
            close(series(j, SERIES_BELOW), quadrature(SERIES_BELOW), 1e-12);
            close(
                sommerfeld(j, SOMMERFELD_ABOVE),
                quadrature(SOMMERFELD_ABOVE),
                1e-12,
            );
        }
    }

    /// dF_j/dη = F_{j−1}.
    #[test]
    fn the_derivative_is_the_integral_of_lower_order() {
        for eta in [-6.0, -2.0, 0.0, 3.0, 12.0, 40.0, 55.0] {
            let h = 1e-3;
            let slope =
                |h: f64| (fermi_dirac(1.5, eta + h) - fermi_dirac(1.5, eta - h)) / (2.0 * h);
            // Richardson's step removes the error of order h².
            let derivative = (4.0 * slope(h / 2.0) - slope(h)) / 3.0;
            close(derivative, fermi_dirac(0.5, eta), 1e-9);
        }
    }

    #[test]
    fn far_out_nothing_overflows() {
        close(fermi_dirac(0.5, -700.0), (-700.0_f64).exp(), 1e-12);
        assert!(fermi_dirac(0.5, 1e6).is_finite());
        assert!(fermi_dirac(0.0, 1e6) == 1e6);
        assert!(fermi_dirac(-1.0, 0.0).is_nan());
        assert!(window(1e4) == 0.0 && window(0.0) == 0.25);
    }
}
