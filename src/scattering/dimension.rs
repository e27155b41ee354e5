//! Layers and chains: which mechanisms hold for them.

use super::{Carriers, Holds, ScatteringModel};
use crate::error::{Error, Result};
use std::path::Path;

impl ScatteringModel {
    /// Refuses mechanisms that do not hold for bands that repeat in `dimension` directions. `file` is where they were read.
    ///
    /// # Errors
    /// [`Error::BadOption`] that names the first such mechanism.
    pub fn check_dimension(&self, dimension: u8, file: &Path) -> Result<()> {
        if dimension == 3 {
            return Ok(());
        }
        for (section, carriers) in [("electrons", &self.electrons), ("holes", &self.holes)] {
            if let Some((key, reason)) = carriers.as_ref().and_then(first_in_space) {
                return Err(Error::bad_option(
                    format!("--dimension {dimension}"),
                    format!("[[{section}.{key}]] of {} {reason}", file.display()),
                    "leave it away; `constant_time`, `power_law`, `inverse_dos` and `tabulated` hold for layers and chains \
                     too, as do `--tau SECONDS` and `--mean-free-path ANGSTROM`",
                ));
            }
        }
        Ok(())
    }
}

/// Key of the first mechanism that holds in three dimensions alone, and why.
fn first_in_space(carriers: &Carriers) -> Option<(&'static str, &'static str)> {
    carriers
        .mechanisms
        .iter()
        .find_map(|mechanism| match mechanism.scattering().holds() {
            Holds::InAnyDimension => None,
            Holds::InThreeDimensions(reason) => Some((mechanism.key(), reason)),
        })
}
