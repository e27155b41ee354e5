//! One temperature and level: every quantity under its name, with a relaxation time as far as that is known.

use super::catalogue::Name;
use super::item::{self, Item};
use super::{
    Coefficients, CoefficientsOverTau, Equilibrium, Extent, RelaxationTime, Scalar, TensorQuantity,
    ThermalState, TransportDistribution,
};
use crate::error::Result;
use crate::uncertainty::Quantity;
use crate::units::BOLTZMANN_EV;

/// What the columns of a calculation are.
#[derive(Clone, Debug, PartialEq)]
pub enum Levels {
    /// Chemical potentials, eV on the bands' scale.
    ChemicalPotentials(Vec<f64>),
    /// Net dopings, cm⁻³ (cm⁻² of a layer, cm⁻¹ of a chain): positive for electrons.
    Dopings(Vec<f64>),
    /// Kinds of doping, "n" or "p", each at its optimum.
    Carriers(Vec<String>),
}

impl Levels {
    /// Number of levels.
    pub fn len(&self) -> usize {
        match self {
            Self::ChemicalPotentials(x) | Self::Dopings(x) => x.len(),
            Self::Carriers(x) => x.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The coefficients of one temperature and level, with all that they were computed from.
#[derive(Clone, Debug)]
pub enum TransportRow {
    /// Per relaxation time.
    OverTau(CoefficientsOverTau),
    /// With a relaxation time.
    Absolute(Coefficients),
}

impl TransportRow {
    /// The coefficients of a state with a relaxation time, as far as that is known; zT where the lattice thermal conductivity,
    /// W/(m K), is known too.
    ///
    /// # Errors
    /// As [`TransportDistribution::coefficients`] and [`TransportDistribution::scattered`].
    pub fn new(
        distribution: &TransportDistribution,
        state: &ThermalState,
        relaxation: RelaxationTime,
        lattice_w_mk: Option<f64>,
    ) -> Result<Self> {
        let coefficients = match relaxation {
            RelaxationTime::Unknown => {
                return Ok(Self::OverTau(distribution.coefficients_over_tau(state)?));
            }
            RelaxationTime::Constant(tau) => distribution.coefficients(state, &|_| tau)?,
            RelaxationTime::Function(tau) => distribution.coefficients(state, tau)?,
            RelaxationTime::Mechanisms(model, gap_ev) => {
                let tau = distribution.scattered(model, gap_ev, state)?;
                distribution.coefficients_scattered(state, &tau)?
            }
            RelaxationTime::Binned(tau) => distribution.coefficients_scattered(state, tau)?,
            RelaxationTime::OfTheBands => distribution.coefficients_from_lifetimes(state)?,
        };
        Ok(Self::Absolute(match lattice_w_mk {
            Some(lattice) => coefficients.with_lattice(lattice)?,
            None => coefficients,
        }))
    }

    /// What does not depend on the size of the relaxation time.
    pub fn equilibrium(&self) -> &Equilibrium {
        match self {
            Self::OverTau(c) => c,
            Self::Absolute(c) => c,
        }
    }

    /// Every quantity there is.
    pub fn items(&self) -> Vec<Item> {
        let absolute = matches!(self, Self::Absolute(_));
        item::coefficients(self.equilibrium(), absolute)
    }

    /// What is told of the two currents of collinear bands.
    pub fn of_spins(both: &[Option<Self>; 2]) -> Vec<Item> {
        item::of_spins(both.each_ref().map(|row| row.as_ref().map(Self::items)))
    }
}

/// Quantities of a thermal state as they are written, without what they were computed from: the averages behind a row, seventeen
/// variations of each for the bars, are larger than the row by far, and a run over thousands of states keeps the rows alone.
#[derive(Clone, Debug)]
pub struct Row {
    /// T, K.
    pub temperature_k: f64,
    /// Every quantity, the same names in the same order in each row of a calculation.
    pub items: Vec<Item>,
}

impl Row {
    /// The coefficients of a row with what else is known of it; those of a layer or a chain under their own names and units.
    pub fn new(row: &TransportRow, extras: Vec<Item>, extent: Option<&Extent>) -> Self {
        let mut items = row.items();
        items.extend(extras);
        Self {
            temperature_k: row.equilibrium().temperature_k(),
            items: match extent {
                Some(extent) => item::in_extent(items, extent),
                None => items,
            },
        }
    }

    /// The quantity of this name.
    pub fn get(&self, name: &str) -> Option<&Quantity> {
        let found = self.items.iter().find(|i| i.name == name);
        found.map(|i| &i.quantity)
    }

    /// A number of this name; zero where there is none.
    pub fn scalar(&self, name: &str) -> Scalar {
        match self.get(name) {
            Some(Quantity::Scalar(q)) => *q,
            _ => Scalar::default(),
        }
    }

    /// A tensor of this name; zero where there is none.
    pub fn tensor(&self, name: &str) -> TensorQuantity {
        match self.get(name) {
            Some(Quantity::Tensor(q)) => **q,
            _ => TensorQuantity::default(),
        }
    }

    /// The main coefficient whose mean has the widest bar, with that mean and its bar as a share of it; the Seebeck coefficient's is over
    /// k_B/e (V/K) at least, as it may vanish.
    pub fn widest_bar(&self) -> Option<(&str, Scalar, f64)> {
        const MAIN: [&str; 3] = ["conductivity", "seebeck", "thermal_conductivity_electronic"];
        // Of how many directions a mean is plays no part in a ratio.
        const DIRECTIONS: usize = 3;
        let relative = self.items.iter().filter_map(|i| {
            let main = i.coefficient.filter(|c| MAIN.contains(&c.label.name))?;
            if !Name::of(&i.name).spin.is_empty() {
                return None;
            }
            let mean = item::shown(i, &self.items, DIRECTIONS)?;
            let least = if main.label.name == "seebeck" {
                BOLTZMANN_EV
            } else {
                0.0
            };
            let relative = mean.error / mean.value.abs().max(least);
            Some((i.name.as_ref(), mean, relative))
        });
        relative
            .filter(|(.., share)| share.is_finite())
            .max_by(|a, b| a.2.total_cmp(&b.2))
    }
}
