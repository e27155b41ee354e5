//! Numbers of thermal states along directions, as `landauer` and `zt` give them: a table, JSON, CSV and an HDF5 result.

use super::budget::{self, Bars};
use super::fermi::provenance;
use super::format::{scalar, scalar_json};
use super::transport::{TransportReport, density, heading, transport_json};
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::transport::{Levels, Scalar, TransportDirection};
use crate::units::BOLTZMANN_EV;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt::Write;

/// A number with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetItem {
    /// Name in files.
    pub name: Cow<'static, str>,
    /// Unit.
    pub unit: &'static str,
    /// In words.
    pub about: &'static str,
    /// The number; NaN where it is not defined.
    pub value: Scalar,
}

/// One temperature, level and direction.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetRow {
    /// K.
    pub temperature_k: f64,
    /// Index among the directions.
    pub direction: usize,
    /// eV, on the bands' scale.
    pub mu_ev: Scalar,
    /// Electrons less holes.
    pub carriers: Scalar,
    /// Index among the levels.
    pub level: usize,
    /// The same names in the same order in each row.
    pub items: Vec<SheetItem>,
}

impl SheetRow {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Option<Scalar> {
        let found = self.items.iter().find(|i| i.name == name);
        found.map(|i| i.value)
    }
}

/// Results with everything that is said about them.
pub struct Sheet<'a> {
    /// "landauer", "zt".
    pub kind: &'static str,
    /// What the table is headed with, before the input's name.
    pub title: &'static str,
    /// What was computed from what, and how; its rows are not looked at.
    pub base: TransportReport<'a>,
    /// Directions.
    pub directions: Vec<TransportDirection>,
    /// Length of a device, m.
    pub length_m: Option<f64>,
    /// `[temperature][level][direction]`.
    pub rows: Vec<SheetRow>,
    /// Names that the table leaves to the files.
    pub unshown: &'static [&'static str],
    /// What the table ends with.
    pub legend: &'static str,
}

impl Sheet<'_> {
    fn density_unit(&self) -> &'static str {
        self.base.extent.map_or("cm^-3", |e| e.density_unit())
    }
}

/// A direction as a table names it.
pub fn direction_words(d: &TransportDirection) -> String {
    let [x, y, z] = d.unit.map(|c| (c * 1e4).round() / 1e4 + 0.0);
    let label = d.label.trim_start_matches('[').trim_end_matches(']');
    match label {
        "x" | "y" | "z" => label.to_owned(),
        label if label.contains(',') => format!("({label})"),
        label => format!("[{label}] = ({x}, {y}, {z})"),
    }
}

/// A readable table.
pub fn sheet_table(sheet: &Sheet) -> String {
    let base = &sheet.base;
    let mut s = format!("{} of {}\n", sheet.title, base.input);
    let per_tau = "not given: coefficients are per relaxation time";
    s += &heading(base).replace(
        per_tau,
        "not given: contacts without scattering, no mean free paths",
    );
    if let Some(lattice) = base.lattice_w_mk {
        let _ = writeln!(s, "  kappa_l   {lattice} W/(m K)");
    }
    if let Some(length) = sheet.length_m {
        let _ = writeln!(s, "  length    {} nm", (length * 1e15).round() / 1e6);
    }
    for row in &sheet.rows {
        let relative = Scalar {
            value: row.mu_ev.value - base.fermi_level_ev,
            ..row.mu_ev
        };
        let given = match &base.levels {
            Levels::Dopings(all) => all.get(row.level).copied(),
            _ => None,
        };
        let kind = match row.carriers.value {
            n if n > 0.0 => "n-type",
            n if n < 0.0 => "p-type",
            n if n.is_nan() => "too few",
            _ => "neutral",
        };
        let _ = writeln!(
            s,
            "\nAlong {}, T = {} K, mu - E_F = {} eV, n - p = {} ({kind})",
            direction_words(&sheet.directions[row.direction]),
            row.temperature_k,
            scalar(relative),
            density(row.carriers, given, sheet.density_unit())
        );
        let kt = BOLTZMANN_EV * row.temperature_k;
        for item in row
            .items
            .iter()
            .filter(|i| !sheet.unshown.contains(&&*i.name))
        {
            let q = item.value;
            if q.value.is_nan() {
                let _ = writeln!(s, "    {:<42} not defined", item.name);
                continue;
            }
            let (q, unit) = match item.unit {
                "V/K" => (q.scaled(1e6), "uV/K"),
                "m" => (q.scaled(1e9), "nm"),
                "1" => (q, ""),
                unit => (q, unit),
            };
            let in_ev = if unit == "k_BT" {
                format!("  ({} eV)", scalar(q.scaled(kt)))
            } else {
                String::new()
            };
            let line = format!("    {:<42} {} {unit}{in_ev}", item.name, scalar(q));
            s += line.trim_end();
            s.push('\n');
            let made_of = budget::in_words(&q.shares[0]);
            if base.run.budgets && !made_of.is_empty() {
                let _ = writeln!(s, "    {:<42}   ± is {made_of}", "");
            }
        }
    }
    s += sheet.legend;
    if let Some(advice) = advice(sheet) {
        let _ = writeln!(s, "  {advice}.");
    }
    s
}

/// What would narrow the widest bar of the rows' main numbers.
fn advice(sheet: &Sheet) -> Option<String> {
    let is_main =
        |i: &&SheetItem| i.name == "figure_of_merit" || i.name.starts_with("ballistic_conductance");
    let relative = |q: Scalar| q.error / q.value.abs();
    let all = sheet.rows.iter().flat_map(|row| {
        let main = row.items.iter().filter(is_main);
        main.map(move |item| (row, item))
    });
    let known = all.filter(|(_, item)| relative(item.value).is_finite());
    let (row, item) = known.max_by(|a, b| relative(a.1.value).total_cmp(&relative(b.1.value)))?;
    let mu = row.mu_ev.value - sheet.base.fermi_level_ev;
    let place = format!(" at {} K and mu - E_F = {mu:.4} eV", row.temperature_k);
    budget::advice(&item.name, &place, &item.value, relative(item.value))
}

/// A machine-readable summary; `extra` is what is said beside the rows.
pub fn sheet_json(sheet: &Sheet, extra: Map<String, Value>) -> Value {
    let mut all = transport_json(&sheet.base);
    all["kind"] = json!(sheet.kind);
    if let Some(length) = sheet.length_m {
        all["length"] = json!({"value": length, "error": 0.0, "unit": "m"});
    }
    let mu_unit = "eV";
    let row = |row: &SheetRow| {
        let direction = &sheet.directions[row.direction];
        let relative = Scalar {
            value: row.mu_ev.value - sheet.base.fermi_level_ev,
            ..row.mu_ev
        };
        let t = Scalar::exact(row.temperature_k);
        let mut out = Map::new();
        out.insert("direction".into(), json!(direction.label));
        out.insert("direction_vector".into(), json!(direction.unit));
        out.insert("temperature".into(), scalar_json(t, "K"));
        out.insert("chemical_potential".into(), scalar_json(row.mu_ev, mu_unit));
        out.insert(
            "chemical_potential_from_fermi_level".into(),
            scalar_json(relative, mu_unit),
        );
        let density = match sheet.base.extent.map(|e| e.dimension()) {
            Some(2) => "sheet_carrier_density",
            Some(_) => "line_carrier_density",
            None => "carrier_density",
        };
        out.insert(
            density.into(),
            scalar_json(row.carriers, sheet.density_unit()),
        );
        for item in &row.items {
            out.insert(item.name.to_string(), scalar_json(item.value, item.unit));
        }
        Value::Object(out)
    };
    all["rows"] = sheet.rows.iter().map(row).collect();
    for (name, value) in extra {
        all[&name] = value;
    }
    all
}

/// Comma-separated values: one line per row.
pub fn sheet_csv(sheet: &Sheet) -> String {
    let mut s = String::new();
    for (r, row) in sheet.rows.iter().enumerate() {
        if r == 0 {
            let _ = write!(
                s,
                "direction,x,y,z,temperature [K],chemical_potential [eV],chemical_potential_error [eV],carrier_density [{0}],carrier_density_error [{0}]",
                sheet.density_unit()
            );
            for item in &row.items {
                let _ = write!(
                    s,
                    ",{} [{}],{}_error [{}]",
                    item.name, item.unit, item.name, item.unit
                );
            }
            s.push('\n');
        }
        let d = &sheet.directions[row.direction];
        let _ = write!(
            s,
            "\"{}\",{},{},{},{},{:e},{:e},{:e},{:e}",
            d.label,
            d.unit[0],
            d.unit[1],
            d.unit[2],
            row.temperature_k,
            row.mu_ev.value,
            row.mu_ev.error,
            row.carriers.value,
            row.carriers.error
        );
        for item in &row.items {
            let _ = write!(s, ",{:e},{:e}", item.value.value, item.value.error);
        }
        s.push('\n');
    }
    s
}

/// An HDF5 result: every quantity on temperature × level × direction.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn sheet_result(sheet: &Sheet, command: &str) -> Result<ResultFile> {
    let base = &sheet.base;
    let mut file = ResultFile::new(sheet.kind, command);
    provenance(&mut file, base.header, &base.input, base.run);
    file.attribute("fermi_level_ev", base.fermi_level_ev)
        .attribute("fermi_level_origin", base.origin.as_str())
        .attribute("energy_bins", base.bins as i64)
        .attribute("dimension", base.extent.map_or(3, |e| e.dimension()) as i64);
    if let Some(scattering) = &base.scattering {
        file.attribute("scattering", scattering.as_str());
    }
    for (name, value) in [
        ("relaxation_time_s", base.tau_s),
        ("lattice_thermal_conductivity_w_mk", base.lattice_w_mk),
        ("length_m", sheet.length_m),
        ("valence_maximum_ev", base.gap_ev.map(|g| g.0)),
        ("conduction_minimum_ev", base.gap_ev.map(|g| g.1)),
    ] {
        if let Some(value) = value {
            file.attribute(name, value);
        }
    }
    file.dimension(
        "temperature",
        base.temperatures_k.clone(),
        "K",
        "temperature",
    )?;
    let level = match &base.levels {
        Levels::Dopings(n) => {
            let about = "net doping, positive for electrons (n-type)";
            file.dimension("doping", n.clone(), sheet.density_unit(), about)?;
            "doping"
        }
        Levels::ChemicalPotentials(mu) => {
            let about = "chemical potential on the bands' scale";
            file.dimension("chemical_potential", mu.clone(), "eV", about)?;
            "chemical_potential"
        }
        Levels::Carriers(names) => {
            file.dimension("carriers", names.clone(), "", "n-type or p-type")?;
            "carriers"
        }
    };
    let labels: Vec<String> = sheet.directions.iter().map(|d| d.label.clone()).collect();
    file.dimension("direction", labels, "", "direction of transport")?;
    let xyz: &[&str] = &["x", "y", "z"];
    file.dimension("row", xyz, "", "Cartesian component")?;
    let vectors = sheet.directions.iter().flat_map(|d| d.unit).collect();
    file.variable(
        "direction_vector",
        &["direction", "row"],
        vectors,
        "1",
        "Cartesian unit vector of the direction",
    )?;
    let on = ["temperature", level, "direction"];
    let mut put =
        |name: &str, unit: &str, about: &str, of: &dyn Fn(&SheetRow) -> Scalar| -> Result<()> {
            let all: Vec<Scalar> = sheet.rows.iter().map(of).collect();
            Bars::list(&all).put(&mut file, name, &on, unit, about)
        };
    if level != "chemical_potential" {
        put(
            "chemical_potential",
            "eV",
            "chemical potential on the bands' scale",
            &|r| r.mu_ev,
        )?;
    }
    let density = "electrons less holes";
    put("carrier_density", sheet.density_unit(), density, &|r| {
        r.carriers
    })?;
    if let Some(first) = sheet.rows.first() {
        for (i, item) in first.items.iter().enumerate() {
            put(&item.name, item.unit, item.about, &|r| r.items[i].value)?;
        }
    }
    Ok(file)
}

/// Numbers in a list with their bars, as every summary has them.
pub fn scalars_json(all: &[Scalar], unit: &str) -> Value {
    Bars::list(all).json(unit)
}

/// Numbers as a variable of a result, with their bars and the bars' causes.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn put_scalars(
    file: &mut ResultFile,
    name: &str,
    dimensions: &[&str],
    all: &[Scalar],
    (unit, about): (&str, &str),
) -> Result<()> {
    Bars::list(all).put(file, name, dimensions, unit, about)
}
