//! The zone cut into blocks of different size: an octree over a coarse root grid.

use crate::bands::KBox;
use crate::crystal::{KGrid, Lattice, PointGroup};
use crate::integrate::fold::Fold;

/// Cells of a block along an axis; even, for the stride-2 estimate.
const CELLS: usize = 4;
/// Root cells per point of the grid that the interpolation came from: two points per period of the shortest wave.
const OVERSAMPLING: usize = 2;
/// Finest level: cells of 1/2¹⁶ of the root's.
pub const MAX_LEVEL: u8 = 16;

/// A block: position `at` on the grid of blocks of its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId {
    pub level: u8,
    pub at: [u32; 3],
}

/// How the zone is cut.
#[derive(Clone, Debug)]
pub struct Mesh {
    /// Blocks of level 0 along each axis.
    root: [usize; 3],
    /// Cells of a block along each axis: 1 along an axis without dispersion, which is never split.
    cells: [usize; 3],
    /// Blocks that have the energies of others are left out.
    fold: Fold,
}

impl Mesh {
    /// A mesh for bands interpolated from `grid` that have the symmetry `group`.
    pub fn new(lattice: &Lattice, grid: &KGrid, group: &PointGroup) -> Self {
        let flat = grid.n.map(|n| n == 1);
        let root = std::array::from_fn(|a| {
            if flat[a] {
                1
            } else {
                (OVERSAMPLING * grid.n[a])
                    .div_ceil(CELLS)
                    .next_multiple_of(2)
            }
        });
        let fold = Fold::new(group, lattice, root, |_| true);
        Self {
            root,
            cells: flat.map(|flat| if flat { 1 } else { CELLS }),
            fold,
        }
    }

    /// How blocks are images of each other.
    pub fn fold(&self) -> &Fold {
        &self.fold
    }

    /// Cells of a block along each axis.
    pub fn cells(&self) -> [usize; 3] {
        self.cells
    }

    /// The blocks of level 0, without the images of others.
    pub fn roots(&self) -> Vec<BlockId> {
        let n = self.root;
        (0..n.iter().product::<usize>())
            .map(|x| BlockId {
                level: 0,
                at: [x / (n[1] * n[2]), x / n[2] % n[1], x % n[2]].map(|x| x as u32),
            })
            .filter(|block| self.multiplicity(*block) > 0)
            .collect()
    }

    /// How often a block counts: once for each of its images, or not at all where another one counts for it.
    fn multiplicity(&self, block: BlockId) -> usize {
        let at = block.at.map(|x| x as usize);
        self.fold
            .multiplicity_at(self.blocks(block.level), at, block.level)
    }

    /// The blocks that a block splits into, without the images of others.
    pub fn children(&self, block: BlockId) -> Vec<BlockId> {
        let halves = self.cells.map(|c| if c == 1 { 1 } else { 2 });
        (0..halves.iter().product::<u32>())
            .map(|x| {
                let half = [
                    x / (halves[1] * halves[2]),
                    x / halves[2] % halves[1],
                    x % halves[2],
                ];
                BlockId {
                    level: block.level + 1,
                    at: std::array::from_fn(|a| block.at[a] * halves[a] + half[a]),
                }
            })
            .filter(|child| self.multiplicity(*child) > 0)
            .collect()
    }

    /// The block that `children` made this one of.
    pub fn parent(&self, block: BlockId) -> BlockId {
        BlockId {
            level: block.level - 1,
            at: std::array::from_fn(|a| {
                if self.cells[a] == 1 {
                    block.at[a]
                } else {
                    block.at[a] / 2
                }
            }),
        }
    }

    /// Blocks of a level along each axis.
    fn blocks(&self, level: u8) -> [usize; 3] {
        std::array::from_fn(|a| {
            if self.cells[a] == 1 {
                1
            } else {
                self.root[a] << level
            }
        })
    }

    /// The points of a block's cells.
    pub fn k_box(&self, block: BlockId) -> KBox {
        let blocks = self.blocks(block.level);
        KBox {
            origin: std::array::from_fn(|a| f64::from(block.at[a]) / blocks[a] as f64),
            step: std::array::from_fn(|a| 1.0 / (blocks[a] * self.cells[a]) as f64),
            points: self.cells.map(|c| c + 1),
        }
    }

    /// Volume of one of the block's cells as a share of the zone, all images counted.
    pub fn cell_volume(&self, block: BlockId) -> f64 {
        let cells: usize = self.uniform(block.level).iter().product();
        self.multiplicity(block) as f64 / cells as f64
    }

    /// Volume of a block as a share of the zone, all images counted.
    pub fn volume(&self, block: BlockId) -> f64 {
        self.cell_volume(block) * self.cells.iter().product::<usize>() as f64
    }

    /// Which of `slabs` layers along axis 1 (the first that is not flat) a block belongs to.
    pub fn slab(&self, block: BlockId, slabs: usize) -> usize {
        let axis = (0..3).find(|a| self.cells[*a] > 1).unwrap_or(0);
        let blocks = self.blocks(block.level)[axis] as f64;
        // A folded mesh fills half of the first axis.
        let filled = if self.fold.inverts() { 0.5 } else { 1.0 };
        let position = (f64::from(block.at[axis]) + 0.5) / blocks / filled;
        ((position * slabs as f64) as usize).min(slabs - 1)
    }

    /// Cells per axis of a uniform grid as fine as `level`.
    pub fn uniform(&self, level: u8) -> [usize; 3] {
        let blocks = self.blocks(level);
        std::array::from_fn(|a| blocks[a] * self.cells[a])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However it is cut, the blocks fill the zone once.
    #[test]
    fn blocks_and_children_fill_the_zone_once() {
        let cells = [
            [[3.0, 0.1, 0.0], [0.3, 4.0, 0.0], [0.0, 0.7, 5.0]],
            [[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]],
        ];
        for rows in cells {
            let lattice = Lattice::new(rows).unwrap();
            for n in [[5, 6, 7], [8, 8, 8], [8, 8, 1], [1, 9, 1], [1, 1, 1]] {
                let grid = KGrid::gamma(n).unwrap();
                let symmetric = PointGroup::of_lattice(&lattice, 1e-6).on_grid(&grid);
                for group in [PointGroup::identity(), symmetric] {
                    let mesh = Mesh::new(&lattice, &grid, &group);
                    let mut leaves = mesh.roots();
                    // Deep at the corner, where most operations keep a block, and at some other place.
                    for place in [2, 1, 1, 1] {
                        let split = leaves.remove((leaves.len() - 1) / place);
                        leaves.extend(mesh.children(split));
                    }
                    for _ in 0..3 {
                        let split = leaves.remove(0);
                        leaves.splice(0..0, mesh.children(split));
                    }
                    let volume: f64 = leaves.iter().map(|b| mesh.volume(*b)).sum();
                    assert!((volume - 1.0).abs() < 1e-12, "{n:?}: {volume}");
                    assert!(leaves.iter().all(|b| mesh.slab(*b, 32) < 32));
                }
            }
        }
    }
}
