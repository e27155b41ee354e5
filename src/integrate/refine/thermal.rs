//! Thermal averages of the eigenvalues of a smooth Hamiltonian: Boole's rule in blocks, which are split where that is off.
//!
//! What a temperature smears out, Σ F w(E) with a window w of some k_BT, is smooth in k: a rule of high order needs a small part of the
//! points that tetrahedra need, whose error goes as h². Blocks have the five points an axis of Boole's rule (order 6), and every second
//! of them those of Simpson's (order 4); the difference is the error. Where bands are degenerate on lines or at points, velocities depend
//! on the direction, no rule is of high order, and blocks are split.
//!
//! A sum over points is no function of energy. So the spectrum is that of the tetrahedra on the same mesh; what the rule holds more or
//! less is added to it, spread over less than a k_BT such that thermal averages keep it.

use super::goals::Aim;
use super::leaves::Share;
use super::mesh::BlockId;
use super::spread::{Spread, deposit};
use super::{Refined, Refiner};
use crate::bands::BoxBand;
use crate::error::Result;
use crate::integrate::exact::{Quantum, add};
use crate::integrate::ledger::Account;
use crate::integrate::vectors::Directions;
use crate::integrate::{Channels, EnergyAxis, Relevance, Replica, Request, Spectrum};
use crate::uncertainty::Cause;
use crate::uncertainty::policy::LEFT;
use std::f64::consts::PI;

/// Smallest k_BT, over what a band as wide as the widest rises within half a cell of the first mesh: a pocket whose states lie between
/// the points must be seen by its tails.
const LEAST_KT: f64 = 0.1;
/// Boole's weights of the points of four cells, and Simpson's of every second.
const BOOLE: [f64; 5] = [
    14.0 / 45.0,
    64.0 / 45.0,
    24.0 / 45.0,
    64.0 / 45.0,
    14.0 / 45.0,
];
const SIMPSON: [f64; 5] = [2.0 / 3.0, 0.0, 8.0 / 3.0, 0.0, 2.0 / 3.0];
/// Channels whose averages are among the goals, so that what splitting taught holds for them: states and v_i v_j.
const LEARNT: usize = 7;
/// What is left of the differences of the others, which are no goals: more than the usual share.
const UNWATCHED: f64 = 1.5;
/// Parts of the zone whose errors add up.
const PARTS: usize = 16;
/// How far differences are spread, in k_BT (standard deviation).
const SPREAD: f64 = 0.4;

/// What the results that are averages are called.
const QUANTITIES: [&str; 2] = [
    "thermal averages of the states",
    "thermal averages of the squared velocities",
];

impl Refiner<'_> {
    /// The spectrum by thermal averages, where the bands are a Hamiltonian's and the request tells for which averages it is made; else
    /// none.
    ///
    /// # Errors
    /// Where the bands cannot be evaluated.
    pub(super) fn thermal_spectrum(
        &self,
        request: &Request,
        axis: &EnergyAxis,
        account: Option<&Account>,
    ) -> Result<Option<(Spectrum, Refined)>> {
        let Some(relevance) = request.relevance.filter(|r| r.results() > 0) else {
            return Ok(None);
        };
        if !self.interpolator.is_hamiltonian() || axis.bins() < 3 || !self.sees(axis, relevance) {
            return Ok(None);
        }
        let window = (axis.first(), axis.last());
        let results = relevance.results();
        let matters: Vec<bool> = axis
            .edges()
            .iter()
            .map(|e| relevance.at(*e) > 0.0)
            .collect();
        let any_matters = |low: f64, high: f64| {
            let edges = axis.edges();
            let first = edges.partition_point(|e| *e < low).saturating_sub(1);
            let last = edges.partition_point(|e| *e <= high);
            matters[first.min(last)..(last + 1).min(edges.len())].contains(&true)
        };
        let found = self.find_mesh(
            Aim {
                window,
                quanta: &self.quanta(results, 0),
                learns: true,
                account,
            },
            |_, block, bands| {
                let bands = bands.iter().filter(|b| any_matters(b.low, b.high));
                self.averages(relevance, block, bands)
            },
            |value, _| value.iter().map(|x| x / LEFT).collect(),
        )?;
        let kt_ev = Some(relevance.scale_ev());
        let spectrum = self.integrate_spectrum(request, axis, &found, kt_ev, account)?;
        Ok(Some((
            spectrum,
            found.refined(|goal| (QUANTITIES[goal / results], window)),
        )))
    }

    /// Whether no pocket hides between the points of the first mesh.
    fn sees(&self, axis: &EnergyAxis, relevance: &dyn Relevance) -> bool {
        let reached = self.extremes.iter();
        let reached = reached.filter(|(low, high)| *high >= axis.first() && *low <= axis.last());
        let widest = reached.map(|(low, high)| high - low).fold(0.0, f64::max);
        let cells = self.mesh.uniform(0).into_iter().filter(|n| *n > 1).min();
        let rise = cells.map_or(0.0, |n| widest * (0.5 * PI / n as f64).powi(2));
        relevance.scale_ev() >= LEAST_KT * rise
    }

    /// What a block adds to the averages: of states, then of v².
    fn averages<'b>(
        &self,
        relevance: &dyn Relevance,
        block: BlockId,
        bands: impl Iterator<Item = &'b BoxBand>,
    ) -> Vec<Share> {
        let results = relevance.results();
        let volume = self.mesh.cell_volume(block);
        let rule = self.rule();
        let mut sums = vec![[0.0; 2]; 2 * results];
        for band in bands {
            let points = band.energies.iter().zip(band.velocities.chunks_exact(3));
            for ((energy, v), both) in points.zip(&rule) {
                let speed = v.iter().map(|x| x * x).sum::<f64>();
                for result in 0..results {
                    let weight = relevance.weight(result, *energy);
                    if weight == 0.0 {
                        continue;
                    }
                    for (sum, rule) in sums[result].iter_mut().zip(both) {
                        *sum += rule * weight;
                    }
                    for (sum, rule) in sums[results + result].iter_mut().zip(both) {
                        *sum += rule * weight * speed;
                    }
                }
            }
        }
        let shares = sums.iter().zip(0..);
        shares
            .filter(|([fine, coarse], _)| *fine != 0.0 || *coarse != 0.0)
            .map(|([fine, coarse], goal)| Share {
                goal,
                value: (volume * fine) as f32,
                off: (volume * (fine - coarse)) as f32,
            })
            .collect()
    }

    /// Both rules' weights of the points of a block, in cells.
    fn rule(&self) -> Vec<[f64; 2]> {
        let cells = self.mesh.cells();
        let points = cells.map(|c| c + 1);
        let weight = |a: usize, i: usize| match cells[a] {
            // Both points of an axis without dispersion are one.
            1 => [0.5; 2],
            _ => [BOOLE[i], SIMPSON[i]],
        };
        (0..points.iter().product())
            .map(|p: usize| {
                let at = [
                    p / (points[1] * points[2]),
                    p / points[2] % points[1],
                    p % points[2],
                ];
                let all = [0, 1, 2].map(|a| weight(a, at[a]));
                [0, 1].map(|rule| all[0][rule] * all[1][rule] * all[2][rule])
            })
            .collect()
    }
}

/// Sums of both rules into bins.
pub(super) struct Points<'a> {
    axis: &'a EnergyAxis,
    rule: Vec<[f64; 2]>,
    width: usize,
}

/// Sums of one layer, `[channel][bin]`: Boole's, and what Simpson's hold more, or what is left of that.
pub(super) type LayerSums = [Vec<f64>; 2];

/// Contents of bins by parts of the zone in quanta, `[part][spin][channel][bin]`: Boole's, and what Simpson's hold more.
pub(super) struct Contents {
    pub both: [Vec<i128>; 2],
    quanta: Vec<Quantum>,
    bins: usize,
    n_spin: usize,
}

impl<'a> Points<'a> {
    pub fn new(refiner: &Refiner, axis: &'a EnergyAxis, channels: Channels) -> Self {
        Self {
            axis,
            rule: refiner.rule(),
            width: channels.width(),
        }
    }

    /// Empty sums of a layer.
    pub fn layer(&self) -> LayerSums {
        [0, 1].map(|_| vec![0.0; self.width * self.axis.bins()])
    }

    /// Adds a band of a block, whose cells have this volume, given the channels at its points, and how much is `left` of differences.
    pub fn add(
        &self,
        sums: &mut LayerSums,
        band: &BoxBand,
        values: &[f64],
        (volume, left): (f64, f64),
    ) {
        let bins = self.axis.bins();
        let points = band.energies.iter().zip(values.chunks_exact(self.width));
        for ((energy, values), both) in points.zip(&self.rule) {
            let Some((bin, parts)) = deposit(self.axis, *energy) else {
                continue;
            };
            let [fine, coarse] = *both;
            let more = coarse - fine;
            let [sums, offs] = &mut *sums;
            for (c, value) in values.iter().enumerate() {
                let left = if c < LEARNT { left } else { UNWATCHED };
                let [held, off] = [fine, left * more].map(|rule| volume * rule * value);
                let to = c * bins + bin;
                for (i, part) in parts.into_iter().enumerate() {
                    sums[to + i] += held * part;
                    offs[to + i] += off * part;
                }
            }
        }
    }

    /// Nothing yet of any part.
    pub fn nothing(&self, n_spin: usize, quanta: &[Quantum]) -> Contents {
        let len = PARTS * n_spin * self.width * self.axis.bins();
        Contents {
            both: [0, 1].map(|_| vec![0; len]),
            quanta: quanta[..self.width].to_vec(),
            bins: self.axis.bins(),
            n_spin,
        }
    }
}

impl Contents {
    /// Adds the contents of one spin.
    pub fn absorb(&mut self, of_spin: &Self, spin: usize) {
        let len = self.quanta.len() * self.bins;
        for (to, from) in self.both.iter_mut().zip(&of_spin.both) {
            let parts = to.chunks_exact_mut(self.n_spin * len);
            for (to, from) in parts.zip(from.chunks_exact(len)) {
                let own = to[spin * len..].iter_mut().zip(from);
                own.for_each(|(sum, x)| add(sum, *x));
            }
        }
    }

    /// Adds a layer, the `slab`-th of `layers`, of the first spin.
    pub fn add(&mut self, sums: &LayerSums, (slab, layers): (usize, usize)) {
        let of_spin = self.quanta.len() * self.bins;
        let at = slab * PARTS / layers * self.n_spin * of_spin;
        for (sums, all) in sums.iter().zip(&mut self.both) {
            for (i, x) in sums.iter().enumerate() {
                add(&mut all[at + i], self.quanta[i / self.bins].integer(*x));
            }
        }
    }

    /// Gives a spectrum of tetrahedra what the rule holds. Its bars are a third of the differences of both rules, the magnitudes of the
    /// parts' added up (for silicon, five times what is left); nothing is extrapolated, as each comes in two halves of opposite sign.
    pub fn correct(self, spectrum: &mut Spectrum, directions: &Directions, scale_ev: f64) {
        let (width, bins) = (self.quanta.len(), self.bins);
        let of_part = self.n_spin * width * bins;
        let number = |sums: &[i128]| -> Vec<f64> {
            let value = |(i, x): (usize, &i128)| {
                spectrum.spin_degeneracy * self.quanta[i / bins % width].value(*x)
            };
            let mut all: Vec<f64> = sums.iter().enumerate().map(value).collect();
            for of_spin in all.chunks_exact_mut(width * bins) {
                directions.fold.average(spectrum.channels, of_spin, false);
            }
            all
        };
        let mut fine = vec![0; of_part];
        for own in self.both[0].chunks_exact(of_part) {
            own.iter().zip(&mut fine).for_each(|(x, sum)| add(sum, *x));
        }
        let fine = number(&fine);
        let offs = self.both[1].chunks_exact(of_part);
        let offs: Vec<Vec<f64>> = offs
            .filter(|off| off.iter().any(|x| *x != 0))
            .map(number)
            .collect();
        let of_tetrahedra = |spectrum: &Spectrum, row: usize| -> Vec<f64> {
            let row = &spectrum.cumulative[row * (bins + 1)..][..bins + 1];
            row.windows(2).map(|w| w[1] - w[0]).collect()
        };
        // The states of each spin are its first channel.
        let spreads: Vec<Spread> = (0..self.n_spin)
            .map(|spin| of_tetrahedra(spectrum, spin * width))
            .map(|states| Spread::new(&spectrum.axis, &states, SPREAD * scale_ev))
            .collect();
        // Cumulative, as a spectrum is; and nothing where there are no states, which a state's own three bins may reach.
        let cumulative = |row: usize, contents: &[f64]| -> Vec<f64> {
            let mut sum = 0.0;
            let contents = spreads[row / width].of(contents).into_iter();
            let sums = contents.map(|x| {
                sum += x;
                sum
            });
            std::iter::once(0.0).chain(sums).collect()
        };
        spectrum.replicas.retain(|r| r.cause != Cause::Grid);
        for off in offs {
            let rows = off.chunks_exact(bins).enumerate();
            let change: Vec<f64> = rows.flat_map(|(row, x)| cumulative(row, x)).collect();
            for factor in [0.5, -0.5] {
                spectrum.replicas.push(Replica {
                    cause: Cause::Grid,
                    change: change.iter().map(|x| factor * x).collect(),
                });
            }
        }
        for (row, fine) in fine.chunks_exact(bins).enumerate() {
            let own = of_tetrahedra(spectrum, row);
            let more: Vec<f64> = fine.iter().zip(&own).map(|(x, y)| x - y).collect();
            let to = &mut spectrum.cumulative[row * (bins + 1)..][..bins + 1];
            for (x, more) in to.iter_mut().zip(cumulative(row, &more)) {
                *x += more;
            }
        }
    }
}
