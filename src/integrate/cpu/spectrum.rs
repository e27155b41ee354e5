//! Cumulative channels at every bin edge with linear tetrahedra. Twin: `shaders/spectrum.wgsl`, which keeps increments from
//! edge to edge in one array where `at` and `from` are two: the cumulative sums are the same integers.

use super::view::{CellRow, Setup, View};
use crate::kernel::Real;
use crate::kernel::simd::Vectorized;
use crate::kernel::spectrum::{LANES, add_weights, full_weights};
use crate::kernel::tetrahedron::tetrahedron;

/// One thread's exact sums, `[channel][edge]`: `at` holds the contributions of cells that the edge cuts, `from` those of
/// cells that lie below the edge and all later ones. Rows are longer than the axis by `LANES`, for whole vector stores.
pub struct SpectrumSums {
    pub at: Vec<i64>,
    pub from: Vec<i64>,
    /// Length of a channel's row.
    pub stride: usize,
}

impl SpectrumSums {
    pub fn new(edges: usize, width: usize) -> Self {
        let stride = edges + LANES;
        Self {
            at: vec![0; stride * width],
            from: vec![0; stride * width],
            stride,
        }
    }

    /// Adds another thread's sums.
    pub fn merge(&mut self, other: &Self) {
        for (a, b) in self.at.iter_mut().zip(&other.at) {
            *a += b;
        }
        for (a, b) in self.from.iter_mut().zip(&other.from) {
            *a += b;
        }
    }

    /// Cumulative sums `[edge][channel]`.
    pub fn cumulative(&self, edges: usize, width: usize) -> Vec<i128> {
        let mut passed = vec![0i128; width];
        let mut out = Vec::with_capacity(edges * width);
        for k in 0..edges {
            for c in 0..width {
                let slot = c * self.stride + k;
                passed[c] += i128::from(self.from[slot]);
                out.push(passed[c] + i128::from(self.at[slot]));
            }
        }
        out
    }
}

/// Rows of cells of a view, added to `sums`.
pub struct SpectrumRows<'a, R: Real, const N: usize> {
    pub view: View<'a, R>,
    /// Starts (j1, j2) of the rows.
    pub rows: &'a [(usize, usize)],
    pub sums: &'a mut SpectrumSums,
}

impl<R: Real, const N: usize> Vectorized for SpectrumRows<'_, R, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let setup = self.view.setup;
        let edges = setup.thresholds.len();
        let corners = &setup.context.corners;
        let first = R::bound(&setup.thresholds[0]);
        let last = R::bound(&setup.thresholds[edges - 1]);
        let finder = EdgeFinder::new(setup);
        let full = full_weights::<R>(corners);
        let n3 = self.view.block.n[2];
        let mut low = vec![R::Level::default(); n3];
        let mut high = vec![R::Level::default(); n3];
        // A local copy: the compiler cannot know that the sums do not overlap the setup.
        let bits = setup.bits;
        let one = 1i64 << bits;
        let mut below = 0usize;
        let stride = self.view.stride;
        let [_, cells2, cells3] = self.view.block.n.map(|n| n.div_ceil(stride));
        for &(j1, j2) in self.rows {
            let images = setup.context.images.as_ref().map(|images| {
                let row = (j1 / stride * cells2 + j2 / stride) * cells3;
                &images[stride - 1][row..row + cells3]
            });
            if images.is_some_and(|row| row.iter().all(|times| *times == 0)) {
                continue;
            }
            let row = CellRow::new(self.view, j1, j2);
            row.column_extremes(&mut low, &mut high);
            // Channel vectors of the last cell's upper face, which is often the next one's lower face.
            let mut face = [[R::ZERO; N]; 4];
            let mut face_at = usize::MAX;
            for j3 in (0..n3).step_by(stride) {
                let (upper, mut volume) = row.upper(j3);
                if let Some(images) = images {
                    volume *= usize::from(images[j3 / stride]);
                    if volume == 0 {
                        continue;
                    }
                }
                let least = if low[j3] < low[upper] {
                    low[j3]
                } else {
                    low[upper]
                };
                let most = if high[j3] > high[upper] {
                    high[j3]
                } else {
                    high[upper]
                };
                if most < first {
                    below += volume;
                    continue;
                }
                if least >= last {
                    continue;
                }
                let mut values = [[R::ZERO; N]; 8];
                for r in 0..4 {
                    values[2 * r] = if face_at == j3 {
                        face[r]
                    } else {
                        row.corner(2 * r, j3, upper)
                    };
                    values[2 * r + 1] = row.corner(2 * r + 1, j3, upper);
                    face[r] = values[2 * r + 1];
                }
                face_at = upper;
                let volume = R::from_f64(volume as f64);
                for value in &mut values {
                    for x in value.iter_mut() {
                        *x = *x * volume;
                    }
                }
                let cell = row.cell(j3, upper);
                let lo = finder.first_not_below(setup, least);
                let hi = finder.first_above(setup, most);
                let states = volume.to_fixed(bits);
                let stride = self.sums.stride;
                let mut k = lo;
                if lo < hi {
                    let mut tetrahedra = [tetrahedron::<R>(&cell, corners[0]); 6];
                    for i in 1..6 {
                        tetrahedra[i] = tetrahedron(&cell, corners[i]);
                    }
                    let mut previous = 0;
                    while k < hi {
                        let mut weight = [[R::ZERO; LANES]; 8];
                        let mut level = [R::Level::default(); LANES];
                        let mut fraction = [R::ZERO; LANES];
                        level.copy_from_slice(&setup.edge_levels[k..k + LANES]);
                        fraction.copy_from_slice(&setup.edge_fractions[k..k + LANES]);
                        for t in &tetrahedra {
                            add_weights(&mut weight, t, &level, &fraction);
                        }
                        let mut occupied = weighted(&weight, &values, 0);
                        never_less(&mut occupied);
                        let target = &mut self.sums.at[k..k + LANES];
                        for lane in 0..LANES {
                            target[lane] += occupied[lane].to_fixed(bits).max(previous).min(states);
                        }
                        previous = occupied[LANES - 1].to_fixed(bits).max(previous).min(states);
                        for c in 1..N {
                            let sum = weighted(&weight, &values, c);
                            let target = &mut self.sums.at[c * stride + k..][..LANES];
                            for lane in 0..LANES {
                                target[lane] += sum[lane].to_fixed(bits);
                            }
                        }
                        k += LANES;
                    }
                }
                // From the first edge that was not treated on, the cell counts whole.
                if k < edges {
                    self.sums.from[k] += states;
                    for c in 1..N {
                        let mut whole = R::ZERO;
                        for i in 0..8 {
                            whole += full[i] * values[i][c];
                        }
                        self.sums.from[c * stride + k] += whole.to_fixed(bits);
                    }
                }
            }
        }
        self.sums.from[0] += below as i64 * one;
    }
}

/// Σ_i w_i F_i over the cell's corners, for channel `c` at every lane.
#[inline(always)]
fn weighted<R: Real, const N: usize>(
    weight: &[[R; LANES]; 8],
    values: &[[R; N]; 8],
    c: usize,
) -> [R; LANES] {
    let mut sum = [R::ZERO; LANES];
    for i in 0..8 {
        for lane in 0..LANES {
            sum[lane] += weight[i][lane] * values[i][c];
        }
    }
    sum
}

/// The running maximum of the lanes: states never decrease from edge to edge, whatever the rounding. In three steps of whole
/// vectors, where a chain from lane to lane would make the sums before it scalar, too.
#[inline(always)]
fn never_less<R: Real>(x: &mut [R; LANES]) {
    for step in [1, 2, 4] {
        let before = *x;
        for lane in step..LANES {
            x[lane] = x[lane].larger(before[lane - step]);
        }
    }
}

/// Finds bin edges among levels: an estimate by division (a bisection where bins are unequal), made exact by comparison.
struct EdgeFinder {
    first_ev: f64,
    /// Bins per eV; none where they are unequal.
    per_ev: Option<f64>,
    last: usize,
}

impl EdgeFinder {
    fn new<R: Real>(setup: &Setup<R>) -> Self {
        let (first_ev, width) = setup
            .axis
            .as_ref()
            .map_or((0.0, None), |axis| (axis.first(), axis.equal_width()));
        Self {
            first_ev: first_ev - setup.scale.origin_ev,
            per_ev: width.map(|w| 1.0 / w),
            last: setup.thresholds.len(),
        }
    }

    /// First edge ε_k with ε_k > E.
    #[inline(always)]
    fn first_not_below<R: Real>(&self, setup: &Setup<R>, level: R::Level) -> usize {
        let mut k = self.estimate(setup, level);
        while k > 0 && setup.thresholds[k - 1].above(level) > R::ZERO {
            k -= 1;
        }
        while k < self.last && setup.thresholds[k].above(level) <= R::ZERO {
            k += 1;
        }
        k
    }

    /// First edge ε_k with ε_k ≥ E.
    #[inline(always)]
    fn first_above<R: Real>(&self, setup: &Setup<R>, level: R::Level) -> usize {
        let mut k = self.estimate(setup, level);
        while k > 0 && setup.thresholds[k - 1].above(level) >= R::ZERO {
            k -= 1;
        }
        while k < self.last && setup.thresholds[k].above(level) < R::ZERO {
            k += 1;
        }
        k
    }

    #[inline(always)]
    fn estimate<R: Real>(&self, setup: &Setup<R>, level: R::Level) -> usize {
        let Some(per_ev) = self.per_ev else {
            return setup
                .thresholds
                .partition_point(|t| t.above(level) <= R::ZERO);
        };
        let e = R::difference(level, R::Level::default()).to_f64() * setup.scale.step_ev;
        let k = (e - self.first_ev) * per_ev;
        (k.max(0.0) as usize).min(self.last)
    }
}
