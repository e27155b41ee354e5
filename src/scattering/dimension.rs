//! Layers and chains: which mechanisms hold for them.

use super::{Carriers, ScatteringModel};
use crate::error::{Error, Result};
use std::path::Path;

/// For which bands a mechanism's rate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The rate is a function of the energy, or of the bands' own density of states: of layers and chains, too.
    InAnyDimension,
    /// The rate was derived for three-dimensional bands. In words that follow the mechanism's name: what makes it so.
    InThreeDimensions(&'static str),
}

/// What [`Holds::InThreeDimensions`] says of a golden rule with a valley's own states.
pub(super) const COUNTS_STATES: Holds =
    Holds::InThreeDimensions("counts the final states of a three-dimensional valley");

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
