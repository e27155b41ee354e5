//! A box of cells of a grid, and its halves: what bounds leave open is looked at in smaller and smaller boxes.

use super::KBox;
use crate::crystal::KGrid;
use std::ops::Range;

/// Cells along an axis of the boxes that are not halved any more.
const LEAF: usize = 8;

/// The cells of a grid that start in these ranges, from even ones on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellBox(pub [Range<usize>; 3]);

impl CellBox {
    /// Number of cells along each axis.
    pub fn size(&self) -> [usize; 3] {
        self.0.clone().map(|cells| cells.len())
    }

    /// Two halves of the longest axis, of whole leaves where it has several; none of a leaf.
    pub fn halves(&self) -> Option<[Self; 2]> {
        let size = self.size();
        let longest = (1..3).fold(0, |a, b| if size[b] > size[a] { b } else { a });
        if size[longest] <= LEAF {
            return None;
        }
        let middle = self.0[longest].start + size[longest].div_ceil(2 * LEAF) * LEAF;
        let [mut lower, mut upper] = [self.clone(), self.clone()];
        lower.0[longest].end = middle;
        upper.0[longest].start = middle;
        Some([lower, upper])
    }

    /// The box's own corners, as points of `grid`.
    pub fn corners(&self, grid: &KGrid) -> KBox {
        self.every(grid, self.size())
    }

    /// The corners of all its cells.
    pub fn nodes(&self, grid: &KGrid) -> KBox {
        self.every(grid, [1; 3])
    }

    /// The corners of boxes of so many cells along each axis; the last ones may reach beyond this one.
    pub fn every(&self, grid: &KGrid, so_many: [usize; 3]) -> KBox {
        let size = self.size();
        KBox {
            origin: grid.point([0, 1, 2].map(|a| self.0[a].start)),
            step: [0, 1, 2].map(|a| so_many[a] as f64 / grid.n[a] as f64),
            points: [0, 1, 2].map(|a| size[a].div_ceil(so_many[a]) + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Halves of halves are disjoint, start at even cells, and hold every cell, on axes of every length.
    #[test]
    fn leaves_tile_the_box() {
        for size in [[1, 1, 1], [8, 8, 8], [13, 1, 9], [16, 24, 64], [17, 40, 7]] {
            let all = CellBox(size.map(|n| 2..2 + n));
            let mut open = vec![all];
            let mut count = 0;
            while let Some(cells) = open.pop() {
                match cells.halves() {
                    Some(halves) => open.extend(halves),
                    None => {
                        assert!(cells.0.iter().all(|c| c.start % 2 == 0 && !c.is_empty()));
                        assert!(cells.size().iter().all(|n| *n <= LEAF));
                        count += cells.size().iter().product::<usize>();
                    }
                }
            }
            assert_eq!(count, size.iter().product::<usize>(), "{size:?}");
        }
    }

    #[test]
    fn corners_are_among_the_nodes() {
        let grid = KGrid::new([16, 12, 1], [0.5, 0.0, 0.0]).unwrap();
        let cells = CellBox([4..12, 0..6, 0..1]);
        let (corners, nodes) = (cells.corners(&grid), cells.nodes(&grid));
        assert_eq!((corners.points, nodes.points), ([2; 3], [9, 7, 2]));
        let [last, same] = [corners.point([1, 1, 1]), nodes.point([8, 6, 1])];
        assert!((0..3).all(|a| (last[a] - same[a]).abs() < 1e-15));
        assert_eq!(nodes.point([0; 3]), grid.point([4, 0, 0]));
    }
}
