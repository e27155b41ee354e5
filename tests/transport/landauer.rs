//! Modes, devices and merits through the grid: docs/physics §15, §16, §18.

use crate::common::{Bars, cubic, tight_binding};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::{Bins, Channels, EnergyAxis, Request, Velocities, Weights, measure};
use bzint::transport::{
    AxisPlan, Extent, MeritMode, ModeDistribution, ModeSpectrum, RelaxationTime, Scalar,
    TransportDirection, counted_modes, inequivalent, kinks_on_points,
};
use bzint::units::{BOHR_RADIUS, BOLTZMANN, BOLTZMANN_EV, ELECTRON_MASS, EV, HBAR, PLANCK};
use std::f64::consts::PI;

fn direction(text: &str, header: &BandHeader) -> TransportDirection {
    TransportDirection::parse(text, &header.lattice, &header.point_group).unwrap()
}

fn request<'a>(bands: &dyn BandSource, units: &'a [[f64; 3]]) -> Request<'a> {
    Request {
        channels: Channels::Speeds,
        directions: units,
        ..Request::for_bands(bands.header())
    }
}

/// M(E), and λ(E) with τ = 1e-14 s, along some directions.
fn spectra(
    bands: &dyn BandSource,
    names: &[&str],
    axis: &EnergyAxis,
    extent: Option<&Extent>,
) -> Vec<ModeSpectrum> {
    let all: Vec<TransportDirection> = names.iter().map(|n| direction(n, bands.header())).collect();
    let units: Vec<[f64; 3]> = all.iter().map(|d| d.unit).collect();
    let request = request(bands, &units);
    let found = measure(
        bands,
        &request,
        &Bins(axis),
        &mut CpuEngine::<f64>::default(),
    )
    .unwrap();
    let one = |(i, d)| {
        ModeSpectrum::new(
            bands.header(),
            &found.result,
            d,
            i,
            Some(&|_| 1e-14),
            extent,
        )
    };
    all.iter().enumerate().map(one).collect()
}

/// Everything at a temperature and chemical potential along some directions.
fn states(bands: &dyn BandSource, names: &[&str], t: f64, mu: f64) -> ModeDistribution {
    let all: Vec<TransportDirection> = names.iter().map(|n| direction(n, bands.header())).collect();
    let units: Vec<[f64; 3]> = all.iter().map(|d| d.unit).collect();
    let mut plan = AxisPlan::for_bands(bands, &[t], None, mu);
    plan.chemical_potentials_ev = vec![(mu, mu)];
    let request = request(bands, &units);
    let axis = plan.axis().unwrap();
    let found = measure(
        bands,
        &request,
        &Bins(&axis),
        &mut CpuEngine::<f64>::default(),
    )
    .unwrap();
    let fine = ModeDistribution::new(bands.header(), &found.result, mu, &all).unwrap();
    let Some(half) = BandGrid::halved(bands).unwrap() else {
        return fine;
    };
    let coarse = measure(
        &half,
        &request,
        &Bins(&axis),
        &mut CpuEngine::<f64>::default(),
    )
    .unwrap();
    let kt = BOLTZMANN_EV * t;
    let smooth = kinks_on_points(bands, &all, (mu - 10.0 * kt, mu + 10.0 * kt)).unwrap();
    let coarse = ModeDistribution::new(half.header(), &coarse.result, mu, &all).unwrap();
    fine.with_coarser(coarse, smooth)
}

fn free_electrons(n: [usize; 3], a: f64, mass: f64) -> ModelBands {
    ModelBands::new(
        Model::free_electrons(mass),
        cubic(a),
        KGrid::gamma(n).unwrap(),
        true,
    )
    .unwrap()
}

fn both(q: Scalar) -> (f64, f64) {
    (q.value, q.error)
}

/// g_s m E/2πħ² per area, g_s √(2mE)/πħ per width, g_s in a chain; λ = 4vτ/3, πvτ/2, 2vτ.
#[test]
fn free_electrons_have_their_modes_and_paths_in_three_two_and_one_dimensions() {
    let axis = EnergyAxis::new(0.2, 1.0, 16).unwrap();
    let mut bars = Bars::default();
    let mut paths = Bars::default();
    let speed = |e: f64| (2.0 * e * EV / ELECTRON_MASS).sqrt();
    for n in [32, 48, 64] {
        let bulk = free_electrons([n; 3], 5.0, 1.0);
        for s in spectra(&bulk, &["001", "110", "1,2,3"], &axis, None) {
            for (k, e) in s.energy_ev.iter().enumerate() {
                let exact = 4.17731470795e18 * e;
                bars.add(
                    format!("bulk {n} {} {e}", s.direction.label),
                    both(s.modes[k]),
                    exact,
                );
                let path = s.mean_free_path.as_ref().unwrap()[k];
                paths.add(
                    format!("bulk {n} {e}"),
                    both(path),
                    4.0 / 3.0 * speed(*e) * 1e-14,
                );
            }
        }
        let layer = free_electrons([n, n, 1], 5.0, 1.0);
        let extent = Extent::layer(layer.header(), None).unwrap();
        for s in spectra(&layer, &["100", "110"], &axis, Some(&extent)) {
            for (k, w) in axis.edges().windows(2).enumerate() {
                let mean =
                    3.26150955141e9 * 2.0 / 3.0 * (w[1].powf(1.5) - w[0].powf(1.5)) / (w[1] - w[0]);
                bars.add(
                    format!("layer {n} {} {w:?}", s.direction.label),
                    both(s.modes[k]),
                    mean,
                );
            }
        }
        let chain = free_electrons([n, 1, 1], 5.0, 1.0);
        let extent = Extent::chain(chain.header(), None).unwrap();
        for s in spectra(&chain, &["x"], &axis, Some(&extent)) {
            for (k, e) in s.energy_ev.iter().enumerate() {
                bars.add(format!("chain {n} {e}"), both(s.modes[k]), 2.0);
            }
        }
    }
    bars.assert_honest("modes of free electrons", 12.0);
    // Ratios of a few bins each: nineteen in twenty.
    let (_, median, count) = paths.summary();
    assert!(
        paths.missed().len() * 20 <= count && median < 10.0,
        "{:#?}",
        paths.missed()
    );
}

/// docs/physics §18 along [001]; along [110] and [111] the crossings of lines through the zone, in closed form.
#[test]
fn the_simple_cubic_band_has_as_many_modes_as_lines_cross_it() {
    const LINES: usize = 20_000;
    let lines = |at: &dyn Fn(f64) -> f64| {
        (0..LINES)
            .map(|i| at((i as f64 + 0.5) / LINES as f64))
            .sum::<f64>()
            / LINES as f64
    };
    let along_110 = |e: f64| {
        2.0 * lines(&|u| {
            2.0 / PI
                * ((e + 2.0 * (2.0 * PI * u).cos()).abs() / 4.0)
                    .min(1.0)
                    .acos()
        }) / 2f64.sqrt()
    };
    let along_111 = |e: f64| {
        let least = (e / 2.0).powi(2);
        2.0 * lines(&|u| {
            let w = 2.0 * (PI * u).cos().abs();
            ((least - w * w - 1.0) / (2.0 * w)).clamp(-1.0, 1.0).acos() / PI
        }) / 3f64.sqrt()
    };
    let (mut bars, mut counted_bars, mut both_ways) =
        (Bars::default(), Bars::default(), Bars::default());
    for n in [24, 40] {
        let bands = tight_binding([n; 3], 1.0, 1.0, 3);
        // Narrow bins, whose averages are the values at their middles; those around one say how sure the count is.
        for (energy, xi) in [
            (-5.0, 0.17029895514885),
            (-4.0, 0.3695630588648),
            (-2.5, 0.77357766178468),
            (-1.0, 1.2130762298724),
        ] {
            let axis = EnergyAxis::new(energy - 0.205, energy + 0.205, 41).unwrap();
            let names = ["001", "110", "111"];
            let found = spectra(&bands, &names, &axis, None);
            let exact = [xi, along_110(energy), along_111(energy)];
            let energies = |_: usize, _: usize| {
                let mut out = vec![0.0; bands.header().k_grid.len()];
                bands.read_planes(Field::Energy, 0, 0, 0, &mut out)?;
                Ok(out)
            };
            for (s, exact) in found.iter().zip(exact) {
                let counted = counted_modes(
                    (bands.header(), bands.statistics()),
                    [n; 3],
                    &energies,
                    &s.direction,
                    &axis,
                    None,
                )
                .unwrap()
                .unwrap();
                let label = format!("{n}³ {energy} eV along {}", s.direction.label);
                let of = |all: &[Scalar]| {
                    let q = all[20].scaled(1e-20);
                    (q.value, q.error)
                };
                bars.add(label.clone(), of(&s.modes), exact);
                counted_bars.add(label.clone(), of(&counted.modes), exact);
                let ((m, m_bar), (c, c_bar)) = (of(&s.modes), of(&counted.modes));
                both_ways.add(label, (m, m_bar + c_bar), c);
            }
        }
    }
    bars.assert_honest("integrated modes of the simple-cubic band", 15.0);
    counted_bars.assert_honest("counted modes of the simple-cubic band", 15.0);
    both_ways.assert_honest("integrated against counted modes", 15.0);
}

/// The states of a cell S times as large, S having integer rows: the same k-points, folded; bands sorted.
fn supercell(single: &BandGrid, s: [[i64; 3]; 3], n: [usize; 3]) -> BandGrid {
    let own = single.header();
    let k = own.k_grid;
    let (e, v) = (
        single.band(Field::Energy, 0, 0),
        single.band(Field::Velocity, 0, 0),
    );
    let points: usize = n.iter().product();
    let bands = k.len() / points;
    let mut found: Vec<Vec<(f64, [f64; 3])>> = vec![Vec::new(); points];
    for at in 0..k.len() {
        let j = k.place(at);
        // u' = S u, in steps of the new grid.
        let place: [usize; 3] = std::array::from_fn(|i| {
            let u: f64 = (0..3)
                .map(|c| s[i][c] as f64 * j[c] as f64 / k.n[c] as f64)
                .sum();
            ((u * n[i] as f64).round() as i64).rem_euclid(n[i] as i64) as usize
        });
        found[(place[0] * n[1] + place[1]) * n[2] + place[2]]
            .push((e[at], [v[3 * at], v[3 * at + 1], v[3 * at + 2]]));
    }
    let (mut energies, mut velocities) = (vec![0.0; bands * points], vec![0.0; 3 * bands * points]);
    for (p, mut here) in found.into_iter().enumerate() {
        assert_eq!(here.len(), bands);
        here.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (b, (e, v)) in here.into_iter().enumerate() {
            energies[b * points + p] = e;
            velocities[3 * (b * points + p)..][..3].copy_from_slice(&v);
        }
    }
    let rows = own.lattice.rows();
    let lattice = std::array::from_fn(|i| {
        std::array::from_fn(|c| (0..3).map(|a| s[i][a] as f64 * rows[a][c]).sum())
    });
    let mut header = BandHeader::new(
        Lattice::new(lattice).unwrap(),
        KGrid::gamma(n).unwrap(),
        SpinTreatment::Unpolarized,
        bands,
    );
    header.point_group = PointGroup::identity();
    BandGrid::with_fields(header, energies, Some(velocities), None).unwrap()
}

/// Modes per area do not know which cell the crystal is described by: on the same states to 1e-10, doubled along each axis or askew.
#[test]
fn a_supercell_has_the_same_modes_per_area() {
    let single = BandGrid::load(&tight_binding([12, 10, 8], 3.0, 1.0, 3)).unwrap();
    let axis = EnergyAxis::new(-5.0, 4.0, 30).unwrap();
    let units = [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.48, 0.6, 0.64]];
    let modes = |bands: &BandGrid| -> Vec<f64> {
        let request = Request {
            channels: Channels::Speeds,
            directions: &units,
            weights: Weights::Gaussian(0.3),
            velocities: Velocities::FromFile,
            ..Request::for_bands(bands.header())
        };
        let found = measure(
            bands,
            &request,
            &Bins(&axis),
            &mut CpuEngine::<f64>::default(),
        )
        .unwrap();
        let of = |i: usize| {
            let d = TransportDirection {
                label: "d".into(),
                unit: units[i],
            };
            ModeSpectrum::new(bands.header(), &found.result, &d, i, None, None)
        };
        (0..3).flat_map(|i| of(i).modes).map(|m| m.value).collect()
    };
    let own = modes(&single);
    let largest = own.iter().copied().fold(0.0, f64::max);
    let cells = [
        ([[2, 0, 0], [0, 1, 0], [0, 0, 1]], [6, 10, 8]),
        ([[1, 0, 0], [0, 2, 0], [0, 0, 1]], [12, 5, 8]),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 2]], [12, 10, 4]),
    ];
    for (s, n) in cells {
        for (a, b) in modes(&supercell(&single, s, n)).iter().zip(&own) {
            assert!((a - b).abs() < 1e-10 * largest, "{s:?}: {a:e} {b:e}");
        }
    }
    // Askew: a₁' = a₁ + a₂, a₂' = 2a₂.
    let cube = BandGrid::load(&tight_binding([10, 10, 6], 3.0, 1.0, 3)).unwrap();
    let skew = supercell(&cube, [[1, 1, 0], [0, 2, 0], [0, 0, 1]], [10, 5, 6]);
    let own = modes(&cube);
    let largest = own.iter().copied().fold(0.0, f64::max);
    for (a, b) in modes(&skew).iter().zip(&own) {
        assert!((a - b).abs() < 1e-10 * largest, "skew: {a:e} {b:e}");
    }
}

/// With linear tetrahedra a doubled cell's bands are folded, and sorted anew: where two of them cross within a cell of the grid the straight
/// energies between its corners are others, and its cells are cut along another of equally short diagonals. The modes are then the same within
/// bars, not to the last digit.
#[test]
fn tetrahedra_of_a_supercell_agree_within_bars() {
    let single = BandGrid::load(&tight_binding([24, 24, 24], 3.0, 1.0, 3)).unwrap();
    let doubled = supercell(&single, [[2, 0, 0], [0, 1, 0], [0, 0, 1]], [12, 24, 24]);
    let (mut bars, mut most) = (Bars::default(), 0.0);
    for axis in [
        EnergyAxis::new(-5.6, -4.4, 6).unwrap(),
        EnergyAxis::new(-3.6, 3.6, 12).unwrap(),
    ] {
        let [own, folded] = [&single, &doubled].map(|bands| {
            let all = spectra(bands, &["x", "y", "0.6,0.8,0"], &axis, None);
            let each = all.into_iter().flat_map(|s| s.modes);
            each.collect::<Vec<Scalar>>()
        });
        for (k, (a, b)) in own.iter().zip(&folded).enumerate() {
            most = f64::max(most, (a.value / b.value - 1.0).abs());
            bars.add(format!("{k}"), (b.value, a.error + b.error), a.value);
        }
    }
    println!("off by {most:e} at most");
    assert!(most > 1e-9 && most < 0.01, "{most:e}");
    assert!(bars.missed().is_empty(), "{:#?}", bars.missed());
}

/// Ballistic conductances at 300 K; diffusive ones are those of `transport`; a device goes from the one to the other.
#[test]
fn contacts_devices_and_bulk_are_one_family() {
    let (t, kt) = (300.0, 300.0 * BOLTZMANN_EV);
    let mut bars = Bars::default();
    for n in [40, 56] {
        let bands = free_electrons([n; 3], 6.2, 1.0);
        let all = states(&bands, &["x", "111"], t, 2.0 * kt);
        let state = all
            .distribution()
            .at_chemical_potential(t, 2.0 * kt)
            .unwrap();
        for d in 0..2 {
            let device = all
                .device(
                    &state,
                    &RelaxationTime::Constant(1e-14),
                    d,
                    Some(1e-7),
                    None,
                )
                .unwrap();
            let of = |name: &str| device.all.iter().find(|q| q.name == name).unwrap().value;
            let label = |q: &str| format!("{n}³ {q} {d}");
            // docs/physics §15: η = 2.
            let g = of("ballistic_conductance_per_area");
            bars.add(label("G"), both(g), 8.89833778274e12);
            assert!(g.error < 0.03 * g.value, "{g:?}");
            // λ/(λ + L) ≤ 1 and G ≤ the ballistic one.
            assert!(of("conductance_per_area").value < of("ballistic_conductance_per_area").value);
            assert!(of("conductance_per_area").value < of("diffusive_conductance_per_area").value);
            // The Landauer and the Boltzmann conductivity are one.
            let sigma = all
                .distribution()
                .coefficients(&state, &|_| 1e-14)
                .unwrap()
                .conductivity();
            let n = all.directions()[d].unit;
            let along: f64 = (0..9)
                .map(|x| n[x / 3] * n[x % 3] * sigma.value[x / 3][x % 3])
                .sum();
            let own = of("conductivity");
            assert!(
                (own.value / along - 1.0).abs() < 1e-9,
                "{} {along}",
                own.value
            );
            let long = all
                .device(&state, &RelaxationTime::Constant(1e-14), d, Some(1.0), None)
                .unwrap();
            let of_long = |name: &str| {
                long.all
                    .iter()
                    .find(|q| q.name == name)
                    .unwrap()
                    .value
                    .value
            };
            let ratio = of_long("conductance_per_area") / of_long("diffusive_conductance_per_area");
            assert!((ratio - 1.0).abs() < 1e-5, "{ratio}");
            assert!((of_long("seebeck") / of_long("diffusive_seebeck") - 1.0).abs() < 1e-4);
        }
    }
    // Among all pockets of tests/transport/pockets.rs the median is below ten.
    bars.assert_honest("conductances of contacts", 12.0);
}

/// A chain in the middle of its band: G = 2e²/h, K = 2π²k_B²T/3h.
#[test]
fn a_chain_conducts_in_quanta() {
    let bands = tight_binding([96, 1, 1], 3.0, 1.0, 1);
    let extent = Extent::chain(bands.header(), None).unwrap();
    let all = states(&bands, &["x"], 300.0, 0.3).with_extent(&extent);
    let state = all
        .distribution()
        .at_chemical_potential(300.0, 0.3)
        .unwrap();
    let device = all
        .device(&state, &RelaxationTime::Unknown, 0, None, Some(&extent))
        .unwrap();
    let names: Vec<&str> = device.all.iter().map(|q| q.name).collect();
    assert_eq!(
        names,
        [
            "modes",
            "ballistic_conductance",
            "ballistic_seebeck",
            "ballistic_thermal_conductance"
        ]
    );
    let mut bars = Bars::default();
    bars.add("modes", both(device.all[0].value), 2.0);
    bars.add("G", both(device.all[1].value), 7.7480917298637e-5);
    let quantum = 2.0 * PI * PI * BOLTZMANN * BOLTZMANN * 300.0 / (3.0 * PLANCK);
    bars.add("K", both(device.all[3].value), quantum);
    assert!((device.all[1].value.value / 7.7480917298637e-5 - 1.0).abs() < 2e-3);
    assert!((device.all[3].value.value / quantum - 1.0).abs() < 5e-3);
    assert!(bars.missed().is_empty(), "{:?}", bars.missed());
}

/// docs/physics §16: Ξ = (x − x₀)₊ is what free electrons of a crystal offer, x₀ = −η: its best windows, through the grid.
#[test]
fn free_electrons_have_the_bounds_of_the_page() {
    let (t, kt) = (300.0, 300.0 * BOLTZMANN_EV);
    let mut bars = Bars::default();
    for n in [48, 64] {
        let bands = free_electrons([n; 3], 6.2, 1.0);
        for (x0, alpha_a, lower, upper, zt) in [
            (-1.0, 1.0, 2.44145837192, 6.8912026842, 3.3988674286),
            (1.0, 10.0, 3.36244063751, 5.89557272829, 12.3573385426),
        ] {
            let mu = -x0 * kt;
            let all = states(&bands, &["x"], t, mu);
            let state = all.distribution().at_chemical_potential(t, mu).unwrap();
            // M = g_s m k_BT (x − x₀)/2πħ², and αA' = (k_B²T/ħa₀κ_l)(a₀/2π) L M/(x − x₀).
            let length = 1e-7;
            let modes = ELECTRON_MASS * kt * EV / (PI * HBAR * HBAR);
            let a = BOHR_RADIUS / (2.0 * PI) * length * modes;
            let lattice = BOLTZMANN.powi(2) * t / (HBAR * BOHR_RADIUS) * a / alpha_a;
            let merit = all
                .merit(
                    &state,
                    &RelaxationTime::Constant(1e-13),
                    0,
                    lattice,
                    MeritMode::Device(length),
                )
                .unwrap();
            let label = |q: &str| format!("{n}³ x₀ {x0} {q}");
            bars.add(label("lower"), both(merit.get("bound_lower")), lower);
            bars.add(label("upper"), both(merit.get("bound_upper")), upper);
            bars.add(label("zT"), both(merit.get("bound")), zt);
            assert!(
                (merit.get("bound").value / zt - 1.0).abs() < 0.02,
                "{:?}",
                merit.get("bound")
            );
            let share = merit.get("share_of_bound").value;
            assert!(share > 0.0 && share < 1.0, "{share}");
        }
    }
    bars.assert_honest("bounds of free electrons' channels", 20.0);
}

/// zT along an axis is that of `transport`, its window has the identity, and a perfect crystal reaches no more than its bounds.
#[test]
fn zt_is_one_number_however_it_is_computed() {
    let bands = tight_binding([32; 3], 4.0, 0.1, 3);
    for (t, mu) in [(300.0, -0.62), (600.0, -0.55), (300.0, 0.5)] {
        let all = states(&bands, &["x", "110"], t, mu);
        let state = all.distribution().at_chemical_potential(t, mu).unwrap();
        let of_transport = all.distribution().coefficients(&state, &|_| 3e-14).unwrap();
        let zt = of_transport.figure_of_merit(1.3).unwrap();
        let merit = |d: usize, mode| {
            all.merit(&state, &RelaxationTime::Constant(3e-14), d, 1.3, mode)
                .unwrap()
        };
        let (x, diagonal) = (
            merit(0, MeritMode::Bulk(None)),
            merit(1, MeritMode::Bulk(None)),
        );
        for m in [&x, &diagonal] {
            let own = m.get("figure_of_merit");
            assert!(
                (own.value / zt.value[0][0] - 1.0).abs() < 1e-6,
                "{own:?} {}",
                zt.value[0][0]
            );
            assert!(
                (0.3..1.05).contains(&(own.error / zt.error[0][0])),
                "{own:?} {}",
                zt.error[0][0]
            );
            let again = m.get("figure_of_merit_from_window").value;
            assert!((again / own.value - 1.0).abs() < 1e-9);
            for bound in ["bound", "bound_constant_modes"] {
                assert!(m.get(bound).value > 0.0);
            }
            assert!(
                m.get("share_of_bound").value < 1.0 + 1e-6,
                "{:?}",
                m.get("share_of_bound")
            );
            assert!(
                m.get("transmission_inside").value <= 1.0
                    && m.get("transmission_outside").value <= 1.0
            );
            let seebeck = of_transport.seebeck().value[0][0];
            assert!((m.get("seebeck").value / seebeck - 1.0).abs() < 1e-6);
            // Electrons at the bottom raise zT above mu, holes at the top below.
            let side = if mu < 0.0 {
                m.get("window_lower").value
            } else {
                -m.get("window_upper").value
            };
            assert!(side > 0.0, "{mu}: {side}");
        }
        // In a cubic crystal every direction conducts alike, and no direction has more channels than it shows.
        assert!(
            (diagonal.get("conductivity").value / x.get("conductivity").value - 1.0).abs() < 1e-9
        );
    }
}

#[test]
fn symmetry_says_which_axes_are_one() {
    let cubic = tight_binding([4; 3], 3.0, 1.0, 3);
    let axes: Vec<TransportDirection> = (0..3).map(TransportDirection::axis).collect();
    let header = cubic.header();
    assert_eq!(
        inequivalent(&axes, &header.point_group, &header.lattice).len(),
        1
    );
    let layer = tight_binding([4, 4, 1], 3.0, 1.0, 2);
    let out = direction("z", layer.header())
        .check_moves(layer.header())
        .unwrap_err()
        .to_string();
    assert!(out.contains("out of the plane"), "{out}");
    assert!(
        direction("110", layer.header())
            .check_moves(layer.header())
            .is_ok()
    );
}
