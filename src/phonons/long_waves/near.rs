//! The points of a mesh around Γ, and what its branches are there.

use crate::excitations::{Phonons, angular};

/// One point of the mesh.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// Cartesian, in steps of the grid.
    pub q: [f64; 3],
    /// |q|, in steps of the grid.
    pub distance: f64,
    /// ω|ω|/q² of each branch, (m/s)²: below zero where imaginary.
    pub squares: Vec<f64>,
}

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The points within `reach` steps of Γ (the longest step of the grid), without Γ and without those that are as near to another Γ; the
/// nearest first.
pub(super) fn points(phonons: &Phonons, branches: usize, reach: f64) -> Vec<Point> {
    let header = phonons.header();
    let grid = header.k_grid;
    let b = header.lattice.reciprocal();
    let step = (0..3)
        .filter(|i| grid.n[*i] > 1)
        .map(|i| norm(b[i]) / grid.n[i] as f64)
        .fold(0.0, f64::max);
    let mut found = Vec::new();
    for p in 0..grid.len() {
        let u = grid.point(grid.place(p)).map(|x| x - x.round());
        let image = |c: usize| -> [f64; 3] {
            let shift = [c / 9, c / 3 % 3, c % 3].map(|s| s as f64 - 1.0);
            std::array::from_fn(|x| (0..3).map(|i| (u[i] + shift[i]) * b[i][x]).sum::<f64>() / step)
        };
        let mut images: Vec<[f64; 3]> = (0..27).map(image).collect();
        images.sort_by(|x, y| norm(*x).total_cmp(&norm(*y)));
        let (q, distance) = (images[0], norm(images[0]));
        let face = norm(images[1]) - distance < 1e-6;
        // NaN, of a grid of one point, is not within reach.
        if !(distance > 1e-6 && distance <= reach) || face {
            continue;
        }
        let per_m = 1e10 * step * distance;
        let square = |branch: usize| {
            let omega = angular(phonons.energies(branch)[p]) / per_m;
            omega * omega.abs()
        };
        found.push(Point {
            q,
            distance,
            squares: (0..branches).map(square).collect(),
        });
    }
    found.sort_by(|x, y| x.distance.total_cmp(&y.distance));
    found
}
