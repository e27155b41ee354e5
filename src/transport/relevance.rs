//! Which energies matter for thermal averages: where refinement should spend its k-points.

use crate::integrate::Relevance;
use crate::units::BOLTZMANN_EV;

/// Below this share of the largest weight, errors do not matter.
const LEAST: f64 = 1e-4;
/// Chemical potentials and temperatures that are looked at, at most.
const MOST_CASES: usize = 256;

/// Cases whose averages are looked at one by one, at most.
const MOST_RESULTS: usize = 12;

/// How much errors of a minority's energies matter, where the majority's matter by 1.
const MINORITY: f64 = 0.3;

/// The weight x²w(x), x = (E − μ)/k_BT, of an energy in the thermal averages of several cases, relative to the energies that
/// hold states: in a gap the window's tail at the band edges carries everything, and of a minority its own edge.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowRelevance {
    cases: Vec<Case>,
    /// Cases that differ in more than a chemical potential in the gap: there the window has one shape.
    distinct: Vec<usize>,
    /// The middle of a gap, eV.
    middle_ev: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Case {
    mu_ev: f64,
    kt_ev: f64,
    /// |x| of the nearest states above the middle of a gap, and below it.
    nearest: [f64; 2],
    /// How much errors matter there.
    matters: [f64; 2],
}

impl WindowRelevance {
    /// For every temperature (K) with every chemical potential (eV), given the edges (valence, conduction) of a gap, if any; infinite
    /// where there are no bands on that side.
    pub fn new(
        temperatures_k: &[f64],
        chemical_potentials_ev: &[f64],
        gap_ev: Option<(f64, f64)>,
    ) -> Self {
        let all = temperatures_k.len() * chemical_potentials_ev.len();
        let stride = all.div_ceil(MOST_CASES).max(1);
        let case = |(t, mu_ev): (f64, f64)| {
            let kt_ev = BOLTZMANN_EV * t;
            let nearest = gap_ev.map_or([0.0; 2], |(valence, conduction)| {
                [conduction - mu_ev, mu_ev - valence].map(|distance| (distance / kt_ev).max(0.0))
            });
            let least = nearest[0].min(nearest[1]);
            let matters = nearest.map(|x| match x {
                x if x.is_infinite() => 0.0,
                x => (least - x).exp().max(MINORITY),
            });
            Case {
                mu_ev,
                kt_ev,
                nearest,
                matters,
            }
        };
        let pairs = temperatures_k
            .iter()
            .flat_map(|t| chemical_potentials_ev.iter().map(move |mu| (*t, *mu)));
        let cases: Vec<Case> = pairs.step_by(stride).map(case).collect();
        Self {
            distinct: distinct(&cases),
            cases,
            middle_ev: gap_ev.map(|(valence, conduction)| 0.5 * (valence + conduction)),
        }
    }

    /// The same where every energy is a result of its own: a relaxation time that is singular at a band edge makes much of what few states
    /// hold, and a number of modes is asked for at an energy.
    pub fn by_energy(mut self, alone: bool) -> Self {
        if alone {
            self.distinct.clear();
        }
        self
    }

    /// The side of the middle of a gap that an energy (eV) is on: 0 above it and where there is none, 1 below.
    fn side(&self, energy_ev: f64) -> usize {
        usize::from(self.middle_ev.is_some_and(|middle| energy_ev < middle))
    }
}

/// The first case of each shape, at most `MOST_RESULTS`, evenly chosen.
fn distinct(cases: &[Case]) -> Vec<usize> {
    let same = |a: &Case, b: &Case| {
        let in_gap = |c: &Case| c.nearest.iter().all(|x| *x > 0.0);
        a.kt_ev == b.kt_ev && (a.mu_ev == b.mu_ev || (in_gap(a) && in_gap(b)))
    };
    let mut found: Vec<usize> = Vec::new();
    for (i, case) in cases.iter().enumerate() {
        if !found.iter().any(|j| same(&cases[*j], case)) {
            found.push(i);
        }
    }
    let stride = found.len().div_ceil(MOST_RESULTS).max(1);
    found.into_iter().step_by(stride).collect()
}

impl Case {
    /// |x| beyond that of the nearest states.
    fn beyond(&self, energy_ev: f64, side: usize) -> f64 {
        let x = (energy_ev - self.mu_ev).abs() / self.kt_ev;
        (x - self.nearest[side]).max(0.0)
    }

    fn weight(&self, energy_ev: f64, side: usize) -> f64 {
        // From the nearest states on, the window falls like e^−x; the second moment gives x² in front.
        let x = self.beyond(energy_ev, side);
        self.matters[side] * (-x).exp() * (1.0 + x * x)
    }
}

impl Relevance for WindowRelevance {
    fn at(&self, energy_ev: f64) -> f64 {
        let side = self.side(energy_ev);
        let weights = self.cases.iter().map(|case| case.weight(energy_ev, side));
        let relevance = weights.fold(0.0, f64::max).min(1.0);
        if relevance < LEAST { 0.0 } else { relevance }
    }

    /// For each case, above the middle of a gap and below it: the average of 1, and of x².
    fn results(&self) -> usize {
        4 * self.distinct.len()
    }

    fn weight(&self, result: usize, energy_ev: f64) -> f64 {
        let (case, side, power) = (result / 4, result / 2 % 2, result % 2);
        if side != self.side(energy_ev) {
            return 0.0;
        }
        let case = &self.cases[self.distinct[case]];
        let x = case.beyond(energy_ev, side);
        // −∂f/∂ε over that at the nearest states: smooth where |x| is not.
        let nearest = (-case.nearest[side]).exp();
        let flat = (1.0 + nearest) / (1.0 + nearest * (-x).exp());
        (-x).exp() * flat * flat * if power == 0 { 1.0 } else { x * x }
    }

    fn scale_ev(&self) -> f64 {
        // Across a Fermi surface energies change by many k_BT within a cell: tetrahedra are cheaper there (copper: four times).
        if self.middle_ev.is_none() {
            return 0.0;
        }
        let all = self.cases.iter().map(|case| case.kt_ev);
        all.fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_matters_and_in_a_gap_the_band_edges() {
        let metal = WindowRelevance::new(&[300.0], &[0.0], None);
        let kt = BOLTZMANN_EV * 300.0;
        assert_eq!(metal.at(0.0), 1.0);
        assert!(metal.at(5.0 * kt) > 0.1 && metal.at(30.0 * kt) == 0.0);
        let doped = WindowRelevance::new(&[300.0], &[0.9], Some((0.0, 1.1)));
        assert_eq!(doped.at(1.1), 1.0);
        assert!(doped.at(1.1 + 5.0 * kt) > 0.1 && doped.at(0.0) == MINORITY);
        assert!(doped.at(-30.0 * kt) == 0.0);
        // Conduction bands alone.
        let one = WindowRelevance::new(&[300.0], &[0.9], Some((f64::NEG_INFINITY, 1.1)));
        assert!(one.at(1.1) == 1.0 && one.at(1.1 + 30.0 * kt) == 0.0);
    }
}
