//! Sums over the modes of a file's own grid, as the programs that wrote the file sum: a check of what was read, to all its digits.
//! They have no error bar of the grid; modes without lifetime (Γ's acoustic ones) are left out.

use super::capacity::capacity;
use super::velocities::differences;
use crate::crystal::Tensor;
use crate::error::Result;
use crate::excitations::Phonons;
use crate::units::BOLTZMANN;
use serde::{Deserialize, Serialize};

/// Sums over modes at one temperature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModeSums {
    /// Per volume, J/(m³ K).
    pub heat_capacity: f64,
    /// κ, W/(m K), averaged over the crystal's group; none without rates.
    pub kappa: Option<Tensor>,
    /// ½⟨C |v·n|⟩ per volume along each of the directions asked for, W/(m² K).
    pub ballistic: Vec<f64>,
    /// Modes that carry nothing for want of a lifetime.
    pub left_out: usize,
}

/// The sums at a temperature, with the scattering `rates` (1/s, `[branch][q]`, 0 for none) and boundaries `boundary_m` apart, where given.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub fn mode_sums(
    phonons: &Phonons,
    temperature_k: f64,
    rates: Option<&[f64]>,
    boundary_m: Option<f64>,
    directions: &[[f64; 3]],
) -> Result<ModeSums> {
    let velocities = match phonons.all_velocities() {
        Some(velocities) => velocities,
        None => differences(phonons)?,
    };
    let points = phonons.header().k_grid.len();
    let per_volume = BOLTZMANN / (points as f64 * phonons.volume_m3());
    let (mut heat, mut kappa, mut left_out) = (0.0, [[0.0; 3]; 3], 0);
    let mut ballistic = vec![0.0; directions.len()];
    for branch in 0..phonons.n_branch() {
        for (q, energy) in phonons.energies(branch).iter().enumerate() {
            let mode = branch * points + q;
            let v = &velocities[3 * mode..][..3];
            let c = capacity(*energy, temperature_k);
            // A mode of frequency zero is none: it is a translation of the crystal.
            if *energy > 0.0 {
                heat += c;
            }
            for (sum, n) in ballistic.iter_mut().zip(directions) {
                *sum += 0.5 * c * (v[0] * n[0] + v[1] * n[1] + v[2] * n[2]).abs();
            }
            let Some(rates) = rates else { continue };
            let speed = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
            let rate = match rates[mode] {
                0.0 => 0.0,
                own => own + boundary_m.map_or(0.0, |l| speed / l),
            };
            if rate <= 0.0 {
                left_out += 1;
                continue;
            }
            for i in 0..3 {
                for j in 0..3 {
                    kappa[i][j] += c * v[i] * v[j] / rate;
                }
            }
        }
    }
    let scaled = kappa.map(|row| row.map(|x| x * per_volume));
    let lattice = &phonons.header().lattice;
    Ok(ModeSums {
        heat_capacity: heat * per_volume,
        kappa: rates.map(|_| phonons.group.symmetrize(lattice, &scaled).0),
        ballistic: ballistic.into_iter().map(|x| x * per_volume).collect(),
        left_out,
    })
}
