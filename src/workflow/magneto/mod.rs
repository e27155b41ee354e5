//! Transport in any magnetic field, along orbits.

mod compute;
mod states;

use super::field_directions::{Angle, FieldDirections, about};
use super::held::Held;
use super::level::LevelChoice;
use super::open::Opened;
use super::opening::Opening;
use super::orbits::check_planes;
use super::plausible;
use super::said::{Said, Say};
use super::surfaces::{SurfaceGrid, Surfaces};
use super::threads::on_threads;
use super::wanted::Wanted;
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::integrate::ledger::Ledger;
use crate::scattering::ScatteringModel;
use crate::surface::{About, Direction, Row, Times};
use crate::transport::{Levels, check_collinear};
use std::path::PathBuf;
use std::time::Instant;

pub use states::MagnetoState;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Magneto {
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// Fields, T; without a relaxation time field times relaxation time, T s.
    pub fields: Vec<f64>,
    /// Directions of the field.
    pub field: FieldDirections,
    /// Temperatures, K, 0 for the Fermi surface alone; none for that, or 300 K with dopings or mechanisms.
    pub temperatures_k: Option<Vec<f64>>,
    /// What fixes the states.
    pub wanted: Wanted,
    /// A constant relaxation time, s.
    pub tau: Option<f64>,
    /// One for each band that conducts, in their order, s.
    pub tau_per_band: Option<Vec<f64>>,
    /// The file of scattering mechanisms.
    pub scattering: Option<PathBuf>,
    /// Coefficients of up and down electrons separately, too.
    pub spin_resolved: bool,
    /// Planes of orbits over the width of the zone.
    pub planes: f64,
    /// The grid that the surfaces are found on.
    pub grid: SurfaceGrid,
}

impl Default for Magneto {
    fn default() -> Self {
        Self {
            level: LevelChoice::default(),
            fields: vec![0.0, 1.0, 2.0, 5.0, 10.0],
            field: FieldDirections::default(),
            temperatures_k: None,
            wanted: Wanted::default(),
            tau: None,
            tau_per_band: None,
            scattering: None,
            spin_resolved: false,
            planes: 16.0,
            grid: SurfaceGrid::default(),
        }
    }
}

/// What was found.
pub struct MagnetoFound {
    /// Fermi level, eV.
    pub fermi_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Points of the surfaces' grid.
    pub grid: [usize; 3],
    /// Directions of the field with their angles, degrees.
    pub angles: Vec<(Direction, f64)>,
    /// Temperatures, K.
    pub temperatures_k: Vec<f64>,
    /// Dopings or chemical potentials.
    pub levels: Levels,
    /// `[temperature][level]`.
    pub states: Vec<MagnetoState>,
    /// Coefficients: `[direction][state][field]`.
    pub rows: Vec<Row>,
    /// What is known of each direction and state.
    pub abouts: Vec<About>,
    /// Whether no relaxation time is known: conductivities per τ, fields as Bτ.
    pub per_tau: bool,
    /// Wall time without that of the Fermi level, s.
    pub seconds: f64,
}

impl Magneto {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        check_planes(self.planes)?;
        self.field.check()?;
        let times = [
            ("--tau", self.tau.is_some()),
            ("--tau-per-band", self.tau_per_band.is_some()),
            ("--scattering", self.scattering.is_some()),
        ];
        let mut given = times.iter().filter(|(_, given)| *given);
        if let (Some((one, _)), Some((other, _))) = (given.next(), given.next()) {
            return Err(Error::bad_option(
                *other,
                format!("relaxation times are given by `{one}` already"),
                "give one of both",
            ));
        }
        self.check_temperatures()?;
        self.level.check()
    }

    /// What there is to say of values that are hardly meant.
    pub fn doubts(&self) -> Vec<String> {
        let temperatures = self.temperatures_k.iter().flatten().copied();
        let doubts = [
            plausible::TAU.doubt(self.tau),
            plausible::TEMPERATURE.doubt(temperatures),
        ];
        doubts.into_iter().flatten().collect()
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`Surfaces::open`] and [`ScatteringModel::read`]; [`Error::BadOption`] for coefficients of spins that bands have not.
    pub fn open(&self, held: Held, opening: &Opening) -> Result<Opened> {
        // Before anything long is made of the bands.
        self.model()?;
        let own = self.tau.is_none() && self.tau_per_band.is_none();
        let bands = Surfaces::open(held, opening, &self.level, &self.grid, own)?;
        if self.spin_resolved {
            check_collinear(bands.header())?;
        }
        Ok(bands)
    }

    /// Every coefficient.
    ///
    /// # Errors
    /// For bands without a surface, or that have not what is asked for.
    pub fn run(&self, bands: &Opened, say: Say) -> Result<MagnetoFound> {
        self.run_with(None, bands, say)
    }

    /// As [`Magneto::run`], with a ledger in which the coefficients of each direction and state are looked up and kept.
    ///
    /// # Errors
    /// Likewise; [`Error::PartDone`] where the ledger divides the work, and its part is done.
    pub fn run_with(
        &self,
        ledger: Option<&Ledger>,
        bands: &Opened,
        say: Say,
    ) -> Result<MagnetoFound> {
        let model = self.model()?;
        let bands = Surfaces::new(bands, &self.level, self.grid, ledger, say)?;
        let times = self.times(bands.header());
        let per_tau = matches!(times, Times::Unknown) && model.is_none();
        let doubt = plausible::FIELD_TIMES_TAU.doubt(self.fields.iter().copied());
        if let Some(text) = doubt.filter(|_| per_tau) {
            say(Said::warning(text));
        }
        let start = Instant::now();
        let (levels, states) = self.states(&bands, model.as_ref(), say)?;
        let found = on_threads(self.grid.threads, || self.compute(&bands, &times, &states))?;
        if let Some(text) = about(&found.angles) {
            say(Said::note(text));
        }
        let angle = |a: &Angle| (a.direction, a.degrees);
        Ok(MagnetoFound {
            fermi_ev: bands.fermi_ev,
            origin: bands.origin,
            grid: found.grid,
            angles: found.angles.iter().map(angle).collect(),
            temperatures_k: self.temperatures(),
            levels,
            states: states.into_iter().map(|s| s.state).collect(),
            rows: found.rows,
            abouts: found.abouts,
            per_tau,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// The mechanisms' file, read.
    ///
    /// # Errors
    /// As [`ScatteringModel::read`].
    pub fn model(&self) -> Result<Option<ScatteringModel>> {
        let path = self.scattering.as_deref();
        path.map(ScatteringModel::read).transpose()
    }

    /// Temperatures, K.
    fn temperatures(&self) -> Vec<f64> {
        match &self.temperatures_k {
            Some(all) => all.clone(),
            None if self.needs_heat() => vec![300.0],
            None => vec![0.0],
        }
    }

    /// Whether what is asked for has a meaning at a temperature above zero alone.
    fn needs_heat(&self) -> bool {
        matches!(self.wanted, Wanted::Dopings(_)) || self.scattering.is_some()
    }

    /// # Errors
    /// [`Error::BadOption`] for zero where dopings or mechanisms need a temperature.
    fn check_temperatures(&self) -> Result<()> {
        if !self.needs_heat() || !self.temperatures().contains(&0.0) {
            return Ok(());
        }
        let option = match self.wanted {
            Wanted::Dopings(_) => "--doping",
            _ => "--scattering",
        };
        Err(Error::bad_option(
            option,
            "at 0 K a semiconductor has no free carriers and its mechanisms no phonons",
            "give temperatures above 0: `--temperature 300`",
        ))
    }

    /// Where relaxation times come from, beside the mechanisms.
    fn times(&self, header: &BandHeader) -> Times {
        match (self.tau, &self.tau_per_band) {
            (Some(t), _) => Times::Constant(t),
            (None, Some(all)) => Times::PerBand(all.clone()),
            (None, None) if header.has_lifetimes => Times::FromBands,
            (None, None) => Times::Unknown,
        }
    }
}
