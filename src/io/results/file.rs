//! Writing and reading of a [`ResultFile`].

use super::{AttributeValue, CAUSE, Coordinates, Dimension, ResultFile, Variable};
use crate::error::{Error, Result};
use crate::io::dimension_scale::{self, DimensionScales};
use crate::io::hdf5::container::{self, KIND, NEWEST_SCHEMA, SCHEMA, describe, text, write_error};
use crate::io::hdf5::filters;
use crate::io::hdf5::stored::StoredFile;
use crate::io::hdf5::values::{Read, StoredDataset};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, H5Type};
use std::path::Path;

/// What to do about a damaged file.
const REMEDY: &str = "the file is damaged or holds no results: write it again";

impl ResultFile {
    /// Writes the file atomically.
    ///
    /// # Errors
    /// [`Error::Io`] where the target cannot be written; nothing is left behind then.
    pub fn write(&self, path: &Path) -> Result<()> {
        container::create(path, |file| {
            let mut scales = DimensionScales::new(file);
            self.fill(file, &mut scales)
                .and_then(|()| scales.finish())
                .map_err(write_error(path, "results"))
        })
    }

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

    fn fill(&self, file: &File, scales: &mut DimensionScales<'_>) -> hdf5::Result<()> {
        container::set_text(file, KIND, &self.kind)?;
        container::set_number(file, SCHEMA, NEWEST_SCHEMA)?;
        for (name, value) in &self.attributes {
            match value {
                AttributeValue::Text(value) => container::set_text(file, name, value)?,
                AttributeValue::Number(value) => container::set_number(file, name, *value)?,
                AttributeValue::Integer(value) => container::set_number(file, name, *value)?,
            }
        }
        for dimension in &self.dimensions {
            let shape = [dimension.coordinates.len()];
            let dataset = match &dimension.coordinates {
                Coordinates::Numbers(numbers) => put(file, &dimension.name, &shape, numbers)?,
                Coordinates::Labels(labels) => {
                    let labels: Vec<VarLenUnicode> = labels.iter().map(|l| text(l)).collect();
                    put(file, &dimension.name, &shape, &labels)?
                }
            };
            describe(&dataset, &dimension.unit, &dimension.long_name)?;
            scales.add(&dimension.name, dataset)?;
        }
        for variable in &self.variables {
            let names: Vec<&str> = variable.dimensions.iter().map(String::as_str).collect();
            let shape = self
                .shape(&names)
                .map_err(|error| hdf5::Error::Internal(error.to_string()))?;
            let mut each = vec![(
                variable.name.clone(),
                &variable.data,
                variable.long_name.clone(),
            )];
            if let Some(error) = &variable.error {
                let long_name = format!("error bar of {}", variable.long_name);
                each.push((format!("{}_error", variable.name), error, long_name));
            }
            for (name, data, long_name) in each {
                let dataset = put(file, &name, &shape, data)?;
                describe(&dataset, &variable.unit, &long_name)?;
                scales.attach(&dataset, &names)?;
            }
            if let Some(bars) = &variable.error_by_cause {
                let names: Vec<&str> = names.iter().copied().chain([CAUSE]).collect();
                let shape = self
                    .shape(&names)
                    .map_err(|error| hdf5::Error::Internal(error.to_string()))?;
                let name = format!("{}_error_by_cause", variable.name);
                let dataset = put(file, &name, &shape, bars)?;
                let about = format!("error bar of {} by its causes", variable.long_name);
                describe(&dataset, &variable.unit, &about)?;
                scales.attach(&dataset, &names)?;
            }
        }
        Ok(())
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

fn put<T: H5Type>(file: &File, name: &str, shape: &[usize], data: &[T]) -> hdf5::Result<Dataset> {
    let builder = file.new_dataset::<T>().obj_track_times(false);
    let dataset = match shape {
        [] => builder.shape(()).create(name)?,
        _ => builder.shape(shape.to_vec()).create(name)?,
    };
    dataset.write_raw(data)?;
    Ok(dataset)
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
