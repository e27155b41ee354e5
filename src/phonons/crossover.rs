//! Drag against diffusion: which wins where it is cold (docs/physics §9, §19.3).

use crate::error::Result;
use crate::statistics::bose;
use crate::units::BOLTZMANN_EV;
use std::f64::consts::PI;

/// Steps of the bisection.
const STEPS: usize = 24;

/// S_g = −α (k_B/e) C(T/Θ)/(3k_B) · n_a/n of Debye's solid, V/K: n_a/n atoms per electron.
///
/// # Errors
/// Those of the quadrature.
pub fn debye_drag(
    temperature_k: f64,
    theta_k: f64,
    ratio: f64,
    atoms_per_electron: f64,
) -> Result<f64> {
    Ok(-ratio * BOLTZMANN_EV * bose::debye(temperature_k / theta_k)? * atoms_per_electron)
}

/// S_d = −(π²/2)(k_B/e) T/T_F of free electrons with one τ, V/K.
pub fn free_electron_diffusion(temperature_k: f64, fermi_temperature_k: f64) -> f64 {
    -0.5 * PI * PI * BOLTZMANN_EV * temperature_k / fermi_temperature_k
}

/// The temperatures between neighbours of an ascending list at which |drag| = |diffusion|.
///
/// # Errors
/// Those of the two functions.
pub fn crossings(
    temperatures_k: &[f64],
    drag: impl Fn(f64) -> Result<f64>,
    diffusion: impl Fn(f64) -> f64,
) -> Result<Vec<f64>> {
    let excess = |t: f64| -> Result<f64> { Ok(drag(t)?.abs() - diffusion(t).abs()) };
    let mut found = Vec::new();
    for pair in temperatures_k.windows(2) {
        let (mut low, mut high) = (pair[0], pair[1]);
        let side = excess(low)? > 0.0;
        if side == (excess(high)? > 0.0) {
            continue;
        }
        for _ in 0..STEPS {
            let middle = 0.5 * (low + high);
            if (excess(middle)? > 0.0) == side {
                low = middle;
            } else {
                high = middle;
            }
        }
        found.push(0.5 * (low + high));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/physics §9: Θ = 343 K and T_F = 8.16e4 K cross at 5.596109923 K, with diffusion the larger below.
    #[test]
    fn diffusion_wins_below_the_crossing() {
        let drag = |t| debye_drag(t, 343.0, 1.0, 1.0);
        let diffusion = |t| free_electron_diffusion(t, 8.16e4);
        let found = crossings(&[1.0, 3.0, 10.0, 30.0], drag, diffusion).unwrap();
        assert_eq!(found.len(), 1);
        assert!((found[0] - 5.596109923).abs() < 1e-6, "{found:?}");
        assert!(drag(2.0).unwrap().abs() < diffusion(2.0).abs());
        for (t, want) in [
            (0.02, -0.053722022413e-6),
            (0.05, -0.839393458537e-6),
            (0.1, -6.53374851389e-6),
        ] {
            let got = debye_drag(t * 343.0, 343.0, 1.0, 1.0).unwrap();
            assert!((got / want - 1.0).abs() < 1e-10, "{t}: {got}");
        }
    }
}
