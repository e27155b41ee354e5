//! One model in the files of many codes: every reader gives the same bands. And WIEN2k's centred lattices.

use crate::samples::{N, energies, samples};
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::io;
use bzint::units::{BOHR_ANGSTROM, HARTREE_EV, RYDBERG_EV};
use std::f64::consts::PI;
use std::path::Path;

#[test]
fn every_format_gives_the_bands_of_the_model() {
    for sample in samples() {
        let folder = tempfile::tempdir().unwrap();
        let path = sample.write(folder.path());
        let bands = io::open(&path, &sample.options).and_then(|b| BandGrid::load(b.as_ref()));
        let bands = bands.unwrap_or_else(|error| panic!("{}: {error}", sample.format));
        let h = bands.header();
        assert_eq!(
            (h.k_grid.n, h.k_grid.shift),
            ([N; 3], [0.0; 3]),
            "{}",
            sample.format
        );
        assert_eq!(
            (h.spin, h.n_band),
            (SpinTreatment::Unpolarized, 2),
            "{}",
            sample.format
        );
        assert_eq!(h.point_group.order(), 48, "{}", sample.format);
        // Six digits behind the point of an edge of 9.4 bohr (WIEN2k) are 5e-8 of it, 2e-5 of the volume.
        assert!(
            (h.lattice.volume() - 125.0).abs() < 3e-5,
            "{}",
            sample.format
        );
        if let Some(n) = h.n_electrons {
            assert!((n - 2.0).abs() < 1e-9, "{}", sample.format);
        }
        if let Some(level) = h.fermi_level_ev {
            assert!(level.abs() < 1e-9, "{}", sample.format);
        }
        for p in 0..h.k_grid.len() {
            let want = energies(h.k_grid.point([p / (N * N), p / N % N, p % N]));
            for band in 0..2 {
                let found = bands.band(Field::Energy, 0, band)[p];
                // The formats print nine digits of a Hartree or more.
                let error = found - want[band] * HARTREE_EV;
                assert!(
                    error.abs() < 2e-8,
                    "{}: point {p}: {error:e}",
                    sample.format
                );
            }
        }
    }
}

/// The directory of a run is enough, its files may be gzip, and what is wrong with a directory is said.
#[test]
fn directories_and_gzip_are_read_as_the_files_are() {
    use std::io::Write;
    let upper = |bands: &BandGrid| bands.band(Field::Energy, 0, 1).to_vec();
    let load = |path: &Path, options: &io::OpenOptions| {
        io::open(path, options).and_then(|b| BandGrid::load(b.as_ref()))
    };
    for sample in samples() {
        let folder = tempfile::tempdir().unwrap();
        let path = sample.write(folder.path());
        let plain = load(&path, &sample.options).unwrap();
        let has_directory = !["BXSF", "FRMSF"].contains(&sample.format);
        if has_directory {
            let bands = load(folder.path(), &sample.options);
            let bands = bands.unwrap_or_else(|error| panic!("{}: {error}", sample.format));
            assert_eq!(upper(&bands), upper(&plain), "{}", sample.format);
        }
        for (name, bytes) in &sample.files {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(bytes).unwrap();
            std::fs::write(
                folder.path().join(format!("{name}.gz")),
                gzip.finish().unwrap(),
            )
            .unwrap();
            std::fs::remove_file(folder.path().join(name)).unwrap();
        }
        let packed = path.with_file_name(format!("{}.gz", sample.files[0].0));
        for path in [
            Some(packed),
            has_directory.then(|| folder.path().to_path_buf()),
        ] {
            let Some(path) = path else { continue };
            let bands = load(&path, &sample.options);
            let bands = bands.unwrap_or_else(|error| panic!("{}: {error}", sample.format));
            assert_eq!(upper(&bands), upper(&plain), "{}", sample.format);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let error = |folder: &Path| load(folder, &Default::default()).unwrap_err().to_string();
    assert!(error(folder.path()).contains("a directory without"));
    let castep = samples()
        .into_iter()
        .find(|s| s.format == "CASTEP")
        .unwrap();
    castep.write(folder.path());
    std::fs::copy(folder.path().join("a.bands"), folder.path().join("b.bands")).unwrap();
    assert!(error(folder.path()).contains("2 runs: a.bands, b.bands"));
    // The directory's own name decides.
    let case = folder.path().join("b");
    std::fs::create_dir(&case).unwrap();
    castep.write(&case);
    for ending in ["bands", "cell"] {
        let copy = case.join(format!("b.{ending}"));
        std::fs::copy(case.join(format!("a.{ending}")), copy).unwrap();
    }
    assert!(load(&case, &Default::default()).is_ok());
}

/// A WIEN2k case directory: the files that hold bands tell the spin treatment, and empty ones do not.
#[test]
fn wien2k_cases_tell_spins_and_spinors_by_their_files() {
    let sample = samples()
        .into_iter()
        .find(|s| s.format == "WIEN2k")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = sample.write(folder.path());
    let text = std::fs::read_to_string(&path).unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let open = || BandGrid::load(io::open(folder.path(), &Default::default())?.as_ref());
    for empty in ["a.energyup", "a.energydn", "a.energyso"] {
        put(empty, "");
    }
    assert_eq!(open().unwrap().header().spin, SpinTreatment::Unpolarized);
    put("a.energyup", &text);
    put("a.energydn", &text);
    let both = open().unwrap();
    assert_eq!(both.header().spin, SpinTreatment::Collinear);
    assert_eq!(
        both.band(Field::Energy, 0, 1),
        both.band(Field::Energy, 1, 1)
    );
    std::fs::remove_file(folder.path().join("a.energydn")).unwrap();
    assert!(open().unwrap_err().to_string().contains("a.energydn"));
    put("a.energyso", &text);
    assert_eq!(open().unwrap().header().spin, SpinTreatment::Spinor);
}

/// Two channels of one electron per state, shifted by ±0.1 eV: five columns, and the moment tells the atoms apart.
#[test]
fn fhi_aims_spin_channels_and_spinors_are_told_by_columns_and_occupations() {
    let sample = samples()
        .into_iter()
        .find(|s| s.format == "FHI-aims")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = sample.write(folder.path());
    let one = std::fs::read_to_string(&path).unwrap();
    let open = |text: &str| {
        std::fs::write(&path, text).unwrap();
        io::open(&path, &sample.options).and_then(|b| BandGrid::load(b.as_ref()))
    };
    let is_state = |line: &str| line.starts_with(' ');
    let with_states = |change: &dyn Fn(&[f64]) -> String| -> String {
        let lines = one.lines().map(|line| match is_state(line) {
            true => {
                let row: Vec<f64> = line
                    .split_ascii_whitespace()
                    .map(|w| w.parse().unwrap())
                    .collect();
                change(&row) + "\n"
            }
            false => format!("{line}\n"),
        });
        lines.collect()
    };
    let two = with_states(&|row| {
        format!(
            " {} {} {} {} {}",
            row[0],
            row[1] / 2.0,
            row[2] - 0.1,
            row[1] / 2.0,
            row[2] + 0.1
        )
    });
    let both = open(&two).unwrap();
    assert_eq!(
        (both.header().spin, both.header().n_electrons),
        (SpinTreatment::Collinear, Some(2.0))
    );
    let (up, down) = (
        both.band(Field::Energy, 0, 1),
        both.band(Field::Energy, 1, 1),
    );
    assert!(up.iter().zip(down).all(|(a, b)| (b - a - 0.2).abs() < 1e-9));
    let coupled = with_states(&|row| format!(" {} {} {}", row[0], row[1] / 2.0, row[2]));
    let spinors = open(&coupled).unwrap();
    assert_eq!(
        (spinors.header().spin, spinors.header().n_electrons),
        (SpinTreatment::Spinor, Some(1.0))
    );

    // Faults, with their place.
    let error = |text: String| open(&text).unwrap_err().to_string();
    assert!(
        error(one.replacen("       1   2.0", "       7   2.0", 1)).contains("state 1 of k-point 1")
    );
    let end = one.rfind("k-point number").unwrap();
    assert!(error(one[..end].to_string()).contains("63 of the 64 points"));
    let last = one.trim_end().rfind('\n').unwrap();
    assert!(error(one[..last].to_string()).contains("k-point 64"));
    std::fs::write(
        folder.path().join("geometry.in"),
        "lattice_vector 1 0 0\natom 0 0 0 H\n",
    )
    .unwrap();
    assert!(error(one.clone()).contains("1 lattice vectors"));
    std::fs::remove_file(folder.path().join("geometry.in")).unwrap();
    assert!(error(one.clone()).contains("geometry.in"));
}

/// Reads WIEN2k files of these bands (Ry) and compares with the function of the primitive fractional k.
fn check(
    kind: &str,
    cell: [f64; 6],
    listed: &[([f64; 3], Vec<f64>)],
    n: usize,
    energy: impl Fn([f64; 3]) -> f64,
) -> BandGrid {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in crate::samples::wien2k(kind, cell, listed) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let path = folder.path().join("a.struct");
    let source = io::open(&path, &Default::default()).unwrap();
    let bands = BandGrid::load(source.as_ref()).unwrap();
    let h = bands.header();
    assert_eq!((h.k_grid.n, h.k_grid.shift), ([n; 3], [0.0; 3]));
    assert!(listed.len() < h.k_grid.len());
    for p in 0..h.k_grid.len() {
        let want = energy(h.k_grid.point([p / (n * n), p / n % n, p % n])) * RYDBERG_EV;
        assert!(
            (bands.band(Field::Energy, 0, 0)[p] - want).abs() < 1e-9,
            "point {p}"
        );
    }
    bands
}

/// A rhombohedral crystal with one atom: k-points in rhombohedral units, each orbit under permutation and inversion once.
#[test]
fn wien2k_rhombohedral_bands_are_completed_by_their_twelve_operations() {
    let energy = |u: [f64; 3]| -> f64 {
        let cos = |x: f64| (2.0 * PI * x).cos();
        (0..3)
            .map(|i| 0.1 * cos(u[i]) + 0.03 * cos(u[i] - u[(i + 1) % 3]))
            .sum()
    };
    let n = 6;
    let mut seen = std::collections::HashSet::new();
    let mut listed = Vec::new();
    for p in 0..n * n * n {
        let j = [p / (n * n), p / n % n, p % n];
        let mut images = [j, j.map(|x| (n - x) % n)];
        images.iter_mut().for_each(|i| i.sort_unstable());
        if seen.insert(images[0].min(images[1])) {
            let u = j.map(|x| x as f64 / n as f64);
            listed.push((u, vec![energy(u)]));
        }
    }
    let bands = check("R", [7.0, 7.0, 20.0, 90.0, 90.0, 120.0], &listed, n, energy);
    let h = bands.header();
    assert_eq!(h.point_group.order(), 12);
    let third = 0.75f64.sqrt() * 7.0 * 7.0 * 20.0 / 3.0 * BOHR_ANGSTROM.powi(3);
    assert!((h.lattice.volume() - third).abs() < 1e-6);
}

/// Monoclinic CXZ: k-points in conventional units, half of the grid, the other half by inversion.
#[test]
fn wien2k_monoclinic_bands_are_read_in_conventional_units() {
    // k·A, k·B, k·C in turns, from primitive fractions: A = a₁ + a₃, B = a₂, C = a₃ − a₁.
    let conventional = |u: [f64; 3]| [u[0] + u[2], u[1], u[2] - u[0]];
    let energy = |u: [f64; 3]| -> f64 {
        let cos = |x: f64| (2.0 * PI * x).cos();
        let [a, b, c] = conventional(u);
        0.1 * cos(a)
            + 0.05 * cos(b)
            + 0.03 * cos(c)
            + 0.04 * cos(a + b)
            + 0.07 * (cos((a + c) / 2.0) + cos((a - c) / 2.0))
    };
    let n = 4;
    let mut seen = std::collections::HashSet::new();
    let mut listed = Vec::new();
    for p in 0..n * n * n {
        let j = [p / (n * n), p / n % n, p % n];
        if seen.insert(j.min(j.map(|x| (n - x) % n))) {
            let u = j.map(|x| x as f64 / n as f64);
            listed.push((conventional(u), vec![energy(u)]));
        }
    }
    let bands = check(
        "CXZ",
        [10.0, 6.0, 11.0, 90.0, 90.0, 103.0],
        &listed,
        n,
        energy,
    );
    assert_eq!(bands.header().point_group.order(), 4);
}
