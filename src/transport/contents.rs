//! What the bins of a spectrum hold, per channel, symmetrised by the crystal.

use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::integrate::{Channel, Channels, Spectrum};
use crate::kernel::channels::{PAIRS, pair};

/// What of a spectrum bins hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The channels as integrated.
    Integrated,
    /// What a replica changes, by its number.
    Replica(usize),
}

/// Contents of all bins, `[channel][bin]`, per cell and summed over spins.
#[derive(Clone, Debug)]
pub(super) struct Contents {
    /// States.
    pub states: Vec<f64>,
    /// v_i v_j, m²/s² (v_i v_j τ, m²/s, where the grid has relaxation times), by [`PAIRS`].
    pub velocity: Vec<Vec<f64>>,
    /// `Channel::Hall(l, k)` by [`PAIRS`]; empty where not integrated.
    pub hall: Vec<Vec<f64>>,
    /// `Channel::Magneto(i, j, k, l)`, `6 × [i, j] + [k, l]`; empty where not integrated.
    pub magneto: Vec<Vec<f64>>,
    /// Which components of `velocity` and `hall` the crystal makes equal.
    pub rank_2: Vec<Alike>,
    /// Which of `magneto`.
    pub rank_4: Vec<Alike>,
}

/// The first component that a component equals by symmetry, itself where no other comes before; none where it is zero.
pub(super) type Alike = Option<usize>;

/// Components that nothing makes equal.
fn apart(n: usize) -> Vec<Alike> {
    (0..n).map(Some).collect()
}

impl Contents {
    /// Of one part of a spectrum.
    pub fn new(spectrum: &Spectrum, part: Part) -> Self {
        let of = |channel| {
            let cumulative = match part {
                Part::Integrated => spectrum.total_cumulative(channel).0,
                Part::Replica(which) => spectrum.total_change(&spectrum.replicas[which], channel),
            };
            cumulative.windows(2).map(|w| w[1] - w[0]).collect()
        };
        let set = spectrum.channels;
        let velocity = |(i, j)| match set {
            _ if set.has_lifetimes() => of(Channel::LifetimeProduct(i, j)),
            _ => of(Channel::VelocityProduct(i, j)),
        };
        let hall = set.has_inverse_masses();
        let pairs = |wanted: bool| PAIRS.into_iter().filter(move |_| wanted);
        let magneto: Vec<Vec<f64>> = pairs(set == Channels::Magneto)
            .flat_map(|(i, j)| PAIRS.map(|(k, l)| of(Channel::Magneto(i, j, k, l))))
            .collect();
        Self {
            states: of(Channel::States),
            velocity: PAIRS.map(velocity).to_vec(),
            hall: pairs(hall).map(|(l, k)| of(Channel::Hall(l, k))).collect(),
            rank_2: apart(PAIRS.len()),
            rank_4: apart(magneto.len()),
            magneto,
        }
    }

    /// v_i v_j of all bins together.
    pub fn conducted(&self) -> Tensor {
        let of = |i, j| self.velocity[pair(i, j)].iter().sum();
        std::array::from_fn(|i| std::array::from_fn(|j| of(i, j)))
    }

    /// With what a replica changes.
    pub fn with(&self, other: &Self) -> Self {
        let one = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x + y).collect();
        let all =
            |a: &[Vec<f64>], b: &[Vec<f64>]| a.iter().zip(b).map(|(x, y)| one(x, y)).collect();
        Self {
            states: one(&self.states, &other.states),
            velocity: all(&self.velocity, &other.velocity),
            hall: all(&self.hall, &other.hall),
            magneto: all(&self.magneto, &other.magneto),
            rank_2: self.rank_2.clone(),
            rank_4: self.rank_4.clone(),
        }
    }

    /// Averaged over the crystal's point group.
    pub fn symmetrized(&self, average: &Average) -> Self {
        Self {
            states: self.states.clone(),
            velocity: applied(&average.rank_2, &self.velocity),
            hall: applied(&average.rank_2, &self.hall),
            magneto: applied(&average.rank_4, &self.magneto),
            rank_2: alike(&average.rank_2),
            rank_4: alike(&average.rank_4),
        }
    }
}

/// Averages over a point group of tensors that are symmetric in each pair of indices, as matrices on the pairs.
///
/// `Channel::Hall` has two and `Channel::Magneto` four indices of which two are axial, so that improper operations, whose
/// determinants meet twice, act as on polar tensors.
pub(super) struct Average {
    rank_2: Vec<Vec<f64>>,
    rank_4: Vec<Vec<f64>>,
}

impl Average {
    pub fn new(header: &BandHeader, magneto: bool) -> Self {
        let operations = header.point_group.cartesian(&header.lattice);
        let share = 1.0 / operations.len() as f64;
        let mut rank_2 = vec![vec![0.0; 6]; 6];
        let wide = if magneto { 36 } else { 0 };
        let mut rank_4 = vec![vec![0.0; wide]; wide];
        for c in &operations {
            // t'_ij = c_ia c_jb t_ab, with both orders of a pair (a, b).
            let on_pairs = PAIRS.map(|(i, j)| {
                PAIRS.map(|(a, b)| {
                    let other = if a == b { 0.0 } else { c[i][b] * c[j][a] };
                    c[i][a] * c[j][b] + other
                })
            });
            for p in 0..6 {
                for q in 0..6 {
                    rank_2[p][q] += share * on_pairs[p][q];
                }
            }
            for p in 0..wide {
                for q in 0..wide {
                    rank_4[p][q] += share * on_pairs[p / 6][q / 6] * on_pairs[p % 6][q % 6];
                }
            }
        }
        // What cancels exactly leaves rounding: a forbidden component shall be exactly zero.
        for x in rank_2.iter_mut().chain(&mut rank_4).flatten() {
            if x.abs() < 1e-12 {
                *x = 0.0;
            }
        }
        Self { rank_2, rank_4 }
    }
}

/// Components that an average makes equal: those with the same row, but for rounding.
fn alike(matrix: &[Vec<f64>]) -> Vec<Alike> {
    let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-12);
    (0..matrix.len())
        .map(|p| {
            let zero = matrix[p].iter().all(|x| *x == 0.0);
            let first = (0..=p).find(|q| same(&matrix[*q], &matrix[p]));
            first.filter(|_| !zero)
        })
        .collect()
}

/// The matrix applied to each bin's components.
fn applied(matrix: &[Vec<f64>], components: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let combined = |row: &Vec<f64>| {
        let mut sum = vec![0.0; components[0].len()];
        for (factor, component) in row.iter().zip(components) {
            if *factor != 0.0 {
                for (s, x) in sum.iter_mut().zip(component) {
                    *s += factor * x;
                }
            }
        }
        sum
    };
    if components.is_empty() {
        return Vec::new();
    }
    matrix.iter().map(combined).collect()
}
