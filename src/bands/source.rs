//! Where energies come from, plane by plane: a grid in memory, an HDF5 file, a model.

use super::{BandHeader, BandStatistics, Interpolation, Interpolator};
use crate::crystal::PointGroup;
use crate::error::Result;

/// A quantity on the k-grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Energy, eV; one component.
    Energy,
    /// Group velocity, m/s, Cartesian; three components, fastest index.
    Velocity,
    /// Inverse effective mass (1/ħ²)∂²E/∂k∂k, 1/kg, Cartesian; six components xx yy zz yz xz xy, fastest index.
    InverseMass,
    /// Relaxation time, s; one component.
    Lifetime,
}

impl Field {
    /// Numbers per k-point.
    pub fn components(self) -> usize {
        match self {
            Self::Velocity => 3,
            Self::InverseMass => 6,
            Self::Energy | Self::Lifetime => 1,
        }
    }
}

/// Bands that can be read plane by plane, so that no integral needs the whole grid in memory.
pub trait BandSource: Send + Sync {
    /// What the bands are.
    fn header(&self) -> &BandHeader;

    /// Extremes of each (spin, band), index `spin * n_band + band`.
    fn statistics(&self) -> &[BandStatistics];

    /// Lowest and highest energy of all bands, eV.
    fn energy_range(&self) -> [f64; 2] {
        let beyond = [f64::INFINITY, f64::NEG_INFINITY];
        let all = self.statistics().iter();
        all.fold(beyond, |[low, high], s| {
            [low.min(s.energy_min), high.max(s.energy_max)]
        })
    }

    /// Fills `out` with planes `first ..` of one band: shape `[planes][n2][n3]`, and the field's
    /// components where there are several.
    /// `out` holds whole planes and does not reach beyond plane n1.
    ///
    /// # Errors
    /// Where the underlying file cannot be read or holds unusable numbers, or the field is absent.
    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()>;

    /// Operations under which every single band keeps its numbers exactly, point by point: cells that are images of each other
    /// need not be integrated twice.
    fn symmetry(&self) -> PointGroup {
        PointGroup::identity()
    }

    /// Another interpolation of the same table on the same grid, as good as this one as far as the table tells; none where
    /// the bands are known. It may have a rival of its own, which is one more of this one's.
    fn rival(&self) -> Option<Box<dyn BandSource + '_>> {
        None
    }

    /// Whether there is a rival: here, or where the integrator asks the interpolation itself.
    fn has_rival(&self) -> bool {
        self.table().is_some()
    }

    /// The table that an interpolation goes through, on its own grid, where it takes the kinks of sorted bands for smooth; none
    /// for what has no kinks or is no interpolation of a table.
    fn table(&self) -> Option<Box<dyn BandSource + '_>> {
        None
    }

    /// The interpolation that the bands are, to be evaluated anywhere; none for what is a table.
    fn interpolation(&self) -> Option<Interpolation<'_>> {
        None
    }

    /// The interpolation whose values on the header's grid the bands are, where it evaluates each by itself: points that nobody needs need
    /// not be read.
    fn on_grid(&self) -> Option<&dyn Interpolator> {
        None
    }

    /// One band's numbers `[n1][n2][n3]` or `[n1][n2][n3][3]`, where they are in memory as they are, to be read in place.
    fn in_memory(&self, _field: Field, _spin: usize, _band: usize) -> Option<&[f64]> {
        None
    }
}

/// What a pointer points to.
macro_rules! through {
    ($pointer:ty) => {
        impl<S: BandSource + ?Sized> BandSource for $pointer {
            fn header(&self) -> &BandHeader {
                (**self).header()
            }

            fn statistics(&self) -> &[BandStatistics] {
                (**self).statistics()
            }

            fn read_planes(
                &self,
                field: Field,
                spin: usize,
                band: usize,
                first: usize,
                out: &mut [f64],
            ) -> Result<()> {
                (**self).read_planes(field, spin, band, first, out)
            }

            fn symmetry(&self) -> PointGroup {
                (**self).symmetry()
            }

            fn rival(&self) -> Option<Box<dyn BandSource + '_>> {
                (**self).rival()
            }

            fn has_rival(&self) -> bool {
                (**self).has_rival()
            }

            fn table(&self) -> Option<Box<dyn BandSource + '_>> {
                (**self).table()
            }

            fn interpolation(&self) -> Option<Interpolation<'_>> {
                (**self).interpolation()
            }

            fn on_grid(&self) -> Option<&dyn Interpolator> {
                (**self).on_grid()
            }

            fn in_memory(&self, field: Field, spin: usize, band: usize) -> Option<&[f64]> {
                (**self).in_memory(field, spin, band)
            }
        }
    };
}

through!(&S);
through!(std::sync::Arc<S>);
