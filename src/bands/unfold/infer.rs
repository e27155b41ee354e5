//! What regular set listed k-points and their images are: a grid along the cell's axes, or a lattice.

use super::point::{ON_GRID, incomplete};
use crate::crystal::{self, KGrid, KLattice, PointGroup, Rotation, SAME_COORDINATE};
use crate::error::Result;
use std::collections::HashSet;

/// Most comparisons of a point with the set in the search for translations that fail: an incomplete list has none but the trivial ones.
const MOST_COMPARISONS: usize = 200_000_000;
/// Most failures: among the cosets of a lattice, one in 48 or more of the differences is a translation.
const MOST_FAILURES: usize = 2_000;

/// The different coordinates along one axis of the points and their images, in [0, 1) up to rounding, sorted.
fn coordinates(k_points: &[[f64; 3]], group: &PointGroup, axis: usize) -> Vec<f64> {
    let rows = group.rotations().iter().map(|r: &Rotation| r[axis]);
    let mut rows: Vec<[i32; 3]> = rows.collect();
    rows.sort_unstable();
    rows.dedup();
    let mut values: Vec<f64> = Vec::with_capacity(rows.len() * k_points.len());
    for k in k_points {
        for row in &rows {
            let u: f64 = (0..3).map(|j| f64::from(row[j]) * k[j]).sum();
            values.push(u - (u + SAME_COORDINATE).floor());
        }
    }
    values.sort_unstable_by(f64::total_cmp);
    values.dedup_by(|next, kept| *next - *kept < SAME_COORDINATE);
    values
}

/// The grid whose coordinates along each axis are those of the points and their images.
pub(super) fn infer_grid(k_points: &[[f64; 3]], group: &PointGroup) -> Result<KGrid> {
    let mut n = [0; 3];
    let mut shift = [0.0; 3];
    for axis in 0..3 {
        let values = coordinates(k_points, group, axis);
        let count = values.len();
        let steps = count as f64;
        for (j, v) in values.iter().enumerate() {
            if (v * steps - values[0] * steps - j as f64).abs() > ON_GRID {
                let shown: Vec<String> = values.iter().take(6).map(|v| format!("{v:.6}")).collect();
                return Err(incomplete(format!(
                    "the {} k-points form no regular grid: along b{} their {count} coordinates {} … are not equally spaced",
                    k_points.len(),
                    axis + 1,
                    shown.join(", ")
                )));
            }
        }
        n[axis] = count;
        shift[axis] = clean_shift(values[0] * steps);
    }
    KGrid::new(n, shift)
}

/// Printed digits leave 1e-6 or so: a shift (in steps) of a twelfth (½, ⅓, ¼ …) is taken for what it is.
pub(crate) fn clean_shift(shift: f64) -> f64 {
    let twelfth = (shift * 12.0).round() / 12.0;
    if (shift - twelfth).abs() < ON_GRID {
        twelfth
    } else {
        shift
    }
}

/// The listed points and their images under a group, each once.
struct Images {
    axes: [Vec<f64>; 3],
    points: Vec<[usize; 3]>,
    known: HashSet<[usize; 3]>,
}

impl Images {
    fn new(k_points: &[[f64; 3]], group: &PointGroup) -> Self {
        let axes = [0, 1, 2].map(|axis| coordinates(k_points, group, axis));
        let mut images = Self {
            axes,
            points: Vec::new(),
            known: HashSet::new(),
        };
        for &k in k_points {
            if images.find(k).is_some_and(|at| images.known.contains(&at)) {
                continue;
            }
            for r in group.rotations() {
                if let Some(at) = images.find(crystal::apply(r, k))
                    && images.known.insert(at)
                {
                    images.points.push(at);
                }
            }
        }
        images
    }

    /// The place among the coordinates of each axis.
    fn find(&self, u: [f64; 3]) -> Option<[usize; 3]> {
        let mut at = [0; 3];
        for (axis, values) in self.axes.iter().enumerate() {
            let x = u[axis] - (u[axis] + SAME_COORDINATE).floor();
            let next = values.partition_point(|v| *v < x);
            // The first coordinate may be that of a point next to 1.
            at[axis] = [next.wrapping_sub(1), next, 0].into_iter().find(|&j| {
                values.get(j).is_some_and(|v| {
                    let d = x - v;
                    (d - d.round()).abs() < 2.0 * SAME_COORDINATE
                })
            })?;
        }
        Some(at)
    }

    fn k(&self, at: [usize; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| self.axes[axis][at[axis]])
    }

    fn moved(&self, at: [usize; 3], by: [f64; 3]) -> Option<[usize; 3]> {
        let k = self.k(at);
        self.find(std::array::from_fn(|axis| k[axis] + by[axis]))
            .filter(|at| self.known.contains(at))
    }
}

/// The lattice of all translations that map the points and their images on themselves, and of how many of its cosets they consist
/// (1: they are one regular set). `None` where the digits do not tell.
pub(super) fn translations(k_points: &[[f64; 3]], group: &PointGroup) -> Option<(KLattice, usize)> {
    let images = Images::new(k_points, group);
    let points = &images.points;
    let &first = points.first()?;
    let origin = images.k(first);
    let difference = |at: [usize; 3]| -> [f64; 3] {
        let k = images.k(at);
        std::array::from_fn(|axis| k[axis] - origin[axis])
    };
    // Points that the translations found so far make of the first one.
    let mut reached = vec![first];
    let mut known = HashSet::from([first]);
    let mut generators = Vec::new();
    let (mut comparisons, mut failures) = (0, 0);
    // A fixed order without pattern: neighbours in the list fail alike.
    let stride = (1..)
        .map(|i| 7919 * i + 1)
        .find(|s| gcd(*s, points.len()) == 1)?;
    for i in 0..points.len() {
        let candidate = points[i * stride % points.len()];
        if known.contains(&candidate) {
            continue;
        }
        let by = difference(candidate);
        let refuted = points.iter().position(|&at| images.moved(at, by).is_none());
        if let Some(after) = refuted {
            comparisons += after + 1;
            failures += 1;
            if comparisons > MOST_COMPARISONS || failures > MOST_FAILURES {
                break;
            }
            continue;
        }
        generators.push(by);
        let before = reached.clone();
        let mut step = candidate;
        while !known.contains(&step) {
            let by = difference(step);
            for &at in &before {
                let at = images.moved(at, by)?;
                known.insert(at);
                reached.push(at);
            }
            step = images.moved(step, difference(candidate))?;
        }
    }
    let lattice = KLattice::generated_by(&generators)?;
    (lattice.len() == reached.len()).then(|| (lattice, points.len() / reached.len()))
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
