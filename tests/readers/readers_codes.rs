//! Readers of BoltzTraP2's, Elk's and ABINIT's files, on real samples of the shared data (INDEX.md there has the values).

use crate::common::shared;
use bzint::Result;
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::integrate::Request;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::surface;
use bzint::io::{self, OpenOptions};
use bzint::transport::FermiTensors;
use bzint::units::HARTREE_EV;
use std::io::Read;
use std::path::Path;

fn open(path: &Path) -> Result<BandGrid> {
    BandGrid::load(io::open(path, &OpenOptions::default())?.as_ref())
}

/// The file's bytes, uncompressed.
fn plain(path: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(path).unwrap();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        bytes = plain;
    }
    bytes
}

/// Top of the band that is filled last, and bottom of the next (eV).
fn edges(bands: &BandGrid) -> (f64, f64) {
    let filled = (bands.header().n_electrons.unwrap() / 2.0).round() as usize;
    let s = bands.statistics();
    (s[filled - 1].energy_max, s[filled].energy_min)
}

/// A folder with these shared files, unpacked, under new names.
fn folder_with(files: &[(&str, &str)]) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in files {
        std::fs::write(folder.path().join(to), plain(&shared(from)?)).unwrap();
    }
    Some(folder)
}

/// Opens `main` with `file` cut at ten places and at every 97th byte: an error or bands, never a panic; an error where
/// `must_fail`.
fn truncations(folder: &Path, main: &str, file: &str, must_fail: bool) {
    let path = folder.join(file);
    let whole = std::fs::read(&path).unwrap();
    let step = (whole.len() / 97).max(1);
    let tenths = (0..10).map(|t| whole.len() * t / 10);
    for end in tenths.chain((0..whole.len().saturating_sub(40)).step_by(step)) {
        std::fs::write(&path, &whole[..end]).unwrap();
        let outcome = open(&folder.join(main));
        if must_fail {
            let text = outcome.expect_err("a cut file was read").to_string();
            assert!(text.contains(folder.to_str().unwrap()), "{text}");
        }
    }
    std::fs::write(&path, whole).unwrap();
}

/// The message after one replacement in one file, which is then restored.
fn error_after(folder: &Path, main: &str, file: &str, from: &str, to: &str) -> String {
    let path = folder.join(file);
    let whole = std::fs::read_to_string(&path).unwrap();
    assert!(whole.contains(from), "{file} has no {from}");
    std::fs::write(&path, whole.replacen(from, to, 1)).unwrap();
    let text = open(&folder.join(main)).expect_err("accepted").to_string();
    std::fs::write(&path, whole).unwrap();
    println!("{text}");
    text
}

/// ref_bt2_tb: two bands with a formula.
#[test]
fn boltztrap_generic_files_are_read_exactly() {
    let Some(energy) = shared("ref_bt2_tb/sc.energy") else {
        return;
    };
    let Some(structure) = shared("ref_bt2_tb/sc.structure") else {
        return;
    };
    for path in [&energy, &structure] {
        let bands = open(path).unwrap();
        let h = bands.header();
        assert_eq!((h.k_grid.n, h.k_grid.shift), ([14; 3], [0.0; 3]));
        assert_eq!(
            (h.spin, h.n_band, h.point_group.order()),
            (SpinTreatment::Unpolarized, 2, 48)
        );
        assert_eq!((h.fermi_level_ev, h.n_electrons), (Some(0.0), None));
        assert!((h.lattice.volume() - 125.0).abs() < 1e-6);
        for p in 0..h.k_grid.len() {
            let u = h.k_grid.point([p / 196, p / 14 % 14, p % 14]);
            let sum: f64 = u
                .iter()
                .map(|u| 1.0 - (2.0 * std::f64::consts::PI * u).cos())
                .sum();
            let want = [-0.05 - 0.01 * sum, 0.05 + 0.02 * sum].map(|e| e * HARTREE_EV);
            for band in 0..2 {
                // Twelve digits of a Rydberg.
                assert!((bands.band(Field::Energy, 0, band)[p] - want[band]).abs() < 2e-11);
            }
        }
    }
}

#[test]
fn damaged_boltztrap_files_are_refused() {
    let Some(folder) = folder_with(&[
        ("ref_bt2_tb/sc.energy", "a.energy"),
        ("ref_bt2_tb/sc.structure", "a.structure"),
    ]) else {
        return;
    };
    let f = folder.path();
    truncations(f, "a.energy", "a.energy", true);
    truncations(f, "a.energy", "a.structure", false);
    let change = |file: &str, from: &str, to: &str| error_after(f, "a.energy", file, from, to);
    assert!(change("a.energy", "-0.101980622642", "NaN").contains("band 1 of k-point 2"));
    assert!(change("a.energy", "120 1 0.0", "119 1 0.0").contains("follows"));
    assert!(change("a.energy", "120 1 0.0", "121 1 0.0").contains("k-point 121"));
    assert!(change("a.energy", "120 1 0.0", "120 3 0.0").contains("3 spin"));
    assert!(
        change(
            "a.energy",
            "    0.0714285714     0.0000000000",
            "    0.0614285714     0.0000000000"
        )
        .contains("k-points")
    );
    assert!(
        change(
            "a.structure",
            "9.448630639252     0.000000000000     0.000000000000",
            "0 0 0"
        )
        .contains("singular")
    );
    std::fs::remove_file(f.join("a.structure")).unwrap();
    let text = open(&f.join("a.energy")).unwrap_err().to_string();
    assert!(text.contains("a.structure"), "{text}");
}

/// INFO.OUT: 4.8125 states/Hartree/cell at the Fermi level, 9 valence electrons, on a 12³ grid and smeared by Elk's
/// own method: a rough comparison.
#[test]
fn elk_aluminium_has_its_electrons_and_its_density_of_states() {
    let Some(path) = shared("elk/al/EIGVAL.OUT.gz") else {
        return;
    };
    let bands = open(&path).unwrap();
    let h = bands.header();
    assert_eq!((h.k_grid.n, h.k_grid.shift), ([12; 3], [0.0; 3]));
    assert_eq!(
        (h.spin, h.n_band, h.point_group.order()),
        (SpinTreatment::Unpolarized, 11, 48)
    );
    assert!(
        (h.n_electrons.unwrap() - 9.0).abs() < 1e-4,
        "{:?}",
        h.n_electrons
    );
    let level = h.fermi_level_ev.unwrap();
    assert!((level - 0.2637546326 * HARTREE_EV).abs() < 1e-9);
    // Elk's own sum: Fermi–Dirac smearing of 0.001 Hartree (INFO.OUT), both spins.
    let mut sum = 0.0;
    for band in 0..h.n_band {
        for e in bands.band(Field::Energy, 0, band) {
            let x = (e - level) / (0.001 * HARTREE_EV);
            sum += 2.0 / (0.001 * 4.0 * (0.5 * x).cosh().powi(2));
        }
    }
    let smeared = sum / h.k_grid.len() as f64;
    println!("smeared as Elk does: {smeared:.5} states/Hartree, Elk 4.812532881");
    // Tetrahedra on the same 12³ grid: the smearing is far narrower than the grid's steps, so that Elk's value is noise.
    let request = Request::for_bands(h);
    let integral = surface(&bands, &request, level, &mut CpuEngine::<f64>::default()).unwrap();
    let dos = FermiTensors::new(h, &integral, None).unwrap().dos;
    println!("DOS {} ± {} per eV", dos.value, dos.error);
    // Quantum ESPRESSO's converged value is 0.41 per eV.
    assert!((dos.value - 0.41).abs() < 2.0 * dos.error);
    let Some(qe) = shared("qe/al/al.nscf.xml.gz") else {
        return;
    };
    let qe = open(&qe).unwrap();
    // Elk's three 2p semicore states come first. Widths of the lowest valence band, Γ to E_F (eV): LDA both, but a = 7.60
    // and 7.63 bohr and another treatment of the core.
    let width = level - bands.statistics()[3].energy_min;
    let other = qe.header().fermi_level_ev.unwrap() - qe.statistics()[0].energy_min;
    println!("width {width:.3} eV, Quantum ESPRESSO {other:.3} eV");
    assert!((width - other).abs() < 0.3);
}

#[test]
fn damaged_elk_files_are_refused() {
    let names = ["EIGVAL.OUT", "GEOMETRY.OUT", "EFERMI.OUT", "KPOINTS.OUT"];
    let files: Vec<(String, &str)> = names
        .iter()
        .map(|n| (format!("elk/al/{n}.gz"), *n))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    let Some(folder) = folder_with(&files) else {
        return;
    };
    let f = folder.path();
    assert_eq!(open(f).unwrap().header().k_grid.n, [12; 3]);
    truncations(f, "EIGVAL.OUT", "EIGVAL.OUT", true);
    truncations(f, "EIGVAL.OUT", "GEOMETRY.OUT", false);
    truncations(f, "EIGVAL.OUT", "KPOINTS.OUT", false);
    let change = |file: &str, from: &str, to: &str| error_after(f, "EIGVAL.OUT", file, from, to);
    assert!(change("EIGVAL.OUT", "-2.115139298", "NaN").contains("state 1 of k-point 2"));
    assert!(change("EIGVAL.OUT", "    72 : nkpt", "    71 : nkpt").contains("follows"));
    assert!(change("EIGVAL.OUT", "0.8333333333E-01", "0.8433333333E-01").contains("k-point"));
    assert!(change("EFERMI.OUT", "0.2637546326", "****").contains("Fermi"));
    assert!(change("KPOINTS.OUT", "    72 :", "    73 :").contains("73"));
    assert!(change("GEOMETRY.OUT", "avec", "avocado").contains("avec"));
    std::fs::remove_file(f.join("KPOINTS.OUT")).unwrap();
    std::fs::remove_file(f.join("EFERMI.OUT")).unwrap();
    let bands = open(f).unwrap();
    assert_eq!(
        (bands.header().n_electrons, bands.header().fermi_level_ev),
        (None, None)
    );
    std::fs::remove_file(f.join("GEOMETRY.OUT")).unwrap();
    assert!(
        open(&f.join("EIGVAL.OUT"))
            .unwrap_err()
            .to_string()
            .contains("GEOMETRY.OUT")
    );
}

/// The Fermi level of the file is the top of the valence band; LDA silicon.
#[test]
fn abinit_silicon_reads_from_either_file() {
    let Some(gsr) = shared("abinit/si/sio_GSR.nc.gz") else {
        return;
    };
    let Some(eig) = shared("abinit/si/sio_EIG.nc") else {
        return;
    };
    let (a, b) = (open(&gsr).unwrap(), open(&eig).unwrap());
    let h = a.header();
    let (top, bottom) = edges(&a);
    println!("edges {top:.4} {bottom:.4} eV; {:?}", h.provenance.notes);
    assert_eq!((h.k_grid.n, h.k_grid.shift), ([12; 3], [0.0; 3]));
    assert_eq!(
        (h.spin, h.n_band, h.point_group.order()),
        (SpinTreatment::Unpolarized, 10, 48)
    );
    assert_eq!(h.n_electrons, Some(8.0));
    assert!((h.fermi_level_ev.unwrap() - 0.015462180773364092 * HARTREE_EV).abs() < 1e-12);
    assert!((h.fermi_level_ev.unwrap() - top).abs() < 1e-9);
    assert!((0.4..0.7).contains(&(bottom - top)));
    assert_eq!(h.atoms.len(), 2);
    assert_eq!(h.atoms[1].symbol, "Si");
    for band in 0..10 {
        let (x, y) = (
            a.band(Field::Energy, 0, band),
            b.band(Field::Energy, 0, band),
        );
        assert!(x.iter().zip(y).all(|(x, y)| (x - y).abs() < 1e-12));
    }
    // Quantum ESPRESSO's silicon on the same 12³ grid and lattice constant: the same widths to pseudopotentials.
    let Some(qe) = shared("qe/si72/si72.nscf.xml.gz") else {
        return;
    };
    let qe = open(&qe).unwrap();
    let width = top - a.statistics()[0].energy_min;
    let other = edges(&qe).0 - qe.statistics()[0].energy_min;
    println!("valence width {width:.3} eV, Quantum ESPRESSO {other:.3} eV");
    assert!((width - other).abs() < 0.3);
}

#[test]
fn damaged_abinit_files_are_refused() {
    let Some(folder) = folder_with(&[
        ("abinit/si/sio_EIG.nc", "a_EIG.nc"),
        ("abinit/si/sio_GSR.nc.gz", "a_GSR.nc"),
    ]) else {
        return;
    };
    let f = folder.path();
    let eig = f.join("a_EIG.nc");
    truncations(f, "a_EIG.nc", "a_EIG.nc", false);
    for tenth in 0..10 {
        let whole = std::fs::read(&eig).unwrap();
        std::fs::write(&eig, &whole[..whole.len() * tenth / 10]).unwrap();
        assert!(open(&eig).is_err());
        std::fs::write(&eig, whole).unwrap();
    }
    let edit = |name: &str, value: f64| {
        let whole = std::fs::read(&eig).unwrap();
        let file = hdf5::File::open_rw(&eig).unwrap();
        let data = file.dataset(name).unwrap();
        let mut values: Vec<f64> = data.read_raw().unwrap();
        values[12] = value;
        data.write_raw(&values).unwrap();
        drop(data);
        file.close().unwrap();
        let text = open(&eig).unwrap_err().to_string();
        std::fs::write(&eig, whole).unwrap();
        text
    };
    assert!(edit("Eigenvalues", f64::NAN).contains("Eigenvalues"));
    let text = edit("Kptns", 0.123);
    assert!(text.contains("k-point"), "{text}");
    std::fs::remove_file(f.join("a_GSR.nc")).unwrap();
    let text = open(&eig).unwrap_err().to_string();
    assert!(text.contains("_GSR.nc"), "{text}");
}

/// Valence band top at Γ = the file's Fermi level; LDA-like gap; 36³ from 1240 points.
#[test]
fn wien2k_silicon_has_its_gap() {
    let Some(folder) = folder_with(&[
        ("wien2k/Si/Si.energy.gz", "Si.energy"),
        ("wien2k/Si/Si.struct.gz", "Si.struct"),
        ("wien2k/Si/Si.scf.gz", "Si.scf"),
    ]) else {
        return;
    };
    let f = folder.path();
    let Some(real) = shared("wien2k/Si/Si.energy.gz") else {
        return;
    };
    let bands = open(&real).unwrap();
    let h = bands.header();
    let (top, bottom) = edges(&bands);
    println!(
        "edges {top:.4} {bottom:.4} eV, {} bands, {:?}",
        h.n_band, h.provenance.notes
    );
    assert_eq!((h.k_grid.n, h.k_grid.shift), ([36; 3], [0.0; 3]));
    assert_eq!(
        (h.spin, h.point_group.order(), h.n_electrons),
        (SpinTreatment::Unpolarized, 48, Some(8.0))
    );
    assert_eq!(h.atoms.len(), 2);
    let ry = HARTREE_EV / 2.0;
    assert!((h.fermi_level_ev.unwrap() - 0.3695503558 * ry).abs() < 1e-9);
    assert!((h.fermi_level_ev.unwrap() - top).abs() < 1e-6);
    assert!(
        (0.4..0.75).contains(&(bottom - top)),
        "gap {}",
        bottom - top
    );
    assert!((h.lattice.volume() - 270.24152 * bzint::units::BOHR_ANGSTROM.powi(3)).abs() < 1e-3);
    let by_struct = open(&f.join("Si.struct")).unwrap();
    assert_eq!(
        by_struct.band(Field::Energy, 0, 3),
        bands.band(Field::Energy, 0, 3)
    );

    // Up and down files of the same bands are collinear; energyso is spinors.
    let energy = f.join("Si.energy");
    for name in ["Si.energyup", "Si.energydn", "Si.energyso"] {
        std::fs::copy(&energy, f.join(name)).unwrap();
    }
    assert_eq!(
        open(&f.join("Si.energyso")).unwrap().header().spin,
        SpinTreatment::Spinor
    );
    let both = open(&f.join("Si.energydn")).unwrap();
    assert_eq!(both.header().spin, SpinTreatment::Collinear);
    assert_eq!(
        both.band(Field::Energy, 1, 3),
        bands.band(Field::Energy, 0, 3)
    );
    std::fs::remove_file(f.join("Si.energyup")).unwrap();
    assert!(
        open(&f.join("Si.energydn"))
            .unwrap_err()
            .to_string()
            .contains("Si.energyup")
    );

    truncations(f, "Si.energy", "Si.struct", false);
    truncations(f, "Si.energy", "Si.scf", false);
    let change = |file: &str, from: &str, to: &str| error_after(f, "Si.energy", file, from, to);
    assert!(change("Si.energy", "-0.510313682216915", "NaN").contains("band 1 of k-point 1"));
    assert!(
        change(
            "Si.energy",
            "           2  0.369550355853046",
            "           3  0.369550355853046"
        )
        .contains("band 3")
    );
    assert!(change("Si.energy", " 2.777777777778E-02", " 2.877777777778E-02").contains("k-point"));
    assert!(change("Si.struct", "F   LATTICE", "X   LATTICE").contains("not read"));
    assert!(change("Si.struct", "MULT= 2", "MULT= x").contains("MULT"));
    assert!(change("Si.struct", "10.262914", "10.2629xx").contains("lattice constants"));
    let whole = std::fs::read(&energy).unwrap();
    for tenth in 1..10 {
        std::fs::write(&energy, &whole[..whole.len() * tenth / 10]).unwrap();
        assert!(open(&energy).is_err());
    }
    std::fs::write(&energy, whole).unwrap();
    std::fs::remove_file(f.join("Si.scf")).unwrap();
    assert_eq!(open(&energy).unwrap().header().fermi_level_ev, None);
    std::fs::remove_file(f.join("Si.struct")).unwrap();
    assert!(open(&energy).unwrap_err().to_string().contains("Si.struct"));
}

/// Antiferromagnetic NiO on 2×2×2 points (half of them listed); the two others follow a path.
#[test]
fn castep_nickel_oxide_is_a_grid_and_paths_are_refused() {
    let Some(path) = shared("castep/NiO.bands") else {
        return;
    };
    let bands = open(&path).unwrap();
    let h = bands.header();
    println!(
        "{} {} operations, edges {:?}, {:?}",
        h.k_grid,
        h.point_group.order(),
        edges(&bands),
        h.provenance.notes
    );
    assert_eq!((h.k_grid.n, h.k_grid.shift), ([2; 3], [0.5; 3]));
    assert_eq!(
        (h.spin, h.n_band, h.n_electrons),
        (SpinTreatment::Collinear, 22, Some(32.0))
    );
    assert!((h.fermi_level_ev.unwrap() - 0.178734 * HARTREE_EV).abs() < 1e-9);
    assert_eq!(h.atoms.len(), 4);
    let (top, bottom) = edges(&bands);
    assert!(top <= h.fermi_level_ev.unwrap() + 1e-6 && bottom > top);
    for name in ["castep/Fe.bands", "castep/Si2.bands"] {
        let Some(path) = shared(name) else { continue };
        let text = open(&path).unwrap_err().to_string();
        assert!(text.contains("k-points"), "{text}");
    }

    let Some(folder) = folder_with(&[
        ("castep/NiO.bands", "a.bands"),
        ("castep/NiO.cell", "a.cell"),
    ]) else {
        return;
    };
    let f = folder.path();
    truncations(f, "a.bands", "a.bands", true);
    truncations(f, "a.bands", "a.cell", false);
    let change = |file: &str, from: &str, to: &str| error_after(f, "a.bands", file, from, to);
    assert!(change("a.bands", "-0.51363320", "NaN").contains("band 1 of entry 1"));
    assert!(change("a.bands", "k-points        4", "k-points        3").contains("follows"));
    assert!(change("a.bands", "components 2", "components 1").contains("consistent"));
    assert!(
        change(
            "a.bands",
            "-0.25000000 -0.25000000  0.25000000",
            "-0.24000000 -0.25000000  0.25000000"
        )
        .contains("k-points")
    );
    assert!(change("a.cell", "2.983077  0.000000", "3.983077  0.000000").contains("lattice_cart"));
    let with_cell = open(&f.join("a.bands")).unwrap();
    std::fs::remove_file(f.join("a.cell")).unwrap();
    let without = open(&f.join("a.bands")).unwrap();
    // CASTEP's own equivalent points agree to 1.2e-5 eV.
    let pairs = with_cell
        .band(Field::Energy, 1, 5)
        .iter()
        .zip(without.band(Field::Energy, 1, 5));
    assert!(pairs.fold(0.0f64, |m, (a, b)| m.max((a - b).abs())) < 2e-5);
    assert!(
        without
            .header()
            .provenance
            .notes
            .iter()
            .any(|n| n.contains(".cell"))
    );
}

/// Numbers, words and lines changed at random, in every file of every text format: an error or bands, never a panic.
#[test]
fn mutated_files_never_panic() {
    let cases: [(&str, &[(&str, &str)]); 6] = [
        (
            "a.energy",
            &[
                ("ref_bt2_tb/sc.energy", "a.energy"),
                ("ref_bt2_tb/sc.structure", "a.structure"),
            ],
        ),
        (
            "EIGVAL.OUT",
            &[
                ("elk/al/EIGVAL.OUT.gz", "EIGVAL.OUT"),
                ("elk/al/GEOMETRY.OUT.gz", "GEOMETRY.OUT"),
                ("elk/al/KPOINTS.OUT.gz", "KPOINTS.OUT"),
                ("elk/al/EFERMI.OUT.gz", "EFERMI.OUT"),
            ],
        ),
        (
            "a.bands",
            &[
                ("castep/NiO.bands", "a.bands"),
                ("castep/NiO.cell", "a.cell"),
            ],
        ),
        (
            "Si.struct",
            &[
                ("wien2k/Si/Si.struct.gz", "Si.struct"),
                ("wien2k/Si/Si.energy.gz", "Si.energy"),
            ],
        ),
        (
            "vasprun.xml",
            &[(
                "vasp/pymatgen/vasprun_Li_no_projected.xml.gz",
                "vasprun.xml",
            )],
        ),
        (
            "a_EIG.nc",
            &[
                ("abinit/si/sio_EIG.nc", "a_EIG.nc"),
                ("abinit/si/sio_GSR.nc.gz", "a_GSR.nc"),
            ],
        ),
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n.max(1) as u64) as usize
    };
    let values = [
        "0",
        "-1",
        "1e300",
        "NaN",
        "99999999999999999999",
        "1e-300",
        "0.5",
        "",
        "x",
        "4294967296",
        "\u{fc}",
    ];
    let (mut read, mut refused) = (0, 0);
    for (main, files) in cases {
        let Some(folder) = folder_with(files) else {
            continue;
        };
        for (_, name) in files {
            let path = folder.path().join(name);
            let whole = std::fs::read(&path).unwrap();
            let rounds = if whole.len() > 300_000 { 20 } else { 60 };
            for _ in 0..rounds {
                let mut bytes = whole.clone();
                for _ in 0..1 + random(3) {
                    // The head of a file has the counts and the structure: half of the changes are there.
                    let reach = if random(2) == 0 {
                        bytes.len()
                    } else {
                        bytes.len().min(1500)
                    };
                    let at = random(reach);
                    let word = |b: &u8| b.is_ascii_whitespace() || matches!(*b, b'<' | b'>');
                    let start = bytes[..at].iter().rposition(word).map_or(0, |i| i + 1);
                    let end = at + bytes[at..].iter().position(word).unwrap_or(0);
                    match random(4) {
                        0 if name.ends_with(".nc") => bytes[at] ^= 1 << random(8),
                        _ if name.ends_with(".nc") => bytes[at] = random(256) as u8,
                        0 => bytes[at] = random(256) as u8,
                        1 => {
                            drop(bytes.drain(start..(end + random(40)).min(bytes.len()).max(start)))
                        }
                        _ => {
                            drop(bytes.splice(
                                start..end.max(start),
                                values[random(values.len())].bytes(),
                            ))
                        }
                    }
                    if bytes.is_empty() {
                        break;
                    }
                }
                std::fs::write(&path, bytes).unwrap();
                match open(&folder.path().join(main)) {
                    Ok(_) => read += 1,
                    Err(_) => refused += 1,
                }
            }
            std::fs::write(&path, whole).unwrap();
        }
        // Files under each other's names.
        for (_, a) in files {
            for (_, b) in files {
                if a != b {
                    let whole = std::fs::read(folder.path().join(a)).unwrap();
                    std::fs::copy(folder.path().join(b), folder.path().join(a)).unwrap();
                    let _ = open(&folder.path().join(main));
                    let _ = open(&folder.path().join(a));
                    std::fs::write(folder.path().join(a), whole).unwrap();
                }
            }
        }
    }
    println!("{read} mutated files were read, {refused} refused");
}
