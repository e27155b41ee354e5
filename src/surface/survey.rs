//! A whole surface with its bars: area, speed, what each sheet encloses, and the electrons below.

use super::conductor::flattened;
use super::integrals::{SurfaceSums, sums_of};
use super::mesh::Mesh;
use super::sample::Sampled;
use super::sheets::{Sheet, sheets};
use crate::bands::BandHeader;
use crate::error::Result;

/// Share of the difference to every second point that is left in an integral of fourth order where the grid resolves the band, and
/// of second order where bands cross.
pub const LEFT: f64 = 1.0 / 3.0;

/// The surface of one band.
pub struct BandSurface {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// Its mesh.
    pub mesh: Mesh,
    /// Its sheets, largest first.
    pub sheets: Vec<Sheet>,
    /// Integrals over all of it.
    pub sums: SurfaceSums,
}

/// The surfaces E = `energy_ev` of all sampled bands that reach it.
///
/// # Errors
/// Where a mesh does not close (a defect), or memory is short.
pub fn survey(header: &BandHeader, sampled: &Sampled, energy_ev: f64) -> Result<Vec<BandSurface>> {
    let flat = header.k_grid.n.contains(&1);
    let lattice = match flat {
        true => flattened(header)?,
        false => header.lattice.clone(),
    };
    let mut all = Vec::new();
    for (at, band) in sampled.bands.iter().enumerate() {
        let spline = sampled.spline(at)?;
        let mesh = Mesh::new(&lattice, sampled.grid, &band.energies, &spline, energy_ev)?;
        if mesh.triangles.is_empty() {
            continue;
        }
        let sheets = sheets(&mesh, &spline);
        let sums = sums_of(&mesh, &spline);
        all.push(BandSurface {
            spin: band.spin,
            band: band.band,
            mesh,
            sheets,
            sums,
        });
    }
    Ok(all)
}

/// A number with what it is on every second point, and there by another interpolation: the bar.
pub fn bar(fine: f64, coarse: Option<f64>, rival: Option<f64>) -> f64 {
    let Some(coarse) = coarse else {
        // Nothing to compare with: all of it is open.
        return fine.abs();
    };
    LEFT * (fine - coarse).abs() + rival.map_or(0.0, |r| (r - coarse).abs())
}
