//! Energies of the bands that are looked for, point by point, and every second point of them.

use crate::bands::Field;
use crate::bands::{BandGrid, BandHeader, BandSource};
use crate::crystal::KGrid;
use crate::error::Result;

/// Energies `[point][band]` of some bands of one spin channel, with what the file says about them.
#[derive(Clone)]
pub(super) struct Table {
    pub grid: KGrid,
    pub n_band: usize,
    pub energies: Vec<f64>,
    /// Points whose energies are not to be used; empty for none.
    left_out: Vec<bool>,
}

impl Table {
    /// Bands `first ..` of spin channel `spin`.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub fn new(source: &dyn BandSource, spin: usize, first: usize, n_band: usize) -> Result<Self> {
        let grid = source.header().k_grid;
        let mut energies = vec![0.0; grid.len() * n_band];
        let mut band = vec![0.0; grid.len()];
        for b in 0..n_band {
            source.read_planes(Field::Energy, spin, first + b, 0, &mut band)?;
            for (at, e) in band.iter().enumerate() {
                energies[at * n_band + b] = *e;
            }
        }
        for point in energies.chunks_exact_mut(n_band) {
            point.sort_by(f64::total_cmp);
        }
        Ok(Self {
            grid,
            n_band,
            energies,
            left_out: Vec::new(),
        })
    }

    /// The same table, some of its points not to be used.
    pub fn without(&self, left_out: &[bool]) -> Self {
        Self {
            left_out: left_out.to_vec(),
            ..self.clone()
        }
    }

    /// Whether a point's energies may be used.
    pub fn is_given(&self, index: usize) -> bool {
        !self.left_out.get(index).is_some_and(|out| *out)
    }

    /// Whether those of every point may.
    pub fn is_whole(&self) -> bool {
        self.left_out.is_empty()
    }

    /// The energies of a point, ascending.
    pub fn at(&self, index: usize) -> &[f64] {
        &self.energies[index * self.n_band..][..self.n_band]
    }

    /// Every `stride`-th point along each axis.
    ///
    /// # Errors
    /// Where the stride leaves no grid.
    pub fn every(&self, stride: [usize; 3]) -> Result<Self> {
        let n = std::array::from_fn(|a| self.grid.n[a] / stride[a]);
        let shift = std::array::from_fn(|a| self.grid.shift[a] / stride[a] as f64);
        let grid = KGrid::new(n, shift)?;
        let energies = (0..grid.len())
            .flat_map(|at| {
                let place = grid.place(at);
                let there = std::array::from_fn(|a| place[a] * stride[a]);
                self.at(self.grid.index(there)).to_vec()
            })
            .collect();
        Ok(Self {
            grid,
            n_band: self.n_band,
            energies,
            left_out: Vec::new(),
        })
    }

    /// One of its bands.
    pub fn band(&self, band: usize) -> Self {
        let energies = self.energies.iter().skip(band).step_by(self.n_band);
        Self {
            n_band: 1,
            energies: energies.copied().collect(),
            ..self.clone()
        }
    }

    /// The table as bands, for a series.
    ///
    /// # Errors
    /// As [`BandGrid::new`].
    pub fn as_bands(&self, header: &BandHeader) -> Result<BandGrid> {
        let mut header = header.clone();
        header.k_grid = self.grid;
        header.n_band = self.n_band;
        header.spin = crate::bands::SpinTreatment::Unpolarized;
        header.n_electrons = None;
        header.point_group = header.point_group.on_grid(&self.grid);
        let points = self.grid.len();
        let energies = (0..self.n_band * points)
            .map(|i| self.energies[i % points * self.n_band + i / points])
            .collect();
        BandGrid::new(header, energies)
    }
}
