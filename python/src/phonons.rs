//! Phonons as Python holds them, and what is computed of them.

use crate::errors::exception;
use crate::header::header;
use crate::options::Options;
use crate::results::{Computed, to_python};
use crate::session::run;
use bzint::excitations::Phonons;
use bzint::io;
use bzint::report;
use bzint::workflow::{Kind, Said, Say, on_threads};
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

    /// Heat capacity, lattice thermal conductivity, modes.
    #[pyo3(signature = (command, options, progress=None))]
    fn transport<'py>(
        &self,
        py: Python<'py>,
        command: String,
        options: Bound<'py, PyDict>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Computed<'py>> {
        let options = Options::new(options);
        let (asked, threads) = options.phonons()?;
        options.finish()?;
        asked.check().map_err(|e| exception(py, &e))?;
        let (phonons, input) = (self.phonons.clone(), self.name.clone());
        let work = move |say: Say| {
            phonons
                .notes()
                .into_iter()
                .for_each(|text| say(Said::note(text)));
            let start = Instant::now();
            let found = on_threads(threads, || asked.run(&phonons))?;
            let report = report::PhononReport {
                phonons: &phonons,
                input,
                found: &found,
                seconds: start.elapsed().as_secs_f64(),
            };
            Ok((
                report::phonon_result(&report, &command)?,
                report::phonon_table(&report),
            ))
        };
        let ((file, table), said) = run(py, progress.as_ref(), work)?;
        let said = said.into_iter().map(|s| (s.kind != Kind::Note, s.text));
        Ok((to_python(py, &file)?, table, said.collect()))
    }
}
