//! Phonons as Python holds them, and what is computed of them.

use crate::bands::NativeBands;
use crate::computations::Made;
use crate::errors::{argument, exception, internal};
use crate::header::header;
use crate::models;
use crate::options::Options;
use crate::results::{Computed, computed};
use crate::session::run;
use bzint::excitations::Phonons;
use bzint::io;
use bzint::report;
use bzint::workflow::{
    Drag, DragOf, Electrons, Held, LevelChoice, Medium, PhononTransport, Said, Say, on_threads,
};
use bzint::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Phonons, read and checked.
#[pyclass(frozen, name = "NativePhonons", module = "bzint._native")]
pub struct NativePhonons {
    phonons: Arc<Phonons>,
    name: String,
}

#[pymethods]
impl NativePhonons {
    /// Reads a file or the directory of a run.
    #[staticmethod]
    #[pyo3(signature = (path, progress=None))]
    fn read(py: Python<'_>, path: PathBuf, progress: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        let name = path.display().to_string();
        let (phonons, _) = run(py, progress.as_ref(), move |_| io::phonons::open(&path))?;
        Ok(Self {
            phonons: Arc::new(phonons),
            name,
        })
    }

    /// What the phonons are.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let notes = self.phonons.notes();
        let all = header(py, &self.name, self.phonons.header(), "q_grid", notes)?;
        all.set_item("n_branch", self.phonons.n_branch())?;
        let rates = self.phonons.rates().iter();
        let temperatures: Vec<f64> = rates.map(|r| r.temperature_k).collect();
        all.set_item("lifetimes_at", temperatures)?;
        Ok(all)
    }

    /// What `bzint info` tells, as JSON.
    fn info(&self) -> String {
        report::phonon_info_json(&self.phonons, &self.name).to_string()
    }

    /// Computes what `kind` names: the result, its table, and what was said. `bands` are those whose electrons phonons drag.
    #[pyo3(signature = (kind, command, options, bands=None, progress=None))]
    fn compute<'py>(
        &self,
        py: Python<'py>,
        kind: &str,
        command: String,
        options: Bound<'py, PyDict>,
        bands: Option<PyRef<'py, NativeBands>>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Computed<'py>> {
        let options = Options::new(options);
        let of = (self.phonons.clone(), self.name.clone());
        match kind {
            "transport" => {
                let (asked, threads) = options.phonons()?;
                options.finish()?;
                asked.check().map_err(|e| exception(py, &e))?;
                computed(py, progress, move |say| {
                    transport(&asked, threads, of, &command, say)
                })
            }
            "drag" => {
                let asked = options.drag()?;
                let (density, level) = (options.electron_density()?, options.level()?);
                options.finish()?;
                let electrons = match (density, bands) {
                    (Some(density), None) => Counted::Density(density),
                    (None, Some(bands)) => Counted::Of(bands.held().clone(), level),
                    (given, _) => {
                        let problem = match given {
                            Some(_) => "density and bands are given",
                            None => "nothing tells how many electrons there are",
                        };
                        let remedy = "give a density, or bands";
                        return Err(argument(py, "density", problem, remedy));
                    }
                };
                computed(py, progress, move |say| {
                    drag(&asked, of, electrons, &command, say)
                })
            }
            "focusing" => {
                let asked = options.focusing()?;
                let temperature_k = options.kelvin("temperature")?.unwrap_or(300.0);
                options.finish()?;
                computed(py, progress, move |say| {
                    notes(&of.0, say);
                    let medium = Medium::Phonons(&of.0, temperature_k);
                    models::focusing(&asked, &medium, of.1.clone(), &command)
                })
            }
            _ => Err(internal(py, &format!("nothing is called {kind}"))),
        }
    }
}

/// Phonons with their name.
type Named = (Arc<Phonons>, String);

/// The electrons that phonons drag.
enum Counted {
    Density(f64),
    Of(Held, LevelChoice),
}

fn notes(phonons: &Phonons, say: Say) {
    let all = phonons.notes().into_iter();
    all.for_each(|text| say(Said::note(text)));
}

fn transport(
    asked: &PhononTransport,
    threads: Option<usize>,
    (phonons, input): Named,
    command: &str,
    say: Say,
) -> Result<Made> {
    notes(&phonons, say);
    let start = Instant::now();
    let found = on_threads(threads, || asked.run(&phonons))?;
    let report = report::PhononReport {
        phonons: &phonons,
        input,
        found: &found,
        seconds: start.elapsed().as_secs_f64(),
    };
    let result = report::phonon_result(&report, command)?;
    Ok((result, report::phonon_table(&report)))
}

fn drag(
    asked: &Drag,
    (phonons, input): Named,
    electrons: Counted,
    command: &str,
    say: Say,
) -> Result<Made> {
    notes(&phonons, say);
    let electrons = match &electrons {
        Counted::Density(n) => Electrons::Density(*n),
        Counted::Of(held, level) => match held.as_table() {
            Some(table) => Electrons::Of(table, *level),
            None => {
                return Err(Error::bad_bands(
                    held.name(),
                    "a Hamiltonian has no k-grid on which electrons are counted",
                    "give a table of bands, or a density",
                ));
            }
        },
    };
    let of = DragOf::Phonons {
        phonons: &phonons,
        electrons,
    };
    models::drag(asked, &of, input, command, say)
}
