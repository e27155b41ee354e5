//! Whether a file holds bands, from a look at its beginning: for walks through folders, where most files hold something else.

use super::{
    HDF5_SIGNATURE, LOOK_AT, abinit, boltztrap, bt2, bxsf, castep, elk, fhi_aims, frmsf, h5, hdf5,
    netcdf, root_element, text, vasp, wannier90, wien2k,
};
use crate::error::Result;
use std::path::Path;

/// Whether [`super::open`] would take the file for bands. A file that cannot be read is none.
pub fn holds_bands(path: &Path) -> bool {
    looks_so(path).unwrap_or(false)
}

fn looks_so(path: &Path) -> Result<bool> {
    let name = path.to_string_lossy();
    let bare = name.trim_end_matches(".gz");
    // Of a seed's two Hamiltonians one is enough, and of its other files none is one.
    if bare.ends_with("_tb.dat") || bare.ends_with("_hr.dat") {
        let other = bare.replace("_hr.dat", "_tb.dat");
        let beside = bare.ends_with("_hr.dat")
            && ["", ".gz"]
                .iter()
                .any(|gz| Path::new(&(other.clone() + gz)).is_file());
        return Ok(!beside && wannier90::find(path)?.is_some());
    }
    if wannier90::find(path)?.is_some() {
        return Ok(false);
    }
    let beginning = text::beginning(path, LOOK_AT)?;
    if beginning.starts_with(HDF5_SIGNATURE) {
        let file = h5::H5::open(path)?;
        if vasp::is_vaspout(&file) {
            return Ok(true);
        }
        if abinit::is_abinit(&netcdf::NetCdf::Four(file)) {
            return Ok(true);
        }
        return Ok(hdf5::open(path).is_ok());
    }
    if netcdf::is_classic(&beginning) {
        return Ok(abinit::is_abinit(&netcdf::NetCdf::open(path)?));
    }
    if bt2::is_xz(&beginning) {
        let name = path.to_string_lossy();
        return Ok(name.ends_with(".bt2") || name.ends_with(".btj"));
    }
    if beginning.contains(&0) {
        return Ok(false);
    }
    let text = String::from_utf8_lossy(&beginning);
    let known = bxsf::is_bxsf(&text)
        || vasp::is_eigenval(&text)
        || elk::is_eigval(&text)
        || boltztrap::is_energy(&text)
        || castep::is_bands(&text)
        || wien2k::is_energy(&text)
        || fhi_aims::is_eigenvalues(&text)
        || frmsf::is_frmsf(&text);
    Ok(known || matches!(root_element(&text), Some("espresso" | "modeling")))
}
