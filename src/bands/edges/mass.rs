//! Effective masses at a band edge.

use super::extremum::{Coarseness, Extremum};
use super::fit::shells;
use crate::bands::{BandHeader, BandSource, Field};
use crate::crystal::Tensor;
use crate::error::Result;
use crate::memory;
use crate::units::HBAR2_OVER_ME;
use std::collections::HashMap;

/// Bands this close (eV) at a k-point touch there.
const TOUCHING: f64 = 1e-4;
/// Changes (eV) over one and two steps below which a band is flat along a direction: what tables print.
const FLAT: f64 = 1e-7;
/// Share of the largest inverse mass below which one is none.
const FLAT_SHARE: f64 = 1e-7;
/// Shells of neighbours along which the masses of touching bands are given.
const DIRECTIONS: usize = 3;

/// The masses of one smooth band, in electron masses, positive for electrons and holes alike.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveMass {
    /// M⁻¹ and its error bars in 1/m_e, Cartesian.
    pub inverse_mass: (Tensor, Tensor),
    /// Principal masses, lightest last, in the directions that have dispersion at all.
    pub principal: Vec<PrincipalMass>,
    /// (Π m_i)^(1/d) and its bar: the mass of one extremum's density of states.
    pub dos_mass: (f64, f64),
    /// d/Σ(1/m_i) and its bar.
    pub conductivity_mass: (f64, f64),
}

/// A mass with its direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrincipalMass {
    /// Mass and bar, m_e.
    pub mass: (f64, f64),
    /// Cartesian unit vector.
    pub direction: [f64; 3],
}

/// The mass of one of several touching bands along a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DirectionalMass {
    /// Band number in the code that wrote the file.
    pub band: usize,
    /// Mass and bar, m_e; negative where the band curves the other way, infinite without a bar where it is flat.
    pub mass: (f64, f64),
    /// Cartesian unit vector.
    pub direction: [f64; 3],
}

/// What is known about the masses at an edge.
#[derive(Clone, Debug, PartialEq)]
pub enum EdgeMass {
    /// One band, a paraboloid near its extremum.
    Tensor(EffectiveMass),
    /// Bands that touch at the edge: warped, so that no tensor describes one; masses along the directions of the nearest
    /// neighbours on the grid.
    Directional(Vec<DirectionalMass>),
    /// The energies around are no paraboloid on this grid (a flat band, a kink, too few points).
    Unknown,
}

impl EffectiveMass {
    /// From the curvature ∂²E/∂k² and its bars (eV Å²) in `dimension` directions; none where it is not positive there.
    pub fn new((curvature, error): (Tensor, Tensor), dimension: usize) -> Option<Self> {
        let scaled = |t: Tensor| t.map(|r| r.map(|x| x / HBAR2_OVER_ME));
        let (inverse, bars) = (scaled(curvature), scaled(error));
        let eigen = nalgebra::Matrix3::from_fn(|i, j| 0.5 * (inverse[i][j] + inverse[j][i]))
            .symmetric_eigen();
        let mut order = [0, 1, 2];
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        let mut principal = Vec::new();
        for &p in order[..dimension].iter().rev() {
            let lambda = eigen.eigenvalues[p];
            let direction: [f64; 3] = std::array::from_fn(|i| eigen.eigenvectors[(i, p)]);
            let positive = lambda > FLAT_SHARE * eigen.eigenvalues[order[0]];
            if !positive {
                return None;
            }
            let bar: f64 = (0..9)
                .map(|x| bars[x / 3][x % 3] * (direction[x / 3] * direction[x % 3]).abs())
                .sum();
            principal.push(PrincipalMass {
                mass: (1.0 / lambda, bar / (lambda * lambda)),
                direction,
            });
        }
        let d = dimension as f64;
        let relative: f64 = principal.iter().map(|p| p.mass.1 / p.mass.0).sum();
        let dos = principal
            .iter()
            .map(|p| p.mass.0)
            .product::<f64>()
            .powf(1.0 / d);
        let conductivity = d / principal.iter().map(|p| 1.0 / p.mass.0).sum::<f64>();
        let rates: f64 = principal.iter().map(|p| p.mass.1 / p.mass.0.powi(2)).sum();
        Some(Self {
            inverse_mass: (inverse, bars),
            dos_mass: (dos, dos * relative / d),
            conductivity_mass: (conductivity, conductivity * conductivity * rates / d),
            principal,
        })
    }
}

/// The bands of one spin at single grid points, planes being kept once read.
pub struct Nodes<'a> {
    source: &'a dyn BandSource,
    spin: usize,
    planes: HashMap<(usize, usize), Vec<f64>>,
}

impl<'a> Nodes<'a> {
    pub fn new(source: &'a dyn BandSource, spin: usize) -> Self {
        Self {
            source,
            spin,
            planes: HashMap::new(),
        }
    }

    /// Energy of `band` (from 0) at grid point `j`, eV.
    pub fn energy(&mut self, band: usize, j: [usize; 3]) -> Result<f64> {
        let grid = self.source.header().k_grid;
        let at = j[1] * grid.n[2] + j[2];
        if let Some(plane) = self.planes.get(&(band, j[0])) {
            return Ok(plane[at]);
        }
        let mut plane = memory::zeros("a k-plane", grid.plane_len())?;
        self.source
            .read_planes(Field::Energy, self.spin, band, j[0], &mut plane)?;
        let energy = plane[at];
        self.planes.insert((band, j[0]), plane);
        Ok(energy)
    }

    /// The bands among `candidates` with the energy `e0` at `j`.
    pub fn touching(&mut self, candidates: &[usize], j: [usize; 3], e0: f64) -> Result<Vec<usize>> {
        let mut found = Vec::new();
        for &band in candidates {
            if (self.energy(band, j)? - e0).abs() < TOUCHING {
                found.push(band);
            }
        }
        Ok(found)
    }

    /// Whether bands that touch at `j` stay together around it, as the two members of a Kramers pair do: they differ on the
    /// nearest shells by less than a twentieth of what they change.
    pub fn stay_together(&mut self, bands: &[usize], j: [usize; 3]) -> Result<bool> {
        let header = self.source.header();
        let (mut apart, mut change): (f64, f64) = (0.0, 0.0);
        for (d, _) in shells(&header.lattice, &header.k_grid)
            .iter()
            .take(2)
            .flatten()
        {
            let there = header.k_grid.moved(j, *d);
            let first = self.energy(bands[0], there)?;
            change = change.max((first - self.energy(bands[0], j)?).abs());
            for &band in &bands[1..] {
                apart = apart.max((self.energy(band, there)? - first).abs());
            }
        }
        Ok(apart <= 0.05 * change)
    }

    /// The masses of touching `bands` at `j` along the directions of the nearest shells, a direction for each: of the fit
    /// ħ²δ²/2m + c δ⁴ through one and two steps, the bar being its distance to the parabola through one. `sign` is −1 for holes.
    pub fn directional(
        &mut self,
        bands: &[usize],
        j: [usize; 3],
        sign: f64,
    ) -> Result<Vec<DirectionalMass>> {
        let header: &BandHeader = self.source.header();
        let grid = header.k_grid;
        // Two steps are far on a coarse grid.
        let coarseness = Coarseness::of(&grid);
        let factor = match coarseness {
            Some(c) if c.is_coarse() => c.factor,
            _ => 1.0,
        };
        let mut masses = Vec::new();
        for shell in shells(&header.lattice, &grid).iter().take(DIRECTIONS) {
            let d = shell[shell.len() - 1].0;
            let u = std::array::from_fn(|i| f64::from(d[i]) / grid.n[i] as f64);
            let k = header.lattice.k_cartesian(u);
            let length = k.iter().map(|x| x * x).sum::<f64>().sqrt();
            for &band in bands {
                let e0 = self.energy(band, j)?;
                let mut mean = |steps: i32| -> Result<f64> {
                    let ahead = self.energy(band, grid.moved(j, d.map(|x| steps * x)))?;
                    let behind = self.energy(band, grid.moved(j, d.map(|x| -steps * x)))?;
                    Ok(sign * (0.5 * (ahead + behind) - e0))
                };
                let (one, two) = (mean(1)?, mean(2)?);
                let quadratic = (16.0 * one - two) / 12.0;
                let flat = one.abs().max(two.abs()) < FLAT;
                let mass = if flat {
                    (f64::INFINITY, f64::NAN)
                } else if coarseness.is_none() {
                    // One and two steps lead to the same points: nothing but a flat direction is known.
                    continue;
                } else {
                    let mass = 0.5 * HBAR2_OVER_ME * length * length / quadratic;
                    (mass, factor * (mass * (quadratic - one) / quadratic).abs())
                };
                masses.push(DirectionalMass {
                    band: band + header.first_band,
                    mass,
                    direction: k.map(|x| x / length),
                });
            }
        }
        Ok(masses)
    }
}

/// The mass tensor of an extremum where it has one.
pub fn tensor(header: &BandHeader, extremum: &Extremum) -> EdgeMass {
    let dimension = header.k_grid.n.iter().filter(|&&n| n > 1).count();
    extremum
        .curvature
        .filter(|_| dimension > 0)
        .and_then(|c| EffectiveMass::new(c, dimension))
        .map_or(EdgeMass::Unknown, EdgeMass::Tensor)
}
