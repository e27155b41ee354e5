//! What the readers of text formats share: whole files (plain or gzip) with their checksum, and numbers with their place.

use super::input;
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// First bytes of a gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];

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
/// [`Error::Io`] where the system refuses, [`Error::BadFile`] for an empty file or a broken gzip stream.
pub(crate) fn read(path: &Path) -> Result<TextFile> {
    let mut bytes = Vec::new();
    input::open(path)?
        .read_to_end(&mut bytes)
        .map_err(Error::io(path, "read"))?;
    let sha256 = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let bytes = if bytes.starts_with(&GZIP) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .map_err(|error| {
                Error::bad_file(
                    path,
                    format!("gzip stream, after {} bytes of text", plain.len()),
                    error.to_string(),
                    "the file is damaged or cut short: copy it again",
                )
            })?;
        plain
    } else {
        bytes
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(empty(path));
    }
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(TextFile { text, sha256 })
}

/// A file as a stream, uncompressed where it is gzip. For files that may be larger than memory; a broken gzip stream shows as
/// an error of the stream.
///
/// # Errors
/// [`Error::Io`] where the system refuses, [`Error::BadFile`] for an empty file.
pub(crate) fn stream(path: &Path) -> Result<Box<dyn BufRead>> {
    let mut file = BufReader::new(input::open(path)?);
    let start = file.fill_buf().map_err(Error::io(path, "read"))?;
    if start.is_empty() {
        return Err(empty(path));
    }
    if start.starts_with(&GZIP) {
        let plain = flate2::bufread::MultiGzDecoder::new(file);
        return Ok(Box::new(BufReader::new(plain)));
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
