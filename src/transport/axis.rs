//! Energy bins for thermal averages: narrow where a window or a band edge needs it, wide elsewhere.

use super::doping::positive_temperature;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::integrate::EnergyAxis;
use crate::units::BOLTZMANN_EV;

/// How far the axis goes beyond the outermost chemical potential and band edge, in k_BT of the highest temperature: what is
/// left outside is e⁻³⁰ of the window, with as much as the fifth power of the distance before it.
const REACH: f64 = 30.0;
/// At this distance, in k_BT, a temperature does not ask for its narrow bins any more.
const FAR: f64 = 24.0;
/// Bins per k_BT where a window lies.
const PER_KT: f64 = 4.0;
/// Bins per k_BT right at a band edge, where states begin like a square root and a relaxation time may be singular.
const PER_KT_AT_EDGE: f64 = 2048.0;
/// By how much bins may widen from one to the next.
const GROWTH: f64 = 0.125;

/// So many bins take minutes and gigabytes.
const MOST_BINS: usize = 1 << 18;

/// What an axis is made for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisPlan {
    /// Lowest and highest temperature, K.
    pub temperatures_k: (f64, f64),
    /// Ranges of chemical potential, eV; each may be a point.
    pub chemical_potentials_ev: Vec<(f64, f64)>,
    /// Energies that must be edges of bins, with fine bins on both sides: extremes of the bands, eV.
    pub band_edges_ev: Vec<f64>,
    /// Band edges whose states count wherever the chemical potential is: those of a gap, eV.
    pub gap_edges_ev: Vec<f64>,
    /// How much farther the axis goes on both sides, eV, with wide bins: for a first look.
    pub margin_ev: f64,
}

impl AxisPlan {
    /// For these bands, between the lowest and the highest of the temperatures (K): the edges of the gap (eV; infinite on a side without
    /// bands) or, in a metal, the energy `middle_ev` that parts electrons from holes count always. Without chemical potentials yet.
    pub fn for_bands(
        source: &dyn BandSource,
        temperatures_k: &[f64],
        gap_ev: Option<(f64, f64)>,
        middle_ev: f64,
    ) -> Self {
        let temperatures = temperatures_k.iter().copied();
        let cold = temperatures.clone().fold(f64::INFINITY, f64::min);
        let hot = temperatures.fold(f64::NEG_INFINITY, f64::max);
        let extremes = source.statistics().iter();
        Self {
            temperatures_k: (cold, hot),
            band_edges_ev: extremes
                .flat_map(|s| [s.energy_min, s.energy_max])
                .chain([middle_ev])
                .collect(),
            gap_edges_ev: gap_ev
                .map_or(vec![middle_ev], |(v, c)| vec![v, c])
                .into_iter()
                .filter(|e| e.is_finite())
                .collect(),
            ..Self::default()
        }
    }

    /// The axis: bins of k_BT/4 of the lowest temperature in each range of chemical potential, widening with the distance in
    /// step with the temperatures that reach there; at band edges down to k_BT/2048.
    ///
    /// # Errors
    /// [`crate::Error::BadOption`] for a temperature that is not positive, or ranges that are not finite.
    pub fn axis(&self) -> Result<EnergyAxis> {
        let (cold, hot) = self.thermal_ev()?;
        let ends = self
            .chemical_potentials_ev
            .iter()
            .flat_map(|&(a, b)| [a, b])
            .chain(self.gap_edges_ev.iter().copied());
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), e| {
            (low.min(e), high.max(e))
        });
        let reach = REACH * hot + self.margin_ev;
        let (low, high) = (low - reach, high + reach);
        let fixed = self.fixed(cold, (low, high));
        let width = |e: f64| self.width(cold, &fixed, e);
        let mut edges = vec![low];
        let mut next_fixed = fixed.iter().copied().chain([high]).peekable();
        let mut e = low;
        while let Some(&target) = next_fixed.peek() {
            // The narrower of both ends, so that bins shrink in time.
            let ahead = width(e);
            let step = ahead.min(width(e + ahead));
            if e + 1.5 * step >= target {
                e = target;
                next_fixed.next();
            } else {
                e += step;
            }
            edges.push(e);
            if edges.len() > MOST_BINS {
                return Err(Error::bad_option(
                    "temperature",
                    format!(
                        "{} K asks for more than {MOST_BINS} energy bins of k_BT/4 within {:.3} eV",
                        self.temperatures_k.0,
                        high - low
                    ),
                    "give a higher temperature, or a narrower range of chemical potentials",
                ));
            }
        }
        EnergyAxis::from_edges(edges)
    }

    /// Which edges of `axis` are enough for temperatures from `coldest_k` on, by their numbers: so that bins are no wider than an axis for
    /// these temperatures alone has them.
    ///
    /// # Errors
    /// As [`AxisPlan::axis`].
    pub fn enough_from(&self, axis: &EnergyAxis, coldest_k: f64) -> Result<Vec<usize>> {
        let (_, hot) = self.temperatures_k;
        let plan = Self {
            temperatures_k: (coldest_k, hot.max(coldest_k)),
            ..self.clone()
        };
        let (cold, _) = plan.thermal_ev()?;
        // The very edges that this axis was made with.
        let fixed = self.fixed(self.thermal_ev()?.0, (axis.first(), axis.last()));
        let edges = axis.edges();
        let last = edges.len() - 1;
        let (mut kept, mut at) = (vec![0], 0);
        while at < last {
            let ahead = plan.width(cold, &fixed, edges[at]);
            let width = ahead.min(plan.width(cold, &fixed, edges[at] + ahead));
            let stop = fixed.iter().copied().find(|e| *e > edges[at]);
            let stop = stop.unwrap_or(f64::INFINITY).min(edges[at] + width);
            let beyond = edges.partition_point(|e| *e <= stop);
            at = (beyond - 1).max(at + 1);
            kept.push(at);
        }
        Ok(kept)
    }

    /// k_BT of the lowest and of the highest temperature, eV.
    fn thermal_ev(&self) -> Result<(f64, f64)> {
        let (cold, hot) = self.temperatures_k;
        let kt = |t| Ok(BOLTZMANN_EV * positive_temperature(t)?);
        Ok((kt(cold)?, kt(hot)?))
    }

    /// Energies between two that must be edges of bins, of those that are nearer to each other than any bin one.
    fn fixed(&self, cold: f64, (low, high): (f64, f64)) -> Vec<f64> {
        let all = self.band_edges_ev.iter().chain(&self.gap_edges_ev);
        let mut fixed: Vec<f64> = all.copied().filter(|e| *e > low && *e < high).collect();
        fixed.sort_by(f64::total_cmp);
        let apart = cold / (16.0 * PER_KT);
        fixed.dedup_by(|a, b| (*a - *b).abs() < apart);
        fixed
    }

    /// How wide a bin may be at an energy.
    fn width(&self, cold: f64, fixed: &[f64], e: f64) -> f64 {
        let window = self.chemical_potentials_ev.iter().map(|&(a, b)| {
            let distance = (a - e).max(e - b).max(0.0);
            (cold / PER_KT).max(distance / (PER_KT * FAR))
        });
        // The states at a gap's edge carry the current of a window that lies anywhere in the gap.
        let gap = self.gap_edges_ev.iter().map(|&edge| {
            let distance = (e - edge).abs();
            (cold / PER_KT).max(distance / (PER_KT * FAR))
        });
        // Bins grow away from a band edge until they are as wide as its surroundings ask for.
        let edges = (fixed.iter()).map(|&edge| cold / PER_KT_AT_EDGE + GROWTH * (e - edge).abs());
        let near = window.chain(gap).fold(f64::INFINITY, f64::min);
        let at_edge = edges.fold(f64::INFINITY, f64::min);
        // Far from every window no band edge matters.
        let share = near / (cold / PER_KT);
        near.min(at_edge * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_fine_where_windows_and_band_edges_are_and_few_elsewhere() {
        let plan = AxisPlan {
            temperatures_k: (50.0, 800.0),
            chemical_potentials_ev: vec![(0.4, 0.5)],
            band_edges_ev: vec![-3.0, 0.0, 1.1],
            gap_edges_ev: vec![0.0, 1.1],
            margin_ev: 0.0,
        };
        let axis = plan.axis().unwrap();
        let kt = BOLTZMANN_EV * 50.0;
        assert!(axis.first() < -2.0 && axis.last() > 3.1);
        for edge in [0.0, 1.1] {
            let k = axis.edges().iter().position(|e| *e == edge).unwrap();
            assert!(axis.bin_width(k) < kt / 1000.0 && axis.bin_width(k - 1) < kt / 1000.0);
        }
        for k in 0..axis.bins() {
            let (a, b) = (axis.edge(k), axis.edge(k + 1));
            if b > 0.4 && a < 0.5 {
                assert!(b - a <= kt / 4.0 * 1.51, "{a} {b}");
            }
        }
        for w in axis.edges().windows(3) {
            let ratio = (w[2] - w[1]) / (w[1] - w[0]);
            assert!((0.3..3.0).contains(&ratio), "{w:?} {ratio}");
        }
        assert!(axis.bins() < 2500, "{}", axis.bins());
    }

    /// Hotter states need fewer of the bins, and no wider ones than they would have by themselves.
    #[test]
    fn hot_states_need_fewer_bins() {
        let plan = AxisPlan {
            temperatures_k: (100.0, 800.0),
            chemical_potentials_ev: vec![(-0.4, 1.5)],
            band_edges_ev: vec![-3.0, 0.0, 1.1],
            gap_edges_ev: vec![0.0, 1.1],
            margin_ev: 0.0,
        };
        let axis = plan.axis().unwrap();
        assert_eq!(
            plan.enough_from(&axis, 100.0).unwrap().len(),
            axis.bins() + 1
        );
        let alone = AxisPlan {
            temperatures_k: (400.0, 800.0),
            ..plan.clone()
        };
        let alone = alone.axis().unwrap();
        let kept = plan.enough_from(&axis, 400.0).unwrap();
        assert!(kept.windows(2).all(|w| w[0] < w[1]));
        assert!(
            3 * kept.len() < 2 * axis.bins(),
            "{} of {}",
            kept.len(),
            axis.bins()
        );
        let edges: Vec<f64> = kept.iter().map(|k| axis.edge(*k)).collect();
        assert_eq!(
            (edges[0], edges[kept.len() - 1]),
            (axis.first(), axis.last())
        );
        for fixed in [0.0, 1.1] {
            assert!(edges.contains(&fixed));
        }
        for w in edges.windows(2) {
            let middle = 0.5 * (w[0] + w[1]);
            let there = alone.edges().partition_point(|e| *e <= middle);
            let own = alone.edge(there) - alone.edge(there - 1);
            // A bin that cannot be parted is as it is.
            let single = axis.edges().partition_point(|e| *e <= middle);
            let finest = axis.edge(single) - axis.edge(single - 1);
            assert!(w[1] - w[0] <= (1.6 * own).max(1.01 * finest), "{w:?} {own}");
        }
    }

    #[test]
    fn a_temperature_of_zero_is_refused() {
        let plan = AxisPlan {
            temperatures_k: (0.0, 300.0),
            chemical_potentials_ev: vec![(0.0, 0.0)],
            ..AxisPlan::default()
        };
        assert!(plan.axis().unwrap_err().to_string().contains("bzint fermi"));
    }
}
