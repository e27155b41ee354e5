//! Throughput of the integrators, in k-points of one band per second, on the simple-cubic band at 128³: the CPU in `f64`
//! on one and two threads, and the first GPU adapter (which may be Mesa's software one: its name is printed).
//!
//! `cargo bench --bench integrate`; figures in `RESULTS.md` are ratios within one run. What bounds the figures: `surface` mostly reads (8 bytes a point, twice for the four
//! rows) and compares; `spectrum` and `window` are bound by arithmetic, about 20 edges × 6 tetrahedra a cell.

use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandSource, Field};
use bzint::crystal::{KGrid, Lattice};
use bzint::gpu::GpuEngine;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{spectrum, surface};
use bzint::integrate::{Channels, EnergyAxis, Engine, Request};
use bzint::sampler::FourierBands;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const N: usize = 128;

/// A 10 eV wide simple-cubic band.
fn bands() -> BandGrid {
    let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]).unwrap();
    let model = Model::TightBinding {
        hopping: 10.0 / 12.0,
        dimension: 3,
    };
    let source = ModelBands::new(model, lattice, KGrid::gamma([N; 3]).unwrap(), false).unwrap();
    BandGrid::load(&source).unwrap()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}

fn benches(c: &mut Criterion) {
    let bands = bands();
    let request = Request {
        channels: Channels::Basic,
        ..Request::for_bands(bands.header())
    };
    let mut group = c.benchmark_group("cpu_f64_128");
    group.throughput(Throughput::Elements((N * N * N) as u64));
    group.sample_size(10);
    let axis = |low, high, bins| EnergyAxis::new(low, high, bins).unwrap();
    let spectra = [
        ("spectrum", axis(-5.01, 5.01, 2000)),
        ("window", axis(1.4, 2.0, 120)),
    ];
    for threads in [1, 2] {
        group.bench_function(format!("surface/cpu {threads}"), |b| {
            b.iter(|| {
                on_threads(threads, || {
                    let mut engine = CpuEngine::<f64>::default();
                    black_box(surface(&bands, &request, 1.7, &mut engine))
                })
            })
        });
        for (name, axis) in &spectra {
            group.bench_function(format!("{name}/cpu {threads}"), |b| {
                b.iter(|| {
                    on_threads(threads, || {
                        let mut engine = CpuEngine::<f64>::default();
                        black_box(spectrum(&bands, &request, axis, &mut engine))
                    })
                })
            });
        }
    }
    let named = std::env::var("BZINT_ADAPTER").ok();
    match GpuEngine::new(named.as_deref()) {
        Err(error) => println!("SKIPPED: {error}"),
        Ok(mut gpu) => {
            println!("GPU adapter: {}", gpu.adapter());
            group.bench_function("surface/gpu", |b| {
                b.iter(|| black_box(surface(&bands, &request, 1.7, &mut gpu)))
            });
            for (name, axis) in &spectra {
                group.bench_function(format!("{name}/gpu"), |b| {
                    b.iter(|| black_box(spectrum(&bands, &request, axis, &mut gpu)))
                });
            }
            println!("GPU time so far: {:?}", gpu.timings());
        }
    }
    group.finish();
}

/// Fourier interpolation: energies and velocities of a 100³ grid, from 10³ (1,000 classes of lattice vectors).
fn interpolation(c: &mut Criterion) {
    let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]).unwrap();
    let model = Model::free_electrons(1.0);
    let coarse = ModelBands::new(model, lattice, KGrid::gamma([10; 3]).unwrap(), false).unwrap();
    let dense = FourierBands::new(&coarse, KGrid::gamma([100; 3]).unwrap()).unwrap();
    let mut energies = vec![0.0; 1_000_000];
    let mut velocities = vec![0.0; 3_000_000];
    let mut group = c.benchmark_group("fourier_100");
    group.throughput(Throughput::Elements(1_000_000));
    group.sample_size(10);
    for threads in [1, 2] {
        group.bench_function(format!("energies and velocities/{threads}"), |b| {
            b.iter(|| {
                let (e, v, dense) = (&mut energies, &mut velocities, &dense);
                on_threads(threads, move || {
                    dense.read_planes(Field::Energy, 0, 0, 0, e).unwrap();
                    dense.read_planes(Field::Velocity, 0, 0, 0, v).unwrap();
                })
            })
        });
    }
    group.finish();
}

/// The Fermi surface of bands that are interpolated to 512³ points from 24³, one thread: in boxes along it, and in planes as every cell is
/// read where a size of blocks is given.
fn interpolated_surface(c: &mut Criterion) {
    let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]).unwrap();
    let model = Model::free_electrons(1.0);
    let coarse = ModelBands::new(model, lattice, KGrid::gamma([24; 3]).unwrap(), false).unwrap();
    let dense = FourierBands::new(&coarse, KGrid::gamma([512; 3]).unwrap()).unwrap();
    let mut group = c.benchmark_group("interpolated_surface_512");
    group.throughput(Throughput::Elements(1 << 27));
    group.sample_size(10);
    for (name, block_planes) in [("boxes", None), ("planes", Some(4))] {
        let request = Request {
            channels: Channels::Basic,
            block_planes,
            ..Request::for_bands(dense.header())
        };
        group.bench_function(name, |b| {
            b.iter(|| {
                on_threads(1, || {
                    let mut engine = CpuEngine::<f64>::default();
                    black_box(surface(&dense, &request, 1.0, &mut engine))
                })
            })
        });
    }
    group.finish();
}

criterion_group!(integrate, benches, interpolation, interpolated_surface);
criterion_main!(integrate);
