//! States and transport distribution per energy.

use super::{Directions, TensorQuantity};
use crate::bands::BandHeader;
use crate::integrate::{Channel, Spectrum};
use crate::units::ELEMENTARY_CHARGE;

/// Density of states, electron count and σ/τ as functions of the energy.
#[derive(Clone, Debug, PartialEq)]
pub struct DosSpectrum {
    /// Middles of the bins, eV.
    pub energy_ev: Vec<f64>,
    /// Width of a bin, eV.
    pub width_ev: f64,
    /// Average density of states of each bin, all spins, 1/eV per cell.
    pub dos: Vec<f64>,
    /// Error bars of `dos`.
    pub dos_error: Vec<f64>,
    /// The same for each spin channel of a collinear file; empty otherwise.
    pub dos_by_spin: Vec<Vec<f64>>,
    /// Electrons per cell below the upper edge of each bin.
    pub electrons: Vec<f64>,
    /// Error bars of `electrons`.
    pub electrons_error: Vec<f64>,
    /// Average e² (g_s/V_c) ⟨v_i v_j δ⟩ of each bin = σ_ij/τ with the Fermi level there, 1/(Ω m s), symmetrised.
    pub conductivity_over_tau: Vec<TensorQuantity>,
    /// Mean speed ⟨|v|δ⟩/⟨δ⟩ of each bin, m/s; 0 where there are no states.
    pub mean_speed: Vec<f64>,
    /// Number of directions in which the bands conduct at any of the energies: means are taken over those.
    pub directions: usize,
}

impl DosSpectrum {
    /// From an integrated spectrum. Where it has another reading of the table, what that changes enters the bars in full.
    pub fn new(header: &BandHeader, spectrum: &Spectrum) -> Self {
        let (dos, mut dos_error) = spectrum.total_density(Channel::States);
        let (electrons, mut electrons_error) = spectrum.total_cumulative(Channel::States);
        for which in 0..spectrum.alternatives.len() {
            let change = spectrum.total_alternative(which, Channel::States);
            widen(&mut electrons_error, &change);
            widen(&mut dos_error, &per_energy(spectrum, &change));
        }
        let (speed, _) = spectrum.total_density(Channel::Speed);
        let to_sigma = ELEMENTARY_CHARGE / header.lattice.volume_m3();
        let projector = header.point_group.projector(&header.lattice);
        let pairs: Vec<Vec<(Vec<f64>, Vec<f64>)>> = (0..3)
            .map(|i| {
                (0..3)
                    .map(|j| spectrum.total_density(Channel::VelocityProduct(i, j)))
                    .collect()
            })
            .collect();
        // By reading, [i][j][bin].
        let changes: Vec<[[Vec<f64>; 3]; 3]> = (0..spectrum.alternatives.len())
            .map(|which| {
                [0, 1, 2].map(|i| {
                    [0, 1, 2].map(|j| {
                        let change =
                            spectrum.total_alternative(which, Channel::VelocityProduct(i, j));
                        per_energy(spectrum, &change)
                    })
                })
            })
            .collect();
        let conductivity_over_tau: Vec<TensorQuantity> = (0..spectrum.axis.bins())
            .map(|k| {
                let of = |i: usize, j: usize| (pairs[i][j].0[k], pairs[i][j].1[k]);
                let (mut tensor, _) = TensorQuantity::symmetric(of).symmetrized(&projector);
                for change in &changes {
                    let change = [0, 1, 2].map(|i| [0, 1, 2].map(|j| change[i][j][k]));
                    let (change, _) = projector.symmetrize(&change);
                    for (row, change) in tensor.error.iter_mut().zip(&change) {
                        widen(row, change);
                    }
                }
                tensor.scaled(to_sigma)
            })
            .collect();
        let dos_by_spin = if spectrum.n_spin > 1 {
            (0..spectrum.n_spin)
                .map(|spin| spectrum.density(spin, Channel::States).0)
                .collect()
        } else {
            Vec::new()
        };
        Self {
            energy_ev: spectrum.axis.centres(),
            width_ev: spectrum.axis.bin_width(0),
            mean_speed: speed
                .iter()
                .zip(&dos)
                .map(|(s, d)| if *d > 0.0 { s / d } else { 0.0 })
                .collect(),
            dos,
            dos_error,
            dos_by_spin,
            electrons: electrons[1..].to_vec(),
            electrons_error: electrons_error[1..].to_vec(),
            directions: directions(header, &conductivity_over_tau),
            conductivity_over_tau,
        }
    }
}

/// Number of directions in which the bands conduct at any energy.
fn directions(header: &BandHeader, all: &[TensorQuantity]) -> usize {
    let mut sum = [[0.0; 3]; 3];
    for x in 0..9 {
        let at = |t: &TensorQuantity| t.value[x / 3][x % 3];
        sum[x / 3][x % 3] = all.iter().map(at).sum();
    }
    Directions::of_bands(header, &sum).count()
}

/// Adds magnitudes to bars.
fn widen(bars: &mut [f64], change: &[f64]) {
    for (bar, x) in bars.iter_mut().zip(change) {
        *bar += x.abs();
    }
}

/// What bins hold of a cumulative integral, per width: per eV.
fn per_energy(spectrum: &Spectrum, cumulative: &[f64]) -> Vec<f64> {
    let bins = cumulative.windows(2).enumerate();
    bins.map(|(k, w)| (w[1] - w[0]) / spectrum.axis.bin_width(k))
        .collect()
}
