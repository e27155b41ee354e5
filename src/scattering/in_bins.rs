//! Relaxation times for bins of energies: what τ, τ² and τ³ are at the points that stand for a bin.
//!
//! An average over a bin is a sum over four Gauss points of a smooth function (content times window) times a power of τ. Where τ is smooth
//! in the bin, its values at the points serve. Next to a threshold (a phonon's energy, a row of a table) they do not, and a point gets the
//! integral of its Lagrange polynomial times τᵐ over pieces that end there, so that the sum is right for all cubics: each power of τ is
//! averaged by itself. In the bin that begins at a band edge, where τ may be singular and nothing is a cubic, all points get the mean of
//! τᵐ over an isotropic band's states as they conduct, k³/(1 + 2αE).

use super::{BandEdges, Conditions, Edge, Mechanism, ScatteringModel, total_rate};
use crate::error::Result;
use crate::quadrature::GAUSS_4;
use std::ops::Range;

/// Points that stand for a bin.
pub const POINTS: usize = GAUSS_4.len();

/// Pieces next to a threshold shrink towards it by this factor, so many times.
const GRADING: f64 = 0.25;
const GRADED: i32 = 4;
/// Likewise towards a band edge, where E^{3/2}τ³ may diverge.
const GRADED_AT_EDGE: i32 = 8;
/// More rows of a table than this within a bin are not told apart: so many equal pieces follow them.
const MOST_ROWS: usize = 16;

/// What of the rates in bins is the same for all samples at one temperature.
pub struct BinRates<'a> {
    model: &'a ScatteringModel,
    nodes: Vec<Node>,
    bins: Vec<Bin>,
}

/// An energy inside a bin.
struct Node {
    energy_ev: f64,
    edge: Edge,
    above_ev: f64,
    /// Rate that does not go by the sample, 1/s.
    rate: f64,
}

/// The nodes of a bin, none where it lies in the gap.
struct Bin {
    nodes: Range<usize>,
    /// Share of each node in the mean at each point; empty where the nodes are the points.
    shares: Vec<[f64; POINTS]>,
}

/// Relaxation times of one sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BinTimes {
    /// Energies, eV, ascending, and τ there, s.
    pub samples: Vec<(f64, f64)>,
    /// τ, τ² and τ³ at the points of each bin, sᵐ; zero in the gap.
    pub powers: Vec<[f64; 3]>,
}

impl BinRates<'_> {
    /// The relaxation times of a sample at the temperature of the rates.
    ///
    /// # Errors
    /// Those of [`ScatteringModel::tau`].
    pub fn times(&self, at: &Conditions) -> Result<BinTimes> {
        let mut samples = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let (mechanisms, at) = self.model.at_edge(node.edge, at)?;
            let sample = |m: &&Mechanism| m.scattering().goes_by_sample();
            let mut rate = node.rate;
            for mechanism in mechanisms.iter().filter(sample) {
                rate += mechanism.rate(node.above_ev, &at)?;
            }
            if rate <= 0.0 {
                // Says what is wrong.
                total_rate(mechanisms, node.above_ev, &at)?;
            }
            samples.push((node.energy_ev, 1.0 / rate));
        }
        let powers = |tau: f64| [tau, tau * tau, tau * tau * tau];
        let mut all = vec![[0.0; 3]; self.bins.len() * POINTS];
        for (bin, points) in self.bins.iter().zip(all.chunks_exact_mut(POINTS)) {
            let of_bin = &samples[bin.nodes.clone()];
            if bin.shares.is_empty() {
                for (point, (_, tau)) in points.iter_mut().zip(of_bin) {
                    *point = powers(*tau);
                }
            }
            for ((_, tau), shares) in of_bin.iter().zip(&bin.shares) {
                for (point, share) in points.iter_mut().zip(shares) {
                    for (sum, power) in point.iter_mut().zip(powers(*tau)) {
                        *sum += share * power;
                    }
                }
            }
        }
        Ok(BinTimes {
            samples,
            powers: all,
        })
    }
}

impl ScatteringModel {
    /// The rates between ascending `bin_edges_ev` (absolute) of the mechanisms that do not go by the sample, from which
    /// [`BinRates::times`] makes the relaxation times of samples at the temperature of `at`.
    ///
    /// # Errors
    /// Those of [`ScatteringModel::tau`].
    pub fn rates_in_bins(
        &self,
        bin_edges_ev: &[f64],
        edges: &BandEdges,
        at: &Conditions,
    ) -> Result<BinRates<'_>> {
        let mut rates = BinRates {
            model: self,
            nodes: Vec::new(),
            bins: Vec::new(),
        };
        let thresholds = self.thresholds(edges, at);
        for ends in bin_edges_ev.windows(2) {
            let first = rates.nodes.len();
            let mut shares = Vec::new();
            let mut at_edge = false;
            for (from, to) in edges.occupied(ends[0], ends[1]) {
                let Some(edge) = self.place(0.5 * (from + to), edges)? else {
                    continue;
                };
                let width = to - from;
                at_edge = edge.above(from).min(edge.above(to)) <= 1e-9 * width;
                let mut pieces = thresholds.pieces(from, to);
                if at_edge {
                    pieces.extend(graded(from, to, &[edge.energy_ev], GRADED_AT_EDGE));
                    ascending(&mut pieces, width);
                }
                for piece in pieces.windows(2) {
                    let half = 0.5 * (piece[1] - piece[0]);
                    for (x, w) in GAUSS_4 {
                        let energy_ev = 0.5 * (piece[0] + piece[1]) + half * x;
                        let above_ev = edge.above(energy_ev);
                        let (mechanisms, at) = self.at_edge(edge, at)?;
                        let mut rate = 0.0;
                        for mechanism in mechanisms {
                            if !mechanism.scattering().goes_by_sample() {
                                rate += mechanism.rate(above_ev, &at)?;
                            }
                        }
                        let weight = w * half;
                        if at_edge {
                            let conducts = at.valley.wave_number(above_ev).powi(3)
                                / at.valley.flattening(above_ev);
                            shares.push([weight * conducts; POINTS]);
                        } else if pieces.len() > 2 {
                            let x = 2.0 * (energy_ev - from) / width - 1.0;
                            shares.push(lagrange(x).map(|l| 2.0 * weight / width * l));
                        }
                        rates.nodes.push(Node {
                            energy_ev,
                            edge,
                            above_ev,
                            rate,
                        });
                    }
                }
            }
            if at_edge {
                let sum: f64 = shares.iter().map(|s| s[0]).sum();
                shares.iter_mut().for_each(|s| *s = s.map(|x| x / sum));
            }
            rates.bins.push(Bin {
                nodes: first..rates.nodes.len(),
                shares,
            });
        }
        Ok(rates)
    }

    fn thresholds(&self, edges: &BandEdges, at: &Conditions) -> Thresholds {
        let mut found = Thresholds::default();
        for (edge, carriers) in edges.all() {
            let Ok(carriers) = self.carriers(carriers) else {
                continue;
            };
            for mechanism in &carriers.mechanisms {
                let scattering = mechanism.scattering();
                let absolute = |above: &f64| edge.absolute(*above);
                let inside = scattering.kinks_ev(at);
                let inside = inside.iter().filter(|above| **above > 0.0);
                found.kinks.extend(inside.map(absolute));
                found.rows.extend(scattering.rows_ev().iter().map(absolute));
            }
        }
        found.kinks.sort_by(f64::total_cmp);
        found.rows.sort_by(f64::total_cmp);
        found
    }
}

/// Absolute energies, eV, ascending, at which rates are not smooth.
#[derive(Default)]
struct Thresholds {
    /// Phonons' thresholds, beyond which a rate may go like a square root.
    kinks: Vec<f64>,
    /// Rows of tables, between which ln τ is linear.
    rows: Vec<f64>,
}

impl Thresholds {
    /// The ends of pieces of a bin in which rates are smooth.
    fn pieces(&self, from: f64, to: f64) -> Vec<f64> {
        let width = to - from;
        let within = |all: &[f64], reach: f64| {
            let first = all.partition_point(|e| *e <= from - reach);
            let last = all.partition_point(|e| *e < to + reach);
            first..last.max(first)
        };
        let kinks = &self.kinks[within(&self.kinks, width)];
        let mut pieces = graded(from, to, kinks, GRADED);
        let rows = &self.rows[within(&self.rows, 0.0)];
        if rows.len() <= MOST_ROWS {
            pieces.extend(rows);
        } else {
            let step = width / MOST_ROWS as f64;
            pieces.extend((1..MOST_ROWS).map(|i| from + step * i as f64));
        }
        ascending(&mut pieces, width);
        pieces
    }
}

/// Sorts the ends of pieces of a bin and keeps one of those that are the same.
fn ascending(pieces: &mut Vec<f64>, width: f64) {
    pieces.sort_by(f64::total_cmp);
    pieces.dedup_by(|a, b| *a - *b <= 1e-9 * width);
}

/// The ends of pieces from `from` to `to`, ascending, which shrink towards each of `kinks`; one piece where none is near.
fn graded(from: f64, to: f64, kinks: &[f64], times: i32) -> Vec<f64> {
    let width = to - from;
    let steps = (0..=times).flat_map(|j| {
        let step = width * GRADING.powi(j);
        [step, -step]
    });
    let steps: Vec<f64> = steps.chain([0.0]).collect();
    let cuts = kinks.iter().flat_map(|k| steps.iter().map(move |s| k + s));
    let inside = |e: &f64| *e > from + 1e-9 * width && *e < to - 1e-9 * width;
    let mut pieces: Vec<f64> = cuts.filter(inside).chain([from, to]).collect();
    ascending(&mut pieces, width);
    pieces
}

/// The Lagrange polynomials of the points at `x`, over the points' weights.
fn lagrange(x: f64) -> [f64; POINTS] {
    std::array::from_fn(|i| {
        let (own, weight) = GAUSS_4[i];
        let others = (0..POINTS).filter(|j| *j != i).map(|j| GAUSS_4[j].0);
        others
            .map(|other| (x - other) / (own - other))
            .product::<f64>()
            / weight
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Carriers, ConstantTime, PolarOptical, Valley};
    use super::*;

    /// A phonon's threshold inside a bin, or beside it: the points' weighted powers are the integrals over the bin, of a cubic times τᵐ
    /// (to what a midpoint sum makes of a step).
    #[test]
    fn thresholds_inside_bins_are_met_exactly() {
        let phonon = PolarOptical {
            phonon_energy_mev: 35.36,
            static_permittivity: 12.90,
            high_frequency_permittivity: 10.92,
        };
        let model = ScatteringModel {
            electrons: Some(Carriers {
                valley: Some(Valley::spherical(0.067)),
                mechanisms: vec![
                    Mechanism::PolarOptical(phonon),
                    Mechanism::ConstantTime(ConstantTime { tau_s: 1e-12 }),
                ],
            }),
            holes: None,
        };
        let at = Conditions::new(300.0).unwrap();
        let edges = BandEdges::Gap {
            valence_ev: f64::NEG_INFINITY,
            conduction_ev: 0.0,
        };
        for ends in [
            [0.031, 0.0375],
            [0.0353, 0.0416],
            [0.035_36, 0.0418],
            [0.036, 0.042],
        ] {
            let rates = model.rates_in_bins(&ends, &edges, &at).unwrap();
            let powers = rates.times(&at).unwrap().powers;
            let width = ends[1] - ends[0];
            let cubic =
                |e: f64| 1.0 + (e - ends[0]) / width - 0.5 * ((e - ends[0]) / width).powi(3);
            let mut exact = [0.0; 3];
            let steps = 40_000;
            for i in 0..steps {
                let e = ends[0] + width * (f64::from(i) + 0.5) / f64::from(steps);
                let tau = model.tau(e, &edges, &at).unwrap();
                for (m, sum) in exact.iter_mut().enumerate() {
                    *sum += cubic(e) * tau.powi(m as i32 + 1) / f64::from(steps);
                }
            }
            for (m, exact) in exact.iter().enumerate() {
                let terms = GAUSS_4.iter().zip(&powers);
                let got: f64 = terms
                    .map(|((x, w), p)| 0.5 * w * p[m] * cubic(ends[0] + 0.5 * width * (1.0 + x)))
                    .sum();
                assert!(
                    (got / exact - 1.0).abs() < 2e-4,
                    "{ends:?} {m}: {got:e} {exact:e}"
                );
            }
        }
    }
}
