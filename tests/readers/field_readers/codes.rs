//! WIEN2k, CASTEP and VASP as their users have them, and the compression of h5py.

use super::{error_of, field, folder, notes, open};
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use std::f64::consts::PI;
use std::path::{Path, PathBuf};

// ---- WIEN2k, CASTEP, VASP

/// A 4×4×4 cubic grid whose 10 irreducible points the files hold.
fn is_whole(bands: &BandGrid) {
    let header = bands.header();
    assert_eq!(header.k_grid.n, [4; 3]);
    assert_eq!(header.point_group.order(), 48);
    let level = header.fermi_level_ev.unwrap();
    let states = bands
        .band(Field::Energy, 0, 0)
        .iter()
        .filter(|e| **e < level);
    assert!((1..32).contains(&states.count()));
}

fn wien2k(folder: &Path, struct_text: &str, parts: &[(&str, String)]) -> PathBuf {
    for entry in std::fs::read_dir(folder).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    std::fs::write(folder.join("toy.struct"), struct_text).unwrap();
    std::fs::copy(field("wien2k.scf"), folder.join("toy.scf")).unwrap();
    for (ending, text) in parts {
        std::fs::write(folder.join(format!("toy.{ending}")), text).unwrap();
    }
    folder.join("toy.struct")
}

/// Columns (A4,23X,I3) of line 2, with and without the colon, with words of any kind between, and where they were edited.
#[test]
fn wien2k_counts_its_atoms_in_columns() {
    let folder = folder();
    let old = std::fs::read_to_string(field("wien2k.struct")).unwrap();
    let energy = std::fs::read_to_string(field("wien2k.energy")).unwrap();
    let without = "P   LATTICE,NONEQUIV.ATOMS   1";
    assert!(old.contains(without));
    for line in [
        without,
        "P   LATTICE,NONEQUIV.ATOMS:  1",
        "P                            1",
        "P   LATTICE,NONEQUIV. ATOMS  1",
        "P   LATTICE,NONEQUIV.ATOMS: 1 ",
        "P   LATTICE,NONEQUIV.ATOMS:1",
    ] {
        let text = old.replace(without, line);
        let path = wien2k(folder.path(), &text, &[("energy", energy.clone())]);
        for given in [
            &path,
            &path.with_extension("energy"),
            &folder.path().to_path_buf(),
        ] {
            let bands = open(given).unwrap_or_else(|error| panic!("\"{line}\": {error}"));
            is_whole(&bands);
            let level = bands.header().fermi_level_ev.unwrap();
            assert!((level - 3.081708).abs() < 1e-6, "{level}");
            assert_eq!(bands.header().n_electrons, Some(1.0));
        }
    }
    let none = old.replace(without, "P   LATTICE,NONEQUIV.ATOMS    ");
    let path = wien2k(folder.path(), &none, &[("energy", energy)]);
    let error = error_of(open(&path));
    assert!(
        error.contains("line 2") && error.contains("columns 28 to 30"),
        "{error}"
    );
}

/// Parts of a k-parallel run, beside each other or behind each other, are one list; one that is missing is said.
#[test]
fn wien2k_parts_of_parallel_runs_are_joined() {
    let folder = folder();
    let structure = std::fs::read_to_string(field("wien2k.struct")).unwrap();
    let energy = std::fs::read_to_string(field("wien2k.energy")).unwrap();
    let lines: Vec<&str> = energy.lines().collect();
    let (head, list) = lines.split_at(2);
    let part = |range: std::ops::Range<usize>| {
        // Three lines a k-point: two bands.
        let range = 3 * range.start..3 * range.end;
        [head, &list[range]].concat().join("\n") + "\n"
    };
    let whole = open(&wien2k(
        folder.path(),
        &structure,
        &[("energy", energy.clone())],
    ))
    .unwrap();
    let [a, b, c] = [part(0..4), part(4..7), part(7..10)];
    let same = |parts: &[(&str, String)], given: &str, spin: SpinTreatment| {
        let path = wien2k(folder.path(), &structure, parts);
        let bands = open(&path.with_file_name(given)).unwrap();
        assert_eq!(bands.header().spin, spin);
        for channel in 0..bands.header().n_spin() {
            assert_eq!(
                bands.band(Field::Energy, channel, 0),
                whole.band(Field::Energy, 0, 0),
                "{given}"
            );
        }
    };
    let plain = SpinTreatment::Unpolarized;
    same(&[("energy", a.clone() + &b + &c)], "toy.energy", plain);
    let three = |kind: &str| -> Vec<(String, String)> {
        let parts = [&a, &b, &c].into_iter().cloned().enumerate();
        parts
            .map(|(i, text)| (format!("{kind}_{}", i + 1), text))
            .collect()
    };
    fn named(list: &[(String, String)]) -> Vec<(&str, String)> {
        list.iter()
            .map(|(name, text)| (name.as_str(), text.clone()))
            .collect()
    }
    let parts = three("energy");
    for given in ["toy.struct", "toy.energy_1", "toy.energy_3", ""] {
        same(&named(&parts), given, plain);
    }
    // An empty file of the unparallel kind, as WIEN2k leaves it.
    let mut with_empty = named(&parts);
    with_empty.push(("energy", String::new()));
    same(&with_empty, "toy.struct", plain);
    let polarized: Vec<_> = [three("energyup"), three("energydn")].concat();
    same(
        &named(&polarized),
        "toy.energyup_2",
        SpinTreatment::Collinear,
    );
    same(
        &named(&three("energyso")),
        "toy.struct",
        SpinTreatment::Spinor,
    );
    let gap: Vec<_> = named(&parts)
        .into_iter()
        .filter(|(name, _)| *name != "energy_2")
        .collect();
    let path = wien2k(folder.path(), &structure, &gap);
    let error = error_of(open(&path.with_file_name("toy.energy_3")));
    assert!(error.contains("k-parallel"), "{error}");
    let error = error_of(open(&path));
    assert!(error.contains("toy.energy_1"), "{error}");
}

#[test]
fn castep_says_that_its_cell_is_missing() {
    let folder = folder();
    let bands = folder.path().join("toy.bands");
    std::fs::copy(field("castep.bands"), &bands).unwrap();
    let error = error_of(open(&bands));
    for part in ["no toy.cell", "put the run's toy.cell"] {
        assert!(error.contains(part), "{error}");
    }
    let cell = "%BLOCK lattice_cart\nbohr\n8 0 0\n0 8 0\n0 0 8\n%ENDBLOCK lattice_cart\n\
                %BLOCK positions_frac\nCu 0 0 0\n%ENDBLOCK positions_frac\n";
    std::fs::write(folder.path().join("toy.cell"), cell).unwrap();
    is_whole(&open(&bands).unwrap());
}

/// GW runs list the irreducible points, all, and the irreducible ones again.
#[test]
fn vasp_takes_the_list_that_fits_the_eigenvalues() {
    let folder = folder();
    let path = folder.path().join("vasprun.xml");
    let text = std::fs::read_to_string(field("gw_vasprun.xml")).unwrap();
    let pieces: Vec<&str> = text.split_inclusive("</kpoints>\n").collect();
    assert_eq!(pieces.len(), 4);
    let begin = pieces[1].find("  <kpoints>").unwrap();
    let full = &pieces[1][begin..];
    let last_first = [pieces[0], pieces[2], pieces[1], pieces[3]].concat();
    let without_full = text.replace(full, "");
    for (text, fits) in [
        (text.clone(), true),
        (last_first, true),
        (without_full.clone(), true),
        // Only the full list is left: 64 points, and 8 with eigenvalues.
        (
            text.replace(pieces[2], "")
                .replace(&pieces[0][pieces[0].find("  <kpoints>").unwrap()..], ""),
            false,
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        match (open(&path), fits) {
            (Ok(bands), true) => {
                let header = bands.header();
                assert_eq!((header.k_grid.n, header.point_group.order()), ([4; 3], 48));
                assert_eq!(header.fermi_level_ev, Some(-1.0));
            }
            (Err(error), false) => {
                let error = error.to_string();
                assert!(
                    error.contains("[8] k-points") && error.contains("64 k-points"),
                    "{error}"
                );
            }
            (outcome, _) => panic!("{:?}", outcome.map(|b| b.header().clone())),
        }
    }
}

#[test]
fn vaspout_with_bands_of_kpoints_opt_alone_is_read() {
    let bands = open(&field("opt_vaspout.h5")).unwrap();
    is_whole(&bands);
    assert_eq!(bands.header().fermi_level_ev, Some(-1.0));
    assert!(notes(&bands).contains("KPOINTS_OPT"), "{}", notes(&bands));
}

/// The compression that h5py offers beside gzip, in native files and in those of other codes.
#[test]
fn lzf_is_read() {
    let bands = open(&field("lzf_bands.h5")).unwrap();
    let grid = bands.header().k_grid;
    for (i, e) in bands.band(Field::Energy, 0, 0).iter().enumerate() {
        let u = grid.point([i / 16, i / 4 % 4, i % 4]);
        let right = -2.0 * u.iter().map(|u| (2.0 * PI * u).cos()).sum::<f64>();
        assert!((e - right).abs() < 1e-12, "{u:?}: {e}");
    }
    let (packed, plain) = (
        open(&field("lzf_vaspout.h5")).unwrap(),
        open(&field("opt_vaspout.h5")).unwrap(),
    );
    assert_eq!(
        packed.band(Field::Energy, 0, 0),
        plain.band(Field::Energy, 0, 0)
    );
    // A filter that nobody reads is named, and no damage: lzf's number in the file changed to Zstandard's.
    let folder = folder();
    for (number, name) in [(32015_u16, "Zstandard (HDF5 filter 32015)"), (4711, "4711")] {
        for file in ["lzf_bands.h5", "lzf_vaspout.h5"] {
            let mut bytes = std::fs::read(field(file)).unwrap();
            let places: Vec<usize> = (8..bytes.len() - 16)
                .filter(|&i| {
                    bytes[i..].starts_with(&32000_u16.to_le_bytes())
                        && bytes[i + 8..].starts_with(b"lzf\0")
                })
                .collect();
            assert!(!places.is_empty());
            for i in places {
                bytes[i..i + 2].copy_from_slice(&number.to_le_bytes());
            }
            let path = folder.path().join(file);
            std::fs::write(&path, bytes).unwrap();
            let error = error_of(open(&path));
            assert!(
                error.contains(name) && error.contains("h5repack"),
                "{error}"
            );
            assert!(!error.contains("damaged"), "{error}");
        }
    }
}
