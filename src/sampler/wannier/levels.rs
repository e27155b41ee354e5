//! Every level of a Hamiltonian on the points of a box, several points at a time.

use super::bound::{self, Reach};
use super::gauge::PAIRS;
use super::lines::Lines;
use super::sampling::Sampling;
use super::series::{Fields, SIDE_BY_SIDE};
use super::{Batch, DEGENERATE, WannierBands};
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::kernel::lanes::Lane;
use crate::kernel::simd::LANES;
use crate::sampler::{BandGroup, BoxBand, KBox, Sought};
use crate::units::EV;
use rayon::prelude::*;
use std::ops::Range;

/// Points that are worth a task of their own.
const TASK: usize = 256;

/// Levels at some points, `[point][band]`.
pub(super) struct Levels {
    /// eV.
    pub energies: Vec<f64>,
    /// m/s, Cartesian; empty unless wanted.
    pub velocities: Vec<[f64; 3]>,
    /// 1/kg, Cartesian; empty unless wanted.
    pub inverse_masses: Vec<[f64; 6]>,
    /// Of each band, without the remainder, eV.
    pub bounds: Vec<(f64, f64)>,
}

/// Points that wait to be solved together: which they are, and how far their bounds must hold.
struct Waiting {
    batch: Batch,
    points: [usize; LANES],
    reach: Reach,
}

impl Waiting {
    fn new(n: usize, order: usize, wanted: Range<usize>) -> Self {
        Self {
            batch: Batch::new(n, order, wanted),
            points: [0; LANES],
            reach: Reach {
                before: [Lane::ZERO; 3],
                after: [Lane::ZERO; 3],
            },
        }
    }
}

/// Points of a box.
#[derive(Clone, Copy, PartialEq)]
enum Points {
    All,
    /// Where bounds are taken.
    Sampled,
    /// Where none are.
    Others,
}

impl Points {
    /// Whether one is among them, given whether bounds are taken there.
    fn are(self, sampled: bool) -> bool {
        match self {
            Self::All => true,
            Self::Sampled => sampled,
            Self::Others => !sampled,
        }
    }
}

/// Which points to look at.
#[derive(Clone, Copy)]
struct Walk<'a> {
    k_box: &'a KBox,
    /// The first plane, and the sums over R₁ of it and those that follow.
    first: usize,
    planes: &'a [Fields],
    sampling: &'a Sampling,
    points: Points,
}

impl WannierBands {
    /// Levels on the planes `planes` of `k_box`.
    pub(super) fn levels(
        &self,
        k_box: &KBox,
        planes: Range<usize>,
        sampling: &Sampling,
    ) -> Result<Levels> {
        check(k_box)?;
        let per_plane = k_box.points[1] * k_box.points[2];
        let step = TASK.div_ceil(per_plane.max(1));
        let starts: Vec<usize> = planes.clone().step_by(step).collect();
        let parts = starts
            .into_par_iter()
            .map(|first| {
                let own = first..(first + step).min(planes.end);
                let sums = self.plane_sums_of(k_box, own, sampling);
                let (all, mut lines) = (0..self.header.n_band, Lines::default());
                self.levels_of(k_box, first, &sums, &mut lines, &all, sampling)
            })
            .collect::<Result<Vec<_>>>()?;
        let mut all = self.no_levels(0, sampling.order);
        for part in parts {
            all.energies.extend(part.energies);
            all.velocities.extend(part.velocities);
            all.inverse_masses.extend(part.inverse_masses);
            for (all, one) in all.bounds.iter_mut().zip(part.bounds) {
                *all = (all.0.min(one.0), all.1.max(one.1));
            }
        }
        Ok(all)
    }

    /// Whether two boxes have the same points along axis 1.
    pub(super) fn same_planes(&self, one: &KBox, other: &KBox) -> bool {
        let key = |b: &KBox| (b.origin[0], b.step[0], b.points[0]);
        key(one) == key(other)
    }

    /// The sums over R₁ that the points of `k_box` share.
    pub(super) fn plane_sums(&self, k_box: &KBox, sampling: &Sampling) -> Result<Vec<Fields>> {
        check(k_box)?;
        Ok(self.plane_sums_of(k_box, 0..k_box.points[0], sampling))
    }

    fn plane_sums_of(&self, k_box: &KBox, own: Range<usize>, sampling: &Sampling) -> Vec<Fields> {
        let place = |i: usize| {
            let sampled = sampling.reach(k_box, 0, i).is_some();
            let u = k_box.point([i, 0, 0])[0];
            (u, sampling.raised(sampled))
        };
        let places: Vec<(f64, usize)> = own.map(place).collect();
        self.series.planes(&places)
    }

    /// Levels on the planes from `first` on, whose sums over R₁ are `planes`.
    pub(super) fn levels_of(
        &self,
        k_box: &KBox,
        first: usize,
        planes: &[Fields],
        lines: &mut Lines,
        wanted: &Range<usize>,
        sampling: &Sampling,
    ) -> Result<Levels> {
        let [_, n2, n3] = k_box.points;
        let mut levels = self.no_levels(planes.len() * n2 * n3, sampling.order);
        lines.begin(k_box, planes.len());
        let walk = Walk {
            k_box,
            first,
            planes,
            sampling,
            points: Points::All,
        };
        self.walk(&walk, lines, wanted, &mut levels)?;
        Ok(levels)
    }

    /// Levels of a box at the points where bounds are taken, and, if these tell that some bands of `wanted` reach the energies that are
    /// `sought`, at the others; derivatives there of these bands alone.
    pub(super) fn levels_near(
        &self,
        k_box: &KBox,
        planes: &[Fields],
        lines: &mut Lines,
        wanted: &Range<usize>,
        (sampling, sought): (&Sampling, &Sought),
    ) -> Result<Levels> {
        let mut levels = self.no_levels(k_box.len(), sampling.order);
        lines.begin(k_box, planes.len());
        let mut walk = Walk {
            k_box,
            first: 0,
            planes,
            sampling,
            points: Points::Sampled,
        };
        self.walk(&walk, lines, wanted, &mut levels)?;
        let slack = self.slack(k_box, sampling);
        let reaches = |band: &usize| {
            let (low, high) = levels.bounds[*band];
            !sought.misses(low - slack, high + slack)
        };
        let lowest = wanted.clone().find(reaches);
        let highest = wanted.clone().rev().find(reaches);
        if let (Some(lowest), Some(highest)) = (lowest, highest) {
            walk.points = Points::Others;
            self.walk(&walk, lines, &(lowest..highest + 1), &mut levels)?;
        }
        Ok(levels)
    }

    /// Levels at some points of a box; derivatives and bounds of those in `wanted` alone.
    fn walk(
        &self,
        walk: &Walk,
        lines: &mut Lines,
        wanted: &Range<usize>,
        levels: &mut Levels,
    ) -> Result<()> {
        let Walk {
            k_box,
            first,
            planes,
            sampling,
            points: which,
        } = *walk;
        let n = self.header.n_band;
        let [_, n2, n3] = k_box.points;
        let orders = [sampling.raised(false), sampling.raised(true)];
        // Bounds are made of the slopes of all levels.
        let [plain, sampled] = orders;
        let mut waiting = [
            Waiting::new(n, plain, wanted.clone()),
            Waiting::new(n, sampled, 0..n),
        ];
        let (mut points, mut places, mut along3) = (Vec::new(), Vec::new(), Vec::new());
        let runs = n2.div_ceil(SIDE_BY_SIDE);
        for (plane, after1) in planes.iter().enumerate() {
            let along1 = sampling.reach(k_box, 0, first + plane);
            let along2 = |j: usize| along1.zip(sampling.reach(k_box, 1, j));
            for start in (0..n2).step_by(SIDE_BY_SIDE) {
                let own = start..n2.min(start + SIDE_BY_SIDE);
                let place = |j: usize| {
                    let sampled = along2(j).is_some();
                    let u2 = k_box.point([0, j, 0])[1];
                    let wanted = sampled || which != Points::Sampled;
                    wanted.then(|| (u2, sampling.raised(sampled)))
                };
                let at = plane * runs + start / SIDE_BY_SIDE;
                let run = lines.make(&self.series, after1, at, own.clone().map(place));
                for (j, line) in own.zip(run) {
                    along3.clear();
                    let reaches = (0..n3).map(|k| along2(j).zip(sampling.reach(k_box, 2, k)));
                    let here = |(_, reach): &(_, Option<_>)| which.are(reach.is_some());
                    along3.extend(reaches.enumerate().filter(here));
                    places.clear();
                    places.extend(along3.iter().map(|(k, reach)| {
                        let u3 = k_box.point([0, 0, *k])[2];
                        (u3, sampling.raised(reach.is_some()))
                    }));
                    self.series.points(line, &places, &mut points);
                    for ((k, reach), point) in along3.iter().zip(&points) {
                        let waiting = &mut waiting[usize::from(reach.is_some())];
                        let lane = waiting.batch.len();
                        waiting.points[lane] = (plane * n2 + j) * n3 + k;
                        if let Some(((x, y), z)) = *reach {
                            for (a, (before, after)) in [x, y, z].into_iter().enumerate() {
                                waiting.reach.before[a][lane] = before;
                                waiting.reach.after[a][lane] = after;
                            }
                        }
                        waiting.batch.push(point);
                        if waiting.batch.is_full() {
                            let sampled = reach.is_some();
                            self.finish(waiting, sampled, wanted, sampling.order, levels)?;
                        }
                    }
                }
            }
        }
        for (sampled, waiting) in [false, true].into_iter().zip(&mut waiting) {
            self.finish(waiting, sampled, wanted, sampling.order, levels)?;
        }
        Ok(())
    }

    /// Solves the points that wait, and puts what is wanted of them, derivatives up to `order`, in its place.
    fn finish(
        &self,
        waiting: &mut Waiting,
        sampled: bool,
        wanted: &Range<usize>,
        order: usize,
        levels: &mut Levels,
    ) -> Result<()> {
        let batch = &mut waiting.batch;
        if batch.len() == 0 {
            return Ok(());
        }
        self.solve(batch)?;
        let n = self.header.n_band;
        let to_velocity = self.header.lattice.gradient_to_velocity();
        for (lane, point) in waiting.points[..batch.len()].iter().enumerate() {
            for band in 0..n {
                levels.energies[point * n + band] = batch.energies[band][lane];
            }
            for band in wanted.clone() {
                let to = point * n + band;
                if order > 0 {
                    for (a, slope) in batch.slopes.iter().enumerate() {
                        let slope = slope[band * n + band].re[lane];
                        for (v, row) in levels.velocities[to].iter_mut().zip(&to_velocity) {
                            *v += row[a] * slope;
                        }
                    }
                }
                if order > 1 {
                    let curvature = [0, 1, 2, 3, 4, 5].map(|i| batch.curvatures[i][band][lane]);
                    levels.inverse_masses[to] = inverse_mass(&curvature, &to_velocity);
                }
            }
        }
        if sampled {
            let found = bound::around(&batch.energies, &batch.slopes, wanted, &waiting.reach);
            let bounds = &mut levels.bounds[wanted.clone()];
            for (all, (low, high)) in bounds.iter_mut().zip(found) {
                for lane in 0..batch.len() {
                    *all = (all.0.min(low[lane]), all.1.max(high[lane]));
                }
            }
        }
        batch.clear();
        Ok(())
    }

    fn no_levels(&self, points: usize, order: usize) -> Levels {
        let n = self.header.n_band;
        let len = |wanted: bool| if wanted { points * n } else { 0 };
        Levels {
            energies: vec![0.0; len(true)],
            velocities: vec![[0.0; 3]; len(order > 0)],
            inverse_masses: vec![[0.0; 6]; len(order > 1)],
            bounds: vec![(f64::INFINITY, f64::NEG_INFINITY); n],
        }
    }

    /// How much wider bounds are than what slopes tell (eV): by the remainder; and, since states of a degenerate level are mixed as if
    /// their energies were equal, and for rounding, by a little.
    fn slack(&self, k_box: &KBox, sampling: &Sampling) -> f64 {
        let stride = sampling.bounds.unwrap_or(1);
        let reach = [0, 1, 2].map(|axis| {
            let last = k_box.points[axis] - 1;
            0.5 * k_box.step[axis] * stride.min(last) as f64
        });
        self.gauge.remainder(reach) + DEGENERATE * self.header.n_band as f64
    }

    /// The bands of `group` among the levels of a whole box, with bounds that hold between its points; bounds alone of those that are not
    /// sought.
    pub(super) fn box_bands(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        levels: Levels,
        (sampling, sought): (&Sampling, &Sought),
    ) -> Vec<BoxBand> {
        let n = self.header.n_band;
        let slack = self.slack(k_box, sampling);
        let of_band = |band: usize| {
            let (low, high) = levels.bounds[band];
            let bounds = BoxBand {
                low: low - slack,
                high: high + slack,
                ..BoxBand::default()
            };
            if sought.misses(bounds.low, bounds.high) {
                return bounds;
            }
            BoxBand {
                energies: every(&levels.energies, band, n).collect(),
                velocities: every(&levels.velocities, band, n).flatten().collect(),
                inverse_masses: every(&levels.inverse_masses, band, n).flatten().collect(),
                ..bounds
            }
        };
        group.bands.clone().map(of_band).collect()
    }
}

/// The entries of one band of `[point][band]`.
pub(super) fn every<T: Copy>(of_all: &[T], band: usize, n: usize) -> impl Iterator<Item = T> {
    of_all.iter().skip(band).step_by(n).copied()
}

fn check(k_box: &KBox) -> Result<()> {
    let usable = (0..3).all(|a| {
        let finite = k_box.origin[a].is_finite() && k_box.step[a].is_finite();
        finite && (k_box.points[a] == 1 || k_box.step[a] > 0.0)
    });
    if usable {
        return Ok(());
    }
    Err(Error::Internal(format!("{k_box:?} is no box of k-points")))
}

/// M⁻¹ in 1/kg from ∂²E/∂u² in eV: with v = m ∂E/∂u, M⁻¹ = m (∂²E/∂u²) mᵀ.
fn inverse_mass(curvature: &[f64; 6], to_velocity: &Tensor) -> [f64; 6] {
    let mut full = [[0.0; 3]; 3];
    for (c, [a, b]) in curvature.iter().zip(PAIRS) {
        full[a][b] = *c;
        full[b][a] = *c;
    }
    let mut inverse = [0.0; 6];
    for (out, [x, y]) in inverse.iter_mut().zip(PAIRS) {
        for a in 0..3 {
            for b in 0..3 {
                *out += to_velocity[x][a] * full[a][b] * to_velocity[y][b] / EV;
            }
        }
    }
    inverse
}
