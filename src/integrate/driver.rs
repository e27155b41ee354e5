//! Streams blocks of every band through an [`Engine`] and turns its exact integer sums into results with error bars.
//!
//! Each axis-1 slab of the zone (at most [`SLABS`], fixed by the grid alone) is integrated on the full grid and, in the same
//! pass, on its stride-2 subgrid, with that subgrid's own velocities. The reported error is Σ|fine − coarse| over slabs and
//! bands. The linear tetrahedron converges as h², so a third of that is what is left on average; at a single energy the
//! error is erratic (the third was caught short by a factor of two on the simple-cubic band), so the whole is the bar. With
//! smearing the coarse pass also widens the smearing by √2, which doubles a Gaussian's bias: the difference covers both.

use super::block::BlockStream;
use super::context::shortest_diagonal;
use super::engine::{Engine, Part, SlabSums, Target};
use super::fold::{AxisOperation, Fold};
use super::replica::GROUPS;
use super::result::BandSurface;
use super::{BandContext, EnergyAxis, Request, Spectrum, SurfaceIntegral, ties};
use crate::bands::{BandSource, Interpolation};
use crate::error::{Error, Result};
use crate::uncertainty::{ByCause, Cause};
use std::ops::Range;
use std::sync::Arc;

/// Largest number of slabs whose error estimates are added up. Fewer let errors of opposite sign hide each other: with 8, one
/// bar in twenty was too short on a three-dimensional band and one in ten on a sheet; with 32 one in two hundred.
pub const SLABS: usize = 32;

/// A band's sums over all slabs.
#[derive(Default)]
struct BandSums {
    /// Σ fine.
    fine: Vec<i128>,
    /// Σ |fine − coarse|.
    off: Vec<i128>,
    /// Σ |difference to the entry `stride` before of (fine − coarse)|: for bins, whose content is such a difference.
    off_bin: Vec<i128>,
    /// Σ (fine − coarse) of each group of slabs, one after the other.
    deviation: Vec<i128>,
}

impl BandSums {
    fn add(&mut self, slab: &SlabSums, stride: usize, group: usize) {
        let len = slab.fine.len();
        self.deviation.resize(GROUPS * len, 0);
        for sums in [&mut self.fine, &mut self.off, &mut self.off_bin] {
            sums.resize(len, 0);
        }
        for i in 0..len {
            let off = slab.fine[i] - slab.coarse[i];
            self.fine[i] += slab.fine[i];
            self.off[i] += off.abs();
            self.deviation[group * len + i] += off;
            if let Some(before) = i.checked_sub(stride) {
                let off_before = slab.fine[before] - slab.coarse[before];
                self.off_bin[i] += (off - off_before).abs();
            }
        }
    }
}

/// The bands to be refined.
///
/// # Errors
/// [`Error::BadOption`] for a table.
fn to_refine(source: &dyn BandSource) -> Result<Interpolation<'_>> {
    source.interpolation().ok_or_else(|| {
        Error::bad_option(
            "refinement",
            "the bands are a table, and only what can be evaluated anywhere is refined",
            "interpolate them, or integrate the table itself",
        )
    })
}

/// Integrates every channel at one energy.
///
/// # Errors
/// For a request that does not fit the bands, an energy that is not finite, unreadable bands or a failing device.
pub fn surface(
    source: &dyn BandSource,
    request: &Request,
    energy_ev: f64,
    engine: &mut dyn Engine,
) -> Result<SurfaceIntegral> {
    if !energy_ev.is_finite() {
        return Err(Error::bad_option(
            "energy",
            format!("{energy_ev} eV"),
            "give a finite energy",
        ));
    }
    request.validate(source.header())?;
    if let Some(refining) = engine.refining() {
        return refining.surface(to_refine(source)?, request, energy_ev);
    }
    let mut bands = band_surfaces(source, request, energy_ev, &|_, _| true, engine)?;
    let header = source.header();
    ties::widen(
        header,
        request,
        energy_ev,
        &mut bands,
        |spin, band, energy| {
            let own = |s, b| (s, b) == (spin, band);
            band_surfaces(source, request, energy, &own, engine)
        },
    )?;
    Ok(SurfaceIntegral {
        energy_ev,
        spin_degeneracy: source.header().spin.degeneracy(),
        channels: request.channels,
        bands,
    })
}

/// The shares at one energy of the bands that `select(spin, band)` takes.
pub(super) fn band_surfaces(
    source: &dyn BandSource,
    request: &Request,
    energy_ev: f64,
    select: &dyn Fn(usize, usize) -> bool,
    engine: &mut dyn Engine,
) -> Result<Vec<BandSurface>> {
    let g_s = source.header().spin.degeneracy();
    let width = request.channels.width();
    let cells = source.header().k_grid.len() as f64;
    let mut bands: Vec<BandSurface> = Vec::new();
    let target = Target::At(energy_ev);
    each_band(
        source,
        request,
        &target,
        (None, select),
        engine,
        |context, sums, quantum| {
            let s = &context.statistics;
            let mut band = BandSurface {
                spin: context.spin,
                band: context.band,
                values: vec![0.0; width],
                bars: vec![ByCause::default(); width],
                occupied: 0.0,
                occupied_bar: ByCause::default(),
                flat: 0.0,
                tied: 0.0,
            };
            let Some(sums) = sums else {
                // The band does not reach the energy.
                band.occupied = if s.energy_max < energy_ev { g_s } else { 0.0 };
                bands.push(band);
                return;
            };
            let range_ev = crate::kernel::real::width(s.energy_min, s.energy_max);
            let add = |slot: usize, unit: f64, value: &mut f64, bar: &mut ByCause| {
                let scale = quantum * unit * g_s / cells;
                *value = sums.fine[slot] as f64 * scale;
                bar[Cause::Grid] = sums.off[slot] as f64 * scale;
            };
            for c in 0..width {
                let unit = context.channel_unit(c) / range_ev;
                add(c, unit, &mut band.values[c], &mut band.bars[c]);
            }
            add(width, 1.0, &mut band.occupied, &mut band.occupied_bar);
            band.flat = sums.fine[width + 1] as f64 * quantum * g_s / cells;
            band.tied = sums.fine[width + 2] as f64 * quantum * g_s / cells;
            bands.push(band);
        },
    )?;
    Ok(bands)
}

/// Integrates every channel into the bins of `axis`.
///
/// # Errors
/// As [`surface`].
pub fn spectrum(
    source: &dyn BandSource,
    request: &Request,
    axis: &EnergyAxis,
    engine: &mut dyn Engine,
) -> Result<Spectrum> {
    let header = source.header();
    request.validate(header)?;
    if let Some(refining) = engine.refining() {
        return refining.spectrum(to_refine(source)?, request, axis);
    }
    let g_s = header.spin.degeneracy();
    let width = request.channels.width();
    let points = header.k_grid.len() as f64;
    let edges = axis.bins() + 1;
    Spectrum::check_room(axis, header, request)?;
    let mut result = Spectrum::zeros(axis.clone(), g_s, header.n_spin(), request.channels);
    if request.by_band {
        result.by_band = vec![0.0; header.n_spin_band() * width * edges];
    }
    let target = Target::Bins(axis.clone());
    let fold = if engine.folds() {
        fold(source, request)
    } else {
        None
    };
    let images = fold.as_ref().map(|f| images(f, header.k_grid.n));
    each_band(
        source,
        request,
        &target,
        (images.map(Arc::new), &|_, _| true),
        engine,
        |context, sums, quantum| {
            let base = context.spin * width;
            let own = (context.spin * header.n_band + context.band) * width;
            let Some(sums) = sums else {
                if context.statistics.energy_max < axis.first() {
                    for x in &mut result.cumulative[base * edges..][..edges] {
                        *x += g_s;
                    }
                    if request.by_band {
                        result.by_band[own * edges..][..edges].fill(g_s);
                    }
                }
                return;
            };
            for c in 0..width {
                let scale = quantum * context.channel_unit(c) * g_s / points;
                let at = (base + c) * edges;
                for k in 0..edges {
                    let slot = k * width + c;
                    let value = sums.fine[slot] as f64 * scale;
                    result.cumulative[at + k] += value;
                    if request.by_band {
                        result.by_band[(own + c) * edges + k] = value;
                    }
                    result.cumulative_error[at + k] += sums.off[slot] as f64 * scale;
                    for (group, replica) in result.replicas.iter_mut().enumerate() {
                        let deviation = sums.deviation[group * sums.fine.len() + slot];
                        replica.change[at + k] -= deviation as f64 * scale;
                    }
                    if k > 0 {
                        let error = sums.off_bin[slot] as f64 * scale;
                        result.bin_error[(base + c) * axis.bins() + k - 1] += error;
                    }
                }
            }
        },
    )?;
    if let Some(fold) = fold {
        result.fold(&fold);
    }
    Ok(result)
}

/// How the grid's cells fold, if they do: the operations keep the diagonal along which cells are cut, so that the sums are those
/// over all cells.
fn fold(source: &dyn BandSource, request: &Request) -> Option<Fold> {
    let header = source.header();
    let n = header.k_grid.n;
    // The subgrid's cells fold, too, if none is narrower than the others; cells of a shifted grid are not centred.
    let even = n.iter().all(|n| *n == 1 || n % 2 == 0);
    let centred = header.k_grid.shift == [0.0; 3];
    if request.weights.smearing().is_some() || !even || !centred {
        return None;
    }
    let start = shortest_diagonal(&header.lattice, n);
    let keep = |o: &AxisOperation| o.keeps_diagonal(start);
    let mut fold = Fold::new(&source.symmetry(), &header.lattice, n, keep);
    if !request.directions.is_empty() {
        fold = fold.along(&request.direction_vectors());
    }
    (fold.order() > 1).then_some(fold)
}

/// How often each cell of the full grid and of the subgrid counts.
fn images(fold: &Fold, n: [usize; 3]) -> [Vec<u8>; 2] {
    [1, 2].map(|stride| fold.multiplicities(n.map(|n| n.div_ceil(stride))))
}

/// How often cells count, and which (spin, band) are wanted.
type Selection<'a> = (Option<Arc<[Vec<u8>; 2]>>, &'a dyn Fn(usize, usize) -> bool);

/// Runs every selected band that reaches the target through the engine and hands its sums to `take` (`None` where it does not
/// reach it), with the value of one quantum.
fn each_band(
    source: &dyn BandSource,
    request: &Request,
    target: &Target,
    (images, select): Selection,
    engine: &mut dyn Engine,
    mut take: impl FnMut(&BandContext, Option<&BandSums>, f64),
) -> Result<()> {
    let header = source.header();
    let (low, high) = match target {
        Target::At(e) => (*e, *e),
        Target::Bins(axis) => (axis.first(), axis.last()),
    };
    let n1 = header.k_grid.n[0];
    let slabs = slabs(n1);
    let all = (n1 * header.n_spin_band()) as u64;
    let mut done = 0;
    for spin in 0..header.n_spin() {
        for band in (0..header.n_band).filter(|band| select(spin, *band)) {
            let statistics = &source.statistics()[spin * header.n_band + band];
            let mut context = BandContext::new(header, statistics, request, spin, band);
            context.images.clone_from(&images);
            let reach = context.reach_ev();
            if statistics.energy_max + reach < low || statistics.energy_min - reach > high {
                take(&context, None, 1.0);
                done += n1 as u64;
                continue;
            }
            engine.begin_band(&context, target)?;
            let mut stream = BlockStream::new(source, spin, band, context.halo(), context.fields());
            let in_place = match request.block_planes {
                None if engine.reads_in_place() => stream.in_place(),
                _ => None,
            };
            let size = match in_place {
                Some(_) => n1,
                None => block_planes(request, engine, header.k_grid.plane_len(), context.halo()),
            };
            let mut sums = BandSums::default();
            let mut slabs_done = 0;
            for planes in blocks(n1, size) {
                let parts: Vec<Part> = slabs
                    .iter()
                    .map(|slab| {
                        let cells = planes.start.max(slab.start)..planes.end.min(slab.end);
                        let ends_slab = cells.end == slab.end;
                        Part { cells, ends_slab }
                    })
                    .filter(|part| !part.cells.is_empty())
                    .collect();
                let block = match &in_place {
                    Some(block) => block.clone(),
                    None => stream.read(planes.clone())?,
                };
                for slab in engine.add_block(&block, &parts)? {
                    let group = slabs_done * GROUPS / slabs.len();
                    sums.add(&slab, request.channels.width(), group);
                    slabs_done += 1;
                }
                done += planes.len() as u64;
                if let Some(progress) = request.progress {
                    progress(done, all);
                }
            }
            take(&context, Some(&sums), engine.quantum());
        }
    }
    Ok(())
}

/// The slabs of a grid of `n1` planes: at most [`SLABS`], each starting at an even plane, fixed by n1 alone.
fn slabs(n1: usize) -> Vec<Range<usize>> {
    let pairs = n1.div_ceil(2);
    let count = pairs.min(SLABS);
    (0..count)
        .map(|i| 2 * (i * pairs / count)..(2 * ((i + 1) * pairs / count)).min(n1))
        .collect()
}

/// The planes cut into blocks of `size` (even, but for the last).
fn blocks(n1: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n1)
        .step_by(size)
        .map(move |start| start..(start + size).min(n1))
}

/// Planes per block: as asked, else about 8 MB, but enough that the halo, which is
/// moved from block to block, does not dominate; and no more than the engine takes.
fn block_planes(request: &Request, engine: &dyn Engine, plane_len: usize, halo: usize) -> usize {
    const POINTS: usize = 1 << 20;
    let within = |points: usize| (points / plane_len).saturating_sub(1 + 2 * halo);
    let planes = request
        .block_planes
        .unwrap_or_else(|| within(POINTS).max(2 * halo));
    let fits = within(engine.max_block_points());
    planes.min(fits).max(2).next_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slabs_and_blocks_tile_the_planes_at_even_starts() {
        for n1 in [1, 2, 3, 7, 8, 13, 16, 17, 64, 100, 513] {
            for ranges in [slabs(n1), blocks(n1, 4).collect()] {
                let mut next = 0;
                for range in ranges {
                    assert_eq!((range.start, range.start % 2), (next, 0));
                    assert!(!range.is_empty());
                    next = range.end;
                }
                assert_eq!(next, n1);
            }
        }
    }
}
