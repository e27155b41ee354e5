//! The complementary error function in single precision.
//! Twin: `erfc` of `shaders/smearing.wgsl`.

/// erfc by the Chebyshev expansion of W. H. Press et al., Numerical Recipes, §6.2: relative error below 1.2e-7, which is
/// that of `f32` itself. The `f64` reference uses a library's erfc instead.
#[allow(clippy::excessive_precision)] // the published digits
pub fn erfc(x: f32) -> f32 {
    let z = x.abs();
    let t = 1.0 / (1.0 + 0.5 * z);
    let mut p = 0.170_872_77;
    p = p * t - 0.822_152_23;
    p = p * t + 1.488_515_87;
    p = p * t - 1.135_203_98;
    p = p * t + 0.278_868_07;
    p = p * t - 0.186_288_06;
    p = p * t + 0.096_784_18;
    p = p * t + 0.374_091_96;
    p = p * t + 1.000_023_68;
    p = p * t - 1.265_512_23;
    let r = t * (-z * z + p).exp();
    if x >= 0.0 { r } else { 2.0 - r }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_single_precision_erfc_is_good_to_its_last_digits() {
        for i in -300..300 {
            let x = f64::from(i) * 0.02;
            let relative = f64::from(erfc(x as f32)) / libm::erfc(f64::from(x as f32)) - 1.0;
            // 1.2e-7 from the expansion, and exp(−z²) magnifies the rounding of z² (z² ε) in f32.
            assert!(relative.abs() < 2e-7 * (2.0 + x * x), "{x} {relative}");
        }
    }
}
