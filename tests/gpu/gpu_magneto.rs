//! The channels of first and second order in the magnetic field on the GPU, against its `f32` twin and the `f64` reference.
//!
//! The model of the error is that of `gpu_vs_cpu.rs`. Terms of these channels have both signs, so they are measured against what
//! they can add up to: |Hall| ≤ ½|v||w| and |w w| ≤ |w|², averaged by the Schwarz inequality.

use crate::common::tight_binding;
use crate::shared_gpu::{fresh_gpu, gpu, skewed, waves};
use bzint::bands::BandSource;
use bzint::crystal::KGrid;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{spectrum, surface};
use bzint::integrate::{
    Channel, Channels, EnergyAxis, Engine, Request, Spectrum, SurfaceIntegral, Velocities, Weights,
};
use bzint::sampler::FourierBands;

const AGAINST_REFERENCE: f64 = 1e-6;
const AGAINST_TWIN: f64 = 5e-7;

struct Case {
    name: String,
    bands: Box<dyn BandSource>,
    request: Request<'static>,
}

fn case(
    name: &str,
    bands: Box<dyn BandSource>,
    order: usize,
    channels: Channels,
    weights: Weights,
) -> Case {
    let request = Request {
        velocities: match order {
            0 => Velocities::FromFile,
            order => Velocities::FiniteDifference(order),
        },
        weights,
        channels,
        block_planes: None,
        directions: &[[0.6, 0.8, 0.0], [0.48, 0.6, 0.64]],
        by_band: false,
        relevance: None,
        progress: None,
    };
    Case {
        name: format!("{name}, order {order}, {channels:?}, {weights:?}"),
        bands,
        request,
    }
}

fn plain(n: [usize; 3], velocities: bool) -> Box<dyn BandSource> {
    Box::new(waves(skewed(), n, [0.0; 3], velocities, false))
}

/// Bands that bring inverse masses.
fn given() -> Box<dyn BandSource> {
    let coarse = tight_binding([6; 3], 2.0, 0.5, 3);
    let grid = KGrid::new([9, 8, 10], [0.5, 0.0, 0.0]).unwrap();
    Box::new(FourierBands::new(&coarse, grid).unwrap())
}

/// Few configurations, because each shader is compiled for its own: those left out differ from these by a constant.
fn cases() -> Vec<Case> {
    use Channels::{Hall, Magneto};
    let tetrahedra = Weights::Tetrahedra;
    let differences = || plain([12, 10, 11], false);
    let smeared = Weights::Gaussian(0.2);
    vec![
        case("differences", differences(), 4, Hall, tetrahedra),
        case("differences", differences(), 6, Hall, tetrahedra),
        case(FEWEST, plain([1, 2, 3], false), 6, Hall, tetrahedra),
        case("velocities", plain([10, 8, 9], true), 0, Hall, tetrahedra),
        case("differences", plain([10, 9, 8], false), 4, Magneto, smeared),
        case("given", given(), 0, Magneto, tetrahedra),
    ]
}

const FEWEST: &str = "fewest points";

/// At one energy a contribution is rounded to 2⁻²⁴ of the channel's unit, an upper bound made of the largest steps. Products of
/// two velocities and two masses lie some thousand times below it, which shows where a few hundred points contribute; with six
/// cells on the coarsest grid there is, all products do.
fn limit_at_one_energy(case: &Case) -> f64 {
    let quantum = match case.request.channels {
        _ if case.name.starts_with(FEWEST) => 20.0,
        Channels::Magneto => 4.0,
        _ => 1.0,
    };
    quantum * AGAINST_REFERENCE
}

fn axis() -> EnergyAxis {
    EnergyAxis::new(-3.5, 5.7, 90).unwrap()
}

/// What the terms of channel `c` of a set can add up to, from the values of the full set.
fn magnitude(of: &dyn Fn(Channel) -> f64, c: usize) -> f64 {
    let v2: f64 = (0..3).map(|i| of(Channel::VelocityProduct(i, i))).sum();
    let w2: f64 = (0..9)
        .map(|x| of(Channel::Magneto(x / 3, x / 3, x % 3, x % 3)))
        .sum();
    match c {
        0 => of(Channel::States),
        1..=6 => v2,
        7 => of(Channel::Speed),
        14 | 15 => of(Channel::Speed),
        8..=13 => 0.5 * (v2 * w2).sqrt(),
        _ => w2,
    }
}

/// The reference with every channel, which has the magnitudes.
fn full(case: &Case) -> Request<'static> {
    Request {
        channels: Channels::Magneto,
        ..case.request
    }
}

fn spectrum_by(case: &Case, engine: &mut dyn Engine) -> Spectrum {
    spectrum(&*case.bands, &case.request, &axis(), engine).unwrap()
}

fn surface_by(case: &Case, engine: &mut dyn Engine) -> SurfaceIntegral {
    surface(&*case.bands, &case.request, 0.31, engine).unwrap()
}

#[test]
fn spectra_agree_with_the_twin_and_with_the_reference() {
    let Some(mut gpu) = gpu() else { return };
    for case in cases() {
        let got = spectrum_by(&case, &mut *gpu);
        let twin = spectrum_by(&case, &mut CpuEngine::<f32>::default());
        let reference = spectrum_by(&case, &mut CpuEngine::<f64>::default());
        let all = spectrum(
            &*case.bands,
            &full(&case),
            &axis(),
            &mut CpuEngine::<f64>::default(),
        )
        .unwrap();
        let edges = axis().bins() + 1;
        let off = |other: &Spectrum| {
            let mut worst: f64 = 0.0;
            for c in 0..got.channels.width() {
                let scale = magnitude(&|channel| all.total_cumulative(channel).0[edges - 1], c);
                for (x, y) in [
                    (&got.cumulative, &other.cumulative),
                    (&got.cumulative_error, &other.cumulative_error),
                ] {
                    for k in c * edges..(c + 1) * edges {
                        if x[k] != y[k] {
                            worst = worst.max((x[k] - y[k]).abs() / scale);
                        }
                    }
                }
            }
            worst
        };
        let (twin, reference) = (off(&twin), off(&reference));
        println!("{}: twin {twin:.1e}, reference {reference:.1e}", case.name);
        assert!(twin < AGAINST_TWIN, "{}: {twin}", case.name);
        assert!(reference < AGAINST_REFERENCE, "{}: {reference}", case.name);
    }
}

#[test]
fn surfaces_agree_with_the_twin_and_with_the_reference() {
    let Some(mut gpu) = gpu() else { return };
    for case in cases() {
        let got = surface_by(&case, &mut *gpu);
        let twin = surface_by(&case, &mut CpuEngine::<f32>::default());
        let reference = surface_by(&case, &mut CpuEngine::<f64>::default());
        let all = surface(
            &*case.bands,
            &full(&case),
            0.31,
            &mut CpuEngine::<f64>::default(),
        )
        .unwrap();
        let off = |other: &SurfaceIntegral| {
            let mut worst: f64 = 0.0;
            for (a, b) in got.bands.iter().zip(&other.bands) {
                for c in 0..got.channels.width() {
                    let scale = magnitude(&|channel| all.total(channel).0, c);
                    for off in [
                        a.values[c] - b.values[c],
                        a.bars[c].total() - b.bars[c].total(),
                    ] {
                        if off != 0.0 {
                            worst = worst.max(off.abs() / scale);
                        }
                    }
                }
            }
            worst
        };
        let (twin, reference) = (off(&twin), off(&reference));
        println!("{}: twin {twin:.1e}, reference {reference:.1e}", case.name);
        assert!(twin < AGAINST_TWIN, "{}: {twin}", case.name);
        assert!(
            reference < limit_at_one_energy(&case),
            "{}: {reference}",
            case.name
        );
    }
}

/// The comparison can fail: a stencil of another order is seen.
#[test]
fn another_stencil_is_noticed() {
    let Some(mut gpu) = gpu() else { return };
    let four = case(
        "4",
        plain([12, 10, 11], false),
        4,
        Channels::Hall,
        Weights::Tetrahedra,
    );
    let six = case(
        "6",
        plain([12, 10, 11], false),
        6,
        Channels::Hall,
        Weights::Tetrahedra,
    );
    let (a, b) = (surface_by(&four, &mut *gpu), surface_by(&six, &mut *gpu));
    let hall = |s: &SurfaceIntegral| s.total(Channel::Hall(2, 2)).0;
    assert!((hall(&a) / hall(&b) - 1.0).abs() > 1e-3);
}

#[test]
fn every_block_and_workgroup_size_gives_the_same_bits() {
    let Some(mut gpu) = gpu() else { return };
    for mut case in cases()
        .into_iter()
        .filter(|c| c.request.channels == Channels::Hall)
    {
        let expected = (spectrum_by(&case, &mut *gpu), surface_by(&case, &mut *gpu));
        for planes in [1, 4, 1000] {
            case.request.block_planes = Some(planes);
            let got = (spectrum_by(&case, &mut *gpu), surface_by(&case, &mut *gpu));
            assert!(got == expected, "{} {planes}", case.name);
        }
    }
    let case = case(
        "sizes",
        plain([12, 10, 11], false),
        4,
        Channels::Hall,
        Weights::Tetrahedra,
    );
    let expected = (spectrum_by(&case, &mut *gpu), surface_by(&case, &mut *gpu));
    let mut other = fresh_gpu().unwrap().with_workgroup(128).unwrap();
    assert!(
        (
            spectrum_by(&case, &mut other),
            surface_by(&case, &mut other)
        ) == expected
    );
}
