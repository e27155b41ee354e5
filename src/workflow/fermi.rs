//! The Fermi-surface tensors.

use super::held::Held;
use super::integrator::integrate_with;
use super::level::{self, LevelChoice};
use super::method::Method;
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::plausible;
use super::run::Run;
use super::said::Say;
use crate::error::Result;
use crate::integrate::crossings::CrossingEffect;
use crate::integrate::ledger::Ledger;
use crate::integrate::{At, measure};
use crate::progress;
use crate::transport::FermiTensors;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fermi {
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// A constant relaxation time, s, for σ itself.
    pub tau: Option<f64>,
}

/// What was found.
pub struct FermiFound {
    /// The tensors.
    pub tensors: FermiTensors,
    /// Where the Fermi level comes from.
    pub origin: String,
    /// What crossings of sorted bands do to the velocities.
    pub crossings: Option<CrossingEffect>,
}

impl Fermi {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`crate::Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        self.level.check()
    }

    /// What there is to say of values that are hardly meant.
    pub fn doubts(&self) -> Vec<String> {
        plausible::TAU.doubt(self.tau).into_iter().collect()
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`open`], and where nothing determines the Fermi level.
    pub fn open(&self, held: Held, opening: &Opening, method: &Method) -> Result<Opened> {
        let demands = Demands {
            method: Some(method),
            check: &|header, range| level::check_level(&self.level, header, range),
            table: None,
            lifetimes: self.tau.is_none(),
        };
        open(held, opening, Preference::AsGiven, &demands)
    }

    /// The tensors.
    ///
    /// # Errors
    /// Where the bands cannot be integrated.
    pub fn run(&self, bands: &Opened, method: &Method, say: Say) -> Result<(FermiFound, Run)> {
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
    ) -> Result<(FermiFound, Run)> {
        let ((integral, origin, crossings), run) =
            integrate_with(ledger, method, bands, say, |request, engine| {
                let phase = progress::phase("Fermi level", 0);
                let (energy, origin) = level::fermi_level(&self.level, &**bands, request, engine)?;
                drop(phase);
                let found = measure(&**bands, request, &At(energy), engine)?;
                Ok((found.result, origin, found.crossings))
            })?;
        let tensors = FermiTensors::new(bands.header(), &integral, self.tau)?;
        let found = FermiFound {
            tensors,
            origin,
            crossings,
        };
        Ok((found, run))
    }
}
