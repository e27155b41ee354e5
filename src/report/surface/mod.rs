//! Surfaces of constant energy: a table, JSON, HDF5, meshes for other programs, a page that turns, a picture.

mod colours;
#[cfg(feature = "figures")]
mod legend;
mod page;
#[cfg(feature = "figures")]
mod picture;
mod result;
mod summary;
mod view;
mod zone;

pub use page::surface_page;
#[cfg(feature = "figures")]
pub use picture::{surface_png, surface_svg};
pub use result::surface_result;
pub use summary::{SurfaceReport, surface_json, surface_table};
pub use view::{Property, View, surface_properties};
