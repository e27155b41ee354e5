//! The doping of the largest power factor and zT: docs/physics §12 by closed forms, by spectra filled from formulas, and by model
//! bands on grids.

use crate::common::{Bars, cubic, in_bins};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::fermi_dirac::{fermi_dirac, window_integral};
use bzint::integrate::{Channel, Channels, Request, Spectrum};
use bzint::transport::{
    AxisPlan, Direction, Objective, Optimum, RelaxationTime, STENCIL, Scan, Search,
    TransportDistribution, slope_and_curvature,
};
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use std::f64::consts::PI;

/// k_BT of the bands below, eV: large, so that grids resolve it.
const KT: f64 = 0.13;
const TAU_0: f64 = 1e-14;

#[track_caller]
fn close(got: f64, want: f64, tolerance: f64) {
    let off = (got - want).abs();
    assert!(
        off <= tolerance * want.abs(),
        "got {got:.12e}, expected {want:.12e}"
    );
}

/// J_n = ∫x^{3/2+r}(x − η)ⁿ w(x − η)dx, n = 0, 1, 2.
fn moments(r: f64, eta: f64) -> [f64; 3] {
    window_integral(eta, &[], |x| {
        let weight = x.powf(1.5 + r);
        Ok([weight, weight * (x - eta), weight * (x - eta).powi(2)])
    })
    .unwrap()
}

/// The power factor of the parabolic band in units of (k_B/e)²σ₀.
fn power(r: f64, eta: f64) -> f64 {
    let [j0, j1, _] = moments(r, eta);
    j1 * j1 / j0
}

/// zT with β = (k_B/e)²Tσ₀/κ_l.
fn merit(r: f64, beta: f64, eta: f64) -> f64 {
    let [j0, j1, j2] = moments(r, eta);
    beta * j1 * j1 / j0 / (1.0 + beta * (j2 - j1 * j1 / j0))
}

/// The place of the highest point of ln f, polished.
fn peak(f: &(dyn Fn(f64) -> f64 + Sync), range: (f64, f64)) -> (f64, bool) {
    let ln = |x: f64| Ok(f(x).ln());
    let scan = Scan::new(&ln, range, 0.25).unwrap();
    let (mut at, inside) = scan.highest().unwrap();
    for _ in 0..if inside { 3 } else { 0 } {
        let values = STENCIL.map(|k| f(at + 0.05 * k).ln());
        let (slope, curvature) = slope_and_curvature(values, 0.05);
        at -= slope / curvature;
    }
    (at, inside)
}

/// w e^w = x.
fn lambert_w(x: f64) -> f64 {
    let mut w = x.ln_1p();
    for _ in 0..60 {
        w -= (w * w.exp() - x) / ((w + 1.0) * w.exp());
    }
    w
}

const SINGLE_BAND: [(f64, f64, f64); 3] = [
    (-0.5, 0.668_121_900_689, 166.932_464_2),
    (0.0, 2.473_896_669_36, 129.908_160_1),
    (0.25, 4.512_362_061_66, f64::NAN),
];

/// (r, β, η, zT).
const MERIT: [(f64, f64, f64, f64); 3] = [
    (-0.5, 0.1, 0.080_110_620_593_8, 0.339_549_756_296),
    (-0.5, 1.0, -1.100_909_714_6, 1.900_418_513_89),
    (1.5, 1.0, -2.354_600_959_66, 7.055_927_947_03),
];

#[test]
fn closed_forms_have_the_optima_of_the_specification() {
    for (r, eta, seebeck) in SINGLE_BAND {
        let (at, inside) = peak(&|x| power(r, x), (-5.0, 10.0));
        assert!(inside);
        close(at, eta, 1e-8);
        if seebeck.is_finite() {
            let [j0, j1, _] = moments(r, at);
            close(BOLTZMANN_EV * 1e6 * j1 / j0, seebeck, 1e-8);
        }
    }
    let eta = SINGLE_BAND[0].1;
    close(power(-0.5, eta), 4.060_340_994_11, 1e-8);
    close(fermi_dirac(0.5, eta), 1.259_212_507, 1e-8);
    // From r = ½ on the power factor rises for ever.
    assert!(!peak(&|x| power(0.5, x), (-5.0, 40.0)).1);
    for (r, beta, eta, zt) in MERIT {
        let (at, _) = peak(&|x| merit(r, beta, x), (-8.0, 8.0));
        close(at, eta, 1e-8);
        close(merit(r, beta, at), zt, 1e-8);
    }
}

#[test]
fn few_carriers_have_their_optimum_at_twice_the_thermal_voltage() {
    for r in [-0.5, 0.0, 1.5] {
        let seebeck = |eta: f64| r + 2.5 - eta;
        let (at, _) = peak(&|eta| eta.exp() * seebeck(eta).powi(2), (-4.0, r + 2.4));
        assert!((at - r - 0.5).abs() < 1e-8, "{at:e}");
        close(1e6 * BOLTZMANN_EV * seebeck(at), 172.346_665_2, 1e-8);
    }
}

/// n* = (n₀/2) W(2 N_c e^{A−2}/n₀), where impurities halve the mobility at n₀.
#[test]
fn impurities_move_the_optimum_as_lamberts_function_says() {
    for (a, n0, expected) in [
        (2.0, 0.01, 0.019_648_716_344),
        (2.0, 0.1, 0.110_250_163_901),
        (2.0, 1.0, 0.426_302_751_007),
        (2.0, 10.0, 0.844_579_867_496),
        (4.0, 1.0, 1.0),
    ] {
        let f = |ln_n: f64| ln_n.exp() * (a - ln_n).powi(2) / (1.0 + ln_n.exp() / n0);
        let (at, _) = peak(&f, (-8.0, a - 0.1));
        close(at.exp(), expected, 1e-8);
        let formula = 0.5 * n0 * lambert_w(2.0 * (a - 2.0_f64).exp() / n0);
        close(formula, expected, 1e-8);
    }
}

/// The parabolic band of mass 1 in a cell of 2 Å, whose zone reaches to 9 eV.
fn band(n: usize) -> ModelBands {
    let grid = KGrid::gamma([n; 3]).unwrap();
    ModelBands::new(Model::free_electrons(1.0), cubic(2.0), grid, true).unwrap()
}

fn plan() -> AxisPlan {
    let t = KT / BOLTZMANN_EV;
    AxisPlan {
        temperatures_k: (t, t),
        chemical_potentials_ev: vec![(-1.0, 1.0)],
        gap_edges_ev: vec![0.0],
        ..AxisPlan::default()
    }
}

/// The band's channels from their formulas, in bins.
fn filled() -> TransportDistribution {
    let lattice = cubic(2.0);
    let volume = lattice.volume_m3();
    let grid = KGrid::gamma([8; 3]).unwrap();
    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 1);
    header.point_group = PointGroup::of_lattice(&header.lattice, 1e-6);
    let axis = plan().axis().unwrap();
    let mut s = Spectrum::zeros(axis.clone(), 2.0, 1, Channels::Basic);
    let channels = [(0, 0), (1, 1), (2, 2)].map(|(i, j)| Channel::VelocityProduct(i, j));
    for channel in [Channel::States].into_iter().chain(channels) {
        let at = channel.index(Channels::Basic).unwrap() * (axis.bins() + 1);
        for (k, e) in axis.edges().iter().enumerate() {
            let e = e.max(0.0) * EV;
            let states =
                volume * (2.0 * ELECTRON_MASS * e).powf(1.5) / (3.0 * PI * PI) * HBAR.powi(-3);
            s.cumulative[at + k] = match channel {
                Channel::States => states,
                _ => 0.4 * e * states / ELECTRON_MASS,
            };
        }
    }
    TransportDistribution::new(&header, &s, axis.first() + 1e-9).unwrap()
}

fn on_grid(n: usize) -> TransportDistribution {
    let bands = band(n);
    let request = Request {
        channels: Channels::Basic,
        ..Request::for_bands(bands.header())
    };
    let axis = plan().axis().unwrap();
    let spectrum = in_bins(&bands, &request, &axis);
    TransportDistribution::new(bands.header(), &spectrum, axis.first() + 1e-9).unwrap()
}

fn optimum(d: &TransportDistribution, r: f64, objective: Objective) -> Optimum {
    let tau = |e: f64| TAU_0 * (e.max(1e-12) / KT).powf(r);
    let search = Search {
        objective,
        direction: Direction::Average(3),
        relaxation: RelaxationTime::Function(&tau),
        range_ev: (-0.8, 0.9),
    };
    d.optimum(&search, KT / BOLTZMANN_EV).unwrap()
}

/// N_c, m⁻³, and σ₀, S/m.
fn units() -> (f64, f64) {
    let n_c = 2.0 * (ELECTRON_MASS * KT * EV / (2.0 * PI * HBAR * HBAR)).powf(1.5);
    let sigma_0 = n_c * ELEMENTARY_CHARGE.powi(2) * TAU_0 / ELECTRON_MASS / libm::tgamma(2.5);
    (n_c, sigma_0)
}

/// Every value through the pipeline: place, doping and height, all inside their bars.
fn check(d: &TransportDistribution, what: &str, bars: &mut Bars, place: f64, height: f64) {
    let (n_c, sigma_0) = units();
    let t = KT / BOLTZMANN_EV;
    let mut one = |name: &str, found: &Optimum, eta: f64, value: f64| {
        assert!(found.inside);
        let mu = found.state.chemical_potential_ev().value;
        close(found.value.value, value, height);
        assert!((mu / KT - eta).abs() < place, "{what} {name}: {}", mu / KT);
        assert!(found.range_ev.0 < mu && mu < found.range_ev.1);
        bars.add(format!("{what} {name} μ"), (mu, found.shift_ev), eta * KT);
        let (value_bar, n) = (found.value.error, found.doping());
        bars.add(
            format!("{what} {name}"),
            (found.value.value, value_bar),
            value,
        );
        let exact = n_c * fermi_dirac(0.5, eta) * 1e-6;
        bars.add(format!("{what} {name} n"), (n.value, n.error), exact);
    };
    for (r, eta, _) in SINGLE_BAND {
        let found = optimum(d, r, Objective::PowerFactor);
        let exact = BOLTZMANN_EV.powi(2) * sigma_0 * power(r, eta);
        one(&format!("PF r = {r}"), &found, eta, exact);
    }
    for (r, beta, eta, zt) in MERIT {
        let lattice = BOLTZMANN_EV.powi(2) * t * sigma_0 / beta;
        let found = optimum(d, r, Objective::FigureOfMerit(lattice));
        one(&format!("zT r = {r} β = {beta}"), &found, eta, zt);
    }
}

#[test]
fn a_spectrum_filled_from_formulas_has_the_optima() {
    let mut bars = Bars::default();
    check(&filled(), "formulas", &mut bars, 1e-4, 2e-6);
    assert!(bars.missed().is_empty(), "{:#?}", bars.missed());
}

#[test]
fn parabolic_bands_on_grids_have_the_optima_within_their_bars() {
    let mut bars = Bars::default();
    for n in [40, 64] {
        let what = format!("{n}³");
        check(&on_grid(n), &what, &mut bars, 0.1, 0.05);
    }
    bars.assert_honest("optima", 100.0);
}

/// τ ∝ E^{1/2} has no optimum: said, not invented. zT needs a relaxation time.
#[test]
fn an_optimum_that_does_not_exist_is_not_reported_as_one() {
    let d = filled();
    assert!(!optimum(&d, 0.5, Objective::PowerFactor).inside);
    let search = Search {
        objective: Objective::FigureOfMerit(1.0),
        direction: Direction::Average(3),
        relaxation: RelaxationTime::Unknown,
        range_ev: (-0.8, 0.9),
    };
    let error = d.optimum(&search, 300.0).unwrap_err().to_string();
    assert!(error.contains("--tau"), "{error}");
}
