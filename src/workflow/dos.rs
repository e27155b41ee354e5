//! States, electron count and σ/τ per energy.

use super::held::Held;
use super::integrator::integrate_with;
use super::method::Method;
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::run::Run;
use super::said::Say;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::integrate::crossings::CrossingEffect;
use crate::integrate::ledger::Ledger;
use crate::integrate::{Bins, Channels, EnergyAxis, Request, measure};
use crate::transport::DosSpectrum;

/// Bins by default.
const BINS: usize = 1000;

/// A range of energies, eV.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyRange {
    /// First value.
    pub start: f64,
    /// Last value.
    pub stop: f64,
    /// Distance of values, where given.
    pub step: Option<f64>,
}

impl EnergyRange {
    /// The energies: so many `bins` where there is no step.
    ///
    /// # Errors
    /// As [`EnergyAxis::new`].
    pub(super) fn axis(&self, bins: usize) -> Result<EnergyAxis> {
        let bins = self.step.map_or(bins, |step| {
            ((self.stop - self.start) / step).round().max(1.0) as usize
        });
        let stop = self
            .step
            .map_or(self.stop, |step| self.start + step * bins as f64);
        EnergyAxis::new(self.start, stop, bins)
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dos {
    /// Energies; none for all bands.
    pub energy: Option<EnergyRange>,
    /// Number of bins, where the range gives no step.
    pub bins: Option<usize>,
}

/// What was found.
pub struct DosFound {
    /// The spectrum.
    pub dos: DosSpectrum,
    /// What crossings of sorted bands do to the velocities.
    pub crossings: Option<CrossingEffect>,
}

impl Dos {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        if self.bins.is_some() && self.energy.is_some_and(|range| range.step.is_some()) {
            return Err(Error::bad_option(
                "--bins",
                "the step of --energy says already how many there are",
                "give one of both: `--energy start:stop --bins N`, or `--energy start:stop:step`",
            ));
        }
        Ok(())
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(&self, held: Held, opening: &Opening, method: &Method) -> Result<Opened> {
        let demands = Demands {
            method: Some(method),
            check: &|_, _| Ok(()),
            table: None,
            lifetimes: false,
        };
        open(held, opening, Preference::AsGiven, &demands)
    }

    /// The spectrum.
    ///
    /// # Errors
    /// Where the bands cannot be integrated.
    pub fn run(&self, bands: &Opened, method: &Method, say: Say) -> Result<(DosFound, Run)> {
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
    ) -> Result<(DosFound, Run)> {
        let axis = self.axis(&**bands, method)?;
        let ((result, crossings), run) =
            integrate_with(ledger, method, bands, say, |request, engine| {
                let request = Request {
                    channels: Channels::Basic,
                    ..*request
                };
                let found = measure(&**bands, &request, &Bins(&axis), engine)?;
                Ok((found.result, found.crossings))
            })?;
        let dos = DosSpectrum::new(bands.header(), &result);
        Ok((DosFound { dos, crossings }, run))
    }

    /// The axis asked for; by default all bands with a margin of one bin.
    fn axis(&self, source: &dyn BandSource, method: &Method) -> Result<EnergyAxis> {
        let bins = self.bins.unwrap_or(BINS);
        let Some(range) = self.energy else {
            let [low, high] = source.energy_range();
            let reach = method.weights.smearing().map_or(0.0, |(s, _)| 6.0 * s);
            let margin = reach + ((high - low) / bins as f64).max(1e-3);
            return EnergyAxis::new(low - margin, high + margin, bins);
        };
        range.axis(bins)
    }
}
