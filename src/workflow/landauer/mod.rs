//! Modes per area, mean free paths, and what contacts and devices conduct.

mod spectra;

use super::dos::EnergyRange;
use super::held::Held;
use super::integrator::integrate_with;
use super::method::Method;
use super::needed::{Answer, Way, widest_of};
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::run::Run;
use super::said::{Said, Say};
use super::states::{Scene, States, StatesFound};
use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::integrate::EnergyAxis;
use crate::integrate::ledger::Ledger;
use crate::transport::{
    CountedModes, DeviceCoefficients, Extent, ModeSpectrum, TransportDirection,
};
use crate::units::ANGSTROM;

/// Bins of the spectra by default.
const BINS: usize = 200;
/// Tolerance of Hamiltonians that are taken because they are needed.
const OF_HAMILTONIANS: f64 = 5e-3;
/// How far the spectra reach from the Fermi level or the edges of the gap by default, eV.
const REACH_EV: f64 = 1.0;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Landauer {
    /// Temperatures, levels and directions.
    pub states: States,
    /// Length of a device, Å: its conductances beside those of a contact.
    pub length: Option<f64>,
    /// Energies of the spectra on the bands' scale; none for 1 eV around the Fermi level or the gap.
    pub energy: Option<EnergyRange>,
    /// Number of energies of the spectra, where the range gives no step.
    pub bins: Option<usize>,
    /// What each band has of the modes, too.
    pub by_band: bool,
}

/// What was found.
pub struct LandauerFound {
    /// Conductances of every state.
    pub states: StatesFound<DeviceCoefficients>,
    /// M(E) and λ(E), one a direction, all on the same energies.
    pub spectra: Vec<ModeSpectrum>,
    /// Modes by counting crossings, where a short reciprocal vector lies along the direction.
    pub counted: Vec<Option<CountedModes>>,
    /// Directions of transport.
    pub directions: Vec<TransportDirection>,
    /// Of a layer or a chain, how far it reaches.
    pub extent: Option<Extent>,
}

impl Landauer {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        self.states.check(false)?;
        if (self.states.relaxation.lattice_thermal_conductivity).is_some() {
            return Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "modes and conductances of electrons do not depend on the lattice's heat",
                "leave it away, or see `bzint zt`",
            ));
        }
        if self.bins.is_some() && self.energy.is_some_and(|range| range.step.is_some()) {
            return Err(Error::bad_option(
                "--bins",
                "the step of --energy says already how many there are",
                "give one of both: `--energy start:stop --bins N`, or `--energy start:stop:step`",
            ));
        }
        Ok(())
    }

    /// What there is to say of values that are hardly meant.
    pub fn doubts(&self) -> Vec<String> {
        self.states.doubts()
    }

    /// The device's length, m.
    pub fn length_m(&self) -> Option<f64> {
        self.length.map(|l| l * ANGSTROM)
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`open`], and where the bands cannot have what is asked for.
    pub fn open(&self, held: Held, opening: &Opening, method: &Method) -> Result<Opened> {
        let check = |header: &BandHeader, range: Option<(f64, f64)>| {
            self.check_length(self.states.relaxation.known(header))?;
            self.states.check_bands(header, range)
        };
        let demands = Demands {
            method: Some(method),
            check: &check,
            table: None,
            lifetimes: self.states.relaxation.tau.is_none(),
        };
        open(held, opening, Preference::Refined, &demands)
    }

    /// Opens the bands and makes the result; where the interpolator is left open and bars come out wide, of Hamiltonians if these have
    /// narrower ones. `opened` sees all bands before anything long is made of them.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`run`](Self::run), and those of `opened`.
    pub fn answer(
        &self,
        held: Held,
        opening: &Opening,
        method: &Method,
        say: Say,
        opened: &dyn Fn(&BandHeader) -> Result<()>,
    ) -> Result<Answer<LandauerFound>> {
        self.answer_with(None, held, opening, method, say, opened)
    }

    /// As [`answer`](Self::answer), with a ledger in which sums are looked up and kept.
    ///
    /// # Errors
    /// Likewise, and as [`run_with`](Self::run_with); [`Error::BadOption`] where the ledger divides the work and the interpolator is left open.
    pub fn answer_with(
        &self,
        ledger: Option<&Ledger>,
        held: Held,
        opening: &Opening,
        method: &Method,
        say: Say,
        opened: &dyn Fn(&BandHeader) -> Result<()>,
    ) -> Result<Answer<LandauerFound>> {
        // |v·n̂| has kinks, which no rule of high order resolves: to the usual tolerance Hamiltonians take minutes.
        let by_need =
            |other: &Opening| opening.interpolator.is_none() && other.interpolator.is_some();
        let open = |held: Held, other: &Opening| {
            let mut other = other.clone();
            if by_need(&other) {
                other.tolerance = other.tolerance.or(Some(OF_HAMILTONIANS));
            }
            self.open(held, &other, method)
        };
        let way = Way {
            divided: ledger.is_some_and(Ledger::is_divided),
            open: &open,
            run: &|bands, say| self.run_with(ledger, bands, method, say),
            widest: &|found: &LandauerFound| {
                let all = found.states.states.iter().flat_map(|s| &s.found.all);
                // A Seebeck coefficient goes through 0, where no bar is narrow.
                let conducted = all.filter(|n| !n.name.contains("seebeck"));
                widest_of(conducted.map(|n| n.value))
            },
        };
        way.answer(held, opening, say, opened)
    }

    /// Conductances and spectra.
    ///
    /// # Errors
    /// Where the bands cannot be integrated, or have not what is asked for.
    pub fn run(&self, bands: &Opened, method: &Method, say: Say) -> Result<(LandauerFound, Run)> {
        self.run_with(None, bands, method, say)
    }

    /// As [`run`](Self::run), with a ledger in which sums are looked up and kept.
    ///
    /// # Errors
    /// Likewise; [`Error::PartDone`] where the ledger divides the work, and its part is done.
    pub fn run_with(
        &self,
        ledger: Option<&Ledger>,
        bands: &Opened,
        method: &Method,
        say: Say,
    ) -> Result<(LandauerFound, Run)> {
        let relaxation = &self.states.relaxation;
        let model = relaxation.model_for(self.states.extent.dimension)?;
        let header = bands.header();
        let doubts = relaxation.doubts(model.as_ref(), &**bands)?;
        doubts.into_iter().for_each(|text| say(Said::doubt(text)));
        let extent = self.states.extent.extent(header)?;
        let directions = self.states.directions(header)?;
        let scene = Scene {
            source: &**bands,
            model: model.as_ref(),
            extent: extent.as_ref(),
            directions: &directions,
        };
        let length = self.length_m();
        let ((states, axis, spectra), run) =
            integrate_with(ledger, method, bands, say, |request, engine| {
                let states = self.states.compute(
                    &scene,
                    request,
                    engine,
                    &|modes, state, relaxation, direction| {
                        modes.device(state, relaxation, direction, length, extent.as_ref())
                    },
                )?;
                let axis = self.axis(&**bands, states.fermi_level_ev, states.gap_ev)?;
                let spectra = self.spectra(&scene, request, engine, &axis)?;
                Ok((states, axis, spectra))
            })?;
        let counted = spectra::counted(bands, &directions, &axis, extent.as_ref())?;
        let found = LandauerFound {
            states,
            spectra,
            counted,
            directions,
            extent,
        };
        Ok((found, run))
    }

    /// # Errors
    /// [`Error::BadOption`] for a length without a relaxation time.
    fn check_length(&self, known: bool) -> Result<()> {
        if self.length.is_none() || known {
            return Ok(());
        }
        Err(Error::bad_option(
            "--length",
            "there is no relaxation time, and so no mean free path to compare it with",
            "give `--tau SECONDS` or `--scattering FILE.toml`, or leave it away",
        ))
    }

    /// The energies of the spectra.
    fn axis(
        &self,
        source: &dyn BandSource,
        fermi_ev: f64,
        gap: Option<(f64, f64)>,
    ) -> Result<EnergyAxis> {
        let bins = self.bins.unwrap_or(BINS);
        if let Some(range) = self.energy {
            return range.axis(bins);
        }
        let (low, high) = gap.unwrap_or((fermi_ev, fermi_ev));
        let all = source.statistics();
        let lowest = all
            .iter()
            .map(|s| s.energy_min)
            .fold(f64::INFINITY, f64::min);
        let highest = all
            .iter()
            .map(|s| s.energy_max)
            .fold(f64::NEG_INFINITY, f64::max);
        // Beside all bands there is nothing to see.
        let start = (low - REACH_EV)
            .min(highest - REACH_EV)
            .max(lowest - 0.1 * REACH_EV);
        let stop = (high + REACH_EV)
            .max(lowest + REACH_EV)
            .min(highest + 0.1 * REACH_EV);
        EnergyAxis::new(start, stop.max(start + 1e-3), bins)
    }
}
