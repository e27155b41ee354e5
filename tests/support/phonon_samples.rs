//! Small files of every phonon format: three scalar branches of a simple cubic crystal of one atom, a = 5 Å,
//! ν_s² = (s ν₀)² (3 − Σ cos 2πu), ν₀ = 2 THz, on 4³ q-points, with lifetimes of 1 ps ν₀²/ν².
#![allow(dead_code)]

use crate::samples::Sample;
use bzint::crystal::KGrid;
use bzint::io::OpenOptions;
use bzint::phonons::model::PhononModel;
use std::f64::consts::PI;
use std::fmt::Write;

const N: usize = 4;
const A: f64 = 5.0;
/// THz.
const NU: f64 = 2.0;

/// One q-point of each orbit of the cubic group, with its weight.
fn wedge() -> Vec<([f64; 3], usize)> {
    let mut all: Vec<([usize; 3], usize)> = Vec::new();
    for p in 0..N * N * N {
        let mut j = [p / (N * N), p / N % N, p % N].map(|x| x.min(N - x));
        j.sort_unstable();
        match all.iter_mut().find(|(k, _)| *k == j) {
            Some((_, count)) => *count += 1,
            None => all.push((j, 1)),
        }
    }
    all.into_iter()
        .map(|(j, w)| (j.map(|x| x as f64 / N as f64), w))
        .collect()
}

/// THz and THz·Å of branch `s`, 1 to 3.
fn mode(q: [f64; 3], s: usize) -> (f64, [f64; 3]) {
    let nu0 = NU * s as f64;
    let root = q
        .iter()
        .map(|u| 1.0 - (2.0 * PI * u).cos())
        .sum::<f64>()
        .sqrt();
    // ∂ω/∂q in THz·Å with ω = 2πν and q with 2π.
    let slope = |u: f64| {
        if root > 0.0 {
            2.0 * PI * nu0 * A * (2.0 * PI * u).sin() / (2.0 * root)
        } else {
            0.0
        }
    };
    (nu0 * root, q.map(slope))
}

/// γ in THz: 1/τ = 4πγ.
fn gamma(nu: f64) -> f64 {
    (nu / NU).powi(2) / (4.0 * PI)
}

fn yaml() -> Vec<u8> {
    format!(
        "phonopy:\n  version: \"2.20\"\n\nphysical_unit:\n  length: \"angstrom\"\n\nprimitive_cell:\n  lattice:\n  - [ {A}, 0.0, 0.0 ] # a\n  - [ 0.0, {A}, 0.0 ] # b\n  - [ 0.0, 0.0, {A} ] # c\n  points:\n  - symbol: Po # 1\n    coordinates: [ 0.0, 0.0, 0.0 ]\n    mass: 209.0\n\nunit_cell:\n"
    )
    .into_bytes()
}

fn hdf5_bytes(write: impl FnOnce(&hdf5::File)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = hdf5::File::create(&path).unwrap();
    write(&file);
    file.close().unwrap();
    std::fs::read(path).unwrap()
}

fn put(file: &hdf5::File, name: &str, shape: &[usize], data: &[f64]) {
    let dataset = file.new_dataset::<f64>().shape(shape).create(name);
    dataset.unwrap().write_raw(data).unwrap();
}

fn sample(format: &'static str, files: Vec<(&'static str, Vec<u8>)>) -> Sample {
    Sample {
        format,
        files,
        options: OpenOptions::default(),
    }
}

fn modes() -> Vec<(f64, [f64; 3])> {
    wedge()
        .iter()
        .flat_map(|(q, _)| (1..=3).map(|s| mode(*q, s)))
        .collect()
}

fn common(file: &hdf5::File) {
    let (wedge, modes) = (wedge(), modes());
    let n = wedge.len();
    let q: Vec<f64> = wedge.iter().flat_map(|(q, _)| *q).collect();
    let weights: Vec<f64> = wedge.iter().map(|(_, w)| *w as f64).collect();
    put(file, "mesh", &[3], &[N as f64; 3]);
    put(file, "qpoint", &[n, 3], &q);
    put(file, "weight", &[n], &weights);
    put(
        file,
        "frequency",
        &[n, 3],
        &modes.iter().map(|m| m.0).collect::<Vec<_>>(),
    );
    put(
        file,
        "group_velocity",
        &[n, 3, 3],
        &modes.iter().flat_map(|m| m.1).collect::<Vec<_>>(),
    );
}

/// phonopy's HDF5 mesh with its structure.
fn mesh() -> Sample {
    sample(
        "mesh.hdf5",
        vec![("mesh.hdf5", hdf5_bytes(common)), ("phonopy.yaml", yaml())],
    )
}

/// phonopy's YAML mesh.
fn mesh_yaml() -> Sample {
    let mut s = format!(
        "mesh: [ {N}, {N}, {N} ]\nnqpoint: {}\nnatom: 1\nlattice:\n- [ {A}, 0.0, 0.0 ]\n- [ 0.0, {A}, 0.0 ]\n- [ 0.0, 0.0, {A} ]\npoints:\n- symbol: Po\n  coordinates: [ 0.0, 0.0, 0.0 ]\n  mass: 209.0\n\nphonon:\n",
        wedge().len()
    );
    for (q, w) in wedge() {
        let _ = writeln!(
            s,
            "- q-position: [ {}, {}, {} ]\n  weight: {w}\n  band:",
            q[0], q[1], q[2]
        );
        for b in 1..=3 {
            let (nu, v) = mode(q, b);
            let _ = writeln!(
                s,
                "  - # {b}\n    frequency: {nu:.9}\n    group_velocity: [ {:.7}, {:.7}, {:.7} ]",
                v[0], v[1], v[2]
            );
        }
    }
    sample("mesh.yaml", vec![("mesh.yaml", s.into_bytes())])
}

/// phono3py's linewidths at two temperatures, with isotopes and boundaries.
fn kappa() -> Sample {
    let bytes = hdf5_bytes(|file| {
        common(file);
        let modes = modes();
        let gammas: Vec<f64> = [1.0, 2.0]
            .iter()
            .flat_map(|f| modes.iter().map(move |m| f * gamma(m.0)))
            .collect();
        put(file, "temperature", &[2], &[150.0, 300.0]);
        put(file, "gamma", &[2, modes.len() / 3, 3], &gammas);
        put(
            file,
            "gamma_isotope",
            &[modes.len() / 3, 3],
            &vec![0.0; modes.len()],
        );
        put(file, "boundary_mfp", &[], &[1e6]);
        // As of the direct solution: κ of both ways.
        put(file, "kappa", &[2, 6], &[2.0; 12]);
        put(file, "kappa_RTA", &[2, 6], &[1.0; 12]);
    });
    sample(
        "kappa.hdf5",
        vec![("kappa-m444.hdf5", bytes), ("phono3py.yaml", yaml())],
    )
}

/// ShengBTE's tables.
fn shengbte() -> Sample {
    let wedge = wedge();
    let mut omega = String::new();
    for (q, _) in &wedge {
        let of = |s: usize| format!("{:.10e} ", 2.0 * PI * mode(*q, s).0);
        let _ = writeln!(omega, "{}", (1..=3).map(of).collect::<String>());
    }
    let (mut points, mut v, mut w) = (String::new(), String::new(), String::new());
    for p in 0..N * N * N {
        // The first index is the fastest.
        let j = [p % N, p / N % N, p / (N * N)];
        let mut of = j.map(|x| x.min(N - x) as f64 / N as f64);
        of.sort_by(f64::total_cmp);
        let own = wedge.iter().position(|(q, _)| *q == of).unwrap() + 1;
        let u = j.map(|x| x as f64 / N as f64);
        let _ = writeln!(points, "{} {own} {} {} {}", p + 1, u[0], u[1], u[2]);
    }
    for s in 1..=3 {
        for p in 0..N * N * N {
            let u = [p % N, p / N % N, p / (N * N)].map(|x| x as f64 / N as f64);
            let slope = mode(u, s).1.map(|x| 0.1 * x);
            let _ = writeln!(v, "{:.10e} {:.10e} {:.10e}", slope[0], slope[1], slope[2]);
        }
        for (q, _) in &wedge {
            let nu = mode(*q, s).0;
            let _ = writeln!(w, "{:.10e} {:.10e}", 2.0 * PI * nu, 8.0 * PI * gamma(nu));
        }
    }
    let control = format!(
        "&allocations\n nelements=1, natoms=1, ngrid(:)={N} {N} {N}\n&end\n&crystal\n lfactor=0.1,\n lattvec(:,1)={A} 0 0,\n lattvec(:,2)=0 {A} 0,\n lattvec(:,3)=0 0 {A},\n elements=\"Po\"\n types=1\n positions(:,1)=0 0 0\n&end\n&parameters\n T=300\n&end\n"
    );
    sample(
        "ShengBTE",
        vec![
            ("BTE.omega", omega.into_bytes()),
            ("BTE.qpoints_full", points.into_bytes()),
            ("BTE.v_full", v.into_bytes()),
            ("BTE.w", w.into_bytes()),
            ("CONTROL", control.into_bytes()),
        ],
    )
}

/// bzint's own, of one scalar branch.
fn native() -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phonons.h5");
    let phonons = PhononModel::Scalar
        .phonons(A, NU, KGrid::gamma([N; 3]).unwrap())
        .unwrap();
    bzint::io::phonons::write(&path, &phonons, "bzint model scalar-phonons").unwrap();
    sample(
        "native phonons",
        vec![("phonons.h5", std::fs::read(path).unwrap())],
    )
}

/// All of them; the first four hold the same phonons.
pub fn phonon_samples() -> Vec<Sample> {
    vec![mesh(), mesh_yaml(), kappa(), shengbte(), native()]
}
