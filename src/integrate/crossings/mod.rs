//! Where sorted bands exchange: what it does to velocities by central differences, and to the integrals made of them.
//!
//! A table sorted by energy has no crossings: where two bands E_a and E_b meet, its lower band is min(E_a, E_b), with a kink,
//! and a central difference across the kink mixes the slopes of both. A kink gives itself away on a line of grid points. The
//! gap g of two neighbouring bands is |E_a − E_b|, and with the sign turned beyond the crossing it runs on smoothly: a step of
//! the grid is taken to be a crossing where turning the sign makes the second differences of g clearly smaller (a gap that an
//! interaction holds open over more than a step is smooth as it is, and is left alone). Following each band through its
//! crossings, into its neighbour and on, gives the same central difference without the kink. The difference of the two
//! velocities, integrated over the Fermi surface, is the estimate of what crossings do to a result; it widens the bars.
//!
//! The check is done on the CPU in f64. It streams the bands that reach the energy and could cross a neighbour near it, and on
//! large grids looks at some planes only, so that it stays cheap beside the integral.

mod follow;

use super::block::BlockStream;
use super::{BandContext, Block, Channel, Request, SurfaceIntegral, Velocities};
use crate::bands::{BandSource, BandStatistics, Field};
use crate::crystal::Tensor;
use crate::error::Result;
use follow::{Stack, Sums};
use std::ops::Range;

/// Runs of planes that are looked at on a grid too large to look at all, and planes in a run.
const RUNS: usize = 16;
const RUN: usize = 2;
/// Channels whose error is estimated.
const CHANNELS: [Channel; 16] = {
    use Channel::{AxisSpeed, LifetimeProduct as T, Speed, VelocityProduct as V};
    [
        V(0, 0),
        V(1, 1),
        V(2, 2),
        V(1, 2),
        V(0, 2),
        V(0, 1),
        Speed,
        AxisSpeed(0),
        AxisSpeed(1),
        AxisSpeed(2),
        T(0, 0),
        T(1, 1),
        T(2, 2),
        T(1, 2),
        T(0, 2),
        T(0, 1),
    ]
};

/// What crossings do to an integral at one energy.
#[derive(Clone, Debug, PartialEq)]
pub struct SurfaceCrossings {
    /// Share of the Fermi surface (δ-weight) whose velocity comes from a central difference across a crossing.
    pub share: f64,
    /// Estimated change of ⟨v² δ⟩, as a share of it.
    pub effect: f64,
    /// Of each band that could cross another one at this energy.
    pub bands: Vec<BandCrossings>,
}

/// One band's part of [`SurfaceCrossings`].
#[derive(Clone, Debug, PartialEq)]
pub struct BandCrossings {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// Share of the band's own δ-weight.
    pub share: f64,
    /// g_s ⟨ΔF δ⟩ of [`CHANNELS`], ΔF being what the kinks change: 1/eV times the channel's unit.
    change: [f64; CHANNELS.len()],
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

impl SurfaceCrossings {
    /// Adds what crossings may have changed to the bars of `integral`.
    pub fn widen(&self, integral: &mut SurfaceIntegral) {
        let set = integral.channels;
        for found in &self.bands {
            let same =
                |b: &&mut super::result::BandSurface| (b.spin, b.band) == (found.spin, found.band);
            let Some(band) = integral.bands.iter_mut().find(same) else {
                continue;
            };
            for (channel, change) in CHANNELS.iter().zip(found.change) {
                if let Some(c) = channel.index(set) {
                    band.errors[c] += change.abs();
                }
            }
        }
    }
}

/// Looks for crossings on the Fermi surface of `integral`. None where velocities come from the file: they have no kinks.
///
/// # Errors
/// Where the bands cannot be read.
pub fn on_surface(
    source: &dyn BandSource,
    request: &Request,
    integral: &SurfaceIntegral,
) -> Result<Option<SurfaceCrossings>> {
    let Velocities::FiniteDifference(order) = request.velocities else {
        return Ok(None);
    };
    let header = source.header();
    let energy = integral.energy_ev;
    let reach = order / 2;
    let mut bands = Vec::new();
    for spin in 0..header.n_spin() {
        let all = &source.statistics()[spin * header.n_band..][..header.n_band];
        let meet = |pair: usize| {
            pair + 1 < header.n_band && near(&all[pair], &all[pair + 1], energy, reach)
        };
        for band in 0..header.n_band {
            let s = &all[band];
            let crossed = s.energy_min < energy && energy < s.energy_max;
            let below = band > 0 && meet(band - 1);
            if !crossed || !(below || meet(band)) {
                continue;
            }
            let stack = band - usize::from(below)..band + 1 + usize::from(meet(band));
            let context = BandContext::new(header, s, request, spin, band);
            let lifetimes = header.has_lifetimes;
            let mut sums = Sums::default();
            each_block(source, spin, stack.clone(), reach + 2, lifetimes, |stack| {
                sums.add(&stack.surface(&context, band, order, energy));
            })?;
            // As a share of the planes looked at, so that leaving out some changes nothing on average.
            let scale = integral.spin_degeneracy / sums.cells.max(1.0);
            bands.push(BandCrossings {
                spin,
                band,
                share: if sums.weight > 0.0 {
                    sums.across / sums.weight
                } else {
                    0.0
                },
                change: sums.change.map(|x| x * scale),
            });
        }
    }
    let part = |channel: Channel, of: &dyn Fn(usize, usize) -> f64| -> f64 {
        bands
            .iter()
            .map(|b| {
                of(b.spin, b.band)
                    * integral
                        .sum(channel, |x| (x.spin, x.band) == (b.spin, b.band))
                        .0
            })
            .sum()
    };
    let share_of = |spin: usize, band: usize| {
        bands
            .iter()
            .find(|b| (b.spin, b.band) == (spin, band))
            .map_or(0.0, |b| b.share)
    };
    let states = integral.total(Channel::States).0;
    let speeds: f64 = (0..3)
        .map(|i| integral.total(Channel::VelocityProduct(i, i)).0)
        .sum();
    let change: f64 = bands
        .iter()
        .map(|b| b.change[..3].iter().sum::<f64>().abs())
        .sum();
    let over = |x: f64, y: f64| if y > 0.0 { x / y } else { 0.0 };
    Ok(Some(SurfaceCrossings {
        share: over(part(Channel::States, &share_of), states),
        effect: over(change, speeds),
        bands,
    }))
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
            each_block(source, spin, band..band + 2, 4, false, |stack| {
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

/// Whether two bands could meet within `reach` steps of a state at `energy`: where they meet, both have an energy that both reach.
fn near(lower: &BandStatistics, upper: &BandStatistics, energy: f64, reach: usize) -> bool {
    let step = lower
        .max_step
        .iter()
        .chain(&upper.max_step)
        .fold(0.0, |m: f64, s| m.max(*s));
    let margin = (reach + 1) as f64 * step;
    let (low, high) = (upper.energy_min, lower.energy_max);
    low <= high && low - margin < energy && energy < high + margin
}

/// Hands the planes of the bands `stack` to `take`, block by block: all of them, or on large grids some runs.
fn each_block(
    source: &dyn BandSource,
    spin: usize,
    stack: Range<usize>,
    halo: usize,
    lifetimes: bool,
    mut take: impl FnMut(&Stack),
) -> Result<()> {
    let header = source.header();
    let n1 = header.k_grid.n[0];
    // Planes that a run needs, its halo included.
    let few = RUNS * (RUN + 1 + 2 * halo) < n1;
    let runs: Vec<Range<usize>> = if few {
        let step = n1 / RUNS;
        // Not all at the same distance, which could be a period of the bands.
        let starts = (0..RUNS).map(|i| i * step + (5 * i) % (step - RUN));
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
