//! Wrong files and calls: one clear sentence each.

use crate::common::binary::{Finished, command, finish};
use bzint::crystal::KGrid;
use bzint::io::phonons::write;
use bzint::phonons::model::PhononModel;
use std::path::Path;
use std::process::Output;

fn bzint(arguments: &[&str], file: &Path) -> Finished {
    finish(command().args(arguments).arg(file))
}

#[track_caller]
fn refused(output: &Output, code: i32, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    let errors: Vec<&str> = text.lines().filter(|l| l.starts_with("error:")).collect();
    assert_eq!(errors.len(), 1, "{text}");
    for word in words {
        assert!(errors[0].contains(word), "{word}: {text}");
    }
    assert!(output.stdout.is_empty());
}

fn scalar(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("scalar.h5");
    let phonons = PhononModel::Scalar
        .phonons(4.0, 10.0, KGrid::gamma([8; 3]).unwrap())
        .unwrap();
    write(&path, &phonons, "test").unwrap();
    path
}

#[test]
fn bands_and_phonons_are_not_taken_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let phonons = scalar(folder.path());
    for command in [
        "fermi",
        "dos",
        "transport",
        "landauer",
        "surface",
        "orbits",
        "magneto",
        "optimize",
        "validate",
    ] {
        refused(
            &bzint(&[command], &phonons),
            1,
            &["phonons", "bzint phonon"],
        );
    }
    let bands = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/al.nscf.xml.gz"));
    refused(
        &bzint(&["phonon"], bands),
        1,
        &["bands of electrons", "Quantum ESPRESSO"],
    );
    refused(
        &bzint(&["drag", "--density", "1e22"], bands),
        1,
        &["bands of electrons"],
    );
    // A gap of phonons, and bands that are phonons.
    refused(
        &bzint(&["superconductor", "--gap", "s:1meV"], &phonons),
        1,
        &["phonons", "bzint phonon"],
    );
    let phonon_bands = phonons.display().to_string();
    refused(
        &bzint(&["drag", "--bands", &phonon_bands, "-T", "300"], &phonons),
        1,
        &["phonons", "bzint phonon"],
    );
    refused(
        &bzint(&["focusing", "-o", "x.png", "--phonons"], bands),
        1,
        &["bands of electrons"],
    );
    let native = folder.path().join("bands.h5");
    assert!(
        bzint(&["model", "chain", "-n", "8,1,1", "-o"], &native)
            .status
            .success()
    );
    refused(&bzint(&["phonon"], &native), 1, &["bands of electrons"]);
    // What is neither is told with what is read.
    let text = folder.path().join("a.txt");
    std::fs::write(&text, "hello\n").unwrap();
    refused(&bzint(&["phonon"], &text), 1, &["no phonons", "mesh.hdf5"]);
}

#[test]
fn a_mesh_without_its_structure_is_told() {
    let Some(mesh) = crate::common::shared("phonon/NaCl/mesh_gc15.hdf5") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("mesh.hdf5");
    std::fs::copy(&mesh, &alone).unwrap();
    refused(
        &bzint(&["info"], &alone),
        1,
        &["no lattice", "phonopy.yaml"],
    );
    // The structure of another crystal.
    let yaml = "primitive_cell:\n  lattice:\n  - [ 0, 2.7, 2.7 ]\n  - [ 2.7, 0, 2.7 ]\n  - [ 2.7, 2.7, 0 ]\n  points:\n  - symbol: Si\n    coordinates: [ 0, 0, 0 ]\n    mass: 28\n";
    std::fs::write(folder.path().join("phonopy.yaml"), yaml).unwrap();
    refused(&bzint(&["phonon"], &alone), 1, &["6 branches", "1 atoms"]);
}

#[test]
fn lifetimes_and_calls_without_sense_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = scalar(folder.path());
    refused(
        &bzint(&["phonon", "--tau", "-1ps"], &path),
        2,
        &["relaxation time"],
    );
    refused(&bzint(&["phonon", "-T", "0"], &path), 2, &["0 K"]);
    refused(
        &bzint(&["phonon", "--boundary", "0nm"], &path),
        2,
        &["length"],
    );
    refused(
        &bzint(&["phonon", "--direction", "0,0,0"], &path),
        2,
        &["--direction"],
    );
    let toml = folder.path().join("rates.toml");
    for (text, word) in [
        (
            "[[umklapp]]\nb_s_per_k = -1.0\ntheta_k = 100.0\n",
            "b_s_per_k is -1",
        ),
        ("[[isotopes]]\nmass_varianc = 1e-4\n", "mass_varianc"),
        ("[[isotopes]]\n", "one of `mass_variance` and `atoms`"),
        (
            "[[isotopes]]\natoms = [\"Si\", \"Xx\"]\n",
            "natural isotopes of \"Xx\"",
        ),
        ("material = \"x\"\n", "no mechanism"),
        ("[[constant_time]]\ntau_s = 0.0\n", "tau_s is 0"),
    ] {
        std::fs::write(&toml, text).unwrap();
        let rates = toml.display().to_string();
        refused(&bzint(&["phonon", "--rates", &rates], &path), 1, &[word]);
    }
    // A file whose lifetimes are negative.
    let mut file = bzint::io::results::ResultFile::read(&path, Some("phonons")).unwrap();
    file.dimension("temperature", vec![300.0], "K", "temperature")
        .unwrap();
    let mut times = vec![1e-12; 512];
    times[7] = -1e-12;
    file.variable(
        "lifetimes",
        &["temperature", "branch", "q1", "q2", "q3"],
        times,
        "s",
        "lifetime",
    )
    .unwrap();
    let bad = folder.path().join("bad.h5");
    file.write(&bad).unwrap();
    refused(
        &bzint(&["phonon"], &bad),
        1,
        &[
            "lifetimes at 300 K, branch 1",
            "-0.000000000001 s is not positive",
        ],
    );
    refused(
        &bzint(&["phonon", "-T", "200"], &path_with_rates(folder.path())),
        2,
        &["-T", "300 K, not at 200 K"],
    );
}

fn path_with_rates(folder: &Path) -> std::path::PathBuf {
    let mut file = bzint::io::results::ResultFile::read(&scalar(folder), Some("phonons")).unwrap();
    file.dimension("temperature", vec![300.0], "K", "temperature")
        .unwrap();
    let dimensions = ["temperature", "branch", "q1", "q2", "q3"];
    file.variable("lifetimes", &dimensions, vec![1e-12; 512], "s", "lifetime")
        .unwrap();
    let path = folder.join("rates.h5");
    file.write(&path).unwrap();
    path
}

#[test]
fn superconductors_without_sense_are_told() {
    let metal = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/al.nscf.xml.gz"));
    let run = |arguments: &[&str]| {
        bzint(
            &[&["superconductor", "--backend", "cpu"], arguments].concat(),
            metal,
        )
    };
    refused(
        &run(&["--gap", "s:200eV"]),
        2,
        &["--gap", "larger than the bands"],
    );
    refused(
        &run(&["--gap", "s:1meV", "-T", "50"]),
        2,
        &["--temperature", "not below the critical temperature"],
    );
    refused(&run(&["--gap", "p:1meV"]), 2, &["tabulated:FILE"]);
    refused(&run(&["--gap", "s:0"]), 2, &["gap"]);
    let file = format!("tabulated:{}", metal.display());
    refused(&run(&["--gap", &file]), 1, &["gap", "FRMSF"]);
}
