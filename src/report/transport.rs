//! Transport coefficients as a table, JSON, CSV and an HDF5 result.

use super::Run;
use super::budget::{self, Bars};
use super::crossings::{self, Whole};
use super::fermi::provenance;
use super::format::{scalar, scientific};
use super::{CONDUCTING, mean_in_words};
use crate::bands::BandHeader;
use crate::error::Result;
use crate::integrate::crossings::CrossingEffect;
use crate::io::results::ResultFile;
use crate::transport::{Directions, Extent, Item, Levels, POLARIZATION, Row, SHARE, Scalar, shown};
use crate::uncertainty::Quantity;
use crate::workflow::{self, TransportFound};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Results with everything that is said about them.
pub struct TransportReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// E_F, eV.
    pub fermi_level_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Edges of the gap, eV.
    pub gap_ev: Option<(f64, f64)>,
    /// A constant relaxation time, s.
    pub tau_s: Option<f64>,
    /// The file of scattering mechanisms.
    pub scattering: Option<String>,
    /// A constant mean free path, Å.
    pub mean_free_path_angstrom: Option<f64>,
    /// Lattice thermal conductivity, W/(m K).
    pub lattice_w_mk: Option<f64>,
    /// Of a layer or a chain, how far it reaches.
    pub extent: Option<Extent>,
    /// Number of directions in which the bands conduct: means are taken over those.
    pub directions: usize,
    /// Temperatures, K.
    pub temperatures_k: Vec<f64>,
    /// Levels.
    pub levels: Levels,
    /// Rows, `[temperature][level]`.
    pub rows: Vec<Row>,
    /// Number of energy bins.
    pub bins: usize,
    /// What crossings of sorted bands do to the velocities; none where velocities come from the file.
    pub crossings: Option<CrossingEffect>,
    /// How it was computed.
    pub run: &'a Run,
}

impl<'a> TransportReport<'a> {
    /// Of what was asked and found.
    pub fn new(
        asked: &workflow::Transport,
        found: TransportFound,
        header: &'a BandHeader,
        input: String,
        run: &'a Run,
    ) -> Self {
        Self {
            header,
            input,
            fermi_level_ev: found.fermi_level_ev,
            origin: found.origin,
            gap_ev: found.gap_ev,
            tau_s: asked.relaxation.tau,
            scattering: asked.relaxation.scattering_file(),
            mean_free_path_angstrom: asked.mean_free_path,
            lattice_w_mk: asked.relaxation.lattice_thermal_conductivity,
            extent: found.extent,
            directions: Directions::of(&found.conducted).count(),
            temperatures_k: asked.temperatures_k.clone(),
            levels: found.levels,
            rows: found.rows,
            bins: found.bins,
            crossings: found.crossings,
            run,
        }
    }

    /// The kind of results, named after the command that gives them.
    fn kind(&self) -> &'static str {
        match self.levels {
            Levels::Carriers(_) => "optimize",
            _ => "transport",
        }
    }

    /// The unit of densities of carriers.
    fn density_unit(&self) -> &'static str {
        self.extent.map_or("cm^-3", |e| e.density_unit())
    }
}

/// A readable table: means over the directions.
pub fn transport_table(report: &TransportReport) -> String {
    let mut s = format!("Transport coefficients of {}\n", report.input);
    s += &heading(report);
    s.push('\n');
    for (r, row) in report.rows.iter().enumerate() {
        let mu = row.scalar("chemical_potential");
        let relative = Scalar {
            value: mu.value - report.fermi_level_ev,
            ..mu
        };
        let items = &row.items;
        let named = |i: &&Item| i.name.ends_with("carrier_density") && !i.name.contains("hall");
        let n = items.iter().find(named).and_then(|i| shown(i, items, 3));
        let n = n.unwrap_or_default();
        let given = match &report.levels {
            Levels::Dopings(all) => Some(all[r % all.len()]),
            _ => None,
        };
        let kind = match n.value {
            n if n > 0.0 => "n-type",
            n if n < 0.0 => "p-type",
            n if n.is_nan() => "too few",
            _ => "neutral",
        };
        let _ = writeln!(
            s,
            "T = {} K, mu - E_F = {} eV, n - p = {} ({kind})",
            row.temperature_k,
            scalar(relative),
            density(n, given, report.density_unit())
        );
        s += &coefficient_lines(items, report);
        s += &share_lines(items);
    }
    s += &legend(report.directions);
    if let Some(advice) = budget::advice_of_rows(&report.rows, report.fermi_level_ev) {
        let _ = writeln!(s, "  {advice}.");
    }
    s
}

/// A density of carriers: one that a doping fixed is not a result.
pub(super) fn density(n: Scalar, given: Option<f64>, unit: &str) -> String {
    let fixed = |g: &f64| (n.value - g).abs() <= 1e-6 * g.abs() && n.error <= 1e-6 * g.abs();
    match given.filter(fixed) {
        Some(g) if g != 0.0 => format!("{g:.3e} {unit} (given)"),
        _ => format!("{} {unit}", scientific(n)),
    }
}

/// What the tables of coefficients mean, where the bands conduct in so many directions.
pub(super) fn legend(directions: usize) -> String {
    format!(
        "\n  Tensors are given by {}{LEGEND}",
        mean_in_words(directions)
    )
}

const LEGEND: &str = "; `--json`, `--csv` and `-o` have every component.\n  \
     n - p: electrons less holes, so that p-type is negative, and S and R_H have the sign of the carriers' charge.\n  \
     ± is what each part of the zone would change on its every-second-point subgrid, added up (a third of it where\n  \
     the mesh resolves k_BT, the values being extrapolated; twice it and more on a grid that does not), with the changes by\n  \
     symmetrisation, by the energy bins, by another interpolation of a table, and by band crossings.\n";

/// What was computed from what, and how.
pub(super) fn heading(report: &TransportReport) -> String {
    let (header, run) = (report.header, report.run);
    let mut s = String::new();
    let _ = writeln!(
        s,
        "  bands     {}, {} {} bands on {} k-points",
        header.provenance.format,
        header.n_band,
        header.spin.name(),
        header.k_grid
    );
    let _ = writeln!(s, "  method    {}, {} energy bins", run.method, report.bins);
    let _ = writeln!(
        s,
        "  backend   {} ({}), {:.3} s",
        run.backend, run.adapter, run.seconds
    );
    let _ = writeln!(
        s,
        "  E_F       {:.6} eV ({})",
        report.fermi_level_ev, report.origin
    );
    if let Some((valence, conduction)) = report.gap_ev {
        let _ = writeln!(
            s,
            "  gap       {:.6} eV, from {valence:.6} to {conduction:.6} eV",
            conduction - valence
        );
    }
    if let Some(e) = &report.extent {
        let (kind, size, from) = (e.dimension() == 2, e.size(), e.is_given());
        let from = if from { "given" } else { "of the cell" };
        let _ = match kind {
            true => writeln!(s, "  layer     {:.4} Å thick ({from})", size * 1e10),
            false => writeln!(s, "  chain     {:.4} Å^2 across ({from})", size * 1e20),
        };
    }
    match (report.tau_s, &report.scattering) {
        (Some(tau), _) => {
            let _ = writeln!(s, "  tau       {tau:e} s");
        }
        (None, Some(file)) => {
            let _ = writeln!(s, "  tau       of the energy, by the mechanisms of {file}");
        }
        (None, None) if report.mean_free_path_angstrom.is_some() => {
            let path = report.mean_free_path_angstrom.unwrap_or_default();
            let _ = writeln!(
                s,
                "  tau       of each state, by a mean free path of {path} Å"
            );
        }
        (None, None) if report.header.has_lifetimes => {
            s.push_str("  tau       the file's relaxation times\n");
        }
        (None, None) => s.push_str("  tau       not given: coefficients are per relaxation time\n"),
    }
    let found = crossings::sentence(report.crossings, Whole::States);
    let _ = writeln!(s, "  band crossings: {found}");
    s
}

/// One line for each coefficient that tables show.
pub(super) fn coefficient_lines(items: &[Item], report: &TransportReport) -> String {
    let mut s = String::new();
    for item in items {
        let told = item.coefficient.is_some_and(|c| c.in_tables) || item.name == POLARIZATION;
        if let (true, Some(q)) = (told, shown(item, items, report.directions)) {
            if q.value.is_nan() {
                let _ = writeln!(s, "    {:<42} not defined", item.name);
                continue;
            }
            let (q, unit) = match &*item.unit {
                "V/K" => (q.scaled(1e6), "uV/K"),
                "m^2/(V s)" => (q.scaled(1e4), "cm^2/(V s)"),
                unit => (q, unit),
            };
            let _ = writeln!(s, "    {:<42} {} {unit}", item.name, scalar(q));
            let made_of = budget::in_words(&q.shares[0]);
            if report.run.budgets && !made_of.is_empty() {
                let _ = writeln!(s, "    {:<42}   ± is {made_of}", "");
            }
        }
    }
    s
}

/// One line for each kind of carrier with what scatters it, the strongest first.
fn share_lines(items: &[Item]) -> String {
    let mut s = String::new();
    for carrier in ["electrons", "holes"] {
        let prefix = format!("{SHARE}{carrier}_");
        let mut shares: Vec<(f64, &str)> = items
            .iter()
            .filter_map(|item| {
                let share = shown(item, items, 3)?.value;
                Some((share, item.name.strip_prefix(&prefix)?))
            })
            .filter(|(fraction, _)| !fraction.is_nan())
            .collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0));
        if shares.is_empty() {
            continue;
        }
        let one = |(fraction, name): &(f64, &str)| format!("{name} {:.1} %", 100.0 * fraction);
        let list: Vec<String> = shares.iter().map(one).collect();
        let _ = writeln!(
            s,
            "    {:<42} {}",
            format!("scattering of {carrier}"),
            list.join(", ")
        );
    }
    s
}

/// A machine-readable summary.
pub fn transport_json(report: &TransportReport) -> Value {
    let rows: Vec<Value> = report
        .rows
        .iter()
        .enumerate()
        .map(|(r, row)| {
            let mut out = Map::new();
            let t = Scalar::exact(row.temperature_k);
            out.insert("temperature".into(), super::format::scalar_json(t, "K"));
            let mu = row.scalar("chemical_potential");
            let relative = Scalar {
                value: mu.value - report.fermi_level_ev,
                ..mu
            };
            out.insert(
                "chemical_potential_from_fermi_level".into(),
                super::format::scalar_json(relative, "eV"),
            );
            if let Levels::Carriers(carriers) = &report.levels {
                out.insert("carriers".into(), json!(carriers[r % carriers.len()]));
            }
            for item in &row.items {
                out.insert(item.name.to_string(), item_json(item));
            }
            Value::Object(out)
        })
        .collect();
    json!({
        "kind": report.kind(),
        "input": report.input,
        "backend": report.run.backend,
        "adapter": report.run.adapter,
        "k_grid": report.header.k_grid.n,
        "method": report.run.method,
        "seconds": report.run.seconds,
        "energy_bins": report.bins,
        "band_crossings": crossings::value(report.crossings, Whole::States),
        "spin_treatment": report.header.spin.name(),
        "fermi_level": {"value": report.fermi_level_ev, "error": 0.0, "unit": "eV"},
        "fermi_level_origin": report.origin,
        "gap": report.gap_ev.map(|(valence, conduction)| {
            json!({"valence_maximum": valence, "conduction_minimum": conduction, "unit": "eV"})
        }),
        "relaxation_time": report.tau_s.map(|t| json!({"value": t, "error": 0.0, "unit": "s"})),
        "scattering": report.scattering,
        "mean_free_path": report.mean_free_path_angstrom
            .map(|path| json!({"value": path, "error": 0.0, "unit": "angstrom"})),
        "dimension": report.extent.map_or(3, |e| e.dimension()),
        CONDUCTING: report.directions,
        "extent": report.extent.map(|e| {
            json!({"value": e.size(), "error": 0.0, "unit": if e.dimension() == 2 { "m" } else { "m^2" }})
        }),
        "lattice_thermal_conductivity":
            report.lattice_w_mk.map(|k| json!({"value": k, "error": 0.0, "unit": "W/(m K)"})),
        "rows": rows,
    })
}

fn item_json(item: &Item) -> Value {
    Bars::of_any(&item.quantity).json(&item.unit)
}

/// Comma-separated values: one line per row, every component and its bar, names and units in the header.
pub fn transport_csv(report: &TransportReport) -> String {
    let mut s = String::new();
    // Rows of optima say whose they are: temperatures and dopings do not.
    let carriers = match &report.levels {
        Levels::Carriers(names) => Some(names),
        Levels::ChemicalPotentials(_) | Levels::Dopings(_) => None,
    };
    for (r, row) in report.rows.iter().enumerate() {
        let items = &row.items;
        if r == 0 {
            s.push_str("temperature [K]");
            s.push_str(carriers.map_or("", |_| ",carriers"));
            for item in items {
                for i in 0..item.quantity.values().len() {
                    let rank = item.quantity.dimensions().len() as u32;
                    let of = |place: u32| ["x", "y", "z"][i / 3usize.pow(rank - 1 - place) % 3];
                    let index: String = (0..rank).map(of).collect();
                    let name = match rank {
                        0 => item.name.to_string(),
                        _ => format!("{}_{index}", item.name),
                    };
                    let _ = write!(s, ",{name} [{}],{name}_error [{}]", item.unit, item.unit);
                }
            }
            s.push('\n');
        }
        let _ = write!(s, "{}", row.temperature_k);
        if let Some(names) = carriers {
            let _ = write!(s, ",{}", names[r % names.len()]);
        }
        for item in items {
            for (v, e) in item.quantity.values().iter().zip(item.quantity.errors()) {
                let _ = write!(s, ",{v:e},{e:e}");
            }
        }
        s.push('\n');
    }
    s
}

/// An HDF5 result: every quantity on temperature × chemical_potential or temperature × doping.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn transport_result(report: &TransportReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new(report.kind(), command);
    provenance(&mut file, report.header, &report.input, report.run);
    file.attribute("fermi_level_ev", report.fermi_level_ev)
        .attribute("fermi_level_origin", report.origin.as_str())
        .attribute("energy_bins", report.bins as i64)
        .attribute(CONDUCTING, report.directions as i64);
    crossings::attributes(&mut file, report.crossings, Whole::States);
    if let Some(e) = &report.extent {
        let name = if e.dimension() == 2 {
            "thickness_m"
        } else {
            "cross_section_m2"
        };
        file.attribute("dimension", e.dimension() as i64)
            .attribute(name, e.size());
    }
    if let Some(scattering) = &report.scattering {
        file.attribute("scattering", scattering.as_str());
    }
    for (name, value) in [
        ("relaxation_time_s", report.tau_s),
        ("mean_free_path_angstrom", report.mean_free_path_angstrom),
        ("lattice_thermal_conductivity_w_mk", report.lattice_w_mk),
        ("valence_maximum_ev", report.gap_ev.map(|g| g.0)),
        ("conduction_minimum_ev", report.gap_ev.map(|g| g.1)),
    ] {
        if let Some(value) = value {
            file.attribute(name, value);
        }
    }
    file.dimension(
        "temperature",
        report.temperatures_k.clone(),
        "K",
        "temperature",
    )?;
    let level = match &report.levels {
        Levels::ChemicalPotentials(mu) => {
            let about = "chemical potential on the bands' scale";
            file.dimension("chemical_potential", mu.clone(), "eV", about)?;
            "chemical_potential"
        }
        Levels::Dopings(n) => {
            let about = "net doping, positive for electrons (n-type)";
            file.dimension("doping", n.clone(), report.density_unit(), about)?;
            "doping"
        }
        Levels::Carriers(carriers) => {
            file.dimension("carriers", carriers.clone(), "", "n-type or p-type")?;
            "carriers"
        }
    };
    file.tensor_dimensions()?;
    let xyz: &[&str] = &["x", "y", "z"];
    file.dimension(
        "field",
        xyz,
        "",
        "Cartesian component of the magnetic field",
    )?;
    file.dimension("field2", xyz, "", "second component of the magnetic field")?;
    let Some(first) = report.rows.first() else {
        return Ok(file);
    };
    for (i, item) in first.items.iter().enumerate() {
        if item.name == level {
            continue;
        }
        let mut dimensions = vec!["temperature", level];
        dimensions.extend(item.quantity.dimensions());
        let all = || report.rows.iter().map(|row| &row.items[i].quantity);
        let values = all().flat_map(Quantity::values).collect();
        let errors = all().flat_map(Quantity::errors).collect();
        let shares = all().flat_map(|q| q.shares()).copied().collect();
        let bars = Bars::new(Vec::new(), values, errors, shares);
        bars.put(&mut file, &item.name, &dimensions, &item.unit, &item.about)?;
    }
    Ok(file)
}
