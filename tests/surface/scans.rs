//! Scans of the field's direction, times of single bands, and spinors in a field.

use crate::common::binary::bzint;
use crate::models::{cosines, cubic};
use bzint::bands::{BandHeader, SpinTreatment};
use bzint::crystal::KGrid;
use bzint::surface::{BandField, Conductor, Direction, Sampled, Times};
use serde_json::Value;

/// Turned from [001] to [100] in a cubic crystal, the resistivity of one end is that of the other with x and z exchanged, that of the middle is symmetric under
/// it, and the Hall part changes its sign with the handedness; the figure is one over the angle.
#[test]
fn a_scan_of_angles_has_the_symmetry_of_the_crystal() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (bands, results, figure) = (at("b.h5"), at("m.h5"), at("m.svg"));
    bzint(&format!(
        "model simple-cubic -n 24 --lattice-constant 4 --fermi-level=-1 -o {bands} -q"
    ))
    .text();
    let found = bzint(&format!(
        "magneto {bands} --interpolate none --from 001 --to 100 --angles 5 -B 20 --tau 1e-13 -o {results} --figure {figure} --json -q"
    ))
    .json();
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    let of = |row: usize, key: &str, i: usize, j: usize| {
        rows[row]["resistivity"][key][i][j].as_f64().unwrap()
    };
    for (a, b) in [(0, 4), (1, 3), (2, 2)] {
        let swapped = |i: usize| 2 - i;
        for i in 0..3 {
            for j in 0..3 {
                // The exchange of two axes is a mirror: the field, an axial vector, also turns round (Onsager).
                let (x, y) = (of(a, "value", i, j), of(b, "value", swapped(j), swapped(i)));
                let bars = of(a, "error", i, j) + of(b, "error", swapped(j), swapped(i));
                assert!(
                    (x - y).abs() <= bars + 1e-12 * of(a, "value", 0, 0),
                    "{a} {i}{j}: {x:e} {y:e} ± {bars:e}"
                );
            }
        }
    }
    // Along the field there is none, across it there is.
    let resistance =
        |row: usize, i: usize| rows[row]["magnetoresistance"]["value"][i].as_f64().unwrap();
    assert!(resistance(0, 2).abs() < 1e-6 && resistance(0, 0) > 0.5 && resistance(2, 2) > 0.2);
    let svg = std::fs::read_to_string(&figure).unwrap();
    assert!(svg.contains("angle") || svg.contains("°"));
    // The field's strength is a dimension of its own, no index of a tensor: tables have a row for each.
    let table = bzint(&format!("table {results} --columns hall_coefficient -q")).text();
    assert_eq!(table.matches("m.h5 |").count(), 5, "{table}");
}

/// Equal times for every band are one time for all; another for one band changes σ by that band's part.
#[test]
fn each_band_has_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let bands = folder.path().join("b.h5").display().to_string();
    bzint(&format!(
        "model silicon-valleys -n 24 --fermi-level=0.2 -o {bands} -q"
    ))
    .text();
    let sigma = |times: &str| -> Vec<f64> {
        let call = format!("magneto {bands} --interpolate none -B 0,5 {times} --json -q");
        let found = bzint(&call).json();
        let of = |row: &Value| row["conductivity"]["value"][0][0].as_f64().unwrap();
        found["rows"].as_array().unwrap().iter().map(of).collect()
    };
    let one = sigma("--tau 1e-13");
    assert_eq!(
        one,
        sigma("--tau-per-band 1e-13,1e-13,1e-13,1e-13,1e-13,1e-13")
    );
    // Without a field the six valleys, by cubic symmetry, add a sixth each.
    let twice = sigma("--tau-per-band 2e-13,1e-13,1e-13,1e-13,1e-13,1e-13");
    assert!(
        (twice[0] / one[0] - 7.0 / 6.0).abs() < 1e-3,
        "{twice:?} {one:?}"
    );
    assert!(twice[1] / one[1] < twice[0] / one[0]);
}

/// A band of spinors holds one electron a state: half of what a band of two spins carries.
#[test]
fn spinors_count_once() {
    let grid = KGrid::gamma([24; 3]).unwrap();
    let band = cosines([1.0; 3]);
    let of = |spin: SpinTreatment| {
        let header = BandHeader::new(cubic(2.0), grid, spin, 1);
        let energies = (0..grid.len())
            .map(|i| band(grid.point(grid.place(i))))
            .collect();
        let sampled = Sampled {
            grid,
            bands: vec![BandField {
                spin: 0,
                band: 0,
                energies,
                lifetimes: Vec::new(),
            }],
        };
        let conductor = Conductor::new(&header, sampled, &Times::Constant(1e-13), 12.0).unwrap();
        let direction = Direction::along(conductor.lattice(), [0, 0, 1]).unwrap();
        conductor.at_energy(-1.0, &direction, &[5.0], None).unwrap()
    };
    let (both, one) = (of(SpinTreatment::Unpolarized), of(SpinTreatment::Spinor));
    assert_eq!(both.states, 2.0 * one.states);
    for (x, y) in both.sigma[0]
        .as_flattened()
        .iter()
        .zip(one.sigma[0].as_flattened())
    {
        assert!((x - 2.0 * y).abs() <= 1e-15 * x.abs());
    }
}
