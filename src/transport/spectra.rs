//! States and transport distribution per energy.

use super::{Directions, Scalar, TensorQuantity};
use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::integrate::{Channel, Replica, Spectrum};
use crate::uncertainty::{ByCause, Cause};
use crate::units::ELEMENTARY_CHARGE;

/// Density of states, electron count and σ/τ as functions of the energy.
#[derive(Clone, Debug, PartialEq)]
pub struct DosSpectrum {
    /// Middles of the bins, eV.
    pub energy_ev: Vec<f64>,
    /// Width of a bin, eV.
    pub width_ev: f64,
    /// Average density of states of each bin, all spins, 1/eV per cell.
    pub dos: Vec<Scalar>,
    /// The same for each spin channel of a collinear file; empty otherwise.
    pub dos_by_spin: Vec<Vec<f64>>,
    /// Electrons per cell below the upper edge of each bin.
    pub electrons: Vec<Scalar>,
    /// Average e² (g_s/V_c) ⟨v_i v_j δ⟩ of each bin = σ_ij/τ with the Fermi level there, 1/(Ω m s), symmetrised.
    pub conductivity_over_tau: Vec<TensorQuantity>,
    /// Mean speed ⟨|v|δ⟩/⟨δ⟩ of each bin, m/s; 0 where there are no states.
    pub mean_speed: Vec<f64>,
    /// Number of directions in which the bands conduct at any of the energies: means are taken over those.
    pub directions: usize,
}

impl DosSpectrum {
    /// From an integrated spectrum. What other readings of its table change enters the bars in full.
    pub fn new(header: &BandHeader, spectrum: &Spectrum) -> Self {
        let readings = || {
            spectrum
                .replicas
                .iter()
                .filter(|r| r.cause.is_of_the_table())
        };
        let change = |replica: &Replica, channel| {
            per_energy(spectrum, &spectrum.total_change(replica, channel))
        };
        let (values, bars) = spectrum.total_cumulative(Channel::States);
        let mut electrons = on_grid(values, bars);
        let (values, bars) = spectrum.total_density(Channel::States);
        let mut dos = on_grid(values, bars);
        for replica in readings() {
            let moved = spectrum.total_change(replica, Channel::States);
            widen(&mut electrons, replica.cause, &moved);
            widen(&mut dos, replica.cause, &change(replica, Channel::States));
        }
        let (speed, _) = spectrum.total_density(Channel::Speed);
        let to_sigma = ELEMENTARY_CHARGE / header.lattice.volume_m3();
        let projector = header.point_group.projector(&header.lattice);
        let product = |x: usize| Channel::VelocityProduct(x / 3, x % 3);
        let pairs: Vec<Vec<(f64, ByCause)>> = (0..9)
            .map(|x| {
                let (values, bars) = spectrum.total_density(product(x));
                on_grid(values, bars)
            })
            .collect();
        // By reading, [component][bin].
        let changes: Vec<(Cause, Vec<Vec<f64>>)> = readings()
            .map(|r| (r.cause, (0..9).map(|x| change(r, product(x))).collect()))
            .collect();
        let conductivity_over_tau: Vec<TensorQuantity> = (0..spectrum.axis.bins())
            .map(|k| {
                let of = |i: usize, j: usize| pairs[3 * i + j][k];
                let (tensor, _) = TensorQuantity::symmetric(of).symmetrized(&projector);
                let moved: Vec<(Cause, Tensor)> = (changes.iter())
                    .map(|(cause, change)| {
                        let of = |x: usize| change[x][k];
                        let change = [0, 1, 2].map(|i| [0, 1, 2].map(|j| of(3 * i + j)));
                        (*cause, projector.symmetrize(&change).0)
                    })
                    .collect();
                let widened = (0..9).map(|x| {
                    let one = tensor.component(x);
                    let mut bar = one.by_cause();
                    for (cause, change) in &moved {
                        bar[*cause] += change[x / 3][x % 3].abs();
                    }
                    Scalar::from((one.value, bar))
                });
                TensorQuantity::from_components(widened).scaled(to_sigma)
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
                .map(|(s, (d, _))| if *d > 0.0 { s / d } else { 0.0 })
                .collect(),
            dos: dos.into_iter().map(Scalar::from).collect(),
            dos_by_spin,
            electrons: electrons.into_iter().skip(1).map(Scalar::from).collect(),
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

/// Values with the bars that the grid gives them.
fn on_grid(values: Vec<f64>, bars: Vec<f64>) -> Vec<(f64, ByCause)> {
    let bars = bars.into_iter().map(|bar| ByCause::of(Cause::Grid, bar));
    values.into_iter().zip(bars).collect()
}

/// Adds magnitudes of changes to bars.
fn widen(all: &mut [(f64, ByCause)], cause: Cause, change: &[f64]) {
    for ((_, bar), x) in all.iter_mut().zip(change) {
        bar[cause] += x.abs();
    }
}

/// What bins hold of a cumulative integral, per width: per eV.
fn per_energy(spectrum: &Spectrum, cumulative: &[f64]) -> Vec<f64> {
    let bins = cumulative.windows(2).enumerate();
    bins.map(|(k, w)| (w[1] - w[0]) / spectrum.axis.bin_width(k))
        .collect()
}
