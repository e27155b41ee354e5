//! Exact sums: contributions become integers, and integer sums have no order.
//! Twin: `shaders/fixed_point.wgsl`.
//!
//! *Cumulative channels* (`spectrum`): a cell of volume V (1 to 8 fine cells) adds |q| ≤ 1.2·V·2ᵇ, because channel values are
//! at most 1 (and Methfessel–Paxton steps at most 1.2); volumes sum to the number of grid points N. b is 44, or less so
//! that N·2ᵇ ≤ 2⁶²: |Σ q| < 2⁶³, and nothing overflows 64 bits. The quantum must be far below a contribution's own rounding,
//! because bins hold differences of edges and channel values may lie far below their bound: with b = 27 a real band's v_i v_j
//! lost two digits.
//!
//! The shader adds increments, a cell's contribution at an edge less that at the edge before, modulo 2⁶⁴: their running sum is
//! the contribution's own.
//!
//! *Contributions at one energy* (`fermi_surface`): a tetrahedron of width d levels contributes up to 3/d in units of
//! 1/level, which only the resolution of the levels bounds: a cell's sum is below 8·3·2³¹ < 2³⁶ in units of 1/range. With a
//! quantum of 2⁻²⁴ that is 60 bits (two limbs), and 2³⁴ cells need 34 more: three 32-bit limbs, 94 of 95 bits. In f64
//! contributions are limited to 2⁴⁴ (a tetrahedron flatter than 2⁻⁴² of its band, where the energies' own rounding is
//! larger), the quantum is 2⁻⁴⁸: 92 + 34 = 126 of 127 bits.

/// The nearest 64-bit integer to x, in two limbs: value = high·2³² + low; |x| < 2⁶³.
pub fn to_limbs(x: f32) -> (i32, u32) {
    // Exact up to the last rounding: scaling by powers of two, the floor of a magnitude, and the difference (its low bits).
    let t = x.abs();
    let high = (t * (1.0 / 4_294_967_296.0)).floor();
    let low = (t - high * 4_294_967_296.0).round_ties_even();
    let (high, low) = (high as i32, low as u32);
    if x < 0.0 {
        // Two's complement of the pair.
        let carry = i32::from(low == 0);
        return ((!high).wrapping_add(carry), (!low).wrapping_add(1));
    }
    (high, low)
}

/// A contribution at one energy as the nearest integer multiple of 2⁻²⁴.
pub fn to_wide(x: f32) -> (i32, u32) {
    to_limbs(x * 16_777_216.0)
}

/// A cumulative contribution as the nearest integer multiple of 1/quanta.
pub fn to_fixed(x: f32, quanta: f32) -> (i32, u32) {
    to_limbs(x * quanta)
}

/// 96-bit addition of a pair from [`to_wide`] on three limbs, in the order in which the shader adds with atomics: a limb that
/// wraps around adds one to the next. Where `middle` wraps by the carry alone it is zero and the carry goes on.
pub fn add_three_limbs(sum: &mut [u32; 3], (high, low): (i32, u32)) {
    let carry = |old: u32, added: u32| u32::from(old.wrapping_add(added) < old);
    let old = sum[0];
    sum[0] = old.wrapping_add(low);
    let up = carry(old, low);
    let middle = (high as u32).wrapping_add(up);
    let mut top = ((high >> 31) as u32).wrapping_add(carry(high as u32, up));
    let old = sum[1];
    sum[1] = old.wrapping_add(middle);
    top = top.wrapping_add(carry(old, middle));
    sum[2] = sum[2].wrapping_add(top);
}

/// 64-bit addition of a pair on two limbs, with the carry of the low one.
pub fn add_two_limbs(sum: &mut [u32; 2], (high, low): (i32, u32)) {
    let old = sum[0];
    sum[0] = old.wrapping_add(low);
    let carry = u32::from(sum[0] < old);
    sum[1] = sum[1].wrapping_add(high as u32).wrapping_add(carry);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_numbers_are_exact() {
        for x in [
            0.0f32, 1.0, -1.0, 1.5e-7, -3.3, 255.99, 1e9, -5e11, 4e-8, -4e-8, 127.999_99,
        ] {
            let (high, low) = to_wide(x);
            let got = i128::from(high) * (1 << 32) + i128::from(low);
            let exact = f64::from(x) * 16_777_216.0;
            assert!((got as f64 - exact).abs() <= 0.5, "{x}: {got} {exact}");
        }
    }

    #[test]
    fn limbs_add_like_64_bit_integers() {
        let mut sum = [0u32; 2];
        let mut reference = 0i64;
        let mut state = 12_345u32;
        for _ in 0..100_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let pair = to_fixed(state as i32 as f32 / 1e9, (1u64 << 44) as f32);
            add_two_limbs(&mut sum, pair);
            reference += (i64::from(pair.0) << 32) + i64::from(pair.1);
        }
        assert_eq!(
            (i64::from(sum[1] as i32) << 32) + i64::from(sum[0]),
            reference
        );
    }

    #[test]
    fn three_limbs_add_like_96_bit_integers() {
        let mut sum = [0u32; 3];
        let mut reference = 0i128;
        let mut state = 99u32;
        for i in 0..100_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let scale = [1e-3f32, 40.0, 1e6, 3e10][i % 4];
            let pair = to_wide((state as i32 as f32 / i32::MAX as f32) * scale);
            add_three_limbs(&mut sum, pair);
            reference += (i128::from(pair.0) << 32) + i128::from(pair.1);
        }
        let got =
            (i128::from(sum[2] as i32) << 64) + (i128::from(sum[1]) << 32) + i128::from(sum[0]);
        assert_eq!(got, reference);
    }
}
