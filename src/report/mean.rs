//! The one number that a tensor is shown by: in tables, figures, pages and BoltzTraP2's columns alike.
//!
//! Conductivities and what adds up like them are averaged over the directions in which the bands conduct at all, so that parts add
//! up to the whole at every state. What a current defines (the Seebeck tensor) is averaged over the directions in which its own
//! carriers conduct in that state: elsewhere there is nothing to average.

use super::items::{Item, Quantity};
use crate::transport::{Directions, Scalar, TensorQuantity, mean};

/// The attribute of results that says in how many directions the bands conduct.
pub(super) const CONDUCTING: &str = "conducting_directions";
/// Tensors that are defined where a current flows.
const OF_CURRENTS: [&str; 5] = ["seebeck", "peltier", "lorenz", "hall", "nernst_tensor"];
/// Parts of the carriers that have a conductivity of their own.
const PARTS: [&str; 4] = ["electrons", "holes", "up", "down"];
/// What names of a layer's and of a chain's quantities begin with.
pub(super) const PREFIXES: [&str; 2] = ["sheet_", "line_"];

/// A name without what says that it is a layer's or a chain's.
pub(super) fn without_prefix(name: &str) -> &str {
    let found = PREFIXES.iter().find_map(|p| name.strip_prefix(p));
    found.unwrap_or(name)
}

/// The conductivity that defines the quantity `name`, as `get` finds it by its name; none for what adds up.
pub(super) fn conductivity_of<T>(name: &str, get: impl Fn(&str) -> Option<T>) -> Option<T> {
    let name = without_prefix(name);
    let rest = OF_CURRENTS.iter().find_map(|n| name.strip_prefix(n))?;
    let part = match rest.strip_prefix('_') {
        Some(part) if PARTS.contains(&part) => format!("_{part}"),
        Some(tau) if tau.starts_with("over_tau") => String::new(),
        None if rest.is_empty() => String::new(),
        // `hall_conductivity`, `hall_mobility`.
        _ => return None,
    };
    let all = ["", "sheet_", "line_"].into_iter();
    let mut all = all.flat_map(|p| ["", "_over_tau"].map(|t| format!("{p}conductivity{part}{t}")));
    all.find_map(|name| get(&name))
}

/// The number that an item of a row is shown by, where the bands conduct in so many directions: itself, or a tensor's mean, which
/// is NaN where it is not defined; none for tensors of higher rank.
pub(super) fn shown(item: &Item, row: &[Item], bands: usize) -> Option<Scalar> {
    match &item.quantity {
        Quantity::Scalar(q) => Some(*q),
        Quantity::Tensor(q) => Some(mean(q, directions(&item.name, row, bands))),
        _ => None,
    }
}

fn directions(name: &str, row: &[Item], bands: usize) -> usize {
    let tensor = |name: &str| match &row.iter().find(|i| i.name == name)?.quantity {
        Quantity::Tensor(q) => Some(**q),
        _ => None,
    };
    conductivity_of(name, tensor).map_or(bands, |sigma: TensorQuantity| {
        Directions::of(&sigma.value).count()
    })
}

/// How means are taken, in words.
pub(super) fn in_words(bands: usize) -> &'static str {
    match bands {
        2 => "half of their trace",
        1 => "their trace",
        _ => "a third of their trace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_currents_define_follows_its_own_carriers() {
        let names = [
            "sheet_conductivity_over_tau",
            "sheet_conductivity_holes_over_tau",
        ];
        let of = |name: &str| conductivity_of(name, |n| names.into_iter().find(|x| *x == n));
        assert_eq!(of("seebeck"), Some(names[0]));
        assert_eq!(of("seebeck_holes"), Some(names[1]));
        assert_eq!(of("sheet_hall"), Some(names[0]));
        assert_eq!(of("nernst_tensor_over_tau"), Some(names[0]));
        for adds_up in [
            "sheet_conductivity_over_tau",
            "hall_conductivity_over_tau2",
            "hall_mobility",
            "mobility_holes",
        ] {
            assert_eq!(of(adds_up), None, "{adds_up}");
        }
    }
}
