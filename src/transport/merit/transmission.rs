//! What a state lets through, energy by energy, to be drawn beside its window.

use super::functional::{BULK_REST, through};
use super::mode::MeritMode;
use crate::error::Result;
use crate::transport::ensemble::Part;
use crate::transport::landauer::{ModeDistribution, Profile};
use crate::transport::thermal_state::ThermalState;
use crate::transport::{RelaxationTime, Scalar};

/// T and M at energies around μ.
#[derive(Clone, Debug, PartialEq)]
pub struct TransmissionCurve {
    /// (E − μ)/k_BT.
    pub x: Vec<f64>,
    /// Transmission; NaN where there are no channels.
    pub transmission: Vec<Scalar>,
    /// Channels per area, 1/m².
    pub modes: Vec<Scalar>,
}

impl ModeDistribution {
    /// T and M of a state along a direction, by its number, at x = (E − μ)/k_BT.
    ///
    /// # Errors
    /// As [`ModeDistribution::merit`].
    pub fn transmission(
        &self,
        state: &ThermalState,
        relaxation: &RelaxationTime,
        direction: usize,
        mode: MeritMode,
        x: &[f64],
    ) -> Result<TransmissionCurve> {
        let (ensemble, profiles) = self.profiles(state, relaxation, direction)?;
        let sampled: Vec<Vec<[f64; 2]>> = profiles.iter().map(|p| sample(p, mode, x)).collect();
        let at = |k: usize| {
            let each: Vec<[f64; 2]> = sampled.iter().map(|s| s[k]).collect();
            let [t, m] = ensemble.each_by_number(Part::All, &each, None);
            (t, m)
        };
        let (transmission, modes) = (0..x.len()).map(at).unzip();
        Ok(TransmissionCurve {
            x: x.to_vec(),
            transmission,
            modes,
        })
    }
}

/// T and M of the part that holds each x.
fn sample(profile: &Profile, mode: MeritMode, x: &[f64]) -> Vec<[f64; 2]> {
    let length = match mode {
        MeritMode::Bulk(Some(length)) | MeritMode::Device(length) => length,
        MeritMode::Bulk(None) => profile.longest_path(BULK_REST),
    };
    let of = |x: &f64| {
        let i = profile.parts.partition_point(|p| p.1 <= *x);
        match profile.parts.get(i) {
            Some((start, end)) if start <= x && profile.modes[i] > 0.0 => [
                through(mode, profile.path[i], length),
                profile.modes[i] / (end - start),
            ],
            _ => [0.0, 0.0],
        }
    };
    x.iter().map(of).collect()
}
