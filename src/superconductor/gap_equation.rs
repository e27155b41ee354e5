//! The gap against temperature in weak coupling, Δ_k(T) = Δ(T) f_k with a separable attraction:
//! ln t = Σ_{n≥0} {⟨f²/√((n + ½)² + (Δf/2πk_BT)²)⟩/⟨f²⟩ − 1/(n + ½)}, t = T/T_c.

use crate::error::{Error, Result};
use std::f64::consts::{LN_2, PI};

/// π e^{−γ}: Δ(0)/k_BT_c of a uniform gap.
pub const ZERO_GAP: f64 = 1.763_876_988_862_05;
/// Points around a cylinder.
const CYLINDER: usize = 1024;
/// Frequencies that are summed one by one, at least.
const TERMS: usize = 64;

/// How a gap is distributed over the Fermi surface.
#[derive(Clone, Debug, PartialEq)]
pub struct GapShape {
    /// Weight and |f|; weights add up to 1, the largest |f| is 1.
    points: Vec<(f64, f64)>,
    /// Δ(0)/k_BT_c.
    zero: f64,
}

impl GapShape {
    /// The same everywhere.
    pub fn uniform() -> Self {
        Self {
            points: vec![(1.0, 1.0)],
            zero: ZERO_GAP,
        }
    }

    /// cos 2φ around a cylinder.
    pub fn d_wave() -> Self {
        let of = |i: usize| {
            // An eighth of the circle is the whole of |cos 2φ|: midpoints from 0 to π/4.
            let phi = PI / 4.0 * (i as f64 + 0.5) / CYLINDER as f64;
            (1.0 / CYLINDER as f64, (2.0 * phi).cos())
        };
        Self {
            points: (0..CYLINDER).map(of).collect(),
            // ⟨2cos² ln|cos|⟩ = ½ − ln 2.
            zero: ZERO_GAP * (LN_2 - 0.5).exp(),
        }
    }

    /// Δ(0)/k_BT_c: the largest gap at T = 0.
    pub fn zero(&self) -> f64 {
        self.zero
    }

    /// Δ(T)/k_BT_c at t = T/T_c; 0 from T_c on.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a temperature that is not positive.
    pub fn gap(&self, t: f64) -> Result<f64> {
        if !(t.is_finite() && t > 0.0) {
            return Err(Error::bad_option(
                "-T",
                format!("T/T_c = {t}"),
                "give positive temperatures",
            ));
        }
        if t >= 1.0 {
            return Ok(0.0);
        }
        // Where it is this cold nothing is excited: the corrections are below e^{-30} (or of order t³ with nodes).
        let excess = |delta: f64| self.sum(delta / (2.0 * PI * t)) - t.ln();
        let (mut low, mut high) = (0.0, 1.01 * self.zero);
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            // The sum falls with the gap.
            if excess(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(0.5 * (low + high))
    }

    /// Σ over frequencies, a = Δ/2πk_BT.
    fn sum(&self, a: f64) -> f64 {
        let square: f64 = self.points.iter().map(|(w, f)| w * f * f).sum();
        let count = TERMS.max((8.0 * a) as usize);
        let each = self
            .points
            .iter()
            .map(|(w, f)| w * f * f * series(a * f, count));
        each.sum::<f64>() / square
    }

    /// ⟨g(|f|)⟩ over the surface.
    pub fn mean(&self, g: impl Fn(f64) -> f64) -> f64 {
        self.points.iter().map(|(w, f)| w * g(*f)).sum()
    }
}

/// Σ_{n≥0} [1/√((n + ½)² + a²) − 1/(n + ½)]: the first terms, and the rest by Euler and Maclaurin.
fn series(a: f64, count: usize) -> f64 {
    let term = |x: f64| {
        let root = (x * x + a * a).sqrt();
        // Without cancellation where a is small.
        -a * a / (x * root * (x + root))
    };
    let first: f64 = (0..count).map(|n| term(n as f64 + 0.5)).sum();
    let n = count as f64;
    let ratio = a / n;
    let rest = (2.0 / (1.0 + (1.0 + ratio * ratio).sqrt())).ln();
    // −(1/24) of the slope's change from n to infinity.
    let slope = -n / (n * n + a * a).powf(1.5) + 1.0 / (n * n);
    first + rest + slope / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/physics §13, §21.
    #[test]
    fn gaps_have_their_published_values() {
        let s = GapShape::uniform();
        for (t, want) in [
            (0.1, 0.999999987045),
            (0.3, 0.99712376249),
            (0.5, 0.956884715875),
            (0.7, 0.828770970448),
            (0.9, 0.526341934551),
        ] {
            let got = s.gap(t).unwrap() / ZERO_GAP;
            assert!((got - want).abs() < 1e-11, "{t}: {got:.14}");
        }
        let d = GapShape::d_wave();
        assert!((d.zero() - 2.13969095).abs() < 1e-8, "{}", d.zero());
        for (t, want) in [(0.3, 2.11473646), (0.7, 1.71112437)] {
            let got = d.gap(t).unwrap();
            assert!((got - want).abs() < 1e-7, "{t}: {got:.9}");
        }
        assert_eq!(s.gap(1.0).unwrap(), 0.0);
        assert!(s.gap(0.0).is_err());
    }
}
