//! Where the heat of a file's branches flows: C|v| of the modes by the direction of their velocity, which is what a heat pulse from a
//! point shows. Velocities and frequencies are interpolated linearly between the points of the grid, so that pixels are filled.

use super::capacity::capacity;
use super::velocities::differences;
use crate::elastic::{FocusMap, map_axes, pixel_of};
use crate::error::Result;
use crate::excitations::Phonons;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Branches that have a map: the acoustic ones, or as many as there are.
const BRANCHES: usize = 3;
/// Samples of a map for each pixel, about.
const PER_PIXEL: usize = 20;

/// A map around `axis` of the heat in each of the first three branches at a temperature, over that of an even flow.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub fn heat_flow_map(
    phonons: &Phonons,
    temperature_k: f64,
    axis: [f64; 3],
    side: usize,
) -> Result<FocusMap> {
    let velocities = match phonons.all_velocities() {
        Some(velocities) => velocities,
        None => differences(phonons)?,
    };
    let grid = phonons.header().k_grid;
    let points = grid.len();
    let turn = map_axes(axis);
    let inside = PI / 4.0 * (side * side) as f64;
    let per_cell = (2.0 * inside * PER_PIXEL as f64 / points as f64)
        .cbrt()
        .ceil()
        .clamp(1.0, 32.0) as usize;
    let mut intensity: [Vec<f64>; BRANCHES] = Default::default();
    let mut relative_error: [Vec<f64>; BRANCHES] = Default::default();
    for (branch, (map, bars)) in intensity.iter_mut().zip(&mut relative_error).enumerate() {
        if branch >= phonons.n_branch() {
            *map = vec![f64::NAN; side * side];
            *bars = vec![f64::NAN; side * side];
            continue;
        }
        let energies = phonons.energies(branch);
        let own = &velocities[3 * branch * points..][..3 * points];
        let empty = || (vec![0.0; side * side], vec![0_u32; side * side], 0.0);
        let add = |(mut sums, mut counts, mut all): (Vec<f64>, Vec<u32>, f64), cell: usize| {
            let corners = corners(&grid, cell);
            for i in 0..per_cell.pow(3) {
                let at = [
                    i / (per_cell * per_cell),
                    i / per_cell % per_cell,
                    i % per_cell,
                ];
                let t = at.map(|x| (x as f64 + 0.5) / per_cell as f64);
                let (mut v, mut e) = ([0.0; 3], 0.0);
                for (c, p) in corners.iter().enumerate() {
                    let weight: f64 = (0..3)
                        .map(|a| if c & (4 >> a) == 0 { 1.0 - t[a] } else { t[a] })
                        .product();
                    e += weight * energies[*p];
                    for a in 0..3 {
                        v[a] += weight * own[3 * p + a];
                    }
                }
                let heat = capacity(e, temperature_k) * v.iter().map(|x| x * x).sum::<f64>().sqrt();
                all += heat;
                if let Some(pixel) = pixel_of(&turn, v, side) {
                    sums[pixel] += heat;
                    counts[pixel] += 1;
                }
            }
            (sums, counts, all)
        };
        let (sums, counts, all) =
            (0..points)
                .into_par_iter()
                .fold(empty, add)
                .reduce(empty, |mut a, b| {
                    a.0.iter_mut().zip(&b.0).for_each(|(x, y)| *x += y);
                    a.1.iter_mut().zip(&b.1).for_each(|(x, y)| *x += y);
                    a.2 += b.2;
                    a
                });
        // Half of the heat goes to this hemisphere.
        let even = 0.5 * all / inside;
        let of = |(p, x): (usize, &f64)| {
            let place = |i: usize| (2.0 * i as f64 + 1.0) / side as f64 - 1.0;
            let seen = place(p % side).hypot(place(p / side))
                <= 1.0 + std::f64::consts::SQRT_2 / side as f64;
            if seen && even > 0.0 {
                x / even
            } else {
                f64::NAN
            }
        };
        *map = sums.iter().enumerate().map(of).collect();
        *bars = counts
            .iter()
            .map(|n| 1.0 / f64::from((*n).max(1)).sqrt())
            .collect();
    }
    Ok(FocusMap {
        side,
        intensity,
        relative_error,
    })
}

/// The eight points of a cell, that of bits 4 2 1 one step along axes 1 2 3.
fn corners(grid: &crate::crystal::KGrid, cell: usize) -> [usize; 8] {
    let j = grid.place(cell);
    std::array::from_fn(|c| {
        let step = |a: usize| (j[a] + usize::from(c & (4 >> a) != 0)) % grid.n[a];
        grid.index([step(0), step(1), step(2)])
    })
}
