//! The doping of the largest power factor or zT.

mod compute;

use super::dimension::Dimension;
use super::held::Held;
use super::integrator::integrate_with;
use super::level::{self, LevelChoice};
use super::menu::Menu;
use super::method::Method;
use super::needed::{Answer, Way, widest};
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::plausible;
use super::relaxation::Relaxation;
use super::run::Run;
use super::said::{Said, Say};
use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::integrate::crossings::CrossingEffect;
use crate::integrate::ledger::Ledger;
use crate::transport::{
    BestTemperature, Direction, Directions, Extent, Objective, Optimum, Row, TransportRow,
};

/// What is made largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// S²σ (per relaxation time where there is none).
    PowerFactor,
    /// zT.
    Zt,
}

/// The sign of the carriers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Electrons.
    N,
    /// Holes.
    P,
    /// Each by itself.
    Both,
}

/// The direction that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// The mean over the directions that conduct: a third of the trace, half of a layer's.
    Average,
    /// Along x.
    Xx,
    /// Along y.
    Yy,
    /// Along z.
    Zz,
}

impl Menu for Goal {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::PowerFactor,
            "power-factor",
            "S²σ (per relaxation time where there is none)",
        ),
        (Self::Zt, "zt", "zT"),
    ];
}

impl Menu for Sign {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::N, "n", "Electrons"),
        (Self::P, "p", "Holes"),
        (Self::Both, "both", "Each by itself"),
    ];
}

impl Menu for Component {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Average,
            "average",
            "The mean over the directions that conduct: a third of the trace, half of a layer's",
        ),
        (Self::Xx, "xx", "Along x"),
        (Self::Yy, "yy", "Along y"),
        (Self::Zz, "zz", "Along z"),
    ];
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimize {
    /// What is made largest.
    pub maximise: Goal,
    /// Temperatures, K; of several the best is sought between them, too.
    pub temperatures_k: Vec<f64>,
    /// Sign of the carriers.
    pub carriers: Sign,
    /// Component that is made largest.
    pub component: Component,
    /// How far beyond the band edge or a metal's Fermi level to look, eV; none for what the temperatures ask for.
    pub within: Option<f64>,
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// What is known of relaxation times.
    pub relaxation: Relaxation,
    /// Layers and chains.
    pub extent: Dimension,
}

impl Default for Optimize {
    fn default() -> Self {
        Self {
            maximise: Goal::PowerFactor,
            temperatures_k: vec![300.0],
            carriers: Sign::Both,
            component: Component::Average,
            within: None,
            level: LevelChoice::default(),
            relaxation: Relaxation::default(),
            extent: Dimension::default(),
        }
    }
}

/// What the search found.
pub struct OptimizeFound {
    /// What was made largest.
    pub objective: Objective,
    /// Whether that is absolute, not per relaxation time.
    pub absolute: bool,
    /// E_F, eV.
    pub fermi_level_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Edges of the gap, eV.
    pub gap_ev: Option<(f64, f64)>,
    /// The signs of carriers.
    pub signs: Vec<Sign>,
    /// `[temperature][sign]`.
    pub cases: Vec<(Optimum, TransportRow)>,
    /// Of each sign, where several temperatures were looked at.
    pub best: Vec<Option<BestTemperature>>,
    /// Number of energy bins.
    pub bins: usize,
    /// What crossings of sorted bands do to the velocities.
    pub crossings: Option<CrossingEffect>,
    /// σ of all states that were integrated, in units that are of no matter.
    pub conducted: Tensor,
    /// Of a layer or a chain, how far it reaches.
    pub extent: Option<Extent>,
}

impl Optimize {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        self.level.check()?;
        // What is missing whatever the bands bring.
        if self.relaxation.given() {
            self.objective(true)?;
        }
        let lattice = self.relaxation.lattice_thermal_conductivity;
        self.extent.check(lattice)
    }

    /// What there is to say of values that are hardly meant.
    pub fn doubts(&self) -> Vec<String> {
        let relaxation = &self.relaxation;
        [
            plausible::TAU.doubt(relaxation.tau),
            plausible::LATTICE.doubt(relaxation.lattice_thermal_conductivity),
            plausible::THICKNESS.doubt(self.extent.thickness),
            plausible::TEMPERATURE.doubt(self.temperatures_k.iter().copied()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`open`], and where the bands cannot have what is asked for.
    pub fn open(&self, held: Held, opening: &Opening, method: &Method) -> Result<Opened> {
        let demands = Demands {
            method: Some(method),
            check: &|header, range| self.check_bands(header, range),
            table: None,
            lifetimes: !self.relaxation.given(),
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
    ) -> Result<Answer<OptimizeFound>> {
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
    ) -> Result<Answer<OptimizeFound>> {
        let way = Way {
            divided: ledger.is_some_and(Ledger::is_divided),
            open: &|held, opening| self.open(held, opening, method),
            run: &|bands, say| self.run_with(ledger, bands, method, say),
            widest: &|found: &OptimizeFound| {
                let rows = found.cases.iter();
                widest(rows.map(|(_, row)| Row::new(row, Vec::new(), None)))
            },
        };
        way.answer(held, opening, say, opened)
    }

    /// Every optimum.
    ///
    /// # Errors
    /// Where the bands cannot be integrated, or have not what is asked for.
    pub fn run(&self, bands: &Opened, method: &Method, say: Say) -> Result<(OptimizeFound, Run)> {
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
    ) -> Result<(OptimizeFound, Run)> {
        let model = self.relaxation.model_for(self.extent.dimension)?;
        let header = bands.header();
        let doubts = self.relaxation.doubts(model.as_ref(), &**bands)?;
        doubts.into_iter().for_each(|text| say(Said::doubt(text)));
        let extent = self.extent.extent(header)?;
        let absolute = self.relaxation.known(header);
        let objective = self.objective(absolute)?;
        let (found, run) = integrate_with(ledger, method, bands, say, |request, engine| {
            let found = self.compute(
                &**bands,
                objective,
                model.as_ref(),
                extent.as_ref(),
                request,
                engine,
            )?;
            Ok(OptimizeFound { absolute, ..found })
        })?;
        if let Some(text) = self.extent.note(header, &found.conducted) {
            say(Said::note(text));
        }
        Ok((found, run))
    }

    /// Objections to the bands, before anything long is made of them.
    fn check_bands(&self, header: &BandHeader, range_ev: Option<(f64, f64)>) -> Result<()> {
        self.extent.extent(header)?;
        if header.has_lifetimes && self.relaxation.scattering.is_some() {
            return Err(Error::bad_option(
                "--scattering",
                "the bands bring relaxation times, to which mechanisms would add differently at each chemical potential",
                "leave it away, or use `bzint transport` at given dopings",
            ));
        }
        self.objective(self.relaxation.known(header))?;
        level::check_level(&self.level, header, range_ev)
    }

    /// # Errors
    /// [`Error::BadOption`] for zT without what it is made of.
    fn objective(&self, knows_tau: bool) -> Result<Objective> {
        let lattice = self.relaxation.lattice_thermal_conductivity;
        match (self.maximise, knows_tau, lattice) {
            (Goal::PowerFactor, false, Some(_)) => Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS` or `--scattering FILE.toml`, or leave it away",
            )),
            (Goal::PowerFactor, ..) => Ok(Objective::PowerFactor),
            (Goal::Zt, true, Some(lattice)) => Ok(Objective::FigureOfMerit(lattice)),
            (Goal::Zt, false, _) => Err(Error::bad_option(
                "--maximise zt",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS` or `--scattering FILE.toml`, or maximise the power factor",
            )),
            (Goal::Zt, true, None) => Err(Error::bad_option(
                "--maximise zt",
                "there is no lattice thermal conductivity, and so no zT",
                "give `--lattice-thermal-conductivity W/mK`, or maximise the power factor",
            )),
        }
    }

    fn signs(&self) -> Vec<Sign> {
        match self.carriers {
            Sign::Both => vec![Sign::N, Sign::P],
            one => vec![one],
        }
    }

    /// What is made largest, of bands that conduct in these directions.
    ///
    /// # Errors
    /// [`Error::BadOption`] for an axis along which nothing flows.
    fn direction(&self, conducting: Directions) -> Result<Direction> {
        let axis = match self.component {
            Component::Average => return Ok(Direction::Average(conducting.count())),
            Component::Xx => 0,
            Component::Yy => 1,
            Component::Zz => 2,
        };
        if conducting.along(axis) {
            return Ok(Direction::Along(axis));
        }
        Err(Error::bad_option(
            "--component",
            format!("nothing conducts along {}", ["x", "y", "z"][axis]),
            "give an axis along which something does, or leave the option away",
        ))
    }
}
