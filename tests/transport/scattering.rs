//! Scattering rates, mobilities and Hall factors against the values of docs/physics §§5, 6 and 8, and parameter files.

use bzint::scattering::{
    AcousticDeformation, Alloy, BandEdges, BandTransport, Carrier, Conditions, ConstantTime,
    CoulombCutoff, Edge, Intervalley, InverseDos, IonisedImpurities, MeanFreePath, Mechanism,
    NeutralImpurities, POINTS, Piezoelectric, PolarOptical, PowerLaw, ScatteringModel, Valley,
    band_transport, shares, total_rate, window_shares,
};
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, EV, HBAR};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

#[track_caller]
fn close(got: f64, want: f64, digits: f64) {
    assert!(
        (got / want - 1.0).abs() < digits,
        "got {got:.13e}, expected {want:.13e}"
    );
}

const KT: f64 = BOLTZMANN_EV * 300.0;

fn gaas() -> Valley {
    Valley::spherical(0.067)
}

fn silicon() -> Valley {
    Valley::ellipsoidal(0.9163, 0.1905, 6.0)
}

/// 300 K, N_I = n = 1e17 cm⁻³ with Debye's screening, as §8's table has it.
fn classical(valley: Valley) -> Conditions<'static> {
    Conditions {
        response_per_ev_cm3: 1e17 / KT,
        ..Conditions::new(300.0)
            .unwrap()
            .with_valley(valley)
            .with_ionised(1e17)
    }
}

fn acoustic(deformation_potential_ev: f64, elastic_constant_pa: f64) -> Mechanism {
    Mechanism::Acoustic(AcousticDeformation {
        deformation_potential_ev,
        elastic_constant_pa,
    })
}

fn impurities(relative_permittivity: f64, cutoff: CoulombCutoff) -> Mechanism {
    Mechanism::Ionised(IonisedImpurities {
        relative_permittivity,
        charge_number: 1.0,
        density_per_cm3: None,
        cutoff,
    })
}

fn brooks_herring(relative_permittivity: f64) -> Mechanism {
    impurities(relative_permittivity, CoulombCutoff::BrooksHerring)
}

fn polar() -> Mechanism {
    Mechanism::PolarOptical(PolarOptical {
        phonon_energy_mev: 35.36,
        static_permittivity: 12.90,
        high_frequency_permittivity: 10.92,
    })
}

fn piezo() -> Mechanism {
    Mechanism::Piezoelectric(Piezoelectric::zincblende(0.16, 1.44e11, 4.9e10, 12.90))
}

fn alloy() -> Mechanism {
    Mechanism::Alloy(Alloy {
        scattering_potential_ev: 0.5,
        composition: 0.3,
        site_volume_angstrom3: 5.65325_f64.powi(3) / 4.0,
    })
}

fn power(exponent: f64) -> Mechanism {
    Mechanism::PowerLaw(PowerLaw::thermal(1e-13, exponent))
}

#[test]
fn rates_of_gaas_and_silicon_have_their_published_values() {
    let at = classical(gaas());
    let rate = |m: Mechanism, e: f64| m.rate(e, &at).unwrap();
    let cw = impurities(12.90, CoulombCutoff::ConwellWeisskopf);
    close(rate(acoustic(7.0, 1.44e11), KT), 1.277_813_172_25e11, 1e-11);
    close(rate(brooks_herring(12.90), KT), 2.773_206_516_32e12, 1e-11);
    close(rate(cw, KT), 3.510_919_340_39e12, 1e-11);
    close(rate(polar(), KT), 7.332_784_262_79e11, 1e-11);
    close(rate(polar(), 2.0 * KT), 4.890_919_578_73e12, 1e-11);
    close(rate(polar(), 0.1), 4.210_129_708_62e12, 1e-11);
    close(rate(piezo(), KT), 9.490_574_961_0e10, 1e-11);
    close(rate(alloy(), KT), 2.149_924_068_53e11, 1e-11);
    let neutral = Mechanism::Neutral(NeutralImpurities {
        relative_permittivity: 12.90,
        density_per_cm3: 1e16,
    });
    close(rate(neutral, KT), 3.520_938_165_52e12, 1e-11);
    let cold = Conditions::new(77.0).unwrap().with_valley(gaas());
    close(
        polar().rate(0.01, &cold).unwrap(),
        1.153_250_686_34e10,
        1e-11,
    );
    let Mechanism::Piezoelectric(zincblende) = piezo() else {
        unreachable!()
    };
    close(zincblende.coupling_squared, 0.002_624_660_872, 1e-9);

    let at = classical(silicon());
    let rate = |m: Mechanism| m.rate(KT, &at).unwrap();
    let cw = impurities(11.7, CoulombCutoff::ConwellWeisskopf);
    close(rate(acoustic(9.0, 1.66e11)), 1.926_692_127_56e12, 1e-11);
    close(rate(brooks_herring(11.7)), 2.392_639_103_12e12, 1e-11);
    close(rate(cw), 1.836_230_704_2e12, 1e-11);
    close(rate(intervalley(62.1, 1.1e9)), 5.081_802_072_2e11, 1e-11);
}

fn intervalley(phonon_energy_mev: f64, coupling_ev_per_cm: f64) -> Mechanism {
    Mechanism::Intervalley(Intervalley {
        label: None,
        phonon_energy_mev,
        coupling_ev_per_cm,
        density_kg_per_m3: 2329.0,
        final_valleys: 1.0,
        energy_offset_ev: 0.0,
        final_dos_mass: None,
    })
}

/// The closed form of §8 for a parabolic band, against the form in wave numbers that the code has.
#[test]
fn polar_optical_rates_follow_the_closed_form_at_every_energy() {
    let (phonon, at) = (0.03536, classical(gaas()));
    let occupation = 1.0 / (phonon / KT).exp_m1();
    for ratio in [1e-4_f64, 0.01, 0.3, 0.999, 1.001, 1.5, 4.0, 40.0] {
        let e = ratio * phonon;
        let mut sum = occupation * ((1.0 + 1.0 / ratio).sqrt() - ratio.sqrt().asinh() / ratio);
        if ratio > 1.0 {
            let s = (ratio - 1.0).sqrt();
            sum += (occupation + 1.0) * ((1.0 - 1.0 / ratio).sqrt() + s.asinh() / ratio);
        }
        let speed = (2.0 * e * EV / (0.067 * ELECTRON_MASS)).sqrt();
        let coupling = EV * phonon * EV / HBAR * (1.0 / 10.92 - 1.0 / 12.90)
            / (4.0 * std::f64::consts::PI * bzint::units::VACUUM_PERMITTIVITY * HBAR)
            * EV;
        close(polar().rate(e, &at).unwrap(), coupling / speed * sum, 1e-9);
    }
}

/// Nondegenerate: η far below the edge.
fn thermal(mechanisms: &[Mechanism], at: &Conditions) -> BandTransport {
    band_transport(mechanisms, at, -40.0).unwrap()
}

#[test]
fn mobilities_have_their_published_values() {
    let at = classical(gaas());
    let mobility = |m: &[Mechanism]| thermal(m, &at).mobility;
    let cw = impurities(12.90, CoulombCutoff::ConwellWeisskopf);
    close(mobility(&[acoustic(7.0, 1.44e11)]), 15.454_075_67, 1e-9);
    close(mobility(&[piezo()]), 41.614_805_29, 1e-9);
    close(mobility(&[alloy()]), 9.185_171_58, 1e-9);
    close(mobility(&[cw]), 2.001_024_6, 3e-8);
    close(mobility(&[brooks_herring(12.90)]), 2.962_853_8, 3e-8);
    close(mobility(&[polar()]), 1.377_690_8, 4e-8);
    let all = [
        acoustic(7.0, 1.44e11),
        polar(),
        brooks_herring(12.90),
        piezo(),
    ];
    let together = mobility(&all);
    close(together, 0.521_947_08, 2e-8);
    // Adding inverse mobilities is the mistake that §8 warns of.
    let inverse: f64 = all
        .iter()
        .map(|m| 1.0 / mobility(std::slice::from_ref(m)))
        .sum();
    close(1.0 / inverse, 0.867_978_33, 1e-7);
}

/// §5: r_H = Γ(5/2)Γ(2r+5/2)/Γ(r+5/2)², and its values at finite η.
#[test]
fn hall_factors_of_power_laws_are_exact() {
    use std::f64::consts::PI;
    let at = Conditions::new(300.0).unwrap();
    for (r, want) in [
        (-0.5, 3.0 * PI / 8.0),
        (0.0, 1.0),
        (0.5, 45.0 * PI / 128.0),
        (1.0, 1.4),
        (1.5, 315.0 * PI / 512.0),
    ] {
        close(thermal(&[power(r)], &at).hall_factor, want, 1e-8);
    }
    for (r, eta, want) in [
        (1.5, 0.0, 1.749_462_691),
        (1.5, 2.0, 1.467_706_115),
        (1.5, 5.0, 1.195_706_881_45),
        (1.5, 10.0, 1.065_380_828_72),
        (1.5, 20.0, 1.017_909_885_43),
        (1.5, 8.907_658_115_230_3, 1.08),
        (-0.5, 0.0, 1.134_900_331),
        (-0.5, 2.0, 1.076_777_179),
        (-0.5, 10.0, 1.008_058_845_02),
    ] {
        let got = band_transport(&[power(r)], &at, eta).unwrap();
        close(got.hall_factor, want, 1e-8);
    }
    let si = thermal(&[power(0.0)], &at.with_valley(silicon())).hall_factor;
    close(si, 0.871_293_871_292, 1e-10);
}

/// §6: S and L/L₀ of a parabolic band.
#[test]
fn seebeck_and_lorenz_of_power_laws_have_their_published_values() {
    let at = Conditions::new(300.0).unwrap();
    let sommerfeld = std::f64::consts::PI.powi(2) / 3.0 * BOLTZMANN_EV.powi(2);
    for (r, eta, seebeck, lorenz) in [
        (-0.5, -5.0, -603.502_886_2, 0.608_437_406_8),
        (-0.5, 0.0, -204.501_229_3, 0.660_245_880_8),
        (-0.5, 5.0, -55.814_271_3, 0.891_954_669_5),
        (0.0, 0.0, -244.167_140_7, 0.783_873_587_5),
        (0.0, 10.0, -41.740_840_37, 0.968_811_674_9),
        (1.5, 0.0, -362.085_909_3, 1.188_588_608),
        (1.5, 5.0, -144.208_631_5, 1.060_031_311),
    ] {
        let got = band_transport(&[power(r)], &at, eta).unwrap();
        close(got.seebeck * 1e6, seebeck, 1e-8);
        close(got.lorenz / sommerfeld, lorenz, 1e-8);
    }
    let holes = Conditions {
        edge: Edge {
            energy_ev: 0.0,
            carrier: Carrier::Holes,
        },
        ..at
    };
    let got = band_transport(&[power(0.0)], &holes, 0.0).unwrap();
    close(got.seebeck * 1e6, 244.167_140_7, 1e-8);
}

/// §5: Brooks–Herring with screening from ∂n/∂μ, m = 0.35, ε_r = 9, 300 K.
#[test]
fn self_consistent_screening_gives_the_published_hall_factors() {
    let valley = Valley::spherical(0.35);
    for (n, want) in [(1.055_524_543e20, 1.025_711_506), (1e19, 1.179_891_904)] {
        let at = Conditions::new(300.0)
            .unwrap()
            .with_valley(valley)
            .with_carriers(n)
            .unwrap()
            .with_ionised(n);
        let eta = valley.reduced_level(n, 300.0).unwrap();
        let got = band_transport(&[brooks_herring(9.0)], &at, eta).unwrap();
        close(got.hall_factor, want, 1e-8);
    }
}

/// §8: ionised impurities and acoustic phonons whose rates are equal at E_F = 0.1 eV at T*: |S|/T falls threefold.
#[test]
fn the_crossover_of_the_thermopower_has_its_published_values() {
    let crossover = |t_star: f64| {
        let law = |exponent, temperature_exponent| {
            Mechanism::PowerLaw(PowerLaw {
                tau_s: 1e-12,
                exponent,
                reference_energy_ev: Some(0.1),
                temperature_exponent,
                reference_temperature_k: t_star,
            })
        };
        [law(1.5, 0.0), law(-0.5, -1.0)]
    };
    // Mott: |S|/T = (π²k_B²/3e) d ln σ/dE with σ ∝ E^{3/2}τ(E).
    let mott = |t: f64, t_star: f64| {
        let at = Conditions::new(t).unwrap();
        let mechanisms = crossover(t_star);
        let sigma = |e: f64| e.powf(1.5) / total_rate(&mechanisms, e, &at).unwrap();
        let slope = |h: f64| (sigma(0.1 + h) / sigma(0.1 - h)).ln() / (2.0 * h);
        let derivative = (4.0 * slope(5e-5) - slope(1e-4)) / 3.0;
        std::f64::consts::PI.powi(2) / 3.0 * BOLTZMANN_EV.powi(2) * derivative * 1e9
    };
    for (ratio, want) in [
        (1e-12, 732.901_352_7),
        (0.5, 570.034_385_5),
        (1.0, 488.600_901_8),
        (10.0, 288.718_714_7),
        // §8's "∞" was computed at 1e9: the limit itself ends in 509.
        (1e9, 244.300_451_4),
    ] {
        close(mott(30.0 * ratio, 30.0), want, 1e-9);
    }
    let at = Conditions::new(30.0).unwrap();
    let exact = band_transport(&crossover(30.0), &at, 0.1 / at.kt_ev()).unwrap();
    close(-exact.seebeck / 30.0 * 1e9, 486.935_362_1, 1e-9);
}

/// The two cut-offs of the Coulomb potential agree within a factor of two where the carriers are the impurities' own, and
/// Conwell and Weisskopf's does not know about screening.
#[test]
fn the_two_coulomb_cutoffs_agree_in_order_of_magnitude() {
    let cw = impurities(11.7, CoulombCutoff::ConwellWeisskopf);
    for density in [1e15, 1e16, 1e17, 1e18] {
        let at = Conditions::new(300.0)
            .unwrap()
            .with_valley(silicon())
            .with_carriers(density)
            .unwrap()
            .with_ionised(density);
        let ratio = cw.rate(KT, &at).unwrap() / brooks_herring(11.7).rate(KT, &at).unwrap();
        assert!(ratio > 0.5 && ratio < 2.0, "{density:e}: {ratio}");
        let unscreened = at.with_carriers(1e10).unwrap();
        assert_eq!(cw.rate(KT, &at).unwrap(), cw.rate(KT, &unscreened).unwrap());
        assert!(
            brooks_herring(11.7).rate(KT, &unscreened).unwrap()
                > brooks_herring(11.7).rate(KT, &at).unwrap()
        );
    }
}

#[test]
fn impurities_that_nothing_screens_are_an_error_and_no_infinity() {
    let bare = Conditions::new(300.0).unwrap().with_ionised(1e17);
    let text = brooks_herring(11.7)
        .rate(0.1, &bare)
        .unwrap_err()
        .to_string();
    assert!(text.contains("screen"), "{text}");
    let pure = Conditions::new(300.0).unwrap();
    assert_eq!(brooks_herring(11.7).rate(0.1, &pure).unwrap(), 0.0);
    let nothing = total_rate(&[brooks_herring(11.7)], 0.1, &pure).unwrap_err();
    assert!(nothing.is_usage() && nothing.to_string().contains("nothing scatters"));
}

#[test]
fn real_bands_replace_the_valley_where_they_are_given() {
    let at = Conditions::new(300.0).unwrap().with_valley(gaas());
    let path = Mechanism::MeanFreePath(MeanFreePath {
        mean_free_path_angstrom: 100.0,
    });
    let inverse = Mechanism::InverseDos(InverseDos {
        tau_s: 2e-14,
        reference_energy_ev: 0.1,
    });
    close(
        path.rate(0.1, &at).unwrap(),
        gaas().speed(0.1) / 1e-8,
        1e-14,
    );
    // τ ∝ 1/√E of a parabolic band.
    close(inverse.rate(0.4, &at).unwrap(), 2.0 / 2e-14, 1e-14);
    let (dos, speed) = (|e: f64| 3.0 + e, |e: f64| 1e5 * e);
    let holes = Conditions {
        edge: Edge {
            energy_ev: 7.0,
            carrier: Carrier::Holes,
        },
        ..at
    }
    .with_bands(&dos, &speed);
    close(path.rate(0.5, &holes).unwrap(), 6.5e5 / 1e-8, 1e-14);
    close(inverse.rate(0.5, &holes).unwrap(), 9.5 / 9.9 / 2e-14, 1e-13);
}

#[test]
fn shares_add_up_and_follow_the_rates() {
    let at = classical(gaas());
    let all = [
        acoustic(7.0, 1.44e11),
        polar(),
        brooks_herring(12.90),
        piezo(),
        acoustic(7.0, 1.44e11),
    ];
    let at_kt = shares(&all, KT, &at).unwrap();
    let names: Vec<&str> = at_kt.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "acoustic 1",
            "polar_optical",
            "ionised_impurities",
            "piezoelectric",
            "acoustic 2"
        ]
    );
    close(at_kt.iter().map(|s| s.fraction).sum(), 1.0, 1e-14);
    close(
        at_kt[2].fraction,
        2.773_206_516_32e12 / total_rate(&all, KT, &at).unwrap(),
        1e-11,
    );
    let averaged = window_shares(&all, &at, -40.0).unwrap();
    close(averaged.iter().map(|s| s.fraction).sum(), 1.0, 1e-13);
    // Equal power laws share equally, whatever the window.
    let halves = window_shares(&[power(0.7), power(0.7)], &at, 3.0).unwrap();
    close(halves[0].fraction, 0.5, 1e-14);
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name)
}

#[test]
fn the_example_files_give_room_temperature_mobilities() {
    let silicon = ScatteringModel::read(&data("silicon.toml")).unwrap();
    let gaas = ScatteringModel::read(&data("gaas.toml")).unwrap();
    let mobility = |model: &ScatteringModel, carrier, t, n| {
        let carriers = model.carriers(carrier).unwrap();
        carriers.transport(t, n, n).unwrap().mobility * 1e4
    };
    let si = mobility(&silicon, Carrier::Electrons, 300.0, 1e14);
    let si_holes = mobility(&silicon, Carrier::Holes, 300.0, 1e14);
    let ga = mobility(&gaas, Carrier::Electrons, 300.0, 1e14);
    println!("cm²/(V s) at 300 K, 1e14 cm⁻³: Si {si:.1}, Si holes {si_holes:.1}, GaAs {ga:.1}");
    for n in [1e16, 1e17, 1e18, 1e19, 1e20] {
        println!(
            "{n:e}: Si {:.1}, GaAs {:.1}",
            mobility(&silicon, Carrier::Electrons, 300.0, n),
            mobility(&gaas, Carrier::Electrons, 300.0, n)
        );
    }
    assert!((1200.0..1600.0).contains(&si), "{si}");
    assert!((8000.0..13500.0).contains(&ga), "{ga}");
    assert!((400.0..700.0).contains(&si_holes), "{si_holes}");
    // Acoustic phonons alone give T^−1.5; intervalley phonons make it the T^−2 to T^−2.5 that is measured.
    let warm = mobility(&silicon, Carrier::Electrons, 400.0, 1e14);
    let exponent = (si / warm).ln() / (4.0_f64 / 3.0).ln();
    assert!((1.9..2.6).contains(&exponent), "{exponent}");
    assert_eq!(silicon.electrons.as_ref().unwrap().mechanisms.len(), 8);
    let shares = silicon
        .electrons
        .as_ref()
        .unwrap()
        .window_shares(300.0, 1e14, 1e14)
        .unwrap();
    assert!(shares.iter().any(|s| s.name == "intervalley g3 (LO)"));
}

#[test]
fn tau_takes_electrons_above_the_gap_and_holes_below_it() {
    let model = ScatteringModel::read(&data("silicon.toml")).unwrap();
    let edges = BandEdges::Gap {
        valence_ev: 6.0,
        conduction_ev: 7.1,
    };
    let at = Conditions::new(300.0).unwrap();
    let tau = |e| model.tau(e, &edges, &at).unwrap();
    assert_eq!(tau(6.5), 0.0);
    let electrons = model.electrons.as_ref().unwrap();
    let in_valley = at.with_valley(electrons.valley.unwrap());
    close(
        tau(7.2),
        1.0 / total_rate(&electrons.mechanisms, 0.1, &in_valley).unwrap(),
        1e-12,
    );
    let holes = model.holes.as_ref().unwrap();
    let in_valley = at.with_valley(holes.valley.unwrap());
    close(
        tau(5.9),
        1.0 / total_rate(&holes.mechanisms, 0.1, &in_valley).unwrap(),
        1e-12,
    );
    assert!(tau(7.1).is_finite() && tau(6.0).is_finite());
    assert_eq!(model.shares(7.2, &edges, &at).unwrap().len(), 8);
    assert!(model.shares(6.5, &edges, &at).unwrap().is_empty());

    let overlap = BandEdges::Gap {
        valence_ev: 1.0,
        conduction_ev: 0.5,
    };
    assert!(model.tau(0.7, &overlap, &at).unwrap_err().is_usage());
    let metal = BandEdges::Metal { reference_ev: 7.1 };
    assert_eq!(model.tau(7.2, &metal, &at).unwrap(), tau(7.2));
    let below = model.tau(7.0, &metal, &at).unwrap_err().to_string();
    assert!(below.contains("reference"), "{below}");
    let gaas = ScatteringModel::read(&data("gaas.toml")).unwrap();
    let no_holes = gaas.tau(5.9, &edges, &at).unwrap_err().to_string();
    assert!(no_holes.contains("[holes]"), "{no_holes}");
}

/// In a bin that a band edge cuts all points have the mean of τᵐ over the states in it, and elsewhere τᵐ itself: for acoustic phonons in
/// a parabolic band, τ = aE^{−1/2} and weight E^{3/2}, in closed form.
#[test]
fn bins_hold_powers_of_tau_of_the_states_in_them() {
    let mut model = ScatteringModel::read(&data("silicon.toml")).unwrap();
    let electrons = model.electrons.as_mut().unwrap();
    electrons.mechanisms = vec![acoustic(9.0, 1.66e11)];
    electrons.valley = Some(silicon());
    let at = Conditions::new(300.0).unwrap();
    let edges = BandEdges::Gap {
        valence_ev: 0.0,
        conduction_ev: 1.0,
    };
    // The second bin is cut by the edge, the first lies in the gap.
    let bins = [0.5, 0.98, 1.01, 1.05, 1.2];
    let rates = model.rates_in_bins(&bins, &edges, &at).unwrap();
    let times = rates.times(&at).unwrap();
    let of_bin = |bin: usize| &times.powers[bin * POINTS..][..POINTS];
    assert_eq!(of_bin(0), [[0.0; 3]; POINTS]);
    let a = model.tau(1.01, &edges, &at).unwrap() * 0.01_f64.sqrt();
    for powers in of_bin(1) {
        for m in 1..=3 {
            let p = 2.5 - 0.5 * f64::from(m);
            let want = a.powi(m) * 0.01_f64.powf(p) / p / (0.01_f64.powf(2.5) / 2.5);
            close(powers[m as usize - 1], want, 1e-5);
        }
    }
    let samples: Vec<&(f64, f64)> = times.samples.iter().filter(|(e, _)| *e > 1.01).collect();
    assert_eq!(samples.len(), 2 * POINTS);
    for (point, (energy, tau)) in times.powers[2 * POINTS..].iter().zip(samples) {
        close(*tau, a / (energy - 1.0).sqrt(), 1e-12);
        for m in 1..=3 {
            close(point[m as usize - 1], tau.powi(m), 1e-12);
        }
    }
}

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn bad_parameter_files_name_line_key_value_and_remedy() {
    let valley = "[electrons.valley]\ndos_mass = 0.3\n";
    let tail = "\nelastic_constant_pa = 1e11\n";
    let cases: [(&str, &[&str]); 14] = [
        ("[electrons\n", &["line 1", "[electrons"]),
        ("material = \"x\"\n", &["neither [electrons] nor [holes]"]),
        (
            &format!("{valley}[[electrons.acoustic]]\ndeformation_potential_ev = -9.0{tail}"),
            &[
                "line 4",
                "deformation_potential_ev = -9.0",
                "-9 is not a positive number",
                "silicon.toml",
            ],
        ),
        (
            &format!("{valley}[[electrons.acoustic]]\ndeformation_potential_ev = \"nine\"{tail}"),
            &["line 4", "nine", "silicon.toml"],
        ),
        (
            &format!("{valley}[[electrons.acoustic]]\ndeformation_potential_ev = inf{tail}"),
            &["line 4", "inf"],
        ),
        (
            &format!("{valley}[[electrons.acoustic]]\ndeformation_potential = 9.0{tail}"),
            &[
                "line 4",
                "deformation_potential",
                "unknown field",
                "correct the key",
            ],
        ),
        (
            &format!("{valley}[[electrons.acoustic]]\ndeformation_potential_ev = 9.0\n"),
            &[
                "line 3",
                "missing field",
                "elastic_constant_pa",
                "add the key",
            ],
        ),
        (
            &format!("{valley}[[electrons.acustic]]\ndeformation_potential_ev = 9.0\n"),
            &["line 3", "acustic", "unknown field"],
        ),
        (
            &format!("{valley}[electrons.acoustic]\ndeformation_potential_ev = 9.0{tail}"),
            &["line 3", "double brackets"],
        ),
        (
            &format!("[[electrons.acoustic]]\ndeformation_potential_ev = 9.0{tail}"),
            &["[electrons.valley]", "missing", "dos_mass"],
        ),
        (
            "[electrons.valley]\ndos_mass = 0.3\nlongitudinal_mass = 1.0\n[[electrons.constant_time]]\ntau_s = 1e-14\n",
            &["line 1", "either longitudinal_mass"],
        ),
        (
            &format!(
                "{valley}[[electrons.polar_optical]]\nphonon_energy_mev = 35\nstatic_permittivity = 10\n\
                 high_frequency_permittivity = 12\n"
            ),
            &["electrons.polar_optical", "12", "must be below"],
        ),
        (
            &format!(
                "{valley}[[electrons.alloy]]\nscattering_potential_ev = 1\ncomposition = 30\nsite_volume_angstrom3 = 40\n"
            ),
            &["line 5", "composition = 30", "between 0 and 1"],
        ),
        (valley, &["[electrons]", "no mechanism"]),
    ];
    for (text, wanted) in cases {
        let (_folder, path) = written(text);
        let error = ScatteringModel::read(&path).unwrap_err().to_string();
        println!("{error}");
        assert!(error.contains("bad.toml"), "{error}");
        for want in wanted {
            assert!(error.contains(want), "\"{want}\" is not in: {error}");
        }
    }
}

#[test]
fn a_mechanism_without_masses_needs_no_valley() {
    let (_folder, path) = written("[electrons]\nconstant_time = [{ tau_s = 1e-14 }]\n");
    let model = ScatteringModel::read(&path).unwrap();
    let metal = BandEdges::Metal { reference_ev: 0.0 };
    let at = Conditions::new(300.0).unwrap();
    close(model.tau(3.0, &metal, &at).unwrap(), 1e-14, 1e-15);
    let (_folder, path) = written("[[electrons.mean_free_path]]\nmean_free_path_angstrom = 100\n");
    let model = ScatteringModel::read(&path).unwrap();
    let text = model.tau(3.0, &metal, &at).unwrap_err().to_string();
    assert!(text.contains("masses"), "{text}");
    let one = |_: f64| 1.0;
    let speed = |_: f64| 1e6;
    let with_bands = at.with_bands(&one, &speed);
    close(model.tau(3.0, &metal, &with_bands).unwrap(), 1e-14, 1e-14);
}

#[test]
fn tables_are_interpolated_in_the_logarithm_and_never_extrapolated() {
    let folder = tempfile::tempdir().unwrap();
    let toml = folder.path().join("table.toml");
    let text = "[electrons.valley]\ndos_mass = 1\n[[electrons.tabulated]]\nfile = \"tau.csv\"\n";
    std::fs::write(&toml, text).unwrap();
    let write = |table: &str| std::fs::write(folder.path().join("tau.csv"), table).unwrap();
    write("# from somewhere\nenergy_ev,tau_s\n0.0,1e-14\n0.1,1e-12\n1.0,1e-12\n");
    let model = ScatteringModel::read(&toml).unwrap();
    let metal = BandEdges::Metal { reference_ev: 2.0 };
    let at = Conditions::new(300.0).unwrap();
    let tau = |e| model.tau(e, &metal, &at);
    close(tau(2.05).unwrap(), 1e-13, 1e-9);
    close(tau(2.9).unwrap(), 1e-12, 1e-12);
    let text = tau(3.2).unwrap_err().to_string();
    assert!(text.contains("covers 0 to 1 eV"), "{text}");
    // Its end lies 38 k_BT out, beyond the window.
    let electrons = model.electrons.as_ref().unwrap();
    assert!(electrons.transport(300.0, 1e16, 0.0).is_ok());
    assert!(electrons.transport(900.0, 1e16, 0.0).is_err());
    for (table, wanted) in [
        ("0 1e-14\n", "1 rows"),
        ("0 1e-14\n0 1e-13\n", "line 2"),
        ("0 1e-14\n0.1 -1e-13\n", "τ is -0.0000000000001 s"),
        ("0 1e-14\n0.1 NaN\n", "line 2"),
        ("0 1e-14 3\n0.1 1e-13\n", "line 1"),
        ("0 1e-14\nenergy tau\n", "line 2"),
    ] {
        write(table);
        let error = ScatteringModel::read(&toml).unwrap_err().to_string();
        assert!(
            error.contains(wanted) && error.contains("tau.csv"),
            "{error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every rate is finite and not negative from below the edge to 10 eV, from 1 K to 3000 K, degenerate or not, and
    /// τ with it.
    #[test]
    fn rates_are_finite_everywhere(
        log_e in -14.0..1.0_f64,
        log_t in 0.0..3.4_f64,
        log_n in 8.0..22.0_f64,
        alpha in 0.0..2.0_f64,
    ) {
        let (e, t, n) = (10f64.powf(log_e), 10f64.powf(log_t), 10f64.powf(log_n));
        let valley = Valley { nonparabolicity_per_ev: alpha, ..gaas() };
        let at = Conditions::new(t)?.with_valley(valley).with_carriers(n)?.with_ionised(n);
        let all = [
            acoustic(7.0, 1.44e11), polar(), brooks_herring(12.9), piezo(), alloy(), power(1.5), power(-0.5),
            impurities(12.9, CoulombCutoff::ConwellWeisskopf), intervalley(62.1, 1.1e9),
            Mechanism::ConstantTime(ConstantTime { tau_s: 1e-14 }),
        ];
        for energy in [e, 0.0, -1.0] {
            for m in &all {
                let rate = m.rate(energy, &at)?;
                prop_assert!(rate.is_finite() && rate >= 0.0, "{} {rate}", m.key());
            }
            prop_assert!(1.0 / total_rate(&all, energy, &at)? > 0.0);
        }
    }

    /// More phonons, more states or more impurities scatter more; a mechanism more never raises τ.
    #[test]
    fn rates_rise_with_what_causes_them(e in 0.001..0.5_f64, t in 10.0..900.0_f64, n in 15.0..19.0_f64) {
        let n = 10f64.powf(n);
        let at = Conditions::new(t)?.with_valley(gaas()).with_carriers(n)?.with_ionised(n);
        let warm = Conditions { temperature_k: 1.1 * t, ..at };
        for m in [acoustic(7.0, 1.44e11), polar(), piezo(), intervalley(62.1, 1.1e9)] {
            // Where phonons are frozen out, emission alone is left, which is the same to the last bit.
            prop_assert!(m.rate(e, &warm)? >= m.rate(e, &at)? * (1.0 - 1e-14), "{}", m.key());
        }
        for m in [acoustic(7.0, 1.44e11), alloy(), intervalley(62.1, 1.1e9)] {
            prop_assert!(m.rate(1.1 * e, &at)? > m.rate(e, &at)?, "{}", m.key());
        }
        let more = at.with_ionised(1.1 * n);
        let bh = brooks_herring(12.9);
        prop_assert!(bh.rate(e, &more)? > bh.rate(e, &at)?);
        let few = [acoustic(7.0, 1.44e11), bh];
        let many = [few[0].clone(), few[1].clone(), polar()];
        prop_assert!(total_rate(&many, e, &at)? > total_rate(&few, e, &at)?);
    }
}
