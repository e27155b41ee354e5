//! Which numbers of a result file become curves, against what.

use super::component::{Estimate, check_shape, estimates, first_choice};
use super::defaults::by_default;
use super::legend::{carrier_density, direction_labels, level_label};
use super::notation::{direction_label, find, near, notation, powers, with_index};
use crate::error::{Error, Result};
use crate::io::results::{AttributeValue, Coordinates, ResultFile, Variable};
use crate::report::format::length;
use crate::transport::Scalar;

/// The abscissa.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// Chemical potential from the Fermi level.
    ChemicalPotential,
    /// Net doping.
    Doping,
    /// Temperature.
    Temperature,
}

/// What is to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Quantities by their names or short names; none for those that say most of this kind of result.
    pub quantities: Vec<String>,
    /// The abscissa; none for the longer of those there are.
    pub against: Option<Against>,
    /// Tensor component: "average" (over the directions that conduct) or letters such as "xx", "xyz".
    pub component: Option<String>,
    /// Logarithmic abscissa.
    pub log_x: Option<bool>,
    /// Logarithmic ordinate.
    pub log_y: Option<bool>,
    /// Temperatures (K) of the curves; none for all.
    pub temperatures: Vec<f64>,
    /// Dopings of the curves, as in the file; none for all.
    pub dopings: Vec<f64>,
}

/// Curves of one quantity, in the file's units.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name in the file.
    pub name: String,
    /// Tensor component, where it has any.
    pub component: Option<String>,
    /// Symbol of the abscissa, and its unit.
    pub x: (&'static str, String),
    /// Labels of the abscissa, where it has names instead of numbers.
    pub names: Vec<String>,
    /// Label and points of each curve.
    pub curves: Vec<(String, Vec<(f64, Estimate)>)>,
}

/// The series that the selection asks for.
///
/// # Errors
/// [`Error::BadOption`] for a quantity, a component or an abscissa that the results do not have: says what they have.
pub fn select(file: &ResultFile, selection: &Selection) -> Result<Vec<Series>> {
    let names: Vec<&str> = drawable(file);
    let wanted: Vec<&str> = if selection.quantities.is_empty() {
        by_default(file.kind())
            .iter()
            .filter_map(|name| find(name, &names))
            .take(4)
            .collect()
    } else {
        let named =
            |asked: &String| find(asked, &names).ok_or_else(|| unknown(asked, file, &names));
        selection
            .quantities
            .iter()
            .map(named)
            .collect::<Result<_>>()?
    };
    wanted
        .into_iter()
        .filter_map(|name| file.get(name))
        .map(|variable| series(file, variable, selection))
        .collect()
}

/// Names of what can be drawn.
pub fn drawable(file: &ResultFile) -> Vec<&str> {
    let variables = file.variables().iter();
    variables
        .filter(|v| !v.dimensions.is_empty())
        .map(|v| v.name.as_str())
        .collect()
}

fn unknown(asked: &str, file: &ResultFile, names: &[&str]) -> Error {
    let meant = near(asked, names).map_or(String::new(), |name| format!(" (`{name}`?)"));
    Error::bad_option(
        "--quantity",
        format!("these {} results hold no `{asked}`{meant}", file.kind()),
        format!("take one of {}", names.join(", ")),
    )
}

fn series(file: &ResultFile, variable: &Variable, selection: &Selection) -> Result<Series> {
    let rank = variable.rank();
    check_shape(file, variable)?;
    let leading: Vec<&str> = variable.dimensions[..variable.dimensions.len() - rank]
        .iter()
        .map(String::as_str)
        .collect();
    if leading.is_empty() && rank == 2 {
        return Ok(tensor_components(variable));
    }
    let asked = selection.component.as_deref();
    let component = (rank > 0).then(|| asked.unwrap_or(first_choice(rank)));
    let values = estimates(file, variable, component)?;
    let numbers = |name: &str| -> Vec<f64> {
        match file.get_dimension(name).map(|d| &d.coordinates) {
            Some(Coordinates::Numbers(x)) => x.clone(),
            Some(Coordinates::Labels(x)) => (0..x.len()).map(|i| i as f64).collect(),
            None => Vec::new(),
        }
    };
    let start = Series {
        name: variable.name.clone(),
        component: component.filter(|c| *c != "average").map(str::to_owned),
        x: ("E", "eV".into()),
        names: Vec::new(),
        curves: Vec::new(),
    };
    match leading[..] {
        [.., last] if OF_EXCITATIONS.contains(&file.kind()) => {
            refuse(
                selection,
                file,
                (last == "temperature").then_some(Against::Temperature),
            )?;
            along_last(file, &values, &leading, start)
        }
        ["energy"] | ["spin", "energy"] => {
            refuse(selection, file, None)?;
            let energies = numbers("energy");
            let label = |i: usize| match leading.len() {
                1 => String::new(),
                _ => ["spin up", "spin down"][i.min(1)].to_owned(),
            };
            let curve = |(i, part): (usize, &[Estimate])| {
                let points = energies.iter().copied().zip(part.iter().copied());
                (label(i), points.collect())
            };
            let curves = values.chunks(energies.len().max(1)).enumerate().map(curve);
            Ok(Series {
                curves: curves.collect(),
                ..start
            })
        }
        ["direction", "energy"] => {
            refuse(selection, file, None)?;
            let energies = numbers("energy");
            let directions = direction_labels(file);
            let curve = |(i, part): (usize, &[Estimate])| {
                let points = energies.iter().copied().zip(part.iter().copied());
                (
                    directions.get(i).cloned().unwrap_or_default(),
                    points.collect(),
                )
            };
            let curves = values.chunks(energies.len().max(1)).enumerate().map(curve);
            Ok(Series {
                curves: curves.collect(),
                ..start
            })
        }
        ["alpha_a"] => {
            refuse(selection, file, None)?;
            let points = numbers("alpha_a").into_iter().zip(values).collect();
            Ok(Series {
                x: ("αA", String::new()),
                curves: vec![(String::new(), points)],
                ..start
            })
        }
        ["file"] => {
            refuse(selection, file, None)?;
            let points = values
                .into_iter()
                .enumerate()
                .map(|(i, q)| (i as f64 + 1.0, q));
            Ok(Series {
                x: ("rank", String::new()),
                curves: vec![(String::new(), points.collect())],
                ..start
            })
        }
        ["temperature", level, "direction"] => {
            let directions = direction_labels(file);
            let n = directions.len().max(1);
            let mut all: Option<Series> = None;
            for (d, direction) in directions.iter().enumerate() {
                let own: Vec<Estimate> = values.iter().skip(d).step_by(n).copied().collect();
                let mut one = on_states(file, &own, level, selection, start.clone())?;
                for (label, _) in &mut one.curves {
                    *label = format!("{direction}, {label}");
                }
                match &mut all {
                    Some(all) => all.curves.append(&mut one.curves),
                    none => *none = Some(one),
                }
            }
            Ok(all.unwrap_or(start))
        }
        ["temperature", level] => on_states(file, &values, level, selection, start),
        _ => Err(Error::bad_option(
            "--quantity",
            format!(
                "`{}` is on {}, which no figure shows",
                variable.name,
                leading.join(" × ")
            ),
            format!("take one of {}", drawable(file).join(", ")),
        )),
    }
}

/// Kinds of results whose quantities are drawn along their last dimension.
const OF_EXCITATIONS: [&str; 3] = ["phonon", "drag", "superconductor"];

/// Against the last dimension, a curve for each combination of the others.
fn along_last(
    file: &ResultFile,
    values: &[Estimate],
    leading: &[&str],
    start: Series,
) -> Result<Series> {
    let no_axis = || {
        let text = format!("`{}` has no numbers to be drawn against", start.name);
        Error::bad_option(
            "--quantity",
            text,
            format!("take one of {}", drawable(file).join(", ")),
        )
    };
    let (others, last) = leading.split_at(leading.len() - 1);
    let dimension = file.get_dimension(last[0]).ok_or_else(no_axis)?;
    let Coordinates::Numbers(x) = &dimension.coordinates else {
        return Err(no_axis());
    };
    let symbol = match (last[0], file.kind()) {
        ("temperature", _) => "T",
        ("energy", _) => "E",
        ("mean_free_path", _) => "Λ",
        ("boundary_length", _) => "L",
        ("branch", _) => "branch",
        _ => "",
    };
    let label = |curve: usize| {
        let mut rest = curve;
        let mut words = Vec::new();
        for name in others.iter().rev() {
            let Some(dimension) = file.get_dimension(name) else {
                continue;
            };
            let i = rest % dimension.coordinates.len();
            rest /= dimension.coordinates.len();
            words.push(match &dimension.coordinates {
                Coordinates::Labels(labels) if matches!(*name, "direction" | "cart") => {
                    direction_label(&labels[i])
                }
                Coordinates::Labels(labels) => labels[i].clone(),
                Coordinates::Numbers(x) if dimension.unit == "m" => length(x[i]),
                Coordinates::Numbers(x) => format!("{} {}", x[i], dimension.unit),
            });
        }
        words.reverse();
        words.join(", ")
    };
    let curve = |(i, part): (usize, &[Estimate])| {
        let points = x.iter().copied().zip(part.iter().copied());
        (label(i), points.collect())
    };
    let curves = values
        .chunks(x.len().max(1))
        .enumerate()
        .map(curve)
        .collect();
    Ok(Series {
        x: (symbol, dimension.unit.clone()),
        curves,
        ..start
    })
}

/// Temperature × level: against the one, a curve for each of the other.
fn on_states(
    file: &ResultFile,
    values: &[Estimate],
    level: &str,
    selection: &Selection,
    start: Series,
) -> Result<Series> {
    let Some([temperatures, levels]) = coordinates(file, level) else {
        let place = format!("dimension `{level}`");
        return Err(Error::bad_bands(
            place,
            "has no coordinates",
            "write the results again",
        ));
    };
    let (n_t, n_l) = (temperatures.len(), levels.len());
    let fermi = match file.get_attribute("fermi_level_ev") {
        Some(AttributeValue::Number(e)) => *e,
        _ => 0.0,
    };
    let shown_t = chosen("--temperatures", &selection.temperatures, &temperatures)?;
    let shown_l = match (level, selection.dopings.is_empty()) {
        ("doping", _) | (_, true) => chosen("--dopings", &selection.dopings, &levels)?,
        _ => {
            let problem = format!("these results are on {level}, not on dopings");
            return Err(Error::bad_option("--dopings", problem, "leave it away"));
        }
    };
    let has_levels = level != "carriers";
    let by_default = match level {
        _ if !has_levels || n_t > n_l => Against::Temperature,
        "doping" => Against::Doping,
        _ => Against::ChemicalPotential,
    };
    let against = selection.against.unwrap_or(by_default);
    if against == Against::Temperature {
        let curve = |l: usize| {
            let points = shown_t
                .iter()
                .map(|&t| (temperatures[t], values[t * n_l + l]));
            (level_label(file, level, l, fermi), points.collect())
        };
        let mut order = shown_l;
        order.sort_by(|a, b| levels[*a].total_cmp(&levels[*b]));
        return Ok(Series {
            x: ("T", "K".into()),
            curves: order.into_iter().map(curve).collect(),
            ..start
        });
    }
    if !has_levels {
        refuse(selection, file, Some(Against::Temperature))?;
    }
    let (own, other, x) = match against {
        Against::Doping => {
            let (name, unit) = carrier_density(file);
            ("doping", name, ("n − p", powers(unit)))
        }
        _ => (
            "chemical_potential",
            "chemical_potential",
            ("μ − E_{F}", "eV".to_owned()),
        ),
    };
    let zero = if against == Against::Doping {
        0.0
    } else {
        fermi
    };
    let stated = file.get(other).filter(|_| level != own);
    if let Some(variable) = stated {
        check_shape(file, variable)?;
    }
    let at = |t: usize, l: usize| match stated {
        Some(variable) => variable.data[t * n_l + l] - zero,
        None => levels[l] - zero,
    };
    let curve = |t: usize| {
        let points = shown_l.iter().map(|&l| (at(t, l), values[t * n_l + l]));
        let mut points: Vec<(f64, Estimate)> = points.collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        (format!("{} K", temperatures[t]), points)
    };
    Ok(Series {
        x,
        curves: shown_t.iter().map(|&t| curve(t)).collect(),
        ..start
    })
}

/// Places of what was chosen among what there is; all where nothing was.
///
/// # Errors
/// [`Error::BadOption`] for a value that the results do not have.
fn chosen(option: &str, wanted: &[f64], there: &[f64]) -> Result<Vec<usize>> {
    if wanted.is_empty() {
        return Ok((0..there.len()).collect());
    }
    let place = |w: &f64| {
        let near = |x: &&f64| (**x - w).abs() <= 1e-6 * w.abs().max(x.abs());
        let found = there.iter().position(|x| near(&x));
        found.ok_or_else(|| {
            let all: Vec<String> = there.iter().take(12).map(|x| short(*x)).collect();
            let more = if there.len() > 12 { " …" } else { "" };
            Error::bad_option(
                option,
                format!("these results have no {}", short(*w)),
                format!("take some of {}{more}", all.join(", ")),
            )
        })
    };
    wanted.iter().map(place).collect()
}

/// A number as it may be typed.
fn short(x: f64) -> String {
    match x.abs() {
        0.0 | 1e-3..1e6 => format!("{x}"),
        _ => format!("{x:e}"),
    }
}

fn coordinates(file: &ResultFile, level: &str) -> Option<[Vec<f64>; 2]> {
    let of = |name: &str| match &file.get_dimension(name)?.coordinates {
        Coordinates::Numbers(x) => Some(x.clone()),
        Coordinates::Labels(x) => Some((0..x.len()).map(|i| i as f64).collect()),
    };
    Some([of("temperature")?, of(level)?])
}

/// # Errors
/// [`Error::BadOption`] where another abscissa was asked for than the one there is.
fn refuse(selection: &Selection, file: &ResultFile, there: Option<Against>) -> Result<()> {
    match selection.against {
        Some(asked) if Some(asked) != there => Err(Error::bad_option(
            "--against",
            format!("these {} results have one abscissa only", file.kind()),
            "leave it away",
        )),
        _ => Ok(()),
    }
}

/// A single tensor: its six components side by side.
fn tensor_components(variable: &Variable) -> Series {
    let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];
    let letter = |i: usize| ["x", "y", "z"][i];
    let bar = |k: usize| variable.error.as_ref().map_or(0.0, |e| e[k]);
    let point = |(x, (i, j)): (usize, &(usize, usize))| {
        let k = 3 * i + j;
        let one = Scalar::new(variable.data[k], bar(k));
        (x as f64, one.into())
    };
    Series {
        name: variable.name.clone(),
        component: None,
        x: ("", String::new()),
        names: pairs
            .iter()
            .map(|(i, j)| letter(*i).to_owned() + letter(*j))
            .collect(),
        curves: vec![(String::new(), pairs.iter().enumerate().map(point).collect())],
    }
}

/// Symbol with its component, unit, and the factor to that unit.
pub fn ordinate(file: &ResultFile, series: &Series) -> (String, String, f64) {
    let unit = file.get(&series.name).map_or("", |v| v.unit.as_str());
    let n = notation(&series.name, unit);
    let symbol = match &series.component {
        Some(component) => match n.symbol.split_once('/') {
            Some((symbol, tau)) => format!("{}/{tau}", with_index(symbol, component)),
            None => with_index(&n.symbol, component),
        },
        None => n.symbol,
    };
    (symbol, n.unit, n.factor)
}
