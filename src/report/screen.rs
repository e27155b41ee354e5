//! Many materials in one table, each at the best of its states: text, JSON, CSV and HDF5, and back.

use super::format::{scalar, scalar_json};
use crate::error::{Error, Result};
use crate::io::results::{AttributeValue, Coordinates, ResultFile};
use crate::transport::{MERIT_QUANTITIES, Named, Scalar};
use crate::workflow::{FLAGS, Material, MaterialState, Ranking};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;

/// A file that gave no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub file: String,
    /// Why, in one sentence.
    pub reason: String,
}

/// The table.
pub struct ScreenReport {
    /// What it is sorted by.
    pub by: Ranking,
    /// Lattice thermal conductivity of every material, W/(m K).
    pub lattice_w_mk: f64,
    /// Relaxation time, s.
    pub tau_s: Option<f64>,
    /// File of mechanisms.
    pub scattering: Option<String>,
    /// Rows.
    pub materials: Vec<Material>,
    /// Files without one.
    pub failed: Vec<Failure>,
}

/// The rows of a result file.
///
/// # Errors
/// [`Error::BadFile`] for a file that lacks what a row needs.
pub fn materials_of(file: &ResultFile, path: &Path) -> Result<Vec<Material>> {
    let lacks = |name: &str| {
        Error::bad_file(
            path,
            name,
            "these results of `bzint screen` lack it",
            "compute them again, without --skip-existing",
        )
    };
    let labels = |name: &str| match file.get_dimension(name).map(|d| &d.coordinates) {
        Some(Coordinates::Labels(labels)) => Ok(labels.clone()),
        _ => Err(lacks(name)),
    };
    let files = labels("file")?;
    let texts = |name: &str| -> Result<Vec<String>> {
        match file.get_attribute(name) {
            Some(AttributeValue::Text(text)) => Ok(text.split('\n').map(str::to_owned).collect()),
            _ => Err(lacks(name)),
        }
    };
    let (formats, directions) = (texts("formats")?, texts("directions")?);
    let column = |name: &str| -> Result<Vec<Scalar>> {
        let variable = file.get(name).ok_or_else(|| lacks(name))?;
        let bar = |i: usize| variable.error.as_ref().map_or(0.0, |e| e[i]);
        let all = variable.data.iter().enumerate();
        Ok(all.map(|(i, value)| Scalar::new(*value, bar(i))).collect())
    };
    let (gaps, temperatures, mus, carriers) = (
        column("gap")?,
        column("temperature")?,
        column("chemical_potential_from_fermi_level")?,
        column("carrier_density")?,
    );
    let units = [
        column("direction_x")?,
        column("direction_y")?,
        column("direction_z")?,
    ];
    let seconds = column("seconds")?;
    let numbers: Vec<Vec<Scalar>> = MERIT_QUANTITIES
        .iter()
        .map(|(name, ..)| column(name))
        .collect::<Result<_>>()?;
    if formats.len() != files.len() || directions.len() != files.len() {
        return Err(lacks("formats"));
    }
    Ok((0..files.len())
        .map(|i| Material {
            file: files[i].clone(),
            format: formats[i].clone(),
            gap_ev: gaps[i].value,
            state: MaterialState {
                temperature_k: temperatures[i].value,
                direction: directions[i].clone(),
                direction_unit: [0, 1, 2].map(|c| units[c][i].value),
                mu_ev: mus[i].value,
                carriers: carriers[i],
            },
            numbers: MERIT_QUANTITIES
                .iter()
                .zip(&numbers)
                .map(|((name, unit, _, about), column)| Named {
                    name,
                    unit,
                    about,
                    value: column[i],
                })
                .collect(),
            seconds: seconds[i].value,
        })
        .collect())
}

impl ScreenReport {
    /// Puts the best material first.
    pub fn sort(&mut self) {
        let value = |m: &Material| match m.get(self.by.quantity()).value {
            x if x.is_nan() => f64::NEG_INFINITY,
            x => x,
        };
        self.materials.sort_by(|a, b| value(b).total_cmp(&value(a)));
    }
}

/// The last parts of a file's name that tell it from the others.
fn short(file: &str) -> String {
    const MOST: usize = 34;
    let chars: Vec<char> = file.chars().collect();
    if chars.len() <= MOST {
        return file.to_owned();
    }
    let tail: String = chars[chars.len() - MOST + 1..].iter().collect();
    format!("…{tail}")
}

/// A readable table.
pub fn screen_table(report: &ScreenReport) -> String {
    let mut s = format!(
        "{} materials by {}, each at the best of its states; kappa_l = {} W/(m K)",
        report.materials.len(),
        report.by.quantity(),
        report.lattice_w_mk
    );
    if let Some(tau) = report.tau_s {
        let _ = write!(s, ", tau = {tau:e} s");
    }
    if let Some(file) = &report.scattering {
        let _ = write!(s, ", mechanisms of {file}");
    }
    s.push('\n');
    let _ = writeln!(
        s,
        "{:>3}  {:<34} {:>7} {:>5} {:<6} {:>10} {:>22} {:>20} {:>15} {:>15}  doubts",
        "#",
        "file",
        "gap/eV",
        "T/K",
        "along",
        "n-p/cm^-3",
        "zT",
        "S^2 sigma mW/(m K^2)",
        "score",
        "share of bound"
    );
    for (i, m) in report.materials.iter().enumerate() {
        let power = m.get("power_factor").scaled(1e3);
        let _ = writeln!(
            s,
            "{:>3}  {:<34} {:>7.3} {:>5} {:<6} {:>10.2e} {:>22} {:>20} {:>15} {:>15}  {}",
            i + 1,
            short(&m.file),
            m.gap_ev,
            m.state.temperature_k,
            m.state.direction,
            m.state.carriers.value,
            scalar(m.get("figure_of_merit")),
            scalar(power),
            scalar(m.get("screening_score")),
            scalar(m.get("share_of_bound")),
            m.doubts().join(", ")
        );
    }
    if !report.failed.is_empty() {
        let _ = writeln!(s, "\n{} files gave no row:", report.failed.len());
        for failure in &report.failed {
            let _ = writeln!(s, "  {}: {}", failure.file, failure.reason);
        }
    }
    s
}

/// A machine-readable summary.
pub fn screen_json(report: &ScreenReport) -> Value {
    let row = |m: &Material| {
        let exact = |value: f64, unit: &str| json!({"value": value, "error": 0.0, "unit": unit});
        let mut out = Map::new();
        out.insert("file".into(), json!(m.file));
        out.insert("format".into(), json!(m.format));
        out.insert("gap".into(), exact(m.gap_ev, "eV"));
        out.insert("temperature".into(), exact(m.state.temperature_k, "K"));
        out.insert("direction".into(), json!(m.state.direction));
        out.insert("direction_vector".into(), json!(m.state.direction_unit));
        out.insert(
            "chemical_potential_from_fermi_level".into(),
            exact(m.state.mu_ev, "eV"),
        );
        out.insert(
            "carrier_density".into(),
            scalar_json(m.state.carriers, "cm^-3"),
        );
        for n in &m.numbers {
            out.insert(n.name.into(), scalar_json(n.value, n.unit));
        }
        for ((name, _), held) in FLAGS.iter().zip(m.flags()) {
            out.insert((*name).into(), json!(held));
        }
        out.insert("doubts".into(), json!(m.doubts()));
        out.insert("seconds".into(), json!(m.seconds));
        Value::Object(out)
    };
    let rows: Vec<Value> = report.materials.iter().map(row).collect();
    let failed: Vec<Value> = report
        .failed
        .iter()
        .map(|f| json!({"file": f.file, "reason": f.reason}))
        .collect();
    json!({
        "kind": "screen",
        "sorted_by": report.by.quantity(),
        "lattice_thermal_conductivity": {"value": report.lattice_w_mk, "error": 0.0, "unit": "W/(m K)"},
        "relaxation_time": report.tau_s.map(|t| json!({"value": t, "error": 0.0, "unit": "s"})),
        "scattering": report.scattering,
        "rows": rows,
        "failed": failed,
    })
}

/// A field of comma-separated values.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Comma-separated values: one line a material.
pub fn screen_csv(report: &ScreenReport) -> String {
    let mut s = String::from(
        "file,gap [eV],temperature [K],direction,chemical_potential_from_fermi_level [eV],carrier_density [cm^-3],carrier_density_error [cm^-3]",
    );
    for (name, unit, ..) in MERIT_QUANTITIES {
        let _ = write!(s, ",{name} [{unit}],{name}_error [{unit}]");
    }
    s += ",doubts\n";
    for m in &report.materials {
        let _ = write!(
            s,
            "{},{},{},{},{:e},{:e},{:e}",
            quoted(&m.file),
            m.gap_ev,
            m.state.temperature_k,
            quoted(&m.state.direction),
            m.state.mu_ev,
            m.state.carriers.value,
            m.state.carriers.error
        );
        for n in &m.numbers {
            let _ = write!(s, ",{:e},{:e}", n.value.value, n.value.error);
        }
        let _ = writeln!(s, ",{}", quoted(&m.doubts().join("; ")));
    }
    s
}

/// An HDF5 result: every number along `file`.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn screen_result(report: &ScreenReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("screen", command);
    let all = &report.materials;
    let join = |of: &dyn Fn(&Material) -> String| all.iter().map(of).collect::<Vec<_>>().join("\n");
    file.attribute("sorted_by", report.by.quantity())
        .attribute("lattice_thermal_conductivity_w_mk", report.lattice_w_mk)
        .attribute("formats", join(&|m| m.format.clone()))
        .attribute("directions", join(&|m| m.state.direction.clone()));
    if let Some(tau) = report.tau_s {
        file.attribute("relaxation_time_s", tau);
    }
    if let Some(scattering) = &report.scattering {
        file.attribute("scattering", scattering.as_str());
    }
    if !report.failed.is_empty() {
        let failed = report
            .failed
            .iter()
            .map(|f| format!("{}: {}", f.file, f.reason));
        file.attribute("failed", failed.collect::<Vec<_>>().join("\n"));
    }
    let names: Vec<String> = all.iter().map(|m| m.file.clone()).collect();
    file.dimension("file", names, "", "file of the bands")?;
    let mut put =
        |name: &str, unit: &str, about: &str, of: &dyn Fn(&Material) -> f64| -> Result<()> {
            file.variable(name, &["file"], all.iter().map(of).collect(), unit, about)?;
            Ok(())
        };
    put("gap", "eV", "gap; 0 of a metal", &|m| m.gap_ev)?;
    put("temperature", "K", "temperature", &|m| {
        m.state.temperature_k
    })?;
    put(
        "chemical_potential_from_fermi_level",
        "eV",
        "chemical potential from the Fermi level",
        &|m| m.state.mu_ev,
    )?;
    for (c, axis) in ["x", "y", "z"].iter().enumerate() {
        put(
            &format!("direction_{axis}"),
            "1",
            "component of the direction of transport",
            &|m| m.state.direction_unit[c],
        )?;
    }
    put("seconds", "s", "time that it took", &|m| m.seconds)?;
    for (i, (name, word)) in FLAGS.iter().enumerate() {
        put(name, "1", word, &|m| if m.flags()[i] { 1.0 } else { 0.0 })?;
    }
    put("carrier_density", "cm^-3", "electrons less holes", &|m| {
        m.state.carriers.value
    })?;
    for (i, (name, unit, _, about)) in MERIT_QUANTITIES.iter().enumerate() {
        put(name, unit, about, &|m| m.numbers[i].value.value)?;
    }
    file.error_bar(
        "carrier_density",
        all.iter().map(|m| m.state.carriers.error).collect(),
    )?;
    for (i, (name, ..)) in MERIT_QUANTITIES.iter().enumerate() {
        file.error_bar(name, all.iter().map(|m| m.numbers[i].value.error).collect())?;
    }
    Ok(file)
}
