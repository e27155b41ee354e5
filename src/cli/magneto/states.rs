//! The thermal states of `magneto`: chemical potentials that are given or those of dopings, with the relaxation times of mechanisms.

use crate::cli::dimension::DimensionOption;
use crate::cli::lists::{Dopings, List};
use crate::cli::options::{FermiOption, Output};
use crate::cli::relaxation::RelaxationOption;
use crate::cli::session;
use crate::cli::states::{Scene, StatesOption};
use crate::cli::surfaces::Surfaces;
use crate::error::Result;
use crate::report::MagnetoState;
use crate::scattering::ScatteringModel;
use crate::transport::{BinnedTau, Levels, Scalar, TransportDirection};
use crate::workflow::level;
use std::path::Path;

/// What is asked for.
pub struct Asked<'a> {
    /// K.
    pub temperatures: Vec<f64>,
    /// Chemical potentials from the Fermi level, eV.
    pub mu: Option<&'a List>,
    pub doping: Option<&'a Dopings>,
    pub level: &'a FermiOption,
    /// s.
    pub tau: Option<f64>,
    /// The mechanisms' file.
    pub scattering: Option<&'a Path>,
    pub output: &'a Output,
}

/// One temperature and level.
pub struct FieldState {
    /// K.
    pub temperature_k: f64,
    /// Index among the levels.
    pub level: usize,
    /// eV, with its bar where it was looked for.
    pub mu: Scalar,
    /// Electrons less holes per volume (per area of a layer), where they were asked for or make the relaxation time.
    carriers: Option<Scalar>,
    tau: Option<BinnedTau>,
}

impl FieldState {
    /// The scattering rate (1/s) of the mechanisms at an energy.
    pub fn rate(&self) -> Option<impl Fn(f64) -> f64 + Sync> {
        let tau = self.tau.as_ref()?;
        Some(move |energy_ev: f64| 1.0 / tau.at(energy_ev))
    }

    /// As the report has it.
    pub fn reported(&self) -> MagnetoState {
        MagnetoState {
            temperature_k: self.temperature_k,
            level: self.level,
            mu: self.mu,
            carriers: self.carriers,
        }
    }
}

/// The mechanisms' file, read.
///
/// # Errors
/// As [`ScatteringModel::read`].
pub fn model(file: Option<&Path>) -> Result<Option<ScatteringModel>> {
    file.map(ScatteringModel::read).transpose()
}

/// The levels asked for, and the state at every temperature and level.
///
/// # Errors
/// Where the bands cannot be integrated, hold no such doping, or have no gap that mechanisms need.
pub fn find(
    call: &Asked,
    bands: &Surfaces,
    model: Option<&ScatteringModel>,
) -> Result<(Levels, Vec<FieldState>)> {
    let shifts = call.mu.map_or(vec![0.0], |list| list.0.clone());
    let levels = match call.doping {
        Some(dopings) => Levels::Dopings(dopings.values.clone()),
        None => Levels::ChemicalPotentials(shifts.iter().map(|x| x + bands.fermi_ev).collect()),
    };
    let Levels::ChemicalPotentials(mu) = &levels else {
        return integrated(call, bands, model).map(|states| (levels, states));
    };
    if model.is_some() {
        return integrated(call, bands, model).map(|states| (levels, states));
    }
    let state = |t: f64, level: usize| FieldState {
        temperature_k: t,
        level,
        mu: Scalar::exact(mu[level]),
        carriers: None,
        tau: None,
    };
    let all = call
        .temperatures
        .iter()
        .flat_map(|t| (0..mu.len()).map(move |level| (*t, level)));
    let states = all.map(|(t, level)| state(t, level)).collect();
    Ok((levels, states))
}

/// The same by an integral over the zone, as `transport` has it.
fn integrated(
    call: &Asked,
    bands: &Surfaces,
    model: Option<&ScatteringModel>,
) -> Result<Vec<FieldState>> {
    let header = bands.header();
    let layer = header.k_grid.n.contains(&1);
    let option = StatesOption {
        temperature: List(call.temperatures.clone()),
        mu: call.mu.cloned(),
        mu_absolute: None,
        doping: call.doping.cloned(),
        level: *call.level,
        relaxation: RelaxationOption {
            tau: call.tau,
            scattering: None,
            lattice_thermal_conductivity: None,
        },
        direction: Vec::new(),
        extent: DimensionOption {
            dimension: if layer { 2 } else { 3 },
            thickness: None,
            cross_section: None,
        },
    };
    option.check(call.output, false)?;
    if let (Some(model), Some(file)) = (model, call.scattering) {
        model.check_dimension(option.extent.dimension, file)?;
    }
    let extent = option.extent.extent(header)?;
    let directions: Vec<TransportDirection> =
        option.directions(header)?.into_iter().take(1).collect();
    let scene = Scene {
        source: &*bands.source,
        // Mechanisms add to the bands' own times on the surface, not here.
        model: None,
        extent: extent.as_ref(),
        directions: &directions,
    };
    let gap = level::gap(call.level, &*bands.source, bands.fermi_ev);
    let found = bands.integrate(call.output, |request, engine| {
        option.compute(&scene, request, engine, &|modes, state, _, _| {
            model
                .map(|m| modes.distribution().scattered(m, gap, state))
                .transpose()
        })
    })?;
    if let Some(model) = model {
        session::doubts(&model.doubts());
    }
    let states = found.states.into_iter().map(|s| FieldState {
        temperature_k: s.temperature_k,
        level: s.level,
        mu: match call.doping {
            Some(_) => s.mu_ev,
            None => Scalar::exact(s.mu_ev.value),
        },
        carriers: Some(s.carriers),
        tau: s.found,
    });
    Ok(states.collect())
}
