//! Channels of phonon branches as functions of ħω, and thermal averages of them with their bars.
//!
//! A thermal average is a sum over bins of what each holds times the mean of a weight over it. Its bar: the parts of the zone on the
//! stride-2 subgrid instead, each by its magnitude, what another reading of crossings changes, and what the weight's curvature inside the
//! bins leaves open. Of the subgrid's changes four fifths are taken where what is integrated stays finite at Γ (linear tetrahedra as h²
//! leave a third; the kinks of branches at Γ and at crossings leave more), and all of it with lifetimes, which diverge there.

use crate::bands::{BandGrid, BandSource};
use crate::crystal::TensorProjector;
use crate::error::Result;
use crate::excitations::Phonons;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{Bins, Channel, Channels, EnergyAxis, Request, Spectrum, measure};
use crate::uncertainty::{ByCause, Cause, Scalar, TensorQuantity};
use crate::units::BOLTZMANN_EV;

/// Bins of positive energies at least.
const BINS: usize = 1000;
/// Bins at most: colder than they resolve, the bar says so.
const MOST_BINS: usize = 20_000;
/// Bins within k_BT.
const PER_KT: f64 = 12.0;
/// Bins for imaginary modes.
const NEGATIVE_BINS: usize = 50;

/// Share of the subgrid's changes that is the bar where nothing diverges: `tests/phonons/models.rs` has what it holds.
const SMOOTH: f64 = 0.8;

/// Channels of the branches over an axis.
#[derive(Clone, Debug)]
pub struct PhononSpectrum {
    /// As integrated; energies are ħω in eV.
    pub spectrum: Spectrum,
    volume_m3: f64,
    projector: TensorProjector,
}

/// Bins of ħω that resolve the lowest of some temperatures (K): zero is an edge, and imaginary modes have bins below it.
///
/// # Errors
/// Where the branches have no dispersion at all.
pub fn thermal_axis(phonons: &Phonons, lowest_k: f64, bins: Option<usize>) -> Result<EnergyAxis> {
    let (low, high) = (phonons.lowest_ev(), phonons.highest_ev().max(1e-9));
    let needed = high / (BOLTZMANN_EV * lowest_k) * PER_KT;
    let bins = bins.unwrap_or((needed as usize).clamp(BINS, MOST_BINS));
    let width = high * (1.0 + 1e-6) / bins as f64;
    let mut edges = Vec::new();
    if low < 0.0 {
        let step = -low * (1.0 + 1e-6) / NEGATIVE_BINS as f64;
        edges.extend((1..=NEGATIVE_BINS).rev().map(|i| -(i as f64) * step));
    }
    edges.extend((0..=bins + 1).map(|i| i as f64 * width));
    EnergyAxis::from_edges(edges)
}

impl PhononSpectrum {
    /// Integrates `bands`, which are the phonons' branches (or something else on their grid).
    ///
    /// # Errors
    /// As [`measure`].
    pub fn new(
        phonons: &Phonons,
        bands: &BandGrid,
        axis: &EnergyAxis,
        channels: Channels,
    ) -> Result<Self> {
        Self::along(phonons, bands, axis, channels, &[])
    }

    /// The same with |v·n̂| of up to four `directions` (Cartesian unit vectors; by default the axes).
    ///
    /// # Errors
    /// As [`measure`].
    pub fn along(
        phonons: &Phonons,
        bands: &BandGrid,
        axis: &EnergyAxis,
        channels: Channels,
        directions: &[[f64; 3]],
    ) -> Result<Self> {
        let request = Request {
            channels,
            directions,
            ..Request::for_bands(bands.header())
        };
        let mut engine = CpuEngine::<f64>::default();
        let found = measure(bands, &request, &Bins(axis), &mut engine)?;
        Ok(Self {
            spectrum: found.result,
            volume_m3: phonons.volume_m3(),
            projector: phonons.group.projector(&bands.header().lattice),
        })
    }

    /// Volume of the cell, m³.
    pub fn volume_m3(&self) -> f64 {
        self.volume_m3
    }

    /// The axis.
    pub fn axis(&self) -> &EnergyAxis {
        &self.spectrum.axis
    }

    /// Σ over bins of contents × mean weight, per cell, in the channel's unit times the weight's.
    pub fn average(&self, channel: Channel, weight: impl Fn(f64) -> f64) -> Scalar {
        self.averages(channel, &self.means(weight))
    }

    /// As [`average`](Self::average), of v_i v_j times something, averaged over the crystal's group.
    pub fn tensor(
        &self,
        channel: impl Fn(usize, usize) -> Channel,
        weight: impl Fn(f64) -> f64,
    ) -> TensorQuantity {
        let means = self.means(weight);
        let of = |i: usize, j: usize| self.averages(channel(i, j), &means);
        TensorQuantity::symmetric(of).symmetrized(&self.projector).0
    }

    /// The running integral of v_i v_j times something at every edge, from the first one.
    pub fn running_tensor(
        &self,
        channel: impl Fn(usize, usize) -> Channel,
        weight: impl Fn(f64) -> f64,
    ) -> Vec<TensorQuantity> {
        let means = self.means(weight);
        let pairs: Vec<Vec<Scalar>> = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
            .into_iter()
            .map(|(i, j)| self.running(channel(i, j), &means))
            .collect();
        let at = |k: usize| {
            let of = |i: usize, j: usize| {
                let pair = match (i.min(j), i.max(j)) {
                    (1, 2) => 3,
                    (0, 2) => 4,
                    (0, 1) => 5,
                    (i, _) => i,
                };
                pairs[pair][k]
            };
            TensorQuantity::symmetric(of).symmetrized(&self.projector).0
        };
        (0..=self.axis().bins()).map(at).collect()
    }

    /// Mean of a weight over each bin, and a bound of what its curvature inside leaves open.
    fn means(&self, weight: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let edges = self.axis().edges().windows(2);
        edges
            .map(|w| {
                let (a, m, b) = (weight(w[0]), weight(0.5 * (w[0] + w[1])), weight(w[1]));
                ((a + 4.0 * m + b) / 6.0, (a - 2.0 * m + b).abs() / 6.0)
            })
            .collect()
    }

    fn averages(&self, channel: Channel, means: &[(f64, f64)]) -> Scalar {
        let dot = |edges: &[f64]| -> f64 {
            let bins = edges.windows(2).zip(means);
            bins.map(|(w, (mean, _))| (w[1] - w[0]) * mean).sum()
        };
        let (own, _) = self.spectrum.total_cumulative(channel);
        let inside: f64 = own
            .windows(2)
            .zip(means)
            .map(|(w, (_, curved))| (w[1] - w[0]).abs() * curved)
            .sum();
        let mut bar = ByCause::default();
        bar[Cause::Bins] = inside;
        for replica in &self.spectrum.replicas {
            let change = self.spectrum.total_change(replica, channel);
            bar[replica.cause] += share(channel, replica.cause) * dot(&change).abs();
        }
        Scalar::from((dot(&own), bar))
    }

    fn running(&self, channel: Channel, means: &[(f64, f64)]) -> Vec<Scalar> {
        let run = |edges: &[f64], curved: bool| -> Vec<f64> {
            let mut sum = 0.0;
            let bins = edges.windows(2).zip(means).map(|(w, (mean, c))| {
                sum += if curved {
                    (w[1] - w[0]).abs() * c
                } else {
                    (w[1] - w[0]) * mean
                };
                sum
            });
            [0.0].into_iter().chain(bins).collect()
        };
        let (own, _) = self.spectrum.total_cumulative(channel);
        let mut bars: Vec<ByCause> = Vec::new();
        for inside in run(&own, true) {
            let mut bar = ByCause::default();
            bar[Cause::Bins] = inside;
            bars.push(bar);
        }
        for replica in &self.spectrum.replicas {
            let change = self.spectrum.total_change(replica, channel);
            for (bar, change) in bars.iter_mut().zip(run(&change, false)) {
                bar[replica.cause] += share(channel, replica.cause) * change.abs();
            }
        }
        let both = run(&own, false).into_iter().zip(bars);
        both.map(Scalar::from).collect()
    }
}

/// What of a replica's change is the bar.
fn share(channel: Channel, cause: Cause) -> f64 {
    match (cause, channel) {
        (Cause::Grid, Channel::LifetimeProduct(..) | Channel::SquaredPath) => 1.0,
        (Cause::Grid, _) => SMOOTH,
        _ => 1.0,
    }
}
