//! What a calculation is, whoever runs which part of it.

use crate::error::{Error, Result};
use crate::io::sums::Heading;
use std::path::Path;

/// The version whose sums are these.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A calculation: the same for all its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calculation {
    /// The command as it was typed.
    pub command: String,
    /// Its words, the program's name first.
    pub arguments: Vec<String>,
    /// Path of the bands.
    pub input: String,
    /// Hash of what they hold: see [`super::of_table`].
    pub bands: String,
    /// Every option that changes a number.
    pub asked: String,
}

impl Calculation {
    /// The heading of a file of its sums.
    pub(super) fn heading(&self, (part, parts): (usize, usize), integrator: &str) -> Heading {
        Heading {
            version: VERSION.to_owned(),
            command: self.command.clone(),
            arguments: self.arguments.clone(),
            input: self.input.clone(),
            bands: self.bands.clone(),
            asked: self.asked.clone(),
            integrator: integrator.to_owned(),
            part,
            parts,
            complete: false,
            waits: false,
        }
    }

    /// Whether the sums in a file are this calculation's.
    ///
    /// # Errors
    /// [`Error::BadFile`] where they are another's: of which input, or by which command.
    pub(super) fn check(&self, path: &Path, heading: &Heading) -> Result<()> {
        check_version(path, heading)?;
        if heading.asked != self.asked {
            return Err(Error::bad_file(
                path,
                "command",
                format!(
                    "its sums are those of `{}`, and this is `{}`",
                    heading.command, self.command
                ),
                "give the options that it was made with",
            ));
        }
        if heading.bands != self.bands {
            return Err(Error::bad_file(
                path,
                "input",
                format!(
                    "its sums are of other bands: of {} as it was then, and {} holds others",
                    heading.input, self.input
                ),
                "give the file that it was made with, or begin anew",
            ));
        }
        Ok(())
    }
}

/// # Errors
/// [`Error::BadFile`] for sums of another version, whose items may be others.
pub(super) fn check_version(path: &Path, heading: &Heading) -> Result<()> {
    if heading.version == VERSION {
        return Ok(());
    }
    Err(Error::bad_file(
        path,
        "bzint_version",
        format!(
            "it was made by bzint {}, and this is {VERSION}",
            heading.version
        ),
        "use the version that made it, or run it again",
    ))
}
