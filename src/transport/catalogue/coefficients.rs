//! The coefficients of a thermal state, in the order of files.

use super::{Coefficient, Label, Mean, PerSpin};
use crate::uncertainty::{Quantity, TensorQuantity};

/// Where nothing else is said: no power of the relaxation time, as it is in layers and chains, averaged over the directions of the bands,
/// in no table, untold of spins.
const PLAIN: Coefficient = Coefficient {
    label: Label {
        name: "",
        short: "",
        symbol: "",
        unit: "1",
        about: "",
    },
    tau_power: 0,
    unit_over_tau: "",
    extent_power: Some(0),
    mean: Mean::OfTheBands,
    carriers: "",
    in_tables: false,
    per_spin: PerSpin::Untold,
    value: |_| None,
};

const fn label(
    name: &'static str,
    short: &'static str,
    symbol: &'static str,
    unit: &'static str,
    about: &'static str,
) -> Label {
    Label {
        name,
        short,
        symbol,
        unit,
        about,
    }
}

/// One of the two carriers' tensors.
fn part(both: Option<[TensorQuantity; 2]>, which: usize) -> Option<Quantity> {
    both.map(|both| both[which].into())
}

/// Every coefficient.
pub static COEFFICIENTS: &[Coefficient] = &[
    Coefficient {
        label: label("chemical_potential", "mu", "μ", "eV", "chemical potential"),
        value: |e| Some(e.chemical_potential_ev().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "carrier_density",
            "n",
            "n − p",
            "cm^-3",
            "electrons less holes (negative: p-type)",
        ),
        extent_power: Some(1),
        value: |e| Some(e.carrier_density().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "electron_density",
            "n_e",
            "n",
            "cm^-3",
            "electrons above the gap, or above the Fermi level of a metal",
        ),
        extent_power: Some(1),
        per_spin: PerSpin::Part,
        value: |e| Some(e.electron_density().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "hole_density",
            "n_h",
            "p",
            "cm^-3",
            "holes below the gap, or below the Fermi level of a metal",
        ),
        extent_power: Some(1),
        per_spin: PerSpin::Part,
        value: |e| Some(e.hole_density().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "density_of_states",
            "DOS",
            "N(E)",
            "1/eV",
            "density of states averaged under the Fermi window, per cell, all spins",
        ),
        per_spin: PerSpin::Part,
        value: |e| Some(e.density_of_states().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "conductivity",
            "sigma",
            "σ",
            "S/m",
            "electrical conductivity",
        ),
        tau_power: 1,
        unit_over_tau: "1/(Ohm m s)",
        extent_power: Some(1),
        in_tables: true,
        per_spin: PerSpin::Part,
        value: |e| Some(e.sigma().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "thermal_conductivity_electronic",
            "kappa_e",
            "κ_{e}",
            "W/(m K)",
            "electrons' thermal conductivity at no current",
        ),
        tau_power: 1,
        unit_over_tau: "W/(m K s)",
        extent_power: Some(1),
        in_tables: true,
        per_spin: PerSpin::Part,
        value: |e| Some(e.kappa_open().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "thermal_conductivity_closed",
            "kappa_0",
            "κ_{0}",
            "W/(m K)",
            "electrons' thermal conductivity at no field",
        ),
        tau_power: 1,
        unit_over_tau: "W/(m K s)",
        extent_power: Some(1),
        per_spin: PerSpin::Part,
        value: |e| Some(e.kappa_closed().into()),
        ..PLAIN
    },
    Coefficient {
        label: label("power_factor", "PF", "S²σ", "W/(m K^2)", "power factor"),
        tau_power: 1,
        unit_over_tau: "W/(m K^2 s)",
        extent_power: Some(1),
        in_tables: true,
        per_spin: PerSpin::Part,
        value: |e| Some(e.power().into()),
        ..PLAIN
    },
    Coefficient {
        label: label("figure_of_merit", "zT", "zT", "1", "zT"),
        in_tables: true,
        value: |e| e.merit().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "thermal_conductivity_bipolar",
            "kappa_b",
            "κ_{b}",
            "W/(m K)",
            "what electrons and holes carry together",
        ),
        tau_power: 1,
        unit_over_tau: "W/(m K s)",
        extent_power: Some(1),
        value: |e| e.kappa_bipolar().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "conductivity_electrons",
            "sigma_e",
            "σ_{e}",
            "S/m",
            "electrons' part of the conductivity",
        ),
        tau_power: 1,
        unit_over_tau: "1/(Ohm m s)",
        extent_power: Some(1),
        carriers: "electrons",
        value: |e| part(e.sigma_of_carriers(), 0),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "conductivity_holes",
            "sigma_h",
            "σ_{h}",
            "S/m",
            "holes' part of the conductivity",
        ),
        tau_power: 1,
        unit_over_tau: "1/(Ohm m s)",
        extent_power: Some(1),
        carriers: "holes",
        value: |e| part(e.sigma_of_carriers(), 1),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "mobility_electrons",
            "mu_e",
            "µ_{e}",
            "m^2/(V s)",
            "drift mobility of electrons",
        ),
        tau_power: 1,
        unit_over_tau: "m^2/(V s^2)",
        carriers: "electrons",
        in_tables: true,
        value: |e| part(e.mobilities(), 0),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "mobility_holes",
            "mu_h",
            "µ_{h}",
            "m^2/(V s)",
            "drift mobility of holes",
        ),
        tau_power: 1,
        unit_over_tau: "m^2/(V s^2)",
        carriers: "holes",
        in_tables: true,
        value: |e| part(e.mobilities(), 1),
        ..PLAIN
    },
    Coefficient {
        label: label("hall_mobility", "mu_H", "µ_{H}", "m^2/(V s)", "|R_H| sigma"),
        tau_power: 1,
        unit_over_tau: "m^2/(V s^2)",
        value: |e| e.mobility_hall().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "hall_conductivity",
            "sigma_xyz",
            "σ_{ijk}",
            "S/(m T)",
            "sigma_ijk",
        ),
        tau_power: 2,
        unit_over_tau: "S/(m T s^2)",
        extent_power: Some(1),
        per_spin: PerSpin::Part,
        value: |e| e.sigma_hall().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "thermal_hall_conductivity",
            "kappa_xyz",
            "κ_{ijk}",
            "W/(m K T)",
            "dkappa_ij/dB_k at no current",
        ),
        tau_power: 2,
        unit_over_tau: "W/(m K T s^2)",
        extent_power: Some(1),
        value: |e| e.kappa_hall().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "nernst",
            "nu",
            "ν",
            "V/(K T)",
            "Nernst coefficient (S_xyz + S_yzx + S_zxy)/3, of a layer with the field along its normal",
        ),
        tau_power: 1,
        unit_over_tau: "V/(K T s)",
        in_tables: true,
        value: |e| e.nernst_mean().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label("nernst_tensor", "S_xyz", "S_{ijk}", "V/(K T)", "dS_ij/dB_k"),
        tau_power: 1,
        unit_over_tau: "V/(K T s)",
        mean: Mean::OfTheCurrent,
        value: |e| e.nernst_tensor_raw().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "magnetoconductivity",
            "sigma_xyzz",
            "σ_{ijkl}",
            "S/(m T^2)",
            "sigma_ijkl",
        ),
        tau_power: 3,
        unit_over_tau: "S/(m T^2 s^3)",
        extent_power: Some(1),
        value: |e| e.sigma_second().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "magnetoresistance",
            "MR",
            "Δρ/ρB²",
            "1/T^2",
            "rise of rho_ii/rho_ii(0) per B_k^2, [current][field]",
        ),
        tau_power: 2,
        unit_over_tau: "1/(T^2 s^2)",
        value: |e| e.rho_second().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "seebeck",
            "S",
            "S",
            "V/K",
            "Seebeck tensor (negative for electrons; not defined along an axis without any current)",
        ),
        mean: Mean::OfTheCurrent,
        in_tables: true,
        per_spin: PerSpin::Own,
        value: |e| Some(e.seebeck().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "seebeck_electrons",
            "S_e",
            "S_{e}",
            "V/K",
            "Seebeck tensor of electrons alone",
        ),
        mean: Mean::OfTheCurrent,
        carriers: "electrons",
        value: |e| part(e.seebeck_of_carriers(), 0),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "seebeck_holes",
            "S_h",
            "S_{h}",
            "V/K",
            "Seebeck tensor of holes alone",
        ),
        mean: Mean::OfTheCurrent,
        carriers: "holes",
        value: |e| part(e.seebeck_of_carriers(), 1),
        ..PLAIN
    },
    Coefficient {
        label: label("peltier", "Pi", "Π", "V", "Peltier tensor"),
        mean: Mean::OfTheCurrent,
        value: |e| Some(e.peltier().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "lorenz",
            "L",
            "L",
            "W Ohm/K^2",
            "Lorenz tensor at no current",
        ),
        mean: Mean::OfTheCurrent,
        value: |e| Some(e.lorenz().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "hall_coefficient",
            "R_H",
            "R_{H}",
            "m^3/C",
            "Hall coefficient (R_xyz + R_yzx + R_zxy)/3, of a layer with the field along its normal; negative for electrons",
        ),
        extent_power: Some(-1),
        in_tables: true,
        value: |e| e.hall_coefficient().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "hall",
            "R",
            "R",
            "m^3/C",
            "Hall tensor R_ijk = E_j/(J_i B_k)",
        ),
        extent_power: Some(-1),
        mean: Mean::OfTheCurrent,
        value: |e| e.hall_coefficient_tensor().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "hall_carrier_density",
            "n_H",
            "n_{H}",
            "cm^-3",
            "1/(e |R_H|)",
        ),
        extent_power: Some(1),
        value: |e| e.hall_carrier_density().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label("hall_factor", "r_H", "r_{H}", "1", "-R_H e (n - p)"),
        value: |e| e.hall_factor().map(Quantity::from),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "heat_capacity",
            "C",
            "C",
            "J/(m^3 K)",
            "heat capacity of the electrons at constant number",
        ),
        extent_power: Some(1),
        value: |e| Some(e.heat_capacity().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "heat_capacity_at_chemical_potential",
            "C_mu",
            "C_{μ}",
            "J/(m^3 K)",
            "heat capacity of the electrons at constant chemical potential",
        ),
        extent_power: Some(1),
        value: |e| Some(e.heat_capacity_at_chemical_potential().into()),
        ..PLAIN
    },
    Coefficient {
        label: label(
            "pauli_susceptibility",
            "chi",
            "χ",
            "1",
            "spin susceptibility (SI)",
        ),
        extent_power: None,
        value: |e| Some(e.pauli_susceptibility().into()),
        ..PLAIN
    },
];
