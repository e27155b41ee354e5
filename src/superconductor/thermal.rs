//! Functions of y = Δ/k_BT for one direction of the Fermi surface (docs/physics §13, §21). w(x) = −∂f/∂x is Fermi's window.

use crate::error::Result;
use crate::fermi_dirac::window;
use crate::quadrature::tanh_sinh;
use std::f64::consts::PI;

/// Beyond this x the window is below 1e-26.
const REACH: f64 = 60.0;

/// ∫ f over (a, a + REACH), cut where f lives.
fn integral(a: f64, f: impl Fn(f64) -> f64) -> f64 {
    let part = |from: f64, to: f64| -> Result<f64> { Ok(tanh_sinh(from, to, |x| Ok([f(x)]))?[0]) };
    let (one, two) = (part(a, a + 8.0), part(a + 8.0, a + REACH));
    one.unwrap_or(f64::NAN) + two.unwrap_or(f64::NAN)
}

/// κ_s/κ_n with the relaxation time of Bardeen, Rickayzen and Tewordt, τ_s = τ_n E/|ξ|: (6/π²)∫_y^∞ x² w dx (Phys. Rev. 113, 982 (1959)).
pub fn thermal_brt(y: f64) -> f64 {
    6.0 / (PI * PI) * integral(y, |x| x * x * window(x))
}

/// κ_s/κ_n with the same relaxation time as in the normal state: (6/π²)∫₀^∞ z² w(√(z² + y²)) dz.
pub fn thermal_constant_time(y: f64) -> f64 {
    6.0 / (PI * PI) * integral(0.0, |z| z * z * window((z * z + y * y).sqrt()))
}

/// Yosida's function 2∫₀^∞ w(√(z² + y²)) dz: the share of electrons that flow as normal ones do; the superfluid's is one less this.
pub fn normal_share(y: f64) -> f64 {
    2.0 * integral(0.0, |z| window((z * z + y * y).sqrt()))
}

/// Mean of N(E)/N_0 = E/√(E² − Δ²) between two energies in units of Δ's: [√(b² − Δ²) − √(a² − Δ²)]/(b − a).
pub fn states(gap: f64, a: f64, b: f64) -> f64 {
    let root = |e: f64| (e * e - gap * gap).max(0.0).sqrt();
    (root(b) - root(a)) / (b - a)
}

#[cfg(test)]
mod tests {
    use super::super::GapShape;
    use super::*;

    #[test]
    fn heat_dies_with_the_gap_as_published() {
        for (y, want) in [
            (1.0, 0.956123908496),
            (2.0, 0.757810739538),
            (5.0, 0.150722162517),
            (10.0, 0.00336704296857),
        ] {
            assert!((thermal_brt(y) / want - 1.0).abs() < 1e-10, "{y}");
        }
        let s = GapShape::uniform();
        for (t, brt, constant) in [
            (0.1, 4.62928550903e-6, 1.36797906593e-6),
            (0.3, 0.0829450127171, 0.0412137735972),
            (0.5, 0.408283682601, 0.257031324068),
            (0.7, 0.735033380136, 0.553224245066),
            (0.9, 0.952260385501, 0.854898584007),
        ] {
            let y = s.gap(t).unwrap() / t;
            assert!((thermal_brt(y) / brt - 1.0).abs() < 1e-9, "{t}");
            assert!(
                (thermal_constant_time(y) / constant - 1.0).abs() < 1e-9,
                "{t}"
            );
        }
        // (6/π²)(y² + 2y + 2)e^{−y}: exponential death.
        let y: f64 = 30.0;
        let asymptote = 6.0 / (PI * PI) * (y * y + 2.0 * y + 2.0) * (-y).exp();
        assert!((thermal_brt(y) / asymptote - 1.0).abs() < 1e-10);
    }

    #[test]
    fn superfluids_have_their_published_densities() {
        let s = GapShape::uniform();
        for (t, want) in [
            (0.1, 0.9999997651),
            (0.5, 0.8340376847),
            (0.9, 0.1959477621),
        ] {
            let y = s.gap(t).unwrap() / t;
            assert!((1.0 - normal_share(y) - want).abs() < 2e-10, "{t}");
        }
        // §21 once printed .79373336 and .38364274. Yosida's integral over real energies and the sum over Matsubara's frequencies, which
        // share nothing but the gap, agree on these.
        let d = GapShape::d_wave();
        for (t, want) in [(0.3, 0.79300537744), (0.7, 0.38316419234)] {
            let gap = d.gap(t).unwrap();
            let rho = d.mean(|f| 1.0 - normal_share(gap * f / t));
            let summed = d.mean(|f| matsubara(gap * f, t));
            assert!((rho - want).abs() < 2e-8, "{t}: {rho}");
            assert!((summed - rho).abs() < 1e-9, "{t}: {summed} {rho}");
        }
        // 1 − 2 ln 2 k_BT/Δ₀ where it is cold.
        let t = 0.02;
        let rho = d.mean(|f| 1.0 - normal_share(d.zero() * f / t));
        let slope = (1.0 - rho) / (2.0 * std::f64::consts::LN_2 * t / d.zero());
        assert!((slope - 1.0).abs() < 1e-3, "{slope}");
    }

    /// 2πT Σ_{n≥0} Δ²/(ω_n² + Δ²)^{3/2}, ω_n = (2n + 1)πT: the superfluid share of one direction, all in units of k_BT_c.
    fn matsubara(gap: f64, t: f64) -> f64 {
        const COUNT: usize = 2000;
        let step = 2.0 * PI * t;
        let term = |w: f64| gap * gap / (w * w + gap * gap).powf(1.5);
        let first: f64 = (0..COUNT)
            .map(|n| step * term((n as f64 + 0.5) * step))
            .sum();
        // The rest as an integral, from the middle of two frequencies on.
        let from = COUNT as f64 * step;
        first + 1.0 - from / (from * from + gap * gap).sqrt()
    }

    /// Complete elliptic integral of the first kind of the parameter m = k², by the arithmetic-geometric mean.
    fn elliptic_k(m: f64) -> f64 {
        let (mut a, mut b) = (1.0, (1.0 - m).sqrt());
        for _ in 0..40 {
            (a, b) = (0.5 * (a + b), (a * b).sqrt());
        }
        0.5 * PI / a
    }

    /// N(E)/N_0 of a d wave: (2/π) x K(x²) below Δ₀, (2/π) K(1/x²) above; what bins hold is its mean over them.
    #[test]
    fn a_d_wave_has_states_at_every_energy() {
        let exact = |x: f64| match x < 1.0 {
            true => 2.0 / PI * x * elliptic_k(x * x),
            false => 2.0 / PI * elliptic_k(1.0 / (x * x)),
        };
        let d = GapShape::d_wave();
        for (x, want) in [(0.5, 0.5365910036), (1.5, 1.1520701090)] {
            assert!((exact(x) - want).abs() < 5e-11, "{x}: {}", exact(x));
            let h = 0.01;
            let mean = (exact(x - h) + 4.0 * exact(x) + exact(x + h)) / 6.0;
            let got = d.mean(|f| states(f, x - h, x + h));
            assert!((got / mean - 1.0).abs() < 2e-4, "{x}: {got} {mean}");
        }
    }
}
