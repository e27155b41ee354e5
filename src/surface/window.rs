//! Energies at which a thermal average is taken: ∫dE (−∂f/∂E) (E−μ)ⁿ σ(E) from few surfaces.

use super::planes::gauss_legendre;
use crate::units::BOLTZMANN_EV;
use nalgebra::{DMatrix, SymmetricEigen};

/// Surfaces of a metal, from few (exact for σ(E) of degree 2·10 − 3 with n = 2) to many, where a van Hove singularity lies in the window.
const SMOOTH: [usize; LEVELS + 1] = [10, 16, 26, 40];
/// Surfaces of a panel between two edges of bands or van Hove singularities.
const BETWEEN: [usize; LEVELS + 1] = [8, 12, 18, 26];
/// Widest panel, k_BT.
const WIDEST: f64 = 8.0;
/// How many rules there are that one finer can be compared with.
pub const LEVELS: usize = 3;
/// Where the window ends, k_BT.
const REACH: f64 = 20.0;
/// Edges farther from μ than this (k_BT) do not disturb a smooth average.
const FAR: f64 = 14.0;

/// Weights below this change nothing.
const LEAST: f64 = 1e-12;

/// An energy with its weight in ∫dE (−∂f/∂E).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// eV.
    pub energy_ev: f64,
    /// Its weight; all of them sum to 1.
    pub weight: f64,
}

/// Nodes of rule `level` (0 to [`LEVELS`]) for temperature `t` (K; 0 gives μ alone) and chemical potential `mu` (eV) of bands with edges or
/// van Hove singularities at `edges_ev`, eV.
pub fn nodes(t: f64, mu: f64, edges_ev: &[f64], level: usize) -> Vec<Node> {
    let kt = BOLTZMANN_EV * t;
    if kt == 0.0 {
        return vec![Node {
            energy_ev: mu,
            weight: 1.0,
        }];
    }
    let mut inside: Vec<f64> = edges_ev
        .iter()
        .map(|e| (e - mu) / kt)
        .filter(|x| x.abs() < REACH)
        .collect();
    inside.sort_by(f64::total_cmp);
    inside.dedup_by(|b, a| *b - *a < 1e-9);
    if inside.iter().all(|x| x.abs() > FAR) {
        let of = |(x, weight)| Node {
            energy_ev: mu + kt * x,
            weight,
        };
        return gauss_fermi(SMOOTH[level.min(LEVELS)])
            .into_iter()
            .map(of)
            .collect();
    }
    let mut ends = vec![-REACH];
    ends.extend(inside);
    ends.push(REACH);
    let mut all = Vec::new();
    let parts = |pair: &[f64]| {
        let (from, width) = (pair[0], pair[1] - pair[0]);
        let count = (width / WIDEST).ceil().max(1.0) as usize;
        let at = move |i: usize| from + width * i as f64 / count as f64;
        (0..count)
            .map(move |i| [at(i), at(i + 1)])
            .collect::<Vec<_>>()
    };
    for pair in ends.windows(2).flat_map(parts) {
        let width = pair[1] - pair[0];
        for (u, weight) in gauss_legendre(BETWEEN[level.min(LEVELS)]) {
            // Roots at the edges of bands become polynomials.
            let x = pair[0] + width * u * u * (3.0 - 2.0 * u);
            let y = (-x.abs()).exp();
            let window = y / (1.0 + y).powi(2);
            all.push(Node {
                energy_ev: mu + kt * x,
                weight: weight * width * 6.0 * u * (1.0 - u) * window,
            });
        }
    }
    all.retain(|n| n.weight > LEAST);
    all
}

/// How far from μ the energies of any rule reach, k_BT.
pub fn nodes_reach() -> f64 {
    let last = gauss_fermi(SMOOTH[LEVELS]).last().map_or(0.0, |n| n.0);
    last.max(REACH)
}

/// Gauss's rule for the weight 1/(4 cosh²(x/2)), whose polynomials obey p₊ = x p − π²n⁴/(4n²−1) p₋ (continuous Hahn).
fn gauss_fermi(m: usize) -> Vec<(f64, f64)> {
    let mut jacobi = DMatrix::<f64>::zeros(m, m);
    for n in 1..m {
        let k = n as f64;
        let b = std::f64::consts::PI * k * k / (4.0 * k * k - 1.0).sqrt();
        jacobi[(n - 1, n)] = b;
        jacobi[(n, n - 1)] = b;
    }
    let eigen = SymmetricEigen::new(jacobi);
    let mut rule: Vec<(f64, f64)> = (0..m)
        .map(|i| (eigen.eigenvalues[i], eigen.eigenvectors[(0, i)].powi(2)))
        .collect();
    rule.sort_by(|a, b| a.0.total_cmp(&b.0));
    rule.retain(|(_, weight)| *weight > LEAST);
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The Sommerfeld moments 1, 0, π²/3, 7π⁴/15, 31π⁶/21, and ½ of a constant above an edge at μ.
    #[test]
    fn moments_of_the_window_are_exact() {
        let pi2 = std::f64::consts::PI.powi(2);
        let kt = BOLTZMANN_EV * 300.0;
        let exact = [
            (0, 1.0),
            (2, pi2 / 3.0),
            (4, 7.0 * pi2 * pi2 / 15.0),
            (6, 31.0 * pi2.powi(3) / 21.0),
        ];
        for edges in [vec![], vec![0.2, 0.3]] {
            for (power, exact) in exact {
                let sum: f64 = nodes(300.0, 0.2, &edges, 1)
                    .iter()
                    .map(|n| n.weight * ((n.energy_ev - 0.2) / kt).powi(power))
                    .sum();
                assert!(
                    // The far ends, which high powers see, are left out where edges part the window.
                    (sum / exact - 1.0).abs() < if power > 4 { 5e-4 } else { 2e-5 },
                    "{edges:?} {power}: {sum} {exact}"
                );
            }
        }
        let above: f64 = nodes(300.0, 0.2, &[0.2], 1)
            .iter()
            .filter(|n| n.energy_ev > 0.2)
            .map(|n| n.weight)
            .sum();
        assert!((above - 0.5).abs() < 1e-6, "{above}");
    }
}
