//! Levels of a symmetric H(k) as what symmetry makes of them: multiplets of equivalent states, each of one irreducible
//! representation of the little group, found without tables of characters.
//!
//! A random Hermitian matrix averaged over the little group commutes with it and has no accidental degeneracy (Schur): its
//! eigenspaces are irreducible. Two that a second such matrix connects are equivalent, and it aligns their partners. H(k) is
//! then block diagonal, a small matrix per representation that counts once for all partners. Operations with time reversal
//! pair levels of one block with each other, or with those of another; which, a third random matrix tells.

use super::hermitian::eigen;
use super::random::Random;
use nalgebra::DMatrix;
use rustfft::num_complex::Complex64;

/// Eigenvalues of random matrices (of order 1) that differ less are equal.
const EQUAL: f64 = 1e-7;

/// What time reversal makes of the levels of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pairing {
    /// Nothing.
    Alone,
    /// Consecutive levels are equal.
    Twice,
    /// They are equal to those of another block.
    With(usize),
}

/// The states of one irreducible representation.
struct Block {
    /// Per partner: N × multiplicity.
    partners: Vec<DMatrix<Complex64>>,
    pairing: Pairing,
}

/// The states at one k-point by representation.
pub(super) struct Multiplets {
    n: usize,
    blocks: Vec<Block>,
}

/// A level: its energy, how many states it holds, and where they are.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub energy: f64,
    pub size: usize,
    /// (block, column of its eigenvectors).
    pub members: Vec<(usize, usize)>,
}

/// The levels of a matrix, ascending, and the eigenvectors of each block.
pub(super) struct Solved {
    pub levels: Vec<Level>,
    pub vectors: Vec<DMatrix<Complex64>>,
}

impl Multiplets {
    /// States under the little group's `unitary` matrices (with the identity), and one antiunitary operation D K where the
    /// little group has any.
    pub fn new(
        n: usize,
        unitary: &[DMatrix<Complex64>],
        anti: Option<&DMatrix<Complex64>>,
    ) -> Self {
        let mut random = Random::new(0x5eed);
        let mut commuting = || {
            let m = DMatrix::from_fn(n, n, |_, _| {
                Complex64::new(random.normal(), random.normal())
            });
            let m = (&m + m.adjoint()) * Complex64::from(0.5 / (n as f64).sqrt());
            let sum = unitary
                .iter()
                .fold(DMatrix::zeros(n, n), |sum, d| sum + d * &m * d.adjoint());
            sum / Complex64::from(unitary.len() as f64)
        };
        let mut blocks: Vec<Block> = if unitary.len() < 2 {
            vec![Block {
                partners: vec![DMatrix::identity(n, n)],
                pairing: Pairing::Alone,
            }]
        } else {
            let (a, b) = (commuting(), commuting());
            irreducible(a, &b)
        };
        if let Some(d) = anti {
            let c = commuting();
            let c = &c + d * c.conjugate() * d.adjoint();
            pair(&mut blocks, &c);
        }
        Self { n, blocks }
    }

    /// Blocks of a symmetric matrix: its elements between first partners.
    pub fn blocks(&self, h: &DMatrix<Complex64>) -> Vec<DMatrix<Complex64>> {
        if self.is_whole() {
            return vec![h.clone()];
        }
        self.blocks
            .iter()
            .map(|block| block.partners[0].ad_mul(&(h * &block.partners[0])))
            .collect()
    }

    fn is_whole(&self) -> bool {
        self.blocks.len() == 1 && self.blocks[0].partners.len() == 1
    }

    /// The levels that any matrix has here, at energy 0.
    pub fn levels_without_energy(&self) -> Vec<Level> {
        let zero = |b: &Block| DMatrix::zeros(b.partners[0].ncols(), b.partners[0].ncols());
        self.solve(self.blocks.iter().map(zero).collect()).levels
    }

    /// Levels and states of the matrix with these blocks.
    pub fn solve(&self, blocks: Vec<DMatrix<Complex64>>) -> Solved {
        let mut energies = Vec::new();
        let mut vectors = Vec::new();
        for block in blocks {
            let (e, v) = eigen(block);
            energies.push(e);
            vectors.push(v);
        }
        let mut levels = Vec::new();
        for (at, block) in self.blocks.iter().enumerate() {
            let dim = block.partners.len();
            let own = &energies[at];
            match block.pairing {
                Pairing::Alone => levels.extend(own.iter().enumerate().map(|(i, &energy)| Level {
                    energy,
                    size: dim,
                    members: vec![(at, i)],
                })),
                Pairing::Twice => levels.extend((0..own.len()).step_by(2).map(|i| Level {
                    energy: 0.5 * (own[i] + own[i + 1]),
                    size: 2 * dim,
                    members: vec![(at, i), (at, i + 1)],
                })),
                Pairing::With(other) if other > at => {
                    levels.extend(own.iter().enumerate().map(|(i, energy)| Level {
                        energy: 0.5 * (energy + energies[other][i]),
                        size: 2 * dim,
                        members: vec![(at, i), (other, i)],
                    }));
                }
                Pairing::With(_) => {}
            }
        }
        levels.sort_by(|a, b| a.energy.total_cmp(&b.energy));
        Solved { levels, vectors }
    }

    /// Σ over levels of `weight` times the projector on the level's states.
    pub fn projected(&self, solved: &Solved, weights: &[f64]) -> DMatrix<Complex64> {
        let mut by_block: Vec<Vec<f64>> = solved
            .vectors
            .iter()
            .map(|v| vec![0.0; v.ncols()])
            .collect();
        for (level, weight) in solved.levels.iter().zip(weights) {
            for &(block, column) in &level.members {
                by_block[block][column] = *weight;
            }
        }
        let mut sum = DMatrix::zeros(self.n, self.n);
        for ((block, vectors), weights) in self.blocks.iter().zip(&solved.vectors).zip(by_block) {
            if weights.iter().all(|w| *w == 0.0) {
                continue;
            }
            let mut scaled = vectors.clone();
            for (mut column, w) in scaled.column_iter_mut().zip(&weights) {
                column.scale_mut(*w);
            }
            let small = scaled * vectors.adjoint();
            if self.is_whole() {
                return small;
            }
            for partner in &block.partners {
                sum += partner * &small * partner.adjoint();
            }
        }
        sum
    }
}

/// The eigenspaces of `a`, equivalent ones (by `b`) together with aligned partners.
fn irreducible(a: DMatrix<Complex64>, b: &DMatrix<Complex64>) -> Vec<Block> {
    let (energies, vectors) = eigen(a);
    let n = energies.len();
    // Columns of each representation's first space, and of all of them per partner.
    let mut found: Vec<(DMatrix<Complex64>, Vec<DMatrix<Complex64>>)> = Vec::new();
    let mut start = 0;
    while start < n {
        let mut end = start + 1;
        while end < n && energies[end] - energies[end - 1] < EQUAL {
            end += 1;
        }
        let space = vectors.columns(start, end - start).into_owned();
        start = end;
        let dim = space.ncols();
        let mut new = true;
        for (first, members) in &mut found {
            if first.ncols() != dim {
                continue;
            }
            let link = space.ad_mul(&(b * &*first));
            let size = link.norm() / (dim as f64).sqrt();
            if size > EQUAL {
                members.push(&space * link / Complex64::from(size));
                new = false;
                break;
            }
        }
        if new {
            found.push((space.clone(), vec![space]));
        }
    }
    found
        .into_iter()
        .map(|(first, members)| Block {
            partners: (0..first.ncols())
                .map(|p| {
                    let columns: Vec<_> =
                        members.iter().map(|m| m.column(p).into_owned()).collect();
                    DMatrix::from_columns(&columns)
                })
                .collect(),
            pairing: Pairing::Alone,
        })
        .collect()
}

/// Finds what time reversal pairs, by the levels of a random matrix `c` that commutes with everything.
fn pair(blocks: &mut [Block], c: &DMatrix<Complex64>) {
    let levels: Vec<Vec<f64>> = blocks
        .iter()
        .map(|b| eigen(b.partners[0].ad_mul(&(c * &b.partners[0]))).0)
        .collect();
    let same = |a: f64, b: f64| (a - b).abs() < EQUAL;
    for at in 0..blocks.len() {
        let own = &levels[at];
        if blocks[at].pairing != Pairing::Alone {
            continue;
        }
        if own.len().is_multiple_of(2) && own.chunks_exact(2).all(|p| same(p[0], p[1])) {
            blocks[at].pairing = Pairing::Twice;
            continue;
        }
        let other = (at + 1..blocks.len()).find(|&other| {
            blocks[other].partners.len() == blocks[at].partners.len()
                && levels[other].len() == own.len()
                && levels[other].iter().zip(own).all(|(a, b)| same(*a, *b))
        });
        if let Some(other) = other {
            blocks[at].pairing = Pairing::With(other);
            blocks[other].pairing = Pairing::With(at);
        }
    }
}
