//! Transport in a field: magnetoresistance, Kohler's plot, Hall, Seebeck and Nernst coefficients, over the field or over its angle.

use super::{Drawn, barred, entry, numbers, range, style};
use crate::io::results::{AttributeValue, Coordinates, ResultFile};
use crate::report::figure::{Axis, Curve, Entry, Estimate, Panel, colour};
use crate::transport::Scalar;

/// Thermal states that are drawn at most, evenly from all.
const MOST: usize = 6;
/// Components with values nearer than this share of their size are one curve.
const ALIKE: f64 = 1e-6;
/// Smallest magnetoresistance on a logarithmic axis: differences of rounding are below.
const LEAST: f64 = 1e-9;

/// What the panels are made of.
struct Scan<'f> {
    file: &'f ResultFile,
    /// Abscissa of each drawn place, and where it stands among angles × fields.
    places: Vec<(f64, usize, usize)>,
    /// Numbers of the drawn states (temperature × level), with what they are called.
    states: Vec<(usize, String)>,
    n_state: usize,
    n_field: usize,
}

impl Scan<'_> {
    /// A component of a variable over the abscissa.
    fn curve(
        &self,
        name: &str,
        components: usize,
        component: usize,
        state: usize,
    ) -> Vec<Estimate> {
        let variable = self.file.get(name);
        let number = |all: Option<&Vec<f64>>, i: usize| all.and_then(|x| x.get(i)).copied();
        let at = |(_, angle, field): &(f64, usize, usize)| {
            let row = (angle * self.n_state + state) * self.n_field + field;
            let i = row * components + component;
            let value = number(variable.map(|v| &v.data), i).unwrap_or(f64::NAN);
            let error = number(variable.and_then(|v| v.error.as_ref()), i).unwrap_or(0.0);
            Estimate::from(Scalar::from((value, error)))
        };
        self.places.iter().map(at).collect()
    }

    fn x(&self) -> Vec<f64> {
        self.places.iter().map(|p| p.0).collect()
    }
}

/// The panels.
pub fn magneto(file: &ResultFile) -> Drawn {
    let (angles, fields) = (numbers(file, "angle"), numbers(file, "field"));
    let temperatures = numbers(file, "temperature");
    let levels = match file.get_dimension("doping") {
        Some(d) => d.coordinates.len(),
        None => numbers(file, "chemical_potential").len(),
    };
    let (Some(strongest), true) = (
        (0..fields.len()).max_by(|a, b| fields[*a].abs().total_cmp(&fields[*b].abs())),
        levels > 0 && !temperatures.is_empty(),
    ) else {
        return (Vec::new(), Vec::new());
    };
    let over_angles = angles.len() > 1;
    let n_state = temperatures.len() * levels;
    let shown = n_state.min(MOST);
    let scan = Scan {
        file,
        places: match over_angles {
            true => (0..angles.len())
                .map(|a| (angles[a], a, strongest))
                .collect(),
            false => (0..fields.len()).map(|b| (fields[b], 0, b)).collect(),
        },
        states: (0..shown)
            .map(|i| match shown {
                1 => 0,
                _ => i * (n_state - 1) / (shown - 1),
            })
            .map(|s| (s, state_label(file, &temperatures, levels, s)))
            .collect(),
        n_state,
        n_field: fields.len(),
    };
    let unit = file.get_dimension("field").map_or("T", |d| &d.unit);
    let (symbol, x_unit) = match over_angles {
        true => (format!("angle of B = {} {unit}", fields[strongest]), "°"),
        false => ("B".to_owned(), unit),
    };
    let x = scan.x();
    let ends = x
        .iter()
        .fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
    let axis = || Axis::new(&symbol, x_unit, false, ends, true);
    let resistance = magnetoresistances(&scan);
    let n = resistance.len();
    let legend: Vec<Entry> = resistance
        .iter()
        .enumerate()
        .map(|(i, (label, ..))| entry(label.clone(), &style(colour(i, n), false)))
        .collect();
    let curves: Vec<Curve> = resistance
        .iter()
        .enumerate()
        .map(|(i, (_, values, ..))| barred(&x, values, 1.0, &style(colour(i, n), false), true))
        .collect();
    let mut panels = vec![Panel {
        x: axis(),
        y: Axis::new("Δρ/ρ_{0}", "", false, range(&curves, |p| p.y, false), false),
        curves,
    }];
    if !over_angles {
        panels.extend(kohler(&scan, &resistance));
    }
    let per_tau = file.get("nernst_over_tau").is_some();
    let k = if per_tau { "nernst_over_tau" } else { "nernst" };
    for (name, symbol, components, unit, factor) in [
        ("hall_coefficient", "R_{H}", 1, "10^{−10} m^{3}/C", 1e10),
        ("seebeck", "S_{xx}", 9, "µV/K", 1e6),
        (
            k,
            "ν",
            1,
            if per_tau { "µV/(K T s)" } else { "µV/(K T)" },
            1e6,
        ),
    ] {
        let mut curves = Vec::new();
        for (i, (state, _)) in scan.states.iter().enumerate() {
            let values = scan.curve(name, components, 0, *state);
            // Nothing is driven without a field.
            let there = values
                .iter()
                .zip(&scan.places)
                .filter(|(q, p)| q.value.is_finite() && (components > 1 || fields[p.2] != 0.0));
            let (values, x): (Vec<Estimate>, Vec<f64>) = there.map(|(q, p)| (*q, p.0)).unzip();
            if !values.is_empty() {
                // The state's first colour in the legend.
                let own = resistance.iter().position(|r| r.2 == *state).unwrap_or(i);
                curves.push(barred(
                    &x,
                    &values,
                    factor,
                    &style(colour(own, n), false),
                    true,
                ));
            }
        }
        if !curves.is_empty() {
            let y = range(&curves, |p| p.y, false);
            panels.push(Panel {
                x: axis(),
                y: Axis::new(symbol, unit, false, y, false),
                curves,
            });
        }
    }
    (panels, legend)
}

/// Δρ_ii/ρ_ii(0) of every state and of the currents that differ: label, values, state and component.
#[allow(clippy::type_complexity)]
fn magnetoresistances(scan: &Scan) -> Vec<(String, Vec<Estimate>, usize, usize)> {
    let mut all: Vec<(String, Vec<Estimate>, usize, usize)> = Vec::new();
    for (state, label) in &scan.states {
        let mut own: Vec<(Vec<usize>, Vec<Estimate>)> = Vec::new();
        for i in 0..3 {
            let values = scan.curve("magnetoresistance", 3, i, *state);
            let alike = |other: &Vec<Estimate>| {
                other.iter().zip(&values).all(|(a, b)| {
                    (a.value - b.value).abs() <= ALIKE * (a.value.abs() + b.value.abs()) + LEAST
                })
            };
            match own.iter_mut().find(|(_, other)| alike(other)) {
                Some((axes, _)) => axes.push(i),
                None if values.iter().any(|q| q.value.is_finite()) => own.push((vec![i], values)),
                None => {}
            }
        }
        for (axes, values) in own {
            let names: Vec<&str> = axes.iter().map(|i| ["xx", "yy", "zz"][*i]).collect();
            let state_words = match scan.states.len() {
                1 => format!("ρ_{{{}}}, {label}", names.join(",")),
                _ => format!("{label}, ρ_{{{}}}", names.join(",")),
            };
            all.push((state_words, values, *state, axes[0]));
        }
    }
    all
}

/// Kohler's plot: Δρ/ρ₀ over B/ρ₀, which is one curve for all temperatures where one relaxation time scales everywhere alike.
fn kohler(scan: &Scan, resistance: &[(String, Vec<Estimate>, usize, usize)]) -> Option<Panel> {
    let per_tau = scan.file.get("resistivity_times_tau").is_some();
    let name = if per_tau {
        "resistivity_times_tau"
    } else {
        "resistivity"
    };
    let mut curves = Vec::new();
    for (i, (_, values, state, axis)) in resistance.iter().enumerate() {
        let rho = scan.curve(name, 9, 4 * axis, *state);
        let mut points = (Vec::new(), Vec::new());
        for ((q, rho), (b, ..)) in values.iter().zip(&rho).zip(&scan.places) {
            let still = rho.value / (1.0 + q.value);
            if q.value > LEAST && *b != 0.0 && still > 0.0 {
                points.0.push(b.abs() / still);
                points.1.push(*q);
            }
        }
        if points.0.len() > 1 {
            let own = style(colour(i, resistance.len()), false);
            curves.push(barred(&points.0, &points.1, 1.0, &own, true));
        }
    }
    if curves.is_empty() {
        return None;
    }
    let (x, y) = (range(&curves, |p| p.x, true), range(&curves, |p| p.y, true));
    Some(Panel {
        x: Axis::new("B/ρ_{0}", "T Ω^{−1} m^{−1}", true, x, false),
        y: Axis::new("Δρ/ρ_{0} (Kohler)", "", true, y, false),
        curves,
    })
}

/// A thermal state in words.
fn state_label(file: &ResultFile, temperatures: &[f64], levels: usize, state: usize) -> String {
    let (t, level) = (temperatures[state / levels], state % levels);
    let fermi = match file.get_attribute("fermi_level_ev") {
        Some(AttributeValue::Number(e)) => *e,
        _ => 0.0,
    };
    let mut words = format!("{t} K");
    if let Some(Coordinates::Numbers(n)) = file.get_dimension("doping").map(|d| &d.coordinates) {
        let kind = if n[level] > 0.0 { "n" } else { "p" };
        words += &format!(", {kind} {:e}", n[level].abs());
    } else if levels > 1 {
        let mu = numbers(file, "chemical_potential")[level] - fermi;
        words += &format!(", μ {:+} eV", (mu * 1e6).round() / 1e6 + 0.0);
    }
    words
}
