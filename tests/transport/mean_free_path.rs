//! A constant mean free path, state by state: free electrons, the modes that it counts, and how bad calls are refused.

use crate::common::binary::bzint_in;
use crate::common::{cubic, in_bins};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandSource, Field};
use bzint::crystal::KGrid;
use bzint::integrate::{Channel, Request};
use bzint::sampler::MeanFreePathBands;
use bzint::transport::{AxisPlan, TransportDistribution};
use bzint::units::{ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use std::f64::consts::PI;

fn axis(t: f64, mu: f64) -> bzint::integrate::EnergyAxis {
    let plan = AxisPlan {
        temperatures_k: (t, t),
        chemical_potentials_ev: vec![(mu, mu)],
        gap_edges_ev: vec![mu],
        ..AxisPlan::default()
    };
    plan.axis().unwrap()
}

/// σ = n e² λ/(m v_F) of free electrons at low temperature, from analytic velocities and from differences.
#[test]
fn free_electrons_have_the_conductivity_of_their_mean_free_path() {
    let (mu, path) = (1.2, 300.0);
    for order in [0, 4] {
        let grid = KGrid::gamma([64; 3]).unwrap();
        let model = Model::free_electrons(1.0);
        let model = ModelBands::new(model, cubic(4.0), grid, order == 0).unwrap();
        let bands = MeanFreePathBands::new(Box::new(model), path, order).unwrap();
        let spectrum = in_bins(&bands, &Request::for_bands(bands.header()), &axis(50.0, mu));
        let distribution = TransportDistribution::new(bands.header(), &spectrum, mu).unwrap();
        let state = distribution.at_chemical_potential(50.0, mu).unwrap();
        let c = distribution.coefficients_from_lifetimes(&state).unwrap();
        let k = (2.0 * ELECTRON_MASS * mu * EV).sqrt() / HBAR;
        let n = k.powi(3) / (3.0 * PI * PI);
        let sigma = n * ELEMENTARY_CHARGE.powi(2) * path * 1e-10 / (HBAR * k);
        let (got, bar) = (c.conductivity().value[0][0], c.conductivity().error[0][0]);
        assert!(
            (got - sigma).abs() <= bar,
            "order {order}: {got:e} ± {bar:e}, {sigma:e}"
        );
        assert!(bar < 0.02 * sigma, "{got:e} ± {bar:e}");
    }
}

/// Σ_i v_i² τ = λ|v|: in every bin the trace is the path times the summed speed, which counts modes.
#[test]
fn the_trace_counts_modes() {
    let model = crate::common::simple_cubic(24, 4.0, 0.5);
    let bands = MeanFreePathBands::new(Box::new(model), 100.0, 0).unwrap();
    let spectrum = in_bins(
        &bands,
        &Request::for_bands(bands.header()),
        &axis(300.0, -0.4),
    );
    let of = |channel| spectrum.total_density(channel).0;
    let trace = [0, 1, 2].map(|i| of(Channel::LifetimeProduct(i, i)));
    let speed = of(Channel::Speed);
    let mut seen = 0;
    for (k, s) in speed.iter().enumerate() {
        let got: f64 = trace.iter().map(|t| t[k]).sum();
        let want = 100e-10 * s;
        assert!(
            (got - want).abs() <= 1e-6 * want.abs() + 1e-12,
            "{k}: {got:e} {want:e}"
        );
        seen += usize::from(want > 0.0);
    }
    assert!(seen > 50);
}

/// Differences of the energies across the periodic boundary: those of a cosine are its slope to the stencil's order.
#[test]
fn speeds_are_periodic_and_blocks_do_not_matter() {
    let (n, a, t) = ([20, 16, 12], 4.0, 0.5);
    let with = |order| {
        let model = crate::common::tight_binding(n, a, t, 3);
        MeanFreePathBands::new(Box::new(model), 100.0, order).unwrap()
    };
    let (exact, sixth) = (with(0), with(6));
    let mut whole = vec![0.0; 20 * 16 * 12];
    let mut other = whole.clone();
    exact
        .read_planes(Field::Lifetime, 0, 0, 0, &mut whole)
        .unwrap();
    for first in 0..20 {
        let at = first * 192;
        sixth
            .read_planes(Field::Lifetime, 0, 0, first, &mut other[at..at + 192])
            .unwrap();
    }
    let mut again = other.clone();
    sixth
        .read_planes(Field::Lifetime, 0, 0, 0, &mut again)
        .unwrap();
    assert_eq!(again, other);
    let slowest = whole.iter().copied().fold(0.0, f64::max);
    for (x, y) in whole.iter().zip(&other) {
        assert!((x - y).abs() < 5e-3 * x || *x == slowest, "{x:e} {y:e}");
    }
    assert!(exact.statistics()[0].max_lifetime >= slowest);
}

#[test]
fn the_command_gives_absolute_values_and_refuses_what_it_cannot_do() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let mut bands = crate::common::simple_cubic(16, 4.0, 0.5);
    bands.set_fermi_level(Some(-0.4));
    bzint::io::hdf5::write(&d.join("metal.h5"), &bands, "a test").unwrap();
    let run = |words: &str| {
        let words = format!("transport metal.h5 {words} --backend cpu");
        bzint_in(d, &words)
    };
    let output = run("--mean-free-path 400 --json");
    let out = output.json();
    let row = &out["rows"][0];
    assert!(row["conductivity"]["value"][0][0].as_f64().unwrap() > 0.0);
    assert!(row["conductivity_over_tau"].is_null());
    assert_eq!(out["mean_free_path"]["unit"], "angstrom");
    // The refined series and the table as it is agree within their bars.
    let table = run("--mean-free-path 400 --json --interpolate none");
    let table = table.json();
    for name in ["hall_coefficient", "nernst"] {
        let of = |row: &serde_json::Value, what: &str| row[name][what].as_f64().unwrap();
        let other = &table["rows"][0];
        let off = (of(row, "value") - of(other, "value")).abs();
        let bars = of(row, "error") + of(other, "error");
        assert!(off <= bars, "{name}: {off:e}, {bars:e}");
    }
    for (words, expected) in [
        ("--mean-free-path 0", "positive length in Å"),
        ("--mean-free-path -4", "positive length in Å"),
        ("--mean-free-path inf", "positive length in Å"),
        ("--mean-free-path 400 --tau 1e-14", "cannot be used with"),
        (
            "--mean-free-path 400 --magnetoconductivity",
            "cannot be used with",
        ),
    ] {
        let output = run(words);
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{words}: {text}");
        assert!(text.contains(expected), "{words}: {text}");
    }
}
