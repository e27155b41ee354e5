//! Where a file is written, and how: looked at before the work, written beside the target, and put in its place as a whole.
//!
//! A link is followed, and what it names is written. A file that is there is replaced only once the new one is complete and on disk,
//! and passes its permissions on. A pipe or a device is never replaced: it gets the bytes, once all of them are known.

use super::identity::{Identity, directory_of};
use super::input::{self, Kind};
use super::scratch::{Scratch, clear_abandoned};
use crate::error::{Error, Result};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub use super::scratch::{discard_all, discard_all_if_free};

/// Names of this process' own stdout.
const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
/// As many links are followed as Linux does.
const MOST_LINKS: usize = 40;

/// Counts a file among those that this process has read, before it is opened; one that is not there is left out.
pub fn remember_input(path: &Path) {
    input::remember(path);
}

/// Whether stdout is sent to a file that this process has read.
pub fn stdout_is_input() -> bool {
    stdout_identity().is_some_and(|identity| input::was_read(&identity))
}

/// A place that can be written.
#[derive(Clone, Debug)]
pub struct Output {
    given: PathBuf,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A file, links followed; it may be there.
    File(PathBuf),
    /// A pipe or a device.
    Stream,
    /// This process' own stdout.
    Stdout,
}

impl Output {
    /// What `path` names.
    ///
    /// # Errors
    /// [`Error::Io`] for a directory, a disk, a socket, or where the system does not tell.
    pub fn new(path: &Path) -> Result<Self> {
        let place = Self::place(path).map_err(Error::io(path, "write"))?;
        Ok(Self {
            given: path.to_path_buf(),
            place,
        })
    }

    fn place(path: &Path) -> io::Result<Place> {
        if cfg!(unix) && STDOUT.iter().any(|name| path == Path::new(name)) {
            return Ok(Place::Stdout);
        }
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
                    return Err(is_directory());
                }
                return followed(path).map(Place::File);
            }
            Err(error) => return Err(error),
        };
        if metadata.is_dir() {
            return Err(is_directory());
        }
        match Kind::of(&metadata) {
            Kind::Plain => followed(path).map(Place::File),
            Kind::Pipe | Kind::Device if takes_bytes(&metadata) => Ok(Place::Stream),
            Kind::Pipe | Kind::Device => {
                let text = "it is a disk or a socket; give the name of a file";
                Err(io::Error::new(io::ErrorKind::InvalidInput, text))
            }
        }
    }

    /// Whether the bytes go to this process' own stdout.
    pub fn is_stdout(&self) -> bool {
        self.place == Place::Stdout
    }

    /// Whether a write would change a file that this process has read.
    pub fn is_input(&self) -> bool {
        match &self.place {
            Place::File(path) => Identity::of(path).is_some_and(|i| input::was_read(&i)),
            Place::Stream | Place::Stdout => false,
        }
    }

    /// Whether a write to one would change what was written to the other: the same file or pipe, but not a device.
    pub fn is_same(&self, other: &Self) -> bool {
        let one = |output: &Self| match &output.place {
            Place::File(path) => Some(Identity::of_new(path)),
            Place::Stdout => stdout_identity().or(Some(Identity::Path(PathBuf::from(STDOUT[0])))),
            Place::Stream => {
                let metadata = std::fs::metadata(&output.given).ok()?;
                (Kind::of(&metadata) == Kind::Pipe).then(|| Identity::of(&output.given))?
            }
        };
        one(self).is_some() && one(self) == one(other)
    }

    /// Whether this is the file to which the shell sends stdout.
    pub fn is_redirected_stdout(&self) -> bool {
        let Place::File(path) = &self.place else {
            return false;
        };
        let stdout = stdout_identity();
        stdout.is_some() && stdout == Identity::of(path)
    }

    /// Finds out whether the place can be written, without changing it. What killed processes left beside it is removed.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot.
    pub fn check(&self) -> Result<()> {
        match &self.place {
            Place::File(path) => {
                if path.exists() {
                    let opened = OpenOptions::new().write(true).open(path);
                    opened.map_err(Error::io(&self.given, "write"))?;
                }
                clear_abandoned(directory_of(path));
            }
            Place::Stream | Place::Stdout => clear_abandoned(&std::env::temp_dir()),
        }
        self.scratch().map(drop)
    }

    /// A new file for what is to be written.
    fn scratch(&self) -> Result<Scratch> {
        let Place::File(path) = &self.place else {
            let directory = std::env::temp_dir();
            return Scratch::new_in(&directory, Some(0o600)).map_err(no_file_in(
                &self.given,
                &directory,
                "set TMPDIR to another",
            ));
        };
        let old = std::fs::metadata(path).ok();
        let directory = directory_of(path);
        let scratch = Scratch::new_in(directory, old.as_ref().and_then(mode)).map_err(
            no_file_in(&self.given, directory, "make it, or choose another one"),
        )?;
        if let Some(old) = &old {
            pass_on(old, scratch.file()).map_err(Error::io(&self.given, "write"))?;
        }
        Ok(scratch)
    }

    /// Writes what `fill` puts into the file in the making.
    pub(super) fn write(&self, fill: impl FnOnce(&Scratch) -> Result<()>) -> Result<()> {
        let scratch = self.scratch()?;
        fill(&scratch)?;
        let file = scratch.file();
        match &self.place {
            Place::File(path) => {
                file.sync_all().map_err(Error::io(&self.given, "write"))?;
                let rename = scratch.rename_to(path);
                rename.map_err(Error::io(&self.given, "rename the finished file to"))
            }
            Place::Stream => OpenOptions::new()
                .write(true)
                .open(&self.given)
                .and_then(|mut stream| copy(file, &mut stream))
                .map_err(Error::io(&self.given, "write")),
            Place::Stdout => {
                copy(file, &mut io::stdout().lock()).map_err(Error::io(&self.given, "write"))
            }
        }
    }
}

/// Writes a file of what `fill` writes: it appears only once it is whole.
///
/// # Errors
/// [`Error::Io`] where the system refuses, and whatever `fill` returns; nothing is left behind then.
pub(super) fn write(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> Result<()>,
) -> Result<()> {
    Output::new(path)?.write(|scratch| {
        let mut out = BufWriter::new(scratch.file());
        fill(&mut out)?;
        out.flush().map_err(Error::io(path, "write"))
    })
}

fn is_directory() -> io::Error {
    let text = "it is a directory; give the name of a file";
    io::Error::new(io::ErrorKind::IsADirectory, text)
}

fn no_file_in<'a>(
    path: &'a Path,
    directory: &'a Path,
    remedy: &'a str,
) -> impl FnOnce(io::Error) -> Error + 'a {
    move |error| {
        // Without the name of the file in the making, which follows.
        let why = error.to_string();
        let why = why.split(" at path ").next().unwrap_or_default();
        let text = format!(
            "no file can be created in the directory {} ({why}); {remedy}",
            directory.display()
        );
        Error::io(path, "write")(io::Error::new(error.kind(), text))
    }
}

/// What a link leads to, also where that is not there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut at = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&at) {
            Ok(next) => at = directory_of(&at).join(next),
            Err(_) => return Ok(at),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

fn copy(mut file: &File, to: &mut dyn Write) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let copied = io::copy(&mut file, to).and_then(|_| to.flush());
    match copied {
        // Whoever reads has enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The file that stdout is sent to; none for terminals, pipes and devices.
fn stdout_identity() -> Option<Identity> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let stdout = io::stdout().as_fd().try_clone_to_owned().ok()?;
        let metadata = File::from(stdout).metadata().ok()?;
        metadata
            .is_file()
            .then(|| Identity::of_metadata(&metadata))?
    }
    #[cfg(not(unix))]
    None
}

/// Whether it is a FIFO or a device of characters.
fn takes_bytes(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        kind.is_fifo() || kind.is_char_device()
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// The permissions of a file, as a number.
fn mode(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Some(metadata.permissions().mode() & 0o777)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// Gives the new file the old one's permissions, and its owner and group where this user may.
fn pass_on(old: &Metadata, new: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        let now = new.metadata()?;
        if (now.uid(), now.gid()) != (old.uid(), old.gid())
            && fchown(new, Some(old.uid()), Some(old.gid())).is_err()
        {
            let _ = fchown(new, None, Some(old.gid()));
        }
        new.set_permissions(std::fs::Permissions::from_mode(old.mode() & 0o777))
    }
    #[cfg(not(unix))]
    {
        let _ = (old, new);
        Ok(())
    }
}
