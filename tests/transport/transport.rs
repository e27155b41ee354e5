//! Coefficients at finite temperature against closed forms: spectra filled from formulas, and model bands on grids.
//! Values: docs/physics §5, §6, §7, §10, §11, §18.

use crate::common::{Bars, cubic, in_bins, simple_cubic};
use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup};
use bzint::integrate::{Channel, Channels, EnergyAxis, Request, Spectrum, Velocities};
use bzint::transport::{
    AxisPlan, CarrierDensities, Coefficients, Density, Doping, ImpurityLevel, TensorQuantity,
    TransportDistribution,
};
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use proptest::prelude::*;
use std::f64::consts::PI;

const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];

#[track_caller]
fn close(got: f64, want: f64, tolerance: f64) {
    let off = (got - want).abs();
    assert!(
        off <= tolerance * want.abs(),
        "got {got:e}, expected {want:e}, off {off:e}"
    );
}

fn header(lattice: Lattice) -> BandHeader {
    let grid = KGrid::gamma([8; 3]).unwrap();
    let group = PointGroup::of_lattice(&lattice, 1e-6);
    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 1);
    header.point_group = group;
    header
}

/// Bins around μ for a band that begins at `bottom_ev` (and one that ends at `top_ev`).
fn bins(kt: f64, mu: f64, gap: &[f64]) -> EnergyAxis {
    let t = kt / BOLTZMANN_EV;
    let plan = AxisPlan {
        temperatures_k: (t, t),
        chemical_potentials_ev: vec![(mu, mu)],
        band_edges_ev: Vec::new(),
        gap_edges_ev: gap.to_vec(),
        margin_ev: 0.0,
    };
    plan.axis().unwrap()
}

/// A spectrum whose cumulative channels are given.
fn fill(axis: &EnergyAxis, channels: Channels, of: impl Fn(Channel, f64) -> f64) -> Spectrum {
    let mut s = Spectrum::zeros(axis.clone(), 2.0, 1, channels);
    let mut all = vec![Channel::States];
    all.extend(PAIRS.map(|(i, j)| Channel::VelocityProduct(i, j)));
    if matches!(channels, Channels::Hall | Channels::Magneto) {
        all.extend(PAIRS.map(|(i, j)| Channel::Hall(i, j)));
    }
    if channels == Channels::Magneto {
        for (i, j) in PAIRS {
            all.extend(PAIRS.map(|(k, l)| Channel::Magneto(i, j, k, l)));
        }
    }
    for channel in all {
        let at = channel.index(channels).unwrap() * (axis.bins() + 1);
        for (k, e) in axis.edges().iter().enumerate() {
            s.cumulative[at + k] = of(channel, *e);
        }
    }
    s
}

fn levi_civita(i: usize, j: usize, k: usize) -> f64 {
    let (i, j, k) = (i as f64, j as f64, k as f64);
    (i - j) * (j - k) * (k - i) / 2.0
}

/// One parabolic valley of these masses (m_e, along x y z) above 0 eV: cumulative channels per cell.
struct Parabola {
    masses: [f64; 3],
    volume: f64,
}

impl Parabola {
    fn states(&self, e: f64) -> f64 {
        let m_d = self.masses.iter().product::<f64>().cbrt() * ELECTRON_MASS;
        let e = e.max(0.0) * EV;
        self.volume * (2.0 * m_d * e).powf(1.5) / (3.0 * PI * PI * HBAR.powi(3))
    }

    fn inverse(&self, i: usize) -> f64 {
        1.0 / (self.masses[i] * ELECTRON_MASS)
    }

    fn channel(&self, channel: Channel, e: f64) -> f64 {
        // ∫ (2ε/3) dN = (2/5) ε N.
        let work = 0.4 * e.max(0.0) * EV * self.states(e);
        let diagonal = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
        match channel {
            Channel::States => self.states(e),
            Channel::VelocityProduct(i, j) => work * diagonal(i, j) * self.inverse(i),
            Channel::Hall(l, k) => {
                let determinant: f64 = (0..3).map(|i| self.inverse(i)).product();
                -work * diagonal(l, k) * determinant / self.inverse(l)
            }
            Channel::Magneto(i, j, k, l) => {
                let w = |j: usize, k: usize, b: usize| levi_civita(j, b, k) * self.inverse(j);
                let of = |i: usize, j: usize, k: usize, l: usize| -> f64 {
                    (0..3)
                        .map(|b| w(i, k, b) * w(j, l, b) * self.inverse(b))
                        .sum()
                };
                0.5 * work * (of(i, j, k, l) + of(i, j, l, k))
            }
            _ => 0.0,
        }
    }
}

/// The parabolic band (isotropic, mass 0.35) at η with τ = τ₀ (E/k_BT)^r.
fn parabolic(eta: f64, r: f64, t: f64, tau_0: f64) -> Coefficients {
    let kt = BOLTZMANN_EV * t;
    let axis = bins(kt, eta * kt, &[0.0]);
    let lattice = cubic(5.0);
    let band = Parabola {
        masses: [0.35; 3],
        volume: lattice.volume_m3(),
    };
    let spectrum = fill(&axis, Channels::Magneto, |c, e| band.channel(c, e));
    let split = axis.first() + 1e-9;
    let distribution = TransportDistribution::new(&header(lattice), &spectrum, split).unwrap();
    let state = distribution.at_chemical_potential(t, eta * kt).unwrap();
    distribution
        .coefficients(&state, &|e: f64| tau_0 * (e.max(1e-12) / kt).powf(r))
        .unwrap()
}

/// §6: S and L/L₀ of the single parabolic band.
#[test]
fn the_parabolic_band_has_its_seebeck_and_lorenz_numbers() {
    let lorenz_0 = PI * PI / 3.0 * BOLTZMANN_EV.powi(2);
    for (r, eta, s, l) in [
        (-0.5, -5.0, -603.502_886_2, 0.608_437_406_8),
        (-0.5, 0.0, -204.501_229_3, 0.660_245_880_8),
        (-0.5, 5.0, -55.814_271_3, 0.891_954_669_5),
        (0.0, 0.0, -244.167_140_7, 0.783_873_587_5),
        (0.0, 10.0, -41.740_840_37, 0.968_811_674_9),
        (1.5, 0.0, -362.085_909_3, 1.188_588_608),
        (1.5, 5.0, -144.208_631_5, 1.060_031_311),
    ] {
        let c = parabolic(eta, r, 300.0, 1e-14);
        let seebeck = c.seebeck();
        for i in 0..3 {
            close(seebeck.value[i][i] * 1e6, s, 1e-6);
            let off = (seebeck.value[i][i] - s * 1e-6).abs();
            let bar = seebeck.error[i][i];
            assert!(
                off <= bar && bar < 1e-4 * s.abs() * 1e-6,
                "r {r} η {eta}: {off:e} {bar:e}"
            );
            assert_eq!(seebeck.value[i][(i + 1) % 3], 0.0);
            assert_eq!(seebeck.error[i][(i + 1) % 3], 0.0);
        }
        close(c.lorenz().value[1][1] / lorenz_0, l, 1e-6);
        close(c.peltier().value[0][0], 300.0 * seebeck.value[0][0], 1e-14);
        let (open, closed) = (
            c.thermal_conductivity_electronic(),
            c.thermal_conductivity_closed(),
        );
        let s = seebeck.value[2][2];
        close(
            closed.value[2][2] - open.value[2][2],
            300.0 * c.conductivity().value[2][2] * s * s,
            1e-10,
        );
        close(
            c.power_factor().value[0][0],
            c.conductivity().value[0][0] * s * s,
            1e-12,
        );
        let zt = c.figure_of_merit(1.5).unwrap().value[0][0];
        let expected = 300.0 * c.power_factor().value[0][0] / (1.5 + open.value[0][0]);
        close(zt, expected, 1e-12);
    }
}

/// §0 and §5: n e²⟨τ⟩/m, the Hall factor, Hall density and mobility, and R_H = −r_H/(ne).
#[test]
fn the_parabolic_band_has_its_hall_factors() {
    for (r, eta, factor) in [
        (1.5, 0.0, 1.749_462_691),
        (1.5, 2.0, 1.467_706_115),
        (1.5, 5.0, 1.195_706_881_45),
        (1.5, 10.0, 1.065_380_828_72),
        (1.5, 20.0, 1.017_909_885_43),
        (-0.5, 0.0, 1.134_900_331),
        (-0.5, 2.0, 1.076_777_179),
        (-0.5, 10.0, 1.008_058_845_02),
        // Non-degenerate: 3π/8, 45π/128, 7/5, 315π/512.
        (-0.5, -24.0, 1.178_097_245_096_2),
        (0.5, -24.0, 1.104_466_167_277_7),
        (1.0, -24.0, 1.4),
        (1.5, -24.0, 1.932_815_792_735_9),
        (0.0, 3.0, 1.0),
    ] {
        let c = parabolic(eta, r, 300.0, 1e-14);
        let found = c.hall_factor().unwrap();
        close(found.value, factor, 2e-6);
        let n = c.electron_density().value * 1e6;
        let hall = c.hall_coefficient().unwrap().value;
        close(hall, -factor / (n * ELEMENTARY_CHARGE), 2e-6);
        close(
            c.hall_carrier_density().unwrap().value * 1e6,
            n / factor,
            2e-6,
        );
        let tensor = c.hall_coefficient_tensor().unwrap().value;
        close(tensor[0][1][2], hall, 1e-12);
        close(tensor[1][0][2], -hall, 1e-12);
        let [mobility, _] = c.mobility().unwrap();
        close(
            c.hall_mobility().unwrap().value / mobility.value[0][0],
            factor,
            2e-6,
        );
        if r == 0.0 {
            let drude = n * ELEMENTARY_CHARGE.powi(2) * 1e-14 / (0.35 * ELECTRON_MASS);
            close(c.conductivity().value[0][0], drude, 1e-6);
        }
    }
}

/// §11: ν/((k_B/e)μ_d), and Sondheimer's zero for a constant τ at any degeneracy, also of an ellipsoid.
#[test]
fn the_nernst_coefficient_has_its_size_and_its_zero() {
    let mobility_0 = ELEMENTARY_CHARGE * 1e-14 / (0.35 * ELECTRON_MASS);
    for (r, eta, expected) in [
        (-0.5, 0.0, -0.539_942_010_531),
        (-0.5, 10.0, -0.161_567_743_619),
        (1.5, 0.0, 2.455_362_196_19),
        (1.5, 10.0, 0.493_748_208_505),
        (-0.5, -20.0, -0.589_048_622_5),
        (1.5, -20.0, 2.899_223_689),
    ] {
        let c = parabolic(eta, r, 300.0, 1e-14);
        // μ_d of the formula is the drift mobility.
        let mobility = c.mobility().unwrap()[0].value[0][0];
        let nu = c.nernst().unwrap().value / (BOLTZMANN_EV * mobility);
        // τ² is singular at the band edge for r < 0.
        close(nu, expected, if r < 0.0 { 1e-5 } else { 1e-6 });
        let t = c.nernst_tensor().unwrap().value;
        close(t[0][1][2], -t[1][0][2], 1e-9);
    }
    for eta in [-10.0, 0.0, 30.0] {
        let nu = parabolic(eta, 0.0, 300.0, 1e-14).nernst().unwrap().value;
        assert!(nu.abs() < 1e-12 * BOLTZMANN_EV * mobility_0, "{nu:e}");
    }
}

/// §11: the linear band E = ħv_F k with a constant τ, by its exact Sommerfeld polynomials.
#[test]
fn the_linear_band_has_its_nernst_coefficient() {
    let (v_f, mu, t, tau) = (1e6, 1.0, 300.0, 1e-14);
    let kt = BOLTZMANN_EV * t;
    let axis = bins(kt, mu, &[]);
    let lattice = cubic(5.0);
    let volume = lattice.volume_m3();
    let states = |e: f64| volume * (e * EV / (HBAR * v_f)).powi(3) / (3.0 * PI * PI);
    let spectrum = fill(&axis, Channels::Hall, |channel, e| match channel {
        Channel::States => states(e),
        Channel::VelocityProduct(i, j) if i == j => v_f * v_f / 3.0 * states(e),
        Channel::Hall(l, k) if l == k => -0.5 * v_f.powi(4) * states(e) / (e * EV),
        _ => 0.0,
    });
    let d = TransportDistribution::new(&header(lattice), &spectrum, mu).unwrap();
    let state = d.at_chemical_potential(t, mu).unwrap();
    let c = d.coefficients(&state, &|_| tau).unwrap();
    let q = PI * PI / 3.0 * kt * kt;
    // Averages of E², E²(E − μ), E, E(E − μ).
    let (a0, a1, h0, h1) = (mu * mu + q, 2.0 * mu * q, mu, q);
    let seebeck = -a1 / a0 / t;
    close(c.seebeck().value[0][0], seebeck, 1e-9);
    let theta = -tau * v_f * v_f / EV * ELEMENTARY_CHARGE;
    let nu = -(theta / t) * (h1 / a0 - h0 * a1 / (a0 * a0));
    close(c.nernst().unwrap().value, nu, 1e-7);
    let leading = -q / t * v_f * v_f * tau / (mu * mu);
    close(nu, leading, 0.01);
    let over_tau = d.coefficients_over_tau(&state).unwrap();
    close(over_tau.nernst_over_tau().unwrap().value * tau, nu, 1e-7);
    // No gap: a Hall factor would mean nothing.
    assert!(c.hall_factor().is_none());
}

/// §10: κ_xy/(Tσ_xy). Of a parabolic band with a constant τ it is κ_xx/(Tσ_xx) at any degeneracy (§6); of the linear band it is a
/// closed form, and both go to L₀ as (k_BT/μ)².
#[test]
fn the_hall_parts_of_charge_and_heat_obey_wiedemann_and_franz() {
    let lorenz_0 = PI * PI / 3.0 * BOLTZMANN_EV.powi(2);
    let t = 300.0;
    for (eta, expected) in [(0.0, 0.783_873_587_5), (10.0, 0.968_811_674_9)] {
        let c = parabolic(eta, 0.0, t, 1e-14);
        let kappa = c.thermal_hall_conductivity().unwrap();
        let sigma = c.hall_conductivity().unwrap();
        for (i, j, k) in [(0, 1, 2), (1, 2, 0), (2, 0, 1), (1, 0, 2)] {
            let ratio = kappa.value[i][j][k] / (t * sigma.value[i][j][k]);
            close(ratio / lorenz_0, expected, 1e-6);
        }
        assert!(kappa.value[0][1][2] < 0.0 && kappa.value[0][0][2] == 0.0);
        assert!(kappa.error[0][1][2] > 0.0);
    }
    // τ ∝ E^r: what is left of the degenerate limit is of the order (k_BT/μ)², so a quarter at twice the level.
    for r in [-0.5, 1.5] {
        let off = |eta: f64| {
            let c = parabolic(eta, r, t, 1e-14);
            let kappa = c.thermal_hall_conductivity().unwrap().value[0][1][2];
            kappa / (t * c.hall_conductivity().unwrap().value[0][1][2] * lorenz_0) - 1.0
        };
        let (near, far) = (off(30.0), off(60.0));
        assert!(near.abs() < 0.05, "{near}");
        assert!((near / far - 4.0).abs() < 0.4, "r {r}: {near} {far}");
    }
    let (v_f, mu) = (1e6, 1.0);
    let kt = BOLTZMANN_EV * t;
    let axis = bins(kt, mu, &[]);
    let lattice = cubic(5.0);
    let volume = lattice.volume_m3();
    let states = |e: f64| volume * (e * EV / (HBAR * v_f)).powi(3) / (3.0 * PI * PI);
    let spectrum = fill(&axis, Channels::Hall, |channel, e| match channel {
        Channel::States => states(e),
        Channel::VelocityProduct(i, j) if i == j => v_f * v_f / 3.0 * states(e),
        Channel::Hall(l, k) if l == k => -0.5 * v_f.powi(4) * states(e) / (e * EV),
        _ => 0.0,
    });
    let d = TransportDistribution::new(&header(lattice), &spectrum, mu).unwrap();
    let state = d.at_chemical_potential(t, mu).unwrap();
    let c = d.coefficients_over_tau(&state).unwrap();
    let q = PI * PI / 3.0 * kt * kt;
    // Averages of E², E²(E − μ), and of E(E − μ)ⁿ.
    let drift = 2.0 * mu * q / (mu * mu + q);
    let expected = (mu * q - 2.0 * drift * q + drift * drift * mu) / (mu * kt * kt);
    let kappa = c.thermal_hall_conductivity_over_tau2().unwrap().value[0][1][2];
    let sigma = c.hall_conductivity_over_tau2().unwrap().value[0][1][2];
    close(kappa / (t * sigma) / BOLTZMANN_EV.powi(2), expected, 1e-7);
    close(expected, PI * PI / 3.0, 0.01);
}

/// §3: the ellipsoid in a field: R_H = −1/(ne) along every axis, and Δρ/ρ = 0 with σ_xx falling as (ω_cτ)².
#[test]
fn the_ellipsoid_has_its_weak_field_conductivity() {
    let (t, mu, tau) = (300.0, 0.05, 1e-12);
    let kt = BOLTZMANN_EV * t;
    let axis = bins(kt, mu, &[0.0]);
    let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 6.0]]).unwrap();
    let band = Parabola {
        masses: [0.2, 0.5, 1.1],
        volume: lattice.volume_m3(),
    };
    let spectrum = fill(&axis, Channels::Magneto, |c, e| band.channel(c, e));
    let d = TransportDistribution::new(&header(lattice), &spectrum, axis.first()).unwrap();
    let state = d.at_chemical_potential(t, mu).unwrap();
    let c = d.coefficients(&state, &|_| tau).unwrap();
    let n = c.electron_density().value * 1e6;
    let r = c.hall_coefficient_tensor().unwrap().value;
    let expected = -1.0 / (n * ELEMENTARY_CHARGE);
    for (i, j, k) in [(0, 1, 2), (1, 2, 0), (2, 0, 1)] {
        close(r[i][j][k], expected, 1e-6);
        close(r[j][i][k], -expected, 1e-6);
    }
    let sigma = c.conductivity().value;
    let second = c.magnetoconductivity().unwrap().value;
    let omega = |x: usize, y: usize| {
        ELEMENTARY_CHARGE / (band.masses[x] * band.masses[y]).sqrt() / ELECTRON_MASS
    };
    for (x, y, z) in [(0, 1, 2), (1, 2, 0), (2, 0, 1)] {
        close(
            second[x][x][z][z],
            -sigma[x][x] * (omega(x, y) * tau).powi(2),
            1e-9,
        );
        assert_eq!(second[z][z][z][z], 0.0);
    }
    // σ⁽²⁾ is also (σ⁽¹⁾/σ⁽⁰⁾)² for any direction of the field, so that the resistivity does not change.
    let change = c.magnetoresistance().unwrap().value;
    let scale = (omega(0, 1) * tau).powi(2);
    assert!(
        change.iter().flatten().all(|x| x.abs() < 1e-9 * scale),
        "{change:?}"
    );
    let first = c.hall_conductivity().unwrap().value;
    close(
        first[0][1][2],
        -sigma[0][0] * omega(0, 1) * tau * (0.2f64 / 0.5).sqrt(),
        1e-6,
    );
}

/// §7: S of the two-dimensional anisotropic band is the same along both axes and Mott's at low temperature; §10: κ/(σT) → L₀.
#[test]
fn mott_and_wiedemann_franz_are_the_low_temperature_limits() {
    let mu = 0.1;
    for (t, exact) in [
        (10.0, -2.443_004_509_07),
        (100.0, -24.429_104_056),
        (300.0, -70.206_384_244_4),
    ] {
        let axis = bins(BOLTZMANN_EV * t, mu, &[0.0]);
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 10.0]]).unwrap();
        let spectrum = fill(&axis, Channels::Basic, |channel, e| match channel {
            Channel::States => e.max(0.0),
            Channel::VelocityProduct(0, 0) => 5e9 * e.max(0.0).powi(2),
            Channel::VelocityProduct(1, 1) => 1e9 * e.max(0.0).powi(2),
            _ => 0.0,
        });
        let d = TransportDistribution::new(&header(lattice), &spectrum, axis.first()).unwrap();
        let c = d
            .coefficients_over_tau(&d.at_chemical_potential(t, mu).unwrap())
            .unwrap();
        let s = c.seebeck();
        for i in 0..2 {
            close(s.value[i][i] * 1e6, exact, 1e-6);
        }
        // Along the third axis nothing flows: no Seebeck coefficient is defined there, and the others are not spoilt.
        assert!(s.value[2][2].is_nan());
        let mott = -PI * PI / 3.0 * BOLTZMANN_EV.powi(2) * t / mu;
        let beyond = s.value[0][0] / mott - 1.0;
        assert!(
            beyond.abs() < 2.0 * (BOLTZMANN_EV * t / mu).powi(2),
            "{t} {beyond:e}"
        );
        let lorenz_0 = PI * PI / 3.0 * BOLTZMANN_EV.powi(2);
        let l = c.lorenz().value[0][0] / lorenz_0;
        let small = (BOLTZMANN_EV * t / mu).powi(2);
        assert!((l - 1.0).abs() < 4.0 * small, "{t} {l}");
        assert!(c.hall_coefficient().is_none());
    }
}

/// F_½(η) (normalised) by the trapezoidal rule in √x, which converges exponentially.
fn fermi_half(eta: f64) -> f64 {
    if eta > 600.0 {
        // Sommerfeld's expansion.
        let series =
            1.0 + PI.powi(2) / (8.0 * eta.powi(2)) + 7.0 * PI.powi(4) / (640.0 * eta.powi(4));
        return 4.0 / (3.0 * PI.sqrt()) * eta.powf(1.5) * series;
    }
    let h = 0.05;
    let of = |k: usize| {
        let u = h * k as f64;
        let x = u * u - eta;
        let f = if x > 0.0 {
            (-x).exp() / (1.0 + (-x).exp())
        } else {
            1.0 / (1.0 + x.exp())
        };
        2.0 * u * u * f
    };
    h * (0..2000).map(of).sum::<f64>() * 2.0 / PI.sqrt()
}

/// Two parabolic bands by their closed forms.
struct TwoBands {
    gap: f64,
    masses: [f64; 2],
}

impl TwoBands {
    fn ln_density(&self, i: usize, eta: f64, kt: f64) -> f64 {
        let m = self.masses[i] * ELECTRON_MASS;
        let n = 2.0 * (m * kt * EV / (2.0 * PI * HBAR * HBAR)).powf(1.5) * 1e-6;
        let ln_f = if eta < -300.0 {
            eta
        } else {
            fermi_half(eta).ln()
        };
        n.ln() + ln_f
    }
}

impl CarrierDensities for TwoBands {
    fn ln_electrons(&self, mu: f64, kt: f64) -> f64 {
        self.ln_density(0, (mu - self.gap) / kt, kt)
    }
    fn ln_holes(&self, mu: f64, kt: f64) -> f64 {
        self.ln_density(1, -mu / kt, kt)
    }
    fn range_ev(&self) -> (f64, f64) {
        (-3.0, 5.0)
    }
}

/// §18: the reference values of Fermi–Dirac integrals that the closed form here must have.
#[test]
fn the_closed_form_has_its_own_reference_values() {
    close(fermi_half(0.0), 0.765_147_024_625_408, 1e-13);
    close(fermi_half(2.0), 2.823_721_277_4, 1e-10);
    close(fermi_half(10.0), 24.084_656_964_6, 1e-11);
    close(fermi_half(-4.0), 0.018_198_203_508_4, 1e-11);
}

/// §18: donors 45 meV below the conduction band, by closed forms to 1e-8 and through bins within their bars.
#[test]
fn donors_fix_the_chemical_potential() {
    let bands = TwoBands {
        gap: 1.12,
        masses: [1.08, 0.81],
    };
    let doping = Doping {
        donors: vec![ImpurityLevel {
            density: Density::per_volume(1e18),
            energy_ev: 1.12 - 0.045,
            degeneracy: 2.0,
        }],
        ..Doping::default()
    };
    for (t, below, n) in [
        (100.0, -0.033_255_814_337_7, 1.134_471_818_35e23),
        (300.0, -0.093_061_407_652_8, 7.624_123_735_34e23),
        (600.0, -0.228_996_372_449, f64::NAN),
    ] {
        let kt = BOLTZMANN_EV * t;
        let mu = doping.chemical_potential(&bands, t).unwrap();
        close(mu - 1.12, below, 1e-8);
        if n.is_finite() {
            close(bands.ln_electrons(mu, kt).exp() * 1e6, n, 1e-8);
        }
        let axis = bins(kt, 1.0, &[0.0, 1.12]);
        let lattice = cubic(5.0);
        let of = |m: f64| Parabola {
            masses: [m; 3],
            volume: lattice.volume_m3(),
        };
        let (upper, lower) = (of(1.08), of(0.81));
        let spectrum = fill(&axis, Channels::Basic, |c, e| {
            let sign = -1.0;
            upper.channel(c, e - 1.12) + sign * lower.channel(c, -e)
        });
        let d = TransportDistribution::new(&header(lattice.clone()), &spectrum, 0.5).unwrap();
        let state = d.at_doping(t, &doping).unwrap();
        let found = state.chemical_potential_ev();
        assert!(
            (found.value - mu).abs() < 1e-5 * kt,
            "{t}: {:e}",
            found.value - mu
        );
        assert!(
            (found.value - mu).abs() <= found.error.max(1e-9 * kt),
            "{t}: {found:?} {mu}"
        );
    }
}

/// From 10⁸ cm⁻³ at 2 K to 10²³ at 2000 K the balance holds in relative terms, for both signs and in compensation.
#[test]
fn any_doping_at_any_temperature_is_balanced() {
    let bands = TwoBands {
        gap: 1.12,
        masses: [1.08, 0.81],
    };
    for t in [2.0, 20.0, 300.0, 2000.0] {
        let kt = BOLTZMANN_EV * t;
        for exponent in [8, 12, 18, 21, 22] {
            for sign in [1.0, -1.0] {
                let net = sign * 10f64.powi(exponent);
                let mu = Doping::fixed(net).chemical_potential(&bands, t).unwrap();
                let (n, p) = (
                    bands.ln_electrons(mu, kt).exp(),
                    bands.ln_holes(mu, kt).exp(),
                );
                // Where thermal carriers outnumber the doping the difference cancels.
                let off = (n - p - net).abs() / (n + p);
                assert!(off < 1e-9, "{t} K {net:e}: {n:e} {p:e}");
            }
        }
        // Compensated: more donors than acceptors, all acceptors charged.
        let level = |density_cm3, energy_ev, degeneracy| ImpurityLevel {
            density: Density::per_volume(density_cm3),
            energy_ev,
            degeneracy,
        };
        let (donor, acceptor) = (level(3e17, 1.075, 2.0), level(1e17, 0.045, 4.0));
        let doping = Doping {
            fixed: Density::default(),
            donors: vec![donor],
            acceptors: vec![acceptor],
        };
        let mu = doping.chemical_potential(&bands, t).unwrap();
        let (n, p) = (
            bands.ln_electrons(mu, kt).exp(),
            bands.ln_holes(mu, kt).exp(),
        );
        let positive =
            donor.density.per_volume_cm3() / (1.0 + 2.0 * ((mu - donor.energy_ev) / kt).exp());
        let negative = acceptor.density.per_volume_cm3()
            / (1.0 + 4.0 * ((acceptor.energy_ev - mu) / kt).exp());
        assert!(
            (n + negative - p - positive).abs() < 1e-8 * (n + negative),
            "{t}"
        );
    }
    let none = Doping::fixed(0.0)
        .chemical_potential(&bands, 300.0)
        .unwrap();
    let middle = 0.56 + 0.75 * BOLTZMANN_EV * 300.0 * (0.81f64 / 1.08).ln();
    assert!((none - middle).abs() < 1e-9);
}

/// Deep in a wide gap at low temperature the carriers underflow, but S does not.
#[test]
fn the_seebeck_coefficient_survives_where_the_conductivity_underflows() {
    let (t, gap) = (10.0, 3.0);
    let kt = BOLTZMANN_EV * t;
    let axis = bins(kt, 1.4, &[0.0, gap]);
    let lattice = cubic(5.0);
    let band = Parabola {
        masses: [0.35; 3],
        volume: lattice.volume_m3(),
    };
    let spectrum = fill(&axis, Channels::Basic, |c, e| band.channel(c, e - gap));
    let d = TransportDistribution::new(&header(lattice), &spectrum, 1.5).unwrap();
    let c = d
        .coefficients_over_tau(&d.at_chemical_potential(t, 1.4).unwrap())
        .unwrap();
    // No number, rather than a zero without a bar.
    assert!(c.conductivity_over_tau().value[0][0].is_nan());
    assert!(c.electron_density().value.is_nan());
    let exact = -BOLTZMANN_EV * (2.5 + (gap - 1.4) / kt);
    close(c.seebeck().value[0][0], exact, 1e-6);
}

/// A distribution of model bands through the reference integrator, with velocities by differences of order 4.
fn from_grid(bands: &dyn BandSource, plan: &AxisPlan, split: f64) -> TransportDistribution {
    let request = Request {
        channels: Channels::Basic,
        velocities: Velocities::FiniteDifference(4),
        ..Request::for_bands(bands.header())
    };
    let spectrum = in_bins(bands, &request, &plan.axis().unwrap());
    TransportDistribution::new(bands.header(), &spectrum, split).unwrap()
}

/// §18: the simple-cubic band at finite temperature, in units t = a = ħ = 1 per spin; every value within its bar.
#[test]
fn the_simple_cubic_band_has_its_thermal_moments_within_their_bars() {
    let a = 4.0;
    let mut bars = Bars::default();
    for n in [24, 32, 48, 64] {
        let bands = simple_cubic(n, a, 1.0);
        for (mu, kt, held, l0, l1, l2) in [
            (
                -1.0,
                0.2,
                0.357_139_630_154_02,
                0.307_186_375_864_9,
                0.006_245_327_754_244_7,
                0.039_159_691_451_449,
            ),
            (
                -4.0,
                0.5,
                0.066_449_010_772_939,
                0.095_525_451_283_732,
                0.049_365_510_887_138,
                0.092_746_766_682_53,
            ),
        ] {
            let t = kt / BOLTZMANN_EV;
            let plan = AxisPlan {
                temperatures_k: (t, t),
                chemical_potentials_ev: vec![(mu, mu)],
                band_edges_ev: vec![-6.0, 6.0],
                gap_edges_ev: vec![],
                margin_ev: 0.0,
            };
            let d = from_grid(&bands, &plan, plan.axis().unwrap().first() + 1e-6);
            let c = d
                .coefficients_over_tau(&d.at_chemical_potential(t, mu).unwrap())
                .unwrap();
            // e² g_s/V_c · (a t/ħ)² per t.
            let unit = 2.0 * (ELEMENTARY_CHARGE * a * 1e-10 / HBAR).powi(2) * EV
                / bands.header().lattice.volume_m3();
            let sigma = c.conductivity_over_tau();
            let volt = l1 / l0 / t;
            let heat = (l2 - l1 * l1 / l0) / t * unit;
            let what = |x: &str| format!("{x} at {mu}, {n}³");
            let of = |q: &TensorQuantity| (q.value[0][0], q.error[0][0]);
            bars.add(what("σ"), of(&sigma), l0 * unit);
            bars.add(what("S"), of(&c.seebeck()), -volt);
            bars.add(
                what("κ"),
                of(&c.thermal_conductivity_electronic_over_tau()),
                heat,
            );
            let density = c.electron_density();
            let cell = bands.header().lattice.volume_m3() * 1e6;
            bars.add(what("n"), (density.value, density.error), 2.0 * held / cell);
            if n == 64 {
                close(sigma.value[0][0], l0 * unit, 3e-3);
                close(c.seebeck().value[0][0], -volt, 1e-2);
            }
        }
    }
    // Values are extrapolated, bars are what that takes off: where the order is clean, little is left of them.
    bars.assert_honest("thermal moments", 100.0);
}

/// The two simple-cubic bands of the shared BoltzTraP2 comparison: E_c = 0.05 + 2tΣ(1 − cos), E_v = −0.05 − tΣ(1 − cos) Ha.
fn two_cubic_bands(n: usize) -> BandGrid {
    let grid = KGrid::gamma([n; 3]).unwrap();
    let t = 0.01 * bzint::units::HARTREE_EV;
    let mut header = header(cubic(5.0));
    (header.k_grid, header.n_band, header.n_electrons) = (grid, 2, Some(2.0));
    let mut energies = Vec::new();
    for (edge, hopping) in [(-5.0 * t, -t), (5.0 * t, 2.0 * t)] {
        for x in 0..n * n * n {
            let j = [x / (n * n), x / n % n, x % n];
            let sum: f64 = j
                .iter()
                .map(|&j| 1.0 - (2.0 * PI * j as f64 / n as f64).cos())
                .sum();
            energies.push(edge + hopping * sum);
        }
    }
    BandGrid::new(header, energies).unwrap()
}

/// Doped semiconductors through the whole pipeline: S and σ/τ at fixed carriers, within bars that are not absurd.
#[test]
fn doped_cubic_bands_have_the_exact_seebeck_coefficients_within_their_bars() {
    let mut bars = Bars::default();
    for n in [64, 96] {
        let bands = two_cubic_bands(n);
        let edge = 0.05 * bzint::units::HARTREE_EV;
        let plan = AxisPlan {
            temperatures_k: (50.0, 300.0),
            chemical_potentials_ev: vec![(edge, edge + 0.1)],
            band_edges_ev: vec![],
            gap_edges_ev: vec![-edge, edge],
            margin_ev: 0.0,
        };
        let d = from_grid(&bands, &plan, 0.0);
        for (t, density, s, sigma) in [
            (50.0, 1e18, -196.910_891_252, 5.006_778_879_79e16),
            (50.0, 1e19, -59.477_491_708, 4.971_306_258e17),
            (300.0, 1e18, -419.972_814_722, 4.908_540_453_391e16),
            (300.0, 1e19, -227.905_397_952, 4.891_002_501_129e17),
        ] {
            let state = d.at_doping(t, &Doping::fixed(density)).unwrap();
            let c = d.coefficients_over_tau(&state).unwrap();
            close(c.carrier_density().value, density, 1e-9);
            let bar = c.carrier_density().error;
            assert!(bar < 1e-3 * density, "{t} K {density:e}: {bar:e}");
            let of = |q: &TensorQuantity| (q.value[0][0], q.error[0][0]);
            let what = |x: &str| format!("{x} at {t} K, {density:e}, {n}³");
            bars.add(what("S"), of(&c.seebeck()), s * 1e-6);
            bars.add(what("σ/τ"), of(&c.conductivity_over_tau()), sigma);
        }
    }
    bars.assert_honest("doped cubic bands", 12.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the bands, σ, κ (open and closed) and what a short circuit adds are positive tensors, and every bar is a number.
    #[test]
    fn any_bands_conduct_charge_and_heat_in_the_right_direction(
        seed in 0u64..1 << 40, t in 150.0..2000.0f64, mu in -0.8..0.8f64
    ) {
        let n = 8;
        let mut random = crate::common::Lcg(seed);
        let lattice = Lattice::new([[4.0, 0.3, 0.0], [0.0, 5.0, 0.5], [0.7, 0.0, 6.0]]).unwrap();
        let grid = KGrid::gamma([n; 3]).unwrap();
        let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 2);
        header.n_electrons = Some(2.0);
        let energies = (0..2 * n * n * n).map(|_| 2.0 * random.next() - 1.0).collect();
        let bands = BandGrid::new(header, energies).unwrap();
        let plan = AxisPlan {
            temperatures_k: (t, t),
            chemical_potentials_ev: vec![(mu, mu)],
            ..AxisPlan::default()
        };
        let d = from_grid(&bands, &plan, mu);
        let c = d.coefficients_over_tau(&d.at_chemical_potential(t, mu).unwrap()).unwrap();
        let (open, closed) = (
            c.thermal_conductivity_electronic_over_tau(),
            c.thermal_conductivity_closed_over_tau(),
        );
        let mut peltier = closed;
        for i in 0..9 {
            peltier.value[i / 3][i % 3] -= open.value[i / 3][i % 3];
        }
        for (name, q) in [("σ", c.conductivity_over_tau()), ("κ", open), ("κ₀", closed), ("S²σT", peltier)] {
            let m = nalgebra::Matrix3::from_fn(|i, j| 0.5 * (q.value[i][j] + q.value[j][i]));
            let least = m.symmetric_eigenvalues().min();
            prop_assert!(least >= -1e-10 * m.amax(), "{name}: {least:e} of {:e}", m.amax());
            prop_assert!(q.error.iter().flatten().all(|e| e.is_finite() && *e >= 0.0));
        }
        // Onsager: a symmetric σ and κ make S and Π = T Sᵀ one tensor.
        let (s, p) = (c.seebeck().value, c.peltier().value);
        for i in 0..3 {
            for j in 0..3 {
                prop_assert_eq!(p[i][j], t * s[j][i]);
                prop_assert!((open.value[i][j] - open.value[j][i]).abs() <= 1e-9 * open.value[i][i].abs());
            }
        }
    }
}

/// Bins that are too wide, an energy outside them, a spectrum without states: one error each, naming the remedy.
#[test]
fn what_bins_cannot_give_is_refused() {
    let lattice = cubic(5.0);
    let band = Parabola {
        masses: [0.35; 3],
        volume: lattice.volume_m3(),
    };
    let axis = EnergyAxis::new(-0.5, 1.5, 40).unwrap();
    let spectrum = fill(&axis, Channels::Basic, |c, e| band.channel(c, e));
    let header = header(lattice);
    let d = TransportDistribution::new(&header, &spectrum, -0.4).unwrap();
    let error = |t: f64, mu: f64| {
        let state = d.at_chemical_potential(t, mu).unwrap();
        d.coefficients_over_tau(&state).unwrap_err().to_string()
    };
    assert!(
        error(300.0, 0.3).contains("k_BT/4"),
        "{}",
        error(300.0, 0.3)
    );
    assert!(
        error(3000.0, 2.0).contains("outside"),
        "{}",
        error(3000.0, 2.0)
    );
    assert!(TransportDistribution::new(&header, &spectrum, 9.0).is_err());
    let empty = fill(&axis, Channels::Basic, |_, _| 0.0);
    let d = TransportDistribution::new(&header, &empty, 0.0).unwrap();
    let state = d.at_chemical_potential(300.0, 0.0).unwrap();
    let text = d.coefficients_over_tau(&state).unwrap_err().to_string();
    assert!(text.contains("no state"), "{text}");
    let state = d.at_chemical_potential(-1.0, 0.0).unwrap_err().to_string();
    assert!(state.contains("positive temperature"), "{state}");
    let d = TransportDistribution::new(&header, &spectrum, -0.4).unwrap();
    let state = d.at_chemical_potential(3000.0, 0.3).unwrap();
    let text = d.coefficients(&state, &|_| -1.0).unwrap_err().to_string();
    assert!(text.contains("relaxation time"), "{text}");
}
