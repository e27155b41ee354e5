//! The quantities of a thermal state as a list with names and units: what tables, JSON, HDF5 and CSV are made from.

use super::catalogue::{self, COEFFICIENTS, Coefficient, Mean, Name, PerSpin};
use super::{CarrierShares, Directions, Equilibrium, Extent, Scalar, mean};
use crate::scattering::Carrier;
use crate::uncertainty::Quantity;
use std::borrow::Cow;

/// A named quantity.
#[derive(Clone, Debug)]
pub struct Item {
    /// Name in files.
    pub name: Cow<'static, str>,
    /// Unit.
    pub unit: Cow<'static, str>,
    /// Explanation.
    pub about: Cow<'static, str>,
    /// The coefficient that it is, if it is one.
    pub coefficient: Option<&'static Coefficient>,
    /// The power of a layer's or chain's extent that it goes by; none for what would change its meaning.
    pub extent_power: Option<i32>,
    /// Value and bars.
    pub quantity: Quantity,
}

impl Item {
    /// A number that is no coefficient, nor of an extent.
    pub fn number(
        name: impl Into<Cow<'static, str>>,
        unit: &'static str,
        about: &'static str,
        q: Scalar,
    ) -> Self {
        Self {
            name: name.into(),
            unit: unit.into(),
            about: about.into(),
            coefficient: None,
            extent_power: Some(0),
            quantity: q.into(),
        }
    }
}

/// What the names of scattering shares begin with.
pub const SHARE: &str = "scattering_share_";
/// The name of the polarisation of currents.
pub const POLARIZATION: &str = "conductivity_spin_polarization";

/// Every coefficient of a state that there is, `absolute` ones with a known relaxation time.
pub(super) fn coefficients(of: &Equilibrium, absolute: bool) -> Vec<Item> {
    let item = |coefficient: &'static Coefficient| {
        let quantity = (coefficient.value)(of)?;
        let (name, unit, about) = coefficient.named(absolute);
        Some(Item {
            name,
            unit: unit.into(),
            about,
            coefficient: Some(coefficient),
            extent_power: coefficient.extent_power,
            quantity,
        })
    };
    COEFFICIENTS.iter().filter_map(item).collect()
}

/// Shares of scattering mechanisms as named quantities: `scattering_share_electrons_acoustic`.
pub fn share_items(all: &[CarrierShares]) -> Vec<Item> {
    let mut items = Vec::new();
    for of in all {
        let carrier = match of.carrier {
            Carrier::Electrons => "electrons",
            Carrier::Holes => "holes",
        };
        for share in &of.shares {
            let words = share.name.split(|c: char| !c.is_ascii_alphanumeric());
            let words: Vec<&str> = words.filter(|w| !w.is_empty()).collect();
            let mechanism = words.join("_");
            items.push(Item {
                name: format!("{SHARE}{carrier}_{mechanism}").into(),
                about: "the mechanism's share of the scattering rate, averaged over the carriers as they conduct".into(),
                // The bar: 0, or as little defined as the share.
                ..Item::number("", "1", "", Scalar::new(share.fraction, 0.0 * share.fraction))
            });
        }
    }
    items
}

/// The coefficients of up and of down, each as [`coefficients`] gives them, where they have states, and the polarisation of the
/// conductivity (Tr σ_up − Tr σ_down)/(Tr σ_up + Tr σ_down).
pub(super) fn of_spins(both: [Option<Vec<Item>>; 2]) -> Vec<Item> {
    let Some(any) = both.iter().flatten().next() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (row, spin) in both.iter().zip(["up", "down"]) {
        for (i, item) in any.iter().enumerate() {
            let absent = match item.coefficient.map(|c| c.per_spin) {
                None | Some(PerSpin::Untold) => continue,
                Some(PerSpin::Part) => 0.0,
                Some(PerSpin::Own) => f64::NAN,
            };
            let name = Name::of(&item.name);
            out.push(Item {
                name: format!("{}_{spin}{}", name.bare, name.per_tau).into(),
                quantity: match row {
                    Some(row) => row[i].quantity.clone(),
                    None => item.quantity.scaled(absent),
                },
                ..item.clone()
            });
        }
    }
    let sigma = both.each_ref().map(|row| {
        let found = row.iter().flatten();
        let found = found.filter(|i| {
            i.coefficient
                .is_some_and(|c| c.label.name == "conductivity")
        });
        match found.map(|i| &i.quantity).next() {
            Some(Quantity::Tensor(q)) => mean(q, 1),
            _ => Scalar::default(),
        }
    });
    let about = "(up - down)/(up + down) of the trace of the conductivity";
    out.push(Item::number(POLARIZATION, "1", about, polarization(sigma)));
    out
}

fn polarization([up, down]: [Scalar; 2]) -> Scalar {
    let sum = up.value + down.value;
    let mut bar = up.by_cause().scaled(2.0 * down.value / (sum * sum));
    bar += down.by_cause().scaled(2.0 * up.value / (sum * sum));
    Scalar::from(((up.value - down.value) / sum, bar))
}

/// The items of a layer's or a chain's row under names and units of their own, so that nobody takes them for three-dimensional ones:
/// `conductivity` in S/m becomes `sheet_conductivity` in S and `line_conductivity` in S m; what has no extent stays as it is, and where
/// the extent was given the three-dimensional values stay too.
///
/// Results are converted here and nowhere else: every coefficient is computed per volume (the cell's, or that of an [`Extent`]). The
/// other way, what a user gives per area or length, is [`super::Density`]'s. `tests/transport/layers_units.rs` sees to it that no value depends on how
/// much vacuum there is.
pub(super) fn in_extent(all: Vec<Item>, extent: &Extent) -> Vec<Item> {
    let mut out = Vec::new();
    for item in all {
        let Some(power) = item.extent_power else {
            continue;
        };
        if power != 0 {
            let (name, unit, factor) = of_extent(&item.name, &item.unit, power, extent);
            out.push(Item {
                name: name.into(),
                unit: unit.into(),
                quantity: item.quantity.scaled(factor),
                ..item.clone()
            });
        }
        if power == 0 || extent.is_given() {
            out.push(item);
        }
    }
    out
}

/// Name, unit and factor of what goes by this power of the extent.
fn of_extent(name: &str, unit: &str, power: i32, extent: &Extent) -> (String, String, f64) {
    let missing = 3 - extent.dimension() as i32;
    let prefix = if missing == 1 { "sheet_" } else { "line_" };
    // Densities are in cm, so that lengths are.
    let centimetres = if unit.contains("cm") {
        100f64.powi(missing)
    } else {
        1.0
    };
    (
        format!("{prefix}{name}"),
        catalogue::times_length(unit, missing * power),
        (centimetres * extent.size()).powi(power),
    )
}

/// Name, unit and value of one number that goes by a power of the extent, as rows of layers and chains have it.
pub fn number(
    name: &str,
    unit: &str,
    power: i32,
    value: Scalar,
    extent: Option<&Extent>,
) -> (String, String, Scalar) {
    match extent {
        Some(extent) if power != 0 => {
            let (name, unit, factor) = of_extent(name, unit, power, extent);
            (name, unit, value.scaled(factor))
        }
        _ => (name.to_owned(), unit.to_owned(), value),
    }
}

/// The conductivity that defines the quantity `name`, as `get` finds it by its name; none for what adds up.
pub fn conductivity_of<T>(name: &str, get: impl Fn(&str) -> Option<T>) -> Option<T> {
    let name = Name::of(name);
    let coefficient = name.coefficient()?;
    if coefficient.mean == Mean::OfTheBands {
        return None;
    }
    let carriers = match coefficient.carriers {
        "" => String::new(),
        carriers => format!("_{carriers}"),
    };
    let part = carriers + name.spin;
    let all = ["", "sheet_", "line_"].into_iter();
    let mut all = all.flat_map(|p| ["", "_over_tau"].map(|t| format!("{p}conductivity{part}{t}")));
    all.find_map(|name| get(&name))
}

/// The number that an item of a row is shown by, where the bands conduct in so many directions, in tables, figures, pages and
/// BoltzTraP2's columns alike: itself, or a tensor's mean, which is NaN where it is not defined; none for tensors of higher rank.
///
/// Conductivities and what adds up like them are averaged over the directions in which the bands conduct at all, so that parts add
/// up to the whole at every state. What a current defines (the Seebeck tensor) is averaged over the directions in which its own
/// carriers conduct in that state: elsewhere there is nothing to average.
pub fn shown(item: &Item, row: &[Item], bands: usize) -> Option<Scalar> {
    match &item.quantity {
        Quantity::Scalar(q) => Some(*q),
        Quantity::Tensor(q) => Some(mean(q, directions(&item.name, row, bands))),
        _ => None,
    }
}

fn directions(name: &str, row: &[Item], bands: usize) -> usize {
    let tensor = |name: &str| match &row.iter().find(|i| i.name == name)?.quantity {
        Quantity::Tensor(q) => Some(q.value),
        _ => None,
    };
    conductivity_of(name, tensor).map_or(bands, |sigma| Directions::of(&sigma).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_currents_define_follows_its_own_carriers() {
        let names = [
            "sheet_conductivity_over_tau",
            "sheet_conductivity_holes_over_tau",
            "sheet_conductivity_up_over_tau",
        ];
        let of = |name: &str| conductivity_of(name, |n| names.into_iter().find(|x| *x == n));
        assert_eq!(of("seebeck"), Some(names[0]));
        assert_eq!(of("seebeck_holes"), Some(names[1]));
        assert_eq!(of("seebeck_up"), Some(names[2]));
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
