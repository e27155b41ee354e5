//! Reading of a [`ResultFile`] from HDF5.

use super::{AttributeValue, CAUSE, Coordinates, Dimension, ResultFile, Variable};
use crate::error::{Error, Result};
use crate::io::dimension_scale;
use crate::io::hdf5::datatype::Read;
use crate::io::hdf5::filters;
use crate::io::hdf5::schema::{KIND, SCHEMA};
use crate::io::hdf5::stored::StoredFile;
use crate::io::hdf5::values::StoredDataset;
use std::path::Path;

/// What to do about a damaged file.
const REMEDY: &str = "the file is damaged or holds no results: write it again";

impl ResultFile {
    /// Reads a result file; `kind` demands one kind.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::UnknownFormat`], or [`Error::BadFile`] for another kind, a newer schema or a damaged file.
    pub fn read(path: &Path, kind: Option<&str>) -> Result<Self> {
        let file = StoredFile::open(path)?;
        let kind = file.check_kind(kind)?;
        let mut results = Self {
            kind,
            dimensions: Vec::new(),
            variables: Vec::new(),
            attributes: Vec::new(),
        };
        results.load(&file).map_err(|problem| {
            let remedy = filters::remedy(&problem, REMEDY);
            Error::bad_file(path, "results", problem, remedy)
        })?;
        results
            .check()
            .map_err(|(place, problem)| Error::bad_file(path, place, problem, REMEDY))?;
        Ok(results)
    }

    fn load(&mut self, file: &StoredFile) -> Read<()> {
        for attribute in file.attributes()? {
            let name = attribute.name();
            if name == KIND || name == SCHEMA {
                continue;
            }
            let value = if attribute.is_float() {
                AttributeValue::Number(attribute.number()?)
            } else if attribute.is_integer() {
                AttributeValue::Integer(attribute.integer()?)
            } else {
                AttributeValue::Text(attribute.text()?)
            };
            self.attributes.push((name.to_string(), value));
        }
        let datasets = file.datasets()?;
        for dataset in &datasets {
            let name = dataset.name().to_string();
            let unit = optional_text(dataset, "units")?;
            let long_name = optional_text(dataset, "long_name")?;
            if !dataset.fits() {
                return Err(format!(
                    "{name}: shape {:?} is more than the file can hold",
                    dataset.shape()
                ));
            }
            if dimension_scale::is_scale(dataset) {
                let coordinates = match dataset.is_text() {
                    true => Coordinates::Labels(dataset.texts()?),
                    false => Coordinates::Numbers(dataset.numbers()?),
                };
                self.dimensions.push(Dimension {
                    name,
                    coordinates,
                    unit,
                    long_name,
                });
            } else {
                self.variables.push(Variable {
                    name,
                    dimensions: dimension_scale::dimensions(file, dataset, &datasets)?,
                    data: dataset.numbers()?,
                    error: None,
                    error_by_cause: None,
                    unit,
                    long_name,
                });
            }
        }
        self.join_errors();
        Ok(())
    }

    /// Every variable fills its dimensions, every place has its coordinates, and no value is missing that has a bar: what reads
    /// results relies on it. Otherwise the place and the problem.
    pub(super) fn check(&self) -> std::result::Result<(), (String, String)> {
        for dimension in &self.dimensions {
            if dimension.coordinates.is_empty() {
                return Err((dimension.name.clone(), "the dimension is empty".into()));
            }
            if let Coordinates::Numbers(numbers) = &dimension.coordinates
                && let Some(i) = numbers.iter().position(|x| !x.is_finite())
            {
                let place = format!("{}[{i}]", dimension.name);
                return Err((
                    place,
                    format!("the coordinate is {}, no number", numbers[i]),
                ));
            }
        }
        for variable in &self.variables {
            let lengths = variable.dimensions.iter();
            let lengths: Option<Vec<usize>> = lengths
                .map(|name| Some(self.get_dimension(name)?.coordinates.len()))
                .collect();
            let room = |l: &Vec<usize>| l.iter().try_fold(1usize, |room, n| room.checked_mul(*n));
            let count = variable.data.len();
            let errors = variable.error.as_ref().map_or(count, Vec::len);
            let filled = lengths.filter(|l| room(l) == Some(count) && errors == count);
            let causes = self.get_dimension(CAUSE).map_or(0, |d| d.coordinates.len());
            let by_cause = variable.error_by_cause.as_ref();
            let filled = filled.filter(|_| {
                by_cause
                    .is_none_or(|bars| causes > 0 && count.checked_mul(causes) == Some(bars.len()))
            });
            let Some(lengths) = filled else {
                return Err((
                    variable.name.clone(),
                    format!("{count} values and {errors} error bars do not fill its dimensions"),
                ));
            };
            let bars = variable.error.iter().flatten();
            let missing = (variable.data.iter().zip(bars))
                .position(|(value, bar)| value.is_nan() && bar.is_finite());
            if let Some(at) = missing {
                let mut rest = at;
                let mut index: Vec<String> = Vec::new();
                for length in lengths.iter().rev() {
                    index.insert(0, format!("[{}]", rest % length));
                    rest /= length;
                }
                return Err((
                    format!("{}{}", variable.name, index.concat()),
                    "the value is missing: it has an error bar and is no number".into(),
                ));
            }
        }
        Ok(())
    }

    /// Gives each variable the error bars that were read as `NAME_error`.
    fn join_errors(&mut self) {
        let (errors, mut variables): (Vec<_>, Vec<_>) = std::mem::take(&mut self.variables)
            .into_iter()
            .partition(|v| v.name.ends_with("_error"));
        for error in errors {
            let name = error.name.strip_suffix("_error").unwrap_or_default();
            match variables.iter_mut().find(|v| v.name == name) {
                Some(variable) => variable.error = Some(error.data),
                None => variables.push(error),
            }
        }
        let (causes, mut variables): (Vec<_>, Vec<_>) = variables
            .into_iter()
            .partition(|v| v.name.ends_with("_error_by_cause"));
        for by_cause in causes {
            let name = by_cause
                .name
                .strip_suffix("_error_by_cause")
                .unwrap_or_default();
            match variables.iter_mut().find(|v| v.name == name) {
                Some(variable) => {
                    let bars = by_cause.data.iter().map(|x| *x as f32);
                    variable.error_by_cause = Some(bars.collect());
                }
                None => variables.push(by_cause),
            }
        }
        self.variables = variables;
    }
}

fn optional_text(dataset: &StoredDataset, name: &str) -> Read<String> {
    match dataset.attribute(name) {
        Some(attribute) => attribute.text(),
        None => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_do_not_fill_their_dimensions_are_refused() {
        let mut whole = ResultFile::new("dos", "");
        whole
            .dimension("energy", vec![0.0, 1.0, 2.0], "eV", "")
            .unwrap();
        whole
            .variable("states", &["energy"], vec![1.0; 3], "", "")
            .unwrap();
        whole.error_bar("states", vec![0.1; 3]).unwrap();
        assert_eq!(whole.check(), Ok(()));
        let changes: [fn(&mut ResultFile); 4] = [
            |r| r.variables[0].data.truncate(2),
            |r| r.variables[0].error = Some(vec![0.1; 4]),
            |r| r.variables[0].dimensions[0].push('x'),
            |r| r.dimensions[0].coordinates = Coordinates::Numbers(Vec::new()),
        ];
        for change in changes {
            let mut damaged = whole.clone();
            change(&mut damaged);
            assert!(damaged.check().is_err(), "{damaged:?}");
        }
    }
}
