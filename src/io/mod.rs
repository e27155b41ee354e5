//! File formats, one file each: readers give a [`BandSource`], writers take bands or results.
//! [`open`] recognises a format by the content of the file, never by its name.

pub mod abinit;
pub mod boltztrap;
pub mod bt2;
pub mod bxsf;
pub mod castep;
mod dimension_scale;
mod directory;
pub mod elk;
pub mod fhi_aims;
pub mod frmsf;
mod h5;
pub mod hdf5;
mod identity;
pub(crate) mod input;
mod lines;
pub(crate) mod listed;
mod netcdf;
mod options;
pub mod output;
pub mod phonons;
pub mod polygons;
pub mod qe;
mod recognised;
pub mod results;
mod scratch;
pub mod sums;
pub(crate) mod text;
pub mod vasp;
pub mod wannier90;
pub mod wien2k;

pub use options::{OpenOptions, SpinDegeneracy};
pub use recognised::holds_bands;

use crate::bands::{BandGrid, BandSource, Field, WannierHamiltonian};
use crate::error::{Error, Result};
use crate::sampler::WannierGrid;
use options::TWO_ASSUMED;
use std::path::Path;

/// The formats that [`open`] knows, for messages.
pub(crate) const KNOWN: &str = "its own HDF5 band files, Quantum ESPRESSO's data-file-schema.xml (or the PREFIX.save \
     directory), BXSF, FRMSF, VASP's vasprun.xml, vaspout.h5 and EIGENVAL, BoltzTraP2's .structure and .energy and its .bt2 and .btj, Elk's EIGVAL.OUT, \
     ABINIT's _GSR.nc and _EIG.nc, CASTEP's .bands, WIEN2k's .energy and .struct, FHI-aims' Final_KS_eigenvalues.dat, Wannier90's _tb.dat and _hr.dat, all but its own also as .gz";
/// First bytes of an HDF5 file.
const HDF5_SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
/// How much of a file is looked at: comments may come before what gives a format away.
const LOOK_AT: u64 = 64 * 1024;

/// Whether `path` is a BXSF or FRMSF file: the formats without units.
///
/// # Errors
/// [`Error::Io`] where the system refuses.
pub fn is_without_units(path: &Path) -> Result<bool> {
    // A pipe can be read only once: the user knows what comes through it.
    if !path.is_file() {
        return Ok(!path.is_dir());
    }
    let beginning = text::beginning(path, LOOK_AT)?;
    let text = String::from_utf8_lossy(&beginning);
    Ok(bxsf::is_bxsf(&text) || frmsf::is_frmsf(&text))
}

/// The text of a parameter file.
///
/// # Errors
/// [`Error::Io`] where the system refuses; [`Error::BadFile`] for one that is empty, damaged or far too long.
pub(crate) fn read_parameters(path: &Path) -> Result<String> {
    Ok(text::read_small(path, text::MOST_PARAMETERS)?.text)
}

/// A gap for every state of `bands`, eV, `[spin][band][k]`: the dataset `gap` of an HDF5 file, or the first property of an FRMSF file
/// (`frmsf::property`).
///
/// # Errors
/// [`Error::BadFile`] where there is none, or of another grid.
pub fn gap_table(path: &Path, bands: &BandGrid) -> Result<Vec<f64>> {
    let beginning = text::beginning(path, LOOK_AT)?;
    if beginning.starts_with(HDF5_SIGNATURE) {
        let file = h5::H5::open(path)?;
        return Ok(file.array("gap")?.1);
    }
    if !frmsf::is_frmsf(&String::from_utf8_lossy(&beginning)) {
        return Err(Error::bad_file(
            path,
            "gap",
            "it is neither an HDF5 file with a dataset `gap` nor an FRMSF file",
            "tabulate the gap in one of these",
        ));
    }
    let property = frmsf::read_property(path)?;
    let (own, wanted) = (property.header(), bands.header());
    if own.k_grid != wanted.k_grid || own.n_band != wanted.n_band {
        return Err(Error::bad_file(
            path,
            "gap",
            format!(
                "{} bands on {}, where the bands are {} on {}",
                own.n_band, own.k_grid, wanted.n_band, wanted.k_grid
            ),
            "tabulate the gap on the bands' own grid, for the same bands",
        ));
    }
    let each = (0..own.n_band).flat_map(|b| property.band(Field::Energy, 0, b).iter().copied());
    Ok(each.collect())
}

/// Writes a text file that appears only once it is whole.
///
/// # Errors
/// [`Error::Io`] where the system refuses; nothing is left behind then.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    write_bytes(path, text.as_bytes())
}

/// Writes a file atomically.
///
/// # Errors
/// As [`write_text`].
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    output::write(path, |out| {
        out.write_all(bytes).map_err(Error::io(path, "write"))
    })
}

/// The Wannier Hamiltonian that `path` names, by a file, a directory or a seed; `None` where it is something else.
///
/// # Errors
/// As [`wannier90::read`].
pub fn open_wannier(path: &Path) -> Result<Option<WannierHamiltonian>> {
    // Where a directory holds both, the bands of a run come first: the seed names the Hamiltonian.
    if path.is_dir() && matches!(directory::band_file(path), Ok(Some(_))) {
        return Ok(None);
    }
    match wannier90::find(path)? {
        Some(files) => wannier90::read_files(path, &files).map(Some),
        None => Ok(None),
    }
}

/// Whether a folder holds one run, which [`open`] finds by itself: no file in it holds other bands.
pub fn is_run(folder: &Path) -> bool {
    let Ok(Some(found)) = directory::band_file(folder) else {
        return false;
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    let files = entries.filter_map(|e| Some(e.ok()?.path()));
    let mut others =
        files.filter(|f| *f != found && f.is_file() && !directory::is_named_by_a_code(f));
    !others.any(|f| holds_bands(&f))
}

/// Opens any supported band file, or a directory that holds one. A Wannier Hamiltonian is taken on a default grid.
///
/// # Errors
/// [`Error::Io`] where there is no such file; [`Error::UnknownFormat`] where the content is of no known format; and the
/// errors of the format's reader.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Box<dyn BandSource>> {
    let unknown = |reason: String| Error::UnknownFormat {
        path: path.to_path_buf(),
        reason,
        known: KNOWN,
    };
    let settled = |mut bands: BandGrid| -> Result<Box<dyn BandSource>> {
        options
            .settle_spin(bands.header_mut())
            .map_err(text::in_file(path))?;
        Ok(Box::new(bands))
    };
    if let Some(mut hamiltonian) = open_wannier(path)? {
        options.settle_spin(hamiltonian.header_mut())?;
        return Ok(Box::new(WannierGrid::with_default_grid(hamiltonian)?));
    }
    let metadata = std::fs::metadata(path).map_err(Error::io(path, "open"))?;
    if metadata.is_dir() {
        if qe::find_in_directory(path).is_some() {
            return settled(qe::read(path)?);
        }
        return match directory::band_file(path)? {
            Some(file) => open(&file, options),
            None => phonons::refuse(path, phonons::Look::Path).and(Err(unknown(format!(
                "a directory without {}",
                directory::LOOKED_FOR
            )))),
        };
    }
    phonons::refuse(path, phonons::Look::Path)?;
    let beginning = text::beginning(path, LOOK_AT)?;
    if beginning.starts_with(HDF5_SIGNATURE) {
        let compressed = text::is_gzip(path)?;
        let file = h5::H5::open(path)?;
        phonons::refuse(path, phonons::Look::Hdf5(&file))?;
        if vasp::is_vaspout(&file) {
            return settled(vasp::read_vaspout(path)?);
        }
        let file = netcdf::NetCdf::Four(file);
        if abinit::is_abinit(&file) {
            return settled(abinit::read(path)?);
        }
        if compressed {
            return Err(unknown(
                "bzint's own or an unknown HDF5 file in gzip: unpack it".to_string(),
            ));
        }
        drop(file);
        let bands = hdf5::open(path)?;
        options.check_spin(bands.header())?;
        return Ok(Box::new(bands));
    }
    if netcdf::is_classic(&beginning) {
        if abinit::is_abinit(&netcdf::NetCdf::open(path)?) {
            return settled(abinit::read(path)?);
        }
        return Err(unknown(
            "a netCDF file without ABINIT's eigenvalues".to_string(),
        ));
    }
    if bt2::is_xz(&beginning) {
        return settled(bt2::read(path)?);
    }
    let text = String::from_utf8_lossy(&beginning);
    phonons::refuse(path, phonons::Look::Text(&text))?;
    if bxsf::is_bxsf(&text) {
        return settled(bxsf::read(path, options.bxsf_units)?);
    }
    if vasp::is_eigenval(&text) {
        return settled(vasp::read_eigenval(path)?);
    }
    if elk::is_eigval(&text) {
        return settled(elk::read(path)?);
    }
    if boltztrap::is_energy(&text) || boltztrap::is_structure(&text) {
        return settled(boltztrap::read(path)?);
    }
    if castep::is_bands(&text) {
        return settled(castep::read(path)?);
    }
    if wien2k::is_energy(&text) || wien2k::is_struct(&text) {
        return settled(wien2k::read(path)?);
    }
    if fhi_aims::is_eigenvalues(&text) {
        return settled(fhi_aims::read(path)?);
    }
    if frmsf::is_frmsf(&text) {
        return settled(frmsf::read(path, options.bxsf_units)?);
    }
    match root_element(&text) {
        Some("espresso") => settled(qe::read(path)?),
        Some("modeling") => settled(vasp::read(path)?),
        Some(name) => Err(unknown(format!("XML with the root element <{name}>"))),
        None if beginning.contains(&0) => Err(unknown("binary data".to_string())),
        None => {
            let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
            let start: String = line.trim().chars().take(40).collect();
            Err(unknown(format!("text that begins with \"{start}\"")))
        }
    }
}

/// The local name of the first element, where the text is XML.
fn root_element(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let close = match rest.get(..2)? {
            "<?" => "?>",
            "<!" if rest.starts_with("<!--") => "-->",
            "<!" => ">",
            _ => break,
        };
        rest = rest[rest.find(close)? + close.len()..].trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let name = &name[..name.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?];
    Some(name.rsplit(':').next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_element_is_found_behind_prologue_and_comments() {
        let qe = "<?xml version=\"1.0\"?>\n<!-- a <b> -->\n<qes:espresso xmlns:qes=\"x\">";
        assert_eq!(root_element(qe), Some("espresso"));
        assert_eq!(root_element("<modeling>"), Some("modeling"));
        for none in ["", "BEGIN_INFO", "<", "<?xml", "<!-- <a>"] {
            assert_eq!(root_element(none), None, "{none}");
        }
    }
}
