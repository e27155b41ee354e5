//! Completion of an irreducible wedge of k-points to the full periodic grid.
//!
//! A band calculation lists one k-point of each orbit {R k}. [`unfold`] finds the regular grid that the orbits tile, and
//! which listed point stands for each grid point; [`IrreducibleBands`] does the same with energies and gives a
//! [`BandGrid`](super::BandGrid). The work is O(points × operations): a grid point is found by its index, never by a search.
//!
//! A regular set that is no grid along the cell's own axes (ABINIT's several shifts and `kptrlatt`, generalised regular grids) is one in
//! another basis of the same lattice ([`KLattice`]), and is given in that basis.

mod complete;
mod infer;
mod irreducible;
mod list;
mod point;
mod weights;

pub(crate) use infer::clean_shift;
pub use irreducible::IrreducibleBands;
pub use list::{KList, Unfolding};
pub use weights::Weights;

use crate::crystal::{GridBasis, KGrid, KLattice, KSet, Lattice, PointGroup};
use crate::error::{Error, Result};
use complete::{Frame, OffGrid, complete};
use infer::{infer_grid, translations};
use point::ON_GRID;

/// Completes the k-points of a file to the full grid with the operations of `group`.
///
/// Without a Monkhorst–Pack entry, n and the shift are inferred from the points and their images, first under the whole group, then
/// (where that breaks the grid) under inversion and the identity. Points that are no grid along the cell's axes are a lattice, or a
/// lattice and its images. The weights of the file must be those of the completed grid: one whose stars have others is not the file's.
///
/// # Errors
/// [`Error::BadBands`] where there are no points, a point is not finite or not on the grid, the points form no regular
/// grid, grid points are reached by no listed point (the first few are listed), or weights disagree with the stars.
pub fn unfold(list: &KList, lattice: &Lattice, group: &PointGroup) -> Result<Unfolding> {
    list.check()?;
    let mut first_error = None;
    let mut keep = |result: Result<Unfolding>| {
        result
            .map_err(|error| first_error.get_or_insert(error).to_string())
            .ok()
    };
    if let Some(grid) = list.grid {
        let named = complete(Frame::own(grid), list, group, OffGrid::Refused);
        let all_on_it = || {
            list.points
                .iter()
                .all(|&k| grid.locate(k, ON_GRID).is_some())
        };
        if named.is_ok() || all_on_it() {
            return named;
        }
        keep(named);
    }
    let named = list.lattice.as_ref();
    if let Some(Ok(frame)) = named.and_then(|l| frame(l, lattice, list.points[0]))
        && let Ok(found) = complete(frame, list, group, OffGrid::Refused)
    {
        return Ok(said(found, list, 1));
    }
    let plain = |smaller: &PointGroup| {
        let grid = infer_grid(&list.points, smaller)?;
        complete(Frame::own(grid), list, group, OffGrid::Refused)
    };
    if let Some(found) = keep(plain(group)) {
        return Ok(found);
    }
    let identity = PointGroup::identity();
    let mut smaller = vec![identity.with_inversion(), identity];
    smaller.retain(|s| s.rotations().iter().all(|r| group.rotations().contains(r)));
    let own = smaller.iter().find_map(|s| plain(s).ok());
    if let Some(found) = &own
        && found.grid.n.iter().all(|n| *n > 1)
    {
        return Ok(found.clone());
    }
    // Few points are a small grid of some sort, too. A list of which no point is the image of another is a wedge.
    let whole = regular(list, lattice, group, group);
    if let Some(Ok((found, 1))) = &whole
        && found.equivalents.is_empty()
    {
        return Ok(said(found.clone(), list, 1));
    }
    if let Some(found) = own {
        return Ok(found);
    }
    let mut last = None;
    match whole {
        Some(Ok((found, 1))) => return Ok(said(found, list, 1)),
        Some(Ok((found, cosets))) if found.equivalents.is_empty() => {
            return Ok(said(found, list, cosets));
        }
        Some(Ok((found, cosets))) => last = Some((found, cosets)),
        Some(Err(error)) => first_error = Some(error),
        None => {}
    }
    for smaller in &smaller {
        if let Some(Ok((found, 1))) = regular(list, lattice, smaller, group) {
            return Ok(said(found, list, 1));
        }
    }
    if let Some(found) = announced_grid(list, group) {
        return Ok(found);
    }
    // A lattice that lacks some of the crystal's operations is reduced by those that it has.
    for kept in group.subgroups() {
        match regular(list, lattice, &kept, group) {
            Some(Ok((found, 1))) if found.equivalents.is_empty() => {
                return Ok(said(found, list, 1));
            }
            // Only the weights are wrong.
            Some(Err(error)) if matches!(&error, Error::BadBands { place, .. } if place.starts_with("k-point ")) =>
            {
                first_error = Some(error);
                break;
            }
            _ => {}
        }
    }
    match (last, first_error) {
        (Some((found, cosets)), _) => Ok(said(found, list, cosets)),
        (None, Some(error)) => Err(error),
        (None, None) => Err(Error::Internal("no grid was tried".to_string())),
    }
}

/// The regular set that the list and its images under `smaller` are, or the first of several that are images of each other under
/// `group`, with their number. `None` where they are neither.
fn regular(
    list: &KList,
    lattice: &Lattice,
    smaller: &PointGroup,
    group: &PointGroup,
) -> Option<Result<(Unfolding, usize)>> {
    let (translations, cosets) = translations(&list.points, smaller)?;
    if cosets > smaller.order() || translations.len() == 1 {
        return None;
    }
    let frame = frame(&translations, lattice, list.points[0])?;
    let frame = match frame {
        Ok(frame) => frame,
        Err(error) => return Some(Err(error)),
    };
    let off_grid = if cosets == 1 {
        OffGrid::Refused
    } else {
        OffGrid::HasImage
    };
    let found = complete(frame, list, group, off_grid);
    if found.is_err() {
        // Unless only the weights are wrong, they are mixed lists.
        let unweighted = KList {
            weights: Weights::unknown(),
            ..list.clone()
        };
        complete(frame, &unweighted, group, off_grid).ok()?;
    }
    Some(found.map(|found| (found, cosets)))
}

/// The basis in which a lattice of k-points is a grid that can be differentiated, or one in which bands can be interpolated.
fn frame(k: &KLattice, lattice: &Lattice, first: [f64; 3]) -> Option<Result<Frame>> {
    let basis = k.grid_basis(lattice)?;
    let single = basis.n.iter().filter(|n| **n == 1).count();
    let mut frame = match Frame::through(basis, first) {
        Ok(frame) => frame,
        Err(error) => return Some(Err(error)),
    };
    frame.interpolated = single > k.flat_axes();
    let Frame { grid, basis, .. } = frame;
    if !frame.interpolated || (KSet { grid, basis }).is_well_formed(lattice) {
        return Some(Ok(frame));
    }
    let [n1, n2, n3] = basis.n;
    Some(Err(Error::bad_bands(
        "k-points",
        format!(
            "they are a regular lattice of {} points, but in no basis of the crystal a grid with several points along each axis ({n1}×{n2}×{n3} at best), and along some direction too few of them to tell a slope",
            k.len()
        ),
        "run the band calculation on n1×n2×n3 k-points along the reciprocal axes",
    )))
}

/// The grid of the Monkhorst–Pack entry through the first point, where the list is this grid and shifted ones, each of them whole.
fn announced_grid(list: &KList, group: &PointGroup) -> Option<Unfolding> {
    let n = list.grid?.n;
    let mut tried: Vec<KGrid> = Vec::new();
    let mut first = None;
    for &k in &list.points {
        if tried.iter().any(|grid| grid.locate(k, ON_GRID).is_some()) {
            continue;
        }
        let frame = Frame::through(GridBasis::own(n), k).ok()?;
        let found = complete(frame, list, group, OffGrid::Unused).ok()?;
        first.get_or_insert(found);
        tried.push(frame.grid);
    }
    let mut found = first?;
    found.notes.push(format!(
        "{} of the {} listed k-points are not on the {} grid that the file names, which the others fill; they are not used.",
        found.unused,
        list.points.len(),
        found.grid
    ));
    Some(found)
}

/// With the notes on a basis that is not the cell's own, and on a set of several lattices.
fn said(mut found: Unfolding, list: &KList, cosets: usize) -> Unfolding {
    let grid = found.grid;
    if found.interpolated {
        found.notes.push(format!(
            "The {} listed k-points and their images are a regular lattice of {} points that has several points along each axis in no \
             basis of the crystal: bands are interpolated through them.",
            list.points.len(),
            grid.len()
        ));
    } else if !found.basis.is_own() {
        let rows = found
            .basis
            .direct()
            .map(|row| format!("({}, {}, {})", row[0], row[1], row[2]));
        found.notes.push(format!(
            "The {} listed k-points and their images are a regular lattice of {} points that is no grid along the file's own axes: \
             it is {}×{}×{} in the basis {} {} {} of the same crystal lattice (in units of the file's a1 a2 a3), which is used here. \
             Cartesian axes, and tensors with them, are the file's.",
            list.points.len(),
            grid.len(),
            grid.n[0],
            grid.n[1],
            grid.n[2],
            rows[0],
            rows[1],
            rows[2]
        ));
    }
    if cosets > 1 {
        found.notes.push(format!(
            "The listed k-points and their images are {cosets} grids that symmetry takes to each other; the one through the first is used."
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal;

    fn list(points: &[[f64; 3]], grid: Option<KGrid>) -> KList {
        KList {
            points: points.to_vec(),
            grid,
            ..KList::default()
        }
    }

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
        let (lattice, group) = cubic();
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
                let unfolding = unfold(&list(&points, named), &lattice, &group).unwrap();
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
        let (lattice, group) = cubic();
        let grid = KGrid::gamma([2; 3]).unwrap();
        let mut points = wedge(&grid, &group);
        points.remove(2);
        for named in [Some(grid), None] {
            let text = unfold(&list(&points, named), &lattice, &group)
                .unwrap_err()
                .to_string();
            assert!(text.contains("3 of the 8 points"), "{text}");
            assert!(text.contains("(0.500000, 0.500000, 0.000000)"), "{text}");
        }
    }

    #[test]
    fn a_path_and_a_foreign_point_are_refused() {
        let (lattice, group) = cubic();
        let path: Vec<_> = (0..8).map(|i| [0.05 * f64::from(i), 0.0, 0.0]).collect();
        let text = unfold(&list(&path, None), &lattice, &group)
            .unwrap_err()
            .to_string();
        assert!(text.contains("no regular grid"), "{text}");
        let grid = KGrid::gamma([2; 3]).unwrap();
        let text = unfold(
            &list(&[[0.0; 3], [0.3, 0.0, 0.0]], Some(grid)),
            &lattice,
            &group,
        )
        .unwrap_err();
        assert!(text.to_string().contains("k-point 2: (0.300000"), "{text}");
        assert!(unfold(&list(&[], None), &lattice, &group).is_err());
        assert!(unfold(&list(&[[f64::NAN; 3]], None), &lattice, &group).is_err());
    }
}
