//! What is computed of numbers alone: elastic waves, drag in models; and of many files.

use crate::bands::NativeBands;
use crate::computations::Made;
use crate::errors::{argument, exception};
use crate::options::Options;
use crate::results::{Computed, Told, computed, told};
use bzint::io::OpenOptions;
use bzint::io::results::ResultFile;
use bzint::report;
use bzint::workflow::{self, DragOf, Focusing, Held, Medium, Say};
use bzint::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;

/// Waves and where they go.
pub fn focusing(asked: &Focusing, medium: &Medium, input: String, command: &str) -> Result<Made> {
    let found = asked.run(medium)?;
    let report = report::FocusingReport {
        input,
        axis: asked.axis,
        found: &found,
    };
    let result = report::focusing_result(&report, command)?;
    Ok((result, report::focusing_table(&report)))
}

/// Drag beside diffusion.
pub fn drag(
    asked: &workflow::Drag,
    of: &DragOf,
    input: String,
    command: &str,
    say: Say,
) -> Result<Made> {
    let found = asked.run(of, say)?;
    let report = report::DragReport {
        input,
        found: &found,
    };
    let result = report::drag_result(&report, command)?;
    Ok((result, report::drag_table(&report)))
}

/// Waves of elastic constants.
#[pyfunction]
pub fn elastic_focusing<'py>(
    py: Python<'py>,
    command: String,
    options: Bound<'py, PyDict>,
) -> PyResult<Computed<'py>> {
    let options = Options::new(options);
    let asked = options.focusing()?;
    let constants = options.several("elastic", "give constants in GPa")?;
    let density = options.positive("density", "give a density in kg/m^3, such as 2329")?;
    options.finish()?;
    asked.check().map_err(|e| exception(py, &e))?;
    let (constants, density) = (constants.unwrap_or_default(), density.unwrap_or(f64::NAN));
    computed(py, None, move |say| {
        let doubt = workflow::plausible::MASS_DENSITY.doubt([density]);
        doubt
            .into_iter()
            .for_each(|text| say(workflow::Said::warning(text)));
        focusing(
            &asked,
            &Medium::Elastic(&constants, density),
            String::new(),
            &command,
        )
    })
}

/// Drag in Debye's solid, or by Herring's formula.
#[pyfunction]
pub fn model_drag<'py>(
    py: Python<'py>,
    command: String,
    options: Bound<'py, PyDict>,
) -> PyResult<Computed<'py>> {
    let options = Options::new(options);
    let asked = options.drag()?;
    let debye = options.kelvin("debye")?;
    let atoms = options.positive("atoms_per_electron", "give a number above 0")?;
    let herring = options.several("herring", "give beta, m/s, s and m^2/(V s)")?;
    options.finish()?;
    let of = match (debye, herring.map(<[f64; 4]>::try_from)) {
        (Some(temperature_k), None) => DragOf::Debye {
            temperature_k,
            atoms_per_electron: atoms.unwrap_or(1.0),
        },
        (None, Some(Ok(all))) if all.iter().all(|x| *x > 0.0) => DragOf::Herring(all),
        _ => {
            let problem = "no model is given, or not with the numbers that it has";
            let remedy = "give debye in K, or herring as (beta, m/s, s, m^2/(V s)), all above 0";
            return Err(argument(py, "debye, herring", problem, remedy));
        }
    };
    asked.check(&of).map_err(|e| exception(py, &e))?;
    computed(py, None, move |say| {
        drag(&asked, &of, String::new(), &command, say)
    })
}

/// Bounds without a material.
#[pyfunction]
pub fn bounds<'py>(
    py: Python<'py>,
    command: String,
    options: Bound<'py, PyDict>,
) -> PyResult<Computed<'py>> {
    let options = Options::new(options);
    let asked = options.bounds()?;
    options.finish()?;
    computed(py, None, move |_| {
        let found = asked.run()?;
        let result = report::bounds_result(&found, &command)?;
        Ok((result, report::bounds_table(&found)))
    })
}

/// Results of files in one table, as JSON.
#[pyfunction]
pub fn table(py: Python<'_>, files: Vec<PathBuf>, columns: Vec<String>) -> PyResult<Told> {
    told(py, None, move |_| {
        let open = |path: &PathBuf| Ok((path.display().to_string(), ResultFile::open(path)?));
        let results = files.iter().map(open).collect::<Result<Vec<_>>>()?;
        Ok(report::ManyResults::new(&results, &columns)?
            .json()
            .to_string())
    })
}

/// Bands, or a file of them.
#[derive(FromPyObject)]
pub enum Material<'py> {
    /// Read already.
    Bands(PyRef<'py, NativeBands>),
    /// To be read.
    File(PathBuf),
}

/// One of many.
enum One {
    Bands(Held),
    File(PathBuf),
}

impl One {
    fn name(&self) -> String {
        match self {
            Self::Bands(held) => held.name().to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    fn read(&self) -> Result<Held> {
        match self {
            Self::Bands(held) => Ok(held.clone()),
            Self::File(path) => Held::read(path, &OpenOptions::default()),
        }
    }
}

/// Many materials, the best first.
#[pyfunction]
#[pyo3(signature = (materials, command, options, progress=None))]
pub fn screen<'py>(
    py: Python<'py>,
    materials: Vec<Material<'py>>,
    command: String,
    options: Bound<'py, PyDict>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Computed<'py>> {
    let options = Options::new(options);
    let asked = options.screen()?;
    options.finish()?;
    let checked = asked.zt.check().and_then(|()| asked.zt.lattice());
    let lattice_w_mk = checked.map_err(|e| exception(py, &e))?;
    let all: Vec<One> = materials
        .iter()
        .map(|one| match one {
            Material::Bands(bands) => One::Bands(bands.held().clone()),
            Material::File(path) => One::File(path.clone()),
        })
        .collect();
    computed(py, progress, move |say| {
        let doubts = asked.zt.doubts().into_iter();
        doubts.for_each(|text| say(workflow::Said::warning(text)));
        let relaxation = &asked.zt.states.relaxation;
        let mut report = report::ScreenReport {
            by: asked.by,
            lattice_w_mk,
            tau_s: relaxation.tau,
            scattering: relaxation
                .scattering
                .as_ref()
                .map(|p| p.display().to_string()),
            materials: Vec::new(),
            failed: Vec::new(),
        };
        asked.each(&all, One::read, |one, outcome| match outcome {
            Ok(material) => report.materials.push(material),
            Err(error) => {
                let reason = error.to_string();
                say(workflow::Said::warning(format!("{}: {reason}", one.name())));
                report.failed.push(report::Failure {
                    file: one.name(),
                    reason,
                });
            }
        });
        report.sort();
        if report.materials.is_empty() {
            let reason = report.failed.first().map(|f| f.reason.clone());
            return Err(Error::bad_option(
                "--materials",
                format!("none of {} could be computed", all.len()),
                reason.unwrap_or_else(|| "give some".into()),
            ));
        }
        let result = report::screen_result(&report, &command)?;
        Ok((result, report::screen_table(&report)))
    })
}
