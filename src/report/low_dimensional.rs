//! Coefficients of layers and chains under names and units of their own, so that nobody takes them for three-dimensional ones:
//! `conductivity` in S/m becomes `sheet_conductivity` in S and `line_conductivity` in S m.
//!
//! Results are converted here and nowhere else: [`crate::transport`] gives every coefficient per volume (the cell's, or that of an
//! [`Extent`]), and whatever is written of a row, as table, JSON, CSV or HDF5, comes through [`items`]. The other way, what a user
//! gives per area or length, is [`crate::transport::Density`]'s. `tests/layers_cli.rs` sees to it that no value depends on how much
//! vacuum there is.

use super::items::{Item, Quantity};
use crate::transport::{Extent, Scalar};
use std::borrow::Cow;

/// Units of three-dimensional values with those of a sheet and of a line, and the power of the extent that they take.
const UNITS: [(&str, &str, &str, i32); 15] = [
    ("cm^-3", "cm^-2", "cm^-1", 1),
    ("S/m", "S", "S m", 1),
    ("1/(Ohm m s)", "1/(Ohm s)", "m/(Ohm s)", 1),
    ("W/(m K)", "W/K", "W m/K", 1),
    ("W/(m K s)", "W/(K s)", "W m/(K s)", 1),
    ("W/(m K^2)", "W/K^2", "W m/K^2", 1),
    ("W/(m K^2 s)", "W/(K^2 s)", "W m/(K^2 s)", 1),
    ("J/(m^3 K)", "J/(m^2 K)", "J/(m K)", 1),
    ("m^3/C", "m^2/C", "m/C", -1),
    ("S/(m T)", "S/T", "S m/T", 1),
    ("S/(m T s^2)", "S/(T s^2)", "S m/(T s^2)", 1),
    ("W/(m K T)", "W/(K T)", "W m/(K T)", 1),
    ("W/(m K T s^2)", "W/(K T s^2)", "W m/(K T s^2)", 1),
    ("S/(m T^2)", "S/T^2", "S m/T^2", 1),
    ("S/(m T^2 s^3)", "S/(T^2 s^3)", "S m/(T^2 s^3)", 1),
];

/// The items of a layer's or a chain's row: per area or length, what has no extent as it is, and where the extent was given the
/// three-dimensional values too.
pub(super) fn items(all: Vec<Item>, extent: &Extent) -> Vec<Item> {
    let mut out = Vec::new();
    for item in all {
        // Per volume, a pure number: it would change its meaning, not its unit.
        if item.name == "pauli_susceptibility" {
            continue;
        }
        let unit = UNITS.iter().find(|u| u.0 == item.unit);
        if let Some(&(_, sheet, line, power)) = unit {
            let (prefix, unit) = match extent.dimension() {
                2 => ("sheet_", sheet),
                _ => ("line_", line),
            };
            // Densities are in cm, so that lengths are.
            let centimetres = if item.unit == "cm^-3" {
                100f64.powi(3 - extent.dimension() as i32)
            } else {
                1.0
            };
            out.push(Item {
                name: Cow::Owned(format!("{prefix}{}", item.name)),
                unit,
                about: item.about,
                quantity: item
                    .quantity
                    .scaled((centimetres * extent.size()).powi(power)),
            });
        }
        if unit.is_none() || extent.is_given() {
            out.push(item);
        }
    }
    out
}

/// Name, unit and value of one number of a row, as [`items`] gives it first.
pub(super) fn number(
    name: &str,
    unit: &'static str,
    value: Scalar,
    extent: Option<&Extent>,
) -> (Cow<'static, str>, &'static str, Scalar) {
    let item = Item {
        name: Cow::Owned(name.to_owned()),
        unit,
        about: "",
        quantity: Quantity::Scalar(value),
    };
    let found = match extent {
        Some(extent) => items(vec![item], extent).into_iter().next(),
        None => Some(item),
    };
    match found {
        Some(Item {
            name,
            unit,
            quantity: Quantity::Scalar(value),
            ..
        }) => (name, unit, value),
        _ => (Cow::Owned(name.to_owned()), unit, value),
    }
}
