//! What the datasets of an open HDF5 file hold, as numbers and texts: checked, whatever the file says of them.

use super::attribute::Attribute;
use super::datatype::{Read, is_integer, is_text, problem, type_name};
use hdf5_reader::{Datatype, H5Type, SliceInfo, SliceInfoElem, StringPadding, StringSize};
use std::fmt::Debug;
use std::ops::Range;

/// Compression can shrink zeros by about a thousand: a dataset larger than that was not written by anyone.
pub(super) const LARGEST_RATIO: u64 = 2000;

/// A dataset of an open file.
pub(in crate::io) struct StoredDataset {
    dataset: hdf5_reader::Dataset,
    shape: Vec<usize>,
    /// Bytes of the file.
    length: u64,
}

impl Debug for StoredDataset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.name(), self.shape)
    }
}

impl StoredDataset {
    pub(super) fn new(dataset: hdf5_reader::Dataset, length: u64) -> Read<Self> {
        let shape = dataset.shape().iter().map(|&n| usize::try_from(n));
        let shape = shape.collect::<std::result::Result<_, _>>();
        Ok(Self {
            shape: shape.map_err(problem)?,
            dataset,
            length,
        })
    }

    /// The name without the groups.
    pub fn name(&self) -> &str {
        self.dataset.name().trim_start_matches('/')
    }

    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Where it begins in the file: what references to it hold.
    pub fn address(&self) -> u64 {
        self.dataset.address()
    }

    /// Dimensions of what is packed together; none where nothing is.
    pub fn chunk(&self) -> Option<Vec<u32>> {
        self.dataset.chunks()
    }

    /// The type in a word, as NumPy names it.
    pub fn type_name(&self) -> String {
        type_name(self.dataset.dtype())
    }

    pub fn is_text(&self) -> bool {
        is_text(self.dataset.dtype())
    }

    /// Whether the file can hold as much as the shape announces: damage shows there before memory is taken.
    pub fn fits(&self) -> bool {
        let width = self.dataset.raw_element_size().map_or(8, |w| w as u64);
        let mut lengths = self.shape.iter();
        let bytes = lengths.try_fold(width, |p, &n| p.checked_mul(n as u64));
        // What is not in chunks lies in the file as it is; what was never written reads as fill values.
        let ratio = match self.dataset.chunks() {
            None => 1,
            Some(_) => LARGEST_RATIO,
        };
        bytes.is_some_and(|bytes| bytes <= self.length.saturating_mul(ratio))
    }

    /// Its numbers, of any type of number.
    pub fn numbers(&self) -> Read<Vec<f64>> {
        match self.dataset.dtype() {
            kind @ Datatype::FloatingPoint { size: 8, .. } => self.values(kind),
            kind @ Datatype::FloatingPoint { size: 4, .. } => {
                let values: Vec<f32> = self.values(kind)?;
                Ok(values.into_iter().map(f64::from).collect())
            }
            kind if is_integer(kind) => {
                let values = self.integers()?;
                Ok(values.into_iter().map(|x| x as f64).collect())
            }
            _ => Err(self.another_type("numbers")),
        }
    }

    /// Its integers, of any width.
    pub fn integers(&self) -> Read<Vec<i64>> {
        fn wide<T: Into<i64>>(values: Vec<T>) -> Vec<i64> {
            values.into_iter().map(Into::into).collect()
        }
        let kind = match self.dataset.dtype() {
            Datatype::Enum { base, .. } => base,
            kind => kind,
        };
        let &Datatype::FixedPoint { size, signed, .. } = kind else {
            return Err(self.another_type("integers"));
        };
        match (size, signed) {
            (1, true) => Ok(wide(self.values::<i8>(kind)?)),
            (1, false) => Ok(wide(self.values::<u8>(kind)?)),
            (2, true) => Ok(wide(self.values::<i16>(kind)?)),
            (2, false) => Ok(wide(self.values::<u16>(kind)?)),
            (4, true) => Ok(wide(self.values::<i32>(kind)?)),
            (4, false) => Ok(wide(self.values::<u32>(kind)?)),
            (8, true) => self.values(kind),
            (8, false) => {
                let values = self.values::<u64>(kind)?;
                let values = values.into_iter().map(i64::try_from);
                values
                    .collect::<std::result::Result<_, _>>()
                    .map_err(problem)
            }
            _ => Err(self.another_type("integers")),
        }
    }

    /// Its bytes, where it holds such.
    pub fn bytes(&self) -> Read<Vec<u8>> {
        match self.dataset.dtype() {
            Datatype::FixedPoint {
                size: 1,
                signed: false,
                ..
            } => self.dataset.read_raw_bytes().map_err(problem),
            _ => Err(self.another_type("bytes")),
        }
    }

    fn another_type(&self, needed: &str) -> String {
        format!(
            "the type is {}, where {needed} are needed",
            self.type_name()
        )
    }

    fn values<T: H5Type>(&self, kind: &Datatype) -> Read<Vec<T>> {
        let raw = self.dataset.read_raw_bytes().map_err(problem)?;
        let elements = raw.chunks_exact(size_of::<T>());
        elements
            .map(|bytes| T::from_bytes(bytes, kind).map_err(problem))
            .collect()
    }

    /// The 64-bit floats within these ranges, one for each dimension.
    pub fn within(&self, ranges: &[Range<usize>]) -> Read<Vec<f64>> {
        let selections = ranges.iter().map(|range| SliceInfoElem::Slice {
            start: range.start as u64,
            end: range.end as u64,
            step: 1,
        });
        let selections = selections.collect();
        let array = self.dataset.read_slice(&SliceInfo { selections });
        Ok(array.map_err(problem)?.into_raw_vec_and_offset().0)
    }

    /// Its texts, whatever their kind.
    pub fn texts(&self) -> Read<Vec<String>> {
        match self.dataset.dtype() {
            &Datatype::String {
                size: StringSize::Fixed(size),
                padding,
                ..
            } if size > 0 => {
                let raw = self.dataset.read_raw_bytes().map_err(problem)?;
                let words = raw.chunks_exact(size as usize);
                Ok(words.map(|word| fixed_text(word, padding)).collect())
            }
            kind if is_text(kind) => self.dataset.read_strings().map_err(problem),
            _ => Err(self.another_type("texts")),
        }
    }

    /// Its attribute of this name, where it is there.
    pub fn attribute(&self, name: &str) -> Option<Attribute> {
        self.dataset.attribute(name).ok().map(Attribute::new)
    }
}

/// Bytes of old codes need not be UTF-8.
fn fixed_text(word: &[u8], padding: StringPadding) -> String {
    let end = match padding {
        StringPadding::SpacePad => None,
        _ => word.iter().position(|&b| b == 0),
    };
    let text = String::from_utf8_lossy(&word[..end.unwrap_or(word.len())]);
    text.trim_end_matches(' ').to_string()
}
