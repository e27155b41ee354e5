//! One orbit: a curve of constant energy in a plane across the field, with the time that an electron spends along it.
//!
//! The mesh gives its topology and a first polygon. Points and the middles between them are brought onto the interpolated band within their
//! plane, so that the dwell time of a segment, ∫dl/|∇_⊥E| by Simpson's rule along the arc, is of fourth order. A constant is added to the gradient of each
//! segment so that its mean carries the electron exactly from end to end (ħk̇ = −e v×B): then ∮v_⊥dt = 0 on closed orbits and is exactly the
//! reciprocal vector on open ones, without which σ is wrong in strong fields. Segments are halved where speed or direction change much.

use super::chains::Chain;
use super::families::Families;
use super::field::Field;
use super::mesh::NEAR;
use super::vector::{Vector, add, beyond, cross, dot, norm, scale, subtract};
use std::f64::consts::PI;

/// Longest segment, in grid steps.
const LONGEST: f64 = 0.6;
/// Fewest segments of an orbit.
const FEWEST: usize = 24;
/// A segment is halved where its direction turns by more than this (radians) …
const MOST_TURN: f64 = 0.35;
/// … or the inverse speeds at its ends and its middle are this far from a line.
const MOST_BEND: f64 = 0.04;
/// Times that a segment is halved.
const HALVINGS: u32 = 7;
/// Steps of Newton's method onto the surface.
const STEPS: usize = 12;

/// A piece of an orbit.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Dwell time ∫dl/|∇_⊥E|, Å⁻²/eV.
    pub dwell: f64,
    /// The same over the relative relaxation time τ/τ₀.
    pub decay: f64,
    /// ∇E at its ends times τ/τ₀, the mean fixed to the drift, eV Å.
    pub start: Vector,
    /// See `start`.
    pub end: Vector,
}

/// An orbit.
#[derive(Clone, Debug)]
pub struct Orbit {
    /// Cartesian points, Å⁻¹; the last is the first shifted by the winding.
    pub points: Vec<Vector>,
    /// Pieces between them.
    pub segments: Vec<Segment>,
    /// Reciprocal lattice vector of one round (coefficients of b₁ b₂ b₃); zero of a closed orbit.
    pub winding: [i32; 3],
    /// Area in the plane, positive around lower energies, Å⁻²; of a closed orbit.
    pub area: f64,
    /// ∂A/∂k along the field at this energy, Å⁻¹.
    pub area_slope: f64,
    /// ∮dl/|∇_⊥E|, Å⁻²/eV.
    pub dwell: f64,
    /// Points that did not reach the surface.
    pub missed: usize,
}

impl Orbit {
    /// Whether it closes without moving on.
    pub fn is_closed(&self) -> bool {
        self.winding == [0; 3]
    }

    /// Time-averaged place, Cartesian, Å⁻¹.
    pub fn centre(&self) -> Vector {
        let mut sum = [0.0; 3];
        for (s, p) in self.segments.iter().zip(self.points.windows(2)) {
            sum = add(sum, scale(0.5 * s.dwell, add(p[0], p[1])));
        }
        scale(1.0 / self.dwell.max(f64::MIN_POSITIVE), sum)
    }
}

/// A point on the surface.
#[derive(Clone, Copy)]
struct Point {
    k: Vector,
    gradient: Vector,
    /// τ/τ₀.
    time: f64,
    on: bool,
}

/// Makes orbits of chains.
pub struct Tracer<'a> {
    families: &'a Families<'a>,
    field: &'a dyn Field,
    energy_ev: f64,
    /// ln(τ/τ₀), where it depends on k.
    log_time: Option<&'a dyn Field>,
}

impl<'a> Tracer<'a> {
    /// On the families' own surface, with ln(τ/τ₀) where τ depends on k.
    pub fn new(families: &'a Families<'a>, log_time: Option<&'a dyn Field>) -> Self {
        Self {
            families,
            field: families.field,
            energy_ev: families.mesh.energy_ev,
            log_time,
        }
    }

    /// The families that orbits are taken from.
    pub(super) fn families(&self) -> &'a Families<'a> {
        self.families
    }

    /// The same at another energy or of another interpolation near by.
    pub fn on(&self, field: &'a dyn Field, energy_ev: f64) -> Self {
        Self {
            families: self.families,
            field,
            energy_ev,
            log_time: self.log_time,
        }
    }

    fn project(&self, mut k: Vector) -> Point {
        let mesh = self.families.mesh;
        let axis = self.families.direction.unit;
        let mut gradient = [0.0; 3];
        let mut on = false;
        // The gradient before, and how far the energy was off there.
        let mut before: Option<(Vector, f64)> = None;
        for step in 0..STEPS {
            let (e, slope) = self.field.slope(mesh.fractional(k));
            gradient = mesh.gradient(slope);
            let off = self.energy_ev - e;
            let across = subtract(gradient, scale(dot(gradient, axis), axis));
            let g2 = dot(across, across);
            if off.abs() < 1e-12 * (1.0 + self.energy_ev.abs()) {
                on = true;
                break;
            }
            if step + 1 == STEPS || g2 == 0.0 {
                break;
            }
            let mut by = scale(off / g2, across);
            let length = norm(by);
            if length > 0.5 * mesh.step {
                by = scale(0.5 * mesh.step / length, by);
            }
            k = add(k, by);
            match before {
                // The next step would be too short to see: the gradient changes on as it did on the way here.
                Some((last, reached)) if length < NEAR * mesh.step => {
                    gradient = beyond(last, gradient, off / reached);
                    on = true;
                    break;
                }
                _ => before = Some((gradient, off)),
            }
        }
        let time = match self.log_time {
            None => 1.0,
            Some(field) => field.slope(mesh.fractional(k)).0.exp(),
        };
        Point {
            k,
            gradient,
            time,
            on,
        }
    }

    /// The orbit along a chain.
    pub fn orbit(&self, chain: &Chain) -> Orbit {
        let mesh = self.families.mesh;
        let raw: Vec<Vector> = chain.points.iter().map(|u| mesh.cartesian(*u)).collect();
        self.through(&raw, chain.winding)
    }

    /// The orbit near given points (Cartesian), which do not repeat the first.
    pub fn through(&self, raw: &[Vector], winding: [i32; 3]) -> Orbit {
        let mesh = self.families.mesh;
        let moved_on = mesh.cartesian(winding.map(f64::from));
        // Evenly along the polygon.
        let mut along = vec![0.0];
        for i in 0..raw.len() {
            let next = match raw.get(i + 1) {
                Some(next) => *next,
                None => add(raw[0], moved_on),
            };
            along.push(along[i] + norm(subtract(next, raw[i])));
        }
        let length = along[raw.len()];
        let count = FEWEST.max((length / (LONGEST * mesh.step)).ceil() as usize);
        let mut points = Vec::with_capacity(count + 1);
        let mut at = 0;
        for i in 0..count {
            let s = length * i as f64 / count as f64;
            while at + 1 < raw.len() && along[at + 1] <= s {
                at += 1;
            }
            let from = raw[at];
            let to = match raw.get(at + 1) {
                Some(next) => *next,
                None => add(raw[0], moved_on),
            };
            let share = (s - along[at]) / (along[at + 1] - along[at]).max(f64::MIN_POSITIVE);
            points.push(self.project(add(from, scale(share, subtract(to, from)))));
        }
        let last = Point {
            k: add(points[0].k, moved_on),
            ..points[0]
        };
        points.push(last);
        let mut found = Orbit {
            points: vec![points[0].k],
            segments: Vec::with_capacity(count + 8),
            winding,
            area: 0.0,
            area_slope: 0.0,
            dwell: 0.0,
            missed: points.iter().filter(|p| !p.on).count(),
        };
        for pair in points.windows(2) {
            self.segment(&mut found, &pair[0], &pair[1], points[0].k, 0);
        }
        found
    }

    fn segment(&self, orbit: &mut Orbit, a: &Point, b: &Point, origin: Vector, depth: u32) {
        let axis = self.families.direction.unit;
        let middle = self.project(scale(0.5, add(a.k, b.k)));
        let chord = subtract(b.k, a.k);
        let length = norm(chord);
        let tangents = [
            cross(axis, a.gradient),
            cross(axis, middle.gradient),
            cross(axis, b.gradient),
        ];
        let (sa, sm, sb) = (norm(tangents[0]), norm(tangents[1]), norm(tangents[2]));
        let cosine = dot(tangents[0], tangents[2]) / (sa * sb);
        let sine = dot(axis, cross(tangents[0], tangents[2])) / (sa * sb);
        let turn = sine.atan2(cosine);
        let bend = (sm * (1.0 / sa + 1.0 / sb) - 2.0).abs();
        let rough = turn.abs() > MOST_TURN || bend > MOST_BEND;
        if rough && depth < HALVINGS && middle.on && length > 0.0 {
            let (halves, across) = (norm(subtract(middle.k, a.k)), norm(subtract(b.k, middle.k)));
            // A middle that went astray does not help.
            if halves < length && across < length {
                self.segment(orbit, a, &middle, origin, depth + 1);
                self.segment(orbit, &middle, b, origin, depth + 1);
                return;
            }
        }
        let theta2 = (turn * turn).min(1.0);
        let arc = length * (1.0 + theta2 / 24.0 + 7.0 * theta2 * theta2 / 5760.0);
        let simpson = |f: [f64; 3]| arc * (f[0] + 4.0 * f[1] + f[2]) / 6.0;
        let inverse = [1.0 / sa, 1.0 / sm, 1.0 / sb];
        let times = [a.time, middle.time, b.time];
        let dwell = simpson(inverse).max(1e-300);
        let over = |i: usize| inverse[i] / times[i];
        let decay = simpson([over(0), over(1), over(2)]).max(1e-300);
        let along = |p: &Point| dot(p.gradient, axis);
        let along = [
            along(a) * inverse[0],
            along(&middle) * inverse[1],
            along(b) * inverse[2],
        ];
        let climb = simpson(along);
        orbit.area_slope -= climb;
        orbit.dwell += dwell;
        orbit.area += 0.5 * dot(axis, cross(subtract(a.k, origin), subtract(b.k, origin)))
            + length * length * turn.clamp(-1.0, 1.0) / 12.0;
        // B̂×∇E takes the electron along the chord in this time: the mean of ∇_⊥E is chord×B̂/dwell.
        let mean = scale(1.0 / dwell, cross(chord, axis));
        let (start, end) = (scale(a.time, a.gradient), scale(b.time, b.gradient));
        // With τ along the orbit it is ∫∇E τ/τ₀ d(decay) that must be the drift.
        let mean = scale(dwell / decay, mean);
        let off = subtract(mean, scale(0.5, add(start, end)));
        // Along the field the mean is Simpson's: it must be as good, where components along other axes nearly cancel.
        let drift = climb / decay;
        let off_along = drift - 0.5 * dot(add(start, end), axis);
        let fix = match length > 0.0 {
            true => add(
                subtract(off, scale(dot(off, axis), axis)),
                scale(off_along, axis),
            ),
            false => [0.0; 3],
        };
        orbit.segments.push(Segment {
            dwell,
            decay,
            start: add(start, fix),
            end: add(end, fix),
        });
        orbit.points.push(b.k);
    }
}

/// ħ/(2πe) in T Å²: a frequency is this times the area in Å⁻².
pub const FREQUENCY_PER_AREA: f64 =
    crate::units::HBAR / (2.0 * PI * crate::units::ELEMENTARY_CHARGE) * 1e20;
/// Cyclotron mass in electron masses per dwell time, Å² eV: m_c = ħ²/(2π)·∮dl/|∇_⊥E|.
pub const MASS_PER_DWELL: f64 = crate::units::HBAR2_OVER_ME / (2.0 * PI);
