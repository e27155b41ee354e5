//! Wannier interpolation on Hamiltonians that the tests make: levels, velocities, masses, bounds.

use crate::common::Lcg;
use crate::common::binary::bzint;
use crate::wannier::Run;
use bzint::bands::{BandHeader, BandSource, Field, SpinTreatment, WannierHamiltonian};
use bzint::crystal::{KGrid, Lattice};
use bzint::io::wannier90;
use bzint::sampler::{
    BoxBand, Derivatives, Interpolator, KBox, ShiftedBands, Sought, WannierBands, WannierGrid,
};
use bzint::units::{EV, EV_ANGSTROM_OVER_HBAR};
use rustfft::num_complex::Complex64;
use serde_json::Value;
use std::sync::Arc;

fn bands(run: &Run) -> WannierBands {
    let directory = tempfile::tempdir().unwrap();
    run.write(directory.path(), "x");
    WannierBands::new(wannier90::read(directory.path()).unwrap()).unwrap()
}

fn evaluate(bands: &WannierBands, k_box: KBox, derivatives: Derivatives) -> Vec<BoxBand> {
    bands
        .evaluate(&bands.groups()[0], &k_box, derivatives)
        .unwrap()
}

fn single(u: [f64; 3]) -> KBox {
    KBox {
        origin: u,
        step: [0.1; 3],
        points: [1; 3],
    }
}

const BOX: KBox = KBox {
    origin: [-0.31, 0.12, 0.4],
    step: [0.05, 0.03, 0.07],
    points: [3, 4, 2],
};

#[test]
fn levels_are_those_of_the_plain_sum_over_every_shift() {
    for real in [true, false] {
        let run = Run::new(4, real);
        let bands = bands(&run);
        assert_eq!(bands.time_reversal(), real);
        for derivatives in [
            Derivatives::None,
            Derivatives::Velocity,
            Derivatives::InverseMass,
        ] {
            let found = evaluate(&bands, BOX, derivatives);
            let mut at = 0;
            for i in 0..3 {
                for j in 0..4 {
                    for k in 0..2 {
                        let exact = run.levels(BOX.point([i, j, k]));
                        for (band, e) in found.iter().zip(exact) {
                            let off = (band.energies[at] - e).abs();
                            assert!(off < 1e-10, "{derivatives:?}: {off} eV");
                        }
                        at += 1;
                    }
                }
            }
            let wanted = |on: bool, per_point: usize| if on { per_point * at } else { 0 };
            assert_eq!(
                found[0].velocities.len(),
                wanted(derivatives >= Derivatives::Velocity, 3)
            );
            assert_eq!(
                found[0].inverse_masses.len(),
                wanted(derivatives == Derivatives::InverseMass, 6)
            );
        }
    }
}

/// Bands that reach the energies that are sought have the same energies and velocities, bit for bit, as where all are, in boxes that share sums and in ones that do not; of the
/// others there are the same bounds, and no more.
#[test]
fn bands_that_miss_what_is_sought_have_bounds_alone() {
    let bands = bands(&Run::new(5, false));
    let group = &bands.groups()[0];
    let boxes = [[0.1, 0.2], [0.1, 0.6], [0.5, 0.1]].map(|[u2, u3]| KBox {
        origin: [0.37, u2, u3],
        step: [0.004, 0.006, 0.005],
        points: [5, 5, 5],
    });
    let all = |sought: Sought| {
        let mut found = Vec::new();
        let take = &mut |_, of_box| {
            found.push(of_box);
            Ok(())
        };
        bands.evaluate_slab(group, &boxes, sought, take).unwrap();
        found
    };
    for derivatives in [
        Derivatives::None,
        Derivatives::Velocity,
        Derivatives::InverseMass,
    ] {
        let everywhere = all(Sought::everywhere(derivatives));
        let (mut reached, mut missed) = (0, 0);
        // Around levels, and where there is none.
        let levels = everywhere[0].iter().chain(&everywhere[2]);
        let around: Vec<f64> = levels.map(|band| band.energies[31]).collect();
        for energy in around.into_iter().chain([-1e3, 1e3]) {
            let sought = Sought {
                derivatives,
                energies_ev: (energy - 1e-3, energy + 1e-3),
            };
            for (some, every) in all(sought).iter().zip(&everywhere) {
                for (one, whole) in some.iter().zip(every) {
                    assert_eq!((one.low, one.high), (whole.low, whole.high));
                    if one.energies.is_empty() {
                        let near = |e: &f64| (e - energy).abs() <= 1e-3;
                        assert!(!whole.energies.iter().any(near));
                        assert!(one.velocities.is_empty() && one.inverse_masses.is_empty());
                        missed += 1;
                        continue;
                    }
                    assert_eq!(one.energies, whole.energies);
                    assert_eq!(one.velocities, whole.velocities);
                    // A coupling is the conjugate of its mirror image, to rounding.
                    assert_eq!(one.inverse_masses.len(), whole.inverse_masses.len());
                    let largest = whole
                        .inverse_masses
                        .iter()
                        .fold(0.0, |a: f64, x| a.max(x.abs()));
                    for (x, y) in one.inverse_masses.iter().zip(&whole.inverse_masses) {
                        assert!((x - y).abs() < 1e-12 * largest, "{x} {y}");
                    }
                    reached += 1;
                }
            }
        }
        assert!(reached >= 10 && missed >= 60, "{reached} {missed}");
    }
}

/// What is sought of bands that a scissor moves is sought of the bands before.
#[test]
fn moved_bands_are_sought_where_they_are() {
    let bands = bands(&Run::new(4, true));
    let header = bands.header().clone();
    let moved = ShiftedBands::new(Arc::new(bands), header, vec![0.0, 0.0, 1.5, 1.5]);
    let group = &moved.groups()[0];
    let k_box = KBox {
        step: [1e-3; 3],
        ..BOX
    };
    let whole = moved.evaluate(group, &k_box, Derivatives::None).unwrap();
    for (own, band) in whole.iter().enumerate() {
        let sought = Sought {
            derivatives: Derivatives::None,
            energies_ev: (band.energies[3], band.energies[3]),
        };
        let boxes = std::slice::from_ref(&k_box);
        let take = &mut |_, found: Vec<BoxBand>| {
            assert_eq!(found[own].energies, band.energies);
            Ok(())
        };
        moved.evaluate_slab(group, boxes, sought, take).unwrap();
    }
}

/// Velocities and inverse masses against central differences of the plain sum's levels and of the velocities, in Cartesian
/// directions.
#[test]
fn derivatives_are_those_of_the_levels() {
    let run = Run::new(4, false);
    let bands = bands(&run);
    let lattice = Lattice::new(run.lattice).unwrap();
    let h = 1e-4;
    for u in [[0.11, 0.23, 0.37], [-0.2, 0.05, 0.41]] {
        let levels = run.levels(u);
        let gap = levels.windows(2).map(|w| w[1] - w[0]).fold(9.0, f64::min);
        assert!(gap > 0.1, "a point away from crossings: {gap} eV");
        let found = evaluate(&bands, single(u), Derivatives::InverseMass);
        let k = lattice.k_cartesian(u);
        let moved = |axis: usize, sign: f64| {
            let mut k = k;
            k[axis] += sign * h;
            lattice.k_fractional(k)
        };
        for axis in 0..3 {
            let (plus, minus) = (moved(axis, 1.0), moved(axis, -1.0));
            let (ep, em) = (run.levels(plus), run.levels(minus));
            let vp = evaluate(&bands, single(plus), Derivatives::Velocity);
            let vm = evaluate(&bands, single(minus), Derivatives::Velocity);
            for band in 0..4 {
                let v = (ep[band] - em[band]) / (2.0 * h) * EV_ANGSTROM_OVER_HBAR;
                let got = &found[band].velocities;
                let scale = got.iter().fold(1e4, |m: f64, x| m.max(x.abs()));
                assert!((got[axis] - v).abs() < 1e-6 * scale, "{band}: {got:?} {v}");
                // ħ ∂v/∂k: v in m/s, k in 1/Å.
                let masses = &found[band].inverse_masses;
                let scale = masses.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
                for other in 0..3 {
                    let slope =
                        (vp[band].velocities[other] - vm[band].velocities[other]) / (2.0 * h);
                    // 1/ħ ∂v/∂k = slope·Å/ħ; eV Å/ħ is known, so divide by eV.
                    let expected = slope * EV_ANGSTROM_OVER_HBAR / EV;
                    let slot = [[0, 5, 4], [5, 1, 3], [4, 3, 2]][axis][other];
                    let off = (masses[slot] - expected).abs();
                    assert!(
                        off < 1e-5 * scale,
                        "{band} {axis}{other}: {} {expected}",
                        masses[slot]
                    );
                }
            }
        }
    }
}

/// Two copies of one chain that cross: Σ v of the degenerate pair, and the two velocities themselves.
#[test]
fn velocities_at_a_crossing_are_those_of_the_crossing_bands() {
    let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
    let grid = KGrid::gamma([4; 3]).unwrap();
    let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 2);
    // E± = ±2 sin 2πu₁ (cross at u₁ = 0), mixed by a rotation that hides them.
    let mix = |a: f64, b: f64| {
        let (c, s) = (0.6, 0.8);
        [
            a * c * c + b * s * s,
            (a - b) * c * s,
            (a - b) * c * s,
            a * s * s + b * c * c,
        ]
    };
    let hop = mix(1.0, -1.0).map(|x| Complex64::new(0.0, -x));
    let mut elements = hop.to_vec();
    elements.extend([hop[0], hop[2], hop[1], hop[3]].map(|x| x.conj()));
    let h = WannierHamiltonian::new(header, vec![[1, 0, 0], [-1, 0, 0]], elements).unwrap();
    let bands = WannierBands::new(h).unwrap();
    let found = evaluate(&bands, single([0.0, 0.3, 0.1]), Derivatives::InverseMass);
    let slope = 2.0 * 3.0 * EV_ANGSTROM_OVER_HBAR; // d/dk 2 sin(ka)
    let mut v: Vec<f64> = found.iter().map(|b| b.velocities[0]).collect();
    v.sort_by(f64::total_cmp);
    assert!(
        (v[0] + slope).abs() < 1e-9 * slope && (v[1] - slope).abs() < 1e-9 * slope,
        "{v:?}"
    );
    assert!(
        found
            .iter()
            .all(|b| b.inverse_masses.iter().all(|m| m.is_finite()))
    );
}

/// No level at random points inside leaves its bounds; bounds shrink to the range seen as boxes shrink.
#[test]
fn bounds_hold_everywhere_in_the_box() {
    let mut random = Lcg(3);
    for (n, real) in [(4, true), (4, false), (1, true)] {
        let run = Run::new(n, real);
        let bands = bands(&run);
        for step in [0.08, 0.02, 0.004] {
            for derivatives in [Derivatives::None, Derivatives::Velocity] {
                let (mut allowed, mut range) = (0.0, 0.0);
                for _ in 0..6 {
                    let k_box = KBox {
                        origin: [0; 3].map(|_| random.next()),
                        step: [step, 0.5 * step, step],
                        points: [3, 5, 4],
                    };
                    let found = evaluate(&bands, k_box, derivatives);
                    let mut seen = vec![(f64::INFINITY, f64::NEG_INFINITY); n];
                    for _ in 0..300 {
                        let u = std::array::from_fn(|a| {
                            let t = (1.4 * random.next() - 0.2).clamp(0.0, 1.0);
                            k_box.origin[a] + t * k_box.step[a] * (k_box.points[a] - 1) as f64
                        });
                        for (seen, e) in seen.iter_mut().zip(run.levels(u)) {
                            *seen = (seen.0.min(e), seen.1.max(e));
                        }
                    }
                    for (band, seen) in found.iter().zip(&seen) {
                        assert!(
                            band.low <= seen.0 && seen.1 <= band.high,
                            "{step} {derivatives:?}"
                        );
                        allowed += band.high - band.low;
                        range += seen.1 - seen.0;
                    }
                }
                let wider = allowed / range;
                println!("{n} bands, step {step}, {derivatives:?}: {wider:.2} × the range");
                assert!(step > 0.01 || wider < 1.25, "{wider}");
            }
        }
    }
}

#[test]
fn a_uniform_grid_has_the_levels_and_velocities_of_its_points() {
    let run = Run::new(3, false);
    let directory = tempfile::tempdir().unwrap();
    run.write(directory.path(), "x");
    let grid = KGrid::new([5, 4, 3], [0.5, 0.0, 0.25]).unwrap();
    let source = WannierGrid::new(wannier90::read(directory.path()).unwrap(), grid).unwrap();
    let plane = grid.plane_len();
    for band in 0..3 {
        let mut e = vec![0.0; 3 * plane];
        let mut v = vec![0.0; 9 * plane];
        source
            .read_planes(Field::Energy, 0, band, 2, &mut e)
            .unwrap();
        source
            .read_planes(Field::Velocity, 0, band, 2, &mut v)
            .unwrap();
        for i in 0..3 * plane {
            let u = grid.point([2 + i / plane, i / 3 % 4, i % 3]);
            assert!((e[i] - run.levels(u)[band]).abs() < 1e-10);
            let exact = evaluate(source.bands(), single(u), Derivatives::Velocity);
            for a in 0..3 {
                assert!((v[3 * i + a] - exact[band].velocities[a]).abs() < 1e-3);
            }
        }
        let found = source.statistics()[band];
        assert!(
            e.iter()
                .all(|e| (found.energy_min..=found.energy_max).contains(e))
        );
    }
    assert!(
        source
            .read_planes(Field::Lifetime, 0, 0, 0, &mut vec![0.0; plane])
            .is_err()
    );
}

/// Carriers of a triclinic Hamiltonian with a gap, from where thermal averages are taken over points down to where k_BT is too small for them and
/// tetrahedra take over: what a coarse tolerance gives holds in its bars what a fine one does, and is not wider than its errors allow.
#[test]
fn thermal_averages_hold_without_symmetry_at_any_temperature() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Run::new(2, true);
    for (r, m, k, value, _) in &mut run.elements {
        if *r == [0; 3] && m == k {
            *value = Complex64::new(5.0 * *m as f64, 0.0);
        }
    }
    run.write(folder.path(), "gap");
    let file = folder.path().join("gap_tb.dat").display().to_string();
    let rows = |tolerance: &str| {
        let words = format!(
            "transport {file} --fermi-level 2.4 --doping p1e19,n1e19 -T 15,60,300,900 --tolerance {tolerance} --json -q"
        );
        bzint(&words).json()["rows"].as_array().unwrap().clone()
    };
    let (coarse, fine) = (rows("2e-2"), rows("1e-3"));
    assert_eq!((coarse.len(), fine.len()), (8, 8));
    let mut ratios = Vec::new();
    for (a, b) in coarse.iter().zip(&fine) {
        for name in [
            "conductivity_over_tau",
            "seebeck",
            "thermal_conductivity_electronic_over_tau",
        ] {
            for i in 0..3 {
                let of = |row: &Value, key: &str| row[name][key][i][i].as_f64().unwrap();
                let (value, bar) = (of(a, "value"), of(a, "error"));
                let (exact, rest) = (of(b, "value"), of(b, "error"));
                let off = (value - exact).abs();
                println!(
                    "{} K {name} {value:.5e} ± {bar:.1e}, {exact:.5e} ± {rest:.1e}",
                    a["temperature"]
                );
                assert!(
                    off <= bar + rest,
                    "{name} {value:e} ± {bar:e}, {exact:e} ± {rest:e}"
                );
                ratios.push(bar / off.max(rest));
            }
        }
    }
    ratios.sort_by(f64::total_cmp);
    assert!(ratios[ratios.len() / 2] < 10.0, "{ratios:?}");
}
