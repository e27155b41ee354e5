//! Gap, band edges and effective masses as lines of a table and as JSON.

use super::format::{scalar, scalar_json};
use crate::bands::edges::{BandEdges, DirectGap, DirectionalMass, Edge, EdgeMass, EffectiveMass};
use serde_json::{Value, json};

/// Lines (name, text) of the table.
pub fn edges_lines(edges: &BandEdges) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut line = |name: &str, text: String| lines.push((name.to_owned(), text));
    let kind = match (edges.valence(), edges.conduction()) {
        (Some(v), Some(c)) if v.k_points.iter().any(|k| same_place(*k, c.k_points[0])) => "direct",
        _ => "indirect",
    };
    if let (Some(gap), Some(v), Some(c)) = (edges.gap_ev(), edges.valence(), edges.conduction()) {
        let on_grid = c.grid_energy_ev - v.grid_energy_ev;
        line(
            "gap",
            match edges.gap_unresolved() {
                _ if edges.may_close().is_some() => format!(
                    "0 to {:.3} eV: the bands may touch at k = {}, where the table has no point ({on_grid:.6} eV between grid points)",
                    gap.0 + gap.1,
                    edges.may_close().map_or(String::new(), point)
                ),
                None => format!(
                    "{} eV, {kind} ({on_grid:.6} eV between grid points)",
                    scalar(gap.into())
                ),
                Some(why) => {
                    format!(
                        "{:.6} eV, {kind}, without an error bar ({on_grid:.6} eV between grid points only): {}",
                        gap.0,
                        on_grid_only(why)
                    )
                }
            },
        );
    } else {
        line("gap", "the file holds no empty band".into());
    }
    if let Some(d) = edges.direct_gap() {
        line(
            "direct gap",
            format!(
                "{} at k = {}",
                energy(d.energy_ev, d.unresolved),
                point(d.k_frac)
            ),
        );
    }
    for (s, spin) in edges.spins.iter().enumerate() {
        let channel = match edges.spins.len() {
            1 => String::new(),
            _ => format!("spin {}: ", s + 1),
        };
        for (name, edge) in [
            ("valence edge", &spin.valence),
            ("conduction edge", &spin.conduction),
        ] {
            let Some(edge) = edge else { continue };
            edge_lines(edge, |i, text| match i {
                0 => line(name, format!("{channel}{text}")),
                _ => line("", text),
            });
        }
    }
    lines
}

fn edge_lines(edge: &Edge, mut line: impl FnMut(usize, String)) {
    let equal = match edge.k_points.len() {
        1 => String::new(),
        n => format!(", {n} equivalent k-points"),
    };
    line(
        0,
        format!(
            "{}, band {}, at k = {}{equal}",
            energy(edge.energy_ev, edge.unresolved),
            edge.band,
            point(edge.k_points[0])
        ),
    );
    line(
        1,
        format!(
            "on the grid {:.6} eV at k = {}",
            edge.grid_energy_ev,
            point(edge.grid_k_frac)
        ),
    );
    match &edge.mass {
        EdgeMass::Tensor(m) => {
            for p in &m.principal {
                line(
                    2,
                    format!(
                        "mass {} m_e along {}",
                        scalar(p.mass.into()),
                        axis(p.direction)
                    ),
                );
            }
            line(
                3,
                format!(
                    "mass of states {} m_e{}, of conductivity {} m_e",
                    scalar(m.dos_mass.into()),
                    match edge.k_points.len() {
                        1 => String::new(),
                        n => format!(
                            " each, {} m_e for all {n}",
                            scalar(all_valleys(m, n).into())
                        ),
                    },
                    scalar(m.conductivity_mass.into())
                ),
            );
        }
        EdgeMass::Directional(masses) => {
            line(
                2,
                format!(
                    "{} bands touch here and are warped: {}",
                    edge.touching, TOUCHING
                ),
            );
            for m in masses {
                let along = axis(m.direction);
                let text = if m.mass.0.is_finite() {
                    let mass = scalar(m.mass.into());
                    format!("band {} mass {mass} m_e along {along}", m.band)
                } else {
                    format!("band {} is flat along {along}: no finite mass", m.band)
                };
                line(3, text);
            }
        }
        EdgeMass::Unknown => line(2, UNKNOWN.into()),
    }
}

const TOUCHING: &str =
    "no mass tensor describes one; masses per direction, from one and two grid steps";
const UNKNOWN: &str = "no effective mass: the energies around are no paraboloid on this grid (flat band, kink, or too few points)";

/// An energy between grid points, or at them alone.
fn energy(energy_ev: (f64, f64), unresolved: Option<&str>) -> String {
    match unresolved {
        None => format!("{} eV", scalar(energy_ev.into())),
        Some(why) => format!("{:.6} eV at the grid points only ({why})", energy_ev.0),
    }
}

/// What leaves a value at the grid points, in words.
fn on_grid_only(why: &str) -> String {
    format!(
        "{why}, so that where the edge lies between the points, and what its energy is there, is not known"
    )
}

/// The same for programs: no error, and why.
fn energy_json(energy_ev: (f64, f64), unresolved: Option<&str>) -> Value {
    let mut out = ev(energy_ev);
    if let Some(why) = unresolved {
        out["error"] = Value::Null;
        out["note"] = json!(on_grid_only(why));
    }
    out
}

/// What `info` says in JSON: `gap`, `direct_gap`, the two edges of all spins, and those of each spin of a collinear file.
pub fn edges_json(edges: &BandEdges) -> Value {
    let mut out = json!({
        "gap": edges.gap_ev().map_or_else(
            || json!({"value": null, "unit": "eV"}),
            |gap| energy_json(gap, edges.gap_unresolved()),
        ),
        "direct_gap": direct_json(edges.direct_gap()),
        "valence_band_maximum": edge_json(edges.valence()),
        "conduction_band_minimum": edge_json(edges.conduction()),
    });
    if let (Some(k), Some((gap, bar))) = (edges.may_close(), edges.gap_ev()) {
        // From 0 to the highest that it may be.
        let (middle, low) = (0.5 * (gap + bar), 0.0);
        out["gap"] = json!({
            "value": middle,
            "error": middle,
            "low": low,
            "high": gap + bar,
            "unit": "eV",
            "may_close_at": k,
        });
    }
    if let (Some(v), Some(c)) = (edges.valence(), edges.conduction()) {
        out["gap"]["grid_value"] = json!(c.grid_energy_ev - v.grid_energy_ev);
    }
    if edges.spins.len() > 1 {
        out["spins"] = edges
            .spins
            .iter()
            .map(|s| {
                json!({
                    "direct_gap": direct_json(s.direct_gap.as_ref()),
                    "valence_band_maximum": edge_json(s.valence.as_ref()),
                    "conduction_band_minimum": edge_json(s.conduction.as_ref()),
                })
            })
            .collect();
    }
    out
}

fn ev(q: (f64, f64)) -> Value {
    scalar_json(q.into(), "eV")
}

fn direct_json(gap: Option<&DirectGap>) -> Value {
    let Some(gap) = gap else {
        return json!({"value": null, "unit": "eV"});
    };
    let mut out = energy_json(gap.energy_ev, gap.unresolved);
    out["grid_value"] = json!(gap.grid_energy_ev);
    out["k_point"] = json!(gap.k_frac);
    out
}

fn edge_json(edge: Option<&Edge>) -> Value {
    let Some(edge) = edge else {
        return json!({"value": null, "unit": "eV"});
    };
    let mut out = energy_json(edge.energy_ev, edge.unresolved);
    out["grid_value"] = json!(edge.grid_energy_ev);
    out["band"] = json!(edge.band);
    out["k_point"] = json!(edge.k_points[0]);
    out["grid_k_point"] = json!(edge.grid_k_frac);
    out["equivalent_k_points"] = json!(edge.k_points);
    out["touching_bands"] = json!(edge.touching);
    out["effective_mass"] = match &edge.mass {
        EdgeMass::Tensor(m) => mass_json(m, edge.k_points.len()),
        EdgeMass::Directional(masses) => json!({
            "directional": masses.iter().map(directional_json).collect::<Vec<_>>(),
            "note": TOUCHING,
        }),
        EdgeMass::Unknown => json!({"note": UNKNOWN}),
    };
    out
}

fn mass_json(m: &EffectiveMass, valleys: usize) -> Value {
    let mass = |q: (f64, f64)| scalar_json(q.into(), "m_e");
    json!({
        "inverse_mass": {"value": m.inverse_mass.0, "error": m.inverse_mass.1, "unit": "1/m_e"},
        "principal_masses": m.principal.iter().map(|p| {
            let mut q = mass(p.mass);
            q["direction"] = json!(p.direction);
            q
        }).collect::<Vec<_>>(),
        "dos_mass": mass(m.dos_mass),
        "dos_mass_all_valleys": mass(all_valleys(m, valleys)),
        "conductivity_mass": mass(m.conductivity_mass),
    })
}

fn directional_json(m: &DirectionalMass) -> Value {
    let mut q = scalar_json(m.mass.into(), "m_e");
    q["band"] = json!(m.band);
    q["direction"] = json!(m.direction);
    if !m.mass.0.is_finite() {
        q["note"] = json!("the band is flat along this direction: no finite mass");
    }
    q
}

/// The mass whose one paraboloid has the states of `n`: n^(2/d) times that of one.
fn all_valleys(m: &EffectiveMass, n: usize) -> (f64, f64) {
    let factor = (n as f64).powf(2.0 / m.principal.len() as f64);
    (m.dos_mass.0 * factor, m.dos_mass.1 * factor)
}

fn same_place(a: [f64; 3], b: [f64; 3]) -> bool {
    (0..3).all(|i| {
        let x = a[i] - b[i];
        (x - x.round()).abs() < 1e-4
    })
}

fn point(k: [f64; 3]) -> String {
    // No −0.
    let k = k.map(|x| (x * 1e5).round() / 1e5 + 0.0);
    format!("({:.5}, {:.5}, {:.5})", k[0], k[1], k[2])
}

fn axis(d: [f64; 3]) -> String {
    // The direction and its opposite are one axis: its largest component is shown positive.
    let largest = d.iter().fold(
        0.0,
        |m: f64, x| if x.abs() > m.abs() + 1e-9 { *x } else { m },
    );
    let d = d.map(|x| (x * largest.signum() * 1e3).round() / 1e3 + 0.0);
    format!("[{:.3} {:.3} {:.3}]", d[0], d[1], d[2])
}
