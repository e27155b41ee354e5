//! A whole surface with its bars: area, speed, what each sheet encloses, and the electrons below.

use super::conductor::flattened;
use super::field::{Field, Spline};
use super::integrals::{SurfaceSums, pieces, total};
use super::mesh::Mesh;
use super::sample::{BandField, Sampled};
use super::sheets::{Sheet, sheets_of};
use super::vector::{Vector, cross, norm, subtract};
use crate::bands::BandHeader;
use crate::error::Result;
use crate::uncertainty::{ByCause, Cause, Scalar};
use crate::units::{EV_ANGSTROM_OVER_HBAR, HBAR2_OVER_ME};
use rayon::prelude::*;
use std::f64::consts::PI;

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
    /// Relaxation times at the vertices, s; empty where the bands bring none.
    pub lifetimes: Vec<f64>,
    /// M⁻¹ at the vertices, 1/m_e, xx yy zz yz xz xy; empty where it was not asked for.
    pub inverse_masses: Vec<[f64; 6]>,
}

impl BandSurface {
    /// Area-weighted mean of |v|τ over a sheet, m: with `tau_s`, or else with the bands' own relaxation times.
    pub fn mean_free_path(&self, sheet: &Sheet, tau_s: Option<f64>) -> Option<f64> {
        if let Some(tau) = tau_s {
            return Some(EV_ANGSTROM_OVER_HBAR * sheet.mean_gradient * tau);
        }
        if self.lifetimes.is_empty() {
            return None;
        }
        let mesh = &self.mesh;
        let (mut sum, mut area) = (0.0, 0.0);
        for t in &sheet.triangles {
            let t = &mesh.triangles[*t as usize];
            let p: [Vector; 3] = std::array::from_fn(|i| mesh.cartesian(mesh.corner(t, i)));
            let own = 0.5 * norm(cross(subtract(p[1], p[0]), subtract(p[2], p[0])));
            for v in t.vertices.map(|v| v as usize) {
                sum += own * norm(mesh.gradient(mesh.vertices[v].slope)) * self.lifetimes[v] / 3.0;
            }
            area += own;
        }
        Some(EV_ANGSTROM_OVER_HBAR * sum / f64::max(area, f64::MIN_POSITIVE))
    }
}

/// Components of an inverse mass, xx yy zz yz xz xy.
pub(super) const MASSES: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];

/// M⁻¹ = ∂²E/∂k∂k/ħ² at the vertices of a mesh, 1/m_e, xx yy zz yz xz xy (docs/physics §0).
fn inverse_masses(mesh: &Mesh, field: &dyn Field) -> Vec<[f64; 6]> {
    let a = mesh.lattice.rows();
    let unit = 1.0 / (4.0 * PI * PI * HBAR2_OVER_ME);
    let of = |u: Vector| {
        let h = field.curvature(u);
        MASSES.map(|(r, c)| {
            let row = |i: usize| (0..3).map(|j| h[i][j] * a[j][c]).sum::<f64>();
            unit * (0..3).map(|i| a[i][r] * row(i)).sum::<f64>()
        })
    };
    mesh.vertices.par_iter().map(|v| of(v.u)).collect()
}

/// The surfaces E = `energy_ev` of all sampled bands that reach it, with inverse masses where `with_masses` asks for them.
///
/// # Errors
/// Where a mesh does not close (a defect), or memory is short.
pub fn survey(
    header: &BandHeader,
    sampled: &Sampled,
    energy_ev: f64,
    with_masses: bool,
) -> Result<Vec<BandSurface>> {
    let flat = header.k_grid.n.contains(&1);
    let lattice = match flat {
        true => flattened(header)?,
        false => header.lattice.clone(),
    };
    let one = |(at, band): (usize, &BandField)| -> Result<Option<BandSurface>> {
        let spline = sampled.spline(at)?;
        let mesh = Mesh::new(&lattice, sampled.grid, &band.energies, &spline, energy_ev)?;
        if mesh.triangles.is_empty() {
            return Ok(None);
        }
        let pieces = pieces(&mesh, &spline);
        let sheets = sheets_of(&mesh, &pieces);
        let sums = total(&mesh, &pieces);
        let lifetimes = match band.lifetimes.is_empty() {
            true => Vec::new(),
            false => {
                let logs: Vec<f64> = band.lifetimes.iter().map(|t| t.ln()).collect();
                let log = Spline::new(&logs, sampled.grid.n, sampled.grid.shift)?;
                let at = |v: &super::cells::Vertex| log.slope(v.u).0.exp();
                mesh.vertices.iter().map(at).collect()
            }
        };
        let inverse_masses = match with_masses {
            true => inverse_masses(&mesh, &spline),
            false => Vec::new(),
        };
        Ok(Some(BandSurface {
            spin: band.spin,
            band: band.band,
            mesh,
            sheets,
            sums,
            lifetimes,
            inverse_masses,
        }))
    };
    let all = sampled.bands.par_iter().enumerate().map(one);
    Ok(all
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// A number with what it is on every second point, and there by another interpolation: the bar is a share of the first difference and all of the second.
pub fn with_bar(fine: f64, coarse: Option<f64>, rival: Option<f64>) -> Scalar {
    let Some(coarse) = coarse else {
        // Nothing to compare with: all of it is open.
        return Scalar::from((fine, ByCause::of(Cause::Grid, fine.abs())));
    };
    let mut bar = ByCause::of(Cause::Grid, LEFT * (fine - coarse).abs());
    bar[Cause::Interpolation] = rival.map_or(0.0, |r| (r - coarse).abs());
    Scalar::from((fine, bar))
}
