//! The summaries that `--json` prints, read back as results. A number that is not defined is `null`, and so is its bar; whatever else
//! is not there is an error that names its place.

mod by_temperature;
mod directed;

use super::{Coordinates, ResultFile, TENSOR};
use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::path::Path;

/// What to do about a damaged summary.
const REMEDY: &str = "print the summary again with `--json`, or give the HDF5 file of `-o`";

/// What is wrong, and where.
struct Damage {
    place: String,
    problem: String,
}

type Read<T> = std::result::Result<T, Damage>;

fn damage<T>(place: impl Into<String>, problem: impl Into<String>) -> Read<T> {
    Err(Damage {
        place: place.into(),
        problem: problem.into(),
    })
}

/// What the results themselves refuse.
impl From<Error> for Damage {
    fn from(error: Error) -> Self {
        Self {
            place: "summary".into(),
            problem: error.to_string(),
        }
    }
}

/// Results from the text of a summary.
///
/// # Errors
/// [`Error::UnknownFormat`] for text that is no summary, [`Error::BadFile`] for one that is damaged.
pub fn parse(path: &Path, text: &str) -> Result<ResultFile> {
    let unknown = |reason: String| Error::UnknownFormat {
        path: path.into(),
        reason,
        known: "results: HDF5 files of `-o` and summaries of `--json`",
    };
    let all: Value = serde_json::from_str(text).map_err(|e| unknown(format!("JSON: {e}")))?;
    let (Some(all), Some(kind)) = (all.as_object(), all["kind"].as_str()) else {
        return Err(unknown("JSON without a `kind`".into()));
    };
    let mut file = ResultFile::new(kind, "");
    for (name, value) in all {
        match value {
            Value::String(text) if name != "kind" => {
                file.attribute(name, text.as_str());
            }
            Value::Number(x) => {
                file.attribute(name, x.as_f64().unwrap_or(f64::NAN));
            }
            _ => {}
        }
    }
    let filled = match kind {
        "transport" | "optimize" => rows(&mut file, all),
        "dos" => columns(&mut file, all),
        "phonon" => by_temperature::phonon(&mut file, all),
        "drag" => by_temperature::drag(&mut file, all),
        "superconductor" => by_temperature::superconductor(&mut file, all),
        _ => match directed::fill(kind, &mut file, all) {
            Some(filled) => filled,
            None => single(&mut file, all),
        },
    };
    let bad = |damage: Damage| Error::bad_file(path, damage.place, damage.problem, REMEDY);
    filled.map_err(bad)?;
    file.check()
        .map_err(|(place, problem)| bad(Damage { place, problem }))?;
    Ok(file)
}

/// Numbers of nested lists, last index fastest, and the lengths of the lists; null is NaN.
struct Numbers {
    numbers: Vec<f64>,
    shape: Vec<usize>,
}

impl Numbers {
    fn of(value: &Value, place: &str) -> Read<Self> {
        match value {
            Value::Array(parts) => {
                let mut all = Self {
                    numbers: Vec::new(),
                    shape: Vec::new(),
                };
                for (i, part) in parts.iter().enumerate() {
                    let place = format!("{place}[{i}]");
                    let part = Self::of(part, &place)?;
                    if i == 0 {
                        all.shape = part.shape;
                    } else if all.shape != part.shape {
                        let [found, first] = [&part.shape, &all.shape].map(|s| extent(s));
                        let problem = format!("holds {found}, and the first of its list {first}");
                        return damage(place, problem);
                    }
                    all.numbers.extend(part.numbers);
                }
                all.shape.insert(0, parts.len());
                Ok(all)
            }
            Value::Null => Ok(Self::one(f64::NAN)),
            value => match value.as_f64() {
                Some(x) => Ok(Self::one(x)),
                None => damage(place, format!("`{value}` is no number")),
            },
        }
    }

    fn one(x: f64) -> Self {
        Self {
            numbers: vec![x],
            shape: Vec::new(),
        }
    }
}

/// "3×3 numbers".
fn extent(shape: &[usize]) -> String {
    match shape {
        [] => "one number".into(),
        _ => {
            let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
            format!("{} numbers", lengths.join("×"))
        }
    }
}

/// The part `name` of an entry at `place`.
fn part<'a>(entry: &'a Value, name: &str, place: &str) -> Read<&'a Value> {
    match entry.get(name) {
        Some(part) => Ok(part),
        None => damage(place, format!("`{name}` is missing")),
    }
}

/// A number that must be there.
fn number(entry: &Value, name: &str, place: &str) -> Read<f64> {
    let place = format!("{place}.{name}");
    match part(part(entry, name, &place)?, "value", &place)?.as_f64() {
        Some(x) => Ok(x),
        None => damage(place, "the value is missing"),
    }
}

/// Adds a variable on the dimensions `on`, of the lengths `lengths`, and those of its tensor, from one entry per place of `on` or from
/// one with lists along it. Places are named by `place`.
fn add(
    file: &mut ResultFile,
    name: &str,
    on: &[&str],
    lengths: &[usize],
    entries: &[&Value],
    place: impl Fn(usize) -> String,
) -> Read<()> {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    let mut shape: Option<Vec<usize>> = None;
    let barred = entries.first().is_some_and(|e| e.get("error").is_some());
    for (i, entry) in entries.iter().enumerate() {
        let place = place(i);
        let value = Numbers::of(part(entry, "value", &place)?, &format!("{place}.value"))?;
        let expected = shape.get_or_insert_with(|| value.shape.clone());
        let same = |found: &[usize], which: &str| match found == expected.as_slice() {
            true => Ok(()),
            false => {
                let [found, expected] = [found, expected].map(extent);
                damage(
                    format!("{place}.{which}"),
                    format!("holds {found}, not {expected}"),
                )
            }
        };
        same(&value.shape, "value")?;
        values.extend(value.numbers);
        if barred {
            let error = Numbers::of(part(entry, "error", &place)?, &format!("{place}.error"))?;
            same(&error.shape, "error")?;
            errors.extend(error.numbers);
        }
    }
    let shape = shape.unwrap_or_default();
    let listed = if entries.len() == 1 && !on.is_empty() {
        lengths
    } else {
        &[]
    };
    let tensor = shape
        .strip_prefix(listed)
        .filter(|t| t.len() <= TENSOR.len());
    let Some(tensor) = tensor.filter(|t| t.iter().all(|n| *n == 3)) else {
        let along = match listed {
            [] => String::new(),
            lengths => format!(", which are none along {}", extent(lengths)),
        };
        return damage(
            format!("{}.value", place(0)),
            format!("holds {}{along}", extent(&shape)),
        );
    };
    let unit = entries.first().and_then(|e| e["unit"].as_str());
    let dimensions: Vec<&str> = on.iter().chain(&TENSOR[..tensor.len()]).copied().collect();
    let about = name.replace('_', " ");
    file.variable(name, &dimensions, values, unit.unwrap_or(""), &about)?;
    if barred {
        file.error_bar(name, errors)?;
    }
    Ok(())
}

fn tensors(file: &mut ResultFile) -> Result<()> {
    let xyz: &[&str] = &["x", "y", "z"];
    for name in TENSOR {
        file.dimension(name, xyz, "", "Cartesian component")?;
    }
    Ok(())
}

/// One entry per temperature and level.
fn rows(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let level = number(&Value::Object(all.clone()), "fermi_level", "summary")?;
    file.attribute("fermi_level_ev", level);
    let rows = match all.get("rows").and_then(Value::as_array) {
        Some(rows) if !rows.is_empty() => rows,
        _ => return damage("rows", "there are none"),
    };
    let place = |i: usize| format!("rows[{i}]");
    let temperature = |(i, row): (usize, &Value)| number(row, "temperature", &place(i));
    let temperatures: Vec<f64> = rows
        .iter()
        .enumerate()
        .map(temperature)
        .collect::<Read<_>>()?;
    // A temperature given twice is two temperatures: the levels of the first end where their number divides the rows.
    let n_l = temperatures
        .iter()
        .take_while(|t| **t == temperatures[0])
        .count();
    let odd = |(i, t): (usize, &f64)| (*t != temperatures[i / n_l * n_l]).then_some(i);
    let odd = temperatures.iter().enumerate().find_map(odd);
    if rows.len() % n_l != 0 || odd.is_some() {
        let problem = format!(
            "{n_l} levels at the first temperature, and not at every other: a row is missing"
        );
        return damage(place(odd.unwrap_or(rows.len() - 1)), problem);
    }
    let by_block: Vec<f64> = temperatures.into_iter().step_by(n_l).collect();
    let lengths = [by_block.len(), n_l];
    file.dimension("temperature", by_block, "K", "temperature")?;
    let level = levels(file, rows, n_l)?;
    tensors(file)?;
    let names = |row: &Value| -> Vec<String> {
        let entries = row.as_object().into_iter().flatten();
        let entries = entries.filter(|(_, entry)| entry.is_object() || entry.is_null());
        entries.map(|(name, _)| name.clone()).collect()
    };
    let first = names(&rows[0]);
    for (i, row) in rows.iter().enumerate() {
        let own = names(row);
        let missing = |(i, have, want): (usize, &[String], &[String])| {
            let name = want.iter().find(|n| !have.contains(n))?;
            Some(damage(
                place(i),
                format!("`{name}` is missing, which other rows have"),
            ))
        };
        if let Some(missing) = [(i, &own[..], &first[..]), (0, &first[..], &own[..])]
            .into_iter()
            .find_map(missing)
        {
            return missing;
        }
    }
    for name in first.iter().filter(|n| *n != "temperature" && *n != level) {
        let entries: Vec<&Value> = rows.iter().map(|r| &r[name.as_str()]).collect();
        let on = ["temperature", level];
        // One row is one entry, not a list along its levels.
        let on_row = |i: usize| format!("rows[{i}].{name}");
        match entries.len() {
            1 => add_one_row(file, name, on, entries[0], &on_row(0))?,
            _ => add(file, name, &on, &lengths, &entries, on_row)?,
        }
    }
    Ok(())
}

/// Adds a variable of results that have one row.
fn add_one_row(
    file: &mut ResultFile,
    name: &str,
    on: [&str; 2],
    entry: &Value,
    place: &str,
) -> Read<()> {
    let listed = |part: &Value| Value::Array(vec![Value::Array(vec![part.clone()])]);
    let mut whole = entry.clone();
    for which in ["value", "error"] {
        if let Some(part) = entry.get(which) {
            whole[which] = listed(part);
        }
    }
    add(file, name, &on, &[1, 1], &[&whole], |_| place.to_owned())
}

/// Adds the dimension of the levels, and gives its name.
fn levels(file: &mut ResultFile, rows: &[Value], n_l: usize) -> Read<&'static str> {
    let place = |i: usize| format!("rows[{i}]");
    if rows[0]["carriers"].is_string() {
        let label = |(i, row): (usize, &Value)| match row["carriers"].as_str() {
            Some(label) => Ok(label.to_owned()),
            None => damage(place(i), "`carriers` is missing"),
        };
        let labels: Vec<String> = rows[..n_l]
            .iter()
            .enumerate()
            .map(label)
            .collect::<Read<_>>()?;
        file.dimension("carriers", labels, "", "n-type or p-type")?;
        return Ok("carriers");
    }
    let mu = |i: usize| number(&rows[i], "chemical_potential", &place(i));
    let mut given = true;
    for (i, row) in rows.iter().enumerate() {
        let bar = row["chemical_potential"]["error"].as_f64();
        given &= bar == Some(0.0) && mu(i)? == mu(i % n_l)?;
    }
    if given {
        let levels: Vec<f64> = (0..n_l).map(mu).collect::<Read<_>>()?;
        file.dimension("chemical_potential", levels, "eV", "chemical potential")?;
        return Ok("chemical_potential");
    }
    // Of a layer or a chain dopings are per area or length.
    let names = ["sheet_carrier_density", "line_carrier_density"];
    let low = names.into_iter().find(|n| rows[0][*n].is_object());
    let name = low.unwrap_or("carrier_density");
    let levels: Vec<f64> = (0..n_l)
        .map(|i| number(&rows[i], name, &place(i)))
        .collect::<Read<_>>()?;
    let unit = rows[0][name]["unit"].as_str().unwrap_or("cm^-3");
    file.dimension("doping", levels, unit, "net doping")?;
    Ok("doping")
}

/// Lists along the energy.
fn columns(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let Some(energy) = all.get("energy") else {
        return damage("summary", "`energy` is missing");
    };
    let energies = Numbers::of(part(energy, "value", "energy")?, "energy.value")?;
    if let Some(i) = energies.numbers.iter().position(|e| e.is_nan()) {
        return damage(format!("energy.value[{i}]"), "the value is missing");
    }
    let bins = energies.numbers.len();
    if energies.shape != [bins] || bins == 0 {
        return damage("energy.value", "it is no list of energies");
    }
    let energies = Coordinates::Numbers(energies.numbers);
    file.dimension("energy", energies, "eV", "energy")?;
    if let Some(level) = all.get("fermi_level").and_then(|l| l["value"].as_f64()) {
        file.attribute("fermi_level_ev", level);
    }
    tensors(file)?;
    for (name, entry) in all.iter().filter(|(name, _)| *name != "energy") {
        let Some(list) = entry.get("value").and_then(Value::as_array) else {
            continue;
        };
        if !name.ends_with("_by_spin") {
            add(file, name, &["energy"], &[bins], &[entry], |_| name.clone())?;
        } else if !list.is_empty() {
            file.dimension("spin", &["up", "down"][..], "", "spin channel")?;
            let on = ["spin", "energy"];
            add(file, name, &on, &[2, bins], &[entry], |_| name.clone())?;
        }
    }
    Ok(())
}

/// Numbers and tensors by themselves.
fn single(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    if let Some(level) = all.get("fermi_level").and_then(|l| l["value"].as_f64()) {
        file.attribute("fermi_level_ev", level);
    }
    tensors(file)?;
    for (name, entry) in all.iter().filter(|(_, e)| e.get("unit").is_some()) {
        add(file, name, &[], &[], &[entry], |_| name.clone())?;
    }
    Ok(())
}
