//! Bands followed through their crossings, on a few planes.

use super::super::{BandContext, Block};
use super::CHANNELS;
use crate::crystal::Tensor;
use crate::kernel::Threshold;
use crate::kernel::fermi_surface::cell_weights;
use crate::kernel::velocity::stencil;
use rayon::prelude::*;
use std::ops::Range;

/// Kinks below this (eV, a change of the energy difference from step to step) are rounding or change nothing.
const SMALLEST_KINK: f64 = 1e-4;
/// How many times smaller the second differences must become by turning the sign. Bands that touch with a parabolic gap at a
/// grid point come to 2.
const CLEARLY: f64 = 2.5;
/// Sums over the cells of one band, in 1/eV times the channel's unit.
#[derive(Clone, Default)]
pub struct Sums {
    pub cells: f64,
    pub weight: f64,
    pub across: f64,
    pub change: [f64; CHANNELS.len()],
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.cells += other.cells;
        self.weight += other.weight;
        self.across += other.across;
        for (a, b) in self.change.iter_mut().zip(other.change) {
            *a += b;
        }
    }
}

/// Neighbouring bands on the same planes.
pub struct Stack<'a> {
    pub bands: Range<usize>,
    pub blocks: Vec<Block<'a>>,
    pub to_velocity: Tensor,
}

/// Buffer positions of the nodes on a line along one axis, around one in the middle.
struct Line([usize; 12]);

impl Line {
    const MIDDLE: isize = 6;

    fn at(&self, offset: isize) -> usize {
        self.0[(Self::MIDDLE + offset) as usize]
    }
}

impl Stack<'_> {
    /// The line through node (buffer plane, j2, j3), as far as differences of reach `reach` and the search need it.
    fn line(&self, node: [usize; 3], axis: usize, reach: usize) -> Line {
        let [_, n2, n3] = self.blocks[0].n;
        let far = reach as isize + 2;
        let mut line = Line([0; 12]);
        for offset in -far..=far.min(5) {
            let mut j = node.map(|x| x as isize);
            j[axis] += offset;
            let (j2, j3) = (j[1].rem_euclid(n2 as isize), j[2].rem_euclid(n3 as isize));
            line.0[(Line::MIDDLE + offset) as usize] =
                (j[0] as usize * n2 + j2 as usize) * n3 + j3 as usize;
        }
        line
    }

    fn energies(&self, band: usize) -> &[f64] {
        self.blocks[band - self.bands.start].energies
    }

    /// Whether `pair` and the band above it are both there and cross between offset `e` and `e` + 1. A crossing at a node
    /// shows on both sides of it, and is taken to be on the first.
    fn crossing(&self, pair: usize, line: &Line, e: isize) -> bool {
        let shows = |e: isize| {
            let (low, high) = (self.energies(pair), self.energies(pair + 1));
            let gap = |offset: isize| high[line.at(offset)] - low[line.at(offset)];
            sign_turns([gap(e - 1), gap(e), gap(e + 1), gap(e + 2)])
        };
        pair >= self.bands.start && pair + 1 < self.bands.end && shows(e) && !shows(e - 1)
    }

    /// The band that continues `band` smoothly over the step from offset `e` to `e` + 1, either way.
    fn beyond(&self, band: usize, line: &Line, e: isize) -> usize {
        if self.crossing(band, line, e) {
            band + 1
        } else if band > 0 && self.crossing(band - 1, line, e) {
            band - 1
        } else {
            band
        }
    }

    /// Central difference of the sorted band, and of the band followed through its crossings, eV.
    fn differences(&self, band: usize, line: &Line, order: usize) -> (f64, f64) {
        let (mut ahead, mut behind) = (band, band);
        let (mut sorted, mut followed) = (0.0, 0.0);
        for m in 1..=(order / 2) as isize {
            ahead = self.beyond(ahead, line, m - 1);
            behind = self.beyond(behind, line, -m);
            let c = stencil(order, m as usize);
            let at = |band: usize, offset: isize| self.energies(band)[line.at(offset)];
            sorted += c * (at(band, m) - at(band, -m));
            followed += c * (at(ahead, m) - at(behind, -m));
        }
        (sorted, followed)
    }

    /// Velocities (m/s) of a node by both; none of the second where no crossing is in reach.
    fn velocities(
        &self,
        band: usize,
        node: [usize; 3],
        order: usize,
    ) -> ([f64; 3], Option<[f64; 3]>) {
        let n = self.blocks[0].n;
        let (mut sorted, mut followed) = ([0.0; 3], [0.0; 3]);
        for axis in (0..3).filter(|&i| n[i] > 1) {
            let line = self.line(node, axis, order / 2);
            (sorted[axis], followed[axis]) = self.differences(band, &line, order);
        }
        let velocity = |d: [f64; 3]| {
            self.to_velocity
                .map(|row| row[0] * d[0] + row[1] * d[1] + row[2] * d[2])
        };
        let other = (sorted != followed).then(|| velocity(followed));
        (velocity(sorted), other)
    }

    /// Sums over the cells of these planes at `energy`: first the δ-weight of every node, then what a crossing changes there.
    /// Rows are worked on together and added in order: the same bits whatever the threads.
    pub fn surface(&self, context: &BandContext, band: usize, order: usize, energy: f64) -> Sums {
        let block = &self.blocks[band - self.bands.start];
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
        let changes: Vec<Option<[f64; CHANNELS.len()]>> = nodes
            .par_iter()
            .map(|&node| self.change(band, node, order))
            .collect();
        let mut sums = Sums {
            cells: (rows.len() * n3) as f64,
            ..Sums::default()
        };
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

    /// What kinks change in the values of [`CHANNELS`] at the node with buffer position `at`; none where there are none.
    fn change(&self, band: usize, at: usize, order: usize) -> Option<[f64; CHANNELS.len()]> {
        let block = &self.blocks[band - self.bands.start];
        let [_, n2, n3] = block.n;
        let node = [at / (n2 * n3), at / n3 % n2, at % n3];
        let (sorted, followed) = self.velocities(band, node, order);
        let tau = block.lifetimes.get(at).copied().unwrap_or(0.0);
        let (a, b) = (values(sorted, tau), values(followed?, tau));
        Some(std::array::from_fn(|i| a[i] - b[i]))
    }

    /// (nodes whose difference of order 4 reaches across a crossing of `pair` and the band above, all nodes).
    pub fn nodes_across(&self, pair: usize) -> (usize, usize) {
        let block = &self.blocks[0];
        let [_, n2, n3] = block.n;
        let across = |node: [usize; 3]| {
            (0..3).filter(|&i| block.n[i] > 1).any(|axis| {
                let line = self.line(node, axis, 2);
                (-2..2).any(|e| self.crossing(pair, &line, e))
            })
        };
        let planes = block.cells.clone().map(|j1| block.plane_index(j1));
        let rows: Vec<(usize, usize)> = planes
            .flat_map(|p| (0..n2).map(move |j2| (p, j2)))
            .collect();
        let found = rows
            .par_iter()
            .map(|&(p, j2)| (0..n3).filter(|&j3| across([p, j2, j3])).count())
            .sum();
        (found, rows.len() * n3)
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
        if here.0.min(ahead.0) >= energy || here.1.max(ahead.1) < energy {
            continue;
        }
        let at: [usize; 8] = std::array::from_fn(|c| starts[c / 2] + [j3, upper][c % 2]);
        let cell = at.map(|i| block.energies[i]);
        let (weights, _) = cell_weights::<f64>(&cell, &context.corners, &threshold, 1.0);
        found.extend(at.into_iter().zip(weights).filter(|(_, w)| *w != 0.0));
    }
    found
}

/// Whether a gap, given at four neighbouring points, changes its sign between the second and the third: it then runs on
/// smoothly when the sign is turned there, and has a kink as it is.
fn sign_turns(g: [f64; 4]) -> bool {
    let kinked = (g[0] - 2.0 * g[1] + g[2]).abs() + (g[1] - 2.0 * g[2] + g[3]).abs();
    let turned = (g[0] - 2.0 * g[1] - g[2]).abs() + (g[1] + 2.0 * g[2] - g[3]).abs();
    // A negative gap is that of a table that is not sorted, and has no kinks.
    g.iter().all(|&x| x >= 0.0) && kinked > SMALLEST_KINK && CLEARLY * turned < kinked
}

/// The values of [`CHANNELS`].
fn values(v: [f64; 3], tau: f64) -> [f64; CHANNELS.len()] {
    let products = [
        v[0] * v[0],
        v[1] * v[1],
        v[2] * v[2],
        v[1] * v[2],
        v[0] * v[2],
        v[0] * v[1],
    ];
    let speed = (products[0] + products[1] + products[2]).sqrt();
    let mut all = [0.0; CHANNELS.len()];
    all[..6].copy_from_slice(&products);
    all[6..10].copy_from_slice(&[speed, v[0].abs(), v[1].abs(), v[2].abs()]);
    all[10..].copy_from_slice(&products.map(|p| p * tau));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// |x − x₀| is a crossing wherever x₀ lies in the step, its ends included; a gap held open is none; a parabola that
    /// touches zero is none.
    #[test]
    fn a_crossing_is_told_from_an_open_gap() {
        let at = |f: &dyn Fn(f64) -> f64| [-1.0, 0.0, 1.0, 2.0].map(f);
        for x0 in [0.0, 0.01, 0.3, 0.5, 0.77, 1.0] {
            assert!(sign_turns(at(&|x| (x - x0).abs())), "{x0}");
            // With a curvature that the grid resolves.
            assert!(
                sign_turns(at(&|x| ((x - x0) * (1.0 + 0.1 * x)).abs())),
                "{x0}"
            );
            assert!(
                !sign_turns(at(&|x| ((x - x0).powi(2) + 1.0).sqrt())),
                "{x0}"
            );
            assert!(!sign_turns(at(&|x| (x - x0).powi(2))), "{x0}");
        }
        for x0 in [-2.0, -1.0, 2.0, 3.0] {
            assert!(!sign_turns(at(&|x| (x - x0).abs())), "{x0}");
        }
        assert!(!sign_turns([0.0; 4]) && !sign_turns([1e-9, 0.0, 2e-9, 1e-9]));
    }
}
