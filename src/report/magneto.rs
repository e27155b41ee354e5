//! Transport in a field as a table, JSON, CSV and an HDF5 result.

use super::format::{scalar, scientific};
use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::surface::{About, Direction, InField, Row};
use crate::transport::Scalar;
use serde_json::{Value, json};
use std::fmt::Write;

/// Results with everything that is said about them.
pub struct MagnetoReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// Fermi level, eV.
    pub fermi_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Grid of the surfaces.
    pub grid: [usize; 3],
    /// Directions of the field with their angles, degrees.
    pub angles: Vec<(Direction, f64)>,
    /// Rows: direction, temperature, chemical potential, field, the last fastest.
    pub rows: &'a [Row],
    /// What is known of each direction, temperature and chemical potential.
    pub abouts: &'a [About],
    /// Whether no relaxation time is known: conductivities per τ, fields as Bτ.
    pub per_tau: bool,
    /// Wall time, s.
    pub seconds: f64,
}

/// A quantity of a row.
enum Of {
    Tensor(fn(&InField) -> &Tensor),
    Axes(fn(&InField) -> &[f64; 3]),
    Number(fn(&InField) -> f64),
}

struct Entry {
    name: &'static str,
    /// Name, where it is per τ.
    per_tau: &'static str,
    unit: &'static str,
    unit_per_tau: &'static str,
    about: &'static str,
    /// Whether there is none at T = 0.
    thermal: bool,
    of: Of,
}

const ENTRIES: [Entry; 8] = [
    Entry {
        name: "conductivity",
        per_tau: "conductivity_over_tau",
        unit: "S/m",
        unit_per_tau: "1/(Ohm m s)",
        about: "conductivity in the field",
        thermal: false,
        of: Of::Tensor(|x| &x.conductivity),
    },
    Entry {
        name: "resistivity",
        per_tau: "resistivity_times_tau",
        unit: "Ohm m",
        unit_per_tau: "Ohm m s",
        about: "resistivity, the inverse of the conductivity",
        thermal: false,
        of: Of::Tensor(|x| &x.resistivity),
    },
    Entry {
        name: "magnetoresistance",
        per_tau: "magnetoresistance",
        unit: "1",
        unit_per_tau: "1",
        about: "(rho_ii(B) - rho_ii(0))/rho_ii(0) for currents along x, y, z",
        thermal: false,
        of: Of::Axes(|x| &x.magnetoresistance),
    },
    Entry {
        name: "hall_coefficient",
        per_tau: "hall_coefficient",
        unit: "m^3/C",
        unit_per_tau: "m^3/C",
        about: "Hall coefficient rho_yx/B for a field along z, negative for electrons",
        thermal: false,
        of: Of::Number(|x| x.hall),
    },
    Entry {
        name: "seebeck",
        per_tau: "seebeck",
        unit: "V/K",
        unit_per_tau: "V/K",
        about: "Seebeck tensor in the field",
        thermal: true,
        of: Of::Tensor(|x| &x.seebeck),
    },
    Entry {
        name: "nernst",
        per_tau: "nernst_over_tau",
        unit: "V/(K T)",
        unit_per_tau: "V/(K T s)",
        about: "Nernst coefficient S_xy/B for a field along z",
        thermal: true,
        of: Of::Number(|x| x.nernst),
    },
    Entry {
        name: "thermal_conductivity_electronic",
        per_tau: "thermal_conductivity_electronic_over_tau",
        unit: "W/(m K)",
        unit_per_tau: "W/(m K s)",
        about: "thermal conductivity of the electrons without current",
        thermal: true,
        of: Of::Tensor(|x| &x.thermal),
    },
    Entry {
        name: "lorenz",
        per_tau: "lorenz",
        unit: "W Ohm/K^2",
        unit_per_tau: "W Ohm/K^2",
        about: "Lorenz tensor kappa sigma^-1/T",
        thermal: true,
        of: Of::Tensor(|x| &x.lorenz),
    },
];

impl MagnetoReport<'_> {
    fn name(&self, e: &Entry) -> &'static str {
        if self.per_tau { e.per_tau } else { e.name }
    }

    fn unit(&self, e: &Entry) -> &'static str {
        if self.per_tau { e.unit_per_tau } else { e.unit }
    }

    fn field_unit(&self) -> &'static str {
        if self.per_tau { "T s" } else { "T" }
    }
}

/// A readable table.
pub fn magneto_table(report: &MagnetoReport) -> String {
    let mut s = String::new();
    let _ = writeln!(s, "Transport in a magnetic field of {}", report.input);
    let _ = writeln!(
        s,
        "  Fermi level  {:.6} eV ({})",
        report.fermi_ev, report.origin
    );
    let [a, b, c] = report.grid;
    let _ = writeln!(
        s,
        "  grid         {a}×{b}×{c}, orbits by lattice planes, {:.3} s",
        report.seconds
    );
    if report.per_tau {
        let _ = writeln!(
            s,
            "  no relaxation time is known: sigma is sigma/tau, kappa is kappa/tau, and B is B tau in T s"
        );
    }
    let unit = report.field_unit();
    let mut last = (usize::MAX, f64::NAN, f64::NAN);
    let mut state = 0;
    for r in report.rows {
        let here = (r.direction, r.temperature_k, r.mu_ev);
        if here != last {
            last = here;
            let (d, degrees) = &report.angles[r.direction];
            let [u, v, w] = d.indices;
            let _ = writeln!(
                s,
                "\n  B along {u} a1 + {v} a2 + {w} a3 ({:.4}, {:.4}, {:.4}), {degrees:.2}°; T = {} K, mu - E_F = {:.4} eV",
                d.unit[0],
                d.unit[1],
                d.unit[2],
                r.temperature_k,
                r.mu_ev - report.fermi_ev
            );
            if let Some(about) = report.abouts.get(state) {
                let _ = writeln!(
                    s,
                    "  {} orbits, {:.2} % of the states on open ones; planes and triangles agree to {:.1e}",
                    about.central.orbits,
                    100.0 * about.central.open,
                    about.planes_against_surface
                );
            }
            state += 1;
            let _ = writeln!(
                s,
                "  {:>10}  {:<24} {:<24} {:<24} {:<22} {:<22} {:<24}",
                format!("B {unit}"),
                "sigma_xx",
                "sigma_xy",
                "sigma_zz",
                "MR_xx",
                "MR_zz",
                "R_H m^3/C"
            );
        }
        let q = |of: fn(&InField) -> f64| Scalar::from((of(&r.value), of(&r.error)));
        let _ = writeln!(
            s,
            "  {:>10}  {:<24} {:<24} {:<24} {:<22} {:<22} {:<24}",
            format!("{}", r.field_t),
            scientific(q(|x| x.conductivity[0][0])),
            scientific(q(|x| x.conductivity[0][1])),
            scientific(q(|x| x.conductivity[2][2])),
            scalar(q(|x| x.magnetoresistance[0])),
            scalar(q(|x| x.magnetoresistance[2])),
            scientific(q(|x| x.hall)),
        );
    }
    if report.rows.iter().any(|r| r.temperature_k > 0.0) {
        let _ = writeln!(
            s,
            "\n  {:>8}  {:>9}  {:>10}  {:<24} {:<24} {:<24} {:<24}",
            "T K",
            "mu eV",
            format!("B {unit}"),
            "S_xx V/K",
            "S_xy V/K",
            "Nernst V/(K T)",
            "kappa_xx W/(m K)"
        );
        for r in report.rows.iter().filter(|r| r.temperature_k > 0.0) {
            let q =
                |of: fn(&InField) -> f64| scientific(Scalar::from((of(&r.value), of(&r.error))));
            let _ = writeln!(
                s,
                "  {:>8}  {:>9.4}  {:>10}  {:<24} {:<24} {:<24} {:<24}",
                r.temperature_k,
                r.mu_ev - report.fermi_ev,
                r.field_t,
                q(|x| x.seebeck[0][0]),
                q(|x| x.seebeck[0][1]),
                q(|x| x.nernst),
                q(|x| x.thermal[0][0])
            );
        }
    }
    let _ = writeln!(
        s,
        "\n  Semiclassical, without magnetic breakdown, Berry curvature and Landau levels. Full tensors: --json, -o OUT.h5 or --csv OUT.csv."
    );
    s
}

/// A machine-readable summary.
pub fn magneto_json(report: &MagnetoReport) -> Value {
    let rows: Vec<Value> = report
        .rows
        .iter()
        .map(|r| {
            let (d, degrees) = &report.angles[r.direction];
            let mut row = json!({
                "temperature": {"value": r.temperature_k, "error": 0.0, "unit": "K"},
                "chemical_potential": {"value": r.mu_ev, "error": 0.0, "unit": "eV"},
                "field": {"value": r.field_t, "error": 0.0, "unit": report.field_unit()},
                "field_direction": d.unit,
                "lattice_direction": d.indices,
                "angle": {"value": degrees, "error": d.off_degrees, "unit": "degree"},
            });
            for e in &ENTRIES {
                if e.thermal && r.temperature_k == 0.0 {
                    continue;
                }
                let (value, error) = match e.of {
                    Of::Tensor(of) => (json!(of(&r.value)), json!(of(&r.error))),
                    Of::Axes(of) => (json!(of(&r.value)), json!(of(&r.error))),
                    Of::Number(of) => (json!(of(&r.value)), json!(of(&r.error))),
                };
                row[report.name(e)] =
                    json!({"value": value, "error": error, "unit": report.unit(e)});
            }
            row
        })
        .collect();
    json!({
        "kind": "magneto",
        "input": report.input,
        "fermi_level": {"value": report.fermi_ev, "error": 0.0, "unit": "eV"},
        "fermi_level_origin": report.origin,
        "spin_treatment": report.header.spin.name(),
        "mesh": report.grid,
        "seconds": report.seconds,
        "open_orbits_share": report.abouts.iter().map(|a| a.central.open).collect::<Vec<_>>(),
        "planes_against_surface": report.abouts.iter().map(|a| a.planes_against_surface).collect::<Vec<_>>(),
        "symmetry_removed": report.abouts.iter().map(|a| a.asymmetry).collect::<Vec<_>>(),
        "rows": rows,
    })
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
    for e in &ENTRIES {
        let name = report.name(e);
        let names: Vec<String> = match e.of {
            Of::Tensor(_) => (0..9)
                .map(|i| format!("{name}_{}{}", axes[i / 3], axes[i % 3]))
                .collect(),
            Of::Axes(_) => axes.iter().map(|a| format!("{name}_{a}{a}")).collect(),
            Of::Number(_) => vec![name.to_owned()],
        };
        for name in names {
            head.push(name.clone());
            head.push(format!("{name}_error"));
        }
    }
    let mut s = head.join(",") + "\n";
    for r in report.rows {
        let (d, degrees) = &report.angles[r.direction];
        let mut cells = vec![
            *degrees,
            d.unit[0],
            d.unit[1],
            d.unit[2],
            r.temperature_k,
            r.mu_ev,
            r.field_t,
        ];
        for e in &ENTRIES {
            let none = e.thermal && r.temperature_k == 0.0;
            let mut both = |value: f64, error: f64| {
                cells.extend(if none { [f64::NAN; 2] } else { [value, error] });
            };
            match e.of {
                Of::Tensor(of) => {
                    for (v, x) in of(&r.value)
                        .iter()
                        .flatten()
                        .zip(of(&r.error).iter().flatten())
                    {
                        both(*v, *x);
                    }
                }
                Of::Axes(of) => {
                    for (v, x) in of(&r.value).iter().zip(of(&r.error)) {
                        both(*v, *x);
                    }
                }
                Of::Number(of) => both(of(&r.value), of(&r.error)),
            }
        }
        let text: Vec<String> = cells.iter().map(|x| format!("{x:e}")).collect();
        s += &(text.join(",") + "\n");
    }
    s
}

/// An HDF5 result: every coefficient on direction × temperature × chemical potential × field.
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
    let once = |of: fn(&Row) -> f64| {
        let mut all: Vec<f64> = Vec::new();
        for r in report.rows {
            if !all.contains(&of(r)) {
                all.push(of(r));
            }
        }
        all
    };
    let (t, mu, b) = (
        once(|r| r.temperature_k),
        once(|r| r.mu_ev),
        once(|r| r.field_t),
    );
    let angles: Vec<f64> = report.angles.iter().map(|a| a.1).collect();
    let directions: Vec<f64> = report.angles.iter().flat_map(|a| a.0.unit).collect();
    file.dimension(
        "angle",
        angles,
        "degree",
        "angle of the field from the first direction",
    )?;
    file.dimension("temperature", t, "K", "temperature")?;
    file.dimension("chemical_potential", mu, "eV", "chemical potential")?;
    file.dimension("field", b, report.field_unit(), "magnetic field")?;
    file.tensor_dimensions()?;
    file.variable(
        "field_direction",
        &["angle", "row"],
        directions,
        "1",
        "unit vector along the field",
    )?;
    let base = ["angle", "temperature", "chemical_potential", "field"];
    for e in &ENTRIES {
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        let mut dimensions = base.to_vec();
        for r in report.rows {
            let none = e.thermal && r.temperature_k == 0.0;
            let keep = |x: f64| if none { f64::NAN } else { x };
            match e.of {
                Of::Tensor(of) => {
                    values.extend(of(&r.value).iter().flatten().map(|x| keep(*x)));
                    errors.extend(of(&r.error).iter().flatten().map(|x| keep(*x)));
                }
                Of::Axes(of) => {
                    values.extend(of(&r.value).map(keep));
                    errors.extend(of(&r.error).map(keep));
                }
                Of::Number(of) => {
                    values.push(keep(of(&r.value)));
                    errors.push(keep(of(&r.error)));
                }
            }
        }
        match e.of {
            Of::Tensor(_) => dimensions.extend(["row", "col"]),
            Of::Axes(_) => dimensions.push("row"),
            Of::Number(_) => {}
        }
        file.variable(report.name(e), &dimensions, values, report.unit(e), e.about)?;
        file.error_bar(report.name(e), errors)?;
    }
    Ok(file)
}
