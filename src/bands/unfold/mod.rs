//! Completion of an irreducible wedge of k-points to the full periodic grid.
//!
//! A band calculation lists one k-point of each orbit {R k}. [`unfold`] finds the regular grid that the orbits tile, and
//! which listed point stands for each grid point; [`IrreducibleBands`] does the same with energies and gives a
//! [`BandGrid`](super::BandGrid). The work is O(points × operations): a grid point is found by its index, never by a search.

mod irreducible;

pub use irreducible::IrreducibleBands;

use crate::crystal::{self, KGrid, PointGroup, Rotation};
use crate::error::{Error, Result};
use crate::memory;

/// How far a listed k-point may lie from its grid point, in grid steps (files print 6 digits or more).
const ON_GRID: f64 = 1e-3;
/// Fractional coordinates closer than this are one coordinate.
const SAME_COORDINATE: f64 = 4e-6;
/// No listed k-point.
const NONE: usize = usize::MAX;

/// Which listed k-point stands for each point of the full grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfolding {
    /// The full periodic grid.
    pub grid: KGrid,
    /// For each grid point (flat index, third axis fastest), the index of the listed k-point with its energies. A grid
    /// point that is itself listed keeps its own.
    pub source: Vec<usize>,
    /// The operations used: those of the given group that map the grid on itself.
    pub group: PointGroup,
    /// Pairs of listed k-points in the same orbit (equivalent or repeated): their energies must agree.
    pub equivalents: Vec<(usize, usize)>,
    /// Whether the list alone fills the grid, so that no operation was needed.
    pub complete_list: bool,
}

/// Completes the k-points of a file (fractional, any lattice translation) to the full grid with the operations of `group`.
///
/// `grid` is the Monkhorst–Pack entry of the file. Without one, n and the shift are inferred from the points and their
/// images, first under the whole group, then (where that breaks the grid) under inversion and the identity.
///
/// # Errors
/// [`Error::BadBands`] where there are no points, a point is not finite or not on the grid, the points form no regular
/// grid, or grid points are reached by no listed point (the first few are listed).
pub fn unfold(grid: Option<KGrid>, k_points: &[[f64; 3]], group: &PointGroup) -> Result<Unfolding> {
    if k_points.is_empty() {
        return Err(Error::bad_bands(
            "k-points",
            "the list is empty",
            "give a file with at least one k-point",
        ));
    }
    if let Some((i, k)) = k_points
        .iter()
        .enumerate()
        .find(|(_, k)| k.iter().any(|x| !x.is_finite()))
    {
        return Err(Error::bad_bands(
            format!("k-point {}", i + 1),
            format!("the coordinates {k:?} are not all finite"),
            "correct the file",
        ));
    }
    if let Some(grid) = grid {
        return complete(grid, k_points, group);
    }
    let whole = infer_grid(k_points, group).and_then(|grid| complete(grid, k_points, group));
    let Err(error) = whole else {
        return whole;
    };
    let identity = PointGroup::identity();
    for smaller in [identity.with_inversion(), identity] {
        let contained = smaller
            .rotations()
            .iter()
            .all(|r| group.rotations().contains(r));
        if !contained {
            continue;
        }
        let attempt = infer_grid(k_points, &smaller).and_then(|g| complete(g, k_points, group));
        if attempt.is_ok() {
            return attempt;
        }
    }
    Err(error)
}

/// Fills `grid` from the listed points and their orbits.
fn complete(grid: KGrid, k_points: &[[f64; 3]], group: &PointGroup) -> Result<Unfolding> {
    let whole = group;
    let group = whole.on_grid(&grid);
    let reachable = k_points.len().saturating_mul(whole.order());
    if grid.len() > reachable {
        return Err(incomplete(format!(
            "a {grid} grid has {} points, but {} k-points and {} operations reach at most {reachable}",
            grid.len(),
            k_points.len(),
            whole.order()
        )));
    }
    let locate = |i: usize, k: [f64; 3]| -> Result<usize> {
        grid.locate(k, ON_GRID)
            .map(|j| grid.index(j))
            .ok_or_else(|| {
                Error::bad_bands(
                    format!("k-point {}", i + 1),
                    format!("{} is no point of the {grid} grid", show(k)),
                    "give bands on one regular k-grid (a path or mixed lists cannot be integrated)",
                )
            })
    };
    // `listed`: the grid points of the list itself; `orbit`: the first listed point of each grid point's orbit.
    memory::check::<[usize; 2]>("the points of a grid", grid.len())?;
    let mut listed = vec![NONE; grid.len()];
    let mut orbit = vec![NONE; grid.len()];
    let mut equivalents = Vec::new();
    for (i, &k) in k_points.iter().enumerate() {
        let here = locate(i, k)?;
        if listed[here] == NONE {
            listed[here] = i;
        }
        // The operations form a group, so two orbits are the same or have no point in common.
        if orbit[here] != NONE {
            equivalents.push((orbit[here], i));
            continue;
        }
        for r in group.rotations() {
            orbit[locate(i, crystal::apply(r, k))?] = i;
        }
    }
    // VASP reduces a grid that lacks the crystal's symmetry with every operation that takes one of its points to another.
    if orbit.contains(&NONE) && group.order() < whole.order() {
        for (i, &k) in k_points.iter().enumerate() {
            for r in whole.rotations() {
                let Some(j) = grid.locate(crystal::apply(r, k), ON_GRID) else {
                    continue;
                };
                let point = &mut orbit[grid.index(j)];
                if *point == NONE {
                    *point = i;
                } else if *point != i {
                    equivalents.push((*point, i));
                }
            }
        }
        equivalents.sort_unstable();
        equivalents.dedup();
    }
    let missing: Vec<usize> = (0..grid.len()).filter(|&p| orbit[p] == NONE).collect();
    if !missing.is_empty() {
        let [_, n2, n3] = grid.n;
        let first: Vec<String> = missing
            .iter()
            .take(4)
            .map(|&p| show(grid.point([p / (n2 * n3), p / n3 % n2, p % n3])))
            .collect();
        let more = if missing.len() > 4 { " …" } else { "" };
        return Err(incomplete(format!(
            "{} of the {} points of the {grid} grid are reached by none of the {} k-points under {} operations: {}{more}",
            missing.len(),
            grid.len(),
            k_points.len(),
            whole.order(),
            first.join(", ")
        )));
    }
    let complete_list = !listed.contains(&NONE);
    let source = listed
        .into_iter()
        .zip(orbit)
        .map(|(own, image)| if own == NONE { image } else { own })
        .collect();
    Ok(Unfolding {
        grid,
        source,
        group,
        equivalents,
        complete_list,
    })
}

fn incomplete(problem: String) -> Error {
    Error::bad_bands(
        "k-points",
        problem,
        "run the band calculation on a uniform k-grid (or on its full list, without symmetry)",
    )
}

fn show(k: [f64; 3]) -> String {
    format!("({:.6}, {:.6}, {:.6})", k[0], k[1], k[2])
}

/// The grid whose coordinates along each axis are those of the points and their images.
fn infer_grid(k_points: &[[f64; 3]], group: &PointGroup) -> Result<KGrid> {
    let mut n = [0; 3];
    let mut shift = [0.0; 3];
    for axis in 0..3 {
        let mut rows: Vec<[i32; 3]> = group
            .rotations()
            .iter()
            .map(|r: &Rotation| r[axis])
            .collect();
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
        // Printed digits leave 1e-6 or so: take a shift of a twelfth (½, ⅓, ¼ …) for what it is.
        let s = values[0] * steps;
        let twelfth = (s * 12.0).round() / 12.0;
        shift[axis] = if (s - twelfth).abs() < ON_GRID {
            twelfth
        } else {
            s
        };
    }
    KGrid::new(n, shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::Lattice;

    fn cubic() -> (Lattice, PointGroup) {
        let lattice = Lattice::new([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]).unwrap();
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        (lattice, group)
    }

    /// One point of each orbit of `grid`.
    fn wedge(grid: &KGrid, group: &PointGroup) -> Vec<[f64; 3]> {
        let group = group.on_grid(grid);
        let mut seen = vec![false; grid.len()];
        let mut points = Vec::new();
        for p in 0..grid.len() {
            let [_, n2, n3] = grid.n;
            let u = grid.point([p / (n2 * n3), p / n3 % n2, p % n3]);
            if !seen[p] {
                points.push(u);
            }
            for r in group.rotations() {
                let image = grid.locate(crystal::apply(r, u), 1e-6).unwrap();
                seen[grid.index(image)] = true;
            }
        }
        points
    }

    #[test]
    fn every_wedge_is_completed_with_and_without_a_named_grid() {
        let (_, group) = cubic();
        for (n, shift, irreducible) in [
            ([2, 2, 2], [0.0; 3], 4),
            ([3, 3, 3], [0.0; 3], 4),
            ([4, 4, 4], [0.5; 3], 4),
            ([5, 5, 5], [0.5; 3], 10),
            ([4, 4, 2], [0.0; 3], 12),
            ([3, 4, 6], [0.0; 3], 24),
        ] {
            let grid = KGrid::new(n, shift).unwrap();
            let points = wedge(&grid, &group);
            assert_eq!(points.len(), irreducible, "{grid}");
            for named in [Some(grid), None] {
                let unfolding = unfold(named, &points, &group).unwrap();
                assert_eq!(unfolding.grid.n, n);
                for (s, want) in unfolding.grid.shift.iter().zip(shift) {
                    assert!((s - want).abs() < 1e-9, "{:?}", unfolding.grid);
                }
                assert!(unfolding.equivalents.is_empty() && !unfolding.complete_list);
                for (p, &source) in unfolding.source.iter().enumerate() {
                    let u = grid.point([p / (n[1] * n[2]), p / n[2] % n[1], p % n[2]]);
                    let reached = unfolding.group.rotations().iter().any(|r| {
                        let image = crystal::apply(r, points[source]);
                        (0..3).all(|i| {
                            let d = image[i] - u[i];
                            (d - d.round()).abs() < 1e-9
                        })
                    });
                    assert!(reached, "{grid}: {u:?} is no image of {:?}", points[source]);
                }
            }
        }
    }

    #[test]
    fn a_missing_point_is_named_with_its_whole_orbit() {
        let (_, group) = cubic();
        let grid = KGrid::gamma([2; 3]).unwrap();
        let mut points = wedge(&grid, &group);
        points.remove(2);
        for named in [Some(grid), None] {
            let text = unfold(named, &points, &group).unwrap_err().to_string();
            assert!(text.contains("3 of the 8 points"), "{text}");
            assert!(text.contains("(0.500000, 0.500000, 0.000000)"), "{text}");
        }
    }

    #[test]
    fn a_path_and_a_foreign_point_are_refused() {
        let (_, group) = cubic();
        let path: Vec<_> = (0..8).map(|i| [0.05 * f64::from(i), 0.0, 0.0]).collect();
        let text = unfold(None, &path, &group).unwrap_err().to_string();
        assert!(text.contains("no regular grid"), "{text}");
        let grid = KGrid::gamma([2; 3]).unwrap();
        let text = unfold(Some(grid), &[[0.0; 3], [0.3, 0.0, 0.0]], &group).unwrap_err();
        assert!(text.to_string().contains("k-point 2: (0.300000"), "{text}");
        assert!(unfold(None, &[], &group).is_err());
        assert!(unfold(None, &[[f64::NAN; 3]], &group).is_err());
    }
}
