//! Files of phonons: recognised by what they hold, read into [`Phonons`].
//!
//! | format | files | frequencies | velocities | rates |
//! | --- | --- | --- | --- | --- |
//! | native | HDF5 of kind `phonons` | THz | m/s | lifetimes in s, per temperature |
//! | phonopy | `mesh.hdf5` with `phonopy.yaml`, `mesh.yaml` | THz, ordinary (no 2π) | THz × length of the interface = ∂ω/∂q: 100 m/s for Å | – |
//! | phono3py | `kappa-*.hdf5` with `phono3py.yaml` | THz | THz·Å | half linewidths γ in THz: 1/τ = 4πγ |
//! | ShengBTE, FourPhonon | `BTE.*` with `CONTROL` | rad/ps | km/s | 1/ps = 1/τ |
//!
//! Imaginary modes are negative frequencies in all of them.

mod cell;
mod kappa;
mod mesh;
mod native;
mod shengbte;
mod unfold;

#[cfg(feature = "hdf5-write")]
pub use native::write;

use super::h5::H5;
use super::text;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use std::path::{Path, PathBuf};

/// What the readers are, for messages.
pub(crate) const KNOWN: &str = "its own HDF5 phonon files, phonopy's mesh.hdf5 and mesh.yaml, phono3py's kappa-*.hdf5, ShengBTE's and \
     FourPhonon's BTE.* files (or the directory of a run)";
/// First bytes of an HDF5 file.
const HDF5_SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
/// How much of a text file is looked at.
const LOOK_AT: u64 = 64 * 1024;

/// Formats of phonon files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Native,
    MeshHdf5,
    MeshYaml,
    Kappa,
    ShengBte,
}

impl Format {
    /// In words.
    fn name(self) -> &'static str {
        match self {
            Self::Native => "bzint's own phonons",
            Self::MeshHdf5 => "phonopy's mesh.hdf5",
            Self::MeshYaml => "phonopy's mesh.yaml",
            Self::Kappa => "phono3py's kappa-*.hdf5",
            Self::ShengBte => "a BTE.* file of ShengBTE or FourPhonon",
        }
    }
}

/// The phonon file that `path` is or holds, with its format; none where it is something else.
///
/// # Errors
/// [`Error::Io`] where the system refuses; [`Error::BadFile`] for a directory with several runs.
pub(super) fn recognise(path: &Path) -> Result<Option<(PathBuf, Format)>> {
    let metadata = std::fs::metadata(path).map_err(Error::io(path, "open"))?;
    if metadata.is_dir() {
        return in_directory(path);
    }
    if is_table(path) {
        return Ok(Some((path.to_path_buf(), Format::ShengBte)));
    }
    let beginning = text::beginning(path, LOOK_AT)?;
    let found = match beginning.starts_with(HDF5_SIGNATURE) {
        // What cannot be opened as HDF5 is for the reader of bands to tell.
        true => H5::open(path).ok().and_then(|file| of_hdf5(&file)),
        false => of_text(&String::from_utf8_lossy(&beginning)),
    };
    Ok(found.map(|format| (path.to_path_buf(), format)))
}

/// Whether the name is one of ShengBTE's tables, which are bare numbers.
fn is_table(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    name.is_some_and(|n| n.starts_with("BTE."))
}

fn of_hdf5(file: &H5) -> Option<Format> {
    if file.kind().as_deref() == Some(native::KIND_PHONONS) {
        return Some(Format::Native);
    }
    if !(file.has("frequency") && file.has("qpoint")) {
        return None;
    }
    match file.has("gamma") || file.has("gv_by_gv") {
        true => Some(Format::Kappa),
        false => Some(Format::MeshHdf5),
    }
}

fn of_text(text: &str) -> Option<Format> {
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    let mesh = starts("mesh:") && starts("phonon:") && text.contains("q-position:");
    mesh.then_some(Format::MeshYaml)
}

/// The phonon file of a run's directory: where it has bands, too, those come first.
fn in_directory(path: &Path) -> Result<Option<(PathBuf, Format)>> {
    if let Some(file) = super::listed::file_in(path, &["BTE.omega"]) {
        return Ok(Some((file, Format::ShengBte)));
    }
    let mut kappa = Vec::new();
    for entry in std::fs::read_dir(path).map_err(Error::io(path, "read"))? {
        let name = entry.map_err(Error::io(path, "read"))?.file_name();
        let name = name.to_string_lossy().into_owned();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        if plain.starts_with("kappa-") && plain.ends_with(".hdf5") {
            kappa.push(name);
        }
    }
    kappa.sort_unstable();
    match &kappa[..] {
        [] => {}
        [one] => return Ok(Some((path.join(one), Format::Kappa))),
        several => {
            let problem = format!(
                "it holds {} kappa files: {}",
                several.len(),
                several[..several.len().min(4)].join(", ")
            );
            return Err(Error::bad_file(
                path,
                "directory",
                problem,
                "name one of them",
            ));
        }
    }
    let mesh = [
        ("mesh.hdf5", Format::MeshHdf5),
        ("mesh.yaml", Format::MeshYaml),
    ];
    let found = mesh
        .into_iter()
        .find_map(|(name, format)| Some((super::listed::file_in(path, &[name])?, format)));
    Ok(found)
}

/// What of a file that is being opened there is to look at.
pub(super) enum Look<'a> {
    /// Its name, or what a directory holds.
    Path,
    /// An HDF5 file.
    Hdf5(&'a H5),
    /// The beginning of a text.
    Text(&'a str),
}

/// The error of a file of phonons where bands are wanted.
///
/// # Errors
/// That error, where `path` is such a file; those of the system.
pub(super) fn refuse(path: &Path, look: Look) -> Result<()> {
    let found = match look {
        Look::Path if path.is_dir() => in_directory(path)?,
        Look::Path => is_table(path).then(|| (path.to_path_buf(), Format::ShengBte)),
        Look::Hdf5(file) => of_hdf5(file).map(|f| (path.to_path_buf(), f)),
        Look::Text(text) => of_text(text).map(|f| (path.to_path_buf(), f)),
    };
    match found {
        None => Ok(()),
        Some((file, format)) => Err(Error::bad_file(
            &file,
            "file",
            format!(
                "it holds phonons ({}), where bands of electrons are wanted",
                format.name()
            ),
            "give it to `bzint phonon`, or name a band file",
        )),
    }
}

/// Whether `path` is a file of phonons, or a directory that holds one and no bands.
///
/// # Errors
/// As [`open`].
pub fn is_phonons(path: &Path) -> Result<bool> {
    let metadata = std::fs::metadata(path).map_err(Error::io(path, "open"))?;
    if metadata.is_dir() && matches!(super::directory::band_file(path), Ok(Some(_))) {
        return Ok(false);
    }
    // A pipe can be read only once.
    if !metadata.is_dir() && !metadata.is_file() {
        return Ok(false);
    }
    Ok(recognise(path)?.is_some())
}

/// Opens a file of phonons.
///
/// # Errors
/// [`Error::Io`]; [`Error::UnknownFormat`] for what is none; [`Error::BadFile`] for one that cannot be used, with the place and a remedy.
pub fn open(path: &Path) -> Result<Phonons> {
    let Some((file, format)) = recognise(path)? else {
        return Err(Error::UnknownFormat {
            path: path.to_path_buf(),
            reason: "it holds no phonons".to_owned(),
            known: KNOWN,
        });
    };
    let read = match format {
        Format::Native => native::read(&file),
        Format::MeshHdf5 => mesh::read_hdf5(&file),
        Format::MeshYaml => mesh::read_yaml(&file),
        Format::Kappa => kappa::read(&file),
        Format::ShengBte => shengbte::read(&file),
    };
    let mut phonons = read.map_err(text::in_file(&file))?;
    let provenance = &mut phonons.header_mut().provenance;
    provenance.path = file.display().to_string();
    if provenance.sha256.is_empty() {
        provenance.sha256 = text::checksum(&file)?;
    }
    Ok(phonons)
}
