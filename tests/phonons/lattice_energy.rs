//! Energy moves with the group velocity: on the lattice itself, without dispersion relations, a wave packet's flux of energy over its
//! energy (docs/phonons.md has the derivation).

use std::f64::consts::PI;

/// Masses 1, springs 1, distance 1: ω = 2|sin(q/2)|, v_g = cos(q/2).
struct Chain {
    u: Vec<f64>,
    p: Vec<f64>,
}

impl Chain {
    /// A packet of width `w` around site `at`, moving right.
    fn packet(n: usize, at: f64, w: f64, q: f64) -> Self {
        let omega = 2.0 * (0.5 * q).sin();
        let v = (0.5 * q).cos();
        let (mut u, mut p) = (vec![0.0; n], vec![0.0; n]);
        for j in 0..n {
            let x = j as f64 - at;
            let envelope = (-x * x / (2.0 * w * w)).exp();
            u[j] = envelope * (q * x).cos();
            // d/dt of f(x − vt) cos(qx − ωt) at t = 0.
            p[j] = envelope * (omega * (q * x).sin() + v * x / (w * w) * (q * x).cos());
        }
        Self { u, p }
    }

    fn force(&self, j: usize) -> f64 {
        let n = self.u.len();
        self.u[(j + 1) % n] + self.u[(j + n - 1) % n] - 2.0 * self.u[j]
    }

    /// Velocity Verlet.
    fn step(&mut self, dt: f64) {
        let n = self.u.len();
        let f: Vec<f64> = (0..n).map(|j| self.force(j)).collect();
        for j in 0..n {
            self.p[j] += 0.5 * dt * f[j];
            self.u[j] += dt * self.p[j];
        }
        let f: Vec<f64> = (0..n).map(|j| self.force(j)).collect();
        for j in 0..n {
            self.p[j] += 0.5 * dt * f[j];
        }
    }

    /// Energy of all sites, and the flux summed over bonds: force on the right neighbour times its velocity, mean of both ends.
    fn energy_and_flux(&self) -> (f64, f64) {
        let n = self.u.len();
        let (mut energy, mut flux) = (0.0, 0.0);
        for j in 0..n {
            let next = (j + 1) % n;
            let stretch = self.u[next] - self.u[j];
            energy += 0.5 * self.p[j].powi(2) + 0.5 * stretch * stretch;
            flux -= stretch * 0.5 * (self.p[j] + self.p[next]);
        }
        (energy, flux)
    }

    fn centre(&self) -> f64 {
        let n = self.u.len();
        let (mut sum, mut moment) = (0.0, 0.0);
        for j in 0..n - 1 {
            let stretch = self.u[j + 1] - self.u[j];
            let (kinetic, spring) = (0.5 * self.p[j].powi(2), 0.5 * stretch * stretch);
            sum += kinetic + spring;
            moment += kinetic * j as f64 + spring * (j as f64 + 0.5);
        }
        moment / sum
    }
}

#[test]
fn energy_moves_with_the_group_velocity_and_not_with_the_phase() {
    for q in [0.3 * PI, 0.5 * PI, 0.8 * PI] {
        let (group, phase) = ((0.5 * q).cos(), 2.0 * (0.5 * q).sin() / q);
        let width = 60.0;
        let mut chain = Chain::packet(2000, 600.0, width, q);
        let (energy, _) = chain.energy_and_flux();
        let start = chain.centre();
        let (dt, steps) = (0.02, 20_000);
        let mut mean = 0.0;
        for _ in 0..steps {
            chain.step(dt);
            mean += chain.energy_and_flux().1 / energy / f64::from(steps);
        }
        let moved = (chain.centre() - start) / (dt * f64::from(steps));
        // The packet's spread of q, 1/w√2, makes the mean of v_g differ by |v_g''|/4w² ~ 1e-4; the step's own dispersion is dt²ω²/24.
        for found in [mean, moved] {
            assert!((found - group).abs() < 3e-4, "{q}: {found} {group}");
            assert!((found - phase).abs() > 0.03, "{q}: {found} {phase}");
        }
        let (end, _) = chain.energy_and_flux();
        assert!((end / energy - 1.0).abs() < 1e-3);
    }
}
