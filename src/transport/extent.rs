//! Layers and chains: what the coefficients of a cell with vacuum in it are per area or per length (docs/physics §0).

use super::TransportDistribution;
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::units::ANGSTROM;

/// How far a system reaches where it does not repeat: a sheet's thickness, a chain's cross-section. Three-dimensional values
/// depend on it, sheet and line values do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Number of directions in which it repeats, 2 or 1.
    dimension: usize,
    /// Thickness, m, or cross-section, m².
    size: f64,
    /// `size` as a share of the cell's own.
    share: f64,
    /// Whether the size was given, so that three-dimensional values mean something.
    given: bool,
}

impl Extent {
    /// A layer: vacuum lies along the one lattice vector that has a single k-point. Without a `thickness_angstrom` (Å) that of
    /// the cell, along its normal, is counted with.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not exactly one axis has a single k-point, or for a thickness that is not positive.
    pub fn layer(header: &BandHeader, thickness_angstrom: Option<f64>) -> Result<Self> {
        let vacuum = vacuum_axes(header, 1, "2", "n1,n2,1")?;
        // The distance of the planes that the other two vectors span.
        let cell = std::f64::consts::TAU / norm(&header.lattice.reciprocal()[vacuum[0]]);
        Self::new(2, "--thickness", "Å", thickness_angstrom, cell)
    }

    /// A chain: vacuum lies along the two lattice vectors that have a single k-point. Without a `cross_section_angstrom2` (Å²)
    /// that of the cell is counted with.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not exactly two axes have a single k-point, or for a cross-section that is not positive.
    pub fn chain(header: &BandHeader, cross_section_angstrom2: Option<f64>) -> Result<Self> {
        let vacuum = vacuum_axes(header, 2, "1", "1,1,n3")?;
        let along = 3 - vacuum[0] - vacuum[1];
        let length = norm(&header.lattice.rows()[along]);
        let cell = header.lattice.volume() / length;
        Self::new(1, "--cross-section", "Å^2", cross_section_angstrom2, cell)
    }

    fn new(
        dimension: usize,
        option: &str,
        unit: &str,
        given: Option<f64>,
        cell: f64,
    ) -> Result<Self> {
        let size = given.unwrap_or(cell);
        if !(size.is_finite() && size > 0.0) {
            return Err(Error::bad_option(
                option,
                format!("{size} {unit}"),
                format!("give a positive number of {unit}"),
            ));
        }
        Ok(Self {
            dimension,
            size: size * ANGSTROM.powi(3 - dimension as i32),
            share: size / cell,
            given: given.is_some(),
        })
    }

    /// Number of directions in which it repeats: 2 for a layer, 1 for a chain.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Thickness, m, or cross-section, m²: a sheet or line value is a three-dimensional one times it.
    pub fn size(&self) -> f64 {
        self.size
    }

    /// The size over its share of the cell's own, m or m²: what the cell itself has.
    pub(crate) fn size_over_share(&self) -> f64 {
        self.size / self.share
    }

    /// Whether the size was given rather than taken from the cell.
    pub fn is_given(&self) -> bool {
        self.given
    }

    /// The unit of densities of carriers: cm^-2 of a layer, cm^-1 of a chain.
    pub fn density_unit(&self) -> &'static str {
        match self.dimension {
            2 => "cm^-2",
            _ => "cm^-1",
        }
    }

    /// A density per area (cm⁻²) or length (cm⁻¹) as one per volume, cm⁻³.
    pub(super) fn per_volume_cm3(&self, density: f64) -> f64 {
        density / (self.size * 100f64.powi(3 - self.dimension as i32))
    }
}

impl TransportDistribution {
    /// The same with the volume of an extent instead of the cell's.
    pub fn with_extent(mut self, extent: &Extent) -> Self {
        self.volume_m3 *= extent.share;
        self
    }
}

/// # Errors
/// [`Error::BadOption`] where not `wanted` axes have a single k-point.
fn vacuum_axes(
    header: &BandHeader,
    wanted: usize,
    dimension: &str,
    grid: &str,
) -> Result<Vec<usize>> {
    let n = header.k_grid.n;
    let axes: Vec<usize> = (0..3).filter(|i| n[*i] == 1).collect();
    if axes.len() == wanted {
        return Ok(axes);
    }
    Err(Error::bad_option(
        format!("--dimension {dimension}"),
        format!(
            "{} of the axes of the {}×{}×{} k-grid have a single k-point, and vacuum must lie along {wanted}",
            axes.len(),
            n[0],
            n[1],
            n[2]
        ),
        format!("give bands with one k-point along the vacuum, or `--interpolate {grid}`"),
    ))
}

fn norm(v: &[f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}
