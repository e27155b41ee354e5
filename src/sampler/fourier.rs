//! Bands at any density by Fourier interpolation, plane by plane: the dense grid is never held.
//!
//! E(u) = Σ_R c(R) e^{2πi R·u}, and each derivative ∂/∂u_i brings a factor 2πi R_i. For one plane of the dense grid the sum
//! over R₁ is done directly, the remaining two-dimensional series by FFT, its coefficients folded onto the plane's n₂ × n₃ points
//! (exact at the points of the grid). Two real fields share one complex transform.

use super::series::Series;
use crate::bands::{BandHeader, BandSource, BandStatistics, Field, StatisticsBuilder};
use crate::crystal::KGrid;
use crate::error::{Error, Result};
use crate::kernel::curvature::inverse_mass;
use crate::memory;
use crate::units::EV;
use rayon::prelude::*;
use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::PI;
use std::sync::Arc;

/// Number of derivatives along each axis.
type Derivative = [i32; 3];

const ENERGY: Derivative = [0, 0, 0];

/// Bands of a coarse grid on a dense one, with analytic velocities and inverse masses.
pub struct FourierBands {
    header: BandHeader,
    statistics: Vec<BandStatistics>,
    /// Largest |R_i| of the series.
    extent: [usize; 3],
    /// Coefficients of each (spin, band), eV.
    coefficients: Vec<Vec<Complex64>>,
    /// Inverse transforms along axes 2 and 3 of the dense grid.
    plans: [Arc<dyn Fft<f64>>; 2],
}

impl FourierBands {
    /// Interpolates `source` on `grid`, whatever its density.
    ///
    /// # Errors
    /// Where the source cannot be read, or does not fit in memory (the coarse grid does).
    pub fn new(source: &dyn BandSource, grid: KGrid) -> Result<Self> {
        let coarse = source.header();
        let series = Series::new(&coarse.lattice, coarse.k_grid);
        let mut header = coarse.clone();
        header.k_grid = grid;
        header.point_group = coarse.point_group.on_grid(&grid);
        header.has_velocities = true;
        header.has_inverse_masses = true;
        header.has_lifetimes = false;
        header.provenance.notes.push(format!(
            "Interpolated from {} to {grid} k-points by {} lattice vectors (Fourier series through every energy).",
            coarse.k_grid,
            series.len()
        ));
        if coarse.has_lifetimes {
            header
                .provenance
                .notes
                .push("Relaxation times are not interpolated.".into());
        }
        let mut planner = FftPlanner::new();
        let mut bands = Self {
            header,
            statistics: Vec::new(),
            extent: series.extent(),
            coefficients: Vec::new(),
            plans: [
                planner.plan_fft_inverse(grid.n[1]),
                planner.plan_fft_inverse(grid.n[2]),
            ],
        };
        let mut energies = memory::zeros("a band on the coarse grid", coarse.k_grid.len())?;
        for spin in 0..coarse.n_spin() {
            for band in 0..coarse.n_band {
                source.read_planes(Field::Energy, spin, band, 0, &mut energies)?;
                bands.coefficients.push(series.coefficients(&energies));
            }
        }
        for spin in 0..bands.header.n_spin() {
            for band in 0..bands.header.n_band {
                let found = bands.gather(spin, band)?;
                bands.statistics.push(found);
            }
        }
        Ok(bands)
    }

    /// Extremes on the dense grid, in one pass over it.
    fn gather(&self, spin: usize, band: usize) -> Result<BandStatistics> {
        let grid = self.header.k_grid;
        let label = format!("spin {}, band {}", spin + 1, band + self.header.first_band);
        let mut builder = StatisticsBuilder::new(grid.n, label);
        // A few planes at a time, so that threads have work.
        let planes = (4 * rayon::current_num_threads()).min(grid.n[0]);
        let what = "a few planes of the dense grid";
        let mut energies = memory::zeros(what, planes * grid.plane_len())?;
        let mut velocities = memory::zeros(what, 3 * planes * grid.plane_len())?;
        for first in (0..grid.n[0]).step_by(planes) {
            let count = planes.min(grid.n[0] - first) * grid.plane_len();
            self.evaluate(
                spin,
                band,
                first,
                Some(&mut energies[..count]),
                Some(&mut velocities[..3 * count]),
            );
            for plane in energies[..count].chunks_exact(grid.plane_len()) {
                builder.add_energies(plane)?;
            }
            builder.add_velocities(&velocities[..3 * count])?;
        }
        Ok(BandStatistics {
            max_inverse_mass: self.inverse_mass_bound(spin, band),
            ..builder.finish()?
        })
    }

    /// Σ_R |c(R)| |a_R|², with a_R the term's velocity per eV: (1/ħ²)∂²E/∂k∂k is a sum of products a_R a_Rᵀ with factors of
    /// size |c(R)|/e.
    fn inverse_mass_bound(&self, spin: usize, band: usize) -> f64 {
        let to_velocity = self.header.lattice.gradient_to_velocity();
        let [_, s2, s3] = self.extent.map(|e| 2 * e + 1);
        let coefficients = &self.coefficients[spin * self.header.n_band + band];
        let terms = coefficients.iter().enumerate().map(|(slot, c)| {
            let at = [slot / (s2 * s3), slot / s3 % s2, slot % s3];
            let r: [f64; 3] =
                std::array::from_fn(|i| 2.0 * PI * (at[i] as f64 - self.extent[i] as f64));
            let squares = to_velocity.map(|m| (m[0] * r[0] + m[1] * r[1] + m[2] * r[2]).powi(2));
            c.norm() * squares.iter().sum::<f64>()
        });
        terms.sum::<f64>() / EV
    }

    /// Energies `[plane][n2][n3]` (eV) and velocities `[plane][n2][n3][3]` (m/s) of planes `first ..`.
    fn evaluate(
        &self,
        spin: usize,
        band: usize,
        first: usize,
        energies: Option<&mut [f64]>,
        velocities: Option<&mut [f64]>,
    ) {
        let len = self.header.k_grid.plane_len();
        let coefficients = &self.coefficients[spin * self.header.n_band + band];
        let to_velocity = self.header.lattice.gradient_to_velocity();
        match (energies, velocities) {
            (Some(energies), None) => {
                energies
                    .par_chunks_exact_mut(len)
                    .enumerate()
                    .for_each(|(p, out)| {
                        let [e, _] = self.plane(coefficients, first + p, [ENERGY, ENERGY]);
                        out.copy_from_slice(&e);
                    })
            }
            (None, Some(velocities)) => velocities
                .par_chunks_exact_mut(3 * len)
                .enumerate()
                .for_each(|(p, out)| {
                    self.velocity_plane(coefficients, first + p, &to_velocity, None, out);
                }),
            (Some(energies), Some(velocities)) => energies
                .par_chunks_exact_mut(len)
                .zip(velocities.par_chunks_exact_mut(3 * len))
                .enumerate()
                .for_each(|(p, (energies, out))| {
                    self.velocity_plane(coefficients, first + p, &to_velocity, Some(energies), out);
                }),
            (None, None) => {}
        }
    }

    /// One plane of velocities, and of energies where wanted: two complex transforms for the four real fields.
    fn velocity_plane(
        &self,
        coefficients: &[Complex64],
        plane: usize,
        to_velocity: &[[f64; 3]; 3],
        energies: Option<&mut [f64]>,
        out: &mut [f64],
    ) {
        let [e, d1] = self.plane(coefficients, plane, [ENERGY, [1, 0, 0]]);
        let [d2, d3] = self.plane(coefficients, plane, [[0, 1, 0], [0, 0, 1]]);
        for (j, v) in out.chunks_exact_mut(3).enumerate() {
            for a in 0..3 {
                let m = &to_velocity[a];
                v[a] = m[0] * d1[j] + m[1] * d2[j] + m[2] * d3[j];
            }
        }
        if let Some(energies) = energies {
            energies.copy_from_slice(&e);
        }
    }

    /// One plane of inverse masses, `[n2][n3][6]`, 1/kg: three complex transforms for the six second derivatives.
    fn mass_plane(
        &self,
        coefficients: &[Complex64],
        plane: usize,
        to_velocity: &[[f64; 3]; 3],
        out: &mut [f64],
    ) {
        let [d11, d22] = self.plane(coefficients, plane, [[2, 0, 0], [0, 2, 0]]);
        let [d33, d23] = self.plane(coefficients, plane, [[0, 0, 2], [0, 1, 1]]);
        let [d13, d12] = self.plane(coefficients, plane, [[1, 0, 1], [1, 1, 0]]);
        // M⁻¹ = (1/ħ)∂v/∂k, and v = to_velocity·∂_u E in m/s from eV.
        let per_ev = to_velocity.map(|row| row.map(|x| x / EV));
        for (j, m) in out.chunks_exact_mut(6).enumerate() {
            let d = [d11[j], d22[j], d33[j], d23[j], d13[j], d12[j]];
            m.copy_from_slice(&inverse_mass(to_velocity, &per_ev, d));
        }
    }

    /// Two real fields on one plane, each a derivative of E, eV.
    fn plane(
        &self,
        coefficients: &[Complex64],
        plane: usize,
        fields: [Derivative; 2],
    ) -> [Vec<f64>; 2] {
        let grid = self.header.k_grid;
        let [_, n2, n3] = grid.n;
        let e = self.extent.map(|e| e as i64);
        let size = self.extent.map(|e| 2 * e + 1);
        let line = size[1] * size[2];
        let u1 = (plane as f64 + grid.shift[0]) / grid.n[0] as f64;
        let factor = |r: i64, power: i32| Complex64::new(0.0, 2.0 * PI * r as f64).powi(power);
        // Σ over R₁ with the derivatives along u₁; fields with as many share it.
        let mut first = vec![Complex64::default(); line];
        let mut other = vec![Complex64::default(); line];
        let shared = fields[0][0] == fields[1][0];
        for (i, row) in coefficients.chunks_exact(line).enumerate() {
            let r1 = i as i64 - e[0];
            let turn = Complex64::from_polar(1.0, 2.0 * PI * r1 as f64 * u1);
            let phase = turn * factor(r1, fields[0][0]);
            for (sum, c) in first.iter_mut().zip(row) {
                *sum += phase * c;
            }
            if !shared {
                let phase = turn * factor(r1, fields[1][0]);
                for (sum, c) in other.iter_mut().zip(row) {
                    *sum += phase * c;
                }
            }
        }
        let sums = [&first, if shared { &first } else { &other }];
        // Fold on the plane's points, with the shift's phases; the second field rides on the imaginary part.
        let mut data = vec![Complex64::default(); n2 * n3];
        let shift = |r: i64, axis: usize| {
            let turn = r as f64 * grid.shift[axis] / grid.n[axis] as f64;
            Complex64::from_polar(1.0, 2.0 * PI * turn)
        };
        for i in 0..size[1] {
            let r2 = i as i64 - e[1];
            let to2 = r2.rem_euclid(n2 as i64) as usize * n3;
            let phase2 = shift(r2, 1);
            for j in 0..size[2] {
                let r3 = j as i64 - e[2];
                let slot = i * size[2] + j;
                let field =
                    |f: usize| sums[f][slot] * factor(r2, fields[f][1]) * factor(r3, fields[f][2]);
                let both = field(0) + Complex64::i() * field(1);
                data[to2 + r3.rem_euclid(n3 as i64) as usize] += both * phase2 * shift(r3, 2);
            }
        }
        self.inverse_2d(&mut data);
        [
            data.iter().map(|z| z.re).collect(),
            data.iter().map(|z| z.im).collect(),
        ]
    }

    /// Unnormalised inverse transform of an n2 × n3 plane.
    fn inverse_2d(&self, data: &mut [Complex64]) {
        let [_, n2, n3] = self.header.k_grid.n;
        self.plans[1].process(data);
        let mut columns = vec![Complex64::default(); data.len()];
        for i in 0..n2 {
            for j in 0..n3 {
                columns[j * n2 + i] = data[i * n3 + j];
            }
        }
        self.plans[0].process(&mut columns);
        for j in 0..n3 {
            for i in 0..n2 {
                data[i * n3 + j] = columns[j * n2 + i];
            }
        }
    }
}

impl BandSource for FourierBands {
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
        match field {
            Field::Energy => self.evaluate(spin, band, first, Some(out), None),
            Field::Velocity => self.evaluate(spin, band, first, None, Some(out)),
            Field::InverseMass => {
                let coefficients = &self.coefficients[spin * self.header.n_band + band];
                let to_velocity = self.header.lattice.gradient_to_velocity();
                out.par_chunks_exact_mut(6 * self.header.k_grid.plane_len())
                    .enumerate()
                    .for_each(|(p, out)| {
                        self.mass_plane(coefficients, first + p, &to_velocity, out);
                    });
            }
            Field::Lifetime => {
                return Err(Error::Internal("lifetimes are not interpolated".into()));
            }
        }
        Ok(())
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
