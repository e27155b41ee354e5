//! Quantities as the field writes them: symbols and units for axes, and short names to ask for them by.

use crate::report::mean::without_prefix;

/// How a quantity is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Notation {
    /// Symbol.
    pub symbol: String,
    /// Unit.
    pub unit: String,
    /// From the file's unit to this one.
    pub factor: f64,
}

/// (name in files without `_over_tau` and its kin, short name, symbol).
const SYMBOLS: &[(&str, &str, &str)] = &[
    ("temperature", "T", "T"),
    ("doping", "doping", "n − p"),
    ("energy", "E", "E"),
    ("conductivity", "sigma", "σ"),
    ("conductivity_electrons", "sigma_e", "σ_{e}"),
    ("conductivity_holes", "sigma_h", "σ_{h}"),
    ("seebeck", "S", "S"),
    ("seebeck_electrons", "S_e", "S_{e}"),
    ("seebeck_holes", "S_h", "S_{h}"),
    ("thermal_conductivity_electronic", "kappa_e", "κ_{e}"),
    ("thermal_conductivity_closed", "kappa_0", "κ_{0}"),
    ("thermal_conductivity_bipolar", "kappa_b", "κ_{b}"),
    ("power_factor", "PF", "S²σ"),
    ("figure_of_merit", "zT", "zT"),
    ("lattice_thermal_conductivity", "kappa_l", "κ_{l}"),
    ("kappa_below_energy", "kappa_E", "κ_{l} below E"),
    ("spectral_kappa", "kappa_omega", "dκ_{l}/dE"),
    ("kappa_below_mean_free_path", "kappa_L", "κ_{l} below Λ"),
    ("kappa_by_branch", "kappa_b", "κ_{l}"),
    ("modes_per_area", "M", "M"),
    ("mean_free_path_of_modes", "lambda", "λ"),
    ("ballistic_conductance", "G", "G"),
    ("seebeck_drag", "S_g", "S_{g}"),
    ("thermal_conductivity_ratio", "kappa_s", "κ_{s}/κ_{n}"),
    (
        "thermal_conductivity_ratio_constant_time",
        "kappa_s_tau",
        "κ_{s}/κ_{n}",
    ),
    ("superfluid_density", "rho_s", "ρ_{s}/n"),
    ("penetration_depth", "lambda_L", "λ"),
    ("gap", "Delta", "Δ"),
    ("states_over_normal", "N_s", "N(E)/N_{0}"),
    ("lorenz", "L", "L"),
    ("peltier", "Pi", "Π"),
    ("hall_coefficient", "R_H", "R_{H}"),
    ("hall", "R", "R"),
    ("hall_carrier_density", "n_H", "n_{H}"),
    ("hall_factor", "r_H", "r_{H}"),
    ("hall_mobility", "mu_H", "µ_{H}"),
    ("mobility_electrons", "mu_e", "µ_{e}"),
    ("mobility_holes", "mu_h", "µ_{h}"),
    ("nernst", "nu", "ν"),
    ("heat_capacity", "C", "C"),
    ("pauli_susceptibility", "chi", "χ"),
    ("chemical_potential", "mu", "μ"),
    ("carrier_density", "n", "n − p"),
    ("electron_density", "n_e", "n"),
    ("hole_density", "n_h", "p"),
    ("density_of_states", "DOS", "N(E)"),
    ("density_of_states_by_spin", "DOS_spin", "N(E)"),
    ("electrons", "N", "N"),
    ("mean_speed", "v", "⟨|v|⟩"),
    ("velocity_squared", "v2", "⟨v_{i} v_{j}⟩"),
    ("plasma_frequency", "omega_p", "ħω_{p}"),
    ("optimal_doping", "n_opt", "n_{opt}"),
    ("optimal_chemical_potential", "mu_opt", "μ_{opt}"),
    ("largest_power_factor", "PF_max", "max S²σ"),
    ("largest_figure_of_merit", "zT_max", "max zT"),
];

/// Names without what they say of the relaxation time and of layers and chains, and how the time's symbol follows the quantity's.
fn bare(name: &str) -> (&str, &'static str) {
    let name = without_prefix(name);
    for (suffix, symbol) in [
        ("_over_tau", "/τ"),
        ("_over_tau2", "/τ²"),
        ("_over_tau3", "/τ³"),
    ] {
        if let Some(bare) = name.strip_suffix(suffix) {
            return (bare, symbol);
        }
    }
    (name, "")
}

/// Symbol and unit of a quantity of this name and unit.
pub fn notation(name: &str, unit: &str) -> Notation {
    let (bare, over) = bare(name);
    let symbol: String = SYMBOLS.iter().find(|(n, ..)| *n == bare).map_or_else(
        || bare.replace('_', " "),
        |(_, _, symbol)| (*symbol).to_owned(),
    );
    let symbol = match name {
        name if name.starts_with("sheet_") => with_index(&symbol, "2D"),
        name if name.starts_with("line_") => with_index(&symbol, "1D"),
        _ => symbol,
    };
    let (unit, factor) = match unit {
        "V/K" => ("µV/K".to_owned(), 1e6),
        "W/(m K^2)" => (powers("mW/(m K^2)"), 1e3),
        "m^2/(V s)" => (powers("cm^2/(V s)"), 1e4),
        "1" => (String::new(), 1.0),
        unit => (powers(unit), 1.0),
    };
    Notation {
        symbol: symbol + over,
        unit,
        factor,
    }
}

/// A symbol with one more index; differences and words take none.
pub fn with_index(symbol: &str, index: &str) -> String {
    match symbol.strip_suffix('}') {
        Some(rest) if rest.contains("_{") => format!("{rest},{index}}}"),
        _ if symbol.contains('−') => symbol.to_owned(),
        _ => format!("{symbol}_{{{index}}}"),
    }
}

/// The name in a file of what was asked for by its name, its name without `_over_tau`, or a short name.
pub fn find<'a>(asked: &str, names: &[&'a str]) -> Option<&'a str> {
    let exact = |wanted: &str| names.iter().find(|n| **n == wanted).copied();
    // Values per volume before those per area or length.
    let named = |wanted: &str| {
        let fits = |n: &&&str| bare(n).0 == wanted;
        let bulk = names.iter().filter(fits).find(|n| without_prefix(n) == **n);
        bulk.or_else(|| names.iter().find(fits)).copied()
    };
    let short = SYMBOLS
        .iter()
        .find(|(_, short, _)| *short == asked)
        .or_else(|| {
            SYMBOLS
                .iter()
                .find(|(_, short, _)| short.eq_ignore_ascii_case(asked))
        });
    exact(asked)
        .or_else(|| named(asked))
        .or_else(|| short.and_then(|(name, ..)| named(name)))
}

/// The name that is nearest to what was asked for, if any is near.
pub fn near<'a>(asked: &str, names: &[&'a str]) -> Option<&'a str> {
    let shorts = SYMBOLS.iter().filter_map(|(name, short, _)| {
        let there = names.iter().any(|n| bare(n).0 == *name);
        there.then_some(*short)
    });
    let bares = names.iter().map(|n| bare(n).0);
    let all = names.iter().copied().chain(bares).chain(shorts);
    all.map(|name| (edits(asked, name), name))
        .min()
        .filter(|(edits, name)| *edits <= 1 + name.len().min(asked.len()) / 4)
        .map(|(_, name)| name)
}

/// Letters to insert, delete or replace to make one text the other.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// "1/(Ohm m s)" as "Ω^{−1} m^{−1} s^{−1}".
pub fn powers(unit: &str) -> String {
    let (above, below) = unit.split_once('/').unwrap_or((unit, ""));
    let factors = |text: &str, sign: i32| -> Vec<String> {
        let text = text.trim_matches(|c| matches!(c, '(' | ')'));
        let one = |factor: &str| {
            let (base, power) = factor.split_once('^').unwrap_or((factor, "1"));
            let base = if base == "Ohm" { "Ω" } else { base };
            match sign * power.parse::<i32>().unwrap_or(1) {
                1 => base.to_owned(),
                p => format!("{base}^{{{}}}", p.to_string().replace('-', "−")),
            }
        };
        text.split_whitespace()
            .filter(|f| *f != "1")
            .map(one)
            .collect()
    };
    let mut all = factors(above, 1);
    all.extend(factors(below, -1));
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_found_and_written_as_the_field_does() {
        let names = ["conductivity_over_tau", "seebeck", "hall_coefficient"];
        assert_eq!(find("sigma", &names), Some("conductivity_over_tau"));
        assert_eq!(find("conductivity", &names), Some("conductivity_over_tau"));
        assert_eq!(find("s", &names), Some("seebeck"));
        assert_eq!(find("zT", &names), None);
        assert_eq!(near("seebek", &names), Some("seebeck"));
        assert_eq!(near("conductvity", &names), Some("conductivity"));
        assert_eq!(near("entropy", &names), None);
        assert_eq!(powers("1/(Ohm m s)"), "Ω^{−1} m^{−1} s^{−1}");
        assert_eq!(powers("cm^-3"), "cm^{−3}");
        let s = notation("seebeck", "V/K");
        assert_eq!((s.symbol.as_str(), s.unit.as_str()), ("S", "µV/K"));
        assert_eq!(notation("conductivity_over_tau", "").symbol, "σ/τ");
        let layer = ["sheet_conductivity_over_tau", "seebeck"];
        assert_eq!(find("sigma", &layer), Some(layer[0]));
        assert_eq!(notation(layer[0], "1/(Ohm s)").symbol, "σ_{2D}/τ");
        assert_eq!(with_index("κ_{e}", "xx"), "κ_{e,xx}");
        let both = ["sheet_conductivity", "conductivity"];
        assert_eq!(find("sigma", &both), Some("conductivity"));
    }
}
