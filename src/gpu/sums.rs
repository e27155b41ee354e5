//! Exact sums from the 32-bit limbs that the kernels leave.

/// Running sums over the edges of `increments[edge][channel]` (two limbs each), states starting at `below`.
pub fn cumulative(increments: &[u32], channels: usize, below: i128) -> Vec<i128> {
    let mut passed = vec![0i64; channels];
    increments
        .chunks_exact(2)
        .enumerate()
        .map(|(slot, words)| {
            let c = slot % channels;
            // An increment is known modulo 2⁶⁴, and so is the sum, which fits 63 bits (see kernel::fixed_point).
            passed[c] = passed[c].wrapping_add(limbs(words) as i64);
            i128::from(passed[c]) + if c == 0 { below } else { 0 }
        })
        .collect()
}

/// A signed integer from its limbs, low one first; the highest carries the sign.
pub fn limbs(words: &[u32]) -> i128 {
    let mut value = 0i128;
    for (i, &word) in words.iter().enumerate() {
        let word = if i + 1 == words.len() {
            i128::from(word as i32)
        } else {
            i128::from(word)
        };
        value += word << (32 * i);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limbs_make_signed_integers() {
        assert_eq!(limbs(&[7, 0, 0]), 7);
        assert_eq!(limbs(&[u32::MAX; 3]), -1);
        assert_eq!(limbs(&[0, 1]), 1 << 32);
        assert_eq!(limbs(&[1, u32::MAX]), 1 - (1 << 32));
    }

    #[test]
    fn increments_run_up_to_cumulative_sums() {
        // Two edges, two channels: states 3 then +2, the other −5 then +5.
        let increments = [3, 0, 5u32.wrapping_neg(), u32::MAX, 2, 0, 5, 0];
        assert_eq!(cumulative(&increments, 2, 100), [103, -5, 105, 0]);
    }
}
