//! HDF5 result files that xarray opens.
