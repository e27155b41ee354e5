//! The channels of first and second order in the magnetic field: tight binding and ellipsoids with known values, orders of
//! convergence, symmetry, and every source of inverse masses against the others (docs/physics §3, §18).

use crate::common::{
    Bars, at_energy, cubic, general_rotation, in_bins, rotated, simple_cubic, tight_binding,
};
use bzint::bands::model::{Model, ModelBands, Valley};
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, Tensor};
use bzint::integrate::{Channel, Channels, EnergyAxis, Request, SurfaceIntegral, Velocities};
use bzint::kernel::curvature::{mixed_derivative, second_derivative, second_stencil};
use bzint::sampler::FourierBands;
use bzint::units::{ELECTRON_MASS, ELEMENTARY_CHARGE, EV, EV_ANGSTROM_OVER_HBAR, HBAR2_OVER_ME};
use std::f64::consts::PI;

/// docs/physics §18: E/t, H and Q per spin of the simple-cubic band in units t = a = ħ = 1.
const SIMPLE_CUBIC: [(f64, f64, f64); 5] = [
    (-5.0, 0.058850887684229, 0.10694374471064),
    (-4.0, 0.13999700744794, 0.23622115955716),
    (-2.5, 0.21670093433914, 0.38569426842441),
    (-1.0, 0.11462464897175, 0.566169795562),
    (0.0, 0.0, 0.60322122835936),
];

/// a t/ħ in m/s and a²t/ħ² in 1/kg for a = 1 Å and t = 1 eV.
const V0: f64 = EV_ANGSTROM_OVER_HBAR;
const M0: f64 = V0 * V0 / EV;

fn request(bands: &dyn BandSource, order: usize, channels: Channels) -> Request<'static> {
    Request {
        velocities: match order {
            0 => Velocities::FromFile,
            order => Velocities::FiniteDifference(order),
        },
        channels,
        ..Request::for_bands(bands.header())
    }
}

fn magneto(bands: &dyn BandSource, order: usize, energy_ev: f64) -> SurfaceIntegral {
    at_energy(bands, &request(bands, order, Channels::Magneto), energy_ev)
}

fn epsilon(i: usize, j: usize, k: usize) -> f64 {
    (i as f64 - j as f64) * (j as f64 - k as f64) * (k as f64 - i as f64) / 2.0
}

/// H and Q with their bars, per spin in units t = a = ħ = 1, from the zz and the xxzz component.
fn simple_cubic_values(s: &SurfaceIntegral) -> [(f64, f64); 2] {
    let (h, dh) = s.total(Channel::Hall(2, 2));
    let (q, dq) = s.total(Channel::Magneto(0, 0, 2, 2));
    let (h0, q0) = (-2.0 * V0 * V0 * M0, 2.0 * V0 * V0 * M0 * M0);
    [(h / h0, dh / -h0), (q / q0, dq / q0)]
}

#[test]
fn simple_cubic_values_converge_with_order_two_and_lie_within_their_bars() {
    let mut bars = Bars::default();
    let sizes = [32, 64, 128];
    let grids = sizes.map(|n| BandGrid::load(&simple_cubic(n, 1.0, 1.0)).unwrap());
    for order in [0, 4] {
        for (e, h, q) in SIMPLE_CUBIC {
            let values = [0, 1, 2].map(|i| simple_cubic_values(&magneto(&grids[i], order, e)));
            for (x, exact) in [h, q].into_iter().enumerate() {
                let off = values.map(|v| v[x].0 - exact);
                println!("order {order}, E = {e}, {}: {off:?}", ["H", "Q"][x]);
                for i in 0..3 {
                    // By symmetry H vanishes at 0 on every grid; what is left is rounding.
                    if exact != 0.0 {
                        bars.add(format!("{e} {x} N = {}", sizes[i]), values[i][x], exact);
                    }
                    // §18's bound of D and T, twice as wide: the products vary faster over the surface.
                    assert!(off[i].abs() * (sizes[i] as f64).powi(2) < 40.0, "{off:?}");
                }
                // Where D and T converge cleanly.
                if e == -4.0 {
                    for i in 0..2 {
                        let measured = (off[i] / off[i + 1]).abs().log2();
                        assert!((1.9..2.2).contains(&measured), "{e} {x}: {measured}");
                    }
                }
            }
        }
    }
    bars.assert_honest("H and Q", 30.0);
}

/// A reference that is 1 % off is noticed on 64³ points.
#[test]
fn a_wrong_reference_is_noticed() {
    let bands = BandGrid::load(&simple_cubic(64, 1.0, 1.0)).unwrap();
    let [(h, _), (q, _)] = simple_cubic_values(&magneto(&bands, 4, -4.0));
    let (_, exact_h, exact_q) = SIMPLE_CUBIC[1];
    for (got, exact) in [(h, exact_h), (q, exact_q)] {
        assert!((got / exact - 1.0).abs() < 0.004, "{got} {exact}");
        assert!((got / (1.01 * exact) - 1.0).abs() > 0.004);
    }
}

/// R_H = −(V_c/g_s e) H/T², §18, negative for electrons; and σ_xy < 0 for them with B along z.
#[test]
fn the_hall_coefficient_of_the_simple_cubic_band_has_its_sign_and_value() {
    let bands = BandGrid::load(&simple_cubic(96, 1.0, 1.0)).unwrap();
    for (e, r) in [
        (-5.0, -54.4568753209),
        (-4.0, -17.2470121506),
        (-1.0, -1.19030136497),
    ] {
        let s = at_energy(&bands, &request(&bands, 4, Channels::Hall), e);
        let t = s.total(Channel::VelocityProduct(0, 0)).0;
        let hall = |l, k| s.total(Channel::Hall(l, k)).0;
        // σ_ijk = e³τ²(g_s/V_c) ε_lij ⟨Hall_lk δ⟩: the sign of σ_xy at B along z.
        assert!(epsilon(2, 0, 1) * hall(2, 2) < 0.0);
        // R = E_y/(J_x B_z) = −σ_yxz/σ² with σ = e²τ t/(V_c·eV); t and hall carry g_s = 2.
        let got = -epsilon(2, 1, 0) * hall(2, 2) / (t * t) * EV * 2.0;
        println!("E = {e}: R_H e g_s/V_c = {got}, exactly {r}");
        assert!((got / r - 1.0).abs() < 0.02, "{got} {r}");
    }
}

#[test]
fn tensors_of_a_cubic_band_have_cubic_symmetry() {
    let bands = BandGrid::load(&simple_cubic(48, 1.0, 1.0)).unwrap();
    let s = magneto(&bands, 4, -2.5);
    let within = |a: (f64, f64), b: (f64, f64), what: &str| {
        assert!((a.0 - b.0).abs() <= a.1 + b.1, "{what}: {a:?} {b:?}");
    };
    for i in 0..3 {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        within(
            s.total(Channel::Hall(i, i)),
            s.total(Channel::Hall(0, 0)),
            "Hall",
        );
        within(
            s.total(Channel::Hall(i, j)),
            (0.0, 0.0),
            "Hall off the diagonal",
        );
        let q = |i, j, k, l| s.total(Channel::Magneto(i, j, k, l));
        within(q(i, i, j, j), q(0, 0, 2, 2), "xxyy");
        within(q(i, i, k, k), q(0, 0, 2, 2), "xxzz");
        within(q(i, j, i, j), q(0, 1, 0, 1), "xyxy");
        within(q(i, i, i, i), (0.0, 0.0), "xxxx");
        within(q(i, i, i, j), (0.0, 0.0), "xxxy");
        within(q(i, j, k, k), (0.0, 0.0), "xyzz");
    }
    // Stored once, whatever the order of the indices.
    assert_eq!(
        s.total(Channel::Magneto(0, 1, 2, 0)),
        s.total(Channel::Magneto(1, 0, 0, 2))
    );
}

/// R_H = −1/(ne) of free electrons, n from k_F.
#[test]
fn free_electrons_have_the_hall_coefficient_minus_one_over_n_e() {
    let lattice = cubic(3.0);
    let volume = lattice.volume_m3();
    let bands = ModelBands::new(
        Model::free_electrons(1.0),
        lattice,
        KGrid::gamma([64; 3]).unwrap(),
        false,
    )
    .unwrap();
    let k_f = (2.0 * 2.5 / HBAR2_OVER_ME).sqrt() * 1e10;
    let density = k_f.powi(3) / (3.0 * PI * PI);
    let exact = -1.0 / (density * ELEMENTARY_CHARGE);
    // σ_xx = ne²τ/m and σ_xyz = −ne³τ²/m² in the channels' units, 1/eV per cell.
    let per_cell = density * volume * EV / ELECTRON_MASS;
    for order in [2, 4, 6] {
        let s = at_energy(&bands, &request(&bands, order, Channels::Hall), 2.5);
        let (t, dt) = s.total(Channel::VelocityProduct(0, 0));
        let mut bars = Bars::default();
        bars.add("σ_xx", (t, dt), per_cell);
        for l in 0..3 {
            let (h, dh) = s.total(Channel::Hall(l, l));
            bars.add("σ_xyz", (h, dh), -per_cell / ELECTRON_MASS);
            let r = volume * h / (t * t);
            assert!((r / exact - 1.0).abs() < dh / h.abs() + 2.0 * dt / t);
            // The sag of chords (h/k_F)²/4 or so in n, T and H: 0.4 % here.
            assert!((r / exact - 1.0).abs() < 0.006, "{r} {exact}");
            assert!(s.total(Channel::Hall(l, (l + 1) % 3)).0.abs() < 1e-3 * h.abs());
        }
        bars.assert_honest(&format!("order {order}"), 30.0);
    }
}

/// Weak-field expansion of σ(B) = ne²τ(M − eτ[B])⁻¹ with [B]w = B×w: ne²τ(M⁻¹ + eτ M⁻¹[B]M⁻¹ + e²τ² M⁻¹[B]M⁻¹[B]M⁻¹).
#[test]
fn a_rotated_ellipsoid_follows_the_expansion_of_its_exact_conductivity() {
    let masses: [f64; 3] = [0.5, 0.7, 1.1];
    let energy = 0.1;
    let half_axes = masses.map(|m| (2.0 * m * energy / HBAR2_OVER_ME).sqrt() * 1e10);
    let density = half_axes.iter().product::<f64>() / (3.0 * PI * PI);
    let diagonal: Tensor = std::array::from_fn(|i| {
        std::array::from_fn(|j| if i == j { 1.0 / masses[i] } else { 0.0 })
    });
    let inverse_mass = rotated(&general_rotation(), &diagonal);
    let valley = Model::Valleys(vec![Valley {
        bottom_ev: 0.0,
        centre: [0.0; 3],
        inverse_mass,
    }]);
    // The zone leaves room for the subgrid's stencils of order 6 between the ellipsoid and the kinks at the zone's faces.
    let side = 4.2 * half_axes[2] * 1e-10;
    let a = 2.0 * PI / side;
    let skew = Lattice::new([
        [a, 0.2 * a, 0.0],
        [-0.1 * a, a, 0.15 * a],
        [0.0, -0.2 * a, a],
    ])
    .unwrap();
    let volume = skew.volume_m3();
    let model = |velocities| {
        ModelBands::new(
            valley.clone(),
            skew.clone(),
            KGrid::gamma([72; 3]).unwrap(),
            velocities,
        )
        .unwrap()
    };
    let per_kg: Tensor = inverse_mass.map(|row| row.map(|x| x / ELECTRON_MASS));
    let product = |a: &Tensor, b: &Tensor| -> Tensor {
        std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
    };
    let field: [Tensor; 3] =
        std::array::from_fn(|k| std::array::from_fn(|i| std::array::from_fn(|j| epsilon(i, k, j))));
    let first = [0, 1, 2].map(|k| product(&product(&per_kg, &field[k]), &per_kg));
    let largest = |t: &[Tensor]| {
        t.iter()
            .flatten()
            .flatten()
            .fold(0.0, |m: f64, x| m.max(x.abs()))
    };
    for (order, bands) in [
        (2, model(false)),
        (4, model(false)),
        (6, model(false)),
        (0, model(true)),
    ] {
        let s = magneto(&bands, order, energy);
        // From 1/eV per cell to 1/J per volume, per electron.
        let scale = 1.0 / (EV * volume * density);
        let mut bars = Bars::default();
        // Coefficients of e³τ²n B_k.
        // The sag of chords over steps of 0.09 of the shortest half axis.
        let limit = 0.006 * largest(&first);
        for x in 0..27 {
            let (i, j, k) = (x / 9, x / 3 % 3, x % 3);
            let mut got = (0.0, 0.0);
            for l in 0..3 {
                let (h, dh) = s.total(Channel::Hall(l, k));
                got.0 += epsilon(l, i, j) * h * scale;
                got.1 += epsilon(l, i, j).abs() * dh * scale;
            }
            assert!(
                (got.0 - first[k][i][j]).abs() < limit,
                "{order} {i}{j}{k}: {got:?}"
            );
            if i != j {
                bars.add(format!("{i}{j}{k}"), got, first[k][i][j]);
            }
        }
        // Coefficients of e⁴τ³n B_k B_l, symmetric in k and l.
        let second = |k: usize, l: usize| product(&first[k], &product(&field[l], &per_kg));
        let limit = 0.01 * largest(&[second(0, 0), second(1, 1), second(2, 2)]);
        for x in 0..81 {
            let (i, j, k, l) = (x / 27, x / 9 % 3, x / 3 % 3, x % 3);
            let (q, dq) = s.total(Channel::Magneto(i, j, k, l));
            let exact = 0.5 * (second(k, l)[i][j] + second(l, k)[i][j]);
            let got = (-q * scale, dq * scale);
            assert!(
                (got.0 - exact).abs() < limit,
                "{order} {i}{j}{k}{l}: {got:?} {exact}"
            );
            bars.add(format!("{i}{j}{k}{l}"), got, exact);
        }
        bars.assert_honest(&format!("rotated ellipsoid, order {order}"), 30.0);
    }
}

/// Largest errors of ∂²/∂u₁² and ∂²/∂u₁∂u₂ on cos 2π(2u₁ + u₂), relative to the exact amplitude.
fn stencil_errors(n: usize, p: usize) -> [f64; 2] {
    let d = [1, 2, 3].map(|m| second_stencil(p, m));
    let e = |i: i32, j: i32| (2.0 * PI * f64::from(2 * i + j) / n as f64 + 0.4).cos();
    let mut worst = [0.0f64; 2];
    for i in 0..n as i32 {
        let (j, square) = (3 * i + 1, (2.0 * PI / n as f64).powi(2));
        let exact = -e(i, j) * square;
        let diagonal = second_derivative::<f64>(
            p,
            &d,
            [1, 2, 3].map(|m| e(i + m, j)),
            e(i, j),
            [1, 2, 3].map(|m| e(i - m, j)),
        );
        let corners = [1, 2, 3].map(|m| {
            [
                e(i + m, j + m),
                e(i + m, j - m),
                e(i - m, j - m),
                e(i - m, j + m),
            ]
        });
        let mixed = mixed_derivative::<f64>(p, &d, corners);
        worst[0] = worst[0].max((diagonal / (4.0 * square) - exact / square).abs());
        worst[1] = worst[1].max((mixed / (2.0 * square) - exact / square).abs());
    }
    worst
}

#[test]
fn second_derivatives_converge_with_the_order_of_their_stencil() {
    for p in [2, 4, 6] {
        let errors = [32, 64, 128].map(|n| stencil_errors(n, p));
        for x in 0..2 {
            let order = (errors[1][x] / errors[2][x]).log2();
            println!(
                "p = {p}, {}: {:.2e}, order {order:.3}",
                ["diagonal", "mixed"][x],
                errors[1][x]
            );
            assert!((order - p as f64).abs() < 0.05, "{errors:?}");
        }
    }
}

/// The same orders through the integrator on the same tetrahedra, against analytic velocities and masses: the factor on a sine is
/// 1 − C h^p, on a cosine's curvature 1 − c h^p, so H is off by −(2C + c) h^p and Q by −2(C + c) h^p. Differences of the file's
/// velocities have the factor 1 − h⁴/30 on the mass alone.
#[test]
fn every_source_of_inverse_masses_has_its_own_error_and_no_other() {
    let n = 48;
    let coarse = tight_binding([8; 3], 1.0, 1.0, 3);
    let given = FourierBands::new(&coarse, KGrid::gamma([n; 3]).unwrap()).unwrap();
    assert!(given.header().has_inverse_masses);
    let exact = simple_cubic_values(&magneto(&given, 0, -2.5));
    let grid = BandGrid::load(&given).unwrap();
    assert!(!grid.header().has_inverse_masses);
    let h = 2.0 * PI / n as f64;
    let cases = [
        (2, 1.0 / 6.0, 1.0 / 12.0, 2),
        (4, 1.0 / 30.0, 1.0 / 90.0, 4),
        (6, 1.0 / 140.0, 1.0 / 560.0, 6),
        (0, 0.0, 1.0 / 30.0, 4),
    ];
    for (order, first, second, power) in cases {
        let got = simple_cubic_values(&magneto(&grid, order, -2.5));
        let small = f64::powi(h, power);
        for (x, leading) in [2.0 * first + second, 2.0 * (first + second)]
            .into_iter()
            .enumerate()
        {
            let off = got[x].0 / exact[x].0 - 1.0;
            println!(
                "order {order}: {off:.4e}, leading term {:.4e}",
                -leading * small
            );
            assert!(
                (off / (-leading * small) - 1.0).abs() < 2.0 * h * h,
                "{order} {x}"
            );
        }
    }
}

#[test]
fn interpolated_inverse_masses_are_those_of_the_series() {
    let lattice = Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap();
    let model = Model::TightBinding {
        hopping: 0.7,
        dimension: 3,
    };
    let coarse = KGrid::new([5, 6, 7], [0.5, 0.0, 0.25]).unwrap();
    let coarse = ModelBands::new(model, lattice.clone(), coarse, false).unwrap();
    let dense = KGrid::new([9, 10, 4], [0.0, 0.5, 0.3]).unwrap();
    let fourier = FourierBands::new(&coarse, dense).unwrap();
    let mut masses = vec![0.0; 6 * dense.len()];
    fourier
        .read_planes(Field::InverseMass, 0, 0, 0, &mut masses)
        .unwrap();
    // Planes come out the same one by one.
    let mut plane = vec![0.0; 6 * dense.plane_len()];
    fourier
        .read_planes(Field::InverseMass, 0, 0, 4, &mut plane)
        .unwrap();
    assert_eq!(
        plane,
        masses[24 * dense.plane_len()..30 * dense.plane_len()]
    );
    let g = lattice.gradient_to_velocity();
    let (mut worst, mut largest): (f64, f64) = (0.0, 0.0);
    for p in 0..dense.len() {
        let u = dense.point([p / 40, p / 4 % 10, p % 4]);
        let curvature = u.map(|x| 2.0 * 0.7 * (2.0 * PI).powi(2) * (2.0 * PI * x).cos());
        let mut norm = 0.0;
        for (c, (a, b)) in [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
            .into_iter()
            .enumerate()
        {
            let exact: f64 = (0..3).map(|i| g[a][i] * curvature[i] * g[b][i] / EV).sum();
            worst = worst.max((masses[6 * p + c] - exact).abs());
            norm += exact * exact * if a == b { 1.0 } else { 2.0 };
        }
        largest = largest.max(norm.sqrt());
    }
    let bound = fourier.statistics()[0].max_inverse_mass;
    println!(
        "off by {:.1e} of {largest:.3e} 1/kg; bound {bound:.3e}",
        worst / largest
    );
    assert!(worst < 1e-12 * largest);
    assert!(largest <= bound && bound < 3.0 * largest);
}

/// Smooth bands without symmetry: a few waves with unrelated phases on a skew lattice.
fn waves(n: [usize; 3]) -> BandGrid {
    let lattice = Lattice::new([[3.1, 0.2, -0.4], [-1.3, 2.7, 0.5], [0.6, 0.9, 4.2]]).unwrap();
    waves_on(lattice, n)
}

fn waves_on(lattice: Lattice, n: [usize; 3]) -> BandGrid {
    let grid = KGrid::gamma(n).unwrap();
    let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 1);
    let energies = (0..grid.len())
        .map(|p| {
            let u = grid.point([p / (n[1] * n[2]), p / n[2] % n[1], p % n[2]]);
            let wave = |m: [f64; 3], phase: f64| {
                (2.0 * PI * (m[0] * u[0] + m[1] * u[1] + m[2] * u[2]) + phase).cos()
            };
            1.3 * wave([1.0, 0.0, 0.0], 0.3)
                + 1.1 * wave([0.0, 1.0, 0.0], 1.9)
                + 0.8 * wave([0.0, 0.0, 1.0], 0.7)
                + 0.5 * wave([1.0, -1.0, 0.0], 2.2)
                + 0.4 * wave([0.0, 1.0, 1.0], 0.1)
        })
        .collect();
    BandGrid::new(header, energies).unwrap()
}

/// Hall and second-order tensors of a crystal that is turned as a whole: covariant to rounding.
#[test]
fn tensors_turn_with_the_crystal() {
    let r = general_rotation();
    let n = [12, 11, 10];
    let plain = waves(n);
    let turned = plain
        .header()
        .lattice
        .rows()
        .map(|a| r.map(|row| (0..3).map(|x| row[x] * a[x]).sum()));
    let turned = waves_on(Lattice::new(turned).unwrap(), n);
    for order in [2, 4, 6] {
        let (a, b) = (magneto(&plain, order, 0.4), magneto(&turned, order, 0.4));
        let hall = |s: &SurfaceIntegral| -> Tensor {
            std::array::from_fn(|l| std::array::from_fn(|k| s.total(Channel::Hall(l, k)).0))
        };
        let (expected, got) = (rotated(&r, &hall(&a)), hall(&b));
        let largest = |t: &Tensor| t.iter().flatten().fold(0.0, |m: f64, x| m.max(x.abs()));
        for x in 0..9 {
            let off = (got[x / 3][x % 3] - expected[x / 3][x % 3]).abs();
            assert!(off < 1e-9 * largest(&expected), "{order} {x}");
        }
        let q = |s: &SurfaceIntegral, x: [usize; 4]| {
            s.total(Channel::Magneto(x[0], x[1], x[2], x[3])).0
        };
        let index = |x: usize| [x / 27, x / 9 % 3, x / 3 % 3, x % 3];
        let scale = (0..81).map(|x| q(&b, index(x)).abs()).fold(0.0, f64::max);
        for x in (0..81).step_by(7) {
            let to = index(x);
            let expected: f64 = (0..81)
                .map(|y| {
                    let from = index(y);
                    (0..4).map(|i| r[to[i]][from[i]]).product::<f64>() * q(&a, from)
                })
                .sum();
            assert!(
                (q(&b, to) - expected).abs() < 1e-9 * scale,
                "{order} {to:?}"
            );
        }
    }
}

/// Bins and single energies tell the same: a narrow bin's average against the value at its middle.
#[test]
fn bins_hold_the_values_at_their_energies() {
    let bands = BandGrid::load(&simple_cubic(48, 1.0, 1.0)).unwrap();
    let request = request(&bands, 4, Channels::Magneto);
    let axis = EnergyAxis::new(-2.501, -2.499, 1).unwrap();
    let bins = in_bins(&bands, &request, &axis);
    let at = at_energy(&bands, &request, -2.5);
    for channel in [
        Channel::Hall(0, 0),
        Channel::Hall(2, 2),
        Channel::Magneto(0, 0, 1, 1),
        Channel::Magneto(0, 1, 0, 1),
    ] {
        let (a, b) = (bins.total_density(channel).0[0], at.total(channel).0);
        assert!((a / b - 1.0).abs() < 3e-3, "{channel:?}: {a} {b}");
    }
}

/// Copper (QE, 32³): R_H by differences of the table and by the Fourier series' own masses, against WannierBerri's tetrahedra on
/// Wannier bands (−4.57e-11 m³/C; BoltzTraP2's histograms give −3.9e-11 to −5.1e-11).
#[test]
fn copper_has_its_hall_coefficient() {
    let Some(path) = crate::common::shared("qe/cu/cu.nscf32.xml.gz") else {
        return;
    };
    let table = bzint::io::open(&path, &bzint::io::OpenOptions::default()).unwrap();
    let level = table.header().fermi_level_ev.unwrap();
    let volume = table.header().lattice.volume_m3();
    let fourier = FourierBands::new(&*table, KGrid::gamma([64; 3]).unwrap()).unwrap();
    let mean = |s: &SurfaceIntegral, channel: fn(usize) -> Channel| {
        let parts = [0, 1, 2].map(|i| s.total(channel(i)));
        parts
            .iter()
            .fold((0.0, 0.0), |(v, e), p| (v + p.0 / 3.0, e + p.1 / 3.0))
    };
    for (name, source, order) in [
        ("table", &*table, 2),
        ("table", &*table, 4),
        ("table", &*table, 6),
        ("Fourier 64³", &fourier as &dyn BandSource, 0),
        ("Fourier 64³", &fourier as &dyn BandSource, 4),
    ] {
        let s = at_energy(source, &request(source, order, Channels::Hall), level);
        let (h, dh) = mean(&s, |i| Channel::Hall(i, i));
        let (t, dt) = mean(&s, |i| Channel::VelocityProduct(i, i));
        let r = volume * h / (t * t);
        let bar = r.abs() * (dh / h.abs() + 2.0 * dt / t);
        println!("{name}, order {order}: R_H = {r:.3e} ± {bar:.1e} m³/C");
        assert!(
            (r + 4.57e-11).abs() < bar.max(0.4e-11),
            "{name} {order}: {r:e}"
        );
    }
}
