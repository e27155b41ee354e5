//! Where sorted bands exchange: what it does to velocities by central differences, and to the integrals made of them.
//!
//! A table sorted by energy has no crossings: where two bands E_a and E_b meet, its lower band is min(E_a, E_b), with a kink,
//! and a central difference across the kink mixes the slopes of both. A kink gives itself away on a line of grid points. The
//! gap g of two neighbouring bands is |E_a − E_b|, and with the sign turned beyond the crossing it runs on smoothly: a step of
//! the grid is taken to be a crossing where turning the sign makes the second differences of g clearly smaller (a gap that an
//! interaction holds open over more than a step is smooth as it is, and is left alone). Following each band through its
//! crossings, into its neighbour and on, gives the same central difference without the kink. The difference of the two
//! velocities, integrated over the Fermi surface ([`on_surface`]) or into the bins of a spectrum ([`in_spectrum`]), is the
//! estimate of what crossings do to a result; it widens the bars.
//!
//! The check is done on the CPU in f64. It streams the bands that reach the energies and could cross a neighbour near them, and
//! on large grids looks at some planes only, so that it stays cheap beside the integral.

mod cones;
mod follow;
mod kinks;
mod multiplets;
mod scene;
mod spectrum;
mod surface;

pub use cones::{widen_spectrum, widen_surface};
pub use multiplets::{widen_spectrum_by_multiplets, widen_surface_by_multiplets};
pub use spectrum::{SpectrumCrossings, in_spectrum, widen};
pub use surface::{BandCrossings, SurfaceCrossings, on_surface};

use super::block::BlockStream;
use super::{Block, Request, Velocities};
use crate::bands::{BandSource, BandStatistics, Field};
use crate::crystal::Tensor;
use crate::error::Result;
use follow::Stack;
use std::ops::Range;

/// Runs of planes that are looked at on a grid too large to look at all, for one energy or the whole zone, and planes in a run.
const RUNS: usize = 16;
const RUN: usize = 2;

/// Order of the differences by which kinks are looked for in a table that is interpolated: an interpolation takes kinks for
/// smooth much as they do.
const ORDER: usize = 4;

/// A table whose velocities are, or might be, central differences.
struct Differences<'a> {
    source: Box<dyn BandSource + 'a>,
    order: usize,
}

/// None where the velocities are known.
fn differences<'a>(source: &'a dyn BandSource, request: &Request) -> Option<Differences<'a>> {
    if let Velocities::FiniteDifference(order) = request.velocities {
        let source = Box::new(source);
        return Some(Differences { source, order });
    }
    source.table().map(|source| Differences {
        source,
        order: ORDER,
    })
}

fn with_order<'a>(request: &Request<'a>, order: usize) -> Request<'a> {
    Request {
        velocities: Velocities::FiniteDifference(order),
        ..*request
    }
}

/// What crossings do to a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossingEffect {
    /// Share of the states that count (of the Fermi surface's δ-weight, of those in a spectrum) whose velocity, or inverse mass
    /// where it is integrated, comes from a central difference across a crossing.
    pub share: f64,
    /// Estimated change of ⟨v²⟩ (⟨v²τ⟩ in a spectrum with the bands' own lifetimes), as a share of it; of a spectrum the
    /// magnitudes of the bins' changes, added up.
    pub effect: f64,
    /// Places between the k-points of a table, or at one, where its bands may touch at energies that count.
    pub touching: Option<TouchingPlaces>,
}

/// Where the bands of a table may touch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TouchingPlaces {
    /// How many places.
    pub count: usize,
    /// One of them, fractional.
    pub k_frac: [f64; 3],
}

/// The part of the zone where two neighbouring bands exchange.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairCrossings {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Lower band, from 0.
    pub band: usize,
    /// Share of the k-points whose difference of order 4 reaches across a crossing.
    pub share: f64,
}

/// Looks for crossings of neighbouring bands in the whole zone; pairs that nowhere cross are left out.
///
/// # Errors
/// Where the bands cannot be read.
pub fn in_zone(source: &dyn BandSource) -> Result<Vec<PairCrossings>> {
    let header = source.header();
    let mut pairs = Vec::new();
    for spin in 0..header.n_spin() {
        for band in 0..header.n_band.saturating_sub(1) {
            let s = &source.statistics()[spin * header.n_band + band..][..2];
            if s[1].energy_min > s[0].energy_max {
                continue;
            }
            let (mut across, mut nodes) = (0, 0);
            each_block(source, spin, band..band + 2, 4, RUNS, false, |stack| {
                let found = stack.nodes_across(band);
                across += found.0;
                nodes += found.1;
            })?;
            if across > 0 {
                let share = across as f64 / nodes as f64;
                pairs.push(PairCrossings { spin, band, share });
            }
        }
    }
    Ok(pairs)
}

/// Whether two bands could meet within `reach` steps of a state between two energies: where they meet, both have an energy that
/// both reach.
fn near(
    lower: &BandStatistics,
    upper: &BandStatistics,
    energies: (f64, f64),
    reach: usize,
) -> bool {
    let step = lower
        .max_step
        .iter()
        .chain(&upper.max_step)
        .fold(0.0, |m: f64, s| m.max(*s));
    let margin = (reach + 1) as f64 * step;
    let (low, high) = (upper.energy_min, lower.energy_max);
    low <= high && low - margin < energies.1 && energies.0 < high + margin
}

/// Whether only some runs of planes are looked at: those that they need, their halos included, are fewer than there are.
fn few(n1: usize, halo: usize, runs: usize) -> bool {
    runs * (RUN + 1 + 2 * halo) < n1
}

/// Number of cells in the planes of a grid of `n` points that [`each_block`] hands out.
fn cells_looked_at(n: [usize; 3], halo: usize, runs: usize) -> usize {
    let planes = if few(n[0], halo, runs) {
        runs * RUN
    } else {
        n[0]
    };
    planes * n[1] * n[2]
}

/// Hands the planes of the bands `stack` to `take`, block by block: all of them, or on large grids so many runs.
fn each_block(
    source: &dyn BandSource,
    spin: usize,
    stack: Range<usize>,
    halo: usize,
    runs: usize,
    lifetimes: bool,
    mut take: impl FnMut(&Stack),
) -> Result<()> {
    let header = source.header();
    let n1 = header.k_grid.n[0];
    let runs: Vec<Range<usize>> = if few(n1, halo, runs) {
        let step = n1 / runs;
        // Not all at the same distance, which could be a period of the bands.
        let starts = (0..runs).map(|i| i * step + (5 * i) % (step - RUN));
        starts.map(|start| start..start + RUN).collect()
    } else {
        const POINTS: usize = 1 << 19;
        let size = (POINTS / header.k_grid.plane_len()).clamp(RUN, n1.max(RUN));
        let starts = (0..n1).step_by(size);
        starts.map(|start| start..(start + size).min(n1)).collect()
    };
    let mut fields = vec![Field::Energy];
    fields.extend(lifetimes.then_some(Field::Lifetime));
    let mut streams: Vec<BlockStream> = stack
        .clone()
        .map(|band| BlockStream::new(source, spin, band, halo, fields.clone()))
        .collect();
    for cells in runs {
        let blocks: Vec<Block> = streams
            .iter_mut()
            .map(|s| s.read(cells.clone()))
            .collect::<Result<_>>()?;
        take(&Stack {
            bands: stack.clone(),
            blocks,
            statistics: &source.statistics()[spin * header.n_band..][..header.n_band],
            to_velocity: velocity_per_step(source),
        });
    }
    Ok(())
}

/// `[cart][axis]`: m/s per eV of difference over one step.
fn velocity_per_step(source: &dyn BandSource) -> Tensor {
    let header = source.header();
    header
        .lattice
        .gradient_to_velocity()
        .map(|row| std::array::from_fn(|i| row[i] * header.k_grid.n[i] as f64))
}
