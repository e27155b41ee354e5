//! Results for people and for programs: tables, JSON, HDF5, figures, pages.

mod boltztrap;
mod bounds;
mod crossings;
mod dos;
mod edges;
mod fermi;
pub mod figure;
mod format;
mod frame;
mod items;
mod low_dimensional;
mod magneto;
mod magneto_figure;
mod mean;
mod optimum;
mod orbits;
mod page;
mod row;
mod spins;
mod surface;
mod transport;

use crate::integrate::refine::Refined;
pub use boltztrap::{BOLTZTRAP_FILES, boltztrap_files};
pub use bounds::{BoundsReport, TerminalsReport, bounds_json, bounds_result, bounds_table};
pub use crossings::on_fermi_surface;
pub use dos::{DosReport, dos_json, dos_result, dos_table};
pub use edges::{edges_json, edges_lines};
pub use fermi::{FermiReport, fermi_json, fermi_result, fermi_table};
pub use format::{scalar, scientific, tensor_json};
pub use items::{Item, Quantity, TransportRow, share_items};
pub use magneto::{MagnetoReport, magneto_csv, magneto_json, magneto_result, magneto_table};
pub use magneto_figure::magneto_figure;
pub use optimum::{OptimumReport, objective_name, optimum_table};
pub use orbits::{
    OrbitsReport, follow, orbits_csv, orbits_figure, orbits_json, orbits_result, orbits_table,
};
pub use page::page;
pub use row::Row;
pub use spins::spin_items;
pub use surface::{
    Property, SurfaceReport, View, surface_json, surface_page, surface_png, surface_table,
};
pub use transport::{
    Levels, TransportReport, transport_csv, transport_json, transport_result, transport_table,
};

/// How a result came to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// "cpu" or "gpu".
    pub backend: &'static str,
    /// Adapter, or number of threads.
    pub adapter: String,
    /// Wall time of the integration.
    pub seconds: f64,
    /// Method in words.
    pub method: String,
    /// What refinement did, where it did.
    pub refined: Option<Refined>,
}
