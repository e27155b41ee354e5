//! Channels at one energy with linear tetrahedra.

use super::view::{CellRow, View};
use crate::kernel::Real;
use crate::kernel::fermi_surface::{VOLUMES, cell_weights};
use crate::kernel::simd::Vectorized;

/// Exact sums: channels (δ-weighted), then the cells that are occupied, flat at the energy, and tied to it by a corner.
pub type SurfaceSums = Vec<i128>;

/// The rows of cells (j1, j2) of a view, at the setup's only threshold.
pub struct SurfaceRows<'a, R: Real, const N: usize> {
    pub view: View<'a, R>,
    /// Starts (j1, j2) of the rows.
    pub rows: &'a [(usize, usize)],
}

impl<R: Real, const N: usize> Vectorized for SurfaceRows<'_, R, N> {
    type Output = SurfaceSums;

    #[inline(always)]
    fn run(self) -> SurfaceSums {
        let setup = self.view.setup;
        let threshold = setup.thresholds[0];
        let (below, above) = setup.tie_bounds;
        let tie = R::from_f64(setup.tie);
        let range = R::from_f64(setup.scale.range);
        let corners = &setup.context.corners;
        let n3 = self.view.block.n[2];
        let mut low = vec![R::Level::default(); n3];
        let mut high = vec![R::Level::default(); n3];
        let mut sums = vec![0i128; N + VOLUMES];
        let mut full = 0u64;
        for &(j1, j2) in self.rows {
            let row = CellRow::new(self.view, j1, j2);
            row.column_extremes(&mut low, &mut high);
            for j3 in (0..n3).step_by(self.view.stride) {
                let (upper, volume) = row.upper(j3);
                let some_reached = low[j3] < above || low[upper] < above;
                let all_below = high[j3] < below && high[upper] < below;
                if all_below {
                    full += volume as u64;
                    continue;
                }
                if !some_reached {
                    continue;
                }
                let cell = row.cell(j3, upper);
                let found = cell_weights(&cell, corners, &threshold, range, tie);
                let volume = R::from_f64(volume as f64);
                let mut cell_sum = [R::ZERO; N];
                for (c, weight) in found.weight.into_iter().enumerate() {
                    if weight != R::ZERO {
                        let f = row.corner::<N>(c, j3, upper);
                        for i in 0..N {
                            cell_sum[i] += weight * f[i];
                        }
                    }
                }
                for i in 0..N {
                    if cell_sum[i] != R::ZERO {
                        sums[i] += (cell_sum[i] * volume).to_wide();
                    }
                }
                sums[N] += (found.occupied * volume).to_wide();
                for (slot, part) in [(N + 1, found.flat), (N + 2, found.tied)] {
                    if part != R::ZERO {
                        sums[slot] += (part * volume).to_wide();
                    }
                }
            }
        }
        sums[N] += i128::from(full) << R::SURFACE_BITS;
        sums
    }
}
