//! What moves along one direction near a chemical potential, by energy: modes M, conduction Mλ, and integrals of both under the Fermi
//! window over all energies or between two edges.
//!
//! Energies are those of the points inside the bins, x = (E − μ)/k_BT; each point stands for the part of its bin that its weight is
//! of the whole, so that an integral up to any x is continuous in it.

use crate::quadrature::GAUSS_4;
use crate::units::{ELEMENTARY_CHARGE, PLANCK};

/// The part of a bin up to each of its points' parts.
fn starts() -> [f64; GAUSS_4.len() + 1] {
    let mut all = [0.0; GAUSS_4.len() + 1];
    for (i, (_, weight)) in GAUSS_4.iter().enumerate() {
        all[i + 1] = all[i] + 0.5 * weight;
    }
    all
}

/// Points whose modes are less than this share of their bin's mean take λ of the whole bin.
const FEW: f64 = 0.02;

/// What is integrated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::transport) enum Conducted {
    /// M: ballistic, per area.
    Modes,
    /// Mλ: what diffuses, per area times length.
    Diffusion,
    /// M λ/(λ + L): a device of this length, m, per area.
    Device(f64),
}

/// The energies that a window reaches.
#[derive(Clone, Debug, Default)]
pub(in crate::transport) struct Profile {
    mu_ev: f64,
    kt_ev: f64,
    /// From contents per cell to ∫ M dx (1/m²).
    to_modes: f64,
    /// From contents per cell to ∫ Mλ dx (1/m).
    to_diffusion: f64,
    /// x of what parts electrons from holes.
    pub split: f64,
    /// x of the points, ascending.
    pub x: Vec<f64>,
    /// Lower and upper x of what each stands for.
    pub parts: Vec<(f64, f64)>,
    /// w(x) of each.
    pub window: Vec<f64>,
    /// ∫ M dx over its part, 1/m².
    pub modes: Vec<f64>,
    /// ∫ Mλ dx over its part, 1/m.
    pub diffusion: Vec<f64>,
    /// λ of each, m; 0 where there are no modes.
    pub path: Vec<f64>,
}

impl Profile {
    /// Around μ, eV, with k_BT, eV, of a cell of this volume; `split_ev` parts electrons from holes.
    pub fn new(mu_ev: f64, kt_ev: f64, volume_m3: f64, split_ev: f64) -> Self {
        let per_x = PLANCK / (volume_m3 * kt_ev * ELEMENTARY_CHARGE);
        Self {
            mu_ev,
            kt_ev,
            to_modes: 0.5 * per_x,
            to_diffusion: per_x,
            split: (split_ev - mu_ev) / kt_ev,
            ..Self::default()
        }
    }

    /// Adds point `place` of the bin between `ends`, eV: its energy, what it holds of |v·n̂| and of (v·n̂)²τ per cell, and their ratio in
    /// the whole bin.
    pub fn push(
        &mut self,
        place: usize,
        ends: (f64, f64),
        energy_ev: f64,
        modes: f64,
        moving: f64,
        ratio: f64,
    ) {
        let starts = starts();
        let x = |e: f64| (e - self.mu_ev) / self.kt_ev;
        let at = |share: f64| x(ends.0 + share * (ends.1 - ends.0));
        let part = (at(starts[place]), at(starts[place + 1]));
        let own = x(energy_ev);
        // Both are positive but for what polynomials overshoot.
        let (modes, moving) = (modes.max(0.0), moving.max(0.0));
        let twice = if moving > 0.0 && modes * ratio > FEW * moving && moving > FEW * modes * ratio
        {
            moving / modes
        } else {
            ratio
        };
        self.x.push(own);
        self.parts.push(part);
        self.window.push(crate::fermi_dirac::window(own));
        self.modes.push(modes * self.to_modes);
        self.diffusion.push(moving * self.to_diffusion);
        self.path.push(2.0 * twice);
    }

    /// A profile of functions of x, for tests: M per area and λ at points of these parts.
    #[cfg(test)]
    pub fn of(edges: &[f64], modes: impl Fn(f64) -> f64, path: impl Fn(f64) -> f64) -> Self {
        let mut profile = Self {
            split: f64::NEG_INFINITY,
            ..Self::default()
        };
        for w in edges.windows(2) {
            let x = 0.5 * (w[0] + w[1]);
            let m = modes(x) * (w[1] - w[0]);
            profile.x.push(x);
            profile.parts.push((w[0], w[1]));
            profile.window.push(crate::fermi_dirac::window(x));
            profile.modes.push(m);
            profile.diffusion.push(m * path(x));
            profile.path.push(path(x));
        }
        profile
    }

    /// ∫ over a point's part of what is asked for, without the window.
    pub fn content(&self, i: usize, what: Conducted) -> f64 {
        match what {
            Conducted::Modes => self.modes[i],
            Conducted::Diffusion => self.diffusion[i],
            Conducted::Device(length) => {
                let path = self.path[i];
                // Where a point's polynomials give it no modes, its conduction is what remains: M = Mλ/λ.
                if self.modes[i] > 0.0 {
                    self.modes[i] * path / (path + length)
                } else if path > 0.0 {
                    self.diffusion[i] / (path + length)
                } else {
                    0.0
                }
            }
        }
    }

    /// ∫ w xⁿ of what is asked for over all x, n = 0, 1, 2.
    pub fn moments(&self, what: Conducted) -> [f64; 3] {
        let mut sum = [0.0; 3];
        for (i, x) in self.x.iter().enumerate() {
            let y = self.window[i] * self.content(i, what);
            sum[0] += y;
            sum[1] += x * y;
            sum[2] += x * x * y;
        }
        sum
    }

    /// The same up to every part's lower edge, and to the end: what [`Self::between`] takes.
    pub fn cumulative(&self, what: Conducted) -> Vec<[f64; 3]> {
        let mut all = Vec::with_capacity(self.x.len() + 1);
        let mut sum = [0.0; 3];
        all.push(sum);
        for (i, x) in self.x.iter().enumerate() {
            let y = self.window[i] * self.content(i, what);
            sum[0] += y;
            sum[1] += x * y;
            sum[2] += x * x * y;
            all.push(sum);
        }
        all
    }

    /// ∫ w xⁿ between two x of what a [`Self::cumulative`] is of.
    pub fn between(&self, cumulative: &[[f64; 3]], lower: f64, upper: f64) -> [f64; 3] {
        let (a, b) = (self.up_to(cumulative, lower), self.up_to(cumulative, upper));
        std::array::from_fn(|n| b[n] - a[n])
    }

    fn up_to(&self, cumulative: &[[f64; 3]], x: f64) -> [f64; 3] {
        // The first part that does not end below x.
        let i = self.parts.partition_point(|p| p.1 <= x);
        let Some((start, end)) = self.parts.get(i) else {
            return cumulative[cumulative.len() - 1];
        };
        let share = ((x - start) / (end - start)).clamp(0.0, 1.0);
        std::array::from_fn(|n| {
            cumulative[i][n] + share * (cumulative[i + 1][n] - cumulative[i][n])
        })
    }

    /// Share of the conduction Mλw that the carriers of the other side of the split have.
    pub fn minority_share(&self) -> f64 {
        let mut sides = [0.0; 2];
        for (i, x) in self.x.iter().enumerate() {
            sides[usize::from(*x < self.split)] += self.window[i] * self.diffusion[i];
        }
        let all = sides[0] + sides[1];
        if all > 0.0 {
            sides[0].min(sides[1]) / all
        } else {
            f64::NAN
        }
    }

    /// The longest λ of the energies that carry all but `rest` of the heat ∫ Mλ x² w at either end, m; NaN where nothing moves.
    pub fn longest_path(&self, rest: f64) -> f64 {
        let heat: Vec<f64> = (0..self.x.len())
            .map(|i| self.window[i] * self.diffusion[i] * (1.0 + self.x[i].powi(2)))
            .collect();
        let all: f64 = heat.iter().sum();
        let mut sum = 0.0;
        let mut longest = f64::NAN;
        for (h, path) in heat.iter().zip(&self.path) {
            sum += h;
            if sum > rest * all && sum - h < (1.0 - rest) * all && *h > 0.0 {
                longest = longest.max(*path);
            }
        }
        longest
    }

    /// x of the lowest part above 0 and of the highest below that have modes.
    pub fn nearest_modes(&self) -> [Option<f64>; 2] {
        let held = |i: &usize| self.modes[*i] > 0.0;
        let above = (0..self.x.len()).filter(held).find(|i| self.x[*i] > 0.0);
        let below = (0..self.x.len())
            .rev()
            .filter(held)
            .find(|i| self.x[*i] < 0.0);
        [
            above.map(|i| self.parts[i].0),
            below.map(|i| self.parts[i].1),
        ]
    }
}
