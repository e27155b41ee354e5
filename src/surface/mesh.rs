//! The surface E = ε of one band as a closed mesh of triangles on the torus of k.
//!
//! Every cell of the grid is cut into six tetrahedra along its shortest diagonal. A vertex is a cut grid edge, and is named by it (a
//! node and one of seven directions), so that cells, blocks and periodic faces agree on it without any tolerance; it lies where the
//! interpolated band, not its linear stand-in, has the energy. Each triangle knows its three neighbours, and each of its vertices
//! the lattice vector by which it is shifted.

use super::field::Field;
use super::vector::{self, Vector, add, cross, dot, scale, subtract};
use crate::crystal::{KGrid, Lattice, Tensor};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::f64::consts::PI;

/// A point of the surface.
#[derive(Clone, Copy, Debug)]
pub struct Vertex {
    /// Fractional k.
    pub u: Vector,
    /// ∂E/∂u there, eV.
    pub slope: Vector,
}

/// A triangle, its normal along ∇E.
#[derive(Clone, Copy, Debug)]
pub struct Triangle {
    /// Vertices.
    pub vertices: [u32; 3],
    /// Lattice vector that each vertex is shifted by.
    pub offsets: [[i8; 3]; 3],
    /// Across edge i (from vertex i to i + 1): 3·triangle + edge of the neighbour.
    pub neighbours: [u32; 3],
}

/// A closed mesh.
pub struct Mesh {
    /// Lattice of the crystal.
    pub lattice: Lattice,
    /// b₁ b₂ b₃, Å⁻¹.
    pub reciprocal: Tensor,
    /// Grid that the surface was found on.
    pub grid: KGrid,
    /// Energy of the surface, eV.
    pub energy_ev: f64,
    /// Points.
    pub vertices: Vec<Vertex>,
    /// Triangles.
    pub triangles: Vec<Triangle>,
    /// Share of the zone in which tetrahedra with vertices on the surface hold lower energies.
    pub below: f64,
    /// Mean distance of grid points, Å⁻¹.
    pub step: f64,
}

/// The six orders of axes, each a tetrahedron.
const ORDERS: [[usize; 2]; 6] = [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]];
/// A cut keeps this distance from the ends of its edge, so that no triangle shrinks to nothing.
const CLOSEST: f64 = 1e-6;
/// Steps of the search along an edge.
const STEPS: usize = 5;

impl Mesh {
    /// The surface E = `energy_ev` of the band with values `energies` `[n1][n2][n3]` (eV) on `grid`, through which `field` goes.
    ///
    /// # Errors
    /// [`Error::Internal`] where the mesh does not close (a defect).
    pub fn new(
        lattice: &Lattice,
        grid: KGrid,
        energies: &[f64],
        field: &dyn Field,
        energy_ev: f64,
    ) -> Result<Self> {
        let reciprocal = lattice.reciprocal();
        let slabs: Vec<Slab> = (0..grid.n[0])
            .into_par_iter()
            .map(|i| Slab::new(&reciprocal, &grid, energies, energy_ev, i))
            .collect();
        // Names of cut edges, numbered in the order of the grid.
        let mut names: Vec<(u64, f64)> =
            slabs.iter().flat_map(|s| s.cuts.iter().copied()).collect();
        names.par_sort_unstable_by_key(|c| c.0);
        names.dedup_by_key(|c| c.0);
        if names.len() >= 1 << 29 {
            return Err(Error::bad_option(
                "--mesh",
                format!("the surface has {} vertices", names.len()),
                "give a coarser grid",
            ));
        }
        let flip = flip(&reciprocal, &grid);
        let found: Vec<(Vertex, f64)> = names
            .par_iter()
            .map(|(name, linear)| on_edge(&grid, energies, field, energy_ev, flip, *name, *linear))
            .collect();
        let keys: Vec<u64> = names.iter().map(|c| c.0).collect();
        let share = |name: &u64| found[keys.binary_search(name).unwrap_or_default()].1;
        let below: Vec<f64> = slabs
            .par_iter()
            .map(|s| s.below + s.parts.iter().map(|p| p.share(&share)).sum::<f64>() / 6.0)
            .collect();
        let below = below.iter().sum::<f64>() / grid.len() as f64;
        let vertices: Vec<Vertex> = found.iter().map(|f| f.0).collect();
        let raw: Vec<&RawTriangle> = slabs.iter().flat_map(|s| s.triangles.iter()).collect();
        let triangles: Vec<Triangle> = raw
            .par_iter()
            .map(|t| Triangle {
                vertices: t
                    .names
                    .map(|name| keys.binary_search(&name).unwrap_or_default() as u32),
                offsets: t.offsets,
                neighbours: [u32::MAX; 3],
            })
            .collect();
        let mut step = 0.0;
        let mut axes = 0.0;
        for a in 0..3 {
            if grid.n[a] > 1 {
                step += dot(reciprocal[a], reciprocal[a]).sqrt() / grid.n[a] as f64;
                axes += 1.0;
            }
        }
        let mut mesh = Self {
            lattice: lattice.clone(),
            reciprocal,
            grid,
            energy_ev,
            vertices,
            triangles,
            below,
            step: step / f64::max(axes, 1.0),
        };
        mesh.join()?;
        Ok(mesh)
    }

    /// Finds every triangle's neighbours: two triangles share an edge where its vertices and the difference of their offsets agree.
    fn join(&mut self) -> Result<()> {
        let mut keys: Vec<(u64, u32)> = Vec::with_capacity(3 * self.triangles.len());
        for (t, triangle) in self.triangles.iter().enumerate() {
            for i in 0..3 {
                let (p, q) = triangle.ordered(i, (i + 1) % 3);
                let mut code = 0u64;
                for a in 0..3 {
                    let d = triangle.offsets[q][a] - triangle.offsets[p][a];
                    code = code * 3 + (d + 1) as u64;
                }
                let (p, q) = (triangle.vertices[p], triangle.vertices[q]);
                keys.push((
                    u64::from(p) << 34 | u64::from(q) << 5 | code,
                    (3 * t + i) as u32,
                ));
            }
        }
        keys.par_sort_unstable();
        for pair in keys.chunks(2) {
            let [(a, x), (b, y)] = pair else {
                return Err(open());
            };
            if a != b {
                return Err(open());
            }
            self.triangles[*x as usize / 3].neighbours[*x as usize % 3] = *y;
            self.triangles[*y as usize / 3].neighbours[*y as usize % 3] = *x;
        }
        Ok(())
    }

    /// Cartesian k (Å⁻¹) of fractional `u`.
    #[inline(always)]
    pub fn cartesian(&self, u: Vector) -> Vector {
        let b = &self.reciprocal;
        let at = |c: usize| u[0] * b[0][c] + u[1] * b[1][c] + u[2] * b[2][c];
        [at(0), at(1), at(2)]
    }

    /// Fractional u of a Cartesian k (Å⁻¹).
    #[inline(always)]
    pub fn fractional(&self, k: Vector) -> Vector {
        let a = self.lattice.rows();
        let at = |i: usize| dot(a[i], k) * (0.5 / PI);
        [at(0), at(1), at(2)]
    }

    /// ∇_k E (eV Å) of ∂E/∂u (eV).
    #[inline(always)]
    pub fn gradient(&self, slope: Vector) -> Vector {
        let a = self.lattice.rows();
        let factor = 0.5 / PI;
        let at = |c: usize| factor * (slope[0] * a[0][c] + slope[1] * a[1][c] + slope[2] * a[2][c]);
        [at(0), at(1), at(2)]
    }

    /// Fractional place of vertex `i` of a triangle, shifted.
    #[inline(always)]
    pub fn corner(&self, triangle: &Triangle, i: usize) -> Vector {
        add(
            self.vertices[triangle.vertices[i] as usize].u,
            triangle.offsets[i].map(f64::from),
        )
    }

    /// By how much the frame of the neighbour across edge `i` of triangle `t` is shifted: what is at u for `t` is at u − shift for it.
    #[inline(always)]
    pub fn shift_across(&self, t: usize, i: usize) -> (usize, usize, [i32; 3]) {
        let triangle = &self.triangles[t];
        let next = triangle.neighbours[i] as usize;
        let (other, j) = (next / 3, next % 3);
        let neighbour = &self.triangles[other];
        // The edge's first vertex, in the order that both sides agree on.
        let (p, _) = triangle.ordered(i, (i + 1) % 3);
        let (q, _) = neighbour.ordered(j, (j + 1) % 3);
        let shift = [0, 1, 2]
            .map(|a| i32::from(triangle.offsets[p][a]) - i32::from(neighbour.offsets[q][a]));
        (other, j, shift)
    }

    /// A point near the surface E = `energy_ev` brought onto it along the gradient: fractional place and slope.
    pub fn onto(&self, field: &dyn Field, mut u: Vector, energy_ev: f64) -> (Vector, Vector) {
        let mut slope = [0.0; 3];
        for _ in 0..3 {
            let (e, s) = field.slope(u);
            slope = s;
            let g = self.gradient(s);
            let g2 = dot(g, g);
            let off = energy_ev - e;
            if g2 == 0.0 || off.abs() < 1e-14 * (1.0 + e.abs()) {
                break;
            }
            let mut move_by = scale(off / g2, g);
            let length = dot(move_by, move_by).sqrt();
            if length > 0.5 * self.step {
                move_by = scale(0.5 * self.step / length, move_by);
            }
            u = add(u, self.fractional(move_by));
        }
        (u, slope)
    }
}

impl Triangle {
    /// Vertices p and q in an order that depends on the edge alone.
    #[inline(always)]
    pub fn ordered(&self, p: usize, q: usize) -> (usize, usize) {
        let key = |i: usize| (self.vertices[i], self.offsets[i]);
        if key(p) <= key(q) { (p, q) } else { (q, p) }
    }
}

fn open() -> Error {
    Error::Internal("the mesh of a surface is not closed".into())
}

/// What the cells of one plane of the grid give.
struct Slab {
    /// Names of cut edges with the place of the linear cut.
    cuts: Vec<(u64, f64)>,
    triangles: Vec<RawTriangle>,
    /// Cells' worth of lower energies in tetrahedra that are not cut.
    below: f64,
    /// What the others hold.
    parts: Vec<Part>,
}

/// The cut edges of a tetrahedron, by how many of its corners are low.
enum Part {
    One([u64; 3]),
    Two([u64; 4]),
    Three([u64; 3]),
}

impl Part {
    /// The share of the tetrahedron with lower energies, of the cuts' shares of their edges from the lower end.
    fn share(&self, cut: &impl Fn(&u64) -> f64) -> f64 {
        match self {
            Self::One(names) => names.iter().map(cut).product(),
            Self::Three(names) => 1.0 - names.iter().map(|n| 1.0 - cut(n)).product::<f64>(),
            Self::Two(names) => {
                let [ac, ad, bc, bd] = [0, 1, 2, 3].map(|i| cut(&names[i]));
                bc * bd + ac * ad * (1.0 - bd) + ac * bd * (1.0 - bc)
            }
        }
    }
}

struct RawTriangle {
    names: [u64; 3],
    offsets: [[i8; 3]; 3],
}

/// Bits of the axes along which the shortest diagonal of a cell runs backwards.
fn flip(reciprocal: &Tensor, grid: &KGrid) -> usize {
    let n = grid.n.map(|n| n as f64);
    let length = |f: usize| {
        let mut sum = [0.0; 3];
        for a in 0..3 {
            let sign = if f >> a & 1 == 1 { -1.0 } else { 1.0 };
            sum = add(sum, scale(sign / n[a], reciprocal[a]));
        }
        dot(sum, sum)
    };
    // Up to a common sign there are four; the first of equals.
    let mut best = 0;
    for f in 1..4 {
        if length(f) < length(best) * (1.0 - 1e-9) {
            best = f;
        }
    }
    best
}

impl Slab {
    fn new(reciprocal: &Tensor, grid: &KGrid, energies: &[f64], level: f64, i: usize) -> Self {
        let [n1, n2, n3] = grid.n;
        let flip = flip(reciprocal, grid);
        let handed = dot(reciprocal[0], cross(reciprocal[1], reciprocal[2]));
        let next = if i + 1 == n1 { 0 } else { i + 1 };
        let mut slab = Self {
            cuts: Vec::new(),
            triangles: Vec::new(),
            below: 0.0,
            parts: Vec::new(),
        };
        let row = |i: usize, j: usize| &energies[(i * n2 + j) * n3..][..n3];
        let mut whole = 0usize;
        for j in 0..n2 {
            let j2 = if j + 1 == n2 { 0 } else { j + 1 };
            let rows = [row(i, j), row(next, j), row(i, j2), row(next, j2)];
            let low = |k: usize| rows.iter().filter(|r| r[k] < level).count();
            let mut here = low(0);
            for k in 0..n3 {
                let k2 = if k + 1 == n3 { 0 } else { k + 1 };
                let there = low(k2);
                let count = here + there;
                here = there;
                if count == 0 {
                    continue;
                }
                if count == 8 {
                    whole += 1;
                    continue;
                }
                let corners: [f64; 8] =
                    std::array::from_fn(|q| rows[q & 3][if q >> 2 == 0 { k } else { k2 }]);
                slab.cell(grid, [i, j, k], &corners, level, flip, handed);
            }
        }
        slab.below += whole as f64;
        slab
    }

    fn cell(
        &mut self,
        grid: &KGrid,
        cell: [usize; 3],
        corners: &[f64; 8],
        level: f64,
        flip: usize,
        handed: f64,
    ) {
        for order in ORDERS {
            let path = [0, 1 << order[0], 1 << order[0] | 1 << order[1], 7];
            let (mut low, mut high) = ([0; 4], [0; 4]);
            let (mut lows, mut highs) = (0, 0);
            for q in path {
                if corners[q ^ flip] < level {
                    low[lows] = q;
                    lows += 1;
                } else {
                    high[highs] = q;
                    highs += 1;
                }
            }
            if highs == 0 {
                self.below += 1.0 / 6.0;
            }
            if lows == 0 || highs == 0 {
                continue;
            }
            // Share of the edge from the lower end.
            let cut = |l: usize, h: usize| {
                let (el, eh) = (corners[l ^ flip], corners[h ^ flip]);
                ((level - el) / (eh - el)).clamp(CLOSEST, 1.0 - CLOSEST)
            };
            let mut add = |edges: [(usize, usize); 3]| {
                let named = edges.map(|(l, h)| {
                    let (name, offset) = name(grid, cell, l, h, flip);
                    self.cuts.push((name, cut(l, h)));
                    (name, offset)
                });
                let mut t = RawTriangle {
                    names: named.map(|n| n.0),
                    offsets: named.map(|n| n.1),
                };
                // The side of higher energies, from the cuts at the edges' middles: the same for any cuts.
                let middle =
                    edges.map(|(l, h)| scale(0.5, vector::add(bits(l ^ flip), bits(h ^ flip))));
                let normal = cross(
                    subtract(middle[1], middle[0]),
                    subtract(middle[2], middle[0]),
                );
                let (l, h) = edges[0];
                let up = dot(normal, subtract(bits(h ^ flip), bits(l ^ flip)));
                if (up > 0.0) != (handed > 0.0) {
                    t.names.swap(1, 2);
                    t.offsets.swap(1, 2);
                }
                self.triangles.push(t);
            };
            let edge = |l: usize, h: usize| name(grid, cell, l, h, flip).0;
            let part = match (lows, highs) {
                (1, _) => {
                    let edges = [(low[0], high[0]), (low[0], high[1]), (low[0], high[2])];
                    add(edges);
                    Part::One(edges.map(|(l, h)| edge(l, h)))
                }
                (3, _) => {
                    let edges = [(low[0], high[0]), (low[1], high[0]), (low[2], high[0])];
                    add(edges);
                    Part::Three(edges.map(|(l, h)| edge(l, h)))
                }
                _ => {
                    let [a, b, c, d] = [low[0], low[1], high[0], high[1]];
                    add([(a, c), (a, d), (b, d)]);
                    add([(a, c), (b, d), (b, c)]);
                    Part::Two([edge(a, c), edge(a, d), edge(b, c), edge(b, d)])
                }
            };
            self.parts.push(part);
        }
    }
}

/// Corner `q` of a cell.
fn bits(q: usize) -> Vector {
    [(q & 1) as f64, (q >> 1 & 1) as f64, (q >> 2 & 1) as f64]
}

/// The name of the edge between corners `p` and `q` (counted along the diagonal), with the offset of its node.
fn name(grid: &KGrid, cell: [usize; 3], p: usize, q: usize, flip: usize) -> (u64, [i8; 3]) {
    let base = (p & q) ^ flip;
    let mut offset = [0i8; 3];
    let mut at = 0u64;
    for a in 0..3 {
        let mut x = cell[a] + (base >> a & 1);
        if x >= grid.n[a] {
            x -= grid.n[a];
            offset[a] = 1;
        }
        at = at * grid.n[a] as u64 + x as u64;
    }
    (at * 8 + (p ^ q) as u64, offset)
}

/// The point of the surface on a named edge, near its `linear` cut (from the lower end), and its share of the edge from there.
fn on_edge(
    grid: &KGrid,
    energies: &[f64],
    field: &dyn Field,
    level: f64,
    flip: usize,
    name: u64,
    linear: f64,
) -> (Vertex, f64) {
    let direction = (name % 8) as usize;
    let node = (name / 8) as usize;
    let place = grid.place(node);
    let n = grid.n.map(|n| n as f64);
    let step: Vector = std::array::from_fn(|a| match (direction >> a & 1, flip >> a & 1) {
        (0, _) => 0.0,
        (_, 0) => 1.0 / n[a],
        _ => -1.0 / n[a],
    });
    let base: Vector = std::array::from_fn(|a| (place[a] as f64 + grid.shift[a]) / n[a]);
    let rising = energies[node] < level;
    let (mut low, mut high) = (CLOSEST, 1.0 - CLOSEST);
    let mut t = if rising { linear } else { 1.0 - linear };
    let mut slope = [0.0; 3];
    for _ in 0..STEPS {
        let (e, s) = field.slope(add(base, scale(t, step)));
        slope = s;
        let off = e - level;
        if off.abs() < 1e-13 * (1.0 + level.abs()) {
            break;
        }
        if (off < 0.0) == rising {
            low = t;
        } else {
            high = t;
        }
        let along = dot(s, step);
        let newton = t - off / along;
        let next = if newton > low && newton < high {
            newton
        } else {
            0.5 * (low + high)
        };
        if (next - t).abs() < 1e-13 {
            break;
        }
        t = next;
    }
    let vertex = Vertex {
        u: add(base, scale(t, step)),
        slope,
    };
    (vertex, if rising { t } else { 1.0 - t })
}
