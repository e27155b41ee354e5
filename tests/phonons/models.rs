//! Model phonons against docs/physics §14, through grids: bars hold the truth and are not far too wide.

use bzint::crystal::KGrid;
use bzint::excitations::Phonons;
use bzint::phonons::model::PhononModel;
use bzint::phonons::{
    Lifetimes, Mechanism, PhononRates, ballistic, heat, mode_sums, speeds, thermal_axis,
};
use bzint::units::{BOLTZMANN, PLANCK};

/// Å, THz.
const A: f64 = 4.0;
const F: f64 = 10.0;
const TAU: f64 = 1e-11;

fn model(model: PhononModel, n: [usize; 3], shift: [f64; 3]) -> Phonons {
    model.phonons(A, F, KGrid::new(n, shift).unwrap()).unwrap()
}

/// K at which k_BT/ħω₀ is `t`.
fn kelvin(t: f64) -> f64 {
    t * PLANCK * F * 1e12 / BOLTZMANN
}

/// c_v/k_B per cell and κ_xx/(k_B ω₀² a² τ/V), with bars.
fn found(phonons: &Phonons, t: f64) -> [(f64, f64); 2] {
    let kelvin = kelvin(t);
    let axis = thermal_axis(phonons, kelvin, None).unwrap();
    let found = heat(
        phonons,
        kelvin,
        Some(&Lifetimes::Constant(TAU)),
        &axis,
        false,
    )
    .unwrap();
    let volume = phonons.volume_m3();
    let c = volume / BOLTZMANN;
    let omega = 2.0 * std::f64::consts::PI * F * 1e12;
    let k = volume / (BOLTZMANN * (omega * A * 1e-10).powi(2) * TAU);
    let kappa = found.kappa.unwrap();
    [
        (found.heat_capacity.value * c, found.heat_capacity.error * c),
        (kappa.value[0][0] * k, kappa.error[0][0] * k),
    ]
}

const CHAIN: [(f64, f64, f64); 3] = [
    (0.1, 0.220502750905, 0.0500842405759),
    (0.5, 0.855389031941, 0.115530888348),
    (5.0, 0.998335830031, 0.124895937397),
];
const SCALAR: [(f64, f64, f64); 3] = [
    (0.3, 0.151118482634, 0.01192907164),
    (1.0, 0.787903028358, 0.04341891126),
    (5.0, 0.990069573898, 0.05204624367),
];

#[test]
fn the_chain_has_its_exact_values() {
    for n in [64, 257] {
        for shift in [0.0, 0.5] {
            let phonons = model(PhononModel::Chain, [n, 1, 1], [shift, 0.0, 0.0]);
            for (t, c, k) in CHAIN {
                for ((value, bar), want) in found(&phonons, t).into_iter().zip([c, k]) {
                    assert!(
                        (value - want).abs() <= bar,
                        "{n} {shift} {t}: {value} ± {bar}, {want}"
                    );
                    assert!(bar < 0.05 * want, "{n} {shift} {t}: {bar} of {want}");
                }
            }
        }
    }
}

/// Where it is cold the chain has κ = k_B a ω_m² τ · πt/6 and c_v = k_B 2πt/3, where it is hot κ → 1/8.
#[test]
fn the_chain_has_its_limits() {
    let phonons = model(PhononModel::Chain, [4096, 1, 1], [0.5, 0.0, 0.0]);
    let t = 0.01;
    let [(c, c_bar), (k, k_bar)] = found(&phonons, t);
    let pi = std::f64::consts::PI;
    // The next term of both is of order t³.
    assert!(
        (c - 2.0 * pi * t / 3.0).abs() < c_bar + 50.0 * t.powi(3),
        "{c} ± {c_bar}"
    );
    assert!(
        (k - pi * t / 6.0).abs() < k_bar + 50.0 * t.powi(3),
        "{k} ± {k_bar}"
    );
    let [_, (hot, bar)] = found(&phonons, 100.0);
    assert!((hot - 0.125).abs() < bar + 1e-6, "{hot} ± {bar}");
}

/// The scalar branch on many grids: bars hold the exact value in all but one of twenty cases, and are at most some eight times too wide.
#[test]
fn bars_of_the_scalar_branch_hold_the_truth() {
    let (mut held, mut all, mut wide) = (0, 0, Vec::new());
    for n in [8, 11, 12, 16, 17, 24] {
        for shift in [[0.0; 3], [0.5; 3], [0.3, 0.1, 0.7]] {
            let phonons = model(PhononModel::Scalar, [n; 3], shift);
            for (t, c, k) in SCALAR {
                for ((value, bar), want) in found(&phonons, t).into_iter().zip([c, k]) {
                    all += 1;
                    let error = (value - want).abs();
                    held += usize::from(error <= bar);
                    wide.push(bar / error.max(1e-12));
                    if error > bar {
                        println!("short: {n} {shift:?} {t}: {value} ± {bar}, {want}");
                    }
                }
            }
        }
    }
    wide.sort_by(f64::total_cmp);
    let median = wide[wide.len() / 2];
    println!("{held} of {all} hold; median of bar/error {median:.2}");
    assert!(held as f64 >= 0.95 * all as f64, "{held} of {all}");
    assert!(median < 8.0, "{median}");
}

/// The limit of high temperatures, ⟨v_x²⟩: docs/physics §14.
#[test]
fn hot_phonons_conduct_by_their_velocities_alone() {
    let phonons = model(PhononModel::Scalar, [32; 3], [0.5; 3]);
    let [_, (k, bar)] = found(&phonons, 1e3);
    assert!((k - 0.05246042383).abs() < bar, "{k} ± {bar}");
}

/// Debye: cold, the scalar branch is linear and isotropic, and C_v = (2π²/5)/3 k_B (k_BT/ħc)³ for one branch, κ = C_v c² τ/3.
#[test]
fn the_debye_limit_is_reached() {
    let phonons = model(PhononModel::Scalar, [48; 3], [0.5; 3]);
    let t = 0.05;
    let [(c, bar), (k, k_bar)] = found(&phonons, t);
    // c = ω₀a/√2.
    let speed = 0.5_f64.sqrt();
    let want = 2.0 * std::f64::consts::PI.powi(2) / 15.0 * (t / speed).powi(3);
    // The lattice's dispersion adds a share of some t².
    assert!(
        (c - want).abs() < bar + 30.0 * t * t * want,
        "{c} ± {bar}, {want}"
    );
    let want = want * speed * speed / 3.0;
    assert!(
        (k - want).abs() < k_bar + 30.0 * t * t * want,
        "{k} ± {k_bar}, {want}"
    );
}

/// The chain has one channel at every frequency below ω_m; along (1, 1, 0) of a cubic lattice modes and conductance are those of
/// ½⟨C|v·n|⟩ on the grid.
#[test]
fn channels_are_counted_along_any_direction() {
    let chain = model(PhononModel::Chain, [400, 1, 1], [0.5, 0.0, 0.0]);
    let axis = thermal_axis(&chain, 100.0, Some(200)).unwrap();
    let found = ballistic(&chain, [1.0, 0.0, 0.0], &[kelvin(0.5)], None, &axis).unwrap();
    let per_area = 1.0 / (A * 1e-10).powi(2);
    for (e, m) in found
        .energy_ev
        .iter()
        .zip(&found.modes)
        .filter(|(e, _)| **e < 0.9 * chain.highest_ev())
    {
        assert!(
            (m.value - per_area).abs() <= m.error + 1e-4 * per_area,
            "{e}: {m:?}"
        );
    }
    // Cold, a channel carries π²k_B²T/3h.
    let cold = ballistic(
        &chain,
        [1.0, 0.0, 0.0],
        &[kelvin(0.03)],
        None,
        &thermal_axis(&chain, kelvin(0.03), None).unwrap(),
    );
    let quantum = 9.4643115163866e-13 * kelvin(0.03) * per_area;
    let g = cold.unwrap().conductance[0];
    assert!(
        (g.value / quantum - 1.0).abs() < 1e-3 + g.error / quantum,
        "{g:?} {quantum}"
    );
    let scalar = model(PhononModel::Scalar, [24; 3], [0.5; 3]);
    let t = kelvin(0.7);
    let axis = thermal_axis(&scalar, t, None).unwrap();
    let n = [0.5_f64.sqrt(), 0.5_f64.sqrt(), 0.0];
    let found = ballistic(&scalar, [1.0, 1.0, 0.0], &[t], None, &axis).unwrap();
    let sums = mode_sums(&scalar, t, None, None, &[n]).unwrap();
    let g = found.conductance[0];
    assert!(
        (g.value - sums.ballistic[0]).abs() <= g.error,
        "{g:?} {}",
        sums.ballistic[0]
    );
    assert!(g.error < 0.02 * g.value, "{g:?}");
}

/// With 1/τ ∝ ω² the integrand diverges at Γ: bars hold what the grids leave out there, too.
#[test]
fn bars_hold_where_lifetimes_diverge() {
    let rates = PhononRates {
        mechanisms: vec![Mechanism::Umklapp {
            b_s_per_k: 1e-19,
            theta_k: 0.0,
            divisor: 1.0,
        }],
    };
    let t = kelvin(1.0);
    let sum = |n: usize| {
        let phonons = model(PhononModel::Scalar, [n; 3], [0.5; 3]);
        let rates = rates.at(&phonons, t).unwrap();
        mode_sums(&phonons, t, Some(&rates), None, &[])
            .unwrap()
            .kappa
            .unwrap()[0][0]
    };
    // The midpoint sum leaves out an amount of order h.
    let exact = 2.0 * sum(120) - sum(60);
    let (mut held, mut all) = (0, 0);
    for n in [8, 9, 12, 16, 21, 24] {
        for shift in [[0.0; 3], [0.5; 3], [0.2, 0.4, 0.1]] {
            let phonons = model(PhononModel::Scalar, [n; 3], shift);
            let times = Lifetimes::of_rates(&rates.at(&phonons, t).unwrap());
            let axis = thermal_axis(&phonons, t, None).unwrap();
            let kappa = heat(&phonons, t, Some(&times), &axis, false)
                .unwrap()
                .kappa
                .unwrap();
            let (value, bar) = (kappa.value[0][0], kappa.error[0][0]);
            println!("{n} {shift:?}: {value:.4e} ± {bar:.1e}, {exact:.4e}");
            held += usize::from((value - exact).abs() <= bar);
            all += 1;
        }
    }
    assert!(held as f64 >= 0.95 * all as f64, "{held} of {all}");
}

/// Rates add up, and isotopes scatter slow waves as g V ω⁴/4πv³ (Klemens).
#[test]
fn rates_have_their_laws() {
    let phonons = model(PhononModel::Scalar, [24; 3], [0.5; 3]);
    let g = 2e-4;
    let of = |mechanisms: Vec<Mechanism>| PhononRates { mechanisms }.at(&phonons, 200.0).unwrap();
    let isotopes = of(vec![Mechanism::Isotopes { variance: g }]);
    // Slow enough for the law, fast enough for the grid: about 0.4 ω₀.
    let wanted = 0.4 * F * PLANCK * 1e12 / bzint::units::EV;
    let distance = |mode: usize| (phonons.energies(0)[mode] - wanted).abs();
    let slowest = (0..isotopes.len())
        .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
        .unwrap();
    let omega = bzint::excitations::angular(phonons.energies(0)[slowest]);
    let speed = 2.0 * std::f64::consts::PI * F * 1e12 * A * 1e-10 / 2f64.sqrt();
    let want =
        g * phonons.volume_m3() * omega.powi(4) / (4.0 * std::f64::consts::PI * speed.powi(3));
    assert!(
        (isotopes[slowest] / want - 1.0).abs() < 0.15,
        "{} {want}",
        isotopes[slowest]
    );
    // Natural silicon has g = 2.0e-4 of its three isotopes; a file may name the atoms in its place.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("r.toml");
    std::fs::write(&file, "[[isotopes]]\natoms = [\"Si\"]\n").unwrap();
    let named = PhononRates::read(&file)
        .unwrap()
        .at(&phonons, 200.0)
        .unwrap();
    assert!((named[slowest] / isotopes[slowest] - 1.997 / 2.0).abs() < 1e-3);
    let boundary = Mechanism::Boundary {
        length_m: 1e-6,
        specularity: 0.5,
    };
    let defects = Mechanism::PointDefects { a_s3: 1e-44 };
    let constant = Mechanism::Constant { tau_s: 1e-11 };
    let each: Vec<Vec<f64>> = [boundary, defects, constant].map(|m| of(vec![m])).into();
    let together = of(vec![boundary, defects, constant]);
    for (i, all) in together.iter().enumerate() {
        let sum: f64 = each.iter().map(|r| r[i]).sum();
        assert!((all / sum - 1.0).abs() < 1e-12);
    }
    assert!((each[1][slowest] / (1e-44 * omega.powi(4)) - 1.0).abs() < 1e-9);
    assert!((each[2][slowest] - 1e11).abs() < 1.0);
    let v = speeds(&phonons).unwrap()[slowest];
    assert!((each[0][slowest] / (v / 3e-6) - 1.0).abs() < 1e-12);
}
