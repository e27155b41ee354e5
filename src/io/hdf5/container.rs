//! What every HDF5 file of bzint shares: atomic creation, checked opening, attributes, and errors in one voice.

use super::heap;
use crate::error::{Error, Result};
use hdf5::types::{VarLenAscii, VarLenUnicode};
use hdf5::{Attribute, Dataset, File, Location};
use std::io::{self, Read};
use std::path::Path;

/// The kind of a file: `bands`, or the name of a result.
pub(in crate::io) const KIND: &str = "bzint_kind";
/// Version of the layout of a file.
pub(in crate::io) const SCHEMA: &str = "bzint_schema";
/// The newest layout that this version knows, for every kind.
pub(in crate::io) const NEWEST_SCHEMA: i64 = 1;

const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";
/// Compression can shrink zeros by about a thousand: a dataset larger than that was not written by anyone.
const LARGEST_RATIO: u64 = 2000;
/// How much of a file is looked at before HDF5 opens it: its heaps are among the first things written.
const LOOK_AT: u64 = 1 << 20;

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

/// Opens an HDF5 file for reading.
///
/// # Errors
/// [`Error::Io`] where the system cannot open it, [`Error::UnknownFormat`] where it is not HDF5, [`Error::BadFile`] where
/// HDF5 finds it truncated or damaged.
pub(in crate::io) fn open(path: &Path) -> Result<File> {
    let mut start = Vec::new();
    std::fs::File::open(path)
        .map_err(Error::io(path, "open"))?
        .take(LOOK_AT)
        .read_to_end(&mut start)
        .map_err(Error::io(path, "read"))?;
    if !start.starts_with(SIGNATURE) {
        return Err(Error::UnknownFormat {
            path: path.to_path_buf(),
            reason: "it does not begin with the HDF5 signature".into(),
            known: "HDF5 files that it wrote itself here",
        });
    }
    if let Some(at) = heap::endless_object(&start) {
        return Err(Error::bad_file(
            path,
            format!("HDF5 heap at byte {at}"),
            "its free space has no size or no end",
            "the file is damaged: copy it again, or write it again",
        ));
    }
    File::open(path).map_err(|error| {
        let problem = error.to_string();
        let remedy = if problem.contains("unable to lock file") {
            "another program is writing it: wait until it is done, or set HDF5_USE_FILE_LOCKING=FALSE where the file \
             system has no locks"
        } else {
            "the file is truncated or damaged: copy it again, or write it again"
        };
        Error::bad_file(path, "HDF5 structure", problem, remedy)
    })
}

/// Whether a file of `length` bytes can hold as much as the dataset's shape announces: damage shows there before memory is taken.
pub(in crate::io) fn fits(dataset: &Dataset, length: u64) -> bool {
    let width = dataset.dtype().map_or(8, |t| t.size()) as u64;
    let shape = dataset.shape();
    let bytes = shape
        .iter()
        .try_fold(width, |p, &n| p.checked_mul(n as u64));
    // What is not compressed lies in the file as it is; what was never written reads as fill values.
    let ratio = match dataset.filters().is_empty() {
        true => 1,
        false => LARGEST_RATIO,
    };
    let stored = match dataset.storage_size() {
        0 => length,
        size => size.min(length),
    };
    bytes.is_some_and(|bytes| bytes <= stored.saturating_mul(ratio))
}

/// Checks kind and schema of an open file; `kind` `None` accepts every kind. Gives the kind.
///
/// # Errors
/// [`Error::UnknownFormat`] for an HDF5 file of another program, [`Error::BadFile`] for another kind or a newer schema.
pub(in crate::io) fn check_kind(path: &Path, file: &File, kind: Option<&str>) -> Result<String> {
    let (Ok(found), Ok(schema)) = (file.attr(KIND), file.attr(SCHEMA)) else {
        let names = file.member_names().unwrap_or_default();
        let listed = match names.len() {
            0 => "it is empty".to_string(),
            n if n > 6 => format!("it holds {} and {} more", names[..6].join(", "), n - 6),
            _ => format!("it holds {}", names.join(", ")),
        };
        return Err(Error::UnknownFormat {
            path: path.to_path_buf(),
            reason: format!("an HDF5 file without the attributes {KIND} and {SCHEMA}: {listed}"),
            known: "HDF5 files that `bzint convert` or another of its commands wrote",
        });
    };
    let found = attribute_text(&found).map_err(Error::hdf5(path, KIND))?;
    let version: i64 = schema.read_scalar().map_err(Error::hdf5(path, SCHEMA))?;
    if version > NEWEST_SCHEMA {
        return Err(Error::bad_file(
            path,
            SCHEMA,
            format!("the file has schema {version}, this bzint knows up to {NEWEST_SCHEMA}"),
            "install a newer bzint, or write the file again with this one",
        ));
    }
    if version < 1 {
        return Err(Error::bad_file(
            path,
            SCHEMA,
            format!("{version} is no schema: the first one is 1"),
            "write the file again",
        ));
    }
    if let Some(kind) = kind
        && found != kind
    {
        return Err(Error::bad_file(
            path,
            KIND,
            format!("the file holds `{found}`, where `{kind}` is needed"),
            format!("give a file of kind `{kind}`"),
        ));
    }
    Ok(found)
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

/// A string attribute, whether UTF-8 or ASCII.
pub(in crate::io) fn attribute_text(attribute: &Attribute) -> hdf5::Result<String> {
    match attribute.read_scalar::<VarLenUnicode>() {
        Ok(text) => Ok(text.to_string()),
        Err(_) => Ok(attribute.read_scalar::<VarLenAscii>()?.to_string()),
    }
}
