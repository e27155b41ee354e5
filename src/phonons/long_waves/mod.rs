//! A file's first branches as waves for q → 0: phase and group velocity, the angle between them, how they focus, slowness and wave surface.
//!
//! ω(q)²/q² is even in q, so that it is extrapolated in powers of q² from the points of the mesh around Γ, of all directions at once: the
//! branches are eigenvalues of a matrix of polynomials that has the crystal's symmetry (`fit`). Values are those of the highest degree that
//! the mesh bears; bars hold what the last degree changed, and what the fit leaves of the mesh's own frequencies.

mod fit;
mod forms;
mod near;

use crate::elastic::{Christoffel, Section, Wave, section};
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::uncertainty::Scalar;
use fit::{Fit, fit};
use nalgebra::Matrix3;

/// Branches that are waves at Γ.
const BRANCHES: usize = 3;
/// Degrees of the polynomials, and how many steps of the grid from Γ they are asked to hold.
const DEGREES: [(usize, f64); 3] = [(2, 1.8), (4, 2.7), (6, 3.7)];
/// Steps from Γ that are gone at most where points are too few for a degree.
const FARTHEST: f64 = 6.0;

/// What the fit leaves counts this much more in the angle (rad), which is made of slopes over directions, and in A, of their curvatures: from
/// what other choices of points and weights give for silicon on 11³ points.
const SLOPES: f64 = 2.5;
const CURVATURES: f64 = 10.0;

/// One branch along a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongWave {
    /// ω/q, m/s.
    pub phase_velocity: Scalar,
    /// ∂ω/∂q, m/s; NaN where it is a cone of directions.
    pub group_velocity: [f64; 3],
    /// |v|, m/s.
    pub group_speed: Scalar,
    /// Between q and v, degrees.
    pub power_flow_angle: Scalar,
    /// |dΩ_q/dΩ_v|; NaN where two waves are one.
    pub enhancement: Scalar,
}

/// The first three branches (or as many as there are) of a file for q → 0.
#[derive(Clone, Debug)]
pub struct LongWaves {
    /// Of each matrix the last degree and that before.
    fits: Vec<[Fit; 2]>,
    /// Waves of each matrix.
    each: usize,
}

impl LongWaves {
    /// Extrapolated from the points around Γ.
    ///
    /// # Errors
    /// [`Error::BadOption`] where the mesh has too few points around Γ.
    pub fn of(phonons: &Phonons) -> Result<Self> {
        let count = phonons.n_branch().min(BRANCHES);
        let matrices: Vec<Vec<usize>> = match count {
            BRANCHES => vec![(0..BRANCHES).collect()],
            _ => (0..count).map(|b| vec![b]).collect(),
        };
        let header = phonons.header();
        let group: Vec<Matrix3<f64>> = phonons
            .group
            .cartesian(&header.lattice)
            .iter()
            .map(|r| Matrix3::from_fn(|i, j| r[i][j]))
            .collect();
        let all = near::points(phonons, count, FARTHEST);
        let best = |branches: &Vec<usize>| {
            let mut found: Vec<Fit> = Vec::new();
            for (degree, reach) in DEGREES {
                let mut reach: f64 = reach;
                let one = loop {
                    let within = all.partition_point(|p| p.distance <= reach);
                    let one = fit(&all[..within], branches, &group, degree);
                    if one.is_some() || within == all.len() {
                        break one;
                    }
                    reach += 0.5;
                };
                match one {
                    Some(one) => found.push(one),
                    None => break,
                }
            }
            match (found.pop(), found.pop()) {
                (Some(last), Some(before)) => Ok([last, before]),
                _ => Err(Error::bad_option(
                    "--phonons",
                    format!(
                        "the mesh {} has {} points around Γ, too few to follow its branches to q = 0",
                        header.k_grid,
                        all.len()
                    ),
                    "give the phonons on a denser mesh",
                )),
            }
        };
        Ok(Self {
            fits: matrices.iter().map(best).collect::<Result<_>>()?,
            each: if count == BRANCHES { BRANCHES } else { 1 },
        })
    }

    /// The waves along `direction`, Cartesian, of any length.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a direction of no length.
    pub fn waves(&self, direction: [f64; 3]) -> Result<Vec<LongWave>> {
        let mut found = Vec::new();
        for [last, before] in &self.fits {
            let (now, then) = (
                last.medium.waves(direction)?,
                before.medium.waves(direction)?,
            );
            for (now, then) in now.iter().zip(&then).take(self.each) {
                found.push(compared(now, then, last.left));
            }
        }
        Ok(found)
    }

    /// Slowness and wave surface across `normal` at `count` angles, and the largest bar of the slowness of any wave, as a share. Waves that
    /// the file does not have are empty.
    ///
    /// # Errors
    /// As [`Self::waves`].
    pub fn section(&self, normal: [f64; 3], count: usize) -> Result<(Section, f64)> {
        let mut all = Section {
            angle: Vec::new(),
            slowness: Default::default(),
            velocity: Default::default(),
        };
        let (mut place, mut largest) = (0, 0.0_f64);
        for [last, before] in &self.fits {
            let of = |medium: &Christoffel| section(medium, normal, count);
            let (mut now, then) = (of(&last.medium)?, of(&before.medium)?);
            for m in 0..self.each {
                for (a, b) in now.slowness[m].iter().zip(&then.slowness[m]) {
                    largest = largest.max((b / a - 1.0).abs() + last.left);
                }
                all.slowness[place] = std::mem::take(&mut now.slowness[m]);
                all.velocity[place] = std::mem::take(&mut now.velocity[m]);
                place += 1;
            }
            all.angle = now.angle;
        }
        Ok((all, largest))
    }
}

/// `left`: what the fit leaves of ω², as a share.
fn compared(now: &Wave, then: &Wave, left: f64) -> LongWave {
    let bar = |of: fn(&Wave) -> f64, more: f64| {
        let value = of(now);
        Scalar::new(value, (value - of(then)).abs() + more)
    };
    let slopes = match now.power_flow_angle < 1e-9 {
        true => 0.0,
        false => (SLOPES * left).to_degrees(),
    };
    LongWave {
        phase_velocity: bar(|w| w.phase_velocity, left * now.phase_velocity),
        group_velocity: now.group_velocity,
        group_speed: bar(|w| w.group_speed, left * now.group_speed),
        // Rounding is no angle; one dimension is no focus.
        power_flow_angle: bar(
            |w| match w.power_flow_angle < 1e-9 {
                true => 0.0,
                false => w.power_flow_angle,
            },
            slopes,
        ),
        enhancement: bar(
            |w| match w.enhancement.is_finite() {
                true => w.enhancement,
                false => f64::NAN,
            },
            CURVATURES * left * now.enhancement,
        ),
    }
}
