//! Scattering of phonons by simple laws, added as rates (Matthiessen). ω is angular, in rad/s.
//!
//! | mechanism | 1/τ | source |
//! | --- | --- | --- |
//! | umklapp | B ω² T exp(−Θ/bT) | J. Callaway, Phys. Rev. 113, 1046 (1959); G. A. Slack, S. Galginaitis, Phys. Rev. 133, A253 (1964) |
//! | isotopes | (π/6) g V₀ ω² D(ω), D per volume and angular frequency | S. Tamura, Phys. Rev. B 27, 858 (1983) for one atom in a cubic cell |
//! | boundary | |v| (1 − p)/((1 + p) L) | H. B. G. Casimir, Physica 5, 495 (1938), with specularity p |
//! | point defects | A ω⁴ | P. G. Klemens, Proc. Phys. Soc. A 68, 1113 (1955) |
//! | constant | 1/τ | |

use super::velocities::speeds;
use crate::error::Result;
use crate::excitations::{Phonons, angular};
use crate::integrate::{Channel, Channels};
use crate::units::HBAR_EV;
use std::f64::consts::PI;

use super::spectrum::{PhononSpectrum, thermal_axis};

/// Bins of the density of states that isotopes scatter into.
const DOS_BINS: usize = 300;
/// Modes of the grid below an energy from which on their density is taken as it is.
const RESOLVED: f64 = 60.0;

/// One mechanism.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mechanism {
    /// B (s/K), Θ (K), b.
    Umklapp {
        /// B, s/K.
        b_s_per_k: f64,
        /// Θ, K.
        theta_k: f64,
        /// b: Θ/b stands in the exponential.
        divisor: f64,
    },
    /// Variance of the masses g = Σ c_i (1 − m_i/m̄)².
    Isotopes {
        /// g.
        variance: f64,
    },
    /// Boundaries a length apart.
    Boundary {
        /// L, m.
        length_m: f64,
        /// Share that is reflected as by a mirror, 0 to 1.
        specularity: f64,
    },
    /// A, s³.
    PointDefects {
        /// A, s³.
        a_s3: f64,
    },
    /// τ, s.
    Constant {
        /// τ, s.
        tau_s: f64,
    },
}

/// Mechanisms that act together.
#[derive(Clone, Debug, PartialEq)]
pub struct PhononRates {
    /// In the order of the file.
    pub mechanisms: Vec<Mechanism>,
}

impl PhononRates {
    /// 1/τ of every mode at a temperature, 1/s, `[branch][q]`; 0 for modes of frequency zero and imaginary ones.
    ///
    /// # Errors
    /// As [`PhononSpectrum::new`].
    pub fn at(&self, phonons: &Phonons, temperature_k: f64) -> Result<Vec<f64>> {
        let speeds = speeds(phonons)?;
        let isotopes = self
            .mechanisms
            .iter()
            .any(|m| matches!(m, Mechanism::Isotopes { .. }));
        let dos = isotopes.then(|| density(phonons)).transpose()?;
        let energies = (0..phonons.n_branch()).flat_map(|b| phonons.energies(b));
        let one = |(energy, speed): (&f64, &f64)| {
            if *energy <= 0.0 {
                return 0.0;
            }
            let each = self.mechanisms.iter();
            each.map(|m| rate(*m, *energy, *speed, temperature_k, dos.as_ref()))
                .sum()
        };
        Ok(energies.zip(&speeds).map(one).collect())
    }
}

fn rate(
    mechanism: Mechanism,
    energy: f64,
    speed: f64,
    temperature: f64,
    dos: Option<&Density>,
) -> f64 {
    let omega = angular(energy);
    match mechanism {
        Mechanism::Umklapp {
            b_s_per_k,
            theta_k,
            divisor,
        } => b_s_per_k * omega * omega * temperature * (-theta_k / (divisor * temperature)).exp(),
        Mechanism::Isotopes { variance } => {
            let states = dos.map_or(0.0, |d| d.per_atom(energy));
            PI / 6.0 * variance * omega * omega * states
        }
        Mechanism::Boundary {
            length_m,
            specularity,
        } => speed / length_m * (1.0 - specularity) / (1.0 + specularity),
        Mechanism::PointDefects { a_s3 } => a_s3 * omega.powi(4),
        Mechanism::Constant { tau_s } => 1.0 / tau_s,
    }
}

/// The density of states, for isotopes.
struct Density {
    width_ev: f64,
    /// Below this the grid has too few points, and the density goes as ω².
    resolved_ev: f64,
    /// Per atom and angular frequency, s.
    values: Vec<f64>,
}

impl Density {
    fn per_atom(&self, energy_ev: f64) -> f64 {
        if energy_ev < self.resolved_ev {
            return self.at(self.resolved_ev) * (energy_ev / self.resolved_ev).powi(2);
        }
        self.at(energy_ev)
    }

    fn at(&self, energy_ev: f64) -> f64 {
        let x = (energy_ev / self.width_ev - 0.5).max(0.0);
        let last = self.values.len() - 1;
        let k = (x as usize).min(last);
        let next = (k + 1).min(last);
        let t = (x - k as f64).min(1.0);
        self.values[k] * (1.0 - t) + self.values[next] * t
    }
}

fn density(phonons: &Phonons) -> Result<Density> {
    let axis = thermal_axis(phonons, 300.0, Some(DOS_BINS))?;
    let spectrum = PhononSpectrum::new(phonons, phonons.branches(), &axis, Channels::Basic)?;
    let (dos, _) = spectrum.spectrum.total_density(Channel::States);
    let atoms = phonons.n_branch() as f64 / 3.0;
    let first = axis.edges().iter().position(|e| *e >= 0.0).unwrap_or(0);
    let (count, _) = spectrum.spectrum.total_cumulative(Channel::States);
    let enough = RESOLVED / phonons.header().k_grid.len() as f64;
    let resolved = count[first..]
        .iter()
        .position(|n| n - count[first] >= enough)
        .unwrap_or(1);
    Ok(Density {
        resolved_ev: axis.edge(first + resolved.max(1)),
        width_ev: axis.bin_width(first),
        values: dos[first..].iter().map(|d| d * HBAR_EV / atoms).collect(),
    })
}
