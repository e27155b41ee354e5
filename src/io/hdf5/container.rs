//! What every HDF5 file that bzint writes shares: atomic creation, attributes, and errors in one voice.

use crate::error::{Error, Result};
use hdf5::types::VarLenUnicode;
use hdf5::{File, Location};
use std::io;
use std::path::Path;

/// The kind of a file: `bands`, or the name of a result.
pub(in crate::io) const KIND: &str = "bzint_kind";
/// Version of the layout of a file.
pub(in crate::io) const SCHEMA: &str = "bzint_schema";
/// The newest layout that this version knows, for every kind.
pub(in crate::io) const NEWEST_SCHEMA: i64 = 1;

/// Creates `path` with what `fill` puts into it. The bytes go to a temporary file in the same directory, which takes
/// the target's name only once it is complete and on disk: an error leaves nothing behind, and an older target as it was.
///
/// # Errors
/// [`Error::Io`] where the directory cannot be written or the disk is full, and whatever `fill` returns.
pub(in crate::io) fn create(path: &Path, fill: impl FnOnce(&File) -> Result<()>) -> Result<()> {
    // A link is followed, so that the rename replaces what it points to.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if target.is_dir() {
        let text = "it is a directory; give the name of a file";
        return Err(Error::io(path, "write")(io::Error::new(
            io::ErrorKind::IsADirectory,
            text,
        )));
    }
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let temporary = temporary_in(directory).map_err(|error| {
        let text = format!(
            "no file can be created in the directory {} ({error}); make it, or choose another one",
            directory.display()
        );
        Error::io(path, "write")(io::Error::new(error.kind(), text))
    })?;
    let file = File::create(temporary.path()).map_err(write_error(path, "new file"))?;
    fill(&file)?;
    // HDF5 keeps chunks back: only a flush and a close that succeed say that all was written.
    file.flush().map_err(write_error(path, "last flush"))?;
    file.close().map_err(write_error(path, "closing"))?;
    temporary
        .as_file()
        .sync_all()
        .map_err(Error::io(path, "write"))?;
    temporary
        .persist(&target)
        .map_err(|error| Error::io(path, "rename the finished file to")(error.error))?;
    Ok(())
}

fn temporary_in(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bzint-").suffix(".tmp");
    #[cfg(unix)]
    {
        // The usual permissions of a new file (the umask still applies), not the private ones of a temporary file.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

/// Turns an HDF5 error while writing into the system's error where one lies beneath it (a full disk), so that the user
/// reads the cause and not HDF5's symptom.
pub(in crate::io) fn write_error(path: &Path, place: &str) -> impl FnOnce(hdf5::Error) -> Error {
    move |error| {
        let errno = error.stack().and_then(|stack| {
            stack.iter().find_map(|frame| {
                let after = frame.desc().split("errno = ").nth(1)?;
                let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
                digits.parse::<i32>().ok().filter(|&code| code != 0)
            })
        });
        match errno {
            Some(code) => {
                let cause = io::Error::from_raw_os_error(code);
                let text = format!("{cause}; make room, or choose another place");
                Error::io(path, "write")(io::Error::new(cause.kind(), text))
            }
            None => Error::hdf5(path, place)(error),
        }
    }
}

/// A string that HDF5 can hold: it cannot hold NUL.
pub(in crate::io) fn text(value: &str) -> VarLenUnicode {
    value.replace('\0', "\u{2400}").parse().unwrap_or_default()
}

/// Sets a string attribute (UTF-8, variable length: `str` in Python).
pub(in crate::io) fn set_text(location: &Location, name: &str, value: &str) -> hdf5::Result<()> {
    location
        .new_attr::<VarLenUnicode>()
        .create(name)?
        .write_scalar(&text(value))
}

/// Sets an attribute that is a list of strings; none is written for an empty list, which HDF5 attributes cannot hold.
pub(in crate::io) fn set_texts(
    location: &Location,
    name: &str,
    values: &[String],
) -> hdf5::Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let values: Vec<VarLenUnicode> = values.iter().map(|v| text(v)).collect();
    location
        .new_attr::<VarLenUnicode>()
        .shape(values.len())
        .create(name)?
        .write_raw(&values)
}

/// Sets a scalar attribute.
pub(in crate::io) fn set_number<T: hdf5::H5Type>(
    location: &Location,
    name: &str,
    value: T,
) -> hdf5::Result<()> {
    location.new_attr::<T>().create(name)?.write_scalar(&value)
}

/// Sets `units` and `long_name`; an empty unit (a count, a label) writes none.
pub(in crate::io) fn describe(
    location: &Location,
    unit: &str,
    long_name: &str,
) -> hdf5::Result<()> {
    if !unit.is_empty() {
        set_text(location, "units", unit)?;
    }
    set_text(location, "long_name", long_name)
}
