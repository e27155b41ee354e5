//! Sums without an order: every contribution becomes an integer, a multiple of a quantum, before it is added. Any order of work
//! items, threads, parts or machines gives the same bits.

/// Bits of a unit below its quantum: 27 decimal digits, far below the rounding of any contribution in f64.
const BITS_BELOW: i32 = 90;

/// The quantum of a sum: a power of two, so that scaling is exact.
///
/// *No overflow that is not seen.* A sum holds 2³⁷ = 1.4e11 units on either side. What is cumulative is at most some hundred
/// units (a unit is chosen as the size of a whole zone's sum); contributions at one energy have no bound where a cell is flat,
/// and saturate: the sum is then infinite, never wrapped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantum {
    /// Quanta in 1.
    per_one: f64,
}

impl Quantum {
    /// Of sums of about 1.
    pub const OF_ONE: Self = Self {
        per_one: (1u128 << BITS_BELOW) as f64,
    };

    /// For sums of about `unit`, a positive number.
    pub fn below(unit: f64) -> Self {
        // Exponents so far out that 2^(90 − e) is no f64 do not come from a crystal; clamped, they only lose digits.
        let exponent = unit.log2().floor().clamp(-900.0, 900.0) as i32;
        Self {
            per_one: f64::powi(2.0, BITS_BELOW - exponent),
        }
    }

    /// The nearest integer; the largest of its sign for what is too large, and for NaN, so that it cannot pass for 0.
    pub fn integer(self, x: f64) -> i128 {
        if x.is_nan() {
            return i128::MAX;
        }
        (x * self.per_one).round_ties_even() as i128
    }

    /// What a sum of integers stands for; infinite where it saturated.
    pub fn value(self, sum: i128) -> f64 {
        match sum {
            i128::MAX => f64::INFINITY,
            i128::MIN => f64::NEG_INFINITY,
            sum => sum as f64 / self.per_one,
        }
    }
}

/// Adds `x` to `sum`, which stays at its end once it is there.
pub(super) fn add(sum: &mut i128, x: i128) {
    *sum = sum.saturating_add(x);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_no_order_and_keep_the_digits_of_f64() {
        let quantum = Quantum::below(3.0e11);
        let mut numbers: Vec<f64> = (0..500)
            .map(|i| (f64::from(i) * 0.7).sin() * f64::powi(10.0, i % 13))
            .collect();
        let sum = |numbers: &[f64]| {
            let mut sum = 0;
            for x in numbers {
                add(&mut sum, quantum.integer(*x));
            }
            quantum.value(sum)
        };
        let (forward, plain) = (sum(&numbers), numbers.iter().sum::<f64>());
        assert!((forward - plain).abs() <= 1e-13 * plain.abs());
        numbers.reverse();
        assert_eq!(sum(&numbers).to_bits(), forward.to_bits());
        numbers.sort_by(f64::total_cmp);
        assert_eq!(sum(&numbers).to_bits(), forward.to_bits());
        // Plain sums do depend on it.
        assert_ne!(numbers.iter().sum::<f64>().to_bits(), plain.to_bits());
    }

    #[test]
    fn what_is_too_large_is_infinite_and_nan_is_not_zero() {
        let quantum = Quantum::below(1.0);
        for (x, expected) in [
            (1e30, f64::INFINITY),
            (-1e30, f64::NEG_INFINITY),
            (f64::NAN, f64::INFINITY),
            (0.0, 0.0),
            (-2.5, -2.5),
        ] {
            assert_eq!(quantum.value(quantum.integer(x)), expected);
        }
        let mut sum = quantum.integer(1e30);
        add(&mut sum, quantum.integer(5.0));
        assert_eq!(quantum.value(sum), f64::INFINITY);
        for unit in [1e-200, 1e-20, 1e200] {
            let q = Quantum::below(unit);
            assert_eq!(q.value(q.integer(unit)), unit);
        }
    }
}
