//! The search for a mesh: blocks are split until the bar of every goal is within its tolerance.

use super::found::Found;
use super::goals::Aim;
use super::kept::Seen;
use super::leaves::{Leaf, Share, Totals, mark};
use super::mesh::{BlockId, MAX_LEVEL};
use super::order::{AS_IT_IS, learn};
use super::{Refined, Refiner};
use crate::bands::{BandGroup, BoxBand, Derivatives};
use crate::error::Result;
use crate::integrate::cells::{EdgeSums, Edges};
use crate::integrate::exact::{Quantum, add};

impl Refiner<'_> {
    /// What a block adds to the goals at one energy.
    pub(super) fn shares_at(
        &self,
        energy_ev: f64,
        g: usize,
        block: BlockId,
        bands: &[BoxBand],
    ) -> Vec<Share> {
        let group = &self.groups[g];
        let first = group.spin * self.header().n_band + group.bands.start;
        let volume = self.mesh.cell_volume(block);
        let mut shares = Vec::new();
        for (b, band) in bands.iter().enumerate() {
            let tie = self.tie(first + b);
            if band.low > energy_ev + tie {
                continue;
            }
            if band.high < energy_ev - tie {
                shares.push(Share {
                    goal: (2 + first + b) as u32,
                    value: self.mesh.volume(block) as f32,
                    off: 0.0,
                });
                continue;
            }
            let values = goal_values(band);
            let cells = self.cells(band, &values, 2);
            let [fine, coarse] =
                [1, 2].map(|stride| cells.at_energy(stride, energy_ev, tie, volume));
            for (i, goal) in [0, 1, 2 + first + b].into_iter().enumerate() {
                shares.push(Share {
                    goal: goal as u32,
                    value: fine[i] as f32,
                    off: (fine[i] - coarse[i]) as f32,
                });
            }
        }
        shares
    }

    /// What a block adds to the groups of bins between `edges`: states, then v².
    pub(super) fn shares_in_bins(
        &self,
        edges: &Edges,
        block: BlockId,
        bands: &[BoxBand],
    ) -> Vec<Share> {
        let volume = self.mesh.cell_volume(block);
        let count = edges.len();
        let mut sums = [1, 2].map(|_| EdgeSums::new(count, 2));
        for band in bands {
            if !edges.reached(band.low, band.high) {
                continue;
            }
            let values = goal_values(band);
            let cells = self.cells(band, &values, 2);
            for (i, sums) in sums.iter_mut().enumerate() {
                cells.at_edges(i + 1, edges, volume, sums);
            }
        }
        let [fine, coarse] = sums.map(|s| s.cumulative());
        let mut shares = Vec::new();
        for c in 0..2 {
            for g in 0..count - 1 {
                let at = c * count + g;
                let value = fine[at + 1] - fine[at];
                let off = value - (coarse[at + 1] - coarse[at]);
                if value != 0.0 || off != 0.0 {
                    shares.push(Share {
                        goal: (c * (count - 1) + g) as u32,
                        value: value as f32,
                        off: off as f32,
                    });
                }
            }
        }
        shares
    }

    /// States of bands that are full in blocks without energies of the window (eV), by spin·n_band + band, in quanta of the zone, and the
    /// blocks of level 0 that have some.
    pub(super) fn start(&self, window: (f64, f64)) -> (Vec<i128>, Vec<(usize, BlockId)>) {
        let header = self.header();
        let outside = |(low, high): &(f64, f64)| *high < window.0 || *low > window.1;
        let mut full = vec![0; header.n_spin_band()];
        let mut active = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            let first = group.spin * header.n_band + group.bands.start;
            for (block, bounds) in self.blocks.iter().zip(&self.bounds[g]) {
                if !bounds.iter().all(outside) {
                    active.push((g, *block));
                    continue;
                }
                let volume = Quantum::OF_ONE.integer(self.mesh.volume(*block));
                for (b, (_, high)) in bounds.iter().enumerate() {
                    if *high < window.0 {
                        add(&mut full[first + b], volume);
                    }
                }
            }
        }
        (full, active)
    }

    /// Refines until the bar of every goal is within the tolerance of its scale, which `scale(values, volumes of full blocks by band)` gives.
    pub(super) fn find_mesh(
        &self,
        aim: Aim,
        shares: impl Fn(usize, BlockId, &[BoxBand]) -> Vec<Share> + Sync,
        scale: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    ) -> Result<Found> {
        if let Some(found) = aim.account.map(Found::kept).transpose()?.flatten() {
            return Ok(found);
        }
        let (window, goals) = (aim.window, aim.quanta);
        let header = self.header();
        let outside = |(low, high): (f64, f64)| high < window.0 || low > window.1;
        let states = Quantum::OF_ONE;
        let sought = self.sought(Derivatives::Velocity, window);
        let (mut full, mut active) = self.start(window);
        let per_block = self.mesh.cells().map(|c| c + 1).iter().product::<usize>() as u64;
        let mut leaves: Vec<Leaf> = Vec::new();
        // The leaves that were split in the step before, and what the goals were.
        let mut parents: Vec<Leaf> = Vec::new();
        let mut before: Vec<f64> = Vec::new();
        let mut refined = Refined::default();
        let mut finest = 0;
        let mut what = "refining".to_owned();
        for round in 0.. {
            let band_points: u64 = active
                .iter()
                .map(|(g, _)| self.groups[*g].bands.len() as u64 * per_block)
                .sum();
            refined.points += band_points;
            finest = active.iter().map(|(_, b)| b.level).fold(finest, u8::max);
            let look = |g: usize, block: BlockId, bands: &[BoxBand]| -> Seen {
                let group = &self.groups[g];
                let first = group.spin * header.n_band + group.bands.start;
                // The occupation of bands wholly below is exact; None where nothing else is there.
                let below: Vec<usize> = bands
                    .iter()
                    .enumerate()
                    .filter(|(_, b)| b.high < window.0)
                    .map(|(b, _)| first + b)
                    .collect();
                let reached = !bands.iter().all(|b| outside((b.low, b.high)));
                (below, reached.then(|| shares(g, block, bands)))
            };
            let found = self.round(aim.account, round, &active, |blocks| {
                self.each_block(&what, blocks, sought, look)
            })?;
            let mut new: Vec<Leaf> = Vec::new();
            for ((g, block), (below, shares)) in active.iter().zip(found) {
                match shares {
                    Some(shares) => new.push(Leaf {
                        group: *g,
                        block: *block,
                        slab: self.mesh.slab(*block, self.layers),
                        left: AS_IT_IS,
                        shares,
                    }),
                    // A block without energies of interest is settled: its full bands are counted for good.
                    None => {
                        for b in below {
                            add(&mut full[b], states.integer(self.mesh.volume(*block)));
                        }
                    }
                }
            }
            if aim.learns {
                learn(&parents, &mut new, &before, |block| self.mesh.parent(block));
            }
            leaves.append(&mut new);
            // Full bands of the kept blocks count as long as the blocks are kept: the second pass sees to them.
            let totals = Totals::new(&leaves, goals, self.layers);
            let volumes: Vec<f64> = full.iter().map(|sum| states.value(*sum)).collect();
            let allowed: Vec<f64> = scale(&totals.value, &volumes)
                .iter()
                .map(|s| s * self.refinement.tolerance)
                .collect();
            refined.reached = totals
                .bar
                .iter()
                .zip(&allowed)
                .map(|(bar, allowed)| if *bar > 0.0 { bar / allowed } else { 0.0 })
                .fold(0.0, f64::max);
            if refined.reached <= 1.0 {
                break;
            }
            what = format!("refining, the bar {:.1} times too wide", refined.reached);
            let marked = mark(&leaves, &totals, &allowed);
            let mut kept = Vec::with_capacity(leaves.len());
            active.clear();
            parents.clear();
            let mut at_limit = false;
            for (leaf, marked) in leaves.into_iter().zip(marked) {
                if marked && leaf.block.level < MAX_LEVEL {
                    let children = self.mesh.children(leaf.block);
                    active.extend(children.into_iter().map(|b| (leaf.group, b)));
                    parents.push(leaf);
                } else {
                    at_limit |= marked;
                    kept.push(leaf);
                }
            }
            leaves = kept;
            before = totals.value;
            let next: u64 = active
                .iter()
                .map(|(g, _)| self.groups[*g].bands.len() as u64 * per_block)
                .sum();
            if refined.points + next > self.refinement.max_points {
                // Back to the parents: nothing is lost by not splitting them.
                leaves.append(&mut parents);
                refined.cap = Some(format!(
                    "{} k-points are reached",
                    self.refinement.max_points
                ));
                break;
            }
            if active.is_empty() {
                if at_limit {
                    refined.cap = Some("the finest level is reached".to_owned());
                }
                break;
            }
        }
        refined.blocks = leaves.len();
        refined.finest = self.mesh.uniform(finest);
        leaves.sort_unstable_by_key(|l| (l.group, l.block));
        let worst = match refined.cap {
            Some(_) => {
                let totals = Totals::new(&leaves, goals, self.layers);
                let volumes: Vec<f64> = full.iter().map(|sum| states.value(*sum)).collect();
                let scale = scale(&totals.value, &volumes);
                self.worst(&leaves, &totals, &scale)
            }
            None => None,
        };
        let found = Found {
            blocks: leaves.iter().map(|l| (l.group, l.block)).collect(),
            left: leaves.iter().map(|l| l.left).collect(),
            full: full.into_iter().map(|sum| states.value(sum)).collect(),
            refined,
            worst,
        };
        if let Some(account) = aim.account {
            found.keep(account);
        }
        Ok(found)
    }

    /// The goal whose bar is widest over its scale, the group that has most of its error, and its share.
    fn worst(
        &self,
        leaves: &[Leaf],
        totals: &Totals,
        scale: &[f64],
    ) -> Option<(usize, BandGroup, f64)> {
        let over = |g: &usize| match totals.bar[*g] {
            bar if bar > 0.0 => bar / scale[*g],
            _ => 0.0,
        };
        let goal = (0..scale.len()).max_by(|a, b| over(a).total_cmp(&over(b)))?;
        let mut errors = vec![0.0; self.groups.len()];
        for leaf in leaves {
            let own = leaf.shares.iter().filter(|s| s.goal as usize == goal);
            errors[leaf.group] += own.map(|s| f64::from(s.off.abs())).sum::<f64>();
        }
        let most = (0..errors.len()).max_by(|a, b| errors[*a].total_cmp(&errors[*b]))?;
        let group = self.groups[most].clone();
        Some((goal, group, errors[most] / totals.absolute[goal]))
    }
}

/// What the goals are made of: 1 and v², `[point][2]`.
fn goal_values(band: &BoxBand) -> Vec<f64> {
    let squared = |v: &[f64]| v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    band.velocities
        .chunks_exact(3)
        .flat_map(|v| [1.0, squared(v)])
        .collect()
}
