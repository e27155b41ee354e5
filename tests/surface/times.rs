//! Relaxation times of single states, from a file, in a magnetic field.

use crate::common::binary::bzint;
use crate::models::cubic;
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use serde_json::Value;
use std::f64::consts::PI;
use std::path::Path;

const TAU: f64 = 2e-14;

/// E = −2 Σ cos 2πu_i eV, a = 4 Å, with τ of energy and place.
fn write(path: &Path, n: usize, tau: impl Fn(f64, [f64; 3]) -> f64) {
    let grid = KGrid::gamma([n; 3]).unwrap();
    let mut header = BandHeader::new(cubic(4.0), grid, SpinTreatment::Unpolarized, 1);
    header.point_group = PointGroup::identity();
    header.fermi_level_ev = Some(-4.0);
    let points: Vec<[f64; 3]> = (0..grid.len()).map(|x| grid.point(grid.place(x))).collect();
    let energy = |u: &[f64; 3]| -2.0 * u.iter().map(|x| (2.0 * PI * x).cos()).sum::<f64>();
    let energies = points.iter().map(energy).collect();
    let times = points.iter().map(|u| tau(energy(u), *u)).collect();
    let bands = BandGrid::with_fields(header, energies, None, Some(times)).unwrap();
    bzint::io::hdf5::write(path, &bands, "a test").unwrap();
}

/// Value and bar of an entry at `path`.
fn at(v: &Value, path: &[usize]) -> (f64, f64) {
    let of = |key: &str| {
        let found = path.iter().fold(&v[key], |v, i| &v[*i]);
        found.as_f64().unwrap()
    };
    (of("value"), of("error"))
}

/// Times that depend on the energy alone are one number on each surface: at T = 0 the coefficients are those of `--tau` with that number.
#[test]
fn times_of_the_energy_are_a_constant_on_the_surface() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.h5");
    write(&path, 32, |e, _| TAU * (0.3 * (e + 4.0)).exp());
    let call = format!(
        "magneto {} --interpolate none -B 1,20 --field 001 --json -q",
        path.display()
    );
    let own = bzint(&call).json();
    let plain = bzint(&format!("{call} --tau {TAU}")).json();
    for row in 0..2 {
        let of = |all: &Value| all["rows"][row]["conductivity"].clone();
        for ij in [[0, 0], [0, 1], [2, 2]] {
            let (a, b) = (at(&of(&own), &ij).0, at(&of(&plain), &ij).0);
            println!("{row} {ij:?}: {a:e} {b:e} {:.1e}", a / b - 1.0);
            assert!((a / b - 1.0).abs() < 1e-5, "{a:e} {b:e}");
        }
    }
}

/// Times that vary along the orbits: in a weak field σ and the Hall coefficient are those of `transport` with the same file, within the bars.
#[test]
fn times_of_states_are_those_of_transport_in_a_weak_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.h5");
    write(&path, 32, |_, u| {
        TAU * (0.8 * (2.0 * PI * u[0]).cos() * (2.0 * PI * u[1]).cos()
            + 0.3 * (2.0 * PI * u[2]).cos())
        .exp()
    });
    let file = path.display();
    let field = bzint(&format!(
        "magneto {file} --interpolate none -T 300 -B 0.01 --json -q"
    ))
    .json();
    let bulk = bzint(&format!(
        "transport {file} --interpolate none -T 300 --mu 0 --backend cpu --json -q"
    ))
    .json();
    let (f, b) = (&field["rows"][0], &bulk["rows"][0]);
    for (name, there, here) in [
        (
            "conductivity",
            at(&b["conductivity"], &[0, 0]),
            at(&f["conductivity"], &[0, 0]),
        ),
        (
            "conductivity",
            at(&b["conductivity"], &[2, 2]),
            at(&f["conductivity"], &[2, 2]),
        ),
        (
            "hall",
            at(&b["hall"], &[0, 1, 2]),
            at(&f["hall_coefficient"], &[]),
        ),
    ] {
        println!("{name}: {there:?} {here:?}");
        assert!(
            (there.0 - here.0).abs() <= there.1 + here.1,
            "{name}: {there:?} {here:?}"
        );
        assert!(here.1 < 0.02 * here.0.abs() && (there.0 / here.0 - 1.0).abs() < 0.03);
    }
    // With a constant time the crystal is cubic.
    let sigma = |i: usize| at(&f["conductivity"], &[i, i]).0;
    assert!(sigma(2) / sigma(0) > 1.05);
}
