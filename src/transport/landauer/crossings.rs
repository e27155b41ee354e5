//! Modes by counting: how often a line through the zone crosses an energy.
//!
//! Along a reciprocal lattice vector G ∥ n̂ every line closes after |G|. With Ξ(ε) crossings of E = ε on it, counted in both directions
//! and averaged over all lines, M = (g_s/V_c) π Ξ/|G| (docs/physics §15: ⟨|v·n̂| δ⟩ = Ξ/ħ|G|). Nothing but the table's energies enters: no
//! velocity, no tetrahedron. It is a check of both.

use super::direction::TransportDirection;
use crate::bands::{BandHeader, BandStatistics};
use crate::error::Result;
use crate::integrate::EnergyAxis;
use crate::transport::{Extent, Scalar};
use crate::uncertainty::{ByCause, Cause};
use crate::units::ANGSTROM;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Energies (eV) of (spin, band) on the whole grid, third index fastest.
pub type EnergiesOfBand<'a> = &'a (dyn Fn(usize, usize) -> Result<Vec<f64>> + Sync);

/// Modes along one direction by counting.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedModes {
    /// Crossings per line and period |G|, averaged over all lines and each bin of energies; all bands, one spin channel's states once.
    pub crossings: Vec<Scalar>,
    /// Modes, as [`super::ModeSpectrum::modes`].
    pub modes: Vec<Scalar>,
    /// Period |G|, 1/m.
    pub period_per_m: f64,
}

/// Counts the crossings on lines along `direction` through every point of a grid `n`, with straight energies between neighbours on a line; the bar is
/// how far lines with twice the step, each parity of points by itself, are off here and at the energies around. None where no short reciprocal vector lies along the direction.
///
/// # Errors
/// Those of `energies`.
pub fn counted_modes(
    (header, statistics): (&BandHeader, &[BandStatistics]),
    n: [usize; 3],
    energies: EnergiesOfBand,
    direction: &TransportDirection,
    axis: &EnergyAxis,
    extent: Option<&Extent>,
) -> Result<Option<CountedModes>> {
    let Some(h) = direction.reciprocal_indices(&header.lattice) else {
        return Ok(None);
    };
    let b = header.lattice.reciprocal();
    let g: [f64; 3] = std::array::from_fn(|c| (0..3).map(|i| f64::from(h[i]) * b[i][c]).sum());
    let period_per_m = g.iter().map(|x| x * x).sum::<f64>().sqrt() / ANGSTROM;
    // G is `steps` steps of the grid.
    let along = [0, 1, 2].map(|i| h[i].unsigned_abs() as usize * n[i]);
    let steps = along.iter().fold(0, |a, b| gcd(a, *b));
    let step = [0, 1, 2].map(|i| {
        (h[i].signum() as isize * (along[i] / steps) as isize).rem_euclid(n[i] as isize) as usize
    });
    let all: Vec<(usize, usize)> = (0..header.n_spin())
        .flat_map(|s| (0..header.n_band).map(move |band| (s, band)))
        .filter(|(spin, band)| {
            let of = &statistics[spin * header.n_band + band];
            of.energy_max >= axis.first() && of.energy_min <= axis.last()
        })
        .collect();
    let counted: Vec<Vec<Vec<f64>>> = all
        .par_iter()
        .map(|(spin, band)| Ok(count(&energies(*spin, *band)?, n, step, axis)))
        .collect::<Result<_>>()?;
    let mut sums = vec![vec![0.0; axis.bins()]; 1 + PARITIES];
    for of_band in counted {
        for (sum, own) in sums.iter_mut().zip(of_band) {
            sum.iter_mut().zip(own).for_each(|(s, x)| *s += x);
        }
    }
    let points: usize = n.iter().product();
    let members = parity_members(n);
    let steps = steps as f64;
    let values: Vec<f64> = sums[0].iter().map(|s| steps * s / points as f64).collect();
    // By bin, how far the parity is off that is farthest.
    let off: Vec<f64> = (0..axis.bins())
        .map(|k| {
            let of =
                |p: usize| (0.5 * steps * sums[1 + p][k] / members[p] as f64 - values[k]).abs();
            let there = (0..PARITIES).filter(|p| members[*p] > 0);
            there.map(of).fold(0.0, f64::max)
        })
        .collect();
    // Now and then they cross: the neighbours' say what a bin's own does not.
    let around = AROUND.max(axis.bins() / 20);
    let crossings: Vec<Scalar> = (0..axis.bins())
        .map(|k| {
            let near = &off[k.saturating_sub(around)..(k + around + 1).min(off.len())];
            let square = near.iter().map(|x| x * x).sum::<f64>() / near.len() as f64;
            Scalar::from((
                values[k],
                ByCause::of(Cause::Grid, off[k].max(square.sqrt())),
            ))
        })
        .collect();
    let volume = header.lattice.volume_m3();
    let per_crossing = header.spin.degeneracy() * PI / (volume * period_per_m)
        * extent.map_or(1.0, |e| e.size_over_share());
    Ok(Some(CountedModes {
        modes: crossings.iter().map(|x| x.scaled(per_crossing)).collect(),
        crossings,
        period_per_m,
    }))
}

/// Bins on either side that a bar looks at, at least.
const AROUND: usize = 2;
/// Classes of points by whether each index is even.
const PARITIES: usize = 8;

fn parity(j: [usize; 3]) -> usize {
    4 * (j[0] % 2) + 2 * (j[1] % 2) + j[2] % 2
}

fn parity_members(n: [usize; 3]) -> [usize; PARITIES] {
    std::array::from_fn(|p| {
        let odd = [p / 4, p / 2 % 2, p % 2];
        (0..3)
            .map(|i| {
                if odd[i] == 1 {
                    n[i] / 2
                } else {
                    n[i].div_ceil(2)
                }
            })
            .product()
    })
}

/// Crossings on the step from every point, summed over the points and averaged over each bin; then those on twice the step, by parity.
fn count(energies: &[f64], n: [usize; 3], step: [usize; 3], axis: &EnergyAxis) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; axis.bins()]; 1 + PARITIES];
    let edges = axis.edges();
    let index = |j: [usize; 3]| (j[0] * n[1] + j[1]) * n[2] + j[2];
    let mut add = |class: usize, a: f64, b: f64| {
        let (low, high) = (a.min(b), a.max(b));
        let first = edges.partition_point(|e| *e <= low).saturating_sub(1);
        for k in first..axis.bins() {
            if edges[k] >= high {
                break;
            }
            let overlap = high.min(edges[k + 1]) - low.max(edges[k]);
            sums[class][k] += overlap.max(0.0) / (edges[k + 1] - edges[k]);
        }
    };
    for j0 in 0..n[0] {
        for j1 in 0..n[1] {
            for j2 in 0..n[2] {
                let j = [j0, j1, j2];
                let at = |times: usize| {
                    energies[index([0, 1, 2].map(|i| (j[i] + times * step[i]) % n[i]))]
                };
                let here = energies[index(j)];
                add(0, here, at(1));
                add(1 + parity(j), here, at(2));
            }
        }
    }
    sums
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
