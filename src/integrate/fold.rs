//! Cells of the zone that are images of each other: one of them is enough.
//!
//! An operation of the crystal that permutes and reverses the lattice's axes maps cells on cells. A cell is integrated for all its
//! images, and the sums are averaged over the operations, whose Cartesian form must permute and reverse the Cartesian axes, so
//! that every channel goes to a channel. A primitive fcc or bcc cell has 12 such operations of 48, a simple cubic one 48.

use crate::crystal::{Lattice, PointGroup, Tensor};
use crate::kernel::channels::{Channels, DIRECTIONS};
use std::cmp::Ordering;

/// An operation that takes axis `from[a]`, reversed or not, to axis a.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxisOperation {
    from: [usize; 3],
    reversed: [bool; 3],
}

impl AxisOperation {
    /// From a matrix with one ±1 in every row.
    fn of(matrix: &Tensor) -> Option<Self> {
        let mut operation = Self {
            from: [0; 3],
            reversed: [false; 3],
        };
        for a in 0..3 {
            let entry = (0..3).find(|b| (matrix[a][*b].abs() - 1.0).abs() < 1e-9)?;
            let clean = (0..3).all(|b| b == entry || matrix[a][b].abs() < 1e-9);
            if !clean {
                return None;
            }
            operation.from[a] = entry;
            operation.reversed[a] = matrix[a][entry] < 0.0;
        }
        Some(operation)
    }

    /// The image of a cell of a grid of `n` cells per axis.
    fn apply(&self, n: [usize; 3], cell: [usize; 3]) -> [usize; 3] {
        std::array::from_fn(|a| {
            let at = cell[self.from[a]];
            if self.reversed[a] { n[a] - 1 - at } else { at }
        })
    }

    /// Whether it maps the diagonal that starts at corner `start` (bits 4 2 1 for axes 1 2 3) on itself, in either direction.
    pub fn keeps_diagonal(&self, start: usize) -> bool {
        let high = |a: usize| start & (4 >> a) != 0;
        let image = |a: usize| high(self.from[a]) != self.reversed[a];
        let same = image(0) == high(0);
        (1..3).all(|a| (image(a) == high(a)) == same)
    }

    fn sign(&self, a: usize) -> f64 {
        if self.reversed[a] { -1.0 } else { 1.0 }
    }

    /// The transpose of the operation on a vector.
    fn back(&self, n: [f64; 3]) -> [f64; 3] {
        let mut image = [0.0; 3];
        for a in 0..3 {
            image[self.from[a]] = self.sign(a) * n[a];
        }
        image
    }
}

/// How the zone folds.
#[derive(Clone, Debug)]
pub struct Fold {
    /// On fractional k and on Cartesian vectors.
    operations: Vec<[AxisOperation; 2]>,
    /// By operation: the direction whose |v·n̂| each brings to the place of another's.
    directions: Vec<[usize; DIRECTIONS]>,
}

impl Fold {
    /// The operations of `group` that permute and reverse axes of equally many cells and that satisfy `keep`, which must hold
    /// for a subgroup.
    pub fn new(
        group: &PointGroup,
        lattice: &Lattice,
        n: [usize; 3],
        keep: impl Fn(&AxisOperation) -> bool,
    ) -> Self {
        let cartesian = group.cartesian(lattice);
        let operations = group.rotations().iter().zip(&cartesian);
        let operations = operations.filter_map(|(fractional, cartesian)| {
            let fractional = fractional.map(|row| row.map(f64::from));
            let both = [
                AxisOperation::of(&fractional)?,
                AxisOperation::of(cartesian)?,
            ];
            let fits = (0..3).all(|a| n[a] == n[both[0].from[a]]);
            (fits && keep(&both[0])).then_some(both)
        });
        let operations: Vec<[AxisOperation; 2]> = operations.collect();
        let of_axes = |[_, o]: &[AxisOperation; 2]| [o.from[0], o.from[1], o.from[2], 3];
        Self {
            directions: operations.iter().map(of_axes).collect(),
            operations,
        }
    }

    /// Those of the operations that take each of the directions (unit vectors, or zero) to itself or to another of them, forth or
    /// back: the channels |v·n̂| then go to each other.
    pub fn along(&self, directions: &[[f64; 3]; DIRECTIONS]) -> Self {
        let mut kept = Self {
            operations: Vec::new(),
            directions: Vec::new(),
        };
        let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        for operation in &self.operations {
            let image = |i: usize| {
                let n = directions[i];
                if n == [0.0; 3] {
                    return Some(i);
                }
                let image = operation[1].back(n);
                (0..DIRECTIONS).find(|j| dot(&directions[*j], &image).abs() > 1.0 - 1e-9)
            };
            let images: Vec<usize> = (0..DIRECTIONS).map_while(image).collect();
            if let Ok(images) = images.try_into() {
                kept.operations.push(*operation);
                kept.directions.push(images);
            }
        }
        kept
    }

    /// The same operations, with channels |v·n̂| that are averages over the directions' images already ([`Fold::images`]).
    pub fn of_images(&self) -> Self {
        Self {
            operations: self.operations.clone(),
            directions: vec![std::array::from_fn(|i| i); self.operations.len()],
        }
    }

    /// What the operations make of a direction, forth or back, each once: ⟨|v·n̂|⟩ over the zone is the same along all of them.
    pub fn images(&self, n: [f64; 3]) -> Vec<[f64; 3]> {
        let mut images: Vec<[f64; 3]> = Vec::new();
        for [_, operation] in &self.operations {
            let image = operation.back(n);
            let same = |m: &[f64; 3]| {
                let apart = |sign: f64| (0..3).all(|a| (m[a] - sign * image[a]).abs() < 1e-9);
                apart(1.0) || apart(-1.0)
            };
            if !images.iter().any(same) {
                images.push(image);
            }
        }
        images
    }

    /// Number of operations; 1 where nothing folds.
    pub fn order(&self) -> usize {
        self.operations.len()
    }

    /// Whether −k is an image of k.
    pub fn inverts(&self) -> bool {
        let inverts = |o: &[AxisOperation; 2]| o[0].from == [0, 1, 2] && o[0].reversed == [true; 3];
        self.operations.iter().any(inverts)
    }

    /// Number of images of a cell of a grid of `n` cells, itself included; 0 for all images but one. The one is chosen such that
    /// the chosen cells spread over the layers of axis 1.
    pub fn multiplicity(&self, n: [usize; 3], cell: [usize; 3]) -> usize {
        self.multiplicity_at(n, cell, 0)
    }

    /// [`Fold::multiplicity`] of every cell, `[n1][n2][n3]`.
    pub fn multiplicities(&self, n: [usize; 3]) -> Vec<u8> {
        (0..n.iter().product::<usize>())
            .map(|x| [x / (n[1] * n[2]), x / n[2] % n[1], x % n[2]])
            .map(|cell| self.multiplicity(n, cell) as u8)
            .collect()
    }

    /// The same of a cell of a grid that `level` halvings of cells led to: the ancestors of a chosen cell are chosen.
    pub fn multiplicity_at(&self, n: [usize; 3], cell: [usize; 3], level: u8) -> usize {
        let ancestor = |c: [usize; 3], up: u8| [c[1] >> up, c[0] >> up, c[2] >> up];
        let mut fixing = 0;
        for [operation, _] in &self.operations {
            let image = operation.apply(n, cell);
            let generations = (0..=level).rev();
            let mut orders = generations.map(|up| ancestor(image, up).cmp(&ancestor(cell, up)));
            match orders.find(|o| o.is_ne()) {
                Some(Ordering::Less) => return 0,
                Some(_) => {}
                None => fixing += 1,
            }
        }
        self.operations.len() / fixing.max(1)
    }

    /// Averages `rows`, `[channel][row]`, over the operations; error bars are averaged as magnitudes.
    pub fn average(&self, channels: Channels, rows: &mut [f64], bars: bool) {
        if self.order() < 2 {
            return;
        }
        let len = rows.len() / channels.width();
        let share = 1.0 / self.order() as f64;
        let mut averaged = rows.to_vec();
        for (to, channel) in channels.channels().enumerate() {
            if channel.is_scalar() {
                continue;
            }
            let target = &mut averaged[to * len..][..len];
            target.fill(0.0);
            for ([_, operation], directions) in self.operations.iter().zip(&self.directions) {
                let signs = [0, 1, 2].map(|a| operation.sign(a));
                let (source, sign) = channel.source(operation.from, signs, directions);
                let Some(from) = source.index(channels) else {
                    continue;
                };
                let factor = if bars { share } else { sign * share };
                for (x, y) in target.iter_mut().zip(&rows[from * len..][..len]) {
                    *x += factor * y;
                }
            }
        }
        rows.copy_from_slice(&averaged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::channels::PAIRS;

    fn lattice(rows: [[f64; 3]; 3]) -> (Lattice, PointGroup) {
        let lattice = Lattice::new(rows).unwrap();
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        (lattice, group)
    }

    /// The chosen cells stand for all, once, whatever the lattice.
    #[test]
    fn multiplicities_add_up_to_the_zone() {
        let cells = [
            ([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]], 12),
            ([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]], 48),
            ([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]], 16),
            ([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]], 2),
        ];
        for (rows, order) in cells {
            let (lattice, group) = lattice(rows);
            let fold = Fold::new(&group, &lattice, [6; 3], |_| true);
            assert_eq!(fold.order(), order);
            let all = fold.multiplicities([6; 3]);
            assert_eq!(all.iter().map(|m| usize::from(*m)).sum::<usize>(), 216);
            assert!(all.iter().filter(|m| **m > 0).count() <= 216 * 2 / order.min(12));
            // Axes of different length do not change places.
            let fold = Fold::new(&group, &lattice, [6, 4, 2], |_| true);
            let all = fold.multiplicities([6, 4, 2]);
            assert_eq!(all.iter().map(|m| usize::from(*m)).sum::<usize>(), 48);
        }
    }

    /// Of a simple cubic cell's operations 12 keep a given diagonal.
    #[test]
    fn a_diagonal_is_kept_by_its_own_operations() {
        let (lattice, group) = lattice([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]);
        for start in [0, 1, 2, 4] {
            let fold = Fold::new(&group, &lattice, [6; 3], |o| o.keeps_diagonal(start));
            assert_eq!(fold.order(), 12, "{start}");
        }
    }

    /// The sum over all cells of a channel is the average of the sum over the chosen ones, times their images.
    #[test]
    fn averages_over_chosen_cells_are_sums_over_all() {
        let (lattice, group) = lattice([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]);
        let n = [4; 3];
        let fold = Fold::new(&group, &lattice, n, |_| true);
        // A vector field with the symmetry of the crystal: the Cartesian k of the cell's centre about the zone's.
        let b = lattice.reciprocal();
        let products = |cell: [usize; 3]| -> Vec<f64> {
            let u = cell.map(|x| (x as f64 + 0.5) / 4.0 - 0.5);
            let v: [f64; 3] = std::array::from_fn(|c| (0..3).map(|i| u[i] * b[i][c]).sum());
            let pairs = PAIRS.map(|(i, j)| v[i] * v[j]);
            [1.0]
                .into_iter()
                .chain(pairs)
                .chain([v[0].hypot(v[1]).hypot(v[2])])
                .collect()
        };
        let sum = |weight: &dyn Fn([usize; 3]) -> f64| {
            let mut sum = vec![0.0; 8];
            for x in 0..64 {
                let cell = [x / 16, x / 4 % 4, x % 4];
                for (s, p) in sum.iter_mut().zip(products(cell)) {
                    *s += weight(cell) * p;
                }
            }
            sum
        };
        let all = sum(&|_| 1.0);
        let mut folded = sum(&|cell| fold.multiplicity(n, cell) as f64);
        fold.average(Channels::Basic, &mut folded, false);
        for (a, f) in all.iter().zip(&folded) {
            assert!((a - f).abs() < 1e-12, "{a} {f}");
        }
    }
}
