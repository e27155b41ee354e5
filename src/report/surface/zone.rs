//! The first Brillouin zone: its edges, and surfaces folded into it.

use crate::crystal::Tensor;
use crate::surface::vector::{Vector, add, dot, scale, subtract};

/// Reciprocal lattice vectors that may bound the zone have coefficients up to this.
const REACH: i32 = 2;

/// The first zone.
pub(super) struct Zone {
    /// G with half of |G|² for every face.
    faces: Vec<(Vector, f64)>,
    /// Its edges.
    pub edges: Vec<[Vector; 2]>,
}

/// A point that is carried along while a polygon is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corner {
    pub k: Vector,
    pub gradient: Vector,
    /// M⁻¹, xx yy zz yz xz xy.
    pub mass: [f64; 6],
    /// τ.
    pub time: f64,
}

impl Zone {
    /// Of the reciprocal vectors b₁ b₂ b₃ (rows).
    pub fn new(b: &Tensor) -> Self {
        let mut all = Vec::new();
        let range = -REACH..=REACH;
        for i in range.clone() {
            for j in range.clone() {
                for l in range.clone() {
                    if [i, j, l] != [0; 3] {
                        let c = [f64::from(i), f64::from(j), f64::from(l)];
                        let g = [0, 1, 2].map(|x| c[0] * b[0][x] + c[1] * b[1][x] + c[2] * b[2][x]);
                        all.push((g, 0.5 * dot(g, g)));
                    }
                }
            }
        }
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut faces = Vec::new();
        let mut edges: Vec<[Vector; 2]> = Vec::new();
        for (at, (g, half)) in all.iter().enumerate() {
            let [e, f] = crate::surface::vector::frame(crate::surface::vector::unit(*g));
            let size = 10.0 * (2.0 * half).sqrt();
            let middle = scale(0.5, *g);
            let mut polygon: Vec<Vector> = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
                .iter()
                .map(|(x, y)| add(middle, add(scale(x * size, e), scale(y * size, f))))
                .collect();
            for (other, (h, limit)) in all.iter().enumerate() {
                if other != at {
                    polygon = below(&polygon, *h, *limit);
                }
            }
            let extent: f64 = (1..polygon.len())
                .map(|i| {
                    let d = subtract(polygon[i], polygon[0]);
                    dot(d, d)
                })
                .fold(0.0, f64::max);
            if polygon.len() < 3 || extent < 1e-8 * half {
                continue;
            }
            faces.push((*g, *half));
            for i in 0..polygon.len() {
                let edge = [polygon[i], polygon[(i + 1) % polygon.len()]];
                let near = |a: Vector, b: Vector| {
                    let d = subtract(a, b);
                    dot(d, d) < 1e-8 * half
                };
                let same = |e: &[Vector; 2]| {
                    (near(e[0], edge[0]) && near(e[1], edge[1]))
                        || (near(e[0], edge[1]) && near(e[1], edge[0]))
                };
                if !near(edge[0], edge[1]) && !edges.iter().any(same) {
                    edges.push(edge);
                }
            }
        }
        Self { faces, edges }
    }

    /// The parts of a triangle, each moved by a reciprocal lattice vector into the zone.
    pub fn fold(&self, triangle: [Corner; 3]) -> Vec<Vec<Corner>> {
        let mut open = vec![triangle.to_vec()];
        let mut done = Vec::new();
        let mut steps = 0;
        while let Some(polygon) = open.pop() {
            steps += 1;
            let out = |p: &Corner, (g, half): &(Vector, f64)| dot(p.k, *g) - half * (1.0 + 1e-9);
            // The face that the polygon's middle is farthest beyond first, then any that cuts it.
            let face = self
                .faces
                .iter()
                .map(|f| {
                    (
                        polygon.iter().map(|p| out(p, f)).fold(f64::MIN, f64::max),
                        f,
                    )
                })
                .filter(|(most, f)| *most > 1e-7 * f.1)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            match face {
                Some((_, f)) if steps < 200 => {
                    let (inside, outside) = cut(&polygon, f.0, f.1);
                    if inside.len() > 2 {
                        open.push(inside);
                    }
                    if outside.len() > 2 {
                        let moved = outside.into_iter().map(|p| Corner {
                            k: subtract(p.k, f.0),
                            ..p
                        });
                        open.push(moved.collect());
                    }
                }
                _ => done.push(polygon),
            }
        }
        done
    }
}

impl Zone {
    /// A short piece of a curve, moved by the reciprocal lattice vector that brings its middle into the zone.
    pub fn fold_piece(&self, mut piece: [Vector; 2]) -> [Vector; 2] {
        for _ in 0..200 {
            let middle = scale(0.5, add(piece[0], piece[1]));
            let out = |(g, half): &(Vector, f64)| dot(middle, *g) / half - 1.0;
            let farthest = self.faces.iter().max_by(|a, b| out(a).total_cmp(&out(b)));
            match farthest {
                Some(face) if out(face) > 1e-9 => piece = piece.map(|k| subtract(k, face.0)),
                _ => break,
            }
        }
        piece
    }
}

/// The part of a polygon with k·h ≤ limit.
fn below(polygon: &[Vector], h: Vector, limit: f64) -> Vec<Vector> {
    let corners: Vec<Corner> = polygon
        .iter()
        .map(|k| Corner {
            k: *k,
            gradient: [0.0; 3],
            mass: [0.0; 6],
            time: 0.0,
        })
        .collect();
    cut(&corners, h, limit).0.iter().map(|c| c.k).collect()
}

/// A polygon on both sides of the plane k·h = limit.
fn cut(polygon: &[Corner], h: Vector, limit: f64) -> (Vec<Corner>, Vec<Corner>) {
    let (mut low, mut high) = (Vec::new(), Vec::new());
    for i in 0..polygon.len() {
        let (p, q) = (polygon[i], polygon[(i + 1) % polygon.len()]);
        let (a, b) = (dot(p.k, h) - limit, dot(q.k, h) - limit);
        if a <= 0.0 {
            low.push(p);
        }
        if a >= 0.0 {
            high.push(p);
        }
        if a * b < 0.0 {
            let t = a / (a - b);
            let mix = |x: Vector, y: Vector| add(x, scale(t, subtract(y, x)));
            let middle = Corner {
                k: mix(p.k, q.k),
                gradient: mix(p.gradient, q.gradient),
                mass: std::array::from_fn(|i| p.mass[i] + t * (q.mass[i] - p.mass[i])),
                time: p.time + t * (q.time - p.time),
            };
            low.push(middle);
            high.push(middle);
        }
    }
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cube has 12 edges, the fcc lattice's truncated octahedron 36.
    #[test]
    fn a_zone_has_its_edges() {
        let cube = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(Zone::new(&cube).edges.len(), 12);
        let bcc = [[-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, -1.0]];
        assert_eq!(Zone::new(&bcc).edges.len(), 36);
        let zone = Zone::new(&cube);
        let corner = |x: f64, y: f64| Corner {
            k: [x, y, 0.1],
            gradient: [0.0; 3],
            mass: [0.0; 6],
            time: 0.0,
        };
        let parts = zone.fold([corner(0.4, 0.0), corner(0.7, 0.0), corner(0.4, 0.3)]);
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().flatten().all(|p| p.k[0].abs() <= 0.5 + 1e-6));
    }
}
