//! Bands along a path, with the density of states beside them: a figure, comma-separated values, JSON, a result.

use super::budget::Bars;
use super::figure::{Axis, Curve, Figure, Panel, Point, Style};
use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::workflow::BandPathFound;
use serde_json::{Value, json};
use std::fmt::Write;

/// Colours of up and down.
const SPINS: [&str; 2] = ["#0072B2", "#D55E00"];

/// Bands along a path with everything that is said about them.
pub struct BandPathReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// Energies along the path, the Fermi level, and the density of states.
    pub found: &'a BandPathFound,
    /// Energies that the figure shows, eV, from the Fermi level where it is known.
    pub window_ev: (f64, f64),
}

/// The figure: bands at the left, states at the right.
pub fn band_path_figure(report: &BandPathReport, panel_size: (f64, f64)) -> Figure {
    let zero = report.found.fermi_level_ev.unwrap_or(0.0);
    let symbol = match report.found.fermi_level_ev {
        Some(_) => "E − E_{F}",
        None => "E",
    };
    let y = || Axis::new(symbol, "eV", false, report.window_ev, true);
    let found = report.found;
    let mut curves = Vec::new();
    for (spin, bands) in found.energies.iter().enumerate() {
        for (band, energies) in bands.iter().enumerate() {
            let bars = found.errors.get(spin).and_then(|s| s.get(band));
            let point = |(i, (x, e)): (usize, (&f64, &f64))| {
                let bar = bars.map_or(0.0, |b| b[i]);
                Point {
                    x: *x,
                    y: e - zero,
                    bar: (bar, bar),
                }
            };
            let points: Vec<Point> = found
                .along
                .iter()
                .zip(energies)
                .enumerate()
                .map(point)
                .collect();
            curves.push(Curve {
                points,
                style: style(spin),
                joined: true,
            });
        }
    }
    let marks = found
        .nodes
        .iter()
        .map(|(at, node)| (*at, node.name.clone()));
    let mut panels = vec![Panel {
        x: Axis::marked(marks.collect()),
        y: y(),
        curves,
    }];
    if let Some(dos) = &report.found.dos {
        let within = |e: &f64| (report.window_ev.0..=report.window_ev.1).contains(&(e - zero));
        let inside: Vec<usize> = (0..dos.energy_ev.len())
            .filter(|&i| within(&dos.energy_ev[i]))
            .collect();
        let point = |&i: &usize| Point {
            x: dos.dos[i].value,
            y: dos.energy_ev[i] - zero,
            bar: (0.0, 0.0),
        };
        let points: Vec<Point> = inside.iter().map(point).collect();
        let most = points.iter().map(|p| p.x).fold(0.0, f64::max);
        panels.push(Panel {
            x: Axis::new(
                "N(E)",
                "eV^{−1}",
                false,
                (0.0, 1.05 * most.max(1e-12)),
                true,
            ),
            y: y(),
            curves: vec![Curve {
                points,
                style: style(0),
                joined: true,
            }],
        });
    }
    Figure {
        panels,
        legend: Vec::new(),
        panel_size,
        thinned: None,
    }
}

fn style(spin: usize) -> Style {
    Style {
        colour: SPINS[spin.min(1)].into(),
        dashed: false,
    }
}

/// One line a point: its distance from the beginning, its coordinates, and every band with its bar.
pub fn band_path_csv(report: &BandPathReport) -> String {
    let found = report.found;
    let mut s = "distance [1/angstrom],k1,k2,k3".to_owned();
    let name = |spin: usize, band: usize| {
        let band = report.header.first_band + band;
        match found.energies.len() {
            1 => format!("band_{band}"),
            _ => format!("band_{band}_{}", ["up", "down"][spin.min(1)]),
        }
    };
    let all = || {
        found
            .energies
            .iter()
            .enumerate()
            .flat_map(|(spin, bands)| (0..bands.len()).map(move |band| (spin, band)))
    };
    for (spin, band) in all() {
        let name = name(spin, band);
        let _ = write!(s, ",{name} [eV]");
        if !found.errors.is_empty() {
            let _ = write!(s, ",{name}_error [eV]");
        }
    }
    s.push('\n');
    for (i, (x, k)) in found.along.iter().zip(&found.k).enumerate() {
        let _ = write!(s, "{x:.8},{:.8},{:.8},{:.8}", k[0], k[1], k[2]);
        for (spin, band) in all() {
            let _ = write!(s, ",{:.8}", found.energies[spin][band][i]);
            if !found.errors.is_empty() {
                let _ = write!(s, ",{:.3e}", found.errors[spin][band][i]);
            }
        }
        s.push('\n');
    }
    s
}

/// A machine-readable summary.
pub fn band_path_json(report: &BandPathReport) -> Value {
    let found = report.found;
    let nodes: Vec<Value> = found
        .nodes
        .iter()
        .map(|(at, node)| json!({"name": node.name, "k": node.k, "distance": at}))
        .collect();
    let error = match found.errors.is_empty() {
        true => Value::Null,
        false => json!(found.errors),
    };
    json!({
        "kind": "bands",
        "input": report.input,
        "fermi_level": report.found.fermi_level_ev.map(|e| json!({"value": e, "error": 0.0, "unit": "eV"})),
        "nodes": nodes,
        "distance": {"value": found.along, "unit": "1/angstrom"},
        "k": found.k,
        "energies": {"value": found.energies, "error": error, "unit": "eV"},
    })
}

/// A result: energies by spin, band and distance along the path, the path's corners, and the density of states where it was wanted.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn band_path_result(report: &BandPathReport, command: &str) -> Result<ResultFile> {
    let (found, header) = (report.found, report.header);
    let mut file = ResultFile::new("band_path", command);
    file.attribute("input", report.input.as_str())
        .attribute("input_format", header.provenance.format.as_str())
        .attribute("spin_treatment", header.spin.name());
    if let Some(level) = found.fermi_level_ev {
        file.attribute("fermi_level_ev", level);
    }
    let spins = &["up", "down"][..found.energies.len()];
    let spins = if spins.len() == 1 { &["both"] } else { spins };
    file.dimension("spin", spins, "", "spin channel")?;
    let numbers = (0..header.n_band).map(|i| (header.first_band + i) as f64);
    let about = "number of the band in the code that wrote it";
    file.dimension("band", numbers.collect::<Vec<_>>(), "", about)?;
    let about = "distance from the beginning of the path";
    file.dimension("distance", found.along.clone(), "1/angstrom", about)?;
    file.dimension("axis", &["1", "2", "3"][..], "", "reciprocal vector")?;
    let names: Vec<String> = found.nodes.iter().map(|(_, n)| n.name.clone()).collect();
    file.dimension("node", names, "", "corner of the path")?;
    let dimensions = ["spin", "band", "distance"];
    let energies = found.energies.concat().concat();
    file.variable("energies", &dimensions, energies, "eV", "energy")?;
    if !found.errors.is_empty() {
        file.error_bar("energies", found.errors.concat().concat())?;
    }
    let about = "k-point in units of the reciprocal vectors";
    file.variable("k", &["distance", "axis"], found.k.concat(), "1", about)?;
    let at = found.nodes.iter().map(|(at, _)| *at).collect();
    let about = "distance of the corner from the beginning";
    file.variable("node_distance", &["node"], at, "1/angstrom", about)?;
    let k: Vec<[f64; 3]> = found.nodes.iter().map(|(_, n)| n.k).collect();
    let about = "corner in units of the reciprocal vectors";
    file.variable("node_k", &["node", "axis"], k.concat(), "1", about)?;
    if let Some(dos) = &found.dos {
        let about = "middle of the energy bin";
        file.dimension("energy", dos.energy_ev.clone(), "eV", about)?;
        let about = "average density of states of the bin, per cell, all spins";
        Bars::list(&dos.dos).put(&mut file, "density_of_states", &["energy"], "1/eV", about)?;
    }
    Ok(file)
}
