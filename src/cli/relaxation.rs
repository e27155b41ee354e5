//! What a command is told of the relaxation time and of the lattice's heat.

use super::options::parse_time;
use super::parsed::parsed;
use super::quantity::{Kind, quantity};
use crate::io::results::{Coordinates, ResultFile};
pub use crate::workflow::Relaxation as RelaxationOption;
use clap::Args;
use std::path::{Path, PathBuf};

/// [`RelaxationOption`] as options.
#[derive(Args)]
#[command(next_help_heading = "Relaxation and the lattice")]
struct RelaxationArgs {
    /// Constant relaxation time in s; without it every coefficient is per relaxation time
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true)]
    tau: Option<f64>,
    /// Scattering mechanisms of a semiconductor: a TOML file such as data/silicon.toml
    #[arg(long, value_name = "FILE.toml", conflicts_with = "tau")]
    scattering: Option<PathBuf>,
    /// Lattice thermal conductivity in W/(m K), for zT (needs --tau, --scattering or relaxation times in the file); or what
    /// `bzint phonon -o` wrote: FILE.h5, and FILE.h5@300 where it has several temperatures
    #[arg(long, value_name = "W/mK", value_parser = parse_lattice, allow_hyphen_values = true)]
    lattice_thermal_conductivity: Option<f64>,
}

parsed!(RelaxationArgs => RelaxationOption {
    tau, scattering, lattice_thermal_conductivity
});

/// The mean of the axes of what `bzint phonon -o` wrote, at the temperature behind `@` or the only one there is.
fn lattice_of_file(text: &str) -> Result<f64, String> {
    let (file, wanted) = match text.rsplit_once('@') {
        Some((file, t)) => (file, Some(quantity(t, Kind::Temperature)?)),
        None => (text, None),
    };
    let results = ResultFile::read(Path::new(file), Some("phonon")).map_err(|e| e.to_string())?;
    let kappa = results
        .get("lattice_thermal_conductivity")
        .filter(|v| v.dimensions == ["temperature", "row", "col"])
        .ok_or("these results have no lattice thermal conductivity by temperature alone")?;
    let Some(Coordinates::Numbers(t)) =
        results.get_dimension("temperature").map(|d| &d.coordinates)
    else {
        return Err("these results have no temperatures".into());
    };
    let at = match wanted {
        None if t.len() == 1 => Some(0),
        None => {
            return Err(format!(
                "{file} has {} temperatures: name one, as {file}@{}",
                t.len(),
                t[0]
            ));
        }
        Some(wanted) => t.iter().position(|t| (t - wanted).abs() <= 1e-6 * wanted),
    };
    let tensor = at.and_then(|i| kappa.data.get(9 * i..9 * i + 9));
    let tensor = tensor.ok_or_else(|| format!("{file} has no value at that temperature"))?;
    match (tensor[0] + tensor[4] + tensor[8]) / 3.0 {
        kappa if kappa > 0.0 => Ok(kappa),
        kappa => Err(format!("{file}: {kappa} W/(m K) is no conductivity")),
    }
}

/// A lattice thermal conductivity in W/(m K), 0 or more.
fn parse_lattice(text: &str) -> Result<f64, String> {
    if text.ends_with(".h5") || text.contains(".h5@") {
        return lattice_of_file(text);
    }
    match quantity(text, Kind::ThermalConductivity)? {
        x if x >= 0.0 => Ok(x),
        x => Err(format!("{x} W/(m K): give 0 or a positive number")),
    }
}
