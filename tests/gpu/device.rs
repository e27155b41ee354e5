//! What a GPU is besides an engine like all others (`conformance`): a device that can be lost, too small, or another one.

use crate::shared_gpu::{fresh_gpu, gpu, skewed, waves};
use bzint::bands::{BandGrid, BandSource};
use bzint::error::Error;
use bzint::gpu::GpuEngine;
use bzint::integrate::parts::{spectrum, surface};
use bzint::integrate::{Channels, EnergyAxis, Engine, Request, Weights};

fn plain(n: [usize; 3]) -> BandGrid {
    waves(skewed(), n, [0.0; 3], false, false)
}

fn request(bands: &BandGrid, weights: Weights) -> Request<'static> {
    let channels = Channels::Speeds;
    Request {
        weights,
        channels,
        ..Request::for_bands(bands.header())
    }
}

fn axis() -> EnergyAxis {
    EnergyAxis::new(-3.5, 5.7, 230).unwrap()
}

#[test]
fn every_run_and_every_workgroup_size_gives_the_same_bits() {
    let Some(mut gpu) = gpu() else { return };
    let bands = plain([14, 13, 12]);
    let results = |engine: &mut GpuEngine| {
        [
            (Weights::Tetrahedra, Channels::Speeds),
            (Weights::Tetrahedra, Channels::Hall),
            (Weights::Gaussian(0.2), Channels::Speeds),
        ]
        .map(|(weights, channels)| {
            let request = Request {
                channels,
                ..request(&bands, weights)
            };
            let at = surface(&bands, &request, 0.31, engine).unwrap();
            (spectrum(&bands, &request, &axis(), engine).unwrap(), at)
        })
    };
    let expected = results(&mut gpu);
    assert!(results(&mut gpu) == expected);
    for invocations in [32, 128, 256] {
        let mut other = fresh_gpu().unwrap().with_workgroup(invocations).unwrap();
        assert!(results(&mut other) == expected, "{invocations}");
    }
}

#[test]
fn a_lost_device_is_an_error_and_never_zeros() {
    let Some(mut gpu) = fresh_gpu() else { return };
    let bands = plain([8; 3]);
    let request = request(&bands, Weights::Tetrahedra);
    surface(&bands, &request, 0.31, &mut gpu).unwrap();
    gpu.lose_device();
    for _ in 0..2 {
        let lost = surface(&bands, &request, 0.31, &mut gpu);
        assert!(matches!(lost, Err(Error::Gpu { .. })), "{lost:?}");
    }
    let lost = spectrum(&bands, &request, &axis(), &mut gpu);
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
    let bands = waves(skewed(), [2; 3], [0.0; 3], false, true);
    let request = Request::for_bands(bands.header());
    let axis = EnergyAxis::new(-3.0, 5.0, 1 << 20).unwrap();
    let error = spectrum(&bands, &request, &axis, &mut *gpu).unwrap_err();
    assert!(matches!(error, Error::OutOfMemory { .. }), "{error}");
    // The engine goes on.
    surface(&bands, &request, 0.31, &mut *gpu).unwrap();
}

#[test]
fn engines_name_themselves_and_account_for_their_time() {
    let Some(mut gpu) = gpu() else { return };
    assert_eq!(gpu.backend(), "gpu");
    let devices = bzint::gpu::devices();
    assert!(devices.contains(gpu.device()));
    let before = gpu.timings();
    let bands = plain([8; 3]);
    let request = request(&bands, Weights::Tetrahedra);
    surface(&bands, &request, 0.31, &mut *gpu).unwrap();
    let after = gpu.timings();
    assert!(after.upload > before.upload && after.read_back > before.read_back);
    assert_eq!(after.kernel.is_some(), gpu.device().timestamps);
}
