//! Results as Python objects, from which `bzint/dataset.py` makes an `xarray.Dataset`.

use crate::computations::Made;
use crate::session::run;
use bzint::io::results::{AttributeValue, Coordinates, ResultFile};
use bzint::workflow::{Kind, Said, Say};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// A result: its data, its table, and whether what was said is a warning, with the text.
pub type Computed<'py> = (Bound<'py, PyDict>, String, Vec<(bool, String)>);

/// A summary as JSON, and whether what was said is a warning, with the text.
pub type Told = (String, Vec<(bool, String)>);

/// A dictionary of dimensions, variables and attributes. Arrays are flat, last dimension fastest.
pub fn to_python<'py>(py: Python<'py>, file: &ResultFile) -> PyResult<Bound<'py, PyDict>> {
    let dimensions = PyList::empty(py);
    for dimension in file.dimensions() {
        let coordinates = match &dimension.coordinates {
            Coordinates::Numbers(x) => PyArray1::from_slice(py, x).into_any(),
            Coordinates::Labels(labels) => PyList::new(py, labels)?.into_any(),
        };
        let (unit, about) = (&dimension.unit, &dimension.long_name);
        dimensions.append((&dimension.name, coordinates, unit, about))?;
    }
    let variables = PyList::empty(py);
    for variable in file.variables() {
        let data = PyArray1::from_slice(py, &variable.data);
        let error = variable.error.as_ref().map(|e| PyArray1::from_slice(py, e));
        let causes = variable.error_by_cause.as_ref();
        let causes = causes.map(|e| PyArray1::from_slice(py, e));
        let (unit, about) = (&variable.unit, &variable.long_name);
        variables.append((
            &variable.name,
            &variable.dimensions,
            data,
            error,
            causes,
            unit,
            about,
        ))?;
    }
    let attributes = PyDict::new(py);
    for (name, value) in file.identity().iter().chain(file.attributes()) {
        match value {
            AttributeValue::Text(text) => attributes.set_item(name, text)?,
            AttributeValue::Number(x) => attributes.set_item(name, x)?,
            AttributeValue::Integer(n) => attributes.set_item(name, n)?,
        }
    }
    let all = PyDict::new(py);
    all.set_item("dimensions", dimensions)?;
    all.set_item("variables", variables)?;
    all.set_item("attributes", attributes)?;
    Ok(all)
}

/// Runs `work` as [`run`], and hands on its result with what was said.
///
/// # Errors
/// As [`run`].
pub fn computed<'py>(
    py: Python<'py>,
    progress: Option<Bound<'py, PyAny>>,
    work: impl FnOnce(Say) -> bzint::Result<Made> + Send + 'static,
) -> PyResult<Computed<'py>> {
    let ((file, table), said) = run(py, progress.as_ref(), work)?;
    Ok((to_python(py, &file)?, table, warnings(said)))
}

/// Runs `work` as [`run`], and hands on what it tells with what was said.
///
/// # Errors
/// As [`run`].
pub fn told(
    py: Python<'_>,
    progress: Option<Bound<'_, PyAny>>,
    work: impl FnOnce(Say) -> bzint::Result<String> + Send + 'static,
) -> PyResult<Told> {
    let (text, said) = run(py, progress.as_ref(), work)?;
    Ok((text, warnings(said)))
}

fn warnings(said: Vec<Said>) -> Vec<(bool, String)> {
    let all = said.into_iter();
    all.map(|s| (s.kind != Kind::Note, s.text)).collect()
}
