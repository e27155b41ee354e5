//! What crossings do to an integral at one energy.

use super::follow::Stack;
use super::kinks::values;
use super::{CrossingEffect, Differences, RUNS, differences, each_block, near, with_order};
use crate::bands::BandSource;
use crate::error::Result;
use crate::integrate::result::BandSurface;
use crate::integrate::{BandContext, Block, Channel, Request, SurfaceIntegral};
use crate::kernel::Threshold;
use crate::kernel::fermi_surface::cell_weights;
use crate::kernel::layout::MOST_CHANNELS;
use crate::kernel::real::tie;
use crate::uncertainty::Cause;
use rayon::prelude::*;

/// What crossings do to an integral at one energy.
#[derive(Clone, Debug, PartialEq)]
pub struct SurfaceCrossings {
    /// Share of the Fermi surface (δ-weight) whose velocity comes from a central difference across a crossing.
    pub share: f64,
    /// Estimated change of ⟨v² δ⟩, as a share of it.
    pub effect: f64,
    /// Of each band that could cross another one at this energy.
    pub bands: Vec<BandCrossings>,
}

/// One band's part of [`SurfaceCrossings`].
#[derive(Clone, Debug, PartialEq)]
pub struct BandCrossings {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// Share of the band's own δ-weight.
    pub share: f64,
    /// g_s ⟨ΔF δ⟩ by channel, ΔF being what the kinks change: 1/eV times the channel's unit; nothing of those that need inverse masses.
    change: [f64; MOST_CHANNELS],
}

impl SurfaceCrossings {
    /// Share and effect alone.
    pub fn summary(&self) -> CrossingEffect {
        CrossingEffect {
            share: self.share,
            effect: self.effect,
            touching: None,
        }
    }

    /// Adds what crossings may have changed to the bars of `integral`.
    pub fn widen(&self, integral: &mut SurfaceIntegral) {
        for found in &self.bands {
            let same = |b: &&mut BandSurface| (b.spin, b.band) == (found.spin, found.band);
            let Some(band) = integral.bands.iter_mut().find(same) else {
                continue;
            };
            for (bar, change) in band.bars.iter_mut().zip(found.change) {
                bar[Cause::Crossings] += change.abs();
            }
        }
    }
}

/// Looks for crossings on the Fermi surface of `integral`, in the table itself where `source` interpolates one. None where velocities come from the file: they have no kinks.
///
/// # Errors
/// Where the bands cannot be read.
pub fn on_surface(
    source: &dyn BandSource,
    request: &Request,
    integral: &SurfaceIntegral,
) -> Result<Option<SurfaceCrossings>> {
    let Some(Differences { source, order }) = differences(source, request) else {
        return Ok(None);
    };
    let (source, request) = (&*source, &with_order(request, order));
    let header = source.header();
    let energy = integral.energy_ev;
    let reach = order / 2;
    let mut bands = Vec::new();
    for spin in 0..header.n_spin() {
        let all = &source.statistics()[spin * header.n_band..][..header.n_band];
        let meet = |pair: usize| {
            pair + 1 < header.n_band && near(&all[pair], &all[pair + 1], (energy, energy), reach)
        };
        for band in 0..header.n_band {
            let s = &all[band];
            let crossed = s.energy_min < energy && energy < s.energy_max;
            let below = band > 0 && meet(band - 1);
            if !crossed || !(below || meet(band)) {
                continue;
            }
            let stack = band - usize::from(below)..band + 1 + usize::from(meet(band));
            let context = BandContext::new(header, s, request, spin, band);
            let lifetimes = header.has_lifetimes;
            let mut sums = Sums::of(0);
            each_block(
                source,
                spin,
                stack.clone(),
                reach + 2,
                RUNS,
                lifetimes,
                |stack| {
                    sums.add(&stack.surface(&context, band, order, energy));
                },
            )?;
            // As a share of the planes looked at, so that leaving out some changes nothing on average.
            let scale = integral.spin_degeneracy / sums.cells.max(1.0);
            bands.push(BandCrossings {
                spin,
                band,
                share: if sums.weight > 0.0 {
                    sums.across / sums.weight
                } else {
                    0.0
                },
                change: sums.change.map(|x| x * scale),
            });
        }
    }
    let part = |channel: Channel, of: &dyn Fn(usize, usize) -> f64| -> f64 {
        bands
            .iter()
            .map(|b| {
                of(b.spin, b.band)
                    * integral
                        .sum(channel, |x| (x.spin, x.band) == (b.spin, b.band))
                        .0
            })
            .sum()
    };
    let share_of = |spin: usize, band: usize| {
        bands
            .iter()
            .find(|b| (b.spin, b.band) == (spin, band))
            .map_or(0.0, |b| b.share)
    };
    let states = integral.total(Channel::States).0;
    let speeds: f64 = (0..3)
        .map(|i| integral.total(Channel::VelocityProduct(i, i)).0)
        .sum();
    let change: f64 = bands
        .iter()
        .map(|b| {
            let diagonal = (0..3).map(|i| Channel::VelocityProduct(i, i).index(request.channels));
            diagonal.flatten().map(|c| b.change[c]).sum::<f64>().abs()
        })
        .sum();
    let over = |x: f64, y: f64| if y > 0.0 { x / y } else { 0.0 };
    Ok(Some(SurfaceCrossings {
        share: over(part(Channel::States, &share_of), states),
        effect: over(change, speeds),
        bands,
    }))
}

/// Sums over the cells of one band, in 1/eV times the channel's unit.
#[derive(Clone)]
pub struct Sums {
    pub cells: f64,
    pub weight: f64,
    pub across: f64,
    pub change: [f64; MOST_CHANNELS],
}

impl Sums {
    /// Over so many cells, in which nothing was found yet.
    pub fn of(cells: usize) -> Self {
        Self {
            cells: cells as f64,
            weight: 0.0,
            across: 0.0,
            change: [0.0; MOST_CHANNELS],
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.cells += other.cells;
        self.weight += other.weight;
        self.across += other.across;
        for (a, b) in self.change.iter_mut().zip(other.change) {
            *a += b;
        }
    }
}

impl Stack<'_> {
    /// Sums over the cells of these planes at `energy`: first the δ-weight of every node, then what a crossing changes there.
    /// Rows are worked on together and added in order: the same bits whatever the threads.
    pub fn surface(&self, context: &BandContext, band: usize, order: usize, energy: f64) -> Sums {
        let block = self.of(band);
        let [_, n2, n3] = block.n;
        let rows: Vec<(usize, usize)> = block
            .cells
            .clone()
            .flat_map(|j1| (0..n2).map(move |j2| (block.plane_index(j1), j2)))
            .collect();
        let found: Vec<Vec<(usize, f64)>> = rows
            .par_iter()
            .map(|&(plane, j2)| row_weights(block, context, energy, plane, j2))
            .collect();
        let mut weights = vec![0.0; block.planes * n2 * n3];
        for (node, weight) in found.into_iter().flatten() {
            weights[node] += weight;
        }
        let nodes: Vec<usize> = (0..weights.len()).filter(|&i| weights[i] != 0.0).collect();
        let changes: Vec<Option<[f64; MOST_CHANNELS]>> = nodes
            .par_iter()
            .map(|&node| self.change(band, node, order, context))
            .collect();
        let mut sums = Sums::of(rows.len() * n3);
        for (&node, change) in nodes.iter().zip(&changes) {
            sums.weight += weights[node];
            if let Some(change) = change {
                sums.across += weights[node];
                for (sum, x) in sums.change.iter_mut().zip(change) {
                    *sum += weights[node] * x;
                }
            }
        }
        sums
    }

    /// What kinks change in the channels at the node with buffer position `at`; none where there are none.
    fn change(
        &self,
        band: usize,
        at: usize,
        order: usize,
        context: &BandContext,
    ) -> Option<[f64; MOST_CHANNELS]> {
        let block = self.of(band);
        let [_, n2, n3] = block.n;
        let node = [at / (n2 * n3), at / n3 % n2, at % n3];
        let [sorted, followed] = self.motions(band, node, order, false)?;
        let tau = block.lifetimes.get(at).copied().unwrap_or(0.0);
        let [a, b] = [&sorted, &followed]
            .map(|motion| values(context.channels, motion, tau, &context.directions));
        Some(std::array::from_fn(|c| a[c] - b[c]))
    }
}

/// The δ-weights (1/eV) that the row of cells from (buffer plane, j2) puts on its nodes, by their buffer positions.
fn row_weights(
    block: &Block,
    context: &BandContext,
    energy: f64,
    plane: usize,
    j2: usize,
) -> Vec<(usize, f64)> {
    let [_, n2, n3] = block.n;
    let threshold = Threshold::<f64> {
        level: energy,
        fraction: 0.0,
    };
    let s = &context.statistics;
    let tie = tie(s.energy_min, s.energy_max);
    // The cell's four columns of nodes; corner c is bit 4 2 1 = one step along axis 1 2 3.
    let starts: [usize; 4] =
        std::array::from_fn(|r| ((plane + r / 2) * n2 + (j2 + r % 2) % n2) * n3);
    let [r0, r1, r2, r3] = starts.map(|start| &block.energies[start..start + n3]);
    let extremes = |j: usize| {
        let (a, b) = (r0[j].min(r1[j]), r0[j].max(r1[j]));
        let (c, d) = (r2[j].min(r3[j]), r2[j].max(r3[j]));
        (a.min(c), b.max(d))
    };
    let mut found = Vec::new();
    let mut ahead = extremes(0);
    for j3 in 0..n3 {
        let upper = (j3 + 1) % n3;
        let here = ahead;
        ahead = extremes(upper);
        if here.0.min(ahead.0) > energy + tie || here.1.max(ahead.1) < energy - tie {
            continue;
        }
        let at: [usize; 8] = std::array::from_fn(|c| starts[c / 2] + [j3, upper][c % 2]);
        let cell = at.map(|i| block.energies[i]);
        let weights = cell_weights::<f64>(&cell, &context.corners, &threshold, 1.0, tie).weight;
        found.extend(at.into_iter().zip(weights).filter(|(_, w)| *w != 0.0));
    }
    found
}
