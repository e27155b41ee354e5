//! The lattice vectors of a series on a grid: which are aliases of each other, which are short, which are one star.

use crate::crystal::{KSet, Lattice, PointGroup};
use std::f64::consts::PI;

/// What a series goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    /// Every energy of the grid.
    Energies,
    /// Every energy to 1e-9 eV, and every velocity that the bands bring to 1e-8 of the largest. Exceptions: states of a degenerate
    /// level of sorted bands get the level's mean; velocities that break a symmetry of the energies, their average over it;
    /// components along an axis with one point are not used; a finite sum of cosines that has the velocities to 1e-6 is taken
    /// as it is. What the lattice vectors cannot meet (a grid hundreds of times longer along one axis) is told in a note.
    EnergiesAndVelocities,
}

/// Most vectors for every k-point.
const MOST_PER_POINT: f64 = 60.0;
/// Fewest vectors for every k-point.
const LEAST_PER_POINT: f64 = 8.0;
/// Number of vectors, between those bounds.
const VECTORS: f64 = 500_000.0;
/// Fewest vectors for every k-point where each class has velocities to meet, too.
const LEAST_TO_VELOCITIES: f64 = 30.0;
/// Most vectors for every k-point of grids that are much longer along one axis than along another, there.
const MOST_TO_VELOCITIES: f64 = 500.0;
/// Radius of the ball in the lengths N|a| of the grid's periods: every class has neighbours along every axis then.
const PERIODS: f64 = 1.3;

/// A lattice vector R (coefficients of a₁ a₂ a₃), one of the shortest of its alias class, with its part of the class's coefficient.
#[derive(Clone, Copy, Debug)]
pub struct Shortest {
    /// R.
    pub r: [i32; 3],
    /// Its class, `[n1][n2][n3]` in order.
    pub class: usize,
    /// 1 over the number of such vectors.
    pub share: f64,
}

/// Number of vectors that the group makes of one.
pub fn star(group: &PointGroup, r: [i32; 3]) -> f64 {
    let fixing = group
        .rotations()
        .iter()
        .filter(|w| (0..3).all(|j| (0..3).map(|i| w[i][j] * r[i]).sum::<i32>() == r[j]))
        .count();
    group.order() as f64 / fixing.max(1) as f64
}

/// |R|², Å².
pub fn squared(metric: &[[f64; 3]; 3], r: [i32; 3]) -> f64 {
    let r = r.map(f64::from);
    (0..9)
        .map(|x| metric[x / 3][x % 3] * r[x / 3] * r[x % 3])
        .sum()
}

/// The shortest vectors of every class.
pub fn shortest(lattice: &Lattice, metric: &[[f64; 3]; 3], set: &KSet) -> Vec<Shortest> {
    if !set.basis.is_own() {
        return shortest_of_set(lattice, metric, set);
    }
    let n = set.grid.n;
    let mut all = Vec::new();
    for class in 0..n.iter().product() {
        let index = [class / (n[1] * n[2]), class / n[2] % n[1], class % n[2]];
        // The representative in 0 … n−1 and its images up to two cells away hold the shortest; an axis without dispersion
        // has no images.
        let images = (0..125).map(|l| [l / 25 - 2, l / 5 % 5 - 2, l % 5 - 2]);
        let images = images.filter(|cell| (0..3).all(|i| n[i] > 1 || cell[i] == 0));
        let images: Vec<_> = images
            .map(|cell| {
                let r = std::array::from_fn(|i| index[i] as i32 + n[i] as i32 * cell[i]);
                (r, squared(metric, r))
            })
            .collect();
        let least = images.iter().map(|m| m.1).fold(f64::INFINITY, f64::min);
        let is_least = |r2: f64| r2 <= least * (1.0 + 1e-9) + 1e-12;
        let found: Vec<_> = images.iter().filter(|m| is_least(m.1)).collect();
        let share = 1.0 / found.len() as f64;
        all.extend(found.iter().map(|m| Shortest {
            r: m.0,
            class,
            share,
        }));
    }
    all
}

/// The same of a set in a basis of any shape, in which the shortest vectors may be far off: those of growing balls, until they hold
/// one of every class.
fn shortest_of_set(lattice: &Lattice, metric: &[[f64; 3]; 3], set: &KSet) -> Vec<Shortest> {
    let flat = set.flat();
    let classes = set.grid.len();
    let mut radius = ball(lattice, flat, classes);
    loop {
        // Ever larger, as long as there are directions: no class is without a vector for good.
        radius *= 1.5;
        let extent = extent_of_ball(lattice, flat, radius).map(|e| e as i32);
        let mut least = vec![f64::INFINITY; classes];
        let mut inside = Vec::new();
        for x in -extent[0]..=extent[0] {
            for y in -extent[1]..=extent[1] {
                for z in -extent[2]..=extent[2] {
                    let r = [x, y, z];
                    let r2 = squared(metric, r);
                    if r2 <= radius * radius {
                        let (class, _) = set.class(r);
                        least[class] = least[class].min(r2);
                        inside.push((class, r2, r));
                    }
                }
            }
        }
        let found = least.iter().all(|r2| r2.is_finite());
        if !found && radius.is_finite() {
            continue;
        }
        inside.retain(|(class, r2, _)| *r2 <= least[*class] * (1.0 + 1e-9) + 1e-12);
        inside.sort_by_key(|(class, _, r)| (*class, *r));
        let mut all = Vec::new();
        for same in inside.chunk_by(|a, b| a.0 == b.0) {
            let share = 1.0 / same.len() as f64;
            all.extend(
                same.iter()
                    .map(|&(class, _, r)| Shortest { r, class, share }),
            );
        }
        return all;
    }
}

/// Fewest points along an axis of which some vectors are longest, and fewest of a set that is no grid.
const TELLING: usize = 6;
const TELLING_SET: usize = 60;
/// Share of the longest vector's length below which none is long, whatever its coefficients in an oblique basis, and from which on all are.
const SHORT: f64 = 0.4;
const LONG: f64 = 0.75;

/// Whether each class has long vectors only: the longest or the longest but one along an axis.
pub fn outer(metric: &[[f64; 3]; 3], set: &KSet, shortest: &[Shortest]) -> Vec<bool> {
    let n = set.grid.n;
    let mut lengths = vec![0.0; set.grid.len()];
    for s in shortest {
        lengths[s.class] = squared(metric, s.r);
    }
    let longest = lengths.iter().copied().fold(0.0, f64::max);
    let along = |class: usize| {
        let r = set.grid.place(class);
        (0..3).any(|i| n[i] >= TELLING && r[i].min(n[i] - r[i]) + 1 > (n[i] - 1) / 2)
    };
    let is_long = |(class, r2): (usize, &f64)| match set.basis.is_own() {
        true => *r2 > SHORT * SHORT * longest && along(class),
        false => lengths.len() >= TELLING_SET && *r2 > LONG * LONG * longest,
    };
    lengths.iter().enumerate().map(is_long).collect()
}

/// Largest |R_i| in a ball of this radius (Å): |R_i| ≤ |R| |b_i|/2π.
pub fn extent_of_ball(lattice: &Lattice, flat: [bool; 3], radius: f64) -> [usize; 3] {
    let b = lattice.reciprocal();
    std::array::from_fn(|i| {
        if flat[i] {
            return 0;
        }
        let length = (0..3).map(|c| b[i][c] * b[i][c]).sum::<f64>().sqrt();
        (radius * length / (2.0 * PI)) as usize
    })
}

/// Radius (Å) of the ball that holds a series' vectors.
pub fn radius(lattice: &Lattice, set: &KSet, conditions: Conditions) -> f64 {
    let (grid, flat) = (&set.grid, set.flat());
    let dimension = flat.iter().filter(|flat| !**flat).count().max(1);
    let whole = ball(lattice, flat, grid.len());
    let holding = |per_point: f64| whole * per_point.powf(1.0 / dimension as f64);
    let per_point = |least: f64| (VECTORS / grid.len() as f64).clamp(least, MOST_PER_POINT);
    match conditions {
        Conditions::Energies => holding(per_point(LEAST_PER_POINT)),
        Conditions::EnergiesAndVelocities => {
            let length = |i: usize| lattice.rows()[i].iter().map(|x| x * x).sum::<f64>().sqrt();
            let longest = (0..3)
                .filter(|i| !flat[*i])
                .map(|i| grid.n[i] as f64 * length(i))
                .fold(0.0, f64::max);
            let reaching = (PERIODS * longest).min(holding(MOST_TO_VELOCITIES));
            holding(per_point(LEAST_TO_VELOCITIES)).max(reaching)
        }
    }
}

/// Radius (Å) of the ball, circle or line that holds as many lattice vectors as the grid has points, in the directions with
/// dispersion.
fn ball(lattice: &Lattice, flat: [bool; 3], points: usize) -> f64 {
    let rows: Vec<[f64; 3]> = (0..3)
        .filter(|i| !flat[*i])
        .map(|i| lattice.rows()[i])
        .collect();
    let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let gram = |i: usize, j: usize| dot(&rows[i], &rows[j]);
    let points = points as f64;
    match rows.len() {
        0 => 0.0,
        1 => points * gram(0, 0).sqrt() / 2.0,
        2 => {
            let area = (gram(0, 0) * gram(1, 1) - gram(0, 1).powi(2)).sqrt();
            (points * area / PI).sqrt()
        }
        _ => (points * lattice.volume() * 3.0 / (4.0 * PI)).cbrt(),
    }
}
