//! Optimal dopings: what is said of them beside the coefficients that hold there.

use super::budget::advice_of_rows;
use super::format::{asymmetric, scalar, scalar_json};
use super::transport::{
    TransportReport, coefficient_lines, heading, legend, transport_json, transport_result,
};
use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::transport::catalogue::coefficient;
use crate::transport::{
    BestTemperature, Directions, Extent, Item, Levels, Objective, Optimum, Row, Scalar,
    TransportRow, number,
};
use crate::workflow::Menu;
use crate::workflow::{Optimize, OptimizeFound, Run};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt::Write;

/// What was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimumReport {
    /// What was asked to be largest: "power-factor" or "zt".
    pub maximised: &'static str,
    /// What is largest.
    pub objective: Objective,
    /// Whether it is absolute, not per relaxation time.
    pub absolute: bool,
    /// The direction in words: "average", "xx" …
    pub direction: &'static str,
    /// `[temperature][carriers]`.
    pub optima: Vec<Optimum>,
    /// Kinds of doping, "n" or "p", with the best of all temperatures, where several were looked at.
    pub best_temperatures: Vec<(String, BestTemperature)>,
}

/// The objective's name in files, its unit and the power of a layer's extent that it goes by.
pub fn objective_name(
    objective: Objective,
    absolute: bool,
) -> (Cow<'static, str>, &'static str, i32) {
    let name = match objective {
        Objective::FigureOfMerit(_) => "figure_of_merit",
        Objective::PowerFactor => "power_factor",
    };
    coefficient(name).map_or((name.into(), "", 0), |c| {
        let (name, unit, _) = c.named(absolute);
        (name, unit, c.extent_power.unwrap_or_default())
    })
}

impl OptimumReport {
    /// The optima as named quantities, one list per row.
    pub fn items(&self) -> Vec<Vec<Item>> {
        let (name, unit, power) = objective_name(self.objective, self.absolute);
        let of = |o: &Optimum| {
            let inside = if o.inside { 1.0 } else { 0.0 };
            let largest = format!("largest_{name}");
            let all: [(String, &'static str, i32, Scalar, &'static str); 8] = [
                (largest, unit, power, o.value, "what was made largest"),
                (
                    "optimal_chemical_potential".into(),
                    "eV",
                    0,
                    o.chemical_potential_ev(),
                    "chemical potential of the optimum; the bar is the farther end of its range",
                ),
                (
                    "optimal_chemical_potential_low".into(),
                    "eV",
                    0,
                    Scalar::exact(o.range_ev.0),
                    "from here on the optimum may lie",
                ),
                (
                    "optimal_chemical_potential_high".into(),
                    "eV",
                    0,
                    Scalar::exact(o.range_ev.1),
                    "up to here the optimum may lie",
                ),
                (
                    "optimal_doping".into(),
                    "cm^-3",
                    1,
                    o.doping(),
                    "electrons less holes at the optimum; the bar is the farther end of its range",
                ),
                (
                    "optimal_doping_low".into(),
                    "cm^-3",
                    1,
                    Scalar::exact(o.dopings_cm3.0),
                    "from here on the optimum may lie",
                ),
                (
                    "optimal_doping_high".into(),
                    "cm^-3",
                    1,
                    Scalar::exact(o.dopings_cm3.1),
                    "up to here the optimum may lie",
                ),
                (
                    "optimum_inside_range".into(),
                    "1",
                    0,
                    Scalar::exact(inside),
                    "0 where what was to be largest goes on rising beyond the chemical potentials looked at",
                ),
            ];
            all.into_iter()
                .map(|(name, unit, power, q, about)| Item {
                    extent_power: Some(power),
                    ..Item::number(name, unit, about, q)
                })
                .collect()
        };
        self.optima.iter().map(of).collect()
    }
}

/// Of what was asked and found: every coefficient at each optimum, and what is said of the optima.
pub fn optimum_report<'a>(
    asked: &Optimize,
    found: OptimizeFound,
    header: &'a BandHeader,
    input: String,
    run: &'a Run,
) -> (TransportReport<'a>, OptimumReport) {
    let (optima, rows): (Vec<Optimum>, Vec<TransportRow>) = found.cases.into_iter().unzip();
    let signs: Vec<String> = found.signs.iter().map(|s| s.name().to_owned()).collect();
    let best = signs.iter().cloned().zip(found.best);
    let said = OptimumReport {
        maximised: asked.maximise.name(),
        objective: found.objective,
        absolute: found.absolute,
        direction: asked.component.name(),
        optima,
        best_temperatures: best.filter_map(|(s, b)| Some((s, b?))).collect(),
    };
    let rows = rows.iter().zip(said.items());
    let rows = rows
        .map(|(row, extras)| Row::new(row, extras, found.extent.as_ref()))
        .collect();
    let report = TransportReport {
        header,
        input,
        fermi_level_ev: found.fermi_level_ev,
        origin: found.origin,
        gap_ev: found.gap_ev,
        tau_s: asked.relaxation.tau,
        scattering: asked.relaxation.scattering_file(),
        lattice_w_mk: asked.relaxation.lattice_thermal_conductivity,
        temperatures_k: asked.temperatures_k.clone(),
        extent: found.extent,
        directions: Directions::of(&found.conducted).count(),
        mean_free_path_angstrom: None,
        levels: Levels::Carriers(signs),
        rows,
        bins: found.bins,
        crossings: found.crossings,
        run,
    };
    (report, said)
}

/// An HDF5 result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn optimum_result(
    report: &TransportReport,
    said: &OptimumReport,
    command: &str,
) -> Result<ResultFile> {
    let mut file = transport_result(report, command)?;
    file.attribute("maximised", said.maximised)
        .attribute("component", said.direction);
    for (carriers, best) in &said.best_temperatures {
        let inside = if best.inside { "inside" } else { "at an end" };
        let name = format!("best_temperature_{carriers}");
        file.attribute(&format!("{name}_k"), best.temperature_k())
            .attribute(&format!("{name}_low_k"), best.range_k.0)
            .attribute(&format!("{name}_high_k"), best.range_k.1)
            .attribute(&format!("{name}_in_the_range"), inside);
    }
    Ok(file)
}

/// A machine-readable summary.
pub fn optimum_json(report: &TransportReport, said: &OptimumReport) -> Value {
    let mut json = transport_json(report);
    json["maximised"] = said.maximised.into();
    json["component"] = said.direction.into();
    if !said.best_temperatures.is_empty() {
        json["best_temperatures"] = said.best_temperatures_json(report.extent.as_ref());
    }
    json
}

/// A readable table.
pub fn optimum_table(report: &TransportReport, found: &OptimumReport) -> String {
    let (name, unit, power) = objective_name(found.objective, found.absolute);
    let mut s = format!(
        "Doping of the largest {name} ({}) of {}\n",
        found.direction, report.input
    );
    s += &heading(report);
    if let Some(lattice) = report.lattice_w_mk {
        let _ = writeln!(s, "  kappa_l   {lattice} W/(m K)");
    }
    s.push('\n');
    let extent = report.extent.as_ref();
    for (row, optimum) in found.optima.iter().enumerate() {
        let mu = optimum.chemical_potential_ev().value;
        let (from, to) = optimum.range_ev;
        let doping = |n: f64| number("optimal_doping", "cm^-3", 1, Scalar::exact(n), extent);
        let (low, high) = optimum.dopings_cm3;
        let (kind, low, high) = match optimum.doping_cm3 {
            n if n < 0.0 => ("p", -high, -low),
            _ => ("n", low, high),
        };
        let (_, per, n) = doping(optimum.doping_cm3.abs());
        let [low, high] = [low, high].map(|n| doping(n).2.value);
        let (_, unit, value) = number(&name, unit, power, optimum.value, extent);
        let _ = writeln!(
            s,
            "T = {} K, {kind}-type: {:.4e} {per}, between {low:.3e} and {high:.3e}; mu - E_F = {} eV",
            optimum.state.temperature_k(),
            n.value,
            asymmetric(mu - report.fermi_level_ev, mu - from, to - mu)
        );
        if !optimum.inside {
            s.push_str("    NO OPTIMUM INSIDE THE RANGE: it goes on rising beyond; see --within\n");
        }
        let _ = writeln!(
            s,
            "    {:<42} {} {unit}",
            format!("largest {name}"),
            scalar(value)
        );
        s += &coefficient_lines(&report.rows[row].items, report);
    }
    for (carriers, best) in &found.best_temperatures {
        s += &best_temperature_lines(carriers, best, (&name, unit, power), extent);
    }
    let several = found.best_temperatures.is_empty() && found.optima.len() > 1;
    if let Some(best) = found.best().filter(|_| several) {
        let (_, unit, value) = number(&name, unit, power, best.value, extent);
        let _ = writeln!(
            s,
            "\nLargest of all: {} {unit} at {} K, n - p = {}",
            scalar(value),
            best.state.temperature_k(),
            doping(best, extent)
        );
    }
    s += &legend(report.directions);
    if let Some(advice) = advice_of_rows(&report.rows, report.fermi_level_ev) {
        let _ = writeln!(s, "  {advice}.");
    }
    s.push_str(
        "  Between the two dopings the function stays within its bar of the maximum, widened by how far the errors of the\n  \
         integration move the maximum.\n",
    );
    s
}

/// The doping of an optimum with its range and unit.
fn doping(optimum: &Optimum, extent: Option<&Extent>) -> String {
    let of = |n: f64| number("optimal_doping", "cm^-3", 1, Scalar::exact(n), extent);
    let (_, unit, n) = of(optimum.doping_cm3);
    let (low, high) = optimum.dopings_cm3;
    let [low, high] = [low, high].map(|n| of(n).2.value);
    format!(
        "{} {unit}",
        asymmetric(n.value, n.value - low, high - n.value)
    )
}

fn best_temperature_lines(
    carriers: &str,
    best: &BestTemperature,
    (name, unit, power): (&str, &str, i32),
    extent: Option<&Extent>,
) -> String {
    let (_, unit, value) = number(name, unit, power, best.optimum.value, extent);
    let (low, high) = best.range_k;
    let place = match best.inside {
        true => format!(
            "at {:.1} K, between {low:.1} and {high:.1} K",
            best.temperature_k()
        ),
        false => format!(
            "AT AN END OF THE TEMPERATURES, {} K: it goes on rising beyond; see -T",
            best.temperature_k()
        ),
    };
    format!(
        "\nLargest {name} of all, {carriers}-type: {} {unit}, n - p = {}\n    {place}\n",
        scalar(value),
        doping(&best.optimum, extent)
    )
}

impl OptimumReport {
    /// The best temperatures, one object per kind of doping.
    pub fn best_temperatures_json(&self, extent: Option<&Extent>) -> Value {
        let (name, unit, power) = objective_name(self.objective, self.absolute);
        let one = |(carriers, best): &(String, BestTemperature)| {
            let optimum = &best.optimum;
            let (low, high) = best.range_k;
            let t = Scalar::within(best.temperature_k(), best.range_k);
            let mut out = json!({
                "carriers": carriers,
                "temperature": scalar_json(t, "K"),
                "temperature_low": scalar_json(Scalar::exact(low), "K"),
                "temperature_high": scalar_json(Scalar::exact(high), "K"),
                "inside_range": best.inside,
                "optimal_chemical_potential": scalar_json(optimum.chemical_potential_ev(), "eV"),
            });
            let largest = format!("largest_{name}");
            let (fewest, most) = optimum.dopings_cm3;
            for (name, unit, power, value) in [
                (
                    "optimal_chemical_potential_low",
                    "eV",
                    0,
                    Scalar::exact(optimum.range_ev.0),
                ),
                (
                    "optimal_chemical_potential_high",
                    "eV",
                    0,
                    Scalar::exact(optimum.range_ev.1),
                ),
                ("optimal_doping", "cm^-3", 1, optimum.doping()),
                ("optimal_doping_low", "cm^-3", 1, Scalar::exact(fewest)),
                ("optimal_doping_high", "cm^-3", 1, Scalar::exact(most)),
                (&largest, unit, power, optimum.value),
            ] {
                let (name, unit, value) = number(name, unit, power, value, extent);
                out[name] = scalar_json(value, &unit);
            }
            out
        };
        self.best_temperatures.iter().map(one).collect()
    }

    /// The row in which the objective is largest, of those whose optimum lies inside the range.
    pub fn best(&self) -> Option<&Optimum> {
        let inside = self.optima.iter().filter(|o| o.inside);
        inside.max_by(|a, b| a.value.value.total_cmp(&b.value.value))
    }
}
