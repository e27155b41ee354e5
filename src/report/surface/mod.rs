//! Surfaces of constant energy: a table, JSON, meshes for other programs, a page that turns, a picture.

mod colours;
mod page;
#[cfg(feature = "figures")]
mod picture;
mod summary;
mod view;
mod zone;

pub use page::surface_page;
#[cfg(feature = "figures")]
pub use picture::surface_png;
pub use summary::{SurfaceReport, surface_json, surface_table};
pub use view::{Property, View};
