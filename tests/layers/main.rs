//! Layers, chains and spins as users meet them.

#[path = "../common/mod.rs"]
mod common;

mod field_layers;
mod layers_cli;
mod layers_units;
mod spin_resolved;
