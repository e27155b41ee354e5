//! Bands as Fourier series that can be evaluated anywhere.

use super::series::Series;
use super::series_box::SeriesBand;
use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox};
use crate::bands::{BandHeader, BandSource, Field};
use crate::error::Result;
use crate::memory;

/// The smoothest Fourier series through every energy of a grid (see `series`), with analytic velocities and masses.
pub struct FourierSeries {
    header: BandHeader,
    bands: Vec<SeriesBand>,
}

impl FourierSeries {
    /// Interpolates `source`.
    ///
    /// # Errors
    /// Where the source cannot be read, or does not fit in memory.
    pub fn new(source: &dyn BandSource) -> Result<Self> {
        let mut header = source.header().clone();
        let series = Series::new(&header.lattice, header.k_grid);
        header.provenance.notes.push(format!(
            "Interpolated from {} k-points by {} lattice vectors (Fourier series through every energy).",
            header.k_grid,
            series.len()
        ));
        if header.has_lifetimes {
            header
                .provenance
                .notes
                .push("Relaxation times are not interpolated.".into());
        }
        header.has_velocities = true;
        header.has_inverse_masses = true;
        header.has_lifetimes = false;
        let mut bands = Vec::with_capacity(header.n_spin_band());
        let mut energies = memory::zeros("a band on the coarse grid", header.k_grid.len())?;
        for spin in 0..header.n_spin() {
            for band in 0..header.n_band {
                source.read_planes(Field::Energy, spin, band, 0, &mut energies)?;
                let full = series.coefficients(&energies);
                bands.push(SeriesBand::new(series.extent(), &full));
            }
        }
        Ok(Self { header, bands })
    }

    fn band(&self, group: &BandGroup) -> &SeriesBand {
        &self.bands[group.spin * self.header.n_band + group.bands.start]
    }
}

impl Interpolator for FourierSeries {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn groups(&self) -> Vec<BandGroup> {
        (0..self.header.n_spin())
            .flat_map(|spin| (0..self.header.n_band).map(move |band| (spin, band)))
            .map(|(spin, band)| BandGroup {
                spin,
                bands: band..band + 1,
            })
            .collect()
    }

    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>> {
        let band = self.band(group);
        let slab = band.slab(k_box, derivatives);
        Ok(vec![band.on_box(&slab, k_box, &self.header.lattice)])
    }

    fn evaluate_slab(
        &self,
        group: &BandGroup,
        boxes: &[KBox],
        derivatives: Derivatives,
        take: &mut dyn FnMut(usize, Vec<BoxBand>) -> Result<()>,
    ) -> Result<()> {
        let Some(first) = boxes.first() else {
            return Ok(());
        };
        let band = self.band(group);
        let slab = band.slab(first, derivatives);
        for (i, k_box) in boxes.iter().enumerate() {
            let values = band.on_box(&slab, k_box, &self.header.lattice);
            take(i, vec![values])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::{KGrid, Lattice};

    fn tight_binding(n: [usize; 3], shift: [f64; 3]) -> ModelBands {
        let lattice = Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap();
        let model = Model::TightBinding {
            hopping: 0.7,
            dimension: 3,
        };
        ModelBands::new(model, lattice, KGrid::new(n, shift).unwrap(), true).unwrap()
    }

    const BOX: KBox = KBox {
        origin: [0.13, -0.4, 0.77],
        step: [0.03, 0.05, 0.011],
        points: [3, 4, 5],
    };

    /// A resolved cosine: energies, velocities and masses on a box are the model's.
    #[test]
    fn a_box_holds_the_series_and_its_derivatives() {
        let coarse = tight_binding([5, 6, 7], [0.5, 0.0, 0.25]);
        let series = FourierSeries::new(&coarse).unwrap();
        let group = series.groups().remove(0);
        let band = series
            .evaluate(&group, &BOX, Derivatives::InverseMass)
            .unwrap()
            .remove(0);
        let to_velocity = coarse.header().lattice.gradient_to_velocity();
        let two_pi = 2.0 * std::f64::consts::PI;
        for at in 0..BOX.len() {
            let u = BOX.point([at / 20, at / 5 % 4, at % 5]);
            let e: f64 = u.iter().map(|x| -1.4 * (two_pi * x).cos()).sum();
            assert!((band.energies[at] - e).abs() < 1e-12, "{at}");
            let d = u.map(|x| 1.4 * two_pi * (two_pi * x).sin());
            let h = u.map(|x| 1.4 * two_pi * two_pi * (two_pi * x).cos());
            for a in 0..3 {
                let v: f64 = (0..3).map(|i| to_velocity[a][i] * d[i]).sum();
                assert!((band.velocities[3 * at + a] - v).abs() < 1e-8 * 1e6, "{at}");
            }
            for (slot, (a, b)) in [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
                .into_iter()
                .enumerate()
            {
                let m: f64 = (0..3)
                    .map(|i| to_velocity[a][i] * h[i] * to_velocity[b][i])
                    .sum::<f64>()
                    / crate::units::ELEMENTARY_CHARGE;
                let off = (band.inverse_masses[6 * at + slot] - m).abs();
                assert!(off < 1e-9 * 1e31, "{at} {slot}: {off:e}");
            }
        }
    }

    /// No energy between the points lies outside the bounds, and the bounds are not idle.
    #[test]
    fn bounds_hold_between_the_points() {
        let lattice = Lattice::new([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]).unwrap();
        let model = Model::free_electrons(1.0);
        let coarse = ModelBands::new(model, lattice, KGrid::gamma([6; 3]).unwrap(), false).unwrap();
        let series = FourierSeries::new(&coarse).unwrap();
        let group = series.groups().remove(0);
        let mut slack: f64 = 0.0;
        for i in 0..40 {
            let corner = [0.1, 0.37, 0.71].map(|x: f64| (x * f64::from(i)).fract());
            let (coarse_step, fine_step) = (0.02, 0.005);
            let on = |step: f64, n: usize| {
                let k_box = KBox {
                    origin: corner,
                    step: [step; 3],
                    points: [n; 3],
                };
                series
                    .evaluate(&group, &k_box, Derivatives::None)
                    .unwrap()
                    .remove(0)
            };
            let (wide, dense) = (on(coarse_step, 3), on(fine_step, 9));
            let least = dense.energies.iter().copied().fold(f64::INFINITY, f64::min);
            let most = dense
                .energies
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, f64::max);
            assert!(wide.low <= least && wide.high >= most, "{corner:?}");
            slack = slack.max((least - wide.low).max(wide.high - most));
        }
        assert!(slack < 0.6, "bounds {slack} eV too wide");
    }
}
