//! Attributes of an open HDF5 file and of its datasets.

use super::datatype::{Read, is_integer, is_text, problem, type_name};
use hdf5_reader::{Datatype, StringSize};

/// An attribute of an open file.
pub(in crate::io) struct Attribute(hdf5_reader::Attribute);

impl Attribute {
    pub(super) fn new(attribute: hdf5_reader::Attribute) -> Self {
        Self(attribute)
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn is_float(&self) -> bool {
        matches!(self.0.datatype, Datatype::FloatingPoint { .. })
    }

    pub fn is_integer(&self) -> bool {
        is_integer(&self.0.datatype)
    }

    pub fn number(&self) -> Read<f64> {
        self.one()?;
        self.0.read_as_f64().map_err(problem)
    }

    pub fn integer(&self) -> Read<i64> {
        self.one()?;
        match self.0.datatype {
            Datatype::FixedPoint {
                size: 8,
                signed: true,
                ..
            } => self.0.read_scalar().map_err(problem),
            Datatype::FixedPoint { .. } => self.0.read_as_f64().map(|x| x as i64).map_err(problem),
            _ => Err(self.another_type("an integer")),
        }
    }

    /// The only text.
    pub fn text(&self) -> Read<String> {
        self.one()?;
        let mut texts = self.texts()?;
        texts.pop().ok_or_else(|| "there is no text".to_string())
    }

    pub fn texts(&self) -> Read<Vec<String>> {
        match (&self.0.decoded_strings, &self.0.datatype) {
            (Some(texts), _) => Ok(texts.clone()),
            (
                None,
                Datatype::String {
                    size: StringSize::Fixed(_),
                    ..
                },
            ) => self.0.read_strings().map_err(problem),
            (None, kind) if is_text(kind) => {
                Err("it points to a text that is not in the file".to_string())
            }
            _ => Err(self.another_type("text")),
        }
    }

    /// The elements as they are stored, where the attribute holds lists of references.
    pub fn lists(&self, width: usize) -> Read<impl Iterator<Item = &[u8]>> {
        let lists = match &self.0.datatype {
            Datatype::VarLen { base, .. } => matches!(**base, Datatype::Reference { .. }),
            _ => false,
        };
        if !lists {
            return Err(self.another_type("lists of references"));
        }
        Ok(self.0.raw_data.chunks_exact(width.max(1)))
    }

    fn another_type(&self, needed: &str) -> String {
        let found = type_name(&self.0.datatype);
        format!(
            "{} has the type {found}, where {needed} is needed",
            self.name()
        )
    }

    fn one(&self) -> Read<()> {
        match self.0.num_elements().map_err(problem)? {
            1 => Ok(()),
            n => Err(format!(
                "{} has {n} values, where one is needed",
                self.name()
            )),
        }
    }
}
