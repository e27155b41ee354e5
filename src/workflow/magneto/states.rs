//! The thermal states: chemical potentials that are given or those of dopings, with the relaxation times of mechanisms.

use super::super::dimension::Dimension;
use super::super::level;
use super::super::orbits::vacuum;
use super::super::plausible;
use super::super::relaxation::Relaxation;
use super::super::said::{Said, Say};
use super::super::states::{Scene, States};
use super::super::surfaces::Surfaces;
use super::super::wanted::Wanted;
use super::Magneto;
use crate::error::Result;
use crate::scattering::ScatteringModel;
use crate::transport::{BinnedTau, Levels, Scalar, TransportDirection};

/// One temperature and level.
#[derive(Clone, Copy, Debug)]
pub struct MagnetoState {
    /// K.
    pub temperature_k: f64,
    /// Index among the levels.
    pub level: usize,
    /// Chemical potential, eV, with its bar where it was looked for.
    pub mu: Scalar,
    /// Electrons less holes per volume (per area of a layer), where they were asked for or make the relaxation time.
    pub carriers: Option<Scalar>,
}

/// A state with the relaxation time of mechanisms.
pub(super) struct Scattered {
    pub(super) state: MagnetoState,
    tau: Option<BinnedTau>,
}

impl Scattered {
    /// The scattering rate (1/s) of the mechanisms at an energy.
    pub(super) fn rate(&self) -> Option<impl Fn(f64) -> f64 + Sync> {
        let tau = self.tau.as_ref()?;
        Some(move |energy_ev: f64| 1.0 / tau.at(energy_ev))
    }
}

impl Magneto {
    /// The levels asked for, and the state at every temperature and level.
    ///
    /// # Errors
    /// Where the bands cannot be integrated, hold no such doping, or have no gap that mechanisms need.
    pub(super) fn states(
        &self,
        bands: &Surfaces,
        model: Option<&ScatteringModel>,
        say: Say,
    ) -> Result<(Levels, Vec<Scattered>)> {
        if let Wanted::Dopings(all) = &self.wanted {
            let states = self.integrated(bands, model, say)?;
            return Ok((Levels::Dopings(all.clone()), states));
        }
        let mu = self.wanted.chemical_potentials(bands.fermi_ev);
        let levels = Levels::ChemicalPotentials(mu.clone());
        if model.is_some() {
            return Ok((levels, self.integrated(bands, model, say)?));
        }
        let state = |temperature_k: f64, level: usize| Scattered {
            state: MagnetoState {
                temperature_k,
                level,
                mu: Scalar::exact(mu[level]),
                carriers: None,
            },
            tau: None,
        };
        let temperatures = self.temperatures();
        let all = temperatures
            .iter()
            .flat_map(|t| (0..mu.len()).map(move |level| (*t, level)));
        let states = all.map(|(t, level)| state(t, level)).collect();
        Ok((levels, states))
    }

    /// The same by an integral over the zone, as `transport` has it.
    fn integrated(
        &self,
        bands: &Surfaces,
        model: Option<&ScatteringModel>,
        say: Say,
    ) -> Result<Vec<Scattered>> {
        let header = bands.header();
        let asked = States {
            temperatures_k: self.temperatures(),
            wanted: self.wanted.clone(),
            level: self.level,
            relaxation: Relaxation {
                tau: self.tau,
                ..Relaxation::default()
            },
            directions: Vec::new(),
            extent: Dimension {
                dimension: vacuum(header).map_or(3, |_| 2),
                ..Dimension::default()
            },
        };
        asked.check(false)?;
        if asked.extent.dimension == 3 {
            let doubt = plausible::DOPING.doubt(self.wanted.dopings().iter().copied());
            doubt.into_iter().for_each(|text| say(Said::warning(text)));
        }
        if let (Some(model), Some(file)) = (model, &self.scattering) {
            model.check_dimension(asked.extent.dimension, file)?;
        }
        let extent = asked.extent.extent(header)?;
        let directions: Vec<TransportDirection> =
            asked.directions(header)?.into_iter().take(1).collect();
        let scene = Scene {
            source: &**bands.source,
            // Mechanisms add to the bands' own times on the surface, not here.
            model: None,
            extent: extent.as_ref(),
            directions: &directions,
        };
        let gap = level::gap(&self.level, &**bands.source, bands.fermi_ev);
        let found = bands.integrate(say, |request, engine| {
            asked.compute(&scene, request, engine, &|modes, state, _, _| {
                model
                    .map(|m| modes.distribution().scattered(m, gap, state))
                    .transpose()
            })
        })?;
        let doubts = model.map_or(Vec::new(), ScatteringModel::doubts);
        doubts.into_iter().for_each(|text| say(Said::doubt(text)));
        let states = found.states.into_iter().map(|s| Scattered {
            state: MagnetoState {
                temperature_k: s.temperature_k,
                level: s.level,
                mu: match self.wanted {
                    Wanted::Dopings(_) => s.mu_ev,
                    _ => Scalar::exact(s.mu_ev.value),
                },
                carriers: Some(s.carriers),
            },
            tau: s.found,
        });
        Ok(states.collect())
    }
}
