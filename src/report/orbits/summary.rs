//! Orbits in numbers.

use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::report::format::{scalar, scalar_json};
use crate::surface::{Catalogue, OrbitRow};
use crate::transport::Scalar;
use serde_json::{Value, json};
use std::fmt::Write;

/// Orbits with everything that is said about them.
pub struct OrbitsReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// Energy of the surface, eV.
    pub energy_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Grid of the surface.
    pub grid: [usize; 3],
    /// Angle of each direction from the first, degrees.
    pub degrees: Vec<f64>,
    /// The orbits of each direction.
    pub found: &'a [Catalogue],
    /// The family of each orbit of each direction.
    pub families: Vec<Vec<usize>>,
    /// Wall time, s.
    pub seconds: f64,
}

impl OrbitsReport<'_> {
    /// Every orbit with its direction's number and its family.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, usize, &OrbitRow)> {
        self.found.iter().enumerate().flat_map(move |(at, c)| {
            c.orbits
                .iter()
                .enumerate()
                .map(move |(i, o)| (at, self.families[at][i], o))
        })
    }
}

fn kind(o: &OrbitRow) -> &'static str {
    if o.electron { "electron" } else { "hole" }
}

/// A readable table.
pub fn orbits_table(report: &OrbitsReport) -> String {
    let mut s = String::new();
    let [a, b, c] = report.grid;
    let _ = writeln!(s, "Extremal orbits of {}", report.input);
    let _ = writeln!(
        s,
        "  energy {:.6} eV ({}), grid {a}×{b}×{c}, {:.3} s",
        report.energy_ev, report.origin, report.seconds
    );
    for (at, found) in report.found.iter().enumerate() {
        let d = &found.direction;
        let [u, v, w] = d.indices;
        let _ = writeln!(
            s,
            "\n  B along {u} a1 + {v} a2 + {w} a3 ({:.4}, {:.4}, {:.4}), {:.2}°",
            d.unit[0], d.unit[1], d.unit[2], report.degrees[at]
        );
        if found.orbits.is_empty() {
            let _ = writeln!(s, "  no extremal orbit");
        } else {
            let _ = writeln!(
                s,
                "  spin  band  kind      frequency T               mass m_e               from areas  |A''|/2pi  k_B 1/Å   times  family"
            );
        }
        for (i, o) in found.orbits.iter().enumerate() {
            let q = |q: (f64, f64)| scalar(Scalar::from(q));
            let _ = writeln!(
                s,
                "  {:>4}  {:>4}  {:<8}  {:<24}  {:<22} {:<10.6}  {:<9.4}  {:<8.4}  {:>5}  {:>6}",
                o.spin + 1,
                o.band + report.header.first_band,
                kind(o),
                q(o.frequency),
                q(o.mass),
                o.mass_from_areas,
                o.curvature.abs() / std::f64::consts::TAU,
                o.k_field,
                o.multiplicity,
                report.families[at][i] + 1
            );
        }
        for o in &found.open {
            let [x, y, z] = o.along;
            let _ = writeln!(
                s,
                "  {:>4}  {:>4}  open along {x} b1 + {y} b2 + {z} b3, k_B {:.4} to {:.4} 1/Å, {:.2} % of the band's states",
                o.spin + 1,
                o.band + report.header.first_band,
                o.range.0,
                o.range.1,
                100.0 * o.share
            );
        }
    }
    let _ = writeln!(
        s,
        "\n  Masses are those of the bands, from ∮dl/|v⊥| and from ∂A/∂E: interactions make them heavier. Without magnetic breakdown.\n  \
         ± is a third of the difference to every second point of the grid, and what another interpolation of a table changes."
    );
    s
}

/// A machine-readable summary.
pub fn orbits_json(report: &OrbitsReport) -> Value {
    let q = |q: (f64, f64), unit: &str| scalar_json(Scalar::from(q), unit);
    let first = report.header.first_band;
    let mut orbits: Vec<Value> = report
        .all()
        .map(|(at, family, o)| {
            let d = &report.found[at].direction;
            json!({
                "spin": o.spin + 1,
                "band": o.band + first,
                "kind": kind(o),
                "field_direction": d.unit,
                "lattice_direction": d.indices,
                "angle": {"value": report.degrees[at], "error": d.off_degrees, "unit": "degree"},
                "frequency": q(o.frequency, "T"),
                "cyclotron_mass": q(o.mass, "m_e"),
                "cyclotron_mass_from_areas": {"value": o.mass_from_areas, "error": o.mass.1, "unit": "m_e"},
                "curvature": o.curvature,
                "k_field": {"value": o.k_field, "error": 0.0, "unit": "1/angstrom"},
                "centre": o.centre,
                "multiplicity": o.multiplicity,
                "family": family + 1,
            })
        })
        .collect();
    for (at, found) in report.found.iter().enumerate() {
        for o in &found.open {
            orbits.push(json!({
                "spin": o.spin + 1,
                "band": o.band + first,
                "kind": "open",
                "field_direction": found.direction.unit,
                "lattice_direction": found.direction.indices,
                "angle": {"value": report.degrees[at], "error": found.direction.off_degrees, "unit": "degree"},
                "open_direction": o.along,
                "k_field_range": [o.range.0, o.range.1],
                "share_of_states": o.share,
            }));
        }
    }
    json!({
        "kind": "orbits",
        "input": report.input,
        "energy": {"value": report.energy_ev, "error": 0.0, "unit": "eV"},
        "energy_origin": report.origin,
        "spin_treatment": report.header.spin.name(),
        "mesh": report.grid,
        "seconds": report.seconds,
        "orbits": orbits,
    })
}

/// The columns of tables of numbers: name, unit, description, value, bar.
#[allow(clippy::type_complexity)]
fn columns() -> Vec<(
    &'static str,
    &'static str,
    &'static str,
    fn(&OrbitRow) -> f64,
    Option<fn(&OrbitRow) -> f64>,
)> {
    vec![
        (
            "spin",
            "",
            "spin channel, from 1",
            |o| (o.spin + 1) as f64,
            None,
        ),
        (
            "electron",
            "",
            "1 around lower energies, 0 around holes",
            |o| f64::from(u8::from(o.electron)),
            None,
        ),
        (
            "frequency",
            "T",
            "frequency of quantum oscillations",
            |o| o.frequency.0,
            Some(|o| o.frequency.1),
        ),
        (
            "cyclotron_mass",
            "m_e",
            "cyclotron mass from the dwell time",
            |o| o.mass.0,
            Some(|o| o.mass.1),
        ),
        (
            "cyclotron_mass_from_areas",
            "m_e",
            "cyclotron mass from areas at two energies",
            |o| o.mass_from_areas,
            None,
        ),
        (
            "curvature",
            "",
            "second derivative of the area along the field",
            |o| o.curvature,
            None,
        ),
        (
            "k_field",
            "1/angstrom",
            "place of the plane along the field",
            |o| o.k_field,
            None,
        ),
        (
            "multiplicity",
            "",
            "orbits of this frequency and mass",
            |o| o.multiplicity as f64,
            None,
        ),
    ]
}

/// Comma-separated values, one row an extremal orbit.
pub fn orbits_csv(report: &OrbitsReport) -> String {
    let mut s = String::from("angle_degree,field_x,field_y,field_z,band,family");
    for (name, unit, _, _, error) in columns() {
        let unit = match unit {
            "" => String::new(),
            unit => format!("_{}", unit.replace('/', "per_")),
        };
        let _ = write!(s, ",{name}{unit}");
        if error.is_some() {
            let _ = write!(s, ",{name}{unit}_error");
        }
    }
    s.push('\n');
    for (at, family, o) in report.all() {
        let d = &report.found[at].direction;
        let _ = write!(
            s,
            "{},{},{},{},{},{}",
            report.degrees[at],
            d.unit[0],
            d.unit[1],
            d.unit[2],
            o.band + report.header.first_band,
            family + 1
        );
        for (_, _, _, of, error) in columns() {
            let _ = write!(s, ",{}", of(o));
            if let Some(error) = error {
                let _ = write!(s, ",{}", error(o));
            }
        }
        s.push('\n');
    }
    s
}

/// An HDF5 result on the dimension `orbit`.
///
/// # Errors
/// Where there is no orbit to write, or dimensions and data disagree (a defect).
pub fn orbits_result(report: &OrbitsReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("orbits", command);
    let all: Vec<(usize, usize, &OrbitRow)> = report.all().collect();
    file.attribute("input", report.input.as_str())
        .attribute("input_format", report.header.provenance.format.as_str())
        .attribute("input_sha256", report.header.provenance.sha256.as_str())
        .attribute("spin_treatment", report.header.spin.name())
        .attribute("energy_ev", report.energy_ev)
        .attribute("energy_origin", report.origin.as_str());
    let numbers: Vec<f64> = (1..=all.len()).map(|i| i as f64).collect();
    file.dimension("orbit", numbers, "", "extremal orbit")?;
    let mut add =
        |name: &str, unit: &str, about: &str, of: &dyn Fn(&(usize, usize, &OrbitRow)) -> f64| {
            let values = all.iter().map(of).collect();
            file.variable(name, &["orbit"], values, unit, about)
                .map(|_| ())
        };
    let first = report.header.first_band;
    add(
        "angle",
        "degree",
        "angle of the field from the first direction",
        &|r| report.degrees[r.0],
    )?;
    for (i, axis) in ["x", "y", "z"].iter().enumerate() {
        add(
            &format!("field_{axis}"),
            "1",
            "unit vector along the field",
            &|r| report.found[r.0].direction.unit[i],
        )?;
    }
    add("band", "", "band", &|r| (r.2.band + first) as f64)?;
    add(
        "family",
        "",
        "orbits followed from direction to direction",
        &|r| (r.1 + 1) as f64,
    )?;
    for (name, unit, about, of, error) in columns() {
        let values = all.iter().map(|r| of(r.2)).collect();
        file.variable(name, &["orbit"], values, unit, about)?;
        if let Some(error) = error {
            file.error_bar(name, all.iter().map(|r| error(r.2)).collect())?;
        }
    }
    Ok(file)
}
