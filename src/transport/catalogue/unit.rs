//! Units of layers and chains from those of volumes.

/// A unit such as `W/(m K^2)` times a power of the metre, or of the centimetre where it is one of centimetres.
pub fn times_length(unit: &str, power: i32) -> String {
    let mut factors = factors(unit);
    let centimetres = factors.iter().any(|(symbol, _)| *symbol == "cm");
    let length = if centimetres { "cm" } else { "m" };
    match factors.iter_mut().find(|(symbol, _)| *symbol == length) {
        Some((_, own)) => *own += power,
        None => factors.push((length, power)),
    }
    factors.retain(|(_, power)| *power != 0);
    let list = |sign: i32| -> Vec<String> {
        let own = factors.iter().filter(|(_, power)| power.signum() == sign);
        own.map(|(symbol, power)| match power * sign {
            1 => (*symbol).to_owned(),
            power => format!("{symbol}^{power}"),
        })
        .collect()
    };
    let (above, below) = (list(1), list(-1));
    match (&above[..], &below[..]) {
        ([], []) => "1".into(),
        // Densities of carriers are written so.
        ([], [_]) if centimetres => format!("cm^{}", factors[0].1),
        (above, []) => above.join(" "),
        (above, below) => {
            let above = if above.is_empty() {
                "1".into()
            } else {
                above.join(" ")
            };
            match below {
                [one] => format!("{above}/{one}"),
                all => format!("{above}/({})", all.join(" ")),
            }
        }
    }
}

/// Symbols with their powers, in order.
fn factors(unit: &str) -> Vec<(&str, i32)> {
    let (above, below) = unit.split_once('/').unwrap_or((unit, ""));
    let mut all = Vec::new();
    for (part, sign) in [(above, 1), (below, -1)] {
        let part = part.trim_start_matches('(').trim_end_matches(')');
        for factor in part.split(' ').filter(|f| !f.is_empty() && *f != "1") {
            let (symbol, power) = factor.split_once('^').unwrap_or((factor, "1"));
            all.push((symbol, sign * power.parse().unwrap_or(1)));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_sheets_and_lines() {
        for (unit, sheet, line) in [
            ("S/m", "S", "S m"),
            ("1/(Ohm m s)", "1/(Ohm s)", "m/(Ohm s)"),
            ("W/(m K)", "W/K", "W m/K"),
            ("W/(m K^2 s)", "W/(K^2 s)", "W m/(K^2 s)"),
            ("J/(m^3 K)", "J/(m^2 K)", "J/(m K)"),
            ("S/(m T^2 s^3)", "S/(T^2 s^3)", "S m/(T^2 s^3)"),
            ("cm^-3", "cm^-2", "cm^-1"),
        ] {
            assert_eq!([1, 2].map(|n| times_length(unit, n)), [sheet, line]);
        }
        assert_eq!([-1, -2].map(|n| times_length("m^3/C", n)), ["m^2/C", "m/C"]);
        assert_eq!(times_length("1/m", 1), "1");
    }
}
