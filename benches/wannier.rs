//! Wannier interpolation: k-points per second and thread, all bands of a box of 9³ points, at the sizes of small crystals:
//! energies with sparse bounds, velocities and inverse masses with full ones.
//!
//! `cargo bench --bench wannier`. Diagonalisation bounds the energies; products with the eigenvectors the rest.

use bzint::bands::{BandHeader, SpinTreatment, WannierHamiltonian};
use bzint::crystal::{KGrid, Lattice};
use bzint::sampler::{Derivatives, Interpolator, KBox, WannierBands};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rustfft::num_complex::Complex64;
use std::hint::black_box;

/// Hops that fall off with distance, on as many vectors as the Wigner–Seitz cell of an 8×8×8 grid has with its shifts.
fn bands(n: usize) -> WannierBands {
    let lattice = Lattice::new([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]).unwrap();
    let grid = KGrid::gamma([8; 3]).unwrap();
    let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, n);
    let mut vectors = Vec::new();
    let mut elements = Vec::new();
    for x in -4..=4i32 {
        for y in -4..=4i32 {
            for z in -4..=4i32 {
                vectors.push([x, y, z]);
                let length = f64::from(x * x + y * y + z * z + x * y + y * z + z * x).sqrt();
                for m in 0..n {
                    for k in 0..n {
                        let angle = (m * k + m + k) as f64;
                        let level = if length == 0.0 && m == k {
                            m as f64
                        } else {
                            0.0
                        };
                        elements.push(Complex64::new(level + angle.cos() * (-length).exp(), 0.0));
                    }
                }
            }
        }
    }
    WannierBands::new(WannierHamiltonian::new(header, vectors, elements).unwrap()).unwrap()
}

fn boxes(c: &mut Criterion) {
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let k_box = KBox {
        origin: [0.1, 0.2, 0.3],
        step: [1.0 / 128.0; 3],
        points: [9; 3],
    };
    for n in [7, 8, 20] {
        let bands = bands(n);
        let mut group = c.benchmark_group(format!("wannier_{n}_bands"));
        group.throughput(Throughput::Elements(k_box.len() as u64));
        group.sample_size(10);
        for derivatives in [
            Derivatives::None,
            Derivatives::Velocity,
            Derivatives::InverseMass,
        ] {
            group.bench_function(format!("{derivatives:?}"), |b| {
                b.iter(|| {
                    one.install(|| {
                        black_box(bands.evaluate(&bands.groups()[0], &k_box, derivatives))
                    })
                })
            });
        }
        group.finish();
    }
}

criterion_group!(wannier, boxes);
criterion_main!(wannier);
