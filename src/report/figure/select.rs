//! Which numbers of a result file become curves, against what.

use super::component::{check_shape, first_choice, rank, reduced, weights};
use super::notation::{find, near, notation};
use crate::error::{Error, Result};
use crate::io::results::{AttributeValue, Coordinates, ResultFile, Variable};

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
    /// Tensor component: "average" (a third of the trace) or letters such as "xx", "xyz".
    pub component: Option<String>,
    /// Logarithmic abscissa.
    pub log_x: Option<bool>,
    /// Logarithmic ordinate.
    pub log_y: Option<bool>,
}

/// Curves of one quantity, in the file's units.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name in the file.
    pub name: String,
    /// Tensor component, where it has any.
    pub component: Option<String>,
    /// Symbol of the abscissa, and its unit.
    pub x: (&'static str, &'static str),
    /// Labels of the abscissa, where it has names instead of numbers.
    pub names: Vec<String>,
    /// Label and points (x, value, bar) of each curve.
    pub curves: Vec<(String, Vec<[f64; 3]>)>,
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

/// What says most, in the order of saying it.
fn by_default(kind: &str) -> &'static [&'static str] {
    match kind {
        "transport" => &[
            "conductivity",
            "seebeck",
            "power_factor",
            "figure_of_merit",
            "thermal_conductivity_electronic",
        ],
        "optimize" => &[
            "optimal_doping",
            "largest_power_factor",
            "largest_figure_of_merit",
        ],
        "dos" => &["density_of_states", "conductivity"],
        _ => &["conductivity", "velocity_squared"],
    }
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
    let rank = rank(variable);
    check_shape(file, variable)?;
    let leading: Vec<&str> = variable.dimensions[..variable.dimensions.len() - rank]
        .iter()
        .map(String::as_str)
        .collect();
    if leading.is_empty() && rank == 2 {
        return Ok(tensor_components(variable));
    }
    let component = selection.component.clone();
    let component = (rank > 0).then(|| component.unwrap_or_else(|| first_choice(rank)));
    let weights = weights(variable, component.as_deref(), rank)?;
    let values: Vec<[f64; 2]> = reduced(variable, &weights);
    let numbers = |name: &str| -> Vec<f64> {
        match file.get_dimension(name).map(|d| &d.coordinates) {
            Some(Coordinates::Numbers(x)) => x.clone(),
            Some(Coordinates::Labels(x)) => (0..x.len()).map(|i| i as f64).collect(),
            None => Vec::new(),
        }
    };
    let start = Series {
        name: variable.name.clone(),
        component: component.filter(|c| c != "average"),
        x: ("E", "eV"),
        names: Vec::new(),
        curves: Vec::new(),
    };
    match leading[..] {
        ["energy"] | ["spin", "energy"] => {
            refuse(selection, file, None)?;
            let energies = numbers("energy");
            let label = |i: usize| match leading.len() {
                1 => String::new(),
                _ => ["spin up", "spin down"][i.min(1)].to_owned(),
            };
            let curve = |(i, part): (usize, &[[f64; 2]])| {
                let points = energies.iter().zip(part).map(|(e, [v, b])| [*e, *v, *b]);
                (label(i), points.collect())
            };
            let curves = values.chunks(energies.len().max(1)).enumerate().map(curve);
            Ok(Series {
                curves: curves.collect(),
                ..start
            })
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

/// Temperature × level: against the one, a curve for each of the other.
fn on_states(
    file: &ResultFile,
    values: &[[f64; 2]],
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
    let has_levels = level != "carriers";
    let by_default = match level {
        _ if !has_levels || n_l == 1 && n_t > 1 => Against::Temperature,
        "doping" => Against::Doping,
        _ => Against::ChemicalPotential,
    };
    let against = selection.against.unwrap_or(by_default);
    if against == Against::Temperature {
        let curve = |l: usize| {
            let points = (0..n_t).map(|t| {
                let [v, b] = values[t * n_l + l];
                [temperatures[t], v, b]
            });
            (level_label(file, level, l, fermi), points.collect())
        };
        let mut order: Vec<usize> = (0..n_l).collect();
        order.sort_by(|a, b| levels[*a].total_cmp(&levels[*b]));
        return Ok(Series {
            x: ("T", "K"),
            curves: order.into_iter().map(curve).collect(),
            ..start
        });
    }
    if !has_levels {
        refuse(selection, file, Some(Against::Temperature))?;
    }
    let (own, other, x) = match against {
        Against::Doping => ("doping", "carrier_density", ("n − p", "cm^{−3}")),
        _ => (
            "chemical_potential",
            "chemical_potential",
            ("μ − E_{F}", "eV"),
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
        let mut points: Vec<[f64; 3]> = (0..n_l)
            .map(|l| {
                let [v, b] = values[t * n_l + l];
                [at(t, l), v, b]
            })
            .collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        (format!("{} K", temperatures[t]), points)
    };
    Ok(Series {
        x,
        curves: (0..n_t).map(curve).collect(),
        ..start
    })
}

fn coordinates(file: &ResultFile, level: &str) -> Option<[Vec<f64>; 2]> {
    let of = |name: &str| match &file.get_dimension(name)?.coordinates {
        Coordinates::Numbers(x) => Some(x.clone()),
        Coordinates::Labels(x) => Some((0..x.len()).map(|i| i as f64).collect()),
    };
    Some([of("temperature")?, of(level)?])
}

/// What a level is called in the legend.
fn level_label(file: &ResultFile, level: &str, l: usize, fermi: f64) -> String {
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
            format!("{kind}: {times}10^{{{power}}} cm^{{−3}}")
        }
        Some(Coordinates::Numbers(x)) => {
            let mu = ((x[l] - fermi) * 1e6).round() / 1e6 + 0.0;
            format!("μ − E_{{F}} = {mu} eV").replace("= -", "= −")
        }
        None => String::new(),
    }
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
        [x as f64, variable.data[k], bar(k)]
    };
    Series {
        name: variable.name.clone(),
        component: None,
        x: ("", ""),
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
            Some((symbol, tau)) => format!("{symbol}_{{{component}}}/{tau}"),
            None => format!("{}_{{{component}}}", n.symbol),
        },
        None => n.symbol,
    };
    (symbol, n.unit, n.factor)
}
