//! The surface E = ε of one band as a closed mesh of triangles on the torus of k.
//!
//! Every cell of the grid is cut into six tetrahedra along its shortest diagonal. A vertex is a cut grid edge, and is named by it (a
//! node and one of seven directions), so that cells, blocks and periodic faces agree on it without any tolerance; it lies where the
//! interpolated band, not its linear stand-in, has the energy. Each triangle knows its three neighbours, and each of its vertices
//! the lattice vector by which it is shifted.

use super::cells::{Names, RawTriangle, Slab, Vertex, flip, on_edge};
use super::field::Field;
use super::vector::{Vector, add, beyond, dot, scale};
use crate::crystal::{KGrid, Lattice, Tensor};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::f64::consts::PI;

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

/// A step of Newton's method shorter than this, in grid steps, leads onto the surface: what is left is its square.
pub(super) const NEAR: f64 = 1e-5;

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
        let numbered = Names::new(names.iter().map(|c| c.0).collect(), &grid);
        let share = |name: &u64| found[numbered.number(*name)].1;
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
                vertices: t.names.map(|name| numbered.number(name) as u32),
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
        let mut before: Option<(Vector, f64)> = None;
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
            match before {
                // The slope there, as it changed on the way here.
                Some((last, reached)) if length < NEAR * self.step => {
                    slope = beyond(last, slope, off / reached);
                    break;
                }
                _ => before = Some((slope, off)),
            }
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
