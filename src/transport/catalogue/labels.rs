//! How all else is called: what axes run over, and what Fermi surfaces, spectra and optima give.

use super::Label;

/// Labels of what is no coefficient of a thermal state.
pub static LABELS: &[Label] = &[
    Label {
        name: "temperature",
        short: "T",
        symbol: "T",
        unit: "K",
        about: "temperature",
    },
    Label {
        name: "doping",
        short: "doping",
        symbol: "n − p",
        unit: "cm^-3",
        about: "net doping, positive for electrons (n-type)",
    },
    Label {
        name: "energy",
        short: "E",
        symbol: "E",
        unit: "eV",
        about: "energy",
    },
    Label {
        name: "density_of_states_by_spin",
        short: "DOS_spin",
        symbol: "N(E)",
        unit: "1/eV",
        about: "density of states per spin",
    },
    Label {
        name: "electrons",
        short: "N",
        symbol: "N",
        unit: "1",
        about: "electrons per cell below the Fermi level",
    },
    Label {
        name: "mean_speed",
        short: "v",
        symbol: "⟨|v|⟩",
        unit: "m/s",
        about: "mean speed of the states",
    },
    Label {
        name: "fermi_level",
        short: "E_F",
        symbol: "E_{F}",
        unit: "eV",
        about: "Fermi level",
    },
    Label {
        name: "dos_at_fermi_level",
        short: "DOS_F",
        symbol: "N(E_{F})",
        unit: "1/eV",
        about: "density of states per cell, all spins",
    },
    Label {
        name: "fermi_velocity",
        short: "v_F",
        symbol: "v_{F}",
        unit: "m/s",
        about: "mean speed of the states at the Fermi level",
    },
    Label {
        name: "velocity_squared",
        short: "v2",
        symbol: "⟨v_{i} v_{j}⟩",
        unit: "m^2/s^2",
        about: "mean of v_i v_j over the states at the Fermi level",
    },
    Label {
        name: "plasma_frequency",
        short: "omega_p",
        symbol: "ħω_{p}",
        unit: "eV",
        about: "plasma frequency tensor hbar omega_p",
    },
    Label {
        name: "optimal_doping",
        short: "n_opt",
        symbol: "n_{opt}",
        unit: "cm^-3",
        about: "net doping of the optimum",
    },
    Label {
        name: "optimal_chemical_potential",
        short: "mu_opt",
        symbol: "μ_{opt}",
        unit: "eV",
        about: "chemical potential of the optimum",
    },
    Label {
        name: "largest_power_factor",
        short: "PF_max",
        symbol: "max S²σ",
        unit: "W/(m K^2)",
        about: "largest power factor",
    },
    Label {
        name: "largest_figure_of_merit",
        short: "zT_max",
        symbol: "max zT",
        unit: "1",
        about: "largest zT",
    },
];
