//! Maps of the flow of energy from a point source, and sections of the slowness and wave surfaces.
//!
//! A map counts, for wave vectors spread evenly over the sphere, where their group velocities go: the mean of the enhancement factor over
//! each pixel, which stays finite at the caustics where the factor itself does not.

use super::Stiffness;
use super::waves::{Christoffel, frame};
use crate::error::Result;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Energy per solid angle of group velocity, over that of an isotropic medium.
#[derive(Clone, Debug, PartialEq)]
pub struct FocusMap {
    /// Pixels along the sides of the square onto which the hemisphere is projected (Lambert, equal areas).
    pub side: usize,
    /// For the slow and the fast transverse and the longitudinal wave, `[row][column]`; NaN outside of the hemisphere.
    pub intensity: [Vec<f64>; 3],
    /// Statistical bars: a share of each pixel's value.
    pub relative_error: [Vec<f64>; 3],
}

/// A map around `axis` (the middle of the picture), with `rays` wave vectors for each pixel on average.
///
/// # Errors
/// As [`Christoffel::of`] and [`Christoffel::waves`].
pub fn focus_map(
    stiffness: &Stiffness,
    density: f64,
    axis: [f64; 3],
    side: usize,
    rays: usize,
) -> Result<FocusMap> {
    // One wave first: what is wrong is said once.
    let medium = Christoffel::of(stiffness, density)?;
    medium.waves(axis)?;
    let turn = frame(axis);
    let inside = (PI / 4.0 * (side * side) as f64).max(1.0);
    // Half of the directions go to this hemisphere.
    let count = (2.0 * inside * rays as f64) as usize;
    let golden = PI * (3.0 - 5.0_f64.sqrt());
    let add = |mut bins: [Vec<u32>; 3], i: usize| {
        // A spiral with equal areas: no clumps, no rows.
        let z = 1.0 - (2.0 * i as f64 + 1.0) / count as f64;
        let r = (1.0 - z * z).max(0.0).sqrt();
        let (s, c) = (golden * i as f64).sin_cos();
        let Ok(found) = medium.waves([r * c, r * s, z]) else {
            return bins;
        };
        for (bin, wave) in bins.iter_mut().zip(&found) {
            if let Some(pixel) = pixel_of(&turn, wave.group_velocity, side) {
                bin[pixel] += 1;
            }
        }
        bins
    };
    let empty = || std::array::from_fn(|_| vec![0_u32; side * side]);
    let counts = (0..count)
        .into_par_iter()
        .fold(empty, add)
        .reduce(empty, |mut a, b| {
            for (a, b) in a.iter_mut().zip(&b) {
                a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
            }
            a
        });
    // A pixel's solid angle is that of the hemisphere over the circle's area in pixels.
    let even = count as f64 / 2.0 / inside;
    let seen = |p: usize| {
        let (x, y) = centre(p, side);
        // Also where the circle cuts the pixel.
        x.hypot(y) <= 1.0 + std::f64::consts::SQRT_2 / side as f64
    };
    let intensity = counts.each_ref().map(|bins| {
        let of = |(p, n): (usize, &u32)| {
            if seen(p) {
                f64::from(*n) / even
            } else {
                f64::NAN
            }
        };
        bins.iter().enumerate().map(of).collect()
    });
    // Points of a spiral are more even than chance: this is an upper estimate.
    let relative_error = counts.each_ref().map(|bins| {
        bins.iter()
            .map(|n| 1.0 / f64::from((*n).max(1)).sqrt())
            .collect()
    });
    Ok(FocusMap {
        side,
        intensity,
        relative_error,
    })
}

/// Place of a pixel's middle, −1 to 1.
fn centre(p: usize, side: usize) -> (f64, f64) {
    let of = |i: usize| (2.0 * i as f64 + 1.0) / side as f64 - 1.0;
    (of(p % side), of(p / side))
}

/// Where a map around the third row of `turn` (an orthogonal matrix, see [`map_axes`]) has a flow along `v`, in a square of `side`²
/// pixels, row by row; none on the other hemisphere or where there is no direction.
pub fn pixel_of(turn: &[[f64; 3]; 3], v: [f64; 3], side: usize) -> Option<usize> {
    let speed = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let [x, y, z] = turn.map(|row| (row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) / speed);
    // Lambert's projection of the hemisphere onto a circle of radius 1; NaN (a cone) has no place.
    if z.is_nan() || z < 0.0 {
        return None;
    }
    let r = 1.0 / (1.0 + z).sqrt();
    let of = |x: f64| (((x * r + 1.0) / 2.0 * side as f64) as usize).min(side - 1);
    Some(of(y) * side + of(x))
}

/// Axes of a map around `axis`: to the right, upwards, towards the reader.
pub fn map_axes(axis: [f64; 3]) -> [[f64; 3]; 3] {
    frame(axis)
}

/// Curves in a plane: for each angle the slowness (s/m) and the group velocity's part in the plane (m/s) of the three waves.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Angle from the first axis of the plane, rad.
    pub angle: Vec<f64>,
    /// 1/v_ph, s/m.
    pub slowness: [Vec<f64>; 3],
    /// v_g along the plane's two axes, m/s.
    pub velocity: [Vec<[f64; 2]>; 3],
}

/// The section across `normal`, at `count` angles.
///
/// # Errors
/// As [`Christoffel::waves`].
pub fn section(medium: &Christoffel, normal: [f64; 3], count: usize) -> Result<Section> {
    let [a, b, _] = frame(normal);
    let mut found = Section {
        angle: Vec::new(),
        slowness: Default::default(),
        velocity: Default::default(),
    };
    for i in 0..count {
        // Half a step off: symmetry directions, where waves are one, are not hit.
        let angle = 2.0 * PI * (i as f64 + 0.5) / count as f64;
        let (s, c) = angle.sin_cos();
        let n = std::array::from_fn(|x| c * a[x] + s * b[x]);
        found.angle.push(angle);
        for (m, wave) in medium.waves(n)?.iter().enumerate() {
            let along = |axis: [f64; 3]| {
                (0..3)
                    .map(|x| axis[x] * wave.group_velocity[x])
                    .sum::<f64>()
            };
            found.slowness[m].push(1.0 / wave.phase_velocity);
            found.velocity[m].push([along(a), along(b)]);
        }
    }
    Ok(found)
}
