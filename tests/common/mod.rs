//! Helpers that several test files share.
#![allow(dead_code)]

use bzint::bands::model::{Model, ModelBands};
use bzint::crystal::{KGrid, Lattice};

/// Simple cubic lattice of constant `a` (Å).
pub fn cubic(a: f64) -> Lattice {
    Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]]).unwrap()
}

/// Tight binding E = −2t Σcos on n³ points of a cubic lattice.
pub fn simple_cubic(n: usize, a: f64, hopping: f64) -> ModelBands {
    let model = Model::TightBinding {
        hopping,
        dimension: 3,
    };
    ModelBands::new(model, cubic(a), KGrid::gamma([n; 3]).unwrap(), false).unwrap()
}

/// PHYSICS.md §18: E/t, D, N, T, Ξ per spin of the simple-cubic band in units t = a = ħ = 1.
pub const SIMPLE_CUBIC: [(f64, f64, f64, f64, f64); 5] = [
    (
        -5.0,
        0.029011535777497,
        0.018294835387318,
        0.032873818255334,
        0.17029895514885,
    ),
    (
        -4.0,
        0.048382120026138,
        0.056799215571651,
        0.090095363435796,
        0.3695630588648,
    ),
    (
        -2.5,
        0.093148952486314,
        0.15839764028469,
        0.19744435482256,
        0.77357766178468,
    ),
    (
        -1.0,
        0.1431612175254,
        0.35716504038771,
        0.31032055515458,
        1.2130762298724,
    ),
    (
        0.0,
        0.14267298272302,
        0.5,
        0.33413991164697,
        1.2608738822704,
    ),
];
