//! The zone cut into blocks of different size: an octree over a coarse root grid.

use crate::bands::BandHeader;
use crate::sampler::KBox;

/// Cells of a block along an axis; even, for the stride-2 estimate.
const CELLS: usize = 4;
/// Root cells per point of the grid that the interpolation came from: two points per period of the shortest wave.
const OVERSAMPLING: usize = 2;
/// Finest level: cells of 1/2¹⁶ of the root's.
pub const MAX_LEVEL: u8 = 16;

/// A block: position `at` on the grid of blocks of its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Whether −k is left out, having the energies of k.
    folded: bool,
}

impl Mesh {
    /// A mesh for bands interpolated from `header`'s grid.
    pub fn new(header: &BandHeader) -> Self {
        let flat = header.k_grid.n.map(|n| n == 1);
        let inversion = header
            .point_group
            .rotations()
            .iter()
            .any(|w| (0..9).all(|x| w[x / 3][x % 3] == if x % 4 == 0 { -1 } else { 0 }));
        Self {
            root: std::array::from_fn(|a| {
                if flat[a] {
                    1
                } else {
                    (OVERSAMPLING * header.k_grid.n[a])
                        .div_ceil(CELLS)
                        .next_multiple_of(2)
                }
            }),
            cells: flat.map(|flat| if flat { 1 } else { CELLS }),
            folded: inversion && !flat.iter().all(|f| *f),
        }
    }

    /// Cells of a block along each axis.
    pub fn cells(&self) -> [usize; 3] {
        self.cells
    }

    /// The blocks of level 0, without the images of others under k → −k.
    pub fn roots(&self) -> Vec<BlockId> {
        let n = self.root;
        (0..n.iter().product::<usize>())
            .map(|x| [x / (n[1] * n[2]), x / n[2] % n[1], x % n[2]])
            .filter(|at| {
                // Block i covers i/n … (i+1)/n, its image −(i+1)/n … −i/n.
                let image = std::array::from_fn(|a| {
                    if self.cells[a] == 1 {
                        0
                    } else {
                        n[a] - 1 - at[a]
                    }
                });
                !self.folded || *at <= image
            })
            .map(|at| BlockId {
                level: 0,
                at: at.map(|x| x as u32),
            })
            .collect()
    }

    /// How often a block counts.
    pub fn multiplicity(&self) -> f64 {
        if self.folded { 2.0 } else { 1.0 }
    }

    /// The blocks that a block splits into.
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
    pub fn cell_volume(&self, level: u8) -> f64 {
        let cells: usize = (0..3)
            .map(|a| self.blocks(level)[a] * self.cells[a])
            .product();
        self.multiplicity() / cells as f64
    }

    /// Volume of a block as a share of the zone.
    pub fn volume(&self, level: u8) -> f64 {
        self.cell_volume(level) * self.cells.iter().product::<usize>() as f64
    }

    /// Which of `slabs` layers along axis 1 (the first that is not flat) a block belongs to.
    pub fn slab(&self, block: BlockId, slabs: usize) -> usize {
        let axis = (0..3).find(|a| self.cells[*a] > 1).unwrap_or(0);
        let blocks = self.blocks(block.level)[axis] as f64;
        // A folded mesh fills half of the first axis.
        let filled = if self.folded { 0.5 } else { 1.0 };
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
    use crate::bands::SpinTreatment;
    use crate::crystal::{KGrid, Lattice, PointGroup};

    fn mesh(n: [usize; 3], inversion: bool) -> Mesh {
        let lattice = Lattice::new([[3.0, 0.1, 0.0], [0.3, 4.0, 0.0], [0.0, 0.7, 5.0]]).unwrap();
        let grid = KGrid::gamma(n).unwrap();
        let mut header = BandHeader::new(lattice.clone(), grid, SpinTreatment::Unpolarized, 1);
        if inversion {
            header.point_group = PointGroup::of_lattice(&lattice, 1e-6).on_grid(&grid);
        }
        Mesh::new(&header)
    }

    /// However it is cut, the blocks fill the zone once.
    #[test]
    fn blocks_and_children_fill_the_zone_once() {
        for n in [[5, 6, 7], [8, 8, 1], [1, 9, 1], [1, 1, 1]] {
            for inversion in [false, true] {
                let mesh = mesh(n, inversion);
                let mut leaves = mesh.roots();
                let split = leaves.remove(leaves.len() / 2);
                leaves.extend(mesh.children(split));
                let volume: f64 = leaves.iter().map(|b| mesh.volume(b.level)).sum();
                assert!((volume - 1.0).abs() < 1e-12, "{n:?} {inversion}: {volume}");
                assert!(leaves.iter().all(|b| mesh.slab(*b, 32) < 32));
            }
        }
    }
}
