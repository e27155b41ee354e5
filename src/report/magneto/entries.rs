//! What is measured in a field, by name and unit.

use super::MagnetoReport;
use crate::crystal::Tensor;
use crate::report::budget::Bars;
use crate::surface::{Bars as FieldBars, InField};
use crate::uncertainty::Shares;

/// A quantity of a row.
pub(super) enum Of {
    Tensor(fn(&InField) -> &Tensor),
    Axes(fn(&InField) -> &[f64; 3]),
    Number(fn(&InField) -> f64),
}

/// A coefficient.
pub(super) struct Entry {
    name: &'static str,
    /// Name, where it is per τ.
    per_tau: &'static str,
    unit: &'static str,
    unit_per_tau: &'static str,
    /// In words.
    pub about: &'static str,
    /// Whether there is none at T = 0.
    pub thermal: bool,
    /// Whether it is per field, and there is none without.
    per_field: bool,
    /// Whether it is told of each spin channel.
    pub per_spin: bool,
    /// Where it stands.
    pub of: Of,
}

/// All of them.
pub(super) const ENTRIES: [Entry; 8] = [
    Entry {
        name: "conductivity",
        per_tau: "conductivity_over_tau",
        unit: "S/m",
        unit_per_tau: "1/(Ohm m s)",
        about: "conductivity in the field",
        thermal: false,
        per_field: false,
        per_spin: true,
        of: Of::Tensor(|x| &x.conductivity),
    },
    Entry {
        name: "resistivity",
        per_tau: "resistivity_times_tau",
        unit: "Ohm m",
        unit_per_tau: "Ohm m s",
        about: "resistivity, the inverse of the conductivity",
        thermal: false,
        per_field: false,
        per_spin: false,
        of: Of::Tensor(|x| &x.resistivity),
    },
    Entry {
        name: "magnetoresistance",
        per_tau: "magnetoresistance",
        unit: "1",
        unit_per_tau: "1",
        about: "(rho_ii(B) - rho_ii(0))/rho_ii(0) for currents along x, y, z",
        thermal: false,
        per_field: false,
        per_spin: false,
        of: Of::Axes(|x| &x.magnetoresistance),
    },
    Entry {
        name: "hall_coefficient",
        per_tau: "hall_coefficient",
        unit: "m^3/C",
        unit_per_tau: "m^3/C",
        about: "Hall coefficient rho_yx/B for a field along z, negative for electrons",
        thermal: false,
        per_field: true,
        per_spin: false,
        of: Of::Number(|x| x.hall),
    },
    Entry {
        name: "seebeck",
        per_tau: "seebeck",
        unit: "V/K",
        unit_per_tau: "V/K",
        about: "Seebeck tensor in the field",
        thermal: true,
        per_field: false,
        per_spin: true,
        of: Of::Tensor(|x| &x.seebeck),
    },
    Entry {
        name: "nernst",
        per_tau: "nernst_over_tau",
        unit: "V/(K T)",
        unit_per_tau: "V/(K T s)",
        about: "Nernst coefficient S_xy/B for a field along z",
        thermal: true,
        per_field: true,
        per_spin: false,
        of: Of::Number(|x| x.nernst),
    },
    Entry {
        name: "thermal_conductivity_electronic",
        per_tau: "thermal_conductivity_electronic_over_tau",
        unit: "W/(m K)",
        unit_per_tau: "W/(m K s)",
        about: "thermal conductivity of the electrons without current",
        thermal: true,
        per_field: false,
        per_spin: true,
        of: Of::Tensor(|x| &x.thermal),
    },
    Entry {
        name: "lorenz",
        per_tau: "lorenz",
        unit: "W Ohm/K^2",
        unit_per_tau: "W Ohm/K^2",
        about: "Lorenz tensor kappa sigma^-1/T",
        thermal: true,
        per_field: false,
        per_spin: false,
        of: Of::Tensor(|x| &x.lorenz),
    },
];

impl Entry {
    /// The entry as these results name it, of all bands or of a spin channel ("up", "down").
    pub fn name(&self, report: &MagnetoReport, spin: Option<&str>) -> String {
        let name = if report.per_tau {
            self.per_tau
        } else {
            self.name
        };
        let Some(spin) = spin else {
            return name.to_owned();
        };
        match name.strip_prefix(self.name) {
            Some(rest) => format!("{}_{spin}{rest}", self.name),
            None => format!("{name}_{spin}"),
        }
    }

    /// Its unit there.
    pub fn unit(&self, report: &MagnetoReport) -> &'static str {
        if report.per_tau {
            self.unit_per_tau
        } else {
            self.unit
        }
    }

    /// Whether there is one at a temperature and in a field.
    pub fn is_defined(&self, temperature_k: f64, field_t: f64) -> bool {
        (temperature_k > 0.0 || !self.thermal) && (field_t != 0.0 || !self.per_field)
    }

    /// Its components in these coefficients, last index fastest.
    pub fn components(&self, from: &InField) -> Vec<f64> {
        match self.of {
            Of::Tensor(of) => of(from).as_flattened().to_vec(),
            Of::Axes(of) => of(from).to_vec(),
            Of::Number(of) => vec![of(from)],
        }
    }

    /// Lengths of its components' indices.
    pub fn shape(&self) -> Vec<usize> {
        match self.of {
            Of::Tensor(_) => vec![3, 3],
            Of::Axes(_) => vec![3],
            Of::Number(_) => Vec::new(),
        }
    }

    /// The shares of causes in the bars of its components.
    pub fn shares(&self, bars: &FieldBars) -> Vec<Shares> {
        let count = self.shape().iter().product();
        let of = |i: usize| Shares::of(&bars.by_cause(|x| self.components(x)[i]));
        (0..count).map(of).collect()
    }

    /// Values with their bars.
    pub fn with_bars(&self, value: &InField, bars: &FieldBars) -> Bars {
        let errors = self.components(&bars.total);
        Bars::new(
            self.shape(),
            self.components(value),
            errors,
            self.shares(bars),
        )
    }
}

/// Suffixes of spin channels.
pub(super) const SPINS: [&str; 2] = ["up", "down"];
