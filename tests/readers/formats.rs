//! Readers and writers, on files that real codes wrote. The files are shared data beside the checkout; where they are
//! absent the tests say so.

use crate::common::shared;
use bzint::Result;
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::io::bxsf::{self, BxsfUnits, WriteOptions};
use bzint::io::{self, OpenOptions, qe};
use std::path::Path;

/// Opens by content and copies into memory.
fn open(path: &Path, units: Option<BxsfUnits>) -> Result<BandGrid> {
    let options = OpenOptions {
        bxsf_units: units,
        ..OpenOptions::default()
    };
    BandGrid::load(io::open(path, &options)?.as_ref())
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(x, y)| (x - y).abs());
    differences.fold(0.0, f64::max)
}

/// INDEX.md of the shared data: grids, bands, Fermi levels (printed to 1e-4 eV), electrons.
#[test]
fn quantum_espresso_files_of_both_dialects_give_full_grids() {
    let cases = [
        ("qe/al/al.nscf.xml.gz", 16, 12, 7.7732, 3.0),
        ("qe/al/al.nscf32.xml.gz", 32, 12, 7.7588, 3.0),
        ("qe/cu/cu.nscf.xml.gz", 16, 12, 14.5551, 11.0),
        ("qe/cu/cu.nscf32.xml.gz", 32, 12, 14.5521, 11.0),
        ("qe/cu/cu.fullgrid.xml.gz", 8, 12, f64::NAN, 11.0),
        ("qe/si/si.nscf.xml.gz", 16, 12, 6.2310, 8.0),
        ("qe/si/si.fullgrid.xml.gz", 8, 12, 6.2310, 8.0),
        ("qe/si72/si72.nscf.xml.gz", 12, 10, 6.2376, 8.0),
    ];
    for (name, n, n_band, fermi, electrons) in cases {
        let Some(path) = shared(name) else { continue };
        let bands = open(&path, None).unwrap();
        let header = bands.header();
        assert_eq!(header.k_grid.n, [n; 3], "{name}");
        assert_eq!(header.k_grid.shift, [0.0; 3], "{name}");
        assert_eq!(header.n_band, n_band, "{name}");
        assert_eq!(header.spin, SpinTreatment::Unpolarized);
        assert_eq!(header.n_electrons, Some(electrons), "{name}");
        assert_eq!(header.point_group.order(), 48, "{name}");
        let level = header.fermi_level_ev.unwrap();
        let notes = &header.provenance.notes;
        println!("{name}: E_F = {level:.6} eV; {notes:?}");
        if fermi.is_finite() {
            assert!((level - fermi).abs() < 1e-4, "{name}: {level}");
        }
        assert_eq!(header.provenance.sha256.len(), 64);
        assert_eq!(header.provenance.path, path.display().to_string());
        assert!(header.provenance.format.contains("PWSCF"));
        let noted = notes.iter().any(|n| n.contains("highest occupied"));
        assert_eq!(name.contains("si"), noted, "{name}");
    }
}

#[test]
fn silicon_has_its_structure_and_band_edges() {
    let Some(path) = shared("qe/si/si.nscf.xml.gz") else {
        return;
    };
    let bands = open(&path, None).unwrap();
    let header = bands.header();
    assert_eq!(header.atoms.len(), 2);
    // τ = (a/4)(1,1,1) = s₁a₁ + s₂a₂ + s₃a₃ with a₁ = (a/2)(−1,0,1), a₂ = (a/2)(0,1,1), a₃ = (a/2)(−1,1,0).
    for (atom, s) in header.atoms.iter().zip([[0.0; 3], [-0.25, 0.75, -0.25]]) {
        assert_eq!(atom.symbol, "Si");
        assert!(largest_difference(&atom.position, &s) < 1e-9, "{atom:?}");
    }
    let volume = (10.2f64 * bzint::units::BOHR_ANGSTROM).powi(3) / 4.0;
    assert!((header.lattice.volume() / volume - 1.0).abs() < 1e-12);
    let statistics = bands.statistics();
    assert!((statistics[3].energy_max - 6.2310).abs() < 1e-4);
    assert!((statistics[4].energy_min - 6.7327).abs() < 1e-4);
}

/// The 8³ list names every point, so it was never unfolded; the 16³ wedge was. They share every second point.
#[test]
fn unfolded_bands_agree_with_a_run_on_the_full_list() {
    for (full, wedge) in [
        ("qe/cu/cu.fullgrid.xml.gz", "qe/cu/cu.nscf.xml.gz"),
        ("qe/si/si.fullgrid.xml.gz", "qe/si/si.nscf.xml.gz"),
    ] {
        let (Some(full), Some(wedge)) = (shared(full), shared(wedge)) else {
            continue;
        };
        let (full, wedge) = (open(&full, None).unwrap(), open(&wedge, None).unwrap());
        let (coarse, fine) = (full.header().k_grid, wedge.header().k_grid);
        let mut worst = Vec::new();
        for band in 0..full.header().n_band {
            let a = full.band(Field::Energy, 0, band);
            let b = wedge.band(Field::Energy, 0, band);
            let mut largest: f64 = 0.0;
            for p in 0..coarse.len() {
                let j = [p / 64, p / 8 % 8, p % 8];
                largest = largest.max((a[p] - b[fine.index(j.map(|x| 2 * x))]).abs());
            }
            worst.push(largest);
        }
        println!("largest difference per band (eV): {worst:?}");
        assert!(worst.iter().all(|&w| w < 1e-3), "{worst:?}");
    }
}

/// fs.x unfolded the same run on its own: every point of the full grid must agree to its F10.4 format.
#[test]
fn unfolded_bands_agree_with_fs_x_at_every_grid_point() {
    let half_a_digit = 0.5e-4 * (1.0 + 1e-6);
    for (xml, fs, alat) in [
        ("qe/al/al.nscf.xml.gz", "qe/al/al_fs.bxsf.gz", 7.63),
        ("qe/cu/cu.nscf.xml.gz", "qe/cu/cu_fs.bxsf.gz", 6.73),
        ("qe/si/si.nscf.xml.gz", "qe/si/si_fs.bxsf.gz", 10.2),
        ("qe/si72/si72.nscf.xml.gz", "qe/si72/si72_fs.bxsf.gz", 10.2),
    ] {
        let (Some(xml), Some(fs)) = (shared(xml), shared(fs)) else {
            continue;
        };
        let xml = open(&xml, None).unwrap();
        let fs = open(&fs, Some(BxsfUnits::quantum_espresso(alat))).unwrap();
        assert_eq!(fs.header().k_grid, xml.header().k_grid);
        assert_eq!(fs.header().point_group.order(), 48);
        let level = xml.header().fermi_level_ev.unwrap();
        assert!((fs.header().fermi_level_ev.unwrap() - level).abs() <= half_a_digit);
        let (a, b) = (fs.header().lattice.rows(), xml.header().lattice.rows());
        let lattice_difference = largest_difference(a.as_flattened(), b.as_flattened());
        assert!(lattice_difference < 1e-4, "{a:?} {b:?}");
        let first = fs.header().first_band - 1;
        let mut worst: f64 = 0.0;
        for band in 0..fs.header().n_band {
            worst = worst.max(largest_difference(
                fs.band(Field::Energy, 0, band),
                xml.band(Field::Energy, 0, first + band),
            ));
        }
        println!(
            "{} bands from {}: largest difference from fs.x {worst:.4e} eV",
            fs.header().n_band,
            first + 1
        );
        assert!(worst <= half_a_digit, "{worst}");
    }
}

#[test]
fn wannier90_bxsf_needs_no_units_and_has_the_lattice_of_the_run() {
    for (name, n, n_band, xml) in [
        ("wannier/cu/cu_w90.bxsf.gz", 40, 7, "qe/cu/cu.nscf.xml.gz"),
        ("wannier/si/si_w90.bxsf.gz", 24, 8, "qe/si/si.nscf.xml.gz"),
    ] {
        let (Some(path), Some(xml)) = (shared(name), shared(xml)) else {
            continue;
        };
        let bands = open(&path, None).unwrap();
        let header = bands.header();
        assert_eq!((header.k_grid.n, header.n_band), ([n; 3], n_band));
        let notes = &header.provenance.notes;
        println!("{name}: {notes:?}");
        assert!(notes.iter().any(|n| n.contains("Wannier90")));
        let reference = open(&xml, None).unwrap();
        let (a, b) = (header.lattice.rows(), reference.header().lattice.rows());
        let difference = largest_difference(a.as_flattened(), b.as_flattened());
        assert!(difference < 1e-6, "{a:?} {b:?}");
    }
}

#[test]
fn a_bxsf_file_that_hides_its_units_is_refused_until_they_are_given() {
    let Some(path) = shared("bxsf/skeaf_cylinder.bxsf") else {
        return;
    };
    let error = open(&path, None).unwrap_err();
    assert!(error.is_usage());
    let text = error.to_string();
    for part in ["--bxsf-units", "skeaf", "qe:ALAT"] {
        assert!(text.contains(part), "{text}");
    }

    let bands = open(&path, Some("skeaf".parse().unwrap())).unwrap();
    let header = bands.header();
    assert_eq!((header.k_grid.n, header.n_band), ([9; 3], 1));
    // b = 0.52917721 bohr⁻¹ without 2π: a cube of 1 Å.
    assert!((header.lattice.volume() - 1.0).abs() < 1e-6);
    let fermi = 0.086887 * bzint::units::RYDBERG_EV;
    assert!((header.fermi_level_ev.unwrap() - fermi).abs() < 1e-12);
    // A cylinder along b₃: at most tetragonal, and flat along its axis.
    println!("{} operations", header.point_group.order());
    assert!(header.point_group.order() <= 16);
    assert_eq!(bands.statistics()[0].max_step[2], 0.0);

    let Some(fs) = shared("qe/al/al_fs.bxsf.gz") else {
        return;
    };
    let text = open(&fs, None).unwrap_err().to_string();
    assert!(text.contains("qe:ALAT") && text.contains("fs.x"), "{text}");
}

#[test]
fn bands_written_as_bxsf_read_back_bit_for_bit() {
    let Some(path) = shared("qe/si72/si72.nscf.xml.gz") else {
        return;
    };
    let bands = open(&path, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("si.bxsf");
    bxsf::write(&target, &bands, &WriteOptions::default()).unwrap();
    let again = open(&target, None).unwrap();
    for band in 0..bands.header().n_band {
        let bits = |b: &BandGrid| -> Vec<u64> {
            let energies = b.band(Field::Energy, 0, band);
            energies.iter().map(|e| e.to_bits()).collect()
        };
        assert_eq!(bits(&bands), bits(&again));
    }
    let (old, new) = (bands.header(), again.header());
    assert_eq!(new.k_grid, old.k_grid);
    assert_eq!(new.spin, old.spin);
    assert_eq!(new.fermi_level_ev, old.fermi_level_ev);
    let (a, b) = (old.lattice.rows(), new.lattice.rows());
    assert_eq!(a, b);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "a temporary file was left behind: {left:?}");
}

#[test]
fn a_save_directory_opens_like_its_file() {
    let Some(path) = shared("qe/si72/si72.nscf.xml.gz") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("si72.save");
    std::fs::create_dir(&save).unwrap();
    std::fs::copy(&path, save.join("data-file-schema.xml.gz")).unwrap();
    let direct = qe::read(&path).unwrap();
    let energies = direct.band(Field::Energy, 0, 3);
    for directory in [save.as_path(), folder.path()] {
        let bands = open(directory, None).unwrap();
        assert_eq!(bands.band(Field::Energy, 0, 3), energies);
        let provenance = &bands.header().provenance;
        assert_eq!(provenance.path, directory.display().to_string());
        assert_eq!(provenance.sha256, direct.header().provenance.sha256);
    }
}
