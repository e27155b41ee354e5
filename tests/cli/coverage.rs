//! `bzint validate --table`: whether the bars of a file's own bands hold, by every second point.

use crate::common::binary::bzint;
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

/// Copper: every quantity is there with its numbers, nearly all inside, and none of a bar that is nothing but wide.
#[test]
fn bars_of_copper_hold_from_every_second_point() {
    let call = format!("validate --table {DATA}/cu.nscf.xml.gz -T 300 -q --json");
    let found = bzint(&call).json();
    assert_eq!(found["half_grid"], serde_json::json!([8, 8, 8]));
    assert_eq!(found["grid"], serde_json::json!([16, 16, 16]));
    let all: Vec<&Value> = found["quantities"].as_array().unwrap().iter().collect();
    let count = |key: &str| all.iter().map(|q| q[key].as_u64().unwrap()).sum::<u64>();
    let (values, inside) = (count("values"), count("inside"));
    println!("{inside} of {values}");
    assert!(values > 100 && inside as f64 >= 0.95 * values as f64);
    for name in [
        "conductivity_over_tau",
        "seebeck",
        "hall",
        "fermi: density_of_states",
    ] {
        let own = all.iter().find(|q| q["name"] == name).unwrap();
        let width = own["median_relative_bar"].as_f64().unwrap();
        assert!(width > 0.0, "{own}");
    }
}

#[test]
fn what_holds_is_a_table_to_read() {
    let folder = tempfile::tempdir().unwrap();
    let cubic = folder.path().join("cubic.h5").display().to_string();
    bzint(&format!("model simple-cubic -n 12 -o {cubic} -q")).text();
    let text = bzint(&format!(
        "validate --table {cubic} --fermi-level 0.3 -T 300 -q"
    ))
    .text();
    assert!(text.contains("6×6×6 k-points against those from 12×12×12"));
    assert!(text.contains("fermi: density_of_states"), "{text}");
}

#[test]
fn grids_without_every_second_point_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("odd.h5").display().to_string();
    bzint(&format!("model simple-cubic -n 9 -o {odd} -q")).text();
    let refused = bzint(&format!("validate --table {odd}"));
    let refusal = refused.said();
    assert_eq!(refused.code(), Some(2), "{refusal}");
    assert!(
        refusal.contains("9×9×9") && refusal.contains("even number"),
        "{refusal}"
    );
}
