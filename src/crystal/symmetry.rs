//! Point-group operations on fractional k and on Cartesian tensors.

use super::projector::TensorProjector;
use super::rotation::{IDENTITY, Rotation, apply, compose, transpose};
use super::tensor::{self, Tensor};
use super::{GridBasis, KGrid, Lattice};
use crate::error::{Error, Result};

/// Lattice planes closer than this (Å) belong to no crystal.
const THINNEST_CELL: f64 = 0.3;
/// Lattice vectors longer than this (Å) belong to no crystal that DFT can do.
const LONGEST_VECTOR: f64 = 1e5;
/// Largest ratio of the longest vector to the smallest spacing of planes.
const MOST_OBLIQUE: f64 = 1e4;

/// An atom of the structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Atom {
    /// Chemical symbol or the label of the file.
    pub symbol: String,
    /// Fractional position.
    pub position: [f64; 3],
}

/// The operations that leave the set of bands unchanged: the energies at R u are those at u. Always holds the identity.
#[derive(Clone, Debug, PartialEq)]
pub struct PointGroup {
    rotations: Vec<Rotation>,
}

impl Default for PointGroup {
    fn default() -> Self {
        Self::identity()
    }
}

impl PointGroup {
    /// The group of the identity alone.
    pub fn identity() -> Self {
        Self {
            rotations: vec![IDENTITY],
        }
    }

    /// A group from operations on fractional k; duplicates are dropped.
    ///
    /// # Errors
    /// [`Error::BadBands`] where an operation does not leave the lattice's metric unchanged, or the set is not closed.
    pub fn new(lattice: &Lattice, rotations: impl IntoIterator<Item = Rotation>) -> Result<Self> {
        let bad = |problem: String| {
            Err(Error::bad_bands(
                "symmetry operations",
                problem,
                "convert the bands without symmetry (full k-list) or correct the operations",
            ))
        };
        let mut kept = vec![IDENTITY];
        for r in rotations {
            if !preserves_metric(lattice, &r, 1e-4) {
                return bad(format!("{r:?} is not a rotation of this lattice"));
            }
            if !kept.contains(&r) {
                kept.push(r);
            }
        }
        for a in &kept {
            for b in &kept {
                if !kept.contains(&compose(a, b)) {
                    return bad(format!(
                        "the {} operations are no group: {a:?} after {b:?} is missing",
                        kept.len()
                    ));
                }
            }
        }
        Ok(Self { rotations: kept })
    }

    /// A group from rotations of direct-lattice fractional coordinates (x' = W x): on k they act as W⁻ᵀ, and over a group
    /// the inverses only change the order.
    ///
    /// # Errors
    /// As [`PointGroup::new`].
    pub fn from_direct(
        lattice: &Lattice,
        rotations: impl IntoIterator<Item = Rotation>,
    ) -> Result<Self> {
        Self::new(lattice, rotations.into_iter().map(|w| transpose(&w)))
    }

    /// The point group of a structure, found by moyo from its space group; tolerance in Å.
    ///
    /// # Errors
    /// [`Error::BadBands`] where moyo cannot determine the symmetry.
    pub fn of_structure(lattice: &Lattice, atoms: &[Atom], tolerance: f64) -> Result<Self> {
        let cell = moyo_cell(lattice, atoms, tolerance)?;
        let dataset = moyo::MoyoDataset::with_default(&cell, tolerance).map_err(not_found)?;
        let rotations = dataset.operations.iter().map(|operation| {
            let w = &operation.rotation;
            std::array::from_fn(|i| std::array::from_fn(|j| w[(i, j)]))
        });
        Self::from_direct(lattice, rotations.collect::<Vec<Rotation>>())
    }

    /// Every operation that maps the lattice on itself (its holohedry), found by matching vector lengths.
    pub fn of_lattice(lattice: &Lattice, relative_tolerance: f64) -> Self {
        let metric = reciprocal_metric(lattice);
        let length2 = |c: &[i32; 3]| quadratic(&metric, c, c);
        let mut columns: [Vec<[i32; 3]>; 3] = Default::default();
        let range = -3..=3;
        for x in range.clone() {
            for y in range.clone() {
                for z in range.clone() {
                    let c = [x, y, z];
                    for (i, list) in columns.iter_mut().enumerate() {
                        if (length2(&c) / metric[i][i] - 1.0).abs() < relative_tolerance {
                            list.push(c);
                        }
                    }
                }
            }
        }
        let mut rotations = vec![IDENTITY];
        for c0 in &columns[0] {
            for c1 in &columns[1] {
                for c2 in &columns[2] {
                    let r = std::array::from_fn(|i| [c0[i], c1[i], c2[i]]);
                    if !rotations.contains(&r) && preserves_metric(lattice, &r, relative_tolerance)
                    {
                        rotations.push(r);
                    }
                }
            }
        }
        Self { rotations }
    }

    /// The largest subgroup whose operations satisfy `holds`; operations whose products leave the set are dropped.
    pub fn filter(&self, mut holds: impl FnMut(&Rotation) -> bool) -> Self {
        let mut rotations: Vec<Rotation> = self
            .rotations
            .iter()
            .copied()
            .filter(|r| *r == IDENTITY || holds(r))
            .collect();
        loop {
            let closed: Vec<Rotation> = rotations
                .iter()
                .copied()
                .filter(|a| rotations.iter().all(|b| rotations.contains(&compose(a, b))))
                .collect();
            if closed.len() == rotations.len() {
                return Self { rotations };
            }
            rotations = closed;
            if rotations.is_empty() {
                return Self::identity();
            }
        }
    }

    /// The group together with the inversion u → −u (time reversal of a non-magnetic crystal).
    pub fn with_inversion(&self) -> Self {
        let mut rotations = self.rotations.clone();
        for r in &self.rotations {
            let inverted = r.map(|row| row.map(|x| -x));
            if !rotations.contains(&inverted) {
                rotations.push(inverted);
            }
        }
        Self { rotations }
    }

    /// The operations on fractional k.
    pub fn rotations(&self) -> &[Rotation] {
        &self.rotations
    }

    /// Number of operations.
    pub fn order(&self) -> usize {
        self.rotations.len()
    }

    /// The subgroup that maps the points of `grid` on points of `grid` (a shift, or unequal n, may break some).
    pub fn on_grid(&self, grid: &KGrid) -> Self {
        let origin = grid.point([0; 3]);
        self.filter(|r| {
            let step = |i: usize| {
                let mut u = origin;
                u[i] += 1.0 / grid.n[i] as f64;
                u
            };
            std::iter::once(origin)
                .chain((0..3).map(step))
                .all(|u| grid.locate(apply(r, u), 1e-5).is_some())
        })
    }

    /// The proper subgroups that one or two operations generate, with inversion where the group has it, large ones first; without
    /// those of inversion and the identity alone.
    pub(crate) fn subgroups(&self) -> Vec<Self> {
        let all = &self.rotations;
        let count = all.len();
        // A set of operations is a number; crystals have 48 at most.
        let of = |r: Rotation| all.iter().position(|other| *other == r);
        let products: Option<Vec<usize>> = (0..count * count)
            .map(|x| of(compose(&all[x / count], &all[x % count])))
            .collect();
        let Some(products) = products.filter(|_| count <= 64) else {
            return Vec::new();
        };
        let closed = |mut set: u64| loop {
            let before = set;
            for x in (0..count).filter(|x| before >> x & 1 == 1) {
                for y in (0..count).filter(|y| before >> y & 1 == 1) {
                    set |= 1 << products[x * count + y];
                }
            }
            if set == before {
                return set;
            }
        };
        let trivial = PointGroup::identity().with_inversion();
        let always = (trivial.rotations.iter())
            .filter_map(|r| of(*r))
            .fold(0u64, |set, x| set | 1 << x);
        let pairs = (0..count).flat_map(|x| (x..count).map(move |y| (x, y)));
        let mut found: Vec<u64> = pairs
            .map(|(x, y)| closed(always | 1 << x | 1 << y))
            .filter(|set| *set != always && set.count_ones() < count as u32)
            .collect();
        found.sort_unstable_by_key(|set| (std::cmp::Reverse(set.count_ones()), *set));
        found.dedup();
        let group = |set: u64| Self {
            rotations: (0..count)
                .filter(|x| set >> x & 1 == 1)
                .map(|x| all[x])
                .collect(),
        };
        found.into_iter().map(group).collect()
    }

    /// The same operations on fractional k in another basis of the lattice.
    pub fn in_basis(&self, basis: &GridBasis) -> Self {
        Self {
            rotations: self.rotations.iter().map(|r| basis.rotation(r)).collect(),
        }
    }

    /// The operations as orthogonal Cartesian matrices.
    pub fn cartesian(&self, lattice: &Lattice) -> Vec<Tensor> {
        let of = |r: &Rotation| cartesian(lattice, r);
        self.rotations.iter().map(of).collect()
    }

    /// The average over the group as a linear map of tensors.
    pub fn projector(&self, lattice: &Lattice) -> TensorProjector {
        let mut elements = [[[[0.0; 3]; 3]; 3]; 3];
        for r in &self.rotations {
            let c = cartesian(lattice, r);
            for i in 0..3 {
                for j in 0..3 {
                    for k in 0..3 {
                        for l in 0..3 {
                            elements[i][j][k][l] += c[i][k] * c[j][l] / self.order() as f64;
                        }
                    }
                }
            }
        }
        // What cancels exactly leaves rounding: a forbidden component shall be exactly zero.
        for x in elements.iter_mut().flatten().flatten().flatten() {
            if x.abs() < 1e-12 {
                *x = 0.0;
            }
        }
        TensorProjector::new(elements)
    }

    /// The tensor averaged over the group, and the largest component that the average removed.
    pub fn symmetrize(&self, lattice: &Lattice, t: &Tensor) -> (Tensor, f64) {
        self.projector(lattice).symmetrize(t)
    }
}

/// The structure as moyo takes it; atoms of one symbol are of one kind.
///
/// # Errors
/// [`Error::BadBands`] where there are no atoms, or the lattice is none in which moyo's search ends.
pub(super) fn moyo_cell(
    lattice: &Lattice,
    atoms: &[Atom],
    tolerance: f64,
) -> Result<moyo::base::Cell> {
    if atoms.is_empty() {
        return Err(Error::bad_bands(
            "structure",
            "no atoms are given",
            "give the atoms, or take the operations from the bands",
        ));
    }
    let norm = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    // moyo's search does not end where a lattice is so thin, long or oblique that the tolerance maps it on itself in
    // infinitely many ways.
    let b = lattice.reciprocal().map(norm);
    let a = lattice.rows().map(norm);
    let thinnest = b
        .iter()
        .map(|b| 2.0 * std::f64::consts::PI / b)
        .fold(f64::INFINITY, f64::min);
    let longest = a.iter().copied().fold(0.0, f64::max);
    let searchable = thinnest > THINNEST_CELL.max(100.0 * tolerance)
        && longest < LONGEST_VECTOR
        && longest < MOST_OBLIQUE * thinnest;
    if !searchable {
        return Err(Error::bad_bands(
            "structure",
            format!(
                "lattice vectors of {a:?} Å, with planes {thinnest:.3e} Å apart, are no crystal whose symmetry could be searched"
            ),
            "check the lattice and its unit of length",
        ));
    }
    let mut species: Vec<&str> = Vec::new();
    let numbers = atoms
        .iter()
        .map(|atom| {
            let known = species.iter().position(|s| *s == atom.symbol);
            known.unwrap_or_else(|| {
                species.push(&atom.symbol);
                species.len() - 1
            }) as i32
        })
        .collect();
    let rows = lattice.rows();
    Ok(moyo::base::Cell::new(
        moyo::base::Lattice::from_basis(*rows),
        atoms.iter().map(|a| a.position.into()).collect(),
        numbers,
    ))
}

/// The error of a search that failed.
pub(super) fn not_found(error: moyo::base::MoyoError) -> Error {
    Error::bad_bands(
        "structure",
        format!("moyo cannot determine the space group: {error:?}"),
        "check the lattice and the atomic positions",
    )
}

/// The operation as an orthogonal Cartesian matrix: Bᵀ R B⁻ᵀ with B's rows b_i.
fn cartesian(lattice: &Lattice, r: &Rotation) -> Tensor {
    let b = lattice.reciprocal();
    let a = lattice.rows();
    let factor = 0.5 / std::f64::consts::PI;
    let mut c = [[0.0; 3]; 3];
    for x in 0..3 {
        for y in 0..3 {
            for i in 0..3 {
                for j in 0..3 {
                    c[x][y] += factor * b[i][x] * f64::from(r[i][j]) * a[j][y];
                }
            }
        }
    }
    c
}

/// Metric b_i·b_j of the reciprocal lattice.
fn reciprocal_metric(lattice: &Lattice) -> Tensor {
    let b = lattice.reciprocal();
    tensor::product(&b, &tensor::transpose(&b))
}

fn quadratic(metric: &Tensor, a: &[i32; 3], b: &[i32; 3]) -> f64 {
    let mut sum = 0.0;
    for i in 0..3 {
        for j in 0..3 {
            sum += f64::from(a[i]) * metric[i][j] * f64::from(b[j]);
        }
    }
    sum
}

fn preserves_metric(lattice: &Lattice, r: &Rotation, relative_tolerance: f64) -> bool {
    let metric = reciprocal_metric(lattice);
    let column = |j: usize| [r[0][j], r[1][j], r[2][j]];
    (0..3).all(|i| {
        (0..3).all(|j| {
            let scale = (metric[i][i] * metric[j][j]).sqrt();
            (quadratic(&metric, &column(i), &column(j)) - metric[i][j]).abs()
                < relative_tolerance * scale
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fcc() -> Lattice {
        Lattice::new([[-2.0, 0.0, 2.0], [0.0, 2.0, 2.0], [-2.0, 2.0, 0.0]]).unwrap()
    }

    #[test]
    fn holohedries_have_their_orders() {
        assert_eq!(PointGroup::of_lattice(&fcc(), 1e-6).order(), 48);
        let tetragonal = Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.7]]).unwrap();
        assert_eq!(PointGroup::of_lattice(&tetragonal, 1e-6).order(), 16);
        let hexagonal = Lattice::new([
            [1.0, 0.0, 0.0],
            [-0.5, 0.75f64.sqrt(), 0.0],
            [0.0, 0.0, 1.6],
        ])
        .unwrap();
        assert_eq!(PointGroup::of_lattice(&hexagonal, 1e-6).order(), 24);
    }

    #[test]
    fn moyo_finds_the_groups_of_fcc_and_zincblende() {
        let atom = |s: &str, x: f64| Atom {
            symbol: s.into(),
            position: [x; 3],
        };
        let lattice = Lattice::new([[0.0, 2.7, 2.7], [2.7, 0.0, 2.7], [2.7, 2.7, 0.0]]).unwrap();
        let fcc = PointGroup::of_structure(&lattice, &[atom("Al", 0.0)], 1e-4).unwrap();
        assert_eq!(fcc.order(), 48);
        let zincblende =
            PointGroup::of_structure(&lattice, &[atom("Ga", 0.0), atom("As", 0.25)], 1e-4).unwrap();
        assert_eq!(zincblende.order(), 24);
        assert_eq!(zincblende.with_inversion().order(), 48);
        let hexagonal = Lattice::new([
            [3.1, 0.0, 0.0],
            [-1.55, 3.1 * 0.75f64.sqrt(), 0.0],
            [0.0, 0.0, 3.5],
        ])
        .unwrap();
        let hcp = PointGroup::of_structure(&hexagonal, &[atom("Mg", 0.0)], 1e-4).unwrap();
        assert_eq!(hcp.order(), 24);
    }

    #[test]
    fn a_cubic_average_is_isotropic_and_a_second_average_changes_nothing() {
        let group = PointGroup::of_lattice(&fcc(), 1e-6);
        let t = [[1.0, 0.2, -0.4], [0.2, 2.0, 0.1], [-0.4, 0.1, 4.5]];
        let (mean, removed) = group.symmetrize(&fcc(), &t);
        for i in 0..3 {
            for j in 0..3 {
                let expected = if i == j { 2.5 } else { 0.0 };
                assert!((mean[i][j] - expected).abs() < 1e-12, "{mean:?}");
            }
        }
        assert!((removed - 2.0).abs() < 1e-12);
        assert!(group.symmetrize(&fcc(), &mean).1 < 1e-12);
    }

    #[test]
    fn a_shift_along_one_axis_lowers_the_symmetry_of_the_grid() {
        let group = PointGroup::of_lattice(&fcc(), 1e-6);
        let gamma = KGrid::gamma([8; 3]).unwrap();
        assert_eq!(group.on_grid(&gamma).order(), 48);
        let shifted = KGrid::new([8; 3], [0.5, 0.0, 0.0]).unwrap();
        assert!(group.on_grid(&shifted).order() < 48);
    }

    #[test]
    fn operations_that_are_no_group_are_refused() {
        let lattice = fcc();
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        let some = group
            .rotations()
            .iter()
            .copied()
            .take(5)
            .collect::<Vec<_>>();
        assert!(PointGroup::new(&lattice, some).is_err());
        assert!(PointGroup::new(&lattice, [[[1, 1, 0], [0, 1, 0], [0, 0, 1]]]).is_err());
    }
}
