//! Bounds without a material: the best windows of energy, and two sides at work.

use crate::bounds::{BoxOptimum, Filter, Operation, Terminals};
use crate::error::Result;

/// αA where nothing is asked for: eight decades.
const DECADES: std::ops::RangeInclusive<i32> = -2..=6;
/// Shares of the largest power where none are asked for.
const POWERS: [f64; 5] = [0.01, 0.1, 0.5, 0.9, 1.0];

/// Which windows.
#[derive(Clone, Debug, PartialEq)]
pub enum Windows {
    /// The best for these αA: k_B²T/(ħ a₀ κ_l) times the height of the transmission.
    Heights(Vec<f64>),
    /// Those that have these zT.
    FiguresOfMerit(Vec<f64>),
}

impl Default for Windows {
    fn default() -> Self {
        Self::Heights(DECADES.map(|k| f64::powi(10.0, k)).collect())
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Windows.
    pub windows: Windows,
    /// For edges in eV, K.
    pub temperature_k: Option<f64>,
    /// The hot and the cold side of two terminals, K.
    pub sides_k: Option<(f64, f64)>,
    /// Shares of the largest power to work at; none for some from little to all.
    pub powers: Option<Vec<f64>>,
}

/// What was found.
pub struct BoundsFound {
    /// The best windows.
    pub windows: Vec<BoxOptimum>,
    /// For edges in eV, K.
    pub temperature_k: Option<f64>,
    /// Two sides, with the best operations of a box and of a step.
    pub terminals: Option<TerminalsFound>,
}

/// Two sides at work.
pub struct TerminalsFound {
    /// K.
    pub hot_k: f64,
    /// K.
    pub cold_k: f64,
    /// By power, for both filters.
    pub operations: Vec<(Filter, Operation)>,
}

impl Bounds {
    /// Computes them.
    ///
    /// # Errors
    /// For numbers that are no αA, zT, temperature or share of power, as [`BoxOptimum`] and [`Terminals`] say.
    pub fn run(&self) -> Result<BoundsFound> {
        let powers = self.powers.as_deref().unwrap_or(&POWERS);
        let terminals = self
            .sides_k
            .map(|sides| at_work(sides, powers))
            .transpose()?;
        let windows: Result<Vec<BoxOptimum>> = match &self.windows {
            Windows::Heights(all) => all.iter().map(|x| BoxOptimum::new(*x)).collect(),
            Windows::FiguresOfMerit(all) => {
                let of = |zt: &f64| BoxOptimum::with_figure_of_merit(*zt);
                all.iter().map(of).collect()
            }
        };
        Ok(BoundsFound {
            windows: windows?,
            temperature_k: self.temperature_k,
            terminals,
        })
    }
}

/// The best operations for shares of the largest power.
fn at_work((hot_k, cold_k): (f64, f64), powers: &[f64]) -> Result<TerminalsFound> {
    let terminals = Terminals::new(hot_k, cold_k)?;
    let mut operations = Vec::new();
    for filter in [Filter::Box, Filter::Step] {
        for power in powers {
            operations.push((filter, terminals.best(filter, *power)?));
        }
    }
    Ok(TerminalsFound {
        hot_k,
        cold_k,
        operations,
    })
}
