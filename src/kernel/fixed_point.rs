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
//! 1/level, which only the resolution of the levels bounds: a fine cell's are below 3·2³¹ < 2³³ in units of 1/range, those of the N
//! fine cells below N·2³³, and a quantum of 2⁻ᵇ with N·2³³·2ᵇ ≤ 2⁹⁵ fits three 32-bit limbs. In f64 contributions are limited to 2⁴⁴ (a
//! tetrahedron flatter than 2⁻⁴² of its band, where the energies' own rounding is larger): N·2⁴⁴·2ᵇ ≤ 2¹²⁶. The quantum is as fine as that
//! allows, because a channel's unit is a product of bounds that no state reaches together: where the fastest states live shortest,
//! |v|²τ² lies eight orders below it, and a fixed quantum of 2⁻²⁴ left nothing of it. A grid of more points has the coarser quantum, and
//! the greater sums.

/// The nearest integer to 0 ≤ t < 2⁶⁴, low limb first.
fn to_limbs(t: f32) -> [u32; 2] {
    // Exact up to the last rounding: scaling by powers of two, the floor of a magnitude, and the difference (its low bits).
    let high = (t * (1.0 / 4_294_967_296.0)).floor();
    let low = (t - high * 4_294_967_296.0).round_ties_even();
    [low as u32, high as u32]
}

/// A contribution at one energy as the nearest integer multiple of 1/quanta, low limb first; |x|·quanta < 2⁹⁵.
pub fn to_wide(x: f32, quanta: f32) -> [u32; 3] {
    let t = (x * quanta).abs();
    let high = (t * (1.0 / 18_446_744_073_709_551_616.0)).floor();
    let [low, middle] = to_limbs(t - high * 18_446_744_073_709_551_616.0);
    let high = high as u32;
    if x < 0.0 {
        // Two's complement of the three.
        let (up, further) = (u32::from(low == 0), u32::from(low == 0 && middle == 0));
        return [
            (!low).wrapping_add(1),
            (!middle).wrapping_add(up),
            (!high).wrapping_add(further),
        ];
    }
    [low, middle, high]
}

/// A cumulative contribution as the nearest integer multiple of 1/quanta: value = high·2³² + low; |x|·quanta < 2⁶³.
pub fn to_fixed(x: f32, quanta: f32) -> (i32, u32) {
    let [low, high] = to_limbs((x * quanta).abs());
    if x < 0.0 {
        // Two's complement of the pair.
        let up = u32::from(low == 0);
        return ((!high).wrapping_add(up) as i32, (!low).wrapping_add(1));
    }
    (high as i32, low)
}

/// 96-bit addition of limbs from [`to_wide`], in the order in which the shader adds with atomics: a limb that
/// wraps around adds one to the next. Where `middle` wraps by the carry alone it is zero and the carry goes on.
pub fn add_three_limbs(sum: &mut [u32; 3], [low, next, high]: [u32; 3]) {
    let carry = |old: u32, added: u32| u32::from(old.wrapping_add(added) < old);
    let old = sum[0];
    sum[0] = old.wrapping_add(low);
    let up = carry(old, low);
    let middle = next.wrapping_add(up);
    let mut top = high.wrapping_add(carry(next, up));
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
            0.0f32, 1.0, -1.0, 1.5e-7, -3.3, 255.99, 1e9, -6e10, 4e-8, -4e-8, 127.999_99, 2e-17,
        ] {
            for bits in [24, 49, 58] {
                let got = signed(to_wide(x, (1u64 << bits) as f32));
                let exact = f64::from(x) * f64::from(bits).exp2();
                assert!((got as f64 - exact).abs() <= 0.5, "{x}: {got} {exact}");
            }
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
            let random = state as i32 as f32 / i32::MAX as f32;
            let limbs = to_wide(random * scale, [16_777_216.0, 3e13][i / 4 % 2]);
            add_three_limbs(&mut sum, limbs);
            reference += signed(limbs);
        }
        assert_eq!(signed(sum), reference);
    }

    fn signed([low, middle, high]: [u32; 3]) -> i128 {
        (i128::from(high as i32) << 64) + (i128::from(middle) << 32) + i128::from(low)
    }
}
