//! What the readers of text formats share: whole files (plain or gzip) with their checksum, and numbers with their place. Nothing that
//! is read grows without bounds: files are regular ones, and what a gzip stream unpacks to is limited.

use super::input;
use crate::error::{Error, Result};
use crate::memory;
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// First bytes of a gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How many times its size a gzip stream may unpack to, and what it always may, bytes: tables of numbers shrink 3 to 10 times.
const LARGEST_RATIO: u64 = 100;
const ALWAYS: u64 = 256 << 20;
/// Most bytes of a parameter file or of a table of it.
pub(crate) const MOST_PARAMETERS: u64 = 16 << 20;

/// A text file in memory.
pub(crate) struct TextFile {
    /// The text, uncompressed.
    pub text: String,
    /// SHA-256 of the file's bytes as stored, in hexadecimal.
    pub sha256: String,
}

/// Reads a text file, plain or gzip. Bytes that are no UTF-8 become U+FFFD: they can only be in comments and names.
///
/// # Errors
/// [`Error::Io`] where the system refuses, [`Error::BadFile`] for an empty file, a broken gzip stream or one without end,
/// [`Error::OutOfMemory`] where there is no room for it.
pub(crate) fn read(path: &Path) -> Result<TextFile> {
    let stored = stored(path)?;
    let sha256 = Sha256::digest(&stored)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let bytes = plain(path, stored)?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(empty(path));
    }
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(TextFile { text, sha256 })
}

/// As [`read`], of a file that is small by its nature.
///
/// # Errors
/// As [`read`], and [`Error::BadFile`] for more than `most` bytes.
pub(crate) fn read_small(path: &Path, most: u64) -> Result<TextFile> {
    let length = input::open(path)?
        .metadata()
        .map_err(Error::io(path, "read"))?;
    let too_long = |bytes: u64| {
        let problem = format!("{} MiB, more than {} MiB", bytes >> 20, most >> 20);
        let remedy = "such files are small: is it the one that was meant?";
        Err(Error::bad_file(path, "file", problem, remedy))
    };
    if length.len() > most {
        return too_long(length.len());
    }
    let file = read(path)?;
    match file.text.len() as u64 {
        unpacked if unpacked > most => too_long(unpacked),
        _ => Ok(file),
    }
}

/// The bytes of a file, uncompressed where it is gzip.
///
/// # Errors
/// As [`read`].
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>> {
    plain(path, stored(path)?)
}

/// The bytes of a file as stored.
fn stored(path: &Path) -> Result<Vec<u8>> {
    let mut file = input::open(path)?;
    let length = file.metadata().map_err(Error::io(path, "read"))?.len();
    let mut bytes = Vec::new();
    let what = format!("the content of {}", path.display());
    memory::reserve(
        &what,
        &mut bytes,
        usize::try_from(length).unwrap_or(usize::MAX),
    )?;
    file.read_to_end(&mut bytes)
        .map_err(Error::io(path, "read"))?;
    Ok(bytes)
}

/// What stored bytes are uncompressed.
fn plain(path: &Path, stored: Vec<u8>) -> Result<Vec<u8>> {
    if !stored.starts_with(&GZIP) {
        return Ok(stored);
    }
    let what = format!("the unpacked content of {}", path.display());
    let mut plain = Vec::new();
    let mut stream = Limited::new(
        flate2::read::MultiGzDecoder::new(&*stored),
        stored.len() as u64,
    );
    let mut piece = vec![0; 1 << 16];
    loop {
        let length = stream.read(&mut piece).map_err(|error| {
            let place = format!("gzip stream, after {} bytes of text", plain.len());
            Error::bad_file(path, place, error.to_string(), DAMAGED)
        })?;
        if length == 0 {
            return Ok(plain);
        }
        if plain.capacity() - plain.len() < length {
            let more = plain.len().max(1 << 20);
            memory::reserve(&what, &mut plain, more)?;
        }
        plain.extend_from_slice(&piece[..length]);
    }
}

const DAMAGED: &str = "the file is damaged or cut short: copy it again";

/// The error of a gzip stream.
pub(crate) fn broken_gzip(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |error| Error::bad_file(path, "gzip stream", error.to_string(), DAMAGED)
}

/// A reader of what is unpacked, which ends with an error where a stream unpacks to more than any table would.
struct Limited<R> {
    inner: R,
    most: u64,
    left: u64,
}

impl<R> Limited<R> {
    /// Of a gzip stream of so many bytes.
    fn new(inner: R, packed: u64) -> Self {
        let most = packed.saturating_mul(LARGEST_RATIO).max(ALWAYS);
        Self {
            inner,
            most,
            left: most,
        }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.inner.read(buffer)?;
        match self.left.checked_sub(length as u64) {
            Some(left) => {
                self.left = left;
                Ok(length)
            }
            None => Err(std::io::Error::other(format!(
                "it unpacks to more than {} MiB, {LARGEST_RATIO} times its size or more, which no table of numbers does",
                self.most >> 20
            ))),
        }
    }
}

/// A file as a stream, uncompressed where it is gzip. For files that may be larger than memory; a broken gzip stream shows as
/// an error of the stream.
///
/// # Errors
/// [`Error::Io`] where the system refuses, [`Error::BadFile`] for an empty file.
pub(crate) fn stream(path: &Path) -> Result<Box<dyn BufRead>> {
    let file = input::open(path)?;
    let length = file.metadata().map_err(Error::io(path, "read"))?.len();
    let mut file = BufReader::new(file);
    let start = file.fill_buf().map_err(Error::io(path, "read"))?;
    if start.is_empty() {
        return Err(empty(path));
    }
    if start.starts_with(&GZIP) {
        let plain = flate2::bufread::MultiGzDecoder::new(file);
        return Ok(Box::new(BufReader::new(Limited::new(plain, length))));
    }
    Ok(Box::new(file))
}

/// SHA-256 of a file's bytes as stored, in hexadecimal.
///
/// # Errors
/// [`Error::Io`] where the system refuses.
pub(crate) fn checksum(path: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let mut file = BufReader::new(input::open(path)?);
    loop {
        let bytes = file.fill_buf().map_err(Error::io(path, "read"))?;
        if bytes.is_empty() {
            break;
        }
        hash.update(bytes);
        let length = bytes.len();
        file.consume(length);
    }
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

/// Whether the file is gzip.
///
/// # Errors
/// [`Error::Io`] where the system refuses.
pub(crate) fn is_gzip(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    input::open(path)?
        .take(2)
        .read_to_end(&mut start)
        .map_err(Error::io(path, "read"))?;
    Ok(start == GZIP)
}

/// The first bytes of a file, uncompressed where it is gzip: enough to recognise its format.
///
/// # Errors
/// [`Error::Io`] where the system refuses, [`Error::BadFile`] for an empty file.
pub(crate) fn beginning(path: &Path, length: u64) -> Result<Vec<u8>> {
    let take = |reader: &mut dyn Read| {
        let mut bytes = Vec::new();
        let outcome = reader.take(length).read_to_end(&mut bytes);
        (bytes, outcome)
    };
    let (raw, outcome) = take(&mut input::open(path)?);
    outcome.map_err(Error::io(path, "read"))?;
    if raw.is_empty() {
        return Err(empty(path));
    }
    if raw.starts_with(&GZIP) {
        // A cut stream still shows what it was; its reader then says where it ends.
        return Ok(take(&mut flate2::read::MultiGzDecoder::new(input::open(path)?)).0);
    }
    Ok(raw)
}

fn empty(path: &Path) -> Error {
    Error::bad_file(
        path,
        "file",
        "it is empty (0 bytes of content)",
        "the run or the copy that made it did not finish: repeat it",
    )
}

/// Puts the path into errors about band data, so that a reader's error names its file.
pub(crate) fn in_file(path: &Path) -> impl Fn(Error) -> Error {
    let path = path.to_path_buf();
    move |error| match error {
        Error::BadBands {
            place,
            problem,
            remedy,
        } => Error::BadFile {
            path: path.clone(),
            place,
            problem,
            remedy,
        },
        other => other,
    }
}

/// A number as Fortran, C or XML write it (`1.0D+00` too). `None` where it is none, or not finite.
pub(crate) fn number(token: &str) -> Option<f64> {
    let value: f64 = match token.parse() {
        Ok(value) => value,
        Err(_) => token.replace(['d', 'D'], "e").parse().ok()?,
    };
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_dialect_are_read_and_overflows_are_not() {
        assert_eq!(number("1.5D+01"), Some(15.0));
        assert_eq!(number("-2.5e0"), Some(-2.5));
        for bad in ["NaN", "******", "inf", "1.0-2.0", ""] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}
