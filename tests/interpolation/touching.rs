//! Bands that touch between the points of a table, or at one: the gap is said to be open, and bars hold the cones.

use crate::common::shared;
use bzint::bands::touching::between;
use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup};
use bzint::integrate::refine::{Refinement, RefiningEngine};
use bzint::integrate::{Bins, Channels, Request, measure};
use bzint::sampler::{FourierSeries, InterpolatedBands};
use bzint::transport::{AxisPlan, TransportDistribution};
use std::f64::consts::PI;

const A: f64 = 2.46;
const C: f64 = 15.0;

/// Graphene's π bands, ±t|1 + e^{ik₁} + e^{−ik₂}| with t = 2.7 eV, on n×n points; with a mass ±√(E² + m²).
fn graphene(n: usize, mass: f64) -> BandGrid {
    graphene_of(n, mass, SpinTreatment::Unpolarized)
}

/// The same, as spinors in Kramers pairs too.
fn graphene_of(n: usize, mass: f64, spin: SpinTreatment) -> BandGrid {
    let pair = if spin == SpinTreatment::Spinor { 2 } else { 1 };
    let lattice = Lattice::new([
        [A, 0.0, 0.0],
        [-0.5 * A, 0.5 * 3f64.sqrt() * A, 0.0],
        [0.0, 0.0, C],
    ])
    .unwrap();
    let grid = KGrid::gamma([n, n, 1]).unwrap();
    let mut header = BandHeader::new(lattice, grid, spin, 2 * pair);
    header.point_group = PointGroup::identity();
    header.n_electrons = Some(2.0);
    let mut energies = vec![0.0; 2 * pair * grid.len()];
    for at in 0..grid.len() {
        let [k1, k2] = [at / n, at % n].map(|i| 2.0 * PI * i as f64 / n as f64);
        let (re, im) = (1.0 + k1.cos() + k2.cos(), k1.sin() - k2.sin());
        let e = (2.7 * 2.7 * (re * re + im * im) + mass * mass).sqrt();
        for band in 0..2 * pair {
            energies[band * grid.len() + at] = if band < pair { -e } else { e };
        }
    }
    BandGrid::with_fields(header, energies, None, None).unwrap()
}

fn halves(bands: &BandGrid) -> (Vec<f64>, Vec<f64>) {
    use bzint::bands::Field;
    let len = bands.header().k_grid.len();
    [0, 1]
        .map(|band| {
            let mut out = vec![0.0; len];
            bands
                .read_planes(Field::Energy, 0, band, 0, &mut out)
                .unwrap();
            out
        })
        .into()
}

#[test]
fn nodes_are_found_wherever_the_points_lie_and_gaps_are_not() {
    for n in [16, 20, 24, 40, 61] {
        let bands = graphene(n, 0.0);
        let grid = bands.header().k_grid;
        let (lower, upper) = halves(&bands);
        let found = between(&grid, &lower, &upper);
        assert_eq!(found.len(), 2, "{n}");
        for place in &found {
            let [x, y, _] = place.k_frac(&grid);
            // K and K' are at (⅓, ⅓) and (⅔, ⅔) in these axes; found to a quarter of a step.
            let third = if x < 0.5 { 1.0 / 3.0 } else { 2.0 / 3.0 };
            let off = (x - third).abs().max((y - third).abs()) * n as f64;
            assert!(off < 0.25, "{n}: ({x}, {y})");
            assert!(place.energy_ev().abs() < 0.05);
        }
        // A mass that the table resolves is no touching.
        let massive = graphene(n, 1.0);
        let (lower, upper) = halves(&massive);
        assert!(between(&grid, &lower, &upper).is_empty(), "{n}");
    }
}

/// Weyl nodes off the grid, and bands that touch as parabolas, which no cone describes.
#[test]
fn weyl_points_are_found_and_parabolas_are_not() {
    let n = 14;
    let grid = KGrid::gamma([n; 3]).unwrap();
    let on_grid = |energy: &dyn Fn([f64; 3]) -> f64| -> (Vec<f64>, Vec<f64>) {
        let of = |at: usize| {
            let k = [at / (n * n), at / n % n, at % n].map(|i| 2.0 * PI * i as f64 / n as f64);
            energy(k)
        };
        let upper: Vec<f64> = (0..grid.len()).map(of).collect();
        (upper.iter().map(|e| -e).collect(), upper)
    };
    let k0: f64 = 1.2;
    let weyl = |k: [f64; 3]| {
        let z = k[2].cos() - k0.cos() + 2.0 - k[0].cos() - k[1].cos();
        (k[0].sin().powi(2) + k[1].sin().powi(2) + z * z).sqrt()
    };
    let (lower, upper) = on_grid(&weyl);
    let found = between(&grid, &lower, &upper);
    assert_eq!(found.len(), 2);
    for place in found {
        let k = place.k_frac(&grid).map(|x| 2.0 * PI * (x - x.round()));
        assert!(k[0].abs() < 0.02 && k[1].abs() < 0.02, "{k:?}");
        assert!((k[2].abs() - k0).abs() < 0.3 * 2.0 * PI / n as f64, "{k:?}");
    }
    let (lower, upper) = on_grid(&|k| 3.0 - k[0].cos() - k[1].cos() - k[2].cos());
    assert!(between(&grid, &lower, &upper).is_empty());
}

/// σ/τ and S of graphene at 300 K: 2e²k_BT/(πħ²) ln 2cosh(μ/2k_BT) a sheet, from the cones alone.
#[test]
fn bars_hold_what_nodes_between_points_conduct() {
    use SpinTreatment::{Spinor, Unpolarized};
    for (n, spin) in [(24, Unpolarized), (40, Unpolarized), (40, Spinor)] {
        let table = graphene_of(n, 0.0, spin);
        let bands =
            InterpolatedBands::new(Box::new(FourierSeries::with_rival(&table).unwrap())).unwrap();
        let levels = [0.0, 0.1];
        let plan = AxisPlan {
            temperatures_k: (300.0, 300.0),
            chemical_potentials_ev: levels.map(|mu| (mu, mu)).to_vec(),
            ..AxisPlan::default()
        };
        let request = Request {
            channels: Channels::Basic,
            ..Request::for_bands(bands.header())
        };
        let mut engine = RefiningEngine::new(Refinement {
            tolerance: 1e-2,
            ..Refinement::default()
        });
        let axis = plan.axis().unwrap();
        let found = measure(&bands, &request, &Bins(&axis), &mut engine).unwrap();
        assert_eq!(found.crossings.unwrap().touching.unwrap().count, 2);
        let d = TransportDistribution::new(bands.header(), &found.result, 0.0).unwrap();
        for (mu, sheet) in levels.into_iter().zip([4.2187e9, 1.18973e10]) {
            let state = d.at_chemical_potential(300.0, mu).unwrap();
            let sigma = d
                .coefficients_over_tau(&state)
                .unwrap()
                .conductivity_over_tau();
            let right = sheet / (C * 1e-10);
            let (value, bar) = (sigma.value[0][0], sigma.error[0][0]);
            assert!(
                (value - right).abs() <= bar,
                "{n}, {mu}: {value:e} ± {bar:e}, right {right:e}"
            );
        }
    }
}

/// The field's file, by the program: a gap from 0, and no word of a gap that is certain.
#[test]
fn info_says_that_the_gap_may_be_closed() {
    use crate::common::binary::bzint;
    let Some(path) = shared("../field/graphene-node-off-grid/gr40.h5") else {
        return;
    };
    let found = bzint(&format!("info {} --json", path.display())).json();
    let gap = &found["gap"];
    assert_eq!(gap["low"], 0.0, "{gap}");
    assert!(
        (gap["high"].as_f64().unwrap() - 0.386).abs() < 0.01,
        "{gap}"
    );
    let table = bzint(&format!("fermi {} --backend cpu", path.display())).text();
    assert!(!table.contains("it lies in a gap.\n"), "{table}");
    assert!(table.contains("may touch"), "{table}");
}
