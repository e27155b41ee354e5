//! Layers and chains: the options that name them.

use super::options::{parse_area, parse_thickness};
use super::quantity::Kind;
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::transport::Extent;
use clap::Args;

/// How many directions a system repeats in.
#[derive(Args, Clone, Debug)]
pub struct DimensionOption {
    /// 2 for a layer, 1 for a chain with vacuum around it: values per area or length, dopings in cm^-2 or cm^-1
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = parse_dimension, allow_hyphen_values = true)]
    pub dimension: u8,
    /// Thickness of a layer in Å, from which three-dimensional values are given too
    #[arg(long, value_name = "ANGSTROM", value_parser = parse_thickness, allow_hyphen_values = true)]
    pub thickness: Option<f64>,
    /// Cross-section of a chain in Å^2, likewise
    #[arg(long, value_name = "ANGSTROM2", value_parser = parse_area, allow_hyphen_values = true)]
    pub cross_section: Option<f64>,
}

impl DimensionOption {
    /// How far a layer or a chain reaches.
    ///
    /// # Errors
    /// [`Error::BadOption`] for bands without vacuum.
    pub fn extent(&self, header: &BandHeader) -> Result<Option<Extent>> {
        match self.dimension {
            2 => Extent::layer(header, self.thickness).map(Some),
            1 => Extent::chain(header, self.cross_section).map(Some),
            _ => Ok(None),
        }
    }

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

    /// Whether the sizes fit the dimension, and a lattice thermal conductivity has one to refer to.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self, lattice_thermal_conductivity: Option<f64>) -> Result<()> {
        let n = self.dimension;
        if self.thickness.is_some() && n != 2 {
            return Err(Error::bad_option(
                "--thickness",
                format!("it is a layer's, and --dimension is {n}"),
                "give `--dimension 2`",
            ));
        }
        if self.cross_section.is_some() && n != 1 {
            return Err(Error::bad_option(
                "--cross-section",
                format!("it is a chain's, and --dimension is {n}"),
                "give `--dimension 1`",
            ));
        }
        let sized = n == 3 || self.thickness.or(self.cross_section).is_some();
        if lattice_thermal_conductivity.is_none() || sized {
            return Ok(());
        }
        let size = if n == 2 {
            "`--thickness ANGSTROM`"
        } else {
            "`--cross-section ANGSTROM2`"
        };
        Err(Error::bad_option(
            "--lattice-thermal-conductivity",
            "W/(m K) mean nothing without the extent that they refer to",
            format!("give {size}"),
        ))
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
