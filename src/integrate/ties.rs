//! Bars at the energies of grid points.
//!
//! There the grid and its stride-2 subgrid may see the same points and agree, whatever lies between: a chain's middle is exactly
//! linear through three points of both. What the channels do a cell and a half away on both sides knows better: the second
//! difference over energies is of the order of what a cell leaves out, h², with a larger factor. On the cosine chain it is 7 to 14
//! times the error of the mean of both limits; half of it is added.

use super::result::BandSurface;
use super::{Channel, Request};
use crate::bands::BandHeader;
use crate::error::Result;
use crate::uncertainty::Cause;
use crate::units::{ANGSTROM, HBAR_EV};

/// How far away the channels are looked at, in energy widths of a cell.
const CELLS: f64 = 1.5;
/// Share of the second difference that is added to the bars.
const SHARE: f64 = 0.5;
/// Share of the states within the width of a cell that must be in tied tetrahedra: on a large grid some point has any energy.
const ENOUGH: f64 = 0.05;

/// Widens the bars of the `bands` that have grid points at the energy; `at(spin, band, energy)` integrates one band at another (eV).
///
/// # Errors
/// Where the bands cannot be integrated.
pub(super) fn widen(
    header: &BandHeader,
    request: &Request,
    energy_ev: f64,
    bands: &mut [BandSurface],
    mut at: impl FnMut(usize, usize, f64) -> Result<Vec<BandSurface>>,
) -> Result<()> {
    for band in bands.iter_mut().filter(|b| b.tied > 0.0) {
        let Some(distance) = distance_ev(header, request, band) else {
            continue;
        };
        let mut around = Vec::new();
        for energy in [energy_ev - distance, energy_ev + distance] {
            around.extend(at(band.spin, band.band, energy)?);
        }
        let [below, above] = &around[..] else {
            continue;
        };
        for (c, bar) in band.bars.iter_mut().enumerate() {
            let mean = 0.5 * (below.values[c] + above.values[c]);
            bar[Cause::Grid] += SHARE * (mean - band.values[c]).abs();
        }
    }
    Ok(())
}

/// [`CELLS`] energy widths of a cell; none where few states are tied to the energy.
fn distance_ev(header: &BandHeader, request: &Request, band: &BandSurface) -> Option<f64> {
    let width = cell_width(header, request, band)?;
    let states = Channel::States.index(request.channels)?;
    let enough = band.tied > ENOUGH * width * band.values[states];
    enough.then_some(CELLS * width)
}

/// Energy width of a cell, eV: ħ|v| times the longest step of the grid, |v| being the mean speed; none where nothing moves.
pub(super) fn cell_width(
    header: &BandHeader,
    request: &Request,
    band: &BandSurface,
) -> Option<f64> {
    let of = |channel: Channel| channel.index(request.channels).map(|c| band.values[c]);
    let states = of(Channel::States)?;
    let speed = of(Channel::Speed)? / states;
    let reciprocal = header.lattice.reciprocal();
    let step = (0..3)
        .filter(|&i| header.k_grid.n[i] > 1)
        .map(|i| {
            let length = reciprocal[i].iter().map(|x| x * x).sum::<f64>().sqrt();
            length / header.k_grid.n[i] as f64
        })
        .fold(0.0, f64::max);
    let width = HBAR_EV * speed * step / ANGSTROM;
    (width > 0.0).then_some(width)
}
