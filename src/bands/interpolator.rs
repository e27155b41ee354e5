//! What an interpolation offers: bands on any box of k-points, with bounds that never lose a state.

use super::BandHeader;
use crate::crystal::PointGroup;
use crate::error::Result;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A box of k-points: fractional `origin + step·(i, j, k)` with 0 ≤ i < `points[0]` and so on, both faces included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KBox {
    /// First point, fractional.
    pub origin: [f64; 3],
    /// Distance of points along each axis, fractional.
    pub step: [f64; 3],
    /// Points along each axis.
    pub points: [usize; 3],
}

impl KBox {
    /// Number of points.
    pub fn len(&self) -> usize {
        self.points.iter().product()
    }

    /// Whether there are no points.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Point number `[i][j][k]`, fractional.
    pub fn point(&self, at: [usize; 3]) -> [f64; 3] {
        [0, 1, 2].map(|a| self.origin[a] + at[a] as f64 * self.step[a])
    }
}

/// Bands that are evaluated together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BandGroup {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Bands, from 0.
    pub bands: Range<usize>,
}

/// What is wanted besides energies; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Derivatives {
    /// Energies alone.
    None,
    /// Group velocities.
    Velocity,
    /// Inverse effective masses.
    InverseMass,
}

/// What is wanted of bands in boxes of k-points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sought {
    /// What besides energies.
    pub derivatives: Derivatives,
    /// Energies of interest, eV, both included: of bands that miss them wherever in a box, bounds are enough.
    pub energies_ev: (f64, f64),
}

impl Sought {
    /// Of every band.
    pub fn everywhere(derivatives: Derivatives) -> Self {
        Self {
            derivatives,
            energies_ev: (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// Whether nothing between these bounds (eV) is of interest.
    pub fn misses(&self, low: f64, high: f64) -> bool {
        high < self.energies_ev.0 || low > self.energies_ev.1
    }
}

/// One band on the points of a [`KBox`], third axis fastest.
#[derive(Clone, Debug, Default)]
pub struct BoxBand {
    /// Energies, eV; empty, like what follows, where the band is known to miss those that are sought.
    pub energies: Vec<f64>,
    /// Velocities `[point][3]`, m/s, Cartesian; empty unless wanted.
    pub velocities: Vec<f64>,
    /// Inverse masses `[point][6]`, 1/kg, Cartesian, xx yy zz yz xz xy; empty unless wanted.
    pub inverse_masses: Vec<f64>,
    /// Relaxation times, s, where the header announces them and velocities are wanted; else empty.
    pub lifetimes: Vec<f64>,
    /// No energy inside the box, at a point or between points, is below this (eV): a rigorous bound.
    pub low: f64,
    /// No energy inside the box is above this (eV).
    pub high: f64,
}

/// An interpolation with a number that no other one has, by which what was found out about it is known again.
#[derive(Clone, Copy)]
pub struct Interpolation<'a> {
    /// The number.
    pub number: u64,
    /// The bands.
    pub bands: &'a dyn Interpolator,
}

impl Interpolation<'_> {
    /// A number that was never given before.
    pub fn new_number() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }
}

/// Bands that can be evaluated at any k-point.
pub trait Interpolator: Send + Sync {
    /// What the bands are; `k_grid` is the grid that the interpolation came from.
    fn header(&self) -> &BandHeader;

    /// Operations under which every single band keeps its energies.
    fn symmetry(&self) -> &PointGroup {
        &self.header().point_group
    }

    /// Another interpolation through the same energies, as good as this one as far as they tell; none where the bands are known. It may have
    /// a rival of its own, which is one more of this one's.
    fn rival(&self) -> Option<Arc<dyn Interpolator>> {
        None
    }

    /// Whether it takes the kinks that sorted bands have where they touch for smooth.
    fn has_kinks(&self) -> bool {
        true
    }

    /// Whether bands are eigenvalues of smooth Hamiltonians, so that sums over them are smooth where they cross.
    fn is_hamiltonian(&self) -> bool {
        false
    }

    /// Bands in the groups that are evaluated together; every band of every spin is in exactly one.
    fn groups(&self) -> Vec<BandGroup>;

    /// The bands of `group` on the points of `k_box`.
    ///
    /// # Errors
    /// Where a matrix cannot be diagonalised, or memory is short.
    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>>;

    /// [`Interpolator::evaluate`] for boxes with the same points along axis 1, handed to `take` in order with their number:
    /// what depends on axis 1 alone can be shared, and bands that miss the energies that are sought need no more than bounds.
    ///
    /// # Errors
    /// Those of `evaluate` and of `take`.
    fn evaluate_slab(
        &self,
        group: &BandGroup,
        boxes: &[KBox],
        sought: Sought,
        take: &mut dyn FnMut(usize, Vec<BoxBand>) -> Result<()>,
    ) -> Result<()> {
        for (i, k_box) in boxes.iter().enumerate() {
            take(i, self.evaluate(group, k_box, sought.derivatives)?)?;
        }
        Ok(())
    }
}
