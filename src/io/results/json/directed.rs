//! Summaries along directions and along files: of `landauer`, `zt`, `screen` and `bounds`.

use super::{Damage, Numbers, Read, add, damage, levels, number, part};
use crate::io::results::{Coordinates, ResultFile};
use serde_json::{Map, Value};

/// The rows of a summary.
pub(super) fn rows_of(all: &Map<String, Value>) -> Read<&Vec<Value>> {
    match all.get("rows").and_then(Value::as_array) {
        Some(rows) if !rows.is_empty() => Ok(rows),
        _ => damage("rows", "there are none"),
    }
}

/// A text that must be there.
pub(super) fn text<'a>(row: &'a Value, name: &str, place: &str) -> Read<&'a str> {
    match row[name].as_str() {
        Some(text) => Ok(text),
        None => damage(place, format!("`{name}` is missing")),
    }
}

/// Names of the entries of a row that are numbers.
pub(super) fn names(row: &Value) -> Vec<String> {
    let entries = row.as_object().into_iter().flatten();
    let entries = entries.filter(|(_, entry)| entry.get("value").is_some());
    entries.map(|(name, _)| name.clone()).collect()
}

/// Adds a number of every row; of one row as of a list along its dimensions.
pub(super) fn add_rows(
    file: &mut ResultFile,
    name: &str,
    on: &[&str],
    lengths: &[usize],
    rows: &[Value],
) -> Read<()> {
    let place = |i: usize| format!("rows[{i}].{name}");
    let entries: Vec<&Value> = rows.iter().map(|r| &r[name]).collect();
    if let [one] = entries[..] {
        let mut whole = one.clone();
        for which in ["value", "error"] {
            if let Some(part) = one.get(which) {
                let listed = on
                    .iter()
                    .fold(part.clone(), |inner, _| Value::Array(vec![inner]));
                whole[which] = listed;
            }
        }
        return add(file, name, on, lengths, &[&whole], |_| place(0));
    }
    add(file, name, on, lengths, &entries, place)
}

/// One entry per temperature, level and direction, and spectra per direction.
pub fn along_directions(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let level = number(&Value::Object(all.clone()), "fermi_level", "summary")?;
    file.attribute("fermi_level_ev", level);
    let rows = rows_of(all)?;
    let place = |i: usize| format!("rows[{i}]");
    let label = |i: usize| text(&rows[i], "direction", &place(i));
    let first = label(0)?;
    let mut n_d = 1;
    while n_d < rows.len() && label(n_d)? != first {
        n_d += 1;
    }
    let temperature = |i: usize| number(&rows[i], "temperature", &place(i));
    let mut block = n_d;
    while block < rows.len() && temperature(block)? == temperature(0)? {
        block += n_d;
    }
    if rows.len() % block != 0 || block % n_d != 0 {
        return damage(
            "rows",
            format!("{} rows are no table of {n_d} directions", rows.len()),
        );
    }
    let n_l = block / n_d;
    let temperatures: Vec<f64> = (0..rows.len())
        .step_by(block)
        .map(temperature)
        .collect::<Read<_>>()?;
    let lengths = [temperatures.len(), n_l, n_d];
    file.dimension("temperature", temperatures, "K", "temperature")?;
    let of_first: Vec<Value> = rows.iter().step_by(n_d).cloned().collect();
    let level = levels(file, &of_first, n_l)?;
    let labels: Vec<String> = (0..n_d)
        .map(|i| label(i).map(str::to_owned))
        .collect::<Read<_>>()?;
    file.dimension("direction", labels, "", "direction of transport")?;
    let on = ["temperature", level, "direction"];
    for name in names(&rows[0]) {
        if name != "temperature" && name != level {
            add_rows(file, &name, &on, &lengths, rows)?;
        }
    }
    match all.get("spectra").and_then(Value::as_array) {
        Some(spectra) if !spectra.is_empty() => add_spectra(file, spectra),
        _ => Ok(()),
    }
}

/// Lists along the energy, one of each name a direction; a direction without has none.
pub(super) fn add_spectra(file: &mut ResultFile, spectra: &[Value]) -> Read<()> {
    let place = |i: usize| format!("spectra[{i}]");
    let energy = part(&spectra[0], "energy", &place(0))?;
    let relative = energy["unit"] == "k_BT";
    let (dimension, unit) = if relative {
        ("x", "k_BT")
    } else {
        ("energy", "eV")
    };
    let energies = Numbers::of(
        part(energy, "value", "spectra[0].energy")?,
        "spectra[0].energy.value",
    )?;
    let bins = energies.numbers.len();
    if energies.shape != [bins] || bins == 0 {
        return damage("spectra[0].energy.value", "it is no list of energies");
    }
    file.dimension(
        dimension,
        Coordinates::Numbers(energies.numbers),
        unit,
        "energy",
    )?;
    let directions = match file.get_dimension("direction").map(|d| &d.coordinates) {
        Some(Coordinates::Labels(labels)) => labels.clone(),
        _ => Vec::new(),
    };
    let own = |label: &String| {
        spectra
            .iter()
            .position(|s| s["direction"].as_str() == Some(label))
    };
    for name in names(&spectra[0]) {
        if name == "energy" || name == "crossings" {
            continue;
        }
        let lists = spectra[0][&name]["value"].is_array();
        let length = if lists { bins } else { 1 };
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for label in &directions {
            let found = own(label).map(|i| (i, &spectra[i][&name]));
            for (which, to) in [("value", &mut values), ("error", &mut errors)] {
                match found.and_then(|(i, entry)| Some((i, entry.get(which)?))) {
                    Some((i, list)) => {
                        let at = format!("spectra[{i}].{name}.{which}");
                        let list = Numbers::of(list, &at)?;
                        if list.numbers.len() != length {
                            return damage(
                                at,
                                format!("it has {} numbers, not {length}", list.numbers.len()),
                            );
                        }
                        to.extend(list.numbers);
                    }
                    None => to.extend(vec![f64::NAN; length]),
                }
            }
        }
        let called = match (relative, lists) {
            (false, _) if name.ends_with("_counted") || file.kind() == "phonon" => name.clone(),
            (false, _) => format!("{name}_spectrum"),
            (true, true) if name == "modes_per_area" => "transmission_modes".into(),
            (true, true) => name.clone(),
            (true, false) => format!("curve_{name}"),
        };
        let on: &[&str] = if lists {
            &["direction", dimension]
        } else {
            &["direction"]
        };
        let unit = spectra[0][&name]["unit"].as_str().unwrap_or("");
        file.variable(&called, on, values, unit, &name.replace('_', " "))?;
        file.error_bar(&called, errors)?;
    }
    Ok(())
}

/// One entry per file.
pub fn along_files(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let rows = rows_of(all)?;
    let name_of =
        |(i, row): (usize, &Value)| text(row, "file", &format!("rows[{i}]")).map(str::to_owned);
    let files: Vec<String> = rows.iter().enumerate().map(name_of).collect::<Read<_>>()?;
    let n = files.len();
    file.dimension("file", files, "", "file of the bands")?;
    for name in names(&rows[0]) {
        add_rows(file, &name, &["file"], &[n], rows)?;
    }
    Ok(())
}

/// The best windows along αA, and what two terminals do.
pub fn along_alpha(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let rows = rows_of(all)?;
    let alpha = |(i, row): (usize, &Value)| number(row, "alpha_a", &format!("rows[{i}]"));
    let alphas: Vec<f64> = rows.iter().enumerate().map(alpha).collect::<Read<_>>()?;
    let n = alphas.len();
    file.dimension("alpha_a", alphas, "1", "alpha A")?;
    for name in names(&rows[0]) {
        if name != "alpha_a" {
            add_rows(file, &name, &["alpha_a"], &[n], rows)?;
        }
    }
    let Some(terminals) = all.get("terminals").filter(|t| t.is_object()) else {
        return Ok(());
    };
    for (side, attribute) in [("hot", "hot_k"), ("cold", "cold_k")] {
        let kelvin = number(terminals, side, "terminals")?;
        file.attribute(attribute, kelvin);
    }
    let operations = match terminals["operations"].as_array() {
        Some(operations) if !operations.is_empty() && operations.len() % 2 == 0 => operations,
        _ => return damage("terminals.operations", "they are not those of two filters"),
    };
    let place = |i: usize| format!("terminals.operations[{i}]");
    let half = operations.len() / 2;
    let column = |name: &str, count: usize| -> Read<Vec<f64>> {
        (0..count)
            .map(|i| number(&operations[i], name, &place(i)))
            .collect()
    };
    let power = column("power", half)?;
    file.dimension(
        "filter",
        &["box", "step"][..],
        "",
        "which transmissions are at hand",
    )?;
    file.dimension(
        "power",
        power,
        "P_max",
        "power over the largest of a channel",
    )?;
    for (name, unit) in [("efficiency", "Carnot"), ("bias", "k_BT_hot/e")] {
        file.variable(
            name,
            &["filter", "power"],
            column(name, operations.len())?,
            unit,
            name,
        )?;
    }
    Ok(())
}

/// The kinds of summaries that are read here.
pub fn fill(
    kind: &str,
    file: &mut ResultFile,
    all: &Map<String, Value>,
) -> Option<Result<(), Damage>> {
    match kind {
        "landauer" | "zt" => Some(along_directions(file, all)),
        "screen" => Some(along_files(file, all)),
        "bounds" => Some(along_alpha(file, all)),
        _ => None,
    }
}
