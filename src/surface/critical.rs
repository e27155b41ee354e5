//! The points of a surface whose normal is along the field: there orbits appear, vanish, join and part.
//!
//! The mesh finds them by its combinatorics alone (the ring of vertices around a point changes sides 0 times at a pole, at least 4 times at a
//! saddle; ties go by the vertices' numbers), Newton's method on the spline brings them to their true places, and the nearest vertex is moved there.

use super::direction::Direction;
use super::field::Field;
use super::mesh::{Mesh, Triangle};
use super::vector::{Vector, add, dot, norm, scale, subtract};
use nalgebra::{Matrix3, Vector3};
use std::collections::BTreeMap;

/// Steps of Newton's method.
const STEPS: usize = 25;
/// A point does not belong to a vertex farther away than this, in grid steps.
const FARTHEST: f64 = 2.5;
/// Points nearer than this, in grid steps, are one.
const SAME: f64 = 0.02;

/// Heights of all vertices along a field, with the critical ones at their true places.
pub(super) struct Heights {
    /// u·R of every vertex.
    pub heights: Vec<f64>,
    /// Vertices that were moved, with their new fractional places.
    pub moved: BTreeMap<u32, Vector>,
    /// Critical vertices with their index: 1 of a pole, −1 of a simple saddle.
    pub critical: Vec<(u32, i32)>,
}

impl Heights {
    /// Of `mesh` along `direction`.
    pub fn new(mesh: &Mesh, field: &dyn Field, direction: &Direction) -> Self {
        let heights: Vec<f64> = mesh
            .vertices
            .iter()
            .map(|v| direction.height(v.u))
            .collect();
        let mut all = Self {
            heights,
            moved: BTreeMap::new(),
            critical: Vec::new(),
        };
        let candidates = all.find(mesh, direction);
        all.settle(mesh, field, direction, &candidates);
        all.critical = if all.moved.is_empty() {
            candidates
        } else {
            all.find(mesh, direction)
        };
        all
    }

    /// Vertices around which the ring does not change sides twice.
    fn find(&self, mesh: &Mesh, direction: &Direction) -> Vec<(u32, i32)> {
        let mut changes = vec![0u8; mesh.vertices.len()];
        for t in &mesh.triangles {
            let height = |i: usize| {
                self.heights[t.vertices[i] as usize] + f64::from(direction.levels(t.offsets[i]))
            };
            let h = [height(0), height(1), height(2)];
            let below = |i: usize, j: usize| {
                (h[i], t.vertices[i], t.offsets[i]) < (h[j], t.vertices[j], t.offsets[j])
            };
            for i in 0..3 {
                let (j, k) = ((i + 1) % 3, (i + 2) % 3);
                if below(j, i) != below(k, i) {
                    let c = &mut changes[t.vertices[i] as usize];
                    *c = c.saturating_add(1);
                }
            }
        }
        let odd = changes.iter().enumerate().filter(|(_, c)| **c != 2);
        odd.map(|(v, c)| (v as u32, 1 - i32::from(*c) / 2))
            .collect()
    }

    /// Moves the vertices nearest to the true critical points there.
    fn settle(
        &mut self,
        mesh: &Mesh,
        field: &dyn Field,
        direction: &Direction,
        candidates: &[(u32, i32)],
    ) {
        let mut points: Vec<(u32, Vector)> = Vec::new();
        for (v, _) in candidates {
            let Some(found) = polish(mesh, field, direction, mesh.vertices[*v as usize].u) else {
                continue;
            };
            let same = |(_, p): &(u32, Vector)| distance(mesh, *p, found) < SAME * mesh.step;
            if !points.iter().any(same) {
                points.push((*v, found));
            }
        }
        if points.is_empty() {
            return;
        }
        // The nearest vertex among the candidate's ring.
        let starts: BTreeMap<u32, Vec<usize>> =
            points
                .iter()
                .enumerate()
                .fold(BTreeMap::new(), |mut map, (i, (v, _))| {
                    map.entry(*v).or_insert_with(Vec::new).push(i);
                    map
                });
        let is_start: Vec<bool> = {
            let mut flags = vec![false; mesh.vertices.len()];
            starts.keys().for_each(|v| flags[*v as usize] = true);
            flags
        };
        let mut best: Vec<(f64, u32, Vector)> = points
            .iter()
            .map(|(v, p)| {
                let u = mesh.vertices[*v as usize].u;
                (norm(mesh.cartesian(subtract(*p, u))), *v, *p)
            })
            .collect();
        for t in mesh.triangles.iter() {
            for i in 0..3 {
                if !is_start[t.vertices[i] as usize] {
                    continue;
                }
                for at in &starts[&t.vertices[i]] {
                    for j in [(i + 1) % 3, (i + 2) % 3] {
                        let u = mesh.vertices[t.vertices[j] as usize].u;
                        // The critical point as seen in the neighbour's own frame.
                        let shift = offset_between(t, i, j);
                        let p = add(points[*at].1, shift);
                        let d = norm(mesh.cartesian(subtract(p, u)));
                        if d < best[*at].0 {
                            best[*at] = (d, t.vertices[j], p);
                        }
                    }
                }
            }
        }
        for (_, v, u) in best {
            self.heights[v as usize] = direction.height(u);
            self.moved.insert(v, u);
        }
    }
}

/// What brings the frame of vertex `i` of a triangle to that of its vertex `j`.
fn offset_between(t: &Triangle, i: usize, j: usize) -> Vector {
    [0, 1, 2].map(|a| f64::from(t.offsets[i][a]) - f64::from(t.offsets[j][a]))
}

/// Distance in Å⁻¹ of two fractional points of the torus.
fn distance(mesh: &Mesh, a: Vector, b: Vector) -> f64 {
    let d = subtract(a, b);
    norm(mesh.cartesian(subtract(d, d.map(f64::round))))
}

/// The point near `start` with E = ε and ∇E along the field.
fn polish(mesh: &Mesh, field: &dyn Field, direction: &Direction, start: Vector) -> Option<Vector> {
    let a = mesh.lattice.rows();
    let project = direction
        .across
        .map(|e| [0, 1, 2].map(|i| dot(a[i], e) / (2.0 * std::f64::consts::PI)));
    let mut u = start;
    for _ in 0..STEPS {
        let (e, slope) = field.slope(u);
        let h = field.curvature(u);
        let rows: [Vector; 3] = [
            slope,
            [0, 1, 2].map(|j| (0..3).map(|i| project[0][i] * h[i][j]).sum()),
            [0, 1, 2].map(|j| (0..3).map(|i| project[1][i] * h[i][j]).sum()),
        ];
        let off = [
            mesh.energy_ev - e,
            -dot(project[0], slope),
            -dot(project[1], slope),
        ];
        let m = Matrix3::from_fn(|i, j| rows[i][j]);
        let step = m.lu().solve(&Vector3::from(off))?;
        let mut step: Vector = [step[0], step[1], step[2]];
        let length = norm(mesh.cartesian(step));
        if !length.is_finite() {
            return None;
        }
        if length > 0.5 * mesh.step {
            step = scale(0.5 * mesh.step / length, step);
        }
        u = add(u, step);
        if norm(mesh.cartesian(subtract(u, start))) > FARTHEST * mesh.step {
            return None;
        }
        if length < 1e-12 {
            return Some(u);
        }
    }
    None
}
