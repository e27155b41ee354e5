//! What bands and phonons are: the part of it that both have.

use bzint::bands::BandHeader;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Name, format, lattice, points along each axis (which are called `grid`) and shift, and the reader's notes with what else there is to say.
pub fn header<'py>(
    py: Python<'py>,
    name: &str,
    of: &BandHeader,
    grid: &str,
    notes: impl IntoIterator<Item = String>,
) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    all.set_item("name", name)?;
    all.set_item("format", &of.provenance.format)?;
    all.set_item("lattice", *of.lattice.rows())?;
    all.set_item(grid, of.k_grid.n)?;
    all.set_item("shift", of.k_grid.shift)?;
    let notes = of.provenance.notes.iter().cloned().chain(notes);
    all.set_item("notes", notes.collect::<Vec<String>>())?;
    Ok(all)
}
