//! The native HDF5 band file.
