//! Writing BXSF.

use super::{BxsfUnits, LATTICE_COMMENT, SPIN_COMMENT, UNITS_COMMENT};
use crate::bands::{BandSource, Field, SpinTreatment};
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::io::output;
use std::io::Write;
use std::path::Path;

/// What to write.
#[derive(Clone, Copy, Debug, Default)]
pub struct WriteOptions {
    /// Spin channel (0 up, 1 down); needed for collinear bands, because BXSF has no spin.
    pub spin: Option<usize>,
    /// Fermi level in eV; without it, the one of the bands.
    pub fermi_level_ev: Option<f64>,
    /// The one band to write, by its number as `info` counts (from the header's `first_band` on); without it, all.
    pub band: Option<usize>,
    /// Units.
    pub units: BxsfUnits,
}

/// Most characters on a line: SKEAF reads no more.
const LINE: usize = 100;

/// Writes bands as BXSF in the units of `options`, as a comment says. Numbers have the shortest digits that read back bit for bit,
/// a zero before the point, and lines at most 100 characters. The file appears only once it is whole (temporary file beside it,
/// then a rename).
///
/// # Errors
/// [`Error::BadOption`] where a spin channel must be chosen or does not exist, a band does not exist, or there is no Fermi level;
/// [`Error::BadBands`] for a shifted grid (a general grid starts at Γ); [`Error::Io`] where the system refuses; and where
/// the bands cannot be read.
pub fn write(path: &Path, source: &dyn BandSource, options: &WriteOptions) -> Result<()> {
    let header = source.header();
    let spin = chosen_spin(source, options)?;
    let Some(fermi) = options.fermi_level_ev.or(header.fermi_level_ev) else {
        return Err(Error::bad_option(
            "--fermi-level",
            "the bands have no Fermi level, and BXSF needs one",
            "give `--fermi-level EV`",
        ));
    };
    if header.k_grid.shift != [0.0; 3] {
        return Err(Error::bad_bands(
            "k-grid",
            format!("{} does not start at Γ, as a BXSF grid must", header.k_grid),
            "write another format, or compute the bands on a Γ-centred grid",
        ));
    }
    let bands = chosen_bands(source, options)?;
    let (units, count) = (options.units, bands.len());
    output::write(path, |out| {
        write_header(out, source, fermi, units, count).map_err(Error::io(path, "write"))?;
        for band in bands {
            write_band(path, out, source, spin, band, units)?;
        }
        write!(out, " END_BANDGRID_3D\n END_BLOCK_BANDGRID_3D\n").map_err(Error::io(path, "write"))
    })
}

pub(in crate::io) fn chosen_spin(source: &dyn BandSource, options: &WriteOptions) -> Result<usize> {
    let n_spin = source.header().n_spin();
    let bad = |problem: String, remedy: &str| Err(Error::bad_option("--spin", problem, remedy));
    match options.spin {
        Some(spin) if spin < n_spin => Ok(spin),
        Some(spin) => bad(
            format!("channel {} of {n_spin} does not exist", spin + 1),
            "choose an existing channel",
        ),
        None if n_spin == 1 => Ok(0),
        None => bad(
            "the bands are spin-polarized, and the format holds one channel".to_string(),
            "choose up or down, and write two files",
        ),
    }
}

/// The bands to write, from 0.
pub(in crate::io) fn chosen_bands(
    source: &dyn BandSource,
    options: &WriteOptions,
) -> Result<std::ops::Range<usize>> {
    let header = source.header();
    let Some(number) = options.band else {
        return Ok(0..header.n_band);
    };
    match number.checked_sub(header.first_band) {
        Some(band) if band < header.n_band => Ok(band..band + 1),
        _ => Err(Error::bad_option(
            "--band",
            format!(
                "band {number} is not among the file's, {} to {}",
                header.first_band,
                header.first_band + header.n_band - 1
            ),
            "choose one of them",
        )),
    }
}

fn write_header(
    out: &mut impl Write,
    source: &dyn BandSource,
    fermi: f64,
    units: BxsfUnits,
    n_band: usize,
) -> std::io::Result<()> {
    let header = source.header();
    let [n1, n2, n3] = header.k_grid.n.map(|n| n + 1);
    writeln!(out, " BEGIN_INFO")?;
    writeln!(
        out,
        "   # Band-XCRYSDEN-Structure-File, written by bzint {}",
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(out, "   # {UNITS_COMMENT} {units}")?;
    for a in header.lattice.rows() {
        writeln!(
            out,
            "   # {LATTICE_COMMENT} {:?} {:?} {:?}",
            a[0], a[1], a[2]
        )?;
    }
    writeln!(out, "   # {SPIN_COMMENT} {}", spin_in_file(header.spin))?;
    writeln!(out, "   Fermi Energy: {:?}", fermi / units.energy.in_ev())?;
    writeln!(
        out,
        " END_INFO\n BEGIN_BLOCK_BANDGRID_3D\n band_energies\n BEGIN_BANDGRID_3D_BANDS"
    )?;
    writeln!(out, " {n_band}\n {n1} {n2} {n3}\n 0.0 0.0 0.0")?;
    for b in vectors_in(header.lattice.reciprocal(), units) {
        writeln!(out, " {:?} {:?} {:?}", b[0], b[1], b[2])?;
    }
    Ok(())
}

/// Reciprocal vectors in the file's unit; rounding noise beside larger components is zero, and not a number with an exponent.
pub(in crate::io) fn vectors_in(vectors: Tensor, units: BxsfUnits) -> Tensor {
    let largest = vectors
        .iter()
        .flatten()
        .fold(0.0_f64, |m, x| m.max(x.abs()));
    let unit = units.vectors.in_inverse_angstrom();
    vectors.map(|b| {
        b.map(|x| {
            if x.abs() < 1e-14 * largest {
                0.0
            } else {
                x / unit
            }
        })
    })
}

/// One channel of collinear bands has one electron per state: on its own it is read back like spinor bands.
fn spin_in_file(spin: SpinTreatment) -> &'static str {
    match spin {
        SpinTreatment::Collinear => SpinTreatment::Spinor.name(),
        other => other.name(),
    }
}

fn write_band(
    path: &Path,
    out: &mut impl Write,
    source: &dyn BandSource,
    spin: usize,
    band: usize,
    units: BxsfUnits,
) -> Result<()> {
    let header = source.header();
    let [n1, n2, n3] = header.k_grid.n;
    let mut plane = crate::memory::zeros("a k-plane", n2 * n3)?;
    let unit = units.energy.in_ev();
    writeln!(out, " BAND: {}", header.first_band + band).map_err(Error::io(path, "write"))?;
    for j1 in 0..=n1 {
        source.read_planes(Field::Energy, spin, band, j1 % n1, &mut plane)?;
        for j2 in 0..=n2 {
            let row = &plane[j2 % n2 * n3..][..n3];
            let energies = row.iter().chain(row.first()).map(|e| e / unit);
            write_row(out, energies).map_err(Error::io(path, "write"))?;
        }
    }
    Ok(())
}

/// Numbers on as many lines as they need.
fn write_row(out: &mut impl Write, numbers: impl Iterator<Item = f64>) -> std::io::Result<()> {
    let mut line = String::new();
    for number in numbers {
        let word = format!(" {number:?}");
        if line.len() + word.len() > LINE {
            writeln!(out, "{line}")?;
            line.clear();
        }
        line += &word;
    }
    writeln!(out, "{line}")
}
