//! δ at the energies of grid points, axes with few points, bars of band edges, and native files that were edited.

use crate::common::binary::{bzint_in as run, json_in as json};
use crate::common::{at_energy, cubic, tight_binding, with_velocities};
use bzint::bands::edges::{BandEdges, EdgeMass};
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, GapSplit, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::surface;
use bzint::integrate::{At, Channel, Engine, Request, SurfaceIntegral, measure};
use bzint::io::hdf5 as native;
use bzint::units::{EV_ANGSTROM_OVER_HBAR, HBAR2_OVER_ME};
use nalgebra::{Matrix3, Vector3};
use std::f64::consts::PI;
use std::path::Path;

/// Evenly distributed numbers in [0, 1), the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let x = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        (x >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }
}

/// One band from a function of the fractional k-point, without symmetry.
fn band(n: [usize; 3], shift: [f64; 3], e: impl Fn([f64; 3]) -> f64) -> BandGrid {
    bands(n, shift, &[&e])
}

fn bands(n: [usize; 3], shift: [f64; 3], all: &[&dyn Fn([f64; 3]) -> f64]) -> BandGrid {
    let grid = KGrid::new(n, shift).unwrap();
    let mut header = BandHeader::new(cubic(4.0), grid, SpinTreatment::Unpolarized, all.len());
    header.point_group = PointGroup::identity();
    let mut energies = Vec::new();
    for e in all {
        for at in 0..grid.len() {
            energies.push(e(grid.point([
                at / (n[1] * n[2]),
                at / n[2] % n[1],
                at % n[2],
            ])));
        }
    }
    BandGrid::new(header, energies).unwrap()
}

fn refusal(directory: &Path, words: &str) -> String {
    let output = run(directory, words);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        matches!(output.status.code(), Some(1 | 2)),
        "{words}: {:?} {errors}",
        output.status
    );
    errors
}

/// E = −2 cos k on a chain: N = 2/(π√(4−E²)) and ⟨v²δ⟩ = 2√(4−E²)/π (a = ħ = 1, both spins), at every energy of a grid point, within bars that are
/// not wide where the cells resolve the band.
#[test]
fn a_chain_has_its_states_at_the_energies_of_its_points() {
    for n in [16, 18, 20, 64, 66, 68, 100] {
        for n in [[n, 1, 1], [1, 1, n]] {
            let along = usize::from(n[0] == 1) * 2;
            let count = n[along];
            let chain = band(n, [0.0; 3], |u| -2.0 * (2.0 * PI * u[along]).cos());
            let request = with_velocities(&chain, 4);
            for j in 1..count / 2 {
                let e = -2.0 * (2.0 * PI * j as f64 / count as f64).cos();
                let found = at_energy(&chain, &request, e);
                let root = (4.0 - e * e).sqrt();
                let speed2 = 2.0 * (4.0 * EV_ANGSTROM_OVER_HBAR).powi(2) * root / PI;
                for (channel, exact) in [
                    (Channel::States, 2.0 / (PI * root)),
                    (Channel::VelocityProduct(along, along), speed2),
                ] {
                    let (value, bar) = found.total(channel);
                    assert!(
                        (value - exact).abs() <= bar,
                        "{n:?} {channel:?} at {e}: {value} ± {bar}, exactly {exact}"
                    );
                    if count >= 64 && e.abs() < 1.5 {
                        assert!(bar < 0.08 * exact, "{n:?} {e}: {value} ± {bar}");
                    }
                }
            }
        }
    }
}

fn compared(what: &str, at: &SurfaceIntegral, around: &[SurfaceIntegral; 2], tolerance: f64) {
    for c in 0..at.bands[0].values.len() {
        let of = |s: &SurfaceIntegral| s.bands.iter().map(|b| b.values[c]).sum::<f64>();
        let (value, sides) = (of(at), [of(&around[0]), of(&around[1])]);
        let mean = 0.5 * (sides[0] + sides[1]);
        let scale = sides[0].abs().max(sides[1].abs());
        assert!(
            (value - mean).abs() <= tolerance * scale,
            "{what}, channel {c}: {value}, on both sides {sides:?}"
        );
    }
}

/// Energies that many points have, whole faces of tetrahedra among them: δ is the mean of a little below and a little above, in f64, in the
/// f32 twin and on a GPU.
#[test]
fn the_weight_at_a_grid_energy_is_the_mean_of_both_limits() {
    let mut dice = Dice(7);
    let mut gpu = crate::shared_gpu::fresh_gpu();
    let integers: Vec<f64> = (0..6 * 5 * 8)
        .map(|_| (5.0 * dice.roll()).floor())
        .collect();
    let random = band([6, 5, 8], [0.0; 3], |u| {
        let j = [6.0 * u[0], 5.0 * u[1], 8.0 * u[2]].map(|x| x.round() as usize);
        integers[(j[0] * 5 + j[1]) * 8 + j[2]]
    });
    let cosines = |n: [usize; 3]| {
        band(n, [0.0; 3], move |u| {
            (0..3)
                .filter(|&i| n[i] > 1)
                .map(|i| -2.0 * (2.0 * PI * u[i]).cos())
                .sum()
        })
    };
    let cases = [
        ("random", random),
        ("chain", cosines([1, 24, 1])),
        ("square", cosines([12, 12, 1])),
        ("cube", cosines([8, 8, 8])),
    ];
    for (name, bands) in &cases {
        let request = with_velocities(bands, 2);
        let all = bands.band(bzint::bands::Field::Energy, 0, 0);
        let (low, high) = (
            bands.statistics()[0].energy_min,
            bands.statistics()[0].energy_max,
        );
        let tiny = 1e-8 * (high - low);
        let mut faces = 0;
        for _ in 0..12 {
            let e = all[(dice.roll() * all.len() as f64) as usize];
            if e - low < 1e-9 || high - e < 1e-9 {
                continue;
            }
            let mut check = |engine: &mut dyn Engine, tolerance: f64| {
                let mut of = |e: f64| surface(bands, &request, e, engine).unwrap();
                let (at, around) = (of(e), [of(e - tiny), of(e + tiny)]);
                faces += usize::from(at.bands[0].tied > 0.0);
                compared(&format!("{name} at {e}"), &at, &around, tolerance);
                at
            };
            let reference = check(&mut CpuEngine::<f64>::default(), 2e-6);
            let twin = check(&mut CpuEngine::<f32>::default(), 2e-5);
            let (a, b) = (
                reference.total(Channel::States),
                twin.total(Channel::States),
            );
            assert!((a.0 - b.0).abs() < 1e-5 * a.0, "{name} at {e}: {a:?} {b:?}");
            if let Some(gpu) = &mut gpu {
                check(gpu, 2e-5);
            }
        }
        assert!(faces > 0, "{name}");
    }
}

/// docs/physics §18's middle of the simple-cubic band, where ⟨v²δ⟩ of the square band is −∫E D dE/2, on coarse grids whose points have
/// the energy: in the bars; and D of the cube at many grid energies against a dense grid.
#[test]
fn squares_and_cubes_hold_their_values_at_grid_energies() {
    // The square at half filling has an infinite N, yet ⟨v_x²⟩ = 8/π² ... per spin: (1/2)∫₀⁴ E D dE in units t = a = ħ = 1.
    let dense = tight_binding([600, 600, 1], 4.0, 1.0, 2);
    let fine = at_energy(&dense, &with_velocities(&dense, 0), 1e-4);
    let (exact, _) = fine.total(Channel::VelocityProduct(0, 0));
    for n in [12, 16, 18, 24] {
        let bands = tight_binding([n, n, 1], 4.0, 1.0, 2);
        for order in [0, 4] {
            let found = at_energy(&bands, &with_velocities(&bands, order), 0.0);
            let (value, bar) = found.total(Channel::VelocityProduct(0, 0));
            assert!(
                (value - exact).abs() <= bar && bar < 0.5 * exact,
                "{n} order {order}: {value} ± {bar}, exactly {exact}"
            );
        }
    }
    let (mut held, mut all) = (0, 0);
    let dense = tight_binding([120; 3], 4.0, 1.0, 3);
    let mut dice = Dice(3);
    for n in [8, 10, 12] {
        let bands = tight_binding([n; 3], 4.0, 1.0, 3);
        let c = |x: f64| -2.0 * (2.0 * PI * (x * n as f64).floor() / n as f64).cos();
        for _ in 0..8 {
            let e = c(dice.roll()) + c(dice.roll()) + c(dice.roll());
            if e.abs() > 5.5 {
                continue;
            }
            let exact = at_energy(&dense, &with_velocities(&dense, 0), e);
            let found = at_energy(&bands, &with_velocities(&bands, 0), e);
            for channel in [Channel::States, Channel::VelocityProduct(2, 2)] {
                let (value, bar) = found.total(channel);
                all += 1;
                held += usize::from((value - exact.total(channel).0).abs() <= bar);
            }
        }
    }
    println!("{held} of {all} within the bars");
    assert!(held * 20 >= all * 19, "{held} of {all}");
}

/// A flat band at the energy has an infinite density of states: said, and no number.
#[test]
fn a_flat_band_at_the_fermi_level_is_said() {
    let flat = |_: [f64; 3]| 0.5;
    let cosine = |u: [f64; 3]| 0.4 - (2.0 * PI * u[0]).cos();
    let grid = bands([8, 4, 4], [0.0; 3], &[&flat, &cosine]);
    let found = at_energy(&grid, &with_velocities(&grid, 4), 0.5);
    assert!((found.flat() - 2.0).abs() < 1e-12);
    assert_eq!(found.bands[0].values[0], 0.0);
    let mut twin = CpuEngine::<f32>::default();
    let request = with_velocities(&grid, 4);
    let twin = surface(&grid, &request, 0.5, &mut twin).unwrap();
    assert!((twin.flat() - 2.0).abs() < 1e-6);
    assert_eq!(at_energy(&grid, &request, 0.51).flat(), 0.0);
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    native::write(&d.join("flat.h5"), &grid, "test").unwrap();
    let words = "fermi flat.h5 --fermi-level 0.5 --backend cpu -o out.h5";
    let out = json(d, &format!("{words} --json"));
    let dos = &out["dos_at_fermi_level"];
    assert!(dos["value"].is_null() && dos["error"].is_null(), "{dos}");
    assert!(dos["note"].as_str().unwrap().contains("infinite"), "{dos}");
    assert!(
        out["conductivity_over_tau"]["value"][0][0]
            .as_f64()
            .unwrap()
            > 0.0
    );
    let text = run(d, words).text();
    assert!(text.contains("infinite") && !text.contains("NaN"), "{text}");
}

/// Fewer points than the file has along an axis that disperses leave no bar: refused, with what to give.
#[test]
fn an_axis_is_not_interpolated_to_fewer_points() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let cube = tight_binding([8; 3], 4.0, 0.5, 3);
    native::write(&d.join("cube.h5"), &cube, "test").unwrap();
    let square = tight_binding([8, 8, 1], 4.0, 0.5, 2);
    native::write(&d.join("square.h5"), &square, "test").unwrap();
    for (density, axis) in [("16,16,1", 3), ("1", 1), ("16,2,16", 2), ("7,8,8", 1)] {
        for command in ["fermi", "dos", "transport"] {
            let text = refusal(
                d,
                &format!("{command} cube.h5 --interpolate {density} --backend cpu"),
            );
            for part in ["--interpolate", &format!("axis {axis}"), "at least 8"] {
                assert!(text.contains(part), "{command} {density}: {text}");
            }
        }
    }
    for words in [
        "fermi cube.h5 --interpolate 8 --fermi-level 0.3 --backend cpu --json",
        "fermi square.h5 --interpolate 16,16,1 --fermi-level 0.3 --backend cpu --json",
    ] {
        let out = json(d, words);
        assert!(out["dos_at_fermi_level"]["error"].as_f64().unwrap() > 0.0);
    }
}

/// Two or three points along axes: E = −cos kx − cos ky − 0.2 cos kz and permutations of it; σ along them is not 0 ± 0 but right.
#[test]
fn axes_with_two_or_three_points_have_their_conductivity() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    for (file, n) in [
        [8, 8, 2],
        [8, 2, 8],
        [2, 8, 8],
        [8, 2, 2],
        [2, 2, 2],
        [8, 8, 3],
        [3, 8, 2],
    ]
    .into_iter()
    .enumerate()
    {
        // The weak axis is one of the short ones.
        let weak = (0..3).rev().find(|&i| n[i] < 4).unwrap();
        let hopping: [f64; 3] = std::array::from_fn(|i| if i == weak { 0.2 } else { 1.0 });
        let e =
            |u: [f64; 3]| -> f64 { (0..3).map(|i| -hopping[i] * (2.0 * PI * u[i]).cos()).sum() };
        let level = -0.9;
        let dense = band([64; 3], [0.0; 3], e);
        let exact = at_energy(&dense, &with_velocities(&dense, 4), level);
        let path = format!("axes{file}.h5");
        let table = band(n, [0.0; 3], e);
        native::write(&d.join(&path), &table, "test").unwrap();
        for density in ["", "--interpolate none "] {
            let out = json(
                d,
                &format!("fermi {path} {density}--fermi-level {level} --backend cpu --json"),
            );
            let sigma = &out["conductivity_over_tau"];
            let to_sigma = bzint::units::ELEMENTARY_CHARGE / 64e-30;
            for i in 0..3 {
                let (value, bar) = (
                    sigma["value"][i][i].as_f64().unwrap(),
                    sigma["error"][i][i].as_f64().unwrap(),
                );
                let right = exact.total(Channel::VelocityProduct(i, i)).0 * to_sigma;
                assert!(
                    bar > 0.0 && (value - right).abs() <= bar,
                    "{n:?} {density}axis {i}: {value} ± {bar}, exactly {right}"
                );
                assert!(
                    bar < 2.0 * right,
                    "{n:?} axis {i}: {value} ± {bar}, exactly {right}"
                );
            }
        }
        let out = json(d, &format!("dos {path} --bins 8 --backend cpu --json"));
        assert!(!out.to_string().contains("null"), "{out}");
    }
}

/// E = E₀ + Σ A_i(1 − cos θ_i) + B_i(1 − cos 2θ_i) + couplings, θ = 2π(u − u₀): minimum E₀ at u₀, with its curvature.
struct Valley {
    at: [f64; 3],
    first: [f64; 3],
    second: [f64; 3],
    mixed: [f64; 3],
}

impl Valley {
    fn random(dice: &mut Dice) -> Self {
        let first = [0; 3].map(|_| 10f64.powf(dice.between(-0.9, 0.3)));
        let two = dice.roll() < 0.5;
        let second = first.map(|a| {
            if two {
                a * dice.between(-0.1, 0.3)
            } else {
                0.0
            }
        });
        let mixed = [(1, 2), (0, 2), (0, 1)].map(|(i, j): (usize, usize)| {
            0.25 * dice.between(-1.0, 1.0) * (first[i] * first[j]).sqrt()
        });
        Self {
            at: [0; 3].map(|_| dice.roll()),
            first,
            second,
            mixed,
        }
    }

    fn energy(&self, u: [f64; 3]) -> f64 {
        let t: [f64; 3] = std::array::from_fn(|i| 2.0 * PI * (u[i] - self.at[i]));
        let s = t.map(f64::sin);
        (0..3)
            .map(|i| {
                let (j, k) = ((i + 1) % 3, (i + 2) % 3);
                self.first[i] * (1.0 - t[i].cos())
                    + self.second[i] * (1.0 - (2.0 * t[i]).cos())
                    + self.mixed[i] * s[j] * s[k]
            })
            .sum()
    }

    /// Masses of a cubic cell of 4 Å, heaviest first.
    fn masses(&self) -> [f64; 3] {
        let h = Matrix3::from_fn(|i, j| {
            16.0 * if i == j {
                self.first[i] + 4.0 * self.second[i]
            } else {
                self.mixed[3 - i - j]
            }
        });
        let mut values: Vec<f64> = h.symmetric_eigen().eigenvalues.iter().copied().collect();
        values.sort_by(f64::total_cmp);
        [0, 1, 2].map(|i| HBAR2_OVER_ME / values[i])
    }

    /// Whether u₀ is the lowest point of all.
    fn is_lowest(&self) -> bool {
        let side = 16;
        (0..side * side * side).all(|x: i32| {
            let j = Vector3::new(x / (side * side), x / side % side, x % side);
            let u = std::array::from_fn(|i| self.at[i] + f64::from(j[i]) / f64::from(side));
            self.energy(u) >= -1e-12
        })
    }
}

/// Gap and masses of random bands with edges anywhere, on grids of 4 to 16 points, shifted or not: the truth in the bars of 95 % at least, and
/// the bars no wider than ten times the error at the median where there are eight points.
#[test]
fn bars_of_gaps_and_masses_hold_on_coarse_grids() {
    let mut dice = Dice(11);
    for n in [4, 5, 6, 7, 8, 10, 12, 16] {
        let (mut energies, mut masses): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        while energies.len() < 40 {
            let valley = Valley::random(&mut dice);
            if !valley.is_lowest() {
                continue;
            }
            let shift = [0; 3].map(|_| if dice.roll() < 0.5 { 0.5 } else { 0.0 });
            let deep = |_: [f64; 3]| -3.0;
            let upper = |u: [f64; 3]| valley.energy(u);
            let mut grid = bands([n; 3], shift, &[&deep, &upper]);
            grid.header_mut().n_electrons = Some(2.0);
            let found = BandEdges::new(&grid, &GapSplit::of(&grid).unwrap()).unwrap();
            let edge = found.conduction().unwrap();
            let (value, bar) = edge.energy_ev;
            if edge.unresolved.is_some() {
                assert!(n < 8, "{n}: {:?}", edge.unresolved);
                energies.push(0.0);
                continue;
            }
            assert!(bar > 0.0);
            energies.push(value.abs() / bar);
            if let EdgeMass::Tensor(m) = &edge.mass {
                for (p, exact) in m.principal.iter().zip(valley.masses()) {
                    // Inverse masses are what is measured.
                    let (mass, bar) = p.mass;
                    let inverse = (1.0 / mass - 1.0 / exact).abs();
                    masses.push(inverse / (bar / (mass * mass)));
                }
            }
        }
        for (what, ratios) in [("edge", &mut energies), ("masses", &mut masses)] {
            ratios.sort_by(f64::total_cmp);
            let out = ratios.iter().filter(|r| **r > 1.0).count();
            let median = ratios[ratios.len() / 2];
            println!(
                "{n}: {what} {out} of {} beyond, median error/bar {median:.3}",
                ratios.len()
            );
            assert!(out * 20 <= ratios.len(), "{n}: {what} {ratios:?}");
            assert!(n < 8 || median > 0.1, "{n}: {what} {median}");
        }
    }
}

/// What cannot be known between two or three points, or where bands touch, has no bar of 0 but a reason.
#[test]
fn edges_without_a_fit_are_known_at_grid_points_only() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let lower = |u: [f64; 3]| -1.0 - (0..3).map(|i| 1.0 - (2.0 * PI * u[i]).cos()).sum::<f64>();
    let upper = |u: [f64; 3]| {
        1.0 + (0..3)
            .map(|i| 1.0 - (2.0 * PI * (u[i] - 0.2)).cos())
            .sum::<f64>()
    };
    for n in [2, 3] {
        let mut grid = bands([n; 3], [0.0; 3], &[&lower, &upper]);
        grid.header_mut().n_electrons = Some(2.0);
        native::write(&d.join("coarse.h5"), &grid, "test").unwrap();
        let out = json(d, "info coarse.h5 --json");
        for name in ["gap", "direct_gap", "conduction_band_minimum"] {
            let q = &out[name];
            assert!(
                q["value"].is_number() && q["error"].is_null(),
                "{name}: {q}"
            );
            assert!(q["note"].is_string(), "{name}: {q}");
        }
        let text = run(d, "info coarse.h5").text();
        assert!(text.contains("between grid points only"), "{text}");
    }
}

/// Two touching valence bands, one flat along x: no mass there, in words, and no NaN.
#[test]
fn a_flat_direction_has_no_finite_mass() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let c = |x: f64| 1.0 - (2.0 * PI * x).cos();
    let one = |u: [f64; 3]| -c(u[1]) - c(u[2]);
    let two = |u: [f64; 3]| -2.0 * (c(u[0]) + c(u[1]) + c(u[2]));
    let upper = |u: [f64; 3]| 1.0 + c(u[0]) + c(u[1]) + c(u[2]);
    let mut grid = bands([8; 3], [0.0; 3], &[&two, &one, &upper]);
    grid.header_mut().n_electrons = Some(4.0);
    native::write(&d.join("flat.h5"), &grid, "test").unwrap();
    let text = run(d, "info flat.h5").text();
    assert!(
        text.contains("is flat along [1.000 0.000 0.000]: no finite mass"),
        "{text}"
    );
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

/// `max_step`, `spin_degeneracy` and absurd energies of native files, and a Fermi level that is no number.
#[test]
fn numbers_that_files_and_options_must_not_hold_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let cube = tight_binding([8; 3], 4.0, 0.5, 3);
    for axis in 0..3 {
        let path = d.join("step.h5");
        native::write(&path, &cube, "test").unwrap();
        let file = hdf5::File::open_rw(&path).unwrap();
        let dataset = file.dataset("max_step").unwrap();
        let mut steps: Vec<f64> = dataset.read_raw().unwrap();
        steps[axis] *= 1e-3;
        dataset.write_raw(&steps).unwrap();
        drop((dataset, file));
        for words in [
            "fermi step.h5 --fermi-level 0.3 --backend cpu --velocity 4",
            "fermi step.h5 --fermi-level 0.3 --backend cpu --velocity 4 --block-planes 2",
            "dos step.h5 --backend cpu --velocity 4",
        ] {
            let text = refusal(d, words);
            let part = format!("neighbours along axis {}", axis + 1);
            assert!(
                text.contains("max_step") && text.contains(&part),
                "{words}: {text}"
            );
        }
    }
    let path = d.join("spin.h5");
    native::write(&path, &cube, "test").unwrap();
    let file = hdf5::File::open_rw(&path).unwrap();
    file.attr("spin_degeneracy")
        .unwrap()
        .write_scalar(&1.0)
        .unwrap();
    drop(file);
    let text = refusal(d, "fermi spin.h5 --fermi-level 0.3 --backend cpu");
    assert!(
        text.contains("spin_degeneracy") && text.contains("unpolarized"),
        "{text}"
    );

    for absurd in [1e150, -1e12, f64::MAX] {
        let mut energies = vec![0.0; 8];
        energies[5] = absurd;
        let header = BandHeader::new(
            cubic(4.0),
            KGrid::gamma([2; 3]).unwrap(),
            SpinTreatment::Unpolarized,
            1,
        );
        let text = BandGrid::new(header, energies).unwrap_err().to_string();
        assert!(
            text.contains("grid point (1, 0, 1)") && text.contains("1e9 eV"),
            "{text}"
        );
    }
    native::write(&d.join("cube.h5"), &cube, "test").unwrap();
    for wrong in ["nan", "inf", "-inf"] {
        let text = refusal(
            d,
            &format!("convert cube.h5 --fermi-level {wrong} -o out.bxsf"),
        );
        assert!(text.contains("--fermi-level"), "{text}");
        assert!(!d.join("out.bxsf").exists());
    }
}

/// Two or three points along an axis, and relaxation times, which are not interpolated: σ along it is refused, never 0 ± 0, with velocities of the
/// file or without; with another relaxation time it is right.
#[test]
fn few_points_with_relaxation_times_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    for short in [2, 3] {
        let n = [8, 8, short];
        let hopping = [1.0, 1.0, 0.2];
        let e =
            |u: [f64; 3]| -> f64 { (0..3).map(|i| -hopping[i] * (2.0 * PI * u[i]).cos()).sum() };
        let table = band(n, [0.0; 3], e);
        let mut header = table.header().clone();
        header.fermi_level_ev = Some(-0.9);
        let energies = table.band(Field::Energy, 0, 0).to_vec();
        let grid = header.k_grid;
        let slopes = (0..grid.len()).flat_map(|at| {
            let u = grid.point(grid.place(at));
            let slope =
                |i: usize| hopping[i] * 4.0 * (2.0 * PI * u[i]).sin() * EV_ANGSTROM_OVER_HBAR;
            [slope(0), slope(1), slope(2)]
        });
        let velocities: Vec<f64> = slopes.collect();
        let times = vec![1e-14; energies.len()];
        for (name, velocities) in [("without.h5", None), ("with.h5", Some(velocities))] {
            let bands = BandGrid::with_fields(
                header.clone(),
                energies.clone(),
                velocities,
                Some(times.clone()),
            )
            .unwrap();
            native::write(&d.join(name), &bands, "test").unwrap();
        }
        for command in ["fermi", "transport", "optimize --within 0.2"] {
            let text = refusal(d, &format!("{command} without.h5 --backend cpu"));
            assert!(
                text.contains("along axis 3") && text.contains("--tau SECONDS"),
                "{command}: {text}"
            );
        }
        // Velocities at both of two points along an axis are zero by symmetry.
        let text = refusal(d, "fermi with.h5 --backend cpu");
        assert!(text.contains("along axis 3"), "{text}");
        let along = |words: &str| {
            let out = json(d, &format!("fermi {words} --backend cpu --json"));
            let sigma = &out["conductivity"];
            let of = |name: &str| sigma[name][2][2].as_f64().unwrap();
            (of("value"), of("error"))
        };
        let dense = band([64; 3], [0.0; 3], e);
        let exact = at_energy(&dense, &with_velocities(&dense, 4), -0.9);
        let to_sigma = bzint::units::ELEMENTARY_CHARGE / 64e-30 * 1e-14;
        let (right, grid) = exact.total(Channel::VelocityProduct(2, 2));
        let (right, grid) = (right * to_sigma, grid * to_sigma);
        let (value, bar) = along("without.h5 --tau 1e-14");
        assert!(
            bar > 0.0 && (value - right).abs() <= bar + grid,
            "{value} ± {bar}, {right}"
        );
    }
}

/// A square lattice at its saddles has N = ∞, whatever a grid says: no number, and no mean over the Fermi surface; σ/τ is finite and right. Near
/// them, on a cubic lattice at its own saddles, and wherever the grid resolves N, there are numbers with bars that hold.
#[test]
fn a_density_of_states_without_limit_has_no_number() {
    let square = |u: [f64; 3]| -2.0 * ((2.0 * PI * u[0]).cos() + (2.0 * PI * u[1]).cos());
    for n in [16, 24, 25, 40, 64, 101, 256] {
        for shift in [[0.0; 3], [0.5, 0.5, 0.0], [0.3, 0.1, 0.0]] {
            let layer = band([n, n, 1], shift, square);
            let request = with_velocities(&layer, 4);
            let found = measured(&layer, &request, 0.0);
            let (value, bar) = found.total(Channel::States);
            assert!(bar.is_infinite(), "{n} {shift:?}: {value} ± {bar}");
            let (v2, v2_bar) = found.total(Channel::VelocityProduct(0, 0));
            let (other, other_bar) = found.total(Channel::VelocityProduct(1, 1));
            assert!(v2_bar.is_finite() && other_bar.is_finite());
            assert!((v2 - other).abs() <= v2_bar + other_bar, "{n} {shift:?}");
            if n >= 40 {
                for e in [1.7, 2.6] {
                    let (value, bar) = measured(&layer, &request, e).total(Channel::States);
                    // 2 K(m)/(2π²t) of both spins, m = 1 − (E/4t)², t = 1.
                    let exact = elliptic(1.0 - (e / 4.0).powi(2)) / (PI * PI);
                    assert!(
                        (value - exact).abs() <= bar,
                        "{n} {shift:?} {e}: {value} ± {bar}, {exact}"
                    );
                }
            }
        }
    }
    let cube = |u: [f64; 3]| square(u) - 2.0 * (2.0 * PI * u[2]).cos();
    for n in [16, 24, 32] {
        let bulk = band([n; 3], [0.0; 3], cube);
        for e in [-2.0, 0.0, 2.0, 1.1] {
            let (value, bar) =
                measured(&bulk, &with_velocities(&bulk, 4), e).total(Channel::States);
            assert!(bar.is_finite(), "{n}: {value} ± {bar} at {e}");
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    native::write(
        &d.join("layer.h5"),
        &band([24, 24, 1], [0.0; 3], square),
        "test",
    )
    .unwrap();
    let words = "fermi layer.h5 --fermi-level 0 --backend cpu";
    let out = json(d, &format!("{words} --json"));
    for name in ["dos_at_fermi_level", "fermi_velocity"] {
        assert!(
            out[name]["value"].is_null() && out[name]["error"].is_null(),
            "{}",
            out[name]
        );
    }
    let text = run(d, words).text();
    assert!(
        text.contains("van Hove") && !text.contains("NaN") && !text.contains("inf "),
        "{text}"
    );
}

fn measured(bands: &BandGrid, request: &Request, e: f64) -> SurfaceIntegral {
    let mut engine = CpuEngine::<f64>::default();
    measure(bands, request, &At(e), &mut engine).unwrap().result
}

/// K(m) of the parameter m = k², by the arithmetic–geometric mean.
fn elliptic(m: f64) -> f64 {
    let (mut a, mut b) = (1.0, (1.0 - m).sqrt());
    for _ in 0..40 {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    PI / (2.0 * a)
}
