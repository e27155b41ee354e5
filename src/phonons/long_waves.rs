//! A file's first branches as waves near Γ: phase and group velocity, the angle between them, and how they focus.
//!
//! Between the points of the grid ω² and ω v = ½∂ω²/∂q are interpolated by parabolas, which they nearly are there. Taken two steps of the grid
//! from Γ; how far it is off three steps from it is the bar.

use super::velocities::differences;
use crate::crystal::tensor::cross;
use crate::error::{Error, Result};
use crate::excitations::{Phonons, angular};
use crate::uncertainty::Scalar;

/// Branches that are waves at Γ.
const BRANCHES: usize = 3;
/// Distances from Γ, in the longest step of the grid.
const STEPS: [f64; 2] = [2.0, 3.0];
/// Angle between directions that the focusing is found from, rad.
const APART: f64 = 0.08;

/// One branch along a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongWave {
    /// ω/q, m/s.
    pub phase_velocity: Scalar,
    /// ∂ω/∂q, m/s.
    pub group_velocity: [f64; 3],
    /// |v|, m/s.
    pub group_speed: Scalar,
    /// Between q and v, degrees.
    pub power_flow_angle: Scalar,
    /// |dΩ_q/dΩ_v|.
    pub enhancement: Scalar,
}

/// ω/q and v at one place.
type Sample = (f64, [f64; 3]);

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|i| a[i] * b[i]).sum()
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    let norm = dot(v, v).sqrt();
    v.map(|x| x / norm)
}

/// The first three branches (or as many as there are) along `direction`, Cartesian, of any length.
///
/// # Errors
/// [`Error::BadOption`] for a direction of no length; [`Error::OutOfMemory`].
pub fn long_waves(phonons: &Phonons, direction: [f64; 3]) -> Result<Vec<LongWave>> {
    let n = unit(direction);
    if n.iter().any(|x| !x.is_finite()) {
        return Err(Error::bad_option(
            "--direction",
            format!("{direction:?} has no direction"),
            "give three numbers that are not all zero",
        ));
    }
    let velocities = match phonons.all_velocities() {
        Some(velocities) => velocities,
        None => differences(phonons)?,
    };
    // Two directions across.
    let far = (0..3)
        .min_by(|a, b| n[*a].abs().total_cmp(&n[*b].abs()))
        .unwrap_or(0);
    let mut other = [0.0; 3];
    other[far] = 1.0;
    let first = unit(cross(&n, &other));
    let across = [first, cross(&n, &first)];
    let one = |branch: usize| {
        let at = |n: [f64; 3], steps: f64| sample(phonons, &velocities, branch, n, steps);
        let of = |steps: f64| {
            let (phase, v) = at(n, steps);
            let cosine = dot(unit(v), n).clamp(-1.0, 1.0);
            let slope = |t: [f64; 3]| -> [f64; 3] {
                let moved = |sign: f64| {
                    let n = unit(std::array::from_fn(|i| n[i] + sign * APART * t[i]));
                    unit(at(n, steps).1)
                };
                let (ahead, behind) = (moved(1.0), moved(-1.0));
                std::array::from_fn(|i| (ahead[i] - behind[i]) / (2.0 * APART))
            };
            let normal = cross(&slope(across[0]), &slope(across[1]));
            let focused = 1.0 / dot(normal, unit(v)).abs();
            (
                [phase, dot(v, v).sqrt(), cosine.acos().to_degrees(), focused],
                v,
            )
        };
        let ((near, group_velocity), (farther, _)) = (of(STEPS[0]), of(STEPS[1]));
        let scalar = |i: usize| Scalar::new(near[i], (near[i] - farther[i]).abs());
        LongWave {
            phase_velocity: scalar(0),
            group_velocity,
            group_speed: scalar(1),
            power_flow_angle: scalar(2),
            enhancement: scalar(3),
        }
    };
    Ok((0..phonons.n_branch().min(BRANCHES)).map(one).collect())
}

/// A branch `steps` steps of the grid from Γ.
fn sample(phonons: &Phonons, velocities: &[f64], branch: usize, n: [f64; 3], steps: f64) -> Sample {
    let header = phonons.header();
    let grid = header.k_grid;
    let length = |b: [f64; 3]| dot(b, b).sqrt();
    let reciprocal = header.lattice.reciprocal();
    let step = (0..3)
        .filter(|i| grid.n[*i] > 1)
        .map(|i| length(reciprocal[i]) / grid.n[i] as f64)
        .fold(0.0, f64::max);
    let q = n.map(|x| x * steps * step);
    // u_i = a_i·q/2π.
    let rows = header.lattice.rows();
    let place: [f64; 3] = std::array::from_fn(|i| {
        let u = dot(rows[i], q) / std::f64::consts::TAU;
        u * grid.n[i] as f64 - grid.shift[i]
    });
    let nearest = place.map(f64::round);
    // Parabolas through three points of each axis that has several.
    let weights: [[f64; 3]; 3] = std::array::from_fn(|i| {
        let t = place[i] - nearest[i];
        match grid.n[i] {
            1 => [0.0, 1.0, 0.0],
            _ => [0.5 * t * (t - 1.0), 1.0 - t * t, 0.5 * t * (t + 1.0)],
        }
    });
    let (mut square, mut slope) = (0.0, [0.0; 3]);
    for c in 0..27 {
        let offset = [c / 9, c / 3 % 3, c % 3];
        let weight: f64 = (0..3).map(|i| weights[i][offset[i]]).product();
        if weight == 0.0 {
            continue;
        }
        let j = std::array::from_fn(|i| {
            let at = nearest[i] as i64 + offset[i] as i64 - 1;
            at.rem_euclid(grid.n[i] as i64) as usize
        });
        let p = grid.index(j);
        let omega = angular(phonons.energies(branch)[p]);
        let v = &velocities[3 * (branch * grid.len() + p)..][..3];
        // Below zero where imaginary.
        square += weight * omega * omega.abs();
        for i in 0..3 {
            slope[i] += weight * omega * v[i];
        }
    }
    let omega = square.max(0.0).sqrt();
    let q_per_m = 1e10 * length(q);
    (omega / q_per_m, slope.map(|x| x / omega))
}
