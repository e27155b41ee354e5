//! What is told of phonons.

mod info;
mod report;
mod result;

pub use info::{phonon_info, phonon_info_json};
pub use report::{PhononReport, phonon_json, phonon_table};
pub use result::phonon_result;
pub(super) use result::put;
