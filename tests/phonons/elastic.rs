//! Christoffel's equation against docs/physics §14.

use bzint::elastic::{Stiffness, focus_map, waves};

const SI: ([f64; 3], f64) = ([165.64, 63.94, 79.51], 2329.0);
const GE: ([f64; 3], f64) = ([129.2, 47.9, 67.0], 5323.0);

fn of(material: ([f64; 3], f64), n: [f64; 3]) -> [bzint::elastic::Wave; 3] {
    waves(&Stiffness::new(&material.0).unwrap(), material.1, n).unwrap()
}

#[track_caller]
fn close(got: f64, want: f64, digits: f64) {
    assert!(
        (got / want - 1.0).abs() < digits,
        "got {got:.12}, expected {want:.12}"
    );
}

#[test]
fn silicon_and_germanium_have_their_tables() {
    let [st, ft, la] = of(SI, [0.0, 0.0, 1.0]);
    close(la.phase_velocity, 8433.30615124, 1e-10);
    close(st.phase_velocity, 5842.86877315, 1e-10);
    close(ft.phase_velocity, 5842.86877315, 1e-10);
    close(la.enhancement, 0.270589702852, 1e-9);
    let [c11, c12, c44] = SI.0;
    let a = (c44 + (c12 + c44).powi(2) / (c11 - c44)) / c11;
    close(la.enhancement, 1.0 / (a * a), 1e-10);
    let [st, ft, la] = of(SI, [1.0, 1.0, 0.0]);
    close(la.phase_velocity, 9133.80332863, 1e-10);
    close(ft.phase_velocity, 5842.86877315, 1e-10);
    close(st.phase_velocity, 4672.62291383, 1e-10);
    close(st.enhancement, 0.228077977, 1e-8);
    close(ft.enhancement, 5.83532341, 1e-8);
    assert!(ft.orientation < 0.0 && st.orientation > 0.0);
    close(la.enhancement, 1.42241773, 1e-8);
    let [st, ft, la] = of(SI, [1.0, 1.0, 1.0]);
    close(la.phase_velocity, 9355.65426794, 1e-10);
    close(st.phase_velocity, 5092.67203243, 1e-10);
    // Conical refraction: no one direction of energy.
    assert!(st.group_speed.is_nan() && ft.enhancement.is_nan());
    for (wave, want) in of(SI, [1.0, 2.0, 3.0]).iter().zip([
        (4891.6824585, 5067.3155339, 15.12914007, 0.514289402),
        (5624.1390997, 5795.3904604, 13.96331615, 1.56709123),
        (9156.3849719, 9205.6489482, 5.930195679, 1.54972365),
    ]) {
        close(wave.phase_velocity, want.0, 1e-8);
        close(wave.group_speed, want.1, 1e-8);
        close(wave.power_flow_angle, want.2, 1e-8);
        close(wave.enhancement, want.3, 1e-8);
    }
    let la = of(GE, [0.0, 0.0, 1.0])[2];
    close(la.phase_velocity, 4926.66490158, 1e-10);
    close(la.enhancement, 0.214060070108, 1e-9);
    let st = of(GE, [1.0, 2.0, 0.0])[0];
    close(st.phase_velocity, 3018.3980696, 1e-8);
    close(st.group_speed, 3329.497151, 1e-8);
    close(st.power_flow_angle, 24.96541239, 1e-8);
    close(st.enhancement, 0.673615239, 1e-8);
}

/// v_g·n̂ = v_ph for any stiffness; the enhancement is the ratio of solid angles, by finite differences.
#[test]
fn identities_hold_in_a_triclinic_crystal() {
    let constants = [
        150.0, 50.0, 40.0, 5.0, -7.0, 3.0, 180.0, 60.0, 4.0, 6.0, -2.0, 140.0, 1.0, 8.0, 5.0, 60.0,
        3.0, -4.0, 70.0, 6.0, 55.0,
    ];
    let stiffness = Stiffness::new(&constants).unwrap();
    let n: [f64; 3] = [0.3, -0.7, 0.5];
    let norm = n.iter().map(|x| x * x).sum::<f64>().sqrt();
    let n = n.map(|x| x / norm);
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    };
    let t1 = cross(n, [1.0, 0.0, 0.0]);
    let norm = t1.iter().map(|x| x * x).sum::<f64>().sqrt();
    let t1 = t1.map(|x| x / norm);
    let t2 = cross(n, t1);
    let at = |t: [f64; 3], h: f64| {
        waves(&stiffness, 3000.0, std::array::from_fn(|i| n[i] + h * t[i])).unwrap()
    };
    let here = at(t1, 0.0);
    for m in 0..3 {
        let v = here[m].group_velocity;
        let along: f64 = (0..3).map(|i| v[i] * n[i]).sum();
        close(along, here[m].phase_velocity, 1e-12);
        let h = 1e-5;
        let unit = |w: &bzint::elastic::Wave| w.group_velocity.map(|x| x / w.group_speed);
        let slope = |t: [f64; 3]| {
            let (a, b) = (unit(&at(t, h)[m]), unit(&at(t, -h)[m]));
            std::array::from_fn(|i| (a[i] - b[i]) / (2.0 * h))
        };
        let normal = cross(slope(t1), slope(t2));
        let jacobian: f64 = (0..3).map(|i| normal[i] * unit(&here[m])[i]).sum();
        close(here[m].enhancement, 1.0 / jacobian.abs(), 1e-5);
        assert_eq!(here[m].orientation, jacobian.signum());
    }
}

/// Isotropic media focus nothing, and a map's pixels have all rays.
#[test]
fn maps_hold_every_ray_and_an_isotropic_one_is_even() {
    let isotropic = Stiffness::new(&[200.0, 100.0, 50.0]).unwrap();
    let map = focus_map(&isotropic, 2000.0, [0.0, 0.0, 1.0], 40, 200).unwrap();
    for x in map.intensity[2].iter().filter(|x| x.is_finite()) {
        assert!(*x < 1.35, "{x}");
    }
    let silicon = Stiffness::new(&SI.0).unwrap();
    let map = focus_map(&silicon, SI.1, [0.0, 0.0, 1.0], 60, 100).unwrap();
    for m in 0..3 {
        let all: f64 = map.intensity[m].iter().filter(|x| x.is_finite()).sum();
        let inside = std::f64::consts::PI / 4.0 * 3600.0;
        close(all, inside, 0.02);
    }
    // Transverse waves are gathered along ⟨100⟩: the middle is bright.
    let brightest = map.intensity[1]
        .iter()
        .copied()
        .filter(|x| x.is_finite())
        .fold(0.0, f64::max);
    assert!(brightest > 4.0, "{brightest}");
}

#[test]
fn what_is_no_crystal_is_refused() {
    for constants in [
        &[1.0, 2.0][..],
        &[100.0, 150.0, 50.0],
        &[100.0, 50.0, -1.0],
        &[f64::NAN, 1.0, 1.0],
    ] {
        let error = Stiffness::new(constants).unwrap_err();
        assert!(
            error.is_usage() && error.to_string().contains("--elastic"),
            "{error}"
        );
    }
    let silicon = Stiffness::new(&SI.0).unwrap();
    assert!(waves(&silicon, 2329.0, [0.0; 3]).is_err());
    assert!(waves(&silicon, -1.0, [1.0, 0.0, 0.0]).is_err());
}

/// A file's branches near Γ: the scalar branch is isotropic there with c = ω₀a/√2, and silicon's waves are those of its elastic constants
/// as far as the file's forces, of a small supercell, have them.
#[test]
fn branches_of_a_file_are_waves_near_gamma() {
    use bzint::crystal::KGrid;
    use bzint::phonons::model::PhononModel;
    for (n, shift) in [(8, 0.0), (8, 0.5), (12, 0.0), (40, 0.0)] {
        let grid = KGrid::new([n; 3], [shift; 3]).unwrap();
        let phonons = PhononModel::Scalar.phonons(4.0, 10.0, grid).unwrap();
        let speed = 2.0 * std::f64::consts::PI * 1e13 * 4e-10 / 2f64.sqrt();
        for n in [[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 2.0, 3.0]] {
            let wave = bzint::phonons::LongWaves::of(&phonons)
                .unwrap()
                .waves(n)
                .unwrap()[0];
            let held = |got: bzint::uncertainty::Scalar, want: f64, most: f64| {
                let off = (got.value - want).abs();
                assert!(
                    off <= got.error + 1e-9 * want && got.error < most,
                    "{n:?} {got:?} {want}"
                );
            };
            held(wave.phase_velocity, speed, 0.01 * speed);
            held(wave.group_speed, speed, 0.01 * speed);
            assert!(wave.power_flow_angle.value < 0.1, "{wave:?}");
            assert!((wave.enhancement.value - 1.0).abs() < 0.01, "{wave:?}");
        }
    }
    // A chain: ω_m a/2.
    let grid = KGrid::new([20, 1, 1], [0.0; 3]).unwrap();
    let chain = PhononModel::Chain.phonons(4.0, 10.0, grid).unwrap();
    let waves = bzint::phonons::LongWaves::of(&chain).unwrap();
    let got = waves.waves([1.0, 0.0, 0.0]).unwrap()[0].phase_velocity;
    let want = std::f64::consts::PI * 1e13 * 4e-10;
    assert!(
        (got.value - want).abs() <= got.error && got.error < 0.02 * want,
        "{got:?}"
    );
    let Some(file) = crate::common::shared("phonon/Si/kappa-m111111.hdf5") else {
        return;
    };
    let phonons = bzint::io::phonons::open(&file).unwrap();
    // The dynamical matrix of the run's own second-order force constants at |q| = 0.02 1/Å; measured constants are another crystal's.
    for (n, own) in [
        ([0.0, 0.0, 1.0], [4833.4, 4833.4, 8254.5]),
        ([1.0, 1.0, 0.0], [4069.4, 4835.0, 8655.4]),
        ([1.0, 1.0, 1.0], [4338.3, 4338.3, 8786.8]),
        ([1.0, 2.0, 3.0], [4218.1, 4690.7, 8663.6]),
    ] {
        let found = bzint::phonons::LongWaves::of(&phonons)
            .unwrap()
            .waves(n)
            .unwrap();
        for (w, own) in found.iter().zip(own) {
            let speed = w.phase_velocity;
            assert!(
                (speed.value - own).abs() <= speed.error && speed.error < 0.07 * own,
                "{n:?} {speed:?} {own}"
            );
        }
    }
}
