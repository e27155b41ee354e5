//! Numbers with units on the command line: one table of units, and what a number without one is counted in.

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Counted in eV.
    Energy,
    /// Counted in K.
    Temperature,
    /// Counted in s.
    Time,
    /// Counted in Å.
    Length,
    /// Counted in Å².
    Area,
    /// A distance of k-points, counted in Å⁻¹.
    Spacing,
    /// Counted in W/(m K).
    ThermalConductivity,
    /// Carriers per volume, counted in cm⁻³.
    PerVolume,
    /// Carriers per area, counted in cm⁻².
    PerArea,
    /// Carriers per length, counted in cm⁻¹.
    PerLength,
    /// Counted in electron masses.
    Mass,
    /// A share of something, counted in 1.
    Share,
    /// A number without unit.
    Number,
}

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Energy => "an energy",
            Self::Temperature => "a temperature",
            Self::Time => "a time",
            Self::Length => "a length",
            Self::Area => "an area",
            Self::Spacing => "a distance of k-points",
            Self::ThermalConductivity => "a thermal conductivity",
            Self::PerVolume => "a density per volume",
            Self::PerArea => "a density per area",
            Self::PerLength => "a density per length",
            Self::Mass => "a mass",
            Self::Share => "a share",
            Self::Number => "a number without unit",
        }
    }

    /// The units that it has, for messages: the first spelling of each row of the table.
    fn units(self) -> String {
        let own = UNITS.iter().filter(|(kind, ..)| *kind == self);
        let names: Vec<&str> = own.map(|(_, _, names)| names[0]).collect();
        names.join(", ")
    }
}

/// Hartree and bohr (CODATA 2022).
const HARTREE: f64 = 27.211_386_245_981;
const BOHR: f64 = 0.529_177_210_544;

/// A kind, a unit in the kind's own one, and the unit's names: without spaces, `^`, `·`, `*` and brackets, exponents as digits.
const UNITS: [(Kind, f64, &[&str]); 51] = [
    (Kind::Energy, 1.0, &["eV", "ev"]),
    (Kind::Energy, 1e-3, &["meV"]),
    (Kind::Energy, 1e-6, &["µeV", "μeV", "ueV"]),
    (Kind::Energy, 1e3, &["keV"]),
    (
        Kind::Energy,
        HARTREE,
        &["Ha", "ha", "Eh", "Hartree", "hartree"],
    ),
    (Kind::Energy, 1e-3 * HARTREE, &["mHa"]),
    (
        Kind::Energy,
        0.5 * HARTREE,
        &["Ry", "ry", "Rydberg", "rydberg"],
    ),
    (Kind::Energy, 0.5e-3 * HARTREE, &["mRy"]),
    (Kind::Temperature, 1.0, &["K", "Kelvin", "kelvin"]),
    (Kind::Temperature, 1e-3, &["mK"]),
    (Kind::Temperature, 1e3, &["kK"]),
    (Kind::Time, 1.0, &["s"]),
    (Kind::Time, 1e-3, &["ms"]),
    (Kind::Time, 1e-6, &["µs", "μs", "us"]),
    (Kind::Time, 1e-9, &["ns"]),
    (Kind::Time, 1e-12, &["ps"]),
    (Kind::Time, 1e-15, &["fs"]),
    (Kind::Time, 1e-18, &["as"]),
    (
        Kind::Length,
        1.0,
        &["Å", "\u{212b}", "A", "Ang", "ang", "Angstrom", "angstrom"],
    ),
    (Kind::Length, 10.0, &["nm"]),
    (Kind::Length, 0.01, &["pm"]),
    (Kind::Length, 1e4, &["µm", "μm", "um"]),
    (Kind::Length, 1e7, &["mm"]),
    (Kind::Length, 1e8, &["cm"]),
    (Kind::Length, 1e10, &["m"]),
    (Kind::Length, BOHR, &["bohr", "Bohr", "a0"]),
    (
        Kind::Area,
        1.0,
        &[
            "Å2",
            "\u{212b}2",
            "A2",
            "Ang2",
            "ang2",
            "Angstrom2",
            "angstrom2",
        ],
    ),
    (Kind::Area, 1e2, &["nm2"]),
    (Kind::Area, BOHR * BOHR, &["bohr2", "Bohr2", "a02"]),
    (
        Kind::Spacing,
        1.0,
        &[
            "Å-1",
            "\u{212b}-1",
            "A-1",
            "Ang-1",
            "1/Å",
            "1/A",
            "/Å",
            "/A",
        ],
    ),
    (Kind::Spacing, 0.1, &["nm-1", "1/nm", "/nm"]),
    (
        Kind::Spacing,
        1.0 / BOHR,
        &["bohr-1", "1/bohr", "/bohr", "1/Bohr", "1/a0"],
    ),
    (
        Kind::ThermalConductivity,
        1.0,
        &["W/mK", "W/m/K", "W/Km", "Wm-1K-1", "WK-1m-1"],
    ),
    (
        Kind::ThermalConductivity,
        1e-3,
        &["mW/mK", "mW/m/K", "mWm-1K-1"],
    ),
    (
        Kind::ThermalConductivity,
        100.0,
        &["W/cmK", "W/cm/K", "Wcm-1K-1"],
    ),
    (
        Kind::ThermalConductivity,
        0.1,
        &["mW/cmK", "mW/cm/K", "mWcm-1K-1"],
    ),
    (Kind::PerVolume, 1.0, &["cm-3", "1/cm3", "/cm3"]),
    (Kind::PerVolume, 1e-6, &["m-3", "1/m3", "/m3"]),
    (Kind::PerVolume, 1e21, &["nm-3", "1/nm3", "/nm3"]),
    (
        Kind::PerVolume,
        1e24,
        &["Å-3", "\u{212b}-3", "A-3", "1/Å3", "/Å3"],
    ),
    (Kind::PerArea, 1.0, &["cm-2", "1/cm2", "/cm2"]),
    (Kind::PerArea, 1e-4, &["m-2", "1/m2", "/m2"]),
    (Kind::PerArea, 1e14, &["nm-2", "1/nm2", "/nm2"]),
    (
        Kind::PerArea,
        1e16,
        &["Å-2", "\u{212b}-2", "A-2", "1/Å2", "/Å2"],
    ),
    (Kind::PerLength, 1.0, &["cm-1", "1/cm", "/cm"]),
    (Kind::PerLength, 1e-2, &["m-1", "1/m", "/m"]),
    (Kind::PerLength, 1e7, &["nm-1", "1/nm", "/nm"]),
    (
        Kind::PerLength,
        1e8,
        &["Å-1", "\u{212b}-1", "A-1", "1/Å", "/Å"],
    ),
    (Kind::Mass, 1.0, &["m_e", "me", "m0", "m_0"]),
    (Kind::Mass, 1.0 / 9.109_383_713_9e-31, &["kg"]),
    (Kind::Share, 0.01, &["%"]),
];

/// A number as typed: its value in the first kind of those allowed that has its unit, and that kind; none without a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Typed {
    pub value: f64,
    pub unit: Option<(Kind, f64)>,
}

/// A finite number of one of `kinds`, with a unit or without.
pub fn typed(text: &str, kinds: &[Kind]) -> Result<Typed, String> {
    let text = text.trim();
    let shown = excerpt(text);
    let (digits, unit) = split(text);
    let value = match digits.parse::<f64>() {
        Ok(x) if x.is_finite() => x,
        _ => return Err(format!("`{shown}` is not a finite number")),
    };
    if unit.is_empty() {
        return Ok(Typed { value, unit: None });
    }
    let plain = spelling(unit);
    let named = |(_, _, names): &&(Kind, f64, &[&str])| names.contains(&plain.as_str());
    let all: Vec<_> = UNITS.iter().filter(named).collect();
    let fits = kinds
        .iter()
        .find_map(|kind| all.iter().find(|(of, ..)| of == kind));
    if let Some((kind, factor, _)) = fits {
        let scaled = times(digits, value, *factor);
        if !scaled.is_finite() {
            return Err(format!("`{shown}` is not a finite number"));
        }
        return Ok(Typed {
            value: scaled,
            unit: Some((*kind, *factor)),
        });
    }
    let wanted = kinds.first().copied().unwrap_or(Kind::Number);
    let what = match all.first() {
        Some((other, ..)) => {
            let name = other.name();
            let name = name.split_once(' ').map_or(name, |(_, bare)| bare);
            format!("`{}` is a unit of {name}", excerpt(unit))
        }
        None => format!("`{}` is no unit that is known here", excerpt(unit)),
    };
    let remedy = match kinds
        .iter()
        .map(|k| k.units())
        .collect::<Vec<_>>()
        .join(", ")
    {
        units if units.is_empty() => "leave it away".to_owned(),
        units => format!("it takes {units}"),
    };
    Err(format!(
        "`{shown}`: {what}, and {} is wanted: {remedy}",
        wanted.name()
    ))
}

/// The number `digits`, which is `value`, in a unit's factor, rounded once: 0.7ps is 7e-13 to the last bit.
fn times(digits: &str, value: f64, factor: f64) -> f64 {
    let exponent = factor.log10().round();
    if (10f64.powf(-exponent) * factor - 1.0).abs() > 1e-14 {
        return value * factor;
    }
    // A power of ten moves the decimal point.
    let (mantissa, own) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let moved = own.parse::<i32>().ok().map(|own| own + exponent as i32);
    let moved = moved.and_then(|e| format!("{mantissa}e{e}").parse().ok());
    moved.unwrap_or(value * factor)
}

/// A finite number of a kind, in the kind's own unit.
pub fn quantity(text: &str, kind: Kind) -> Result<f64, String> {
    typed(text, &[kind]).map(|t| t.value)
}

/// A positive number of a kind, which a message calls `what`.
pub fn positive(text: &str, kind: Kind, what: &str) -> Result<f64, String> {
    let typed = typed(text, &[kind]);
    let problem = match typed {
        Ok(Typed { value, .. }) if value > 0.0 => return Ok(value),
        Ok(Typed { value, .. }) => {
            let own = UNITS.iter().find(|(of, ..)| *of == kind);
            own.map_or(format!("{value}"), |(_, _, names)| {
                format!("{value} {}", names[0])
            })
        }
        Err(reason) if reason.contains("unit") => return Err(reason),
        Err(reason) => reason,
    };
    Err(format!("{problem}: give a positive {what}"))
}

/// A finite number without unit.
pub fn number(text: &str) -> Result<f64, String> {
    quantity(text, Kind::Number)
}

/// A whole number from `least` to `most` of something that is counted.
pub fn count(text: &str, what: &str, least: usize, most: usize) -> Result<usize, String> {
    match text.trim().parse::<usize>() {
        Ok(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(format!(
            "{} {what}: give a whole number, {least} or more, at most {most}",
            excerpt(text)
        )),
    }
}

/// Numbers that belong together. A unit that only some have must be the one that the others are counted in anyway.
pub fn together(parts: &[&str], kinds: &[Kind]) -> Result<Vec<Typed>, String> {
    let all: Vec<Typed> = parts
        .iter()
        .map(|part| typed(part, kinds))
        .collect::<Result<_, _>>()?;
    let scaled = |t: &Typed| t.unit.is_some_and(|(_, factor)| factor != 1.0);
    let bare = |t: &Typed| t.unit.is_none() && t.value != 0.0;
    if all.iter().any(scaled) && all.iter().any(bare) {
        return Err(format!(
            "`{}`: some of these numbers have a unit and some have none: give it with each",
            excerpt(&parts.join(" "))
        ));
    }
    Ok(all)
}

/// Text of any length, cut to what a message can hold.
pub fn excerpt(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} letters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

/// The number at the beginning, and the rest.
fn split(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let digits = |mut i: usize| {
        while bytes.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        i
    };
    let sign = |i: usize| i + usize::from(matches!(bytes.get(i), Some(b'+' | b'-')));
    let mut end = digits(sign(0));
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    // An `e` is an exponent's only where digits follow.
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let from = sign(end + 1);
        let to = digits(from);
        if to > from {
            end = to;
        }
    }
    (&text[..end], text[end..].trim())
}

/// A unit as the table spells it.
fn spelling(unit: &str) -> String {
    let mut out = String::new();
    for c in unit.chars().take(40) {
        match c {
            ' ' | '^' | '*' | '·' | '⋅' | '(' | ')' => {}
            '⁻' | '−' => out.push('-'),
            '¹' => out.push('1'),
            '²' => out.push('2'),
            '³' => out.push('3'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_each_kind_are_understood_and_others_are_refused_by_name() {
        let near = |text: &str, kind: Kind, value: f64| {
            let found = quantity(text, kind).unwrap();
            assert!(
                (found - value).abs() <= 1e-12 * value.abs(),
                "{text}: {found}"
            );
        };
        for (text, same) in [
            ("10fs", "1e-14"),
            ("0.7ps", "7e-13"),
            ("3as", "3e-18"),
            ("7µs", "7e-6"),
        ] {
            assert_eq!(quantity(text, Kind::Time), quantity(same, Kind::Time));
        }
        near("1e-14", Kind::Time, 1e-14);
        near(" 0.5 ps ", Kind::Time, 5e-13);
        near("300K", Kind::Temperature, 300.0);
        near("14.5eV", Kind::Energy, 14.5);
        near("2E1meV", Kind::Energy, 0.02);
        near("-1Ry", Kind::Energy, -0.5 * HARTREE);
        near("2W/mK", Kind::ThermalConductivity, 2.0);
        near("2 W/(m·K)", Kind::ThermalConductivity, 2.0);
        near("2 W m^-1 K^-1", Kind::ThermalConductivity, 2.0);
        near("2 W m⁻¹ K⁻¹", Kind::ThermalConductivity, 2.0);
        near("1.5nm", Kind::Length, 15.0);
        near("3 µm", Kind::Length, 3e4);
        near("3 Å^2", Kind::Area, 3.0);
        near("0.2 1/Å", Kind::Spacing, 0.2);
        near("5e25m^-3", Kind::PerVolume, 5e19);
        near("1%", Kind::Share, 0.01);
        let refused = quantity("10eV", Kind::Time).unwrap_err();
        assert!(refused.contains("`eV` is a unit of energy"), "{refused}");
        assert!(refused.contains("it takes s, ms"), "{refused}");
        assert!(
            quantity("3 parsec", Kind::Length)
                .unwrap_err()
                .contains("`parsec` is no unit")
        );
        assert!(
            quantity("8 e", Kind::Number)
                .unwrap_err()
                .contains("leave it away")
        );
        for bad in ["", "eV", "nan", "inf", "1e999", "--5", ".", "1e308 keV"] {
            assert!(quantity(bad, Kind::Energy).is_err(), "{bad}");
        }
        assert!(
            quantity(&"9".repeat(1 << 20), Kind::Energy)
                .unwrap_err()
                .len()
                < 400
        );
    }

    #[test]
    fn no_unit_is_in_a_kind_twice_and_the_first_of_each_kind_is_its_own() {
        for (i, (kind, _, names)) in UNITS.iter().enumerate() {
            for name in *names {
                assert_eq!(&spelling(name), name);
                let others = UNITS[i + 1..].iter().filter(|(k, ..)| k == kind);
                assert!(others.clone().all(|(_, _, n)| !n.contains(name)), "{name}");
            }
            let first = UNITS.iter().find(|(k, ..)| k == kind).unwrap();
            assert!(first.1 == 1.0 || *kind == Kind::Share, "{names:?}");
        }
    }

    #[test]
    fn a_last_unit_is_that_of_all_only_where_nothing_else_can_be_meant() {
        let values = |parts: &[&str]| {
            together(parts, &[Kind::Energy])
                .map(|all| all.iter().map(|t| t.value).collect::<Vec<_>>())
        };
        assert_eq!(values(&["-1", "1", "0.5eV"]), Ok(vec![-1.0, 1.0, 0.5]));
        assert_eq!(values(&["0", "1meV"]), Ok(vec![0.0, 1e-3]));
        assert!(
            values(&["-1", "1", "10meV"])
                .unwrap_err()
                .contains("with each")
        );
    }
}
