//! The regular periodic k-grid.

use super::Lattice;
use crate::error::{Error, Result};

/// A regular grid over the reciprocal cell: u_i = (j_i + s_i)/n_i, third index fastest, periodic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KGrid {
    /// Points along b₁ b₂ b₃.
    pub n: [usize; 3],
    /// Shift s in units of the grid step, each in [0, 1).
    pub shift: [f64; 3],
}

impl KGrid {
    /// A grid of `n` points with shift `shift` (in steps).
    ///
    /// # Errors
    /// [`Error::BadBands`] where an axis has no point, a shift is not finite, or the points cannot be counted.
    pub fn new(n: [usize; 3], shift: [f64; 3]) -> Result<Self> {
        let bad = |problem| Err(Error::bad_bands("k-grid", problem, "give n1, n2, n3 ≥ 1"));
        if n.contains(&0) {
            return bad(format!(
                "{}×{}×{} has an axis without points",
                n[0], n[1], n[2]
            ));
        }
        if shift.iter().any(|s| !s.is_finite()) {
            return bad(format!("the shift {shift:?} is not finite"));
        }
        let count = n.iter().try_fold(1usize, |p, &x| p.checked_mul(x));
        if count.is_none_or(|c| c > (1 << 34)) {
            return bad(format!(
                "{}×{}×{} has more than 2³⁴ points",
                n[0], n[1], n[2]
            ));
        }
        Ok(Self {
            n,
            shift: shift.map(|s| s - s.floor()),
        })
    }

    /// A Γ-centred grid.
    ///
    /// # Errors
    /// As [`KGrid::new`].
    pub fn gamma(n: [usize; 3]) -> Result<Self> {
        Self::new(n, [0.0; 3])
    }

    /// The smallest Γ-centred grid whose steps along b₁ b₂ b₃ are at most `spacing` (Å⁻¹, with the factor 2π): n_i = ⌈|b_i|/spacing⌉,
    /// as VASP's KSPACING with KGAMMA (VASP wiki, KSPACING).
    ///
    /// # Errors
    /// [`Error::BadOption`] where the spacing is not positive and finite, or so small that the points cannot be counted.
    pub fn from_spacing(lattice: &Lattice, spacing: f64) -> Result<Self> {
        let bad = |problem| {
            Error::bad_option(
                "--kspacing",
                problem,
                "give a distance between k-points in Å⁻¹, with the factor 2π, as 0.1",
            )
        };
        if !(spacing.is_finite() && spacing > 0.0) {
            return Err(bad(format!("{spacing} Å⁻¹ is not positive and finite")));
        }
        // A spacing that divides |b_i| shall give that number of steps, whatever the last digit of the quotient.
        let n = lattice.reciprocal().map(|b| {
            let steps = b.iter().map(|x| x * x).sum::<f64>().sqrt() / spacing;
            (steps * (1.0 - 1e-9)).ceil().max(1.0) as usize
        });
        Self::gamma(n).map_err(|_| {
            bad(format!(
                "{spacing} Å⁻¹ needs {}×{}×{} k-points, more than 2³⁴",
                n[0], n[1], n[2]
            ))
        })
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.n.iter().product()
    }

    /// Never true: a grid has at least one point.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Points in one plane of fixed first index.
    pub fn plane_len(&self) -> usize {
        self.n[1] * self.n[2]
    }

    /// Fractional coordinates of point `j`.
    pub fn point(&self, j: [usize; 3]) -> [f64; 3] {
        std::array::from_fn(|i| (j[i] as f64 + self.shift[i]) / self.n[i] as f64)
    }

    /// Flat index of point `j`, third index fastest.
    pub fn index(&self, j: [usize; 3]) -> usize {
        (j[0] * self.n[1] + j[1]) * self.n[2] + j[2]
    }

    /// The place `[j1][j2][j3]` of the point with this index, the inverse of [`KGrid::index`].
    pub fn place(&self, index: usize) -> [usize; 3] {
        let [_, n2, n3] = self.n;
        [index / (n2 * n3), index / n3 % n2, index % n3]
    }

    /// The point `d` steps from `j`.
    pub(crate) fn moved(&self, j: [usize; 3], d: [i32; 3]) -> [usize; 3] {
        let along = |i: usize| (j[i] as i64 + i64::from(d[i])).rem_euclid(self.n[i] as i64);
        [0, 1, 2].map(|i| along(i) as usize)
    }

    /// The grid index of the fractional point `u`, where `u` lies on the grid within `tolerance` steps.
    pub fn locate(&self, u: [f64; 3], tolerance: f64) -> Option<[usize; 3]> {
        let mut j = [0; 3];
        for i in 0..3 {
            let n = self.n[i] as f64;
            let x = u[i] * n - self.shift[i];
            let nearest = x.round();
            let on_grid = (x - nearest).abs() <= tolerance; // false for NaN
            if !on_grid {
                return None;
            }
            j[i] = nearest.rem_euclid(n) as usize % self.n[i];
        }
        Some(j)
    }
}

impl std::fmt::Display for KGrid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}×{}", self.n[0], self.n[1], self.n[2])?;
        if self.shift != [0.0; 3] {
            let s = self.shift;
            write!(f, " shifted by ({}, {}, {}) steps", s[0], s[1], s[2])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_located_again_whatever_the_lattice_translation() {
        let grid = KGrid::new([4, 5, 6], [0.5, 0.0, 0.25]).unwrap();
        for j in [[0, 0, 0], [3, 4, 5], [1, 2, 3]] {
            let u = grid.point(j);
            let moved = [u[0] - 2.0, u[1] + 1.0, u[2] - 1.0];
            assert_eq!(grid.locate(moved, 1e-6), Some(j));
        }
        assert_eq!(grid.locate([0.0, 0.0, 0.0], 1e-6), None);
        assert_eq!(grid.locate([f64::NAN, 0.0, 0.0], 1e-6), None);
    }

    /// Fcc with a = 4.05 Å: |b| = 2π√3/a = 2.6871 Å⁻¹; a tetragonal cell has its own number along c.
    #[test]
    fn a_spacing_gives_the_number_of_steps_that_vasp_takes() {
        let a = 4.05;
        let h = a / 2.0;
        let fcc = Lattice::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]]).unwrap();
        for (spacing, n) in [(0.5, 6), (0.1, 27), (2.7, 1), (100.0, 1)] {
            let grid = KGrid::from_spacing(&fcc, spacing).unwrap();
            assert_eq!((grid.n, grid.shift), ([n; 3], [0.0; 3]), "{spacing}");
        }
        let pi2 = 2.0 * std::f64::consts::PI;
        let tetragonal = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 7.0]]).unwrap();
        let grid = KGrid::from_spacing(&tetragonal, 0.2).unwrap();
        assert_eq!(grid.n, [11, 11, 5]);
        for n in 1..200 {
            // The quotient of these is n up to rounding, on either side.
            let grid = KGrid::from_spacing(&tetragonal, pi2 / 3.0 / n as f64).unwrap();
            assert_eq!(grid.n[0], n);
        }
    }

    #[test]
    fn a_spacing_that_is_no_distance_is_a_wrong_call() {
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        for spacing in [0.0, -0.1, f64::NAN, f64::INFINITY, 1e-9, f64::MIN_POSITIVE] {
            let error = KGrid::from_spacing(&lattice, spacing).unwrap_err();
            assert!(error.is_usage(), "{error}");
            assert!(error.to_string().contains("--kspacing"), "{error}");
        }
    }
}
