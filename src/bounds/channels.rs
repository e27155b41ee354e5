//! The window of a transmission, and the best window where the number of channels varies with energy.
//!
//! zT = I₁²/(I₂I₀ − I₁² + cI₀) with I_n = ∫ s xⁿ w dx and c = 1/α grows where s grows at an x with f(x) > 0, and falls where f(x) < 0,
//! f(x) = 2px − x² − P, p = (I₂ + c)/I₁, P = (I₂ + c)/I₀ (docs/physics §16). Where f > 0 lies between the roots x₋ and x₊, and
//! zT = 4x₋x₊/(x₊ − x₋)² for any s. The best s ≤ AΞ(x) is AΞ between two edges that are their own roots.

use std::f64::consts::PI;

/// Where a transmission of this kind raises zT.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThermoelectricWindow {
    /// Lower edge, k_BT from μ.
    pub lower: f64,
    /// Upper edge.
    pub upper: f64,
    /// zT, from the moments.
    pub figure_of_merit: f64,
}

impl ThermoelectricWindow {
    /// The roots of f for the moments I_n and c = 1/α; none where I₀ or I₁ vanishes, or the moments are of no weight that is positive.
    pub fn new(moments: [f64; 3], inverse_alpha: f64) -> Option<Self> {
        let [i0, i1, i2] = moments;
        let heat = i2 + inverse_alpha;
        if !(i0 > 0.0 && i1 != 0.0 && heat > 0.0 && i1.is_finite()) {
            return None;
        }
        let (p, product) = (heat / i1, heat / i0);
        // p² − P without cancelling: (I₂I₀ − I₁² + cI₀) (I₂ + c)/(I₁²I₀).
        let spread = (i2 * i0 - i1 * i1) + inverse_alpha * i0;
        if spread <= 0.0 {
            return None;
        }
        let root = (spread * heat / i0).sqrt() / i1.abs();
        let far = p + root.copysign(p);
        let near = product / far;
        Some(Self {
            lower: near.min(far),
            upper: near.max(far),
            figure_of_merit: i1 * i1 / spread,
        })
    }

    /// zT by the identity 4x₋x₊/(x₊ − x₋)²: equal to [`Self::figure_of_merit`] but for rounding, a check.
    pub fn figure_of_merit_from_edges(&self) -> f64 {
        4.0 * self.lower * self.upper / (self.upper - self.lower).powi(2)
    }
}

/// ∫ Ξ xⁿ w dx between two edges, n = 0, 1, 2.
pub type ChannelMoments<'a> = &'a dyn Fn(f64, f64) -> [f64; 3];

/// Less than this share of zT is nothing to climb.
const FLAT: f64 = 1e-9;
/// Edges are right to this share of their distance.
const SHARE: f64 = 1e-12;

/// The best window for channels Ξ(x), whose moments between edges are `moments`, with c = 1/αA: from each of the `starts` edges are moved
/// to the roots of f, which raises zT, until they are their own roots; the best end is taken. None where no start has a zT.
pub fn best_window(
    moments: ChannelMoments,
    inverse_alpha: f64,
    starts: &[(f64, f64)],
) -> Option<ThermoelectricWindow> {
    let found = starts
        .iter()
        .filter_map(|start| climbed(moments, inverse_alpha, *start));
    found.max_by(|a, b| a.figure_of_merit.total_cmp(&b.figure_of_merit))
}

/// One climb: Newton's method for edges that are their own roots where that raises zT, else a part of the way to the roots.
fn climbed(
    moments: ChannelMoments,
    inverse_alpha: f64,
    start: (f64, f64),
) -> Option<ThermoelectricWindow> {
    const ROUNDS: usize = 200;
    let roots = |a: f64, b: f64| ThermoelectricWindow::new(moments(a, b), inverse_alpha);
    let merit = |a: f64, b: f64| roots(a, b).map_or(0.0, |w| w.figure_of_merit);
    let (mut a, mut b) = start;
    let mut here = roots(a, b)?;
    for _ in 0..ROUNDS {
        let zt = here.figure_of_merit;
        let off = (here.lower - a, here.upper - b);
        let size = (b - a).min(a.abs().max(b.abs()));
        if off.0.abs().max(off.1.abs()) < SHARE * size {
            break;
        }
        // At the top zT is flat and tells nothing any more; there the edges come nearer to their own roots.
        let far = off.0.abs().max(off.1.abs());
        let newton = newton_step(&roots, (a, b), off).filter(|(da, db)| {
            let (a, b) = (a + da, b + db);
            let better = |w: ThermoelectricWindow| {
                let left = (w.lower - a).abs().max((w.upper - b).abs());
                w.figure_of_merit > zt || (left < far && w.figure_of_merit > zt * (1.0 - FLAT))
            };
            a < b && a * b > 0.0 && roots(a, b).is_some_and(better)
        });
        let step = newton.or_else(|| {
            // Towards the roots zT grows: from the whole way down to where it does.
            let shares = (0..40).map(|k| 0.5f64.powi(k));
            let steps = shares.map(|s| (s * off.0, s * off.1));
            steps
                .into_iter()
                .find(|(da, db)| merit(a + da, b + db) > zt)
        });
        let Some((da, db)) = step else {
            break;
        };
        let moved = da.abs().max(db.abs());
        (a, b) = (a + da, b + db);
        here = roots(a, b)?;
        if moved < SHARE * size {
            break;
        }
    }
    Some(ThermoelectricWindow {
        lower: a,
        upper: b,
        figure_of_merit: here.figure_of_merit,
    })
}

/// The step to where the edges are their own roots, by differences of the roots.
fn newton_step(
    roots: &dyn Fn(f64, f64) -> Option<ThermoelectricWindow>,
    (a, b): (f64, f64),
    off: (f64, f64),
) -> Option<(f64, f64)> {
    let h = 1e-4 * (b - a);
    let at = |da: f64, db: f64| roots(a + da, b + db).map(|w| (w.lower - a - da, w.upper - b - db));
    let ((up, right), (down, left)) = ((at(h, 0.0)?, at(0.0, h)?), (at(-h, 0.0)?, at(0.0, -h)?));
    let by = |x: (f64, f64), y: (f64, f64)| [(x.0 - y.0) / (2.0 * h), (x.1 - y.1) / (2.0 * h)];
    let (by_a, by_b) = (by(up, down), by(right, left));
    let determinant = by_a[0] * by_b[1] - by_b[0] * by_a[1];
    let step = (
        -(by_b[1] * off.0 - by_b[0] * off.1) / determinant,
        -(by_a[0] * off.1 - by_a[1] * off.0) / determinant,
    );
    (step.0.is_finite() && step.1.is_finite()).then_some(step)
}

/// I_n of constant channels, one: all of w.
pub const WHOLE_WINDOW: [f64; 3] = [1.0, 0.0, PI * PI / 3.0];

#[cfg(test)]
mod tests {
    use super::super::{BoxOptimum, WindowMoments};
    use super::*;
    use crate::fermi_dirac::window;
    use crate::quadrature::tanh_sinh;

    fn digits(got: f64, want: f64, relative: f64) {
        assert!((got / want - 1.0).abs() < relative, "{got} {want}");
    }

    /// ∫ (x − x₀)₊ xⁿ w dx, piece by piece.
    fn linear(x0: f64) -> impl Fn(f64, f64) -> [f64; 3] {
        move |a, b| {
            let (a, b) = (a.max(x0), b.max(x0));
            let pieces = ((b - a).min(60.0) / 4.0).ceil().max(1.0) as usize;
            let step = (b - a).min(60.0) / pieces as f64;
            let mut sum = [0.0; 3];
            for i in 0..pieces {
                let from = a + step * i as f64;
                let of = |x: f64| {
                    let y = (x - x0).max(0.0) * window(x);
                    Ok([y, x * y, x * x * y])
                };
                let part = tanh_sinh(from, from + step, of).unwrap();
                (0..3).for_each(|n| sum[n] += part[n]);
            }
            sum
        }
    }

    /// docs/physics §16: Ξ = (x − x₀)₊.
    #[test]
    fn channels_that_grow_from_an_edge_have_the_windows_of_the_page() {
        for (x0, alpha, lower, upper, zt) in [
            (-1.0, 1.0, 2.44145837192, 6.8912026842, 3.3988674286),
            (1.0, 10.0, 3.36244063751, 5.89557272829, 12.3573385426),
        ] {
            let found = best_window(&linear(x0), 1.0 / alpha, &[(1.5, 9.0), (2.0, 5.0)]).unwrap();
            digits(found.lower, lower, 2e-11);
            digits(found.upper, upper, 2e-11);
            digits(found.figure_of_merit, zt, 2e-11);
            digits(found.figure_of_merit_from_edges(), zt, 1e-9);
        }
    }

    #[test]
    fn constant_channels_have_the_boxes_windows() {
        let whole = |a: f64, b: f64| WindowMoments::above(a, b - a).raw;
        for alpha in [0.1, 1.0, 30.0, 1e3] {
            let best = BoxOptimum::new(alpha).unwrap();
            let found = best_window(&whole, 1.0 / alpha, &[(1.5, 4.0)]).unwrap();
            digits(found.lower, best.lower, 1e-9);
            digits(found.upper, best.upper, 1e-9);
            digits(found.figure_of_merit, best.figure_of_merit, 1e-11);
            // Mirrored, from a mirrored start.
            let other = best_window(&whole, 1.0 / alpha, &[(-4.0, -1.5)]).unwrap();
            digits(other.upper, -best.lower, 1e-9);
        }
    }

    /// docs/physics §16: a step at x = 2 with αA = 10.
    #[test]
    fn a_step_has_the_window_of_the_page() {
        let tail = WindowMoments::above(2.0, 700.0).raw;
        let window = ThermoelectricWindow::new(tail, 0.1).unwrap();
        digits(window.lower, 2.1729011066, 1e-10);
        digits(window.upper, 5.19870534563, 1e-10);
        digits(window.figure_of_merit, 4.93529936823, 1e-10);
        digits(window.figure_of_merit_from_edges(), 4.93529936823, 1e-10);
    }

    #[test]
    fn what_has_no_window_has_none() {
        assert_eq!(ThermoelectricWindow::new(WHOLE_WINDOW, 1.0), None);
        assert_eq!(ThermoelectricWindow::new([0.0; 3], 1.0), None);
        assert_eq!(ThermoelectricWindow::new([f64::NAN; 3], 1.0), None);
    }
}
