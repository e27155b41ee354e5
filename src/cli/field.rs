//! Directions of magnetic fields on the command line.

use super::quantity::number;
use crate::surface::vector::Vector;
use crate::workflow::{FieldDirections, indices};
use clap::Args;

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

impl FieldOption {
    /// What the options ask for.
    pub fn asked(&self) -> FieldDirections {
        FieldDirections {
            direction: self.direction,
            scan: self.from.zip(self.to),
            angles: self.angles,
            lattice_indices: self.lattice_indices,
            angle_tolerance: self.angle_tolerance,
        }
    }
}

/// Parses `001`, `1-10` or `x,y,z`.
fn parse_direction(text: &str) -> Result<Vector, String> {
    let wrong = || "give three digits with signs as 001 or 1-10, or three numbers x,y,z".to_owned();
    if !text.contains(',') {
        return indices(text).ok_or_else(wrong);
    }
    let parts: Vec<f64> = text
        .split(',')
        .take(4)
        .map(number)
        .collect::<Result<_, _>>()?;
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
