//! What is asked of bands that are described, compared or converted.

use super::Options;
use super::asked::MOST_BINS;
use crate::errors::argument;
use bzint::io::bxsf::BxsfConvention;
#[cfg(feature = "gpu")]
use bzint::workflow::Agreement;
use bzint::workflow::{Conversion, Coverage, Info};
use pyo3::prelude::*;

impl Options<'_> {
    /// `info`.
    pub fn info(&self) -> PyResult<Info> {
        Ok(Info {
            verbose: self.flag("verbose")?.unwrap_or(false),
            opening: self.opening()?,
        })
    }

    /// `validate` of grids, where that is asked for.
    pub fn coverage(&self) -> PyResult<Option<Coverage>> {
        let remedy = "give temperatures in K, above 0";
        let temperatures = self.numbers("temperature", |t| t > 0.0, remedy)?;
        match (self.flag("table")?.unwrap_or(false), temperatures) {
            (true, _) if self.any("bins")?.is_some() => {
                let problem = "results are compared, and no spectrum";
                let remedy = "leave it out, or leave table out";
                Err(argument(self.0.py(), "bins", problem, remedy))
            }
            (true, temperatures) => {
                let usual = Coverage::default();
                Ok(Some(Coverage {
                    temperatures_k: temperatures.unwrap_or(usual.temperatures_k),
                    level: self.level()?,
                }))
            }
            (false, None) => Ok(None),
            (false, Some(_)) => {
                let problem = "a GPU is compared with the CPU, at no temperature";
                let remedy = "leave it out, or give table=True";
                Err(argument(self.0.py(), "temperature", problem, remedy))
            }
        }
    }

    /// `validate` of a GPU.
    #[cfg(feature = "gpu")]
    pub fn agreement(&self) -> PyResult<Agreement> {
        let usual = Agreement::default();
        Ok(Agreement {
            level: self.level()?,
            bins: self.count("bins", MOST_BINS)?.unwrap_or(usual.bins),
        })
    }

    /// `convert`.
    pub fn conversion(&self) -> PyResult<Conversion> {
        Ok(Conversion {
            spin: self.count("spin", 2)?.map(|spin| spin - 1),
            band: self.count("band", usize::MAX)?,
            units: self.units("output_units")?,
            fermi_level_ev: self.number("fermi_level", |_| true, "give an energy in eV")?,
        })
    }

    /// Units of BXSF and FRMSF files.
    pub(super) fn units(&self, name: &str) -> PyResult<Option<BxsfConvention>> {
        let remedy = "give wannier90, wien2k, skeaf, abinit, elk, qe:ALAT (bohr), or ENERGY,VECTORS,2pi|no2pi";
        let units = self.get::<String>(name, remedy)?;
        let parsed = units.map(|text| text.parse::<BxsfConvention>()).transpose();
        parsed.map_err(|e| argument(self.0.py(), name, &e.to_string(), remedy))
    }
}
