//! All channels at one energy.

use super::found::Found;
use super::goals::Aim;
use super::layers::{SurfaceSums, all};
use super::mesh::BlockId;
use super::{QUANTITIES, Refined, Refiner, no_lifetimes};
use crate::bands::{BoxBand, Derivatives};
use crate::error::{Error, Result};
use crate::integrate::exact::{Quantum, add};
use crate::integrate::ledger::{Account, Columns, Key, Partial};
use crate::integrate::result::BandSurface;
use crate::integrate::vectors::{Directions, channel_vectors, derivatives};
use crate::integrate::{Channels, Request, SurfaceIntegral, Target};
use crate::uncertainty::{ByCause, Cause};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Blocks that are enough to keep the threads busy.
const SOON: usize = 4096;

impl Refiner<'_> {
    /// Integrates every channel at one energy.
    ///
    /// # Errors
    /// For an energy that is not finite or channels that need a table, or where the bands cannot be evaluated.
    pub fn surface(&self, request: &Request, energy_ev: f64) -> Result<(SurfaceIntegral, Refined)> {
        let channels = request.channels;
        if channels.has_lifetimes() && !self.header().has_lifetimes {
            return Err(no_lifetimes());
        }
        if !energy_ev.is_finite() {
            return Err(Error::bad_option(
                "energy",
                format!("{energy_ev} eV"),
                "give a finite energy",
            ));
        }
        let account = self.account(request, &Target::At(energy_ev))?;
        let n = self.header().n_spin_band();
        let directions = Directions::new(request, self.mesh.fold());
        let asked = (channels, &directions, energy_ev);
        // Where the sums need no more than the search evaluates.
        let keeps = derivatives(channels) <= Derivatives::Velocity;
        let seen = SeenBlocks::default();
        // Goals: states and v² at the energy, then the occupation of each band.
        let found = self.find_mesh(
            Aim {
                window: (energy_ev, energy_ev),
                quanta: &self.quanta(1, n),
                learns: false,
                account: account.as_ref(),
            },
            |g, block, bands| {
                if keeps {
                    seen.keep((g, block), || self.block_sums(asked, (g, block), bands));
                }
                self.shares_at(energy_ev, g, block, bands)
            },
            |value, full| {
                let partial: f64 = (0..n)
                    .map(|b| (value[2 + b] + full[b]).min(1.0 - value[2 + b] - full[b]))
                    .sum();
                let mut scale = vec![value[0], value[1]];
                scale.resize(2 + n, partial);
                scale
            },
        )?;
        let kept = (&seen, account.as_ref());
        let integral = self.integrate_surface(request, energy_ev, &found, kept)?;
        let named = |goal: usize| {
            let quantity = *QUANTITIES.get(goal).unwrap_or(&"the occupation of a band");
            (quantity, (energy_ev, energy_ev))
        };
        Ok((integral, found.refined(named)))
    }

    /// Every channel at one energy, on a mesh that was found.
    fn integrate_surface(
        &self,
        request: &Request,
        energy_ev: f64,
        found: &Found,
        (seen, account): (&SeenBlocks, Option<&Account>),
    ) -> Result<SurfaceIntegral> {
        let channels = request.channels;
        let directions = Directions::new(request, self.mesh.fold());
        let header = self.header();
        let g_s = header.spin.degeneracy();
        let bands = header.n_spin_band();
        let width = channels.width();
        // The channels, the occupied part and the one that is flat.
        let entries = width + 2;
        let quanta = self.channel_quanta(channels);
        let asked = (channels, &directions, energy_ev);
        let Some(SurfaceSums { fine, off, .. }) =
            self.surface_sums(asked, &quanta, found, (seen, account))?
        else {
            return Ok(SurfaceIntegral {
                energy_ev,
                spin_degeneracy: g_s,
                channels,
                bands: Vec::new(),
            });
        };
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

    /// Sums of every channel at one energy, of which those layers are run that are not kept; none where some are another part's.
    fn surface_sums(
        &self,
        asked: (Channels, &Directions, f64),
        quanta: &[Quantum],
        found: &Found,
        (seen, account): (&SeenBlocks, Option<&Account>),
    ) -> Result<Option<SurfaceSums>> {
        let mut sums = self.no_sums(quanta);
        let key = Key { stage: 0, at: 0 };
        for partial in account.map_or(Vec::new(), |a| a.find(key)) {
            sums.read(&partial.sums)?;
        }
        let mut by_layer = vec![Vec::new(); self.layers];
        for block in &found.blocks {
            by_layer[self.mesh.slab(block.1, self.layers)].push(*block);
        }
        let mut left: Vec<usize> = (0..self.layers)
            .filter(|layer| sums.held >> layer & 1 == 0)
            .filter(|layer| account.is_none_or(|a| a.owns(0, *layer, Columns::Apart)))
            .collect();
        let some = !left.is_empty();
        let shared = account.and_then(|a| Some((a, a.sharing_of_items()?)));
        if let Some((account, (sharing, plan_hash))) = shared {
            let one = |job: usize| {
                let layer = left[job];
                let mut sums = self.no_sums(quanta);
                self.add_layers(asked, quanta, (&by_layer[layer], seen), &mut sums)?;
                sums.hold(1 << layer)?;
                let bytes = sums.write();
                if account.saves() {
                    let (held, sums) = (sums.held, Arc::new(bytes.clone()));
                    account.add(key, Partial { held, sums });
                    account.save_in_time();
                }
                Ok(bytes)
            };
            for bytes in sharing.share(plan_hash, left.len(), one)? {
                sums.read(&bytes)?;
            }
            left.clear();
        }
        while !left.is_empty() {
            // All at once, but as few as keep the threads busy where sums are to be kept soon.
            let enough = match account {
                Some(a) if a.is_timed() => 1,
                Some(a) if a.saves() => SOON,
                _ => usize::MAX,
            };
            let mut blocks = Vec::new();
            let (mut layers, start, first) = (0u64, Instant::now(), left[0]);
            while blocks.len() < enough && !left.is_empty() {
                let layer = left.remove(0);
                layers |= 1 << layer;
                blocks.append(&mut by_layer[layer]);
            }
            self.add_layers(asked, quanta, (&blocks, seen), &mut sums)?;
            sums.hold(layers)?;
            if let Some(account) = account {
                account.took(key, first as u64, start);
                if account.is_due() {
                    account.keep(key, sums.held, sums.write());
                    account.save();
                }
            }
        }
        if let Some(account) = account.filter(|a| some && a.keeps()) {
            account.keep(key, sums.held, sums.write());
        }
        if sums.held != all(self.layers) {
            account.iter().for_each(|a| a.leave_open());
            return Ok(None);
        }
        Ok(Some(sums))
    }

    /// Sums of no layer.
    fn no_sums(&self, quanta: &[Quantum]) -> SurfaceSums {
        SurfaceSums::nothing(self.header().n_spin_band(), self.layers, quanta.len())
    }

    /// Adds what blocks hold at an energy (eV).
    fn add_layers(
        &self,
        (channels, directions, energy_ev): (Channels, &Directions, f64),
        quanta: &[Quantum],
        (blocks, seen): (&[(usize, BlockId)], &SeenBlocks),
        sums: &mut SurfaceSums,
    ) -> Result<()> {
        let header = self.header();
        let entries = quanta.len();
        let (mut known, mut missing) = (Vec::new(), Vec::new());
        for block in blocks {
            match seen.take(*block) {
                Some(sums) => known.push((*block, sums)),
                None => missing.push(*block),
            }
        }
        let what = "sums on the refined mesh";
        let sought = self.sought(derivatives(channels), (energy_ev, energy_ev));
        let found = self.each_block(what, &missing, sought, |g, block, bands| {
            self.block_sums((channels, directions, energy_ev), (g, block), bands)
        })?;
        known.extend(missing.into_iter().zip(found));
        // Signed differences by band and layer.
        for ((g, block), parts) in known {
            let group = &self.groups[g];
            let slab = self.mesh.slab(block, self.layers);
            for (band, [f, c]) in parts {
                let b = group.spin * header.n_band + group.bands.start + band;
                let fine = &mut sums.fine[b * entries..][..entries];
                let off = &mut sums.off[(b * self.layers + slab) * entries..][..entries];
                for (i, quantum) in quanta.iter().enumerate() {
                    let [f, c] = [f[i], c[i]].map(|x| quantum.integer(x));
                    add(&mut fine[i], f);
                    add(&mut off[i], f.saturating_sub(c));
                }
            }
        }
        Ok(())
    }

    /// What the bands of a block hold at an energy, of those that hold anything: on its grid and on its subgrid.
    fn block_sums(
        &self,
        (channels, directions, energy_ev): (Channels, &Directions, f64),
        (g, block): (usize, BlockId),
        bands: &[BoxBand],
    ) -> BlockSums {
        let group = &self.groups[g];
        let first = group.spin * self.header().n_band + group.bands.start;
        let width = channels.width();
        let of_band = |(b, band): (usize, &BoxBand)| {
            let tie = self.tie(first + b);
            if band.low > energy_ev + tie {
                return None;
            }
            if band.high < energy_ev - tie {
                let mut full = vec![0.0; width + 2];
                full[width] = self.mesh.volume(block);
                return Some((b, [full.clone(), full]));
            }
            let values = channel_vectors(channels, band, directions);
            let cells = self.cells(band, &values, width);
            let volume = self.mesh.cell_volume(block);
            let on = |stride| cells.at_energy(stride, energy_ev, tie, volume);
            Some((b, [1, 2].map(on)))
        };
        bands.iter().enumerate().filter_map(of_band).collect()
    }
}

/// Bytes of sums that are kept.
const KEPT: usize = 256 << 20;

/// By bands of a block's group: what they hold on its grid and on its subgrid.
type BlockSums = Vec<(usize, [Vec<f64>; 2])>;

/// Sums of blocks that a search has looked at, so that those that it keeps are not evaluated again.
#[derive(Default)]
struct SeenBlocks {
    sums: Mutex<HashMap<(usize, BlockId), BlockSums>>,
    bytes: AtomicUsize,
}

impl SeenBlocks {
    /// Keeps what a block of a group holds, while there is room.
    fn keep(&self, block: (usize, BlockId), sums: impl FnOnce() -> BlockSums) {
        if self.bytes.load(Ordering::Relaxed) > KEPT {
            return;
        }
        let sums = sums();
        let numbers = sums.iter().flat_map(|(_, both)| both).map(Vec::len);
        let bytes = numbers.sum::<usize>() * size_of::<f64>();
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let mut all = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(block, sums);
    }

    /// What a block holds, if it was kept.
    fn take(&self, block: (usize, BlockId)) -> Option<BlockSums> {
        let mut all = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&block)
    }
}
