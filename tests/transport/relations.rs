//! Relations that hold for any bands, through the grid: coefficients of random smooth bands against sums over points with analytic
//! velocities and masses (docs/physics §3, §6), Onsager's relations in a field, and the laws of Mott and of Wiedemann and Franz as
//! tensors (§7, §10).

use crate::common::{Bars, Lcg, coefficients_at, distribution_around};
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, Tensor};
use bzint::integrate::{Channels, Velocities};
use bzint::transport::{CoefficientsOverTau, fermi_window};
use bzint::units::{BOLTZMANN_EV, ELEMENTARY_CHARGE, EV, HBAR};
use nalgebra::Matrix3;
use std::f64::consts::{PI, TAU};

/// L₀ = (π²/3)(k_B/e)².
const LORENZ: f64 = PI * PI / 3.0 * BOLTZMANN_EV * BOLTZMANN_EV;

/// E(u) = Σ A cos(2π m·u + φ) on a skew lattice, without any symmetry, time reversal's included.
struct Waves {
    lattice: Lattice,
    all: Vec<([f64; 3], f64, f64)>,
}

impl Waves {
    fn random(seed: u64) -> Self {
        let mut random = Lcg(seed);
        random.next();
        let stars = [
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0],
            [1.0, -1.0, 0.0],
            [0.0, 1.0, 1.0],
            [1.0, 0.0, 1.0],
        ];
        let size = |i: usize| if i < 3 { 0.15 } else { 0.06 };
        let waves = stars.iter().enumerate().map(|(i, m)| {
            let amplitude = size(i) * (0.5 + random.next());
            (*m, amplitude, TAU * random.next())
        });
        let all = waves.collect();
        let rows = [[3.1, 0.2, -0.4], [-1.3, 2.7, 0.5], [0.6, 0.9, 4.2]];
        Self {
            lattice: Lattice::new(rows).unwrap(),
            all,
        }
    }

    /// Energy (eV), velocity (m/s) and inverse mass (1/kg).
    fn at(&self, u: [f64; 3]) -> (f64, [f64; 3], Tensor) {
        let (mut energy, mut v, mut w) = (0.0, [0.0; 3], [[0.0; 3]; 3]);
        for (m, amplitude, phase) in &self.all {
            let angle = TAU * (0..3).map(|a| m[a] * u[a]).sum::<f64>() + phase;
            // ∂/∂k of 2π m·u = k·R, R = Σ m_a a_a.
            let rows = self.lattice.rows();
            let r: [f64; 3] =
                std::array::from_fn(|i| (0..3).map(|a| m[a] * rows[a][i]).sum::<f64>() * 1e-10);
            energy += amplitude * angle.cos();
            for i in 0..3 {
                v[i] -= amplitude * EV * angle.sin() * r[i] / HBAR;
                for j in 0..3 {
                    w[i][j] -= amplitude * EV * angle.cos() * r[i] * r[j] / (HBAR * HBAR);
                }
            }
        }
        (energy, v, w)
    }

    fn on_grid(&self, n: usize) -> BandGrid {
        let grid = KGrid::gamma([n; 3]).unwrap();
        let header = BandHeader::new(self.lattice.clone(), grid, SpinTreatment::Unpolarized, 1);
        let point = |p: usize| grid.point([p / (n * n), p / n % n, p % n]);
        let energies = (0..grid.len()).map(|p| self.at(point(p)).0).collect();
        BandGrid::new(header, energies).unwrap()
    }
}

fn epsilon(i: usize, j: usize, k: usize) -> f64 {
    let (i, j, k) = (i as f64, j as f64, k as f64);
    (i - j) * (j - k) * (k - i) / 2.0
}

/// Sums over points, per τ: e²L⁽ⁿ⁾ in a field, by powers of the field and with the energies in eV. No use is made of any symmetry.
struct Sums {
    zero: [Matrix3<f64>; 3],
    first: [[Matrix3<f64>; 3]; 3],
    second: [[[[f64; 3]; 3]; 3]; 3],
}

/// The sum over points of a smooth window converges exponentially: 1e-9 with these.
fn sums(waves: &Waves, t: f64, mu: f64) -> Sums {
    let (n, kt) = (48, BOLTZMANN_EV * t);
    let mut s = Sums {
        zero: [Matrix3::zeros(); 3],
        first: [[Matrix3::zeros(); 3]; 3],
        second: [[[[0.0; 3]; 3]; 3]; 3],
    };
    let e = ELEMENTARY_CHARGE;
    let unit = e * e * 2.0 / (waves.lattice.volume_m3() * (n * n * n) as f64 * kt * EV);
    for p in 0..n * n * n {
        let u = [p / (n * n), p / n % n, p % n].map(|j| j as f64 / n as f64);
        let (energy, v, w) = waves.at(u);
        let weight = unit * fermi_window((energy - mu) / kt);
        // (v × B)·∇v_j per B_k: ε_abk v_b M⁻¹_aj.
        let turned = |j: usize, k: usize| -> f64 {
            (0..9)
                .map(|x| epsilon(x / 3, x % 3, k) * v[x % 3] * w[x / 3][j])
                .sum()
        };
        let turned: [[f64; 3]; 3] =
            std::array::from_fn(|j| std::array::from_fn(|k| e * turned(j, k)));
        for i in 0..3 {
            for j in 0..3 {
                for power in 0..3 {
                    let weight = weight * (energy - mu).powi(power as i32);
                    s.zero[power][(i, j)] += weight * v[i] * v[j];
                    for k in 0..3 {
                        s.first[power][k][(i, j)] += weight * v[i] * turned[j][k];
                    }
                }
                for k in 0..3 {
                    for l in 0..3 {
                        let both = turned[i][k] * turned[j][l] + turned[i][l] * turned[j][k];
                        s.second[i][j][k][l] -= 0.5 * weight * both;
                    }
                }
            }
        }
    }
    s
}

/// Every component of σ, S, κ and of their first and second orders in the field, of bands without symmetry, inside its bar. What the
/// sums make of σ_ij(B) = σ_ji(−B) is found, not put in.
#[test]
fn random_bands_have_the_coefficients_of_sums_over_points_and_onsagers_relations() {
    let (t, mut bars) = (1200.0, Bars::default());
    for (seed, mu) in [(1, 0.05), (2, -0.2), (3, 0.15)] {
        let waves = Waves::random(seed);
        let s = sums(&waves, t, mu);
        let bands = waves.on_grid(36);
        let velocities = Velocities::FiniteDifference(6);
        let d = distribution_around(&bands, Channels::Magneto, velocities, (t, t), mu);
        let c = coefficients_at(&d, t, mu);
        let [s0, s1, s2] = s.zero;
        let r = s0.try_inverse().unwrap();
        let (sigma, seebeck) = (c.conductivity_over_tau(), c.seebeck());
        let kappa = c.thermal_conductivity_electronic_over_tau();
        let (exact_s, exact_kappa) = (-r * s1 / t, (s2 - s1 * r * s1) / t);
        let hall = c.hall_conductivity_over_tau2().unwrap();
        let nernst = c.nernst_tensor_over_tau().unwrap();
        let heat = c.thermal_hall_conductivity_over_tau2().unwrap();
        let second = c.magnetoconductivity_over_tau3().unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let what = |name: &str| format!("{name} {i}{j}, seed {seed}");
                let of = |v: &Tensor, e: &Tensor| (v[i][j], e[i][j]);
                bars.add(what("σ"), of(&sigma.value, &sigma.error), s0[(i, j)]);
                bars.add(
                    what("S"),
                    of(&seebeck.value, &seebeck.error),
                    exact_s[(i, j)],
                );
                bars.add(
                    what("κ"),
                    of(&kappa.value, &kappa.error),
                    exact_kappa[(i, j)],
                );
                for k in 0..3 {
                    let [d0, d1, d2] = [0, 1, 2].map(|n| s.first[n][k]);
                    let what = |name: &str| format!("{name} {i}{j}{k}, seed {seed}");
                    let of = |v: &[Tensor; 3], e: &[Tensor; 3]| (v[i][j][k], e[i][j][k]);
                    let exact_n = -(r * d1 - r * d0 * r * s1) / t;
                    let exact_h = (d2 - d1 * r * s1 - s1 * r * d1 + s1 * r * d0 * r * s1) / t;
                    // σ_iik = 0 is Onsager's: the sums have it to rounding.
                    if i == j {
                        assert!(d0[(i, i)].abs() < 1e-8 * d0.amax());
                        assert!(exact_h[(i, i)].abs() < 1e-8 * exact_h.amax());
                        assert_eq!(hall.value[i][i][k], 0.0);
                        assert!(heat.value[i][i][k].abs() < 1e-8 * exact_h.amax());
                    } else {
                        assert!((d0[(i, j)] + d0[(j, i)]).abs() < 1e-8 * d0.amax());
                        bars.add(what("σ_B"), of(&hall.value, &hall.error), d0[(i, j)]);
                        bars.add(what("κ_B"), of(&heat.value, &heat.error), exact_h[(i, j)]);
                        let odd = heat.value[i][j][k] + heat.value[j][i][k];
                        assert!(odd.abs() < 1e-8 * exact_h.amax(), "{odd:e}");
                    }
                    bars.add(
                        what("S_B"),
                        of(&nernst.value, &nernst.error),
                        exact_n[(i, j)],
                    );
                    for l in 0..3 {
                        let (v, e) = (second.value[i][j][k][l], second.error[i][j][k][l]);
                        let what = format!("σ_BB {i}{j}{k}{l}, seed {seed}");
                        bars.add(what, (v, e), s.second[i][j][k][l]);
                        assert_eq!(v, second.value[j][i][k][l]);
                    }
                }
            }
        }
    }
    bars.assert_honest("random bands", 100.0);
}

/// Mott's formula as a matrix, S = −(π²k_B²T/3e) σ⁻¹ ∂σ/∂μ, of bands without symmetry: what is left is of the order T² of it; and
/// κσ⁻¹/T goes to L₀ times the unit matrix likewise.
#[test]
fn random_bands_obey_mott_and_wiedemann_and_franz_as_they_get_cold() {
    let mu = 0.05;
    for seed in [1, 2, 3] {
        let bands = Waves::random(seed).on_grid(48);
        let hot = 0.02 / BOLTZMANN_EV;
        let velocities = Velocities::FiniteDifference(6);
        let d = distribution_around(&bands, Channels::Basic, velocities, (0.5 * hot, hot), mu);
        let matrix = |t: &Tensor| Matrix3::from_fn(|i, j| t[i][j]);
        let left = |t: f64| {
            let step = 0.1 * BOLTZMANN_EV * t;
            let at = |mu: f64| coefficients_at(&d, t, mu);
            let (below, here, above) = (at(mu - step), at(mu), at(mu + step));
            let sigma = |c: &CoefficientsOverTau| matrix(&c.conductivity_over_tau().value);
            let slope = (sigma(&above) - sigma(&below)) / (2.0 * step);
            let mott = -(LORENZ * t) * sigma(&here).try_inverse().unwrap() * slope;
            let (s, l) = (here.seebeck(), here.lorenz());
            let off = matrix(&s.value) - mott;
            let bar = matrix(&s.error).amax() / mott.amax();
            let franz = matrix(&l.value) / LORENZ - Matrix3::identity();
            [
                (off.amax() / mott.amax(), bar),
                (franz.amax(), matrix(&l.error).amax() / LORENZ),
            ]
        };
        for ((warm, bar), (cold, bar_cold)) in left(hot).into_iter().zip(left(0.5 * hot)) {
            println!("seed {seed}: {warm:.4} ± {bar:.4}, {cold:.4} ± {bar_cold:.4}");
            assert!(warm < 0.1, "seed {seed}: {warm}");
            // A quarter, but for the next order.
            assert!(
                cold <= 0.3 * (warm + bar) + bar_cold,
                "seed {seed}: {warm} {cold} ± {bar_cold}"
            );
        }
    }
}
