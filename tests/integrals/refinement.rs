//! Adaptive refinement of interpolated bands: right to the tolerance, inside the bar, no state lost, few k-points.

use crate::common::{SIMPLE_CUBIC, cubic};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandSource};
use bzint::crystal::{KGrid, PointGroup};
use bzint::integrate::refine::{Refinement, Refiner};
use bzint::integrate::{Channel, Channels, EnergyAxis, Request};
use bzint::sampler::FourierSeries;
use bzint::units::EV_ANGSTROM_OVER_HBAR;

fn with_tolerance(tolerance: f64) -> Refinement {
    Refinement {
        tolerance,
        ..Refinement::default()
    }
}

fn of(refiner: &Refiner, channels: Channels) -> Request<'static> {
    Request {
        channels,
        ..Request::for_bands(refiner.header())
    }
}

fn basic(refiner: &Refiner) -> Request<'static> {
    of(refiner, Channels::Basic)
}

/// Simple-cubic tight binding, t = 1 eV, a = 1 Å, on 6³ points.
fn simple_cubic() -> FourierSeries {
    let model = Model::TightBinding {
        hopping: 1.0,
        dimension: 3,
    };
    let grid = KGrid::gamma([6; 3]).unwrap();
    FourierSeries::new(&ModelBands::new(model, cubic(1.0), grid, false).unwrap()).unwrap()
}

/// docs/physics §18: D, N, T at every tabulated energy, to the tolerance and inside the bar.
#[test]
fn the_simple_cubic_band_is_right_to_the_tolerance_and_inside_the_bar() {
    let series = simple_cubic();
    let unit = EV_ANGSTROM_OVER_HBAR.powi(2);
    for tolerance in [1e-2, 1e-3] {
        let refiner = Refiner::new(&series, with_tolerance(tolerance)).unwrap();
        for (energy, d, n, t, xi) in SIMPLE_CUBIC {
            let (s, refined) = refiner
                .surface(&of(&refiner, Channels::Speeds), energy)
                .unwrap();
            assert!(
                refined.reached <= 1.0 && refined.cap.is_none(),
                "{refined:?}"
            );
            let xi = xi / (2.0 * std::f64::consts::PI);
            for (name, (value, error), exact) in [
                ("D", s.total(Channel::States), 2.0 * d),
                ("N", s.electrons(), 2.0 * n),
                ("T", s.total(Channel::VelocityProduct(0, 0)), 2.0 * t * unit),
                ("xi", s.total(Channel::AxisSpeed(0)), 2.0 * xi * unit.sqrt()),
            ] {
                let off = (value - exact).abs();
                println!(
                    "tolerance {tolerance:e} E {energy} {name}: off {:.1e}, bar {:.1e}, {} points, finest {:?}",
                    off / exact,
                    error / exact,
                    refined.points,
                    refined.finest
                );
                assert!(off <= error, "{name} at {energy}: {off:e} > {error:e}");
                if name == "D" {
                    assert!(
                        error <= 1.01 * tolerance * exact,
                        "{name} at {energy}: {error:e}"
                    );
                }
            }
        }
    }
}

/// The spectrum: every state counted, each bin's content inside its bar, and the same as the integrals at its edges.
#[test]
fn a_refined_spectrum_counts_every_state_once() {
    let series = simple_cubic();
    let refiner = Refiner::new(&series, with_tolerance(1e-3)).unwrap();
    let axis = EnergyAxis::new(-6.5, 6.5, 260).unwrap();
    let (spectrum, refined) = refiner.spectrum(&basic(&refiner), &axis).unwrap();
    println!("{refined:?}");
    let (states, error) = spectrum.total_cumulative(Channel::States);
    assert!(
        (states[260] - 2.0).abs() < 1e-12 && error[260] < 1e-12,
        "{}",
        states[260]
    );
    assert!(states.windows(2).all(|w| w[1] >= w[0] - 1e-15));
    for (energy, _, n, ..) in SIMPLE_CUBIC {
        let k = ((energy + 6.5) / 0.05_f64).round() as usize;
        let off = (states[k] - 2.0 * n).abs();
        assert!(
            off <= error[k] && off < 1e-3,
            "{energy}: {off:e} {:e}",
            error[k]
        );
    }
    // A window in the middle: states below it are counted though their blocks are dropped.
    let window = EnergyAxis::from_edges(vec![-2.6, -2.5, -2.45, -1.0, -0.9]).unwrap();
    let (spectrum, _) = refiner.spectrum(&basic(&refiner), &window).unwrap();
    let (states, error) = spectrum.total_cumulative(Channel::States);
    for (k, (_, _, n, ..)) in [(1, SIMPLE_CUBIC[2]), (3, SIMPLE_CUBIC[3])] {
        let off = (states[k] - 2.0 * n).abs();
        assert!(off <= error[k], "{k}: {off:e} {:e}", error[k]);
    }
}

/// A pocket of 1/200 of the zone's width at the bottom of a cosine band: n, N(E) and σ/τ to 1e-3 against the exact
/// expansion, with at most 1/50 of the points of the uniform grid that is as good.
#[test]
fn a_small_pocket_needs_few_points() {
    // k_F = π/200a: with E = 2t(3 − Σcos), E_F = 2t(1 − cos) along an axis.
    let series = simple_cubic();
    let k_f = std::f64::consts::PI / 200.0;
    let energy = -6.0 + k_f * k_f;
    let refiner = Refiner::new(&series, with_tolerance(1e-3)).unwrap();
    let (s, refined) = refiner.surface(&basic(&refiner), energy).unwrap();
    // E + 6 = k² − Σk⁴/12 + …: N = k_F³/6π² (1 + 3/20·ε + …) with ε = k_F²; corrections of 4e-5 are below the tolerance.
    let n = 2.0 * k_f.powi(3) / (6.0 * std::f64::consts::PI.powi(2));
    let d = 2.0 * k_f / (4.0 * std::f64::consts::PI.powi(2));
    let t = n * 2.0 * EV_ANGSTROM_OVER_HBAR.powi(2);
    for (name, (value, error), exact) in [
        ("n", s.electrons(), n),
        ("D", s.total(Channel::States), d),
        ("T", s.total(Channel::VelocityProduct(0, 0)), t),
    ] {
        let off = (value / exact - 1.0).abs();
        println!("{name}: off {off:.1e}, bar {:.1e}", error / exact);
        assert!(off < 1e-3 && off <= error / exact + 1e-4, "{name}: {off:e}");
    }
    println!("{refined:?}");
    let uniform: f64 = refined.finest.iter().map(|n| *n as f64).product();
    assert!(50.0 * (refined.points as f64) < uniform, "{refined:?}");
}

/// Nothing depends on the number of threads.
#[test]
fn refinement_gives_the_same_bits_on_any_number_of_threads() {
    let series = simple_cubic();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let refiner = Refiner::new(&series, with_tolerance(1e-2)).unwrap();
            let axis = EnergyAxis::new(-1.0, 2.0, 30).unwrap();
            (
                refiner.surface(&basic(&refiner), 0.3).unwrap(),
                refiner.spectrum(&basic(&refiner), &axis).unwrap(),
            )
        })
    };
    assert!(run(1) == run(3));
}

/// With and without the use of E(−k) = E(k): the same numbers within the tolerance.
#[test]
fn folding_by_inversion_changes_nothing() {
    let model = Model::TightBinding {
        hopping: 1.0,
        dimension: 3,
    };
    let grid = KGrid::gamma([6; 3]).unwrap();
    let source = ModelBands::new(model, cubic(1.0), grid, false).unwrap();
    let mut header = source.header().clone();
    header.point_group = PointGroup::identity();
    let energies = BandGrid::load(&source).unwrap();
    let plain = BandGrid::new(
        header,
        energies.band(bzint::bands::Field::Energy, 0, 0).to_vec(),
    )
    .unwrap();
    let of = |source: &dyn BandSource| {
        let series = FourierSeries::new(source).unwrap();
        let refiner = Refiner::new(&series, with_tolerance(1e-3)).unwrap();
        let (s, refined) = refiner.surface(&basic(&refiner), 0.3).unwrap();
        (s.total(Channel::States).0, refined.points)
    };
    let (folded, few) = of(&source);
    let (whole, many) = of(&plain);
    assert!((folded / whole - 1.0).abs() < 1e-3);
    assert!(
        2 * few == many || (few as f64) < 0.7 * many as f64,
        "{few} {many}"
    );
}
