//! Directions of the field, along lattice vectors: only there are the planes across it periodic.

use super::vector::{Vector, cross, dot, frame, norm, scale, unit};
use crate::crystal::Lattice;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Largest index that is tried.
const LARGEST: i32 = 2000;

/// A field along the lattice vector R = u a₁ + v a₂ + w a₃: the planes across it repeat after 2π/|R|.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    /// Coprime integers \[uvw\].
    pub indices: [i32; 3],
    /// Unit vector along the field.
    pub unit: Vector,
    /// Two unit vectors that make a right-handed frame with it.
    pub across: [Vector; 2],
    /// Distance after which planes repeat, Å⁻¹.
    pub period: f64,
    /// Angle to the direction that was asked for, degrees.
    pub off_degrees: f64,
}

impl Direction {
    /// Along R.
    ///
    /// # Errors
    /// [`Error::BadOption`] for the zero vector.
    pub fn along(lattice: &Lattice, indices: [i32; 3]) -> Result<Self> {
        let common = indices.iter().fold(0, |g, x| divisor(g, x.abs()));
        if common == 0 {
            return Err(Error::bad_option(
                "field",
                "a field along [000] has no direction",
                "give three integers that are not all zero, as 001 or 1,-1,0",
            ));
        }
        let indices = indices.map(|x| x / common);
        let a = lattice.rows();
        let r: Vector = [0, 1, 2].map(|c| (0..3).map(|i| f64::from(indices[i]) * a[i][c]).sum());
        let unit = unit(r);
        Ok(Self {
            indices,
            unit,
            across: frame(unit),
            period: 2.0 * PI / norm(r),
            off_degrees: 0.0,
        })
    }

    /// The lattice direction of the smallest indices within `tolerance_degrees` of the Cartesian vector `wanted`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a vector of no length, and where no direction with indices up to 2000 is near enough.
    pub fn near(lattice: &Lattice, wanted: Vector, tolerance_degrees: f64) -> Result<Self> {
        let length = norm(wanted);
        let usable = length.is_finite() && length > 0.0;
        if !usable {
            return Err(Error::bad_option(
                "field",
                format!("the field {wanted:?} has no direction"),
                "give a vector that is not zero",
            ));
        }
        let wanted = scale(1.0 / length, wanted);
        // Coefficients of a₁ a₂ a₃.
        let b = lattice.reciprocal();
        let c = b.map(|b| dot(b, wanted) / (2.0 * PI));
        let largest = c.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        for m in 1..=LARGEST {
            let indices = c.map(|x| (x / largest * f64::from(m)).round() as i32);
            let found = Self::along(lattice, indices)?;
            let sine = norm(cross(found.unit, wanted));
            let off = sine.atan2(dot(found.unit, wanted)).to_degrees();
            if off <= tolerance_degrees {
                return Ok(Self {
                    off_degrees: off,
                    ..found
                });
            }
        }
        Err(Error::bad_option(
            "--angle-tolerance",
            format!(
                "no lattice direction with indices up to {LARGEST} is within {tolerance_degrees}° of {wanted:?}"
            ),
            "give a larger tolerance",
        ))
    }

    /// The direction of the part of the field that moves electrons round, and its share (a cosine, positive): the field itself, or the part along the
    /// normal of a layer whose vacuum is along axis `layer` of `lattice`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a field in the layer's plane.
    pub fn acting(&self, lattice: &Lattice, layer: Option<usize>) -> Result<(Self, f64)> {
        let Some(axis) = layer else {
            return Ok((*self, 1.0));
        };
        let mut normal = [0; 3];
        normal[axis] = 1;
        let mut own = Self::along(lattice, normal)?;
        if dot(own.unit, self.unit) < 0.0 {
            normal[axis] = -1;
            own = Self::along(lattice, normal)?;
        }
        let share = dot(own.unit, self.unit);
        if share < 1e-9 {
            return Err(Error::bad_option(
                "field",
                "the field lies in the layer's plane, where it moves no electron round",
                "give a direction with a part along the layer's normal",
            ));
        }
        Ok((own, share))
    }

    /// R·o of a lattice vector of k-space.
    #[inline(always)]
    pub fn levels(&self, offset: [i8; 3]) -> i32 {
        let r = self.indices;
        r[0] * i32::from(offset[0]) + r[1] * i32::from(offset[1]) + r[2] * i32::from(offset[2])
    }

    /// The height u·R of a fractional place; planes across the field have one, and repeat after 1.
    #[inline(always)]
    pub fn height(&self, u: Vector) -> f64 {
        dot(self.indices.map(f64::from), u)
    }
}

fn divisor(a: i32, b: i32) -> i32 {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_lattice_direction_has_the_smallest_indices() {
        let fcc = Lattice::new([[0.0, 1.8, 1.8], [1.8, 0.0, 1.8], [1.8, 1.8, 0.0]]).unwrap();
        let found = Direction::near(&fcc, [0.0, 0.0, 2.0], 0.05).unwrap();
        assert_eq!(found.indices, [1, 1, -1]);
        let found = Direction::near(&fcc, [1.0, 1.0, 1.0], 0.05).unwrap();
        assert_eq!(found.indices, [1, 1, 1]);
        let angle = 0.3f64;
        let general = Direction::near(&fcc, [angle.sin(), 0.1, angle.cos()], 0.05).unwrap();
        assert!(general.off_degrees <= 0.05 && general.indices.iter().all(|i| i.abs() < 200));
        assert!(Direction::near(&fcc, [0.0; 3], 0.05).is_err());
        assert_eq!(
            Direction::along(&fcc, [2, -4, 6]).unwrap().indices,
            [1, -2, 3]
        );
    }
}
