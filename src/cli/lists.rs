//! Lists of numbers on the command line: temperatures, dopings, impurity levels.

use super::quantity::{Kind, excerpt, number, together, typed};

/// Most values of one list.
const MOST: usize = 100_000;

/// Numbers, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct List(pub Vec<f64>);

/// Parses `a`, `a,b,c` or `start:stop:step`, or a mixture.
fn parse_list(text: &str, kind: Kind) -> Result<List, String> {
    // All at once, so that units are understood together.
    let parts: Vec<&str> = text.split([',', ':']).take(MOST + 1).collect();
    if parts.len() > MOST {
        return Err(too_many(text));
    }
    let numbers = together(&parts, &[kind])?;
    let mut numbers = numbers.iter().map(|t| t.value);
    let mut all = Vec::new();
    for part in text.split(',') {
        let own: Vec<f64> = (numbers.by_ref()).take(part.split(':').count()).collect();
        let (start, stop, step) = match own[..] {
            [value] => (value, value, 1.0),
            [start, stop, step] => (start, stop, step),
            _ => return Err(format!("`{}` is not start:stop:step", excerpt(part))),
        };
        if !(step > 0.0 && stop >= start) {
            return Err(format!("the range `{}` is empty", excerpt(part)));
        }
        // A stop that rounding alone puts beyond the last step belongs to the range.
        let steps = ((stop - start) / step + 1e-9).floor();
        if steps + all.len() as f64 >= MOST as f64 {
            return Err(too_many(text));
        }
        all.push(start);
        all.extend((1..=steps as usize).map(|i| decimal(start + i as f64 * step, step)));
    }
    Ok(List(all))
}

/// A number as it would be typed: 0.3 for 0.1 + 2·0.1. Digits far below the step are those of binary fractions.
fn decimal(x: f64, step: f64) -> f64 {
    let digits = (12.0 - step.log10().floor()).clamp(0.0, 300.0) as usize;
    format!("{x:.digits$}").parse().unwrap_or(x)
}

fn too_many(text: &str) -> String {
    format!(
        "`{}` has more than {MOST} values: give fewer, or a larger step",
        excerpt(text)
    )
}

/// Parses energies in eV.
pub fn parse_energies(text: &str) -> Result<List, String> {
    parse_list(text, Kind::Energy)
}

/// Parses positive lengths in Å.
pub fn parse_lengths(text: &str) -> Result<List, String> {
    let list = parse_list(text, Kind::Length)?;
    match list.0.iter().find(|l| **l <= 0.0) {
        Some(l) => Err(format!(
            "{l} Å is no length: give positive ones, such as 100nm"
        )),
        None => Ok(list),
    }
}

/// Parses positive numbers: `a`, `a,b,c`, `start:stop:step`, or `start:stop:log` for decades (`log5`: five values a decade).
pub fn parse_positive(text: &str) -> Result<List, String> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let fields: Vec<&str> = part.split(':').collect();
        match fields[..] {
            [start, stop, step] if step.trim().starts_with("log") => {
                all.extend(decades(
                    part,
                    number(start)?,
                    number(stop)?,
                    &step.trim()[3..],
                )?);
            }
            _ => all.extend(parse_list(part, Kind::Number)?.0),
        }
        if all.len() > MOST {
            return Err(too_many(text));
        }
    }
    match all.iter().find(|x| **x <= 0.0) {
        Some(x) => Err(format!("{x} is not above 0")),
        None => Ok(List(all)),
    }
}

/// Numbers from `start` to `stop` in equal ratios, so many a decade (1 where nothing is said).
fn decades(part: &str, start: f64, stop: f64, count: &str) -> Result<Vec<f64>, String> {
    let count: u32 = match count {
        "" => 1,
        digits => match digits.parse() {
            Ok(n @ 1..=1000) => n,
            _ => return Err(format!("`{}`: give log, or log1 to log1000", excerpt(part))),
        },
    };
    if !(start > 0.0 && stop >= start) {
        return Err(format!(
            "the range `{}` must run upwards, above 0",
            excerpt(part)
        ));
    }
    let steps = ((stop / start).log10() * f64::from(count) + 1e-9).floor() as usize;
    let at = |i: usize| start * 10f64.powf(i as f64 / f64::from(count));
    Ok((0..=steps).map(at).collect())
}

/// Parses positive temperatures.
pub fn parse_temperatures(text: &str) -> Result<List, String> {
    let list = parse_list(text, Kind::Temperature)?;
    match list.0.iter().find(|t| **t <= 0.0) {
        Some(t) if *t < 0.0 => Err(format!(
            "{t} K lies below absolute zero: give positive temperatures; for T = 0 use `bzint fermi`"
        )),
        Some(t) => Err(format!(
            "{t} K is no temperature of a thermal average; for T = 0 use `bzint fermi`"
        )),
        None => Ok(list),
    }
}

/// Parses temperatures, of which 0 K is one.
pub fn parse_temperatures_and_zero(text: &str) -> Result<List, String> {
    let list = parse_list(text, Kind::Temperature)?;
    match list.0.iter().find(|t| **t < 0.0) {
        Some(t) => Err(format!("{t} K lies below absolute zero")),
        None => Ok(list),
    }
}

/// Parses magnetic fields, T.
pub fn parse_fields(text: &str) -> Result<List, String> {
    parse_list(text, Kind::Number)
}

/// Parses positive times, s.
pub fn parse_times(text: &str) -> Result<List, String> {
    let list = parse_list(text, Kind::Time)?;
    match list.0.iter().find(|t| **t <= 0.0) {
        Some(t) => Err(format!("{t} s is no relaxation time: give positive ones")),
        None => Ok(list),
    }
}

/// The units of densities, for messages: the dimension is another option's.
const DENSITY_UNITS: &str = "cm^-3; cm^-2 with --dimension 2, cm^-1 with --dimension 1";
/// What densities can be per, by the number of directions.
const DENSITIES: [Kind; 3] = [Kind::PerVolume, Kind::PerArea, Kind::PerLength];

/// Densities as typed, which are cm⁻³, cm⁻² or cm⁻¹ by another option.
#[derive(Clone, Debug, PartialEq)]
pub struct Dopings {
    /// Electrons (positive) and holes (negative).
    pub values: Vec<f64>,
    /// What the densities were said to be per, where a unit was given.
    pub per: Option<Kind>,
}

/// A density, with its unit's kind where it has a unit.
fn density(text: &str) -> Result<(f64, Option<Kind>), String> {
    let refused = |why: &str| {
        let shown = excerpt(text);
        format!("`{shown}` is no density{why}: give 1e19, n1e19 or p1e19 ({DENSITY_UNITS})")
    };
    match typed(text, &DENSITIES) {
        Ok(t) if t.value >= 0.0 => Ok((t.value, t.unit.map(|(kind, _)| kind))),
        Ok(_) => Err(refused(", it is negative")),
        // A unit is refused by its name.
        Err(reason) if reason.contains("unit") => Err(reason),
        Err(_) => Err(refused("")),
    }
}

/// Parses net dopings into electrons (positive) and holes (negative): `1e19`, `n1e19` and `-1e19` are electrons, `p1e19`
/// and `+1e19` holes.
pub fn parse_dopings(text: &str) -> Result<Dopings, String> {
    if text.split(',').nth(MOST).is_some() {
        return Err(too_many(text));
    }
    let one = |part: &str| {
        let part = part.trim();
        let (sign, digits) = match part.chars().next() {
            Some('p' | '+') => (-1.0, &part[1..]),
            Some('n' | '-') => (1.0, &part[1..]),
            _ => (1.0, part),
        };
        density(digits).map(|(x, per)| (sign * x, per))
    };
    let all: Vec<(f64, Option<Kind>)> = text.split(',').map(one).collect::<Result<_, _>>()?;
    let per = all.iter().find_map(|(_, per)| *per);
    if all
        .iter()
        .any(|(_, other)| other.is_some_and(|o| Some(o) != per))
    {
        return Err(format!(
            "`{}`: densities per different extents",
            excerpt(text)
        ));
    }
    Ok(Dopings {
        values: all.into_iter().map(|(x, _)| x).collect(),
        per,
    })
}

/// Impurities as typed: density, depth below or above the band edge (eV), degeneracy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impurity {
    /// Density, cm⁻³ (cm⁻² of a layer, cm⁻¹ of a chain).
    pub density: f64,
    /// What the density was said to be per, where a unit was given.
    pub per: Option<Kind>,
    /// Distance into the gap from the band edge, eV.
    pub depth_ev: f64,
    /// Degeneracy, where given.
    pub degeneracy: Option<f64>,
}

/// Parses `density:depth[:degeneracy]`.
pub fn parse_impurity(text: &str) -> Result<Impurity, String> {
    let parts: Vec<&str> = text.split(':').take(4).collect();
    let (n, depth, degeneracy) = match parts[..] {
        [n, e] => (n, e, None),
        [n, e, g] => (n, e, Some(g)),
        _ => {
            return Err(format!(
                "give density:depth or density:depth:degeneracy (eV, and {DENSITY_UNITS})"
            ));
        }
    };
    let (density, per) = density(n)?;
    let degeneracy = degeneracy.map(number).transpose()?;
    if degeneracy.is_some_and(|g| g <= 0.0) {
        return Err(format!(
            "`{}`: the density and the degeneracy must be positive",
            excerpt(text)
        ));
    }
    Ok(Impurity {
        density,
        per,
        depth_ev: typed(depth, &[Kind::Energy])?.value,
        degeneracy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_parsed_or_refused_with_a_reason() {
        let close = |text: &str, want: &[f64]| {
            let got = parse_positive(text).unwrap().0;
            assert_eq!(got.len(), want.len(), "{got:?}");
            assert!(
                got.iter()
                    .zip(want)
                    .all(|(a, b)| (a / b - 1.0).abs() < 1e-14)
            );
        };
        close("1e-2:1e2:log", &[0.01, 0.1, 1.0, 10.0, 100.0]);
        close("1:10:log2,7", &[1.0, 10f64.sqrt(), 10.0, 7.0]);
        close("1:3:1", &[1.0, 2.0, 3.0]);
        for bad in [
            "0",
            "-1",
            "0:1:log",
            "1e2:1:log",
            "1:10:log0",
            "1:10:logx",
            "1:10",
            "",
        ] {
            assert!(parse_positive(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lists_and_dopings_are_parsed_or_refused_with_a_reason() {
        let parse_list = parse_energies;
        assert_eq!(parse_list("300").unwrap().0, [300.0]);
        assert_eq!(parse_temperatures("300K:0.4kK:50K,20K").unwrap().0.len(), 4);
        assert_eq!(
            parse_list("300:400:50,20").unwrap().0,
            [300.0, 350.0, 400.0, 20.0]
        );
        assert_eq!(parse_list("-0.1:0.1:0.1").unwrap().0.len(), 3);
        // As typed: neither 0.30000000000000004, nor 0 of what is small.
        assert_eq!(parse_list("0.1:0.3:0.1").unwrap().0, [0.1, 0.2, 0.3]);
        let small = parse_list("1e-14,2e-14:4e-14:1e-14").unwrap().0;
        assert_eq!(small, [1e-14, 2e-14, 3e-14, 4e-14]);
        for bad in [
            "",
            "1:2",
            "2:1:0.1",
            "0:1:0",
            "a",
            "0:1e9:1e-9",
            "nan",
            "0:0.5:1e-5,0:0.5:1e-5",
            "1K",
        ] {
            assert!(parse_list(bad).is_err(), "{bad}");
        }
        assert!(parse_temperatures("0").unwrap_err().contains("bzint fermi"));
        let dopings = parse_dopings("1e19,n1e18,-1e17,p1e19,+1e18")
            .unwrap()
            .values;
        assert_eq!(dopings, [1e19, 1e18, 1e17, -1e19, -1e18]);
        assert!(parse_dopings("x1").unwrap_err().contains("no density"));
        assert!(parse_dopings("p-1e19").is_err());
        assert!(
            parse_dopings("1e19eV")
                .unwrap_err()
                .contains("`eV` is a unit of energy")
        );
        assert_eq!(parse_dopings("p1e16 m^-2").unwrap().values, [-1e12]);
        assert!(parse_dopings("1e19cm-3,1e12cm-2").is_err());
        assert_eq!(parse_impurity("1e18:0.045").unwrap().degeneracy, None);
        assert!(parse_impurity("1e18").is_err());
        assert!(parse_impurity("1e18:0.1:0").is_err());
    }
}
