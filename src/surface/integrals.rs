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
    flat: f64,
    small: [f64; 4],
    /// ∇E at the corners and the middles of edges 01, 12, 20, eV Å.
    gradients: [Vector; 6],
}

impl Curved {
    /// ∫ f(∇E) dS.
    fn integral(&self, f: impl Fn(Vector) -> f64) -> f64 {
        let v = self.gradients.map(f);
        let flat = self.flat * (v[0] + v[1] + v[2]) / 3.0;
        let parts = [[0, 3, 5], [3, 1, 4], [5, 4, 2], [3, 4, 5]];
        let mut fine = 0.0;
        for (area, [a, b, c]) in self.small.iter().zip(parts) {
            fine += area * (v[a] + v[b] + v[c]) / 3.0;
        }
        fine + (fine - flat) / 3.0
    }
}

/// Triangle `t` of `mesh`, bent onto the surface of `field`.
fn curved(mesh: &Mesh, field: &dyn Field, t: usize) -> Curved {
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
        let middle = scale(0.5, add(u[i], u[(i + 1) % 3]));
        let (there, slope) = mesh.onto(field, middle, mesh.energy_ev);
        p[3 + i] = mesh.cartesian(there);
        gradients[3 + i] = mesh.gradient(slope);
        lift += dot(normal, subtract(p[3 + i], mesh.cartesian(middle)));
    }
    let area = |a: usize, b: usize, c: usize| {
        0.5 * norm(cross(subtract(p[b], p[a]), subtract(p[c], p[a])))
    };
    let small = [area(0, 3, 5), area(3, 1, 4), area(5, 4, 2), area(3, 4, 5)];
    let fine: f64 = small.iter().sum();
    Curved {
        area: fine + (fine - flat) / 3.0,
        // A third of the area times each middle's height, ∫ 4λ_iλ_j = A/3.
        sliver: 0.5 * lift / 3.0,
        flat,
        small,
        gradients,
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
fn piece(mesh: &Mesh, field: &dyn Field, t: usize) -> SurfaceSums {
    let c = curved(mesh, field, t);
    let mut s = SurfaceSums {
        area: c.area,
        below: c.sliver,
        speed: c.integral(norm),
        states: c.integral(|g| 1.0 / norm(g).max(1e-12)),
        products: [0.0; 6],
    };
    let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];
    for (x, (i, j)) in s.products.iter_mut().zip(pairs) {
        *x = c.integral(|g| g[i] * g[j] / norm(g).max(1e-12));
    }
    s
}

/// What each triangle of `mesh` adds to the integrals; `below` in Å⁻³.
pub(super) fn pieces(mesh: &Mesh, field: &dyn Field) -> Vec<SurfaceSums> {
    let all = (0..mesh.triangles.len()).into_par_iter();
    all.map(|t| piece(mesh, field, t)).collect()
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
