//! netCDF files of other codes, by their first bytes: netCDF-4, which is HDF5, or the classic formats CDF-1, -2 and -5 (plain or
//! gzip), as ABINIT writes them where its netCDF library has no HDF5.

use super::h5::H5;
use super::text;
use crate::bands::BandGrid;
use crate::error::{Error, Result};
use netcdf_reader::NcFile;
use std::path::{Path, PathBuf};

const COPY_AGAIN: &str = "the file is damaged or cut short: copy it again";

/// Whether these first bytes are those of a classic netCDF file.
pub(crate) fn is_classic(beginning: &[u8]) -> bool {
    matches!(beginning, [b'C', b'D', b'F', 1 | 2 | 5, ..])
}

/// An open file of either kind.
pub(crate) enum NetCdf {
    Four(H5),
    Classic(Classic),
}

/// A classic file in memory.
pub(crate) struct Classic {
    file: NcFile,
    path: PathBuf,
}

impl NetCdf {
    pub fn open(path: &Path) -> Result<Self> {
        if !is_classic(&text::beginning(path, 8)?) {
            return Ok(Self::Four(H5::open(path)?));
        }
        let broken = |problem: String| Error::bad_file(path, "netCDF", problem, COPY_AGAIN);
        let bytes = text::bytes(path).map_err(|error| match error {
            Error::BadFile { problem, .. } => broken(problem),
            other => other,
        })?;
        let file = NcFile::from_bytes(&bytes).map_err(|error| broken(error.to_string()))?;
        Ok(Self::Classic(Classic {
            file,
            path: path.to_path_buf(),
        }))
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Four(file) => file.path(),
            Self::Classic(file) => &file.path,
        }
    }

    pub fn bad(&self, name: &str, problem: impl Into<String>, remedy: &str) -> Error {
        Error::bad_file(self.path(), name, problem, remedy)
    }

    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Four(file) => file.has(name),
            Self::Classic(file) => file.file.variable(name).is_ok(),
        }
    }

    /// Shape and numbers of a variable, of any type of number; all finite.
    pub fn array(&self, name: &str) -> Result<(Vec<usize>, Vec<f64>)> {
        match self {
            Self::Four(file) => file.array(name),
            Self::Classic(file) => file.array(name),
        }
    }

    /// The length of a dimension; `None` where there is no such dimension.
    pub fn dimension(&self, name: &str) -> Result<Option<usize>> {
        match self {
            // In HDF5 a dimension is a dataset of that length.
            Self::Four(file) if file.has(name) => Ok(file.array(name)?.0.first().copied()),
            Self::Four(_) => Ok(None),
            Self::Classic(file) => {
                let dimension = file.file.dimension(name).ok();
                Ok(dimension.and_then(|d| usize::try_from(d.size).ok()))
            }
        }
    }

    /// The only number of a variable; `None` where there is no such variable.
    pub fn number(&self, name: &str) -> Result<Option<f64>> {
        if !self.has(name) {
            return Ok(None);
        }
        match self.array(name)?.1.as_slice() {
            [value] => Ok(Some(*value)),
            other => {
                let problem = format!("{} numbers, where one is expected", other.len());
                Err(self.bad(name, problem, COPY_AGAIN))
            }
        }
    }

    /// A variable of vectors.
    pub fn vectors(&self, name: &str) -> Result<Vec<[f64; 3]>> {
        let (shape, values) = self.array(name)?;
        if shape.last() != Some(&3) {
            let problem = format!("shape {shape:?}, where vectors of 3 numbers are expected");
            return Err(self.bad(name, problem, COPY_AGAIN));
        }
        Ok(values.as_chunks::<3>().0.to_vec())
    }

    /// The words of a variable of characters whose last dimension is `width`.
    pub fn words(&self, name: &str, width: usize) -> Result<Vec<String>> {
        match self {
            // HDF5 has them letter by letter.
            Self::Four(file) => {
                let letters = file.texts(name)?;
                Ok(letters.chunks(width).map(|word| word.concat()).collect())
            }
            Self::Classic(file) => file.words(name),
        }
    }

    /// Puts path and checksum into the bands' provenance.
    pub fn sign(&self, bands: &mut BandGrid) -> Result<()> {
        let provenance = &mut bands.header_mut().provenance;
        provenance.path = self.path().display().to_string();
        provenance.sha256 = text::checksum(self.path())?;
        Ok(())
    }
}

impl Classic {
    fn bad(&self, name: &str, problem: impl Into<String>) -> Error {
        Error::bad_file(&self.path, name, problem, COPY_AGAIN)
    }

    fn array(&self, name: &str) -> Result<(Vec<usize>, Vec<f64>)> {
        let values = self
            .file
            .read_variable_as_f64(name)
            .map_err(|error| self.bad(name, error.to_string()))?;
        let shape = values.shape().to_vec();
        let values: Vec<f64> = values.into_iter().collect();
        if let Some(i) = values.iter().position(|x| !x.is_finite()) {
            let problem = format!("number {} is {}", i + 1, values[i]);
            return Err(self.bad(name, problem));
        }
        Ok((shape, values))
    }

    fn words(&self, name: &str) -> Result<Vec<String>> {
        let words = self.file.read_variable_as_strings(name);
        let words = words.map_err(|error| self.bad(name, error.to_string()))?;
        let trimmed = |w: &String| {
            w.trim_matches(|c: char| c.is_whitespace() || c == '\0')
                .to_string()
        };
        Ok(words.iter().map(trimmed).collect())
    }
}
