//! Every coefficient of transport, per temperature and doping or chemical potential.

mod compute;

use super::dimension::Dimension;
use super::held::Held;
use super::integrator::integrate_with;
use super::level::{self, LevelChoice};
use super::method::Method;
use super::needed::{Answer, Way, widest};
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::plausible;
use super::relaxation::Relaxation;
use super::run::Run;
use super::said::{Said, Say};
use super::wanted::Wanted;
use crate::bands::{BandHeader, BandSource};
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::integrate::Velocities;
use crate::integrate::crossings::CrossingEffect;
use crate::integrate::ledger::Ledger;
use crate::sampler::{InterpolatedBands, MeanFreePathBands, MeanFreePathSeries};
use crate::transport::{Extent, Levels, Row, channel_group, check_collinear};

/// Most rows of a calculation, one a temperature and level: and what each takes until it is written.
const MOST_ROWS: usize = 200_000;
const ROW_BYTES: usize = 24 << 10;

/// Impurities of one level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impurities {
    /// Density, as dopings.
    pub density: f64,
    /// Distance into the gap from the band edge, eV.
    pub depth_ev: f64,
    /// Degeneracy; none for 2 of donors and 4 of acceptors.
    pub degeneracy: Option<f64>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Transport {
    /// Temperatures, K.
    pub temperatures_k: Vec<f64>,
    /// What fixes the states.
    pub wanted: Wanted,
    /// Donors, below the conduction band; with dopings alone.
    pub donors: Vec<Impurities>,
    /// Acceptors, above the valence band; with dopings alone.
    pub acceptors: Vec<Impurities>,
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// What is known of relaxation times.
    pub relaxation: Relaxation,
    /// A constant mean free path, Å: every state relaxes in λ/|v|.
    pub mean_free_path: Option<f64>,
    /// Coefficients of up and down electrons separately, too.
    pub spin_resolved: bool,
    /// Hall and Nernst coefficients; none for where they are.
    pub hall: Option<bool>,
    /// Magnetoconductivity and magnetoresistance to second order in the field.
    pub magnetoconductivity: bool,
    /// Layers and chains.
    pub extent: Dimension,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            temperatures_k: vec![300.0],
            wanted: Wanted::default(),
            donors: Vec::new(),
            acceptors: Vec::new(),
            level: LevelChoice::default(),
            relaxation: Relaxation::default(),
            mean_free_path: None,
            spin_resolved: false,
            hall: None,
            magnetoconductivity: false,
            extent: Dimension::default(),
        }
    }
}

/// What was found.
pub struct TransportFound {
    /// E_F, eV.
    pub fermi_level_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Edges of the gap, eV.
    pub gap_ev: Option<(f64, f64)>,
    /// What the columns are.
    pub levels: Levels,
    /// `[temperature][level]`.
    pub rows: Vec<Row>,
    /// Number of energy bins.
    pub bins: usize,
    /// What crossings of sorted bands do to the velocities.
    pub crossings: Option<CrossingEffect>,
    /// σ of all states that were integrated, in units that are of no matter.
    pub conducted: Tensor,
    /// Of a layer or a chain, how far it reaches.
    pub extent: Option<Extent>,
}

impl Transport {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        self.check_dimension()?;
        self.level.check()?;
        let relaxation = &self.relaxation;
        let times = [
            ("--tau", relaxation.tau.is_some()),
            ("--scattering", relaxation.scattering.is_some()),
            ("--mean-free-path", self.mean_free_path.is_some()),
        ];
        let mut given = times.iter().filter(|(_, given)| *given);
        if let (Some((one, _)), Some((other, _))) = (given.next(), given.next()) {
            return Err(Error::bad_option(
                *other,
                format!("relaxation times are given by `{one}` already"),
                "give one of both",
            ));
        }
        let levels = !self.donors.is_empty() || !self.acceptors.is_empty();
        if levels && !matches!(self.wanted, Wanted::Dopings(_)) {
            return Err(Error::bad_option(
                "--donors and --acceptors",
                "chemical potentials are given, and impurity levels determine them",
                "give one of both",
            ));
        }
        self.check_rows()
    }

    /// What there is to say of values that are hardly meant.
    pub fn doubts(&self) -> Vec<String> {
        let relaxation = &self.relaxation;
        let densities = match self.extent.dimension {
            3 => self.wanted.dopings(),
            _ => &[],
        };
        [
            plausible::TAU.doubt(relaxation.tau),
            plausible::LATTICE.doubt(relaxation.lattice_thermal_conductivity),
            plausible::MEAN_FREE_PATH.doubt(self.mean_free_path),
            plausible::THICKNESS.doubt(self.extent.thickness),
            plausible::TEMPERATURE.doubt(self.temperatures_k.iter().copied()),
            plausible::DOPING.doubt(densities.iter().copied()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// # Errors
    /// [`Error::BadOption`] for more rows than can be meant.
    fn check_rows(&self) -> Result<()> {
        let levels = self.wanted.len();
        let temperatures = self.temperatures_k.len();
        let rows = levels.saturating_mul(temperatures);
        if rows <= MOST_ROWS {
            return crate::memory::check::<[u8; ROW_BYTES]>(
                &format!("a calculation of {rows} rows"),
                rows,
            );
        }
        Err(Error::bad_option(
            "--temperature",
            format!(
                "{temperatures} temperatures at {levels} chemical potentials or dopings are {rows} rows, more than {MOST_ROWS}"
            ),
            "give fewer, or larger steps",
        ))
    }

    /// The bands, with the relaxation times of a mean free path where that is asked for.
    ///
    /// # Errors
    /// As [`open`], and where the bands cannot have what is asked for.
    pub fn open(&self, held: Held, opening: &Opening, method: &Method) -> Result<Opened> {
        let scissor = opening.scissor.is_some();
        let check_gap = |bands: &dyn BandSource| match scissor {
            true => Ok(()),
            false => self.check_gap(bands),
        };
        let demands = Demands {
            method: Some(method),
            check: &|header, range| self.check_bands(header, range),
            table: Some(&check_gap),
            lifetimes: self.relaxation.tau.is_none() && self.mean_free_path.is_none(),
        };
        let opened = open(held, opening, Preference::Refined, &demands)?;
        check_gap(&*opened)?;
        let Some(path) = self.mean_free_path else {
            return Ok(opened);
        };
        match opened {
            Opened::Refined(bands, refinement) => {
                let series = MeanFreePathSeries::new(bands.into_interpolator().into(), path)?;
                let bands = InterpolatedBands::new(Box::new(series))?;
                Ok(Opened::Refined(bands, refinement))
            }
            Opened::Table(source) => {
                let order = match method.velocity {
                    Some(Velocities::FiniteDifference(order)) => order,
                    None if !source.header().has_velocities => 4,
                    _ => 0,
                };
                if order == 0 && !source.header().has_velocities {
                    return Err(Error::bad_option(
                        "--velocity file",
                        "the bands bring no velocities",
                        "give `--velocity 4`",
                    ));
                }
                let bands = MeanFreePathBands::new(source, path, order)?;
                Ok(Opened::Table(Box::new(bands)))
            }
        }
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
    ) -> Result<Answer<TransportFound>> {
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
    ) -> Result<Answer<TransportFound>> {
        let way = Way {
            divided: ledger.is_some_and(Ledger::is_divided),
            open: &|held, opening| self.open(held, opening, method),
            run: &|bands, say| self.run_with(ledger, bands, method, say),
            widest: &|found: &TransportFound| widest(found.rows.iter()),
        };
        way.answer(held, opening, say, opened)
    }

    /// Every coefficient.
    ///
    /// # Errors
    /// Where the bands cannot be integrated, or have not what is asked for.
    pub fn run(&self, bands: &Opened, method: &Method, say: Say) -> Result<(TransportFound, Run)> {
        self.run_with(None, bands, method, say)
    }

    /// As [`run`](Self::run), with a ledger in which sums are looked up and kept.
    ///
    /// # Errors
    /// Likewise; [`crate::Error::PartDone`] where the ledger divides the work, and its part is done.
    pub fn run_with(
        &self,
        ledger: Option<&Ledger>,
        bands: &Opened,
        method: &Method,
        say: Say,
    ) -> Result<(TransportFound, Run)> {
        let model = self.relaxation.model_for(self.extent.dimension)?;
        let header = bands.header();
        if self.mean_free_path.is_none() {
            let doubts = self.relaxation.doubts(model.as_ref(), &**bands)?;
            doubts.into_iter().for_each(|text| say(Said::doubt(text)));
        }
        let extent = self.extent.extent(header)?;
        if self.spin_resolved {
            channel_group(&**bands)?;
        }
        let (found, run) = integrate_with(ledger, method, bands, say, |request, engine| {
            self.compute(&**bands, model.as_ref(), extent.as_ref(), request, engine)
        })?;
        if let Some(text) = self.extent.note(header, &found.conducted) {
            say(Said::note(text));
        }
        Ok((found, run))
    }

    /// Objections to the bands, before anything long is made of them.
    fn check_bands(&self, header: &BandHeader, range_ev: Option<(f64, f64)>) -> Result<()> {
        let known = self.relaxation.known(header) || self.mean_free_path.is_some();
        self.relaxation.check_lattice(known)?;
        self.extent.extent(header)?;
        let own = header.has_lifetimes && self.relaxation.tau.is_none();
        if own {
            self.check_second_order()?;
        }
        if self.spin_resolved {
            check_collinear(header)?;
        }
        // Chemical potentials on the bands' own scale need no Fermi level.
        if self.wanted.absolute().is_some() && !level::determines_level(&self.level, header) {
            return Ok(());
        }
        level::check_level(&self.level, header, range_ev)
    }

    /// # Errors
    /// [`Error::BadOption`] for impurity levels of bands that can have no gap at the Fermi level, whatever they do between their points.
    fn check_gap(&self, bands: &dyn BandSource) -> Result<()> {
        let levels = !self.donors.is_empty() || !self.acceptors.is_empty();
        if !levels || level::may_be_in_gap(&self.level, bands) {
            return Ok(());
        }
        Err(without_gap())
    }

    /// # Errors
    /// [`Error::BadOption`] where the magnetoconductivity of relaxation times that vary is asked for.
    fn check_second_order(&self) -> Result<()> {
        if !self.magnetoconductivity {
            return Ok(());
        }
        Err(Error::bad_option(
            "--magnetoconductivity",
            "the second order in the field needs the gradient of the bands' own relaxation times",
            "leave it away, or give a constant one (`--tau SECONDS`)",
        ))
    }

    /// # Errors
    /// [`Error::BadOption`] for options that mean nothing for this dimension.
    fn check_dimension(&self) -> Result<()> {
        self.extent
            .check(self.relaxation.lattice_thermal_conductivity)?;
        let n = self.extent.dimension;
        if n == 1 && (self.hall == Some(true) || self.magnetoconductivity) {
            return Err(Error::bad_option(
                "--dimension 1",
                "a chain has no Hall effect and no magnetoconductivity",
                "leave `--hall` and `--magnetoconductivity` away",
            ));
        }
        Ok(())
    }
}

/// The error of impurity levels where there is no gap.
fn without_gap() -> Error {
    Error::bad_option(
        "--donors and --acceptors",
        "the bands have no gap at the Fermi level for levels to lie in",
        "give `--doping`, or the electron count of an insulator (`--electrons N`)",
    )
}
