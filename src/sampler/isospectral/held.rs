//! Predictions: points left out of a fit, and how well what was fitted to the others gives their energies.

use super::choice::WINDOW_EV;
use super::random::Random;
use super::table::Table;
use crate::crystal::{self, KGrid, PointGroup};
use crate::error::Result;
use crate::sampler::{Derivatives, FourierSeries, Interpolator, KBox};
use rayon::prelude::*;
use std::collections::HashSet;

/// Points at which predictions are compared, at most.
const COMPARED: usize = 200;
/// Of a grid that has no coarser one within, one in so many stars is left out, of those whose energies come nearest to the levels that
/// matter: at least so many, the others are always given.
const ONE_IN: usize = 4;
const NEAREST: usize = 40;
/// A grid of fewer stars has none to spare.
const FEWEST: usize = 12;

/// What is left out of a table, to be predicted from the rest.
pub(super) enum LeftOut {
    /// All but every so many points along the axes: the rest is a grid.
    Between([usize; 3]),
    /// Some stars of points, by point.
    Stars(Vec<bool>),
}

impl LeftOut {
    /// What can be spared of a table with all bands; none where nothing can.
    pub fn of(
        whole: &Table,
        levels: &[f64],
        group: &PointGroup,
        time_reversal: bool,
    ) -> Option<Self> {
        if let Some(stride) = stride(whole.grid.n) {
            return Some(Self::Between(stride));
        }
        let distance = |at: usize| -> f64 {
            let of = |e: &f64| {
                levels
                    .iter()
                    .map(|l| (e - l).abs())
                    .fold(f64::INFINITY, f64::min)
            };
            whole.at(at).iter().map(of).fold(f64::INFINITY, f64::min)
        };
        let mut stars = stars(whole, group, time_reversal);
        if stars.len() < FEWEST {
            return None;
        }
        // Without levels all are as near, in the order of the grid; Γ tells how bands meet there, and stays.
        stars.retain(|star| star.len() > 1);
        stars.sort_by(|a, b| distance(a[0]).total_cmp(&distance(b[0])));
        let near = |star: &&Vec<usize>| distance(star[0]) < WINDOW_EV;
        let count = stars.iter().filter(near).count().max(NEAREST);
        // Neighbours of what is left out are given: a hole would ask for more than points between points.
        let mut out = vec![false; whole.grid.len()];
        let mut left = count.div_ceil(ONE_IN);
        for star in stars.iter().take(count) {
            let alone = star
                .iter()
                .all(|at| !neighbours(whole.grid, *at).any(|there| out[there]));
            if left > 0 && alone {
                star.iter().for_each(|at| out[*at] = true);
                left -= 1;
            }
        }
        Some(Self::Stars(out))
    }

    /// `whole` without it.
    ///
    /// # Errors
    /// Where no grid is left.
    pub fn rest(&self, whole: &Table) -> Result<Table> {
        match self {
            Self::Between(stride) => whole.every(*stride),
            Self::Stars(out) => Ok(whole.without(out)),
        }
    }

    fn holds(&self, whole: &Table, at: usize) -> bool {
        match self {
            Self::Between(stride) => {
                let place = whole.grid.place(at);
                (0..3).any(|a| !place[a].is_multiple_of(stride[a]))
            }
            Self::Stars(out) => out[at],
        }
    }
}

/// The points around a point of a grid.
fn neighbours(grid: KGrid, at: usize) -> impl Iterator<Item = usize> {
    let place = grid.place(at);
    (0..27).filter(|step| *step != 13).map(move |step| {
        let steps = [step / 9, step / 3 % 3, step % 3];
        grid.index(std::array::from_fn(|a| {
            (place[a] + grid.n[a] + steps[a] - 1) % grid.n[a]
        }))
    })
}

/// The points of a grid by the images that they are of each other.
fn stars(table: &Table, group: &PointGroup, time_reversal: bool) -> Vec<Vec<usize>> {
    let grid = table.grid;
    let mut seen = vec![false; grid.len()];
    let mut stars = Vec::new();
    for first in 0..grid.len() {
        if seen[first] {
            continue;
        }
        let u = grid.point(grid.place(first));
        let mut star = Vec::new();
        for r in group.rotations() {
            let there = crystal::apply(r, u);
            let both = [Some(there), time_reversal.then(|| there.map(|x| -x))];
            for there in both.into_iter().flatten() {
                let Some(place) = grid.locate(there, 1e-5) else {
                    continue;
                };
                let at = grid.index(place);
                if !seen[at] {
                    seen[at] = true;
                    star.push(at);
                }
            }
        }
        stars.push(star);
    }
    stars
}

/// Points left out of a fit, with their energies, and which of them matter.
pub(super) struct Held {
    points: Vec<([f64; 3], Vec<f64>)>,
    levels: Vec<f64>,
    window: f64,
}

impl Held {
    /// The points of `whole` that are left out.
    pub fn new(whole: &Table, left_out: &LeftOut, levels: &[f64]) -> Self {
        let grid = whole.grid;
        let mut seen = HashSet::new();
        // Points of a star tell the same.
        let mut new = |at: &usize| {
            let key: Vec<i64> = whole
                .at(*at)
                .iter()
                .map(|e| (e * 1e4).round() as i64)
                .collect();
            seen.insert(key)
        };
        let all: Vec<usize> = (0..grid.len())
            .filter(|at| left_out.holds(whole, *at))
            .filter(|at| new(at))
            .collect();
        let mut held = Self {
            points: Vec::new(),
            levels: levels.to_vec(),
            window: WINDOW_EV,
        };
        let near = |held: &Self| -> Vec<usize> {
            let has = |at: &usize| whole.at(*at).iter().any(|e| held.matters(*e));
            all.iter().copied().filter(has).collect()
        };
        let mut chosen = near(&held);
        while chosen.len() < 10.min(all.len()) && held.window < 100.0 {
            held.window *= 2.0;
            chosen = near(&held);
        }
        let picked = Random::new(1).choose(chosen.len(), COMPARED);
        held.points = picked
            .into_iter()
            .map(|i| {
                (
                    grid.point(grid.place(chosen[i])),
                    whole.at(chosen[i]).to_vec(),
                )
            })
            .collect();
        held
    }

    fn matters(&self, e: f64) -> bool {
        self.levels.is_empty() || self.levels.iter().any(|l| (e - l).abs() < self.window)
    }

    /// Root mean square deviation of what `predict` gives, eV.
    pub fn deviation(&self, predict: impl Fn([f64; 3]) -> Result<Vec<f64>> + Sync) -> Result<f64> {
        let sums: Vec<(f64, usize)> = self
            .points
            .par_iter()
            .map(|(u, energies)| {
                let there = predict(*u)?;
                let pairs = energies
                    .iter()
                    .zip(&there)
                    .filter(|(e, _)| self.matters(**e));
                Ok(pairs.fold((0.0, 0), |(sum, n), (e, p)| (sum + (e - p).powi(2), n + 1)))
            })
            .collect::<Result<_>>()?;
        let (sum, count) = sums.iter().fold((0.0, 0), |(s, n), (a, b)| (s + a, n + b));
        Ok((sum / count.max(1) as f64).sqrt())
    }
}

/// The smallest number of points that each axis of the grid can be divided by; of axes with an odd number 1. None where none can be.
fn stride(n: [usize; 3]) -> Option<[usize; 3]> {
    let divisor = |n: usize| {
        let fits = |s: &usize| n.is_multiple_of(*s) && n / s >= 3;
        [2, 3].into_iter().find(fits).unwrap_or(1)
    };
    let strides = n.map(divisor);
    strides.iter().any(|&s| s > 1).then_some(strides)
}

/// Energies that a series predicts, ascending.
pub(super) fn predicted_by_series(series: &FourierSeries, u: [f64; 3]) -> Result<Vec<f64>> {
    let k_box = KBox {
        origin: u,
        step: [1e-3; 3],
        points: [1; 3],
    };
    let mut all = Vec::new();
    for group in series.groups() {
        for band in series.evaluate(&group, &k_box, Derivatives::None)? {
            all.extend(band.energies);
        }
    }
    all.sort_by(f64::total_cmp);
    Ok(all)
}
