//! HDF5 files: what is written comes back bit for bit, and bad targets give one clear error.

use crate::examples::{full_grid, names_in, results, temporary, written};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandHeader, BandSource, BandStatistics, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::io::hdf5 as native;
use bzint::io::results::{AttributeValue, Coordinates, ResultFile};
use bzint::{Error, Result};
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
