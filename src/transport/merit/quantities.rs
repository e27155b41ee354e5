//! The numbers of a state's merit, with their bars.

use super::functional::{COUNT, Setting};
use super::mode::MeritMode;
use crate::error::{Error, Result};
use crate::transport::ensemble::Part;
use crate::transport::landauer::{ModeDistribution, Named};
use crate::transport::thermal_state::ThermalState;
use crate::transport::{RelaxationTime, Scalar};

/// (name, unit in a bulk material, unit of a device per area, meaning), in the order of the functional.
pub const MERIT_QUANTITIES: [(&str, &str, &str, &str); COUNT] = [
    (
        "figure_of_merit",
        "1",
        "1",
        "zT = I1^2/(I2 I0 - I1^2 + I0/alpha)",
    ),
    (
        "figure_of_merit_from_window",
        "1",
        "1",
        "the same by the identity 4 x- x+/(x+ - x-)^2: a check",
    ),
    (
        "window_lower",
        "k_BT",
        "k_BT",
        "from here on, from mu, more transmission raises zT",
    ),
    (
        "window_upper",
        "k_BT",
        "k_BT",
        "up to here, from mu, more transmission raises zT",
    ),
    (
        "alpha_a",
        "1",
        "1",
        "alpha A: k_B^2 T/(hbar a_0 kappa_l) times (a_0/2 pi) L M, M averaged in the window",
    ),
    (
        "reference_length",
        "m",
        "m",
        "L: the device's length; of a bulk material as given, or the longest mean free path that carries",
    ),
    (
        "transmission_inside",
        "1",
        "1",
        "mean transmission in the window",
    ),
    (
        "transmission_outside",
        "1",
        "1",
        "mean transmission outside the window",
    ),
    (
        "screening_score",
        "1",
        "1",
        "T_in (1 - T_out): 1 for the best transmission",
    ),
    (
        "bound_constant_modes",
        "1",
        "1",
        "largest zT of any transmission with as many channels at every energy (the box of the same alpha A)",
    ),
    (
        "bound_constant_modes_lower",
        "k_BT",
        "k_BT",
        "lower edge of that box, from mu",
    ),
    (
        "bound_constant_modes_upper",
        "k_BT",
        "k_BT",
        "upper edge of that box, from mu",
    ),
    (
        "share_of_bound_constant_modes",
        "1",
        "1",
        "zT over that bound",
    ),
    (
        "bound",
        "1",
        "1",
        "largest zT of any transmission of the material's own channels M(E)",
    ),
    (
        "bound_lower",
        "k_BT",
        "k_BT",
        "lower edge of that transmission, from mu",
    ),
    (
        "bound_upper",
        "k_BT",
        "k_BT",
        "upper edge of that transmission, from mu",
    ),
    ("share_of_bound", "1", "1", "zT over that bound"),
    (
        "mean_free_path",
        "m",
        "m",
        "mean free path averaged over the channels under the Fermi window",
    ),
    (
        "mean_energy",
        "k_BT",
        "k_BT",
        "I1/I0: mean energy of what carries, from mu",
    ),
    (
        "conductivity",
        "S/m",
        "S/m^2",
        "conductivity; of a device its conductance per area",
    ),
    ("seebeck", "V/K", "V/K", "Seebeck coefficient"),
    (
        "thermal_conductivity_electronic",
        "W/(m K)",
        "W/(m^2 K)",
        "thermal conductivity of electrons at no current; of a device its thermal conductance per area",
    ),
    (
        "power_factor",
        "W/(m K^2)",
        "W/(m^2 K^2)",
        "S^2 sigma; of a device S^2 G per area",
    ),
    (
        "lorenz_ratio",
        "1",
        "1",
        "Lorenz number over (pi^2/3)(k_B/e)^2",
    ),
    (
        "minority_share",
        "1",
        "1",
        "share of the conductivity that the minority carriers have",
    ),
    (
        "power_share",
        "1",
        "1",
        "largest power over that of as many perfect channels as there are in the window, for a small difference of temperatures",
    ),
];

/// A state's merit along one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Merit {
    /// What zT is of.
    pub mode: MeritMode,
    /// α, for the lattice thermal conductivity.
    pub alpha: f64,
    /// Everything, in the order of [`MERIT_QUANTITIES`].
    pub all: Vec<Named>,
}

impl Merit {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Scalar {
        let found = self.all.iter().find(|n| n.name == name);
        found.map_or(Scalar::new(f64::NAN, f64::NAN), |n| n.value)
    }

    /// Whether there is a window.
    pub fn has_window(&self) -> bool {
        self.get("window_lower").value.is_finite()
    }
}

impl ModeDistribution {
    /// The merit of a state along a direction, by its number, with a lattice thermal conductivity, W/(m K).
    ///
    /// # Errors
    /// [`Error::BadOption`] for a lattice thermal conductivity or a length that is not positive, or without a relaxation time; as
    /// [`crate::transport::TransportDistribution::coefficients`].
    pub fn merit(
        &self,
        state: &ThermalState,
        relaxation: &RelaxationTime,
        direction: usize,
        lattice_w_mk: f64,
        mode: MeritMode,
    ) -> Result<Merit> {
        if !(lattice_w_mk > 0.0 && lattice_w_mk.is_finite()) {
            return Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                format!("{lattice_w_mk} W/(m K): alpha = k_B^2 T/(hbar a_0 kappa_l) is no number"),
                "give a positive number",
            ));
        }
        if let MeritMode::Bulk(Some(length)) | MeritMode::Device(length) = mode {
            crate::transport::landauer::check_length(length)?;
        }
        if !relaxation.is_known() {
            return Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS` or `--scattering FILE.toml`",
            ));
        }
        let setting = Setting {
            temperature_k: state.temperature_k(),
            lattice_w_mk,
            mode,
        };
        let (ensemble, profiles) = self.profiles(state, relaxation, direction)?;
        let each: Vec<_> = profiles.iter().map(|p| setting.numbers(p)).collect();
        let found = ensemble.each_by_number(Part::All, &each, None);
        let all = MERIT_QUANTITIES.iter().zip(found);
        let named = |((name, bulk, device, about), value): (
            &(&'static str, &'static str, &'static str, &'static str),
            Scalar,
        )| Named {
            name,
            unit: match mode {
                MeritMode::Bulk(_) => bulk,
                MeritMode::Device(_) => device,
            },
            about,
            value,
        };
        Ok(Merit {
            mode,
            alpha: setting.alpha(),
            all: all.map(named).collect(),
        })
    }
}
