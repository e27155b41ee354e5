//! Sums over all orbits of a surface: the states, and the conductivity's integral in every field.

use super::families::Families;
use super::field::Field;
use super::flow::accumulate;
use super::orbit::{Orbit, Tracer};
use super::planes::Plane;
use crate::crystal::Tensor;
use rayon::prelude::*;

/// What the orbits of one surface give.
#[derive(Clone, Debug, PartialEq)]
pub struct OrbitSums {
    /// ∫ dS/|∇E|, Å⁻³/eV.
    pub states: f64,
    /// The part of it on open orbits.
    pub open: f64,
    /// ∫dk ∮ g_i y_j d(decay) for every scale, eV/Å.
    pub products: Vec<Tensor>,
    /// Segments of all orbits.
    pub segments: usize,
    /// Orbits.
    pub orbits: usize,
}

/// The orbits in all planes, in their order; none where a plane just misses its family.
pub fn orbits_in(
    families: &Families,
    planes: &[Plane],
    log_time: Option<&dyn Field>,
) -> Vec<Option<Orbit>> {
    let tracer = Tracer::new(families, log_time);
    planes
        .par_iter()
        .map(|p| Some(tracer.orbit(&families.chain(p.family, p.height)?)))
        .collect()
}

/// The sums for the fields of `scales` (see [`accumulate`]).
pub fn orbit_sums(
    families: &Families,
    planes: &[Plane],
    log_time: Option<&dyn Field>,
    scales: &[f64],
) -> OrbitSums {
    let tracer = Tracer::new(families, log_time);
    let parts: Vec<OrbitSums> = planes
        .par_iter()
        .map(|plane| {
            let mut sums = OrbitSums {
                states: 0.0,
                open: 0.0,
                products: vec![[[0.0; 3]; 3]; scales.len()],
                segments: 0,
                orbits: 0,
            };
            let Some(chain) = families.chain(plane.family, plane.height) else {
                return sums;
            };
            let orbit = tracer.orbit(&chain);
            sums.states = plane.thickness * orbit.dwell;
            sums.open = if orbit.is_closed() { 0.0 } else { sums.states };
            sums.segments = orbit.segments.len();
            sums.orbits = 1;
            accumulate(&orbit, scales, plane.thickness, &mut sums.products);
            sums
        })
        .collect();
    // In the order of the planes: the same bits on any number of threads.
    let mut all = OrbitSums {
        states: 0.0,
        open: 0.0,
        products: vec![[[0.0; 3]; 3]; scales.len()],
        segments: 0,
        orbits: 0,
    };
    for part in parts {
        all.states += part.states;
        all.open += part.open;
        all.segments += part.segments;
        all.orbits += part.orbits;
        for (to, from) in all.products.iter_mut().zip(part.products) {
            for i in 0..3 {
                for j in 0..3 {
                    to[i][j] += from[i][j];
                }
            }
        }
    }
    all
}
