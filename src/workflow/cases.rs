//! Thermal states to be found in an integral over the zone: temperatures with dopings or chemical potentials.

use super::look::{FIRST_LOOK_EV, first_look};
use crate::bands::BandSource;
use crate::error::Result;
use crate::integrate::{Engine, Request};
use crate::progress;
use crate::transport::{AxisPlan, Doping, Extent, ThermalState, TransportDistribution};
use crate::units::BOLTZMANN_EV;

/// What fixes the states, on the bands' own scale.
pub(super) enum Fixed {
    Dopings(Vec<Doping>),
    /// eV.
    ChemicalPotentials(Vec<f64>),
}

/// How states are found in an integral.
pub(super) struct Cases {
    pub(super) fixed: Fixed,
    /// K.
    pub(super) temperatures_k: Vec<f64>,
    /// Edges of the gap, eV.
    pub(super) gap_ev: Option<(f64, f64)>,
}

impl Cases {
    /// Temperatures and numbers of levels.
    pub(super) fn all(&self) -> Vec<(f64, usize)> {
        let levels = match &self.fixed {
            Fixed::Dopings(dopings) => dopings.len(),
            Fixed::ChemicalPotentials(mu) => mu.len(),
        };
        let at = |&t: &f64| (0..levels).map(move |i| (t, i));
        self.temperatures_k.iter().flat_map(at).collect()
    }

    /// Where the chemical potentials lie, eV: those given, or ranges around those of dopings, one for each of [`all`](Self::all), by a
    /// first look at the states, whose electrons and holes part at `split_ev`.
    ///
    /// # Errors
    /// Where the bands cannot be integrated or hold no such doping.
    pub(super) fn ranges(
        &self,
        source: &dyn BandSource,
        plan: &AxisPlan,
        split_ev: f64,
        extent: Option<&Extent>,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<Vec<(f64, f64)>> {
        let dopings = match &self.fixed {
            Fixed::ChemicalPotentials(mu) => return Ok(mu.iter().map(|&x| (x, x)).collect()),
            Fixed::Dopings(dopings) => dopings,
        };
        let first = AxisPlan {
            margin_ev: FIRST_LOOK_EV,
            ..plan.clone()
        };
        let _phase = progress::phase("first look for the dopings", 0);
        let look = first_look(source, &first, split_ev, extent, request, engine)?;
        let range = |(t, level): (f64, usize)| {
            let margin = BOLTZMANN_EV * t;
            let mu = dopings[level].chemical_potential(&look, t)?;
            Ok((mu - margin, mu + margin))
        };
        self.all().into_iter().map(range).collect()
    }

    /// The state of one of [`all`](Self::all).
    ///
    /// # Errors
    /// Where there is no such state.
    pub(super) fn state(
        &self,
        of: &TransportDistribution,
        (t, level): (f64, usize),
    ) -> Result<ThermalState> {
        match &self.fixed {
            Fixed::Dopings(dopings) => of.at_doping(t, &dopings[level]),
            Fixed::ChemicalPotentials(mu) => of.at_chemical_potential(t, mu[level]),
        }
    }
}
