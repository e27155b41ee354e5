//! Relaxation times of single states: the Hall effect with them, Matthiessen's rule state by state, and shares.

use crate::common::binary::bzint_in;
use crate::common::{cubic, in_bins};
use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::integrate::parts::spectrum_with_rival;
use bzint::integrate::refine::{Refinement, RefiningEngine};
use bzint::integrate::{Channels, EnergyAxis, Request, Velocities};
use bzint::sampler::{FourierSeries, Interpolator, MeanFreePathBands, MeanFreePathSeries};
use bzint::transport::{AxisPlan, TransportDistribution, fermi_window};
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use std::f64::consts::PI;

const A: f64 = 4.0;
const HOPPING: f64 = 0.5;
const TAU: f64 = 2e-14;

fn axis(t: f64, mu: f64) -> EnergyAxis {
    let plan = AxisPlan {
        temperatures_k: (t, t),
        chemical_potentials_ev: vec![(mu, mu)],
        gap_edges_ev: vec![mu],
        ..AxisPlan::default()
    };
    plan.axis().unwrap()
}

/// E = −2t Σ cos 2πu_i with the relaxation times τ(u).
fn table(n: usize, tau: impl Fn([f64; 3]) -> f64) -> BandGrid {
    let grid = KGrid::gamma([n; 3]).unwrap();
    let mut header = BandHeader::new(cubic(A), grid, SpinTreatment::Unpolarized, 1);
    header.point_group = PointGroup::identity();
    let points = (0..grid.len()).map(|x| grid.point([x / (n * n), x / n % n, x % n]));
    let points: Vec<[f64; 3]> = points.collect();
    let cosines = |u: &[f64; 3]| u.iter().map(|x| (2.0 * PI * x).cos()).sum::<f64>();
    let energies = points.iter().map(|u| -2.0 * HOPPING * cosines(u)).collect();
    let times = points.iter().map(|u| tau(*u)).collect();
    BandGrid::with_fields(header, energies, None, Some(times)).unwrap()
}

fn distribution(
    bands: &dyn BandSource,
    channels: Channels,
    t: f64,
    mu: f64,
) -> TransportDistribution {
    let request = Request {
        channels,
        velocities: Velocities::FiniteDifference(6),
        ..Request::for_bands(bands.header())
    };
    let spectrum = in_bins(bands, &request, &axis(t, mu));
    TransportDistribution::new(bands.header(), &spectrum, mu).unwrap()
}

/// The same τ for all states: every coefficient is that of a constant relaxation time, Hall's and Nernst's too.
#[test]
fn equal_times_are_a_constant_relaxation_time() {
    let (t, mu) = (300.0, -1.2);
    let bands = table(32, |_| TAU);
    let own = distribution(&bands, Channels::LifetimesHall, t, mu);
    let plain = distribution(&bands, Channels::Hall, t, mu);
    let own = own.coefficients_from_lifetimes(&own.at_chemical_potential(t, mu).unwrap());
    let plain = plain.coefficients(&plain.at_chemical_potential(t, mu).unwrap(), &|_| TAU);
    let (own, plain) = (own.unwrap(), plain.unwrap());
    let near = |a: f64, b: f64, what: &str| {
        assert!((a / b - 1.0).abs() < 1e-9, "{what}: {a:e} {b:e}");
    };
    near(
        own.conductivity().value[0][0],
        plain.conductivity().value[0][0],
        "conductivity",
    );
    let hall = [&own, &plain].map(|c| c.hall_conductivity().unwrap().value[0][1][2]);
    near(hall[0], hall[1], "Hall conductivity");
    let hall = [&own, &plain].map(|c| c.hall_coefficient().unwrap());
    near(hall[0].value, hall[1].value, "Hall coefficient");
    assert!(hall[0].error > 0.0 && hall[0].error < 0.05 * hall[0].value.abs());
    let nernst = [&own, &plain].map(|c| c.nernst().unwrap().value);
    near(nernst[0], nernst[1], "Nernst");
}

/// τ(k) that differs over a surface of constant energy, against Σ (−f₀')v_i τ ε_abk v_b ∂_a(τ v_j) with its gradient of τ, summed
/// over points (which converges as e^{−N}): the integrator takes no gradient and gives the same.
#[test]
fn the_hall_conductivity_needs_no_gradient_of_the_relaxation_times() {
    let (t, mu) = (600.0, -1.2);
    // Lower than the crystal's symmetry: x, y and z differ.
    let factor = |u: [f64; 3]| {
        1.0 + 0.4 * (2.0 * PI * u[0]).cos() + 0.2 * (2.0 * PI * u[1]).sin().powi(2)
            - 0.1 * (2.0 * PI * u[2]).cos()
    };
    let bands = table(48, |u| TAU * factor(u));
    let d = distribution(&bands, Channels::LifetimesHall, t, mu);
    let state = d.at_chemical_potential(t, mu).unwrap();
    let got = d.coefficients_from_lifetimes(&state).unwrap();
    let got = got.hall_conductivity().unwrap();

    let (n, kt) = (96, BOLTZMANN_EV * t);
    let two_pi = 2.0 * PI;
    // Per 2π/a: gradients and second derivatives in eV, τ in TAU.
    let mut sums = [[[0.0; 3]; 3]; 3];
    for x in 0..n * n * n {
        let u = [x / (n * n), x / n % n, x % n].map(|i| i as f64 / n as f64);
        let e: f64 = u.iter().map(|x| -2.0 * HOPPING * (two_pi * x).cos()).sum();
        let window = fermi_window((e - mu) / kt) / kt;
        if window < 1e-12 {
            continue;
        }
        let v = u.map(|x| 2.0 * HOPPING * (two_pi * x).sin());
        let mass = u.map(|x| 2.0 * HOPPING * (two_pi * x).cos());
        let tau = factor(u);
        let gradient = [
            -0.4 * (two_pi * u[0]).sin(),
            0.2 * (2.0 * two_pi * u[1]).sin(),
            0.1 * (two_pi * u[2]).sin(),
        ];
        for (i, j) in (0..9).map(|x| (x / 3, x % 3)) {
            for (k, (a, b)) in [(1, 2), (2, 0), (0, 1)].into_iter().enumerate() {
                let turned =
                    |a: usize| gradient[a] * v[j] + if a == j { tau * mass[j] } else { 0.0 };
                let along = turned(a) * v[b] - turned(b) * v[a];
                sums[i][j][k] += window * v[i] * tau * along;
            }
        }
    }
    // g_s e³/(ħV_c) · (a/ħ)²·a²/ħ · τ², energies in J.
    let a = A * 1e-10;
    let per = 2.0 * ELEMENTARY_CHARGE.powi(3) / (HBAR * a.powi(3)) * a.powi(4) / HBAR.powi(3);
    let unit = per * EV.powi(2) * TAU * TAU / (n as f64).powi(3);
    let largest = unit * sums[0][1][2].abs();
    let mut bars = crate::common::Bars::default();
    for (i, j, k) in (0..27).map(|x| (x / 9, x / 3 % 3, x % 3)) {
        let exact = unit * sums[i][j][k];
        let (value, bar) = (got.value[i][j][k], got.error[i][j][k]);
        if exact.abs() < 1e-9 * largest {
            assert!(
                value.abs() <= bar + 1e-6 * largest,
                "{i}{j}{k}: {value:e} ± {bar:e}"
            );
            continue;
        }
        bars.add(format!("{i}{j}{k}"), (value, bar), exact);
        assert!(
            (value - exact).abs() < 2e-2 * exact.abs(),
            "{i}{j}{k}: {value:e}, {exact:e}"
        );
        // x, y and z differ, so that a tensor without the crystal's symmetry is tested.
        assert!((exact.abs() / largest - 1.0).abs() > 1e-2 || (i + j) * k == 2);
    }
    bars.assert_honest("σ_ijk with τ(k)", 100.0);
}

/// A constant mean free path: R_H = −1/(ne) of degenerate free electrons, on a grid and refined, within the bars, and σ = ne²λ/(mv_F).
#[test]
fn a_mean_free_path_has_the_hall_coefficient_of_its_carriers() {
    let (t, mu, path) = (50.0, 1.2, 300.0);
    let k = (2.0 * ELECTRON_MASS * mu * EV).sqrt() / HBAR;
    let density = k.powi(3) / (3.0 * PI * PI);
    let hall = -1.0 / (density * ELEMENTARY_CHARGE);
    let sigma = density * ELEMENTARY_CHARGE.powi(2) * path * 1e-10 / (HBAR * k);
    let check = |d: &TransportDistribution, what: &str, most: f64| {
        let c = d.coefficients_from_lifetimes(&d.at_chemical_potential(t, mu).unwrap());
        let c = c.unwrap();
        let r = c.hall_coefficient().unwrap();
        assert!((r.value - hall).abs() <= r.error, "{what}: {r:?} {hall:e}");
        assert!(r.error < most * hall.abs(), "{what}: {r:?} {hall:e}");
        let s = c.conductivity();
        let (value, error) = (s.value[0][0], s.error[0][0]);
        assert!(
            (value - sigma).abs() <= error,
            "{what}: {value:e} ± {error:e}, {sigma:e}"
        );
        assert!(error < most * sigma, "{what}: {value:e} ± {error:e}");
    };
    let model = bzint::bands::model::Model::free_electrons(1.0);
    let grid = |n: usize| KGrid::gamma([n; 3]).unwrap();
    let dense = bzint::bands::model::ModelBands::new(model, cubic(A), grid(64), false).unwrap();
    let bands = MeanFreePathBands::new(Box::new(dense), path, 4).unwrap();
    check(
        &distribution(&bands, Channels::LifetimesHall, t, mu),
        "64³",
        0.1,
    );

    // Free electrons at the bottom of a cosine band, which a series holds exactly: E = (ħ²/ma²)Σ(1 − cos) within 1 % of k²/2m.
    let mu = 0.02;
    let k = (2.0 * ELECTRON_MASS * mu * EV).sqrt() / HBAR;
    let density = k.powi(3) / (3.0 * PI * PI);
    let hall = -1.0 / (density * ELEMENTARY_CHARGE);
    let hopping = HBAR.powi(2) / (2.0 * ELECTRON_MASS * (A * 1e-10).powi(2)) / EV;
    let coarse = crate::common::simple_cubic(8, A, hopping);
    let series = FourierSeries::new(&coarse).unwrap();
    let series = MeanFreePathSeries::new(std::sync::Arc::new(series), path).unwrap();
    let refinement = Refinement {
        tolerance: 1e-3,
        ..Refinement::default()
    };
    let request = Request {
        channels: Channels::LifetimesHall,
        ..Request::for_bands(series.header())
    };
    let (t, bottom) = (2.0, -6.0 * hopping);
    let bands = bzint::sampler::InterpolatedBands::new(Box::new(series)).unwrap();
    let mut engine = RefiningEngine::new(refinement);
    let axis = axis(t, bottom + mu);
    let spectrum = spectrum_with_rival(&bands, &request, &axis, &mut engine).unwrap();
    let d = TransportDistribution::new(bands.header(), &spectrum, bottom + mu).unwrap();
    let state = d.at_chemical_potential(t, bottom + mu).unwrap();
    let c = d.coefficients_from_lifetimes(&state).unwrap();
    let r = c.hall_coefficient().unwrap();
    assert!(
        (r.value / hall - 1.0).abs() < 0.02 && r.error < 0.02 * hall.abs(),
        "{r:?} {hall:e}"
    );
}

/// The command: lifetimes of a file with mechanisms from a TOML file add state by state, and their shares are said.
#[test]
fn mechanisms_add_to_the_relaxation_times_of_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let grid = KGrid::gamma([12; 3]).unwrap();
    let mut header = BandHeader::new(cubic(A), grid, SpinTreatment::Unpolarized, 2);
    header.n_electrons = Some(2.0);
    let cosines: Vec<f64> = (0..grid.len())
        .map(|x| [x / 144, x / 12 % 12, x % 12].map(|i| (2.0 * PI * i as f64 / 12.0).cos()))
        .map(|c| c.iter().sum::<f64>())
        .collect();
    let valence = cosines.iter().map(|c| -1.0 - 0.3 * (3.0 - c));
    let energies: Vec<f64> = valence
        .chain(cosines.iter().map(|c| 0.5 * (3.0 - c)))
        .collect();
    let times = vec![4e-14; energies.len()];
    let bands = BandGrid::with_fields(header, energies, None, Some(times)).unwrap();
    bzint::io::hdf5::write(&d.join("own.h5"), &bands, "a test").unwrap();
    let mechanisms =
        "[[electrons.constant_time]]\ntau_s = 1e-14\n[[holes.constant_time]]\ntau_s = 1e-14\n";
    std::fs::write(d.join("constant.toml"), mechanisms).unwrap();
    let run = |words: &str| {
        let words = format!("transport own.h5 -T 300 --doping n1e20 --json --backend cpu {words}");
        let output = bzint_in(d, &words);
        (
            output.code(),
            output.said(),
            serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap_or_default(),
        )
    };
    let row = |words: &str| {
        let (code, text, out) = run(words);
        assert_eq!(code, Some(0), "{words}: {text}");
        out["rows"][0].clone()
    };
    let own = row("");
    let both = row("--scattering constant.toml");
    let number = |row: &serde_json::Value, name: &str| row[name]["value"].as_f64().unwrap();
    let xx = |row: &serde_json::Value| row["conductivity"]["value"][0][0].as_f64().unwrap();
    // 1/τ = 1/4e-14 + 1/1e-14.
    let ratio = xx(&both) / xx(&own);
    // To the quantum of the sums.
    assert!((ratio - 0.2).abs() < 1e-7, "{ratio}");
    let hall = [&own, &both].map(|row| number(row, "hall_coefficient"));
    assert!((hall[1] / hall[0] - 1.0).abs() < 1e-6 && hall[0] < 0.0);
    let share = |name: &str| number(&both, &format!("scattering_share_electrons_{name}"));
    assert!(
        (share("constant_time") - 0.8).abs() < 1e-6,
        "{}",
        share("constant_time")
    );
    assert!((share("lifetimes") - 0.2).abs() < 1e-6);
    // A constant time instead.
    let constant = row("--tau 4e-14");
    assert!((xx(&constant) / xx(&own) - 1.0).abs() < 1e-9);
    let (code, text, _) = run("--magnetoconductivity");
    assert!(
        code == Some(2) && text.contains("gradient of the bands' own"),
        "{text}"
    );
}
