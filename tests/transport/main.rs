//! Coefficients against closed forms and the laws that bind them.

#[path = "../common/mod.rs"]
mod common;

mod field_carriers;
mod landauer;
mod laws;
mod magneto_channels;
mod optimum;
mod optimum_temperature;
mod pockets;
mod relations;
mod transport;
