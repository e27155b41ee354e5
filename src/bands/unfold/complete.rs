//! A given grid, filled from the listed points and their images.

use super::infer::clean_shift;
use super::list::{KList, Unfolding};
use super::point::{ON_GRID, incomplete, show};
use crate::crystal::{self, GridBasis, KGrid, PointGroup};
use crate::error::{Error, Result};
use crate::memory;

/// No listed k-point.
const NONE: usize = usize::MAX;

/// A grid in some basis of the lattice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub grid: KGrid,
    pub basis: GridBasis,
    /// Whether bands on it can only be interpolated.
    pub interpolated: bool,
}

impl Frame {
    /// A grid in the cell's own basis.
    pub fn own(grid: KGrid) -> Self {
        Self {
            grid,
            basis: GridBasis::own(grid.n),
            interpolated: false,
        }
    }

    /// The grid of this basis that goes through a k-point (fractional, in the cell's own basis).
    pub fn through(basis: GridBasis, k: [f64; 3]) -> Result<Self> {
        let u = basis.k(k);
        let shift = std::array::from_fn(|i| clean_shift(u[i] * basis.n[i] as f64));
        Ok(Self {
            grid: KGrid::new(basis.n, shift)?,
            basis,
            interpolated: false,
        })
    }
}

/// What is to be done about a listed point that is not on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffGrid {
    /// The list is not of this grid.
    Refused,
    /// One of its images must be on the grid.
    HasImage,
    /// It is left out.
    Unused,
}

/// Fills the grid from the listed points and their orbits, and checks the weights.
pub(super) fn complete(
    frame: Frame,
    list: &KList,
    group: &PointGroup,
    off_grid: OffGrid,
) -> Result<Unfolding> {
    let Frame {
        grid,
        basis,
        interpolated,
    } = frame;
    let k_points: Vec<[f64; 3]> = list.points.iter().map(|&k| basis.k(k)).collect();
    let whole = &group.in_basis(&basis);
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
    let foreign = |i: usize, k: [f64; 3]| {
        Error::bad_bands(
            format!("k-point {}", i + 1),
            format!("{} is no point of the {grid} grid", show(k)),
            "give bands on one regular k-grid (a path or mixed lists cannot be integrated)",
        )
    };
    let locate = |k: [f64; 3]| grid.locate(k, ON_GRID).map(|j| grid.index(j));
    // `listed`: the grid points of the list itself; `orbit`: the first listed point of each grid point's orbit.
    memory::check::<[usize; 2]>("the points of a grid", grid.len())?;
    let mut listed = vec![NONE; grid.len()];
    let mut orbit = vec![NONE; grid.len()];
    let mut equivalents = Vec::new();
    let mut absent = Vec::new();
    for (i, &k) in k_points.iter().enumerate() {
        let Some(here) = locate(k) else {
            if off_grid == OffGrid::Refused {
                return Err(foreign(i, k));
            }
            absent.push(i);
            continue;
        };
        if listed[here] == NONE {
            listed[here] = i;
        }
        // The operations form a group, so two orbits are the same or have no point in common.
        if orbit[here] != NONE {
            equivalents.push((orbit[here], i));
            continue;
        }
        for r in group.rotations() {
            let image = crystal::apply(r, k);
            orbit[locate(image).ok_or_else(|| foreign(i, image))?] = i;
        }
    }
    // VASP reduces a grid that lacks the crystal's symmetry with every operation that takes one of its points to another.
    let partial = orbit.contains(&NONE) && group.order() < whole.order();
    if partial || !absent.is_empty() {
        for (i, &k) in k_points.iter().enumerate() {
            for r in whole.rotations() {
                let Some(at) = locate(crystal::apply(r, k)) else {
                    continue;
                };
                let point = &mut orbit[at];
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
        let first: Vec<String> = missing
            .iter()
            .take(4)
            .map(|&p| show(grid.point(grid.place(p))))
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
    let class = classes(k_points.len(), &equivalents);
    let mut held = vec![0; k_points.len()];
    for &i in &orbit {
        held[class[i]] += 1;
    }
    if off_grid == OffGrid::HasImage
        && let Some(&i) = absent.iter().find(|&&i| held[class[i]] == 0)
    {
        return Err(foreign(i, k_points[i]));
    }
    let note = list
        .weights
        .check(&list.points, &class, &held, &grid.to_string())?;
    let complete_list = !listed.contains(&NONE);
    let source = listed
        .into_iter()
        .zip(orbit)
        .map(|(own, image)| if own == NONE { image } else { own })
        .collect();
    Ok(Unfolding {
        grid,
        basis,
        source,
        group,
        interpolated,
        equivalents,
        complete_list,
        unused: absent.len(),
        notes: note.into_iter().collect(),
    })
}

/// For each listed point the first that it is equivalent to.
fn classes(n: usize, equivalents: &[(usize, usize)]) -> Vec<usize> {
    let mut class: Vec<usize> = (0..n).collect();
    let root = |class: &[usize], mut i: usize| {
        while class[i] != i {
            i = class[i];
        }
        i
    };
    for &(a, b) in equivalents {
        let (a, b) = (root(&class, a), root(&class, b));
        class[a.max(b)] = a.min(b);
    }
    for i in 0..n {
        class[i] = root(&class, i);
    }
    class
}
