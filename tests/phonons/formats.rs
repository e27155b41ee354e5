//! The same phonons in every format.

use crate::common::binary::{command, finish};
use crate::phonon_samples::phonon_samples;
use bzint::excitations::Phonons;
use bzint::io::phonons::open;

fn all() -> Vec<(&'static str, Phonons)> {
    phonon_samples()
        .iter()
        .take(4)
        .map(|sample| {
            let folder = tempfile::tempdir().unwrap();
            (sample.format, open(&sample.write(folder.path())).unwrap())
        })
        .collect()
}

#[test]
fn four_formats_hold_the_same_phonons() {
    let all = all();
    let (_, first) = &all[0];
    let points = first.header().k_grid.len();
    assert_eq!((points, first.n_branch()), (64, 3));
    for (format, phonons) in &all {
        assert_eq!(phonons.header().k_grid, first.header().k_grid, "{format}");
        assert_eq!(phonons.group.order(), 48, "{format}");
        assert_eq!(phonons.peculiar.acoustic_at_gamma, 3, "{format}");
        for branch in 0..3 {
            let energies = phonons.energies(branch).iter().zip(first.energies(branch));
            for (a, b) in energies {
                assert!((a - b).abs() < 1e-8 * (1.0 + b.abs()), "{format}: {a} {b}");
            }
            let velocities = phonons
                .velocities(branch)
                .iter()
                .zip(first.velocities(branch));
            for (i, (a, b)) in velocities.enumerate() {
                assert!((a - b).abs() < 0.01, "{format}, {branch}, {i}: {a} {b}");
            }
        }
    }
    let rates = |i: usize| &all[i].1.rates_at(300.0).unwrap().per_second;
    for (a, b) in rates(2).iter().zip(rates(3)) {
        assert!((a - b).abs() <= 1e-6 * b, "{a} {b}");
    }
    // Velocities are those of the frequencies, also where symmetry took a point to its image.
    let point = first.header().k_grid.index([1, 3, 2]);
    let v = &first.velocities(0)[3 * point..][..3];
    assert!(
        v[0] > 0.0 && (v[0] + v[1]).abs() < 1e-9 * v[0] && v[2].abs() < 1e-6 * v[0],
        "{v:?}"
    );
}

#[test]
fn what_a_direct_solution_says_is_kept_beside_the_relaxation_time() {
    let all = all();
    let published = &all[2].1.published;
    let of = |method: &str| -> Vec<f64> {
        let own = published.iter().filter(|p| p.method == method);
        own.map(|p| p.kappa[0][0]).collect()
    };
    assert_eq!(of("LBTE"), [2.0, 2.0]);
    assert_eq!(of("RTA"), [1.0, 1.0]);
}

#[test]
fn a_rate_file_that_is_named_is_the_one_that_is_taken() {
    let samples = phonon_samples();
    let sample = samples.iter().find(|s| s.format == "ShengBTE").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let main = sample.write(folder.path());
    let own = open(&main).unwrap();
    let text = std::fs::read_to_string(folder.path().join("BTE.w")).unwrap();
    let twice = text.lines().map(|line| {
        let numbers: Vec<f64> = line
            .split_whitespace()
            .map(|w| w.parse().unwrap())
            .collect();
        format!("{:e} {:e}\n", numbers[0], 2.0 * numbers[1])
    });
    let other = folder.path().join("BTE.w_3ph");
    std::fs::write(&other, twice.collect::<String>()).unwrap();
    let named = open(&other).unwrap();
    let rates = |p: &Phonons| p.rates()[0].per_second.clone();
    for (a, b) in rates(&named).iter().zip(rates(&own)) {
        assert!((a - 2.0 * b).abs() <= 1e-9 * b);
    }
    // Rates in folders of their temperatures.
    std::fs::remove_file(folder.path().join("BTE.w")).unwrap();
    for t in ["T150K", "T400K"] {
        std::fs::create_dir(folder.path().join(t)).unwrap();
        std::fs::write(folder.path().join(t).join("BTE.w"), &text).unwrap();
    }
    let several = open(&main).unwrap();
    let t: Vec<f64> = several.rates().iter().map(|r| r.temperature_k).collect();
    assert_eq!(t, [150.0, 400.0]);
    // A rate file of another run is told.
    std::fs::write(&other, text.replace("1.", "2.")).unwrap();
    let error = open(&other).unwrap_err().to_string();
    assert!(error.contains("where BTE.omega has"), "{error}");
}

/// Imaginary modes, modes without lifetime and Γ's acoustic ones are counted, told, and carry nothing.
#[test]
fn peculiar_modes_are_counted_and_told() {
    let samples = phonon_samples();
    let sample = samples.iter().find(|s| s.format == "kappa.hdf5").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = sample.write(folder.path());
    let file = hdf5::File::open_rw(&path).unwrap();
    let weights = file.dataset("weight").unwrap().read_raw::<f64>().unwrap();
    let change = |name: &str, at: usize, to: f64| {
        let dataset = file.dataset(name).unwrap();
        let mut all = dataset.read_raw::<f64>().unwrap();
        all[at] = to;
        dataset.write_raw(&all).unwrap();
    };
    // The first branch of the sixth q-point is imaginary; the second of the eighth has no linewidth.
    change("frequency", 3 * 5, -0.8);
    change("gamma", 3 * 7 + 1, 0.0);
    file.close().unwrap();
    let phonons = open(&path).unwrap();
    let of = |q: usize| weights[q] as usize;
    assert_eq!(phonons.peculiar.imaginary, of(5));
    assert_eq!(phonons.peculiar.without_rate, of(7));
    assert_eq!(phonons.peculiar.acoustic_at_gamma, 3);
    let notes = phonons.notes().join("\n");
    for word in [
        "imaginary",
        "acoustic",
        "lifetime",
        &of(5).to_string(),
        &of(7).to_string(),
    ] {
        assert!(notes.contains(word), "{word}: {notes}");
    }
    // Two temperatures, with the linewidths of each.
    let t: Vec<f64> = phonons.rates().iter().map(|r| r.temperature_k).collect();
    assert_eq!(t, [150.0, 300.0]);
    let said = finish(command().arg("info").arg(&path)).text();
    for word in ["imaginary", "THz", "THz·Å", "no 2π"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}
