//! The summaries that `--json` prints, read back as results.

use super::{Coordinates, ResultFile};
use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::path::Path;

/// Names of a tensor's dimensions.
const TENSOR: [&str; 4] = ["row", "col", "field", "field2"];

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
    if let Some(level) = all.get("fermi_level").and_then(|l| l["value"].as_f64()) {
        file.attribute("fermi_level_ev", level);
    }
    let filled = match kind {
        "transport" | "optimize" => rows(&mut file, all),
        "dos" => columns(&mut file, all),
        _ => single(&mut file, all),
    };
    match filled {
        Ok(Some(())) => Ok(file),
        Ok(None) => Err(Error::bad_file(
            path,
            "summary",
            format!("the {kind} results lack numbers that they must have"),
            "write the summary again",
        )),
        Err(error) => Err(Error::bad_file(
            path,
            "summary",
            error.to_string(),
            "write the summary again",
        )),
    }
}

/// Nested lists as numbers, last index fastest, and their depth; null is NaN.
fn flat(value: &Value, numbers: &mut Vec<f64>) -> usize {
    match value {
        Value::Array(parts) => {
            let depths: Vec<usize> = parts.iter().map(|p| flat(p, numbers)).collect();
            1 + depths.first().copied().unwrap_or(0)
        }
        value => {
            numbers.push(value.as_f64().unwrap_or(f64::NAN));
            0
        }
    }
}

/// Adds a variable on the dimensions `on` and those of its tensor, from one entry per place.
fn add(file: &mut ResultFile, name: &str, on: &[&str], entries: &[&Value]) -> Result<Option<()>> {
    let (mut values, mut errors, mut depth) = (Vec::new(), Vec::new(), 0);
    for entry in entries {
        depth = flat(&entry["value"], &mut values);
        flat(&entry["error"], &mut errors);
    }
    let listed = usize::from(entries.len() == 1 && on == ["energy"]);
    let Some(rank) = depth.checked_sub(listed).filter(|r| *r <= TENSOR.len()) else {
        return Ok(None);
    };
    let unit = entries[0]["unit"].as_str().unwrap_or("");
    let dimensions: Vec<&str> = on.iter().chain(&TENSOR[..rank]).copied().collect();
    let complete = errors.len() == values.len();
    file.variable(name, &dimensions, values, unit, &name.replace('_', " "))?;
    if complete {
        file.error_bar(name, errors)?;
    }
    Ok(Some(()))
}

fn tensors(file: &mut ResultFile) -> Result<()> {
    let xyz: &[&str] = &["x", "y", "z"];
    for name in TENSOR {
        file.dimension(name, xyz, "", "Cartesian component")?;
    }
    Ok(())
}

/// One entry per temperature and level.
fn rows(file: &mut ResultFile, all: &Map<String, Value>) -> Result<Option<()>> {
    let Some(rows) = all.get("rows").and_then(Value::as_array) else {
        return Ok(None);
    };
    let number = |row: &Value, name: &str| row[name]["value"].as_f64().unwrap_or(f64::NAN);
    let mut temperatures: Vec<f64> = rows.iter().map(|r| number(r, "temperature")).collect();
    // A temperature given twice is two temperatures: the levels of the first end where their number divides the rows.
    let n_l = temperatures
        .iter()
        .take_while(|t| **t == temperatures[0])
        .count();
    if n_l == 0 || rows.len() % n_l != 0 {
        return Ok(None);
    }
    temperatures = temperatures.into_iter().step_by(n_l).collect();
    file.dimension("temperature", temperatures, "K", "temperature")?;
    let mu = |row: &Value| row["chemical_potential"]["value"].as_f64();
    let given = |(i, row): (usize, &Value)| {
        row["chemical_potential"]["error"].as_f64() == Some(0.0) && mu(row) == mu(&rows[i % n_l])
    };
    let first = || rows.iter().take(n_l);
    let level = if rows[0]["carriers"].is_string() {
        let labels = first().filter_map(|r| r["carriers"].as_str().map(String::from));
        let labels: Vec<String> = labels.collect();
        file.dimension("carriers", labels, "", "n-type or p-type")?;
        "carriers"
    } else if rows.iter().enumerate().all(given) {
        let levels: Vec<f64> = first().map(|r| number(r, "chemical_potential")).collect();
        file.dimension("chemical_potential", levels, "eV", "chemical potential")?;
        "chemical_potential"
    } else {
        // Of a layer or a chain dopings are per area or length.
        let names = ["sheet_carrier_density", "line_carrier_density"];
        let low = names.into_iter().find(|n| rows[0][*n].is_object());
        let name = low.unwrap_or("carrier_density");
        let levels: Vec<f64> = first().map(|r| number(r, name)).collect();
        let unit = rows[0][name]["unit"].as_str().unwrap_or("cm^-3");
        file.dimension("doping", levels, unit, "net doping")?;
        "doping"
    };
    tensors(file)?;
    let Some(names) = rows[0].as_object() else {
        return Ok(None);
    };
    for name in names.keys().filter(|n| *n != "temperature" && *n != level) {
        if !rows[0][name].is_object() {
            continue;
        }
        let entries: Vec<&Value> = rows.iter().map(|r| &r[name]).collect();
        if add(file, name, &["temperature", level], &entries)?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(()))
}

/// Lists along the energy.
fn columns(file: &mut ResultFile, all: &Map<String, Value>) -> Result<Option<()>> {
    let mut energies = Vec::new();
    let Some(energy) = all.get("energy") else {
        return Ok(None);
    };
    flat(&energy["value"], &mut energies);
    let bins = energies.len();
    file.dimension("energy", Coordinates::Numbers(energies), "eV", "energy")?;
    tensors(file)?;
    for (name, entry) in all {
        let list = entry["value"].as_array();
        if name != "energy" && list.is_some_and(|l| l.len() == bins) {
            add(file, name, &["energy"], &[entry])?;
        }
    }
    Ok(Some(()))
}

/// Numbers and tensors by themselves.
fn single(file: &mut ResultFile, all: &Map<String, Value>) -> Result<Option<()>> {
    tensors(file)?;
    for (name, entry) in all
        .iter()
        .filter(|(_, e)| e["value"].is_number() || e["value"].is_array())
    {
        if add(file, name, &[], &[entry])?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(()))
}
