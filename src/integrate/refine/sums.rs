//! All channels on a mesh that was found.

use super::Refiner;
use super::cells::{EdgeSums, Edges};
use super::mesh::BlockId;
use super::search::Found;
use crate::error::Result;
use crate::integrate::driver::GROUPS as PARTS;
use crate::integrate::result::BandSurface;
use crate::integrate::{Channels, EnergyAxis, Spectrum, SurfaceIntegral};
use crate::kernel::curvature::{field_values, has_field_values};
use crate::kernel::velocity::{
    CHANNELS_BASIC, CHANNELS_HALL, CHANNELS_LIFETIMES, CHANNELS_LIFETIMES_HALL, CHANNELS_MAGNETO,
    CHANNELS_SPEEDS, channel_values,
};
use crate::progress;
use crate::sampler::{BoxBand, Derivatives};
use rayon::prelude::*;

impl Refiner<'_> {
    /// Every channel at one energy.
    pub(super) fn integrate_surface(
        &self,
        channels: Channels,
        energy_ev: f64,
        found: &Found,
    ) -> Result<SurfaceIntegral> {
        let header = self.header();
        let g_s = header.spin.degeneracy();
        let bands = header.n_spin_band();
        let width = channels.width();
        let what = "sums on the refined mesh";
        let parts = self.each_block(
            what,
            &found.blocks,
            derivatives(channels),
            |_, block, bands| {
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
            },
        )?;
        // Signed differences by band and layer.
        let entries = width + 1;
        let mut fine = vec![0.0; bands * entries];
        let mut off = vec![0.0; bands * self.layers * entries];
        for ((g, block), parts) in found.blocks.iter().zip(parts) {
            let group = &self.groups[*g];
            let slab = self.mesh.slab(*block, self.layers);
            for (band, [f, c]) in group.bands.clone().zip(parts) {
                let b = group.spin * header.n_band + band;
                let fine = &mut fine[b * entries..][..entries];
                let off = &mut off[(b * self.layers + slab) * entries..][..entries];
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
                    let of_slab = |s: usize| off[(b * self.layers + s) * entries + i].abs();
                    g_s * (0..self.layers).map(of_slab).sum::<f64>()
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

    /// Every channel in the bins of `axis`.
    pub(super) fn integrate_spectrum(
        &self,
        channels: Channels,
        axis: &EnergyAxis,
        by_band: bool,
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
        if by_band {
            result.by_band = vec![0.0; header.n_spin_band() * width * count];
            for (b, full) in found.full.iter().enumerate() {
                result.by_band[b * width * count..][..count].fill(g_s * full);
            }
        }
        let phase = progress::phase("sums on the refined mesh", found.blocks.len() as u64);
        // One task for each layer of each group of bands.
        let key = |b: &(usize, BlockId)| (b.0, self.mesh.slab(b.1, self.layers));
        let mut blocks = found.blocks.clone();
        blocks.sort_by_key(|b| (key(b), *b));
        for of_group in blocks.chunk_by(|a, b| a.0 == b.0) {
            let tasks: Vec<&[(usize, BlockId)]> =
                of_group.chunk_by(|a, b| key(a) == key(b)).collect();
            let group = &self.groups[of_group[0].0];
            let spin = group.spin;
            // Bands that are evaluated together are kept together, as the first of them.
            let own = (spin * header.n_band + group.bands.start) * width * count;
            let sums: Vec<[Vec<f64>; 2]> = tasks
                .par_iter()
                .map(|task| {
                    let sums = self.layer_spectrum(channels, task, &edges);
                    phase.add(task.len() as u64);
                    sums
                })
                .collect::<Result<_>>()?;
            for (task, [fine, coarse]) in tasks.iter().zip(sums) {
                let part = self.mesh.slab(task[0].1, self.layers) * PARTS / self.layers;
                let deviation = part * result.cumulative.len();
                for c in 0..width {
                    let at = (spin * width + c) * count;
                    let mut off_before = 0.0;
                    for k in 0..count {
                        let f = fine[c * count + k];
                        let off = f - coarse[c * count + k];
                        result.cumulative[at + k] += g_s * f;
                        if by_band {
                            result.by_band[own + c * count + k] += g_s * f;
                        }
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
        result.refined = true;
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

/// The channel vectors `[point][channel]`, SI units.
fn channel_vectors(channels: Channels, band: &BoxBand) -> Vec<f64> {
    let of = match channels {
        Channels::Basic => vectors::<CHANNELS_BASIC>,
        Channels::Speeds => vectors::<CHANNELS_SPEEDS>,
        Channels::Lifetimes => vectors::<CHANNELS_LIFETIMES>,
        Channels::LifetimesHall => vectors::<CHANNELS_LIFETIMES_HALL>,
        Channels::Hall => vectors::<CHANNELS_HALL>,
        Channels::Magneto => vectors::<CHANNELS_MAGNETO>,
    };
    of(band)
}

fn vectors<const N: usize>(band: &BoxBand) -> Vec<f64> {
    let mut out = Vec::with_capacity(band.energies.len() * N);
    for (p, v) in band.velocities.chunks_exact(3).enumerate() {
        let v = [v[0], v[1], v[2]];
        let tau = band.lifetimes.get(p).copied().unwrap_or(0.0);
        let mut f = channel_values::<f64, N>(v, tau);
        if has_field_values(N) {
            let mass = std::array::from_fn(|c| band.inverse_masses[6 * p + c]);
            field_values(&mut f, v, mass, tau);
        }
        out.extend(f);
    }
    out
}

/// What the channels need at a point.
fn derivatives(channels: Channels) -> Derivatives {
    if channels.has_inverse_masses() {
        Derivatives::InverseMass
    } else {
        Derivatives::Velocity
    }
}
