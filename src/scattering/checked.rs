//! Numbers of a parameter file that must make sense: the reader then names the line.

use super::{Plausibility, plausibility};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
    wanted: &str,
    holds: impl Fn(f64) -> bool,
) -> Result<f64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    if value.is_finite() && holds(value) {
        Ok(value)
    } else {
        Err(D::Error::custom(format!("{value} is not {wanted}")))
    }
}

/// A finite number.
pub(super) fn finite<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    checked(d, "a finite number", |_| true)
}

/// A finite number above zero.
pub(super) fn positive<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    checked(d, "a positive number", |x| x > 0.0)
}

/// A number between zero and one.
pub(super) fn fraction<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    checked(d, "a number between 0 and 1", |x| (0.0..=1.0).contains(&x))
}

/// A finite number, zero or more.
pub(super) fn not_negative<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    checked(d, "zero or a positive number", |x| x >= 0.0)
}

/// A finite number above zero, for a key that may be absent.
pub(super) fn positive_option<'de, D: Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
    positive(d).map(Some)
}

/// A relaxation time in s that a crystal can have.
pub(super) fn relaxation_time<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    let tau = positive(d)?;
    match plausibility(tau) {
        Plausibility::Impossible(words) => {
            Err(D::Error::custom(format!("{tau} is not possible: {words}")))
        }
        _ => Ok(tau),
    }
}
