//! Bands for these tests: any function of fractional k on a grid.

use bzint::crystal::{KGrid, Lattice};
use bzint::surface::{Direction, Families, Mesh, Spline, orbit_sums, planes, sums_of};
use std::f64::consts::PI;

pub type Function = dyn Fn([f64; 3]) -> f64 + Sync;

/// A band: its lattice, its grid and its values.
pub struct Band {
    pub lattice: Lattice,
    pub grid: KGrid,
    pub values: Vec<f64>,
    pub spline: Spline,
}

impl Band {
    pub fn new(lattice: Lattice, n: [usize; 3], f: &Function) -> Self {
        let grid = KGrid::gamma(n).unwrap();
        let values: Vec<f64> = (0..grid.len())
            .map(|i| f(grid.point(grid.place(i))))
            .collect();
        let spline = Spline::new(&values, n, [0.0; 3]).unwrap();
        Self {
            lattice,
            grid,
            values,
            spline,
        }
    }

    pub fn mesh(&self, energy: f64) -> Mesh {
        Mesh::new(&self.lattice, self.grid, &self.values, &self.spline, energy).unwrap()
    }
}

pub fn cubic(a: f64) -> Lattice {
    Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]]).unwrap()
}

/// −2 Σ t_i cos 2πu_i.
pub fn cosines(t: [f64; 3]) -> Box<Function> {
    Box::new(move |u| (0..3).map(|i| -2.0 * t[i] * (2.0 * PI * u[i]).cos()).sum())
}

/// A parabola around (½, ½, ½) of a cubic cell with edge `a`, masses in m_e.
pub fn ellipsoid(a: f64, masses: [f64; 3]) -> Box<Function> {
    Box::new(move |u| {
        (0..3)
            .map(|i| {
                let k = 2.0 * PI / a * (u[i] - u[i].floor() - 0.5);
                0.5 * bzint::units::HBAR2_OVER_ME / masses[i] * k * k
            })
            .sum()
    })
}

/// σ in the units of docs/physics §18 (per cell and spin, t = a = ħ = 1) with ω_cτ's β, for a cubic cell of edge `a` and hopping 1 eV; the
/// states of the planes and those of the surface's triangles come along.
pub fn conductivity(
    band: &Band,
    energy: f64,
    indices: [i32; 3],
    density: f64,
    scales: &[f64],
) -> (Vec<[[f64; 3]; 3]>, [f64; 2]) {
    let mesh = band.mesh(energy);
    let direction = Direction::along(&band.lattice, indices).unwrap();
    let families = Families::new(&mesh, &band.spline, direction);
    let planes = planes(&families, density);
    let sums = orbit_sums(&families, &planes, None, scales);
    let factor = band.lattice.volume() / (8.0 * PI.powi(3));
    let sigma = sums
        .products
        .iter()
        .map(|t| t.map(|r| r.map(|x| x * factor)));
    let surface = sums_of(&mesh, &band.spline);
    println!(
        "  E {energy} R {indices:?}: {} triangles, {} families, {} planes, {} segments, states {:.9} against {:.9}",
        mesh.triangles.len(),
        families.families.len(),
        planes.len(),
        sums.segments,
        sums.states * factor,
        surface.states * factor
    );
    for f in &families.families {
        println!(
            "    {:.6} to {:.6} {:?} {:?}",
            f.from, f.to, f.lower, f.upper
        );
    }
    (
        sigma.collect(),
        [sums.states * factor, surface.states * factor],
    )
}
