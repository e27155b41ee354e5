//! Thermal states along directions: the options that `landauer`, `zt` and `screen` share.

use super::dimension::DimensionOption;
use super::lists::{Dopings, List, parse_dopings, parse_energies, parse_temperatures};
use super::options::FermiOption;
use super::relaxation::RelaxationOption;
use crate::error::Result;
use crate::workflow::{States, Wanted};
use clap::Args;

/// Which states are asked for.
#[derive(Args, Clone, Debug)]
pub struct StatesOption {
    /// Temperatures in K: 300, 300,500 or 300:800:50
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true, default_value = "300")]
    temperature: List,
    /// Chemical potentials in eV relative to the Fermi level: a value, a list or start:stop:step (default: 0, unless doped)
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true)]
    mu: Option<List>,
    /// Chemical potentials in eV on the bands' own scale
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true, conflicts_with = "mu")]
    mu_absolute: Option<List>,
    /// Net dopings in cm^-3 (cm^-2 of a layer, cm^-1 of a chain): 1e19, n1e19 and -1e19 are electrons (n-type), p1e19 and +1e19 holes (p-type); a list
    #[arg(long, value_name = "LIST", value_parser = parse_dopings, allow_hyphen_values = true, conflicts_with_all = ["mu", "mu_absolute"])]
    doping: Option<Dopings>,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    pub relaxation: RelaxationOption,
    /// Direction of transport: 001, 1-10 or "1 1 0" (Miller indices: of a cubic crystal's cubic axes, else of the file's lattice vectors), x, y,
    /// z, or a Cartesian vector as 0.5,0.5,0; several as 001,110,111, or by repeating the option (default: the Cartesian axes that differ)
    #[arg(long, value_name = "DIRECTION", allow_hyphen_values = true)]
    direction: Vec<String>,
    #[command(flatten)]
    extent: DimensionOption,
}

impl StatesOption {
    /// What the options ask for.
    pub fn asked(&self) -> States {
        States {
            temperatures_k: self.temperature.0.clone(),
            wanted: match (&self.doping, &self.mu_absolute, &self.mu) {
                (Some(dopings), ..) => Wanted::Dopings(dopings.values.clone()),
                (_, Some(list), _) => Wanted::Absolute(list.0.clone()),
                (_, _, Some(list)) => Wanted::FromFermiLevel(list.0.clone()),
                _ => Wanted::default(),
            },
            level: self.level,
            relaxation: self.relaxation.clone(),
            directions: self.direction.clone(),
            extent: self.extent,
        }
    }

    /// Whether dopings are per what the dimension has.
    ///
    /// # Errors
    /// [`crate::Error::BadOption`] where not.
    pub fn check_density(&self) -> Result<()> {
        let dopings = self.doping.as_ref();
        self.extent
            .check_density("--doping", dopings.and_then(|d| d.per))
    }
}
