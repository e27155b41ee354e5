//! BoltzTraP2's own files: `.bt2` (an interpolation) and `.btj` (its results), xz-compressed JSON (`BoltzTraP2/serialization.py`).
//!
//! Both are a list that begins with the band data of the DFT run, which are read: the coefficients that follow in a `.bt2`
//! reproduce these energies at these k-points exactly, and what lies between is left to `--interpolate`, with error bars.
//!
//! * `ebands` `[band][k]` and `fermi` in Hartree, `kpoints` fractional, `cell` (rows) and Cartesian `position` in Å.
//!   An array is `{"BoltzTraP2_type": "Array", "data": …}`.
//! * Fermi level: the DFT code's own, as that code means it (BoltzTraP2's loaders pass it through).
//! * BoltzTraP2 keeps only bands in its energy window (±0.2 Ha about the Fermi level unless asked otherwise), and reduces
//!   `nelect` by the electrons of those that it dropped below.
//! * Spin: `dosweight` 2 is two electrons per state. 1 is one: spinors, or up and down bands in one list, which are then read as
//!   one set of bands as well; sums over all bands are those of both channels.
//! * Symmetry: the space group of the structure; with `magmom` (a number or a vector per atom) the operations that keep it.

use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::io::listed::ListedBands;
use crate::io::{input, text};
use crate::units::HARTREE_EV;
use lzma_rust2::XzReader;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use std::io::{BufReader, Read};
use std::path::Path;

/// First bytes of an xz stream.
const XZ: &[u8] = b"\xfd7zXZ\0";
/// Numbers as text shrink by two to ten, repeated ones by more: a stream that grows by this much was made to.
const LARGEST_RATIO: u64 = 2000;
/// Memory of the decoder in KiB; `xz` itself needs 65 MiB for its largest preset.
const DECODER_KIB: u32 = 256 * 1024;
const REPEAT: &str = "the file is cut short, damaged or of another program: copy it again, or repeat `btp2 interpolate`";

/// Whether these first bytes are those of an xz stream.
pub(crate) fn is_xz(beginning: &[u8]) -> bool {
    beginning.starts_with(XZ)
}

/// Reads the band data and completes them to the full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::BadFile`] for a broken stream, JSON that is not BoltzTraP2's, arrays that do
/// not fit together, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let mut bands = parse(path)?.bands(path)?;
    let provenance = &mut bands.header_mut().provenance;
    provenance.path = path.display().to_string();
    provenance.sha256 = text::checksum(path)?;
    Ok(bands)
}

fn parse(path: &Path) -> Result<DftData> {
    let file = input::open(path)?;
    let length = file.metadata().map_err(Error::io(path, "read"))?.len();
    let stream = XzReader::new_mem_limit(BufReader::new(file), true, DECODER_KIB);
    let limited = stream.take(length.saturating_mul(LARGEST_RATIO));
    let First(data) = serde_json::from_reader(BufReader::new(limited)).map_err(|error| {
        let (place, problem) = if error.is_io() || error.is_eof() {
            ("xz stream", format!("it ends or breaks: {error}"))
        } else {
            ("JSON in the xz stream", error.to_string())
        };
        Error::bad_file(path, place, problem, REPEAT)
    })?;
    Ok(data)
}

/// The first element of a list, whose others are read over: the coefficients are most of the file.
struct First(DftData);

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = First;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a list that begins with BoltzTraP2's DFTData")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> std::result::Result<First, A::Error> {
                let data = list
                    .next_element()?
                    .ok_or_else(|| serde::de::Error::invalid_length(0, &self))?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(First(data))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[derive(Deserialize)]
struct DftData {
    ebands: Array<Vec<Vec<f64>>>,
    kpoints: Array<Vec<[f64; 3]>>,
    atoms: Atoms,
    fermi: f64,
    dosweight: f64,
    nelect: Option<f64>,
    /// Not in files of the first versions.
    #[serde(default)]
    magmom: Option<Moments>,
}

#[derive(Deserialize)]
struct Atoms {
    cell: Array<[[f64; 3]; 3]>,
    atoms: Vec<Site>,
}

#[derive(Deserialize)]
struct Site {
    symbol: String,
    position: Array<[f64; 3]>,
}

/// A NumPy array, or a plain list where Python wrote one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Array<T> {
    Numpy { data: T },
    List(T),
}

impl<T> Array<T> {
    fn into_inner(self) -> T {
        match self {
            Self::Numpy { data } | Self::List(data) => data,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Moments {
    Collinear(Array<Vec<f64>>),
    Vectors(Array<Vec<[f64; 3]>>),
}

impl DftData {
    fn bands(self, path: &Path) -> Result<BandGrid> {
        let bad = |place: &str, problem: String| Error::bad_file(path, place, problem, REPEAT);
        let lattice = Lattice::new(self.atoms.cell.into_inner()).map_err(text::in_file(path))?;
        let scale = 0.5 / std::f64::consts::PI;
        let b = lattice.reciprocal();
        let mut atoms = Vec::new();
        for site in self.atoms.atoms {
            let r = site.position.into_inner();
            atoms.push(Atom {
                symbol: site.symbol,
                position: b.map(|b| scale * (b[0] * r[0] + b[1] * r[1] + b[2] * r[2])),
            });
        }
        let k_points = self.kpoints.into_inner();
        let ebands = self.ebands.into_inner();
        if ebands.is_empty() {
            return Err(bad("ebands", "there are no bands".to_string()));
        }
        if let Some((i, list)) = ebands
            .iter()
            .enumerate()
            .find(|(_, list)| list.len() != k_points.len())
        {
            let problem = format!(
                "band {} has {} energies, where there are {} k-points",
                i + 1,
                list.len(),
                k_points.len()
            );
            return Err(bad("ebands", problem));
        }
        let spin = match self.dosweight {
            2.0 => SpinTreatment::Unpolarized,
            1.0 => SpinTreatment::Spinor,
            other => {
                return Err(bad("dosweight", format!("{other} is neither 1 nor 2")));
            }
        };
        let moments: Vec<f64> = match self.magmom {
            None => Vec::new(),
            Some(Moments::Collinear(list)) => list.into_inner(),
            Some(Moments::Vectors(list)) => list.into_inner().concat(),
        };
        if !moments.is_empty() && ![atoms.len(), 3 * atoms.len()].contains(&moments.len()) {
            let problem = format!("{} numbers for {} atoms", moments.len(), atoms.len());
            return Err(bad("magmom", problem));
        }
        let mut energies = Vec::with_capacity(ebands.len() * k_points.len());
        for k in 0..k_points.len() {
            energies.extend(ebands.iter().map(|list| list[k] * HARTREE_EV));
        }
        let listed = ListedBands {
            lattice,
            spin,
            n_band: ebands.len(),
            k_points,
            energies,
            weights: Weights::unknown(),
            divisions: None,
            k_lattice: None,
            atoms,
            moments,
            rotations: Vec::new(),
        };
        let mut bands = listed.complete().map_err(text::in_file(path))?;
        let header = bands.header_mut();
        header.fermi_level_ev = Some(self.fermi * HARTREE_EV);
        header.n_electrons = self.nelect;
        header.provenance.format = "BoltzTraP2 bt2".to_string();
        let notes = &mut header.provenance.notes;
        notes.push(
            "BoltzTraP2 keeps only the bands of its energy window; the electrons are those of the bands that it kept."
                .to_string(),
        );
        if spin == SpinTreatment::Spinor {
            notes.push(
                "dosweight 1: one electron per state; spinor bands, or up and down bands in one list."
                    .to_string(),
            );
        }
        header.validate().map_err(text::in_file(path))?;
        Ok(bands)
    }
}
