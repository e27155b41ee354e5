//! Transport in a field for programs: JSON, CSV, HDF5.

use super::MagnetoReport;
use super::entries::{ENTRIES, Entry, Of, SPINS};
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::report::budget::Bars;
use crate::report::format::scalar_json;
use crate::surface::{Bars as FieldBars, InField, Row};
use crate::transport::{Levels, Scalar};
use crate::uncertainty::Shares;
use serde_json::{Value, json};

/// Coefficients of a row with their bars: all bands', then those of each spin channel.
type Channel<'r> = (Option<&'static str>, &'r InField, &'r FieldBars);

fn channels(r: &Row) -> Vec<Channel<'_>> {
    let mut all = vec![(None, &r.value, &r.bars)];
    for (spin, (value, bars)) in SPINS.iter().zip(&r.spins) {
        all.push((Some(*spin), value, bars));
    }
    all
}

/// A machine-readable summary.
pub fn magneto_json(report: &MagnetoReport) -> Value {
    let unit = report.field_unit();
    let exact = |x: f64, unit: &str| scalar_json(Scalar::exact(x), unit);
    let row = |r: &Row| {
        let (d, degrees) = &report.angles[r.direction];
        let state = &report.states[r.state];
        let mut row = json!({
            "temperature": exact(state.temperature_k, "K"),
            "chemical_potential": scalar_json(state.mu, "eV"),
            "field": exact(r.field_t, unit),
            "field_direction": d.unit,
            "lattice_direction": d.indices,
            "angle": {"value": degrees, "error": d.off_degrees, "unit": "degree"},
        });
        if let Levels::Dopings(all) = &report.levels {
            row["doping"] = exact(all[state.level], report.density_unit());
        }
        if let Some(carriers) = state.carriers {
            row["carrier_density"] = scalar_json(carriers, report.density_unit());
        }
        for (spin, value, bars) in channels(r) {
            for e in &ENTRIES {
                let told = spin.is_none() || e.per_spin;
                if told && e.is_defined(state.temperature_k, r.field_t) {
                    row[e.name(report, spin)] = e.with_bars(value, bars).json(e.unit(report));
                }
            }
        }
        row
    };
    let mut all = json!({
        "kind": "magneto",
        "input": report.input,
        "fermi_level": exact(report.fermi_ev, "eV"),
        "fermi_level_origin": report.origin,
        "spin_treatment": report.header.spin.name(),
        "mesh": report.grid,
        "seconds": report.seconds,
        "open_orbits_share": report.abouts.iter().map(|a| a.central.open).collect::<Vec<_>>(),
        "planes_against_surface": report.abouts.iter().map(|a| a.planes_against_surface).collect::<Vec<_>>(),
        "symmetry_removed": report.abouts.iter().map(|a| a.asymmetry).collect::<Vec<_>>(),
        "rows": report.rows.iter().map(row).collect::<Vec<_>>(),
    });
    if let Some(file) = &report.scattering {
        all["scattering"] = json!(file);
    }
    all
}

/// Comma-separated values, one row a field; NaN where a coefficient is not defined.
pub fn magneto_csv(report: &MagnetoReport) -> String {
    let axes = ["x", "y", "z"];
    let mut head = vec![
        "angle_degree".to_owned(),
        "field_x".into(),
        "field_y".into(),
        "field_z".into(),
        "temperature_K".into(),
        "chemical_potential_eV".into(),
        format!("field_{}", if report.per_tau { "T_s" } else { "T" }),
    ];
    let doped = match &report.levels {
        Levels::Dopings(all) => {
            head.push(format!("doping_{}", report.density_unit()));
            Some(all)
        }
        _ => None,
    };
    let spins: Vec<Option<&'static str>> = report
        .rows
        .first()
        .map_or(Vec::new(), |r| channels(r).iter().map(|c| c.0).collect());
    let told = |spin: Option<&'static str>| {
        let own = move |e: &&Entry| spin.is_none() || e.per_spin;
        ENTRIES.iter().filter(own)
    };
    for spin in spins {
        for e in told(spin) {
            let name = e.name(report, spin);
            let names: Vec<String> = match e.of {
                Of::Tensor(_) => (0..9)
                    .map(|i| format!("{name}_{}{}", axes[i / 3], axes[i % 3]))
                    .collect(),
                Of::Axes(_) => axes.iter().map(|a| format!("{name}_{a}{a}")).collect(),
                Of::Number(_) => vec![name],
            };
            for name in names {
                head.push(name.clone());
                head.push(format!("{name}_error"));
            }
        }
    }
    let mut s = head.join(",") + "\n";
    for r in &report.rows {
        let (d, degrees) = &report.angles[r.direction];
        let state = &report.states[r.state];
        let mut cells = vec![*degrees, d.unit[0], d.unit[1], d.unit[2]];
        cells.extend([state.temperature_k, state.mu.value, r.field_t]);
        cells.extend(doped.map(|all| all[state.level]));
        for (spin, value, bars) in channels(r) {
            for e in told(spin) {
                let none = !e.is_defined(state.temperature_k, r.field_t);
                let both = e
                    .components(value)
                    .into_iter()
                    .zip(e.components(&bars.total));
                for (value, error) in both {
                    cells.extend(if none { [f64::NAN; 2] } else { [value, error] });
                }
            }
        }
        let text: Vec<String> = cells.iter().map(|x| format!("{x:e}")).collect();
        s += &(text.join(",") + "\n");
    }
    s
}

/// An HDF5 result: every coefficient on direction × temperature × chemical potential or doping × field.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn magneto_result(report: &MagnetoReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("magneto", command);
    file.attribute("input", report.input.as_str())
        .attribute("input_format", report.header.provenance.format.as_str())
        .attribute("input_sha256", report.header.provenance.sha256.as_str())
        .attribute("spin_treatment", report.header.spin.name())
        .attribute("fermi_level_ev", report.fermi_ev)
        .attribute("fermi_level_origin", report.origin.as_str())
        .attribute(
            "mesh",
            format!("{}x{}x{}", report.grid[0], report.grid[1], report.grid[2]),
        )
        .attribute(
            "method",
            "orbits by lattice planes, Chambers integral in closed form",
        );
    if let Some(scattering) = &report.scattering {
        file.attribute("scattering", scattering.as_str());
    }
    let angles: Vec<f64> = report.angles.iter().map(|a| a.1).collect();
    let directions: Vec<f64> = report.angles.iter().flat_map(|a| a.0.unit).collect();
    let about = "angle of the field from the first direction";
    file.dimension("angle", angles, "degree", about)?;
    let t = report.temperatures_k.clone();
    file.dimension("temperature", t, "K", "temperature")?;
    let level = match &report.levels {
        Levels::Dopings(n) => {
            let about = "net doping, positive for electrons (n-type)";
            file.dimension("doping", n.clone(), report.density_unit(), about)?;
            "doping"
        }
        Levels::ChemicalPotentials(mu) => {
            let about = "chemical potential on the bands' scale";
            file.dimension("chemical_potential", mu.clone(), "eV", about)?;
            "chemical_potential"
        }
        Levels::Carriers(_) => {
            return Err(crate::error::Error::Internal(
                "kinds of carriers in a field".into(),
            ));
        }
    };
    let b = report.fields.clone();
    file.dimension("field", b, report.field_unit(), "magnetic field")?;
    file.tensor_dimensions()?;
    file.variable(
        "field_direction",
        &["angle", "row"],
        directions,
        "1",
        "unit vector along the field",
    )?;
    let on = ["temperature", level];
    if level == "doping" {
        let about = "chemical potential of the doping on the bands' scale";
        let mu: Vec<Scalar> = report.states.iter().map(|s| s.mu).collect();
        Bars::list(&mu).put(&mut file, "chemical_potential", &on, "eV", about)?;
    }
    let carriers: Option<Vec<Scalar>> = report.states.iter().map(|s| s.carriers).collect();
    if let Some(carriers) = carriers {
        let (unit, about) = (report.density_unit(), "electrons less holes");
        let bars = Bars::list(&carriers);
        bars.put(&mut file, "carrier_density", &on, unit, about)?;
    }
    let base = ["angle", "temperature", level, "field"];
    let count = report.rows.first().map_or(0, |r| channels(r).len());
    for channel in 0..count {
        for e in &ENTRIES {
            put(report, &mut file, e, channel, &base)?;
        }
    }
    Ok(file)
}

/// One coefficient of all rows; of a spin channel where `channel` is above 0.
fn put(
    report: &MagnetoReport,
    file: &mut ResultFile,
    e: &Entry,
    channel: usize,
    base: &[&str],
) -> Result<()> {
    if channel > 0 && !e.per_spin {
        return Ok(());
    }
    let (mut values, mut errors, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    let mut name = String::new();
    for r in &report.rows {
        let (spin, value, bars) = channels(r)[channel];
        name = e.name(report, spin);
        let none = !e.is_defined(report.states[r.state].temperature_k, r.field_t);
        let keep = |x: f64| if none { f64::NAN } else { x };
        values.extend(e.components(value).into_iter().map(keep));
        errors.extend(e.components(&bars.total).into_iter().map(keep));
        let own = e.shares(bars).into_iter();
        shares.extend(own.map(|s| if none { Shares::NONE } else { s }));
    }
    let mut dimensions = base.to_vec();
    dimensions.extend(["row", "col"].iter().take(e.shape().len()));
    let bars = Bars::new(Vec::new(), values, errors, shares);
    bars.put(file, &name, &dimensions, e.unit(report), e.about)
}
