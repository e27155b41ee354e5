//! Whether a number can be a relaxation time: a rate, or femtoseconds without their unit, give no error by themselves, and 1e30 S/m.

/// Times that no state of a crystal has lie outside, s.
const POSSIBLE: std::ops::RangeInclusive<f64> = 1e-21..=1e-6;
/// Times outside are rare, s: 1e-9 is a mean free path of a millimetre, 1e-18 one of a thousandth of an atom.
const USUAL: std::ops::RangeInclusive<f64> = 1e-18..=1e-9;

/// What is said of a positive relaxation time, s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plausibility {
    /// Nothing.
    Usual,
    /// A warning.
    Unusual(String),
    /// A refusal.
    Impossible(String),
}

/// Whether `tau_s` can be a relaxation time, with the likely cause where it cannot.
pub fn plausibility(tau_s: f64) -> Plausibility {
    let cause = if tau_s > 1e6 {
        "a rate in 1/s looks like this"
    } else if tau_s > *USUAL.end() {
        "a number of femtoseconds or picoseconds without its unit looks like this"
    } else {
        "a time converted to seconds twice looks like this"
    };
    let words = || {
        format!("a relaxation time of {tau_s:e} s, where crystals have 1e-18 to 1e-9 s: {cause}")
    };
    if !POSSIBLE.contains(&tau_s) {
        Plausibility::Impossible(words())
    } else if !USUAL.contains(&tau_s) {
        Plausibility::Unusual(words())
    } else {
        Plausibility::Usual
    }
}
