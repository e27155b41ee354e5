//! How quantities of phonons and of superconductors are called.

use super::Label;

/// Labels of what other excitations than electrons give.
pub static EXCITATIONS: &[Label] = &[
    Label {
        name: "lattice_thermal_conductivity",
        short: "kappa_l",
        symbol: "κ_{l}",
        unit: "W/(m K)",
        about: "lattice thermal conductivity",
    },
    Label {
        name: "kappa_below_energy",
        short: "kappa_E",
        symbol: "κ_{l} below E",
        unit: "W/(m K)",
        about: "lattice thermal conductivity of the modes below an energy",
    },
    Label {
        name: "spectral_kappa",
        short: "kappa_omega",
        symbol: "dκ_{l}/dE",
        unit: "W/(m K eV)",
        about: "lattice thermal conductivity per energy of phonons",
    },
    Label {
        name: "kappa_below_mean_free_path",
        short: "kappa_L",
        symbol: "κ_{l} below Λ",
        unit: "W/(m K)",
        about: "lattice thermal conductivity of the modes with shorter mean free paths",
    },
    Label {
        name: "kappa_by_branch",
        short: "kappa_branch",
        symbol: "κ_{l}",
        unit: "W/(m K)",
        about: "lattice thermal conductivity of each branch",
    },
    Label {
        name: "mean_free_path_of_modes",
        short: "lambda_b",
        symbol: "λ",
        unit: "m",
        about: "mean free path for backscattering",
    },
    Label {
        name: "ballistic_conductance",
        short: "G_q",
        symbol: "G",
        unit: "W/(m^2 K)",
        about: "ballistic thermal conductance per area",
    },
    Label {
        name: "seebeck_drag",
        short: "S_g",
        symbol: "S_{g}",
        unit: "V/K",
        about: "thermopower by phonon drag",
    },
    Label {
        name: "thermal_conductivity_ratio",
        short: "kappa_s",
        symbol: "κ_{s}/κ_{n}",
        unit: "1",
        about: "thermal conductivity over the normal state's",
    },
    Label {
        name: "thermal_conductivity_ratio_constant_time",
        short: "kappa_s_tau",
        symbol: "κ_{s}/κ_{n}",
        unit: "1",
        about: "thermal conductivity over the normal state's, one relaxation time",
    },
    Label {
        name: "superfluid_density",
        short: "rho_s",
        symbol: "ρ_{s}/n",
        unit: "1",
        about: "superfluid density over that of electrons",
    },
    Label {
        name: "penetration_depth",
        short: "lambda_L",
        symbol: "λ",
        unit: "nm",
        about: "penetration depth",
    },
    Label {
        name: "gap",
        short: "Delta",
        symbol: "Δ",
        unit: "eV",
        about: "largest gap",
    },
    Label {
        name: "states_over_normal",
        short: "N_s",
        symbol: "N(E)/N_{0}",
        unit: "1",
        about: "density of states over the normal state's",
    },
];
