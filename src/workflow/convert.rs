//! Bands and phonons written in another format.

use super::held::Held;
use super::open::{Demands, Opened, Preference, hamiltonian, open};
use super::opening::Opening;
use crate::bands::{BandHeader, BandSource, WannierHamiltonian};
use crate::error::{Error, Result};
use crate::io::bxsf::{BxsfConvention, WriteOptions};
use crate::io::{bxsf, frmsf, wannier90};
use std::path::{Path, PathBuf};

/// What a name's ending asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// bzint's own format.
    Native,
    /// XCrySDen's.
    Bxsf,
    /// FermiSurfer's.
    Frmsf,
    /// A Hamiltonian as Wannier90 writes it, with this `SEED.win` beside.
    Hamiltonian(PathBuf),
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Conversion {
    /// Spin channel for formats without spin, from 0.
    pub spin: Option<usize>,
    /// The one band to write, by the number that its code gave it.
    pub band: Option<usize>,
    /// Units of what is written; none for Wannier90's.
    pub units: Option<BxsfConvention>,
    /// The Fermi level for formats that need one, eV, instead of the file's.
    pub fermi_level_ev: Option<f64>,
}

/// Bands to be written.
pub enum Convertible {
    /// On a grid.
    Table(Box<dyn BandSource>),
    /// As a Hamiltonian.
    Hamiltonian(Box<WannierHamiltonian>),
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Converted {
    /// All bands.
    Bands(usize),
    /// The band of this number.
    Band(usize),
    /// A Hamiltonian of so many orbitals with so many lattice vectors.
    Hamiltonian {
        /// Orbitals of a cell.
        orbitals: usize,
        /// Lattice vectors.
        vectors: usize,
    },
}

impl Target {
    /// What the name's ending asks for.
    ///
    /// # Errors
    /// [`Error::BadOption`] where it asks for nothing that is known.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        match (extension, wannier90::win_beside(path)) {
            ("dat", Some(win)) => Ok(Self::Hamiltonian(win)),
            ("h5" | "hdf5", _) => Ok(Self::Native),
            ("bxsf", _) => Ok(Self::Bxsf),
            ("frmsf", _) => Ok(Self::Frmsf),
            _ => Err(Error::bad_option(
                "--output",
                format!(
                    "{} ends in none of .h5, .bxsf, .frmsf, _hr.dat",
                    path.display()
                ),
                "give a name with the ending of the format wanted",
            )),
        }
    }

    /// Whether the format leaves the units open.
    pub fn has_units(&self) -> bool {
        matches!(self, Self::Bxsf | Self::Frmsf)
    }
}

impl Conversion {
    /// Whether the format takes what is asked for.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self, target: &Target) -> Result<()> {
        if target.has_units() {
            return Ok(());
        }
        let whole = *target == Target::Native;
        let unused = [
            ("--spin", self.spin.is_some() && whole, "holds both spins"),
            (
                "--fermi-level",
                self.fermi_level_ev.is_some(),
                "keeps the file's own, or none",
            ),
            ("--output-units", self.units.is_some(), "is in eV and Å"),
            ("--band", self.band.is_some(), "holds all bands"),
        ];
        match unused.iter().find(|(_, given, _)| *given) {
            None => Ok(()),
            Some((option, _, why)) => Err(Error::bad_option(
                *option,
                format!("a native file {why}"),
                "leave it away, or write a .bxsf or .frmsf file",
            )),
        }
    }

    /// The bands as they are to be written.
    ///
    /// # Errors
    /// As [`open`] and [`hamiltonian`].
    pub fn open(&self, held: Held, opening: &Opening, target: &Target) -> Result<Convertible> {
        if let Target::Hamiltonian(_) = target {
            let found = hamiltonian(held, self.spin)?;
            return Ok(Convertible::Hamiltonian(Box::new(found)));
        }
        let demands = Demands {
            method: None,
            check: &|_, _| Ok(()),
            table: None,
            lifetimes: false,
        };
        match open(held, opening, Preference::Table, &demands)? {
            Opened::Table(bands) => Ok(Convertible::Table(bands)),
            Opened::Refined(..) => Err(Error::Internal("a table was refined".into())),
        }
    }

    /// Writes them to `path`; `command` is kept where the format keeps words.
    ///
    /// # Errors
    /// Where the format needs what the bands lack, or the file cannot be written.
    pub fn write(
        &self,
        bands: &Convertible,
        path: &Path,
        target: &Target,
        command: &str,
    ) -> Result<Converted> {
        let source = match bands {
            Convertible::Hamiltonian(found) => {
                wannier90::write(path, found, command)?;
                return Ok(Converted::Hamiltonian {
                    orbitals: found.header().n_band,
                    vectors: found.vectors().len(),
                });
            }
            Convertible::Table(source) => &**source,
        };
        let convention = self.units.unwrap_or_default();
        let mut options = WriteOptions {
            spin: self.spin,
            fermi_level_ev: self.fermi_level_ev,
            band: self.band,
            units: convention.units,
        };
        if convention.one_band && self.band.is_none() {
            options.band = Some(only_band(source, &options)?);
        }
        match target {
            Target::Bxsf => bxsf::write(path, source, &options)?,
            Target::Frmsf => frmsf::write(path, source, &options)?,
            _ => native(path, source, command)?,
        }
        Ok(match options.band {
            Some(number) => Converted::Band(number),
            None => Converted::Bands(source.header().n_band),
        })
    }
}

impl Convertible {
    /// What the bands are.
    pub fn header(&self) -> &BandHeader {
        match self {
            Self::Table(source) => source.header(),
            Self::Hamiltonian(found) => found.header(),
        }
    }
}

#[cfg(feature = "hdf5-write")]
fn native(path: &Path, source: &dyn BandSource, command: &str) -> Result<()> {
    crate::io::hdf5::write(path, source, command)
}

#[cfg(not(feature = "hdf5-write"))]
fn native(path: &Path, _: &dyn BandSource, _: &str) -> Result<()> {
    Err(Error::bad_option(
        "--output",
        format!(
            "{}: HDF5 is not written here, which would need its C library",
            path.display()
        ),
        "write .bxsf, .frmsf or _hr.dat, or use the command `bzint convert`",
    ))
}

/// The band for a code that reads one a file, where it was not given: the only one that crosses the Fermi level.
fn only_band(source: &dyn BandSource, options: &WriteOptions) -> Result<usize> {
    let header = source.header();
    let first = options.spin.unwrap_or(0).min(header.n_spin() - 1) * header.n_band;
    let bands = source.statistics().iter().skip(first).take(header.n_band);
    let level = options.fermi_level_ev.or(header.fermi_level_ev);
    let crosses = |(low, high)| level.is_some_and(|e| low < e && e < high);
    let crossing: Vec<usize> = bands
        .enumerate()
        .filter(|(_, s)| crosses((s.energy_min, s.energy_max)))
        .map(|(band, _)| header.first_band + band)
        .collect();
    if let [only] = crossing.as_slice() {
        return Ok(*only);
    }
    let numbers: Vec<String> = crossing.iter().map(usize::to_string).collect();
    let which = match numbers.as_slice() {
        [] => "no band crosses the Fermi level".to_string(),
        several => format!("bands {} cross the Fermi level", several.join(", ")),
    };
    Err(Error::bad_option(
        "--band",
        format!("SKEAF reads one band a file, and {which}"),
        "give `--band N`, once a file",
    ))
}
