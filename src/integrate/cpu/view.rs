//! A block as the kernels see it: levels, neighbours, velocities at a node, cells of a row.

use super::super::{BandContext, Block, EnergyAxis, Target};
use crate::kernel::channels::DIRECTIONS;
use crate::kernel::curvature::{has_field_values, second_stencil};
use crate::kernel::real::tie;
use crate::kernel::spectrum::LANES;
use crate::kernel::velocity::{channel_values, derivative, stencil, velocity};
use crate::kernel::{LevelScale, Real, Threshold};

/// One band in the arithmetic `R`.
pub struct Setup<R: Real> {
    /// The band.
    pub context: BandContext,
    /// Energies to levels.
    pub scale: LevelScale,
    /// Energies of interest: one, or all bin edges.
    pub thresholds: Vec<Threshold<R>>,
    /// The thresholds' levels, for vector loads.
    pub edge_levels: Vec<R::Level>,
    /// The thresholds' fractions.
    pub edge_fractions: Vec<R>,
    /// How far from the only energy of interest levels are equal to it, in levels.
    pub tie: f64,
    /// The levels from which on energies are not below it, and above it, those equal to it being neither.
    pub tie_bounds: (R::Level, R::Level),
    /// Bins per level and the first edge, for finding the edges in a cell.
    pub axis: Option<EnergyAxis>,
    /// `[stride − 1][cart][axis]`: velocity per level of stencil difference.
    pub gradient: [[[R; 3]; 3]; 2],
    /// `[stride − 1][cart][axis]`: inverse mass per velocity of stencil difference.
    pub mass_gradient: [[[R; 3]; 3]; 2],
    /// Directions of the channels |v·n̂|.
    pub directions: [[R; 3]; DIRECTIONS],
    /// Coefficients of first differences.
    pub coefficients: [R; 3],
    /// Coefficients of second differences.
    pub second_coefficients: [R; 3],
    /// Exponent of the quantum of the sums, as fine as their size allows.
    pub bits: u32,
}

impl<R: Real> Setup<R> {
    pub fn new(context: &BandContext, target: &Target) -> Self {
        let s = &context.statistics;
        let scale = R::level_scale(s.energy_min, s.energy_max);
        let (energies, axis) = match target {
            Target::At(e) => (vec![*e], None),
            Target::Bins(axis) => (axis.edges().to_vec(), Some(axis.clone())),
        };
        let thresholds: Vec<Threshold<R>> =
            energies.iter().map(|&e| R::threshold(e, &scale)).collect();
        // Repeats of the last edge, so that whole vectors can be read.
        let padded = || {
            let last = thresholds.last().copied();
            thresholds
                .iter()
                .copied()
                .chain(std::iter::repeat_n(last, LANES).flatten())
        };
        let gradient = [1.0, 2.0].map(|stride| {
            context
                .gradient
                .map(|row| row.map(|x| R::from_f64(x * scale.step_ev / stride)))
        });
        let mass_gradient = [1.0, 2.0].map(|stride| {
            context
                .mass_gradient
                .map(|row| row.map(|x| R::from_f64(x / stride)))
        });
        let points = context.n.iter().product::<usize>().ilog2();
        // Σ|q| < 2⁶² of cumulative sums, and see kernel::fixed_point for those at one energy.
        let bits = match axis {
            Some(_) => R::SPECTRUM_BITS.min(61 - points),
            None => R::SURFACE_BITS.min(R::SURFACE_ROOM - 1 - points),
        };
        let tie = tie(s.energy_min, s.energy_max) / scale.step_ev;
        Self {
            tie,
            tie_bounds: R::tie_bounds(energies[0], tie, &scale),
            scale,
            edge_levels: padded().map(|t| t.level).collect(),
            edge_fractions: padded().map(|t| t.fraction).collect(),
            axis,
            gradient,
            mass_gradient,
            directions: context.directions.map(|n| n.map(R::from_f64)),
            coefficients: [1, 2, 3].map(|m| R::from_f64(stencil(context.difference_order(), m))),
            second_coefficients: [1, 2, 3].map(|m| R::from_f64(second_stencil(context.order, m))),
            bits,
            context: context.clone(),
            thresholds,
        }
    }
}

/// A block in the arithmetic `R`, seen on the full grid (stride 1) or its subgrid (stride 2).
#[derive(Clone, Copy)]
pub struct View<'a, R: Real> {
    pub setup: &'a Setup<R>,
    pub block: &'a Block<'a>,
    pub levels: &'a [R::Level],
    pub stride: usize,
}

/// Start and extent of the cells along an axis of `n` points: the last one of an odd axis is one step wide.
#[inline(always)]
pub fn extent(start: usize, stride: usize, n: usize) -> usize {
    stride.min(n - start)
}

/// j + d modulo n, cheap where no wrap is needed.
#[inline(always)]
pub fn ahead(j: usize, d: usize, n: usize) -> usize {
    let x = j + d;
    if x < n { x } else { x % n }
}

/// j − d modulo n.
#[inline(always)]
pub fn behind(j: usize, d: usize, n: usize) -> usize {
    if j >= d { j - d } else { (j + n * d - d) % n }
}

impl<'a, R: Real> View<'a, R> {
    /// Index of node (buffer plane, j2, j3).
    #[inline(always)]
    pub fn index(&self, plane: usize, j2: usize, j3: usize) -> usize {
        let [_, n2, n3] = self.block.n;
        (plane * n2 + j2) * n3 + j3
    }

    /// The row of levels at (buffer plane, j2).
    #[inline(always)]
    pub fn row(&self, plane: usize, j2: usize) -> &'a [R::Level] {
        let n3 = self.block.n[2];
        &self.levels[self.index(plane, j2, 0)..][..n3]
    }

    /// Velocity of the file at a node.
    #[inline(always)]
    pub fn file_velocity(&self, index: usize) -> [R; 3] {
        let unit = 1.0 / self.setup.context.velocity_unit;
        let v = &self.block.velocities[3 * index..][..3];
        [
            R::from_f64(v[0] * unit),
            R::from_f64(v[1] * unit),
            R::from_f64(v[2] * unit),
        ]
    }

    /// Relaxation time of the file at a node.
    #[inline(always)]
    pub fn lifetime(&self, index: usize) -> R {
        R::from_f64(self.block.lifetimes[index] / self.setup.context.lifetime_unit)
    }

    /// Channel vector of a node.
    #[inline(always)]
    pub fn node<const N: usize>(&self, plane: usize, j2: usize, j3: usize) -> [R; N] {
        let [_, n2, n3] = self.block.n;
        let planes = self.block.planes;
        let context = &self.setup.context;
        let here = self.index(plane, j2, j3);
        let v = if context.order == 0 {
            self.file_velocity(here)
        } else {
            let mut forward = [[R::Level::default(); 3]; 3];
            let mut backward = [[R::Level::default(); 3]; 3];
            for m in 0..context.order / 2 {
                let d = (m + 1) * self.stride;
                forward[0][m] = self.levels[self.index(ahead(plane, d, planes), j2, j3)];
                backward[0][m] = self.levels[self.index(behind(plane, d, planes), j2, j3)];
                forward[1][m] = self.levels[self.index(plane, ahead(j2, d, n2), j3)];
                backward[1][m] = self.levels[self.index(plane, behind(j2, d, n2), j3)];
                forward[2][m] = self.levels[self.index(plane, j2, ahead(j3, d, n3))];
                backward[2][m] = self.levels[self.index(plane, j2, behind(j3, d, n3))];
            }
            let c = &self.setup.coefficients;
            let d = [
                derivative::<R>(context.order, c, forward[0], backward[0]),
                derivative::<R>(context.order, c, forward[1], backward[1]),
                derivative::<R>(context.order, c, forward[2], backward[2]),
            ];
            velocity(&self.setup.gradient[self.stride - 1], d)
        };
        let tau = if self.block.lifetimes.is_empty() {
            R::ZERO
        } else {
            self.lifetime(here)
        };
        let mut f = channel_values(v, tau, &self.setup.directions);
        if has_field_values(N) {
            self.add_field_values(&mut f, v, (plane, j2, j3), tau);
        }
        f
    }
}

/// A row of cells: fixed start along axes 1 and 2, all along axis 3. Corner c of a cell is bit 4 2 1 = one step along axis
/// 1 2 3; `rows[c / 2]` holds the corners of the cell in its columns.
pub struct CellRow<'a, R: Real> {
    pub view: View<'a, R>,
    /// Buffer planes of the lower and upper corners.
    planes: [usize; 2],
    /// j2 of the lower and upper corners.
    j2: [usize; 2],
    /// The four rows of levels.
    rows: [&'a [R::Level]; 4],
    /// Extents of the row's cells along axes 1 and 2, multiplied.
    pub area: usize,
}

impl<'a, R: Real> CellRow<'a, R> {
    /// The row of cells that starts at plane `j1` (unwrapped numbering) and row `j2`.
    #[inline(always)]
    pub fn new(view: View<'a, R>, j1: usize, j2: usize) -> Self {
        let n = view.block.n;
        let (e1, e2) = (extent(j1, view.stride, n[0]), extent(j2, view.stride, n[1]));
        let lower = view.block.plane_index(j1);
        let planes = [lower, ahead(lower, e1, view.block.planes)];
        let j2 = [j2, ahead(j2, e2, n[1])];
        Self {
            view,
            planes,
            j2,
            rows: [
                view.row(planes[0], j2[0]),
                view.row(planes[0], j2[1]),
                view.row(planes[1], j2[0]),
                view.row(planes[1], j2[1]),
            ],
            area: e1 * e2,
        }
    }

    /// Lowest and highest level of every column of four corners.
    #[inline(always)]
    pub fn column_extremes(&self, low: &mut [R::Level], high: &mut [R::Level]) {
        let n3 = low.len();
        let rows = &self.rows;
        let (a, b, c, d) = (
            &rows[0][..n3],
            &rows[1][..n3],
            &rows[2][..n3],
            &rows[3][..n3],
        );
        let high = &mut high[..n3];
        for j in 0..n3 {
            let (l1, h1) = if a[j] < b[j] {
                (a[j], b[j])
            } else {
                (b[j], a[j])
            };
            let (l2, h2) = if c[j] < d[j] {
                (c[j], d[j])
            } else {
                (d[j], c[j])
            };
            low[j] = if l1 < l2 { l1 } else { l2 };
            high[j] = if h1 > h2 { h1 } else { h2 };
        }
    }

    /// j3 of the cell's upper corners, and its volume in fine cells.
    #[inline(always)]
    pub fn upper(&self, j3: usize) -> (usize, usize) {
        let n3 = self.view.block.n[2];
        let e3 = extent(j3, self.view.stride, n3);
        (ahead(j3, e3, n3), self.area * e3)
    }

    /// Levels of a cell's corners.
    #[inline(always)]
    pub fn cell(&self, j3: usize, upper: usize) -> [R::Level; 8] {
        let mut cell = [R::Level::default(); 8];
        for r in 0..4 {
            cell[2 * r] = self.rows[r][j3];
            cell[2 * r + 1] = self.rows[r][upper];
        }
        cell
    }

    /// Channel vector of corner `c`.
    #[inline(always)]
    pub fn corner<const N: usize>(&self, c: usize, j3: usize, upper: usize) -> [R; N] {
        let column = [j3, upper][c % 2];
        self.view
            .node(self.planes[c / 4], self.j2[c / 2 % 2], column)
    }
}
