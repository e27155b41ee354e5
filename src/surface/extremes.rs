//! Extremal orbits: those whose area does not change from plane to plane, which quantum oscillations show.
//!
//! Families are linked by the mesh, not by likeness, and ∂A/∂k along the field is an integral along the orbit itself; its zeros are
//! searched for with fresh slices, so that none depends on where planes happened to lie.

use super::families::Families;
use super::field::Field;
use super::orbit::{FREQUENCY_PER_AREA, MASS_PER_DWELL, Orbit, Tracer};
use super::planes::Plane;
use super::vector::dot;

/// An extremal orbit.
#[derive(Clone, Debug)]
pub struct Extreme {
    /// Number of its family.
    pub family: usize,
    /// Height u·R of its plane.
    pub height: f64,
    /// k along the field of its plane, Å⁻¹, from the zone's centre, within half a period.
    pub k_field: f64,
    /// Frequency, T.
    pub frequency: f64,
    /// Whether it encloses lower energies.
    pub electron: bool,
    /// Cyclotron mass ħ²/(2π)·∮dl/|∇_⊥E|, electron masses.
    pub mass: f64,
    /// Cyclotron mass ħ²/(2π)·|∂A/∂E| from the areas at two energies, electron masses.
    pub mass_from_areas: f64,
    /// ∂²A/∂k².
    pub curvature: f64,
    /// The orbit.
    pub orbit: Orbit,
}

/// Closed orbits in neighbouring planes of a family have their extremes between a change of sign of ∂A/∂k.
const STEPS: usize = 40;
/// Heights are found to this.
const CLOSE: f64 = 1e-11;
/// Energy by which areas are compared, as a share of the energy that the orbit's gradient spans over a grid step.
const SHARE: f64 = 0.05;

/// A family whose areas change by less than this share of their root per unit of k is a cylinder along the field's planes: each orbit is extremal.
const FLAT: f64 = 1e-6;

/// The extremal orbits of the families, of which `planes` with their `orbits` are known; of a family of equal orbits the one in its middle.
pub fn extremes(families: &Families, planes: &[Plane], orbits: &[Option<Orbit>]) -> Vec<Extreme> {
    let tracer = Tracer::new(families, None);
    let mut found = Vec::new();
    let mut first = 0;
    for own in planes.chunk_by(|a, b| a.family == b.family) {
        let those = &orbits[first..first + own.len()];
        first += own.len();
        let flat = |o: &Option<Orbit>| {
            let closed = o.as_ref().filter(|o| o.is_closed());
            closed.is_some_and(|o| o.area_slope.abs() < FLAT * o.area.abs().sqrt())
        };
        match those.iter().all(flat) {
            true => {
                let middle = own.len() / 2;
                if let Some(orbit) = &those[middle] {
                    found.push(extreme(&tracer, &own[middle], orbit.clone(), 0.0));
                }
            }
            false => changes(families, &tracer, own, those, &mut found),
        }
    }
    found
}

/// The extremes of one family, between planes from which the change of areas turns round.
fn changes(
    families: &Families,
    tracer: &Tracer,
    planes: &[Plane],
    orbits: &[Option<Orbit>],
    found: &mut Vec<Extreme>,
) {
    for i in 1..planes.len() {
        let (a, b) = (&planes[i - 1], &planes[i]);
        let (Some(x), Some(y)) = (&orbits[i - 1], &orbits[i]) else {
            continue;
        };
        if !x.is_closed() || !y.is_closed() {
            continue;
        }
        if x.area_slope == 0.0 || x.area_slope * y.area_slope > 0.0 {
            continue;
        }
        found.extend(between(families, tracer, a, b, (x, y)));
    }
}

fn between(
    families: &Families,
    tracer: &Tracer,
    a: &Plane,
    b: &Plane,
    (x, y): (&Orbit, &Orbit),
) -> Option<Extreme> {
    let (mut low, mut high) = ((a.height, x.area_slope), (b.height, y.area_slope));
    let mut best: Option<(f64, Orbit)> = None;
    for step in 0..STEPS {
        // Illinois: the secant, which never lets one end rest.
        let mut at = low.0 - low.1 * (high.0 - low.0) / (high.1 - low.1);
        if !(at > low.0.min(high.0) && at < low.0.max(high.0)) || step % 8 == 7 {
            at = 0.5 * (low.0 + high.0);
        }
        let orbit = tracer.orbit(&families.chain(a.family, at)?);
        let slope = orbit.area_slope;
        let done = (high.0 - low.0).abs() < CLOSE || slope.abs() < 1e-12 * orbit.area.abs().sqrt();
        let before = best.replace((at, orbit));
        let still = before.is_some_and(|(before, _)| (before - at).abs() < CLOSE);
        if done || still {
            break;
        }
        if slope * high.1 < 0.0 {
            low = high;
        } else {
            low.1 *= 0.5;
        }
        high = (at, slope);
    }
    let (height, orbit) = best?;
    let period = families.direction.period;
    let curvature = (y.area_slope - x.area_slope) / ((b.height - a.height) * period);
    let plane = Plane { height, ..*a };
    Some(extreme(tracer, &plane, orbit, curvature))
}

/// What is told of an extremal orbit in `plane`.
fn extreme(tracer: &Tracer, plane: &Plane, orbit: Orbit, curvature: f64) -> Extreme {
    let families = tracer.families();
    let period = families.direction.period;
    let speed = orbit.area.abs().sqrt() / orbit.dwell.max(f64::MIN_POSITIVE);
    let delta = SHARE * speed * families.mesh.step.min(orbit.area.abs().sqrt());
    let raw = &orbit.points[..orbit.points.len() - 1];
    let area = |shift: f64| {
        let near = tracer.on(families.field, families.mesh.energy_ev + shift);
        near.through(raw, orbit.winding).area
    };
    let mass_from_areas = MASS_PER_DWELL * ((area(delta) - area(-delta)) / (2.0 * delta)).abs();
    let k = dot(orbit.points[0], families.direction.unit);
    Extreme {
        family: plane.family,
        height: plane.height,
        k_field: k - period * (k / period).round(),
        frequency: FREQUENCY_PER_AREA * orbit.area.abs(),
        electron: orbit.area > 0.0,
        mass: MASS_PER_DWELL * orbit.dwell,
        mass_from_areas,
        curvature,
        orbit,
    }
}

/// What another interpolation near by makes of the same orbit: frequency (T) and mass (electron masses).
pub fn elsewhere(families: &Families, field: &dyn Field, extreme: &Extreme) -> (f64, f64) {
    let tracer = Tracer::new(families, None);
    let near = tracer.on(field, families.mesh.energy_ev);
    let raw = &extreme.orbit.points[..extreme.orbit.points.len() - 1];
    let orbit = near.through(raw, extreme.orbit.winding);
    (
        FREQUENCY_PER_AREA * orbit.area.abs(),
        MASS_PER_DWELL * orbit.dwell,
    )
}
