//! The file that was probably meant where one is not there.

use crate::error::Error;
use crate::report::figure::edits;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Most names of a folder that are looked at.
const MOST_NAMES: usize = 10_000;

/// The file beside the missing one whose name is nearest, if any is near.
pub fn nearest(error: &Error) -> Option<PathBuf> {
    match error {
        Error::Io { path, source, .. } if source.kind() == ErrorKind::NotFound => beside(path),
        _ => None,
    }
}

fn beside(missing: &Path) -> Option<PathBuf> {
    let asked = missing.file_name()?.to_str()?;
    let folder = missing.parent()?;
    let here = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let entries = std::fs::read_dir(here).ok()?.take(MOST_NAMES);
    let names = entries.filter_map(|e| e.ok()?.file_name().into_string().ok());
    // An ending that was left out counts as one letter.
    let away = |name: &String| match name.strip_prefix(asked) {
        Some(rest) if rest.starts_with('.') => 1,
        _ => edits(asked, name),
    };
    let near = names.map(|name| (away(&name), name)).min()?;
    let (away, name) = near;
    (away <= 1 + asked.chars().count() / 5).then(|| folder.join(name))
}
