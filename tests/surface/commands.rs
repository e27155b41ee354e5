//! `bzint surface`, `orbits` and `magneto` as a user runs them.

use crate::common::binary::bzint_in as bzint;
use serde_json::Value;
use std::path::Path;

fn json(directory: &Path, words: &str) -> Value {
    bzint(directory, &format!("{words} --json")).json()
}

/// The sentence on stderr of a call that is refused.
fn refusal(directory: &Path, words: &str) -> String {
    let out = bzint(directory, words);
    assert!(!out.status.success(), "bzint {words}");
    String::from_utf8_lossy(&out.stderr).into_owned()
}

fn model(directory: &Path) {
    let out = bzint(
        directory,
        "model simple-cubic -n 32 --lattice-constant 4 --fermi-level=-4 -o sc.h5 -q",
    );
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

fn number(v: &Value) -> (f64, f64) {
    (v["value"].as_f64().unwrap(), v["error"].as_f64().unwrap())
}

/// A pocket's carriers are the electrons of docs/physics §18 (N = 0.0568 per spin), in every way they are counted; each file of meshes holds it.
#[test]
fn a_pocket_and_its_files() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    model(d);
    let out = json(
        d,
        "surface sc.h5 --interpolate none --tau 1e-14 -o a.vtp -o a.ply -o a.obj -o a.glb -o a.html -o a.png -o a.frmsf",
    );
    let exact = 2.0 * 0.056799215571652;
    let (electrons, bar) = number(&out["electrons"]);
    assert!(
        (electrons - exact).abs() <= bar && bar < 1e-3 * exact,
        "{electrons} ± {bar}"
    );
    let sheet = &out["sheets"][0];
    assert_eq!(sheet["kind"], "electron");
    assert_eq!(sheet["euler_characteristic"], 2);
    let (carriers, bar) = number(&sheet["carriers"]);
    let exact = exact / 64e-24;
    assert!(
        (carriers - exact).abs() <= bar,
        "{carriers} ± {bar}, {exact}"
    );
    let start = |name: &str| std::fs::read(d.join(name)).unwrap();
    assert!(start("a.vtp").starts_with(b"<?xml"));
    assert!(start("a.ply").starts_with(b"ply\nformat binary_little_endian"));
    assert!(start("a.obj").starts_with(b"# surface"));
    assert!(start("a.png").starts_with(b"\x89PNG"));
    let glb = start("a.glb");
    assert!(glb.starts_with(b"glTF"));
    let length = u32::from_le_bytes(glb[8..12].try_into().unwrap());
    assert_eq!(length as usize, glb.len());
    let text = u32::from_le_bytes(glb[12..16].try_into().unwrap()) as usize;
    let head: Value = serde_json::from_slice(&glb[20..20 + text]).unwrap();
    assert_eq!(head["asset"]["version"], "2.0");
    let page = String::from_utf8(start("a.html")).unwrap();
    assert!(page.contains("webgl") && !page.contains("http"));
    // FermiSurfer's grid is read back as bands.
    let again = json(
        d,
        "surface a.frmsf --bxsf-units wannier90 --interpolate none",
    );
    assert!((number(&again["area"]).0 / number(&out["area"]).0 - 1.0).abs() < 1e-6);
}

/// The belly of docs/physics §4 with its bar, over angles, and in every form.
#[test]
fn orbits_of_a_pocket() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    model(d);
    let out = json(
        d,
        "orbits sc.h5 --interpolate none --from 001 --to 101 --angles 4 -o o.h5 -o o.csv -o o.svg -o o.png",
    );
    let orbits = out["orbits"].as_array().unwrap();
    assert_eq!(orbits.len(), 4);
    let (f, bar) = number(&orbits[0]["frequency"]);
    let exact = 4776.21876414;
    assert!(
        (f - exact).abs() <= bar && bar < 1e-3 * exact,
        "{f} ± {bar}"
    );
    assert!(
        orbits
            .iter()
            .all(|o| o["family"] == 1 && o["kind"] == "electron")
    );
    let csv = std::fs::read_to_string(d.join("o.csv")).unwrap();
    assert_eq!(csv.lines().count(), 5);
    assert!(
        std::fs::read_to_string(d.join("o.svg"))
            .unwrap()
            .contains("<circle")
    );
}

/// Magnetoresistance and Hall of the pocket at E = −4 at 300 K: rows, files, R_H of docs/physics §18 in a weak field at T = 0.
#[test]
fn transport_in_a_field() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    model(d);
    let out = json(
        d,
        "magneto sc.h5 --interpolate none -B 0.01,5 --tau 1e-14 -T 0,300 -o m.h5 --csv m.csv",
    );
    let rows = out["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    let (hall, bar) = number(&rows[0]["hall_coefficient"]);
    let exact = -17.2470121506 * 64e-30 / (2.0 * bzint::units::ELEMENTARY_CHARGE);
    assert!(
        (hall - exact).abs() <= bar + 1e-5 * exact.abs(),
        "{hall:e} ± {bar:e}, {exact:e}"
    );
    assert!(bar < 1e-2 * hall.abs());
    assert!(rows[0].get("seebeck").is_none());
    assert_eq!(rows[3]["seebeck"]["unit"], "V/K");
    assert!(rows[3]["seebeck"]["value"][0][0].as_f64().unwrap() < 0.0);
    // Per field, there is nothing without one.
    let words = "magneto sc.h5 --interpolate none -B 0,5 --tau 1e-14 -T 300 --csv none.csv";
    let rows = &json(d, words)["rows"];
    assert!(rows[0].get("hall_coefficient").is_none() && rows[0].get("nernst").is_none());
    assert!(rows[0].get("seebeck").is_some() && rows[1].get("hall_coefficient").is_some());
    let csv = std::fs::read_to_string(d.join("none.csv")).unwrap();
    let row = |i: usize| csv.lines().filter(|l| !l.starts_with('#')).nth(i).unwrap();
    assert!(row(1).contains("NaN") && !row(2).contains("NaN"), "{csv}");
    // Without τ: per τ, and fields as Bτ.
    let out = json(d, "magneto sc.h5 --interpolate none -B 5e-14");
    assert!(out["rows"][0].get("conductivity_over_tau").is_some());
    assert_eq!(out["rows"][0]["field"]["unit"], "T s");
}

#[test]
fn bad_calls_are_one_clear_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    model(d);
    let says = |words: &str, text: &str| {
        let said = refusal(d, words);
        assert!(said.contains(text), "bzint {words}\n{said}");
        assert!(!said.contains("panicked"), "{said}");
    };
    says(
        "surface sc.h5 --interpolate none --energy=-3",
        "there is no surface",
    );
    says(
        "orbits sc.h5 --interpolate none --direction 000",
        "has no direction",
    );
    says(
        "magneto sc.h5 --interpolate none --tau 0",
        "relaxation time",
    );
    says(
        "magneto sc.h5 --interpolate none --tau-per-band 1e-14,1e-14",
        "2 relaxation times, where 1 bands conduct: 1",
    );
    says(
        "orbits sc.h5 --interpolate none --max-orbits 0",
        "more than 0 extremal orbits",
    );
    says("surface sc.h5 -o a.stl", "does not say in which form");
    says(
        "orbits sc.h5 --interpolate none --from 001 --to 001",
        "parallel",
    );
    bzint(d, "model square -n 32,32,1 --fermi-level=-1 -o sq.h5 -q");
    says(
        "magneto sq.h5 --interpolate none --field 100 --tau 1e-14",
        "layer's plane",
    );
    bzint(d, "model chain -n 32,1,1 --fermi-level=-1 -o ch.h5 -q");
    says("magneto ch.h5 --interpolate none --tau 1e-14", "chain's");
    bzint(d, "model simple-cubic -n 31 --fermi-level=-1 -o odd.h5 -q");
    says("surface odd.h5 --interpolate none", "odd number of points");
}

/// docs/physics §2: silicon under a strain that lowers its [001] pair by 10, 50 and 100 meV (Ξ_u = 8.7 eV), 300 K, nondegenerate: σ along x and z beside the
/// unstrained, from the model's own valleys.
#[test]
fn a_strain_moves_electrons_between_valleys() {
    use bzint::bands::model::{Model, Strain};
    let kt = bzint::units::BOLTZMANN_EV * 300.0;
    for (lowered, x, z) in [
        (0.01, 1.04879668709, 0.902406625817),
        (0.05, 1.23806755638, 0.52386488724),
        (0.1, 1.33716831693, 0.325663366136),
    ] {
        let strain = Strain {
            strain: [0.0, 0.0, -lowered / 8.7, 0.0, 0.0, 0.0],
            dilatation_ev: 0.0,
            uniaxial_ev: 8.7,
        };
        let Model::Valleys(valleys) = Model::silicon().0.strained(&strain).unwrap() else {
            panic!("no valleys");
        };
        let (mut all, mut sigma, mut still) = (0.0, [0.0; 2], [0.0; 2]);
        for v in &valleys {
            let weight = (-v.bottom_ev / kt).exp();
            all += weight;
            for (at, i) in [0, 2].into_iter().enumerate() {
                sigma[at] += weight * v.inverse_mass[i][i];
                still[at] += v.inverse_mass[i][i] / valleys.len() as f64;
            }
        }
        for (at, exact) in [x, z].into_iter().enumerate() {
            assert!((sigma[at] / all / still[at] - exact).abs() < 1e-9);
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    // The pair, lowered by 435 meV, alone is filled, with the mass across [001] that it had.
    let out = bzint(
        d,
        "model silicon-valleys -n 48 --strain=0,0,-0.05 --deformation-potential 0,8.7 --fermi-level=-0.1 -o s.h5 -q",
    );
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let out = json(d, "orbits s.h5 --interpolate none --direction 001");
    let orbits = out["orbits"].as_array().unwrap();
    assert_eq!(orbits.len(), 2);
    for o in orbits {
        let (mass, bar) = number(&o["cyclotron_mass"]);
        assert!((mass - 0.1905).abs() <= bar + 1e-4, "{mass} ± {bar}");
    }
    let said = refusal(
        d,
        "model simple-cubic --strain 0,0,0.01 --deformation-potential 0,8.7 -o x.h5",
    );
    assert!(said.contains("has no valleys"), "{said}");
}

/// In a weak field the coefficients are those of `bzint transport`, within both bars: σ, S, κ, Hall, Nernst, and the magnetoresistance of second order.
#[test]
fn weak_fields_are_those_of_transport() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    model(d);
    let t = json(
        d,
        "transport sc.h5 --interpolate none -T 300 --mu 0 --tau 1e-14 --magnetoconductivity --backend cpu",
    );
    let m = json(
        d,
        "magneto sc.h5 --interpolate none -T 300 -B 0.001,1 --tau 1e-14",
    );
    let (t, weak, one) = (&t["rows"][0], &m["rows"][0], &m["rows"][1]);
    let agree = |what: &str, a: (f64, f64), b: (f64, f64)| {
        println!("{what}: {a:?} {b:?}");
        assert!((a.0 - b.0).abs() <= a.1 + b.1, "{what}: {a:?} {b:?}");
    };
    let at = |q: &Value, path: &[usize]| {
        let of = |key: &str| {
            let mut v = &q[key];
            for i in path {
                v = &v[*i];
            }
            v.as_f64().unwrap()
        };
        (of("value"), of("error"))
    };
    for name in ["conductivity", "seebeck", "thermal_conductivity_electronic"] {
        agree(name, at(&t[name], &[2, 2]), at(&weak[name], &[2, 2]));
    }
    agree(
        "hall",
        at(&t["hall"], &[0, 1, 2]),
        number(&weak["hall_coefficient"]),
    );
    agree("nernst", number(&t["nernst"]), number(&weak["nernst"]));
    let second = at(&t["magnetoresistance"], &[0, 2]);
    // Per T², and at 1 T the next order is (μB)² ~ 1e-5 of it.
    agree(
        "magnetoresistance",
        second,
        at(&one["magnetoresistance"], &[0]),
    );
}
