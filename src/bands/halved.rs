//! Every second point of a grid, as a grid: what the same bands are with twice the step.

use super::{BandGrid, BandSource, Field};
use crate::crystal::KGrid;
use crate::error::Result;
use crate::memory;

/// Points along an axis that make a grid of half as many.
const LEAST: usize = 4;

impl BandGrid {
    /// A source on every second point of each axis that has several; none where an axis has an odd number of points, or fewer than four.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub fn halved(source: &dyn BandSource) -> Result<Option<Self>> {
        let mut header = source.header().clone();
        let n = header.k_grid.n;
        let whole = |n: usize| n == 1 || (n >= LEAST && n.is_multiple_of(2));
        if !n.into_iter().all(whole) {
            return Ok(None);
        }
        let step = n.map(|n| if n > 1 { 2 } else { 1 });
        let half: [usize; 3] = std::array::from_fn(|i| n[i] / step[i]);
        // u = (2j + s)/n = (j + s/2)/(n/2).
        let shift = std::array::from_fn(|i| header.k_grid.shift[i] / step[i] as f64);
        header.k_grid = KGrid::new(half, shift)?;
        header.point_group = header.point_group.on_grid(&header.k_grid);
        let read = |field: Field| -> Result<Vec<f64>> {
            let (plane, count) = (n[1] * n[2], field.components());
            let mut inner = memory::zeros("a k-plane", plane * count)?;
            let len = header.k_grid.len() * count;
            let mut all = memory::zeros("every second k-point", header.n_spin_band() * len)?;
            for (at, out) in all.chunks_exact_mut(len).enumerate() {
                let (spin, band) = (at / header.n_band, at % header.n_band);
                let mut places = out.chunks_exact_mut(count);
                for j1 in 0..half[0] {
                    source.read_planes(field, spin, band, step[0] * j1, &mut inner)?;
                    for j2 in 0..half[1] {
                        for j3 in 0..half[2] {
                            let from = count * (step[1] * j2 * n[2] + step[2] * j3);
                            if let Some(place) = places.next() {
                                place.copy_from_slice(&inner[from..from + count]);
                            }
                        }
                    }
                }
            }
            Ok(all)
        };
        let energies = read(Field::Energy)?;
        let velocities = header
            .has_velocities
            .then(|| read(Field::Velocity))
            .transpose()?;
        let lifetimes = header
            .has_lifetimes
            .then(|| read(Field::Lifetime))
            .transpose()?;
        Self::with_fields(header, energies, velocities, lifetimes).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::Lattice;

    fn bands(n: [usize; 3], shift: [f64; 3]) -> ModelBands {
        let model = Model::TightBinding {
            hopping: 1.0,
            dimension: 3,
        };
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.5, 0.0, 5.0]]).unwrap();
        ModelBands::new(model, lattice, KGrid::new(n, shift).unwrap(), true).unwrap()
    }

    #[test]
    fn every_second_point_is_the_grid_of_twice_the_step() {
        let half = BandGrid::halved(&bands([8, 4, 6], [0.5, 0.0, 0.25]))
            .unwrap()
            .unwrap();
        let own = BandGrid::load(&bands([4, 2, 3], [0.25, 0.0, 0.125])).unwrap();
        for field in [Field::Energy, Field::Velocity] {
            let (a, b) = (half.band(field, 0, 0), own.band(field, 0, 0));
            assert_eq!(a.len(), b.len());
            let scale = b.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            for (x, y) in a.iter().zip(b) {
                assert!((x - y).abs() < 1e-12 * scale, "{field:?}: {x} {y}");
            }
        }
        assert!(
            BandGrid::halved(&bands([8, 5, 6], [0.0; 3]))
                .unwrap()
                .is_none()
        );
    }
}
