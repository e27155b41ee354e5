//! Phonon channels without scattering (docs/physics §15 for g_s = 1 and Bose's statistics): modes per area
//! M(ω)/A = (h/2V)⟨|v·n| δ(ħω − E)⟩ that move along n, their mean free path λ = 2⟨(v·n)²τδ⟩/⟨|v·n|δ⟩, and the ballistic thermal conductance
//! G/A = (1/h)∫ M C dE.
//!
//! Everything is turned so that n is the x axis: then any direction is as good as an axis.

use super::capacity::capacity;
use super::spectrum::PhononSpectrum;
use crate::bands::{BandGrid, BandSource};
use crate::crystal::{Lattice, PointGroup, Tensor, tensor};
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::{Channel, Channels, EnergyAxis};
use crate::uncertainty::{Cause, Scalar};
use crate::units::{BOLTZMANN, EV, PLANCK};

/// Channels along one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Ballistic {
    /// The direction, a unit vector.
    pub direction: [f64; 3],
    /// Middles of the bins of ħω ≥ 0, eV.
    pub energy_ev: Vec<f64>,
    /// Modes per area, 1/m², average of each bin.
    pub modes: Vec<Scalar>,
    /// λ(ω), m; empty without relaxation times.
    pub mean_free_path: Vec<Scalar>,
    /// Ballistic conductance per area at each temperature, W/(m² K).
    pub conductance: Vec<Scalar>,
}

/// The orthogonal matrix whose first row is `n`.
fn turn(n: [f64; 3]) -> Tensor {
    // The axis that is farthest from n makes the second.
    let far = (0..3)
        .min_by(|a, b| n[*a].abs().total_cmp(&n[*b].abs()))
        .unwrap_or(0);
    let mut other = [0.0; 3];
    other[far] = 1.0;
    let second = unit(tensor::cross(&n, &other));
    [n, second, tensor::cross(&n, &second)]
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    v.map(|x| x / norm)
}

/// Modes and conductance along `direction` (Cartesian, any length), with relaxation times (s, `[branch][q]`) where λ is wanted.
///
/// # Errors
/// [`Error::BadOption`] for a direction of no length; as [`PhononSpectrum::new`].
pub fn ballistic(
    phonons: &Phonons,
    direction: [f64; 3],
    temperatures_k: &[f64],
    lifetimes: Option<&[f64]>,
    axis: &EnergyAxis,
) -> Result<Ballistic> {
    let n = unit(direction);
    if n.iter().any(|x| !x.is_finite()) {
        return Err(Error::bad_option(
            "--direction",
            format!("{direction:?} has no direction"),
            "give three numbers that are not all zero",
        ));
    }
    let rotation = turn(n);
    let turned = |v: &[f64]| -> [f64; 3] {
        rotation.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    };
    let mut header = phonons.header().clone();
    header.lattice = Lattice::new(header.lattice.rows().map(|row| turned(&row)))?;
    header.point_group = PointGroup::identity();
    let energies = (0..phonons.n_branch())
        .flat_map(|b| phonons.energies(b))
        .copied()
        .collect();
    let velocities = phonons
        .all_velocities()
        .map(|all| all.chunks_exact(3).flat_map(&turned).collect());
    let bands =
        BandGrid::with_fields(header, energies, velocities, lifetimes.map(<[f64]>::to_vec))?;
    let channels = match bands.header().has_lifetimes {
        true => Channels::Lifetimes,
        false => Channels::Speeds,
    };
    let spectrum = PhononSpectrum::new(phonons, &bands, axis, channels)?;
    let volume = spectrum.volume_m3();
    let all = &spectrum.spectrum;
    let (speed, mut speed_bar) = all.total_density(Channel::AxisSpeed(0));
    for replica in all.replicas.iter().filter(|r| r.cause != Cause::Grid) {
        let change = all.total_change(replica, Channel::AxisSpeed(0));
        for (k, w) in change.windows(2).enumerate() {
            speed_bar[k] += (w[1] - w[0]).abs() / axis.bin_width(k);
        }
    }
    let kept: Vec<usize> = (0..axis.bins()).filter(|k| axis.edge(*k) >= 0.0).collect();
    let per_area = 0.5 * PLANCK / EV / volume;
    let modes = kept
        .iter()
        .map(|k| Scalar::new(per_area * speed[*k], per_area * speed_bar[*k]))
        .collect();
    let mean_free_path = match lifetimes {
        None => Vec::new(),
        Some(_) => {
            let (path, path_bar) = all.total_density(Channel::LifetimeProduct(0, 0));
            let of = |k: &usize| {
                let (p, s) = (2.0 * path[*k], speed[*k]);
                if s <= 0.0 {
                    return Scalar::new(0.0, 0.0);
                }
                let value = p / s;
                Scalar::new(value, 2.0 * path_bar[*k] / s + value * speed_bar[*k] / s)
            };
            kept.iter().map(of).collect()
        }
    };
    let conductance = temperatures_k
        .iter()
        .map(|t| {
            let mean = spectrum.average(Channel::AxisSpeed(0), |e| capacity(e, *t));
            mean.scaled(0.5 * BOLTZMANN / volume)
        })
        .collect();
    let centres = axis.centres();
    Ok(Ballistic {
        direction: n,
        energy_ev: kept.iter().map(|k| centres[*k]).collect(),
        modes,
        mean_free_path,
        conductance,
    })
}
