//! A result file as one HTML page: figures, main numbers, provenance. It needs nothing beside itself and runs nothing.

use super::figure::{
    Estimate, Selection, compose, conducting_directions, escape, estimates, find, html, notation,
    svg,
};
use super::format::{asymmetric, scalar};
use super::mean_in_words;
use crate::error::Result;
use crate::io::results::{AttributeValue, Coordinates, ResultFile, Variable};
use crate::transport::Scalar;
use std::fmt::Write;

/// Rows of a table at most: the result file has them all.
const MOST_ROWS: usize = 48;
/// Size of a figure's panel, in units of 1/96 inch.
const PANEL: (f64, f64) = (460.0, 360.0);

/// Figures and wide tables scroll within the page; on a phone facts stand below their names. Figures stay white in the dark.
const STYLE: &str = ":root{color-scheme:light dark;--text:#111;--page:#fff;--line:#ccc;--head:#333}\
@media(prefers-color-scheme:dark){:root{--text:#e4e4e4;--page:#161616;--line:#444;--head:#999}}\
body{font-family:sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:var(--text);background:var(--page);line-height:1.4}\
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin-top:2rem}p{max-width:60rem}\
figure{margin:1rem 0;overflow-x:auto}figure svg{display:block;max-width:100%;min-width:min(100%,36rem);height:auto;border-radius:4px}\
div.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}\
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}sub,sup{line-height:0}\
table.facts>tbody>tr>td{white-space:normal;overflow-wrap:anywhere}td table td{white-space:nowrap}thead th{border-bottom:2px solid var(--head)}\
@media(max-width:40rem){h1{font-size:1.2rem}figure svg{max-width:none;min-width:0;width:40rem}\
table.facts,table.facts>tbody,table.facts>tbody>tr,table.facts>tbody>tr>*{display:block}\
table.facts>tbody>tr>*{border:0;padding:0 .7rem;overflow-x:auto}table.facts>tbody>tr{border-bottom:1px solid var(--line);padding:.25rem 0}}";

/// What a kind of results is called, and its quantities that the table shows.
fn shown(kind: &str) -> (&'static str, &'static [&'static str]) {
    match kind {
        "transport" => (
            "Transport coefficients",
            &[
                "chemical_potential",
                "carrier_density",
                "conductivity",
                "seebeck",
                "thermal_conductivity_electronic",
                "power_factor",
                "figure_of_merit",
                "hall_coefficient",
            ],
        ),
        "optimize" => (
            "Optimal doping",
            &[
                "optimal_doping",
                "optimal_chemical_potential",
                "largest_power_factor",
                "largest_figure_of_merit",
                "conductivity",
                "seebeck",
                "thermal_conductivity_electronic",
            ],
        ),
        "zt" => (
            "zT and its bounds",
            &[
                "figure_of_merit",
                "window_lower",
                "window_upper",
                "alpha_a",
                "transmission_inside",
                "transmission_outside",
                "screening_score",
                "share_of_bound_constant_modes",
                "share_of_bound",
                "seebeck",
                "device_figure_of_merit",
            ],
        ),
        "landauer" => (
            "Modes",
            &[
                "modes_per_area",
                "ballistic_conductance_per_area",
                "ballistic_thermal_conductance_per_area",
                "ballistic_seebeck",
                "mean_free_path",
                "conductance_per_area",
                "seebeck",
                "modes_per_width",
                "ballistic_conductance_per_width",
                "modes",
                "ballistic_conductance",
            ],
        ),
        "screen" => (
            "Materials",
            &[
                "figure_of_merit",
                "power_factor",
                "screening_score",
                "share_of_bound",
                "alpha_a",
                "gap",
                "carrier_density",
            ],
        ),
        "bounds" => (
            "Bounds without a material",
            &["figure_of_merit", "window_lower", "window_upper"],
        ),
        "dos" => (
            "Density of states",
            &["density_of_states", "electrons", "conductivity"],
        ),
        "phonon" => (
            "Phonons",
            &["heat_capacity", "lattice_thermal_conductivity"],
        ),
        "drag" => ("Phonon drag", &["seebeck_drag"]),
        "superconductor" => ("Superconductor", &["gap"]),
        _ => ("Fermi surface", &[]),
    }
}

/// The page.
///
/// # Errors
/// Where the results hold nothing that can be drawn, or are damaged.
pub fn page(file: &ResultFile) -> Result<String> {
    let (title, names) = shown(file.kind());
    let input = match file.get_attribute("input") {
        Some(AttributeValue::Text(text)) => format!(" of {text}"),
        _ => String::new(),
    };
    let title = escape(&format!("{title}{input}"));
    let figure = compose(file, &Selection::default(), PANEL)?.map_or(String::new(), |f| {
        format!("<figure>\n{}</figure>\n", svg(&f))
    });
    let mut s = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{figure}"
    );
    s.push_str("<h2>Main numbers</h2>\n");
    let wanted: Vec<&Variable> = (names.iter())
        .filter_map(|name| file.get(name).or_else(|| named(file, name)))
        .collect();
    let mut how = String::new();
    if wanted.is_empty() {
        s += &single(file)?;
    } else {
        s += &table(file, &wanted)?;
        let words = mean_in_words(conducting_directions(file));
        how = format!(" Tensors are given by {words}.");
    }
    let _ = write!(
        s,
        "<p>± is an error bar of the integration over the Brillouin zone (and of what is said in the method below), not of \
         the bands.{how} What is not defined is left out.</p>\n<h2>Provenance</h2>\n<table class=\"facts\">\n"
    );
    for (name, value) in file.attributes() {
        let value = match value {
            AttributeValue::Text(text) => text.clone(),
            AttributeValue::Number(x) if *x == 0.0 || (1e-3..1e6).contains(&x.abs()) => {
                x.to_string()
            }
            AttributeValue::Number(x) => format!("{x:e}"),
            AttributeValue::Integer(x) => x.to_string(),
        };
        if !value.is_empty() {
            let name = escape(&name.replace('_', " "));
            let _ = writeln!(s, "<tr><th>{name}</th><td>{}</td></tr>", escape(&value));
        }
    }
    s.push_str("</table>\n</body>\n</html>\n");
    Ok(s)
}

/// The quantity of this name, also where it is per relaxation time.
fn named<'a>(file: &'a ResultFile, name: &str) -> Option<&'a Variable> {
    let names: Vec<&str> = file.variables().iter().map(|v| v.name.as_str()).collect();
    find(name, &names).and_then(|name| file.get(name))
}

/// A heading cell: symbol and unit.
fn heading(symbol: &str, unit: &str) -> String {
    match unit {
        "" => format!("<th>{}</th>", html(symbol)),
        unit => format!("<th>{} ({})</th>", html(symbol), html(unit)),
    }
}

/// Value and bar in the notation's unit.
fn cell(q: Estimate, factor: f64) -> String {
    if q.value.is_nan() {
        return "<td>–</td>".into();
    }
    let [value, below, above] = [q.value, q.below, q.above].map(|x| x * factor);
    if [value, below, above] == [0.0; 3] {
        return "<td>0</td>".into();
    }
    let text = if below == above {
        scalar(Scalar::new(value, above))
    } else {
        asymmetric(value, below, above)
    };
    let text = match text.rsplit_once('e') {
        Some((number, power)) => format!("{number}·10^{{{power}}}"),
        None => text,
    };
    format!("<td>{}</td>", html(&text.replace('-', "−")))
}

/// Quantities along the dimensions that they share.
fn table(file: &ResultFile, wanted: &[&Variable]) -> Result<String> {
    let mut columns = Vec::new();
    for variable in wanted {
        let values = estimates(file, variable, None)?;
        if values.iter().any(|q| !q.value.is_nan()) {
            columns.push((*variable, values));
        }
    }
    let rows = columns.iter().map(|(_, v)| v.len()).min().unwrap_or(0);
    let axes: Vec<_> = (wanted[0].states().iter())
        .filter_map(|d| file.get_dimension(d))
        .collect();
    let mut s = String::from("<div class=\"wide\"><table>\n<thead><tr>");
    for axis in &axes {
        let n = notation(&axis.name, &axis.unit);
        s += &heading(&n.symbol, &n.unit);
    }
    for (variable, _) in &columns {
        let n = notation(&variable.name, &variable.unit);
        s += &heading(&n.symbol, &n.unit);
    }
    s.push_str("</tr></thead>\n<tbody>\n");
    let stride = rows.div_ceil(MOST_ROWS).max(1);
    for row in (0..rows).step_by(stride) {
        s.push_str("<tr>");
        let mut rest = row;
        let mut places = Vec::new();
        for axis in axes.iter().rev() {
            places.push(rest % axis.coordinates.len());
            rest /= axis.coordinates.len();
        }
        for (axis, place) in axes.iter().zip(places.into_iter().rev()) {
            let label = match &axis.coordinates {
                Coordinates::Numbers(x) if x[place].abs() >= 1e6 => format!("{:e}", x[place]),
                Coordinates::Numbers(x) => ((x[place] * 1e6).round() / 1e6).to_string(),
                Coordinates::Labels(x) => x[place].clone(),
            };
            let _ = write!(s, "<td>{}</td>", escape(&label));
        }
        for (variable, values) in &columns {
            let factor = notation(&variable.name, &variable.unit).factor;
            s += &cell(values[row], factor);
        }
        s.push_str("</tr>\n");
    }
    s.push_str("</tbody>\n</table></div>\n");
    if stride > 1 {
        let _ = writeln!(
            s,
            "<p>One row in {stride} of {rows}: the result file has all.</p>"
        );
    }
    Ok(s)
}

/// Numbers and tensors that are on no axis.
fn single(file: &ResultFile) -> Result<String> {
    let mut s = String::from("<div class=\"wide\"><table class=\"facts\">\n");
    let one = |value, bar: Option<f64>| {
        let error = bar.unwrap_or(0.0);
        Estimate::from(Scalar::new(value, error))
    };
    for variable in file.variables() {
        let n = notation(&variable.name, &variable.unit);
        let bar = |i: usize| variable.error.as_ref().and_then(|e| e.get(i).copied());
        let _ = write!(s, "<tr>{}", heading(&n.symbol, &n.unit));
        let _ = write!(s, "<td>{}</td>", escape(&variable.long_name));
        match &variable.data[..] {
            [value] => s += &cell(one(*value, bar(0)), n.factor),
            values => {
                estimates(file, variable, None)?;
                s.push_str("<td><table>");
                for (i, row) in values.chunks(3).enumerate() {
                    s.push_str("<tr>");
                    for (j, value) in row.iter().enumerate() {
                        s += &cell(one(*value, bar(3 * i + j)), n.factor);
                    }
                    s.push_str("</tr>");
                }
                s.push_str("</table></td>");
            }
        }
        s.push_str("</tr>\n");
    }
    s.push_str("</table></div>\n");
    Ok(s)
}
