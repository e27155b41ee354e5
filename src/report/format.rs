//! Numbers with error bars as text and JSON.

use super::budget::Bars;
use crate::transport::{Scalar, TensorQuantity};
use serde_json::Value;

/// `value ± error` with the digits that the error leaves, in plain notation.
pub fn scalar(q: Scalar) -> String {
    if q.value.is_nan() {
        return "not resolved".into();
    }
    if q.value.is_infinite() {
        return "infinite".into();
    }
    let magnitude = q.value.abs();
    // Digits that the bar does not leave would be all there is of a plain number.
    let is_rough = (1e3..f64::INFINITY).contains(&q.error);
    if is_rough || (magnitude != 0.0 && !(1e-3..1e6).contains(&magnitude)) {
        return scientific(q);
    }
    // Rounding is no error bar.
    if q.error <= 1e-9 * magnitude {
        return format!("{:.6}", q.value);
    }
    // Two significant digits of the error.
    let decimals = (1 - q.error.log10().floor() as i32).clamp(0, 10) as usize;
    format!("{:.decimals$} ± {:.decimals$}", q.value, q.error)
}

/// `value -below +above` with the digits that the smaller bar leaves, `(value -below +above)eN` where it is large or small.
pub fn asymmetric(value: f64, below: f64, above: f64) -> String {
    let largest = value.abs().max(below).max(above);
    let plain = largest == 0.0 || (1e-3..1e6).contains(&largest);
    let exponent = if plain {
        0
    } else {
        largest.log10().floor() as i32
    };
    let [value, below, above] = [value, below, above].map(|x| x / 10f64.powi(exponent));
    let bars = [below, above].into_iter().filter(|b| *b > 0.0);
    let least = bars.fold(f64::INFINITY, f64::min);
    let decimals = match least.is_finite() {
        true => (1 - least.log10().floor() as i32).clamp(0, 10) as usize,
        false => 6,
    };
    let text = format!("{value:.decimals$} -{below:.decimals$} +{above:.decimals$}");
    match plain {
        true => text,
        false => format!("({text})e{exponent}"),
    }
}

/// `(value ± error)eN`.
pub fn scientific(q: Scalar) -> String {
    let largest = q.value.abs().max(q.error);
    if largest == 0.0 {
        return "0".into();
    }
    if q.value.is_nan() {
        return "not resolved".into();
    }
    let mut exponent = largest.log10().floor() as i32;
    loop {
        let unit = 10f64.powi(exponent);
        let (value, error) = (q.value / unit, q.error / unit);
        let decimals = if error == 0.0 {
            6
        } else {
            (1 - error.log10().floor() as i32).clamp(0, 10) as usize
        };
        let rounded = format!("{:.decimals$}", largest / unit);
        // Rounding may carry over: 9.9999…e17 is 1.000…e18.
        if rounded.starts_with("10") {
            exponent += 1;
            continue;
        }
        return match error {
            0.0 => format!("{value:.6}e{exponent}"),
            _ => format!("({value:.decimals$} ± {error:.decimals$})e{exponent}"),
        };
    }
}

/// `{"value": …, "error": …, "error_by_cause": …, "unit": …}` of a scalar.
pub fn scalar_json(q: Scalar, unit: &str) -> Value {
    Bars::of(&q).json(unit)
}

/// `{"value": 3×3, "error": 3×3, "error_by_cause": …, "unit": …}` of a tensor.
pub fn tensor_json(t: &TensorQuantity, unit: &str) -> Value {
    Bars::of(t).json(unit)
}

/// Three lines of a tensor, each component with its bar.
pub fn tensor_lines(t: &TensorQuantity) -> Vec<String> {
    let mut largest: f64 = 0.0;
    let all = t.value.iter().chain(&t.error).flatten();
    for x in all.filter(|x| x.is_finite()) {
        largest = largest.max(x.abs());
    }
    let mut exponent = if largest > 0.0 {
        largest.log10().floor() as i32
    } else {
        0
    };
    if (-1..=2).contains(&exponent) {
        exponent = 0;
    }
    let unit = 10f64.powi(exponent);
    (0..3)
        .map(|i| {
            let row: Vec<String> = (0..3)
                .map(|j| {
                    let (value, error) = (t.value[i][j] / unit, t.error[i][j] / unit);
                    if value == 0.0 && error == 0.0 {
                        return format!("{:>17}", "0");
                    }
                    if value.is_nan() {
                        return format!("{:>17}", "not resolved");
                    }
                    format!("{value:>8.4} ± {error:<6.4}")
                })
                .collect();
            let end = if i == 1 && exponent != 0 {
                format!("   ×10^{exponent}")
            } else {
                String::new()
            };
            format!("[ {} ]{end}", row.join("  "))
        })
        .collect()
}

/// A length with a unit that reads well.
pub fn length(m: f64) -> String {
    match m {
        m if m < 0.999_999e-6 => format!("{} nm", (m * 1e9 * 1e6).round() / 1e6),
        m if m < 1e-3 => format!("{} µm", (m * 1e6 * 1e6).round() / 1e6),
        m => format!("{} mm", (m * 1e3 * 1e6).round() / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_error() {
        let q = Scalar::new;
        assert_eq!(scalar(q(0.282_71, 0.0123)), "0.283 ± 0.012");
        assert_eq!(scalar(q(10.992_8, 0.0)), "10.992800");
        assert_eq!(scalar(q(-254_773.0, 183_028.0)), "(-2.5 ± 1.8)e5");
        assert_eq!(scalar(q(331.4, 120.0)), "331 ± 120");
        assert_eq!(scalar(q(1.739e21, 2.1e19)), "(1.739 ± 0.021)e21");
        assert_eq!(scientific(q(0.0, 0.0)), "0");
        assert_eq!(scalar(q(f64::NAN, f64::NAN)), "not resolved");
        assert_eq!(scientific(q(9.999_999_999_99e17, 0.0)), "1.000000e18");
        assert_eq!(scientific(q(-9.999_96e17, 1e15)), "(-1.0000 ± 0.0010)e18");
        assert_eq!(
            asymmetric(3.214e20, 2.1e19, 4.37e19),
            "(3.21 -0.21 +0.44)e20"
        );
        assert_eq!(asymmetric(-0.0312, 0.0, 0.0052), "-0.0312 -0.0000 +0.0052");
    }
}
