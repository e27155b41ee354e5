//! Ballistic conductances of small pockets through grids: bars that hold, and are not far too wide (docs/physics §15).
//!
//! A paraboloid's thermal averages on linear tetrahedra are off as h²; a third of what the subgrid changes is taken off, and what is left goes as
//! h⁴. A bar of that third would be a hundred times too wide: how far apart the grid and its every second point extrapolate says how much is left.
//! Where |v·n̂| has its kinks between the points (shifted grids, and [111] of them) an error of h² remains, and the bar.

use crate::common::{Bars, cubic};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandSource};
use bzint::crystal::KGrid;
use bzint::fermi_dirac::fermi_dirac;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::{Bins, Channels, Request, measure};
use bzint::transport::{
    AxisPlan, ModeDistribution, RelaxationTime, Scalar, TransportDirection, kinks_on_points,
};
use bzint::units::BOLTZMANN_EV;

const T: f64 = 300.0;
/// S/m² per electron mass at η with ln(1 + e^η) = 1: docs/physics §15 has 8.89833778274e12 at η = 2.
const UNIT: f64 = 8.89833778274e12 / 2.126_928_011_042_972_5;

/// Modes of bands along some directions, with those of every second point, as `bzint landauer` takes them.
fn modes(bands: &dyn BandSource, directions: &[TransportDirection], mu: f64) -> ModeDistribution {
    let units: Vec<[f64; 3]> = directions.iter().map(|d| d.unit).collect();
    let mut plan = AxisPlan::for_bands(bands, &[T], None, mu);
    plan.chemical_potentials_ev = vec![(mu, mu)];
    let axis = plan.axis().unwrap();
    let reach = 10.0 * T * BOLTZMANN_EV;
    let request = Request {
        channels: Channels::Speeds,
        directions: &units,
        ..Request::for_bands(bands.header())
    };
    let of = |bands: &dyn BandSource| {
        let mut engine = CpuEngine::<f64>::default();
        let found = measure(bands, &request, &Bins(&axis), &mut engine).unwrap();
        ModeDistribution::new(bands.header(), &found.result, mu, directions).unwrap()
    };
    let fine = of(bands);
    let smooth = kinks_on_points(bands, directions, (mu - reach, mu + reach)).unwrap();
    match BandGrid::halved(bands).unwrap() {
        Some(half) => fine.with_coarser(of(&half), smooth),
        None => fine,
    }
}

/// (bar holds, bar/error) of ballistic conductances and Seebeck coefficients of ellipsoids, over grids, shifts, masses, levels and directions.
#[test]
fn conductances_of_pockets_have_honest_and_narrow_bars() {
    let kt = T * BOLTZMANN_EV;
    let (mut conductance, mut seebeck) = (Bars::default(), Bars::default());
    let mut narrow = 0;
    for masses in [[1.0, 1.0, 1.0], [0.5, 1.0, 2.0]] {
        for n in [32, 48] {
            for shift in [[0.0; 3], [0.5; 3], [0.3, 0.1, 0.7]] {
                let grid = KGrid::new([n; 3], shift).unwrap();
                let bands =
                    ModelBands::new(Model::ellipsoid(masses), cubic(6.2), grid, true).unwrap();
                for eta in [0.0, 2.0, 4.0] {
                    let mu = eta * kt;
                    let all: Vec<TransportDirection> = ["x", "z", "111"]
                        .iter()
                        .map(|text| {
                            let h = bands.header();
                            TransportDirection::parse(text, &h.lattice, &h.point_group).unwrap()
                        })
                        .collect();
                    let found = modes(&bands, &all, mu);
                    let state = found.distribution().at_chemical_potential(T, mu).unwrap();
                    for (d, direction) in all.iter().enumerate() {
                        let device = found
                            .device(&state, &RelaxationTime::Unknown, d, None, None)
                            .unwrap();
                        let of = |name: &str| -> Scalar {
                            device.all.iter().find(|q| q.name == name).unwrap().value
                        };
                        // The cross section of E = const along n̂: √(det M · n̂ᵀM⁻¹n̂).
                        let inverse: f64 =
                            (0..3).map(|i| direction.unit[i].powi(2) / masses[i]).sum();
                        let mass = (masses.iter().product::<f64>() * inverse).sqrt();
                        let g = of("ballistic_conductance_per_area");
                        let exact = UNIT * mass * (1.0 + eta.exp()).ln();
                        let label =
                            format!("{masses:?} {n}³ {shift:?} η = {eta} {}", direction.label);
                        conductance.add(label.clone(), (g.value, g.error), exact);
                        narrow += usize::from(g.error < 2e-3 * g.value);
                        // S of modes ∝ E: −(k_B/e)(2F₁/F₀ − η).
                        let s = of("ballistic_seebeck");
                        let exact = -86.173332621452e-6
                            * (2.0 * fermi_dirac(1.0, eta) / (1.0 + eta.exp()).ln() - eta);
                        seebeck.add(label, (s.value, s.error), exact);
                    }
                }
            }
        }
    }
    for (what, bars, widest) in [("G", &conductance, 10.0), ("S", &seebeck, 12.0)] {
        let (least, median, count) = bars.summary();
        let held = count - bars.missed().len();
        println!(
            "{what}: {held} of {count} hold, bar/|error| least {least:.2}, median {median:.2}"
        );
        println!("{:#?}", bars.missed());
        assert!(held * 20 >= count * 19, "{what}: {:#?}", bars.missed());
        assert!(median <= widest, "{what}: {median}");
    }
    println!("{narrow} bars below 2e-3");
    assert!(narrow > 5, "{narrow}");
}
