//! What an integrator gives back: channels as functions of energy, each with its error estimate.

use super::fold::Fold;
use super::replica::GROUPS;
use super::{EnergyAxis, Replica, Request};
use crate::bands::BandHeader;
use crate::error::Result;
use crate::kernel::channels::{Channel, Channels};
use crate::memory;
use crate::uncertainty::{ByCause, Cause, Scalar};

/// Channels at one energy: g_s ⟨F δ(ε − E)⟩ per band.
#[derive(Clone, Debug, PartialEq)]
pub struct SurfaceIntegral {
    /// ε, eV.
    pub energy_ev: f64,
    /// g_s.
    pub spin_degeneracy: f64,
    /// Which channels there are.
    pub channels: Channels,
    /// One entry per (spin, band), in order.
    pub bands: Vec<BandSurface>,
}

/// One band's share of a [`SurfaceIntegral`].
#[derive(Clone, Debug, PartialEq)]
pub struct BandSurface {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// g_s ⟨F δ⟩ by channel, in 1/eV times the channel's unit.
    pub values: Vec<f64>,
    /// Their bars.
    pub bars: Vec<ByCause>,
    /// Electrons below ε: g_s ⟨θ(ε − E)⟩.
    pub occupied: f64,
    /// Its bar.
    pub occupied_bar: ByCause,
    /// Electrons that cells hold which are flat at ε, all their corners having this energy: their density of states is infinite,
    /// and in no value.
    pub flat: f64,
    /// Electrons in other tetrahedra that have a corner at ε; where a face is there, values are the mean of those a little below and
    /// above.
    pub tied: f64,
}

impl SurfaceIntegral {
    /// Adds the magnitudes of what another reading changes of bands, by (spin, band) every channel and behind them the occupied part,
    /// without the spin degeneracy, to their bars: changes of one band first added up with their signs.
    pub(super) fn widen_by_changes(
        &mut self,
        changes: &[((usize, usize), Vec<f64>)],
        cause: Cause,
    ) {
        let (width, g_s) = (self.channels.width(), self.spin_degeneracy);
        for band in &mut self.bands {
            let mut sum = vec![0.0; width + 1];
            let own = changes
                .iter()
                .filter(|(of, _)| *of == (band.spin, band.band));
            for (_, change) in own {
                for (x, y) in sum.iter_mut().zip(change) {
                    *x += g_s * y;
                }
            }
            for (bar, x) in band.bars.iter_mut().zip(&sum) {
                bar[cause] += x.abs();
            }
            band.occupied_bar[cause] += sum[width].abs();
        }
    }

    /// A channel summed over the bands that `select` takes, with its bar: 1/eV times the channel's unit, per cell. Zero where the
    /// channel was not asked for.
    pub fn quantity(&self, channel: Channel, select: impl Fn(&BandSurface) -> bool) -> Scalar {
        let Some(c) = channel.index(self.channels) else {
            return Scalar::default();
        };
        let (mut value, mut bar) = (0.0, ByCause::default());
        for band in self.bands.iter().filter(|b| select(b)) {
            value += band.values[c];
            bar += band.bars[c];
        }
        Scalar::from((value, bar))
    }

    /// (value, error) of a channel, summed over the bands that `select` takes.
    pub fn sum(&self, channel: Channel, select: impl Fn(&BandSurface) -> bool) -> (f64, f64) {
        let q = self.quantity(channel, select);
        (q.value, q.error)
    }

    /// (value, error) of a channel over all bands.
    pub fn total(&self, channel: Channel) -> (f64, f64) {
        self.sum(channel, |_| true)
    }

    /// Electrons per cell that sit at ε itself, in cells that are flat there; where there are any, the density of states is infinite.
    pub fn flat(&self) -> f64 {
        self.bands.iter().map(|b| b.flat).sum()
    }

    /// Electrons per cell below ε, and the error.
    pub fn electrons(&self) -> (f64, f64) {
        let q = self.occupied();
        (q.value, q.error)
    }

    /// Electrons per cell below ε.
    pub fn occupied(&self) -> Scalar {
        let (mut value, mut bar) = (0.0, ByCause::default());
        for band in &self.bands {
            value += band.occupied;
            bar += band.occupied_bar;
        }
        Scalar::from((value, bar))
    }
}

/// Channels as functions of energy: for each spin and channel the cumulative integral g_s ⟨F θ(ε_k − E)⟩ at every edge.
/// States count from −∞; the other channels from the first edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Energy axis.
    pub axis: EnergyAxis,
    /// g_s.
    pub spin_degeneracy: f64,
    /// Number of spin channels.
    pub n_spin: usize,
    /// Which channels there are.
    pub channels: Channels,
    /// `[spin][channel][edge]`, in the channel's unit.
    pub cumulative: Vec<f64>,
    /// Estimated errors of `cumulative`.
    pub cumulative_error: Vec<f64>,
    /// Estimated errors of the bins' contents, `[spin][channel][bin]`.
    pub bin_error: Vec<f64>,
    /// The same under one change each: with each of some parts of the zone on its subgrid instead ([`Cause::Grid`], of which
    /// `cumulative_error` and `bin_error` are too), and by other readings of the same table that are as good as this one. What is
    /// derived from the spectrum takes its bars from them: the magnitudes of what each would change add up, and what is common to
    /// several channels cancels.
    pub replicas: Vec<Replica>,
    /// What each band holds of `cumulative`, `[spin·n_band + band][channel][edge]`; empty unless asked for.
    pub by_band: Vec<f64>,
    /// Whether the mesh was refined until its errors were small, so that they go as the square of its step.
    pub refined: bool,
}

impl Spectrum {
    /// One spin channel by itself.
    ///
    /// # Panics
    /// For a spin that is not there: a mistake of the program, not of its user.
    pub fn of_spin(&self, spin: usize) -> Self {
        assert!(spin < self.n_spin, "spin {spin} of {}", self.n_spin);
        let take = |all: &[f64]| -> Vec<f64> {
            let one = all.len() / self.n_spin;
            all[spin * one..][..one].to_vec()
        };
        let one = |replica: &Replica| Replica {
            change: take(&replica.change),
            ..*replica
        };
        Self {
            axis: self.axis.clone(),
            spin_degeneracy: self.spin_degeneracy,
            n_spin: 1,
            channels: self.channels,
            cumulative: take(&self.cumulative),
            cumulative_error: take(&self.cumulative_error),
            bin_error: take(&self.bin_error),
            replicas: self.replicas.iter().map(one).collect(),
            by_band: take(&self.by_band),
            refined: self.refined,
        }
    }

    /// With those edges of bins alone that are numbered, the first and the last among them: cumulative sums at them stay as they are, and the
    /// errors of bins that become one add up.
    ///
    /// # Errors
    /// [`crate::Error::BadOption`] for numbers that do not increase.
    pub fn thinned(&self, kept: &[usize]) -> Result<Self> {
        let axis = EnergyAxis::from_edges(kept.iter().map(|k| self.axis.edge(*k)).collect())?;
        let (edges, bins) = (self.axis.bins() + 1, self.axis.bins());
        let pick = |all: &[f64]| -> Vec<f64> {
            let rows = all.chunks_exact(edges);
            rows.flat_map(|row| kept.iter().map(|k| row[*k])).collect()
        };
        let joined = self.bin_error.chunks_exact(bins).flat_map(|row| {
            let ends = kept.windows(2);
            ends.map(|w| row[w[0]..w[1]].iter().sum::<f64>())
        });
        let replica = |replica: &Replica| Replica {
            change: pick(&replica.change),
            ..*replica
        };
        Ok(Self {
            axis,
            cumulative: pick(&self.cumulative),
            cumulative_error: pick(&self.cumulative_error),
            bin_error: joined.collect(),
            replicas: self.replicas.iter().map(replica).collect(),
            by_band: pick(&self.by_band),
            ..*self
        })
    }

    /// Averages what was integrated over one of each set of images over the operations of `fold`.
    pub(super) fn fold(&mut self, fold: &Fold) {
        let (edges, bins) = (self.axis.bins() + 1, self.axis.bins());
        let width = self.channels.width();
        for (rows, bars, len) in [
            (&mut self.cumulative, false, edges),
            (&mut self.by_band, false, edges),
            (&mut self.cumulative_error, true, edges),
            (&mut self.bin_error, true, bins),
        ] {
            for of_spin in rows.chunks_exact_mut(width * len) {
                fold.average(self.channels, of_spin, bars);
            }
        }
        for replica in &mut self.replicas {
            for of_spin in replica.change.chunks_exact_mut(width * edges) {
                fold.average(self.channels, of_spin, false);
            }
        }
    }

    /// An empty spectrum.
    pub fn zeros(
        axis: EnergyAxis,
        spin_degeneracy: f64,
        n_spin: usize,
        channels: Channels,
    ) -> Self {
        let width = channels.width();
        let edges = n_spin * width * (axis.bins() + 1);
        Self {
            spin_degeneracy,
            n_spin,
            channels,
            cumulative: vec![0.0; edges],
            cumulative_error: vec![0.0; edges],
            bin_error: vec![0.0; n_spin * width * axis.bins()],
            replicas: vec![
                Replica {
                    cause: Cause::Grid,
                    change: vec![0.0; edges],
                };
                GROUPS
            ],
            by_band: Vec::new(),
            refined: false,
            axis,
        }
    }

    /// Whether there is room for the sums of a request: one of each kind here, and two for each thread.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] where not.
    pub(super) fn check_room(
        axis: &EnergyAxis,
        header: &BandHeader,
        request: &Request,
    ) -> Result<()> {
        let row = request.channels.width() * (axis.bins() + 1);
        let by_band = if request.by_band {
            header.n_spin_band()
        } else {
            0
        };
        let rows = header.n_spin() * (GROUPS + 3) + 4 * rayon::current_num_threads() + by_band;
        let what = format!("a spectrum of {} bins", axis.bins());
        memory::check::<f64>(&what, rows.saturating_mul(row))
    }

    /// Row of one spin and channel.
    ///
    /// # Panics
    /// For a channel that was not asked for: a mistake of the program, not of its user.
    #[allow(
        clippy::panic,
        reason = "callers ask for channels of their own request"
    )]
    fn row(&self, spin: usize, channel: Channel) -> usize {
        let index = channel
            .index(self.channels)
            .unwrap_or_else(|| panic!("{channel:?} is not among {:?}", self.channels));
        spin * self.channels.width() + index
    }

    /// Cumulative integral at every edge, and its errors, of one spin.
    pub fn cumulative(&self, spin: usize, channel: Channel) -> (&[f64], &[f64]) {
        let len = self.axis.bins() + 1;
        let at = self.row(spin, channel) * len;
        (
            &self.cumulative[at..at + len],
            &self.cumulative_error[at..at + len],
        )
    }

    /// Average of g_s ⟨F δ(ε − E)⟩ over each bin and its error, of one spin: 1/eV times the channel's unit, per cell.
    pub fn density(&self, spin: usize, channel: Channel) -> (Vec<f64>, Vec<f64>) {
        let (cumulative, _) = self.cumulative(spin, channel);
        let bins = self.axis.bins();
        let at = self.row(spin, channel) * bins;
        (
            cumulative
                .windows(2)
                .enumerate()
                .map(|(k, w)| (w[1] - w[0]) / self.axis.bin_width(k))
                .collect(),
            self.bin_error[at..at + bins]
                .iter()
                .enumerate()
                .map(|(k, e)| e / self.axis.bin_width(k))
                .collect(),
        )
    }

    /// What a replica changes of a channel at every edge, summed over spins.
    pub fn total_change(&self, replica: &Replica, channel: Channel) -> Vec<f64> {
        let all = &replica.change;
        let len = self.axis.bins() + 1;
        let mut sum = vec![0.0; len];
        for spin in 0..self.n_spin {
            let at = self.row(spin, channel) * len;
            for (s, x) in sum.iter_mut().zip(&all[at..at + len]) {
                *s += x;
            }
        }
        sum
    }

    /// [`Spectrum::density`] summed over spins.
    pub fn total_density(&self, channel: Channel) -> (Vec<f64>, Vec<f64>) {
        self.over_spins(self.axis.bins(), |spin| self.density(spin, channel))
    }

    /// [`Spectrum::cumulative`] summed over spins.
    pub fn total_cumulative(&self, channel: Channel) -> (Vec<f64>, Vec<f64>) {
        self.over_spins(self.axis.bins() + 1, |spin| {
            let (v, e) = self.cumulative(spin, channel);
            (v.to_vec(), e.to_vec())
        })
    }

    fn over_spins(
        &self,
        len: usize,
        of: impl Fn(usize) -> (Vec<f64>, Vec<f64>),
    ) -> (Vec<f64>, Vec<f64>) {
        let mut sum = (vec![0.0; len], vec![0.0; len]);
        for spin in 0..self.n_spin {
            let (v, e) = of(spin);
            for i in 0..len {
                sum.0[i] += v[i];
                sum.1[i] += e[i];
            }
        }
        sum
    }
}
