//! Quantities as the field writes them: symbols and units for axes, and short names to ask for them by.

use crate::transport::catalogue::{Label, Name, labels};

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

/// Symbol and unit of a quantity of this name and unit.
pub fn notation(name: &str, unit: &str) -> Notation {
    let parts = Name::of(name);
    let known = labels().find(|l| l.name == parts.bare);
    let symbol = known.map_or_else(|| parts.bare.replace('_', " "), |l| l.symbol.to_owned());
    let symbol = match parts.spin {
        "" => symbol,
        spin => with_index(&symbol, &spin[1..]),
    };
    let symbol = match parts.prefix {
        "" => symbol,
        "sheet_" => with_index(&symbol, "2D"),
        _ => with_index(&symbol, "1D"),
    };
    let over = match parts.per_tau {
        "" => "",
        "_over_tau" => "/τ",
        "_over_tau2" => "/τ²",
        _ => "/τ³",
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
        let fits = |n: &&&str| Name::of(n).bare == wanted && Name::of(n).spin.is_empty();
        let bulk = names
            .iter()
            .filter(fits)
            .find(|n| Name::of(n).prefix.is_empty());
        bulk.or_else(|| names.iter().find(fits)).copied()
    };
    let same = |l: &&'static Label| l.short == asked;
    let alike = |l: &&'static Label| l.short.eq_ignore_ascii_case(asked);
    let short = labels().find(same).or_else(|| labels().find(alike));
    exact(asked)
        .or_else(|| named(asked))
        .or_else(|| short.and_then(|l| named(l.name)))
}

/// The name that is nearest to what was asked for, if any is near.
pub fn near<'a>(asked: &str, names: &[&'a str]) -> Option<&'a str> {
    let shorts = labels()
        .filter(|l| names.iter().any(|n| Name::of(n).bare == l.name))
        .map(|l| l.short);
    let bares = names.iter().map(|n| Name::of(n).bare);
    let all = names.iter().copied().chain(bares).chain(shorts);
    all.map(|name| (edits(asked, name), name))
        .min()
        .filter(|(edits, name)| *edits <= 1 + name.len().min(asked.len()) / 4)
        .map(|(_, name)| name)
}

/// Letters to insert, delete or replace to make one text the other.
pub fn edits(a: &str, b: &str) -> usize {
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

/// A direction of transport in a legend.
pub(super) fn direction_label(label: &str) -> String {
    let bare = label.trim_start_matches('[').trim_end_matches(']');
    match bare {
        "x" | "y" | "z" => format!("along {bare}"),
        _ if bare.contains(',') => format!("along ({bare})"),
        _ => format!("along [{bare}]"),
    }
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
