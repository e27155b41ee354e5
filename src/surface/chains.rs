//! The curves in which planes across the field cut a surface, followed from triangle to triangle.

use super::families::Families;
use super::vector::{Vector, add, scale, subtract};

/// Where a plane cuts the surface in one closed curve of the torus.
pub struct Chain {
    /// Fractional points, each on an edge of the mesh; the curve goes on from the last to the first, shifted by `winding`.
    pub points: Vec<Vector>,
    /// The reciprocal lattice vector by which the curve moves on in one round; zero of a closed orbit.
    pub winding: [i32; 3],
}

impl Families<'_> {
    /// The orbit of a family at a height between its ends; none where the mesh has no such curve (within rounding of an end).
    pub fn chain(&self, family: usize, height: f64) -> Option<Chain> {
        let family = &self.families[family];
        let mut left = height - family.from;
        for tube in &family.tubes {
            let length = self.length(*tube);
            if left <= length {
                let slab = self.tubes[*tube].slab;
                return self.curve(*tube, self.critical[slab] + left);
            }
            left -= length;
        }
        None
    }

    /// The curve of a tube at the height `s` ∈ [0, 1) counted from the origin.
    fn curve(&self, tube: usize, s: f64) -> Option<Chain> {
        let planes = 2 * self.critical.len() as i32;
        for (t, level) in &self.tubes[tube].pieces {
            let turn = level.div_euclid(planes);
            let side = self.sides(*t as usize, s, turn);
            if side.iter().any(|b| *b) && !side.iter().all(|b| *b) {
                return self.march(*t as usize, s, turn);
            }
        }
        None
    }

    /// Which vertices of a triangle lie below the plane at s + `turn`.
    #[inline(always)]
    fn sides(&self, t: usize, s: f64, turn: i32) -> [bool; 3] {
        let triangle = &self.mesh.triangles[t];
        let below = |i: usize| {
            let h = self.heights[triangle.vertices[i] as usize];
            floor(h - s) + self.direction.levels(triangle.offsets[i]) < turn
        };
        [below(0), below(1), below(2)]
    }

    /// Where the plane at s + `turn` cuts edge `i` of a triangle.
    #[inline(always)]
    fn cut(&self, t: usize, i: usize, s: f64, turn: i32) -> Vector {
        let triangle = &self.mesh.triangles[t];
        let (p, q) = triangle.ordered(i, (i + 1) % 3);
        let of = |i: usize| {
            let h = self.heights[triangle.vertices[i] as usize] - s;
            h + f64::from(self.direction.levels(triangle.offsets[i]) - turn)
        };
        let (a, b) = (of(p), of(q));
        let share = (a / (a - b)).clamp(0.0, 1.0);
        let at = |i: usize| {
            add(
                self.places[triangle.vertices[i] as usize],
                triangle.offsets[i].map(f64::from),
            )
        };
        let (from, to) = (at(p), at(q));
        add(from, scale(share, subtract(to, from)))
    }

    /// Follows a curve from triangle to triangle, each of which it enters through one edge and leaves through another, in the direction
    /// of B̂×∇E, the one in which electrons move.
    fn march(&self, start: usize, s: f64, turn: i32) -> Option<Chain> {
        let crossed = |t: usize, turn: i32| {
            let side = self.sides(t, s, turn);
            // Normals are along ∇E: with corners counted around it, going along B̂×∇E enters where the edge goes down.
            let mut enter = 3;
            let mut leave = 3;
            for i in 0..3 {
                match (side[i], side[(i + 1) % 3]) {
                    (true, false) => leave = i,
                    (false, true) => enter = i,
                    _ => {}
                }
            }
            (enter, leave)
        };
        let mut points = Vec::new();
        let mut winding = [0i32; 3];
        let (mut t, mut turn_here) = (start, turn);
        let most = 64 * self.mesh.triangles.len() + 64;
        let first = crossed(t, turn_here);
        if first.0 > 2 || first.1 > 2 {
            return None;
        }
        let mut leave = first.1;
        for _ in 0..most {
            let u = self.cut(t, leave, s, turn_here);
            points.push(add(u, winding.map(f64::from)));
            let (other, _, shift) = self.mesh.shift_across(t, leave);
            for a in 0..3 {
                winding[a] += shift[a];
                turn_here -= self.direction.indices[a] * shift[a];
            }
            t = other;
            if t == start && turn_here == turn {
                return Some(Chain { points, winding });
            }
            leave = crossed(t, turn_here).1;
            if leave > 2 {
                return None;
            }
        }
        None
    }
}

/// The whole number at or below `x`, of moderate size.
#[inline(always)]
fn floor(x: f64) -> i32 {
    let cut = x as i32;
    cut - i32::from(f64::from(cut) > x)
}
