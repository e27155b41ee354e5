//! HDF5 files: what is written comes back bit for bit, and bad files and targets give one clear error.

#[path = "support/hdf5_examples.rs"]
mod examples;

use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandHeader, BandSource, BandStatistics, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::io::hdf5 as native;
use bzint::io::results::{AttributeValue, Coordinates, ResultFile};
use bzint::{Error, Result};
use examples::{full_grid, names_in, results, temporary, written};
use hdf5::types::VarLenUnicode;
use std::path::Path;

/// Every number of two sources, compared as bits, in reads of `at_once` planes.
fn assert_same_bits(a: &dyn BandSource, b: &dyn BandSource, at_once: usize) {
    let header = a.header();
    assert_eq!(header, b.header());
    assert_eq!(a.statistics(), b.statistics());
    let mut fields = vec![Field::Energy];
    fields.extend(header.has_velocities.then_some(Field::Velocity));
    fields.extend(header.has_lifetimes.then_some(Field::Lifetime));
    for field in fields {
        for spin in 0..header.n_spin() {
            for band in 0..header.n_band {
                for first in (0..header.k_grid.n[0]).step_by(at_once) {
                    let planes = at_once.min(header.k_grid.n[0] - first);
                    let len = planes * header.k_grid.plane_len() * field.components();
                    let (mut x, mut y) = (vec![-1.0; len], vec![-2.0; len]);
                    a.read_planes(field, spin, band, first, &mut x).unwrap();
                    b.read_planes(field, spin, band, first, &mut y).unwrap();
                    let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&x), bits(&y), "{field:?} {spin} {band} {first}");
                }
            }
        }
    }
}

#[test]
fn a_band_grid_comes_back_bit_for_bit_with_all_its_optional_parts() {
    let directory = temporary();
    let read = native::open(&written(&directory)).unwrap();
    for at_once in [1, 3, 4] {
        assert_same_bits(&full_grid(), &read, at_once);
    }
    assert_eq!(names_in(directory.path()), ["bands.h5"]);
}

#[test]
fn a_grid_without_any_optional_part_comes_back_too() {
    let directory = temporary();
    let path = directory.path().join("bare.h5");
    let lattice = Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
    let header = BandHeader::new(
        lattice,
        KGrid::gamma([1; 3]).unwrap(),
        SpinTreatment::Spinor,
        1,
    );
    let grid = BandGrid::new(header, vec![-0.0]).unwrap();
    native::write(&path, &grid, "").unwrap();
    assert_same_bits(&grid, &native::open(&path).unwrap(), 1);
}

#[test]
fn a_model_is_streamed_to_the_same_file_as_its_copy_in_memory() {
    let directory = temporary();
    let (silicon, lattice) = Model::silicon();
    let grid = KGrid::gamma([12, 10, 8]).unwrap();
    let model = ModelBands::new(silicon, lattice, grid, true).unwrap();
    let (streamed, loaded) = (directory.path().join("a.h5"), directory.path().join("b.h5"));
    native::write(&streamed, &model, "bzint model silicon").unwrap();
    native::write(
        &loaded,
        &BandGrid::load(&model).unwrap(),
        "bzint model silicon",
    )
    .unwrap();
    assert_same_bits(&model, &native::open(&streamed).unwrap(), 5);
    let bytes = |path| std::fs::read(path).unwrap();
    assert!(bytes(&streamed) == bytes(&loaded), "the files differ");
    // A file rewritten from itself, while it is open, is again the same.
    native::write(
        &streamed,
        &native::open(&streamed).unwrap(),
        "bzint model silicon",
    )
    .unwrap();
    assert!(bytes(&streamed) == bytes(&loaded), "the copy differs");
}

#[test]
fn planes_can_be_read_from_many_threads_at_once() {
    let directory = temporary();
    let bands = native::open(&written(&directory)).unwrap();
    let grid = full_grid();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_same_bits(&grid, &bands, 2));
        }
    });
}

/// A source that breaks after some planes, or brings a NaN.
struct Failing {
    inner: BandGrid,
    good_planes: usize,
    nan: bool,
}

impl BandSource for Failing {
    fn header(&self) -> &BandHeader {
        self.inner.header()
    }
    fn statistics(&self) -> &[BandStatistics] {
        self.inner.statistics()
    }
    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        self.inner.read_planes(field, spin, band, first, out)?;
        if band == 1 && first >= self.good_planes {
            if !self.nan {
                return Err(Error::bad_bands("plane", "the source broke", "mend it"));
            }
            out[0] = f64::NAN;
        }
        Ok(())
    }
}

#[test]
fn a_failed_write_leaves_nothing_behind_and_an_older_file_as_it_was() {
    let directory = temporary();
    let path = written(&directory);
    let before = std::fs::read(&path).unwrap();
    for (nan, expected) in [
        (false, "plane: the source broke; mend it"),
        (
            true,
            "spin 1, band 8, grid point (2, 0, 0): the energy is NaN",
        ),
    ] {
        let source = Failing {
            inner: full_grid(),
            good_planes: 2,
            nan,
        };
        for target in [path.clone(), directory.path().join("new.h5")] {
            let error = native::write(&target, &source, "").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
    assert_eq!(names_in(directory.path()), ["bands.h5"]);
    assert!(std::fs::read(&path).unwrap() == before);
    assert_same_bits(&full_grid(), &native::open(&path).unwrap(), 4);
}

#[test]
fn a_target_that_cannot_be_written_is_named_with_its_directory() {
    let directory = temporary();
    let missing = directory.path().join("no/such/place/x.h5");
    let error = native::write(&missing, &full_grid(), "").unwrap_err();
    assert!(matches!(error, Error::Io { .. }));
    let text = error.to_string();
    assert!(
        text.contains("x.h5: cannot write: no file can be created in the directory"),
        "{text}"
    );
    assert!(text.contains("make it, or choose another one"), "{text}");
    let text = native::write(directory.path(), &full_grid(), "")
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("it is a directory; give the name of a file"),
        "{text}"
    );
    assert!(names_in(directory.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_read_only_directory_is_refused_and_a_new_file_has_the_usual_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let directory = temporary();
    let path = written(&directory);
    let plain = directory.path().join("plain");
    std::fs::write(&plain, "").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), mode(&plain));
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o555)).unwrap();
    let probe = std::fs::File::create(directory.path().join("probe")).is_ok();
    let outcome = native::write(&directory.path().join("x.h5"), &full_grid(), "");
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
    if probe {
        println!("SKIPPED: this user may write into read-only directories");
        return;
    }
    let text = outcome.unwrap_err().to_string();
    assert!(
        text.contains("no file can be created in the directory"),
        "{text}"
    );
}

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
    let text = refusal(&path);
    assert!(text.contains("another program is writing it"), "{text}");
    writer.unlock().unwrap();
    native::open(&path).unwrap();
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

#[test]
fn results_come_back_as_they_were() {
    let directory = temporary();
    let path = directory.path().join("results.h5");
    results().write(&path).unwrap();
    let read = ResultFile::read(&path, Some("transport")).unwrap();
    assert_eq!(read.kind(), "transport");
    let written = results();
    for dimension in written.dimensions() {
        assert_eq!(read.get_dimension(&dimension.name), Some(dimension));
    }
    assert_eq!(read.variables().len(), 3);
    for name in ["conductivity", "fermi_level"] {
        assert_eq!(read.get(name), written.get(name));
    }
    assert!(read.get("seebeck").unwrap().data[0].is_nan());
    assert_eq!(
        read.get_attribute("blocks"),
        Some(&AttributeValue::Integer(12))
    );
    assert_eq!(
        read.get_attribute("tolerance"),
        Some(&AttributeValue::Number(1e-3))
    );
    let Coordinates::Labels(labels) = &read.get_dimension("carrier").unwrap().coordinates else {
        panic!("labels became numbers");
    };
    assert_eq!(labels[2], "löcher");
}

#[test]
fn results_of_another_kind_and_inconsistent_results_are_refused() {
    let directory = temporary();
    let path = directory.path().join("results.h5");
    results().write(&path).unwrap();
    let text = ResultFile::read(&path, Some("dos"))
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("holds `transport`, where `dos` is needed; give a file of kind `dos`"),
        "{text}"
    );
    let mut file = results();
    let refused = |outcome: Result<&mut ResultFile>| outcome.unwrap_err().to_string();
    assert!(refused(file.variable("x", &["temperature"], vec![1.0], "", "")).contains("1 values"));
    assert!(
        refused(file.variable("x", &["energy"], vec![1.0], "", ""))
            .contains("no dimension `energy`")
    );
    assert!(refused(file.variable("row", &[], vec![1.0], "", "")).contains("taken"));
    assert!(refused(file.variable("conductivity_error", &[], vec![1.0], "", "")).contains("taken"));
    assert!(refused(file.variable("a/b", &[], vec![1.0], "", "")).contains("no identifier"));
    assert!(refused(file.dimension("empty", Vec::<f64>::new(), "", "")).contains("empty"));
}
