//! Coefficients against closed forms and the laws that bind them: relaxation times, layers, chains and spins, too.

#[path = "../common/mod.rs"]
mod common;

mod field_carriers;
mod field_layers;
mod hot_states;
mod landauer;
mod laws;
mod layers_cli;
mod layers_scattering;
mod layers_units;
mod lifetimes;
mod magneto_channels;
mod mean_free_path;
mod optimum;
mod optimum_temperature;
mod pockets;
mod relations;
mod scattering;
mod screening;
mod spin_resolved;
mod transport;
