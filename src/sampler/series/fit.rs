//! Fitting a band to its energies and slopes.

use super::slopes::Slopes;
use super::{ROUNDING, Series, Transform, largest};
use crate::crystal::Lattice;
use rustfft::num_complex::Complex64;
use std::f64::consts::PI;

/// Velocities that differ by less than this share of the largest are those of a finite sum; files round them more than energies.
const SAME_VELOCITY: f64 = 1e-6;

impl Series {
    /// Has the series fit, after those before, slopes in which the factor of a vector along an axis is `factor(axis, R_axis)`:
    /// R itself for the derivatives along u, over 2πi.
    pub fn fit_slopes(&mut self, lattice: &Lattice, factor: impl Fn(usize, i32) -> f64) {
        let factors = std::array::from_fn(|axis| {
            let e = self.extent[axis] as i32;
            (-e..=e).map(|r| factor(axis, r)).collect()
        });
        let mut origins = vec![[0; 3]; self.grid.len()];
        for s in &self.shortest {
            origins[s.class] = s.r;
        }
        let slopes = Slopes::new(lattice, factors, &origins, &self.total, |take| {
            self.each_weight(take);
        });
        self.slopes.push(slopes);
    }

    /// The transform of `energies` `[n1][n2][n3]` and of ∂E/∂u_j by j (eV), for the slopes of [`Series::fit_slopes`].
    pub fn fitted(&self, energies: &[f64], gradients: &[Vec<f64>; 3]) -> Transform {
        let mut band = self.transform(energies);
        let turn = Complex64::new(0.0, 2.0 * PI);
        let [d1, d2, d3] = gradients.each_ref().map(|d| self.grid_transform(d));
        let wanted: Vec<[Complex64; 3]> = (0..self.grid.len())
            .map(|class| [d1[class] / turn, d2[class] / turn, d3[class] / turn])
            .collect();
        let most = largest(wanted.as_flattened()).max(ROUNDING * largest(&band.values));
        let share = |missing: &[[Complex64; 3]]| {
            let squares = |all: &[[Complex64; 3]]| -> f64 {
                all.as_flattened().iter().map(Complex64::norm_sqr).sum()
            };
            (squares(missing) / squares(&wanted).max(f64::MIN_POSITIVE)).sqrt()
        };
        for slopes in &self.slopes {
            let mut missing = self.missing(slopes, &band, &wanted);
            if band.tilts.is_empty() {
                band.changed = share(&missing);
            }
            if band.finite_sum && largest(missing.as_flattened()) <= SAME_VELOCITY * most {
                return band;
            }
            if band.finite_sum {
                // The energies alone are those of a few cosines, but not of these alone: the velocities tell of aliases.
                band.finite_sum = false;
                missing = self.missing(slopes, &band, &wanted);
            }
            let (tilts, left): (Vec<_>, Vec<_>) = missing
                .into_iter()
                .enumerate()
                .map(|(class, missing)| slopes.solve(class, missing))
                .unzip();
            band.unmet = share(&left);
            band.tilts.push(tilts);
        }
        band
    }

    /// What the slopes of a band lack, by class.
    fn missing(
        &self,
        slopes: &Slopes,
        band: &Transform,
        wanted: &[[Complex64; 3]],
    ) -> Vec<[Complex64; 3]> {
        let mut missing = wanted.to_vec();
        for (class, missing) in missing.iter_mut().enumerate() {
            let mean = slopes.mean(class);
            for i in 0..3 {
                missing[i] -= band.values[class] * mean[i];
            }
        }
        self.each_part(band, |r, class, b| {
            let x = slopes.deviation(r, class);
            for i in 0..3 {
                missing[class][i] -= b * x[i];
            }
        });
        missing
    }
}
