//! Directions of magnetic fields.

use crate::crystal::Lattice;
use crate::error::{Error, Result};
use crate::surface::Direction;
use crate::surface::vector::{Vector, add, cross, dot, norm, scale, unit};

/// Most directions of a scan.
const MOST: usize = 10_000;

/// Directions of a magnetic field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldDirections {
    /// One direction; none for a scan, or for z.
    pub direction: Option<Vector>,
    /// First and last direction of a scan.
    pub scan: Option<(Vector, Vector)>,
    /// Directions of a scan, both ends among them.
    pub angles: usize,
    /// Whether vectors are coefficients of a₁ a₂ a₃, not Cartesian.
    pub lattice_indices: bool,
    /// A field in general position takes the nearest lattice direction within so many degrees.
    pub angle_tolerance: f64,
}

impl Default for FieldDirections {
    fn default() -> Self {
        Self {
            direction: None,
            scan: None,
            angles: 31,
            lattice_indices: false,
            angle_tolerance: 0.05,
        }
    }
}

/// A direction with its angle (degrees) from the first of a scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angle {
    /// The direction.
    pub direction: Direction,
    /// Degrees.
    pub degrees: f64,
}

impl FieldDirections {
    /// Whether one direction or one scan is asked for, not both.
    ///
    /// # Errors
    /// [`Error::BadOption`] for both.
    pub(super) fn check(&self) -> Result<()> {
        match (self.direction, self.scan) {
            (Some(_), Some(_)) => Err(Error::bad_option(
                "--direction",
                "a scan is given, too",
                "give one of both",
            )),
            _ => Ok(()),
        }
    }

    /// The directions on `lattice`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for vectors of no length, a scan without angle, or no lattice direction near enough.
    pub(super) fn directions(&self, lattice: &Lattice) -> Result<Vec<Angle>> {
        let tolerance = self.angle_tolerance;
        if !(tolerance > 0.0 && tolerance <= 10.0) {
            return Err(Error::bad_option(
                "--angle-tolerance",
                format!("{tolerance}°"),
                "give an angle above 0 and up to 10 degrees",
            ));
        }
        let cartesian = |v: Vector| match self.lattice_indices {
            true => {
                let a = lattice.rows();
                [0, 1, 2].map(|c| (0..3).map(|i| v[i] * a[i][c]).sum())
            }
            false => v,
        };
        let Some((from, to)) = self.scan else {
            let wanted = cartesian(self.direction.unwrap_or([0.0, 0.0, 1.0]));
            return Ok(vec![Angle {
                direction: Direction::near(lattice, wanted, tolerance)?,
                degrees: 0.0,
            }]);
        };
        if !(2..=MOST).contains(&self.angles) {
            return Err(Error::bad_option(
                "--angles",
                format!("{}", self.angles),
                format!("give 2 to {MOST}"),
            ));
        }
        let (from, to) = (cartesian(from), cartesian(to));
        // An end of no length is refused here.
        Direction::near(lattice, from, tolerance)?;
        Direction::near(lattice, to, tolerance)?;
        let (a, b) = (unit(from), unit(to));
        let normal = cross(a, b);
        if norm(normal) < 1e-9 {
            return Err(Error::bad_option(
                "--to",
                "it is parallel to --from: there is no plane to turn in",
                "give two directions with an angle between them",
            ));
        }
        let across = unit(cross(unit(normal), a));
        let all = norm(normal).atan2(dot(a, b));
        (0..self.angles)
            .map(|i| {
                let angle = all * i as f64 / (self.angles - 1) as f64;
                let v = add(scale(angle.cos(), a), scale(angle.sin(), across));
                Ok(Angle {
                    direction: Direction::near(lattice, v, tolerance)?,
                    degrees: angle.to_degrees(),
                })
            })
            .collect()
    }
}

/// What is to be said of directions that are not exactly those asked for.
pub(super) fn about(all: &[Angle]) -> Option<String> {
    let worst = all
        .iter()
        .max_by(|a, b| a.direction.off_degrees.total_cmp(&b.direction.off_degrees))?;
    if worst.direction.off_degrees < 1e-6 {
        return None;
    }
    let [u, v, w] = worst.direction.indices;
    Some(format!(
        "fields take the nearest lattice direction: at most {:.4}° away, that at {:.2}° along {u} a₁ + {v} a₂ + {w} a₃",
        worst.direction.off_degrees, worst.degrees
    ))
}

/// The vector of three digits with signs, as `001` or `1-10`; none of other texts.
pub fn indices(text: &str) -> Option<Vector> {
    let mut sign = 1.0;
    let mut all = Vec::new();
    for c in text.trim().chars() {
        match c {
            '-' | '−' => sign = -1.0,
            '+' | '[' | ']' | ' ' => {}
            c => {
                all.push(sign * f64::from(c.to_digit(10)?));
                sign = 1.0;
            }
        }
    }
    all.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_three_digits_with_signs() {
        assert_eq!(indices("001"), Some([0.0, 0.0, 1.0]));
        assert_eq!(indices("[1-10]"), Some([1.0, -1.0, 0.0]));
        assert_eq!(indices("01"), None);
        assert_eq!(indices("a01"), None);
    }

    #[test]
    fn one_direction_or_one_scan() {
        let both = FieldDirections {
            direction: Some([0.0, 0.0, 1.0]),
            scan: Some(([0.0, 0.0, 1.0], [1.0, 0.0, 0.0])),
            ..FieldDirections::default()
        };
        assert!(both.check().is_err());
        assert!(FieldDirections { scan: None, ..both }.check().is_ok());
    }

    #[test]
    fn scans_turn_from_one_end_to_the_other() {
        let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]);
        let scan = FieldDirections {
            scan: Some(([0.0, 0.0, 1.0], [1.0, 0.0, 0.0])),
            angles: 3,
            ..FieldDirections::default()
        };
        let found = scan.directions(&lattice.unwrap()).unwrap();
        let degrees: Vec<f64> = found.iter().map(|a| a.degrees).collect();
        assert_eq!(degrees, [0.0, 45.0, 90.0]);
        assert_eq!(found[1].direction.indices, [1, 0, 1]);
        assert!(about(&found).is_none());
    }
}
