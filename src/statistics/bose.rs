//! Bose–Einstein occupation of modes that nothing conserves, as functions of x = ħω/k_BT.

use crate::error::Result;
use crate::quadrature::tanh_sinh;

/// Beyond this x a mode's heat capacity is below 1e-300.
const FROZEN: f64 = 700.0;

/// N(x) = 1/(eˣ − 1); infinite at x = 0.
pub fn occupation(x: f64) -> f64 {
    1.0 / x.exp_m1()
}

/// Heat capacity of a mode over k_B: (x/2)²/sinh²(x/2), 1 at x = 0, no overflow at any x. Even in x.
pub fn heat_capacity(x: f64) -> f64 {
    let half = 0.5 * x.abs();
    if half < 1e-4 {
        // (y/sinh y)² = 1 − y²/3 + …
        return 1.0 - half * half / 3.0;
    }
    if half > 0.5 * FROZEN {
        return 0.0;
    }
    let e = (-2.0 * half).exp();
    (2.0 * half).powi(2) * e / (1.0 - e).powi(2)
}

/// Debye's heat capacity over that of Dulong and Petit: 3t³ ∫₀^{1/t} x⁴eˣ/(eˣ − 1)² dx with t = T/Θ (docs/physics §9).
///
/// # Errors
/// Never for a positive t: those of the quadrature.
pub fn debye(t: f64) -> Result<f64> {
    let end = 1.0 / t;
    // Where the integrand is: the tail beyond is below 1e-16.
    let (middle, last) = (end.min(8.0), end.min(80.0));
    let part = |a: f64, b: f64| -> Result<f64> {
        if b <= a {
            return Ok(0.0);
        }
        Ok(tanh_sinh(a, b, |x| Ok([x * x * heat_capacity(x)]))?[0])
    };
    Ok(3.0 * t.powi(3) * (part(0.0, middle)? + part(middle, last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/physics §9: Debye's table, and (4π⁴/5)t³ where it is cold.
    #[test]
    fn debye_has_its_published_values() {
        for (t, want) in [
            (0.02, 6.234_181_826_18e-4),
            (0.05, 9.740_756_600_7e-3),
            (0.1, 0.075_821_003_031_1),
            (0.2, 0.368_634_823_605),
            (0.5, 0.825_408_038_413),
            (1.0, 0.951_732_135_703),
        ] {
            let got = debye(t).unwrap();
            assert!((got / want - 1.0).abs() < 2e-11, "{t}: {got:.12e}");
        }
        let cold = debye(1e-3).unwrap() / 1e-9;
        assert!((cold / 77.927_272_827_202 - 1.0).abs() < 1e-12, "{cold}");
    }

    /// C = x² N(N + 1), and its limits.
    #[test]
    fn heat_capacity_follows_from_the_occupation() {
        for x in [1e-3, 0.1, 1.0, 5.0, 50.0] {
            let n = occupation(x);
            let want = x * x * n * (n + 1.0);
            assert!((heat_capacity(x) / want - 1.0).abs() < 1e-9, "{x}");
            assert_eq!(heat_capacity(x), heat_capacity(-x));
        }
        assert_eq!(heat_capacity(0.0), 1.0);
        assert_eq!(heat_capacity(1e4), 0.0);
    }
}
