//! What is asked of phonons, waves and superconductors.

use super::Options;
use super::asked::MOST_BINS;
use crate::errors::argument;
use bzint::superconductor::Symmetry;
use bzint::workflow::{
    Curve, Diffusion, Drag, Focusing, GapChoice, PhononTransport, Share, Superconductor,
    shares_of_file,
};
use pyo3::prelude::*;
use std::path::PathBuf;

/// m in one angstrom.
const ANGSTROM: f64 = 1e-10;
/// Most pixels along a map's side.
const MOST_PIXELS: usize = 1000;

impl<'py> Options<'py> {
    /// `Phonons.transport`.
    pub fn phonons(&self) -> PyResult<(PhononTransport, Option<usize>)> {
        let positive = |x: f64| x > 0.0;
        let boundaries = self.numbers("boundary", positive, "give lengths in angstrom")?;
        let remedy = "give names as \"x\", \"001\" or \"1-10\"";
        let asked = PhononTransport {
            temperatures_k: self.numbers(
                "temperature",
                positive,
                "give temperatures in K, above 0",
            )?,
            tau: self.tau()?,
            rates: self.get("rates", "give the path of a TOML file")?,
            add: self.flag("add")?.unwrap_or(false),
            boundaries_m: boundaries.map(|all| all.iter().map(|l| ANGSTROM * l).collect()),
            as_in_file: self.flag("as_in_file")?.unwrap_or(false),
            by_branch: self.flag("by_branch")?.unwrap_or(false),
            accumulation: self.flag("accumulation")?.unwrap_or(false),
            directions: self.get("direction", remedy)?.unwrap_or_default(),
            bins: self.count("bins", MOST_BINS)?,
            spectra: true,
        };
        Ok((asked, self.count("threads", 1024)?))
    }

    /// `superconductor`.
    pub fn superconductor(&self) -> PyResult<Superconductor> {
        let positive = |x: f64| x > 0.0;
        let remedy = "give temperatures in K, above 0";
        Ok(Superconductor {
            gap: self.gap()?,
            critical_k: self.number("tc", positive, remedy)?,
            temperatures_k: self.numbers("temperature", positive, remedy)?,
            gammas_ev: self
                .numbers("gamma", positive, "give energies in eV, above 0")?
                .unwrap_or_default(),
            residual: self.get("residual", "give two numbers in W/(K^2 m)")?,
            level: self.level()?,
            density: true,
        })
    }

    /// ("s", eV), ("d", eV), or the path of a table.
    fn gap(&self) -> PyResult<GapChoice> {
        let remedy = "give (\"s\", eV), (\"d\", eV), or the path of a table";
        let Some(value) = self.any("gap")? else {
            return Err(argument(self.0.py(), "gap", "it is not given", remedy));
        };
        match value.extract::<(String, f64)>() {
            Ok((kind, ev)) if kind == "s" && ev > 0.0 => Ok(GapChoice::Form(Symmetry::S, ev)),
            Ok((kind, ev)) if kind == "d" && ev > 0.0 => Ok(GapChoice::Form(Symmetry::D, ev)),
            Ok(_) => Err(self.refused("gap", &value, remedy)),
            Err(_) => match value.extract::<PathBuf>() {
                Ok(path) => Ok(GapChoice::Table(path)),
                Err(_) => Err(self.refused("gap", &value, remedy)),
            },
        }
    }

    /// `drag`, of phonons and of models.
    pub fn drag(&self) -> PyResult<Drag> {
        let positive = |x: f64| x > 0.0;
        let remedy = "give temperatures in K, above 0";
        let fermi = self.number("fermi_temperature", positive, remedy)?;
        let diffusion = self.get::<Vec<(f64, f64)>>("diffusion", "give temperatures with V/K")?;
        let diffusion = match (fermi, diffusion) {
            (None, None) => None,
            (Some(fermi), None) => Some(Diffusion::FreeElectrons(fermi)),
            (None, Some(rows)) => match Curve::new(rows) {
                Some(curve) => Some(Diffusion::Curve(curve)),
                None => {
                    let problem = "it is not known at several temperatures";
                    let remedy =
                        "give results of transport at one level and two temperatures or more";
                    return Err(argument(self.0.py(), "diffusion", problem, remedy));
                }
            },
            (Some(_), Some(_)) => {
                let problem = "the diffusion part is given by fermi_temperature already";
                return Err(argument(
                    self.0.py(),
                    "diffusion",
                    problem,
                    "give one of both",
                ));
            }
        };
        Ok(Drag {
            temperatures_k: self.numbers("temperature", positive, remedy)?,
            share: self.share()?,
            diffusion,
        })
    }

    /// The share of their momentum that phonons give to electrons.
    fn share(&self) -> PyResult<Share> {
        let rate = self.number("electron_rate", |_| true, "give a rate in 1/s")?;
        let rates: Option<PathBuf> = self.get("rates", "give the path of a TOML file")?;
        let name = "ratio";
        match (self.any(name)?, rate) {
            (None, Some(rate)) => Ok(Share::Rates(rate, rates)),
            (_, None) if rates.is_some() => {
                let problem = "the rates of other scattering stand beside that of electrons";
                Err(argument(
                    self.0.py(),
                    "rates",
                    problem,
                    "give electron_rate, too",
                ))
            }
            (None, None) => Ok(Share::Constant(1.0)),
            (Some(_), Some(_)) => {
                let problem = "electron_rate says the share already";
                Err(argument(self.0.py(), name, problem, "give one of both"))
            }
            (Some(value), None) => match value.extract::<f64>() {
                Ok(share) => Ok(Share::Constant(share)),
                Err(_) => {
                    let remedy = "give a number from 0 to 1, or the path of a table";
                    let path = value.extract::<PathBuf>();
                    let path = path.map_err(|_| self.refused(name, &value, remedy))?;
                    let curve = shares_of_file(&path);
                    let curve = curve.map_err(|e| crate::errors::exception(self.0.py(), &e))?;
                    Ok(Share::Curve(curve))
                }
            },
        }
    }

    /// How many electrons, where they are given as a number, cm⁻³.
    pub fn electron_density(&self) -> PyResult<Option<f64>> {
        self.number(
            "density",
            |x| x != 0.0,
            "give electrons per cm^3; negative for holes",
        )
    }

    /// A temperature, K.
    pub fn kelvin(&self, name: &str) -> PyResult<Option<f64>> {
        self.number(name, |x| x > 0.0, "give a temperature in K, above 0")
    }

    /// A positive number.
    pub fn positive(&self, name: &str, remedy: &str) -> PyResult<Option<f64>> {
        self.number(name, |x| x > 0.0, remedy)
    }

    /// Several numbers.
    pub fn several(&self, name: &str, remedy: &str) -> PyResult<Option<Vec<f64>>> {
        self.numbers(name, |_| true, remedy)
    }

    /// `focusing`, of elastic constants and of phonons.
    pub fn focusing(&self) -> PyResult<Focusing> {
        let usual = Focusing::default();
        let directions = self.get::<Vec<[f64; 3]>>("direction", "give vectors of three numbers")?;
        let axis = self.get("axis", "give three numbers")?;
        Ok(Focusing {
            directions: directions
                .filter(|all| !all.is_empty())
                .unwrap_or(usual.directions),
            axis: axis.unwrap_or(usual.axis),
            pixels: self.count("pixels", MOST_PIXELS)?,
        })
    }
}
