//! Tables of a page, each with itself as comma-separated values.

use super::download::link;
use crate::error::Result;
use crate::io::results::{AttributeValue, Coordinates, Dimension, ResultFile, Variable};
use crate::report::figure::{Estimate, escape, estimates, html, notation};
use crate::report::format::{asymmetric, scalar};
use crate::report::table::{ManyResults, quoted};
use crate::transport::Scalar;
use std::fmt::Write;

/// Rows of a table at most: its comma-separated values have them all.
const MOST_ROWS: usize = 48;

/// A heading cell: symbol and unit.
pub fn heading(symbol: &str, unit: &str) -> String {
    match unit {
        "" => format!("<th>{}</th>", html(symbol)),
        unit => format!("<th>{} ({})</th>", html(symbol), html(unit)),
    }
}

/// A number with a power of ten as it is written by hand.
fn by_hand(text: &str) -> String {
    let text = match text.rsplit_once('e') {
        Some((number, power)) => format!("{number}·10^{{{power}}}"),
        None => text.to_owned(),
    };
    html(&text.replace('-', "−"))
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
    // What was given, as a doping, has rounding and no bar.
    let text = if below.max(above) <= 1e-9 * value.abs() {
        shortest(value)
    } else if below == above {
        scalar(Scalar::new(value, above))
    } else {
        asymmetric(value, below, above)
    };
    format!("<td>{}</td>", by_hand(&text))
}

/// A number without a bar: as many digits as it has, nine at most.
fn shortest(x: f64) -> String {
    let rounded: f64 = format!("{x:.8e}").parse().unwrap_or(x);
    match rounded == 0.0 || (1e-3..1e6).contains(&rounded.abs()) {
        true => rounded.to_string(),
        false => format!("{rounded:e}"),
    }
}

/// Where a row of states is on each of their axes, the last fastest.
fn places(axes: &[&Dimension], row: usize) -> Vec<usize> {
    let mut rest = row;
    let mut all: Vec<usize> = (axes.iter().rev())
        .map(|axis| {
            let n = axis.coordinates.len().max(1);
            let place = rest % n;
            rest /= n;
            place
        })
        .collect();
    all.reverse();
    all
}

/// Quantities along the dimensions that they share.
///
/// # Errors
/// For damaged results.
pub fn table(file: &ResultFile, wanted: &[&Variable]) -> Result<String> {
    let mut columns = Vec::new();
    for variable in wanted {
        let values = estimates(file, variable, None)?;
        if values.iter().any(|q| !q.value.is_nan()) {
            columns.push((*variable, values));
        }
    }
    let rows = columns.iter().map(|(_, v)| v.len()).min().unwrap_or(0);
    let states = wanted.first().map_or(&[][..], |v| v.states());
    let axes: Vec<&Dimension> = (states.iter())
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
        for (axis, place) in axes.iter().zip(places(&axes, row)) {
            let label = match &axis.coordinates {
                Coordinates::Numbers(x) => by_hand(&shortest(x[place])),
                Coordinates::Labels(x) => escape(&x[place]),
            };
            let _ = write!(s, "<td>{label}</td>");
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
            "<p class=\"note\">One row in {stride} of {rows}: the file below has all.</p>"
        );
    }
    let shown: Vec<&Variable> = columns.iter().map(|(v, _)| *v).collect();
    if !shown.is_empty() {
        let input = match file.get_attribute("input") {
            Some(AttributeValue::Text(text)) => text.as_str(),
            _ => "",
        };
        let csv = ManyResults::of_one(input, file, &shown)?.csv();
        s += &link(&format!("{}.csv", file.kind()), &csv);
    }
    Ok(s)
}

/// Numbers and tensors that are on no axis.
///
/// # Errors
/// For damaged results.
pub fn single(file: &ResultFile) -> Result<String> {
    let mut s = String::from("<div class=\"wide\"><table class=\"facts\">\n");
    let mut csv = String::from("quantity,component,value,error,unit\n");
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
        for (i, value) in variable.data.iter().enumerate() {
            let component = match variable.rank() {
                2 => format!("{}{}", axis(i / 3), axis(i % 3)),
                _ if variable.data.len() > 1 => i.to_string(),
                _ => String::new(),
            };
            let defined = |x: f64| match x.is_nan() {
                true => String::new(),
                false => format!("{x:e}"),
            };
            let (value, error) = (defined(*value), bar(i).map_or(String::new(), defined));
            let (name, unit) = (quoted(&variable.name), quoted(&variable.unit));
            let _ = writeln!(csv, "{name},{component},{value},{error},{unit}");
        }
    }
    s.push_str("</table></div>\n");
    Ok(s + &link(&format!("{}.csv", file.kind()), &csv))
}

fn axis(i: usize) -> char {
    ['x', 'y', 'z'][i % 3]
}

/// Where the results come from.
pub fn provenance(file: &ResultFile) -> String {
    let mut s = String::from("<table class=\"facts\">\n");
    let mut csv = String::from("name,value\n");
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
            let words = escape(&name.replace('_', " "));
            let _ = writeln!(s, "<tr><th>{words}</th><td>{}</td></tr>", escape(&value));
            let _ = writeln!(csv, "{},{}", quoted(name), quoted(&value));
        }
    }
    s.push_str("</table>\n");
    s + &link("provenance.csv", &csv)
}
