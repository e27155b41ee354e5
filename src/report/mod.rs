//! Results for people and for programs: tables, JSON, HDF5, figures, pages.

#[cfg(feature = "gpu")]
mod agreement;
mod band_path;
mod boltztrap;
mod bounds;
mod budget;
mod coverage;
mod crossings;
mod csv;
mod dos;
mod drag;
mod edges;
mod fermi;
pub mod figure;
mod focusing;
mod format;
mod frame;
mod info;
mod landauer;
mod magneto;
mod optimum;
mod orbits;
mod page;
mod phonon;
mod screen;
mod sheet;
mod superconductor;
mod surface;
mod table;
mod transport;
mod zt;

pub use crate::workflow::Run;
#[cfg(feature = "gpu")]
pub use agreement::{agreement_json, agreement_table};
pub use band_path::{
    BandPathReport, band_path_csv, band_path_figure, band_path_json, band_path_result,
};
pub use boltztrap::{BOLTZTRAP_FILES, boltztrap_files};
pub use bounds::{bounds_json, bounds_result, bounds_table};
pub use coverage::{coverage_json, coverage_table};
pub use crossings::on_fermi_surface;
pub use csv::result_csv;
pub use dos::{DosReport, dos_json, dos_result, dos_table};
pub use drag::{DragReport, drag_json, drag_result, drag_table};
pub use edges::{edges_json, edges_lines};
pub use fermi::{FermiReport, fermi_json, fermi_result, fermi_table};
pub use focusing::{FocusingReport, focusing_json, focusing_result, focusing_svg, focusing_table};
pub use format::{scalar, scalar_json, scientific, tensor_json};
pub use info::{info_json, info_table};
pub use landauer::{ModeSpectra, landauer_report, landauer_result, landauer_table};
pub use magneto::{MagnetoReport, magneto_csv, magneto_json, magneto_result, magneto_table};
pub use optimum::{
    OptimumReport, objective_name, optimum_json, optimum_report, optimum_result, optimum_table,
};
pub use orbits::{
    OrbitsReport, orbits_csv, orbits_figure, orbits_json, orbits_result, orbits_table,
};
pub use page::page;
pub use phonon::{
    PhononReport, phonon_info, phonon_info_json, phonon_json, phonon_result, phonon_table,
};
pub use screen::{
    Failure, ScreenReport, materials_of, screen_csv, screen_json, screen_result, screen_table,
};
pub use sheet::{
    Sheet, SheetItem, SheetRow, direction_words, put_scalars, scalars_json, sheet_csv, sheet_json,
    sheet_result, sheet_table,
};
pub use superconductor::{
    SuperconductorReport, superconductor_json, superconductor_result, superconductor_table,
};
pub use surface::{
    Property, SurfaceReport, View, surface_json, surface_page, surface_properties, surface_result,
    surface_table,
};
#[cfg(feature = "figures")]
pub use surface::{surface_png, surface_svg};
pub use table::ManyResults;
pub use transport::{
    TransportReport, transport_csv, transport_json, transport_result, transport_table,
};
pub use zt::{zt_curves_json, zt_report, zt_result};

/// The attribute of results that says in how many directions the bands conduct.
const CONDUCTING: &str = "conducting_directions";

/// How means over so many directions are taken, in words.
fn mean_in_words(directions: usize) -> &'static str {
    match directions {
        2 => "half of their trace",
        1 => "their trace",
        _ => "a third of their trace",
    }
}
