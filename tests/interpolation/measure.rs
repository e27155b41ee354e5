//! `measure` is the natural call, and has the whole bar; an engine answers for its own bands alone.

use crate::common::binary::bzint;
use crate::common::{shared, simple_cubic};
use bzint::bands::BandSource;
use bzint::crystal::KGrid;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::spectrum;
use bzint::integrate::refine::{Refinement, RefiningEngine};
use bzint::integrate::{At, Bins, Channels, Request, measure};
use bzint::io::{OpenOptions, open};
use bzint::sampler::{FourierBands, FourierSeries, InterpolatedBands, MatthiessenBands};
use bzint::transport::{AxisPlan, TransportDistribution};

/// Silicon from 8³ points: what the library's natural call gives has the bar that the command prints, many times the grid's alone.
#[test]
fn the_natural_call_has_the_bar_of_the_command() {
    let Some(path) = shared("qe/si/si.fullgrid.xml.gz").or_else(|| shared("qe/si/si.nscf.xml.gz"))
    else {
        return;
    };
    let table = open(&path, &OpenOptions::default()).unwrap();
    let grid = KGrid::gamma([32; 3]).unwrap();
    let bands = FourierBands::with_rival(&*table, grid).unwrap();
    let header = bands.header();
    // 0.1 eV above the conduction band's edge.
    let mu = 6.83;
    let plan = AxisPlan {
        temperatures_k: (300.0, 300.0),
        chemical_potentials_ev: vec![(mu, mu)],
        gap_edges_ev: vec![mu],
        ..AxisPlan::default()
    };
    let axis = plan.axis().unwrap();
    let request = Request {
        channels: Channels::Basic,
        ..Request::for_bands(header)
    };
    let mut engine = CpuEngine::<f64>::default();
    let sigma = |of: &bzint::integrate::Spectrum| {
        let d = TransportDistribution::new(header, of, 6.5).unwrap();
        let state = d.at_chemical_potential(300.0, mu).unwrap();
        let c = d
            .coefficients_over_tau(&state)
            .unwrap()
            .conductivity_over_tau();
        (c.value[0][0], c.error[0][0])
    };
    let whole = sigma(
        &measure(&bands, &request, &Bins(&axis), &mut engine)
            .unwrap()
            .result,
    );
    let grid_alone = sigma(&spectrum(&bands, &request, &axis, &mut engine).unwrap());
    let words = format!(
        "transport {} --interpolate 32 --mu-absolute {mu} -T 300 --no-hall --backend cpu --json",
        path.display()
    );
    let json = bzint(&words).json();
    let of = |field: &str| {
        json["rows"][0]["conductivity_over_tau"][field][0][0]
            .as_f64()
            .unwrap()
    };
    let command = (of("value"), of("error"));
    println!("library {whole:?}, grid alone {grid_alone:?}, command {command:?}");
    assert!((whole.0 / command.0 - 1.0).abs() < 1e-3);
    assert!(
        (whole.1 / command.1 - 1.0).abs() < 0.1,
        "{whole:?} {command:?}"
    );
    assert!(grid_alone.1 < 0.5 * whole.1, "{grid_alone:?} {whole:?}");
}

/// An engine has no bands of its own: it answers for those that it is asked about, whatever it was asked about before, and refuses
/// what it cannot refine.
#[test]
fn an_engine_answers_for_the_bands_that_it_is_given() {
    let bands = |hopping: f64| {
        let series = FourierSeries::new(&simple_cubic(6, 4.0, hopping)).unwrap();
        InterpolatedBands::new(Box::new(series)).unwrap()
    };
    let (one, other) = (bands(1.0), bands(0.3));
    let refinement = Refinement {
        tolerance: 0.1,
        ..Refinement::default()
    };
    let request = Request::for_bands(one.header());
    let mut engine = RefiningEngine::new(refinement);
    let mut ask = |of: &dyn BandSource| measure(of, &request, &At(-1.5), &mut engine);
    let mut found = Vec::new();
    for bands in [&one, &other, &one, &one] {
        let mut fresh = RefiningEngine::new(refinement);
        let alone = measure(bands, &request, &At(-1.5), &mut fresh).unwrap();
        let result = ask(bands).unwrap();
        assert_eq!(result, alone);
        found.push(result);
    }
    assert_ne!(found[0], found[1]);
    assert_eq!((&found[0], &found[2]), (&found[2], &found[3]));
    let rate = |_: f64| 1e14;
    let changed = MatthiessenBands::new(&one, &rate);
    for source in [&changed as &dyn BandSource, &simple_cubic(6, 4.0, 0.3)] {
        let error = ask(source).unwrap_err();
        assert!(error.to_string().contains("a table"), "{error}");
    }
}
