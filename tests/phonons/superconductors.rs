//! Quasiparticles against docs/physics §13 and §21, through grids.

use crate::common::binary::{command, finish};
use crate::common::{cubic, shared};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::{Request, Velocities};
use bzint::superconductor::{
    Gap, GapShape, Symmetry, Verdict, nodal_universal, normal_share, quasiparticles,
    surface_averages, universal, verdict,
};
use bzint::units::{BOLTZMANN, EV, HBAR};
use std::f64::consts::PI;

/// ξ = −2t(cos x + cos y) − μ with t = 1 eV, μ = −0.4 eV on n² points, a = 4 Å, thickness 4 Å.
fn square(n: usize) -> BandGrid {
    let model = Model::TightBinding {
        hopping: 1.0,
        dimension: 2,
    };
    let bands = ModelBands::new(model, cubic(4.0), KGrid::gamma([n, n, 1]).unwrap(), true).unwrap();
    BandGrid::load(&bands).unwrap()
}

const MU: f64 = -0.4;
const GAP: f64 = 0.4;

/// Analytic 3.36666666667 k_B²/ħd for γ → 0; the converged grid gives 3.362917465 for γ = 0.02t: it hardly depends on γ.
#[test]
fn heat_of_line_nodes_is_universal() {
    let gap = Gap::new(Symmetry::D, GAP).unwrap();
    let unit = BOLTZMANN * BOLTZMANN / HBAR / 4e-10;
    // The grid's own value, a grid that is too coarse for it, and four times as much scattering.
    for (n, gamma, want, digits) in [
        (1200, 0.02, 3.362917465, 2e-5),
        (600, 0.02, 3.362917465, 0.02),
        (600, 0.08, 3.36666666667, 0.03),
    ] {
        let found = universal(&square(n), MU, &gap, gamma).unwrap();
        for i in 0..2 {
            let (value, bar) = (found.value[i][i] / unit, found.error[i][i] / unit);
            println!("{n} {gamma}: {value} ± {bar}");
            assert!((value / want - 1.0).abs() < digits, "{gamma}: {value}");
            if gamma == 0.02 {
                assert!((value - want).abs() <= bar, "{value} ± {bar}");
            }
        }
    }
    // A quarter of that scattering: §13's number by a plain sum over points that resolve it, and through a grid that hardly does.
    let gamma = 0.005;
    let sum = plain_universal(6000, gamma);
    assert!((sum - 3.366443734).abs() < 1e-9, "{sum:.10}");
    // (Where the sum has converged, from 9600² points on, it is this.)
    let want = 3.36644705;
    let found = universal(&square(1000), MU, &gap, gamma).unwrap();
    let (value, bar) = (found.value[0][0] / unit, found.error[0][0] / unit);
    // Its bar says that these points do not resolve it.
    assert!((value - want).abs() <= bar, "{value} ± {bar}");
    // Cuprates: two planes in 11.7 Å, v_F/v_2 = 10.
    let value = nodal_universal(2.0, 11.7e-10, 10.0);
    assert!((value / 0.01040242653 - 1.0).abs() < 1e-9, "{value}");
}

/// §13's grid form on n² points with −cos x in the place of symmetry, k_B²/ħd: (2ħ/π)(π²/3) ⟨(v² + u²)[γ/(γ² + E²)]²⟩.
fn plain_universal(n: usize, gamma: f64) -> f64 {
    let (cos, sin): (Vec<f64>, Vec<f64>) = (0..n)
        .map(|j| {
            let x = 2.0 * PI * (j as f64) / n as f64;
            (x.cos(), x.sin())
        })
        .unzip();
    // x and −x are alike: half of the rows, the first and the middle one counted once.
    let row = |i: usize| -> f64 {
        let each = (0..n).map(|j| {
            let xi = -2.0 * (cos[i] + cos[j]) - MU;
            let delta = 0.5 * GAP * (cos[i] - cos[j]);
            let (v, u) = (2.0 * sin[i], -0.5 * GAP * sin[i]);
            let weight = gamma / (gamma * gamma + xi * xi + delta * delta);
            (v * v + u * u) * weight * weight
        });
        each.sum()
    };
    let all = 2.0 * (1..n / 2).map(row).sum::<f64>();
    2.0 * PI / 3.0 * all / (n * n) as f64
}

/// Boltzmann with one τ: κ = g_s τ k_B³T² 9ζ(3)/(4πħ²d) (v_F/v_2 + v_2/v_F); at k_BT = 0.01t the lattice has 0.99993362 of it.
#[test]
fn a_d_wave_conducts_as_its_nodes_do() {
    let n = 1500;
    let bands = quasiparticles(&square(n), MU, &Gap::new(Symmetry::D, GAP).unwrap()).unwrap();
    let kt = 0.01;
    let window = |x: f64| {
        let e = (-x.abs()).exp();
        e / (1.0 + e).powi(2)
    };
    let v = bands.band(Field::Velocity, 0, 0);
    let mean: f64 = bands
        .band(Field::Energy, 0, 0)
        .iter()
        .enumerate()
        .map(|(p, e)| e * e * (v[3 * p].powi(2) + v[3 * p + 1].powi(2)) / 2.0 * window(e / kt) / kt)
        .sum::<f64>()
        / (n * n) as f64;
    // κ V/(g_s τ) in eV² … : ⟨E²V²(−f')⟩/T.
    let kappa = mean * EV / (kt * EV / BOLTZMANN);
    // At the nodes x = ±y: v_F = 2√2 t a sin x/ħ, v_2 = (Δ₀/√2) a sin x/ħ.
    let ratio = 4.0 / GAP;
    let zeta3 = 1.2020569031595942;
    let want = BOLTZMANN.powi(3) * (kt * EV / BOLTZMANN).powi(2) * 9.0 * zeta3
        / (4.0 * PI * HBAR * HBAR)
        * (ratio + 1.0 / ratio);
    let share = kappa / (want * (4e-10_f64).powi(2));
    assert!((share - 0.99993362).abs() < 2e-4, "{share}");
}

/// A cylinder with a gap cos 2φ on its Fermi surface: the grid's superfluid density is the cylinder's, within bars.
#[test]
fn a_cylinder_has_its_superfluid_density() {
    let n = 120;
    let lattice = cubic(4.0);
    let grid = KGrid::new([n, n, 1], [0.5, 0.5, 0.0]).unwrap();
    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 1);
    header.point_group = PointGroup::identity();
    let (mut energies, mut gaps) = (Vec::new(), Vec::new());
    for p in 0..grid.len() {
        let u = grid.point(grid.place(p)).map(|x| x - x.round());
        // Parabolic within a circle that stays inside the zone.
        energies.push(u[0] * u[0] + u[1] * u[1]);
        gaps.push(1e-3 * (u[0] * u[0] - u[1] * u[1]) / (u[0] * u[0] + u[1] * u[1]));
    }
    let bands = BandGrid::new(header.clone(), energies).unwrap();
    let gap = Gap::tabulated(&header, gaps).unwrap();
    let d = GapShape::d_wave();
    let request = Request {
        velocities: Velocities::FiniteDifference(4),
        ..Request::for_bands(&header)
    };
    // By two quadratures that share nothing (src/superconductor/thermal.rs); §21 once printed .79373336 and .38364274.
    for (t, want) in [(0.3, 0.79300538), (0.7, 0.38316419)] {
        let y = d.gap(t).unwrap() / t;
        let mut engine = CpuEngine::<f64>::default();
        let found = surface_averages(&bands, &request, 0.09, &gap, &mut engine, |f| {
            1.0 - normal_share(y * f)
        })
        .unwrap();
        let mean = 0.5 * (found.current[0].value + found.current[1].value);
        let bar = found.current[0].error.max(found.current[1].error);
        println!("{t}: {mean} ± {bar}, {want}");
        assert!(
            (mean - want).abs() < bar && bar < 0.2 * want,
            "{t}: {mean} ± {bar}, {want}"
        );
    }
}

#[test]
fn a_residual_value_speaks_for_one_symmetry() {
    assert_eq!(verdict(0.011, 1.0, 0.0104), Verdict::LineNodes);
    assert_eq!(verdict(1e-4, 1.0, 0.0104), Verdict::NoNodes);
    assert_eq!(verdict(0.9, 1.0, 0.0104), Verdict::Normal);
    assert_eq!(verdict(0.2, 1.0, 0.0104), Verdict::Unclear);
    assert!(Verdict::LineNodes.sentence().contains("accidental"));
}

#[test]
fn gaps_that_are_none_are_refused() {
    assert!(Gap::new(Symmetry::S, 0.0).is_err());
    assert!(Gap::new(Symmetry::D, f64::NAN).is_err());
    let text = Gap::new(Symmetry::S, 3.0)
        .unwrap()
        .fits(2.0)
        .unwrap_err()
        .to_string();
    assert!(text.contains("larger than the bands"), "{text}");
    let header = square(8).header().clone();
    assert!(Gap::tabulated(&header, vec![1.0; 3]).is_err());
    assert!(Gap::tabulated(&header, vec![0.0; 64]).is_err());
}

/// Aluminium: its own plasma tensor says λ(0) = ħc/ħω_p (12.45 eV is 15.85 nm).
#[test]
fn aluminium_has_the_penetration_depth_of_its_plasma_frequency() {
    let Some(file) = shared("qe/al/al.nscf32.xml.gz") else {
        return;
    };
    let output = finish(
        command()
            .args([
                "superconductor",
                "--gap",
                "s:0.18meV",
                "-T",
                "0.3:1.05:0.25",
                "--json",
                "--backend",
                "cpu",
            ])
            .arg(&file),
    );
    let found = output.json();
    let number = |v: &serde_json::Value| v.as_f64().unwrap();
    let (omega, lambda) = (
        &found["plasma_frequency"],
        &found["penetration_depth_at_zero"],
    );
    let (w, l) = (
        number(&omega["value"][0][0]),
        number(&lambda["value"][0][0]),
    );
    assert!((l * w / 197.3269804 - 1.0).abs() < 1e-9, "{l} nm, {w} eV");
    let bar = number(&lambda["error"][0][0]);
    assert!(
        (l - 15.85).abs() < bar && bar > 0.0 && bar < 4.0,
        "{l} ± {bar}"
    );
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    let ratio = |i: usize| number(&rows[i]["thermal_conductivity_ratio"]["value"][0]);
    assert!(ratio(0) < ratio(1) && ratio(3) < 1.0, "{found}");
}

/// MgB2: λ along c and in the plane, each λ = ħc/ħω_p of the same direction; 8×8×7 points tell them apart no better than their bars say.
#[test]
fn magnesium_diboride_has_the_anisotropy_of_its_plasma_tensor() {
    let Some(file) = shared("vasp/IFermi_MgB2/vasprun.xml.gz") else {
        return;
    };
    let of = |options: &[&str]| -> serde_json::Value {
        let output = finish(
            command()
                .args([
                    "superconductor",
                    "--gap",
                    "s:7meV",
                    "-T",
                    "4",
                    "--json",
                    "--backend",
                    "cpu",
                ])
                .args(options)
                .arg(&file),
        );
        output.json()
    };
    let number = |v: &serde_json::Value| v.as_f64().unwrap();
    let mut ratios = Vec::new();
    for options in [&["--interpolate", "none"][..], &["--interpolate", "24"]] {
        let found = of(options);
        let lambda = &found["penetration_depth_at_zero"];
        let along = |i: usize| {
            (
                number(&lambda["value"][i][i]),
                number(&lambda["error"][i][i]),
            )
        };
        let (x, y, z) = (along(0), along(1), along(2));
        assert!((x.0 / y.0 - 1.0).abs() < 1e-6, "hexagonal: {x:?} {y:?}");
        for (i, l) in [(0, x), (2, z)] {
            let w = number(&found["plasma_frequency"]["value"][i][i]);
            assert!((l.0 * w / 197.3269804 - 1.0).abs() < 1e-9, "{l:?} {w}");
        }
        let ratio = z.0 / x.0;
        ratios.push((ratio, ratio * (z.1 / z.0 + x.1 / x.0)));
        println!("{options:?}: x {x:?} z {z:?}, c/a {ratio}");
    }
    // The table's own bar holds what interpolation finds: nearly isotropic, both plasma frequencies being about 7 eV.
    let [(coarse, wide), (fine, bar)] = ratios[..] else {
        unreachable!()
    };
    assert!(
        (coarse - fine).abs() < wide + bar && bar < wide,
        "{ratios:?}"
    );
    assert!((fine - 1.0).abs() < 0.3, "{ratios:?}");
}

/// docs/physics §13: k_B²/3ħ, and 9ζ(3)/2π of one relaxation time.
#[test]
fn constants_of_line_nodes() {
    let close = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-11, "{got} {want}");
    // n = d = 1, and v_F/v_2 + v_2/v_F = 2.
    close(0.5 * nodal_universal(1.0, 1.0, 1.0), 6.02516784318e-13);
    let zeta3: f64 =
        (1..2000).map(|n| f64::from(n).powi(-3)).sum::<f64>() + 0.5 / 1999.5_f64.powi(2);
    close(9.0 * zeta3 / (2.0 * PI), 1.7218196821403);
    // ħc/ħω_p of 12.4468 eV.
    assert!((197.3269804_f64 / 12.4468 - 15.85).abs() < 0.005);
}
