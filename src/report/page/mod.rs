//! A result file as one HTML page: figures, main numbers, what bars are made of, provenance. It needs nothing beside itself and runs
//! nothing: what can be downloaded is in the page.

mod budget;
mod download;
mod kinds;
mod pictures;
mod style;
mod tables;

use super::figure::{conducting_directions, dark_rules, escape, find};
use super::mean_in_words;
use crate::error::Result;
use crate::io::results::{AttributeValue, Coordinates, ResultFile, Variable};

/// How near carriers are to the doping where they are those that it asks for.
const GIVEN: f64 = 1e-6;

/// The page.
///
/// # Errors
/// Where the results hold nothing that can be drawn, or are damaged.
pub fn page(file: &ResultFile) -> Result<String> {
    let (title, names) = kinds::shown(file.kind());
    let input = match file.get_attribute("input") {
        Some(AttributeValue::Text(text)) => format!(" of {text}"),
        _ => String::new(),
    };
    let title = escape(&format!("{title}{input}"));
    let wanted = wanted(file, names);
    let mut body = format!("<h1>{title}</h1>\n{}", pictures::figure(file)?);
    body += "<h2>Main numbers</h2>\n";
    let mut how = String::new();
    if wanted.is_empty() {
        body += &tables::single(file)?;
    } else {
        body += &tables::table(file, &wanted)?;
        let words = mean_in_words(conducting_directions(file));
        how = format!(" Tensors are given by {words}.");
    }
    body += &format!(
        "<p>± is an error bar of the integration over the Brillouin zone (and of what is said in the method below), not of \
         the bands.{how} What is not defined is left out.</p>\n"
    );
    let all: Vec<&Variable> = match wanted.is_empty() {
        true => file.variables().iter().collect(),
        false => wanted,
    };
    body += &budget::section(file, &all)?;
    body += "<h2>Provenance</h2>\n";
    body += &tables::provenance(file);
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{}{}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        style::STYLE,
        dark_rules(&body)
    ))
}

/// The main quantities that there are, all on the same states.
fn wanted<'f>(file: &'f ResultFile, names: &[&str]) -> Vec<&'f Variable> {
    let mut all: Vec<&Variable> = (names.iter())
        .filter_map(|name| file.get(name).or_else(|| named(file, name)))
        .collect();
    if let Some(states) = all.first().map(|v| v.states().to_vec()) {
        all.retain(|v| v.states() == states && !is_given(file, v));
    }
    all
}

/// Whether these are the carriers that were asked for, which the table has as its doping already.
fn is_given(file: &ResultFile, variable: &Variable) -> bool {
    let doping = match file.get_dimension("doping").map(|d| &d.coordinates) {
        Some(Coordinates::Numbers(x)) => x,
        _ => return false,
    };
    let last = variable.states().last().is_some_and(|d| d == "doping");
    let pairs = variable.data.iter().zip(doping.iter().cycle());
    last && variable.name.ends_with("carrier_density")
        && pairs
            .into_iter()
            .all(|(n, given)| (n - given).abs() <= GIVEN * given.abs())
}

/// The quantity of this name, also where it is per relaxation time.
fn named<'a>(file: &'a ResultFile, name: &str) -> Option<&'a Variable> {
    let names: Vec<&str> = file.variables().iter().map(|v| v.name.as_str()).collect();
    find(name, &names).and_then(|name| file.get(name))
}
