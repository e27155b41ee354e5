//! Which axes a dataset has, by the HDF5 dimension scales (`hdf5::scales` writes them).

use super::hdf5::datatype::Read;
use super::hdf5::stored::StoredFile;
use super::hdf5::values::StoredDataset;

/// True where a dataset is a dimension scale.
pub(super) fn is_scale(dataset: &StoredDataset) -> bool {
    let class = dataset.attribute("CLASS").and_then(|c| c.text().ok());
    class.is_some_and(|class| class == "DIMENSION_SCALE")
}

/// Names of the dimensions of a dataset, from the references to its scales among `datasets`; empty for a scalar.
pub(super) fn dimensions(
    file: &StoredFile,
    dataset: &StoredDataset,
    datasets: &[StoredDataset],
) -> Read<Vec<String>> {
    if dataset.shape().is_empty() {
        return Ok(Vec::new());
    }
    let attribute = dataset
        .attribute("DIMENSION_LIST")
        .ok_or_else(|| format!("{} has no dimension scales", dataset.name()))?;
    attribute
        .lists(file.reference_width())?
        .map(|element| match file.references(element)?.first() {
            Some(address) => match datasets.iter().find(|d| d.address() == *address) {
                Some(scale) => Ok(scale.name().to_string()),
                None => Err("an axis refers to something that is no dataset".to_string()),
            },
            None => Err("an axis has no dimension scale".to_string()),
        })
        .collect()
}
