//! Elastic waves as a table and JSON.

use super::NAMES;
use crate::elastic::Wave;
use serde_json::{Value, json};
use std::fmt::Write;

/// Directions with their waves.
type ElasticWaves = [([f64; 3], [Wave; 3])];

/// Rounding of what follows from an eigenvalue problem of three, as a share.
pub(super) const ROUNDING: f64 = 1e-9;
/// Rows of columns.
pub fn table(density: f64, rows: &ElasticWaves) -> String {
    let mut s = format!(
        "# density {} kg/m^3; v_ph and v_g in m/s, angle between k and v_g in degrees, A = dOmega_k/dOmega_v (- : two waves are one)\n\
         #        direction               wave                v_ph             v_g       angle                A  sign of J\n",
        density
    );
    let shown = |x: f64, digits: usize| {
        if x.is_finite() {
            format!("{x:.digits$}")
        } else {
            "-".into()
        }
    };
    for (n, waves) in rows {
        for (name, w) in NAMES.iter().zip(waves) {
            let _ = writeln!(
                s,
                "{:8} {:8} {:8}  {name:>15}  {:14.6}  {:>14}  {:>10}  {:>15}  {:>9}",
                n[0],
                n[1],
                n[2],
                w.phase_velocity,
                shown(w.group_speed, 6),
                shown(w.power_flow_angle, 6),
                shown(w.enhancement, 9),
                w.orientation
            );
        }
    }
    s
}

/// A machine-readable summary.
pub fn json(density: f64, rows: &ElasticWaves) -> Value {
    let number = |x: f64, unit: &str| match x.is_finite() {
        true => json!({"value": x, "error": ROUNDING * x.abs(), "unit": unit}),
        false => json!({"value": null, "error": null, "unit": unit}),
    };
    let rows: Vec<Value> = rows
        .iter()
        .flat_map(|(n, waves)| {
            NAMES.iter().zip(waves).map(move |(name, w)| {
                json!({
                    "direction": n,
                    "wave": name,
                    "phase_velocity": number(w.phase_velocity, "m/s"),
                    "group_speed": number(w.group_speed, "m/s"),
                    "group_velocity": {"value": w.group_velocity.map(|x| x.is_finite().then_some(x)), "unit": "m/s"},
                    "polarization": w.polarization,
                    "power_flow_angle": number(w.power_flow_angle, "degree"),
                    "enhancement": number(w.enhancement, "1"),
                })
            })
        })
        .collect();
    json!({"kind": "focusing", "density": {"value": density, "unit": "kg/m^3"}, "rows": rows})
}
