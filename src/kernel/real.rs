//! The two arithmetics of the kernels: `f64` on energies in eV, and `f32` on fixed-point energies as on the GPU.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// How a band's energies become levels: `E = origin + level·step`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelScale {
    /// Energy of level 0, eV.
    pub origin_ev: f64,
    /// Energy of one level, eV.
    pub step_ev: f64,
    /// Width of the band in levels; contributions at one energy are measured against it.
    pub range: f64,
}

/// An energy to compare levels with. It may lie between two levels: `ε − E = (level − E) + fraction`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold<R: Real> {
    /// The level at or below the energy.
    pub level: R::Level,
    /// What is left, in levels: 0 ≤ fraction < 1 within the band (0 for `f64`), and the whole distance from the lowest level
    /// (negative) or the highest one outside it, where smearing still sees it.
    pub fraction: R,
}

impl<R: Real> Threshold<R> {
    /// ε − E.
    #[inline(always)]
    pub fn above(&self, level: R::Level) -> R {
        R::difference(self.level, level) + self.fraction
    }
}

/// Bits of the low part of [`Real::to_wide_parts`].
pub const WIDE_SHIFT: u32 = 50;

/// An arithmetic with its representation of energies.
pub trait Real:
    Copy
    + Send
    + Sync
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + 'static
{
    /// An energy: `f64` in eV, or an integer of a [`LevelScale`].
    type Level: Copy + Send + Sync + Debug + Default + PartialOrd + 'static;

    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The smallest energy difference by which is divided, in levels.
    const TINY: Self;
    /// Binary exponent of the quantum of cumulative channels, at most: contributions are multiples of 2^−bits.
    const SPECTRUM_BITS: u32;
    /// Binary exponent of the quantum of contributions at one energy, at most.
    const SURFACE_BITS: u32;
    /// Bits of a sum of contributions at one energy, less those of a fine cell's largest contribution.
    const SURFACE_ROOM: u32;

    /// Nearest value.
    fn from_f64(x: f64) -> Self;
    /// Exact value.
    fn to_f64(self) -> f64;
    /// a − b.
    fn difference(a: Self::Level, b: Self::Level) -> Self;
    /// (a − b) + (c − d).
    fn difference_sum(a: Self::Level, b: Self::Level, c: Self::Level, d: Self::Level) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Exponential.
    fn exp(self) -> Self;
    /// Complementary error function.
    fn erfc(self) -> Self;
    /// Nearest integer multiple of 2^−bits as that integer; |x|·2^bits < 2⁵¹.
    fn to_fixed(self, bits: u32) -> i64;
    /// As [`Real::to_fixed`] for contributions at one energy, whose size has a far bound (see `fixed_point`).
    fn to_wide(self, bits: u32) -> i128 {
        let (high, low) = self.to_wide_parts(bits);
        (i128::from(high) << WIDE_SHIFT) + i128::from(low)
    }
    /// [`Real::to_wide`] as high·2⁵⁰ + low: |high| ≤ 2⁵⁰, 0 ≤ low ≤ 2⁵⁰, so that 2¹² of each add up without overflow.
    fn to_wide_parts(self, bits: u32) -> (i64, i64);
    /// The scale of a band between two energies (eV).
    fn level_scale(energy_min: f64, energy_max: f64) -> LevelScale;
    /// Writes the levels of `energies` (eV) where they are not the energies themselves.
    fn load(energies: &[f64], scale: &LevelScale, levels: &mut Vec<Self::Level>);
    /// The levels of `energies`, after [`Real::load`] wrote `levels`.
    fn loaded<'a>(energies: &'a [f64], levels: &'a [Self::Level]) -> &'a [Self::Level];
    /// The threshold at an energy (eV).
    fn threshold(energy_ev: f64, scale: &LevelScale) -> Threshold<Self>;
    /// The lowest level that is not below the threshold: `E < ε` exactly where `E < bound`.
    fn bound(threshold: &Threshold<Self>) -> Self::Level;
    /// The levels (a, b) of an energy with its tie (levels): `E < a` exactly where E lies below ε and no tie, `E ≥ b` exactly
    /// where it lies above ε and no tie.
    fn tie_bounds(energy_ev: f64, tie: f64, scale: &LevelScale) -> (Self::Level, Self::Level);

    /// The larger of two numbers (neither NaN).
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    /// The number, limited to 0 … 1.
    #[inline(always)]
    fn saturate(self) -> Self {
        let low = if self > Self::ZERO { self } else { Self::ZERO };
        if low < Self::ONE { low } else { Self::ONE }
    }
}

impl Real for f64 {
    type Level = f64;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TINY: Self = 1e-200;
    const SPECTRUM_BITS: u32 = 44;
    const SURFACE_BITS: u32 = 56;
    const SURFACE_ROOM: u32 = 126 - 44;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn difference(a: f64, b: f64) -> Self {
        a - b
    }
    #[inline(always)]
    fn difference_sum(a: f64, b: f64, c: f64, d: f64) -> Self {
        (a - b) + (c - d)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn exp(self) -> Self {
        self.exp()
    }
    fn erfc(self) -> Self {
        libm::erfc(self)
    }
    /// Adding 1.5·2⁵² leaves the nearest integer in the low bits of the sum: one addition instead of a conversion.
    #[inline(always)]
    fn to_fixed(self, bits: u32) -> i64 {
        const MAGIC: f64 = 6_755_399_441_055_744.0;
        let scale = f64::from_bits(u64::from(1023 + bits) << 52);
        (self * scale + MAGIC).to_bits() as i64 - MAGIC.to_bits() as i64
    }
    /// Rounding, floor and difference are exact, and so are the two halves, which the low bits of a sum hold as in `to_fixed`.
    #[inline(always)]
    fn to_wide_parts(self, bits: u32) -> (i64, i64) {
        const LIMIT: f64 = (1u64 << 44) as f64;
        const SHIFT: f64 = (1u64 << WIDE_SHIFT) as f64;
        let scale = f64::from_bits(u64::from(1023 + bits) << 52);
        let t = (self.clamp(-LIMIT, LIMIT) * scale).round_ties_even();
        let high = (t * (1.0 / SHIFT)).floor();
        (high.to_fixed(0), (t - high * SHIFT).to_fixed(0))
    }
    fn level_scale(energy_min: f64, energy_max: f64) -> LevelScale {
        LevelScale {
            origin_ev: 0.0,
            step_ev: 1.0,
            range: width(energy_min, energy_max),
        }
    }
    fn load(_energies: &[f64], _scale: &LevelScale, _levels: &mut Vec<f64>) {}
    fn loaded<'a>(energies: &'a [f64], _levels: &'a [f64]) -> &'a [f64] {
        energies
    }
    fn threshold(energy_ev: f64, _scale: &LevelScale) -> Threshold<Self> {
        Threshold {
            level: energy_ev,
            fraction: 0.0,
        }
    }
    #[inline(always)]
    fn bound(threshold: &Threshold<Self>) -> f64 {
        threshold.level
    }
    fn tie_bounds(energy_ev: f64, tie: f64, _scale: &LevelScale) -> (f64, f64) {
        (energy_ev - tie, (energy_ev + tie).next_up())
    }
}

/// The highest fixed-point level; one below the largest integer, so that a bound above it exists.
const TOP_LEVEL: i32 = i32::MAX - 1;

impl Real for f32 {
    type Level = i32;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TINY: Self = 1e-20;
    const SPECTRUM_BITS: u32 = 44;
    const SURFACE_BITS: u32 = 58;
    const SURFACE_ROOM: u32 = 95 - 33;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    /// Levels and thresholds lie in −1 … 2³¹−2, so no difference overflows.
    #[inline(always)]
    fn difference(a: i32, b: i32) -> Self {
        a.wrapping_sub(b) as f32
    }
    /// The sum needs 33 bits: halves are added as integers, and then the bits that halving dropped.
    #[inline(always)]
    fn difference_sum(a: i32, b: i32, c: i32, d: i32) -> Self {
        let (x, y) = (a.wrapping_sub(b), c.wrapping_sub(d));
        2.0 * ((x >> 1) + (y >> 1)) as f32 + ((x & 1) + (y & 1)) as f32
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn exp(self) -> Self {
        self.exp()
    }
    fn erfc(self) -> Self {
        super::error_function::erfc(self)
    }
    #[inline(always)]
    fn to_fixed(self, bits: u32) -> i64 {
        let (high, low) = super::fixed_point::to_fixed(self, (1u64 << bits) as f32);
        (i64::from(high) << 32) + i64::from(low)
    }
    #[inline(always)]
    fn to_wide_parts(self, bits: u32) -> (i64, i64) {
        let [low, middle, high] = super::fixed_point::to_wide(self, (1u64 << bits) as f32);
        let low = (i64::from(middle) << 32) + i64::from(low);
        let high = i64::from(high as i32) << (64 - WIDE_SHIFT);
        (
            high + (low as u64 >> WIDE_SHIFT) as i64,
            low & ((1 << WIDE_SHIFT) - 1),
        )
    }
    fn level_scale(energy_min: f64, energy_max: f64) -> LevelScale {
        let range = f64::from(TOP_LEVEL);
        LevelScale {
            origin_ev: energy_min,
            step_ev: width(energy_min, energy_max) / range,
            range,
        }
    }
    fn load(energies: &[f64], scale: &LevelScale, levels: &mut Vec<i32>) {
        levels.clear();
        levels.extend(energies.iter().map(|&e| level_of(e, scale)));
    }
    fn loaded<'a>(_energies: &'a [f64], levels: &'a [i32]) -> &'a [i32] {
        levels
    }
    fn threshold(energy_ev: f64, scale: &LevelScale) -> Threshold<Self> {
        // Far from a band that is (nearly) flat the distance in levels is cut short of overflow.
        let x = ((energy_ev - scale.origin_ev) / scale.step_ev).clamp(-1e30, 1e30);
        let level = x.floor().clamp(0.0, scale.range);
        Threshold {
            level: level as i32,
            fraction: (x - level) as f32,
        }
    }
    #[inline(always)]
    fn bound(threshold: &Threshold<Self>) -> i32 {
        threshold.level + i32::from(threshold.fraction > 0.0)
    }
    fn tie_bounds(energy_ev: f64, tie: f64, scale: &LevelScale) -> (i32, i32) {
        let x = (energy_ev - scale.origin_ev) / scale.step_ev;
        // A level above all others exists; the conversion saturates.
        let level = |x: f64| x.clamp(0.0, f64::from(i32::MAX)) as i32;
        (level((x - tie).ceil()), level((x + tie).floor() + 1.0))
    }
}

/// How far (eV) from an energy those of a band count as equal to it: half a fixed-point level, which is what integers cannot tell,
/// and the rounding of the energies themselves. All arithmetics take the same.
pub fn tie(energy_min: f64, energy_max: f64) -> f64 {
    const ROUNDING: f64 = 4.0 * f64::EPSILON;
    let half_level = 0.5 * width(energy_min, energy_max) / f64::from(TOP_LEVEL);
    half_level + ROUNDING * energy_min.abs().max(energy_max.abs())
}

/// The fixed-point level of an energy (eV).
pub fn level_of(energy_ev: f64, scale: &LevelScale) -> i32 {
    ((energy_ev - scale.origin_ev) / scale.step_ev).round() as i32
}

/// Width of a band in eV; a flat band gets a width that keeps divisions finite.
pub fn width(energy_min: f64, energy_max: f64) -> f64 {
    let scale = energy_min.abs().max(energy_max.abs());
    (energy_max - energy_min).max(1e-13 * scale).max(1e-30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_numbers_round_to_the_nearest_quantum() {
        for x in [0.0, 1.0, -1.0, 0.3, -0.7, 7.999, 1.0 / 3.0, 2f64.powi(-45)] {
            let expected = (x * 2f64.powi(44)).round_ties_even() as i64;
            assert_eq!(f64::to_fixed(x, 44), expected, "{x}");
        }
        assert_eq!(f32::to_fixed(-0.25, 27), -(1 << 25));
    }

    #[test]
    fn wide_numbers_are_their_two_parts() {
        for x in [
            0.0,
            1.0,
            -1.0,
            0.3,
            -7.7e9,
            3.3e13,
            -1e-14,
            2f64.powi(-49),
            1e300,
        ] {
            for bits in [47, 56] {
                let expected = x.clamp(-2f64.powi(44), 2f64.powi(44)) * 2f64.powi(bits as i32);
                let expected = expected.round_ties_even();
                assert_eq!(x.to_wide(bits), expected as i128, "{x}");
                let (high, low) = x.to_wide_parts(bits);
                assert!(high.abs() <= 1 << WIDE_SHIFT && (0..=1 << WIDE_SHIFT).contains(&low));
            }
        }
        for x in [0.0f32, 1.0, -1.0, 0.3, -5e9, 6.8e10, -4e-8, 1e-17] {
            for bits in [24, 49, 58] {
                let expected = (f64::from(x) * 2f64.powi(bits as i32)).round_ties_even();
                assert_eq!(x.to_wide(bits), expected as i128, "{x}");
                let (high, low) = x.to_wide_parts(bits);
                assert!(high.abs() <= 1 << WIDE_SHIFT && (0..=1 << WIDE_SHIFT).contains(&low));
            }
        }
    }

    #[test]
    fn thresholds_keep_their_place_among_the_levels() {
        let scale = f32::level_scale(-3.0, 5.0);
        for e in [-4.0, -3.0, -2.999, 0.123, 4.9999999, 5.0, 6.0] {
            let t = f32::threshold(e, &scale);
            for l in [-3.0, -1.0, 0.122, 0.124, 5.0] {
                let above = t.above(level_of(l, &scale)).to_f64() * scale.step_ev;
                assert!((above - (e - l)).abs() < 1e-6, "{e} {l} {above}");
                assert_eq!(above > 0.0, e > l + 1e-9, "{e} {l}");
            }
        }
    }

    #[test]
    fn levels_just_under_a_full_band_are_told_from_those_above() {
        let scale = f32::level_scale(0.0, 1.0);
        let top = level_of(1.0, &scale);
        assert_eq!(top, TOP_LEVEL);
        assert!(f32::threshold(1.0 + 1e-6, &scale).above(top) > 0.0);
        assert_eq!(f32::threshold(1.0, &scale).above(top), 0.0);
        assert!(top < f32::bound(&f32::threshold(2.0, &scale)));
        assert!(top >= f32::bound(&f32::threshold(1.0, &scale)));
    }
}
