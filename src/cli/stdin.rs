//! Files that are read: `-` is what comes by a pipe.

use clap::builder::{PathBufValueParser, TypedValueParser};
use std::path::{Path, PathBuf};

/// What stands for stdin where a file is to be named.
const STDIN: &str = "/dev/stdin";

/// Parses the name of a file to read; `-` is stdin.
pub fn file_to_read() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| match cfg!(unix) && path == Path::new("-") {
        true => PathBuf::from(STDIN),
        false => path,
    })
}
