//! Keyword arguments, parsed into the workflow's checked types: those that several computations have.

mod asked;
mod excitations;
mod surfaces;
mod told;

use crate::errors::argument;
use bzint::integrate::{Velocities, Weights};
use bzint::io::{OpenOptions, SpinDegeneracy};
use bzint::workflow::{
    Backend, Density, Dimension, FermiChoice, LevelChoice, Menu, Method, Opening, Relaxation,
};
use pyo3::conversion::FromPyObjectOwned;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;

/// Keyword arguments, of which each is taken once.
pub struct Options<'py>(Bound<'py, PyDict>);

impl<'py> Options<'py> {
    /// All that was given.
    pub fn new(given: Bound<'py, PyDict>) -> Self {
        Self(given)
    }

    fn any(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.0.get_item(name)?;
        if value.is_some() {
            self.0.del_item(name)?;
        }
        Ok(value.filter(|v| !v.is_none()))
    }

    fn refused(&self, name: &str, value: &Bound<'py, PyAny>, remedy: &str) -> PyErr {
        let shown = value.repr().map_or_else(|_| "?".into(), |r| r.to_string());
        let problem = format!("it is {}", shown.chars().take(80).collect::<String>());
        argument(self.0.py(), name, &problem, remedy)
    }

    fn get<T: FromPyObjectOwned<'py>>(&self, name: &str, remedy: &str) -> PyResult<Option<T>> {
        let Some(value) = self.any(name)? else {
            return Ok(None);
        };
        let extracted = value.extract::<T>();
        extracted
            .map(Some)
            .map_err(|_| self.refused(name, &value, remedy))
    }

    fn number(&self, name: &str, ok: fn(f64) -> bool, remedy: &str) -> PyResult<Option<f64>> {
        let Some(value) = self.any(name)? else {
            return Ok(None);
        };
        match value.extract::<f64>() {
            Ok(x) if x.is_finite() && ok(x) => Ok(Some(x)),
            _ => Err(self.refused(name, &value, remedy)),
        }
    }

    fn numbers(&self, name: &str, ok: fn(f64) -> bool, remedy: &str) -> PyResult<Option<Vec<f64>>> {
        let Some(value) = self.any(name)? else {
            return Ok(None);
        };
        match value.extract::<Vec<f64>>() {
            Ok(all) if !all.is_empty() && all.iter().all(|x| x.is_finite() && ok(*x)) => {
                Ok(Some(all))
            }
            _ => Err(self.refused(name, &value, remedy)),
        }
    }

    fn flag(&self, name: &str) -> PyResult<Option<bool>> {
        self.get(name, "give True or False")
    }

    fn count(&self, name: &str, most: usize) -> PyResult<Option<usize>> {
        let remedy = format!("give a whole number from 1 to {most}");
        let Some(value) = self.any(name)? else {
            return Ok(None);
        };
        match value.extract::<usize>() {
            Ok(n) if (1..=most).contains(&n) => Ok(Some(n)),
            _ => Err(self.refused(name, &value, &remedy)),
        }
    }

    fn menu<T: Menu>(&self, name: &str) -> PyResult<Option<T>> {
        let Some(value) = self.any(name)? else {
            return Ok(None);
        };
        let typed = value.extract::<String>().unwrap_or_default();
        match T::named(&typed.replace('_', "-")) {
            Some(found) => Ok(Some(found)),
            None => {
                let all = T::ALL.iter().map(|(_, name, _)| format!("\"{name}\""));
                let all = all.collect::<Vec<_>>().join(", ");
                Err(self.refused(name, &value, &format!("give one of {all}")))
            }
        }
    }

    /// That nothing is left.
    pub fn finish(self) -> PyResult<()> {
        match self.0.keys().iter().next() {
            None => Ok(()),
            Some(name) => {
                let name = name.to_string();
                Err(argument(
                    self.0.py(),
                    &name,
                    "there is no such argument",
                    "leave it out",
                ))
            }
        }
    }

    /// What is said about a file.
    pub fn told(&self) -> PyResult<OpenOptions> {
        let units = self.units("bxsf_units")?;
        let spin = self.count("spin_degeneracy", 2)?;
        Ok(OpenOptions {
            bxsf_units: units.map(|convention| convention.units),
            spin_degeneracy: spin.map(|n| match n {
                1 => SpinDegeneracy::One,
                _ => SpinDegeneracy::Two,
            }),
        })
    }

    /// What is to be made of the bands.
    pub fn opening(&self) -> PyResult<Opening> {
        Ok(Opening {
            interpolate: self.density()?,
            kspacing: self.number("kspacing", |x| x > 0.0, "give a distance in 1/angstrom")?,
            tolerance: self.number(
                "tolerance",
                |x| (1e-8..1.0).contains(&x),
                "give a relative error between 1e-8 and 1",
            )?,
            fit_velocities: self.flag("fit_velocities")?.unwrap_or(false),
            interpolator: self.menu("interpolator")?,
            scissor: self.number("scissor", |_| true, "give the gap in eV")?,
        })
    }

    fn density(&self) -> PyResult<Option<Density>> {
        let name = "interpolate";
        let Some(value) = self.any(name)? else {
            return Ok(None);
        };
        if value.extract::<String>().is_ok_and(|text| text == "none") {
            return Ok(Some(Density::AsItIs));
        }
        let n = value.extract::<usize>().map(|n| [n; 3]);
        match n.or_else(|_| value.extract::<[usize; 3]>()) {
            Ok(n) if n.iter().all(|n| *n > 0) => Ok(Some(Density::Grid(n))),
            _ => Err(self.refused(
                name,
                &value,
                "give a number of points, three of them, or \"none\"",
            )),
        }
    }

    /// How to integrate.
    pub fn method(&self) -> PyResult<Method> {
        Ok(Method {
            backend: self.menu("backend")?.unwrap_or(Backend::Auto),
            adapter: match self.get("adapter", "give a part of its name")? {
                Some(name) => Some(name),
                None => std::env::var("BZINT_ADAPTER").ok(),
            },
            threads: self.count("threads", 1024)?,
            velocity: self.velocity()?,
            weights: self.weights()?,
            block_planes: None,
        })
    }

    fn velocity(&self) -> PyResult<Option<Velocities>> {
        let Some(value) = self.any("velocity")? else {
            return Ok(None);
        };
        if value.extract::<String>().is_ok_and(|text| text == "file") {
            return Ok(Some(Velocities::FromFile));
        }
        match value.extract::<usize>() {
            Ok(order @ (2 | 4 | 6)) => Ok(Some(Velocities::FiniteDifference(order))),
            _ => Err(self.refused("velocity", &value, "give \"file\", 2, 4 or 6")),
        }
    }

    fn weights(&self) -> PyResult<Weights> {
        let Some(value) = self.any("weights")? else {
            return Ok(Weights::Tetrahedra);
        };
        if value
            .extract::<String>()
            .is_ok_and(|text| text == "tetrahedra")
        {
            return Ok(Weights::Tetrahedra);
        }
        match value.extract::<(String, f64)>() {
            Ok((kind, width)) if kind == "gaussian" && width > 0.0 => Ok(Weights::Gaussian(width)),
            Ok((kind, width)) if kind == "mp" && width > 0.0 => {
                Ok(Weights::MethfesselPaxton(width))
            }
            _ => {
                let remedy =
                    "give \"tetrahedra\", (\"gaussian\", width in eV) or (\"mp\", width in eV)";
                Err(self.refused("weights", &value, remedy))
            }
        }
    }

    /// Where the Fermi level comes from.
    pub fn level(&self) -> PyResult<LevelChoice> {
        let electrons = self.number("electrons", |n| n >= 0.0, "give the electrons of a cell")?;
        let Some(value) = self.any("fermi_level")? else {
            return Ok(LevelChoice {
                fermi_level: None,
                electrons,
            });
        };
        let typed = value.extract::<String>();
        let choice = match (typed.as_deref(), value.extract::<f64>()) {
            (Ok("file"), _) => FermiChoice::File,
            (Ok("electrons"), _) => FermiChoice::Electrons,
            (_, Ok(energy)) if energy.is_finite() => FermiChoice::Given(energy),
            _ => {
                let remedy = "give an energy in eV, \"file\" or \"electrons\"";
                return Err(self.refused("fermi_level", &value, remedy));
            }
        };
        Ok(LevelChoice {
            fermi_level: Some(choice),
            electrons,
        })
    }

    fn tau(&self) -> PyResult<Option<f64>> {
        self.number(
            "tau",
            |x| x > 0.0,
            "give a relaxation time in seconds, such as 1e-14",
        )
    }

    fn scattering(&self) -> PyResult<Option<PathBuf>> {
        self.get("scattering", "give the path of a TOML file")
    }

    fn relaxation(&self) -> PyResult<Relaxation> {
        Ok(Relaxation {
            tau: self.tau()?,
            scattering: self.scattering()?,
            lattice_thermal_conductivity: self.number(
                "lattice_thermal_conductivity",
                |x| x >= 0.0,
                "give W/(m K), 0 or more",
            )?,
        })
    }

    fn extent(&self) -> PyResult<Dimension> {
        let positive = |x: f64| x > 0.0;
        Ok(Dimension {
            dimension: self.count("dimension", 3)?.map_or(3, |n| n as u8),
            thickness: self.number("thickness", positive, "give a length in angstrom")?,
            cross_section: self.number("cross_section", positive, "give an area in angstrom^2")?,
        })
    }

    fn temperatures(&self) -> PyResult<Vec<f64>> {
        let remedy = "give temperatures in K, above 0";
        Ok(self
            .numbers("temperature", |t| t > 0.0, remedy)?
            .unwrap_or(vec![300.0]))
    }
}
