//! Phonon drag: the thermopower of electrons that take up the momentum of a phonon wind (docs/physics §9).
//!
//! Momentum balance: S_g,ij = −(1/ne)(1/V) Σ_s ⟨q_i v_j C/ω · α⟩ with C the mode's heat capacity, q reduced to the Wigner–Seitz cell, and
//! α = τ_tot/τ_pe the share of its momentum that a phonon gives to electrons. Given is the symmetric part of the tensor:
//! q_i v_j + v_i q_j = [w⁺_i w⁺_j − w⁻_i w⁻_j]/2c with w± = v ± c q are two products that the tetrahedra integrate as they do v_i v_j.

use super::capacity::capacity;
use super::spectrum::PhononSpectrum;
use super::velocities::differences;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::{Channel, Channels, EnergyAxis};
use crate::uncertainty::{Scalar, TensorQuantity};
use crate::units::{BOLTZMANN, ELEMENTARY_CHARGE, HBAR_EV};

/// The share of a phonon's momentum that electrons take.
#[derive(Clone, Debug, PartialEq)]
pub enum DragModel {
    /// The same for all phonons.
    Constant(f64),
    /// α = (1/τ_pe)/(1/τ_pe + 1/τ_other), rates in 1/s, the others `[branch][q]`.
    Rates {
        /// 1/τ_pe, 1/s.
        electron_rate: f64,
        /// 1/τ_other, 1/s.
        others: Vec<f64>,
    },
}

impl DragModel {
    /// α of each mode.
    fn shares(&self, modes: usize) -> Vec<f64> {
        match self {
            Self::Constant(alpha) => vec![*alpha; modes],
            Self::Rates {
                electron_rate,
                others,
            } => others
                .iter()
                .map(|r| electron_rate / (electron_rate + r))
                .collect(),
        }
    }
}

/// The phonons' momentum and velocity as functions of their energy, integrated once for all temperatures.
#[derive(Clone, Debug)]
pub struct Wind {
    /// w⁺_i w⁺_j − w⁻_i w⁻_j.
    spectrum: PhononSpectrum,
    /// c, m²/s.
    scale: f64,
}

impl Wind {
    /// Integrates the phonons with the shares of `model`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for shares outside of 0 to 1; as [`PhononSpectrum::new`].
    pub fn new(phonons: &Phonons, model: &DragModel, axis: &EnergyAxis) -> Result<Self> {
        let velocities = match phonons.all_velocities() {
            Some(velocities) => velocities,
            None => differences(phonons)?,
        };
        let modes = velocities.len() / 3;
        let shares = model.shares(modes);
        if let Some(x) = shares.iter().find(|x| !(0.0..=1.0).contains(*x)) {
            return Err(Error::bad_option(
                "--ratio",
                format!("{x}: a phonon gives electrons a share of its momentum"),
                "give a number from 0 to 1",
            ));
        }
        let q = reduced(phonons);
        let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let fastest = velocities.chunks_exact(3).map(norm).fold(0.0, f64::max);
        let farthest = q.iter().map(|q| norm(q)).fold(0.0, f64::max);
        let scale = if farthest > 0.0 && fastest > 0.0 {
            fastest / farthest
        } else {
            1.0
        };
        let side = |sign: f64| {
            let w = velocities
                .chunks_exact(3)
                .enumerate()
                .flat_map(|(mode, v)| {
                    let q = q[mode % q.len()];
                    [0, 1, 2].map(|i| v[i] + sign * scale * q[i])
                });
            let bands = phonons.with(None, Some(w.collect()), Some(shares.clone()))?;
            PhononSpectrum::new(phonons, &bands, axis, Channels::Lifetimes)
        };
        let (mut found, minus) = (side(1.0)?, side(-1.0)?);
        let less = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a -= b);
        less(&mut found.spectrum.cumulative, &minus.spectrum.cumulative);
        let replicas = found.spectrum.replicas.iter_mut();
        for (plus, minus) in replicas.zip(&minus.spectrum.replicas) {
            less(&mut plus.change, &minus.change);
        }
        Ok(Self {
            spectrum: found,
            scale,
        })
    }

    /// (1/V) Σ ⟨q_i v_j C α/ω⟩, J/(m³ K): what S_g is −1/ne times of.
    pub fn at(&self, temperature_k: f64) -> TensorQuantity {
        // C/ω in J/K per eV of ħω, times ħ; the first bin's C/ω is finite at its middle.
        let least = self.spectrum.axis().least_width();
        let weight = |e: f64| capacity(e, temperature_k) / e.max(0.25 * least);
        let factor = BOLTZMANN * HBAR_EV / (4.0 * self.scale * self.spectrum.volume_m3());
        self.spectrum
            .tensor(Channel::LifetimeProduct, weight)
            .scaled(factor)
    }

    /// S_g, V/K, of `density_m3` electrons (negative for holes), whose bar is in that of the result.
    pub fn on_degenerate(&self, temperature_k: f64, density_m3: Scalar) -> TensorQuantity {
        let per_charge = self.at(temperature_k).scaled(-1.0 / ELEMENTARY_CHARGE);
        per_charge.over(density_m3)
    }
}

/// [`Wind::at`] one temperature.
///
/// # Errors
/// As [`Wind::new`].
pub fn drag_conductivity(
    phonons: &Phonons,
    temperature_k: f64,
    model: &DragModel,
    axis: &EnergyAxis,
) -> Result<TensorQuantity> {
    Ok(Wind::new(phonons, model, axis)?.at(temperature_k))
}

/// q of every grid point in the Wigner–Seitz cell, 1/m; where several images are equally near Γ their mean.
fn reduced(phonons: &Phonons) -> Vec<[f64; 3]> {
    let header = phonons.header();
    let grid = header.k_grid;
    let near = -2..=2_i32;
    let one = |p: usize| {
        let u = grid.point(grid.place(p)).map(|x| x - x.round());
        let (mut best, mut sum, mut count) = (f64::INFINITY, [0.0; 3], 0.0);
        for (a, b, c) in near.clone().flat_map(|a| {
            near.clone()
                .flat_map(move |b| (-2..=2).map(move |c| (a, b, c)))
        }) {
            let k = header.lattice.k_cartesian([
                u[0] + f64::from(a),
                u[1] + f64::from(b),
                u[2] + f64::from(c),
            ]);
            let length = k.iter().map(|x| x * x).sum::<f64>();
            if length < best * (1.0 - 1e-9) {
                (best, sum, count) = (length, k, 1.0);
            } else if length <= best * (1.0 + 1e-9) {
                sum = std::array::from_fn(|i| sum[i] + k[i]);
                count += 1.0;
            }
        }
        sum.map(|x| 1e10 * x / count)
    };
    (0..grid.len()).map(one).collect()
}

/// Herring's thermopower of a semiconductor, −β v_s² τ_ph/(μ_d T), V/K: β is the share of electrons' momentum lost to phonons of velocity
/// `v_s` (m/s) that live `tau_s` (s); mobility in m²/(V s). C. Herring, Phys. Rev. 96, 1163 (1954).
pub fn herring(beta: f64, v_s: f64, tau_s: f64, mobility: f64, temperature_k: f64) -> f64 {
    -beta * v_s * v_s * tau_s / (mobility * temperature_k)
}
