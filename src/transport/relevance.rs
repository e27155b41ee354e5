//! Which energies matter for thermal averages: where refinement should spend its k-points.

use crate::units::BOLTZMANN_EV;

/// Below this share of the largest weight, errors do not matter.
const LEAST: f64 = 1e-4;
/// Chemical potentials and temperatures that are looked at, at most.
const MOST_CASES: usize = 256;

/// How much errors of a minority's energies matter, where the majority's matter by 1.
const MINORITY: f64 = 0.3;

/// The weight x²w(x), x = (E − μ)/k_BT, of an energy in the thermal averages of several cases, relative to the energies that
/// hold states: in a gap the window's tail at the band edges carries everything, and of a minority its own edge.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowRelevance {
    cases: Vec<Case>,
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
        Self {
            cases: pairs.step_by(stride).map(case).collect(),
            middle_ev: gap_ev.map(|(valence, conduction)| 0.5 * (valence + conduction)),
        }
    }

    /// Relevance of an energy (eV), 0 to 1.
    pub fn at(&self, energy_ev: f64) -> f64 {
        let side = usize::from(self.middle_ev.is_some_and(|middle| energy_ev < middle));
        let weight = |case: &Case| {
            // From the nearest states on, the window falls like e^−x; the second moment gives x² in front.
            let x = (energy_ev - case.mu_ev).abs() / case.kt_ev;
            let x = (x - case.nearest[side]).max(0.0);
            case.matters[side] * (-x).exp() * (1.0 + x * x)
        };
        let relevance = self.cases.iter().map(weight).fold(0.0, f64::max).min(1.0);
        if relevance < LEAST { 0.0 } else { relevance }
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
