//! HDF5 files opened for reading, by a reader in Rust, [`hdf5_reader`], which checks every address and size that it follows. libhdf5
//! only writes here: where a file is damaged it reads memory that is not its own, or goes on without end (1.10.8 does so within
//! a minute of changed files), and no look beforehand finds all such places.

use super::attribute::Attribute;
use super::datatype::{Read, problem};
use super::schema::{KIND, NEWEST_SCHEMA, SCHEMA};
use super::values::{LARGEST_RATIO, StoredDataset};
use crate::error::{Error, Result};
use crate::io::input;
use hdf5_reader::error::Error as ReaderError;
use hdf5_reader::group::Group;
use hdf5_reader::{FileStorage, Hdf5File, OpenOptions};
use std::fs::TryLockError;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";
/// Bytes of unpacked chunks that are kept: a few, so that planes of one chunk are unpacked once, and a grid stays on disk.
const CHUNK_CACHE: usize = 4 << 20;

const COPY_AGAIN: &str = "the file is truncated or damaged: copy it again, or write it again";

/// An open file.
pub(in crate::io) struct StoredFile {
    file: Hdf5File,
    root: Group,
    path: PathBuf,
    length: u64,
}

impl StoredFile {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`Error::Io`] where the system cannot open it, [`Error::UnknownFormat`] where it is not HDF5, [`Error::BadFile`] where it
    /// is truncated or damaged, or being written.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of_file(path, input::open(path)?)
    }

    /// As [`StoredFile::open`], of a file that is open; `path` is only named in errors.
    ///
    /// # Errors
    /// As [`StoredFile::open`].
    pub fn of_file(path: &Path, file: std::fs::File) -> Result<Self> {
        let metadata = file.metadata().map_err(Error::io(path, "read"))?;
        let mut start = Vec::new();
        (&file)
            .take(SIGNATURE.len() as u64)
            .read_to_end(&mut start)
            .map_err(Error::io(path, "read"))?;
        if start != SIGNATURE {
            return Err(Error::UnknownFormat {
                path: path.to_path_buf(),
                reason: "it does not begin with the HDF5 signature".into(),
                known: "HDF5 files that it wrote itself here",
            });
        }
        // A program that writes with HDF5 holds the file's lock; where there are no locks, nothing is known.
        if locks_count() && matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
            return Err(Error::bad_file(
                path,
                "HDF5 structure",
                "the file is locked",
                "another program is writing it: wait until it is done, or set HDF5_USE_FILE_LOCKING=FALSE where a lock was left \
                 behind",
            ));
        }
        Self::of_storage(path, file, metadata.len())
            .map_err(|problem| Error::bad_file(path, "HDF5 structure", problem, COPY_AGAIN))
    }

    fn of_storage(path: &Path, file: std::fs::File, length: u64) -> Read<Self> {
        let largest = usize::try_from(length.saturating_mul(LARGEST_RATIO)).unwrap_or(usize::MAX);
        let options = OpenOptions::default()
            .with_filter_registry(super::filters::registry())
            .with_chunk_cache_bytes(CHUNK_CACHE)
            .with_max_chunk_bytes(largest)
            .with_max_read_bytes(largest);
        let storage = FileStorage::from_file(file).map_err(problem)?;
        let file =
            Hdf5File::from_storage_with_options(Arc::new(storage), options).map_err(problem)?;
        let superblock = file.superblock();
        let end = superblock.base_address.checked_add(superblock.eof_address);
        if end.is_none_or(|end| end > length) {
            return Err(format!(
                "it has {length} bytes, of {}",
                superblock.eof_address
            ));
        }
        let root = file.root_group().map_err(problem)?;
        // A root that cannot be listed is told here, and not as a missing dataset.
        exists(&root, "bands")?;
        Ok(Self {
            file,
            root,
            path: path.to_path_buf(),
            length,
        })
    }

    /// Whether there is such a link, be its target a group, a dataset, or damaged.
    pub fn has(&self, name: &str) -> bool {
        let mut group = self.root.clone();
        let mut parts = name.split('/').peekable();
        while let Some(part) = parts.next() {
            let found = exists(&group, part).unwrap_or(true);
            if !found || parts.peek().is_none() {
                return found;
            }
            match group.group(part) {
                Ok(next) => group = next,
                // A dataset holds nothing; what is damaged is told when it is read.
                Err(_) => return group.dataset(part).is_err(),
            }
        }
        false
    }

    pub fn dataset(&self, name: &str) -> Read<StoredDataset> {
        let dataset = self.file.dataset(name).map_err(problem)?;
        StoredDataset::new(dataset, self.length)
    }

    /// The datasets of the root, by name.
    pub fn datasets(&self) -> Read<Vec<StoredDataset>> {
        let datasets = self.root.datasets().map_err(problem)?;
        let datasets = datasets
            .into_iter()
            .map(|dataset| StoredDataset::new(dataset, self.length));
        let mut datasets = datasets.collect::<Read<Vec<_>>>()?;
        datasets.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(datasets)
    }

    /// The attributes of the root, by name.
    pub fn attributes(&self) -> Read<Vec<Attribute>> {
        let attributes = self.root.attributes().map_err(problem)?;
        let mut attributes: Vec<_> = attributes.into_iter().map(Attribute::new).collect();
        attributes.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(attributes)
    }

    /// An attribute of the root, where it is there.
    pub fn attribute(&self, name: &str) -> Read<Option<Attribute>> {
        Ok(self.attributes()?.into_iter().find(|a| a.name() == name))
    }

    /// The object addresses in the list to which one element of an attribute points.
    pub fn references(&self, element: &[u8]) -> Read<Vec<u64>> {
        let width = self.root.offset_size();
        let bytes = self
            .root
            .resolve_vlen_reference_bytes(element, usize::from(width))
            .map_err(problem)?;
        hdf5_reader::reference::read_object_references(&bytes, width).map_err(problem)
    }

    /// Bytes of one element that points to a list.
    pub fn reference_width(&self) -> usize {
        8 + usize::from(self.root.offset_size())
    }

    /// Checks kind and schema of a file of bzint; `kind` `None` accepts every kind. Gives the kind.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] for an HDF5 file of another program, [`Error::BadFile`] for another kind or a newer schema.
    pub fn check_kind(&self, kind: Option<&str>) -> Result<String> {
        let path = &self.path;
        let damaged = |place: &str| {
            let place = place.to_string();
            move |problem: String| Error::bad_file(path, place, problem, COPY_AGAIN)
        };
        let attribute = |name: &str| self.attribute(name).map_err(damaged(name));
        let (Some(found), Some(schema)) = (attribute(KIND)?, attribute(SCHEMA)?) else {
            return Err(Error::UnknownFormat {
                path: path.clone(),
                reason: format!(
                    "an HDF5 file without the attributes {KIND} and {SCHEMA}: {}",
                    self.listed()
                ),
                known: "HDF5 files that `bzint convert` or another of its commands wrote",
            });
        };
        let found = found.text().map_err(damaged(KIND))?;
        let version = schema.integer().map_err(damaged(SCHEMA))?;
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

    /// What the root holds, in a few words.
    fn listed(&self) -> String {
        let (mut names, datasets) = self.root.member_names().unwrap_or_default();
        names.extend(datasets);
        names.sort();
        match names.len() {
            0 => "it is empty".to_string(),
            n if n > 6 => format!("it holds {} and {} more", names[..6].join(", "), n - 6),
            _ => format!("it holds {}", names.join(", ")),
        }
    }
}

/// Whether a group has such a link.
fn exists(group: &Group, name: &str) -> Read<bool> {
    match group.group(name) {
        Ok(_) => Ok(true),
        // The name alone: no link. Of links to anything but groups more is said.
        Err(ReaderError::GroupNotFound(missing)) => Ok(missing != name),
        Err(error) => Err(problem(error)),
    }
}

/// Whether locks are to be looked at: HDF5's own variable.
fn locks_count() -> bool {
    let asked = std::env::var("HDF5_USE_FILE_LOCKING");
    !asked.is_ok_and(|asked| ["FALSE", "0"].contains(&asked.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_there_whatever_they_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h5");
        let file = hdf5::File::create(&path).unwrap();
        let group = file.create_group("group").unwrap();
        group.new_dataset::<f64>().shape(3).create("data").unwrap();
        file.link_soft("/group/data", "soft").unwrap();
        file.link_soft("/group/other", "dangling").unwrap();
        let kind = hdf5::Datatype::from_type::<f64>().unwrap();
        file.commit_datatype("kind", &kind).unwrap();
        // The file stays open, and locked, as long as anything in it.
        drop(group);
        drop(kind);
        file.close().unwrap();
        let file = StoredFile::open(&path).unwrap();
        for there in ["group", "group/data", "soft", "kind"] {
            assert!(file.has(there), "{there}");
        }
        for missing in [
            "other",
            "group/other",
            "group/data/x",
            "other/data",
            "dangling",
            "",
        ] {
            assert!(!file.has(missing), "{missing}");
        }
        assert_eq!(file.dataset("soft").unwrap().shape(), [3]);
        assert!(file.dataset("group").is_err() && file.dataset("kind").is_err());
    }
}
