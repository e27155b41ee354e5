//! Extremes of one band, gathered plane by plane: they bound every contribution that an integrator can meet.

use crate::error::{Error, Result};

/// No electron has more energy (eV), whatever the zero: beyond, numbers are padding or damage, and squares of velocities overflow.
pub const MOST_EV: f64 = 1e9;

/// Extremes of one band over the whole grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandStatistics {
    /// Lowest energy, eV.
    pub energy_min: f64,
    /// Highest energy, eV.
    pub energy_max: f64,
    /// No |E(j+1) − E(j)| along an axis is larger, eV, periodic: of a table the largest of them.
    pub max_step: [f64; 3],
    /// No |v| is larger, m/s: of a table the largest of them; 0 where the grid brings no velocities.
    pub max_speed: f64,
    /// An upper bound of |M⁻¹| (the root of the sum of its squared components), 1/kg; 0 where the source brings none.
    pub max_inverse_mass: f64,
    /// Largest relaxation time, s; 0 where the grid brings none.
    pub max_lifetime: f64,
}

/// Gathers [`BandStatistics`] from planes given in order, and checks that every number is usable.
pub struct StatisticsBuilder {
    n: [usize; 3],
    next: usize,
    first_plane: Vec<f64>,
    last_plane: Vec<f64>,
    found: BandStatistics,
    label: String,
}

impl StatisticsBuilder {
    /// For one band on a grid of `n` points; `label` names the band in errors.
    pub fn new(n: [usize; 3], label: impl Into<String>) -> Self {
        Self {
            n,
            next: 0,
            first_plane: Vec::new(),
            last_plane: Vec::new(),
            found: BandStatistics {
                energy_min: f64::INFINITY,
                energy_max: f64::NEG_INFINITY,
                max_step: [0.0; 3],
                max_speed: 0.0,
                max_inverse_mass: 0.0,
                max_lifetime: 0.0,
            },
            label: label.into(),
        }
    }

    /// Adds the energies of the next plane, `[n2][n3]`, eV.
    ///
    /// # Errors
    /// [`Error::BadBands`] for a NaN or infinite energy, with its place.
    pub fn add_energies(&mut self, plane: &[f64]) -> Result<()> {
        let n3 = self.n[2];
        let found = &mut self.found;
        for (j2, row) in plane.chunks_exact(n3).enumerate() {
            let mut low = f64::INFINITY;
            let mut high = f64::NEG_INFINITY;
            // min/max skip NaN, a sum does not: 0·x is NaN for NaN and ±∞.
            let mut poison = 0.0;
            for &e in row {
                low = low.min(e);
                high = high.max(e);
                poison += 0.0 * e;
            }
            let usable = poison == 0.0 && low >= -MOST_EV && high <= MOST_EV;
            if !usable {
                let beyond = |e: &f64| !e.is_finite() || e.abs() > MOST_EV;
                let j3 = row.iter().position(beyond).unwrap_or(0);
                return Err(Error::bad_bands(
                    format!("{}, grid point ({}, {j2}, {j3})", self.label, self.next),
                    format!("the energy is {:?} eV", row[j3]),
                    "every energy must be finite and below 1e9 eV: run the band calculation again, or drop the band",
                ));
            }
            found.energy_min = found.energy_min.min(low);
            found.energy_max = found.energy_max.max(high);
        }
        for (most, step) in found.max_step[1..]
            .iter_mut()
            .zip(steps_in_plane(plane, n3))
        {
            *most = most.max(step);
        }
        if self.next == 0 {
            self.first_plane = plane.to_vec();
        } else {
            found.max_step[0] = found.max_step[0].max(largest_difference(plane, &self.last_plane));
        }
        self.last_plane.clear();
        self.last_plane.extend_from_slice(plane);
        self.next += 1;
        Ok(())
    }

    /// Adds velocities, `[..][3]`, m/s.
    ///
    /// # Errors
    /// [`Error::BadBands`] for a component that is not finite.
    pub fn add_velocities(&mut self, velocities: &[f64]) -> Result<()> {
        for v in velocities.chunks_exact(3) {
            let speed = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
            if !speed.is_finite() {
                return Err(Error::bad_bands(
                    self.label.clone(),
                    format!("a velocity is {v:?} m/s"),
                    "every velocity must be finite",
                ));
            }
            self.found.max_speed = self.found.max_speed.max(speed);
        }
        Ok(())
    }

    /// Adds relaxation times, s.
    ///
    /// # Errors
    /// [`Error::BadBands`] for a time that is negative or not finite.
    pub fn add_lifetimes(&mut self, lifetimes: &[f64]) -> Result<()> {
        for &tau in lifetimes {
            let usable = tau.is_finite() && tau >= 0.0;
            if !usable {
                return Err(Error::bad_bands(
                    self.label.clone(),
                    format!("a relaxation time is {tau} s"),
                    "every relaxation time must be finite and not negative",
                ));
            }
            self.found.max_lifetime = self.found.max_lifetime.max(tau);
        }
        Ok(())
    }

    /// The extremes, once every plane was added.
    ///
    /// # Errors
    /// [`Error::BadBands`] where planes are missing.
    pub fn finish(mut self) -> Result<BandStatistics> {
        if self.next != self.n[0] {
            return Err(Error::bad_bands(
                self.label,
                format!("{} of {} k-planes are there", self.next, self.n[0]),
                "the grid must be complete",
            ));
        }
        let around = largest_difference(&self.first_plane, &self.last_plane);
        self.found.max_step[0] = self.found.max_step[0].max(around);
        Ok(self.found)
    }
}

/// Largest |E(j+1) − E(j)| along axes 2 and 3 of a plane `[n2][n3]`, periodic.
pub(crate) fn steps_in_plane(plane: &[f64], n3: usize) -> [f64; 2] {
    let mut step: [f64; 2] = [0.0; 2];
    for (at, row) in plane.chunks_exact(n3).enumerate() {
        let next = ((at + 1) * n3) % plane.len();
        step[0] = step[0].max(largest_difference(row, &plane[next..][..n3]));
        step[1] = step[1].max((row[0] - row[n3 - 1]).abs());
        for pair in row.windows(2) {
            step[1] = step[1].max((pair[1] - pair[0]).abs());
        }
    }
    step
}

pub(crate) fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .fold(0.0, |largest: f64, (x, y)| largest.max((x - y).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_of_a_known_band_are_found_periodically() {
        let n = [3, 2, 4];
        let mut builder = StatisticsBuilder::new(n, "band 1");
        for i in 0..3 {
            let plane: Vec<f64> = (0..8).map(|x| f64::from(i) * 10.0 + f64::from(x)).collect();
            builder.add_energies(&plane).unwrap();
        }
        let s = builder.finish().unwrap();
        assert_eq!((s.energy_min, s.energy_max), (0.0, 27.0));
        assert_eq!(s.max_step, [20.0, 4.0, 3.0]);
    }

    #[test]
    fn a_nan_energy_is_named_with_its_place() {
        let mut builder = StatisticsBuilder::new([1, 2, 2], "spin 1, band 7");
        let error = builder
            .add_energies(&[0.0, 1.0, f64::NAN, 3.0])
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("spin 1, band 7, grid point (0, 1, 0)"),
            "{text}"
        );
        let mut builder = StatisticsBuilder::new([2, 1, 1], "b");
        builder.add_energies(&[0.0]).unwrap();
        assert!(builder.finish().is_err());
    }
}
