//! What a command is told of the relaxation time and of the lattice's heat.

use super::options::parse_time;
use super::quantity::{Kind, quantity};
use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::io::results::{Coordinates, ResultFile};
use crate::scattering::{Plausibility, ScatteringModel, plausibility};
use crate::transport::RelaxationTime;
use clap::Args;
use std::path::{Path, PathBuf};

/// Options on the relaxation time.
#[derive(Args, Clone, Debug)]
pub struct RelaxationOption {
    /// Constant relaxation time in s; without it every coefficient is per relaxation time
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true)]
    pub tau: Option<f64>,
    /// Scattering mechanisms of a semiconductor: a TOML file such as data/silicon.toml
    #[arg(long, value_name = "FILE.toml", conflicts_with = "tau")]
    pub scattering: Option<PathBuf>,
    /// Lattice thermal conductivity in W/(m K), for zT (needs --tau, --scattering or relaxation times in the file); or what
    /// `bzint phonon -o` wrote: FILE.h5, and FILE.h5@300 where it has several temperatures
    #[arg(long, value_name = "W/mK", value_parser = parse_lattice, allow_hyphen_values = true)]
    pub lattice_thermal_conductivity: Option<f64>,
}

impl RelaxationOption {
    /// The mechanisms' file, read.
    ///
    /// # Errors
    /// As [`ScatteringModel::read`].
    pub fn model(&self) -> Result<Option<ScatteringModel>> {
        let path = self.scattering.as_ref();
        path.map(|path| ScatteringModel::read(path)).transpose()
    }

    /// Whether a lattice thermal conductivity has the relaxation time that zT takes besides, where that is `known`.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check_lattice(&self, known: bool) -> Result<()> {
        if self.lattice_thermal_conductivity.is_none() || known {
            return Ok(());
        }
        Err(Error::bad_option(
            "--lattice-thermal-conductivity",
            "there is no relaxation time, and so no zT",
            "give `--tau SECONDS` or `--scattering FILE.toml`, or leave it away",
        ))
    }

    /// What there is to say of relaxation times that crystals rarely have: those given here, or else the bands' own.
    ///
    /// # Errors
    /// [`Error::BadBands`] for bands' times that no crystal has.
    pub fn doubts(
        &self,
        model: Option<&ScatteringModel>,
        bands: &dyn BandSource,
    ) -> Result<Vec<String>> {
        let mut doubts = model.map_or(Vec::new(), ScatteringModel::doubts);
        // A constant time that is given has been looked at before anything was opened.
        if self.tau.is_none() && bands.header().has_lifetimes {
            let times = bands.statistics().iter().map(|s| s.max_lifetime);
            let longest = times.fold(0.0, f64::max);
            match plausibility(longest) {
                _ if longest <= 0.0 => {}
                Plausibility::Usual => {}
                Plausibility::Unusual(words) => {
                    doubts.push(format!("lifetimes of the bands: {words}"))
                }
                Plausibility::Impossible(words) => {
                    return Err(Error::bad_bands(
                        "lifetimes",
                        format!("the longest is {words}"),
                        "give relaxation times in seconds",
                    ));
                }
            }
        }
        Ok(doubts)
    }

    /// Whether τ is given here.
    pub fn given(&self) -> bool {
        self.tau.is_some() || self.scattering.is_some()
    }

    /// Whether τ is given here or comes with the bands.
    pub fn known(&self, header: &BandHeader) -> bool {
        self.given() || header.has_lifetimes
    }

    /// The mechanisms' file, as given.
    pub fn scattering_file(&self) -> Option<String> {
        self.scattering.as_ref().map(|p| p.display().to_string())
    }

    /// Where τ comes from, given the mechanisms, the gap (eV), and whether the bands bring relaxation times.
    pub fn relaxation<'a>(
        &self,
        model: Option<&'a ScatteringModel>,
        gap_ev: Option<(f64, f64)>,
        has_lifetimes: bool,
    ) -> RelaxationTime<'a> {
        match (self.tau, model) {
            (Some(tau), _) => RelaxationTime::Constant(tau),
            // In a distribution that has relaxation times they hold what mechanisms there are.
            (None, _) if has_lifetimes => RelaxationTime::OfTheBands,
            (None, Some(model)) => RelaxationTime::Mechanisms(model, gap_ev),
            (None, None) => RelaxationTime::Unknown,
        }
    }
}

/// A lattice thermal conductivity in W/(m K), 0 or more.
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

fn parse_lattice(text: &str) -> Result<f64, String> {
    if text.ends_with(".h5") || text.contains(".h5@") {
        return lattice_of_file(text);
    }
    match quantity(text, Kind::ThermalConductivity)? {
        x if x >= 0.0 => Ok(x),
        x => Err(format!("{x} W/(m K): give 0 or a positive number")),
    }
}
