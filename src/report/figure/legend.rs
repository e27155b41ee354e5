//! What directions, densities and levels of a result are called in a legend.

use super::notation::{direction_label, powers};
use crate::io::results::{Coordinates, ResultFile};

/// The directions of transport, as a legend says them.
pub(super) fn direction_labels(file: &ResultFile) -> Vec<String> {
    match file.get_dimension("direction").map(|d| &d.coordinates) {
        Some(Coordinates::Labels(labels)) => labels.iter().map(|l| direction_label(l)).collect(),
        _ => Vec::new(),
    }
}

/// The density of carriers and its unit: per volume, of a layer per area, of a chain per length.
pub(super) fn carrier_density(file: &ResultFile) -> (&'static str, &str) {
    let names = [
        "sheet_carrier_density",
        "line_carrier_density",
        "carrier_density",
    ];
    let there = names.into_iter().find_map(|n| Some((n, file.get(n)?)));
    let doping = file.get_dimension("doping").map(|d| d.unit.as_str());
    match there {
        Some((name, variable)) => (name, doping.unwrap_or(&variable.unit)),
        None => ("carrier_density", doping.unwrap_or("cm^-3")),
    }
}

/// What a level is called in the legend.
pub(super) fn level_label(file: &ResultFile, level: &str, l: usize, fermi: f64) -> String {
    match file.get_dimension(level).map(|d| &d.coordinates) {
        Some(Coordinates::Labels(labels)) => format!("{}-type", labels[l]),
        Some(Coordinates::Numbers(x)) if level == "doping" => {
            let kind = if x[l] < 0.0 { "p" } else { "n" };
            let power = x[l].abs().max(f64::MIN_POSITIVE).log10().floor() as i32;
            let digits = x[l].abs() / 10f64.powi(power);
            let times = if (digits - 1.0).abs() < 1e-9 {
                String::new()
            } else {
                format!("{}·", (digits * 1e4).round() / 1e4)
            };
            let unit = powers(carrier_density(file).1);
            format!("{kind}: {times}10^{{{power}}} {unit}")
        }
        Some(Coordinates::Numbers(x)) => {
            let mu = ((x[l] - fermi) * 1e6).round() / 1e6 + 0.0;
            format!("μ − E_{{F}} = {mu} eV").replace("= -", "= −")
        }
        None => String::new(),
    }
}
