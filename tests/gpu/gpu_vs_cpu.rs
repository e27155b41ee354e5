//! The GPU against its `f32` twin and against the `f64` reference.
//!
//! Model of the error. A cell's contribution goes through about 30 roundings of relative size eps/2 (eps = 1.2e-7: edges to
//! ratios to weights, stencil to velocity to products), a quotient may be off by 2.5 ulp and a square root by 3. They are
//! independent from cell to cell, so a sum of contributions of one sign is off by far less than one contribution: the bound
//! of 8 eps = 1e-6 relative to the channel's largest value is that of a single worst contribution with random signs
//! (√30·eps ≈ 6 eps), added to nothing else. Channels of mixed sign (v_i v_j, i ≠ j) are measured against the trace that
//! bounds them. GPU and twin do the same operations on the same numbers: they part only by quotients, square roots,
//! exponentials and by products that the driver's compiler contracts.

use crate::common::cubic;
use crate::shared_gpu::{fresh_gpu, gpu, skewed, waves};
use bzint::bands::{BandGrid, BandSource};
use bzint::error::Error;
use bzint::gpu::GpuEngine;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{spectrum, surface};
use bzint::integrate::{
    Channels, EnergyAxis, Engine, Request, Spectrum, SurfaceIntegral, Velocities, Weights,
};

/// GPU against `f64`, relative to the largest value of the channel.
const AGAINST_REFERENCE: f64 = 1e-6;
/// GPU against its `f32` twin: half of the above, for the ten or so operations that may differ.
const AGAINST_TWIN: f64 = 5e-7;

struct Case {
    name: String,
    bands: BandGrid,
    request: Request<'static>,
}

fn case(name: &str, bands: BandGrid, change: impl FnOnce(&mut Request<'static>)) -> Case {
    let mut request = Request {
        progress: None,
        ..Request::for_bands(bands.header())
    };
    change(&mut request);
    Case {
        name: name.into(),
        bands,
        request,
    }
}

fn plain(n: [usize; 3]) -> BandGrid {
    waves(skewed(), n, [0.0; 3], false, false)
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for order in [2, 4, 6] {
        all.push(case(&format!("order {order}"), plain([12; 3]), |r| {
            r.velocities = Velocities::FiniteDifference(order);
        }));
    }
    all.push(case("basic channels", plain([9, 8, 10]), |r| {
        r.channels = Channels::Basic;
    }));
    all.push(case(
        "lifetimes",
        waves(skewed(), [8, 9, 10], [0.0; 3], false, true),
        |_| (),
    ));
    all.push(case(
        "velocities of the file",
        waves(skewed(), [10, 8, 9], [0.0; 3], true, true),
        |_| (),
    ));
    all.push(case("directions", plain([9, 8, 10]), |r| {
        r.directions = &[[0.6, 0.8, 0.0], [0.0, -0.6, 0.8], [0.48, 0.6, 0.64]];
    }));
    all.push(case("odd grid", plain([5, 7, 6]), |_| ()));
    all.push(case("tiny grid", plain([1, 2, 3]), |_| ()));
    all.push(case("two dimensions", plain([24, 20, 1]), |_| ()));
    // More rows and columns than a tile of the scan has, and more planes.
    all.push(case("wide planes", plain([4, 35, 71]), |_| ()));
    all.push(case("many planes", plain([330, 3, 4]), |_| ()));
    all.push(case(
        "shifted cubic grid",
        waves(cubic(4.0), [12, 10, 8], [0.5, 0.5, 0.5], false, false),
        |_| (),
    ));
    for (name, weights) in [
        ("Gaussian", Weights::Gaussian(0.2)),
        ("Methfessel-Paxton", Weights::MethfesselPaxton(0.3)),
    ] {
        all.push(case(name, plain([10, 9, 8]), |r| r.weights = weights));
        all.push(case(
            &format!("{name} with all fields"),
            waves(skewed(), [8, 7, 9], [0.5, 0.0, 0.5], true, true),
            |r| r.weights = weights,
        ));
    }
    all
}

/// From below both bands to above them, so that the edges meet every state.
fn axis() -> EnergyAxis {
    EnergyAxis::new(-3.5, 5.7, 230).unwrap()
}

const ENERGIES: [f64; 3] = [-0.77, 0.31, 1.9];

/// What bounds channel `c`, given the channels' values: itself, or the trace where terms of both signs may cancel.
fn magnitude(values: &dyn Fn(usize) -> f64, c: usize, width: usize) -> f64 {
    match c {
        1..=6 => values(1) + values(2) + values(3),
        7 => values(7),
        8..=11 if width == 12 || width == 20 => values(7),
        12..=17 if width >= 20 => values(12) + values(13) + values(14),
        _ => values(c),
    }
    .abs()
}

/// Largest deviation of two spectra, relative to each channel's largest value.
fn off_spectrum(a: &Spectrum, b: &Spectrum) -> f64 {
    let edges = a.axis.bins() + 1;
    let mut worst: f64 = 0.0;
    let at = |x: &[f64], c: usize, k: usize| x[c * edges + k];
    for c in 0..a.channels.width() {
        let largest = (0..edges)
            .map(|k| magnitude(&|c| at(&b.cumulative, c, k), c, a.channels.width()))
            .fold(0.0, f64::max);
        for (x, y) in [
            (&a.cumulative, &b.cumulative),
            (&a.cumulative_error, &b.cumulative_error),
        ] {
            for k in 0..edges {
                let off = (at(x, c, k) - at(y, c, k)).abs();
                if off > 0.0 {
                    worst = worst.max(off / largest);
                }
            }
        }
    }
    worst
}

fn off_surface(a: &SurfaceIntegral, b: &SurfaceIntegral) -> f64 {
    let mut worst: f64 = 0.0;
    for (a, b) in a.bands.iter().zip(&b.bands) {
        let width = b.values.len();
        for c in 0..width {
            let largest = magnitude(&|c| b.values[c], c, width);
            for off in [
                a.values[c] - b.values[c],
                a.bars[c].total() - b.bars[c].total(),
            ] {
                if off != 0.0 {
                    worst = worst.max(off.abs() / largest);
                }
            }
        }
        worst = worst.max((a.occupied - b.occupied).abs());
    }
    worst
}

fn spectrum_by(case: &Case, engine: &mut dyn Engine) -> Spectrum {
    spectrum(&case.bands, &case.request, &axis(), engine).unwrap()
}

fn surface_by(case: &Case, e: f64, engine: &mut dyn Engine) -> SurfaceIntegral {
    surface(&case.bands, &case.request, e, engine).unwrap()
}

#[test]
fn spectra_agree_with_the_twin_and_with_the_reference() {
    let Some(mut gpu) = gpu() else { return };
    for case in cases() {
        let got = spectrum_by(&case, &mut *gpu);
        let twin = off_spectrum(&got, &spectrum_by(&case, &mut CpuEngine::<f32>::default()));
        let reference = off_spectrum(&got, &spectrum_by(&case, &mut CpuEngine::<f64>::default()));
        println!("{}: twin {twin:.1e}, reference {reference:.1e}", case.name);
        assert!(twin < AGAINST_TWIN, "{}: {twin}", case.name);
        assert!(reference < AGAINST_REFERENCE, "{}: {reference}", case.name);
    }
}

#[test]
fn surfaces_agree_with_the_twin_and_with_the_reference() {
    let Some(mut gpu) = gpu() else { return };
    for case in cases() {
        for e in ENERGIES {
            let got = surface_by(&case, e, &mut *gpu);
            let twin = off_surface(
                &got,
                &surface_by(&case, e, &mut CpuEngine::<f32>::default()),
            );
            let reference = off_surface(
                &got,
                &surface_by(&case, e, &mut CpuEngine::<f64>::default()),
            );
            println!(
                "{} at {e}: twin {twin:.1e}, reference {reference:.1e}",
                case.name
            );
            assert!(twin < AGAINST_TWIN, "{} {e}: {twin}", case.name);
            assert!(
                reference < AGAINST_REFERENCE,
                "{} {e}: {reference}",
                case.name
            );
        }
    }
}

/// The comparison above can fail: one energy of 1728 moved by a hundredth of the band's width is seen.
#[test]
fn one_wrong_energy_is_noticed() {
    let Some(mut gpu) = gpu() else { return };
    let right = case("right", plain([12; 3]), |_| ());
    let mut energies = right.bands.band(bzint::bands::Field::Energy, 0, 0).to_vec();
    energies.extend(right.bands.band(bzint::bands::Field::Energy, 0, 1));
    energies[777] += 0.1;
    let header = right.bands.header().clone();
    let wrong = case("wrong", BandGrid::new(header, energies).unwrap(), |_| ());
    let got = spectrum_by(&wrong, &mut *gpu);
    let off = off_spectrum(&got, &spectrum_by(&right, &mut CpuEngine::<f64>::default()));
    assert!(off > 10.0 * AGAINST_REFERENCE, "{off}");
    let e = energies_near(&wrong);
    let got = surface_by(&wrong, e, &mut *gpu);
    let off = off_surface(
        &got,
        &surface_by(&right, e, &mut CpuEngine::<f64>::default()),
    );
    assert!(off > 10.0 * AGAINST_REFERENCE, "{off}");
}

/// An energy that the cells around the moved point reach.
fn energies_near(case: &Case) -> f64 {
    case.bands.band(bzint::bands::Field::Energy, 0, 0)[777] + 0.01
}

#[test]
fn every_block_size_gives_the_same_bits() {
    let Some(mut gpu) = gpu() else { return };
    let all = cases();
    for case in all.iter().filter(|c| {
        [
            "lifetimes",
            "odd grid",
            "Methfessel-Paxton",
            "velocities of the file",
        ]
        .contains(&c.name.as_str())
    }) {
        let expected = spectrum_by(case, &mut *gpu);
        let at = surface_by(case, 0.31, &mut *gpu);
        for planes in [1, 2, 4, 1000] {
            let cut = Case {
                name: case.name.clone(),
                bands: case.bands.clone(),
                request: Request {
                    block_planes: Some(planes),
                    ..case.request
                },
            };
            assert!(
                spectrum_by(&cut, &mut *gpu) == expected,
                "{} {planes}",
                case.name
            );
            assert!(
                surface_by(&cut, 0.31, &mut *gpu) == at,
                "{} {planes}",
                case.name
            );
        }
    }
}

#[test]
fn every_run_and_every_workgroup_size_gives_the_same_bits() {
    let Some(mut gpu) = gpu() else { return };
    let tetrahedra = case("tetrahedra", plain([14, 13, 12]), |_| ());
    let smeared = case("smeared", plain([14, 13, 12]), |r| {
        r.weights = Weights::Gaussian(0.2);
    });
    let results = |engine: &mut GpuEngine| {
        [&tetrahedra, &smeared].map(|c| (spectrum_by(c, engine), surface_by(c, 0.31, engine)))
    };
    let expected = results(&mut gpu);
    assert!(results(&mut gpu) == expected);
    for invocations in [32, 128, 256] {
        let mut other = fresh_gpu().unwrap().with_workgroup(invocations).unwrap();
        assert!(results(&mut other) == expected, "{invocations}");
    }
}

/// States are counted exactly: the whole band lies below an edge above it, and N(E) never falls.
#[test]
fn states_are_counted_once_and_never_fall() {
    let Some(mut gpu) = gpu() else { return };
    for case in cases() {
        let s = spectrum_by(&case, &mut *gpu);
        let (n, error) = s.total_cumulative(bzint::integrate::Channel::States);
        let smearing = case.request.weights.smearing();
        if smearing.is_none_or(|(_, order)| order == 0) {
            assert!(n.windows(2).all(|w| w[0] <= w[1]), "{}", case.name);
        }
        if smearing.is_none() {
            assert_eq!(*n.last().unwrap(), 4.0, "{}", case.name);
            assert_eq!(*error.last().unwrap(), 0.0, "{}", case.name);
        }
    }
}

#[test]
fn a_lost_device_is_an_error_and_never_zeros() {
    let Some(mut gpu) = fresh_gpu() else { return };
    let case = case("lost", plain([8; 3]), |_| ());
    surface_by(&case, 0.31, &mut gpu);
    gpu.lose_device();
    for _ in 0..2 {
        let lost = surface(&case.bands, &case.request, 0.31, &mut gpu);
        assert!(matches!(lost, Err(Error::Gpu { .. })), "{lost:?}");
    }
    let lost = spectrum(&case.bands, &case.request, &axis(), &mut gpu);
    assert!(matches!(lost, Err(Error::Gpu { .. })), "{lost:?}");
}

#[test]
fn an_unknown_adapter_is_refused_with_the_names_of_those_there_are() {
    let Some(gpu) = fresh_gpu() else { return };
    let error = GpuEngine::new(Some("no such adapter")).err().unwrap();
    assert!(matches!(error, Error::NoAdapter { .. }));
    let text = error.to_string();
    assert!(
        text.contains("no such adapter") && text.contains(&gpu.adapter()),
        "{text}"
    );
    assert!(GpuEngine::new(Some(&gpu.adapter().to_uppercase())).is_ok());
}

#[test]
fn a_spectrum_beyond_the_adapters_buffers_is_refused() {
    let Some(mut gpu) = gpu() else { return };
    if gpu.device().max_binding_bytes >= (20 * 8) << 20 {
        println!("SKIPPED: this adapter takes any spectrum");
        return;
    }
    let case = case(
        "large",
        waves(skewed(), [2; 3], [0.0; 3], false, true),
        |_| (),
    );
    let axis = EnergyAxis::new(-3.0, 5.0, 1 << 20).unwrap();
    let error = spectrum(&case.bands, &case.request, &axis, &mut *gpu).unwrap_err();
    assert!(matches!(error, Error::OutOfMemory { .. }), "{error}");
    // The engine goes on.
    surface_by(&case, 0.31, &mut *gpu);
}

#[test]
fn engines_name_themselves_and_account_for_their_time() {
    let Some(mut gpu) = gpu() else { return };
    assert_eq!(gpu.backend(), "gpu");
    let devices = bzint::gpu::devices();
    assert!(devices.contains(gpu.device()));
    let before = gpu.timings();
    surface_by(&case("timed", plain([8; 3]), |_| ()), 0.31, &mut *gpu);
    let after = gpu.timings();
    assert!(after.upload > before.upload && after.read_back > before.read_back);
    assert_eq!(after.kernel.is_some(), gpu.device().timestamps);
}
