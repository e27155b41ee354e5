//! Carriers screen ionised impurities with the ∂n/∂μ of their own bands, and what errors make of a relaxation time is in the bars.

use crate::common::{cubic, in_bins};
use bzint::bands::BandSource;
use bzint::bands::model::{Model, ModelBands};
use bzint::crystal::KGrid;
use bzint::integrate::{Channels, Request};
use bzint::scattering::{BandEdges, Conditions, ScatteringModel, Valley};
use bzint::transport::{AxisPlan, Density, Doping, RelaxationTime, TransportDistribution};

const MASS: f64 = 0.067;
const T: f64 = 300.0;
const EDGES: (f64, f64) = (-1.5, 0.0);

/// One parabolic valley of GaAs's mass, filled degenerately: τ is that of the model with the valley's own response. A valley of the free
/// electron's mass would screen several times more.
#[test]
fn degenerate_carriers_of_a_light_mass_screen_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("impurities.toml");
    let text = "[electrons.valley]\ndos_mass = 0.067\n[[electrons.ionised_impurities]]\nrelative_permittivity = 12.9\n";
    std::fs::write(&file, text).unwrap();
    let model = ScatteringModel::read(&file).unwrap();
    let grid = KGrid::gamma([64; 3]).unwrap();
    let bands = ModelBands::new(Model::free_electrons(MASS), cubic(20.0), grid, true).unwrap();
    let plan = AxisPlan {
        temperatures_k: (T, T),
        chemical_potentials_ev: vec![(0.0, 0.5)],
        gap_edges_ev: vec![0.0],
        ..AxisPlan::default()
    };
    let request = Request {
        channels: Channels::Basic,
        ..Request::for_bands(bands.header())
    };
    let spectrum = in_bins(&bands, &request, &plan.axis().unwrap());
    let d = TransportDistribution::new(bands.header(), &spectrum, -0.01).unwrap();
    let n = 1e19;
    let doping = Doping {
        fixed: Density::of(n, None),
        donors: Vec::new(),
        acceptors: Vec::new(),
    };
    let state = d.at_doping(T, &doping).unwrap();
    let tau = d.scattered(&model, Some(EDGES), &state).unwrap();
    let sample = |mass: f64| {
        let at = Conditions::new(T)
            .unwrap()
            .with_valley(Valley::spherical(mass));
        at.with_carriers(n).unwrap().with_ionised(n)
    };
    let edges = BandEdges::Gap {
        valence_ev: EDGES.0,
        conduction_ev: EDGES.1,
    };
    let energy = 0.2;
    let own = model.tau(energy, &edges, &sample(MASS)).unwrap();
    let got = tau.at(energy);
    // A bin has one τ, and the grid's ∂n/∂μ is its own.
    assert!((got / own - 1.0).abs() < 0.02, "{got:e} {own:e}");
    let heavy = model.tau(energy, &edges, &sample(1.0)).unwrap();
    assert!(heavy > 1.5 * own, "{heavy:e} {own:e}");

    // The bar of σ holds what the carriers' own bar does to τ.
    let fixed = d
        .coefficients(&state, &|e| tau.at(e))
        .unwrap()
        .conductivity();
    let whole = d
        .coefficients_scattered(&state, &tau)
        .unwrap()
        .conductivity();
    let off = (fixed.value[0][0] - whole.value[0][0]).abs();
    assert!(off > 0.0 && off <= whole.error[0][0], "{fixed:?} {whole:?}");
    assert!(whole.error[0][0] < 0.1 * whole.value[0][0]);
    assert!(RelaxationTime::Mechanisms(&model, Some(EDGES)).is_known());
}
