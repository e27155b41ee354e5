//! The lowest and the highest energy of a band at the points of a dense grid: in boxes where bounds leave room for them, as long as these
//! are few, and else at every point.

use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox};
use crate::bands::CellBox;
use crate::crystal::KGrid;
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Points of a plane that are evaluated in the time that one look at a box takes (m: 2 ns and some 8 µs).
const POINTS_A_LOOK: usize = 3600;

/// The search in one band of an interpolation that evaluates it by itself.
pub struct Extremes<'a> {
    bands: &'a dyn Interpolator,
    group: &'a BandGroup,
    grid: &'a KGrid,
    low: f64,
    high: f64,
}

impl<'a> Extremes<'a> {
    /// Lowest and highest energy at the points of `grid`, eV.
    ///
    /// # Errors
    /// Where the band cannot be evaluated.
    pub fn find(
        bands: &'a dyn Interpolator,
        group: &'a BandGroup,
        grid: &'a KGrid,
    ) -> Result<[f64; 2]> {
        let mut found = Self {
            bands,
            group,
            grid,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
        };
        // Kinks leave room in many boxes, flat bands in all.
        match found.in_boxes(grid.len() / POINTS_A_LOOK)? {
            true => Ok([found.low, found.high]),
            false => found.in_planes(),
        }
    }

    /// Whether so many looks were enough.
    fn in_boxes(&mut self, mut looks: usize) -> Result<bool> {
        // By generations: the corners of large boxes come first, and spare most of the small ones.
        let mut open = vec![CellBox(self.grid.n.map(|n| 0..n))];
        while !open.is_empty() {
            let mut next = Vec::new();
            for cells in open {
                let Some(left) = looks.checked_sub(1) else {
                    return Ok(false);
                };
                looks = left;
                let [low, high] = self.look(&cells.corners(self.grid))?;
                if low < self.low || high > self.high {
                    match cells.halves() {
                        Some(halves) => next.extend(halves.map(|half| (half, [low, high]))),
                        None => {
                            self.look(&cells.nodes(self.grid))?;
                        }
                    }
                }
            }
            // What was found meanwhile spares more of them.
            next.retain(|(_, [low, high])| *low < self.low || *high > self.high);
            open = next.into_iter().map(|(cells, _)| cells).collect();
        }
        Ok(true)
    }

    /// Takes the energies at the points of a box, and gives back the bounds of those in between.
    fn look(&mut self, k_box: &KBox) -> Result<[f64; 2]> {
        let band = self.evaluate(k_box)?;
        for e in &band.energies {
            self.low = self.low.min(*e);
            self.high = self.high.max(*e);
        }
        Ok([band.low, band.high])
    }

    fn in_planes(&self) -> Result<[f64; 2]> {
        let grid = self.grid;
        let planes = (0..grid.n[0]).into_par_iter().map(|plane| {
            let band = self.evaluate(&KBox {
                origin: grid.point([plane, 0, 0]),
                step: grid.n.map(|n| 1.0 / n as f64),
                points: [1, grid.n[1], grid.n[2]],
            })?;
            let energies = || band.energies.iter().copied();
            let low = energies().fold(f64::INFINITY, f64::min);
            Ok([low, energies().fold(f64::NEG_INFINITY, f64::max)])
        });
        planes.try_reduce(
            || [f64::INFINITY, f64::NEG_INFINITY],
            |a, b| Ok([a[0].min(b[0]), a[1].max(b[1])]),
        )
    }

    fn evaluate(&self, k_box: &KBox) -> Result<BoxBand> {
        let mut found = self.bands.evaluate(self.group, k_box, Derivatives::None)?;
        found
            .pop()
            .ok_or_else(|| Error::Internal("a group without bands".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::BandSource;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::Lattice;
    use crate::sampler::{FourierBands, FourierSeries};

    /// The same as among all points, of waves and of a spline with kinks, on odd, shifted and flat grids.
    #[test]
    fn no_point_lies_beyond() {
        let lattice = Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap();
        let cosines = Model::TightBinding {
            hopping: 0.7,
            dimension: 3,
        };
        for model in [cosines, Model::free_electrons(1.0)] {
            let coarse = ModelBands::new(
                model,
                lattice.clone(),
                KGrid::gamma([6, 7, 8]).unwrap(),
                false,
            );
            let series = FourierSeries::new(&coarse.unwrap()).unwrap();
            let group = series.groups().remove(0);
            for (n, shift) in [
                ([24, 24, 24], [0.0; 3]),
                ([31, 9, 40], [0.5, 0.0, 0.25]),
                ([33, 17, 1], [0.0; 3]),
            ] {
                let grid = KGrid::new(n, shift).unwrap();
                let [low, high] = Extremes::find(&series, &group, &grid).unwrap();
                let all = CellBox(n.map(|n| 0..n)).nodes(&grid);
                let all = series.evaluate(&group, &all, Derivatives::None).unwrap();
                let energies = || all[0].energies.iter().copied();
                assert!((low - energies().fold(f64::INFINITY, f64::min)).abs() < 1e-12);
                assert!((high - energies().fold(f64::NEG_INFINITY, f64::max)).abs() < 1e-12);
            }
        }
    }

    /// Steps and speeds between the points of a dense grid stay within what the series promises, and near it.
    #[test]
    fn slopes_are_bounded_and_not_idly() {
        let lattice = Lattice::new([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]).unwrap();
        let model = Model::free_electrons(1.0);
        let coarse = ModelBands::new(model, lattice, KGrid::gamma([8; 3]).unwrap(), false).unwrap();
        let dense = FourierBands::new(&coarse, KGrid::gamma([52; 3]).unwrap()).unwrap();
        let promised = dense.statistics()[0];
        let found = crate::bands::BandGrid::load(&dense).unwrap().statistics()[0];
        assert!((promised.energy_min - found.energy_min).abs() < 1e-12);
        assert!((promised.energy_max - found.energy_max).abs() < 1e-12);
        for (promised, found) in promised.max_step.iter().zip(&found.max_step) {
            assert!(
                promised >= found && *promised < 1.2 * found,
                "{promised} {found}"
            );
        }
        assert!(
            promised.max_speed >= found.max_speed && promised.max_speed < 3.0 * found.max_speed
        );
    }
}
