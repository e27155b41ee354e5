//! The vertices of a mesh, brought from the spline through its grid onto the interpolated bands themselves.
//!
//! The spline is off by a fraction h⁴, so one step of Newton's method is nearly always enough. Vertices that the crystal's symmetry makes one
//! are evaluated once.

use super::mesh::Mesh;
use super::survey::{BandSurface, MASSES};
use super::vector::{Vector, add, dot, norm, scale};
use crate::bands::{BandGroup, Derivatives, Interpolator, KBox};
use crate::crystal::{PointGroup, Rotation, Tensor};
use crate::error::{Error, Result};
use crate::units::{ELECTRON_MASS, EV_ANGSTROM_OVER_HBAR};
use rayon::prelude::*;
use std::collections::HashMap;

/// What is left of E − ε on the surface, eV.
const LEFT_EV: f64 = 1e-10;
/// Steps of Newton's method at most.
const STEPS: usize = 6;
/// A vertex moves less than this, in grid steps; what would move it further is a band that crosses another there.
const FURTHEST: f64 = 0.5;
/// Places closer than this (fractional) are one.
const SAME: f64 = 1e-9;

/// Where a vertex goes, and what the bands say there.
#[derive(Clone, Copy)]
struct Found {
    /// Å⁻¹.
    moved: Vector,
    /// ∇_k E, eV Å.
    gradient: Vector,
    /// M⁻¹, 1/m_e.
    inverse_mass: Tensor,
}

impl BandSurface {
    /// Moves the vertices along ∇E to where `bands` have the energy of the surface, with the velocities (and inverse masses, where this
    /// surface has them) of `bands`. Integrals stay those of the spline, whose distance from `bands` is of the order of their bars.
    ///
    /// # Errors
    /// Where the bands cannot be evaluated.
    pub fn move_onto(&mut self, bands: &dyn Interpolator) -> Result<()> {
        let groups = bands.groups();
        let holds = |g: &&BandGroup| g.spin == self.spin && g.bands.contains(&self.band);
        let group = groups.iter().find(holds).ok_or_else(|| {
            Error::Internal(format!("no interpolation holds band {}", self.band + 1))
        })?;
        let with_masses = !self.inverse_masses.is_empty();
        let newton = Newton {
            bands,
            group,
            band: self.band - group.bands.start,
            derivatives: match with_masses {
                true => Derivatives::InverseMass,
                false => Derivatives::Velocity,
            },
            mesh: &self.mesh,
        };
        let stars = Stars::new(&self.mesh, bands.symmetry());
        let found: Vec<Option<Found>> = stars
            .first
            .par_iter()
            .map(|v| newton.from(self.mesh.vertices[*v as usize].u))
            .collect::<Result<_>>()?;
        let rotations = bands.symmetry().cartesian(&self.mesh.lattice);
        for v in 0..self.mesh.vertices.len() {
            let (star, operation) = stars.of[v];
            let Some(at) = found[star as usize] else {
                continue;
            };
            // E(k) = E(Rk): what stands at the star's vertex comes back by R⁻¹ = Rᵀ.
            let r = &rotations[operation as usize];
            let moved = turned_back(r, at.moved);
            let u = add(self.mesh.vertices[v].u, self.mesh.fractional(moved));
            let gradient = turned_back(r, at.gradient);
            let slope = self.mesh.reciprocal.map(|b| dot(b, gradient));
            if with_masses {
                let m = &at.inverse_mass;
                self.inverse_masses[v] = MASSES.map(|(i, j)| {
                    let row = |k: usize| (0..3).map(|l| m[k][l] * r[l][j]).sum::<f64>();
                    (0..3).map(|k| r[k][i] * row(k)).sum()
                });
            }
            self.mesh.vertices[v].u = u;
            self.mesh.vertices[v].slope = slope;
        }
        Ok(())
    }
}

/// Rᵀv.
fn turned_back(r: &Tensor, v: Vector) -> Vector {
    [0, 1, 2].map(|i| r[0][i] * v[0] + r[1][i] * v[1] + r[2][i] * v[2])
}

/// The search for one band.
struct Newton<'a> {
    bands: &'a dyn Interpolator,
    group: &'a BandGroup,
    /// Band, from the first of its group.
    band: usize,
    derivatives: Derivatives,
    mesh: &'a Mesh,
}

impl Newton<'_> {
    /// The point of the surface beside `start`, along the gradient; none where the band has a kink between the two.
    fn from(&self, start: Vector) -> Result<Option<Found>> {
        let mut moved = [0.0; 3];
        for _ in 0..STEPS {
            let (off, at) = self.at(start, moved)?;
            if off.abs() < LEFT_EV * (1.0 + self.mesh.energy_ev.abs()) {
                return Ok(Some(at));
            }
            let g2 = dot(at.gradient, at.gradient);
            let step = scale(-off / g2.max(f64::MIN_POSITIVE), at.gradient);
            moved = add(moved, step);
            let way = norm(moved);
            if way.is_nan() || way > FURTHEST * self.mesh.step {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// E − ε (eV) at `start`, `moved` by so much (Å⁻¹), and what the band is there.
    fn at(&self, start: Vector, moved: Vector) -> Result<(f64, Found)> {
        let k_box = KBox {
            origin: add(start, self.mesh.fractional(moved)),
            step: [1.0; 3],
            points: [1; 3],
        };
        let all = self.bands.evaluate(self.group, &k_box, self.derivatives)?;
        let band = &all[self.band];
        let m = &band.inverse_masses;
        let mut inverse_mass = [[0.0; 3]; 3];
        for (c, (i, j)) in MASSES.into_iter().enumerate() {
            if let Some(m) = m.get(c) {
                inverse_mass[i][j] = m * ELECTRON_MASS;
                inverse_mass[j][i] = inverse_mass[i][j];
            }
        }
        let v = [0, 1, 2].map(|a| band.velocities[a]);
        let found = Found {
            moved,
            gradient: scale(1.0 / EV_ANGSTROM_OVER_HBAR, v),
            inverse_mass,
        };
        Ok((band.energies[0] - self.mesh.energy_ev, found))
    }
}

/// Which vertices stand for all.
struct Stars {
    /// The first vertex of each star.
    first: Vec<u32>,
    /// For every vertex its star, and the operation that brings it to the star's first.
    of: Vec<(u32, u32)>,
}

impl Stars {
    fn new(mesh: &Mesh, symmetry: &PointGroup) -> Self {
        let rotations = symmetry.rotations();
        let mut places: HashMap<[i64; 3], u32> = HashMap::new();
        let mut first = Vec::new();
        let identity = rotations.iter().position(|r| *r == IDENTITY).unwrap_or(0);
        let mut of = Vec::with_capacity(mesh.vertices.len());
        for (number, vertex) in mesh.vertices.iter().enumerate() {
            let known = rotations.iter().enumerate().find_map(|(at, r)| {
                let star = places.get(&place(turned(r, vertex.u)))?;
                Some((*star, at as u32))
            });
            of.push(known.unwrap_or_else(|| {
                let star = first.len() as u32;
                places.insert(place(vertex.u), star);
                first.push(number as u32);
                (star, identity as u32)
            }));
        }
        Self { first, of }
    }
}

const IDENTITY: Rotation = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/// Ru of fractional u.
fn turned(r: &Rotation, u: Vector) -> Vector {
    r.map(|row| (0..3).map(|a| f64::from(row[a]) * u[a]).sum())
}

/// A name of the place of `u` on the torus. (Two places of one star that rounding gives two names are two stars: nothing but time is lost.)
fn place(u: Vector) -> [i64; 3] {
    let turns = (1.0 / SAME) as i64;
    u.map(|x| ((x / SAME).round() as i64).rem_euclid(turns))
}
