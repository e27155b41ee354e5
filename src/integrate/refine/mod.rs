//! Integration with adaptive refinement: blocks of k-points are split where the error is, and dropped where no energy of
//! interest can be.
//!
//! A block holds 4³ cells. It is integrated on its grid and on its stride-2 subgrid; the difference is its error. Blocks whose
//! energies provably miss the window are never looked at again, though their states are counted: N(E) loses none. Blocks of
//! different size need not match at their faces, because each fills its own volume. After the mesh is found, a second pass
//! integrates all channels on it. Sums are of integers (`exact`), so results depend neither on threads nor on the order of blocks.

mod engine;
mod found;
mod goals;
mod kept;
mod layers;
mod leaves;
mod mesh;
mod order;
mod search;
mod spread;
mod sums;
mod surface;
mod thermal;

use super::cells::{BlockCells, Edges};
use super::context::shortest_diagonal;
use super::exact::Quantum;
use super::plan::SLABS;
use super::{Channels, EnergyAxis, Request, Spectrum, Target};
use crate::bands::BandHeader;
use crate::bands::{BandGroup, BoxBand, Derivatives, Interpolator, Sought};
use crate::error::{Error, Result};
use crate::kernel::real::tie;
use crate::kernel::tetrahedron::corners;
use crate::progress;
use crate::units::ELECTRON_MASS;
pub use engine::RefiningEngine;
use goals::{Aim, BinGoals};
use mesh::{BlockId, Mesh};
use rayon::prelude::*;
use std::ops::Deref;
use std::sync::Arc;

/// Blocks that one thread takes at a time, at most.
const CHUNK: usize = 64;

/// What the first goals are, per energy.
const QUANTITIES: [&str; 2] = [
    "the density of states",
    "the squared velocities (conductivity)",
];

/// How far refinement may go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refinement {
    /// Relative error bar to reach.
    pub tolerance: f64,
    /// Largest number of k-points to evaluate, over all bands.
    pub max_points: u64,
}

impl Default for Refinement {
    fn default() -> Self {
        Self {
            tolerance: 1e-3,
            max_points: 50_000_000,
        }
    }
}

/// What refinement did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refined {
    /// k-points evaluated, each band counted.
    pub points: u64,
    /// Blocks of the final mesh that hold energies of interest.
    pub blocks: usize,
    /// Cells per axis of a uniform grid as fine as the finest block.
    pub finest: [usize; 3],
    /// Largest error bar of a goal over what the tolerance allows; at most 1 where the tolerance is met.
    pub reached: f64,
    /// Why the tolerance was not met, if so.
    pub cap: Option<String>,
    /// Where it was not, what is furthest from it.
    pub worst: Option<Worst>,
}

/// The goal whose bar is widest over what the tolerance allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Worst {
    /// What its bar belongs to, in words.
    pub quantity: &'static str,
    /// The energies that it is summed over, eV.
    pub energies_ev: (f64, f64),
    /// Bands that make most of the bar, by `spin` and their indices.
    pub spin: usize,
    /// Their indices, from 0.
    pub bands: std::ops::Range<usize>,
    /// Their share of the error, before signs cancel.
    pub share: f64,
}

/// Bands that are integrated with refinement.
pub struct Refiner<'a> {
    interpolator: &'a dyn Interpolator,
    refinement: Refinement,
    roots: Arc<Roots>,
}

/// What the first look at some bands gave.
pub struct Roots {
    groups: Vec<BandGroup>,
    mesh: Mesh,
    /// Layers of the zone whose error estimates are added up: as many as give independent blocks the share in the bar that they
    /// have without folding, each standing for `order` images whose errors are the same.
    layers: usize,
    corners: [[usize; 4]; 6],
    /// Root blocks.
    blocks: Vec<BlockId>,
    /// Bounds (low, high) of each band in each root block: `[group][root][band]`, eV.
    bounds: Bounds,
    /// Lowest and highest energy at a root point, by spin·n_band + band.
    extremes: Vec<(f64, f64)>,
}

/// Lowest and highest energies, `[group][root][band]`, eV.
type Bounds = Vec<Vec<Vec<(f64, f64)>>>;

impl Roots {
    /// Before the bands were looked at.
    fn unseen(interpolator: &dyn Interpolator) -> Self {
        let header = interpolator.header();
        let mesh = Mesh::new(&header.lattice, &header.k_grid, interpolator.symmetry());
        let images = (mesh.fold().order() as f64 / 2.0).max(1.0);
        Self {
            groups: interpolator.groups(),
            corners: corners(shortest_diagonal(&header.lattice, mesh.uniform(0))),
            layers: (SLABS as f64 / images.sqrt()) as usize,
            blocks: mesh.roots(),
            mesh,
            bounds: Vec::new(),
            extremes: Vec::new(),
        }
    }
}

impl Deref for Refiner<'_> {
    type Target = Roots;

    fn deref(&self) -> &Roots {
        &self.roots
    }
}

impl<'a> Refiner<'a> {
    /// Evaluates the energies on the root grid.
    ///
    /// # Errors
    /// For a tolerance outside 1e-8 … 1, or where the bands cannot be evaluated.
    pub fn new(interpolator: &'a dyn Interpolator, refinement: Refinement) -> Result<Self> {
        let tolerance = refinement.tolerance;
        if !(1e-8..1.0).contains(&tolerance) {
            return Err(Error::bad_option(
                "--tolerance",
                format!("{tolerance}"),
                "give a relative error between 1e-8 and 1, as 1e-3",
            ));
        }
        let roots = Arc::new(Roots::unseen(interpolator));
        let mut refiner = Self::again(interpolator, refinement, roots);
        let (bounds, extremes) = refiner.first_look()?;
        match Arc::get_mut(&mut refiner.roots) {
            Some(roots) => (roots.bounds, roots.extremes) = (bounds, extremes),
            None => return Err(Error::Internal("the first look is shared".into())),
        }
        Ok(refiner)
    }

    /// Of bands that were looked at before.
    fn again(
        interpolator: &'a dyn Interpolator,
        refinement: Refinement,
        roots: Arc<Roots>,
    ) -> Self {
        Self {
            interpolator,
            refinement,
            roots,
        }
    }

    /// Bounds and extremes of the energies on the root grid.
    fn first_look(&self) -> Result<(Bounds, Vec<(f64, f64)>)> {
        let n_band = self.header().n_band;
        let mut extremes = vec![(f64::INFINITY, f64::NEG_INFINITY); self.header().n_spin_band()];
        let mut bounds = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            let blocks: Vec<(usize, BlockId)> = self.blocks.iter().map(|b| (g, *b)).collect();
            let what = "first look at the bands";
            let sought = Sought::everywhere(Derivatives::None);
            let found = self.each_block(what, &blocks, sought, |_, _, bands| {
                let sampled = |b: &BoxBand| {
                    let all = b.energies.iter().copied();
                    let low = all.clone().fold(f64::INFINITY, f64::min);
                    (low, all.fold(f64::NEG_INFINITY, f64::max))
                };
                bands
                    .iter()
                    .map(|b| ((b.low, b.high), sampled(b)))
                    .collect::<Vec<_>>()
            })?;
            for block in &found {
                for (band, (_, (low, high))) in group.bands.clone().zip(block) {
                    let all = &mut extremes[group.spin * n_band + band];
                    *all = (all.0.min(*low), all.1.max(*high));
                }
            }
            let of_block = |block: Vec<((f64, f64), _)>| block.into_iter().map(|b| b.0).collect();
            bounds.push(found.into_iter().map(of_block).collect());
        }
        Ok((bounds, extremes))
    }

    /// What the bands are.
    pub fn header(&self) -> &BandHeader {
        self.interpolator.header()
    }

    /// Lowest and highest energy (eV) of each (spin, band) on the root grid, index `spin·n_band + band`.
    pub fn extremes(&self) -> &[(f64, f64)] {
        &self.extremes
    }

    /// How far (eV) from an energy those of a band, by spin·n_band + band, are equal to it.
    fn tie(&self, band: usize) -> f64 {
        let (low, high) = self.extremes[band];
        tie(low, high)
    }

    /// Derivatives of bands where they are near these energies (eV): what is equal to one of them is.
    fn sought(&self, derivatives: Derivatives, (low, high): (f64, f64)) -> Sought {
        let bands = 0..self.extremes.len();
        let widest = bands.map(|b| self.tie(b)).fold(0.0, f64::max);
        Sought {
            derivatives,
            energies_ev: (low - widest, high + widest),
        }
    }

    /// Integrates every channel of the request into the bins of `axis`. The contents of up to 16 groups of bins are brought to
    /// the tolerance, relative to what the request's relevance makes of them, or to the largest content where it has none.
    ///
    /// # Errors
    /// As [`Refiner::surface`].
    pub fn spectrum(&self, request: &Request, axis: &EnergyAxis) -> Result<(Spectrum, Refined)> {
        if request.channels.has_lifetimes() && !self.header().has_lifetimes {
            return Err(no_lifetimes());
        }
        Spectrum::check_room(axis, self.header(), request)?;
        let account = self.account(request, &Target::Bins(axis.clone()))?;
        if let Some(found) = self.thermal_spectrum(request, axis, account.as_ref())? {
            return Ok(found);
        }
        let goals = BinGoals::new(axis, request.relevance);
        let groups = goals.len();
        let edges = Edges::new(&goals.edges);
        let found = self.find_mesh(
            Aim {
                window: (axis.first(), axis.last()),
                quanta: &self.quanta(groups, 0),
                learns: false,
                account: account.as_ref(),
            },
            |_, block, bands| self.shares_in_bins(&edges, block, bands),
            |value, _| {
                value
                    .chunks(groups)
                    .flat_map(|of| goals.scale(of))
                    .collect()
            },
        )?;
        let spectrum = self.integrate_spectrum(request, axis, &found, None, account.as_ref())?;
        let named = |goal: usize| {
            let g = goal % groups;
            (
                QUANTITIES[goal / groups],
                (goals.edges[g], goals.edges[g + 1]),
            )
        };
        Ok((spectrum, found.refined(named)))
    }

    /// Quanta of `goals` goals of states, as many of v², and some of states again.
    fn quanta(&self, goals: usize, states: usize) -> Vec<Quantum> {
        let [one, v2] = [0, 1].map(|c| self.quantum(Channels::Basic, c));
        [vec![one; goals], vec![v2; goals], vec![one; states]].concat()
    }

    /// The quantum of a channel's sums: below what a state with the size of the bands' velocities holds of it, by the widest band and
    /// the longest lattice vector; of relaxation times and masses usual ones (a quantum has room for both sides).
    fn quantum(&self, channels: Channels, c: usize) -> Quantum {
        const LIFETIME_S: f64 = 1e-14;
        const NARROWEST_EV: f64 = 1e-3;
        let width_ev = self
            .extremes
            .iter()
            .map(|(low, high)| high - low)
            .fold(NARROWEST_EV, f64::max);
        let gradient = self.header().lattice.gradient_to_velocity();
        let steepest = gradient.iter().flatten().map(|x| x.abs());
        let velocity = width_ev * steepest.fold(0.0, f64::max);
        Quantum::below(channels.unit(c, velocity, LIFETIME_S, 1.0 / ELECTRON_MASS))
    }

    fn cells<'b>(&'b self, band: &'b BoxBand, values: &'b [f64], width: usize) -> BlockCells<'b> {
        BlockCells {
            energies: &band.energies,
            values,
            width,
            points: self.mesh.cells().map(|c| c + 1),
            corners: &self.corners,
        }
    }

    /// `work(group, block, bands)` for every block, in parallel, as the phase `what`; results in the order of `blocks`.
    fn each_block<T: Send>(
        &self,
        what: &str,
        blocks: &[(usize, BlockId)],
        sought: Sought,
        work: impl Fn(usize, BlockId, &[BoxBand]) -> T + Sync,
    ) -> Result<Vec<T>> {
        // Blocks that share their points along axis 1 are evaluated together.
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        order.sort_unstable_by_key(|i| blocks[*i]);
        let same_slab = |a: &usize, b: &usize| {
            let key = |i: usize| (blocks[i].0, blocks[i].1.level, blocks[i].1.at[0]);
            key(*a) == key(*b)
        };
        order.chunk_by_mut(same_slab).for_each(in_any_order);
        let mut chunks: Vec<&[usize]> = order
            .chunk_by(same_slab)
            .flat_map(|run| run.chunks(CHUNK))
            .collect();
        in_any_order(&mut chunks);
        let phase = progress::phase(what, blocks.len() as u64);
        let done: Vec<Vec<(usize, T)>> = chunks
            .par_iter()
            .map(|chunk| {
                let group = &self.groups[blocks[chunk[0]].0];
                let boxes: Vec<_> = chunk
                    .iter()
                    .map(|i| self.mesh.k_box(blocks[*i].1))
                    .collect();
                let mut out = Vec::with_capacity(chunk.len());
                self.interpolator
                    .evaluate_slab(group, &boxes, sought, &mut |i, bands| {
                        let (g, block) = blocks[chunk[i]];
                        out.push((chunk[i], work(g, block, &bands)));
                        Ok(())
                    })?;
                phase.add(chunk.len() as u64);
                Ok(out)
            })
            .collect::<Result<_>>()?;
        let mut results: Vec<Option<T>> = (0..blocks.len()).map(|_| None).collect();
        for (i, result) in done.into_iter().flatten() {
            results[i] = Some(result);
        }
        results
            .into_iter()
            .map(|r| r.ok_or_else(|| Error::Internal("a block was not evaluated".into())))
            .collect()
    }
}

/// Work items in the order in which they are run: no result depends on it, so tests take others.
fn in_any_order<T>(items: &mut [T]) {
    #[cfg(test)]
    tests::shuffle(items);
    #[cfg(not(test))]
    let _ = items;
}

fn no_lifetimes() -> Error {
    Error::bad_option(
        "channels",
        "relaxation times of a grid are not interpolated",
        "integrate the table itself (without --interpolate and --tolerance), or give `--tau`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::{KGrid, Lattice};
    use crate::integrate::Request;
    use crate::sampler::FourierSeries;
    use std::cell::Cell;

    thread_local! {
        /// State of the generator of orders; 0 leaves items as they are.
        static ORDER: Cell<u64> = const { Cell::new(0) };
        /// Items that changed their places.
        static MOVED: Cell<usize> = const { Cell::new(0) };
    }

    /// Fisher and Yates, with a multiplicative generator.
    pub(super) fn shuffle<T>(items: &mut [T]) {
        let mut state = ORDER.get();
        if state == 0 {
            return;
        }
        for i in (1..items.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let j = (state >> 33) as usize % (i + 1);
            items.swap(i, j);
            MOVED.set(MOVED.get() + usize::from(i != j));
        }
        ORDER.set(state);
    }

    /// Items run in other orders, in other company and by other numbers of threads give the same bits.
    #[test]
    fn items_in_any_order_give_the_same_bits() {
        let model = Model::TightBinding {
            hopping: 1.0,
            dimension: 3,
        };
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.4, 3.5, 0.0], [0.0, 0.3, 4.0]]).unwrap();
        let grid = KGrid::gamma([6; 3]).unwrap();
        let series = FourierSeries::new(&ModelBands::new(model, lattice, grid, false).unwrap());
        let series = series.unwrap();
        let axis = EnergyAxis::new(-1.0, 2.0, 30).unwrap();
        let near = |e: f64| (-e * e).exp();
        let run = |seed: u64, threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| {
                ORDER.set(seed);
                MOVED.set(0);
                let refinement = Refinement {
                    tolerance: 1e-2,
                    ..Refinement::default()
                };
                let refiner = Refiner::new(&series, refinement).unwrap();
                let request = Request {
                    relevance: Some(&near),
                    by_band: true,
                    ..Request::for_bands(refiner.header())
                };
                let surface = refiner.surface(&request, 0.3).unwrap();
                let spectrum = refiner.spectrum(&request, &axis).unwrap();
                ORDER.set(0);
                (surface, spectrum, MOVED.get())
            })
        };
        let planned = run(0, 1);
        assert_eq!(planned.2, 0);
        for (seed, threads) in [(0, 2), (0, 4), (7, 1), (8, 1), (9, 2), (10, 4)] {
            let other = run(seed, threads);
            assert!(seed == 0 || other.2 > 100, "{} items moved", other.2);
            assert_eq!((&other.0, &other.1), (&planned.0, &planned.1), "{seed}");
        }
    }
}
