//! Two terminals joined by channels: the most power, the efficiency at a given power, the most cooling.
//!
//! A hot side at T_L and a cold one at T_R = θT_L with the bias v = eV/k_BT_L against the flow. Each spin-resolved channel that is open
//! between ε₀ and ε₁ (units of k_BT_L above the hot side's potential) gives the power P = v∫(f_L − f_R) and takes the
//! heat J = ∫ε(f_L − f_R), in units of (k_BT_L)²/h. The best filter opens where f_L = f_R, ε₀ = v/(1 − θ), and closes at
//! ε₁ = v (∂J/∂v)/(∂P/∂v) (docs/physics §17; R. S. Whitney, Phys. Rev. B 91, 115425 (2015)). A step has no upper edge (§22,
//! arXiv:2507.14977).

use super::box_optimum::{NARROW_LIMIT, WIDE_LIMIT};
use super::dilogarithm::minus_li2_of_minus;
use crate::error::{Error, Result};
use crate::fermi_dirac::window;
use crate::quadrature::tanh_sinh;
use crate::units::{BOLTZMANN, PLANCK};
use std::f64::consts::PI;

/// Upper edges beyond this hold nothing.
const FAR: f64 = 700.0;

/// Which transmissions are at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Open in a window, with the best edges for each power.
    Box,
    /// Open above an energy, the best one for each power.
    Step,
}

/// Two reservoirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terminals {
    hot_k: f64,
    cold_k: f64,
}

/// How a filter is run for a power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation {
    /// Power over the largest, P/P_max.
    pub power: f64,
    /// Efficiency over Carnot's.
    pub efficiency: f64,
    /// Bias eV in units of k_BT_hot.
    pub bias: f64,
    /// Lower edge above the hot side's chemical potential, in units of k_BT_hot.
    pub lower: f64,
    /// Upper edge; infinite for a step, and for all of the power.
    pub upper: f64,
}

/// The largest power of a spin-resolved channel between two temperatures (K), W: y₀ ln(1 + e^−y₀) k_B² (T_L − T_R)²/h.
pub fn largest_power_w(hot_k: f64, cold_k: f64) -> f64 {
    let difference = BOLTZMANN * (hot_k - cold_k);
    largest() * difference * difference / PLANCK
}

/// The efficiency at the largest power: η_C/[1 + C₀(1 + θ)].
pub fn efficiency_at_most_power(hot_k: f64, cold_k: f64) -> f64 {
    let theta = cold_k / hot_k;
    let c0 = minus_li2_of_minus((-WIDE_LIMIT).exp()) / largest();
    (1.0 - theta) / (1.0 + c0 * (1.0 + theta))
}

/// The most heat that a spin-resolved channel takes from a reservoir at `t` K, W: π²k_B²T²/12h.
pub fn cooling_bound_w(t: f64) -> f64 {
    (PI * BOLTZMANN * t).powi(2) / (12.0 * PLANCK)
}

/// y₀ ln(1 + e^−y₀): P_max in units of (k_BT_L)²(1 − θ)²/h.
fn largest() -> f64 {
    WIDE_LIMIT * (-WIDE_LIMIT).exp().ln_1p()
}

impl Terminals {
    /// Between two temperatures, K.
    ///
    /// # Errors
    /// [`Error::BadOption`] unless 0 < cold < hot.
    pub fn new(hot_k: f64, cold_k: f64) -> Result<Self> {
        if !(hot_k.is_finite() && cold_k > 0.0 && cold_k < hot_k) {
            return Err(Error::bad_option(
                "temperatures of the two sides",
                format!("hot {hot_k} K, cold {cold_k} K"),
                "give a hot side above a cold side above 0 K",
            ));
        }
        Ok(Self { hot_k, cold_k })
    }

    /// Carnot's efficiency.
    pub fn carnot(&self) -> f64 {
        1.0 - self.theta()
    }

    fn theta(&self) -> f64 {
        self.cold_k / self.hot_k
    }

    /// The best way to get a share (0 … 1) of the largest power.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a share that is not above 0 and at most 1.
    pub fn best(&self, filter: Filter, power: f64) -> Result<Operation> {
        if !(power > 0.0 && power <= 1.0) {
            return Err(Error::bad_option(
                "power",
                format!("{power} of the largest"),
                "give a share above 0 and at most 1",
            ));
        }
        let open = self.carnot();
        let wanted = power * largest() * open * open;
        let upper_edge = |lower: f64| match filter {
            Filter::Step => FAR,
            Filter::Box => self.upper_edge(lower),
        };
        // The power falls from its largest as the lower edge rises; a box closes at the narrow limit, a step never does.
        let (mut low, mut high) = match filter {
            Filter::Box => (WIDE_LIMIT, NARROW_LIMIT),
            Filter::Step => (WIDE_LIMIT, FAR),
        };
        if power < 1.0 {
            for _ in 0..200 {
                let middle = 0.5 * (low + high);
                let [p, _] = self.flows(middle, upper_edge(middle));
                if p > wanted {
                    low = middle;
                } else {
                    high = middle;
                }
                if high - low <= 2.0 * f64::EPSILON * high {
                    break;
                }
            }
        }
        let upper = if power < 1.0 { upper_edge(low) } else { FAR };
        let [p, heat] = self.flows(low, upper);
        Ok(Operation {
            power,
            efficiency: p / (heat * open),
            bias: open * low,
            lower: low,
            upper: if upper < FAR { upper } else { f64::INFINITY },
        })
    }

    /// (P, J) of a filter that opens where both sides are filled alike, in units of (k_BT_L)²/h.
    fn flows(&self, lower: f64, upper: f64) -> [f64; 2] {
        let [n, heat] = self.integrate(lower, upper, |x, difference, _| {
            [difference, x * difference]
        });
        [self.carnot() * lower * n, heat]
    }

    /// The best upper edge for a lower one: ε₁∫(f_L − f_R) = v∫(ε₁ − ε) ∂f_R/∂v.
    fn upper_edge(&self, lower: f64) -> f64 {
        let v = self.carnot() * lower;
        let excess = |upper: f64| {
            let [a, b] = self.integrate(lower, upper, |x, difference, by_bias| {
                [difference, (upper - x) * by_bias]
            });
            upper * a - v * b
        };
        // Both terms are alike at first (the difference goes with the cube of the width), then the first leads; the edge is where it
        // no longer does.
        let (mut low, mut high) = (lower, lower + 1e-3);
        while excess(high) > 0.0 && high < FAR {
            low = high;
            high = lower + 2.0 * (high - lower);
        }
        if high >= FAR {
            return FAR;
        }
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if excess(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
            if high - low <= 2.0 * f64::EPSILON * high {
                break;
            }
        }
        0.5 * (low + high)
    }

    /// ∫ of two functions of (ε, f_L − f_R, ∂f_R/∂v) from a lower edge where both fillings are alike.
    fn integrate(&self, lower: f64, upper: f64, f: impl Fn(f64, f64, f64) -> [f64; 2]) -> [f64; 2] {
        let theta = self.theta();
        let at = |distance: f64| {
            let x = lower + distance;
            // (ε − v)/θ = ε + (1 − θ)(ε − ε₀)/θ.
            let apart = (1.0 - theta) * distance / theta;
            let [hot, cold] = [x, x + apart].map(|y| (-y).exp());
            // f(a) − f(b) = f(a) (1 − f(b)) (1 − e^(a−b)).
            let difference = hot / (1.0 + hot) / (1.0 + cold) * -(-apart).exp_m1();
            f(x, difference, window(x + apart) / theta)
        };
        let mut sum = [0.0; 2];
        // Pieces that grow with the distance from the edge, to where nothing is left.
        let end = (upper - lower).min(60.0);
        let mut start = 0.0;
        let mut length = 2.0 * theta.min(1.0);
        while start < end {
            let stop = (start + length).min(end);
            let part = tanh_sinh(start, stop, |distance| Ok(at(distance)));
            let part = part.unwrap_or([f64::NAN; 2]);
            sum = [sum[0] + part[0], sum[1] + part[1]];
            start = stop;
            length *= 2.0;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(got: f64, want: f64, relative: f64) {
        assert!((got / want - 1.0).abs() < relative, "{got} {want}");
    }

    /// docs/physics §17.
    #[test]
    fn the_largest_power_and_its_efficiency() {
        digits(largest_power_w(400.0, 300.0), 9.100680337e-10, 1e-9);
        digits(efficiency_at_most_power(400.0, 300.0), 0.09477339618, 1e-9);
        digits(largest_power_w(600.0, 300.0), 8.190612303e-9, 1e-9);
        digits(efficiency_at_most_power(600.0, 300.0), 0.2079962504, 1e-9);
        digits(cooling_bound_w(300.0), 2.12947009119e-8, 1e-10);
        let ends = Terminals::new(600.0, 300.0).unwrap();
        for filter in [Filter::Box, Filter::Step] {
            let most = ends.best(filter, 1.0).unwrap();
            digits(most.efficiency * 0.5, 0.2079962504, 1e-9);
            assert!(most.upper.is_infinite());
        }
    }

    /// docs/physics §17 and §22: θ, P/P_max, η/η_C.
    #[test]
    fn efficiencies_at_a_given_power() {
        for (filter, theta, power, efficiency) in [
            (Filter::Box, 0.5, 0.01, 0.9654234257),
            (Filter::Box, 0.5, 0.1, 0.8842191894),
            (Filter::Box, 0.5, 0.5, 0.7021920404),
            (Filter::Box, 0.5, 0.9, 0.5254696235),
            (Filter::Box, 0.9, 0.1, 0.8520020723),
            (Filter::Box, 0.9, 0.5, 0.6444802888),
            (Filter::Step, 0.5, 0.01, 0.8388948),
            (Filter::Step, 0.5, 0.1, 0.7715760),
            (Filter::Step, 0.5, 0.5, 0.6537266),
            (Filter::Step, 0.5, 0.9, 0.5216797),
            (Filter::Step, 0.9, 0.1, 0.7272755),
            (Filter::Step, 0.9, 0.5, 0.5984647),
        ] {
            let found = Terminals::new(600.0, 600.0 * theta)
                .unwrap()
                .best(filter, power)
                .unwrap();
            let printed = if filter == Filter::Box { 1e-9 } else { 1e-7 };
            digits(found.efficiency, efficiency, printed);
            assert!(found.lower < found.upper);
        }
    }

    /// 1 − c√(θP/P_max) for little power, c = 0.477450641765.
    #[test]
    fn little_power_costs_a_root() {
        let theta: f64 = 0.5;
        let power = 1e-8;
        let found = Terminals::new(600.0, 300.0)
            .unwrap()
            .best(Filter::Box, power)
            .unwrap();
        let c = (1.0 - found.efficiency) / (theta * power).sqrt();
        assert!((c - 0.477450641765).abs() < 1e-4, "{c}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (hot, cold) in [
            (300.0, 300.0),
            (300.0, 400.0),
            (300.0, 0.0),
            (f64::NAN, 1.0),
        ] {
            assert!(Terminals::new(hot, cold).is_err());
        }
        let ends = Terminals::new(600.0, 300.0).unwrap();
        for power in [0.0, -0.1, 1.1, f64::NAN] {
            assert!(ends.best(Filter::Box, power).is_err());
        }
    }
}
