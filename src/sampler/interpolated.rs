//! An interpolation as a source of bands: its own coarse grid, with the true extremes of each band.

use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox};
use crate::bands::{
    BandHeader, BandSource, BandStatistics, Field, Interpolation, StatisticsBuilder,
};
use crate::error::{Error, Result};
use crate::progress;
use rayon::prelude::*;

/// Times that the search box around an extremum is halved: from a grid step to 1e-6 of it.
const HALVINGS: usize = 20;

/// Bands that can be evaluated anywhere, to be integrated with refinement. As a [`BandSource`] they are the values on the
/// grid that the interpolation came from, but for the extremes of each band, which are those of the interpolation.
pub struct InterpolatedBands {
    number: u64,
    interpolator: Box<dyn Interpolator>,
    groups: Vec<BandGroup>,
    statistics: Vec<BandStatistics>,
}

impl InterpolatedBands {
    /// Evaluates the bands on their own grid, and follows each to its extremes.
    ///
    /// # Errors
    /// Where the bands cannot be evaluated.
    pub fn new(interpolator: Box<dyn Interpolator>) -> Result<Self> {
        let groups = interpolator.groups();
        let mut bands = Self {
            number: Interpolation::new_number(),
            interpolator,
            groups,
            statistics: Vec::new(),
        };
        let phase = progress::phase("extremes of the bands", bands.groups.len() as u64);
        let found: Vec<Vec<BandStatistics>> = bands
            .groups
            .par_iter()
            .map(|group| {
                let found = bands.gather(group);
                phase.add(1);
                found
            })
            .collect::<Result<_>>()?;
        // Groups come spin by spin, but need not.
        let n_band = bands.header().n_band;
        let mut statistics = vec![None; bands.header().n_spin_band()];
        for (group, found) in bands.groups.iter().zip(found) {
            for (band, s) in group.bands.clone().zip(found) {
                statistics[group.spin * n_band + band] = Some(s);
            }
        }
        bands.statistics = statistics
            .into_iter()
            .collect::<Option<_>>()
            .ok_or_else(|| Error::Internal("a band is in no group".into()))?;
        Ok(bands)
    }

    /// The interpolation.
    pub fn interpolator(&self) -> &dyn Interpolator {
        &*self.interpolator
    }

    /// Gives the interpolation back.
    pub fn into_interpolator(self) -> Box<dyn Interpolator> {
        self.interpolator
    }

    /// One plane of the grid as a box.
    fn plane(&self, plane: usize) -> KBox {
        let grid = self.header().k_grid;
        let n = grid.n.map(|n| n as f64);
        KBox {
            origin: [
                (plane as f64 + grid.shift[0]) / n[0],
                grid.shift[1] / n[1],
                grid.shift[2] / n[2],
            ],
            step: n.map(|n| 1.0 / n),
            points: [1, grid.n[1], grid.n[2]],
        }
    }

    fn gather(&self, group: &BandGroup) -> Result<Vec<BandStatistics>> {
        let header = self.header();
        let n = header.k_grid.n;
        let mut builders: Vec<StatisticsBuilder> = group
            .bands
            .clone()
            .map(|band| {
                let number = band + header.first_band;
                StatisticsBuilder::new(n, format!("spin {}, band {number}", group.spin + 1))
            })
            .collect();
        // Lowest and highest energy of each band so far, with their k-points.
        let mut ends =
            vec![[(f64::INFINITY, [0.0; 3]), (f64::NEG_INFINITY, [0.0; 3])]; builders.len()];
        for plane in 0..n[0] {
            let k_box = self.plane(plane);
            let bands = self
                .interpolator
                .evaluate(group, &k_box, Derivatives::Velocity)?;
            for ((builder, ends), band) in builders.iter_mut().zip(&mut ends).zip(&bands) {
                builder.add_energies(&band.energies)?;
                builder.add_velocities(&band.velocities)?;
                if !band.lifetimes.is_empty() {
                    builder.add_lifetimes(&band.lifetimes)?;
                }
                keep_extremes(ends, band, &k_box);
            }
        }
        builders
            .into_iter()
            .zip(ends)
            .enumerate()
            .map(|(b, (builder, ends))| {
                let mut statistics = builder.finish()?;
                let [low, high] = ends;
                statistics.energy_min = self.follow(group, b, low, |a, b| a < b)?;
                statistics.energy_max = self.follow(group, b, high, |a, b| a > b)?;
                Ok(statistics)
            })
            .collect()
    }

    /// The extremum next to a grid point: the best of five points along each axis that has more than one, again and again in
    /// smaller boxes.
    fn follow(
        &self,
        group: &BandGroup,
        band: usize,
        start: (f64, [f64; 3]),
        better: impl Fn(f64, f64) -> bool,
    ) -> Result<f64> {
        let n = self.header().k_grid.n;
        let (mut best, mut centre) = start;
        // An axis with one point has no dispersion: a layer stays in its plane, a chain on its line.
        let points = n.map(|n| if n == 1 { 1 } else { 5 });
        let mut step = n.map(|n| 0.5 / n as f64);
        for _ in 0..HALVINGS {
            let k_box = KBox {
                origin: std::array::from_fn(|a| centre[a] - (points[a] / 2) as f64 * step[a]),
                step,
                points,
            };
            let bands = self
                .interpolator
                .evaluate(group, &k_box, Derivatives::None)?;
            for (at, e) in bands[band].energies.iter().enumerate() {
                if better(*e, best) {
                    (best, centre) = (*e, point_number(&k_box, at));
                }
            }
            step = step.map(|s| 0.5 * s);
        }
        Ok(best)
    }
}

fn keep_extremes(ends: &mut [(f64, [f64; 3]); 2], band: &BoxBand, k_box: &KBox) {
    for (at, e) in band.energies.iter().enumerate() {
        if *e < ends[0].0 {
            ends[0] = (*e, point_number(k_box, at));
        }
        if *e > ends[1].0 {
            ends[1] = (*e, point_number(k_box, at));
        }
    }
}

/// Point `at` of a box, third axis fastest.
fn point_number(k_box: &KBox, at: usize) -> [f64; 3] {
    let [_, n2, n3] = k_box.points;
    k_box.point([at / (n2 * n3), at / n3 % n2, at % n3])
}

impl BandSource for InterpolatedBands {
    fn header(&self) -> &BandHeader {
        self.interpolator.header()
    }

    fn statistics(&self) -> &[BandStatistics] {
        &self.statistics
    }

    fn interpolation(&self) -> Option<Interpolation<'_>> {
        Some(Interpolation {
            number: self.number,
            bands: &*self.interpolator,
        })
    }

    fn table(&self) -> Option<Box<dyn BandSource + '_>> {
        let kinks = self.has_rival() && self.interpolator.has_kinks();
        kinks.then(|| Box::new(self) as Box<dyn BandSource>)
    }

    fn has_rival(&self) -> bool {
        self.interpolator.rival().is_some()
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        let group = self
            .groups
            .iter()
            .find(|g| g.spin == spin && g.bands.contains(&band))
            .ok_or_else(|| Error::Internal("a band is in no group".into()))?;
        let (derivatives, components) = match field {
            Field::Energy => (Derivatives::None, 1),
            Field::Velocity => (Derivatives::Velocity, 3),
            Field::InverseMass => (Derivatives::InverseMass, 6),
            Field::Lifetime if self.header().has_lifetimes => (Derivatives::Velocity, 1),
            Field::Lifetime => {
                return Err(Error::Internal("lifetimes are not interpolated".into()));
            }
        };
        let len = self.header().k_grid.plane_len() * components;
        for (p, out) in out.chunks_exact_mut(len).enumerate() {
            let bands = self
                .interpolator
                .evaluate(group, &self.plane(first + p), derivatives)?;
            let values = &bands[band - group.bands.start];
            out.copy_from_slice(match field {
                Field::Energy => &values.energies,
                Field::InverseMass => &values.inverse_masses,
                Field::Lifetime => &values.lifetimes,
                Field::Velocity => &values.velocities,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::{KGrid, Lattice};
    use crate::sampler::FourierSeries;

    /// The extremes lie between the points of the grid and are found; on the grid the energies are those given.
    #[test]
    fn extremes_between_the_points_are_found() {
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 5.0]]).unwrap();
        let model = Model::TightBinding {
            hopping: 0.5,
            dimension: 3,
        };
        let grid = KGrid::new([5, 6, 7], [0.3, 0.5, 0.5]).unwrap();
        let coarse = ModelBands::new(model, lattice, grid, false).unwrap();
        let series = Box::new(FourierSeries::new(&coarse).unwrap());
        let bands = InterpolatedBands::new(series).unwrap();
        let s = &bands.statistics()[0];
        assert!((s.energy_min + 3.0).abs() < 1e-9, "{}", s.energy_min);
        assert!((s.energy_max - 3.0).abs() < 1e-9, "{}", s.energy_max);
        assert!(coarse.statistics()[0].energy_max < 2.99);
        let mut a = vec![0.0; 2 * 42];
        let mut b = a.clone();
        coarse.read_planes(Field::Energy, 0, 0, 1, &mut a).unwrap();
        bands.read_planes(Field::Energy, 0, 0, 1, &mut b).unwrap();
        assert!(a.iter().zip(&b).all(|(x, y)| (x - y).abs() < 1e-12));
    }
}
