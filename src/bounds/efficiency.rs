//! From zT to efficiency (docs/physics §15; A. F. Ioffe, Semiconductor Thermoelements, 1957).

/// Efficiency at maximum efficiency of a leg of constant properties: η_C (√(1+zT) − 1)/(√(1+zT) + T_c/T_h).
pub fn maximum_efficiency(zt: f64, hot_k: f64, cold_k: f64) -> f64 {
    let root = (1.0 + zt).sqrt();
    // √(1+zT) − 1 without cancelling for small zT.
    (1.0 - cold_k / hot_k) * (zt / (root + 1.0)) / (root + cold_k / hot_k)
}

/// Efficiency at maximum power in the limit of small differences of temperature: ½ η_C zT/(zT + 2).
pub fn efficiency_at_maximum_power(zt: f64, hot_k: f64, cold_k: f64) -> f64 {
    0.5 * (1.0 - cold_k / hot_k) * zt / (zt + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/physics §15: zT = 3, T_c/T_h = ½: 0.4 η_C and 0.3 η_C.
    #[test]
    fn published_efficiencies() {
        assert!((maximum_efficiency(3.0, 600.0, 300.0) - 0.4 * 0.5).abs() < 1e-15);
        assert!((efficiency_at_maximum_power(3.0, 600.0, 300.0) - 0.3 * 0.5).abs() < 1e-15);
        let small = maximum_efficiency(1e-12, 600.0, 300.0);
        assert!((small / (0.5 * 0.5e-12 / 1.5) - 1.0).abs() < 1e-9);
    }
}
