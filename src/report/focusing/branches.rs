//! A file's branches as waves for q → 0, as a table and JSON.

use crate::phonons::LongWave;
use crate::report::format::{scalar, scalar_json};
use crate::report::sheet::direction_words;
use crate::transport::TransportDirection;
use serde_json::{Value, json};
use std::fmt::Write;

/// Directions with their waves.
type BranchWaves = [(TransportDirection, Vec<LongWave>)];

/// Rows of columns.
pub fn table(rows: &BranchWaves) -> String {
    let mut s = String::from(
        "# branches for q -> 0, extrapolated from the points around Gamma; v_ph and v_g in m/s, angle between q and v_g in degrees, A = dOmega_q/dOmega_v (not resolved: two waves are one)\n",
    );
    for (direction, waves) in rows {
        let _ = writeln!(s, "# along {}", direction_words(direction));
        for (i, w) in waves.iter().enumerate() {
            let _ = writeln!(
                s,
                "branch {}  v_ph {:>18}  v_g {:>18}  angle {:>14}  A {:>16}",
                i + 1,
                scalar(w.phase_velocity),
                scalar(w.group_speed),
                scalar(w.power_flow_angle),
                scalar(w.enhancement)
            );
        }
    }
    s
}

/// A machine-readable summary.
pub fn json(rows: &BranchWaves) -> Value {
    let of = |(direction, waves): &(TransportDirection, Vec<LongWave>)| -> Vec<Value> {
        let one = |(i, w): (usize, &LongWave)| {
            json!({
                "direction": direction.label,
                "direction_vector": direction.unit,
                "wave": format!("branch {}", i + 1),
                "phase_velocity": scalar_json(w.phase_velocity, "m/s"),
                "group_speed": scalar_json(w.group_speed, "m/s"),
                "group_velocity": {"value": w.group_velocity, "unit": "m/s"},
                "power_flow_angle": scalar_json(w.power_flow_angle, "degree"),
                "enhancement": scalar_json(w.enhancement, "1"),
            })
        };
        waves.iter().enumerate().map(one).collect()
    };
    let rows: Vec<Value> = rows.iter().flat_map(of).collect();
    json!({"kind": "focusing", "rows": rows})
}
