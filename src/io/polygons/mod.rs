//! Writing triangulated surfaces with numbers at their points: VTK's .vtp, .ply, .obj and binary glTF (.glb).

mod base64;
mod data;
mod glb;
mod obj;
mod ply;
mod vtp;

use super::output;
use crate::error::{Error, Result};
use std::io::Write;
use std::path::Path;

pub use base64::base64;
pub use data::Polygons;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// VTK XML PolyData (ParaView).
    Vtp,
    /// Stanford polygon file, binary.
    Ply,
    /// Wavefront.
    Obj,
    /// Binary glTF 2.0.
    Glb,
}

/// Writes `polygons`; the file appears only once it is whole.
///
/// # Errors
/// [`Error::Io`] where the system refuses.
pub fn write(path: &Path, polygons: &Polygons, format: Format) -> Result<()> {
    let bytes = match format {
        Format::Vtp => vtp::bytes(polygons),
        Format::Ply => ply::bytes(polygons),
        Format::Obj => obj::bytes(polygons),
        Format::Glb => glb::bytes(polygons),
    };
    output::write(path, |out| {
        out.write_all(&bytes).map_err(Error::io(path, "write"))
    })
}
