//! Cells that an energy cuts, queued and treated side by side: each lane of a vector is a cell.

use super::view::{View, ahead, behind};
use crate::kernel::Real;
use crate::kernel::curvature::has_field_values;
use crate::kernel::fermi_surface::{CellWeights, LANES, VOLUMES, cells_weights};
use crate::kernel::real::WIDE_SHIFT;
use crate::kernel::velocity::{channel_values, velocity};

/// Exact sums: channels (δ-weighted), then the cells that are occupied, flat at the energy, and tied to it by a corner.
pub type SurfaceSums = Vec<i128>;

/// Queues that are treated before their sums are carried: no more than add up without overflow (see [`Real::to_wide_parts`]).
const CARRY: usize = 1 << 12;

/// Where a cut cell is.
#[derive(Clone, Copy, Default)]
pub struct Place {
    /// Buffer planes of the lower and upper corners.
    pub planes: [usize; 2],
    /// j2 of the lower and upper corners.
    pub j2: [usize; 2],
    /// j3 of the lower and upper corners.
    pub j3: [usize; 2],
    /// Volume in fine cells.
    pub volume: usize,
}

/// A queue of cut cells of a view and the sums over those that were treated.
pub struct CutCells<'a, R: Real, const N: usize> {
    view: View<'a, R>,
    queue: [Place; LANES],
    queued: usize,
    /// Rows around the last cell's.
    lines: Lines,
    lane: Lanes<R>,
    /// High and low parts of the sums `[quantity][lane]`.
    high: Vec<[i64; LANES]>,
    low: Vec<[i64; LANES]>,
    treated: usize,
    sums: SurfaceSums,
}

/// What the cells need of their corners, `[corner][lane]`.
struct Lanes<R: Real> {
    level: [[R::Level; LANES]; 8],
    volume: [R; LANES],
    /// Stencil differences along each axis, or the velocities that the file brings.
    slope: [[[R; LANES]; 3]; 8],
    /// Relaxation times.
    tau: [[R; LANES]; 8],
}

/// Starts of the rows of nodes that a row of cells and its stencils need: of each edge (bits 2 1 = one step along axes 1 2) its
/// own, and those ahead and behind along axes 1 and 2.
#[derive(Default)]
struct Lines {
    of: Option<([usize; 2], [usize; 2])>,
    here: [usize; 4],
    ahead: [[[usize; 3]; 2]; 4],
    behind: [[[usize; 3]; 2]; 4],
}

impl<'a, R: Real, const N: usize> CutCells<'a, R, N> {
    #[inline(always)]
    pub fn new(view: View<'a, R>) -> Self {
        Self {
            view,
            queue: [Place::default(); LANES],
            queued: 0,
            lines: Lines::default(),
            lane: Lanes {
                level: [[R::Level::default(); LANES]; 8],
                volume: [R::ZERO; LANES],
                slope: [[[R::ZERO; LANES]; 3]; 8],
                tau: [[R::ZERO; LANES]; 8],
            },
            high: vec![[0; LANES]; N + VOLUMES],
            low: vec![[0; LANES]; N + VOLUMES],
            treated: 0,
            sums: vec![0; N + VOLUMES],
        }
    }

    /// Queues a cell, and treats the queue when it is full.
    #[inline(always)]
    pub fn push(&mut self, place: Place) {
        self.queue[self.queued] = place;
        self.gather(place, self.queued);
        self.queued += 1;
        if self.queued == LANES {
            self.treat();
        }
    }

    /// The sums, once all cells are queued.
    #[inline(always)]
    pub fn finish(mut self) -> SurfaceSums {
        if self.queued > 0 {
            self.treat();
        }
        self.carry();
        self.sums
    }

    #[inline(always)]
    fn carry(&mut self) {
        for (sum, (high, low)) in self
            .sums
            .iter_mut()
            .zip(self.high.iter_mut().zip(&mut self.low))
        {
            for lane in 0..LANES {
                *sum += (i128::from(high[lane]) << WIDE_SHIFT) + i128::from(low[lane]);
            }
            (*high, *low) = ([0; LANES], [0; LANES]);
        }
        self.treated = 0;
    }

    /// Reads what a cell needs into its lane.
    #[inline(always)]
    fn gather(&mut self, place: Place, lane: usize) {
        let view = self.view;
        if self.lines.of != Some((place.planes, place.j2)) {
            self.lines.set(view, place);
        }
        self.lane.volume[lane] = R::from_f64(place.volume as f64);
        for corner in 0..8 {
            let at = self.lines.here[corner / 2] + place.j3[corner % 2];
            self.lane.level[corner][lane] = view.levels[at];
        }
        if has_field_values(N) {
            return;
        }
        match view.setup.context.order {
            2 => self.gather_differences::<1>(place, lane),
            4 => self.gather_differences::<2>(place, lane),
            6 => self.gather_differences::<3>(place, lane),
            _ => self.gather_velocities(place, lane),
        }
        if !view.block.lifetimes.is_empty() {
            for corner in 0..8 {
                let at = self.lines.here[corner / 2] + place.j3[corner % 2];
                self.lane.tau[corner][lane] = view.lifetime(at);
            }
        }
    }

    /// Stencil differences of order 2H at the corners.
    #[inline(always)]
    fn gather_differences<const H: usize>(&mut self, place: Place, lane: usize) {
        let View { levels, stride, .. } = self.view;
        let n3 = self.view.block.n[2];
        let c = &self.view.setup.coefficients;
        let difference = |a: usize, b: usize| R::difference(levels[a], levels[b]);
        for x in 0..2 {
            let j3 = place.j3[x];
            let (mut columns_ahead, mut columns_behind) = ([0; H], [0; H]);
            for m in 0..H {
                columns_ahead[m] = ahead(j3, (m + 1) * stride, n3);
                columns_behind[m] = behind(j3, (m + 1) * stride, n3);
            }
            for edge in 0..4 {
                let (here, forward, backward) = (
                    self.lines.here[edge],
                    &self.lines.ahead[edge],
                    &self.lines.behind[edge],
                );
                let slope = &mut self.lane.slope[2 * edge + x];
                for axis in 0..2 {
                    let along =
                        |m: usize| difference(forward[axis][m] + j3, backward[axis][m] + j3);
                    let mut sum = c[0] * along(0);
                    for m in 1..H {
                        sum += c[m] * along(m);
                    }
                    slope[axis][lane] = sum;
                }
                let along =
                    |m: usize| difference(here + columns_ahead[m], here + columns_behind[m]);
                let mut sum = c[0] * along(0);
                for m in 1..H {
                    sum += c[m] * along(m);
                }
                slope[2][lane] = sum;
            }
        }
    }

    /// Velocities of the file at the corners.
    #[inline(always)]
    fn gather_velocities(&mut self, place: Place, lane: usize) {
        for corner in 0..8 {
            let at = self.lines.here[corner / 2] + place.j3[corner % 2];
            let v = self.view.file_velocity(at);
            for axis in 0..3 {
                self.lane.slope[corner][axis][lane] = v[axis];
            }
        }
    }

    /// Adds the queued cells to the sums.
    #[inline(always)]
    fn treat(&mut self) {
        let setup = self.view.setup;
        let range = R::from_f64(setup.scale.range);
        let tie = R::from_f64(setup.tie);
        let found = cells_weights::<R, LANES>(
            &self.lane.level,
            &setup.context.corners,
            &setup.thresholds[0],
            range,
            tie,
        );
        let channels = self.channels(&found);
        for (i, sum) in channels.iter().enumerate() {
            self.add(i, sum);
        }
        self.add(N, &found.occupied);
        self.add(N + 1, &found.flat);
        self.add(N + 2, &found.tied);
        self.queued = 0;
        self.treated += 1;
        if self.treated == CARRY {
            self.carry();
        }
    }

    /// Σ_c w_c F_c of every cell.
    #[inline(always)]
    fn channels(&self, found: &CellWeights<[R; LANES]>) -> [[R; LANES]; N] {
        let setup = self.view.setup;
        let mut sum = [[R::ZERO; LANES]; N];
        if has_field_values(N) {
            for (lane, place) in self.queue[..self.queued].iter().enumerate() {
                for corner in 0..8 {
                    let weight = found.weight[corner][lane];
                    if weight != R::ZERO {
                        let f = self.view.node::<N>(
                            place.planes[corner / 4],
                            place.j2[corner / 2 % 2],
                            place.j3[corner % 2],
                        );
                        for i in 0..N {
                            sum[i][lane] += weight * f[i];
                        }
                    }
                }
            }
            return sum;
        }
        let given = setup.context.order == 0;
        let matrix = &setup.gradient[self.view.stride - 1];
        for corner in 0..8 {
            let slope = &self.lane.slope[corner];
            let tau = &self.lane.tau[corner];
            let weight = &found.weight[corner];
            for lane in 0..LANES {
                let d = [slope[0][lane], slope[1][lane], slope[2][lane]];
                let v = if given { d } else { velocity(matrix, d) };
                let f = channel_values::<R, N>(v, tau[lane], &setup.directions);
                for i in 0..N {
                    sum[i][lane] += weight[lane] * f[i];
                }
            }
        }
        sum
    }

    /// Adds a number of each cell, times its volume.
    #[inline(always)]
    fn add(&mut self, quantity: usize, of_cell: &[R; LANES]) {
        let bits = self.view.setup.bits;
        let mut high = [0; LANES];
        let mut low = [0; LANES];
        for lane in 0..LANES {
            (high[lane], low[lane]) = (of_cell[lane] * self.lane.volume[lane]).to_wide_parts(bits);
        }
        for lane in self.queued..LANES {
            (high[lane], low[lane]) = (0, 0);
        }
        let (sum_high, sum_low) = (&mut self.high[quantity], &mut self.low[quantity]);
        for lane in 0..LANES {
            sum_high[lane] += high[lane];
            sum_low[lane] += low[lane];
        }
    }
}

impl Lines {
    #[inline(always)]
    fn set<R: Real>(&mut self, view: View<R>, place: Place) {
        let [_, n2, _] = view.block.n;
        let planes = view.block.planes;
        self.of = Some((place.planes, place.j2));
        for edge in 0..4 {
            let (plane, j2) = (place.planes[edge / 2], place.j2[edge % 2]);
            self.here[edge] = view.index(plane, j2, 0);
            for m in 0..view.setup.context.order / 2 {
                let d = (m + 1) * view.stride;
                self.ahead[edge][0][m] = view.index(ahead(plane, d, planes), j2, 0);
                self.behind[edge][0][m] = view.index(behind(plane, d, planes), j2, 0);
                self.ahead[edge][1][m] = view.index(plane, ahead(j2, d, n2), 0);
                self.behind[edge][1][m] = view.index(plane, behind(j2, d, n2), 0);
            }
        }
    }
}
