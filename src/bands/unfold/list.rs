//! The k-points that a file lists, and which of them stands for each point of the full grid.

use super::weights::Weights;
use crate::crystal::{GridBasis, KGrid, KLattice, PointGroup};
use crate::error::{Error, Result};

/// The k-points of a file, and what it says about them.
#[derive(Clone, Debug, Default)]
pub struct KList {
    /// Fractional, any lattice translation.
    pub points: Vec<[f64; 3]>,
    /// Their weights.
    pub weights: Weights,
    /// The grid of a Monkhorst–Pack entry.
    pub grid: Option<KGrid>,
    /// The lattice of the set where the file names one (`kptrlatt`), without its shift; only believed where the points agree.
    pub lattice: Option<KLattice>,
}

/// Which listed k-point stands for each point of the full grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfolding {
    /// The full periodic grid, in `basis`.
    pub grid: KGrid,
    /// The basis of the lattice in which the k-points are that grid.
    pub basis: GridBasis,
    /// For each grid point (flat index, third axis fastest), the index of the listed k-point with its energies. A grid
    /// point that is itself listed keeps its own.
    pub source: Vec<usize>,
    /// The operations used, in `basis`: those of the given group that map the grid on itself.
    pub group: PointGroup,
    /// Whether no basis has several points along each axis, so that bands can only be interpolated through the set.
    pub interpolated: bool,
    /// Pairs of listed k-points in the same orbit (equivalent or repeated): their energies must agree.
    pub equivalents: Vec<(usize, usize)>,
    /// Whether the list alone fills the grid, so that no operation was needed.
    pub complete_list: bool,
    /// Listed k-points that are not on the grid.
    pub unused: usize,
    /// What is to be said of it.
    pub notes: Vec<String>,
}

impl KList {
    /// There are points, and they are numbers.
    pub(super) fn check(&self) -> Result<()> {
        if self.points.is_empty() {
            return Err(Error::bad_bands(
                "k-points",
                "the list is empty",
                "give a file with at least one k-point",
            ));
        }
        match self
            .points
            .iter()
            .position(|k| k.iter().any(|x| !x.is_finite()))
        {
            None => Ok(()),
            Some(i) => Err(Error::bad_bands(
                format!("k-point {}", i + 1),
                format!("the coordinates {:?} are not all finite", self.points[i]),
                "correct the file",
            )),
        }
    }
}
