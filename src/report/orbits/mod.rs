//! Extremal and open orbits: a table, JSON, CSV, HDF5, a figure.

mod figure;
mod follow;
mod summary;

pub use figure::orbits_figure;
pub use summary::{OrbitsReport, orbits_csv, orbits_json, orbits_result, orbits_table};
