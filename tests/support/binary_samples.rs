//! The model of `samples.rs` in binary formats: xz, HDF5, netCDF-4.

use crate::samples::{Model, Sample};
use bzint::io::OpenOptions;
use bzint::units::{BOHR_ANGSTROM, HARTREE_EV};
use lzma_rust2::{XzOptions, XzWriter};
use std::io::Write;

/// All samples of binary formats, always in the same order.
pub fn binary_samples(model: &Model) -> Vec<Sample> {
    vec![boltztrap(model), vaspout(model), abinit(model)]
}

fn sample(format: &'static str, files: Vec<(&'static str, Vec<u8>)>) -> Sample {
    Sample {
        format,
        files,
        options: OpenOptions::default(),
    }
}

/// The band data of a `.bt2`, with no coefficients behind them.
fn boltztrap(model: &Model) -> Sample {
    let list = |rows: Vec<Vec<f64>>| {
        let rows = rows.iter().map(|row| {
            let words: Vec<String> = row.iter().map(|x| format!("{x:?}")).collect();
            format!("[{}]", words.join(", "))
        });
        let rows: Vec<String> = rows.collect();
        format!(
            "{{\"BoltzTraP2_type\": \"Array\", \"array_type\": \"NumPy/float64\", \"data\": [{}]}}",
            rows.join(", ")
        )
    };
    let band = |b: usize| -> Vec<f64> {
        let k = model.wedge();
        k.iter().map(|u| model.energies(*u)[b]).collect()
    };
    let bands = list(vec![band(0), band(1)]);
    let points = list(model.wedge().into_iter().map(|u| u.to_vec()).collect());
    let [a, b, c] = model.edges;
    let cell = list(vec![
        vec![a, 0.0, 0.0],
        vec![0.0, b, 0.0],
        vec![0.0, 0.0, c],
    ]);
    let text = format!(
        "[{{\"ebands\": {bands}, \"kpoints\": {points}, \"atoms\": {{\"cell\": {cell}, \"atoms\": [{{\"symbol\": \"H\", \"position\": [0.0, 0.0, 0.0]}}]}}, \
         \"fermi\": 0.0, \"dosweight\": 2.0, \"nelect\": 2.0, \"magmom\": null}}]"
    );
    let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    sample("bt2", vec![("a.bt2", writer.finish().unwrap())])
}

/// The bytes of an HDF5 file.
fn hdf5_bytes(write: impl FnOnce(&hdf5::File)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = hdf5::File::create(&path).unwrap();
    write(&file);
    file.close().unwrap();
    std::fs::read(path).unwrap()
}

fn put(group: &hdf5::Group, name: &str, shape: &[usize], data: &[f64]) {
    let dataset = group.new_dataset::<f64>().shape(shape).create(name);
    dataset.unwrap().write_raw(data).unwrap();
}

fn words(group: &hdf5::Group, name: &str, words: &[&str]) {
    let words = words
        .iter()
        .map(|w| hdf5::types::FixedAscii::<2>::from_ascii(w).unwrap());
    let words: Vec<_> = words.collect();
    let dataset = group.new_dataset_builder().with_data(&words).create(name);
    dataset.unwrap();
}

fn diagonal([a, b, c]: [f64; 3]) -> [f64; 9] {
    [a, 0.0, 0.0, 0.0, b, 0.0, 0.0, 0.0, c]
}

fn vaspout(model: &Model) -> Sample {
    let k = model.wedge();
    let energies = k.iter().flat_map(|u| model.energies(*u));
    let energies: Vec<f64> = energies.map(|e| e * HARTREE_EV).collect();
    let bytes = hdf5_bytes(|file| {
        let results = file.create_group("results").unwrap();
        let g = results.create_group("electron_eigenvalues").unwrap();
        put(&g, "eigenvalues", &[1, k.len(), 2], &energies);
        put(&g, "kpoint_coords", &[k.len(), 3], k.as_flattened());
        put(
            &g,
            "kpoints_symmetry_weight",
            &[k.len()],
            &vec![0.1; k.len()],
        );
        put(&g, "nelectrons", &[], &[2.0]);
        let g = results.create_group("electron_dos").unwrap();
        put(&g, "efermi", &[], &[0.0]);
        let g = results.create_group("positions").unwrap();
        put(&g, "scale", &[], &[1.0]);
        put(&g, "lattice_vectors", &[3, 3], &diagonal(model.edges));
        put(&g, "position_ions", &[1, 3], &[0.0; 3]);
        put(&g, "number_ion_types", &[1], &[1.0]);
        words(&g, "ion_types", &["H"]);
    });
    sample("vaspout.h5", vec![("vaspout.h5", bytes)])
}

fn abinit(model: &Model) -> Sample {
    let k = model.wedge();
    let energies: Vec<f64> = k.iter().flat_map(|u| model.energies(*u)).collect();
    let eigenvalues = hdf5_bytes(|file| {
        put(file, "Eigenvalues", &[1, k.len(), 2], &energies);
        put(file, "Kptns", &[k.len(), 3], k.as_flattened());
    });
    let whole = hdf5_bytes(|file| {
        put(file, "eigenvalues", &[1, k.len(), 2], &energies);
        put(
            file,
            "reduced_coordinates_of_kpoints",
            &[k.len(), 3],
            k.as_flattened(),
        );
        let edges = model.edges.map(|x| x / BOHR_ANGSTROM);
        put(file, "primitive_vectors", &[3, 3], &diagonal(edges));
        put(file, "reduced_atom_positions", &[1, 3], &[0.0; 3]);
        put(file, "atom_species", &[1], &[1.0]);
        put(file, "fermi_energy", &[], &[0.0]);
        put(file, "nelect", &[], &[2.0]);
    });
    sample(
        "ABINIT",
        vec![("a_EIG.nc", eigenvalues), ("a_GSR.nc", whole)],
    )
}

/// bzint's own HDF5 file of the model.
pub fn native() -> Sample {
    let boltztrap = &crate::samples::samples()[0];
    let folder = tempfile::tempdir().unwrap();
    let bands = bzint::io::open(&boltztrap.write(folder.path()), &boltztrap.options).unwrap();
    let path = folder.path().join("bands.h5");
    bzint::io::hdf5::write(&path, bands.as_ref(), "bzint convert a.energy -o bands.h5").unwrap();
    sample(
        "bzint HDF5",
        vec![("bands.h5", std::fs::read(path).unwrap())],
    )
}
