//! Thermal averages of σ(E, B): the moments that all coefficients are made of.

use super::conductor::{AtEnergy, Conductor, Rate};
use super::direction::Direction;
use super::window::Node;
use crate::crystal::Tensor;
use crate::error::Result;
use rayon::prelude::*;

/// ∫dE (−∂f/∂E)(E−μ)ⁿ σ(E, B) for n = 0, 1, 2, S/m eVⁿ, of every field.
pub struct Moments {
    /// Of all bands.
    pub all: Vec<[Tensor; 3]>,
    /// Of each spin channel, where there are two.
    pub spins: [Vec<[Tensor; 3]>; 2],
}

impl Moments {
    /// Largest difference to those of another rule, as a share. Weak and strong fields feel the same singularities: the ends stand for all.
    pub(super) fn off(&self, other: &Self) -> f64 {
        let largest = |all: &Tensor| {
            all.as_flattened()
                .iter()
                .fold(0.0f64, |m, x| m.max(x.abs()))
        };
        let mut off: f64 = 0.0;
        let both = || self.all.iter().zip(&other.all);
        for (a, b) in both().take(1).chain(both().next_back()) {
            for n in 0..3 {
                let size = match n {
                    // The first moment is small where σ(E) is even about μ.
                    1 => (largest(&b[0]) * largest(&b[2])).sqrt(),
                    _ => largest(&b[n]),
                };
                let pairs = a[n].as_flattened().iter().zip(b[n].as_flattened());
                let most = pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
                off = off.max(most / size.max(f64::MIN_POSITIVE));
            }
        }
        off
    }
}

impl Conductor {
    /// ∫dE (−∂f/∂E)(E−μ)ⁿ σ(E, B) for n = 0, 1, 2 and every field, S/m eVⁿ; and what there is at the energy nearest to μ, there by triangles too.
    ///
    /// # Errors
    /// As [`Conductor::at_energy`].
    pub fn moments(
        &self,
        nodes: &[Node],
        mu_ev: f64,
        direction: &Direction,
        fields_t: &[f64],
        rate: Option<Rate>,
    ) -> Result<(Moments, AtEnergy)> {
        let off = |i: &usize| (nodes[*i].energy_ev - mu_ev).abs();
        let nearest = (0..nodes.len()).min_by(|a, b| off(a).total_cmp(&off(b)));
        let parts: Vec<AtEnergy> = nodes
            .par_iter()
            .enumerate()
            .map(|(i, n)| {
                let rate = rate.map(|r| r(n.energy_ev));
                let compared = Some(i) == nearest;
                self.at(n.energy_ev, direction, fields_t, rate, compared)
            })
            .collect::<Result<_>>()?;
        let of = |sigma: &dyn Fn(&AtEnergy) -> &Vec<Tensor>| {
            let count = parts.first().map_or(0, |p| sigma(p).len());
            let mut moments = vec![[[[0.0; 3]; 3]; 3]; count];
            for (node, part) in nodes.iter().zip(&parts) {
                for (sum, sigma) in moments.iter_mut().zip(sigma(part)) {
                    let mut weight = node.weight;
                    for n in 0..3 {
                        for i in 0..3 {
                            for j in 0..3 {
                                sum[n][i][j] += weight * sigma[i][j];
                            }
                        }
                        weight *= node.energy_ev - mu_ev;
                    }
                }
            }
            moments
        };
        let moments = Moments {
            all: of(&|p| &p.sigma),
            spins: [of(&|p| &p.spins[0]), of(&|p| &p.spins[1])],
        };
        let central = nearest.map(|i| parts[i].clone()).unwrap_or_default();
        Ok((moments, central))
    }
}
