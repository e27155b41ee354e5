//! Integrals over a surface, of fourth order in the grid step.
//!
//! Each triangle is bent through the middles of its edges, brought onto the surface; what its four small triangles change of the flat one is
//! extrapolated by a third, which cancels the second order. No triangle needs more than its own points.

use super::field::Field;
use super::mesh::Mesh;
use super::vector::{Vector, add, cross, dot, norm, scale, subtract};
use rayon::prelude::*;

/// A bent triangle.
struct Curved {
    /// Å⁻².
    area: f64,
    /// Volume between the flat triangle and the surface, positive on the side of higher energies, Å⁻³.
    sliver: f64,
    /// ∇E at the corners and the middles of edges 01, 12, 20, eV Å.
    gradients: [Vector; 6],
    /// Their weights in ∫dS, Å⁻².
    weights: [f64; 6],
}

impl Curved {
    /// ∫ f dS of values at the six points.
    fn integral(&self, f: impl Fn(usize) -> f64) -> f64 {
        (0..6).map(|i| self.weights[i] * f(i)).sum()
    }
}

/// The middle of an edge, brought onto the surface: how far it moved (fractional) and ∂E/∂u there. The same for both triangles of the edge.
type Middle = (Vector, Vector);

/// The middles of the edges of every triangle. Each edge is looked at from one of its sides, and seen alike from the other.
fn middles(mesh: &Mesh, field: &dyn Field) -> Vec<[Middle; 3]> {
    let own = |t: usize| -> [Middle; 3] {
        std::array::from_fn(|i| {
            let triangle = &mesh.triangles[t];
            if (triangle.neighbours[i] as usize) < 3 * t + i {
                return ([0.0; 3], [0.0; 3]);
            }
            let (a, b) = (mesh.corner(triangle, i), mesh.corner(triangle, (i + 1) % 3));
            let middle = scale(0.5, add(a, b));
            let (there, slope) = mesh.onto(field, middle, mesh.energy_ev);
            (subtract(there, middle), slope)
        })
    };
    let half: Vec<[Middle; 3]> = (0..mesh.triangles.len()).into_par_iter().map(own).collect();
    let both = |t: usize| {
        std::array::from_fn(|i| {
            let at = (3 * t + i).min(mesh.triangles[t].neighbours[i] as usize);
            half[at / 3][at % 3]
        })
    };
    (0..mesh.triangles.len()).map(both).collect()
}

/// Triangle `t` of `mesh`, bent onto the surface through the `middles` of its edges.
fn curved(mesh: &Mesh, middles: &[Middle; 3], t: usize) -> Curved {
    let triangle = &mesh.triangles[t];
    let u: [Vector; 3] = std::array::from_fn(|i| mesh.corner(triangle, i));
    let slopes: [Vector; 3] =
        std::array::from_fn(|i| mesh.vertices[triangle.vertices[i] as usize].slope);
    let mut p = [[0.0; 3]; 6];
    let mut gradients = [[0.0; 3]; 6];
    for i in 0..3 {
        p[i] = mesh.cartesian(u[i]);
        gradients[i] = mesh.gradient(slopes[i]);
    }
    let normal = cross(subtract(p[1], p[0]), subtract(p[2], p[0]));
    let flat = 0.5 * norm(normal);
    let mut lift = 0.0;
    for i in 0..3 {
        let (moved, slope) = middles[i];
        let moved = mesh.cartesian(moved);
        p[3 + i] = add(scale(0.5, add(p[i], p[(i + 1) % 3])), moved);
        gradients[3 + i] = mesh.gradient(slope);
        lift += dot(normal, moved);
    }
    let area = |a: usize, b: usize, c: usize| {
        0.5 * norm(cross(subtract(p[b], p[a]), subtract(p[c], p[a])))
    };
    let parts = [[0, 3, 5], [3, 1, 4], [5, 4, 2], [3, 4, 5]];
    let small = parts.map(|[a, b, c]| area(a, b, c));
    let fine: f64 = small.iter().sum();
    // The four small triangles, and a third of what they change of the flat one.
    let mut weights = [0.0; 6];
    for (part, area) in parts.iter().zip(small) {
        part.iter().for_each(|i| weights[*i] += 4.0 / 9.0 * area);
    }
    weights[..3].iter_mut().for_each(|w| *w -= flat / 9.0);
    Curved {
        area: fine + (fine - flat) / 3.0,
        // A third of the area times each middle's height, ∫ 4λ_iλ_j = A/3.
        sliver: 0.5 * lift / 3.0,
        gradients,
        weights,
    }
}

/// Integrals over a whole surface, with `rate` = ∇E-weighted sums at no field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SurfaceSums {
    /// Å⁻².
    pub area: f64,
    /// ∫ dS/|∇E|, Å⁻³/eV.
    pub states: f64,
    /// ∫ dS g_i g_j/|g|, xx yy zz yz xz xy, eV/Å.
    pub products: [f64; 6],
    /// ∫ dS |g|, eV/Å.
    pub speed: f64,
    /// Volume of lower energies as a share of the zone.
    pub below: f64,
}

/// What a bent triangle adds to the integrals; `below` in Å⁻³.
fn piece(mesh: &Mesh, middles: &[Middle; 3], t: usize) -> SurfaceSums {
    let c = curved(mesh, middles, t);
    let g = &c.gradients;
    let speeds = g.map(norm);
    let slowness = speeds.map(|s| 1.0 / s.max(1e-12));
    let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];
    SurfaceSums {
        area: c.area,
        below: c.sliver,
        speed: c.integral(|p| speeds[p]),
        states: c.integral(|p| slowness[p]),
        products: pairs.map(|(i, j)| c.integral(|p| g[p][i] * g[p][j] * slowness[p])),
    }
}

/// What each triangle of `mesh` adds to the integrals; `below` in Å⁻³.
pub(super) fn pieces(mesh: &Mesh, field: &dyn Field) -> Vec<SurfaceSums> {
    let middles = middles(mesh, field);
    let all = middles.par_iter().enumerate();
    all.map(|(t, own)| piece(mesh, own, t)).collect()
}

/// Integrals over `mesh`.
pub fn sums_of(mesh: &Mesh, field: &dyn Field) -> SurfaceSums {
    total(mesh, &pieces(mesh, field))
}

/// The sum of its pieces.
pub(super) fn total(mesh: &Mesh, pieces: &[SurfaceSums]) -> SurfaceSums {
    let mut all = SurfaceSums::default();
    for s in pieces {
        all.area += s.area;
        all.below += s.below;
        all.speed += s.speed;
        all.states += s.states;
        for (x, y) in all.products.iter_mut().zip(s.products) {
            *x += y;
        }
    }
    let b = &mesh.reciprocal;
    let zone = dot(b[0], cross(b[1], b[2])).abs();
    all.below = mesh.below + all.below / zone;
    all
}
