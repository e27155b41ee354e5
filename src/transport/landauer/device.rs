//! What a contact, or a device of a given length, makes of a crystal's modes at a temperature and a chemical potential: conductance, Seebeck
//! coefficient and thermal conductance, per area (of a layer per width, of a chain by themselves).

use super::modes::ModeDistribution;
use super::profile::{Conducted, Profile};
use crate::error::{Error, Result};
use crate::transport::ensemble::Part;
use crate::transport::thermal_state::ThermalState;
use crate::transport::{Extent, RelaxationTime, Scalar};
use crate::units::{BOLTZMANN, ELEMENTARY_CHARGE, PLANCK};

/// A number with its name, unit and meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Named {
    /// Name in files.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// In words.
    pub about: &'static str,
    /// The number; NaN where it is not defined.
    pub value: Scalar,
}

/// Name of a crystal's quantity, of a layer's, of a chain's; their units; what it is.
type Quantity = ([&'static str; 3], [&'static str; 3], &'static str);

/// What is given of every state and direction, in the order in which they are computed.
pub const DEVICE_QUANTITIES: [Quantity; 12] = [
    (
        ["modes_per_area", "modes_per_width", "modes"],
        ["1/m^2", "1/m", "1"],
        "channels, averaged under the Fermi window, all spins",
    ),
    (
        [
            "ballistic_conductance_per_area",
            "ballistic_conductance_per_width",
            "ballistic_conductance",
        ],
        ["S/m^2", "S/m", "S"],
        "conductance of a contact without scattering",
    ),
    (
        ["ballistic_seebeck"; 3],
        ["V/K"; 3],
        "Seebeck coefficient of a contact without scattering",
    ),
    (
        [
            "ballistic_thermal_conductance_per_area",
            "ballistic_thermal_conductance_per_width",
            "ballistic_thermal_conductance",
        ],
        ["W/(m^2 K)", "W/(m K)", "W/K"],
        "thermal conductance of electrons without scattering, at no current",
    ),
    (
        ["mean_free_path"; 3],
        ["m"; 3],
        "mean free path for backscattering, averaged over the channels under the Fermi window",
    ),
    (
        [
            "conductance_per_area",
            "conductance_per_width",
            "conductance",
        ],
        ["S/m^2", "S/m", "S"],
        "conductance of a device of the length",
    ),
    (
        ["seebeck"; 3],
        ["V/K"; 3],
        "Seebeck coefficient of a device of the length",
    ),
    (
        [
            "thermal_conductance_per_area",
            "thermal_conductance_per_width",
            "thermal_conductance",
        ],
        ["W/(m^2 K)", "W/(m K)", "W/K"],
        "thermal conductance of electrons of a device of the length, at no current",
    ),
    (
        ["transmission"; 3],
        ["1"; 3],
        "mean transmission of the device's channels under the Fermi window",
    ),
    (
        [
            "diffusive_conductance_per_area",
            "diffusive_conductance_per_width",
            "diffusive_conductance",
        ],
        ["S/m^2", "S/m", "S"],
        "conductivity over the length: what the conductance of the device tends to where it is long",
    ),
    (
        ["conductivity", "sheet_conductivity", "line_conductivity"],
        ["S/m", "S", "S m"],
        "conductivity along the direction",
    ),
    (
        ["diffusive_seebeck"; 3],
        ["V/K"; 3],
        "Seebeck coefficient where transport is diffusive",
    ),
];

/// Numbers of one state along one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceCoefficients {
    /// In the order of [`DEVICE_QUANTITIES`], those of a length or a relaxation time where these are known.
    pub all: Vec<Named>,
}

impl ModeDistribution {
    /// Numbers of a state along a direction, by its number, for a device of `length_m` where one is given; what needs a relaxation time is
    /// left out where that is unknown.
    ///
    /// # Errors
    /// As [`crate::transport::TransportDistribution::coefficients`]; [`Error::BadOption`] for a length that is not positive, or one without a relaxation time.
    pub fn device(
        &self,
        state: &ThermalState,
        relaxation: &RelaxationTime,
        direction: usize,
        length_m: Option<f64>,
        extent: Option<&Extent>,
    ) -> Result<DeviceCoefficients> {
        if let Some(length) = length_m {
            check_length(length)?;
            if !relaxation.is_known() {
                return Err(Error::bad_option(
                    "--length",
                    "there is no relaxation time, and so no mean free path to compare it with",
                    "give `--tau SECONDS` or `--scattering FILE.toml`, or leave it away",
                ));
            }
        }
        let (ensemble, profiles) = self.profiles(state, relaxation, direction)?;
        let t = state.temperature_k();
        // Per area times a thickness is per width.
        let size = extent.map_or(1.0, Extent::size);
        let place = 3 - extent.map_or(3, Extent::dimension);
        let of = |p: &Profile| numbers(p, t, size, length_m);
        let each: Vec<_> = profiles.iter().map(of).collect();
        let coarser = self.coarser(state, relaxation, direction, of);
        let found = ensemble.each_by_number(Part::All, &each, coarser.as_ref());
        let all = DEVICE_QUANTITIES
            .iter()
            .zip(found)
            .enumerate()
            .filter(|(i, _)| match i {
                0..=3 => true,
                4 | 10 | 11 => relaxation.is_known(),
                _ => length_m.is_some(),
            })
            .map(|(_, ((names, units, about), value))| Named {
                name: names[place],
                unit: units[place],
                about,
                value,
            })
            .collect();
        Ok(DeviceCoefficients { all })
    }
}

/// # Errors
/// [`Error::BadOption`] for a length that is not positive.
pub(in crate::transport) fn check_length(length_m: f64) -> Result<()> {
    if length_m > 0.0 && length_m.is_finite() {
        return Ok(());
    }
    Err(Error::bad_option(
        "--length",
        format!("{length_m} m"),
        "give a positive length, as 100nm",
    ))
}

/// In the order of [`DEVICE_QUANTITIES`].
fn numbers(profile: &Profile, temperature_k: f64, size: f64, length_m: Option<f64>) -> [f64; 12] {
    let g = ELEMENTARY_CHARGE.powi(2) / PLANCK * size;
    let k = BOLTZMANN.powi(2) * temperature_k / PLANCK * size;
    let seebeck = |i: [f64; 3]| -BOLTZMANN / ELEMENTARY_CHARGE * i[1] / i[0];
    let heat = |i: [f64; 3]| k * (i[2] - i[1] * i[1] / i[0]);
    let modes = profile.moments(Conducted::Modes);
    let diffusive = profile.moments(Conducted::Diffusion);
    let device = length_m.map_or([f64::NAN; 3], |l| profile.moments(Conducted::Device(l)));
    [
        modes[0] * size,
        g * modes[0],
        seebeck(modes),
        heat(modes),
        diffusive[0] / modes[0],
        g * device[0],
        seebeck(device),
        heat(device),
        device[0] / modes[0],
        g * diffusive[0] / length_m.unwrap_or(f64::NAN),
        g * diffusive[0],
        seebeck(diffusive),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The quantum of thermal conductance of one spin-resolved channel, π²k_B²T/3h, W/K.
    fn thermal_conductance_quantum(temperature_k: f64) -> f64 {
        PI * PI * BOLTZMANN * BOLTZMANN * temperature_k / (3.0 * PLANCK)
    }

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got / want - 1.0).abs() < relative, "{got:e} {want:e}");
    }

    /// docs/physics §15: one band of a chain, deep inside it: G = 2e²/h and K = 2π²k_B²T/3h; with T = ½ half of both.
    #[test]
    fn a_chain_conducts_in_quanta() {
        let edges: Vec<f64> = (0..=40_000).map(|i| -40.0 + 0.002 * f64::from(i)).collect();
        let profile = Profile::of(&edges, |_| 2.0, |_| 1e-7);
        let all = numbers(&profile, 300.0, 1.0, Some(1e-7));
        close(all[1], 7.7480917298637e-5, 1e-6);
        close(all[3], 2.0 * thermal_conductance_quantum(300.0), 1e-6);
        close(all[5], 0.5 * 7.7480917298637e-5, 1e-6);
        close(all[7], thermal_conductance_quantum(300.0), 1e-6);
        close(all[8], 0.5, 1e-12);
        close(all[4], 1e-7, 1e-12);
        close(all[9], all[1], 1e-12);
        assert!(all[2].abs() < 1e-12 && all[6].abs() < 1e-12);
        close(thermal_conductance_quantum(1.0), 9.4643115163866e-13, 1e-13);
    }
}
