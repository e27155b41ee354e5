//! What phonons carry: heat capacity, density of states, thermal conductivity, ballistic modes, drag on electrons (docs/physics §9, §14,
//! §15). The zone is integrated as for electrons, with Bose's statistics in the place of Fermi's.

mod accumulation;
mod ballistic;
mod capacity;
mod crossover;
mod drag;
mod flow;
mod gamma;
mod heat;
mod isotopes;
mod long_waves;
pub mod model;
mod modes;
mod rates;
mod rates_file;
mod spectrum;
mod velocities;

pub use accumulation::{Accumulation, accumulation, lengths, path_range};
pub use ballistic::{Ballistic, ballistic};
pub use crossover::{crossings, debye_drag, free_electron_diffusion};
pub use drag::{DragModel, Wind, drag_conductivity, herring};
pub use flow::heat_flow_map;
pub use heat::{Branch, Heat, Lifetimes, by_branch, heat};
pub use long_waves::{LongWave, LongWaves};
pub use modes::{ModeSums, mode_sums};
pub use rates::{Mechanism, PhononRates};
pub use spectrum::{PhononSpectrum, thermal_axis};
pub use velocities::{differences, speeds};
