//! All channels on a mesh that was found.

use super::mesh::BlockId;
use super::search::Found;
use super::thermal::{LayerSums, Points};
use super::{Refiner, in_any_order};
use crate::error::Result;
use crate::integrate::cells::{EdgeSums, Edges};
use crate::integrate::exact::{Quantum, add};
use crate::integrate::replica::GROUPS as PARTS;
use crate::integrate::result::BandSurface;
use crate::integrate::vectors::{Directions, channel_vectors, derivatives};
use crate::integrate::{Channels, EnergyAxis, Request, Spectrum, SurfaceIntegral};
use crate::progress;
use crate::uncertainty::{ByCause, Cause};
use rayon::prelude::*;

/// A block of a group of bands, and what is left of its differences.
type Placed = (usize, BlockId, f64);

impl Refiner<'_> {
    /// Every channel at one energy.
    pub(super) fn integrate_surface(
        &self,
        request: &Request,
        energy_ev: f64,
        found: &Found,
    ) -> Result<SurfaceIntegral> {
        let channels = request.channels;
        let directions = Directions::new(request, self.mesh.fold());
        let header = self.header();
        let g_s = header.spin.degeneracy();
        let bands = header.n_spin_band();
        let width = channels.width();
        // The channels, the occupied part and the one that is flat.
        let entries = width + 2;
        let what = "sums on the refined mesh";
        let derivatives = derivatives(channels);
        let parts = self.each_block(what, &found.blocks, derivatives, |g, block, bands| {
            let volume = self.mesh.cell_volume(block);
            let group = &self.groups[g];
            let first = group.spin * header.n_band + group.bands.start;
            bands
                .iter()
                .enumerate()
                .map(|(b, band)| {
                    let tie = self.tie(first + b);
                    if band.low > energy_ev + tie {
                        return [1, 2].map(|_| vec![0.0; entries]);
                    }
                    let values = channel_vectors(channels, band, &directions);
                    let cells = self.cells(band, &values, width);
                    [1, 2].map(|stride| cells.at_energy(stride, energy_ev, tie, volume))
                })
                .collect::<Vec<_>>()
        })?;
        // Signed differences by band and layer.
        let quanta = self.channel_quanta(channels);
        let mut fine = vec![0; bands * entries];
        let mut off = vec![0; bands * self.layers * entries];
        for ((g, block), parts) in found.blocks.iter().zip(parts) {
            let group = &self.groups[*g];
            let slab = self.mesh.slab(*block, self.layers);
            for (band, [f, c]) in group.bands.clone().zip(parts) {
                let b = group.spin * header.n_band + band;
                let fine = &mut fine[b * entries..][..entries];
                let off = &mut off[(b * self.layers + slab) * entries..][..entries];
                for (i, quantum) in quanta.iter().enumerate() {
                    let [f, c] = [f[i], c[i]].map(|x| quantum.integer(x));
                    add(&mut fine[i], f);
                    add(&mut off[i], f.saturating_sub(c));
                }
            }
        }
        let of_the_grid = |bar| ByCause::of(Cause::Grid, bar);
        let bands = (0..bands)
            .map(|b| {
                let fine = &fine[b * entries..][..entries];
                let error = |i: usize| -> f64 {
                    let mut sum = 0;
                    for s in 0..self.layers {
                        let of_slab: i128 = off[(b * self.layers + s) * entries + i];
                        add(&mut sum, of_slab.saturating_abs());
                    }
                    g_s * quanta[i].value(sum)
                };
                let value = |i: usize| g_s * quanta[i].value(fine[i]);
                let mut values: Vec<f64> = (0..width).map(value).collect();
                let mut bars: Vec<f64> = (0..width).map(error).collect();
                directions.fold.average(channels, &mut values, false);
                directions.fold.average(channels, &mut bars, true);
                BandSurface {
                    spin: b / header.n_band,
                    band: b % header.n_band,
                    values,
                    bars: bars.into_iter().map(of_the_grid).collect(),
                    occupied: value(width) + g_s * found.full[b],
                    occupied_bar: of_the_grid(error(width)),
                    flat: value(width + 1),
                    tied: 0.0,
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

    /// Every channel in the bins of `axis`; where a k_BT (eV) is given, with the thermal averages of the blocks' own rule.
    pub(super) fn integrate_spectrum(
        &self,
        request: &Request,
        axis: &EnergyAxis,
        found: &Found,
        thermal_ev: Option<f64>,
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
        let phase = progress::phase("sums on the refined mesh", found.blocks.len() as u64);
        // One task for each layer of each group of bands.
        let key = |b: &Placed| (b.0, self.mesh.slab(b.1, self.layers));
        let both = found.blocks.iter().zip(&found.left);
        let mut blocks: Vec<Placed> = both.map(|((g, block), left)| (*g, *block, *left)).collect();
        blocks.sort_by_key(|b| (key(b), b.1));
        for of_group in blocks.chunk_by(|a, b| a.0 == b.0) {
            let mut tasks: Vec<&[Placed]> = of_group.chunk_by(|a, b| key(a) == key(b)).collect();
            in_any_order(&mut tasks);
            let group = &self.groups[of_group[0].0];
            let spin = group.spin;
            // Bands that are evaluated together are kept together, as the first of them.
            let own = (spin * header.n_band + group.bands.start) * width * count;
            let layers: Vec<([Vec<f64>; 2], Option<LayerSums>)> = tasks
                .par_iter()
                .map(|task| {
                    let mut of_points = points.as_ref().map(|(p, _)| (p, p.layer()));
                    let sums =
                        self.layer_spectrum((channels, &directions), task, &edges, &mut of_points)?;
                    phase.add(task.len() as u64);
                    Ok((sums, of_points.map(|(_, sums)| sums)))
                })
                .collect::<Result<_>>()?;
            for (task, ([fine, coarse], of_points)) in tasks.iter().zip(layers) {
                let slab = self.mesh.slab(task[0].1, self.layers);
                if let (Some(contents), Some(sums)) = (&mut contents, &of_points) {
                    contents.add(sums, (slab, self.layers), spin);
                }
                let part = slab * PARTS / self.layers;
                for (c, quantum) in quanta[..width].iter().enumerate() {
                    let at = (spin * width + c) * count;
                    let mut off_before = 0i128;
                    for k in 0..count {
                        let [f, coarse] =
                            [&fine, &coarse].map(|x| quantum.integer(x[c * count + k]));
                        let off = f.saturating_sub(coarse);
                        add(&mut sums.cumulative[at + k], f);
                        if by_band {
                            add(&mut sums.by_band[own + c * count + k], f);
                        }
                        add(&mut sums.cumulative_error[at + k], off.saturating_abs());
                        add(&mut sums.replicas[part][at + k], off.saturating_neg());
                        if k > 0 {
                            let bin = (spin * width + c) * axis.bins() + k - 1;
                            let change = off.saturating_sub(off_before);
                            add(&mut sums.bin_error[bin], change.saturating_abs());
                        }
                        off_before = off;
                    }
                }
            }
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
    fn channel_quanta(&self, channels: Channels) -> Vec<Quantum> {
        let channel = (0..channels.width()).map(|c| self.quantum(channels, c));
        channel.chain([Quantum::below(1.0); 2]).collect()
    }

    /// Cumulative channels `[channel][edge]` of some blocks of one group, on their grids and subgrids.
    fn layer_spectrum(
        &self,
        (channels, directions): (Channels, &Directions),
        blocks: &[Placed],
        edges: &Edges,
        of_points: &mut Option<(&Points, LayerSums)>,
    ) -> Result<[Vec<f64>; 2]> {
        let width = channels.width();
        let mut sums = [1, 2].map(|_| EdgeSums::new(edges.len(), width));
        let slab = |b: &Placed| (b.1.level, b.1.at[0]);
        for run in blocks.chunk_by(|a, b| slab(a) == slab(b)) {
            let boxes: Vec<_> = run.iter().map(|b| self.mesh.k_box(b.1)).collect();
            self.interpolator.evaluate_slab(
                &self.groups[run[0].0],
                &boxes,
                derivatives(channels),
                &mut |i, bands| {
                    let (_, block, left) = run[i];
                    for band in &bands {
                        if band.high < edges.first() {
                            let states = self.mesh.volume(block);
                            sums.iter_mut().for_each(|s| s.add_states_below(states));
                        } else if edges.reached(band.low, band.high) {
                            let values = channel_vectors(channels, band, directions);
                            let cells = self.cells(band, &values, width);
                            let volume = self.mesh.cell_volume(block);
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

/// What a [`Spectrum`] holds, in quanta of its channels, without g_s.
struct ExactSpectrum {
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
            cumulative: vec![0; spectrum.cumulative.len()],
            cumulative_error: vec![0; spectrum.cumulative_error.len()],
            bin_error: vec![0; spectrum.bin_error.len()],
            replicas: vec![vec![0; spectrum.cumulative.len()]; spectrum.replicas.len()],
            by_band: vec![0; spectrum.by_band.len()],
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
