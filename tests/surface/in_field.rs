//! docs/physics §3, §10, §11, §18, §20: transport in a field with its bars, and the laws that hold for any bands.

use crate::models::{Band, Function, cosines, cubic, ellipsoid};
use bzint::bands::{BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::surface::{
    BandField, Conductor, Density, Direction, InField, Measured, Row, Sampled, State, Times,
    grid_for, symmetrized,
};
use bzint::units::{BOLTZMANN_EV, ELEMENTARY_CHARGE, EV_ANGSTROM_OVER_HBAR, HBAR, HBAR2_OVER_ME};
use std::f64::consts::PI;

/// β of docs/physics §18 per Bτ for a hopping of 1 eV and a = 2 Å.
const BETA: f64 = 2.0 * ELEMENTARY_CHARGE * 4e-20 * ELEMENTARY_CHARGE / HBAR / HBAR;

fn sampled(grid: KGrid, bands: &[&Function]) -> Sampled {
    let of = |f: &&Function| {
        (0..grid.len())
            .map(|i| f(grid.point(grid.place(i))))
            .collect()
    };
    let bands = bands.iter().enumerate().map(|(band, f)| BandField {
        spin: 0,
        band,
        energies: of(f),
        lifetimes: Vec::new(),
    });
    Sampled {
        grid,
        bands: bands.collect(),
    }
}

fn measured(lattice: &Lattice, n: [usize; 3], bands: &[&Function], times: &Times) -> Measured {
    let grid = KGrid::gamma(n).unwrap();
    let header = BandHeader::new(
        lattice.clone(),
        grid,
        SpinTreatment::Unpolarized,
        bands.len(),
    );
    let fine = sampled(grid, bands);
    let of = |s: Sampled, planes: f64| Conductor::new(&header, s, times, planes).unwrap();
    let last = of(sampled(grid, bands), 16.0);
    Measured {
        edges_ev: last.critical_energies(),
        coarse: of(fine.coarse().unwrap(), 16.0),
        fewer: of(fine.coarse().unwrap(), 10.0),
        fine: of(fine, 16.0),
        rival: None,
        operations: vec![[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]],
        layer: (0..3).find(|a| n[*a] == 1),
    }
}

fn rows(m: &Measured, t: f64, mu: f64, r: [i32; 3], fields: &[f64]) -> Vec<Row> {
    let d = Direction::along(m.fine.lattice(), r).unwrap();
    m.rows((0, &State::at(t, mu)), (0, &d), fields).unwrap().0
}

/// Values against exact ones with their bars: all inside, none wider than `widest` of the largest.
fn inside(what: &str, cases: &[(f64, f64, f64)], widest: f64) {
    let largest = cases.iter().fold(0.0f64, |m, c| m.max(c.2.abs()));
    for (value, bar, exact) in cases {
        println!(
            "{what}: {value:.9e} ± {bar:.1e}, exact {exact:.9e}, off {:.1e}",
            value - exact
        );
    }
    for (value, bar, exact) in cases {
        assert!(
            (value - exact).abs() <= *bar + 1e-12 * largest,
            "{what}: {value:e} ± {bar:e}, {exact:e}"
        );
        assert!(
            *bar <= widest * largest,
            "{what}: bar {bar:e} of {largest:e}"
        );
    }
}

/// σ of §18 in S/(m s): g_s e²/V_c·(a t/ħ)² per unit of T, with a = 2 Å and t = 1 eV.
fn unit() -> f64 {
    let v = EV_ANGSTROM_OVER_HBAR * 2.0;
    2.0 * ELEMENTARY_CHARGE.powi(2) / 8e-30 * v * v / ELEMENTARY_CHARGE
}

/// §18: the square lattice at k_BT = 0.2 t: σ, and Seebeck and Nernst of §11 (S_xx, S_xy in k_B/e).
#[test]
fn a_layer_at_finite_temperature() {
    let m = measured(
        &cubic(2.0),
        [64, 64, 1],
        &[&*cosines([1.0, 1.0, 0.0])],
        &Times::Unknown,
    );
    let t = 0.2 / BOLTZMANN_EV;
    let fields: Vec<f64> = [0.1, 0.5, 1.0].iter().map(|b| b / BETA).collect();
    let found = rows(&m, t, -1.0, [0, 0, 1], &fields);
    let q = |i: usize, of: fn(&InField) -> f64, unit: f64, exact: f64| {
        (
            of(&found[i].value) / unit,
            of(&found[i].bars.total) / unit,
            exact,
        )
    };
    let xx = |x: &InField| x.conductivity[0][0];
    let xy = |x: &InField| x.conductivity[0][1];
    let u = unit();
    inside(
        "sigma",
        &[
            q(0, xx, u, 0.3589794829131),
            q(0, xy, u, -0.01663889758769),
            q(1, xx, u, 0.3294747469),
            q(1, xy, u, -0.0803268908),
            q(2, xx, u, 0.2681420),
            q(2, xy, u, -0.1363972),
        ],
        2e-3,
    );
    let s = BOLTZMANN_EV;
    inside(
        "Seebeck",
        &[
            q(1, |x| x.seebeck[0][1], s, -0.091836792),
            q(1, |x| x.seebeck[0][0], s, -0.12259602),
            q(2, |x| x.seebeck[0][1], s, -0.14679499),
            q(2, |x| x.seebeck[0][0], s, -0.12746937),
        ],
        2e-2,
    );
    // ν is the same number per field.
    let nu = found[1].value.nernst * fields[1] / s;
    assert!((nu - found[1].value.seebeck[0][1] / s).abs() < 1e-6);
    // Tilted by 60°, only half of the field is felt.
    let tilted = Direction {
        unit: [0.75f64.sqrt(), 0.0, 0.5],
        ..Direction::along(m.fine.lattice(), [0, 0, 1]).unwrap()
    };
    let double = m
        .rows((0, &State::at(0.0, -1.0)), (0, &tilted), &[2.0 * fields[1]])
        .unwrap()
        .0;
    let plain = rows(&m, 0.0, -1.0, [0, 0, 1], &[fields[1]]);
    let (a, b) = (xy(&double[0].value), xy(&plain[0].value));
    assert!((a / b - 1.0).abs() < 1e-9, "{a:e} {b:e}");
    let flat = Direction {
        unit: [1.0, 0.0, 0.0],
        ..tilted
    };
    let refused = m.rows((0, &State::at(0.0, -1.0)), (0, &flat), &[1.0]);
    assert!(refused.unwrap_err().to_string().contains("layer's plane"));
}

/// §10: κ/(σT) and κ_xy/(Tσ_xy) approach L₀ from where §10 says.
#[test]
fn wiedemann_and_franz_hold_with_a_field() {
    let m = measured(
        &cubic(2.0),
        [96, 96, 1],
        &[&*cosines([1.0, 1.0, 0.0])],
        &Times::Unknown,
    );
    let l0 = PI * PI / 3.0 * BOLTZMANN_EV * BOLTZMANN_EV;
    for (kt, xx, xy) in [
        (0.05, 0.998442800, 0.992656172),
        (0.02, 0.999752674, 0.998853350),
        (0.01, 0.999937834, 0.999713875),
    ] {
        let t = kt / BOLTZMANN_EV;
        let row = &rows(&m, t, -1.0, [0, 0, 1], &[1.0 / BETA])[0];
        let of =
            |i: usize, j: usize| row.value.thermal[i][j] / (t * row.value.conductivity[i][j] * l0);
        println!("kT {kt}: {} {xx}, {} {xy}", of(0, 0), of(0, 1));
        assert!((of(0, 0) - xx).abs() < 2e-6 && (of(0, 1) - xy).abs() < 2e-6);
    }
}

/// §20: electrons and holes alike: no Hall effect, Δρ/ρ ∝ B² without end; and one pocket alone.
#[test]
fn a_compensated_metal() {
    let up = cosines([1.0; 3]);
    let (electrons, holes): (Box<Function>, Box<Function>) = {
        let other = cosines([1.0; 3]);
        (
            Box::new(move |u| up(u) + 5.0),
            Box::new(move |u| other(u) - 5.0),
        )
    };
    let m = measured(
        &cubic(2.0),
        [48; 3],
        &[&*electrons, &*holes],
        &Times::Unknown,
    );
    let betas = [0.1, 0.5, 1.0, 2.0];
    let fields: Vec<f64> = betas.iter().map(|b| b / BETA).collect();
    let found = rows(&m, 0.0, 0.0, [0, 0, 1], &fields);
    let exact = [0.0081293479, 0.2023908321, 0.8074743174, 3.2241252263];
    let cases: Vec<(f64, f64, f64)> = found
        .iter()
        .zip(exact)
        .map(|(r, e)| {
            (
                r.value.magnetoresistance[0],
                r.bars.total.magnetoresistance[0],
                e,
            )
        })
        .collect();
    inside("magnetoresistance", &cases, 1e-2);
    for r in &found {
        assert!(r.value.conductivity[0][1].abs() < 1e-6 * r.value.conductivity[0][0]);
    }
}

/// §3: silicon's and germanium's valleys at 2 T and 1 ps, per carrier.
#[test]
fn many_valleys() {
    use bzint::bands::model::Model;
    for (model, energy, xx, xy, zz, hall, mr) in [
        (
            Model::silicon(),
            0.3,
            46034.4409257867,
            -42801.234204728,
            108866.740455784,
            -0.867794665468,
            0.268406266059,
        ),
        (
            Model::germanium(),
            0.12,
            30133.8888678240,
            -69895.8483919688,
            72257.7295525654,
            -0.966478507590,
            0.229415155268,
        ),
    ] {
        let (model, lattice) = model;
        let functions: Vec<Box<Function>> = (0..model.n_band())
            .map(|b| {
                let (model, lattice) = (model.clone(), lattice.clone());
                Box::new(move |u: [f64; 3]| model.evaluate(&lattice, b, u).0) as Box<Function>
            })
            .collect();
        let bands: Vec<&Function> = functions.iter().map(|f| &**f).collect();
        let m = measured(&lattice, [48; 3], &bands, &Times::Constant(1e-12));
        // z in lattice vectors of fcc: a₁ + a₂ − a₃.
        let d = Direction::near(m.fine.lattice(), [0.0, 0.0, 1.0], 1e-6).unwrap();
        let row = &m
            .rows((0, &State::at(0.0, energy)), (0, &d), &[2.0])
            .unwrap()
            .0[0];
        // Carriers of all valleys: g_s √(det M) (2E)^{3/2}/(6π²ħ³)·2.
        let (l, t, valleys): (f64, f64, f64) = if energy == 0.3 {
            (0.9163, 0.1905, 6.0)
        } else {
            (1.588, 0.08152, 4.0)
        };
        let k3 = (2.0 * energy / HBAR2_OVER_ME).powf(1.5) * (l * t * t).sqrt();
        let n = valleys * 2.0 * k3 / (6.0 * PI * PI) * 1e30;
        let per = n / 1e24;
        let case = |v: f64, e: f64, x: f64| (v / per, e / per, x);
        let (s, e) = (row.value.conductivity, row.bars.total.conductivity);
        inside(
            "valleys",
            &[
                case(s[0][0], e[0][0], xx),
                case(s[0][1], e[0][1], xy),
                case(s[2][2], e[2][2], zz),
            ],
            2e-2,
        );
        let scale = n * ELEMENTARY_CHARGE;
        inside(
            "Hall",
            &[(row.value.hall * scale, row.bars.total.hall * scale, hall)],
            2e-2,
        );
        inside(
            "magnetoresistance",
            &[(
                row.value.magnetoresistance[0],
                row.bars.total.magnetoresistance[0],
                mr,
            )],
            5e-2,
        );
    }
}

/// Orbits of a band without any symmetry: planes against B the other way give the transposed tensor (Onsager), σ + σᵀ ≥ 0; Kohler's rule to the last bit
/// for powers of two.
#[test]
fn laws_hold_on_a_triclinic_band() {
    let lattice = Lattice::new([[3.0, 0.4, 0.1], [-0.7, 4.0, 0.3], [0.2, 0.9, 5.0]]).unwrap();
    let band: Box<Function> = Box::new(|u| {
        let c = |x: f64| (2.0 * PI * x).cos();
        -c(u[0]) - 0.8 * c(u[1] + 0.1) - 0.6 * c(u[2]) - 0.3 * c(u[0] - u[1] + 0.07)
            + 0.2 * (2.0 * PI * (u[1] + u[2])).sin()
    });
    let of = |tau: f64| {
        let m = measured(&lattice, [32, 36, 40], &[&*band], &Times::Constant(tau));
        m.fine
    };
    let one = of(1e-13);
    let along = Direction::along(&lattice, [1, 0, 2]).unwrap();
    let back = Direction::along(&lattice, [-1, 0, -2]).unwrap();
    let fields = [1.0, 30.0, 1000.0];
    let a = one.at_energy(-1.2, &along, &fields, None).unwrap();
    let b = one.at_energy(-1.2, &back, &fields, None).unwrap();
    for (x, y) in a.sigma.iter().zip(&b.sigma) {
        let largest = x.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
        for i in 0..3 {
            for j in 0..3 {
                assert!((x[i][j] - y[j][i]).abs() < 2e-3 * largest, "{x:?} {y:?}");
            }
        }
        let even = nalgebra::Matrix3::from_fn(|i, j| x[i][j] + x[j][i]);
        assert!(even.symmetric_eigenvalues().min() > -1e-9 * largest);
    }
    let twice = of(2e-13);
    let halved = fields.map(|b| b / 2.0);
    let c = twice.at_energy(-1.2, &along, &halved, None).unwrap();
    for (x, y) in a.sigma.iter().zip(&c.sigma) {
        for i in 0..3 {
            for j in 0..3 {
                assert_eq!(2.0 * x[i][j], y[i][j]);
            }
        }
    }
    assert!((a.states / a.states_of_surface - 1.0).abs() < 1e-3, "{a:?}");
}

/// §20, Osada: open sheets, E = ħv|k_x| − 2t cos(c k_z), field along y.
#[test]
fn warped_sheets() {
    let (v, c) = (1e5, 10.0);
    let slope = v / EV_ANGSTROM_OVER_HBAR;
    let lattice = Lattice::new([[6.0, 0.0, 0.0], [0.0, 7.0, 0.0], [0.0, 0.0, c]]).unwrap();
    let band: Box<Function> = Box::new(move |u| {
        let kx = 2.0 * PI / 6.0 * (u[0] - u[0].round());
        slope * kx.abs() - 2e-4 * (2.0 * PI * u[2]).cos()
    });
    let m = measured(&lattice, [64, 16, 16], &[&*band], &Times::Constant(1e-12));
    let mu = slope * PI / 12.0;
    let d = Direction::along(&lattice, [0, 1, 0]).unwrap();
    let sigma = m.fine.at_energy(mu, &d, &[0.0, 10.0], None).unwrap();
    let ratio = sigma.sigma[1][2][2] / sigma.sigma[0][2][2];
    println!("{ratio} of {}, open {}", 0.3022815993, sigma.open);
    assert!((ratio - 0.3022815993).abs() < 2e-5);
    assert!((sigma.open - 1.0).abs() < 1e-12);
}

/// §20, Yagi and Yamaji: a layered metal in a tilted field: σ_zz(θ)/σ₀ from Bessel functions of c k_F tan θ.
#[test]
fn a_layered_metal_in_a_tilted_field() {
    let (a, c) = (4.0, 10.0);
    let lattice = Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, c]]).unwrap();
    for (p, argument, exact) in [(1, 1.0, 0.7845304133), (2, 2.4048255577, 0.3525136971)] {
        // R = [p 0 1]: tan θ = p a/c.
        let tan = f64::from(p) * a / c;
        let k = argument / (c * tan);
        let mass = 1.0;
        let energy = HBAR2_OVER_ME * k * k / (2.0 * mass);
        let warp = 3e-4 * energy;
        let plane = ellipsoid(a, [mass, mass, 1e9]);
        let band: Box<Function> =
            Box::new(move |u| plane([u[0], u[1], 0.5]) - 2.0 * warp * (2.0 * PI * u[2]).cos());
        let m = measured(&lattice, [96, 96, 12], &[&*band], &Times::Constant(1e-12));
        let d = Direction::along(&lattice, [p, 0, 1]).unwrap();
        // ω_cτ cos θ = 1 with the field's part along z.
        let b = mass * bzint::units::ELECTRON_MASS / (ELEMENTARY_CHARGE * 1e-12) / d.unit[2];
        let sigma = m.fine.at_energy(energy, &d, &[0.0, b], None).unwrap();
        let ratio = sigma.sigma[1][2][2] / sigma.sigma[0][2][2];
        println!("a {argument}: {ratio} of {exact}");
        assert!((ratio / exact - 1.0).abs() < 1e-3, "{ratio} {exact}");
    }
}

/// Cubic symmetry of σ(0), to rounding, and of σ(B) under the operations that keep the field.
#[test]
fn tensors_have_the_symmetry_of_the_crystal() {
    let lattice = cubic(2.0);
    let group = bzint::crystal::PointGroup::of_lattice(&lattice, 1e-6);
    let operations = group.cartesian(&lattice);
    let uneven = [[1.0, 0.2, 0.1], [-0.3, 1.1, 0.0], [0.1, 0.2, 0.9]];
    let (still, _) = symmetrized(&operations, [0.0, 0.0, 1.0], &uneven);
    assert!((still[0][0] - still[1][1]).abs() < 1e-15 && (still[0][1] + still[1][0]).abs() < 1e-15);
    assert!((still[0][1] - 0.25).abs() < 1e-15 && still[0][2].abs() < 1e-15);
    let band = Band::new(cubic(2.0), [32; 3], &*cosines([1.0; 3]));
    let header = BandHeader::new(lattice.clone(), band.grid, SpinTreatment::Unpolarized, 1);
    let grid = grid_for(&header, Density::Mean(20.0)).unwrap();
    assert_eq!(grid.n, [20; 3]);
    let mut m = measured(&lattice, [20; 3], &[&*cosines([1.0; 3])], &Times::Unknown);
    m.operations = operations;
    let r = rows(&m, 0.0, -1.0, [1, 1, 0], &[0.0, 1.0 / BETA]);
    let s = r[0].value.conductivity;
    assert!((s[0][0] / s[2][2] - 1.0).abs() < 1e-10 && s[0][1].abs() < 1e-10 * s[0][0]);
    let s = r[1].value.conductivity;
    assert!((s[0][0] / s[1][1] - 1.0).abs() < 1e-12 && (s[0][2] + s[2][0]).abs() < 1e-9 * s[0][0]);
}
