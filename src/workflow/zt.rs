//! zT as a functional of the bands: its window, its bounds, and how near the material comes.

use super::held::Held;
use super::integrator::integrate_with;
use super::method::Method;
use super::needed::{Answer, Way, widest_of};
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::run::Run;
use super::said::{Said, Say};
use super::states::{Scene, StateFound, States, StatesFound};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::integrate::ledger::Ledger;
use crate::transport::{
    Extent, Merit, MeritMode, ModeDistribution, RelaxationTime, ThermalState, TransmissionCurve,
    TransportDirection,
};
use crate::units::ANGSTROM;

/// Conductivities (S/m) below which nothing conducts.
const DEAD: f64 = 1e-11;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Zt {
    /// Temperatures, levels and directions, with the lattice thermal conductivity.
    pub states: States,
    /// Length of a device, Å: its zT beside the material's.
    pub length: Option<f64>,
    /// Whether transmissions are wanted as functions of energy.
    pub curves: bool,
}

/// What is computed of a state.
pub struct MeritFound {
    /// Of the material, and of the device where there is one.
    pub merits: Vec<Merit>,
    /// What it lets through.
    pub curve: Option<TransmissionCurve>,
}

/// What was found.
pub struct ZtFound {
    /// zT of every state.
    pub states: StatesFound<MeritFound>,
    /// Directions of transport.
    pub directions: Vec<TransportDirection>,
    /// Of a layer or a chain, how far it reaches.
    pub extent: Option<Extent>,
}

impl Zt {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not, and where no lattice thermal conductivity is given.
    pub fn check(&self) -> Result<()> {
        self.states.check(true)?;
        self.lattice().map(|_| ())
    }

    /// What there is to say of values that are hardly meant.
    pub fn doubts(&self) -> Vec<String> {
        self.states.doubts()
    }

    /// The device's length, m.
    pub fn length_m(&self) -> Option<f64> {
        self.length.map(|l| l * ANGSTROM)
    }

    /// The lattice thermal conductivity, W/(m K), which zT needs.
    ///
    /// # Errors
    /// [`Error::BadOption`] where it is not given, or is 0.
    pub fn lattice(&self) -> Result<f64> {
        match self.states.relaxation.lattice_thermal_conductivity {
            Some(kappa) if kappa > 0.0 => Ok(kappa),
            Some(kappa) => Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                format!("{kappa} W/(m K): alpha = k_B^2 T/(hbar a_0 kappa_l) is no number"),
                "give a positive number",
            )),
            None => Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "it is not given, and zT is a competition with the heat of the lattice",
                "give it in W/(m K), as 2",
            )),
        }
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`open`], and where the bands cannot have what is asked for.
    pub fn open(&self, held: Held, opening: &Opening, method: &Method) -> Result<Opened> {
        let relaxation = &self.states.relaxation;
        let check = |header: &BandHeader, range: Option<(f64, f64)>| {
            relaxation.check_lattice(relaxation.known(header))?;
            self.states.check_bands(header, range)
        };
        let demands = Demands {
            method: Some(method),
            check: &check,
            table: None,
            lifetimes: relaxation.tau.is_none(),
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
    ) -> Result<Answer<ZtFound>> {
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
    ) -> Result<Answer<ZtFound>> {
        let way = Way {
            divided: ledger.is_some_and(Ledger::is_divided),
            open: &|held, opening| self.open(held, opening, method),
            run: &|bands, say| self.run_with(ledger, bands, method, say),
            widest: &|found: &ZtFound| {
                let merits = found.states.states.iter().flat_map(|s| &s.found.merits);
                widest_of(merits.map(|m| m.get("figure_of_merit")))
            },
        };
        way.answer(held, opening, say, opened)
    }

    /// Every state's zT.
    ///
    /// # Errors
    /// Where the bands cannot be integrated, or have not what is asked for.
    pub fn run(&self, bands: &Opened, method: &Method, say: Say) -> Result<(ZtFound, Run)> {
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
    ) -> Result<(ZtFound, Run)> {
        let lattice = self.lattice()?;
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
        let look = |modes: &ModeDistribution,
                    state: &ThermalState,
                    relaxation: &RelaxationTime,
                    direction: usize| {
            self.merit(modes, state, relaxation, direction, lattice)
        };
        let (states, run) = integrate_with(ledger, method, bands, say, |request, engine| {
            self.states.compute(&scene, request, engine, &look)
        })?;
        let found = ZtFound {
            states,
            directions,
            extent,
        };
        Ok((found, run))
    }

    /// A state's zT along a direction.
    fn merit(
        &self,
        modes: &ModeDistribution,
        state: &ThermalState,
        relaxation: &RelaxationTime,
        direction: usize,
        lattice_w_mk: f64,
    ) -> Result<MeritFound> {
        let merit = |mode| modes.merit(state, relaxation, direction, lattice_w_mk, mode);
        let mut merits = vec![merit(MeritMode::Bulk(None))?];
        let mut shown = MeritMode::Bulk(None);
        if let Some(length) = self.length_m() {
            shown = MeritMode::Device(length);
            merits.push(merit(shown)?);
        }
        let curve = match self.curves && merits[0].has_window() {
            true => Some(modes.transmission(state, relaxation, direction, shown, &curve_x())?),
            false => None,
        };
        Ok(MeritFound { merits, curve })
    }
}

/// Where transmissions are shown, (E − μ)/k_BT.
pub fn curve_x() -> Vec<f64> {
    (-100..=100).map(|i| 0.1 * f64::from(i)).collect()
}

impl ZtFound {
    /// Says which states have no window, or one on a side of μ that is not known.
    ///
    /// # Errors
    /// [`Error::BadOption`] where none has a window.
    pub fn check_windows(&self, say: Say) -> Result<()> {
        let states = &self.states.states;
        let without = states
            .iter()
            .filter(|s| !s.found.merits[0].has_window())
            .count();
        if without == states.len() {
            return Err(self.no_window());
        }
        let all = states.len();
        if without > 0 {
            say(Said::note(format!(
                "{without} of {all} rows have no window: nothing conducts there, or the Seebeck coefficient vanishes"
            )));
        }
        let unsure = |s: &&StateFound<MeritFound>| {
            let seebeck = s.found.merits[0].get("seebeck");
            seebeck.error >= seebeck.value.abs()
        };
        let unsure = states.iter().filter(unsure).count();
        if unsure > 0 {
            say(Said::note(format!(
                "the Seebeck coefficient of {unsure} of {all} rows may vanish within its bar: which side of mu their window lies on is not known"
            )));
        }
        Ok(())
    }

    /// The error of states of which none has a window.
    fn no_window(&self) -> Error {
        let dead = self.states.states.iter().all(|s| {
            let conductivity = s.found.merits[0].get("conductivity").value;
            conductivity.is_nan() || conductivity < DEAD
        });
        let problem = if dead {
            "nothing conducts at these temperatures and chemical potentials: s(x) vanishes in the thermal window"
        } else {
            "the Seebeck coefficient vanishes, so that no energies raise zT: electrons and holes balance, as in a metal whose conduction does not change \
             at the Fermi level"
        };
        Error::bad_option(
            "--mu",
            problem,
            "move the chemical potential, or give `--doping`",
        )
    }
}
