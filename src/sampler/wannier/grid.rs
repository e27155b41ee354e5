//! Wannier bands on a uniform grid, plane by plane.

use super::WannierBands;
use super::levels::{Levels, every};
use super::sampling::Sampling;
use crate::bands::{
    BandHeader, BandSource, BandStatistics, Field, StatisticsBuilder, WannierHamiltonian,
};
use crate::crystal::KGrid;
use crate::error::{Error, Result};
use crate::progress;
use crate::sampler::KBox;
use rayon::prelude::*;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of energies and velocities of all bands that are kept. Where the grid needs more, the latest planes are, and every
/// band's pass over the grid diagonalises again.
const KEPT: usize = 1_500_000_000;
/// Points per axis of the grid that is taken where none is asked for, in those of the orbitals' own k-grid.
const DENSER: usize = 4;
/// Most points of that grid.
const MOST_POINTS: usize = 64 * 64 * 64;

/// Wannier bands and velocities on a uniform grid of any density.
pub struct WannierGrid {
    bands: WannierBands,
    header: BandHeader,
    statistics: Vec<BandStatistics>,
    /// Most planes kept.
    capacity: usize,
    kept: Mutex<VecDeque<(usize, Arc<Levels>)>>,
}

impl WannierGrid {
    /// The bands of `hamiltonian` on `grid`.
    ///
    /// # Errors
    /// [`Error::BadBands`] for energies that are not finite; [`Error::Internal`] where a matrix cannot be diagonalised.
    pub fn new(hamiltonian: WannierHamiltonian, grid: KGrid) -> Result<Self> {
        Self::with_memory(hamiltonian, grid, KEPT)
    }

    /// The bands on a grid four times as dense along each axis as that of the orbitals, within 64³ points.
    ///
    /// # Errors
    /// As [`WannierGrid::new`].
    pub fn with_default_grid(hamiltonian: WannierHamiltonian) -> Result<Self> {
        let coarse = hamiltonian.header().k_grid.n;
        let denser = |factor: usize| coarse.map(|n| if n > 1 { n * factor } else { n });
        let fits = |factor: &usize| denser(*factor).iter().product::<usize>() <= MOST_POINTS;
        let factor = (1..=DENSER).rev().find(fits).unwrap_or(1);
        let grid = KGrid::gamma(denser(factor))?;
        let mut bands = Self::new(hamiltonian, grid)?;
        bands.header.provenance.notes.push(format!(
            "No grid is asked for: {grid} k-points are taken; `--interpolate N` asks for another."
        ));
        Ok(bands)
    }

    fn with_memory(hamiltonian: WannierHamiltonian, grid: KGrid, bytes: usize) -> Result<Self> {
        let bands = WannierBands::new(hamiltonian)?;
        let mut header = bands.header.clone();
        let coarse = header.k_grid;
        header.k_grid = grid;
        header.point_group = header.point_group.on_grid(&grid);
        header.provenance.notes.push(format!(
            "Interpolated from {} Wannier functions on {coarse} k-points to {grid}.",
            header.n_band
        ));
        let per_plane = grid.plane_len() * header.n_band * 4 * size_of::<f64>();
        let mut result = Self {
            bands,
            header,
            statistics: Vec::new(),
            capacity: bytes / per_plane,
            kept: Mutex::new(VecDeque::new()),
        };
        result.statistics = result.gather()?;
        Ok(result)
    }

    /// The interpolation behind the grid.
    pub fn bands(&self) -> &WannierBands {
        &self.bands
    }

    /// Extremes of every band, in one pass over the grid.
    fn gather(&self) -> Result<Vec<BandStatistics>> {
        let grid = self.header.k_grid;
        let n = self.header.n_band;
        let mut builders: Vec<StatisticsBuilder> = (0..n)
            .map(|band| StatisticsBuilder::new(grid.n, format!("band {}", band + 1)))
            .collect();
        let step = 2 * rayon::current_num_threads();
        let phase = progress::phase("the Hamiltonian on the grid", grid.n[0] as u64);
        for first in (0..grid.n[0]).step_by(step) {
            phase.at(first as u64, grid.n[0] as u64);
            let planes = self.planes(first, step.min(grid.n[0] - first))?;
            builders
                .par_iter_mut()
                .enumerate()
                .try_for_each(|(band, builder)| {
                    for plane in &planes {
                        builder.add_energies(&of_band(&plane.energies, band, n))?;
                        builder
                            .add_velocities(of_band(&plane.velocities, band, n).as_flattened())?;
                    }
                    Ok::<(), Error>(())
                })?;
        }
        builders
            .into_iter()
            .map(StatisticsBuilder::finish)
            .collect()
    }

    /// Planes `first ..`, kept or made.
    fn planes(&self, first: usize, count: usize) -> Result<Vec<Arc<Levels>>> {
        let grid = self.header.k_grid;
        let kept = |i: usize| {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let found = kept.iter().find(|(at, _)| *at == i);
            found.map(|(_, plane)| Arc::clone(plane))
        };
        let mut planes: Vec<Option<Arc<Levels>>> = (first..first + count).map(kept).collect();
        let whole = KBox {
            origin: grid.point([0; 3]),
            step: grid.n.map(|n| 1.0 / n as f64),
            points: grid.n,
        };
        let made: Vec<(usize, Arc<Levels>)> = planes
            .par_iter()
            .enumerate()
            .filter(|(_, plane)| plane.is_none())
            .map(|(at, _)| {
                let velocities = Sampling {
                    order: 1,
                    bounds: None,
                };
                let at_plane = first + at..first + at + 1;
                let plane = self.bands.levels(&whole, at_plane, &velocities)?;
                Ok((at, Arc::new(plane)))
            })
            .collect::<Result<_>>()?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, plane) in made {
            kept.push_back((first + at, Arc::clone(&plane)));
            planes[at] = Some(plane);
        }
        while kept.len() > self.capacity.max(count) {
            kept.pop_front();
        }
        Ok(planes.into_iter().flatten().collect())
    }
}

/// The entries of one band of a plane `[point][band]`.
fn of_band<T: Copy>(plane: &[T], band: usize, n: usize) -> Vec<T> {
    every(plane, band, n).collect()
}

impl BandSource for WannierGrid {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn statistics(&self) -> &[BandStatistics] {
        &self.statistics
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        let n = self.header.n_band;
        let plane = self.header.k_grid.plane_len() * field.components();
        if spin > 0 || band >= n || matches!(field, Field::Lifetime | Field::InverseMass) {
            return Err(Error::Internal(format!(
                "{field:?} of spin {spin}, band {band} is not among Wannier bands"
            )));
        }
        let planes = self.planes(first, out.len() / plane)?;
        for (out, from) in out.chunks_exact_mut(plane).zip(planes) {
            let numbers = match field {
                Field::Velocity => of_band(&from.velocities, band, n).into_flattened(),
                _ => of_band(&from.energies, band, n),
            };
            out.copy_from_slice(&numbers);
        }
        Ok(())
    }
}
