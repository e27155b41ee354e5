//! Which file a path means, however it is spelt: through links, other directories and hard links.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

/// The same for two paths where a write to one of them changes what the other gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Device and number of a file that is there.
    #[cfg(unix)]
    Node(u64, u64),
    /// The whole path of a file that is not (or where the system gives files no numbers).
    Path(PathBuf),
}

impl Identity {
    /// Of a file that is there, links followed; none where it is not.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Self::of_metadata(&metadata).or_else(|| std::fs::canonicalize(path).ok().map(Self::Path))
    }

    /// Of an open file; none where the system gives files no numbers.
    pub fn of_metadata(metadata: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Some(Self::Node(metadata.dev(), metadata.ino()))
        }
        #[cfg(not(unix))]
        {
            let _ = metadata;
            None
        }
    }

    /// Of a file that may not be there yet: by its directory and name.
    pub fn of_new(path: &Path) -> Self {
        if let Some(identity) = Self::of(path) {
            return identity;
        }
        let directory = std::fs::canonicalize(directory_of(path));
        match (directory, path.file_name()) {
            (Ok(directory), Some(name)) => Self::Path(directory.join(name)),
            _ => Self::Path(path.to_path_buf()),
        }
    }
}

/// The directory in which a path lies.
pub(super) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
