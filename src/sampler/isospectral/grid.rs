//! The bands on a uniform grid.

use super::IsospectralBands;
use crate::bands::{BandGrid, BandHeader, BandSource, BandStatistics, Field};
use crate::crystal::KGrid;
use crate::error::Result;
use crate::memory;
use crate::sampler::{BoxBand, Derivatives, Interpolator, KBox};
use rayon::prelude::*;

/// Bands and velocities of [`IsospectralBands`] on a uniform grid, in memory.
pub struct IsospectralGrid {
    bands: BandGrid,
    /// What other Hamiltonians give.
    rival: Option<Box<Self>>,
    /// The table, where bands that touch are left to the series.
    table: Option<BandGrid>,
}

impl IsospectralGrid {
    /// The bands on `grid`.
    ///
    /// # Errors
    /// Where they cannot be evaluated, or do not fit in memory.
    pub fn new(bands: &IsospectralBands, grid: KGrid) -> Result<Self> {
        Ok(Self {
            bands: on_grid(bands, grid)?,
            rival: None,
            table: None,
        })
    }

    /// The same with a rival ([`BandSource::rival`]); `table` is what the Hamiltonians were found from.
    ///
    /// # Errors
    /// As [`IsospectralGrid::new`].
    pub fn with_rival(
        bands: &IsospectralBands,
        grid: KGrid,
        table: &dyn BandSource,
    ) -> Result<Self> {
        let mut own = Self::new(bands, grid)?;
        let mut last = &mut own;
        let mut next = bands.isospectral_rival();
        while let Some(rival) = next {
            last = last.rival.insert(Box::new(Self::new(&rival, grid)?));
            next = rival.isospectral_rival();
        }
        if own.rival.is_some() && bands.has_kinks() {
            own.table = Some(BandGrid::copied(table)?);
        }
        Ok(own)
    }
}

fn on_grid(bands: &IsospectralBands, grid: KGrid) -> Result<BandGrid> {
    let mut header = bands.header().clone();
    header.k_grid = grid;
    header.point_group = header.point_group.on_grid(&grid);
    header
        .provenance
        .notes
        .push(format!("Taken on {grid} k-points."));
    let plane = grid.plane_len();
    let what = format!("{} bands on {grid}", header.n_spin_band());
    let mut energies = memory::zeros(&what, header.n_spin_band() * grid.len())?;
    let mut velocities = memory::zeros(&what, 3 * header.n_spin_band() * grid.len())?;
    for group in bands.groups() {
        let planes: Vec<Vec<BoxBand>> = (0..grid.n[0])
            .into_par_iter()
            .map(|i| {
                let k_box = KBox {
                    origin: grid.point([i, 0, 0]),
                    step: grid.n.map(|n| 1.0 / n as f64),
                    points: [1, grid.n[1], grid.n[2]],
                };
                bands.evaluate(&group, &k_box, Derivatives::Velocity)
            })
            .collect::<Result<_>>()?;
        for (i, plane_bands) in planes.into_iter().enumerate() {
            for (band, values) in group.bands.clone().zip(plane_bands) {
                let at = (group.spin * header.n_band + band) * grid.len() + i * plane;
                energies[at..][..plane].copy_from_slice(&values.energies);
                velocities[3 * at..][..3 * plane].copy_from_slice(&values.velocities);
            }
        }
    }
    BandGrid::with_fields(header, energies, Some(velocities), None)
}

impl BandSource for IsospectralGrid {
    fn header(&self) -> &BandHeader {
        self.bands.header()
    }

    fn statistics(&self) -> &[BandStatistics] {
        self.bands.statistics()
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        self.bands.read_planes(field, spin, band, first, out)
    }

    fn rival(&self) -> Option<Box<dyn BandSource + '_>> {
        let rival = self.rival.as_ref()?;
        Some(Box::new(&**rival))
    }

    fn has_rival(&self) -> bool {
        self.rival.is_some()
    }

    fn table(&self) -> Option<Box<dyn BandSource + '_>> {
        let table = self.table.as_ref()?;
        Some(Box::new(table))
    }

    fn in_memory(&self, field: Field, spin: usize, band: usize) -> Option<&[f64]> {
        self.bands.in_memory(field, spin, band)
    }
}
