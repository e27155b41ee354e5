//! The one error type: what went wrong, where, the offending value, and what to do about it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Result of every fallible operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a file says may be of any length, what is said of it is not: the beginning and the end of a long text.
fn bounded(text: &str) -> Cow<'_, str> {
    const BEGINNING: usize = 700;
    const END: usize = 200;
    if text.len() <= BEGINNING + END + 100 {
        return Cow::Borrowed(text);
    }
    let mut from = BEGINNING;
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = text.len() - END;
    while !text.is_char_boundary(to) {
        to += 1;
    }
    let left_out = to - from;
    Cow::Owned(format!(
        "{} … ({left_out} more bytes) … {}",
        &text[..from],
        &text[to..]
    ))
}

/// Everything that can go wrong. Each text names the place, the value and a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a file operation.
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        /// File or directory concerned.
        path: PathBuf,
        /// What was attempted ("open", "read", "write" …).
        action: &'static str,
        /// The system's own error.
        source: std::io::Error,
    },

    /// A file is of no known format.
    #[error("{path}: unknown file format ({reason}); bzint reads {known}", path = path.display(), reason = bounded(reason))]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// What was seen in it.
        reason: String,
        /// The formats that are read.
        known: &'static str,
    },

    /// A file of a known format holds something that cannot be used.
    #[error("{path}: {place}: {problem}; {remedy}", path = path.display(), place = bounded(place), problem = bounded(problem))]
    BadFile {
        /// The file.
        path: PathBuf,
        /// Element, dataset or line in it.
        place: String,
        /// The offending value and what is wrong with it.
        problem: String,
        /// What the user can do.
        remedy: String,
    },

    /// HDF5 reports an error.
    #[error("{path}: {place}: HDF5 error: {message}", path = path.display(), place = bounded(place), message = bounded(message))]
    Hdf5 {
        /// The file.
        path: PathBuf,
        /// Dataset or attribute.
        place: String,
        /// HDF5's own words.
        message: String,
    },

    /// Band data that cannot be integrated, whatever file it came from.
    #[error("{place}: {problem}; {remedy}", place = bounded(place), problem = bounded(problem))]
    BadBands {
        /// Which part of the band data.
        place: String,
        /// The offending value and what is wrong with it.
        problem: String,
        /// What the user can do.
        remedy: String,
    },

    /// An option or argument has an unusable value.
    #[error("{option}: {problem}; {remedy}", option = bounded(option), problem = bounded(problem))]
    BadOption {
        /// The option as typed, or the argument's name.
        option: String,
        /// The value and what is wrong with it.
        problem: String,
        /// What the user can do.
        remedy: String,
    },

    /// The work needs more memory than there is.
    #[error("{what} needs {needed_mib} MiB, {available_mib} MiB are available; {remedy}")]
    OutOfMemory {
        /// What was to be allocated.
        what: String,
        /// Size of the request.
        needed_mib: u64,
        /// What the machine or the device can give.
        available_mib: u64,
        /// What the user can do.
        remedy: String,
    },

    /// There is no adapter to run shaders on.
    #[error(
        "no usable GPU adapter: {reason}; use `--backend cpu`, or install a Vulkan driver (Debian: mesa-vulkan-drivers)"
    )]
    NoAdapter {
        /// What the graphics layer said.
        reason: String,
    },

    /// The GPU failed while it worked. Its results are never used.
    #[error("GPU `{adapter}`: {reason}; run again with `--backend cpu`")]
    Gpu {
        /// Name of the adapter.
        adapter: String,
        /// What happened.
        reason: String,
    },

    /// The sums of one part of a divided calculation are made: there is no result before all parts are put together.
    #[error("the sums of this part are done; put it together with the others by `bzint merge`")]
    PartDone,

    /// The parts of a calculation did a round of it, and have to be run again with what all of them did: no failure, but no result either.
    #[error("a round is done, and {} has it: run all parts again with `--rounds {}`", path.display(), path.display())]
    AnotherRound {
        /// The file that they go on from.
        path: PathBuf,
    },

    /// Another of the processes that run a calculation together failed, and said why.
    #[error("rank {rank} failed")]
    OtherRank {
        /// Which one, from 0.
        rank: usize,
    },

    /// An internal promise was broken: a defect of bzint, never of the input.
    #[error("internal error: {0}; please report this with the command that caused it")]
    Internal(String),
}

impl Error {
    /// An [`Error::Io`] for `path`.
    pub fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            path,
            action,
            source,
        }
    }

    /// An [`Error::BadFile`].
    pub fn bad_file(
        path: &Path,
        place: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::BadFile {
            path: path.to_path_buf(),
            place: place.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// An [`Error::BadBands`].
    pub fn bad_bands(
        place: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::BadBands {
            place: place.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// An [`Error::BadOption`].
    pub fn bad_option(
        option: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::BadOption {
            option: option.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// An [`Error::Hdf5`] for `place` in `path`.
    pub fn hdf5<E: std::fmt::Display>(
        path: &Path,
        place: impl Into<String>,
    ) -> impl FnOnce(E) -> Self {
        let path = path.to_path_buf();
        let place = place.into();
        move |error| Self::Hdf5 {
            path,
            place,
            message: error.to_string(),
        }
    }

    /// True where a GPU is missing or failed.
    pub fn is_gpu(&self) -> bool {
        matches!(self, Self::Gpu { .. } | Self::NoAdapter { .. })
    }

    /// True where the call itself was wrong (exit code 2) rather than the work (exit code 1).
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::BadOption { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_short_whatever_the_file_says() {
        let long = format!("\"{}\" is no number", "ü".repeat(3_000_000));
        let path = Path::new("a.xml");
        for error in [
            Error::bad_file(path, long.clone(), long.clone(), "copy it again"),
            Error::bad_bands(long.clone(), long.clone(), "copy it again"),
            Error::bad_option("--mu", long.clone(), "give another"),
        ] {
            let text = error.to_string();
            assert!(text.len() < 2500, "{}", text.len());
            assert!(
                text.contains("is no number") && text.contains("more bytes"),
                "{text}"
            );
        }
        assert_eq!(bounded("short"), "short");
    }
}
