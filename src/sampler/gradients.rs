//! The velocities that bands bring, as ∂E/∂u on the coarse grid, such that a symmetric series can have them.
//!
//! States of a degenerate level may be mixed at will, and bands sorted by energy change places there: what a file gives for one
//! of them has no meaning by itself. The level's mean has, and each of its bands gets that. (Bands that are not sorted were
//! followed through their crossings and keep their own.) Then every band's gradients are averaged over the operations that leave
//! its energies as they are.

use crate::bands::{BandGrid, BandSource, Field};
use crate::crystal::{KGrid, PointGroup, apply};
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Levels closer than this are one (eV): above what DFT codes split by rounding, below what a k-grid resolves.
const DEGENERATE_EV: f64 = 1e-4;
/// Velocities that are missed by less than this share of them are met.
const MET: f64 = 1e-8;

/// ∂E/∂u_j of all bands, eV.
pub struct Gradients {
    grid: KGrid,
    n_band: usize,
    /// `[spin][band][n1][n2][n3]`.
    values: Vec<[f64; 3]>,
    /// Share of the values that are means of a degenerate level.
    averaged: f64,
}

impl Gradients {
    /// Reads the velocities of `source`.
    ///
    /// # Errors
    /// [`Error::BadBands`] where it brings none; where it cannot be read, or does not fit in memory.
    pub fn new(source: &dyn BandSource) -> Result<Self> {
        let header = source.header();
        if !header.has_velocities {
            return Err(Error::bad_bands(
                "velocities",
                format!(
                    "bands from {} bring none to fit to",
                    header.provenance.format
                ),
                "fit to the energies alone, or give bands with velocities",
            ));
        }
        let bands = BandGrid::load(source)?;
        let (grid, n_band) = (header.k_grid, header.n_band);
        let to_gradient = header.lattice.velocity_to_gradient();
        let dispersive = grid.n.map(|n| n > 1);
        let mut values = Vec::new();
        let mut averaged = 0;
        for spin in 0..header.n_spin() {
            let first = values.len();
            for band in 0..n_band {
                let of = |v: &[f64]| {
                    std::array::from_fn(|i| {
                        let m = to_gradient[i];
                        let along = m[0] * v[0] + m[1] * v[1] + m[2] * v[2];
                        if dispersive[i] { along } else { 0.0 }
                    })
                };
                let velocities = bands.band(Field::Velocity, spin, band);
                values.extend(velocities.chunks_exact(3).map(of));
            }
            let energy = |band: usize, k: usize| bands.band(Field::Energy, spin, band)[k];
            let sorted =
                |k: usize| (1..n_band).all(|b| energy(b - 1, k) < energy(b, k) + DEGENERATE_EV);
            if !(0..grid.len()).all(sorted) {
                continue;
            }
            let all: Vec<usize> = (0..n_band).collect();
            for k in 0..grid.len() {
                let same =
                    |a: &usize, b: &usize| (energy(*b, k) - energy(*a, k)).abs() < DEGENERATE_EV;
                for level in all.chunk_by(same).filter(|level| level.len() > 1) {
                    averaged += level.len();
                    let at = |band: &usize| first + band * grid.len() + k;
                    let mean = [0, 1, 2].map(|i| {
                        let sum: f64 = level.iter().map(|b| values[at(b)][i]).sum();
                        sum / level.len() as f64
                    });
                    for band in level {
                        values[at(band)] = mean;
                    }
                }
            }
        }
        let averaged = averaged as f64 / values.len() as f64;
        Ok(Self {
            grid,
            n_band,
            values,
            averaged,
        })
    }

    /// What was fitted, in words: `changed` and `unmet` are the shares (rms) of the slopes by which energies alone, and in the end
    /// the series, miss them in the worst band.
    pub fn note(&self, changed: f64, unmet: f64) -> String {
        let percent = |share: f64| 100.0 * share;
        let mut words = format!(
            "Fitted to the velocities, too: energies alone give slopes that are off by up to {:.2} % of them (rms of a band)",
            percent(changed)
        );
        if self.averaged > 0.0 {
            words += &format!(
                "; degenerate levels, {:.2} % of the states, have the mean of their bands",
                percent(self.averaged)
            );
        }
        if unmet > MET {
            words += &format!(
                "; {:.2e} % (rms) cannot be met by the series' lattice vectors",
                percent(unmet)
            );
        }
        words + "."
    }

    /// ∂E/∂u_j of one band by j, each `[n1][n2][n3]` (eV), averaged over operations that leave its energies as they are: from
    /// E(Ru) = E(u) follows ∇E(u) = Rᵀ ∇E(Ru).
    pub fn symmetrised(&self, spin: usize, band: usize, group: &PointGroup) -> [Vec<f64>; 3] {
        let grid = &self.grid;
        let given = &self.values[(spin * self.n_band + band) * grid.len()..][..grid.len()];
        let mean = |at: usize| {
            let u = grid.point(grid.place(at));
            let (mut sum, mut count) = ([0.0; 3], 0.0);
            for r in group.rotations() {
                let Some(there) = grid.locate(apply(r, u), 1e-5) else {
                    continue;
                };
                let g = given[grid.index(there)];
                for j in 0..3 {
                    sum[j] += (0..3).map(|i| f64::from(r[i][j]) * g[i]).sum::<f64>();
                }
                count += 1.0;
            }
            sum.map(|x| x / count)
        };
        let means: Vec<[f64; 3]> = (0..grid.len()).into_par_iter().map(mean).collect();
        [0, 1, 2].map(|j| means.iter().map(|g| g[j]).collect())
    }
}
