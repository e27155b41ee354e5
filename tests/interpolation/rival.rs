//! Between the points of a table bands are not known: the bars of interpolated tables hold what a denser table gives.

use crate::common::{cubic, shared, simple_cubic};
use bzint::bands::{BandGrid, BandHeader, BandSource, ScissorBands, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{spectrum_with_rival, surface_with_rival};
use bzint::integrate::refine::{Refinement, RefiningEngine};
use bzint::integrate::{
    Channel, Channels, EnergyAxis, Engine, Request, Spectrum, SurfaceIntegral, crossings,
};
use bzint::io::{self, OpenOptions};
use bzint::sampler::{FourierBands, FourierSeries, InterpolatedBands, Interpolator};
use bzint::transport::{Coefficients, TransportDistribution};
use std::f64::consts::PI;

/// Bands that cross without a gap on a whole surface, which no crystal has, are worse than what their table tells: by how much
/// the bars of states at an energy, and of S and R_H, are caught short at most (measured: 2.3 and 2.2 times).
const STATES_SHORT: f64 = 2.5;
const RATIOS_SHORT: f64 = 2.5;

/// Two cosine bands that cross, E = c₀ − 2 Σ t_i cos 2πu_i, sorted by energy as a file has them, or as they are.
fn crossing_bands(n: usize, sorted: bool) -> BandGrid {
    let grid = KGrid::gamma([n; 3]).unwrap();
    let mut header = BandHeader::new(cubic(4.0), grid, SpinTreatment::Unpolarized, 2);
    header.point_group = PointGroup::identity();
    let hopping = [[1.0, 1.0, 1.0], [-0.7, 0.8, 0.8]];
    let mut energies = vec![0.0; 2 * grid.len()];
    for at in 0..grid.len() {
        let u = grid.point([at / (n * n), at / n % n, at % n]);
        let energy = |b: usize| -> f64 {
            let sum: f64 = (0..3)
                .map(|i| hopping[b][i] * (2.0 * PI * u[i]).cos())
                .sum();
            0.3 * b as f64 - 2.0 * sum
        };
        let mut both = [energy(0), energy(1)];
        if sorted {
            both.sort_by(f64::total_cmp);
        }
        (energies[at], energies[grid.len() + at]) = (both[0], both[1]);
    }
    BandGrid::new(header, energies).unwrap()
}

fn request(source: &dyn BandSource, channels: Channels) -> Request<'static> {
    Request {
        channels,
        ..Request::for_bands(source.header())
    }
}

/// By refinement, with and without the rival.
fn refined<T>(
    table: &dyn BandSource,
    rival: bool,
    work: impl Fn(&InterpolatedBands, &mut dyn Engine) -> T,
) -> T {
    let series = if rival {
        FourierSeries::with_rival(table)
    } else {
        FourierSeries::new(table)
    };
    let bands = InterpolatedBands::new(Box::new(series.unwrap())).unwrap();
    let refinement = Refinement {
        tolerance: 3e-3,
        ..Refinement::default()
    };
    work(&bands, &mut RefiningEngine::new(refinement))
}

fn at_level(table: &dyn BandSource, rival: bool, energy: f64) -> SurfaceIntegral {
    refined(table, rival, |bands, engine| {
        let request = request(bands, Channels::Basic);
        let mut integral = surface_with_rival(bands, &request, energy, engine).unwrap();
        if let Some(found) = crossings::on_surface(bands, &request, &integral).unwrap() {
            found.widen(&mut integral);
        }
        integral
    })
}

fn in_bins(table: &dyn BandSource, rival: bool, axis: &EnergyAxis) -> Spectrum {
    refined(table, rival, |bands, engine| {
        let request = request(bands, Channels::Hall);
        let mut spectrum = spectrum_with_rival(bands, &request, axis, engine).unwrap();
        crossings::widen(bands, &request, &mut spectrum, |_| 1.0).unwrap();
        spectrum
    })
}

/// σ/τ, S and R_H with their bars.
fn three(header: &BandHeader, spectrum: &Spectrum, mu: f64, t: f64) -> [(f64, f64); 3] {
    let d = TransportDistribution::new(header, spectrum, mu).unwrap();
    let state = d.at_chemical_potential(t, mu).unwrap();
    let c: Coefficients = d.coefficients(&state, &|_| 1e-14).unwrap();
    let (sigma, seebeck) = (c.conductivity(), c.seebeck());
    let hall = c.hall_coefficient().unwrap();
    [
        (sigma.value[0][0], sigma.error[0][0]),
        (seebeck.value[0][0], seebeck.error[0][0]),
        (hall.value, hall.error),
    ]
}

/// The kinks of a sorted table, at an energy: states, v² and |v| by the bands as they are lie within the bars, and would not
/// without the rival.
#[test]
fn bars_at_an_energy_hold_what_kinks_hide() {
    let channels = [
        Channel::States,
        Channel::VelocityProduct(0, 0),
        Channel::VelocityProduct(1, 1),
        Channel::Speed,
    ];
    let mut caught_short = 0;
    for energy in [-1.0, 0.4, 1.1] {
        let exact = at_level(&crossing_bands(8, false), true, energy);
        for n in [12, 16] {
            let table = crossing_bands(n, true);
            let (with, without) = (
                at_level(&table, true, energy),
                at_level(&table, false, energy),
            );
            for channel in channels {
                let (truth, own) = exact.total(channel);
                let ((value, bar), (same, short)) = (with.total(channel), without.total(channel));
                assert_eq!(value, same, "another interpolation changes no value");
                let off = (value - truth).abs();
                println!(
                    "{energy} eV, {n}: {channel:?} off {:.2e}, bar {:.2e} (without {:.2e})",
                    off / truth,
                    bar / truth,
                    short / truth
                );
                let most = if channel == Channel::States {
                    STATES_SHORT
                } else {
                    1.0
                };
                assert!(off <= most * bar + own, "{energy} {n} {channel:?}");
                caught_short += usize::from(off > short + own);
            }
        }
    }
    assert!(caught_short > 8, "{caught_short}");
}

/// How many replicas are about what the table leaves open.
fn of_the_table(spectrum: &Spectrum) -> usize {
    let all = spectrum.replicas.iter();
    all.filter(|r| r.cause.is_of_the_table()).count()
}

/// The same for thermal averages, by refinement and on a uniform grid.
#[test]
fn bars_of_thermal_averages_hold_what_kinks_hide() {
    let axis = EnergyAxis::new(-1.6, 2.4, 1000).unwrap();
    let truth = crossing_bands(8, false);
    let exact = in_bins(&truth, true, &axis);
    assert!(of_the_table(&exact) == 0);
    let n = 12;
    let table = crossing_bands(n, true);
    let by_refinement = in_bins(&table, true, &axis);
    assert_eq!(of_the_table(&by_refinement), 3);
    assert!(by_refinement.by_band.is_empty());
    let bands = FourierBands::with_rival(&table, KGrid::gamma([40; 3]).unwrap()).unwrap();
    let request = request(&bands, Channels::Hall);
    let mut engine = CpuEngine::<f64>::default();
    let mut on_grid = spectrum_with_rival(&bands, &request, &axis, &mut engine).unwrap();
    crossings::widen(&bands, &request, &mut on_grid, |_| 1.0).unwrap();
    assert_eq!(of_the_table(&on_grid), 3);
    for mu in [-0.2, 0.4] {
        let truth = three(truth.header(), &exact, mu, 600.0);
        for (how, spectrum) in [("refined", &by_refinement), ("40³", &on_grid)] {
            let found = three(table.header(), spectrum, mu, 600.0);
            println!("{n} {mu} {how}: {found:?}, exact {truth:?}");
            for i in 0..3 {
                let off = (found[i].0 - truth[i].0).abs();
                let most = if i == 0 { 1.0 } else { RATIOS_SHORT };
                assert!(off <= most * found[i].1 + truth[i].1, "{n} {mu} {how} {i}");
            }
        }
    }
}

/// Where the bands are known there is no other interpolation, and none of its bars.
#[test]
fn finite_sums_of_cosines_have_no_rival() {
    let table = simple_cubic(8, 4.0, 1.0);
    assert!(FourierSeries::with_rival(&table).unwrap().rival().is_none());
    let bands = FourierBands::with_rival(&table, KGrid::gamma([16; 3]).unwrap()).unwrap();
    assert!(bands.rival().is_none());
    let sorted = crossing_bands(8, true);
    let bands = FourierBands::with_rival(&sorted, KGrid::gamma([16; 3]).unwrap()).unwrap();
    let rival = bands.rival().unwrap();
    // Both go through the table's energies.
    let (mut own, mut other) = (vec![0.0; 256], vec![0.0; 256]);
    let field = bzint::bands::Field::Energy;
    bands.read_planes(field, 0, 0, 6, &mut own).unwrap();
    rival.read_planes(field, 0, 0, 6, &mut other).unwrap();
    let mut table = vec![0.0; 64];
    sorted.read_planes(field, 0, 0, 3, &mut table).unwrap();
    let mut between: f64 = 0.0;
    for at in 0..256 {
        let (i, j) = (at / 16, at % 16);
        if i % 2 == 0 && j % 2 == 0 {
            let given = table[i / 2 * 8 + j / 2];
            assert!((own[at] - given).abs() < 1e-9 && (other[at] - given).abs() < 1e-9);
        }
        between = between.max((own[at] - other[at]).abs());
    }
    assert!(between > 1e-3, "{between}");
}

/// A scissor moves the rival and the table along, each on its own grid.
#[test]
fn a_scissor_moves_the_rival_and_the_table_along() {
    let grid = KGrid::gamma([8; 3]).unwrap();
    let mut header = BandHeader::new(cubic(4.0), grid, SpinTreatment::Unpolarized, 2);
    header.point_group = PointGroup::identity();
    header.n_electrons = Some(2.0);
    let root = |at: usize| {
        let u = grid.point([at / 64, at / 8 % 8, at % 8]);
        (4.0 + u.iter().map(|x| (2.0 * PI * x).cos()).sum::<f64>()).sqrt()
    };
    let energies = (0..1024).map(|i| if i < 512 { -root(i) } else { root(i - 512) });
    let table = BandGrid::new(header, energies.collect()).unwrap();
    let bands = FourierBands::with_rival(&table, KGrid::gamma([12; 3]).unwrap()).unwrap();
    let scissored = ScissorBands::new(Box::new(bands), 5.0).unwrap();
    let shift = scissored.shift_ev();
    let (rival, moved) = (scissored.rival().unwrap(), scissored.table().unwrap());
    assert_eq!(rival.header().k_grid, scissored.header().k_grid);
    assert_eq!(moved.header().k_grid, grid);
    for (band, by) in [(0, 0.0), (1, shift)] {
        let (mut own, mut plain) = (vec![0.0; 512], vec![0.0; 512]);
        let field = bzint::bands::Field::Energy;
        moved.read_planes(field, 0, band, 0, &mut own).unwrap();
        table.read_planes(field, 0, band, 0, &mut plain).unwrap();
        assert!(
            own.iter()
                .zip(&plain)
                .all(|(x, y)| (x - y - by).abs() < 1e-12)
        );
    }
    let axis = EnergyAxis::new(-4.0, 8.0, 60).unwrap();
    let request = request(&scissored, Channels::Basic);
    let mut engine = CpuEngine::<f64>::default();
    let mut spectrum = spectrum_with_rival(&scissored, &request, &axis, &mut engine).unwrap();
    assert_eq!(of_the_table(&spectrum), 2);
    let found = crossings::widen(&scissored, &request, &mut spectrum, |_| 1.0).unwrap();
    assert_eq!(found.unwrap().share, 0.0);
}

/// Aluminium and copper: 16³ points against 32³ (real crossings, real kinks).
#[test]
fn metals_from_16_hold_the_values_of_32() {
    for (coarse, dense) in [
        ("qe/al/al.nscf.xml.gz", "qe/al/al.nscf32.xml.gz"),
        ("qe/cu/cu.nscf.xml.gz", "qe/cu/cu.nscf32.xml.gz"),
    ] {
        let (Some(coarse), Some(dense)) = (shared(coarse), shared(dense)) else {
            return;
        };
        let open = |path| io::open(path, &OpenOptions::default()).unwrap();
        let (coarse, dense) = (open(&coarse), open(&dense));
        let level = dense.header().fermi_level_ev.unwrap();
        let axis = EnergyAxis::new(level - 0.9, level + 0.9, 450).unwrap();
        let both = [&coarse, &dense].map(|table| in_bins(&**table, true, &axis));
        for mu in [-0.3, 0.0, 0.3] {
            let [a, b] = [0, 1].map(|i| three(dense.header(), &both[i], level + mu, 300.0));
            println!("{mu}: {a:?} against {b:?}");
            for i in 0..3 {
                let off = (a[i].0 - b[i].0).abs();
                assert!(off <= a[i].1 + b[i].1, "{mu} {i}: {a:?} {b:?}");
            }
        }
    }
}
