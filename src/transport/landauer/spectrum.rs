//! Modes and mean free paths as functions of energy, bin by bin.

use super::direction::TransportDirection;
use crate::bands::BandHeader;
use crate::integrate::{Channel, Spectrum};
use crate::transport::times::Tau;
use crate::transport::{Extent, Scalar};
use crate::uncertainty::{ByCause, Cause};
use crate::units::{EV, HBAR};
use std::f64::consts::PI;

/// M(E) and λ(E) along one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct ModeSpectrum {
    /// The direction.
    pub direction: TransportDirection,
    /// Middles of the bins, eV.
    pub energy_ev: Vec<f64>,
    /// Modes per area (of a layer per width, of a chain by themselves), averaged over each bin: 1/m², 1/m, 1.
    pub modes: Vec<Scalar>,
    /// λ = 2⟨(v·n̂)²τδ⟩/⟨|v·n̂|δ⟩ of each bin, m, where a relaxation time is known; NaN where there are no modes.
    pub mean_free_path: Option<Vec<Scalar>>,
    /// What each band has of `modes`, by (spin, band), where that was integrated.
    pub by_band: Vec<((usize, usize), Vec<f64>)>,
}

/// Bins whose modes are a smaller share of the most in any bin have no mean free path: what is there is rounding.
const NONE: f64 = 1e-9;

impl ModeSpectrum {
    /// Direction `index` of those that `spectrum` was integrated along; `tau` (s, of an energy in eV) where a relaxation time is known: 1
    /// for a spectrum that holds the bands' own.
    pub fn new(
        header: &BandHeader,
        spectrum: &Spectrum,
        direction: &TransportDirection,
        index: usize,
        tau: Option<Tau>,
        extent: Option<&Extent>,
    ) -> Self {
        let per_cell = PI * HBAR / (header.lattice.volume_m3() * EV)
            * extent.map_or(1.0, |e| e.size_over_share());
        let channel = Channel::AxisSpeed(index);
        let axis = &spectrum.axis;
        let per_width = |cumulative: &[f64]| -> Vec<f64> {
            let bins = cumulative.windows(2).enumerate();
            bins.map(|(k, w)| (w[1] - w[0]) / axis.bin_width(k))
                .collect()
        };
        let (modes, on_grid) = spectrum.total_density(channel);
        let changes: Vec<(Cause, Vec<f64>)> = spectrum
            .replicas
            .iter()
            .map(|r| (r.cause, per_width(&spectrum.total_change(r, channel))))
            .collect();
        let scalar = |k: usize| {
            let mut bar = ByCause::of(Cause::Grid, on_grid[k]);
            // The grid's replicas are in its bar already.
            for (cause, change) in changes.iter().filter(|(cause, _)| cause.is_of_the_table()) {
                bar[*cause] += change[k].abs();
            }
            Scalar::from((modes[k], bar)).scaled(per_cell)
        };
        let mean_free_path = tau.map(|tau| {
            let moving = moving_density(spectrum, direction, &|c| {
                per_width(&spectrum.total_cumulative(c).0)
            });
            let moved: Vec<Vec<f64>> = spectrum
                .replicas
                .iter()
                .map(|r| {
                    moving_density(spectrum, direction, &|c| {
                        per_width(&spectrum.total_change(r, c))
                    })
                })
                .collect();
            let most = modes.iter().copied().fold(0.0, f64::max);
            let times: Vec<f64> = axis.centres().into_iter().map(tau).collect();
            let path = |k: usize, m: f64, c: f64| 2.0 * times[k] * c / m;
            (0..modes.len())
                .map(|k| {
                    if modes[k] <= NONE * most {
                        return Scalar::new(f64::NAN, f64::NAN);
                    }
                    let value = path(k, modes[k], moving[k]);
                    let mut bar = ByCause::default();
                    for ((cause, change), moved) in changes.iter().zip(&moved) {
                        let changed = (modes[k] + change[k]).max(1e-3 * modes[k]);
                        bar[*cause] += (path(k, changed, moving[k] + moved[k]) - value).abs();
                    }
                    Scalar::from((value, bar))
                })
                .collect()
        });
        Self {
            direction: direction.clone(),
            energy_ev: axis.centres(),
            modes: (0..modes.len()).map(scalar).collect(),
            mean_free_path,
            by_band: by_band(header, spectrum, channel, per_cell),
        }
    }
}

/// (v·n̂)² (τ) of the bins, of what `of` gives of each channel.
fn moving_density(
    spectrum: &Spectrum,
    direction: &TransportDirection,
    of: &dyn Fn(Channel) -> Vec<f64>,
) -> Vec<f64> {
    let n = direction.unit;
    let mut sum = vec![0.0; spectrum.axis.bins()];
    for i in 0..3 {
        for j in 0..3 {
            let factor = n[i] * n[j];
            if factor == 0.0 {
                continue;
            }
            let channel = match spectrum.channels.has_lifetimes() {
                true => Channel::LifetimeProduct(i, j),
                false => Channel::VelocityProduct(i, j),
            };
            sum.iter_mut()
                .zip(of(channel))
                .for_each(|(s, x)| *s += factor * x);
        }
    }
    sum
}

/// What each band has; nothing where it was not kept.
fn by_band(
    header: &BandHeader,
    spectrum: &Spectrum,
    channel: Channel,
    per_cell: f64,
) -> Vec<((usize, usize), Vec<f64>)> {
    let edges = spectrum.axis.bins() + 1;
    let Some(c) = channel.index(spectrum.channels) else {
        return Vec::new();
    };
    spectrum
        .by_band
        .chunks_exact(spectrum.channels.width() * edges)
        .enumerate()
        .map(|(band, rows)| {
            let own = rows[c * edges..][..edges].windows(2).enumerate();
            let modes = own.map(|(k, w)| per_cell * (w[1] - w[0]) / spectrum.axis.bin_width(k));
            (
                (band / header.n_band, band % header.n_band),
                modes.collect(),
            )
        })
        .filter(|(_, modes): &(_, Vec<f64>)| modes.iter().any(|m| *m != 0.0))
        .collect()
}
