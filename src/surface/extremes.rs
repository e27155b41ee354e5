//! Extremal orbits: those whose area does not change from plane to plane, which quantum oscillations show.
//!
//! Families are linked by the mesh, not by likeness, and ∂A/∂k along the field is an integral along the orbit itself; its zeros are
//! searched for with fresh slices, so that none depends on where planes happened to lie.

use super::families::{End, Families, Family};
use super::field::Field;
use super::orbit::{FREQUENCY_PER_AREA, MASS_PER_DWELL, Orbit, Tracer};
use super::planes::Plane;
use super::vector::{Vector, add, cross, dot, norm, scale};

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

/// Steps of the search between two planes.
const STEPS: usize = 40;
/// Heights are found to this: areas are off by its square.
const CLOSE: f64 = 1e-9;
/// Energy by which areas are compared, as a share of the energy that the orbit's gradient spans over a grid step.
const SHARE: f64 = 0.05;
/// Towards a saddle ∂A/∂k diverges as a logarithm, and passes through zero wherever it has the other sign farther away. A plane at the distance d from it
/// leaves a gap of about √(d·zone) between the parts of the orbit that are to meet; gaps narrower than this many grid steps are not resolved.
const GAP: f64 = 1.0;
/// ∂A/∂k is looked at between two planes where a parabola through what is known of it comes nearer to zero than this share of its values there.
const SUSPECT: f64 = 0.25;
/// Planes on both sides that tell the curvature, as a share of the way to the family's nearer end.
const BESIDE: f64 = 0.05;
/// Areas there must agree with what ∂A/∂k says of them within this share of what the curvature makes of them …
const AGREE: f64 = 0.3;
/// … and this share of the area, for rounding.
const NOISE: f64 = 1e-9;

/// A family whose areas change by less than this share of their root per unit of k is a cylinder along the field's planes: each orbit is extremal.
const FLAT: f64 = 1e-6;

/// What a plane tells of its family's areas.
#[derive(Clone, Copy)]
struct Sample {
    height: f64,
    area: f64,
    slope: f64,
}

impl Sample {
    fn of(height: f64, orbit: &Orbit) -> Option<Self> {
        let (area, slope) = (orbit.area, orbit.area_slope);
        orbit.is_closed().then_some(Self {
            height,
            area,
            slope,
        })
    }
}

/// One family with what makes orbits of its planes.
struct Search<'a> {
    tracer: &'a Tracer<'a>,
    number: usize,
}

/// The extremal orbits of the families, of which `planes` with their `orbits` are known; of a family of equal orbits the one in its middle.
///
/// None depends on the planes: ∂A/∂k is asked for at the ends of every family, too, and between two planes where it may come back to its sign.
pub fn extremes(families: &Families, planes: &[Plane], orbits: &[Option<Orbit>]) -> Vec<Extreme> {
    let tracer = Tracer::new(families, None);
    let mut found = Vec::new();
    let mut first = 0;
    for own in planes.chunk_by(|a, b| a.family == b.family) {
        let those = &orbits[first..first + own.len()];
        first += own.len();
        let search = Search {
            tracer: &tracer,
            number: own[0].family,
        };
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
            false => search.run(own, those, &mut found),
        }
    }
    found
}

impl Search<'_> {
    fn family(&self) -> &Family {
        &self.tracer.families().families[self.number]
    }

    fn orbit(&self, height: f64) -> Option<Orbit> {
        let family = self.family();
        // A family without ends comes back.
        let length = family.to - family.from;
        let height = match family.lower {
            End::Nowhere => family.from + (height - family.from).rem_euclid(length),
            _ => height,
        };
        let chain = self.tracer.families().chain(self.number, height)?;
        Some(self.tracer.orbit(&chain))
    }

    fn sample(&self, height: f64) -> Option<Sample> {
        Sample::of(height, &self.orbit(height)?)
    }

    /// The extremes of the family, between samples from which ∂A/∂k turns round.
    fn run(&self, planes: &[Plane], orbits: &[Option<Orbit>], found: &mut Vec<Extreme>) {
        let samples = self.samples(planes, orbits);
        for pair in samples.windows(2) {
            let (Some(a), Some(b)) = (pair[0], pair[1]) else {
                continue;
            };
            match self.within(a, b) {
                Some(middle) => {
                    found.extend(self.between(a, middle));
                    found.extend(self.between(middle, b));
                }
                None => found.extend(self.between(a, b)),
            }
        }
    }

    /// The planes that are not too near to a saddle, and one just as near as may be; of a family without ends the first again at last.
    fn samples(&self, planes: &[Plane], orbits: &[Option<Orbit>]) -> Vec<Option<Sample>> {
        let family = self.family();
        let length = family.to - family.from;
        let families = self.tracer.families();
        let (mesh, b) = (families.mesh, &families.mesh.reciprocal);
        let zone = dot(b[0], cross(b[1], b[2])).abs().cbrt();
        let unresolved = (GAP * mesh.step).powi(2) / zone / families.direction.period;
        let near = |end: End| if end == End::Saddle { unresolved } else { 0.0 };
        let (low, high) = (
            family.from + near(family.lower),
            family.to - near(family.upper),
        );
        let mut all = Vec::with_capacity(planes.len() + 2);
        if low >= high {
            return all;
        }
        if family.lower == End::Saddle {
            all.push(self.sample(low));
        }
        for (plane, orbit) in planes.iter().zip(orbits) {
            if plane.height > low && plane.height < high {
                all.push(orbit.as_ref().and_then(|o| Sample::of(plane.height, o)));
            }
        }
        if family.upper == End::Saddle {
            all.push(self.sample(high));
        }
        if family.lower == End::Nowhere {
            let again = all.first().copied().flatten();
            all.push(again.map(|s| Sample {
                height: s.height + length,
                ..s
            }));
        }
        all
    }

    /// A place between two planes at which ∂A/∂k has another sign than at both, where there is one: the parabola with its values there and the change of
    /// area between them tells where to look.
    fn within(&self, a: Sample, b: Sample) -> Option<Sample> {
        let width = (b.height - a.height) * self.tracer.families().direction.period;
        if a.slope * b.slope <= 0.0 || width == 0.0 {
            return None;
        }
        let mean = (b.area - a.area) / width;
        let bend = 6.0 * (mean - 0.5 * (a.slope + b.slope));
        let x = 0.5 + (b.slope - a.slope) / (2.0 * bend);
        if !(x > 0.0 && x < 1.0) {
            return None;
        }
        let least = a.slope + (b.slope - a.slope) * x + bend * x * (1.0 - x);
        let nearer = a.slope.abs().min(b.slope.abs());
        if least * a.slope.signum() > SUSPECT * nearer {
            return None;
        }
        let middle = self.sample(a.height + x * (b.height - a.height))?;
        (middle.slope * a.slope < 0.0).then_some(middle)
    }

    /// The extreme between two planes at which ∂A/∂k has different signs.
    fn between(&self, a: Sample, b: Sample) -> Option<Extreme> {
        if a.slope == 0.0 || a.slope * b.slope > 0.0 {
            return None;
        }
        let (mut low, mut high) = ((a.height, a.slope), (b.height, b.slope));
        let mut best: Option<(f64, Orbit)> = None;
        for step in 0..STEPS {
            // Illinois: the secant, which never lets one end rest.
            let mut at = low.0 - low.1 * (high.0 - low.0) / (high.1 - low.1);
            if !(at > low.0.min(high.0) && at < low.0.max(high.0)) || step % 8 == 7 {
                at = 0.5 * (low.0 + high.0);
            }
            let orbit = self.orbit(at)?;
            let slope = orbit.area_slope;
            let done =
                (high.0 - low.0).abs() < CLOSE || slope.abs() < 1e-12 * orbit.area.abs().sqrt();
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
        let plane = Plane {
            family: self.number,
            height,
            thickness: 0.0,
        };
        let curvature = self.curvature(height, orbit.area)?;
        Some(extreme(self.tracer, &plane, orbit, curvature))
    }

    /// ∂²A/∂k² at the height of an extreme with the area `area`; none where areas beside it do not have theirs there: no extreme of the surface.
    fn curvature(&self, height: f64, area: f64) -> Option<f64> {
        let family = self.family();
        let beside = match family.lower {
            End::Nowhere => BESIDE * 0.5 * (family.to - family.from),
            _ => BESIDE * (height - family.from).min(family.to - height),
        };
        let (a, b) = (self.sample(height - beside)?, self.sample(height + beside)?);
        let k = beside * self.tracer.families().direction.period;
        let curvature = (b.slope - a.slope) / (2.0 * k);
        let rise = 0.5 * curvature * k * k;
        let least = AGREE * rise.abs() + NOISE * area.abs();
        let off = [a, b].map(|s| (s.area - area - rise).abs());
        (off[0] < least && off[1] < least).then_some(curvature)
    }
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

/// How far two interpolations are apart along an orbit, in frequency (T) and mass (electron masses), with nothing cancelled: what one is above the other
/// at one end of an orbit and below at the other leaves the area as it is, but tells how far both may be from the truth.
pub fn apart(families: &Families, one: &dyn Field, other: &dyn Field, orbit: &Orbit) -> (f64, f64) {
    let (mesh, axis) = (families.mesh, families.direction.unit);
    let at = |field: &dyn Field, k: Vector| {
        let (e, slope) = field.slope(mesh.fractional(k));
        (e, norm(cross(axis, mesh.gradient(slope))))
    };
    let (mut area, mut dwell) = (0.0, 0.0);
    for (segment, ends) in orbit.segments.iter().zip(orbit.points.windows(2)) {
        let middle = scale(0.5, add(ends[0], ends[1]));
        let ((e, v), (f, w)) = (at(one, middle), at(other, middle));
        area += segment.dwell * (e - f).abs();
        dwell += segment.dwell * (w / v - 1.0).abs();
    }
    (FREQUENCY_PER_AREA * area, MASS_PER_DWELL * dwell)
}
