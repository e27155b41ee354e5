//! Opening of everything that is read, at one place: it is remembered which files they were, so that a program can see that it
//! overwrites none of them, and pipes are given to readers that go over a file more than once.

use super::identity::Identity;
use crate::error::{Error, Result};
use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What this process has read.
static READ: Mutex<Vec<Identity>> = Mutex::new(Vec::new());

/// A pipe's bytes, in a file without a name. The pipe is kept: as long as it is open, nothing else has its identity.
struct Spooled {
    identity: Identity,
    _pipe: File,
    bytes: File,
}

/// Bytes beyond which a pipe is taken for one without end.
const MOST_PIPED: u64 = 32 << 30;

static SPOOLED: Mutex<Vec<Spooled>> = Mutex::new(Vec::new());

/// Opens a file for reading, from its beginning. A pipe (`/dev/stdin`, a FIFO) is read whole the first time.
///
/// # Errors
/// [`Error::Io`] where the system refuses; [`Error::BadFile`] for a device.
pub(crate) fn open(path: &Path) -> Result<File> {
    let metadata = std::fs::metadata(path).map_err(Error::io(path, "open"))?;
    remember(path);
    match Kind::of(&metadata) {
        Kind::Plain => File::open(path).map_err(Error::io(path, "open")),
        Kind::Pipe => spooled(path),
        Kind::Device => Err(Error::bad_file(
            path,
            "file",
            "it is a device, not a file",
            "put what it gives into a file, and give that",
        )),
    }
}

/// Opens a plain file of ours that is written again as the work goes on: it is not among the inputs, which are never overwritten.
///
/// # Errors
/// [`Error::Io`] where the system refuses.
pub(super) fn open_own(path: &Path) -> Result<File> {
    File::open(path).map_err(Error::io(path, "open"))
}

/// Counts a file among those that were read, before it is.
pub(super) fn remember(path: &Path) {
    if let Some(identity) = Identity::of(path) {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if !read.contains(&identity) {
            read.push(identity);
        }
    }
}

/// Whether `identity` is that of a file that was read.
pub(super) fn was_read(identity: &Identity) -> bool {
    let read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.contains(identity)
}

/// What stands behind a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file (or a directory) on a disk.
    Plain,
    /// A pipe or a socket: bytes that come once.
    Pipe,
    /// A terminal, a disk as a whole, `/dev/null` …
    Device,
}

impl Kind {
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            let kind = metadata.file_type();
            if kind.is_fifo() || kind.is_socket() {
                return Self::Pipe;
            }
            if kind.is_char_device() || kind.is_block_device() {
                return Self::Device;
            }
        }
        let _ = metadata;
        Self::Plain
    }
}

/// The bytes of a pipe, which are read once and then stay for every reader that follows.
fn spooled(path: &Path) -> Result<File> {
    let mut all = SPOOLED.lock().unwrap_or_else(PoisonError::into_inner);
    let identity = Identity::of(path);
    if let Some(known) = all.iter().find(|s| Some(&s.identity) == identity.as_ref()) {
        return from_beginning(&known.bytes).map_err(Error::io(path, "read"));
    }
    let mut pipe = File::open(path).map_err(Error::io(path, "open"))?;
    let mut bytes = tempfile::tempfile().map_err(Error::io(path, "copy to a temporary file"))?;
    let copied = std::io::copy(&mut (&mut pipe).take(MOST_PIPED + 1), &mut bytes)
        .map_err(Error::io(path, "copy to a temporary file"))?;
    if copied > MOST_PIPED {
        return Err(Error::bad_file(
            path,
            "pipe",
            format!(
                "it brings more than {} GiB and has no end",
                MOST_PIPED >> 30
            ),
            "put what it gives into a file, and give that",
        ));
    }
    let opened = from_beginning(&bytes).map_err(Error::io(path, "read"))?;
    if let Some(identity) = identity {
        all.push(Spooled {
            identity,
            _pipe: pipe,
            bytes,
        });
    }
    Ok(opened)
}

/// An open file once more, with a position of its own where the system can do that.
fn from_beginning(file: &File) -> std::io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        if let Ok(again) = File::open(format!("/proc/self/fd/{}", file.as_raw_fd())) {
            return Ok(again);
        }
    }
    let mut again = file.try_clone()?;
    again.seek(SeekFrom::Start(0))?;
    Ok(again)
}
