//! Writing FRMSF.

use crate::bands::{BandSource, Field};
use crate::crystal::{KGrid, Lattice};
use crate::error::{Error, Result};
use crate::io::bxsf::{WriteOptions, chosen_bands, chosen_spin, vectors_in};
use crate::io::output;
use std::io::Write;
use std::path::Path;

/// Writes bands as FRMSF in the units of `options` (by default eV, and Å⁻¹ with 2π, which `--bxsf-units wannier90` reads back),
/// energies relative to the Fermi level. The file appears only once it is whole.
///
/// # Errors
/// [`Error::BadOption`] where a spin channel must be chosen or does not exist, a band does not exist, or there is no Fermi level;
/// [`Error::BadBands`] for a shift that is neither 0 nor half a step on all axes; [`Error::Io`] where the system refuses; and
/// where the bands cannot be read.
pub fn write(path: &Path, source: &dyn BandSource, options: &WriteOptions) -> Result<()> {
    let header = source.header();
    let spin = chosen_spin(source, options)?;
    let Some(fermi) = options.fermi_level_ev.or(header.fermi_level_ev) else {
        return Err(Error::bad_option(
            "--fermi-level",
            "the bands have no Fermi level, and FRMSF has energies relative to it",
            "give `--fermi-level EV`",
        ));
    };
    let half = |s: f64| (s - 0.5).abs() < 1e-9;
    let switch = if header.k_grid.shift == [0.0; 3] {
        1
    } else if header.k_grid.shift.iter().all(|&s| half(s)) {
        2
    } else {
        return Err(Error::bad_bands(
            "k-grid",
            format!(
                "{}: FRMSF has only grids from Γ on, or shifted by half a step on all axes",
                header.k_grid
            ),
            "write another format",
        ));
    };
    let bands = chosen_bands(source, options)?;
    let unit = options.units.energy.in_ev();
    output::write(path, |out| {
        let [n1, n2, n3] = header.k_grid.n;
        let io = || Error::io(path, "write");
        writeln!(out, "{n1} {n2} {n3}\n{switch}\n{}", bands.len()).map_err(io())?;
        for b in vectors_in(header.lattice.reciprocal(), options.units) {
            writeln!(out, "{:?} {:?} {:?}", b[0], b[1], b[2]).map_err(io())?;
        }
        let mut plane = crate::memory::zeros("a k-plane", n2 * n3)?;
        for band in bands {
            for j1 in 0..n1 {
                source.read_planes(Field::Energy, spin, band, j1, &mut plane)?;
                for e in &plane {
                    writeln!(out, "{:e}", (e - fermi) / unit).map_err(io())?;
                }
            }
        }
        Ok(())
    })
}

/// Writes the bands of a surface on their grid, energies relative to `energy_ev`, with |∇_k E| (eV Å) for colours, in eV and Å⁻¹ with 2π.
///
/// # Errors
/// [`Error::BadBands`] for a grid that does not begin at Γ; [`Error::Io`] where the system refuses.
pub fn write_surface(
    path: &Path,
    lattice: &Lattice,
    grid: KGrid,
    bands: &[(&[f64], Vec<f64>)],
    energy_ev: f64,
) -> Result<()> {
    if grid.shift != [0.0; 3] {
        return Err(Error::bad_bands(
            "k-grid",
            format!("{grid} does not begin at Γ"),
            "write another format",
        ));
    }
    output::write(path, |out| {
        let [n1, n2, n3] = grid.n;
        let io = || Error::io(path, "write");
        writeln!(out, "{n1} {n2} {n3}\n1\n{}", bands.len()).map_err(io())?;
        for b in lattice.reciprocal() {
            writeln!(out, "{:?} {:?} {:?}", b[0], b[1], b[2]).map_err(io())?;
        }
        for (energies, _) in bands {
            for e in *energies {
                writeln!(out, "{:e}", e - energy_ev).map_err(io())?;
            }
        }
        for x in bands.iter().flat_map(|(_, speeds)| speeds) {
            writeln!(out, "{x:e}").map_err(io())?;
        }
        Ok(())
    })
}
