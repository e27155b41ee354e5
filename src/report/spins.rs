//! The two currents of collinear bands as named quantities: `conductivity_up`, `conductivity_down`, and their polarisation.

use super::items::{Item, Quantity, TransportRow};
use crate::transport::{Scalar, mean};
use std::borrow::Cow;

/// What is told of each channel, and whether it is additive: nothing where a channel has no states.
const TOLD: [(&str, bool); 14] = [
    ("electron_density", true),
    ("hole_density", true),
    ("density_of_states", true),
    ("conductivity", true),
    ("conductivity_over_tau", true),
    ("thermal_conductivity_electronic", true),
    ("thermal_conductivity_electronic_over_tau", true),
    ("thermal_conductivity_closed", true),
    ("thermal_conductivity_closed_over_tau", true),
    ("power_factor", true),
    ("power_factor_over_tau", true),
    ("hall_conductivity", true),
    ("hall_conductivity_over_tau2", true),
    ("seebeck", false),
];

/// Coefficients of up and down, where they have states, and the polarisation of the conductivity
/// (Tr σ_up − Tr σ_down)/(Tr σ_up + Tr σ_down).
pub fn spin_items(both: &[Option<TransportRow>; 2]) -> Vec<Item> {
    let rows: [Option<Vec<Item>>; 2] = both.each_ref().map(|r| r.as_ref().map(|r| r.items()));
    let Some(any) = rows.iter().flatten().next() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (row, spin) in rows.iter().zip(["up", "down"]) {
        for (i, item) in any.iter().enumerate() {
            let Some((_, additive)) = TOLD.iter().find(|(name, _)| *name == item.name) else {
                continue;
            };
            let quantity = match row {
                Some(row) => row[i].quantity.clone(),
                None => item.quantity.scaled(if *additive { 0.0 } else { f64::NAN }),
            };
            out.push(Item {
                name: Cow::Owned(with_spin(&item.name, spin)),
                unit: item.unit,
                about: item.about,
                quantity,
            });
        }
    }
    let sigma = rows.each_ref().map(|row| {
        let of =
            |i: &&Item| i.name.starts_with("conductivity") && TOLD.iter().any(|t| t.0 == i.name);
        let found = row.as_ref().and_then(|row| row.iter().find(of));
        match found.map(|i| &i.quantity) {
            Some(Quantity::Tensor(q)) => mean(q, 1),
            _ => Scalar::default(),
        }
    });
    out.push(Item {
        name: "conductivity_spin_polarization".into(),
        unit: "1",
        about: "(up - down)/(up + down) of the trace of the conductivity",
        quantity: Quantity::Scalar(polarization(sigma)),
    });
    out
}

fn polarization([up, down]: [Scalar; 2]) -> Scalar {
    let sum = up.value + down.value;
    let mut bar = up.by_cause().scaled(2.0 * down.value / (sum * sum));
    bar += down.by_cause().scaled(2.0 * up.value / (sum * sum));
    Scalar::from(((up.value - down.value) / sum, bar))
}

/// The spin goes before what a quantity is per: `conductivity_up_over_tau`.
fn with_spin(name: &str, spin: &str) -> String {
    match name.find("_over_tau") {
        Some(at) => format!("{}_{spin}{}", &name[..at], &name[at..]),
        None => format!("{name}_{spin}"),
    }
}
