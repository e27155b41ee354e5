//! The native HDF5 band file.

use crate::bands::BandGrid;
use crate::error::{Error, Result};
use std::path::Path;

/// Placeholder until the native format is merged: refuses every file.
///
/// # Errors
/// Always [`Error::UnknownFormat`].
pub fn open(path: &Path) -> Result<BandGrid> {
    Err(Error::UnknownFormat {
        path: path.to_path_buf(),
        reason: "HDF5 is not read yet".to_string(),
        known: super::KNOWN,
    })
}
