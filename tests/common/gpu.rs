//! A GPU that tests share, and bands without any symmetry.

#![allow(dead_code)]

use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::gpu::GpuEngine;
use std::f64::consts::TAU;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A fresh engine; without an adapter none, said aloud, and a failure where `BZINT_REQUIRE_GPU=1`.
pub fn fresh_gpu() -> Option<GpuEngine> {
    let named = std::env::var("BZINT_ADAPTER").ok();
    match GpuEngine::new(named.as_deref()) {
        Ok(engine) => Some(engine),
        Err(reason) => {
            if std::env::var("BZINT_REQUIRE_GPU").is_ok_and(|v| v == "1") {
                panic!("BZINT_REQUIRE_GPU=1, but {reason}");
            }
            println!("SKIPPED: {reason}");
            None
        }
    }
}

/// The engine that all tests of a file share, with its compiled shaders.
pub fn gpu() -> Option<MutexGuard<'static, GpuEngine>> {
    static GPU: OnceLock<Option<Mutex<GpuEngine>>> = OnceLock::new();
    let engine = GPU.get_or_init(|| fresh_gpu().map(Mutex::new)).as_ref();
    if engine.is_none() {
        println!("SKIPPED: no adapter");
    }
    engine.map(|e| e.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A triclinic lattice whose shortest diagonal is not the first.
pub fn skewed() -> Lattice {
    Lattice::new([[3.1, 0.2, -0.4], [-1.3, 2.7, 0.5], [0.6, 0.9, 4.2]]).unwrap()
}

/// Two bands of waves with unrelated phases on `n` points, with made-up velocities and lifetimes where asked.
pub fn waves(
    lattice: Lattice,
    n: [usize; 3],
    shift: [f64; 3],
    velocities: bool,
    lifetimes: bool,
) -> BandGrid {
    let k_grid = KGrid::new(n, shift).unwrap();
    let header = BandHeader::new(lattice, k_grid, SpinTreatment::Unpolarized, 2);
    let points = |f: &dyn Fn(usize, [f64; 3]) -> f64| -> Vec<f64> {
        let mut all = Vec::new();
        for band in 0..2 {
            for i in 0..n[0] {
                for j in 0..n[1] {
                    for k in 0..n[2] {
                        all.push(f(band, k_grid.point([i, j, k])));
                    }
                }
            }
        }
        all
    };
    let wave = |m: [f64; 3], phase: f64, u: [f64; 3]| {
        (TAU * (m[0] * u[0] + m[1] * u[1] + m[2] * u[2]) + phase).cos()
    };
    let energies = points(&|band, u| {
        let b = band as f64;
        2.0 * b
            + 1.3 * wave([1.0, 0.0, 0.0], 0.3 + b, u)
            + 1.1 * wave([0.0, 1.0, 0.0], 1.9, u)
            + 0.8 * wave([0.0, 0.0, 1.0], 0.7 - b, u)
            + 0.4 * wave([1.0, -1.0, 0.0], 2.2, u)
            + 0.2 * wave([1.0, 1.0, -2.0], 0.1, u)
    });
    let speeds = velocities.then(|| {
        let components: Vec<Vec<f64>> = (0..3)
            .map(|a| {
                points(&|band, u| {
                    let phase = band as f64 + 1.7 * a as f64;
                    2e5 * wave([1.0, 0.0, 1.0], phase, u) + 4e5 * wave([0.0, 1.0, 0.0], -phase, u)
                })
            })
            .collect();
        (0..components[0].len())
            .flat_map(|i| [components[0][i], components[1][i], components[2][i]])
            .collect()
    });
    let times = lifetimes.then(|| points(&|_, u| 1e-14 * (2.0 + wave([1.0, 1.0, 1.0], 0.5, u))));
    BandGrid::with_fields(header, energies, speeds, times).unwrap()
}
