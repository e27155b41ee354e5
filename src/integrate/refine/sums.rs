//! All channels in the bins of a spectrum, on a mesh that was found.

use super::found::Found;
use super::layers::GroupSums;
use super::mesh::BlockId;
use super::thermal::{LayerSums, Points};
use super::{Refiner, in_any_order};
use crate::error::Result;
use crate::integrate::cells::{EdgeSums, Edges};
use crate::integrate::exact::{Quantum, add};
use crate::integrate::ledger::{Account, Columns, Key, Partial};
use crate::integrate::vectors::{Directions, channel_vectors, derivatives};
use crate::integrate::{Channels, EnergyAxis, Request, Spectrum};
use crate::progress::{self, Phase};
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A block of a group of bands, and what is left of its differences.
type Placed = (usize, BlockId, f64);

impl Refiner<'_> {
    /// Every channel in the bins of `axis`; where a k_BT (eV) is given, with the thermal averages of the blocks' own rule.
    pub(super) fn integrate_spectrum(
        &self,
        request: &Request,
        axis: &EnergyAxis,
        found: &Found,
        thermal_ev: Option<f64>,
        account: Option<&Account>,
    ) -> Result<Spectrum> {
        let points = thermal_ev.map(|kt| (Points::new(self, axis, request.channels), kt));
        let (channels, by_band) = (request.channels, request.by_band);
        let directions = Directions::new(request, self.mesh.fold());
        let header = self.header();
        let g_s = header.spin.degeneracy();
        let width = channels.width();
        let mut result = Spectrum::zeros(axis.clone(), g_s, header.n_spin(), channels);
        let edges = Edges::new(axis.edges());
        let count = edges.len();
        if by_band {
            result.by_band = vec![0.0; header.n_spin_band() * width * count];
        }
        let quanta = self.channel_quanta(channels);
        let mut sums = ExactSpectrum::like(&result);
        let mut contents = (points.as_ref()).map(|(p, _)| p.nothing(header.n_spin(), &quanta));
        for (b, full) in found.full.iter().enumerate() {
            let full = quanta[0].integer(*full);
            let of_spin = b / header.n_band * width * count;
            for (rows, start) in [
                (&mut sums.cumulative, of_spin),
                (&mut sums.by_band, b * width * count),
            ] {
                // Nothing is kept by band unless asked for.
                for x in rows.iter_mut().skip(start).take(count) {
                    add(x, full);
                }
            }
        }
        // One task for each layer of each group of bands.
        let both = found.blocks.iter().zip(&found.left);
        let mut blocks: Vec<Placed> = both.map(|((g, block), left)| (*g, *block, *left)).collect();
        blocks.sort_by_key(|b| (self.place(b), b.1));
        let layers = Layers {
            refiner: self,
            channels,
            directions: &directions,
            edges: &edges,
            points: points.as_ref().map(|(points, _)| points),
            quanta: &quanta,
            phase: progress::phase("sums on the refined mesh", blocks.len() as u64),
        };
        layers.share_out(&blocks, account)?;
        for of_group in blocks.chunk_by(|a, b| a.0 == b.0) {
            let of_bands = layers.of_group(of_group, account)?;
            let group = &self.groups[of_group[0].0];
            let spin = group.spin;
            if let (Some(contents), Some(of_bands)) = (&mut contents, &of_bands.contents) {
                contents.absorb(of_bands, spin);
            }
            // Bands that are evaluated together are kept together, as the first of them.
            let own = (spin * header.n_band + group.bands.start) * width * count;
            sums.absorb(&of_bands, spin, by_band.then_some(own));
        }
        sums.give(&mut result, &quanta[..width]);
        result.fold(&directions.fold);
        result.refined = true;
        if let (Some(contents), Some((_, kt_ev))) = (contents, points) {
            contents.correct(&mut result, &directions, kt_ev);
        }
        Ok(result)
    }

    /// The quanta of every channel's sums, and behind them of the occupied and of the flat part.
    pub(super) fn channel_quanta(&self, channels: Channels) -> Vec<Quantum> {
        let channel = (0..channels.width()).map(|c| self.quantum(channels, c));
        channel.chain([Quantum::below(1.0); 2]).collect()
    }

    /// The group and the layer of a block.
    fn place(&self, block: &Placed) -> (usize, usize) {
        (block.0, self.mesh.slab(block.1, self.layers))
    }
}

/// How the layers of groups of bands are summed.
struct Layers<'a> {
    refiner: &'a Refiner<'a>,
    channels: Channels,
    directions: &'a Directions,
    edges: &'a Edges,
    points: Option<&'a Points<'a>>,
    quanta: &'a [Quantum],
    phase: Phase,
}

impl Layers<'_> {
    /// The blocks of one layer of one group each, of some that are in order.
    fn tasks<'b>(&self, blocks: &'b [Placed]) -> Vec<&'b [Placed]> {
        let place = |block: &Placed| self.refiner.place(block);
        blocks.chunk_by(|a, b| place(a) == place(b)).collect()
    }

    fn layer(&self, task: &[Placed]) -> usize {
        self.refiner.place(&task[0]).1
    }

    fn nothing(&self) -> GroupSums {
        let contents = self.points.map(|points| points.nothing(1, self.quanta));
        GroupSums::nothing(self.channels.width() * self.edges.len(), contents)
    }

    /// Adds the blocks of a layer to what `sums` locks.
    fn add(&self, task: &[Placed], sums: &Mutex<GroupSums>) -> Result<()> {
        let mut of_points = self.points.map(|points| (points, points.layer()));
        let both = self.spectrum(task, &mut of_points)?;
        self.phase.add(task.len() as u64);
        let of_points = of_points.map(|(_, sums)| sums);
        let at = (self.layer(task), self.refiner.layers);
        let quanta = &self.quanta[..self.channels.width()];
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        sums.add(at, &both, of_points.as_ref(), quanta)
    }

    /// Where there are ranks, or rounds of parts: shares out the layers of all groups among them, so that the sums of each group are then found.
    fn share_out(&self, blocks: &[Placed], account: Option<&Account>) -> Result<()> {
        let Some(account) = account else {
            return Ok(());
        };
        let Some((sharing, plan_hash)) = account.sharing_of_items() else {
            return Ok(());
        };
        let mut tasks = self.tasks(blocks);
        tasks.retain(|task| {
            let known = account.find(of_group(task[0].0));
            (known.iter()).all(|partial| partial.held >> self.layer(task) & 1 == 0)
        });
        let keep = |task: &[Placed], bytes: Vec<u8>| {
            let (held, sums) = (1 << self.layer(task), Arc::new(bytes));
            account.add(of_group(task[0].0), Partial { held, sums });
        };
        let all = sharing.share_among_threads(plan_hash, tasks.len(), |job| {
            let (start, task) = (Instant::now(), tasks[job]);
            let sums = Mutex::new(self.nothing());
            self.add(task, &sums)?;
            account.took(of_group(task[0].0), self.layer(task) as u64, start);
            let mut sums = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
            let bytes = sums.write();
            if account.saves() {
                keep(task, bytes.clone());
                account.save_in_time();
            }
            Ok(bytes)
        })?;
        for (task, bytes) in tasks.iter().zip(all) {
            keep(task, bytes);
        }
        Ok(())
    }

    /// The sums of one group, of which those layers are run that are not kept. Some may be another part's: then the account is left open.
    fn of_group(&self, blocks: &[Placed], account: Option<&Account>) -> Result<GroupSums> {
        let mut sums = self.nothing();
        let g = blocks[0].0;
        let key = of_group(g);
        for partial in account.map_or(Vec::new(), |a| a.find(key)) {
            sums.read(&partial.sums)?;
        }
        let mut tasks = self.tasks(blocks);
        in_any_order(&mut tasks);
        let mut here = sums.held;
        tasks.iter().for_each(|task| here |= 1 << self.layer(task));
        tasks.retain(|task| sums.held >> self.layer(task) & 1 == 0);
        tasks.retain(|task| account.is_none_or(|a| a.owns(g, self.layer(task), Columns::Apart)));
        let locked = Mutex::new(sums);
        tasks.par_iter().try_for_each(|task| {
            let start = Instant::now();
            self.add(task, &locked)?;
            let Some(account) = account else {
                return Ok(());
            };
            account.took(key, self.layer(task) as u64, start);
            if account.is_due() {
                let mut sums = locked.lock().unwrap_or_else(PoisonError::into_inner);
                account.keep(key, sums.held, sums.write());
                account.save();
            }
            Ok(())
        })?;
        let mut sums = locked.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = account.filter(|a| !tasks.is_empty() && a.keeps()) {
            account.keep(key, sums.held, sums.write());
        }
        if sums.held != here {
            account.iter().for_each(|a| a.leave_open());
        }
        Ok(sums)
    }

    /// Cumulative channels `[channel][edge]` of some blocks of one group, on their grids and subgrids.
    fn spectrum(
        &self,
        blocks: &[Placed],
        of_points: &mut Option<(&Points, LayerSums)>,
    ) -> Result<[Vec<f64>; 2]> {
        let (refiner, channels, edges) = (self.refiner, self.channels, self.edges);
        let width = channels.width();
        let mut sums = [1, 2].map(|_| EdgeSums::new(edges.len(), width));
        let slab = |b: &Placed| (b.1.level, b.1.at[0]);
        let window = (edges.first(), edges.last());
        let sought = refiner.sought(derivatives(channels), window);
        for run in blocks.chunk_by(|a, b| slab(a) == slab(b)) {
            let boxes: Vec<_> = run.iter().map(|b| refiner.mesh.k_box(b.1)).collect();
            refiner.interpolator.evaluate_slab(
                &refiner.groups[run[0].0],
                &boxes,
                sought,
                &mut |i, bands| {
                    let (_, block, left) = run[i];
                    for band in &bands {
                        if band.high < edges.first() {
                            let states = refiner.mesh.volume(block);
                            sums.iter_mut().for_each(|s| s.add_states_below(states));
                        } else if edges.reached(band.low, band.high) {
                            let values = channel_vectors(channels, band, self.directions);
                            let cells = refiner.cells(band, &values, width);
                            let volume = refiner.mesh.cell_volume(block);
                            for (i, sums) in sums.iter_mut().enumerate() {
                                cells.at_edges(i + 1, edges, volume, sums);
                            }
                            if let Some((points, sums)) = of_points {
                                points.add(sums, band, &values, (volume, left));
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

/// Where the sums of a group of bands are kept.
fn of_group(g: usize) -> Key {
    Key {
        stage: 0,
        at: g as u64,
    }
}

/// What a [`Spectrum`] holds, in quanta of its channels, without g_s.
struct ExactSpectrum {
    edges: usize,
    cumulative: Vec<i128>,
    cumulative_error: Vec<i128>,
    bin_error: Vec<i128>,
    /// Of the grid.
    replicas: Vec<Vec<i128>>,
    by_band: Vec<i128>,
}

impl ExactSpectrum {
    /// Zeros laid out like `spectrum`.
    fn like(spectrum: &Spectrum) -> Self {
        Self {
            edges: spectrum.axis.edges().len(),
            cumulative: vec![0; spectrum.cumulative.len()],
            cumulative_error: vec![0; spectrum.cumulative_error.len()],
            bin_error: vec![0; spectrum.bin_error.len()],
            replicas: vec![vec![0; spectrum.cumulative.len()]; spectrum.replicas.len()],
            by_band: vec![0; spectrum.by_band.len()],
        }
    }

    /// Adds the sums of a group of bands; also those that are kept by band, from `own` on.
    fn absorb(&mut self, group: &GroupSums, spin: usize, own: Option<usize>) {
        let len = group.fine.len();
        let of_spin = spin * len;
        let add_all = |to: &mut [i128], from: &[i128]| {
            to.iter_mut().zip(from).for_each(|(sum, x)| add(sum, *x));
        };
        add_all(&mut self.cumulative[of_spin..], &group.fine);
        add_all(&mut self.cumulative_error[of_spin..], &group.off);
        if let Some(own) = own {
            add_all(&mut self.by_band[own..], &group.fine);
        }
        for (replica, change) in self.replicas.iter_mut().zip(group.change.chunks_exact(len)) {
            add_all(&mut replica[of_spin..], change);
        }
        // Bins have one edge less.
        let bins = self.edges - 1;
        let rows = group.off_bin.chunks_exact(bins + 1);
        let to = self.bin_error[of_spin / (bins + 1) * bins..].chunks_exact_mut(bins);
        for (row, to) in rows.zip(to) {
            add_all(to, &row[1..]);
        }
    }

    /// The sums as numbers, g_s included.
    fn give(self, spectrum: &mut Spectrum, quanta: &[Quantum]) {
        let (bins, g_s) = (spectrum.axis.bins(), spectrum.spin_degeneracy);
        let replicas = (self.replicas.into_iter().zip(&mut spectrum.replicas))
            .map(|(sums, replica)| (sums, &mut replica.change, bins + 1));
        for (sums, rows, len) in [
            (self.cumulative, &mut spectrum.cumulative, bins + 1),
            (
                self.cumulative_error,
                &mut spectrum.cumulative_error,
                bins + 1,
            ),
            (self.bin_error, &mut spectrum.bin_error, bins),
            (self.by_band, &mut spectrum.by_band, bins + 1),
        ]
        .into_iter()
        .chain(replicas)
        {
            let of_channels = sums.chunks_exact(len).zip(rows.chunks_exact_mut(len));
            for ((sums, row), quantum) in of_channels.zip(quanta.iter().cycle()) {
                for (x, sum) in row.iter_mut().zip(sums) {
                    *x = g_s * quantum.value(*sum);
                }
            }
        }
    }
}
