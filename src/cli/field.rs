//! Directions and strengths of magnetic fields on the command line.

use super::quantity::number;
use crate::crystal::Lattice;
use crate::error::{Error, Result};
use crate::surface::Direction;
use crate::surface::vector::{Vector, cross, dot, norm, scale, unit};
use clap::Args;

/// Most directions of a scan.
const MOST: usize = 10_000;

/// Directions of the field.
#[derive(Args, Clone, Debug)]
pub struct FieldOption {
    /// Direction of the field, Cartesian: 001, 1-10, or x,y,z
    #[arg(long, visible_alias = "field", value_name = "DIRECTION", value_parser = parse_direction, allow_hyphen_values = true, conflicts_with_all = ["from", "to"])]
    pub direction: Option<Vector>,
    /// First direction of a scan
    #[arg(long, value_name = "DIRECTION", value_parser = parse_direction, allow_hyphen_values = true, requires = "to")]
    pub from: Option<Vector>,
    /// Last direction of a scan
    #[arg(long, value_name = "DIRECTION", value_parser = parse_direction, allow_hyphen_values = true, requires = "from")]
    pub to: Option<Vector>,
    /// Directions of a scan, both ends among them
    #[arg(long, value_name = "N", default_value_t = 31)]
    pub angles: usize,
    /// Directions are coefficients of the lattice vectors a₁ a₂ a₃
    #[arg(long)]
    pub lattice_indices: bool,
    /// A field in general position takes the nearest lattice direction within so many degrees
    #[arg(long, value_name = "DEGREES", default_value_t = 0.05)]
    pub angle_tolerance: f64,
}

/// A direction with its angle (degrees) from the first of a scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angle {
    /// The direction.
    pub direction: Direction,
    /// Degrees.
    pub degrees: f64,
}

impl FieldOption {
    /// The directions on `lattice`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for vectors of no length, a scan without angle, or no lattice direction near enough.
    pub fn directions(&self, lattice: &Lattice) -> Result<Vec<Angle>> {
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
        let (Some(from), Some(to)) = (self.from, self.to) else {
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
                let v =
                    crate::surface::vector::add(scale(angle.cos(), a), scale(angle.sin(), across));
                Ok(Angle {
                    direction: Direction::near(lattice, v, tolerance)?,
                    degrees: angle.to_degrees(),
                })
            })
            .collect()
    }
}

/// What is to be said of directions that are not exactly those asked for.
pub fn about(all: &[Angle]) -> Option<String> {
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

/// Parses `001`, `1-10` or `x,y,z`.
fn parse_direction(text: &str) -> std::result::Result<Vector, String> {
    let wrong = || "give three digits with signs as 001 or 1-10, or three numbers x,y,z".to_owned();
    let parts: Vec<f64> = if text.contains(',') {
        text.split(',')
            .take(4)
            .map(number)
            .collect::<std::result::Result<_, _>>()?
    } else {
        let mut sign = 1.0;
        let mut all = Vec::new();
        for c in text.trim().chars() {
            match c {
                '-' | '−' => sign = -1.0,
                '+' | '[' | ']' | ' ' => {}
                c => {
                    let digit = c.to_digit(10).ok_or_else(wrong)?;
                    all.push(sign * f64::from(digit));
                    sign = 1.0;
                }
            }
        }
        all
    };
    parts.try_into().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::parse_direction;

    #[test]
    fn directions_are_read() {
        assert_eq!(parse_direction("001"), Ok([0.0, 0.0, 1.0]));
        assert_eq!(parse_direction("1-10"), Ok([1.0, -1.0, 0.0]));
        assert_eq!(parse_direction("0.5,-1,2"), Ok([0.5, -1.0, 2.0]));
        assert!(parse_direction("01").is_err() && parse_direction("a01").is_err());
    }
}
