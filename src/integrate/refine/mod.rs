//! Integration with adaptive refinement: blocks of k-points are split where the error is, and dropped where no energy of
//! interest can be.
//!
//! A block holds 4³ cells. It is integrated on its grid and on its stride-2 subgrid; the difference is its error. Blocks whose
//! energies provably miss the window are never looked at again, though their states are counted: N(E) loses none. Blocks of
//! different size need not match at their faces, because each fills its own volume. After the mesh is found, a second pass
//! integrates all channels on it. Sums run in a fixed order, so results do not depend on the number of threads.

mod cells;
mod engine;
mod leaves;
mod mesh;

use super::context::shortest_diagonal;
use super::driver::{GROUPS as PARTS, SLABS};
use super::result::BandSurface;
use super::{Channels, EnergyAxis, Relevance, Spectrum, SurfaceIntegral};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::kernel::curvature::field_values;
use crate::kernel::tetrahedron::corners;
use crate::kernel::velocity::{
    CHANNELS_BASIC, CHANNELS_HALL, CHANNELS_MAGNETO, CHANNELS_SPEEDS, channel_values,
};
use crate::sampler::{BandGroup, BoxBand, Derivatives, Interpolator};
use cells::{BlockCells, EdgeSums, Edges};
pub use engine::RefiningEngine;
use leaves::{Leaf, Share, Totals, mark};
use mesh::{BlockId, MAX_LEVEL, Mesh};
use rayon::prelude::*;

/// Blocks that one thread takes at a time, at most.
const CHUNK: usize = 64;
/// Goals of a spectrum: groups of bins whose contents must be right.
const GROUPS: usize = 16;

/// How far refinement may go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refinement {
    /// Relative error bar to reach.
    pub tolerance: f64,
    /// Largest number of k-points to evaluate, over all bands.
    pub max_points: u64,
}

impl Default for Refinement {
    fn default() -> Self {
        Self {
            tolerance: 1e-3,
            max_points: 50_000_000,
        }
    }
}

/// What refinement did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refined {
    /// k-points evaluated, each band counted.
    pub points: u64,
    /// Blocks of the final mesh that hold energies of interest.
    pub blocks: usize,
    /// Cells per axis of a uniform grid as fine as the finest block.
    pub finest: [usize; 3],
    /// Largest error bar of a goal over what the tolerance allows; at most 1 where the tolerance is met.
    pub reached: f64,
    /// Why the tolerance was not met, if so.
    pub cap: Option<String>,
}

/// Bands that are integrated with refinement.
pub struct Refiner<'a> {
    interpolator: &'a dyn Interpolator,
    refinement: Refinement,
    groups: Vec<BandGroup>,
    mesh: Mesh,
    corners: [[usize; 4]; 6],
    /// Root blocks.
    roots: Vec<BlockId>,
    /// Bounds (low, high) of each band in each root block: `[group][root][band]`, eV.
    bounds: Vec<Vec<Vec<(f64, f64)>>>,
    /// Lowest and highest energy at a root point, by spin·n_band + band.
    extremes: Vec<(f64, f64)>,
}

impl<'a> Refiner<'a> {
    /// Evaluates the energies on the root grid.
    ///
    /// # Errors
    /// For a tolerance outside 1e-8 … 1, or where the bands cannot be evaluated.
    pub fn new(interpolator: &'a dyn Interpolator, refinement: Refinement) -> Result<Self> {
        let tolerance = refinement.tolerance;
        if !(1e-8..1.0).contains(&tolerance) {
            return Err(Error::bad_option(
                "--tolerance",
                format!("{tolerance}"),
                "give a relative error between 1e-8 and 1, as 1e-3",
            ));
        }
        let header = interpolator.header();
        let mesh = Mesh::new(&header.lattice, &header.k_grid, interpolator.symmetry());
        let roots = mesh.roots();
        let mut refiner = Self {
            interpolator,
            refinement,
            groups: interpolator.groups(),
            corners: corners(shortest_diagonal(&header.lattice, mesh.uniform(0))),
            mesh,
            bounds: Vec::new(),
            extremes: vec![(f64::INFINITY, f64::NEG_INFINITY); header.n_spin_band()],
            roots,
        };
        let mut extremes = std::mem::take(&mut refiner.extremes);
        for g in 0..refiner.groups.len() {
            let blocks: Vec<(usize, BlockId)> = refiner.roots.iter().map(|b| (g, *b)).collect();
            let found = refiner.each_block(&blocks, Derivatives::None, |_, _, bands| {
                let sampled = |b: &BoxBand| {
                    let all = b.energies.iter().copied();
                    let low = all.clone().fold(f64::INFINITY, f64::min);
                    (low, all.fold(f64::NEG_INFINITY, f64::max))
                };
                bands
                    .iter()
                    .map(|b| ((b.low, b.high), sampled(b)))
                    .collect::<Vec<_>>()
            })?;
            let group = &refiner.groups[g];
            for block in &found {
                for (band, (_, (low, high))) in group.bands.clone().zip(block) {
                    let all = &mut extremes[group.spin * header.n_band + band];
                    *all = (all.0.min(*low), all.1.max(*high));
                }
            }
            let bounds = found
                .into_iter()
                .map(|block| block.into_iter().map(|(bounds, _)| bounds).collect())
                .collect();
            refiner.bounds.push(bounds);
        }
        refiner.extremes = extremes;
        Ok(refiner)
    }

    /// What the bands are.
    pub fn header(&self) -> &BandHeader {
        self.interpolator.header()
    }

    /// Lowest and highest energy (eV) of each (spin, band) on the root grid, index `spin·n_band + band`.
    pub fn extremes(&self) -> &[(f64, f64)] {
        &self.extremes
    }

    /// Integrates every channel at one energy.
    ///
    /// # Errors
    /// For an energy that is not finite or channels that need a table, or where the bands cannot be evaluated.
    pub fn surface(
        &self,
        channels: Channels,
        energy_ev: f64,
    ) -> Result<(SurfaceIntegral, Refined)> {
        if channels == Channels::Lifetimes {
            return Err(no_lifetimes());
        }
        if !energy_ev.is_finite() {
            return Err(Error::bad_option(
                "energy",
                format!("{energy_ev} eV"),
                "give a finite energy",
            ));
        }
        let n = self.header().n_spin_band();
        // Goals: states and v² at the energy, then the occupation of each band.
        let found = self.find_mesh(
            (energy_ev, energy_ev),
            2 + n,
            |first, block, bands| self.shares_at(energy_ev, first, block, bands),
            |value, full| {
                let partial: f64 = (0..n)
                    .map(|b| (value[2 + b] + full[b]).min(1.0 - value[2 + b] - full[b]))
                    .sum();
                let mut scale = vec![value[0], value[1]];
                scale.resize(2 + n, partial);
                scale
            },
        )?;
        let integral = self.integrate_surface(channels, energy_ev, &found)?;
        Ok((integral, found.refined))
    }

    /// Integrates every channel into the bins of `axis`. The contents of up to 16 groups of bins are brought to the tolerance,
    /// relative to their own content over `relevance(energy)`, or to the largest content where `relevance` is not given.
    ///
    /// # Errors
    /// As [`Refiner::surface`].
    pub fn spectrum(
        &self,
        channels: Channels,
        axis: &EnergyAxis,
        relevance: Relevance,
    ) -> Result<(Spectrum, Refined)> {
        if channels == Channels::Lifetimes {
            return Err(no_lifetimes());
        }
        let per_group = axis.bins().div_ceil(GROUPS);
        let mut group_edges: Vec<f64> = axis.edges().iter().copied().step_by(per_group).collect();
        if group_edges.last() != axis.edges().last() {
            group_edges.push(axis.last());
        }
        let groups = group_edges.len() - 1;
        let weight: Vec<f64> = group_edges
            .windows(2)
            .map(|w| {
                relevance.map_or(1.0, |r| {
                    let inside = axis.edges().iter().filter(|e| (w[0]..=w[1]).contains(*e));
                    inside.map(|e| r(*e)).fold(0.0, f64::max)
                })
            })
            .collect();
        let edges = Edges::new(&group_edges);
        let found = self.find_mesh(
            (axis.first(), axis.last()),
            2 * groups,
            |_, block, bands| self.shares_in_bins(&edges, block, bands),
            |value, _| {
                let mut scale = vec![0.0; 2 * groups];
                for c in 0..2 {
                    let row = &value[c * groups..][..groups];
                    let largest = row.iter().copied().fold(0.0, f64::max);
                    let floor = if relevance.is_some() { 1e-12 } else { 1.0 };
                    for g in 0..groups {
                        scale[c * groups + g] = row[g].max(floor * largest) / weight[g];
                    }
                }
                scale
            },
        )?;
        let spectrum = self.integrate_spectrum(channels, axis, &found)?;
        Ok((spectrum, found.refined))
    }

    /// What a block adds to the goals at one energy.
    fn shares_at(
        &self,
        energy_ev: f64,
        first: usize,
        block: BlockId,
        bands: &[BoxBand],
    ) -> Vec<Share> {
        let volume = self.mesh.cell_volume(block);
        let mut shares = Vec::new();
        for (b, band) in bands.iter().enumerate() {
            if band.low >= energy_ev {
                continue;
            }
            if band.high < energy_ev {
                shares.push(Share {
                    goal: (2 + first + b) as u32,
                    value: self.mesh.volume(block) as f32,
                    off: 0.0,
                });
                continue;
            }
            let values = goal_values(band);
            let cells = self.cells(band, &values, 2);
            let [fine, coarse] = [1, 2].map(|stride| cells.at_energy(stride, energy_ev, volume));
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
    fn shares_in_bins(&self, edges: &Edges, block: BlockId, bands: &[BoxBand]) -> Vec<Share> {
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

    fn cells<'b>(&'b self, band: &'b BoxBand, values: &'b [f64], width: usize) -> BlockCells<'b> {
        BlockCells {
            energies: &band.energies,
            values,
            width,
            points: self.mesh.cells().map(|c| c + 1),
            corners: &self.corners,
        }
    }

    /// Refines until the bar of every goal is within the tolerance of its scale, which `scale(values, volumes of full blocks by
    /// band)` gives.
    fn find_mesh(
        &self,
        window: (f64, f64),
        goals: usize,
        shares: impl Fn(usize, BlockId, &[BoxBand]) -> Vec<Share> + Sync,
        scale: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    ) -> Result<Found> {
        let header = self.header();
        let outside = |(low, high): (f64, f64)| high < window.0 || low > window.1;
        let mut full = vec![0.0; header.n_spin_band()];
        let mut active: Vec<(usize, BlockId)> = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            let first = group.spin * header.n_band + group.bands.start;
            for (block, bounds) in self.roots.iter().zip(&self.bounds[g]) {
                if !bounds.iter().all(|b| outside(*b)) {
                    active.push((g, *block));
                    continue;
                }
                for (b, (_, high)) in bounds.iter().enumerate() {
                    if *high < window.0 {
                        full[first + b] += self.mesh.volume(*block);
                    }
                }
            }
        }
        let per_block = self.mesh.cells().map(|c| c + 1).iter().product::<usize>() as u64;
        let mut leaves: Vec<Leaf> = Vec::new();
        let mut refined = Refined::default();
        let mut finest = 0;
        loop {
            let band_points: u64 = active
                .iter()
                .map(|(g, _)| self.groups[*g].bands.len() as u64 * per_block)
                .sum();
            refined.points += band_points;
            finest = active.iter().map(|(_, b)| b.level).fold(finest, u8::max);
            let found = self.each_block(&active, Derivatives::Velocity, |g, block, bands| {
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
                (below, reached.then(|| shares(first, block, bands)))
            })?;
            for ((g, block), (below, shares)) in active.iter().zip(found) {
                let leaf = Leaf {
                    group: *g,
                    block: *block,
                    slab: self.mesh.slab(*block, SLABS),
                    shares: shares.clone().unwrap_or_default(),
                };
                // A block without energies of interest is settled: its full bands are counted for good.
                if shares.is_none() {
                    for b in below {
                        full[b] += self.mesh.volume(*block);
                    }
                } else {
                    leaves.push(leaf);
                }
            }
            // Full bands of the kept blocks count as long as the blocks are kept: the second pass sees to them.
            let totals = Totals::new(&leaves, goals, SLABS);
            let allowed: Vec<f64> = scale(&totals.value, &full)
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
            let marked = mark(&leaves, &totals, &allowed);
            let mut kept = Vec::with_capacity(leaves.len());
            active.clear();
            let mut at_limit = false;
            for (leaf, marked) in leaves.into_iter().zip(marked) {
                if marked && leaf.block.level < MAX_LEVEL {
                    let children = self.mesh.children(leaf.block);
                    active.extend(children.into_iter().map(|b| (leaf.group, b)));
                } else {
                    at_limit |= marked;
                    kept.push(leaf);
                }
            }
            leaves = kept;
            let next: u64 = active
                .iter()
                .map(|(g, _)| self.groups[*g].bands.len() as u64 * per_block)
                .sum();
            if refined.points + next > self.refinement.max_points {
                // Back to the parents: nothing is lost by not splitting them.
                let parents = self.unsplit(&active);
                refined.cap = Some(format!(
                    "{} k-points are reached",
                    self.refinement.max_points
                ));
                let again =
                    self.each_block(&parents, Derivatives::Velocity, |g, block, bands| {
                        let group = &self.groups[g];
                        shares(group.spin * header.n_band + group.bands.start, block, bands)
                    })?;
                leaves.extend(
                    parents
                        .iter()
                        .zip(again)
                        .map(|((group, block), shares)| Leaf {
                            group: *group,
                            block: *block,
                            slab: self.mesh.slab(*block, SLABS),
                            shares,
                        }),
                );
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
        let mut blocks: Vec<(usize, BlockId)> = leaves.iter().map(|l| (l.group, l.block)).collect();
        blocks.sort_unstable();
        Ok(Found {
            blocks,
            full,
            refined,
        })
    }

    /// The parents of complete sets of children.
    fn unsplit(&self, children: &[(usize, BlockId)]) -> Vec<(usize, BlockId)> {
        let mut parents: Vec<(usize, BlockId)> = children
            .iter()
            .map(|(g, b)| (*g, self.mesh.parent(*b)))
            .collect();
        parents.sort_unstable();
        parents.dedup();
        parents
    }

    /// `work(group, block, bands)` for every block, in parallel; results in the order of `blocks`.
    fn each_block<T: Send>(
        &self,
        blocks: &[(usize, BlockId)],
        derivatives: Derivatives,
        work: impl Fn(usize, BlockId, &[BoxBand]) -> T + Sync,
    ) -> Result<Vec<T>> {
        // Blocks that share their points along axis 1 are evaluated together.
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        order.sort_unstable_by_key(|i| blocks[*i]);
        let same_slab = |a: &usize, b: &usize| {
            let key = |i: usize| (blocks[i].0, blocks[i].1.level, blocks[i].1.at[0]);
            key(*a) == key(*b)
        };
        let chunks: Vec<&[usize]> = order
            .chunk_by(same_slab)
            .flat_map(|run| run.chunks(CHUNK))
            .collect();
        let done: Vec<Vec<(usize, T)>> = chunks
            .par_iter()
            .map(|chunk| {
                let group = &self.groups[blocks[chunk[0]].0];
                let boxes: Vec<_> = chunk
                    .iter()
                    .map(|i| self.mesh.k_box(blocks[*i].1))
                    .collect();
                let mut out = Vec::with_capacity(chunk.len());
                self.interpolator
                    .evaluate_slab(group, &boxes, derivatives, &mut |i, bands| {
                        let (g, block) = blocks[chunk[i]];
                        out.push((chunk[i], work(g, block, &bands)));
                        Ok(())
                    })?;
                Ok(out)
            })
            .collect::<Result<_>>()?;
        let mut results: Vec<Option<T>> = (0..blocks.len()).map(|_| None).collect();
        for (i, result) in done.into_iter().flatten() {
            results[i] = Some(result);
        }
        results
            .into_iter()
            .map(|r| r.ok_or_else(|| Error::Internal("a block was not evaluated".into())))
            .collect()
    }

    fn integrate_surface(
        &self,
        channels: Channels,
        energy_ev: f64,
        found: &Found,
    ) -> Result<SurfaceIntegral> {
        let header = self.header();
        let g_s = header.spin.degeneracy();
        let bands = header.n_spin_band();
        let width = channels.width();
        let parts = self.each_block(&found.blocks, derivatives(channels), |_, block, bands| {
            let volume = self.mesh.cell_volume(block);
            bands
                .iter()
                .map(|band| {
                    if band.low >= energy_ev {
                        return [1, 2].map(|_| vec![0.0; width + 1]);
                    }
                    let values = channel_vectors(channels, band);
                    let cells = self.cells(band, &values, width);
                    [1, 2].map(|stride| cells.at_energy(stride, energy_ev, volume))
                })
                .collect::<Vec<_>>()
        })?;
        // Signed differences by band and layer.
        let entries = width + 1;
        let mut fine = vec![0.0; bands * entries];
        let mut off = vec![0.0; bands * SLABS * entries];
        for ((g, block), parts) in found.blocks.iter().zip(parts) {
            let group = &self.groups[*g];
            let slab = self.mesh.slab(*block, SLABS);
            for (band, [f, c]) in group.bands.clone().zip(parts) {
                let b = group.spin * header.n_band + band;
                let fine = &mut fine[b * entries..][..entries];
                let off = &mut off[(b * SLABS + slab) * entries..][..entries];
                for i in 0..entries {
                    fine[i] += f[i];
                    off[i] += f[i] - c[i];
                }
            }
        }
        let bands = (0..bands)
            .map(|b| {
                let fine = &fine[b * entries..][..entries];
                let error = |i: usize| -> f64 {
                    let of_slab = |s: usize| off[(b * SLABS + s) * entries + i].abs();
                    g_s * (0..SLABS).map(of_slab).sum::<f64>()
                };
                let mut values: Vec<f64> = fine[..width].iter().map(|x| g_s * x).collect();
                let mut errors: Vec<f64> = (0..width).map(error).collect();
                self.mesh.fold().average(channels, &mut values, false);
                self.mesh.fold().average(channels, &mut errors, true);
                BandSurface {
                    spin: b / header.n_band,
                    band: b % header.n_band,
                    values,
                    errors,
                    occupied: g_s * (fine[width] + found.full[b]),
                    occupied_error: error(width),
                }
            })
            .collect();
        Ok(SurfaceIntegral {
            energy_ev,
            spin_degeneracy: g_s,
            channels,
            bands,
        })
    }

    fn integrate_spectrum(
        &self,
        channels: Channels,
        axis: &EnergyAxis,
        found: &Found,
    ) -> Result<Spectrum> {
        let header = self.header();
        let g_s = header.spin.degeneracy();
        let width = channels.width();
        let mut result = Spectrum::zeros(axis.clone(), g_s, header.n_spin(), channels);
        let edges = Edges::new(axis.edges());
        let count = edges.len();
        for (b, full) in found.full.iter().enumerate() {
            let row = &mut result.cumulative[b / header.n_band * width * count..][..count];
            row.iter_mut().for_each(|x| *x += g_s * full);
        }
        // One task for each layer of each group of bands.
        let key = |b: &(usize, BlockId)| (b.0, self.mesh.slab(b.1, SLABS));
        let mut blocks = found.blocks.clone();
        blocks.sort_by_key(|b| (key(b), *b));
        for of_group in blocks.chunk_by(|a, b| a.0 == b.0) {
            let tasks: Vec<&[(usize, BlockId)]> =
                of_group.chunk_by(|a, b| key(a) == key(b)).collect();
            let spin = self.groups[of_group[0].0].spin;
            let sums: Vec<[Vec<f64>; 2]> = tasks
                .par_iter()
                .map(|task| self.layer_spectrum(channels, task, &edges))
                .collect::<Result<_>>()?;
            for (task, [fine, coarse]) in tasks.iter().zip(sums) {
                let part = self.mesh.slab(task[0].1, SLABS) * PARTS / SLABS;
                let deviation = part * result.cumulative.len();
                for c in 0..width {
                    let at = (spin * width + c) * count;
                    let mut off_before = 0.0;
                    for k in 0..count {
                        let f = fine[c * count + k];
                        let off = f - coarse[c * count + k];
                        result.cumulative[at + k] += g_s * f;
                        result.cumulative_error[at + k] += g_s * off.abs();
                        result.deviation[deviation + at + k] += g_s * off;
                        if k > 0 {
                            let bin = (spin * width + c) * axis.bins() + k - 1;
                            result.bin_error[bin] += g_s * (off - off_before).abs();
                        }
                        off_before = off;
                    }
                }
            }
        }
        result.fold(self.mesh.fold());
        Ok(result)
    }

    /// Cumulative channels `[channel][edge]` of some blocks of one group, on their grids and subgrids.
    fn layer_spectrum(
        &self,
        channels: Channels,
        blocks: &[(usize, BlockId)],
        edges: &Edges,
    ) -> Result<[Vec<f64>; 2]> {
        let width = channels.width();
        let mut sums = [1, 2].map(|_| EdgeSums::new(edges.len(), width));
        let slab = |b: &(usize, BlockId)| (b.1.level, b.1.at[0]);
        for run in blocks.chunk_by(|a, b| slab(a) == slab(b)) {
            let boxes: Vec<_> = run.iter().map(|b| self.mesh.k_box(b.1)).collect();
            self.interpolator.evaluate_slab(
                &self.groups[run[0].0],
                &boxes,
                derivatives(channels),
                &mut |i, bands| {
                    let block = run[i].1;
                    for band in &bands {
                        if band.high < edges.first() {
                            let states = self.mesh.volume(block);
                            sums.iter_mut().for_each(|s| s.add_states_below(states));
                        } else if edges.reached(band.low, band.high) {
                            let values = channel_vectors(channels, band);
                            let cells = self.cells(band, &values, width);
                            let volume = self.mesh.cell_volume(block);
                            for (i, sums) in sums.iter_mut().enumerate() {
                                cells.at_edges(i + 1, edges, volume, sums);
                            }
                        }
                    }
                    Ok(())
                },
            )?;
        }
        Ok(sums.map(|s| s.cumulative()))
    }
}

/// A mesh that meets the goals.
struct Found {
    /// Blocks with energies of interest, in order.
    blocks: Vec<(usize, BlockId)>,
    /// Share of the zone in dropped blocks where a band is full, by spin·n_band + band.
    full: Vec<f64>,
    refined: Refined,
}

/// What the goals are made of: 1 and v², `[point][2]`.
fn goal_values(band: &BoxBand) -> Vec<f64> {
    let squared = |v: &[f64]| v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    band.velocities
        .chunks_exact(3)
        .flat_map(|v| [1.0, squared(v)])
        .collect()
}

/// The channel vectors `[point][channel]`, SI units.
fn channel_vectors(channels: Channels, band: &BoxBand) -> Vec<f64> {
    let of = match channels {
        Channels::Basic => vectors::<CHANNELS_BASIC>,
        Channels::Speeds | Channels::Lifetimes => vectors::<CHANNELS_SPEEDS>,
        Channels::Hall => vectors::<CHANNELS_HALL>,
        Channels::Magneto => vectors::<CHANNELS_MAGNETO>,
    };
    of(band)
}

fn vectors<const N: usize>(band: &BoxBand) -> Vec<f64> {
    let mut out = Vec::with_capacity(band.energies.len() * N);
    for (p, v) in band.velocities.chunks_exact(3).enumerate() {
        let v = [v[0], v[1], v[2]];
        let mut f = channel_values::<f64, N>(v, 0.0);
        if N == CHANNELS_HALL || N == CHANNELS_MAGNETO {
            let mass = std::array::from_fn(|c| band.inverse_masses[6 * p + c]);
            field_values(&mut f, v, mass);
        }
        out.extend(f);
    }
    out
}

/// What the channels need at a point.
fn derivatives(channels: Channels) -> Derivatives {
    match channels {
        Channels::Hall | Channels::Magneto => Derivatives::InverseMass,
        _ => Derivatives::Velocity,
    }
}

fn no_lifetimes() -> Error {
    Error::bad_option(
        "channels",
        "relaxation times of a grid are not interpolated",
        "integrate the table itself (without --interpolate and --tolerance), or give `--tau`",
    )
}
