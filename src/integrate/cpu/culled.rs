//! Cells at one energy of bands that can be evaluated anywhere: a box that the energy does not reach is counted, not evaluated.
//!
//! A job's boxes share one look at their corners. A band bends so little between these that its energies in a box are within what the
//! interpolation vouches for of those at the box's corners: below the energy, above it, or to be evaluated at every point and integrated as a
//! block by itself. The boxes depend on the slab and the grid alone, and sums are integers: no result depends on what runs them.

use super::cut::SurfaceSums;
use super::surface::SurfaceCells;
use super::view::{Setup, View};
use crate::bands::{BandGroup, BoxBand, CellBox, Derivatives, Interpolator, KBox};
use crate::crystal::KGrid;
use crate::error::{Error, Result};
use crate::integrate::{Block, Masses};
use crate::kernel::Real;
use crate::kernel::simd::vectorized;
use rayon::prelude::*;
use std::ops::Range;

/// Cells along each axis of a box: one less than two vectors along axis 3.
const BOX: [usize; 3] = [8, 8, 14];

/// Boxes along each axis of what a thread takes at a time.
const JOB: usize = 8;

/// Share of the band's width by which bounds must miss the energy: more than rounding can be, in any arithmetic.
const CLEARANCE: f64 = 1e-5;

/// One band on a grid.
pub struct CulledBand<'a, R: Real, const N: usize> {
    pub setup: &'a Setup<R>,
    pub bands: &'a dyn Interpolator,
    pub grid: &'a KGrid,
    /// The energy, eV.
    pub energy: f64,
}

impl<R: Real, const N: usize> CulledBand<'_, R, N> {
    /// Sums over the full grid and the subgrid, of the length of `empty`, of the cells that start in `planes`.
    pub fn sums(&self, planes: &Range<usize>, empty: &SurfaceSums) -> Result<[SurfaceSums; 2]> {
        let jobs = boxes(
            &CellBox([planes.clone(), 0..self.grid.n[1], 0..self.grid.n[2]]),
            BOX.map(|size| JOB * size),
        );
        let zero = || [empty.clone(), empty.clone()];
        jobs.par_iter()
            .map(|cells| {
                let mut sums = zero();
                self.add(cells, &mut sums)?;
                Ok(sums)
            })
            .try_reduce(zero, |mut a, b| {
                add(&mut a, &b);
                Ok(a)
            })
    }

    fn add(&self, job: &CellBox, sums: &mut [SurfaceSums; 2]) -> Result<()> {
        let every = [0, 1, 2].map(|a| BOX[a].min(job.size()[a]));
        let corners = job.every(self.grid, every);
        let found = self.evaluate(&corners, Derivatives::None)?;
        let least = found.energies.iter().copied().fold(f64::INFINITY, f64::min);
        let s = &self.setup.context.statistics;
        let margin = least - found.low + CLEARANCE * (s.energy_max - s.energy_min);
        let [_, p2, p3] = corners.points;
        for cells in boxes(job, BOX) {
            let at = [0, 1, 2].map(|a| (cells.0[a].start - job.0[a].start) / BOX[a]);
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for corner in 0..8 {
                let [i, j, k] = [0, 1, 2].map(|a| at[a] + (corner >> a & 1));
                let e = found.energies[(i * p2 + j) * p3 + k];
                (low, high) = (low.min(e), high.max(e));
            }
            if low - margin > self.energy {
                continue;
            }
            if high + margin < self.energy {
                let count: usize = cells.size().iter().product();
                for sums in sums.iter_mut() {
                    sums[N] += (count as i128) << self.setup.bits;
                }
                continue;
            }
            add(sums, &self.integrate(&cells)?);
        }
        Ok(())
    }

    /// The cells of a small box.
    fn integrate(&self, cells: &CellBox) -> Result<[SurfaceSums; 2]> {
        let derivatives = match self.setup.context.masses {
            Masses::Given => Derivatives::InverseMass,
            _ => Derivatives::Velocity,
        };
        let nodes = cells.nodes(self.grid);
        let band = self.evaluate(&nodes, derivatives)?;
        let ends = cells.size();
        let block = Block {
            n: nodes.points,
            first_plane: 0,
            planes: nodes.points[0],
            cells: 0..ends[0],
            energies: &band.energies,
            velocities: &band.velocities,
            inverse_masses: &band.inverse_masses,
            lifetimes: &[],
        };
        let mut levels = Vec::new();
        R::load(block.energies, &self.setup.scale, &mut levels);
        let levels = R::loaded(block.energies, &levels);
        let views = [1, 2].map(|stride| View {
            setup: self.setup,
            block: &block,
            levels,
            stride,
        });
        Ok(vectorized(SurfaceCells::<R, N> {
            views,
            planes: 0..ends[0],
            rows: 0..ends[1],
            ends,
        }))
    }

    fn evaluate(&self, k_box: &KBox, derivatives: Derivatives) -> Result<BoxBand> {
        let context = &self.setup.context;
        let group = BandGroup {
            spin: context.spin,
            bands: context.band..context.band + 1,
        };
        let mut found = self.bands.evaluate(&group, k_box, derivatives)?;
        found
            .pop()
            .ok_or_else(|| Error::Internal("a group without bands".into()))
    }
}

fn add(into: &mut [SurfaceSums; 2], from: &[SurfaceSums; 2]) {
    for (into, from) in into.iter_mut().zip(from) {
        into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
    }
}

/// Boxes of so many cells, those at the ends having what is left.
fn boxes(all: &CellBox, size: [usize; 3]) -> Vec<CellBox> {
    let [first, second, third] = [0, 1, 2].map(|a| {
        let cells = all.0[a].clone();
        let end = cells.end;
        let starts = cells.step_by(size[a]);
        let ranges = starts.map(move |start| start..end.min(start + size[a]));
        ranges.collect::<Vec<Range<usize>>>()
    });
    let mut boxes = Vec::with_capacity(first.len() * second.len() * third.len());
    for i in &first {
        for j in &second {
            boxes.extend(
                third
                    .iter()
                    .map(|k| CellBox([i.clone(), j.clone(), k.clone()])),
            );
        }
    }
    boxes
}
