//! Bands followed through their crossings, on a few planes.

use crate::bands::BandStatistics;
use crate::crystal::Tensor;
use crate::integrate::Block;
use crate::kernel::curvature::{inverse_mass, mixed_derivative, second_derivative, second_stencil};
use crate::kernel::velocity::stencil;
use crate::units::EV;
use rayon::prelude::*;
use std::ops::Range;

/// Kinks below this (eV, a change of the energy difference from step to step) are rounding or change nothing.
const SMALLEST_KINK: f64 = 1e-4;
/// How many times smaller the second differences must become by turning the sign. Bands that touch with a parabolic gap at a
/// grid point come to 2.
const CLEARLY: f64 = 2.5;

/// Neighbouring bands on the same planes.
pub struct Stack<'a> {
    pub bands: Range<usize>,
    pub blocks: Vec<Block<'a>>,
    pub statistics: &'a [BandStatistics],
    pub to_velocity: Tensor,
}

/// How a band moves at a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// m/s.
    pub velocity: [f64; 3],
    /// 1/kg, xx yy zz yz xz xy; zero where not asked for.
    pub inverse_mass: [f64; 6],
}

/// Buffer positions of the nodes on a line, around one in the middle.
struct Line([usize; 12]);

impl Line {
    const MIDDLE: isize = 6;

    fn at(&self, offset: isize) -> usize {
        self.0[(Self::MIDDLE + offset) as usize]
    }
}

/// Energies of a band one, two and three steps ahead and behind on a line, eV; those beyond the stencil are zero.
#[derive(Clone, Copy, Default, PartialEq)]
struct Around {
    ahead: [f64; 3],
    behind: [f64; 3],
}

impl Around {
    /// Central first difference, eV per step.
    fn first(&self, order: usize) -> f64 {
        let of = |m: usize| stencil(order, m) * (self.ahead[m - 1] - self.behind[m - 1]);
        (1..=order / 2).map(of).sum()
    }
}

/// Steps along the axes i ± j of each mixed derivative 23 13 12.
const DIAGONALS: [[[isize; 3]; 2]; 3] = [
    [[0, 1, 1], [0, 1, -1]],
    [[1, 0, 1], [1, 0, -1]],
    [[1, 1, 0], [1, -1, 0]],
];
const AXES: [[isize; 3]; 3] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

impl Stack<'_> {
    /// The line through node (buffer plane, j2, j3) in steps of `step`, as far as differences of reach `reach` and the search
    /// need it.
    fn line(&self, node: [usize; 3], step: [isize; 3], reach: usize) -> Line {
        let [_, n2, n3] = self.blocks[0].n;
        let far = reach as isize + 2;
        let mut line = Line([0; 12]);
        for offset in -far..=far.min(5) {
            let j: [isize; 3] = std::array::from_fn(|i| node[i] as isize + offset * step[i]);
            let (j2, j3) = (j[1].rem_euclid(n2 as isize), j[2].rem_euclid(n3 as isize));
            line.0[(Line::MIDDLE + offset) as usize] =
                (j[0] as usize * n2 + j2 as usize) * n3 + j3 as usize;
        }
        line
    }

    /// The planes of one of the bands.
    pub fn of(&self, band: usize) -> &Block<'_> {
        &self.blocks[band - self.bands.start]
    }

    fn energies(&self, band: usize) -> &[f64] {
        self.of(band).energies
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

    /// Whether no crossing can lie within `reach` steps of a node along lines on which neighbours differ by at most `steps`
    /// axes' steps. Where the gap turns its sign between two points, the second differences left (see [`sign_turns`]) say
    /// g₁ + g₂ ≤ D(1 + 4/2.5), D being the most that the gap changes in a step; from there to the node it grows by D a step.
    fn far_from_crossings(&self, band: usize, at: usize, reach: usize, steps: usize) -> bool {
        let most = |band: usize| -> f64 {
            let mut step = self.statistics[band].max_step;
            step.sort_by(|a, b| b.total_cmp(a));
            step[..steps].iter().sum()
        };
        let far = |pair: usize| {
            let there = pair >= self.bands.start && pair + 1 < self.bands.end;
            let gap = || self.energies(pair + 1)[at] - self.energies(pair)[at];
            let within = || (reach as f64 + 4.0 / CLEARLY) * (most(pair) + most(pair + 1));
            !there || gap() > within()
        };
        far(band) && (band == 0 || far(band - 1))
    }

    /// Energies around a node: of the sorted band, and of the band followed through its crossings.
    fn around(&self, band: usize, line: &Line, order: usize) -> [Around; 2] {
        let (mut ahead, mut behind) = (band, band);
        let mut found = [Around::default(); 2];
        for m in 1..=(order / 2) as isize {
            ahead = self.beyond(ahead, line, m - 1);
            behind = self.beyond(behind, line, -m);
            let at = |band: usize, offset: isize| self.energies(band)[line.at(offset)];
            let i = m as usize - 1;
            (found[0].ahead[i], found[0].behind[i]) = (at(band, m), at(band, -m));
            (found[1].ahead[i], found[1].behind[i]) = (at(ahead, m), at(behind, -m));
        }
        found
    }

    /// Velocity at a node, with `masses` also the inverse mass: of the sorted band, and of the band followed through its
    /// crossings; none where no crossing is in reach.
    pub fn motions(
        &self,
        band: usize,
        node: [usize; 3],
        order: usize,
        masses: bool,
    ) -> Option<[Motion; 2]> {
        let n = self.blocks[0].n;
        let reach = order / 2;
        let at = (node[0] * n[1] + node[1]) * n[2] + node[2];
        if self.far_from_crossings(band, at, reach, if masses { 2 } else { 1 }) {
            return None;
        }
        let along = |step: [isize; 3]| {
            // An axis with a single point has no derivatives.
            if (0..3).any(|i| step[i] != 0 && n[i] < 2) {
                return [Around::default(); 2];
            }
            self.around(band, &self.line(node, step, reach), order)
        };
        let axes = AXES.map(along);
        let diagonals = if masses {
            DIAGONALS.map(|both| both.map(along))
        } else {
            [[[Around::default(); 2]; 2]; 3]
        };
        let lines = axes.iter().chain(diagonals.iter().flatten());
        if lines
            .into_iter()
            .all(|[sorted, followed]| sorted == followed)
        {
            return None;
        }
        let here = self.energies(band)[at];
        let d = [1, 2, 3].map(|m| second_stencil(order, m));
        Some([0, 1].map(|way| {
            let first = axes.map(|around| around[way].first(order));
            let row = |row: [f64; 3]| row[0] * first[0] + row[1] * first[1] + row[2] * first[2];
            let second = |i: usize| {
                let Around { ahead, behind } = axes[i][way];
                let flat = n[i] < 2;
                let of = || second_derivative::<f64>(order, &d, ahead, here, behind);
                if flat { 0.0 } else { of() }
            };
            let mixed = |pair: usize| {
                let [plus, minus] = diagonals[pair].map(|around| around[way]);
                let corners = std::array::from_fn(|m| {
                    [
                        plus.ahead[m],
                        minus.ahead[m],
                        plus.behind[m],
                        minus.behind[m],
                    ]
                });
                mixed_derivative::<f64>(order, &d, corners)
            };
            let inverse_mass = if masses {
                let all = [
                    second(0),
                    second(1),
                    second(2),
                    mixed(0),
                    mixed(1),
                    mixed(2),
                ];
                inverse_mass(&self.to_velocity, &self.to_velocity, all).map(|x| x / EV)
            } else {
                [0.0; 6]
            };
            Motion {
                velocity: self.to_velocity.map(row),
                inverse_mass,
            }
        }))
    }

    /// (nodes whose difference of order 4 reaches across a crossing of `pair` and the band above, all nodes).
    pub fn nodes_across(&self, pair: usize) -> (usize, usize) {
        let block = &self.blocks[0];
        let [_, n2, n3] = block.n;
        let across = |node: [usize; 3]| {
            (0..3).filter(|&i| block.n[i] > 1).any(|axis| {
                let line = self.line(node, AXES[axis], 2);
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

/// Whether a gap, given at four neighbouring points, changes its sign between the second and the third: it then runs on
/// smoothly when the sign is turned there, and has a kink as it is.
fn sign_turns(g: [f64; 4]) -> bool {
    let kinked = (g[0] - 2.0 * g[1] + g[2]).abs() + (g[1] - 2.0 * g[2] + g[3]).abs();
    let turned = (g[0] - 2.0 * g[1] - g[2]).abs() + (g[1] + 2.0 * g[2] - g[3]).abs();
    // A negative gap is that of a table that is not sorted, and has no kinks.
    g.iter().all(|&x| x >= 0.0) && kinked > SMALLEST_KINK && CLEARLY * turned < kinked
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
