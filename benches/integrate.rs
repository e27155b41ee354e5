//! Throughput of the CPU integrators, in k-points of one band per second, on the simple-cubic band at 128³ in `f64`.
//!
//! `cargo bench --bench integrate`. What bounds the figures: `surface` mostly reads (8 bytes a point, twice for the four
//! rows) and compares; `spectrum` and `window` are bound by arithmetic, about 20 edges × 6 tetrahedra a cell.

use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandSource};
use bzint::crystal::{KGrid, Lattice};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::{Channels, EnergyAxis, Request, spectrum, surface};
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

fn on_threads<T: Send>(threads: usize, work: impl Fn() -> T + Sync + Send) -> T {
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
    for threads in [1, 2] {
        group.bench_function(format!("surface/{threads}"), |b| {
            b.iter(|| {
                on_threads(threads, || {
                    black_box(surface(
                        &bands,
                        &request,
                        1.7,
                        &mut CpuEngine::<f64>::default(),
                    ))
                })
            })
        });
        let axis = |low, high, bins| EnergyAxis::new(low, high, bins).unwrap();
        for (name, axis) in [
            ("spectrum", axis(-5.01, 5.01, 2000)),
            ("window", axis(1.4, 2.0, 120)),
        ] {
            group.bench_function(format!("{name}/{threads}"), |b| {
                b.iter(|| {
                    on_threads(threads, || {
                        black_box(spectrum(
                            &bands,
                            &request,
                            axis,
                            &mut CpuEngine::<f64>::default(),
                        ))
                    })
                })
            });
        }
    }
    group.finish();
}

criterion_group!(integrate, benches);
criterion_main!(integrate);
