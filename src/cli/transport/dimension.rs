//! Layers and chains: what the options may ask of them.

use super::{Format, Transport};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::transport::Extent;

impl Transport {
    /// How far a layer or a chain reaches.
    ///
    /// # Errors
    /// [`Error::BadOption`] for bands without vacuum, and for options that mean nothing for this dimension.
    pub(super) fn extent(&self, header: &BandHeader) -> Result<Option<Extent>> {
        match self.dimension {
            2 => Extent::layer(header, self.thickness).map(Some),
            1 => Extent::chain(header, self.cross_section).map(Some),
            _ => Ok(None),
        }
    }

    /// # Errors
    /// [`Error::BadOption`] for options that mean nothing for this dimension.
    pub(super) fn check_dimension(&self) -> Result<()> {
        let bad = |option: &str, problem: String, remedy: &str| {
            Err(Error::bad_option(option, problem, remedy))
        };
        let n = self.dimension;
        if self.thickness.is_some() && n != 2 {
            return bad(
                "--thickness",
                format!("it is a layer's, and --dimension is {n}"),
                "give `--dimension 2`",
            );
        }
        if self.cross_section.is_some() && n != 1 {
            return bad(
                "--cross-section",
                format!("it is a chain's, and --dimension is {n}"),
                "give `--dimension 1`",
            );
        }
        if n == 3 {
            return Ok(());
        }
        let option = format!("--dimension {n}");
        if self.format == Format::Boltztrap {
            return bad(
                &option,
                "BoltzTraP2's columns are three-dimensional".into(),
                "leave `--format boltztrap` away",
            );
        }
        if n == 1 && (self.hall || self.magnetoconductivity) {
            return bad(
                &option,
                "a chain has no Hall effect and no magnetoconductivity".into(),
                "leave `--hall` and `--magnetoconductivity` away",
            );
        }
        let sized = self.thickness.or(self.cross_section).is_some();
        if self.relaxation.lattice_thermal_conductivity.is_some() && !sized {
            let size = if n == 2 {
                "`--thickness ANGSTROM`"
            } else {
                "`--cross-section ANGSTROM2`"
            };
            return bad(
                "--lattice-thermal-conductivity",
                "W/(m K) mean nothing without the extent that they refer to".into(),
                &format!("give {size}"),
            );
        }
        Ok(())
    }
}
