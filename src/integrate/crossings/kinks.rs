//! The kinks of a band on a few planes, integrated into the bins of a spectrum.
//!
//! Every channel is integrated once more over the cells that a kink touches, with the difference of what the followed and the
//! sorted bands give at their corners; the weights are those of linear tetrahedra at the bins' edges, whatever represents δ in
//! the spectrum itself. Inverse masses are second differences, which a kink changes by its jump in the slope over the grid's
//! step. They are followed like the velocities, along the axes and along the diagonals that mixed derivatives need, so that the
//! Hall and magnetoconductivity channels have their change as the others have.

use super::follow::{Motion, Stack};
use crate::integrate::{BandContext, Block, Channels, EnergyAxis};
use crate::kernel::channels::{DIRECTIONS, by_width};
use crate::kernel::curvature::{field_values, has_field_values};
use crate::kernel::layout::MOST_CHANNELS;
use crate::kernel::spectrum::{LANES, add_weights};
use crate::kernel::tetrahedron::tetrahedron;
use crate::kernel::velocity::channel_values;
use rayon::prelude::*;

/// Groups of rows of cells in a block that are worked on at the same time, each with its own sums.
const TASKS: usize = 64;
/// Marks a node that no crossing is near.
const UNTOUCHED: u32 = u32::MAX;

/// Sums over cells.
pub struct Sums {
    /// `[bin][channel]`, in cells times the channel's unit.
    pub change: Vec<f64>,
    /// States of each bin, in cells.
    pub across: Vec<f64>,
}

impl Sums {
    /// Nothing yet, for every bin of an axis.
    pub fn zeros(axis: &EnergyAxis, width: usize) -> Self {
        Self {
            change: vec![0.0; axis.bins() * width],
            across: vec![0.0; axis.bins()],
        }
    }

    /// Adds a multiple of others.
    pub fn add(&mut self, other: &Self, factor: f64) {
        let add = |to: &mut [f64], from: &[f64]| {
            for (x, y) in to.iter_mut().zip(from) {
                *x += factor * y;
            }
        };
        add(&mut self.change, &other.change);
        add(&mut self.across, &other.across);
    }
}

/// Rows of a block's cells, (buffer plane, j2): one of `thinning` pairs of rows of each pair of planes, not at the same place in
/// each, which could be a period of the bands. All of them where it is 1.
pub fn some_rows(block: &Block, thinning: usize) -> Vec<(usize, usize)> {
    let n2 = block.n[1];
    let of_plane = |j1: usize| {
        // Steps of the golden section of the period spread evenly.
        let start = (0.618 * thinning as f64 * (j1 / 2) as f64) as usize;
        let taken = move |j2: &usize| (j2 / 2 + start).is_multiple_of(thinning);
        let plane = block.plane_index(j1);
        (0..n2).filter(taken).map(move |j2| (plane, j2))
    };
    block.cells.clone().flat_map(of_plane).collect()
}

/// The nodes of a block that a crossing is near, and what following the band through it changes there.
pub struct Kinks {
    /// Position in `changes` of each node of the block; [`UNTOUCHED`] for most.
    slot: Vec<u32>,
    /// `[kink][channel]`.
    changes: Vec<f64>,
    width: usize,
}

impl Kinks {
    /// Looks at the corners of the cells in `rows`, as far as they could belong to a cell that reaches into the window (eV).
    pub fn find(
        stack: &Stack,
        context: &BandContext,
        order: usize,
        set: Channels,
        window: (f64, f64),
        rows: &[(usize, usize)],
    ) -> Self {
        let block = stack.of(context.band);
        let [_, n2, n3] = block.n;
        // No cell's corners are farther apart in energy.
        let apart: f64 = context.statistics.max_step.iter().sum();
        let masses = set.has_inverse_masses();
        let mut rows: Vec<usize> = rows
            .iter()
            .flat_map(|&(p, j2)| [p, p + 1].map(|p| [p * n2 + j2, p * n2 + (j2 + 1) % n2]))
            .flatten()
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let found: Vec<Vec<(usize, [f64; MOST_CHANNELS])>> = rows
            .par_iter()
            .map(|&row| {
                let mut found = Vec::new();
                for j3 in 0..n3 {
                    let at = row * n3 + j3;
                    let e = block.energies[at];
                    if e + apart < window.0 || e - apart > window.1 {
                        continue;
                    }
                    let node = [row / n2, row % n2, j3];
                    let Some([sorted, followed]) = stack.motions(context.band, node, order, masses)
                    else {
                        continue;
                    };
                    let tau = block.lifetimes.get(at).copied().unwrap_or(0.0);
                    let (a, b) = (&sorted, &followed);
                    let [a, b] = [a, b].map(|m| values(set, m, tau, &context.directions));
                    found.push((at, std::array::from_fn(|c| b[c] - a[c])));
                }
                found
            })
            .collect();
        let width = set.width();
        let mut kinks = Self {
            slot: vec![UNTOUCHED; block.planes * n2 * n3],
            changes: Vec::new(),
            width,
        };
        for (at, change) in found.into_iter().flatten() {
            kinks.slot[at] = (kinks.changes.len() / width) as u32;
            kinks.changes.extend(&change[..width]);
        }
        kinks
    }

    /// Adds what they change in the cells in `rows`. Groups of rows are worked on together and added in order:
    /// the same bits whatever the threads.
    pub fn integrate(
        &self,
        stack: &Stack,
        context: &BandContext,
        axis: &EnergyAxis,
        rows: &[(usize, usize)],
        sums: &mut Sums,
    ) {
        let block = stack.of(context.band);
        let [_, n2, n3] = block.n;
        let parts: Vec<Sums> = rows
            .par_chunks(rows.len().div_ceil(TASKS).max(1))
            .map(|rows| {
                let mut part = Sums::zeros(axis, self.width);
                for &(plane, j2) in rows {
                    for j3 in 0..n3 {
                        let at: [usize; 8] = std::array::from_fn(|c| {
                            let (j2, j3) = ((j2 + c / 2 % 2) % n2, (j3 + c % 2) % n3);
                            ((plane + c / 4) * n2 + j2) * n3 + j3
                        });
                        if at.iter().any(|&i| self.slot[i] != UNTOUCHED) {
                            self.add_cell(block, context, at, axis, &mut part);
                        }
                    }
                }
                part
            })
            .collect();
        for part in parts {
            sums.add(&part, 1.0);
        }
    }

    /// Adds one cell with the corners `at` to every bin that it reaches.
    fn add_cell(
        &self,
        block: &Block,
        context: &BandContext,
        at: [usize; 8],
        axis: &EnergyAxis,
        sums: &mut Sums,
    ) {
        let cell = at.map(|i| block.energies[i]);
        let low = cell.iter().copied().fold(f64::INFINITY, f64::min);
        let high = cell.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let edges = axis.edges();
        // From the last edge below the cell to the first above it.
        let from = edges.partition_point(|&e| e <= low).saturating_sub(1);
        let to = (edges.partition_point(|&e| e < high) + 1).min(edges.len());
        let tetrahedra = context.corners.map(|c| tetrahedron::<f64>(&cell, c));
        let mut before = [0.0; 8];
        for start in (from..to).step_by(LANES) {
            let lanes = LANES.min(to - start);
            let edge = std::array::from_fn(|lane| edges[start + lane.min(lanes - 1)]);
            let mut weights = [[0.0; LANES]; 8];
            for t in &tetrahedra {
                add_weights::<f64>(&mut weights, t, &edge, &[0.0; LANES]);
            }
            for lane in 0..lanes {
                let edge = start + lane;
                for c in 0..8 {
                    let weight = weights[c][lane] - before[c];
                    before[c] = weights[c][lane];
                    // What lies below the first edge belongs to no bin.
                    if edge == from || weight == 0.0 || self.slot[at[c]] == UNTOUCHED {
                        continue;
                    }
                    let bin = edge - 1;
                    sums.across[bin] += weight;
                    let kink = self.slot[at[c]] as usize * self.width;
                    let change = &self.changes[kink..][..self.width];
                    let to = &mut sums.change[bin * self.width..][..self.width];
                    for (x, y) in to.iter_mut().zip(change) {
                        *x += weight * y;
                    }
                }
            }
        }
    }
}

/// The channel vector of a set, followed by zeros: SI units.
pub fn values(
    set: Channels,
    motion: &Motion,
    tau: f64,
    directions: &[[f64; 3]; DIRECTIONS],
) -> [f64; MOST_CHANNELS] {
    let mut all = [0.0; MOST_CHANNELS];
    by_width!(set, N => {
        let mut own = channel_values::<f64, N>(motion.velocity, tau, directions);
        if has_field_values(N) {
            field_values(&mut own, motion.velocity, motion.inverse_mass, tau);
        }
        all[..N].copy_from_slice(&own);
    });
    all
}
