//! Layers and chains: the options that name them.

use super::options::{parse_area, parse_thickness};
use super::parsed::parsed;
use super::quantity::Kind;
use crate::error::{Error, Result};
pub use crate::workflow::Dimension as DimensionOption;
use clap::Args;

/// [`DimensionOption`] as options.
#[derive(Args)]
#[command(next_help_heading = "Layers and chains")]
struct DimensionArgs {
    /// 2 for a layer, 1 for a chain with vacuum around it: values per area or length, dopings in cm^-2 or cm^-1
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = parse_dimension, allow_hyphen_values = true)]
    dimension: u8,
    /// Thickness of a layer in Å, from which three-dimensional values are given too
    #[arg(long, value_name = "ANGSTROM", value_parser = parse_thickness, allow_hyphen_values = true)]
    thickness: Option<f64>,
    /// Cross-section of a chain in Å^2, likewise
    #[arg(long, value_name = "ANGSTROM2", value_parser = parse_area, allow_hyphen_values = true)]
    cross_section: Option<f64>,
}

parsed!(DimensionArgs => DimensionOption {
    dimension, thickness, cross_section
});

impl DimensionOption {
    /// Whether densities that are said to be `per` something are per what this dimension has.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check_density(&self, option: &str, per: Option<Kind>) -> Result<()> {
        let (own, unit) = match self.dimension {
            2 => (Kind::PerArea, "cm^-2"),
            1 => (Kind::PerLength, "cm^-1"),
            _ => (Kind::PerVolume, "cm^-3"),
        };
        match per.filter(|per| *per != own) {
            None => Ok(()),
            Some(other) => Err(Error::bad_option(
                option,
                format!(
                    "it has {}, and with --dimension {} it is {}",
                    other.name(),
                    self.dimension,
                    own.name()
                ),
                format!("give it in {unit}, or another --dimension"),
            )),
        }
    }
}

fn parse_dimension(text: &str) -> Result<u8, String> {
    match text.trim() {
        "1" => Ok(1),
        "2" => Ok(2),
        "3" => Ok(3),
        _ => Err("give 3, or 2 for a layer, or 1 for a chain".into()),
    }
}
