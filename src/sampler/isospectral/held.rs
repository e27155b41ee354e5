//! Predictions: points left out of a fit, and how well what was fitted to the others gives their energies.

use super::choice::WINDOW_EV;
use super::random::Random;
use super::table::Table;
use crate::bands::BandHeader;
use crate::error::Result;
use crate::sampler::{Derivatives, FourierSeries, Interpolator, KBox};
use rayon::prelude::*;
use std::collections::HashSet;

/// Points at which predictions are compared, at most.
const COMPARED: usize = 200;

/// Points left out of a fit, with their energies, and which of them matter.
pub(super) struct Held {
    points: Vec<([f64; 3], Vec<f64>)>,
    levels: Vec<f64>,
    window: f64,
}

impl Held {
    /// Points of `whole` between every `stride`-th.
    pub fn new(whole: &Table, stride: [usize; 3], levels: &[f64]) -> Self {
        let grid = whole.grid;
        let between = |at: &usize| {
            let place = grid.place(*at);
            (0..3).any(|a| !place[a].is_multiple_of(stride[a]))
        };
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
            .filter(between)
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
pub(super) fn stride(header: &BandHeader) -> Option<[usize; 3]> {
    let divisor = |n: usize| {
        let fits = |s: &usize| n.is_multiple_of(*s) && n / s >= 3;
        [2, 3].into_iter().find(fits).unwrap_or(1)
    };
    let strides = header.k_grid.n.map(divisor);
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
