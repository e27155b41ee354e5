//! Summaries of other excitations, a row a temperature: of `phonon`, `drag` and `superconductor`.

use super::directed::{add_rows, add_spectra, names, rows_of, text};
use super::{Numbers, Read, damage, number, tensors};
use crate::io::results::ResultFile;
use serde_json::{Map, Value};

/// Adds the temperatures; the rows.
fn temperatures<'a>(file: &mut ResultFile, all: &'a Map<String, Value>) -> Read<&'a Vec<Value>> {
    let rows = rows_of(all)?;
    let one = |(i, row): (usize, &Value)| number(row, "temperature", &format!("rows[{i}]"));
    let t: Vec<f64> = rows.iter().enumerate().map(one).collect::<Read<_>>()?;
    file.dimension("temperature", t, "K", "temperature")?;
    Ok(rows)
}

/// κ and heat capacity by temperature (and distance of boundaries), channels by direction.
pub fn phonon(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let rows = rows_of(all)?;
    let of = |name: &str| -> Read<Vec<f64>> {
        let each = rows.iter().enumerate();
        each.map(|(i, row)| number(row, name, &format!("rows[{i}]")))
            .collect()
    };
    let bounded = rows[0].get("boundary_length").is_some();
    let t = of("temperature")?;
    // Boundaries vary within a temperature.
    let n_l = match bounded {
        true => t.iter().take_while(|x| **x == t[0]).count(),
        false => 1,
    };
    if t.len() % n_l != 0 {
        return damage(
            "rows",
            format!("{} rows are no table of {n_l} boundaries", t.len()),
        );
    }
    let t: Vec<f64> = t.into_iter().step_by(n_l).collect();
    let (mut on, mut lengths) = (vec!["temperature"], vec![t.len()]);
    file.dimension("temperature", t, "K", "temperature")?;
    if bounded {
        let l = of("boundary_length")?[..n_l].to_vec();
        file.dimension("boundary_length", l, "m", "distance of boundaries")?;
        on.push("boundary_length");
        lengths.push(n_l);
    }
    tensors(file)?;
    for name in names(&rows[0]) {
        if !matches!(name.as_str(), "temperature" | "boundary_length") {
            add_rows(file, &name, &on, &lengths, rows)?;
        }
    }
    let Some(spectra) = all.get("spectra").and_then(Value::as_array) else {
        return Ok(());
    };
    let label =
        |(i, s): (usize, &Value)| text(s, "direction", &format!("spectra[{i}]")).map(str::to_owned);
    let labels: Vec<String> = spectra.iter().enumerate().map(label).collect::<Read<_>>()?;
    if labels.is_empty() {
        return Ok(());
    }
    file.dimension("direction", labels, "", "direction of transport")?;
    add_spectra(file, spectra)
}

/// The parts of the thermopower, means of the axes.
pub fn drag(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let rows = temperatures(file, all)?;
    let mut parts = vec!["drag"];
    if rows[0].get("seebeck_total").is_some() {
        parts.extend(["diffusion", "total"]);
    }
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for part in &parts {
        for (i, row) in rows.iter().enumerate() {
            let place = format!("rows[{i}].seebeck_{part}");
            let entry = &row[format!("seebeck_{part}").as_str()];
            for (which, to) in [("value", &mut values), ("error", &mut errors)] {
                // What is given has no bar.
                let Some(found) = entry
                    .get(which)
                    .or((which == "error").then_some(&Value::Null))
                else {
                    return damage(place, "it is missing");
                };
                let found = Numbers::of(found, &format!("{place}.{which}"))?.numbers;
                to.push(match found[..] {
                    [x] if which == "error" && x.is_nan() => 0.0,
                    [x] => x,
                    [xx, _, _, _, yy, _, _, _, zz] => (xx + yy + zz) / 3.0,
                    _ => return damage(place, format!("it has {} numbers", found.len())),
                });
            }
        }
    }
    file.dimension("part", &parts[..], "", "part of the thermopower")?;
    let on = ["part", "temperature"];
    file.variable(
        "seebeck",
        &on,
        values,
        "V/K",
        "thermopower, mean of the axes",
    )?;
    file.error_bar("seebeck", errors)?;
    Ok(())
}

/// Ratios along the axes.
pub fn superconductor(file: &mut ResultFile, all: &Map<String, Value>) -> Read<()> {
    let rows = temperatures(file, all)?;
    let n = rows.len();
    let xyz: &[&str] = &["x", "y", "z"];
    file.dimension("cart", xyz, "", "Cartesian axis")?;
    for name in names(&rows[0]) {
        if name == "temperature" {
            continue;
        }
        if !rows[0][&name]["value"].is_array() {
            add_rows(file, &name, &["temperature"], &[n], rows)?;
            continue;
        }
        // From a row a temperature to a row an axis.
        let turned = |which: &str| -> Read<Vec<f64>> {
            let mut all = vec![0.0; 3 * n];
            for (i, row) in rows.iter().enumerate() {
                let place = format!("rows[{i}].{name}.{which}");
                let three = Numbers::of(&row[&name][which], &place)?.numbers;
                if three.len() != 3 {
                    return damage(place, format!("it has {} numbers, not 3", three.len()));
                }
                for (axis, x) in three.into_iter().enumerate() {
                    all[axis * n + i] = x;
                }
            }
            Ok(all)
        };
        let unit = rows[0][&name]["unit"].as_str().unwrap_or("");
        let on = ["cart", "temperature"];
        file.variable(&name, &on, turned("value")?, unit, &name.replace('_', " "))?;
        file.error_bar(&name, turned("error")?)?;
    }
    Ok(())
}
