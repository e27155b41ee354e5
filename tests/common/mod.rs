//! Helpers that several test files share.
#![allow(dead_code)]

pub mod binary;
pub mod browser;

use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup, Tensor};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{spectrum, surface};
use bzint::integrate::{
    Channel, Channels, EnergyAxis, Request, Spectrum, SurfaceIntegral, Velocities,
};
use bzint::transport::{AxisPlan, CoefficientsOverTau, TransportDistribution};
use bzint::units::EV_ANGSTROM_OVER_HBAR;
use std::f64::consts::PI;
use std::path::PathBuf;

/// Simple cubic lattice of constant `a` (Å).
pub fn cubic(a: f64) -> Lattice {
    Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]]).unwrap()
}

/// Tight binding E = −2t Σcos on n³ points of a cubic lattice.
pub fn simple_cubic(n: usize, a: f64, hopping: f64) -> ModelBands {
    tight_binding([n; 3], a, hopping, 3)
}

/// Tight binding along the first `dimension` axes, with velocities.
pub fn tight_binding(n: [usize; 3], a: f64, hopping: f64, dimension: usize) -> ModelBands {
    let model = Model::TightBinding { hopping, dimension };
    ModelBands::new(model, cubic(a), KGrid::gamma(n).unwrap(), true).unwrap()
}

/// Two cosine bands that cross on a surface, E = c₀ − 2 Σ t_i cos 2πu_i, sorted or as they are, with their velocities.
pub fn crossing_cosines(n: [usize; 3], sort: bool) -> BandGrid {
    let grid = KGrid::gamma(n).unwrap();
    let mut header = BandHeader::new(cubic(A), grid, SpinTreatment::Unpolarized, 2);
    header.point_group = PointGroup::identity();
    const A: f64 = 4.0;
    let hopping = [[1.0, 1.0, 1.0], [-0.7, 0.8, 0.8]];
    let (mut energies, mut velocities) = (vec![0.0; 2 * grid.len()], vec![0.0; 6 * grid.len()]);
    for at in 0..grid.len() {
        let u = grid.point([at / (n[1] * n[2]), at / n[2] % n[1], at % n[2]]);
        let mut bands: Vec<(f64, [f64; 3])> = (0..2)
            .map(|b| {
                let t = hopping[b];
                let e = (0..3)
                    .map(|i| -2.0 * t[i] * (2.0 * PI * u[i]).cos())
                    .sum::<f64>();
                let v = [0, 1, 2]
                    .map(|i| 2.0 * A * t[i] * (2.0 * PI * u[i]).sin() * EV_ANGSTROM_OVER_HBAR);
                (e + 0.3 * b as f64, v)
            })
            .collect();
        if sort {
            bands.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        for b in 0..2 {
            energies[b * grid.len() + at] = bands[b].0;
            velocities[3 * (b * grid.len() + at)..][..3].copy_from_slice(&bands[b].1);
        }
    }
    BandGrid::with_fields(header, energies, Some(velocities), None).unwrap()
}

/// docs/physics §18: E/t, D, N, T, Ξ per spin of the simple-cubic band in units t = a = ħ = 1.
pub const SIMPLE_CUBIC: [(f64, f64, f64, f64, f64); 5] = [
    (
        -5.0,
        0.029011535777497,
        0.018294835387318,
        0.032873818255334,
        0.17029895514885,
    ),
    (
        -4.0,
        0.048382120026138,
        0.056799215571651,
        0.090095363435796,
        0.3695630588648,
    ),
    (
        -2.5,
        0.093148952486314,
        0.15839764028469,
        0.19744435482256,
        0.77357766178468,
    ),
    (
        -1.0,
        0.1431612175254,
        0.35716504038771,
        0.31032055515458,
        1.2130762298724,
    ),
    (
        0.0,
        0.14267298272302,
        0.5,
        0.33413991164697,
        1.2608738822704,
    ),
];

/// The shared file, or a printed reason to skip; a failure where `BZINT_REQUIRE_DATA=1`.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(name);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("BZINT_REQUIRE_DATA").is_ok_and(|v| v == "1");
    assert!(!required, "BZINT_REQUIRE_DATA=1, but {name} is not there");
    println!("SKIPPED: shared data file {name} is not there");
    None
}

/// All channels at one energy by the reference integrator.
pub fn at_energy(bands: &dyn BandSource, request: &Request, energy_ev: f64) -> SurfaceIntegral {
    surface(bands, request, energy_ev, &mut CpuEngine::<f64>::default()).unwrap()
}

/// All channels in bins by the reference integrator.
pub fn in_bins(bands: &dyn BandSource, request: &Request, axis: &EnergyAxis) -> Spectrum {
    spectrum(bands, request, axis, &mut CpuEngine::<f64>::default()).unwrap()
}

/// The request with velocities by central differences of `order`, or from the file where `order` is 0.
pub fn with_velocities(bands: &dyn BandSource, order: usize) -> Request<'static> {
    Request {
        velocities: match order {
            0 => Velocities::FromFile,
            order => Velocities::FiniteDifference(order),
        },
        channels: Channels::Speeds,
        ..Request::for_bands(bands.header())
    }
}

/// The 3×3 tensors of v_i v_j δ and of their bars, 1/eV·m²/s², over all bands.
pub fn velocity_tensor(s: &SurfaceIntegral) -> (Tensor, Tensor) {
    let of = |i, j| s.total(Channel::VelocityProduct(i, j));
    (
        std::array::from_fn(|i| std::array::from_fn(|j| of(i, j).0)),
        std::array::from_fn(|i| std::array::from_fn(|j| of(i, j).1)),
    )
}

/// R T Rᵀ.
pub fn rotated(r: &Tensor, t: &Tensor) -> Tensor {
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            (0..9)
                .map(|x| r[i][x / 3] * t[x / 3][x % 3] * r[j][x % 3])
                .sum()
        })
    })
}

/// A rotation in general position: by 0.7 rad about z, then 0.4 rad about x, then 1.1 rad about y.
pub fn general_rotation() -> Tensor {
    let about = |axis: usize, angle: f64| {
        let (i, j) = ((axis + 1) % 3, (axis + 2) % 3);
        let mut r = [[0.0; 3]; 3];
        r[axis][axis] = 1.0;
        (r[i][i], r[j][j]) = (angle.cos(), angle.cos());
        (r[i][j], r[j][i]) = (-angle.sin(), angle.sin());
        r
    };
    let multiply = |a: Tensor, b: Tensor| -> Tensor {
        std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
    };
    multiply(about(1, 1.1), multiply(about(0, 0.4), about(2, 0.7)))
}

/// Bars compared with true errors: which cover, and by how much.
#[derive(Default)]
pub struct Bars {
    ratios: Vec<f64>,
    missed: Vec<String>,
}

impl Bars {
    /// Adds a value with its bar and its exact value. Errors at the level of rounding say nothing about a bar's width.
    pub fn add(&mut self, what: impl Into<String>, (value, bar): (f64, f64), exact: f64) {
        let off = (value - exact).abs();
        if off <= 1e-12 * exact.abs() {
            return;
        }
        self.ratios.push(bar / off);
        if off > bar {
            let what = what.into();
            self.missed
                .push(format!("{what}: {value:e} ± {bar:e}, exactly {exact:e}"));
        }
    }

    /// Values whose bar is too narrow.
    pub fn missed(&self) -> &[String] {
        &self.missed
    }

    /// Smallest and median bar/|error|, and how many there are.
    pub fn summary(&self) -> (f64, f64, usize) {
        let mut sorted = self.ratios.clone();
        sorted.sort_by(f64::total_cmp);
        (sorted[0], sorted[sorted.len() / 2], sorted.len())
    }

    /// Every bar covers its error, and the median is at most `widest` times too wide.
    #[track_caller]
    pub fn assert_honest(&self, what: &str, widest: f64) {
        let (least, median, count) = self.summary();
        println!("{what}: bar/|error| of {count} values: least {least:.2}, median {median:.2}");
        assert!(self.missed.is_empty(), "{what}: {:#?}", self.missed);
        assert!(median <= widest, "{what}: median {median}");
    }
}

/// A linear congruential generator of doubles in [0, 1).
pub struct Lcg(pub u64);

impl Lcg {
    /// The next number.
    pub fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Coefficients per relaxation time at a temperature (K) and chemical potential (eV).
pub fn coefficients_at(d: &TransportDistribution, t: f64, mu: f64) -> CoefficientsOverTau {
    let state = d.at_chemical_potential(t, mu).unwrap();
    d.coefficients_over_tau(&state).unwrap()
}

/// The transport distribution of bands for some temperatures around one chemical potential (eV).
pub fn distribution_around(
    bands: &dyn BandSource,
    channels: Channels,
    velocities: Velocities,
    temperatures_k: (f64, f64),
    mu: f64,
) -> TransportDistribution {
    let plan = AxisPlan {
        temperatures_k,
        chemical_potentials_ev: vec![(mu, mu)],
        gap_edges_ev: vec![mu],
        ..AxisPlan::default()
    };
    let request = Request {
        channels,
        velocities,
        ..Request::for_bands(bands.header())
    };
    let spectrum = in_bins(bands, &request, &plan.axis().unwrap());
    TransportDistribution::new(bands.header(), &spectrum, mu).unwrap()
}
