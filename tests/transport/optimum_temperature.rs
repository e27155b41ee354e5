//! The best temperature between listed ones: zT of two parabolic bands with a gap, whose maximum over doping and temperature is
//! found from closed forms (docs/physics §6, §12), by spectra filled from formulas and by bands on grids.

use crate::common::{cubic, in_bins};
use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::fermi_dirac::window_integral;
use bzint::integrate::{Channel, Channels, Request, Spectrum, Velocities};
use bzint::transport::{
    AxisPlan, BestTemperature, Direction, Objective, Optimum, RelaxationTime, Scan, Search,
    TransportDistribution,
};
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use std::f64::consts::PI;

/// Edges of the bands, eV, and their masses: conduction, valence.
const EDGES: [f64; 2] = [0.15, -0.15];
const MASSES: [f64; 2] = [1.0, 0.6];
const TAU: f64 = 2e-14;
const LATTICE: f64 = 0.5;
/// Temperatures that spectra are made for, K, and chemical potentials, eV.
const BETWEEN: (f64, f64) = (300.0, 1500.0);
const RANGE: (f64, f64) = (0.0, 0.6);
const CELL: f64 = 2.2;

/// ∫x^{3/2}(x − η)ⁿ w dx, n = 0, 1, 2.
fn moments(eta: f64) -> [f64; 3] {
    window_integral(eta, &[], |x| {
        let weight = x.powf(1.5);
        Ok([weight, weight * (x - eta), weight * (x - eta).powi(2)])
    })
    .unwrap()
}

/// zT by the closed form.
fn merit(t: f64, mu: f64) -> f64 {
    let kt = BOLTZMANN_EV * t;
    let mut sums = [0.0; 3];
    for (i, sign) in [(0, 1.0), (1, -1.0)] {
        let mass = MASSES[i] * ELECTRON_MASS;
        let held = 2.0 * (mass * kt * EV / (2.0 * PI * HBAR * HBAR)).powf(1.5);
        let sigma = held * ELEMENTARY_CHARGE.powi(2) * TAU / mass / libm::tgamma(2.5);
        let [j0, j1, j2] = moments(sign * (mu - EDGES[i]) / kt);
        sums[0] += sigma * j0;
        sums[1] += sign * sigma * j1;
        sums[2] += sigma * j2;
    }
    let [s0, s1, s2] = sums;
    let heat = BOLTZMANN_EV.powi(2) * t * (s2 - s1 * s1 / s0);
    BOLTZMANN_EV.powi(2) * t * s1 * s1 / s0 / (heat + LATTICE)
}

/// The largest zT over μ.
fn largest(t: f64) -> f64 {
    let f = |mu: f64| Ok(merit(t, mu));
    let scan = Scan::new(&f, RANGE, 0.02).unwrap();
    merit(t, scan.highest().unwrap().0)
}

/// The best temperature of the closed form, K.
fn exact() -> f64 {
    let f = |t: f64| Ok(largest(t));
    let (t, inside) = Scan::new(&f, BETWEEN, 20.0).unwrap().highest().unwrap();
    assert!(inside && t > 500.0 && t < 1200.0, "{t}");
    t
}

fn plan() -> AxisPlan {
    AxisPlan {
        temperatures_k: BETWEEN,
        chemical_potentials_ev: vec![RANGE],
        gap_edges_ev: vec![EDGES[1], EDGES[0]],
        ..AxisPlan::default()
    }
}

fn header(n: usize) -> BandHeader {
    let grid = KGrid::gamma([n; 3]).unwrap();
    let mut header = BandHeader::new(cubic(CELL), grid, SpinTreatment::Unpolarized, 2);
    header.point_group = PointGroup::of_lattice(&header.lattice, 1e-6);
    header.n_electrons = Some(2.0);
    header
}

/// The channels of both bands from their formulas, in bins.
fn filled() -> TransportDistribution {
    let header = header(8);
    let volume = header.lattice.volume_m3();
    let axis = plan().axis().unwrap();
    let mut s = Spectrum::zeros(axis.clone(), 2.0, 2, Channels::Basic);
    let channels = [0, 1, 2].map(|i| Channel::VelocityProduct(i, i));
    for channel in [Channel::States].into_iter().chain(channels) {
        let at = channel.index(Channels::Basic).unwrap() * (axis.bins() + 1);
        for (k, energy) in axis.edges().iter().enumerate() {
            for (i, sign) in [(0, 1.0), (1, -1.0)] {
                let mass = MASSES[i] * ELECTRON_MASS;
                let e = (sign * (energy - EDGES[i])).max(0.0) * EV;
                let states = volume * (2.0 * mass * e).powf(1.5) / (3.0 * PI * PI) * HBAR.powi(-3);
                s.cumulative[at + k] += sign
                    * match channel {
                        Channel::States => states,
                        _ => 0.4 * e * states / mass,
                    };
            }
        }
    }
    TransportDistribution::new(&header, &s, 0.0).unwrap()
}

/// The same bands on a grid, with velocities by differences.
fn on_grid(n: usize) -> TransportDistribution {
    let header = header(n);
    let grid = header.k_grid;
    let mut energies = Vec::new();
    for (i, sign) in [(1, -1.0), (0, 1.0)] {
        for p in 0..grid.len() {
            let u = grid.point([p / (n * n), p / n % n, p % n]);
            let k2: f64 = u
                .iter()
                .map(|u| (2.0 * PI / (CELL * 1e-10) * (u - u.round())).powi(2))
                .sum();
            let e = HBAR * HBAR * k2 / (2.0 * MASSES[i] * ELECTRON_MASS) / EV;
            energies.push(EDGES[i] + sign * e);
        }
    }
    let bands = BandGrid::new(header, energies).unwrap();
    let request = Request {
        channels: Channels::Basic,
        velocities: Velocities::FiniteDifference(4),
        ..Request::for_bands(bands.header())
    };
    let spectrum = in_bins(&bands, &request, &plan().axis().unwrap());
    TransportDistribution::new(bands.header(), &spectrum, 0.0).unwrap()
}

fn search() -> Search<'static> {
    Search {
        objective: Objective::FigureOfMerit(LATTICE),
        direction: Direction::Average(3),
        relaxation: RelaxationTime::Constant(TAU),
        range_ev: RANGE,
    }
}

fn best(d: &TransportDistribution, temperatures: &[f64]) -> Option<BestTemperature> {
    let one = |t: &f64| d.optimum(&search(), *t).unwrap();
    let listed: Vec<Optimum> = temperatures.iter().map(one).collect();
    d.best_temperature(&search(), &listed).unwrap()
}

#[test]
fn the_best_temperature_lies_between_listed_ones() {
    let d = filled();
    let t = exact();
    // In any order, with the maximum anywhere between two of them, next to the first too.
    for listed in [
        vec![400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0, 1100.0],
        vec![1400.0, t - 150.0, 300.0, t + 40.0],
        vec![t - 20.0, t + 300.0],
    ] {
        let found = best(&d, &listed).unwrap();
        let got = found.temperature_k();
        assert!(
            found.inside && (got / t - 1.0).abs() < 2e-3,
            "{listed:?}: {got} {t}"
        );
        let zt = found.optimum.value;
        assert!((zt.value / largest(t) - 1.0).abs() < 1e-5, "{zt:?}");
        assert!(
            found.range_k.0 <= t && t <= found.range_k.1,
            "{found:?} {t}"
        );
        assert!(found.range_k.0 <= got && got <= found.range_k.1);
        for other in listed {
            let there = d.optimum(&search(), other).unwrap().value.value;
            assert!(zt.value >= there * (1.0 - 1e-6), "{other}");
        }
    }
}

#[test]
fn bands_on_a_grid_have_it_within_the_uncertainty() {
    let t = exact();
    for n in [48, 64] {
        let found = best(&on_grid(n), &[500.0, 700.0, 900.0, 1100.0]).unwrap();
        let (got, (low, high)) = (found.temperature_k(), found.range_k);
        println!(
            "{n}³: {got:.2} K ± {:.2} K, {low:.1} to {high:.1} K, exactly {t:.2} K",
            found.shift_k
        );
        assert!(found.inside);
        assert!(
            (got - t).abs() <= found.shift_k,
            "{got} ± {} {t}",
            found.shift_k
        );
        assert!(low <= got - found.shift_k && got + found.shift_k <= high);
        assert!(found.shift_k < 0.1 * t, "{}", found.shift_k);
        let zt = found.optimum.value;
        assert!(
            (zt.value - largest(t)).abs() <= zt.error,
            "{zt:?} {}",
            largest(t)
        );
    }
}

/// A maximum beyond the temperatures looked at is said to be there, and its range reaches to that end.
#[test]
fn a_best_temperature_at_an_end_is_said_to_be_there() {
    let d = filled();
    let t = exact();
    for (listed, end) in [
        (vec![t + 100.0, t + 200.0, t + 300.0], t + 100.0),
        (vec![t - 300.0, t - 200.0, t - 100.0], t - 100.0),
    ] {
        let found = best(&d, &listed).unwrap();
        assert!(!found.inside && found.temperature_k() == end);
        let (low, high) = found.range_k;
        assert!(low == end || high == end, "{found:?}");
        assert_eq!(found.optimum, d.optimum(&search(), end).unwrap());
    }
    assert!(best(&d, &[600.0]).is_none());
    assert!(best(&d, &[600.0, 600.0]).is_none());
    assert!(best(&d, &[]).is_none());
}
