//! One process' work on a calculation: its ledger, and where that is saved.

use super::accounts::{accounts, plans, write};
use super::calculation::Calculation;
use super::merge::Merged;
use crate::error::{Error, Result};
use crate::integrate::ledger::{Accounts, Division, Kept, Key, Ledger, Name, Ranks, join};
use crate::io::sums::{self, Heading};
use std::collections::BTreeSet;
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

/// What a part of a calculation knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Which part it is.
    pub division: Division,
    /// The file of the rounds that all parts have done together, which may not be there yet; none where the rounds of a refinement are not
    /// shared out.
    pub rounds: Option<PathBuf>,
}

/// One process' work on a calculation.
pub struct Work {
    calculation: Calculation,
    division: Division,
    checkpoint: Option<Checkpoint>,
    resumed: bool,
    /// What all parts have done together before.
    given: BTreeSet<(Name, Key)>,
    ledger: Ledger,
}

impl Work {
    /// Begins the work, or goes on with it: with all of the calculation, with a part, or as one of several ranks, each of which has a
    /// checkpoint of its own. What hinders a checkpoint is told to `warn`, and the work goes on.
    ///
    /// # Errors
    /// [`Error::BadFile`] for a checkpoint of another calculation or part, or a damaged one; [`Error::BadOption`] for one that would be
    /// lost; [`Error::BadBands`] where ranks have other bands, or ask for something else.
    pub fn begin(
        calculation: Calculation,
        share: Option<Share>,
        checkpoint: Option<Checkpoint>,
        ranks: Option<Arc<Ranks>>,
        warn: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<Self> {
        let division = share.as_ref().map(|share| share.division);
        let own = division.unwrap_or(Division::WHOLE);
        let rounds = share.and_then(|share| share.rounds);
        let mut held = None;
        if let Some(Checkpoint { path, resume, .. }) = &checkpoint {
            let files = rank_files::existing(path);
            if let Some(file) = files.first().filter(|_| !resume) {
                return Err(Error::bad_option(
                    "--checkpoint",
                    format!("{} is there, and would be lost", file.display()),
                    "give `--resume` to go on from it, or remove it",
                ));
            }
            held = resumed(held, &files, &calculation, own)?;
        }
        let is_resumed = held.is_some();
        let mut given = BTreeSet::new();
        if let Some(path) = rounds.as_ref().filter(|path| path.exists()) {
            // A checkpoint of the whole.
            let of_all = resumed(
                None,
                std::slice::from_ref(path),
                &calculation,
                Division::WHOLE,
            )?;
            for (name, kept) in of_all.iter().flat_map(|(accounts, _)| accounts) {
                given.extend(kept.entries.keys().map(|key| (name.clone(), *key)));
            }
            held = joined(held, of_all, path)?;
        }
        let mut ledger = Ledger::new(held);
        if let Some(division) = division {
            ledger = ledger.of_part(division);
        }
        if rounds.is_some() {
            ledger = ledger.in_rounds();
        }
        if let Some(Checkpoint { path, every, .. }) = &checkpoint {
            let rank = ranks.as_ref().map_or(0, |ranks| ranks.rank());
            let (path, calculation) = (rank_files::of(path, rank), calculation.clone());
            let save = move |accounts: &Accounts, integrator: &str| {
                let heading = calculation.heading((own.part, own.parts), integrator);
                if let Err(error) = write(&path, &heading, &plans(accounts, |_, _, _| true)) {
                    warn(format!(
                        "{error}; the checkpoint stays as it was, and the calculation goes on"
                    ));
                }
            };
            ledger = ledger.saved(*every, Box::new(save));
        }
        if let Some(ranks) = ranks {
            // From here on all have read what is there.
            let Calculation { bands, asked, .. } = &calculation;
            ranks.agree(&format!("{asked} of bands {bands}"))?;
            ledger = ledger.among(ranks);
        }
        Ok(Self {
            calculation,
            division: own,
            checkpoint,
            resumed: is_resumed,
            given,
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
            given: BTreeSet::new(),
            ledger: Ledger::new(Some((accounts, heading.integrator))).of_all_parts(),
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

    /// Whether it stopped at a round that other parts have blocks of.
    pub fn waits(&self) -> bool {
        self.ledger.waits()
    }

    /// Writes the part's file: the items that were dealt out to it, and in the first one what all parts run alike; of one that waits for others
    /// all that it did.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be written.
    pub fn write_part(&self, path: &Path) -> Result<()> {
        let Division { part, parts } = self.division;
        let integrator = self.ledger.integrator().unwrap_or_default();
        let waits = self.waits();
        let heading = Heading {
            complete: true,
            waits,
            ..self.calculation.heading((part, parts), &integrator)
        };
        let own = |name: &Name, kept: &Kept, key: &Key| {
            let new = || !self.given.contains(&(name.clone(), *key));
            part == 1 || (waits || kept.shared && key.stage == 0) && new()
        };
        write(path, &heading, &plans(&self.ledger.accounts(), own))
    }

    /// Removes the checkpoint of work that is done.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be removed.
    pub fn end(&self) -> Result<()> {
        let files = self.checkpoint.iter();
        for path in files.flat_map(|c| rank_files::existing(&c.path)) {
            std::fs::remove_file(&path).map_err(Error::io(&path, "remove"))?;
        }
        Ok(())
    }
}

/// Sums, and what made them.
type Held = Option<(Accounts, String)>;

/// `all` and the sums of a checkpoint, of all the ranks that there were.
fn resumed(
    mut all: Held,
    files: &[PathBuf],
    calculation: &Calculation,
    own: Division,
) -> Result<Held> {
    for path in files {
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
        let new = (accounts(plans), heading.integrator);
        all = joined(all, Some(new), path)?;
    }
    Ok(all)
}

/// Two stores as one; the other is that of the file at `path`.
fn joined(all: Held, other: Held, path: &Path) -> Result<Held> {
    let Some((other, by)) = other else {
        return Ok(all);
    };
    match all {
        None => Ok(Some((other, by))),
        Some((mut known, first)) if first == by => {
            join(&mut known, other);
            Ok(Some((known, first)))
        }
        Some((_, first)) => Err(Error::bad_file(
            path,
            "integrator",
            format!("its sums are by {by}, those of another file of this calculation by {first}"),
            "remove the checkpoints, and begin anew",
        )),
    }
}

/// The files of a checkpoint, one for each rank.
mod rank_files {
    use std::path::{Path, PathBuf};

    /// That of a rank: of the first the file itself.
    pub fn of(path: &Path, rank: usize) -> PathBuf {
        match rank {
            0 => path.to_path_buf(),
            _ => path.with_extension(format!("rank-{rank}.h5")),
        }
    }

    /// Those that are there, of however many ranks, in order.
    pub fn existing(path: &Path) -> Vec<PathBuf> {
        let rank = |entry: &Path| {
            let name = entry.file_name()?.to_str()?;
            let stem = path.file_stem()?.to_str()?;
            let number = name.strip_prefix(stem)?.strip_prefix(".rank-")?;
            let number: usize = number.strip_suffix(".h5")?.parse().ok()?;
            Some(number)
        };
        let folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut others: Vec<usize> = entries.filter_map(|e| rank(&e.path())).collect();
        others.sort_unstable();
        let own = std::iter::once(0).filter(|_| path.exists());
        let ranks = own.chain(others);
        ranks.map(|rank| of(path, rank)).collect()
    }
}
