//! What is known of the relaxation time and of the lattice's heat.

use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::scattering::{Plausibility, ScatteringModel, plausibility};
use crate::transport::RelaxationTime;
use std::path::PathBuf;

/// What is known of the relaxation time and of the lattice's heat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relaxation {
    /// A constant relaxation time, s; without any every coefficient is per relaxation time.
    pub tau: Option<f64>,
    /// The file of scattering mechanisms.
    pub scattering: Option<PathBuf>,
    /// Lattice thermal conductivity, W/(m K), for zT.
    pub lattice_thermal_conductivity: Option<f64>,
}

impl Relaxation {
    /// The mechanisms' file, read.
    ///
    /// # Errors
    /// As [`ScatteringModel::read`].
    pub fn model(&self) -> Result<Option<ScatteringModel>> {
        let path = self.scattering.as_ref();
        path.map(|path| ScatteringModel::read(path)).transpose()
    }

    /// The mechanisms of a system that repeats in so many directions, read.
    ///
    /// # Errors
    /// As [`model`](Self::model); where the mechanisms are another dimension's.
    pub fn model_for(&self, dimension: u8) -> Result<Option<ScatteringModel>> {
        let model = self.model()?;
        if let (Some(model), Some(file)) = (&model, &self.scattering) {
            model.check_dimension(dimension, file)?;
        }
        Ok(model)
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
