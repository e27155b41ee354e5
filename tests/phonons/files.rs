//! Files of other programs, rebuilt to the last digit that they print.

use crate::common::shared;
use bzint::excitations::Phonons;
use bzint::integrate::{Channel, Channels};
use bzint::io::phonons::{open, write};
use bzint::phonons::{
    Lifetimes, PhononSpectrum, accumulation, ballistic, heat, lengths, mode_sums, path_range,
    thermal_axis,
};

fn rates(phonons: &Phonons) -> &[f64] {
    &phonons.rates_at(300.0).unwrap().per_second
}

/// phono3py 4.8: κ(300 K) of its own file.
#[test]
fn silicon_of_phono3py_is_rebuilt() {
    let Some(file) = shared("phonon/Si/kappa-m111111.hdf5") else {
        return;
    };
    let phonons = open(&file).unwrap();
    assert_eq!(
        (phonons.header().k_grid.n, phonons.n_branch()),
        ([11; 3], 6)
    );
    assert_eq!(
        (
            phonons.peculiar.acoustic_at_gamma,
            phonons.peculiar.imaginary,
            phonons.peculiar.without_rate
        ),
        (3, 0, 0)
    );
    let sums = mode_sums(&phonons, 300.0, Some(rates(&phonons)), None, &[]).unwrap();
    let kappa = sums.kappa.unwrap();
    let own = phonons.published[0].kappa;
    for i in 0..3 {
        // Its constants of nature are older.
        assert!(
            (kappa[i][i] / own[i][i] - 1.0).abs() < 2e-5,
            "{kappa:?} {own:?}"
        );
        assert_eq!(format!("{:.2}", kappa[i][i]), "108.98");
    }
    assert!((kappa[0][1] / kappa[0][0]).abs() < 1e-9);
    let axis = thermal_axis(&phonons, 300.0, None).unwrap();
    let times = Lifetimes::of_rates(rates(&phonons));
    let found = heat(&phonons, 300.0, Some(&times), &axis, false).unwrap();
    let k = found.kappa.unwrap();
    println!("tetrahedra: {} ± {}", k.value[0][0], k.error[0][0]);
    assert!((k.value[0][0] - 108.98).abs() < k.error[0][0] && k.error[0][0] < 108.98);
}

/// docs/physics §23.
#[test]
fn boron_arsenide_of_shengbte_is_rebuilt() {
    let (Some(folder), Some(three)) = (shared("phonon/BAs"), shared("phonon/BAs/BTE.w_3ph.gz"))
    else {
        return;
    };
    let phonons = open(&folder).unwrap();
    assert!((phonons.header().lattice.volume() - 27.876312).abs() < 1e-6);
    let own = rates(&phonons);
    let x = [1.0, 0.0, 0.0];
    for (boundary, want, digits) in [
        (None, "838.936", 3),
        (Some(1e-7), "100.487", 3),
        (Some(1e-6), "455.24", 2),
        (Some(1e-5), "763.91", 2),
    ] {
        let sums = mode_sums(&phonons, 300.0, Some(own), boundary, &[x]).unwrap();
        let kappa = sums.kappa.unwrap()[0][0];
        assert_eq!(format!("{kappa:.digits$}"), want);
        assert_eq!(format!("{:.5e}", sums.heat_capacity), "2.06356e6");
        assert_eq!(format!("{:.5e}", sums.ballistic[0]), "1.05123e9");
        assert_eq!(sums.left_out, 3);
    }
    let only_three = open(&three).unwrap();
    let sums = mode_sums(&only_three, 300.0, Some(rates(&only_three)), None, &[]).unwrap();
    // §23 has 1506.880, the xx component as listed; the mean over the group is 1506.8793.
    assert_eq!(format!("{:.2}", sums.kappa.unwrap()[0][0]), "1506.88");
    // By tetrahedra, with bars that hold the sums over the same modes.
    let axis = thermal_axis(&phonons, 300.0, None).unwrap();
    let g = ballistic(&phonons, x, &[300.0], None, &axis)
        .unwrap()
        .conductance[0];
    assert!(
        (g.value - 1.05123e9).abs() < g.error && g.error < 0.05 * g.value,
        "{g:?}"
    );
    let times = Lifetimes::of_rates(own);
    let found = heat(&phonons, 300.0, Some(&times), &axis, true).unwrap();
    let c = found.heat_capacity;
    assert!(
        // BTE.cv counts the three modes at Γ, k_B each.
        (c.value - 2063926.62463107).abs() < c.error && c.error < 0.01 * c.value,
        "{c:?}"
    );
    let kappa = found.kappa.unwrap();
    println!("tetrahedra: {} ± {}", kappa.value[0][0], kappa.error[0][0]);
    assert!((kappa.value[0][0] - 838.936).abs() < kappa.error[0][0]);
    // What is accumulated over frequencies and over mean free paths ends in κ.
    let last = found.kappa_below.last().unwrap().value[0][0];
    assert!((last / kappa.value[0][0] - 1.0).abs() < 1e-9);
    let Lifetimes::Each(times) = times else {
        unreachable!()
    };
    let by_length = lengths(path_range(&phonons, &times).unwrap());
    let by_path = accumulation(&phonons, 300.0, &times, &by_length).unwrap();
    let end = by_path.kappa.last().unwrap();
    assert!((end.value[0][0] - kappa.value[0][0]).abs() < end.error[0][0] + kappa.error[0][0]);
    let mut last = 0.0;
    for k in &by_path.kappa {
        assert!(k.value[0][0] >= last - 1e-9 * end.value[0][0], "{last}");
        last = k.value[0][0];
    }
}

/// A shifted and a Γ-centred mesh of the same crystal: six modes each, and densities that agree within their bars.
#[test]
fn both_meshes_of_rock_salt_agree() {
    let (Some(shifted), Some(centred)) = (
        shared("phonon/NaCl/mesh_default.hdf5"),
        shared("phonon/NaCl/mesh_gc15.hdf5"),
    ) else {
        return;
    };
    let all = [open(&shifted).unwrap(), open(&centred).unwrap()];
    assert_eq!(all[0].header().k_grid.shift, [0.5; 3]);
    assert_eq!(all[1].header().k_grid.shift, [0.0; 3]);
    assert_eq!(all[0].peculiar.acoustic_at_gamma, 0);
    assert_eq!(all[1].peculiar.acoustic_at_gamma, 3);
    let axis = thermal_axis(&all[1], 300.0, Some(40)).unwrap();
    let found = [0, 1].map(|i| {
        PhononSpectrum::new(&all[i], all[i].branches(), &axis, Channels::Basic)
            .unwrap()
            .spectrum
    });
    for spectrum in &found {
        let (count, _) = spectrum.total_cumulative(Channel::States);
        assert!((count.last().unwrap() - 6.0).abs() < 1e-9, "{count:?}");
    }
    let [a, b] = [0, 1].map(|i| found[i].total_density(Channel::States));
    let within = (0..axis.bins())
        .filter(|k| (a.0[*k] - b.0[*k]).abs() <= a.1[*k] + b.1[*k])
        .count();
    println!("{within} of {} bins", axis.bins());
    assert!(
        within as f64 >= 0.95 * axis.bins() as f64,
        "{within} of {}",
        axis.bins()
    );
    for t in [50.0, 300.0] {
        let [a, b] = [0, 1].map(|i| {
            let axis = thermal_axis(&all[i], t, None).unwrap();
            heat(&all[i], t, Some(&Lifetimes::Constant(1e-12)), &axis, false).unwrap()
        });
        let (x, y) = (a.heat_capacity, b.heat_capacity);
        assert!(
            (x.value - y.value).abs() <= x.error + y.error,
            "{t}: {x:?} {y:?}"
        );
        let (x, y) = (a.kappa.unwrap(), b.kappa.unwrap());
        assert!(
            (x.value[0][0] - y.value[0][0]).abs() <= x.error[0][0] + y.error[0][0],
            "{t}: {x:?} {y:?}"
        );
        assert!(x.error[0][0] < 0.2 * x.value[0][0]);
    }
}

/// What is written is read again, bit for bit where units do not round.
#[test]
fn native_files_keep_everything() {
    let Some(file) = shared("phonon/Si/kappa-m111111.hdf5") else {
        return;
    };
    let phonons = open(&file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("si.h5");
    write(&path, &phonons, "test").unwrap();
    let again = open(&path).unwrap();
    assert_eq!(again.n_branch(), 6);
    assert_eq!(again.group.order(), phonons.group.order());
    assert_eq!(again.masses, phonons.masses);
    assert_eq!(again.all_velocities(), phonons.all_velocities());
    for branch in 0..6 {
        for (a, b) in again.energies(branch).iter().zip(phonons.energies(branch)) {
            assert!((a - b).abs() <= 1e-15 * b.abs());
        }
    }
    let sums = |p: &Phonons| {
        mode_sums(p, 300.0, Some(rates(p)), None, &[])
            .unwrap()
            .kappa
            .unwrap()[0][0]
    };
    assert!((sums(&again) / sums(&phonons) - 1.0).abs() < 1e-12);
}

/// Nearest-neighbour springs on an fcc lattice, a = 4 Å: ω² = ω₀² Σ_d (1 − cos k·d)/8 over twelve neighbours. THz and THz·Å.
fn fcc_mode(k: [f64; 3]) -> (f64, [f64; 3]) {
    let (mut square, mut slope) = (0.0, [0.0; 3]);
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
        for (s, t) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
            let mut d = [0.0; 3];
            (d[i], d[j]) = (2.0 * s, 2.0 * t);
            let phase: f64 = (0..3).map(|a| k[a] * d[a]).sum();
            square += (1.0 - phase.cos()) / 8.0;
            for a in 0..3 {
                slope[a] += d[a] * phase.sin() / 8.0;
            }
        }
    }
    let root: f64 = square.sqrt();
    let nu = 5.0 * root;
    let unit = 2.0 * std::f64::consts::PI * 5.0;
    (
        nu,
        slope.map(|x| {
            if root > 0.0 {
                unit * x / (2.0 * root)
            } else {
                0.0
            }
        }),
    )
}

/// A cubic mesh of the conventional cell is no grid along the primitive axes: it is read as the lattice that it is, and gives what a
/// regular grid of the same crystal gives.
#[test]
fn generalised_grids_are_read() {
    let read = |points: &[[f64; 3]], mesh: f64, name: &str| {
        let folder = tempfile::tempdir().unwrap();
        let yaml = "physical_unit:\n  length: \"angstrom\"\nprimitive_cell:\n  lattice:\n  - [ 0.0, 2.0, 2.0 ]\n  - [ 2.0, 0.0, 2.0 ]\n  - [ 2.0, 2.0, 0.0 ]\n  points:\n  - symbol: Al\n    coordinates: [ 0, 0, 0 ]\n    mass: 27\n";
        for structure in ["phonopy.yaml", "phono3py.yaml"] {
            std::fs::write(folder.path().join(structure), yaml).unwrap();
        }
        let path = folder.path().join(name);
        let file = hdf5::File::create(&path).unwrap();
        let put = |name: &str, shape: &[usize], data: &[f64]| {
            let dataset = file.new_dataset::<f64>().shape(shape).create(name);
            dataset.unwrap().write_raw(data).unwrap();
        };
        let pi = std::f64::consts::PI;
        // b₁ = (2π/a)(−1, 1, 1) and so on.
        let k = |u: &[f64; 3]| {
            let unit = 2.0 * pi / 4.0;
            [u[1] + u[2] - u[0], u[0] + u[2] - u[1], u[0] + u[1] - u[2]].map(|x| unit * x)
        };
        let modes: Vec<(f64, [f64; 3])> = points.iter().map(|u| fcc_mode(k(u))).collect();
        let n = points.len();
        // Three times the same branch: one atom has three.
        let all: Vec<f64> = modes.iter().flat_map(|m| [m.0; 3]).collect();
        let velocities: Vec<f64> = modes.iter().flat_map(|m| [m.1; 3]).flatten().collect();
        put("mesh", &[3], &[mesh; 3]);
        if name.starts_with("kappa") {
            // phono3py says so that its grid is general: the rows are the grid's vectors in the primitive cell's.
            let d = mesh;
            put("grid_matrix", &[3, 3], &[-d, d, d, d, -d, d, d, d, -d]);
            put("temperature", &[1], &[200.0]);
            // τ = 1/4πγ: 1 ps for every mode.
            let gamma = 1.0 / (4.0 * std::f64::consts::PI);
            put(
                "gamma",
                &[1, points.len(), 3],
                &vec![gamma; 3 * points.len()],
            );
        }
        put("qpoint", &[n, 3], points.as_flattened());
        put("frequency", &[n, 3], &all);
        put("group_velocity", &[n, 3, 3], &velocities);
        file.close().unwrap();
        open(&path).unwrap()
    };
    let m = 20;
    let mut cubic: Vec<[i32; 3]> = Vec::new();
    for p in 0..m * m * m {
        let (i, j, l) = (p / (m * m), p / m % m, p % m);
        let u = [j + l, i + l, i + j].map(|x| x % m);
        cubic.push(u);
    }
    cubic.sort_unstable();
    cubic.dedup();
    let cubic: Vec<[f64; 3]> = cubic
        .iter()
        .map(|u| u.map(|x| f64::from(x) / f64::from(m)))
        .collect();
    let general = read(&cubic, f64::from(m), "mesh.hdf5");
    assert_eq!(general.header().k_grid.len(), (m * m * m / 2) as usize);
    let n = 16;
    let plain: Vec<[f64; 3]> = (0..n * n * n)
        .map(|p| [p / (n * n), p / n % n, p % n].map(|x| f64::from(x) / f64::from(n)))
        .collect();
    let plain = read(&plain, f64::from(n), "mesh.hdf5");
    assert_eq!(plain.header().k_grid.n, [16; 3]);
    assert_eq!(plain.group.order(), general.group.order());
    let [a, b] = [&general, &plain].map(|phonons| {
        let axis = thermal_axis(phonons, 200.0, None).unwrap();
        heat(
            phonons,
            200.0,
            Some(&Lifetimes::Constant(1e-12)),
            &axis,
            false,
        )
        .unwrap()
    });
    // The same grid from phono3py, with its rates.
    let with_rates = read(&cubic, f64::from(m), "kappa-m202020.hdf5");
    assert_eq!(with_rates.header().k_grid, general.header().k_grid);
    assert_eq!(with_rates.all_velocities(), general.all_velocities());
    let rates = &with_rates.rates_at(200.0).unwrap().per_second;
    assert!(rates.iter().all(|r| (r * 1e-12 - 1.0).abs() < 1e-12));
    let (x, y) = (a.heat_capacity, b.heat_capacity);
    assert!(
        (x.value - y.value).abs() <= x.error + y.error,
        "{x:?} {y:?}"
    );
    let (x, y) = (a.kappa.unwrap(), b.kappa.unwrap());
    for i in 0..3 {
        assert!(
            (x.value[i][i] - y.value[i][i]).abs() <= x.error[i][i] + y.error[i][i],
            "{x:?} {y:?}"
        );
        assert!(x.error[i][i] < 0.1 * x.value[i][i], "{x:?}");
    }
}
