//! The plan of an integral on a uniform grid: work items in a fixed order, the same whatever runs them.
//!
//! An item is the cells of one band in one slab of the zone. Its sums are integers, so that items may be run in any order, by any number of
//! threads, devices or processes, and give the same bits. A band that does not reach the energies of interest has no items.

use super::context::shortest_diagonal;
use super::fold::{AxisOperation, Fold};
use super::ledger::fingerprint::Fingerprint;
use super::{BandContext, Request, Target};
use crate::bands::BandSource;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// Largest number of slabs whose error estimates are added up. Fewer let errors of opposite sign hide each other: with 8, one
/// bar in twenty was too short on a three-dimensional band and one in ten on a sheet; with 32 one in two hundred.
pub const SLABS: usize = 32;

/// The cells of one band in one slab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkItem {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// Slab, from 0.
    pub slab: usize,
}

/// A band of a plan.
pub struct PlannedBand {
    /// What an integrator needs of it besides its numbers.
    pub context: BandContext,
    /// Whether it reaches the energies of interest.
    pub reached: bool,
}

/// What is to be run for one integral, and how its sums are laid out.
pub struct UniformPlan {
    /// The energies of interest.
    pub target: Target,
    /// Planes of each slab.
    pub slabs: Vec<Range<usize>>,
    /// In the order in which their shares are added.
    pub bands: Vec<PlannedBand>,
    /// How cells fold, where they do.
    pub fold: Option<Fold>,
}

impl UniformPlan {
    /// Of the bands that `select(spin, band)` takes; of spectra the cells are folded where `folds` says that an engine can.
    pub fn new(
        source: &dyn BandSource,
        request: &Request,
        target: Target,
        folds: bool,
        select: &dyn Fn(usize, usize) -> bool,
    ) -> Self {
        let header = source.header();
        let n = header.k_grid.n;
        let (low, high, fold) = match &target {
            Target::At(e) => (*e, *e, None),
            Target::Bins(axis) => {
                let fold = folds.then(|| fold(source, request)).flatten();
                (axis.first(), axis.last(), fold)
            }
        };
        let images = fold.as_ref().map(|f| Arc::new(images(f, n)));
        let mut bands = Vec::new();
        for spin in 0..header.n_spin() {
            for band in (0..header.n_band).filter(|band| select(spin, *band)) {
                let statistics = &source.statistics()[spin * header.n_band + band];
                let mut context = BandContext::new(header, statistics, request, spin, band);
                context.images.clone_from(&images);
                let reach = context.reach_ev();
                let reached =
                    statistics.energy_max + reach >= low && statistics.energy_min - reach <= high;
                bands.push(PlannedBand { context, reached });
            }
        }
        Self {
            target,
            slabs: slabs(n[0]),
            bands,
            fold,
        }
    }

    /// By what the sums of its items are known in another process: all that they depend on, but for what integrates.
    pub(super) fn fingerprint(&self) -> String {
        let mut known = Fingerprint::default();
        known.add("target", &self.target);
        known.add("slabs", &self.slabs);
        known.add("images", &self.fold.as_ref().map(Fold::order));
        for PlannedBand { context, reached } in &self.bands {
            let images = None;
            let context = BandContext {
                images,
                ..context.clone()
            };
            known.add("band", &(context, reached));
        }
        known.finish()
    }

    /// What is asked, in words.
    pub(super) fn words(&self) -> String {
        let reached = self.bands.iter().filter(|b| b.reached).count();
        match &self.target {
            Target::At(energy) => format!("{reached} bands at {energy:?} eV"),
            Target::Bins(axis) => format!(
                "{reached} bands in {} bins from {:?} to {:?} eV",
                axis.bins(),
                axis.first(),
                axis.last()
            ),
        }
    }

    /// All items, in order.
    pub fn items(&self) -> Vec<WorkItem> {
        let bands = self.bands.iter();
        bands.flat_map(|band| self.items_of(band)).collect()
    }

    /// Those of one band.
    pub(super) fn items_of(&self, band: &PlannedBand) -> Vec<WorkItem> {
        let slabs = if band.reached { self.slabs.len() } else { 0 };
        let (spin, band) = (band.context.spin, band.context.band);
        let item = |slab| WorkItem { spin, band, slab };
        (0..slabs).map(item).collect()
    }

    /// The band of an item.
    pub(super) fn band(&self, item: &WorkItem) -> Option<&PlannedBand> {
        let own = |b: &&PlannedBand| (b.context.spin, b.context.band) == (item.spin, item.band);
        self.bands.iter().find(own)
    }
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

/// The slabs of a grid of `n1` planes: at most [`SLABS`], each starting at an even plane, fixed by n1 alone.
fn slabs(n1: usize) -> Vec<Range<usize>> {
    let pairs = n1.div_ceil(2);
    let count = pairs.min(SLABS);
    (0..count)
        .map(|i| 2 * (i * pairs / count)..(2 * ((i + 1) * pairs / count)).min(n1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slabs_tile_the_planes_at_even_starts() {
        for n1 in [1, 2, 3, 7, 8, 13, 16, 17, 64, 100, 513] {
            let mut next = 0;
            for range in slabs(n1) {
                assert_eq!((range.start, range.start % 2), (next, 0));
                assert!(!range.is_empty());
                next = range.end;
            }
            assert_eq!(next, n1);
        }
    }
}
