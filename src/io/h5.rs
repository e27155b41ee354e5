//! HDF5 files of other codes (netCDF-4 files are such), plain or gzip: arrays with their shape, checked.

use super::hdf5::filters;
use super::hdf5::schema::KIND;
use super::hdf5::stored::StoredFile;
use super::hdf5::values::StoredDataset;
use super::text;
use crate::bands::BandGrid;
use crate::error::{Error, Result};
use std::io::{BufRead, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// An open file. A gzip one is unpacked into the temporary directory first, as far as that has room.
pub(crate) struct H5 {
    file: StoredFile,
    path: PathBuf,
}

impl H5 {
    pub fn open(path: &Path) -> Result<Self> {
        if text::is_gzip(path)? {
            // Without a name: it is gone with this process, however that ends.
            let mut unpacked = tempfile::tempfile().map_err(Error::io(path, "unpack"))?;
            unpack(path, &mut unpacked)?;
            unpacked
                .seek(SeekFrom::Start(0))
                .map_err(Error::io(path, "unpack"))?;
            return Ok(Self {
                file: StoredFile::of_file(path, unpacked)?,
                path: path.to_path_buf(),
            });
        }
        Ok(Self {
            file: StoredFile::open(path)?,
            path: path.to_path_buf(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn has(&self, name: &str) -> bool {
        self.file.has(name)
    }

    /// What bzint itself says that the file holds; none for files of other programs.
    pub fn kind(&self) -> Option<String> {
        let attribute = self.file.attribute(KIND).ok()??;
        attribute.text().ok()
    }

    pub fn bad(&self, name: &str, problem: impl Into<String>, remedy: &str) -> Error {
        Error::bad_file(&self.path, name, problem, remedy)
    }

    fn damaged(&self, name: &str) -> impl FnOnce(String) -> Error {
        let (path, name) = (self.path.clone(), name.to_string());
        move |problem| {
            let remedy = filters::remedy(&problem, "the file is damaged: copy it again");
            Error::bad_file(&path, name, problem, remedy)
        }
    }

    fn dataset(&self, name: &str) -> Result<StoredDataset> {
        if !self.has(name) {
            let remedy = "the run did not finish, or its code is too old or too new: repeat it";
            return Err(self.bad(name, "the dataset is missing", remedy));
        }
        let dataset = self.file.dataset(name).map_err(self.damaged(name))?;
        if !dataset.fits() {
            let problem = format!("shape {:?} is more than the file can hold", dataset.shape());
            return Err(self.damaged(name)(problem));
        }
        Ok(dataset)
    }

    /// Shape and numbers of a dataset, of any type of number.
    pub fn array(&self, name: &str) -> Result<(Vec<usize>, Vec<f64>)> {
        let dataset = self.dataset(name)?;
        let values = dataset.numbers().map_err(self.damaged(name))?;
        if let Some(i) = values.iter().position(|x| !x.is_finite()) {
            let value = values.get(i).copied().unwrap_or(f64::NAN);
            return Err(self.bad(
                name,
                format!("number {} is {value}", i + 1),
                "every number must be finite: repeat the run",
            ));
        }
        Ok((dataset.shape().to_vec(), values))
    }

    /// The only number of a dataset; `None` where there is no such dataset.
    pub fn number(&self, name: &str) -> Result<Option<f64>> {
        if !self.has(name) {
            return Ok(None);
        }
        match self.array(name)?.1.as_slice() {
            [value] => Ok(Some(*value)),
            other => Err(self.bad(
                name,
                format!("{} numbers, where one is expected", other.len()),
                "the file is damaged: copy it again",
            )),
        }
    }

    /// A dataset of vectors.
    pub fn vectors(&self, name: &str) -> Result<Vec<[f64; 3]>> {
        let (shape, values) = self.array(name)?;
        if shape.last() != Some(&3) {
            let problem = format!("shape {shape:?}, where vectors of 3 numbers are expected");
            return Err(self.bad(name, problem, "the file is damaged: copy it again"));
        }
        let (vectors, _) = values.as_chunks::<3>();
        Ok(vectors.to_vec())
    }

    /// The strings of a dataset, whatever their kind.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        let dataset = self.dataset(name)?;
        let strings = dataset.texts().map_err(self.damaged(name))?;
        Ok(strings.iter().map(|s| s.trim().to_string()).collect())
    }

    /// Puts path and checksum into the bands' provenance.
    pub fn sign(&self, bands: &mut BandGrid) -> Result<()> {
        let provenance = &mut bands.header_mut().provenance;
        provenance.path = self.path.display().to_string();
        provenance.sha256 = text::checksum(&self.path)?;
        Ok(())
    }
}

/// Writes what a gzip file holds into `unpacked`.
///
/// # Errors
/// [`Error::BadFile`] for a broken stream, or one that never comes to an end; [`Error::Io`] where the temporary directory is full.
fn unpack(path: &Path, unpacked: &mut std::fs::File) -> Result<()> {
    let mut plain = text::stream(path)?;
    loop {
        let bytes = plain.fill_buf().map_err(text::broken_gzip(path))?;
        if bytes.is_empty() {
            return Ok(());
        }
        let into = "unpack it into the temporary directory (TMPDIR names another)";
        unpacked.write_all(bytes).map_err(Error::io(path, into))?;
        let length = bytes.len();
        plain.consume(length);
    }
}
