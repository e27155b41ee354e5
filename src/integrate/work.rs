//! Runs work items through an [`Engine`]: those that follow each other in a band as one stream of blocks, others one by one.

use super::Request;
use super::block::BlockStream;
use super::engine::{Engine, Part, Target};
use super::plan::{UniformPlan, WorkItem};
use super::sums::ItemSums;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use std::ops::Range;

/// What runs the items of a plan of some bands.
pub struct Runner<'a> {
    /// The plan.
    pub plan: &'a UniformPlan,
    /// The bands that it was made for.
    pub source: &'a dyn BandSource,
    /// The request that it was made for.
    pub request: &'a Request<'a>,
    /// What integrates.
    pub engine: &'a mut dyn Engine,
    /// k-planes done.
    pub done: u64,
}

impl Runner<'_> {
    /// The sums of `items`, whatever their order.
    ///
    /// # Errors
    /// For unreadable bands, a failing device, or items that are not the plan's.
    pub fn run(&mut self, items: &[WorkItem]) -> Result<ItemSums> {
        let mut sums = ItemSums::default();
        self.run_into(items, &mut sums, &mut |_| {})?;
        Ok(sums)
    }

    /// Adds the sums of `items` to `sums`, and hands these to `seen` after each block that ends an item.
    pub(super) fn run_into(
        &mut self,
        items: &[WorkItem],
        sums: &mut ItemSums,
        seen: &mut dyn FnMut(&ItemSums),
    ) -> Result<()> {
        let follow =
            |a: &WorkItem, b: &WorkItem| (a.spin, a.band, a.slab + 1) == (b.spin, b.band, b.slab);
        for run in items.chunk_by(follow) {
            self.run_neighbours(run, sums, seen)?;
        }
        Ok(())
    }

    /// Items of slabs of one band that follow each other.
    fn run_neighbours(
        &mut self,
        items: &[WorkItem],
        sums: &mut ItemSums,
        seen: &mut dyn FnMut(&ItemSums),
    ) -> Result<()> {
        let (plan, source, request) = (self.plan, self.source, self.request);
        let foreign = || Error::Internal("a work item is of no band of the plan".into());
        let (first, last) = (items[0], items[items.len() - 1]);
        let context = &plan.band(&first).ok_or_else(foreign)?.context;
        let slabs = plan.slabs.get(first.slab..=last.slab).ok_or_else(foreign)?;
        let all = slabs[0].start..slabs[slabs.len() - 1].end;
        let k_grid = &source.header().k_grid;
        self.engine.begin_band(context, &plan.target)?;
        let stride = request.channels.width();
        // Blocks of a given size are what was asked for.
        let evaluated = source.on_grid().filter(|_| {
            let at_once = matches!(plan.target, Target::At(_)) && request.block_planes.is_none();
            at_once && context.is_local() && self.engine.evaluates()
        });
        if let Some(bands) = evaluated {
            for (item, slab) in items.iter().zip(slabs) {
                let found = self.engine.add_slab(bands, k_grid, slab.clone())?;
                let quantum = self.engine.quantum();
                sums.add(item, plan.slabs.len(), &found, stride, quantum)?;
                seen(sums);
                self.advance(slab.len());
            }
            return Ok(());
        }
        let (spin, band) = (context.spin, context.band);
        let mut stream = BlockStream::new(source, spin, band, context.halo(), context.fields());
        let in_place = match request.block_planes {
            None if self.engine.reads_in_place() => stream.in_place(),
            _ => None,
        };
        let size = match in_place {
            Some(_) => all.len(),
            None => block_planes(request, self.engine, k_grid.plane_len(), context.halo()),
        };
        let mut running = items.iter();
        for planes in blocks(all, size) {
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
            let found = self.engine.add_block(&block, &parts)?;
            let ends = !found.is_empty();
            for found in found {
                let item = running.next().ok_or_else(foreign)?;
                let quantum = self.engine.quantum();
                sums.add(item, plan.slabs.len(), &found, stride, quantum)?;
            }
            if ends {
                seen(sums);
            }
            self.advance(planes.len());
        }
        Ok(())
    }

    /// Counts k-planes as done that need not be looked at; told with the next ones.
    pub(super) fn advance_unseen(&mut self, planes: usize) {
        self.done += planes as u64;
    }

    /// Counts k-planes as done.
    fn advance(&mut self, planes: usize) {
        self.done += planes as u64;
        if let Some(progress) = self.request.progress {
            let header = self.source.header();
            let all = header.k_grid.n[0] * header.n_spin_band();
            progress(self.done, all as u64);
        }
    }
}

/// The planes cut into blocks of `size` (even, but for the last).
fn blocks(planes: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = planes.end;
    planes
        .step_by(size)
        .map(move |start| start..(start + size).min(end))
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
    fn blocks_tile_the_planes_at_even_starts() {
        for (first, end) in [(0, 1), (0, 13), (4, 6), (2, 513)] {
            let mut next = first;
            for range in blocks(first..end, 4) {
                assert_eq!((range.start, range.start % 2), (next, 0));
                assert!(!range.is_empty());
                next = range.end;
            }
            assert_eq!(next, end);
        }
    }
}
