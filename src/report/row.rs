//! One temperature and level as it is written: every quantity under its name, without what it was computed from.
//!
//! The averages behind a row, seventeen variations of each for the bars, are larger than the row by far: a run over thousands of
//! states keeps the rows alone.

use super::items::{Item, Quantity, TransportRow};
use super::low_dimensional;
use super::mean;
use crate::transport::{Extent, Scalar, TensorQuantity};
use crate::units::BOLTZMANN_EV;

/// Quantities of a thermal state.
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
                Some(extent) => low_dimensional::items(items, extent),
                None => items,
            },
        }
    }

    /// The quantity of this name.
    pub fn get(&self, name: &str) -> Option<&Quantity> {
        let found = self.items.iter().find(|i| i.name == name);
        found.map(|i| &i.quantity)
    }

    /// The main coefficient whose mean has the widest bar, and that bar over the mean; the Seebeck coefficient's is over k_B/e (V/K)
    /// at least, as it may vanish.
    pub fn widest_bar(&self) -> Option<(&str, Scalar, f64)> {
        const MAIN: [&str; 3] = ["conductivity", "seebeck", "thermal_conductivity_electronic"];
        let main = self.items.iter().filter(|i| {
            let name = i
                .name
                .trim_start_matches("sheet_")
                .trim_start_matches("line_");
            MAIN.contains(&name.trim_end_matches("_over_tau"))
        });
        // Of how many directions a mean is plays no part in a ratio.
        const DIRECTIONS: usize = 3;
        let relative = main.filter_map(|i| {
            let mean = mean::shown(i, &self.items, DIRECTIONS)?;
            let least = if i.name == "seebeck" {
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
}
