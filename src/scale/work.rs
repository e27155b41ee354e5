//! One process' work on a calculation: its ledger, and where that is saved.

use super::accounts::{accounts, plans};
use super::calculation::Calculation;
use super::merge::Merged;
use crate::error::{Error, Result};
use crate::integrate::ledger::{Accounts, Division, Kept, Key, Ledger, Ranks};
use crate::io::sums::{self, Heading, PlanSums};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where and how often sums are saved while the work goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The file.
    pub path: PathBuf,
    /// Whether the work goes on from it, where it is there.
    pub resume: bool,
    /// Time between two savings.
    pub every: Duration,
}

/// One process' work on a calculation.
pub struct Work {
    calculation: Calculation,
    division: Division,
    checkpoint: Option<Checkpoint>,
    resumed: bool,
    ledger: Ledger,
}

impl Work {
    /// Begins the work, or goes on with it: with all of the calculation, or with a part. What hinders a checkpoint is told to `warn`, and the
    /// work goes on.
    ///
    /// # Errors
    /// [`Error::BadFile`] for a checkpoint of another calculation or part, or a damaged one; [`Error::BadOption`] for one that would be
    /// lost.
    pub fn begin(
        calculation: Calculation,
        division: Option<Division>,
        checkpoint: Option<Checkpoint>,
        warn: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<Self> {
        let own = division.unwrap_or(Division::WHOLE);
        let mut held = None;
        if let Some(Checkpoint { path, resume, .. }) = &checkpoint
            && path.exists()
        {
            if !resume {
                return Err(Error::bad_option(
                    "--checkpoint",
                    format!("{} is there, and would be lost", path.display()),
                    "give `--resume` to go on from it, or remove it",
                ));
            }
            held = Some(resumed(path, &calculation, own)?);
        }
        let resumed = held.is_some();
        let mut ledger = Ledger::new(held);
        if let Some(division) = division {
            ledger = ledger.of_part(division);
        }
        if let Some(Checkpoint { path, every, .. }) = &checkpoint {
            let (path, calculation) = (path.clone(), calculation.clone());
            let save = move |accounts: &Accounts, integrator: &str| {
                let heading = calculation.heading((own.part, own.parts), integrator);
                if let Err(error) = write(&path, &heading, &plans(accounts, |_, _| true)) {
                    warn(format!(
                        "{error}; the checkpoint stays as it was, and the calculation goes on"
                    ));
                }
            };
            ledger = ledger.saved(*every, Box::new(save));
        }
        Ok(Self {
            calculation,
            division: own,
            checkpoint,
            resumed,
            ledger,
        })
    }

    /// Puts parts together.
    ///
    /// # Errors
    /// [`Error::BadFile`] where they are parts of another calculation.
    pub fn of_parts(calculation: Calculation, merged: Merged) -> Result<Self> {
        calculation.check(&merged.first, &merged.heading)?;
        let Merged {
            accounts, heading, ..
        } = merged;
        Ok(Self {
            calculation,
            division: Division::WHOLE,
            checkpoint: None,
            resumed: false,
            ledger: Ledger::new(Some((accounts, heading.integrator))).of_all_parts(),
        })
    }

    /// Shares it out among ranks.
    ///
    /// # Errors
    /// [`Error::BadBands`] where they have other bands, or ask for something else.
    pub fn among(self, ranks: &Arc<Ranks>) -> Result<Self> {
        let Calculation { bands, asked, .. } = &self.calculation;
        ranks.agree(&format!("{asked} of bands {bands}"))?;
        Ok(Self {
            ledger: self.ledger.among(ranks.clone()),
            ..self
        })
    }

    /// Takes the time of each item, too.
    pub fn timed(self) -> Self {
        Self {
            ledger: self.ledger.timed(),
            ..self
        }
    }

    /// Where sums are looked up and kept.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether it goes on from a checkpoint.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Writes the part's file: the items that were dealt out to it, and in the first one what all parts run alike.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be written.
    pub fn write_part(&self, path: &Path) -> Result<()> {
        let Division { part, parts } = self.division;
        let integrator = self.ledger.integrator().unwrap_or_default();
        let heading = Heading {
            complete: true,
            ..self.calculation.heading((part, parts), &integrator)
        };
        let own = |kept: &Kept, key: &Key| part == 1 || kept.shared && key.stage == 0;
        write(path, &heading, &plans(&self.ledger.accounts(), own))
    }

    /// Removes the checkpoint of work that is done.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be removed.
    pub fn end(&self) -> Result<()> {
        match &self.checkpoint {
            Some(Checkpoint { path, .. }) if path.exists() => {
                std::fs::remove_file(path).map_err(Error::io(path, "remove"))
            }
            _ => Ok(()),
        }
    }
}

/// The sums of a checkpoint, and what made them.
fn resumed(path: &Path, calculation: &Calculation, own: Division) -> Result<(Accounts, String)> {
    let (heading, plans) = sums::read(path)?;
    calculation.check(path, &heading)?;
    let Heading { part, parts, .. } = heading;
    if (part, parts) != (own.part, own.parts) {
        return Err(Error::bad_file(
            path,
            "part",
            format!(
                "it is a checkpoint of part {part} of {parts}, and this is part {} of {}",
                own.part, own.parts
            ),
            "give each part a checkpoint of its own",
        ));
    }
    Ok((accounts(plans), heading.integrator))
}

/// # Errors
/// [`Error::Io`] where the file cannot be written; [`Error::BadOption`] in a build that writes no HDF5.
fn write(path: &Path, heading: &Heading, plans: &[PlanSums]) -> Result<()> {
    #[cfg(feature = "hdf5-write")]
    return sums::write(path, heading, plans);
    #[cfg(not(feature = "hdf5-write"))]
    {
        let _ = (heading, plans);
        Err(Error::bad_option(
            "--checkpoint",
            format!("{} cannot be written", path.display()),
            "build it with the feature `hdf5-write`",
        ))
    }
}
