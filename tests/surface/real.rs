//! Copper, aluminium and MgB2 as band calculations have them.

use crate::common::binary::bzint;
use crate::common::shared;
use serde_json::Value;

fn number(v: &Value) -> (f64, f64) {
    (v["value"].as_f64().unwrap(), v["error"].as_f64().unwrap())
}

/// Copper's orbits (its own Wannier Hamiltonian) beside those measured: LDA differs by some per cent, at the neck by a sixth.
#[test]
fn copper_has_its_orbits() {
    let Some(copper) = shared("wannier/cu/cu_hr.dat.gz") else {
        return;
    };
    for (direction, name, kind, measured, within) in [
        ("001", "belly", "electron", 59980.0, 0.04),
        ("001", "rosette", "hole", 24600.0, 0.04),
        ("111", "belly", "electron", 58100.0, 0.04),
        ("111", "neck", "electron", 2180.0, 0.2),
        ("110", "dog's bone", "hole", 25100.0, 0.04),
    ] {
        let call = format!(
            "orbits {} --fermi-level 14.55 --mesh 48 --direction {direction} --json -q",
            copper.display()
        );
        let found = bzint(&call).json();
        let near = |o: &&Value| {
            o["kind"] == kind && (number(&o["frequency"]).0 / measured - 1.0).abs() < within
        };
        let orbit = found["orbits"].as_array().unwrap().iter().find(near);
        let orbit = orbit.unwrap_or_else(|| panic!("{direction}: no {name}"));
        let (f, bar) = number(&orbit["frequency"]);
        println!("{name} [{direction}]: {f:.1} ± {bar:.1} T, measured {measured}");
        assert!(bar < 0.01 * f && bar > 0.0);
    }
}

/// Copper's extremal orbits are the same for any planes, dense ones too: along [001] belly, rosette and, just below the plane in which the belly touches
/// the necks, the smallest orbit of electrons: there ∂A/∂k must turn round, since at the contact it diverges with the other sign. In general directions none
/// comes, goes or moves, and no open orbits are told along [001], where there are none.
#[test]
fn no_orbit_of_copper_moves_with_the_planes() {
    let Some(copper) = shared("wannier/cu/cu_hr.dat.gz") else {
        return;
    };
    let of = |words: &str, planes: usize| {
        let call = format!(
            "orbits {} --fermi-level 14.55 --mesh 32 {words} --planes {planes} --json -q",
            copper.display()
        );
        let found = bzint(&call).json()["orbits"].as_array().unwrap().clone();
        let closed = found.iter().filter(|o| o["kind"] != "open");
        let all: Vec<(f64, f64, f64)> = closed
            .map(|o| {
                let angle = o["angle"]["value"].as_f64().unwrap();
                (angle, number(&o["frequency"]).0, number(&o["frequency"]).1)
            })
            .collect();
        (all, found.iter().filter(|o| o["kind"] == "open").count())
    };
    let (plain, open) = of("--direction 001", 16);
    assert_eq!((plain.len(), open), (3, 0), "{plain:?}");
    let (middle, bar) = (plain[1].1, plain[1].2);
    println!("{middle} ± {bar} T");
    assert!((middle / 50321.3 - 1.0).abs() < 1e-3 && bar < 1e-3 * middle);
    for (words, others) in [
        ("--direction 001", vec![9, 200]),
        ("--from 001 --to 110 --angles 7", vec![9, 37]),
    ] {
        let (usual, _) = of(words, 16);
        for planes in others {
            let (dense, _) = of(words, planes);
            assert_eq!(
                usual.len(),
                dense.len(),
                "{words} {planes}: {usual:?} {dense:?}"
            );
            for (a, b) in usual.iter().zip(&dense) {
                let same = a.0 == b.0 && (a.1 / b.1 - 1.0).abs() < 1e-6;
                assert!(same, "{words} {planes}: {a:?} {b:?}");
            }
        }
    }
}

/// The bars of a 16³ table's orbits hold what a 32³ table of the same bands has at the same energy: 19 of 20, and none is off by two bars.
#[test]
fn the_bars_of_a_coarse_table_hold() {
    let files = ["qe/cu/cu.nscf.xml.gz", "qe/cu/cu.nscf32.xml.gz"].map(shared);
    let [Some(coarse), Some(fine)] = files else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let native = folder.path().join("fine.h5");
    let words = format!("convert {} -o {} -q", fine.display(), native.display());
    bzint(&words).text();
    let (mut all, mut outside) = (0, 0);
    for direction in ["001", "111", "110", "123"] {
        let of = |file: &std::path::Path| {
            let call = format!(
                "orbits {} --fermi-level 14.552 --mesh 48 --direction {direction} --json -q",
                file.display()
            );
            let found = bzint(&call).json()["orbits"].as_array().unwrap().clone();
            found
                .into_iter()
                .filter(|o| o["kind"] != "open")
                .collect::<Vec<_>>()
        };
        let (a, b) = (of(&coarse), of(&native));
        assert_eq!(a.len(), b.len());
        for (x, y) in a.iter().zip(&b) {
            for name in ["frequency", "cyclotron_mass"] {
                let ((p, bar), (q, other)) = (number(&x[name]), number(&y[name]));
                let off = (p - q).abs() / (bar + other);
                println!("[{direction}] {name}: {p} ± {bar}, 32³ {q} ± {other}, off {off:.1}");
                assert!(off < 2.0 && bar < 0.1 * p);
                all += 1;
                outside += usize::from(off > 1.0);
            }
        }
    }
    assert!(all >= 20 && 20 * outside <= all, "{outside} of {all}");
}

/// A field along [001] leaves only closed orbits of electrons, whose magnetoresistance saturates; one along [110] opens orbits: a current along [001] does not
/// saturate, one across does. Without a field σ is cubic to 1e-10.
#[test]
fn copper_has_its_magnetoresistance() {
    let Some(copper) = shared("wannier/cu/cu_hr.dat.gz") else {
        return;
    };
    let of = |field: &str| {
        let call = format!(
            "magneto {} --fermi-level 14.55 --mesh 32 --field {field} -B 0,5,10 --tau 1e-11 --json -q",
            copper.display()
        );
        bzint(&call).json()
    };
    let resistance = |all: &Value, row: usize, axis: usize| {
        all["rows"][row]["magnetoresistance"]["value"][axis]
            .as_f64()
            .unwrap()
    };
    let (plain, open) = (of("001"), of("110"));
    let ratio = |all: &Value, axis: usize| resistance(all, 2, axis) / resistance(all, 1, axis);
    assert!(ratio(&plain, 0) < 1.1, "{}", ratio(&plain, 0));
    assert!(ratio(&open, 0) < 1.1, "{}", ratio(&open, 0));
    assert!(ratio(&open, 2) > 1.8, "{}", ratio(&open, 2));
    assert!(open["open_orbits_share"][0].as_f64().unwrap() > 0.05);
    let sigma = &open["rows"][0]["conductivity"];
    let at = |i: usize, j: usize| sigma["value"][i][j].as_f64().unwrap();
    assert!((at(0, 0) / at(2, 2) - 1.0).abs() < 1e-10 && (at(0, 0) / at(1, 1) - 1.0).abs() < 1e-10);
    // Zero by symmetry, with no bar.
    assert_eq!(
        (at(0, 1), sigma["error"][0][1].as_f64().unwrap()),
        (0.0, 0.0)
    );
}

/// Landau and Peierls: what the surface encloses is the electrons of the file, at the energy that holds them.
#[test]
fn surfaces_hold_their_electrons() {
    for (file, option, electrons) in [
        ("qe/cu/cu.nscf.xml.gz", "--fermi-level electrons", 11.0),
        ("qe/al/al.nscf.xml.gz", "--fermi-level electrons", 3.0),
        (
            "vasp/IFermi_MgB2/vasprun.xml.gz",
            "--fermi-level electrons",
            14.0,
        ),
    ] {
        let Some(path) = shared(file) else {
            return;
        };
        let call = format!("surface {} {option} --json -q", path.display());
        let (found, bar) = number(&bzint(&call).json()["electrons"]);
        println!("{file}: {found} ± {bar}");
        assert!(
            (found - electrons).abs() <= bar && bar < 0.03,
            "{file}: {found} ± {bar}"
        );
    }
}

/// The same of copper's Wannier Hamiltonian at the level that holds its 11 electrons, beside the count of tetrahedra over the whole zone.
#[test]
fn copper_s_hamiltonian_holds_eleven_electrons() {
    let Some(copper) = shared("wannier/cu/cu_hr.dat.gz") else {
        return;
    };
    let file = copper.display();
    let level = "--fermi-level 14.5425";
    let surface = bzint(&format!("surface {file} {level} --mesh 48 --json -q")).json();
    let zone = bzint(&format!(
        "fermi {file} {level} --interpolate 128 --backend cpu --json -q"
    ))
    .json();
    let ((a, da), (b, db)) = (number(&surface["electrons"]), number(&zone["electrons"]));
    println!("{a} ± {da}, by tetrahedra {b} ± {db}");
    assert!((a - b).abs() <= da + db && da < 1e-4 && db < 2e-3);
    // The level is given to 1e-4 eV, 3e-5 electrons.
    assert!((a - 11.0).abs() <= da + 3e-5, "{a} ± {da}");
}

/// MgB2's surface has the area and the mean speed that IFermi finds; each spin carries half of the current.
#[test]
fn magnesium_diboride() {
    let Some(path) = shared("vasp/IFermi_MgB2/vasprun.xml.gz") else {
        return;
    };
    let found = bzint(&format!("surface {} --json -q", path.display())).json();
    let ((area, a), (speed, v)) = (number(&found["area"]), number(&found["fermi_velocity"]));
    println!("{area} ± {a}, {speed:e} ± {v:e}");
    assert!((area - 32.75).abs() <= a && a < 0.05 * area);
    // Theirs is a mean over points of a mesh.
    assert!((speed - 9.131e5).abs() <= 2.0 * v && v < 0.05 * speed);
    let call = format!(
        "magneto {} --mesh 24 -B 1e-13 --spin-resolved --json -q",
        path.display()
    );
    let row = &bzint(&call).json()["rows"][0];
    let at = |name: &str| row[name]["value"][0][0].as_f64().unwrap();
    let both = at("conductivity_up_over_tau") + at("conductivity_down_over_tau");
    assert!((both / at("conductivity_over_tau") - 1.0).abs() < 1e-9);
}
