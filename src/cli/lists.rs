//! Lists of numbers on the command line: temperatures, dopings, impurity levels.

use super::options::number;

/// Most values of one list.
const MOST: usize = 100_000;

/// Numbers, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct List(pub Vec<f64>);

/// Parses `a`, `a,b,c` or `start:stop:step`, or a mixture.
pub fn parse_list(text: &str) -> Result<List, String> {
    let mut all = Vec::new();
    for part in text.split(',') {
        if !part.contains(':') {
            all.push(number(part)?);
            continue;
        }
        let numbers: Vec<f64> = part.split(':').map(number).collect::<Result<_, _>>()?;
        let [start, stop, step] = numbers[..] else {
            return Err(format!("`{part}` is not start:stop:step"));
        };
        if !(step > 0.0 && stop >= start) {
            return Err(format!("the range `{part}` is empty"));
        }
        // A stop that rounding alone puts beyond the last step belongs to the range.
        let steps = ((stop - start) / step + 1e-9).floor();
        if steps >= MOST as f64 {
            return Err(format!("`{part}` has {steps} values, more than {MOST}"));
        }
        all.extend((0..=steps as usize).map(|i| start + i as f64 * step));
    }
    Ok(List(all))
}

/// Parses positive temperatures.
pub fn parse_temperatures(text: &str) -> Result<List, String> {
    let list = parse_list(text)?;
    match list.0.iter().find(|t| **t <= 0.0) {
        Some(t) => Err(format!(
            "{t} K is no temperature of a thermal average; for T = 0 use `bzint fermi`"
        )),
        None => Ok(list),
    }
}

/// The units of densities, for messages: the dimension is another option's.
const DENSITY_UNITS: &str = "cm^-3; cm^-2 with --dimension 2, cm^-1 with --dimension 1";

/// Parses net dopings into electrons (positive) and holes (negative): `1e19`, `n1e19` and `-1e19` are electrons, `p1e19`
/// and `+1e19` holes.
pub fn parse_dopings(text: &str) -> Result<List, String> {
    let one = |part: &str| {
        let part = part.trim();
        let (sign, digits) = match part.chars().next() {
            Some('p' | '+') => (-1.0, &part[1..]),
            Some('n' | '-') => (1.0, &part[1..]),
            _ => (1.0, part),
        };
        match number(digits) {
            Ok(n) if n >= 0.0 => Ok(sign * n),
            _ => Err(format!(
                "`{part}` is no density: give 1e19, n1e19 or p1e19 ({DENSITY_UNITS})"
            )),
        }
    };
    Ok(List(text.split(',').map(one).collect::<Result<_, _>>()?))
}

/// Impurities as typed: density, depth below or above the band edge (eV), degeneracy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impurity {
    /// Density, cm⁻³ (cm⁻² of a layer, cm⁻¹ of a chain).
    pub density: f64,
    /// Distance into the gap from the band edge, eV.
    pub depth_ev: f64,
    /// Degeneracy, where given.
    pub degeneracy: Option<f64>,
}

/// Parses `density:depth[:degeneracy]`.
pub fn parse_impurity(text: &str) -> Result<Impurity, String> {
    let parts: Vec<f64> = text.split(':').map(number).collect::<Result<_, _>>()?;
    let (density, depth_ev, degeneracy) = match parts[..] {
        [n, e] => (n, e, None),
        [n, e, g] => (n, e, Some(g)),
        _ => {
            return Err(format!(
                "give density:depth or density:depth:degeneracy (eV, and {DENSITY_UNITS})"
            ));
        }
    };
    if density < 0.0 || degeneracy.is_some_and(|g| g <= 0.0) {
        return Err(format!(
            "`{text}`: the density and the degeneracy must be positive"
        ));
    }
    Ok(Impurity {
        density,
        depth_ev,
        degeneracy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_dopings_are_parsed_or_refused_with_a_reason() {
        assert_eq!(parse_list("300").unwrap().0, [300.0]);
        assert_eq!(
            parse_list("300:400:50,20").unwrap().0,
            [300.0, 350.0, 400.0, 20.0]
        );
        assert_eq!(parse_list("-0.1:0.1:0.1").unwrap().0.len(), 3);
        for bad in ["", "1:2", "2:1:0.1", "0:1:0", "a", "0:1e9:1e-9", "nan"] {
            assert!(parse_list(bad).is_err(), "{bad}");
        }
        assert!(parse_temperatures("0").unwrap_err().contains("bzint fermi"));
        let dopings = parse_dopings("1e19,n1e18,-1e17,p1e19,+1e18").unwrap().0;
        assert_eq!(dopings, [1e19, 1e18, 1e17, -1e19, -1e18]);
        assert!(parse_dopings("x1").unwrap_err().contains("no density"));
        assert!(parse_dopings("p-1e19").is_err());
        assert_eq!(parse_impurity("1e18:0.045").unwrap().degeneracy, None);
        assert!(parse_impurity("1e18").is_err());
        assert!(parse_impurity("1e18:0.1:0").is_err());
    }
}
