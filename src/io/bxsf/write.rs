//! Writing BXSF.

use super::{BxsfUnits, LATTICE_COMMENT, SPIN_COMMENT, UNITS_COMMENT};
use crate::bands::{BandSource, Field, SpinTreatment};
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
}

/// Writes bands as BXSF: eV, and Å⁻¹ with 2π, as a comment says. Energies have the shortest digits that read back bit for
/// bit. The file appears only once it is whole (temporary file beside it, then a rename).
///
/// # Errors
/// [`Error::BadOption`] where a spin channel must be chosen or does not exist, or there is no Fermi level;
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
    output::write(path, |out| {
        write_header(out, source, fermi).map_err(Error::io(path, "write"))?;
        for band in 0..header.n_band {
            write_band(path, out, source, spin, band)?;
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

fn write_header(out: &mut impl Write, source: &dyn BandSource, fermi: f64) -> std::io::Result<()> {
    let header = source.header();
    let [n1, n2, n3] = header.k_grid.n.map(|n| n + 1);
    writeln!(out, " BEGIN_INFO")?;
    writeln!(
        out,
        "   # Band-XCRYSDEN-Structure-File, written by bzint {}",
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(out, "   # {UNITS_COMMENT} {}", BxsfUnits::WANNIER90)?;
    write!(out, "   # {LATTICE_COMMENT}")?;
    for x in header.lattice.rows().iter().flatten() {
        write!(out, " {x:?}")?;
    }
    writeln!(out)?;
    writeln!(out, "   # {SPIN_COMMENT} {}", spin_in_file(header.spin))?;
    writeln!(out, "   Fermi Energy: {fermi:?}")?;
    writeln!(
        out,
        " END_INFO\n BEGIN_BLOCK_BANDGRID_3D\n band_energies\n BEGIN_BANDGRID_3D_BANDS"
    )?;
    writeln!(out, " {}\n {n1} {n2} {n3}\n 0.0 0.0 0.0", header.n_band)?;
    for b in header.lattice.reciprocal() {
        writeln!(out, " {:?} {:?} {:?}", b[0], b[1], b[2])?;
    }
    Ok(())
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
) -> Result<()> {
    let header = source.header();
    let [n1, n2, n3] = header.k_grid.n;
    let mut plane = crate::memory::zeros("a k-plane", n2 * n3)?;
    writeln!(out, " BAND: {}", header.first_band + band).map_err(Error::io(path, "write"))?;
    for j1 in 0..=n1 {
        source.read_planes(Field::Energy, spin, band, j1 % n1, &mut plane)?;
        for j2 in 0..=n2 {
            let row = &plane[j2 % n2 * n3..][..n3];
            let line: Vec<String> = row
                .iter()
                .chain(row.first())
                .map(|e| format!("{e:e}"))
                .collect();
            writeln!(out, " {}", line.join(" ")).map_err(Error::io(path, "write"))?;
        }
    }
    Ok(())
}
