//! `magneto` with dopings and mechanisms, its files and figures; orbits on the surface; properties of surfaces.

use crate::common::binary::bzint;
use crate::models::ellipsoid;
use bzint::bands::{BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::surface::{BandField, Sampled, survey};
use serde_json::Value;

fn sum_of_causes(entry: &Value, path: &[usize]) -> (f64, f64) {
    let at = |v: &Value| {
        let mut v = v.clone();
        for i in path {
            v = v[*i].clone();
        }
        v.as_f64().unwrap()
    };
    let causes = entry["error_by_cause"].as_object().unwrap();
    (causes.values().map(at).sum(), at(&entry["error"]))
}

/// The chemical potential and the weak-field σ of a doping with mechanisms are those of `transport`; bars are sums of their causes; `plot` draws the file.
#[test]
fn dopings_and_mechanisms() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (bands, results, figure) = (at("b.h5"), at("m.h5"), at("m.svg"));
    let toml = concat!(env!("CARGO_MANIFEST_DIR"), "/data/silicon.toml");
    bzint(&format!(
        "model silicon-valleys -n 32 --fermi-level=-0.1 -o {bands} -q"
    ))
    .text();
    let options = format!("--interpolate none --doping n2e20 -T 300 --scattering {toml} --json -q");
    let bulk = bzint(&format!("transport {bands} {options} --backend cpu")).json();
    let field = bzint(&format!(
        "magneto {bands} {options} -B 0.001,5 -o {results}"
    ))
    .json();
    let (t, m) = (&bulk["rows"][0], &field["rows"][0]);
    let value = |v: &Value| v["value"].as_f64().unwrap();
    let mu = (
        value(&t["chemical_potential"]),
        value(&m["chemical_potential"]),
    );
    assert!((mu.0 - mu.1).abs() < 1e-3, "{mu:?}");
    let both = |v: &Value| {
        let of = |k: &str| v["conductivity"][k][0][0].as_f64().unwrap();
        (of("value"), of("error"))
    };
    let ((a, da), (b, db)) = (both(t), both(m));
    assert!(
        (a - b).abs() <= da + db && (a / b - 1.0).abs() < 0.1,
        "{a} ± {da}, {b} ± {db}"
    );
    assert_eq!(value(&m["doping"]), 2e20);
    let (sum, bar) = sum_of_causes(&m["conductivity"], &[0, 0]);
    assert!((sum / bar - 1.0).abs() < 1e-5);
    bzint(&format!("plot {results} -o {figure} -q")).text();
    let svg = std::fs::read_to_string(&figure).unwrap();
    assert!(svg.contains("Kohler"));
    let cold = bzint(&format!("magneto {bands} --doping n1e20 -T 0"));
    assert!(cold.said().contains("at 0 K"), "{}", cold.said());
}

#[test]
fn orbits_are_drawn_from_files_and_on_the_surface() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (bands, results) = (at("b.h5"), at("o.h5"));
    bzint(&format!(
        "model simple-cubic -n 24 --fermi-level=-4 -o {bands} -q"
    ))
    .text();
    for (on, start) in [("s.png", &b"\x89PNG"[..]), ("s.html", b"<!DOCTYPE")] {
        let on = at(on);
        let call =
            format!("orbits {bands} --interpolate none --on-surface {on} -o {results} --json -q");
        let orbit = bzint(&call).json()["orbits"][0].clone();
        let (sum, bar) = sum_of_causes(&orbit["frequency"], &[]);
        assert!((sum / bar - 1.0).abs() < 1e-5);
        assert!(std::fs::read(&on).unwrap().starts_with(start));
        std::fs::remove_file(&results).unwrap();
    }
    bzint(&format!(
        "orbits {bands} --interpolate none -o {results} -q"
    ))
    .text();
    let figure = at("o.svg");
    bzint(&format!("plot {results} -o {figure} -q")).text();
    assert!(
        std::fs::read_to_string(&figure)
            .unwrap()
            .contains("k across the field")
    );
}

/// M⁻¹ of an ellipsoid is the same everywhere on its surface, ten steps from the kink of the parabola at the zone's edge.
#[test]
fn inverse_masses_of_an_ellipsoid() {
    let (a, masses) = (15.0, [0.2, 0.5, 1.1]);
    let grid = KGrid::gamma([48; 3]).unwrap();
    let lattice = Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]]).unwrap();
    let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 1);
    let f = ellipsoid(a, masses);
    let energies = (0..grid.len())
        .map(|i| f(grid.point(grid.place(i))))
        .collect();
    let bands = vec![BandField {
        spin: 0,
        band: 0,
        energies,
        lifetimes: Vec::new(),
    }];
    let found = survey(&header, &Sampled { grid, bands }, 0.04, true).unwrap();
    assert!(found[0].inverse_masses.len() > 1000);
    for m in &found[0].inverse_masses {
        for i in 0..3 {
            assert!((m[i] * masses[i] - 1.0).abs() < 1e-4, "{m:?}");
            assert!(m[3 + i].abs() < 1e-4);
        }
    }
}
