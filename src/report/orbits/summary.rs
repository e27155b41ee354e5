//! Orbits in numbers.

use super::follow::follow;
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::report::budget::Bars;
use crate::report::format::{scalar, scalar_json};
use crate::surface::vector::Vector;
use crate::surface::{Catalogue, OpenRow, OrbitRow};
use crate::transport::Scalar;
use crate::workflow::OrbitsFound;
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

impl<'a> OrbitsReport<'a> {
    /// What was found, with orbits followed from direction to direction.
    pub fn new(found: &'a OrbitsFound, header: &'a BandHeader, input: String) -> Self {
        Self {
            header,
            input,
            energy_ev: found.energy_ev,
            origin: found.origin.clone(),
            grid: found.grid,
            families: follow(&found.orbits),
            degrees: found.degrees.clone(),
            found: &found.orbits,
            seconds: found.seconds,
        }
    }

    /// Names and values for a page: the orbits of the first direction.
    pub fn page_facts(&self) -> Vec<(String, String)> {
        let first = self.all().filter(|(at, ..)| *at == 0);
        first
            .map(|(_, _, o)| {
                let name = format!("band {} {}", o.band + self.header.first_band, kind(o));
                let (f, m) = (scalar(o.frequency), scalar(o.mass));
                (name, format!("{f} T, {m} m_e"))
            })
            .collect()
    }

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

/// The attribute of the cell's volume.
pub(super) const CELL: &str = "cell_volume_angstrom3";

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
            let _ = writeln!(
                s,
                "  {:>4}  {:>4}  {:<8}  {:<24}  {:<22} {:<10.6}  {:<9.4}  {:<8.4}  {:>5}  {:>6}",
                o.spin + 1,
                o.band + report.header.first_band,
                kind(o),
                scalar(o.frequency),
                scalar(o.mass),
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
                "frequency": scalar_json(o.frequency, "T"),
                "cyclotron_mass": scalar_json(o.mass, "m_e"),
                "cyclotron_mass_from_areas": scalar_json(Scalar { value: o.mass_from_areas, ..o.mass }, "m_e"),
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

/// A column of a table of numbers.
struct Column {
    name: &'static str,
    unit: &'static str,
    about: &'static str,
    of: fn(&OrbitRow) -> Scalar,
    /// Whether it has a bar.
    barred: bool,
}

fn columns() -> [Column; 8] {
    let exact = |name, unit, about, of| Column {
        name,
        unit,
        about,
        of,
        barred: false,
    };
    let barred = |name, unit, about, of| Column {
        barred: true,
        ..exact(name, unit, about, of)
    };
    [
        exact("spin", "", "spin channel, from 1", |o| {
            Scalar::exact((o.spin + 1) as f64)
        }),
        exact(
            "electron",
            "",
            "1 around lower energies, 0 around holes",
            |o| Scalar::exact(f64::from(u8::from(o.electron))),
        ),
        barred("frequency", "T", "frequency of quantum oscillations", |o| {
            o.frequency
        }),
        barred(
            "cyclotron_mass",
            "m_e",
            "cyclotron mass from the dwell time",
            |o| o.mass,
        ),
        exact(
            "cyclotron_mass_from_areas",
            "m_e",
            "cyclotron mass from areas at two energies",
            |o| Scalar::exact(o.mass_from_areas),
        ),
        exact(
            "curvature",
            "",
            "second derivative of the area along the field",
            |o| Scalar::exact(o.curvature),
        ),
        exact(
            "k_field",
            "1/angstrom",
            "place of the plane along the field",
            |o| Scalar::exact(o.k_field),
        ),
        exact(
            "multiplicity",
            "",
            "orbits of this frequency and mass",
            |o| Scalar::exact(o.multiplicity as f64),
        ),
    ]
}

/// Comma-separated values, one row an extremal orbit.
pub fn orbits_csv(report: &OrbitsReport) -> String {
    let mut s = String::from("angle_degree,field_x,field_y,field_z,band,family");
    for Column {
        name, unit, barred, ..
    } in columns()
    {
        let unit = match unit {
            "" => String::new(),
            unit => format!("_{}", unit.replace('/', "per_")),
        };
        let _ = write!(s, ",{name}{unit}");
        if barred {
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
        for column in columns() {
            let q = (column.of)(o);
            let _ = write!(s, ",{}", q.value);
            if column.barred {
                let _ = write!(s, ",{}", q.error);
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
    if all.is_empty() && report.found.iter().all(|c| c.open.is_empty()) {
        return Err(no_orbit());
    }
    file.attribute("input", report.input.as_str())
        .attribute("input_format", report.header.provenance.format.as_str())
        .attribute("input_sha256", report.header.provenance.sha256.as_str())
        .attribute("spin_treatment", report.header.spin.name())
        .attribute("energy_ev", report.energy_ev)
        .attribute("energy_origin", report.origin.as_str())
        .attribute(CELL, report.header.lattice.volume());
    if !all.is_empty() {
        put_extremes(report, &all, &mut file)?;
    }
    put_open(report, &mut file)?;
    Ok(file)
}

/// What is said where no orbit is extremal.
pub(super) fn no_orbit() -> Error {
    Error::bad_option(
        "--output",
        "no direction has an extremal orbit: there is nothing to draw",
        "give other directions; the table and an .h5 file tell the open orbits",
    )
}

/// Extremal orbits with their curves.
fn put_extremes(
    report: &OrbitsReport,
    all: &[(usize, usize, &OrbitRow)],
    file: &mut ResultFile,
) -> Result<()> {
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
    for column in columns() {
        let all: Vec<Scalar> = all.iter().map(|r| (column.of)(r.2)).collect();
        let Column {
            name, unit, about, ..
        } = column;
        match column.barred {
            true => Bars::list(&all).put(file, name, &["orbit"], unit, about)?,
            false => {
                let values = all.iter().map(|q| q.value).collect();
                file.variable(name, &["orbit"], values, unit, about)?;
            }
        }
    }
    // The curves themselves, one behind the other.
    let points: Vec<Vector> = all
        .iter()
        .flat_map(|r| r.2.points.iter().copied())
        .collect();
    let numbers: Vec<f64> = (1..=points.len()).map(|i| i as f64).collect();
    file.dimension("point", numbers, "", "point of an orbit")?;
    file.dimension("row", &["x", "y", "z"][..], "", "Cartesian component")?;
    let counts = all.iter().map(|r| r.2.points.len() as f64).collect();
    let about = "points of the orbit, in the order of the orbits";
    file.variable("points", &["orbit"], counts, "", about)?;
    let about = "points of the orbits, one orbit behind the other";
    let points = points.into_flattened();
    file.variable("place", &["point", "row"], points, "1/angstrom", about)?;
    Ok(())
}

/// Open orbits on a dimension of their own, where there are any.
fn put_open(report: &OrbitsReport, file: &mut ResultFile) -> Result<()> {
    let open: Vec<(usize, &OpenRow)> = report
        .found
        .iter()
        .enumerate()
        .flat_map(|(at, c)| c.open.iter().map(move |o| (at, o)))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let numbers: Vec<f64> = (1..=open.len()).map(|i| i as f64).collect();
    file.dimension("open_orbit", numbers, "", "family of open orbits")?;
    let first = report.header.first_band;
    let mut add = |name: &str, unit: &str, about: &str, of: &dyn Fn(&(usize, &OpenRow)) -> f64| {
        let values = open.iter().map(of).collect();
        file.variable(name, &["open_orbit"], values, unit, about)
            .map(|_| ())
    };
    let about = "angle of the field from the first direction";
    add("open_angle", "degree", about, &|o| report.degrees[o.0])?;
    add("open_spin", "", "spin channel, from 1", &|o| {
        (o.1.spin + 1) as f64
    })?;
    add("open_band", "", "band", &|o| (o.1.band + first) as f64)?;
    for i in 0..3 {
        let name = format!("open_along_b{}", i + 1);
        let about = "reciprocal lattice vector of one round";
        add(&name, "", about, &|o| f64::from(o.1.along[i]))?;
    }
    let about = "lowest and highest place along the field";
    add("open_k_from", "1/angstrom", about, &|o| o.1.range.0)?;
    add("open_k_to", "1/angstrom", about, &|o| o.1.range.1)?;
    add("open_share", "1", "share of the band's states", &|o| {
        o.1.share
    })
}
