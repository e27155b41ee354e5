//! Channels at one energy with linear tetrahedra: nodes become bits, bits tell the cut cells, and these are treated side by side.

use super::cut::{CutCells, Place, SurfaceSums};
use super::view::{View, ahead, extent};
use crate::kernel::Real;
use crate::kernel::scan::{WORD, below_bits, cell_bits, words};
use crate::kernel::simd::Vectorized;
use std::ops::Range;

/// Cells of a block, at the setup's only threshold: both views read the same bits.
pub struct SurfaceCells<'a, R: Real, const N: usize> {
    /// The full grid and its subgrid.
    pub views: [View<'a, R>; 2],
    /// First planes of the cells, from an even one on.
    pub planes: Range<usize>,
    /// First rows (j2) of the cells, from an even one on.
    pub rows: Range<usize>,
    /// Cells of the block along each axis: as many as nodes where the block is periodic, and one less where its last nodes end it.
    pub ends: [usize; 3],
}

impl<R: Real, const N: usize> Vectorized for SurfaceCells<'_, R, N> {
    type Output = [SurfaceSums; 2];

    #[inline(always)]
    fn run(self) -> [SurfaceSums; 2] {
        let bits = Bits::new(&self);
        // No closures in a map: these would be compiled for the least of all processors.
        let [fine, coarse] = self.views;
        [self.sums(fine, &bits), self.sums(coarse, &bits)]
    }
}

impl<R: Real, const N: usize> SurfaceCells<'_, R, N> {
    #[inline(always)]
    fn sums(&self, view: View<R>, bits: &Bits) -> SurfaceSums {
        let (n, stride, ends) = (view.block.n, view.stride, self.ends);
        let mut cut = CutCells::<R, N>::new(view);
        let mut full = 0u64;
        for j1 in self.planes.clone().step_by(stride) {
            let e1 = extent(j1, stride, ends[0]);
            let plane = j1 - self.planes.start;
            let lower = view.block.plane_index(j1);
            let planes = [lower, ahead(lower, e1, view.block.planes)];
            for j2 in self.rows.clone().step_by(stride) {
                let e2 = extent(j2, stride, ends[1]);
                let area = e1 * e2;
                let row = j2 - self.rows.start;
                let below = bits.edges(0, [plane, plane + e1], [row, row + e2]);
                let reached = bits.edges(1, [plane, plane + e1], [row, row + e2]);
                for w in 0..bits.words {
                    let cells = cell_bits(below, reached, w, ends[2], stride);
                    let mut count = stride * cells.below.count_ones() as usize;
                    let mut left = cells.cut;
                    // The last cell of an odd axis is one step wide.
                    let last = ends[2] - 1;
                    if stride == 2 && last % 2 == 0 && last / WORD == w {
                        count -= (cells.below >> (last % WORD) & 1) as usize;
                    }
                    full += (area * count) as u64;
                    while left != 0 {
                        let j3 = w * WORD + left.trailing_zeros() as usize;
                        left &= left - 1;
                        let e3 = extent(j3, stride, ends[2]);
                        cut.push(Place {
                            planes,
                            j2: [j2, ahead(j2, e2, n[1])],
                            j3: [j3, ahead(j3, e3, n[2])],
                            volume: area * e3,
                        });
                    }
                }
            }
        }
        let mut sums = cut.finish();
        sums[N] += i128::from(full) << view.setup.bits;
        sums
    }
}

/// Whether nodes lie below the bounds of the energy: `[bound][plane][row]`, words of nodes.
struct Bits {
    words: usize,
    rows: usize,
    bits: [Vec<u64>; 2],
}

impl Bits {
    /// The nodes of the cells' corners.
    #[inline(always)]
    fn new<R: Real, const N: usize>(cells: &SurfaceCells<R, N>) -> Self {
        let view = &cells.views[0];
        let block = view.block;
        let (below, above) = view.setup.tie_bounds;
        let words = words(block.n[2]);
        let last = cells.ends[2];
        let is_open = last < block.n[2];
        let rows = cells.rows.len() + 1;
        let len = (cells.planes.len() + 1) * rows * words;
        let mut bits = [vec![0; len], vec![0; len]];
        let [first, second] = &mut bits;
        for (at, (a, b)) in first
            .chunks_exact_mut(words)
            .zip(second.chunks_exact_mut(words))
            .enumerate()
        {
            let lower = block.plane_index(cells.planes.start);
            let plane = ahead(lower, at / rows, block.planes);
            let j2 = ahead(cells.rows.start, at % rows, block.n[1]);
            below_bits(view.row(plane, j2), [below, above], [a, b]);
            if is_open {
                // Behind the last node comes none: a wide cell that starts before it ends there.
                for row in [a, b] {
                    let bit = row[last / WORD] >> (last % WORD) & 1;
                    let next = last + 1;
                    row[next / WORD] &= !(1 << (next % WORD));
                    row[next / WORD] |= bit << (next % WORD);
                }
            }
        }
        Self { words, rows, bits }
    }

    /// The four edges of a row of cells between planes and rows.
    #[inline(always)]
    fn edges(&self, bound: usize, planes: [usize; 2], rows: [usize; 2]) -> [&[u64]; 4] {
        [
            self.row(bound, planes[0], rows[0]),
            self.row(bound, planes[0], rows[1]),
            self.row(bound, planes[1], rows[0]),
            self.row(bound, planes[1], rows[1]),
        ]
    }

    #[inline(always)]
    fn row(&self, bound: usize, plane: usize, row: usize) -> &[u64] {
        &self.bits[bound][(plane * self.rows + row) * self.words..][..self.words]
    }
}
