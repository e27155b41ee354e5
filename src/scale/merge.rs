//! Parts of a calculation, put together where they are all there and belong together: to the result, or to a round that all of them need.

use super::accounts::{accounts as accounts_of, plans, write};
use super::calculation::check_version;
use crate::error::{Error, Result};
use crate::integrate::ledger::{Accounts, Division, Kept, Key, Name, Partial, join};
use crate::io::sums::{self, Heading, PlanSums};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// All parts of a calculation.
#[derive(Debug)]
pub struct Merged {
    /// The heading of the first file.
    pub(super) heading: Heading,
    /// The first file.
    pub(super) first: PathBuf,
    pub(super) accounts: Accounts,
}

impl Merged {
    /// Reads the files of all parts, in any order.
    ///
    /// # Errors
    /// [`Error::BadFile`] for a file that is no part, is not whole, or belongs to other parts, and where parts are missing.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let Some(first) = paths.first() else {
            return Err(Error::bad_option(
                "parts",
                "there are none",
                "name the files of all parts",
            ));
        };
        let mut heading: Option<Heading> = None;
        let mut known: BTreeMap<usize, &Path> = BTreeMap::new();
        let mut accounts = Accounts::new();
        for path in paths {
            let (own, sums) = sums::read(path)?;
            check_version(path, &own)?;
            check_done(path, &own)?;
            if let Some(heading) = &heading {
                check_alike(path, &own, first, heading)?;
            }
            if let Some(other) = known.insert(own.part, path) {
                return Err(Error::bad_file(
                    path,
                    "part",
                    format!(
                        "it is part {} of {}, and so is {}",
                        own.part,
                        own.parts,
                        other.display()
                    ),
                    "give each part once",
                ));
            }
            match own.waits {
                true => join(&mut accounts, accounts_of(sums)),
                false => add(path, &own, sums, &mut accounts, heading.is_none())?,
            }
            heading.get_or_insert(own);
        }
        let heading = heading.unwrap_or_default();
        let missing: Vec<usize> = (1..=heading.parts)
            .filter(|p| !known.contains_key(p))
            .collect();
        if let [one, ..] = missing[..] {
            let (all, are) = match &missing[..] {
                [_] => (format!("part {one}"), "is"),
                many => {
                    let names: Vec<String> = many.iter().map(ToString::to_string).collect();
                    (format!("parts {}", names.join(", ")), "are")
                }
            };
            return Err(Error::bad_file(
                first,
                "part",
                format!("{all} of {} {are} missing", heading.parts),
                format!("run `{}` for each of them", heading.command),
            ));
        }
        Ok(Self {
            heading,
            first: first.clone(),
            accounts,
        })
    }

    /// Whether the parts stopped at a round of which each has some blocks.
    pub fn waits(&self) -> bool {
        self.heading.waits
    }

    /// Writes what all parts have done, from which they go on: a checkpoint of the whole calculation.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be written.
    pub fn write_rounds(&self, path: &Path) -> Result<()> {
        let Division { part, parts } = Division::WHOLE;
        let heading = Heading {
            part,
            parts,
            complete: false,
            waits: false,
            ..self.heading.clone()
        };
        write(path, &heading, &plans(&self.accounts, |_, _, _| true))
    }

    /// The words of the command that made the first file.
    pub fn arguments(&self) -> &[String] {
        &self.heading.arguments
    }
}

/// # Errors
/// [`Error::BadFile`] for a checkpoint.
fn check_done(path: &Path, own: &Heading) -> Result<()> {
    let numbered = (1..=own.parts).contains(&own.part);
    if own.complete && numbered {
        return Ok(());
    }
    Err(Error::bad_file(
        path,
        "complete",
        format!(
            "it is a checkpoint of part {} of {}, which is not done",
            own.part, own.parts
        ),
        format!("end it: `{} --resume`", own.command),
    ))
}

/// # Errors
/// [`Error::BadFile`] where two parts are not of one calculation.
fn check_alike(path: &Path, own: &Heading, first: &Path, heading: &Heading) -> Result<()> {
    let refused = |place: &str, is: String, was: String, remedy: &str| {
        let problem = format!("it is {is}, and {} is {was}", first.display());
        Err(Error::bad_file(path, place, problem, remedy))
    };
    if own.asked != heading.asked {
        return refused(
            "command",
            format!("part of `{}`", own.command),
            format!("part of `{}`", heading.command),
            "give parts of one calculation",
        );
    }
    if own.bands != heading.bands {
        return refused(
            "input",
            format!("made of {}", own.input),
            format!("made of {}, which held other bands", heading.input),
            "give parts of one calculation",
        );
    }
    if own.waits != heading.waits {
        let of = |waits: bool| if waits { "of an earlier round" } else { "done" };
        return refused(
            "waits",
            of(own.waits).into(),
            of(heading.waits).into(),
            "run the earlier ones again with the last file of `--rounds`",
        );
    }
    if own.parts != heading.parts {
        return refused(
            "parts",
            format!("one of {} parts", own.parts),
            format!("one of {}", heading.parts),
            "give parts of one division",
        );
    }
    if own.integrator != heading.integrator {
        return refused(
            "integrator",
            format!("integrated by {}", own.integrator),
            format!("integrated by {}", heading.integrator),
            "run all parts with one `--backend`, on one kind of adapter: last digits differ",
        );
    }
    Ok(())
}

/// Adds a part's sums to those of the others.
fn add(
    path: &Path,
    own: &Heading,
    plans: Vec<PlanSums>,
    accounts: &mut Accounts,
    is_first: bool,
) -> Result<()> {
    let shared = |accounts: &Accounts| -> Vec<Name> {
        let all = accounts.iter().filter(|(_, kept)| kept.shared);
        all.map(|(name, _)| name.clone()).collect()
    };
    let new = accounts_of(plans);
    if !is_first && shared(&new) != shared(accounts) {
        let other = new
            .iter()
            .find(|(name, kept)| kept.shared && !accounts.contains_key(name));
        let what = other.map_or("fewer plans", |(_, kept)| &kept.what);
        return Err(Error::bad_file(
            path,
            "plan_hash",
            format!(
                "part {} planned otherwise than the parts before ({what}): on a processor that rounds otherwise",
                own.part
            ),
            "run all parts on processors of one kind",
        ));
    }
    for (name, kept) in new {
        let (what, is_shared) = (kept.what.clone(), kept.shared);
        let into = accounts.entry(name).or_insert_with(|| Kept {
            what,
            shared: is_shared,
            entries: BTreeMap::new(),
        });
        for (key, partials) in kept.entries {
            let held = into.entries.entry(key).or_default();
            held.extend(partials);
            check_once(path, key, held)?;
        }
    }
    Ok(())
}

/// # Errors
/// [`Error::BadFile`] where an item is in the sums of two parts, which no division gives.
fn check_once(path: &Path, key: Key, held: &[Partial]) -> Result<()> {
    let mut all = 0;
    for partial in held {
        if key.stage == 0 && all & partial.held != 0 {
            return Err(Error::bad_file(
                path,
                "entry_held",
                "it holds items that another part holds, too",
                "run the parts again, with one version",
            ));
        }
        all |= partial.held;
    }
    Ok(())
}
