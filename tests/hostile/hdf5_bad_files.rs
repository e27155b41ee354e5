//! Foreign, truncated, damaged and edited HDF5 files: each gives one error with path, place, value and remedy.

use crate::common::binary::{command, finish};
use crate::examples::{temporary, written};
use bzint::bands::{BandSource, Field};
use bzint::io::hdf5 as native;
use bzint::io::results::ResultFile;
use hdf5::types::VarLenUnicode;
use std::path::Path;

/// The text of the error that opening gives.
fn refusal(path: &Path) -> String {
    let text = native::open(path).unwrap_err().to_string();
    assert!(text.contains(path.to_str().unwrap()), "no path in: {text}");
    text
}

#[test]
fn files_that_are_no_band_files_are_refused_with_what_they_are() {
    let directory = temporary();
    let path = directory.path().join("x.h5");
    assert!(refusal(&path).contains("cannot open: No such file"));
    std::fs::write(&path, "k-points").unwrap();
    assert!(refusal(&path).contains("does not begin with the HDF5 signature"));
    std::fs::write(&path, "").unwrap();
    assert!(refusal(&path).contains("does not begin with the HDF5 signature"));

    let foreign = hdf5::File::create(&path).unwrap();
    foreign
        .new_dataset::<f64>()
        .shape(3)
        .create("charge_density")
        .unwrap();
    foreign.close().unwrap();
    let text = refusal(&path);
    assert!(
        text.contains("it holds charge_density") && text.contains("bzint convert"),
        "{text}"
    );

    ResultFile::new("transport", "").write(&path).unwrap();
    let text = refusal(&path);
    assert!(
        text.contains("holds `transport`, where `bands` is needed"),
        "{text}"
    );
}

#[test]
fn a_truncated_file_is_refused_when_it_is_opened() {
    let directory = temporary();
    let path = written(&directory);
    let bytes = std::fs::read(&path).unwrap();
    for part in [8, 100, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..part]).unwrap();
        let text = refusal(&path);
        assert!(
            text.contains("the file is truncated or damaged: copy it again"),
            "{part}: {text}"
        );
    }
}

/// An edit of a good file, and what the refusal must say.
type Edit = (&'static str, fn(&hdf5::File), &'static [&'static str]);

fn replace<T: hdf5::H5Type>(file: &hdf5::File, name: &str, shape: &[usize], data: &[T]) {
    file.unlink(name).unwrap();
    let dataset = file
        .new_dataset::<T>()
        .shape(shape.to_vec())
        .create(name)
        .unwrap();
    dataset.write_raw(data).unwrap();
}

fn set_attribute<T: hdf5::H5Type>(file: &hdf5::File, name: &str, value: T) {
    file.delete_attr(name).unwrap();
    file.new_attr::<T>()
        .create(name)
        .unwrap()
        .write_scalar(&value)
        .unwrap();
}

#[test]
fn damaged_and_edited_files_are_refused_with_dataset_value_and_remedy() {
    let edits: &[Edit] = &[
        (
            "missing",
            |f| f.unlink("energies").unwrap(),
            &[
                "energies: the dataset is missing",
                "convert the bands again",
            ],
        ),
        (
            "missing",
            |f| f.unlink("lattice").unwrap(),
            &["lattice: the dataset is missing"],
        ),
        (
            "missing",
            |f| f.unlink("max_step").unwrap(),
            &["max_step: the dataset is missing"],
        ),
        (
            "shape",
            |f| replace(f, "k_shift", &[2], &[0.0, 0.0]),
            &["k_shift: the shape is [2], where [3] is needed"],
        ),
        (
            "shape",
            |f| replace(f, "k_grid", &[3], &[4i64, 4, 6]),
            &["energies: the shape is [2, 3, 4, 4, 5], where [2, 3, 4, 4, 6] is needed"],
        ),
        (
            "shape",
            |f| replace(f, "rotations", &[9], &[1i64; 9]),
            &["rotations: the shape is [9]"],
        ),
        (
            "negative",
            |f| replace(f, "k_grid", &[3], &[4i64, -4, 5]),
            &["k_grid: three numbers of points are needed"],
        ),
        (
            "dtype",
            |f| replace(f, "lattice", &[3, 3], &[1f32; 9]),
            &["lattice: the type is float32, where float64 is needed"],
        ),
        (
            "dtype",
            |f| replace(f, "k_grid", &[3], &[4.0, 4.0, 5.0]),
            &["k_grid: the type is float64, where integers are needed"],
        ),
        (
            "NaN",
            |f| replace(f, "k_shift", &[3], &[0.5, f64::NAN, 0.0]),
            &["k_shift: number 1 is NaN"],
        ),
        (
            "singular",
            |f| replace(f, "lattice", &[3, 3], &[1.0; 9]),
            &["lattice:", "the lattice is singular"],
        ),
        (
            "no group",
            |f| replace(f, "rotations", &[1, 3, 3], &[2i64, 0, 0, 0, 1, 0, 0, 0, 1]),
            &["is not a rotation of this lattice"],
        ),
        (
            "zero bands",
            |f| replace::<f64>(f, "energies", &[2, 0, 4, 4, 5], &[]),
            &["the file holds 0 bands"],
        ),
        (
            "electrons",
            |f| replace(f, "n_electrons", &[], &[1e6]),
            &["1000000 electrons do not fit"],
        ),
        (
            "extremes",
            |f| replace(f, "energy_min", &[2, 3], &[99.0; 6]),
            &["of spin 1, band 7", "is impossible"],
        ),
        (
            "newer",
            |f| set_attribute(f, "bzint_schema", 2i64),
            &[
                "bzint_schema: the file has schema 2, this bzint knows up to 1; install a newer bzint",
            ],
        ),
        (
            "schema",
            |f| set_attribute(f, "bzint_schema", 0i64),
            &["0 is no schema"],
        ),
        (
            "spin",
            |f| {
                set_attribute(
                    f,
                    "spin_treatment",
                    "sideways".parse::<VarLenUnicode>().unwrap(),
                )
            },
            &["`sideways` is none of unpolarized, collinear, spinor"],
        ),
    ];
    let directory = temporary();
    for (what, edit, expected) in edits {
        let path = written(&directory);
        let file = hdf5::File::open_rw(&path).unwrap();
        edit(&file);
        file.close().unwrap();
        let text = refusal(&path);
        for part in *expected {
            assert!(text.contains(part), "{what}: `{part}` is not in: {text}");
        }
    }
}

#[test]
fn planes_that_do_not_match_the_statistics_are_refused_with_their_place() {
    let directory = temporary();
    for (name, place, value, field, expected) in [
        (
            "energies",
            vec![1, 2, 3, 1, 4],
            f64::NAN,
            Field::Energy,
            "energies, spin 2, band 9, grid point (3, 1, 4): the value [NaN] eV",
        ),
        (
            "energies",
            vec![1, 2, 3, 1, 4],
            1e3,
            Field::Energy,
            "the value [1000.0] eV is outside of",
        ),
        (
            "velocities",
            vec![1, 2, 3, 1, 4, 2],
            -1e9,
            Field::Velocity,
            "velocities, spin 2, band 9, grid point (3, 1, 4): the value [",
        ),
        (
            "lifetimes",
            vec![1, 2, 3, 1, 4],
            -1e-15,
            Field::Lifetime,
            "the value [-1e-15] s is outside of 0.0 to",
        ),
    ] {
        let path = written(&directory);
        let file = hdf5::File::open_rw(&path).unwrap();
        let point: Vec<hdf5::SliceOrIndex> =
            place.iter().map(|&i: &usize| (i..i + 1).into()).collect();
        let shape = vec![1; place.len()];
        let one = ndarray::ArrayD::from_elem(shape, value);
        file.dataset(name)
            .unwrap()
            .write_slice(&one, hdf5::Hyperslab::from(point))
            .unwrap();
        file.close().unwrap();
        let bands = native::open(&path).unwrap();
        let mut out = vec![0.0; 2 * 20 * field.components()];
        bands.read_planes(field, 1, 1, 2, &mut out).unwrap();
        let text = bands
            .read_planes(field, 1, 2, 2, &mut out)
            .unwrap_err()
            .to_string();
        assert!(text.contains(expected), "{text}");
        assert!(
            text.contains("statistics do not match; file was edited; convert again"),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_another_program_writes_is_not_called_damaged() {
    let directory = temporary();
    let path = written(&directory);
    let writer = std::fs::File::open(&path).unwrap();
    writer.lock().unwrap();
    // Tests of this project do without locks (.cargo/config.toml).
    let info = || {
        let mut bzint = command();
        bzint.arg("info").arg(&path);
        bzint.env_remove("HDF5_USE_FILE_LOCKING");
        finish(&mut bzint)
    };
    let text = info().refused();
    assert!(text.contains("another program is writing it"), "{text}");
    writer.unlock().unwrap();
    info().succeeded();
}

#[test]
fn a_damaged_chunk_is_refused_when_it_is_read() {
    let directory = temporary();
    let path = written(&directory);
    let file = hdf5::File::open(&path).unwrap();
    let chunk = file.dataset("velocities").unwrap().chunk_info(3);
    drop(file);
    let Some(chunk) = chunk else {
        println!("SKIPPED: this HDF5 does not tell where its chunks are");
        return;
    };
    let mut bytes = std::fs::read(&path).unwrap();
    for byte in &mut bytes[chunk.addr as usize..][..chunk.size as usize] {
        *byte ^= 0x5a;
    }
    std::fs::write(&path, bytes).unwrap();
    let bands = native::open(&path).unwrap();
    let (spin, band) = (chunk.offset[0] as usize, chunk.offset[1] as usize);
    let error = bands
        .read_planes(Field::Velocity, spin, band, 0, &mut [0.0; 60])
        .unwrap_err();
    assert!(
        error.to_string().contains("truncated or damaged"),
        "{error}"
    );
}
