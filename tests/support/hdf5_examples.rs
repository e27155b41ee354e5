//! Examples that the tests of HDF5 files share.
#![allow(dead_code)] // no test binary uses all of them

use bzint::bands::{BandGrid, BandHeader, Provenance, SpinTreatment};
use bzint::crystal::{Atom, KGrid, Lattice, PointGroup};
use bzint::io::hdf5 as native;
use bzint::io::results::ResultFile;
use std::path::{Path, PathBuf};

/// Two spins, three bands, a shifted grid of three different lengths, every optional part present.
pub fn full_grid() -> BandGrid {
    let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]]).unwrap();
    let k_grid = KGrid::new([4, 4, 5], [0.5, 0.5, 0.0]).unwrap();
    let mut header = BandHeader::new(lattice.clone(), k_grid, SpinTreatment::Collinear, 3);
    header.first_band = 7;
    header.fermi_level_ev = Some(0.1 + 0.2);
    header.n_electrons = Some(2.5);
    header.atoms = vec![
        Atom {
            symbol: "Sr".into(),
            position: [0.0, 0.0, 0.0],
        },
        Atom {
            symbol: "Ω1".into(),
            position: [0.5, 0.5, 1.0 / 3.0],
        },
    ];
    header.point_group = PointGroup::of_lattice(&lattice, 1e-6);
    header.provenance = Provenance {
        format: "a test".into(),
        path: "some/where.xml".into(),
        sha256: "00ff".into(),
        notes: vec!["first note".into(), "second note: E_F = ½".into()],
    };
    let points = header.n_spin_band() * k_grid.len();
    let number = |i: usize| (i as f64 * 0.7331).sin() * 3.0 + i as f64 * 1e-3;
    BandGrid::with_fields(
        header,
        (0..points).map(number).collect(),
        Some((0..3 * points).map(|i| 1e5 * number(i + 11)).collect()),
        Some((0..points).map(|i| 1e-14 * number(i).abs()).collect()),
    )
    .unwrap()
}

pub fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes `full_grid` to a file in `directory`.
pub fn written(directory: &tempfile::TempDir) -> PathBuf {
    let path = directory.path().join("bands.h5");
    native::write(&path, &full_grid(), "bzint convert x -o bands.h5").unwrap();
    path
}

pub fn names_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Results with every kind of dimension and variable.
pub fn results() -> ResultFile {
    let mut file = ResultFile::new("transport", "bzint transport bands.h5 -T 300,400");
    file.attribute("input_sha256", "00ff")
        .attribute("tolerance", 1e-3)
        .attribute("blocks", 12);
    file.dimension("temperature", vec![300.0, 400.0], "K", "temperature")
        .unwrap();
    let carriers: &[&str] = &["electrons", "holes", "löcher"];
    file.dimension("carrier", carriers, "", "kind of carrier")
        .unwrap();
    file.tensor_dimensions().unwrap();
    let tensor: Vec<f64> = (0..54).map(|i| f64::from(i) / 7.0).collect();
    let axes = ["temperature", "carrier", "row", "col"];
    file.variable(
        "conductivity",
        &axes,
        tensor.clone(),
        "S/m",
        "electrical conductivity",
    )
    .unwrap();
    file.error_bar("conductivity", tensor.iter().map(|x| 0.01 * x).collect())
        .unwrap();
    file.variable("fermi_level", &[], vec![1.5], "eV", "Fermi level")
        .unwrap();
    file.variable(
        "seebeck",
        &["temperature"],
        vec![f64::NAN, 1e-4],
        "V/K",
        "Seebeck",
    )
    .unwrap();
    file
}
