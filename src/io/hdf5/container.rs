//! What every HDF5 file that bzint writes shares: atomic creation, attributes, and errors in one voice.

use crate::error::{Error, Result};
use crate::io::output::Output;
use hdf5::types::VarLenUnicode;
use hdf5::{File, Location};
use std::io;
use std::path::Path;

/// Creates `path` with what `fill` puts into it. It appears only once it is complete and on disk: an error leaves nothing behind,
/// and an older target as it was.
///
/// # Errors
/// [`Error::Io`] where the directory cannot be written or the disk is full, and whatever `fill` returns.
pub(in crate::io) fn create(path: &Path, fill: impl FnOnce(&File) -> Result<()>) -> Result<()> {
    Output::new(path)?.write(|scratch| {
        // Nobody else knows the file in the making, and a lock on it would live on in any process that is started meanwhile: who opens
        // the finished file would find it locked.
        let new = |path: &Path| {
            hdf5::FileBuilder::new()
                .with_fapl(|access| access.file_locking(false))
                .create(path)
        };
        let file = scratch.opened(new).map_err(write_error(path, "new file"))?;
        fill(&file)?;
        // HDF5 keeps chunks back: only a flush and a close that succeed say that all was written.
        file.flush().map_err(write_error(path, "last flush"))?;
        file.close().map_err(write_error(path, "closing"))
    })
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
