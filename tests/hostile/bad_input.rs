//! What is wrong with an input is said in one clear sentence, whatever the format: files that are cut, swapped or missing, energies
//! that are no numbers, a lattice that is none or of another crystal, a k-point left out. Quantum ESPRESSO's XML, Wannier90's files
//! and bzint's own HDF5 have more of this in `qe_xml.rs`, `readers_wannier.rs` and `hdf5_bad_files.rs`.

use crate::samples::{Model, Sample};
use bzint::bands::{BandGrid, BandSource};
use bzint::io;
use std::path::Path;

fn all(model: &Model) -> Vec<Sample> {
    let mut list = crate::samples::samples_of(model);
    list.extend(crate::binary_samples::binary_samples(model));
    list
}

fn load(path: &Path, sample: &Sample) -> bzint::Result<BandGrid> {
    BandGrid::load(io::open(path, &sample.options)?.as_ref())
}

/// The sentence of the refusal: one line that names the file (or one beside it), what is wrong and what to do.
fn refusal(path: &Path, sample: &Sample, fault: &str) -> String {
    let error = match load(path, sample) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{}: {fault}: accepted", sample.format),
    };
    let folder = path.parent().unwrap().display().to_string();
    println!("{}: {fault}: {}", sample.format, error.replace(&folder, ""));
    assert!(
        error.contains(&folder),
        "{fault}: no file is named: {error}"
    );
    assert!(!error.contains('\n') && error.contains("; "), "{error}");
    assert!(error.chars().count() < 900, "{error}");
    assert!(!error.contains("internal error"), "{error}");
    error
}

/// Writes the sample and gives the refusal of its opening.
fn refused(sample: &Sample, fault: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = sample.write(folder.path());
    refusal(&path, sample, fault)
}

#[test]
fn a_file_that_is_cut_at_any_tenth_is_refused() {
    let mut list = all(&Model::default());
    list.push(crate::samples::wannier90());
    list.push(crate::binary_samples::native());
    for sample in list {
        let folder = tempfile::tempdir().unwrap();
        let main = sample.write(folder.path());
        assert!(load(&main, &sample).is_ok(), "{}", sample.format);
        for (i, (name, whole)) in sample.files.iter().enumerate() {
            for tenth in 0..10 {
                let cut = &whole[..whole.len() * tenth / 10];
                std::fs::write(folder.path().join(name), cut).unwrap();
                let fault = format!("{name} cut at {tenth}/10");
                if i == 0 {
                    refusal(&main, &sample, &fault);
                } else if let Ok(bands) = load(&main, &sample) {
                    // The end of a companion may hold nothing of use, or be missed with a note.
                    println!(
                        "{}: {fault}: {:?}",
                        sample.format,
                        bands.header().provenance.notes
                    );
                } else {
                    refusal(&main, &sample, &fault);
                }
            }
            std::fs::write(folder.path().join(name), whole).unwrap();
        }
    }
}

#[test]
fn files_under_each_others_names_are_refused() {
    for sample in all(&Model::default()) {
        // A whole _GSR.nc under the name of an _EIG.nc is read for what it is.
        let needs_names = sample.format != "ABINIT";
        for other in (1..sample.files.len()).filter(|_| needs_names) {
            let folder = tempfile::tempdir().unwrap();
            let main = sample.write(folder.path());
            let (a, b) = (&sample.files[0], &sample.files[other]);
            std::fs::write(folder.path().join(a.0), &b.1).unwrap();
            std::fs::write(folder.path().join(b.0), &a.1).unwrap();
            refusal(&main, &sample, &format!("{} and {} swapped", a.0, b.0));
        }
    }
}

#[test]
fn an_energy_that_is_no_number_is_refused_at_its_place() {
    for sample in all(&Model {
        nan: true,
        ..Model::default()
    }) {
        let error = refused(&sample, "NaN");
        let place = ["NaN", "line ", "k-point"]
            .iter()
            .any(|word| error.contains(word));
        assert!(place, "{error}");
    }
}

#[test]
fn a_missing_companion_is_named_or_noted() {
    for sample in all(&Model::default()) {
        for (name, _) in &sample.files[1..] {
            let folder = tempfile::tempdir().unwrap();
            let main = sample.write(folder.path());
            std::fs::remove_file(folder.path().join(name)).unwrap();
            let ending = name.split(['.', '_']).next_back().unwrap();
            let said = match load(&main, &sample) {
                Ok(bands) => bands.header().provenance.notes.join(" "),
                // Without its .cell CASTEP's wedge is only not completed.
                Err(_) if name.ends_with(".cell") => continue,
                Err(_) => refusal(&main, &sample, &format!("{name} missing")),
            };
            assert!(
                said.contains(ending) || said.contains("OUT"),
                "{}: {name}: {said}",
                sample.format
            );
        }
    }
}

#[test]
fn a_lattice_without_volume_is_refused() {
    for sample in all(&Model {
        edges: [5.0, 5.0, 0.0],
        ..Model::default()
    }) {
        let error = refused(&sample, "no volume");
        let named = ["lattice", "singular", "vector"]
            .iter()
            .any(|word| error.contains(word));
        assert!(named, "{error}");
    }
}

/// A cubic wedge does not fill the zone of a tetragonal lattice. Formats that list every k-point cannot tell.
#[test]
fn the_lattice_of_another_crystal_does_not_complete_the_k_points() {
    for sample in all(&Model {
        edges: [5.0, 5.0, 6.0],
        ..Model::default()
    }) {
        if ["FHI-aims", "BXSF", "FRMSF"].contains(&sample.format) {
            continue;
        }
        let error = refused(&sample, "tetragonal");
        assert!(
            error.contains("k-points") && error.contains("16 operations"),
            "{error}"
        );
    }
}

#[test]
fn a_k_set_with_one_point_missing_is_refused() {
    for missing in [0, 4, 9] {
        for sample in all(&Model {
            missing: Some(missing),
            ..Model::default()
        }) {
            let error = refused(&sample, &format!("k-point {} missing", missing + 1));
            let said = ["k-points", "number", "values", "expected"]
                .iter()
                .any(|word| error.contains(word));
            assert!(said, "{error}");
        }
    }
}
