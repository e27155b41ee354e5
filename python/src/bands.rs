//! Bands as Python holds them, and what is computed of them.

use crate::computations::{Call, named};
use crate::descriptions;
use crate::errors::{argument, exception, internal};
use crate::header::header;
use crate::options::Options;
use crate::results::{Computed, Told, computed, told};
use crate::session::run;
use bzint::bands::{Field, SpinTreatment};
use bzint::crystal::{Atom, KGrid, Lattice};
use bzint::workflow::{Given, Held, Said, Say, notes_on_axes};
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;

/// Bands, read and checked.
#[pyclass(frozen, name = "NativeBands", module = "bzint._native")]
pub struct NativeBands(Held);

impl NativeBands {
    /// The bands themselves.
    pub fn held(&self) -> &Held {
        &self.0
    }
}

#[pymethods]
impl NativeBands {
    /// Reads a file.
    #[staticmethod]
    #[pyo3(signature = (path, options, progress=None))]
    fn read(
        py: Python<'_>,
        path: PathBuf,
        options: Bound<'_, PyDict>,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let options = Options::new(options);
        let told = options.told()?;
        options.finish()?;
        let (held, _) = run(py, progress.as_ref(), move |_| Held::read(&path, &told))?;
        Ok(Self(held))
    }

    /// Bands on a full grid: energies `[spin][band][n1][n2][n3]`, flat.
    #[staticmethod]
    #[pyo3(signature = (given, n, shift, energies, velocities=None, lifetimes=None))]
    fn on_grid(
        py: Python<'_>,
        given: GivenArguments,
        n: [usize; 3],
        shift: [f64; 3],
        energies: PyReadonlyArray1<'_, f64>,
        velocities: Option<PyReadonlyArray1<'_, f64>>,
        lifetimes: Option<PyReadonlyArray1<'_, f64>>,
    ) -> PyResult<Self> {
        let given = given.checked(py)?;
        let grid = KGrid::new(n, shift).map_err(|e| exception(py, &e))?;
        let energies = energies.as_slice()?.to_vec();
        let copied = |array: Option<PyReadonlyArray1<'_, f64>>| -> PyResult<Option<Vec<f64>>> {
            array.map(|a| Ok(a.as_slice()?.to_vec())).transpose()
        };
        let (velocities, lifetimes) = (copied(velocities)?, copied(lifetimes)?);
        let work = move |_: Say| given.on_grid(grid, energies, velocities, lifetimes);
        Ok(Self(run(py, None, work)?.0))
    }

    /// Bands on listed k-points: energies `[k][spin][band]`, flat.
    #[staticmethod]
    fn listed(
        py: Python<'_>,
        given: GivenArguments,
        k_points: Vec<[f64; 3]>,
        energies: PyReadonlyArray1<'_, f64>,
    ) -> PyResult<Self> {
        let given = given.checked(py)?;
        let energies = energies.as_slice()?.to_vec();
        let work = move |_: Say| given.listed(k_points, energies);
        Ok(Self(run(py, None, work)?.0))
    }

    /// What the bands are.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let h = self.0.header();
        let all = header(py, self.0.name(), h, "k_grid", notes_on_axes(h))?;
        all.set_item("spin", h.spin.name())?;
        all.set_item("n_spin", h.n_spin())?;
        all.set_item("n_band", h.n_band)?;
        all.set_item("first_band", h.first_band)?;
        all.set_item("fermi_level", h.fermi_level_ev)?;
        all.set_item("electrons", h.n_electrons)?;
        let atoms: Vec<(&str, [f64; 3])> = h
            .atoms
            .iter()
            .map(|a| (a.symbol.as_str(), a.position))
            .collect();
        all.set_item("atoms", atoms)?;
        all.set_item("operations", h.point_group.order())?;
        all.set_item("has_velocities", h.has_velocities)?;
        all.set_item("has_lifetimes", h.has_lifetimes)?;
        all.set_item("is_table", self.0.as_table().is_some())?;
        Ok(all)
    }

    /// Energies `[spin][band][n1][n2][n3]`, flat.
    fn energies<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let Some(table) = self.0.as_table() else {
            let (problem, remedy) = ("a Hamiltonian has no table of energies", "compute with it");
            return Err(argument(py, "energies", problem, remedy));
        };
        let h = table.header();
        let mut all = vec![0.0; h.n_spin_band() * h.k_grid.len()];
        for (at, out) in all.chunks_exact_mut(h.k_grid.len()).enumerate() {
            table
                .read_planes(Field::Energy, at / h.n_band, at % h.n_band, 0, out)
                .map_err(|e| exception(py, &e))?;
        }
        Ok(PyArray1::from_vec(py, all))
    }

    /// Computes what `kind` names: the result, its table, and what was said.
    #[pyo3(signature = (kind, command, options, progress=None))]
    fn compute<'py>(
        &self,
        py: Python<'py>,
        kind: &str,
        command: String,
        options: Bound<'py, PyDict>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Computed<'py>> {
        let options = Options::new(options);
        let asked = named(kind, &options)?.ok_or_else(|| {
            let problem = format!("nothing is called {kind}");
            internal(py, &problem)
        })?;
        let (opening, method) = (options.opening()?, options.method()?);
        options.finish()?;
        let checked = asked.checked.and_then(|()| opening.check(Some(&method)));
        checked.map_err(|e| exception(py, &e))?;
        let held = self.0.clone();
        computed(py, progress, move |say| {
            let doubts = asked.doubts.into_iter();
            doubts.for_each(|text| say(Said::warning(text)));
            let call = Call {
                opening: &opening,
                method: &method,
                say,
                command: &command,
            };
            (asked.run)(held, &call)
        })
    }

    /// Tells what `kind` names, as JSON, with what was said.
    #[pyo3(signature = (kind, options, progress=None))]
    fn tell(
        &self,
        py: Python<'_>,
        kind: &str,
        options: Bound<'_, PyDict>,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Told> {
        let options = Options::new(options);
        let work = descriptions::named(kind, &options)?.ok_or_else(|| {
            let problem = format!("nothing is called {kind}");
            internal(py, &problem)
        })?;
        options.finish()?;
        let work = work.map_err(|e| exception(py, &e))?;
        let held = self.0.clone();
        told(py, progress, move |say| work(held, say))
    }

    /// Writes the bands in the format that the file's name ends with, and says what was written.
    #[pyo3(signature = (out, command, options, progress=None))]
    fn convert(
        &self,
        py: Python<'_>,
        out: PathBuf,
        command: String,
        options: Bound<'_, PyDict>,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Told> {
        let options = Options::new(options);
        let (asked, opening) = (options.conversion()?, options.opening()?);
        options.finish()?;
        let held = self.0.clone();
        told(py, progress, move |_| {
            descriptions::convert(&asked, held, &opening, &out, &command)
        })
    }
}

/// What is said of bands that are given as numbers.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct GivenArguments {
    name: String,
    lattice: [[f64; 3]; 3],
    spin: String,
    n_band: usize,
    fermi_level: Option<f64>,
    electrons: Option<f64>,
    atoms: Vec<(String, [f64; 3])>,
}

impl GivenArguments {
    fn checked(self, py: Python<'_>) -> PyResult<Given> {
        let spin = SpinTreatment::from_name(&self.spin).ok_or_else(|| {
            let problem = format!("it is \"{}\"", self.spin);
            let remedy = "give \"unpolarized\", \"collinear\" or \"spinor\"";
            argument(py, "spin", &problem, remedy)
        })?;
        let atom = |(symbol, position)| Atom { symbol, position };
        Ok(Given {
            name: self.name,
            lattice: Lattice::new(self.lattice).map_err(|e| exception(py, &e))?,
            spin,
            n_band: self.n_band,
            fermi_level_ev: self.fermi_level,
            n_electrons: self.electrons,
            atoms: self.atoms.into_iter().map(atom).collect(),
        })
    }
}
