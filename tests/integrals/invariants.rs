//! What must not change a result, and what every result must satisfy, whatever the bands.

use crate::common::{
    Bars, Lcg, SIMPLE_CUBIC, at_energy, cubic, in_bins, simple_cubic, tight_binding,
    velocity_tensor, with_velocities,
};
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{spectrum, surface};
use bzint::integrate::{
    Channel, Channels, EnergyAxis, Request, SurfaceIntegral, Velocities, Weights,
};
use bzint::units::EV_ANGSTROM_OVER_HBAR;
use std::f64::consts::PI;

const ALL_WEIGHTS: [Weights; 3] = [
    Weights::Tetrahedra,
    Weights::Gaussian(0.1),
    Weights::MethfesselPaxton(0.1),
];

/// The basic channels, by name.
const CHANNELS: [Channel; 11] = [
    Channel::States,
    Channel::VelocityProduct(0, 0),
    Channel::VelocityProduct(1, 1),
    Channel::VelocityProduct(2, 2),
    Channel::VelocityProduct(1, 2),
    Channel::VelocityProduct(0, 2),
    Channel::VelocityProduct(0, 1),
    Channel::Speed,
    Channel::AxisSpeed(0),
    Channel::AxisSpeed(1),
    Channel::AxisSpeed(2),
];

fn skew() -> Lattice {
    Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap()
}

/// Smooth random bands: a few plane waves with random coefficients, distinct for every band.
fn smooth(n: [usize; 3], n_band: usize, seed: u64, at: impl Fn([f64; 3]) -> [f64; 3]) -> Vec<f64> {
    let mut random = Lcg(seed);
    let grid = KGrid::gamma(n).unwrap();
    let mut energies = Vec::new();
    for band in 0..n_band {
        let waves: Vec<([f64; 3], f64, f64)> = (0..6)
            .map(|_| {
                let r = [0, 1, 2].map(|_| (random.next() * 5.0).floor() - 2.0);
                (r, random.next() - 0.5, random.next())
            })
            .collect();
        for p in 0..grid.len() {
            let u = at(grid.point([p / (n[1] * n[2]), p / n[2] % n[1], p % n[2]]));
            let e: f64 = waves
                .iter()
                .map(|(r, a, phase)| {
                    let x: f64 = (0..3).map(|i| r[i] * u[i]).sum();
                    a * (2.0 * PI * (x + phase)).cos()
                })
                .sum();
            energies.push(e + 0.7 * band as f64);
        }
    }
    energies
}

fn grid(lattice: Lattice, n: [usize; 3], n_band: usize, energies: Vec<f64>) -> BandGrid {
    let spin = SpinTreatment::Unpolarized;
    let header = BandHeader::new(lattice, KGrid::gamma(n).unwrap(), spin, n_band);
    BandGrid::new(header, energies).unwrap()
}

/// Energies in no order at all: the hardest bands there are.
fn noise(n: [usize; 3], n_band: usize, seed: u64) -> BandGrid {
    let mut random = Lcg(seed);
    let len = n_band * n[0] * n[1] * n[2];
    let energies = (0..len).map(|_| 4.0 * random.next() - 2.0).collect();
    grid(skew(), n, n_band, energies)
}

/// Largest difference of the channels' totals, each measured against the largest of its kind.
fn largest_difference(a: &SurfaceIntegral, b: &SurfaceIntegral) -> f64 {
    let scale = |channel: Channel| match channel {
        Channel::VelocityProduct(..) => (0..3)
            .map(|i| a.total(Channel::VelocityProduct(i, i)).0.abs())
            .fold(0.0, f64::max),
        Channel::AxisSpeed(_) => a.total(Channel::Speed).0.abs(),
        other => a.total(other).0.abs(),
    };
    CHANNELS
        .iter()
        .map(|&c| (a.total(c).0 - b.total(c).0).abs() / scale(c))
        .fold((a.electrons().0 - b.electrons().0).abs(), f64::max)
}

#[test]
fn a_rigid_shift_of_bands_and_energy_changes_no_bit() {
    let n = [8, 9, 10];
    // Energies that a shift by 1024 eV leaves exact: multiples of 2⁻³⁰ eV (40 bits with the shift).
    let exact = |e: f64| (e * f64::exp2(30.0)).round() / f64::exp2(30.0);
    let energies: Vec<f64> = smooth(n, 3, 7, |u| u).into_iter().map(exact).collect();
    let shifted = energies.iter().map(|e| e + 1024.0).collect();
    let (a, b) = (grid(skew(), n, 3, energies), grid(skew(), n, 3, shifted));
    for weights in ALL_WEIGHTS {
        let request = Request {
            weights,
            ..with_velocities(&a, 4)
        };
        for e in [0.125, 0.5, 1.0] {
            let (x, y) = (
                at_energy(&a, &request, e),
                at_energy(&b, &request, e + 1024.0),
            );
            assert!(x.total(Channel::States).0 > 0.0);
            assert_eq!(x.bands, y.bands, "{weights:?} at {e}");
            let other = at_energy(&b, &request, e + 1024.0 + f64::exp2(-20.0));
            assert_ne!(x.bands, other.bands, "the comparison can fail");
        }
    }
}

#[test]
fn the_order_of_the_axes_does_not_matter() {
    let n = [8, 9, 10];
    let lattice = skew();
    let plain = grid(lattice.clone(), n, 2, smooth(n, 2, 3, |u| u));
    for [a, b, c] in [[1, 2, 0], [2, 0, 1], [1, 0, 2], [0, 2, 1]] {
        // New axis i is old axis p[i]: u_old[p[i]] = u_new[i].
        let p = [a, b, c];
        let rows = p.map(|i| lattice.rows()[i]);
        let m = p.map(|i| n[i]);
        let energies = smooth(m, 2, 3, |u| {
            let mut old = [0.0; 3];
            for i in 0..3 {
                old[p[i]] = u[i];
            }
            old
        });
        let turned = grid(Lattice::new(rows).unwrap(), m, 2, energies);
        for order in [2, 4, 6] {
            for e in [-0.21, 0.33, 0.8] {
                let s = at_energy(&plain, &with_velocities(&plain, order), e);
                let t = at_energy(&turned, &with_velocities(&turned, order), e);
                // The same tetrahedra; energies differ by the rounding of the waves' phases (1e-15), which the steepest
                // weights 1/(e_j − e_i) magnify by 10³ or so.
                let off = largest_difference(&s, &t);
                assert!(off < 1e-10, "{p:?}, order {order}, {e} eV: {off:e}");
            }
        }
    }
}

#[test]
fn shifted_grids_agree_within_their_bars() {
    let model = bzint::bands::model::Model::TightBinding {
        hopping: 1.0,
        dimension: 3,
    };
    let at = |shift| {
        let k_grid = KGrid::new([32; 3], shift).unwrap();
        bzint::bands::model::ModelBands::new(model.clone(), cubic(1.0), k_grid, true).unwrap()
    };
    let plain = at([0.0; 3]);
    let mut bars = Bars::default();
    for shift in [[0.5; 3], [0.5, 0.0, 0.25], [0.3, 0.6, 0.1]] {
        let bands = at(shift);
        for (e, d, occupied, t, xi) in SIMPLE_CUBIC {
            let request = with_velocities(&bands, 4);
            let (a, b) = (
                at_energy(&plain, &request, e),
                at_energy(&bands, &request, e),
            );
            for channel in [
                Channel::States,
                Channel::VelocityProduct(0, 0),
                Channel::VelocityProduct(2, 2),
                Channel::AxisSpeed(1),
            ] {
                let ((x, x_bar), (y, y_bar)) = (a.total(channel), b.total(channel));
                assert!((x - y).abs() <= x_bar + y_bar, "{shift:?} {e} {channel:?}");
            }
            let v0 = EV_ANGSTROM_OVER_HBAR;
            let label = |q: &str| format!("{shift:?}, {e}: {q}");
            bars.add(label("D"), b.total(Channel::States), 2.0 * d);
            bars.add(label("N"), b.electrons(), 2.0 * occupied);
            let square = b.total(Channel::VelocityProduct(0, 0));
            bars.add(label("T"), square, 2.0 * v0 * v0 * t);
            let speed = b.total(Channel::AxisSpeed(0));
            bars.add(label("Ξ"), speed, v0 * xi / PI);
        }
    }
    bars.assert_honest("shifted grids", 30.0);
}

#[test]
fn odd_grids_have_honest_bars_too() {
    let mut bars = Bars::default();
    for n in [[33, 35, 37], [65, 64, 63]] {
        let bands = tight_binding(n, 1.0, 1.0, 3);
        let request = with_velocities(&bands, 4);
        for (e, d, occupied, t, xi) in SIMPLE_CUBIC {
            let s = at_energy(&bands, &request, e);
            let v0 = EV_ANGSTROM_OVER_HBAR;
            let label = |q: &str| format!("{n:?}, {e}: {q}");
            bars.add(label("D"), s.total(Channel::States), 2.0 * d);
            bars.add(label("N"), s.electrons(), 2.0 * occupied);
            for i in 0..3 {
                let square = s.total(Channel::VelocityProduct(i, i));
                bars.add(label("T"), square, 2.0 * v0 * v0 * t);
                bars.add(label("Ξ"), s.total(Channel::AxisSpeed(i)), v0 * xi / PI);
            }
        }
    }
    bars.assert_honest("odd grids", 30.0);
}

/// A cell doubled along a₁: half the zone, each band folded into two. The cosine band crosses its own image only on the
/// planes u₁ = ±¼, which are grid planes, so sorting the two by energy keeps every tetrahedron whole.
#[test]
fn a_doubled_cell_has_twice_the_states_and_the_same_conductivity() {
    let n = [16, 12, 10];
    let single = BandGrid::load(&tight_binding(n, 3.0, 1.0, 3)).unwrap();
    let (e, v) = (
        single.band(Field::Energy, 0, 0),
        single.band(Field::Velocity, 0, 0),
    );
    let plane = n[1] * n[2];
    let half = n[0] / 2;
    let mut energies = vec![0.0; 2 * half * plane];
    let mut velocities = vec![0.0; 3 * energies.len()];
    for p in 0..half * plane {
        let image = p + half * plane;
        let lower_first = e[p] <= e[image];
        for (band, from) in [
            (0, if lower_first { p } else { image }),
            (1, if lower_first { image } else { p }),
        ] {
            let to = band * half * plane + p;
            energies[to] = e[from];
            velocities[3 * to..3 * to + 3].copy_from_slice(&v[3 * from..3 * from + 3]);
        }
    }
    let lattice = Lattice::new([[6.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
    let k_grid = KGrid::gamma([half, n[1], n[2]]).unwrap();
    let header = BandHeader::new(lattice, k_grid, SpinTreatment::Unpolarized, 2);
    let doubled = BandGrid::with_fields(header, energies, Some(velocities), None).unwrap();
    for energy in [-4.3, -2.7, -0.4, 1.3, 3.9] {
        let s = at_energy(&single, &with_velocities(&single, 0), energy);
        let d = at_energy(&doubled, &with_velocities(&doubled, 0), energy);
        let close = |a: f64, b: f64, what: &str| {
            assert!((a - b).abs() <= 1e-12 * b.abs(), "{energy}: {what} {a} {b}");
        };
        close(d.electrons().0, 2.0 * s.electrons().0, "electrons");
        // Per volume the same: twice per cell of twice the volume. (v_x v_y is not one-valued on the folding planes.)
        for channel in [
            Channel::States,
            Channel::VelocityProduct(0, 0),
            Channel::VelocityProduct(1, 1),
            Channel::VelocityProduct(2, 2),
            Channel::Speed,
            Channel::AxisSpeed(0),
        ] {
            close(d.total(channel).0, 2.0 * s.total(channel).0, "channel");
        }
    }
    // Differences across the fold's kink are another matter: they must not be equal.
    let s = at_energy(&single, &with_velocities(&single, 2), -0.4);
    let d = at_energy(&doubled, &with_velocities(&doubled, 2), -0.4);
    let c = Channel::VelocityProduct(0, 0);
    assert!((d.total(c).0 / s.total(c).0 / 2.0 - 1.0).abs() > 1e-3);
}

#[test]
fn two_equal_spin_channels_are_one_degenerate_channel() {
    let n = [8, 7, 6];
    let energies = smooth(n, 2, 11, |u| u);
    let twice: Vec<f64> = energies.iter().chain(&energies).copied().collect();
    let degenerate = grid(skew(), n, 2, energies);
    let k_grid = KGrid::gamma(n).unwrap();
    let header = BandHeader::new(skew(), k_grid, SpinTreatment::Collinear, 2);
    let collinear = BandGrid::new(header, twice).unwrap();
    let request = with_velocities(&degenerate, 4);
    let axis = EnergyAxis::new(-3.0, 4.0, 100).unwrap();
    let (a, b) = (
        in_bins(&degenerate, &request, &axis),
        in_bins(&collinear, &request, &axis),
    );
    let (s, c) = (
        at_energy(&degenerate, &request, 0.3),
        at_energy(&collinear, &request, 0.3),
    );
    for channel in CHANNELS {
        // 2x and x + x: the sums over bands are taken in another order, so equal to a few roundings.
        let ((x, x_bar), (y, y_bar)) = (s.total(channel), c.total(channel));
        assert!((x - y).abs() <= 1e-15 * x.abs() + 1e-15 * x_bar);
        assert!((x_bar - y_bar).abs() <= 4e-15 * x_bar);
        let (x, y) = (a.total_cumulative(channel).0, b.total_cumulative(channel).0);
        let largest = x.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        for (x, y) in x.iter().zip(&y) {
            assert!((x - y).abs() <= 1e-15 * largest, "{channel:?}: {x} {y}");
        }
    }
    assert_eq!(
        b.cumulative(0, Channel::Speed).0,
        b.cumulative(1, Channel::Speed).0
    );
}

/// Complete elliptic integral K(k) by the arithmetic–geometric mean.
fn elliptic_k(k: f64) -> f64 {
    let (mut a, mut b) = (1.0, (1.0 - k * k).sqrt());
    for _ in 0..10 {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    PI / (2.0 * a)
}

/// docs/physics §18: a sheet has N₃ = 1, a chain N₂ = N₃ = 1, with the gradient 0 along the missing axes.
#[test]
fn sheets_and_chains_have_their_exact_densities_of_states() {
    // Generic energies (none on grid values). In a plane single triangles weigh more than single tetrahedra in space, so D
    // has an erratic part besides h²; 30/N² bounds both here.
    for n in [64, 128, 256] {
        let sheet = tight_binding([n, n, 1], 1.0, 1.0, 2);
        let request = with_velocities(&sheet, 4);
        for e in [-3.3, -1.7, -0.9, 0.6, 2.2] {
            let s = at_energy(&sheet, &request, e);
            let d = 2.0 * tight_binding_density(e, 2);
            let off = s.total(Channel::States).0 / d - 1.0;
            let bound = 30.0 / (n * n) as f64;
            assert!(off.abs() < bound, "N = {n}, E = {e}: {off:e}");
            // The comparison can fail: a reference 2 % off is outside.
            assert!((off + 0.02).abs() > bound);
            let (tensor, _) = velocity_tensor(&s);
            let largest = tensor[0][0].max(tensor[1][1]);
            for i in 0..3 {
                assert!(tensor[2][i].abs() <= 1e-15 * largest, "{tensor:?}");
            }
            // The diagonal of the squares keeps x and y alike.
            assert!((tensor[0][0] / tensor[1][1] - 1.0).abs() < 1e-10);
        }
    }
    for axis in 0..3 {
        let mut bars = Bars::default();
        for n in [128, 512] {
            // The chain along each of the axes in turn.
            let mut rows = [[0.0; 3]; 3];
            for i in 0..3 {
                rows[i][(i + axis) % 3] = 1.0;
            }
            let model = bzint::bands::model::Model::TightBinding {
                hopping: 1.0,
                dimension: 1,
            };
            let k_grid = KGrid::gamma([n, 1, 1]).unwrap();
            let lattice = Lattice::new(rows).unwrap();
            let chain = bzint::bands::model::ModelBands::new(model, lattice, k_grid, true).unwrap();
            for e in [-1.71, -0.93, 0.127, 1.43] {
                let s = at_energy(&chain, &with_velocities(&chain, 0), e);
                let v: f64 = f64::sqrt(4.0 - e * e);
                let v0 = EV_ANGSTROM_OVER_HBAR;
                bars.add("D", s.total(Channel::States), 2.0 / (PI * v));
                let square = s.total(Channel::VelocityProduct(axis, axis));
                bars.add("T", square, 2.0 * v0 * v0 * v / PI);
                bars.add("N", s.electrons(), 2.0 * (1.0 - (e / 2.0).acos() / PI));
                // Landauer: 2 crossings per spin, whatever the energy (|v| D = 1/π, both spins 2/π).
                let modes = s.total(Channel::AxisSpeed(axis));
                bars.add("modes", modes, 2.0 * v0 / PI);
            }
        }
        bars.assert_honest(&format!("chain along axis {axis}"), 30.0);
    }
}

#[test]
fn flat_bands_are_steps_and_give_no_velocity() {
    let n = [4, 5, 6];
    let bands = grid(skew(), n, 1, vec![0.3; 120]);
    let axis = EnergyAxis::new(-1.0, 1.0, 40).unwrap();
    for weights in ALL_WEIGHTS {
        let request = Request {
            weights,
            ..with_velocities(&bands, 4)
        };
        let reach = if weights == Weights::Tetrahedra {
            1e-9
        } else {
            1.3
        };
        for (e, electrons) in [(0.3 - reach, 0.0), (0.3 + reach, 2.0)] {
            let s = at_energy(&bands, &request, e);
            assert_eq!(s.electrons(), (electrons, 0.0), "{weights:?} at {e}");
            assert_eq!(s.total(Channel::States), (0.0, 0.0));
        }
        for energy in [0.3, 0.30000000001] {
            let s = at_energy(&bands, &request, energy);
            for channel in CHANNELS {
                let (value, bar) = s.total(channel);
                assert!(value.is_finite() && bar.is_finite());
                assert!(channel == Channel::States || value == 0.0, "{channel:?}");
            }
        }
        let spectrum = in_bins(&bands, &request, &axis);
        let (states, _) = spectrum.total_cumulative(Channel::States);
        assert!(states.windows(2).all(|w| w[1] >= w[0]) || weights == ALL_WEIGHTS[2]);
        assert!((states[40] - 2.0).abs() < 1e-10);
        if weights == Weights::Tetrahedra {
            let steps = states.windows(2).filter(|w| w[0] != w[1]).count();
            assert_eq!((steps, states[0], states[40]), (1, 0.0, 2.0));
        }
        let (speed, _) = spectrum.total_cumulative(Channel::Speed);
        assert!(speed.iter().all(|&v| v == 0.0));
    }
}

#[test]
fn densities_and_diagonals_are_never_negative_and_n_is_monotone() {
    for seed in 0..6 {
        let n = [
            [8, 8, 8],
            [5, 7, 9],
            [2, 3, 4],
            [1, 1, 6],
            [6, 1, 1],
            [3, 3, 3],
        ][seed as usize];
        let bands = noise(n, 2, seed);
        let axis = EnergyAxis::new(-2.1, 2.1, 300).unwrap();
        for weights in [Weights::Tetrahedra, Weights::Gaussian(0.1)] {
            for order in [2, 4, 6] {
                let request = Request {
                    weights,
                    ..with_velocities(&bands, order)
                };
                let spectrum = in_bins(&bands, &request, &axis);
                let never_negative = [
                    Channel::States,
                    Channel::VelocityProduct(0, 0),
                    Channel::VelocityProduct(1, 1),
                    Channel::VelocityProduct(2, 2),
                    Channel::Speed,
                    Channel::AxisSpeed(0),
                ];
                for channel in never_negative {
                    let (cumulative, _) = spectrum.total_cumulative(channel);
                    let largest = cumulative[300];
                    // Contributions are rounded to quanta one by one: a bin may fall by that much.
                    let quanta = 1e-13 * largest.abs();
                    let falls = cumulative.windows(2).any(|w| w[1] < w[0] - quanta);
                    assert!(!falls, "{n:?} {weights:?} {channel:?}");
                }
                let (states, _) = spectrum.total_cumulative(Channel::States);
                assert!(states.windows(2).all(|w| w[1] >= w[0]), "{n:?} {weights:?}");
                if weights == Weights::Tetrahedra {
                    assert_eq!((states[0], states[300]), (0.0, 4.0));
                }
                for e in [-1.5, -0.3, 0.0, 0.77] {
                    let s = at_energy(&bands, &request, e);
                    for channel in never_negative {
                        assert!(s.total(channel).0 >= 0.0, "{n:?} {e} {channel:?}");
                    }
                    // A Gram matrix: |v_i v_j|² ≤ v_i² v_j², with equality for chains, up to quanta of 2⁻⁵⁶ of the
                    // bound of v² (some 10⁻³ to 10⁻⁵ of it are there).
                    let (t, _) = velocity_tensor(&s);
                    for (i, j) in [(0, 1), (1, 2), (2, 0)] {
                        let product = t[i][i] * t[j][j];
                        assert!(t[i][j] * t[i][j] <= product * (1.0 + 1e-9));
                    }
                    let electrons = s.electrons().0;
                    assert!((0.0..=4.0).contains(&electrons));
                }
            }
        }
    }
}

/// The twin in single precision with fixed-point energies, as a GPU computes: each channel within 1e-6 of its largest value.
/// A contribution has some 30 roundings of 2⁻²⁴ (1.8e-6 at worst, 3e-7 as a random walk) and levels are 2⁻³¹ of the band;
/// thousands of contributions of both signs add up to less.
#[test]
fn single_precision_stays_within_1e6_of_each_channels_largest_value() {
    let cases = [
        (
            "simple cubic",
            BandGrid::load(&simple_cubic(32, 1.0, 1.0)).unwrap(),
            6.1,
        ),
        (
            "smooth",
            grid(skew(), [16, 18, 20], 3, smooth([16, 18, 20], 3, 7, |u| u)),
            3.0,
        ),
        ("noise", noise([12, 12, 12], 2, 9), 2.1),
        (
            "1000 eV away",
            {
                let e = smooth([16; 3], 1, 7, |u| u)
                    .iter()
                    .map(|e| e + 1000.0)
                    .collect();
                grid(skew(), [16; 3], 1, e)
            },
            3.0,
        ),
    ];
    for (name, bands, reach) in &cases {
        let offset = if name.contains("1000") { 1000.0 } else { 0.0 };
        let axis = EnergyAxis::new(offset - reach, offset + reach, 120).unwrap();
        for weights in ALL_WEIGHTS {
            let request = Request {
                weights,
                ..with_velocities(bands, 4)
            };
            let exact = spectrum(bands, &request, &axis, &mut CpuEngine::<f64>::default()).unwrap();
            let single =
                spectrum(bands, &request, &axis, &mut CpuEngine::<f32>::default()).unwrap();
            let (mut cumulative, mut bins, mut at): (f64, f64, f64) = (0.0, 0.0, 0.0);
            let off = |a: &[f64], b: &[f64], scale: f64| {
                a.iter()
                    .zip(b)
                    .fold(0.0, |m: f64, (x, y)| m.max((x - y).abs() / scale))
            };
            let largest = |a: &[f64]| a.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            let group = |c: Channel| match c {
                Channel::VelocityProduct(..) => Channel::VelocityProduct(0, 0),
                other => other,
            };
            for channel in CHANNELS {
                let scale = largest(&exact.total_cumulative(group(channel)).0);
                let (a, b) = (
                    exact.total_cumulative(channel).0,
                    single.total_cumulative(channel).0,
                );
                cumulative = cumulative.max(off(&a, &b, scale));
                let scale = largest(&exact.total_density(group(channel)).0);
                let (a, b) = (
                    exact.total_density(channel).0,
                    single.total_density(channel).0,
                );
                bins = bins.max(off(&a, &b, scale));
            }
            // At single energies, against the largest over the energies.
            let energies: Vec<f64> = (0..20)
                .map(|i| offset + reach * (0.093 * f64::from(i) - 0.9))
                .collect();
            let pairs: Vec<_> = energies
                .iter()
                .map(|&e| {
                    let of = |engine: &mut dyn bzint::integrate::Engine| {
                        surface(bands, &request, e, engine).unwrap()
                    };
                    (
                        of(&mut CpuEngine::<f64>::default()),
                        of(&mut CpuEngine::<f32>::default()),
                    )
                })
                .collect();
            for channel in CHANNELS {
                let all: Vec<f64> = pairs.iter().map(|p| p.0.total(group(channel)).0).collect();
                let scale = largest(&all);
                for (a, b) in &pairs {
                    at = at.max((a.total(channel).0 - b.total(channel).0).abs() / scale);
                }
            }
            println!(
                "{name}, {weights:?}: cumulative {cumulative:.1e}, bins {bins:.1e}, at one energy {at:.1e}"
            );
            let good = cumulative < 1e-6 && bins < 1e-6 && at < 1e-6;
            assert!(good, "{name} {weights:?}");
            // The comparison can fail: 1 meV beside is far more than rounding.
            let beside = EnergyAxis::new(axis.edge(0) + 1e-3, axis.edge(120) + 1e-3, 120).unwrap();
            let beside = in_bins(bands, &request, &beside)
                .total_density(Channel::States)
                .0;
            let density = exact.total_density(Channel::States).0;
            assert!(off(&density, &beside, largest(&density)) > 1e-5);
        }
    }
}

/// Constant relaxation times scale v_i v_j; τ(k) of a file enters point by point.
#[test]
fn relaxation_times_of_the_file_multiply_the_velocity_products() {
    let n = [8, 9, 7];
    let header = |_| BandHeader::new(skew(), KGrid::gamma(n).unwrap(), SpinTreatment::Spinor, 1);
    let energies = smooth(n, 1, 21, |u| u);
    let with = |tau: Vec<f64>| {
        BandGrid::with_fields(header(()), energies.clone(), None, Some(tau)).unwrap()
    };
    let constant = with(vec![2.5e-14; energies.len()]);
    let request = Request {
        channels: Channels::Lifetimes,
        velocities: Velocities::FiniteDifference(4),
        ..Request::for_bands(constant.header())
    };
    let s = at_energy(&constant, &request, 0.2);
    for (i, j) in [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2)] {
        let (v, _) = s.total(Channel::VelocityProduct(i, j));
        let (vt, _) = s.total(Channel::LifetimeProduct(i, j));
        assert!(
            (vt - 2.5e-14 * v).abs() <= 1e-12 * 2.5e-14 * v.abs(),
            "{i}{j}"
        );
    }
    // τ = c (E + 10 eV) is linear with the band, so on the surface E = ε it is c (ε + 10 eV) but for the product with v v
    // being interpolated as a whole: second order in the step.
    let sloped = with(energies.iter().map(|e| 1e-15 * (e + 10.0)).collect());
    let s = at_energy(&sloped, &request, 0.2);
    let (v, bar) = s.total(Channel::VelocityProduct(0, 0));
    let (vt, _) = s.total(Channel::LifetimeProduct(0, 0));
    println!("τ(E): {} against {}, bar {}", vt / 10.2e-15, v, bar);
    assert!((vt / 10.2e-15 - v).abs() <= bar);
}

/// Density of states per spin of the square (dimension 2) and the simple cubic band.
fn tight_binding_density(e: f64, dimension: usize) -> f64 {
    if dimension == 2 {
        if e.abs() >= 4.0 {
            return 0.0;
        }
        return elliptic_k((1.0f64 - e * e / 16.0).sqrt()) / (2.0 * PI * PI);
    }
    let points = 20_000;
    let sum: f64 = (0..points)
        .map(|i| {
            let z = PI * (f64::from(i) + 0.5) / f64::from(points);
            tight_binding_density(e + 2.0 * z.cos(), 2)
        })
        .sum();
    sum / f64::from(points)
}

/// How often a bar at one energy is caught short, over many energies: |fine − coarse| is an estimate, and where both happen
/// to err alike it is too small. In space that is rare and mild; in a plane, where the error is erratic, it is neither.
#[test]
fn bars_at_one_energy_cover_almost_every_energy() {
    let check = tight_binding_density(SIMPLE_CUBIC[2].0, 3) / SIMPLE_CUBIC[2].1 - 1.0;
    // The jumps at the planes' band edges cost half a point of 20 000: 2e-5, a fiftieth of the error at N = 64.
    assert!(check.abs() < 2e-5, "{check:e}");
    // (dimension, N, largest share missed, least bar/|error|)
    for (dimension, n, missed, least_ratio) in
        [(3, 32, 0.0, 1.0), (3, 64, 0.0, 1.0), (2, 128, 0.01, 0.5)]
    {
        let shape = if dimension == 3 { [n; 3] } else { [n, n, 1] };
        let bands = BandGrid::load(&tight_binding(shape, 1.0, 1.0, dimension)).unwrap();
        let request = with_velocities(&bands, 0);
        let mut bars = Bars::default();
        for i in 5..195 {
            let e = 2.0 * dimension as f64 * (f64::from(i) / 100.0 - 0.9937);
            let exact = 2.0 * tight_binding_density(e, dimension);
            let value = at_energy(&bands, &request, e).total(Channel::States);
            bars.add(format!("{e}"), value, exact);
        }
        let (least, median, count) = bars.summary();
        let short = bars.missed().len();
        println!(
            "{dimension} dimensions, N = {n}: {short} of {count} bars of D too short, bar/|error| least {least:.2}, \
             median {median:.2}"
        );
        assert!(short as f64 <= missed * count as f64 && least > least_ratio);
        assert!(median < 30.0);
    }
}
