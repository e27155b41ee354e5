//! `bzint._native`: what Python calls, in the library's own words. `bzint/bands.py` and `bzint/phonons.py` have the face that users see.

mod bands;
mod computations;
mod descriptions;
mod errors;
mod header;
mod models;
mod options;
mod phonons;
mod results;
mod session;

use pyo3::prelude::*;

/// What Python calls.
#[pymodule(name = "_native")]
mod bzint_native {
    #[pymodule_export]
    use super::bands::NativeBands;
    #[pymodule_export]
    use super::models::{bounds, elastic_focusing, model_drag, screen, table};
    #[pymodule_export]
    use super::phonons::NativePhonons;
}
