//! The extremum of energies on a k-grid, located between the grid points, with every k-point that symmetry makes equal to it.

use super::cardinal::Cardinal;
use super::fit::{Landscape, LowerOfTwo, Polynomial};
use crate::bands::BandHeader;
use crate::crystal::{KGrid, PointGroup, Tensor, apply};
use std::f64::consts::PI;

/// Energies this close (eV) are one extremum met at several grid points.
const SAME_ENERGY: f64 = 1e-5;
/// A point this close (steps) to one that an operation leaves in place is that point.
const SNAP: f64 = 0.1;
/// How far (steps) from the extreme grid point the extremum of the polynomial may lie.
const REACH: f64 = 1.5;
/// A fit that leaves less than this of the energies is of a smooth band.
const SMOOTH: f64 = 0.01;
/// A gap (eV) below which the next band is the same, of the other spin.
const SAME_BAND: f64 = 1e-3;
/// Neighbours per term of a fit, and of the wider one that it is compared with.
const SURPLUS: [f64; 2] = [1.5, 2.2];
/// Grid points that are looked at for further extremes of equal energy; a flat band has them everywhere.
const MOST_POINTS: usize = 4096;

/// An extremum, on the grid and refined.
#[derive(Clone, Debug)]
pub struct Extremum {
    /// The extreme grid point.
    pub grid_point: [usize; 3],
    /// Its energy, eV.
    pub grid_energy_ev: f64,
    /// Energy and error bar of the extremum, eV; the bar says nothing where it is unresolved.
    pub energy_ev: (f64, f64),
    /// Why nothing is known between the grid points, where that is so: the energy is that of the extreme grid point.
    pub unresolved: Option<&'static str>,
    /// The extremum and all k-points equivalent to it, fractional, in [−½, ½).
    pub k_points: Vec<[f64; 3]>,
    /// ±∂²E/∂k_a∂k_b and error bars, eV Å², Cartesian, positive definite; none where the energies around are no paraboloid.
    pub curvature: Option<(Tensor, Tensor)>,
}

/// How the extremum is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Search<'a> {
    /// On the grid alone: the energies have a kink there.
    Grid,
    /// Between the grid points, the energies being one smooth band.
    Smooth,
    /// Between the grid points; the next band, `[n1][n2][n3]` (eV), may come near.
    NextTo(&'a [f64]),
}

/// The minimum of `sign`·E of `energies` `[n1][n2][n3]` (eV).
pub fn extremum(header: &BandHeader, energies: &[f64], sign: f64, search: Search) -> Extremum {
    let grid = &header.k_grid;
    let [_, n2, n3] = grid.n;
    let place = |at: usize| [at / (n2 * n3), at / n3 % n2, at % n3];
    let mut lowest = 0;
    for (at, e) in energies.iter().enumerate() {
        if sign * e < sign * energies[lowest] {
            lowest = at;
        }
    }
    let grid_point = place(lowest);
    let e0 = energies[lowest];
    let found = refine(header, energies, sign, search, grid_point);
    let u0 = grid.point(grid_point);
    let (mut u, mut energy_ev, mut curvature) = (u0, (e0, 0.0), None);
    // Even in k about a point that inversion leaves in place, bands that touch there have their extremum there.
    let even = fixing(&header.point_group, grid, u0)
        .rotations()
        .contains(&INVERSION);
    let unresolved = match (&found, search) {
        (Some(_), _) => None,
        (None, Search::Grid) if even && Coarseness::of(grid).is_some() => None,
        (None, Search::Grid) => Some("bands touch there"),
        (None, _) if Coarseness::of(grid).is_none() => {
            Some("fewer than four k-points along an axis")
        }
        (None, _) => Some("the energies around are no paraboloid"),
    };
    if let Some(found) = found {
        u = std::array::from_fn(|i| u0[i] + found.d[i] / grid.n[i] as f64);
        energy_ev = (e0 + sign * found.energy.0, found.energy.1);
        let here = fixing(&header.point_group, grid, u);
        u = snapped(&here, u);
        let cartesian = |h: &Tensor| cartesian(header, &averaged(&here, h));
        let best = cartesian(&found.hessian);
        let others = found.other_hessians.map(|h| h.map(|h| cartesian(&h)));
        let error = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let off = |other: &Tensor| (best[i][j] - other[i][j]).abs();
                let off: f64 = others.iter().flatten().map(off).sum();
                found.factor * (off + found.residual * best[i][j].abs())
            })
        });
        curvature = Some((best, error));
    }
    let mut k_points = star(&header.point_group, grid, u);
    // Extremes of the same energy that no known operation relates: valleys of a file without symmetry.
    let equal = energies
        .iter()
        .enumerate()
        .filter(|(_, e)| (*e - e0).abs() < SAME_ENERGY)
        .take(MOST_POINTS);
    for (at, _) in equal {
        let p = grid.point(place(at));
        let known = k_points.iter().any(|k| steps(grid, *k, p) < REACH + 0.5);
        if !known {
            let offset: [f64; 3] = std::array::from_fn(|i| u[i] - u0[i]);
            // The displacement of an unrelated valley is not known; one at a grid point stays there.
            let moved = offset.iter().any(|x| *x != 0.0);
            let own = if moved {
                [p].to_vec()
            } else {
                star(&header.point_group, grid, p)
            };
            k_points.extend(own);
        }
    }
    Extremum {
        grid_point,
        grid_energy_ev: e0,
        energy_ev,
        unresolved,
        k_points,
        curvature,
    }
}

/// What bars need where there are few points along the axis that has fewest: calibrated on random bands with two harmonics and on avoided
/// crossings, edges anywhere, grids of 4 to 16 points (`tests/field_delta.rs`).
#[derive(Clone, Copy)]
pub struct Coarseness {
    /// By which estimates of a fit's error are multiplied.
    pub factor: f64,
    /// The least bar of an energy, as a share of the mean second difference over a step, summed over the axes. A parabola's edge half a
    /// step away along each axis lies a quarter of it beyond the grid point, and a few points may miss it whole.
    least: f64,
    /// Whether the distance to a quartic over more neighbours is the whole bar of a quartic.
    resolved: bool,
}

/// With more points along each axis, edges of valleys as narrow as silicon's are quartics over two steps.
const MANY: usize = 16;

impl Coarseness {
    /// None with fewer than four points along an axis, which tell no two harmonics apart.
    pub fn of(grid: &KGrid) -> Option<Self> {
        let fewest = grid.n.into_iter().filter(|&n| n > 1).min()?;
        let (factor, least) = match fewest {
            ..4 => return None,
            4 => (4.0, 0.375),
            5..8 => (2.0, 0.25),
            8..=MANY => (1.3, 0.0),
            _ => (1.0, 0.0),
        };
        Some(Self {
            factor,
            least,
            resolved: fewest > MANY,
        })
    }

    /// Whether the grid has few points.
    pub fn is_coarse(self) -> bool {
        self.least > 0.0
    }
}

#[derive(Clone, Copy)]
struct Refined {
    d: [f64; 3],
    energy: (f64, f64),
    /// ∂²E/∂u², eV.
    hessian: Tensor,
    /// Of other estimates, whose distances are the bar.
    other_hessians: [Option<Tensor>; 2],
    residual: f64,
    /// By which the bars are multiplied.
    factor: f64,
}

/// k → −k.
const INVERSION: [[i32; 3]; 3] = [[-1, 0, 0], [0, -1, 0], [0, 0, -1]];
/// How much farther a quartic may be from the truth than a parabola is from it, where the band is not smooth.
const FROM_PARABOLA: f64 = 3.0;

/// The fit that leaves least, with its distance to the same fit over more neighbours as its bar. The quadratic leaves little
/// of a band that is not parabolic because it reaches less far: it must leave five times less.
fn refine(
    header: &BandHeader,
    energies: &[f64],
    sign: f64,
    search: Search,
    at: [usize; 3],
) -> Option<Refined> {
    let (grid, lattice) = (&header.k_grid, &header.lattice);
    let coarseness = Coarseness::of(grid)?;
    let e0 = energies[grid.index(at)];
    let there = |d: [i32; 3]| grid.index(grid.moved(at, d));
    let one = |d: [i32; 3]| sign * (energies[there(d)] - e0);
    let single = |degree, surplus| {
        let p = Polynomial::fit(degree, surplus, lattice, grid, one)?;
        minimum(grid, &p, p.residual)
    };
    let next = match search {
        Search::Grid => return None,
        Search::Smooth => None,
        Search::NextTo(next) => Some(next),
    };
    let both = |surplus| {
        let next = next?;
        let gap = sign * (next[grid.index(at)] - e0);
        let values = |d| [one(d), sign * (next[there(d)] - e0)];
        let pair = (gap > SAME_BAND)
            .then(|| LowerOfTwo::fit(4, surplus, lattice, grid, gap, values))??;
        minimum(grid, &pair, pair.residual())
    };
    // What goes through all points around is another estimate; no farther away than a kink lets it be.
    let through = || {
        let box_of = Cardinal::new(grid, at, |j| sign * energies[grid.index(j)]);
        minimum(grid, &box_of, 0.0)
    };
    // The bar of a quartic: its distances to the wider one and to the interpolation.
    let with_bar = |best: Refined, wider: Option<Refined>| {
        if coarseness.resolved {
            return best.against(wider);
        }
        let parabola = single(2, SURPLUS[0]);
        let mut found = best
            .against(wider)
            .widened(through(), parabola)
            .scaled(coarseness.factor);
        // An edge at a point that inversion leaves in place is there.
        let fixing = fixing(&header.point_group, grid, grid.point(at));
        if coarseness.is_coarse() && !fixing.rotations().contains(&INVERSION) {
            let least = coarseness.least * second_differences(grid, &one);
            found.energy.1 = found.energy.1.max(least);
        }
        found
    };
    let quartic = single(4, SURPLUS[0]);
    if let Some(mut best) = quartic.as_ref().filter(|q| q.residual < SMOOTH).copied() {
        // Neighbours can be fitted exactly and yet not be a quartic. What the fourth degree corrects, squared, is the order of
        // what the sixth would; for a cosine a third of this.
        best.residual += single(2, SURPLUS[0]).map_or(1.0, |low| 5.0 * low.distance(&best).powi(2));
        return Some(with_bar(best, single(4, SURPLUS[1])));
    }
    let of = |found: &Option<Refined>, factor: f64| {
        found
            .as_ref()
            .map_or(f64::INFINITY, |f| factor * f.residual)
    };
    let (pair, parabola) = (both(SURPLUS[0]), single(2, SURPLUS[0]));
    let left = [of(&quartic, 1.0), of(&pair, 1.0), of(&parabola, 5.0)];
    let least = left.iter().copied().fold(f64::INFINITY, f64::min);
    let (best, other) = if least == left[0] {
        return Some(with_bar(quartic?, single(4, SURPLUS[1])));
    } else if least == left[1] {
        (pair, both(SURPLUS[1]))
    } else {
        (parabola, single(2, SURPLUS[1]))
    };
    // Other fits are as good as they were found to be where there are enough points.
    let factor = if coarseness.is_coarse() {
        coarseness.factor
    } else {
        1.0
    };
    Some(best?.against(other).scaled(factor))
}

/// Σ over the axes of ½(E₊₁ + E₋₁) − E₀.
fn second_differences(grid: &KGrid, one: &impl Fn([i32; 3]) -> f64) -> f64 {
    let along = |i: usize| {
        let step = |s: i32| std::array::from_fn(|a| if a == i { s } else { 0 });
        0.5 * (one(step(1)) + one(step(-1)))
    };
    (0..3).filter(|&i| grid.n[i] > 1).map(along).sum()
}

/// The minimum of a fit, without a bar yet.
fn minimum(grid: &KGrid, fit: &impl Landscape, residual: f64) -> Option<Refined> {
    let d = fit.minimum(grid.n, REACH)?;
    let per_step = fit.hessian(d);
    let hessian = std::array::from_fn(|i| {
        std::array::from_fn(|j| per_step[i][j] * (grid.n[i] * grid.n[j]) as f64)
    });
    Some(Refined {
        d,
        energy: (fit.value(d), 0.0),
        hessian,
        other_hessians: [None; 2],
        residual,
        factor: 1.0,
    })
}

impl Refined {
    /// Largest difference of the curvatures, as a share of the largest curvature.
    fn distance(&self, other: &Self) -> f64 {
        let zero = [[0.0; 3]; 3];
        let largest = largest_distance(&other.hessian, &zero).max(f64::MIN_POSITIVE);
        largest_distance(&self.hessian, &other.hessian) / largest
    }

    /// This minimum, with its distance to another estimate as the bar; the whole value where there is no other.
    fn against(&self, other: Option<Self>) -> Self {
        let (energy, hessian) = other.map_or((0.0, [[0.0; 3]; 3]), |o| (o.energy.0, o.hessian));
        let own = self.energy.0;
        Self {
            energy: (own, (own - energy).abs() + self.residual * own.abs()),
            other_hessians: [Some(hessian), None],
            ..*self
        }
    }

    /// Adds the distance to the interpolation `through` to the bars, or [`FROM_PARABOLA`] times that to the parabola if this is less; the
    /// whole value where the one taken has no minimum.
    fn widened(self, through: Option<Self>, parabola: Option<Self>) -> Self {
        let own = (self.energy.0, self.hessian);
        let [through, parabola] = [through, parabola]
            .map(|found| found.map_or((0.0, [[0.0; 3]; 3]), |f| (f.energy.0, f.hessian)));
        let far = |x: f64, y: f64| x + FROM_PARABOLA * (y - x);
        let energy = [through.0, far(own.0, parabola.0)].map(|e| (e - own.0).abs());
        let beyond: Tensor =
            std::array::from_fn(|i| std::array::from_fn(|j| far(own.1[i][j], parabola.1[i][j])));
        let nearer = largest_distance(&through.1, &own.1) <= largest_distance(&beyond, &own.1);
        Self {
            energy: (own.0, self.energy.1 + energy[0].min(energy[1])),
            other_hessians: [
                self.other_hessians[0],
                Some(if nearer { through.1 } else { beyond }),
            ],
            ..self
        }
    }

    /// With bars that are multiplied.
    fn scaled(self, factor: f64) -> Self {
        Self {
            energy: (self.energy.0, factor * self.energy.1),
            factor,
            ..self
        }
    }
}

/// Largest difference of two components.
fn largest_distance(a: &Tensor, b: &Tensor) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.fold(0.0, |off: f64, (x, y)| off.max((x - y).abs()))
}

/// Largest distance of two k-points along an axis in grid steps, reciprocal lattice vectors aside.
fn steps(grid: &KGrid, a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3)
        .map(|i| {
            let x = a[i] - b[i];
            (x - x.round()).abs() * grid.n[i] as f64
        })
        .fold(0.0, f64::max)
}

/// The operations that leave `u` in place, within [`SNAP`].
fn fixing(group: &PointGroup, grid: &KGrid, u: [f64; 3]) -> PointGroup {
    group.filter(|r| steps(grid, apply(r, u), u) < SNAP)
}

/// The point that all operations of `group` leave in place, next to `u`.
fn snapped(group: &PointGroup, u: [f64; 3]) -> [f64; 3] {
    let mut mean = [0.0; 3];
    for r in group.rotations() {
        let image = apply(r, u);
        for i in 0..3 {
            let off = image[i] - u[i];
            mean[i] += (u[i] + off - off.round()) / group.order() as f64;
        }
    }
    mean
}

/// ∂²E/∂u² averaged over `group`: H → Rᵀ H R.
fn averaged(group: &PointGroup, h: &Tensor) -> Tensor {
    let mut mean = [[0.0; 3]; 3];
    for r in group.rotations() {
        for i in 0..3 {
            for j in 0..3 {
                for a in 0..3 {
                    for b in 0..3 {
                        mean[i][j] += f64::from(r[a][i]) * h[a][b] * f64::from(r[b][j])
                            / group.order() as f64;
                    }
                }
            }
        }
    }
    mean
}

/// From ∂²E/∂u² (eV) to ∂²E/∂k² (eV Å²): u_i = a_i·k/2π.
fn cartesian(header: &BandHeader, h: &Tensor) -> Tensor {
    let a = header.lattice.rows();
    let factor = 1.0 / (4.0 * PI * PI);
    std::array::from_fn(|x| {
        std::array::from_fn(|y| {
            let mut sum = 0.0;
            for i in 0..3 {
                for j in 0..3 {
                    sum += a[i][x] * h[i][j] * a[j][y] * factor;
                }
            }
            sum
        })
    })
}

/// The different images of `u` under the group, each in [−½, ½), `u` itself first.
fn star(group: &PointGroup, grid: &KGrid, u: [f64; 3]) -> Vec<[f64; 3]> {
    let mut images: Vec<[f64; 3]> = Vec::new();
    for r in group.rotations() {
        let image = apply(r, u);
        if images.iter().all(|k| steps(grid, *k, image) > SNAP) {
            // A hair below ½ is ½ by rounding.
            images.push(image.map(|x| x - (x + 0.5 + 1e-9).floor()));
        }
    }
    images
}
