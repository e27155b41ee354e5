//! Writing of a [`ResultFile`] as HDF5.

use super::{AttributeValue, CAUSE, Coordinates, ResultFile};
use crate::error::Result;
use crate::io::hdf5::container::{self, describe, text, write_error};
use crate::io::hdf5::scales::DimensionScales;
use crate::io::hdf5::schema::{KIND, NEWEST_SCHEMA, SCHEMA};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, H5Type};
use std::path::Path;

impl ResultFile {
    /// Writes the file atomically.
    ///
    /// # Errors
    /// [`crate::Error::Io`] where the target cannot be written; nothing is left behind then.
    pub fn write(&self, path: &Path) -> Result<()> {
        container::create(path, |file| {
            let mut scales = DimensionScales::new(file);
            self.fill(file, &mut scales)
                .and_then(|()| scales.finish())
                .map_err(write_error(path, "results"))
        })
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
