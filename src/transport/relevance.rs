//! Which energies matter for thermal averages: where refinement should spend its k-points.

use crate::units::BOLTZMANN_EV;

/// Below this share of the largest weight, errors do not matter.
const LEAST: f64 = 1e-4;
/// Chemical potentials and temperatures that are looked at, at most.
const MOST_CASES: usize = 256;

/// The weight x²w(x), x = (E − μ)/k_BT, of an energy in the thermal averages of several cases, relative to the energies that
/// hold states: in a gap the window's tail at the band edges carries everything.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowRelevance {
    /// (μ, k_BT, |x| of the nearest states), eV and eV.
    cases: Vec<(f64, f64, f64)>,
}

impl WindowRelevance {
    /// For every temperature (K) with every chemical potential (eV), given the edges (valence, conduction) of a gap, if any.
    pub fn new(
        temperatures_k: &[f64],
        chemical_potentials_ev: &[f64],
        gap_ev: Option<(f64, f64)>,
    ) -> Self {
        let all = temperatures_k.len() * chemical_potentials_ev.len();
        let stride = all.div_ceil(MOST_CASES).max(1);
        let cases = temperatures_k
            .iter()
            .flat_map(|t| chemical_potentials_ev.iter().map(move |mu| (*t, *mu)))
            .step_by(stride)
            .map(|(t, mu)| {
                let kt = BOLTZMANN_EV * t;
                let nearest = gap_ev.map_or(0.0, |(valence, conduction)| {
                    ((mu - valence).min(conduction - mu) / kt).max(0.0)
                });
                (mu, kt, nearest)
            })
            .collect();
        Self { cases }
    }

    /// Relevance of an energy (eV), 0 to 1.
    pub fn at(&self, energy_ev: f64) -> f64 {
        let weight = |&(mu, kt, nearest): &(f64, f64, f64)| {
            // From the nearest states on, the window falls like e^−x; the second moment gives x² in front.
            let x = ((energy_ev - mu).abs() / kt - nearest).max(0.0);
            (-x).exp() * (1.0 + x * x)
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
        assert!(doped.at(1.1 + 5.0 * kt) > 0.1 && doped.at(0.0) == 0.0);
    }
}
