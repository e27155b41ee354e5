//! Elastic waves of crystals of any symmetry: phase and group velocity, and how the flow of energy is focused (docs/physics §14).

mod focus;
mod stiffness;
mod waves;

pub use focus::{FocusMap, Section, focus_map, map_axes, pixel_of, section};
pub use stiffness::Stiffness;
pub use waves::{Christoffel, Wave, waves};
