//! Bands at any density by Fourier interpolation, plane by plane: the dense grid is never held.

use super::extremes::Extremes;
use super::fourier_series::FourierSeries;
use super::{BandGroup, BoxBand, Conditions, Derivatives, Interpolator, KBox};
use crate::bands::{BandGrid, BandHeader, BandSource, BandStatistics, Field};
use crate::crystal::{KGrid, PointGroup};
use crate::error::{Error, Result};
use crate::memory;
use crate::progress;
use rayon::prelude::*;
use std::sync::Arc;

/// Points of the dense grid per point of the table from which on bands are evaluated in small boxes where they are needed, instead of in
/// whole planes: fewer points a box than this reach so many of the spline's coefficients that boxes take longer (24³ on 128³: 0.98 s for
/// 0.70; on 256³: 1.2 for 2.9).
const DENSER: usize = 256;

/// Bands of a coarse grid on a dense one, with analytic velocities and inverse masses.
pub struct FourierBands {
    series: Arc<FourierSeries>,
    header: BandHeader,
    statistics: Vec<BandStatistics>,
    /// Another interpolation, and the coarse grid by itself.
    rival: Option<(Box<Self>, BandGrid)>,
}

impl FourierBands {
    /// Interpolates `source` on `grid`, whatever its density.
    ///
    /// # Errors
    /// Where the source cannot be read, or does not fit in memory (the coarse grid does).
    pub fn new(source: &dyn BandSource, grid: KGrid) -> Result<Self> {
        Self::through(source, grid, Conditions::Energies)
    }

    /// The same through what [`FourierSeries::through`] says.
    ///
    /// # Errors
    /// As [`FourierSeries::through`].
    pub fn through(source: &dyn BandSource, grid: KGrid, conditions: Conditions) -> Result<Self> {
        Self::of(Arc::new(FourierSeries::through(source, conditions)?), grid)
    }

    /// [`FourierBands::new`] with a rival ([`BandSource::rival`]).
    ///
    /// # Errors
    /// As [`FourierBands::new`].
    pub fn with_rival(source: &dyn BandSource, grid: KGrid) -> Result<Self> {
        Self::with_rival_through(source, grid, Conditions::Energies)
    }

    /// [`FourierBands::through`] with a rival that goes through the same energies and velocities.
    ///
    /// # Errors
    /// As [`FourierBands::through`].
    pub fn with_rival_through(
        source: &dyn BandSource,
        grid: KGrid,
        conditions: Conditions,
    ) -> Result<Self> {
        let series = FourierSeries::with_rival_through(source, conditions)?;
        let rival = series.fourier_rival();
        let own = series.header().k_grid;
        let mut bands = Self::of(Arc::new(series), grid)?;
        bands.rival = match rival {
            None => None,
            Some(rival) => {
                let table = match source.header().k_basis {
                    None => BandGrid::copied(source)?,
                    // What is no grid is looked at on one of as many points.
                    Some(_) => BandGrid::copied(&Self::of(bands.series.clone(), own)?)?,
                };
                Some((Box::new(Self::of(rival, grid)?), table))
            }
        };
        Ok(bands)
    }

    /// Adds a remark on where the bands come from.
    pub fn note(&mut self, text: String) {
        self.header.provenance.notes.push(text);
    }

    fn of(series: Arc<FourierSeries>, grid: KGrid) -> Result<Self> {
        let mut header = series.header().clone();
        header.k_grid = grid;
        header.point_group = header.point_group.on_grid(&grid);
        header
            .provenance
            .notes
            .push(format!("Taken on {grid} k-points."));
        let mut bands = Self {
            series,
            header,
            statistics: Vec::new(),
            rival: None,
        };
        // Each thread holds some planes of energies and velocities, and of the sums that they are made of.
        memory::check::<f64>(
            "a run of interpolated k-planes",
            (4 * rayon::current_num_threads())
                .min(grid.n[0])
                .saturating_mul(5 * grid.plane_len()),
        )?;
        let n_band = bands.header.n_band;
        let all = bands.header.n_spin_band();
        let phase = progress::phase("extremes on the dense grid", all as u64);
        let found = (0..all).into_par_iter().map(|at| {
            let (spin, band) = (at / n_band, at % n_band);
            let found = bands.extremes(spin, band);
            phase.add(1);
            found
        });
        bands.statistics = found.collect::<Result<_>>()?;
        Ok(bands)
    }

    /// Whether a box of a few points needs less of the series than that is cheap: see [`DENSER`].
    fn is_much_denser(&self) -> bool {
        self.header.k_grid.len() >= DENSER * self.series.header().k_grid.len()
    }

    /// The extremes of a band on the dense grid, and bounds of its slopes.
    fn extremes(&self, spin: usize, band: usize) -> Result<BandStatistics> {
        let grid = self.header.k_grid;
        let group = BandGroup {
            spin,
            bands: band..band + 1,
        };
        let [energy_min, energy_max] = Extremes::find(&*self.series, &group, &grid)?;
        let slopes = self.series.slope_bounds(spin, band);
        let width = energy_max - energy_min;
        let to_velocity = self.header.lattice.gradient_to_velocity();
        let along = to_velocity.map(|row| (0..3).map(|a| row[a].abs() * slopes[a]).sum::<f64>());
        Ok(BandStatistics {
            energy_min,
            energy_max,
            max_step: [0, 1, 2].map(|a| match grid.n[a] {
                1 => 0.0,
                n => width.min(slopes[a] / n as f64),
            }),
            max_speed: along.iter().map(|v| v * v).sum::<f64>().sqrt(),
            max_inverse_mass: self.series.inverse_mass_bound(spin, band),
            max_lifetime: 0.0,
        })
    }

    fn plane(
        &self,
        spin: usize,
        band: usize,
        plane: usize,
        derivatives: Derivatives,
    ) -> Result<BoxBand> {
        let grid = self.header.k_grid;
        let group = BandGroup {
            spin,
            bands: band..band + 1,
        };
        let k_box = KBox {
            origin: grid.point([plane, 0, 0]),
            step: grid.n.map(|n| 1.0 / n as f64),
            points: [1, grid.n[1], grid.n[2]],
        };
        let mut bands = self.series.evaluate(&group, &k_box, derivatives)?;
        bands
            .pop()
            .ok_or_else(|| Error::Internal("a group without bands".into()))
    }
}

impl BandSource for FourierBands {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn statistics(&self) -> &[BandStatistics] {
        &self.statistics
    }

    fn rival(&self) -> Option<Box<dyn BandSource + '_>> {
        let (rival, _) = self.rival.as_ref()?;
        Some(Box::new(&**rival))
    }

    fn table(&self) -> Option<Box<dyn BandSource + '_>> {
        let (_, table) = self.rival.as_ref()?;
        Some(Box::new(table))
    }

    fn on_grid(&self) -> Option<&dyn Interpolator> {
        self.is_much_denser().then_some(&*self.series)
    }

    fn symmetry(&self) -> PointGroup {
        self.series.symmetry().on_grid(&self.header.k_grid)
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        let derivatives = match field {
            Field::Energy => Derivatives::None,
            Field::Velocity => Derivatives::Velocity,
            Field::InverseMass => Derivatives::InverseMass,
            Field::Lifetime => {
                return Err(Error::Internal("lifetimes are not interpolated".into()));
            }
        };
        out.par_chunks_exact_mut(self.header.k_grid.plane_len() * field.components())
            .enumerate()
            .try_for_each(|(p, out)| {
                let values = self.plane(spin, band, first + p, derivatives)?;
                out.copy_from_slice(match field {
                    Field::Energy => &values.energies,
                    Field::InverseMass => &values.inverse_masses,
                    _ => &values.velocities,
                });
                Ok(())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::model::{Model, ModelBands};
    use crate::bands::{BandGrid, SpinTreatment};
    use crate::crystal::Lattice;

    fn band(source: &dyn BandSource, field: Field) -> Vec<f64> {
        let mut out = vec![0.0; source.header().k_grid.len() * field.components()];
        source.read_planes(field, 0, 0, 0, &mut out).unwrap();
        out
    }

    fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
        a.iter()
            .zip(b)
            .fold(0.0, |m: f64, (x, y)| m.max((x - y).abs()))
    }

    /// A finite cosine sum is its own smoothest series once the grid resolves it: energies and velocities are exact on any
    /// dense grid, also from shifted, odd and unequal ones.
    #[test]
    fn a_resolved_cosine_sum_is_interpolated_exactly() {
        let lattice = Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap();
        let model = Model::TightBinding {
            hopping: 0.7,
            dimension: 3,
        };
        for (n, shift) in [([8, 8, 8], [0.0; 3]), ([5, 6, 7], [0.5, 0.0, 0.25])] {
            let coarse = ModelBands::new(
                model.clone(),
                lattice.clone(),
                KGrid::new(n, shift).unwrap(),
                false,
            )
            .unwrap();
            let dense = KGrid::new([9, 10, 4], [0.0, 0.5, 0.3]).unwrap();
            let exact = ModelBands::new(model.clone(), lattice.clone(), dense, true).unwrap();
            let fourier = FourierBands::new(&coarse, dense).unwrap();
            let e =
                largest_difference(&band(&fourier, Field::Energy), &band(&exact, Field::Energy));
            assert!(e < 1e-12, "{n:?}: {e}");
            let v = largest_difference(
                &band(&fourier, Field::Velocity),
                &band(&exact, Field::Velocity),
            );
            assert!(v < 1e-8, "{n:?}: {v} m/s");
        }
    }

    /// Through every input energy to 1e-9 eV, whatever the energies: random ones here.
    #[test]
    fn every_input_energy_is_on_the_series() {
        let lattice = Lattice::new([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]).unwrap();
        for (n, shift) in [
            ([4, 4, 4], [0.0; 3]),
            ([5, 3, 6], [0.5, 0.25, 0.0]),
            ([6, 6, 1], [0.0; 3]),
        ] {
            let grid = KGrid::new(n, shift).unwrap();
            let header = BandHeader::new(lattice.clone(), grid, SpinTreatment::Unpolarized, 1);
            let mut state = 1u64;
            let energies: Vec<f64> = (0..grid.len())
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    (state >> 40) as f64 / (1u64 << 24) as f64 * 10.0
                })
                .collect();
            let coarse = BandGrid::new(header, energies.clone()).unwrap();
            let fourier = FourierBands::new(&coarse, grid).unwrap();
            let off = largest_difference(&band(&fourier, Field::Energy), &energies);
            assert!(off < 1e-12, "{n:?}: {off}");
        }
    }

    /// Velocities are the derivatives of the interpolated energies: central differences on a fine line of k-points.
    #[test]
    fn velocities_are_the_gradients_of_the_series() {
        let lattice = Lattice::new([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]).unwrap();
        let model = Model::free_electrons(1.0);
        let coarse = ModelBands::new(model, lattice, KGrid::gamma([6; 3]).unwrap(), false).unwrap();
        let at = |shift: [f64; 3]| {
            FourierBands::new(&coarse, KGrid::new([2, 3, 2], shift).unwrap()).unwrap()
        };
        let h = 1e-4;
        let base = [0.3, 0.4, 0.2];
        let v = band(&at(base), Field::Velocity);
        let to_velocity = coarse.header().lattice.gradient_to_velocity();
        let n = [2.0, 3.0, 2.0];
        let d: Vec<Vec<f64>> = (0..3)
            .map(|i| {
                let moved = |sign: f64| {
                    let mut s = base;
                    s[i] += sign * h;
                    band(&at(s), Field::Energy)
                };
                let (plus, minus) = (moved(1.0), moved(-1.0));
                plus.iter()
                    .zip(&minus)
                    .map(|(p, m)| (p - m) / (2.0 * h) * n[i])
                    .collect()
            })
            .collect();
        for j in 0..12 {
            for a in 0..3 {
                let numeric: f64 = (0..3).map(|i| to_velocity[a][i] * d[i][j]).sum();
                assert!(
                    (numeric - v[3 * j + a]).abs() < 1e-3 * 1e6,
                    "{j} {a} {numeric} {}",
                    v[3 * j + a]
                );
            }
        }
    }
}
