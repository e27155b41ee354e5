//! HDF5 dimension scales (the HDF5 Dimension Scale Specification), which name the axes of a dataset for h5py, xarray and
//! netCDF: written attribute by attribute, so that the high-level HDF5 library need not be there.
//!
//! A scale carries `CLASS = "DIMENSION_SCALE"` and `NAME`; a dataset on it carries `DIMENSION_LIST`, one list of object
//! references per axis; and the scale points back with `REFERENCE_LIST`, pairs of object reference and axis number.

use hdf5::types::{FixedAscii, VarLenArray};
use hdf5::{Dataset, Datatype, File, ObjectReference1};
use hdf5_sys::h5t::{H5T_str_t, H5Tclose, H5Tcopy, H5Tset_size, H5Tset_strpad};

/// One use of a scale: the dataset, and which of its axes.
#[derive(Clone, Copy, hdf5::H5Type)]
#[repr(C)]
struct BackReference {
    dataset: ObjectReference1,
    dimension: i32,
}

struct Scale {
    name: String,
    dataset: Dataset,
    users: Vec<BackReference>,
}

/// The dimension scales of a file that is being written.
pub(in crate::io) struct DimensionScales<'f> {
    file: &'f File,
    scales: Vec<Scale>,
}

impl<'f> DimensionScales<'f> {
    /// For a new file.
    pub(in crate::io) fn new(file: &'f File) -> Self {
        Self {
            file,
            scales: Vec::new(),
        }
    }

    /// Makes a one-dimensional dataset the scale of the dimension that has the dataset's own name.
    pub(in crate::io) fn add(&mut self, name: &str, dataset: Dataset) -> hdf5::Result<()> {
        set_fixed_text(&dataset, "CLASS", "DIMENSION_SCALE")?;
        set_fixed_text(&dataset, "NAME", name)?;
        self.scales.push(Scale {
            name: name.into(),
            dataset,
            users: Vec::new(),
        });
        Ok(())
    }

    /// Names the axes of `dataset`, one dimension per axis; a scalar has none.
    pub(in crate::io) fn attach(
        &mut self,
        dataset: &Dataset,
        dimensions: &[&str],
    ) -> hdf5::Result<()> {
        if dimensions.is_empty() {
            return Ok(());
        }
        let user: ObjectReference1 = self.file.reference(&dataset.name())?;
        let mut list = Vec::with_capacity(dimensions.len());
        for (axis, name) in dimensions.iter().enumerate() {
            let Some(scale) = self.scales.iter_mut().find(|s| s.name == *name) else {
                return Err(hdf5::Error::Internal(format!("no dimension `{name}`")));
            };
            let reference: ObjectReference1 = self.file.reference(&scale.dataset.name())?;
            list.push(VarLenArray::from_slice(&[reference]));
            scale.users.push(BackReference {
                dataset: user,
                dimension: axis as i32,
            });
        }
        dataset
            .new_attr::<VarLenArray<ObjectReference1>>()
            .shape(list.len())
            .create("DIMENSION_LIST")?
            .write_raw(&list)
    }

    /// Writes the references from each scale to the datasets on it, once all are attached.
    pub(in crate::io) fn finish(self) -> hdf5::Result<()> {
        for scale in self.scales.iter().filter(|s| !s.users.is_empty()) {
            scale
                .dataset
                .new_attr::<BackReference>()
                .shape(scale.users.len())
                .create("REFERENCE_LIST")?
                .write_raw(&scale.users)?;
        }
        Ok(())
    }
}

/// Sets a fixed-length, NUL-terminated ASCII attribute: the specification asks for it, and HDF5's own reader checks the
/// length and the termination of `CLASS`.
fn set_fixed_text(dataset: &Dataset, name: &str, value: &str) -> hdf5::Result<()> {
    let value = FixedAscii::<256>::from_ascii(value.as_bytes())
        .map_err(|error| hdf5::Error::Internal(format!("{value}: {error}")))?;
    let datatype = null_terminated(value.len() + 1)?;
    let attribute = dataset
        .new_attr_builder()
        .empty_as(&datatype)
        .create(name)?;
    attribute.write_scalar(&value)
}

/// The HDF5 type of a NUL-terminated ASCII string of `size` bytes, the NUL included.
fn null_terminated(size: usize) -> hdf5::Result<Datatype> {
    hdf5::sync::sync(|| {
        // SAFETY: the library is initialised and locked by `sync`; H5T_C_S1 is one of its constants, and `id` is checked
        // before use. `from_id` takes over the one reference that H5Tcopy gave; on an error path it is closed here.
        unsafe {
            let id = H5Tcopy(*hdf5::globals::H5T_C_S1);
            if id < 0 {
                return Err(hdf5::Error::query()?);
            }
            if H5Tset_size(id, size) < 0 || H5Tset_strpad(id, H5T_str_t::H5T_STR_NULLTERM) < 0 {
                let error = hdf5::Error::query()?;
                H5Tclose(id);
                return Err(error);
            }
            hdf5::from_id::<Datatype>(id)
        }
    })
}
