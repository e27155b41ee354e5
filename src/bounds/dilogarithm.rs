//! −Li₂(−q), of which the integrals of Fermi functions are made.

/// −Li₂(−q) for 0 ≤ q ≤ 1, to rounding.
///
/// By Landen's transformation Li₂(z) = −Li₂(z/(z−1)) − ½ ln²(1−z) (L. Lewin, Polylogarithms and Associated Functions, eq. 1.12)
/// the argument of the series is q/(1+q) ≤ ½.
pub fn minus_li2_of_minus(q: f64) -> f64 {
    let z = q / (1.0 + q);
    let (mut power, mut sum) = (1.0, 0.0);
    // ½⁵³ is below the last bit; the factor 1/k² adds to that.
    for k in 1..=53 {
        power *= z;
        sum += power / f64::from(k * k);
    }
    sum + 0.5 * q.ln_1p().powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn known_values() {
        // π²/12, and 0.44841420692364620244 (−Li₂(−½)).
        assert!((minus_li2_of_minus(1.0) - PI * PI / 12.0).abs() < 1e-15);
        assert!((minus_li2_of_minus(0.5) - 0.448_414_206_923_646_2).abs() < 1e-15);
        assert_eq!(minus_li2_of_minus(0.0), 0.0);
        // q − q²/4 + …: no digit is lost where q is small.
        let q: f64 = 1e-9;
        assert!((minus_li2_of_minus(q) / (q - 0.25 * q * q) - 1.0).abs() < 1e-15);
    }
}
