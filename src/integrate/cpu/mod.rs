//! The CPU integrator: the reference in `f64`, and the GPU's twin in `f32`. Rows of cells are shared among threads; sums
//! are integers, so no result depends on how.

mod culled;
mod curvature;
mod cut;
mod smeared;
mod spectrum;
mod surface;
mod view;

use super::{BandContext, Block, Engine, Part, SlabSums, Target};
use crate::bands::Interpolator;
use crate::crystal::KGrid;
use crate::error::{Error, Result};
use crate::kernel::Real;
use crate::kernel::channels::by_width;
use crate::kernel::fermi_surface::VOLUMES;
use crate::kernel::simd::vectorized;
use culled::CulledBand;
use cut::SurfaceSums;
use rayon::prelude::*;
use smeared::SmearedRows;
use spectrum::{SpectrumRows, SpectrumSums};
use std::ops::Range;
use std::sync::Mutex;
use surface::SurfaceCells;
pub(crate) use view::Setup;
use view::View;

/// Where a row of cells starts: (j1, j2).
type RowStart = (usize, usize);

/// Rows of cells that a thread takes at a time.
const ROWS: usize = 32;

/// Rows (j2) of cells at one energy that a thread takes at a time, in all planes of a part: their nodes stay in the caches.
const RUN: usize = 64;

/// Integrates on the CPU in the arithmetic `R`: `CpuEngine<f64>` is the reference, `CpuEngine<f32>` the GPU's twin.
pub struct CpuEngine<R: Real> {
    setup: Option<Setup<R>>,
    /// Levels of the loaded block, where they are not its energies.
    levels: Vec<R::Level>,
    /// Sums at one energy, of the full grid and of the subgrid.
    surface: [SurfaceSums; 2],
    /// Threads' cumulative sums, likewise.
    spectrum: [Vec<SpectrumSums>; 2],
    /// The only energy of interest, eV.
    energy: Option<f64>,
}

impl<R: Real> Default for CpuEngine<R> {
    fn default() -> Self {
        Self {
            setup: None,
            levels: Vec::new(),
            surface: Default::default(),
            spectrum: Default::default(),
            energy: None,
        }
    }
}

impl<R: Real> CpuEngine<R> {
    fn add_width<const N: usize>(
        &mut self,
        block: &Block,
        parts: &[Part],
    ) -> Result<Vec<SlabSums>> {
        let setup = self.setup.as_ref().ok_or_else(no_band)?;
        R::load(block.energies, &setup.scale, &mut self.levels);
        let levels = R::loaded(block.energies, &self.levels);
        let views = [1, 2].map(|stride| View {
            setup,
            block,
            levels,
            stride,
        });
        let smeared = setup.context.smearing.is_some();
        let mut finished = Vec::new();
        if setup.axis.is_none() {
            // Every part in one parallel loop: sums of the full grid and of the subgrid.
            let jobs: Vec<(usize, Range<usize>)> = (0..parts.len())
                .flat_map(|part| row_runs(block.n[1]).map(move |rows| (part, rows)))
                .collect();
            let sums: Vec<[SurfaceSums; 2]> = jobs
                .par_iter()
                .map(|(part, j2)| {
                    let planes = parts[*part].cells.clone();
                    if smeared {
                        return [0, 1].map(|i| {
                            let rows = rows_of(&planes, j2, i + 1);
                            vectorized(SmearedRows::<R, N> {
                                view: views[i],
                                rows: &rows,
                                spectrum: None,
                            })
                        });
                    }
                    vectorized(SurfaceCells::<R, N> {
                        views,
                        planes,
                        rows: j2.clone(),
                        ends: block.n,
                    })
                })
                .collect();
            let mut jobs = jobs.iter().zip(&sums).peekable();
            for (p, part) in parts.iter().enumerate() {
                while let Some((_, sums)) = jobs.next_if(|((part, _), _)| *part == p) {
                    for (total, sums) in self.surface.iter_mut().zip(sums) {
                        total.iter_mut().zip(sums).for_each(|(a, b)| *a += b);
                    }
                }
                if part.ends_slab {
                    let [fine, coarse] = std::mem::replace(
                        &mut self.surface,
                        [(); 2].map(|()| vec![0; N + VOLUMES]),
                    );
                    finished.push(SlabSums { fine, coarse });
                }
            }
            return Ok(finished);
        }
        let edges = setup.thresholds.len();
        for part in parts {
            let rows = [1, 2].map(|stride| rows_of(&part.cells, &(0..block.n[1]), stride));
            let jobs: Vec<(usize, &[RowStart])> = (0..2)
                .flat_map(|i| rows[i].chunks(ROWS).map(move |rows| (i, rows)))
                .collect();
            let pools = std::mem::take(&mut self.spectrum).map(Mutex::new);
            jobs.par_iter().for_each(|&(i, rows)| {
                let lock = || {
                    pools[i]
                        .lock()
                        .unwrap_or_else(|poisoned| poisoned.into_inner())
                };
                let view = views[i];
                let spare = lock().pop();
                let mut sums = spare.unwrap_or_else(|| SpectrumSums::new(edges, N));
                if smeared {
                    vectorized(SmearedRows::<R, N> {
                        view,
                        rows,
                        spectrum: Some(&mut sums),
                    });
                } else {
                    vectorized(SpectrumRows::<R, N> {
                        view,
                        rows,
                        sums: &mut sums,
                    });
                }
                lock().push(sums);
            });
            self.spectrum = pools.map(|pool| {
                pool.into_inner()
                    .unwrap_or_else(|poisoned| poisoned.into_inner())
            });
            if part.ends_slab {
                let [fine, coarse] = std::mem::take(&mut self.spectrum).map(|threads| {
                    let mut total = SpectrumSums::new(edges, N);
                    for sums in &threads {
                        total.merge(sums);
                    }
                    total.cumulative(edges, N)
                });
                finished.push(SlabSums { fine, coarse });
            }
        }
        Ok(finished)
    }

    fn culled_width<const N: usize>(
        &self,
        bands: &dyn Interpolator,
        grid: &KGrid,
        planes: Range<usize>,
    ) -> Result<SlabSums> {
        let setup = self.setup.as_ref().ok_or_else(no_band)?;
        let band = CulledBand::<R, N> {
            setup,
            bands,
            grid,
            energy: self.energy.ok_or_else(no_band)?,
        };
        let [fine, coarse] = band.sums(&planes, &vec![0; N + VOLUMES])?;
        Ok(SlabSums { fine, coarse })
    }
}

/// Starts (j1, j2) of the rows of cells of a view: at planes and rows from an even one on.
fn rows_of(planes: &Range<usize>, rows: &Range<usize>, stride: usize) -> Vec<RowStart> {
    let all = |j1| rows.clone().step_by(stride).map(move |j2| (j1, j2));
    planes.clone().step_by(stride).flat_map(all).collect()
}

/// Rows 0 … `n2` in runs for one thread, from even rows on.
fn row_runs(n2: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n2)
        .step_by(RUN)
        .map(move |start| start..(start + RUN).min(n2))
}

/// How many threads work, in words.
pub(super) fn threads() -> String {
    let threads = rayon::current_num_threads();
    format!("{threads} thread{}", if threads == 1 { "" } else { "s" })
}

fn no_band() -> Error {
    Error::Internal("an engine was used before a band was begun".into())
}

/// The engine in one arithmetic. Not a generic implementation: the kernels would be compiled again in every crate that uses it.
macro_rules! engine {
    ($real:ty) => {
        impl Engine for CpuEngine<$real> {
            fn backend(&self) -> &'static str {
                "cpu"
            }

            fn adapter(&self) -> String {
                threads()
            }

            fn begin_band(&mut self, context: &BandContext, target: &Target) -> Result<()> {
                self.setup = Some(Setup::new(context, target));
                self.energy = match target {
                    Target::At(energy) => Some(*energy),
                    Target::Bins(_) => None,
                };
                self.surface = [(); 2].map(|()| vec![0; context.channels.width() + VOLUMES]);
                self.spectrum = Default::default();
                Ok(())
            }

            fn add_block(&mut self, block: &Block, parts: &[Part]) -> Result<Vec<SlabSums>> {
                let setup = self.setup.as_ref().ok_or_else(no_band)?;
                let channels = setup.context.channels;
                by_width!(channels, N => self.add_width::<N>(block, parts))
            }

            fn quantum(&self) -> f64 {
                let setup = self.setup.as_ref();
                setup.map_or(1.0, |setup| (-f64::from(setup.bits)).exp2())
            }

            fn max_block_points(&self) -> usize {
                usize::MAX
            }

            fn reads_in_place(&self) -> bool {
                true
            }

            fn folds(&self) -> bool {
                true
            }

            fn evaluates(&self) -> bool {
                true
            }

            fn add_slab(
                &mut self,
                bands: &dyn Interpolator,
                grid: &KGrid,
                planes: Range<usize>,
            ) -> Result<SlabSums> {
                let setup = self.setup.as_ref().ok_or_else(no_band)?;
                let channels = setup.context.channels;
                by_width!(channels, N => self.culled_width::<N>(bands, grid, planes))
            }
        }
    };
}

engine!(f64);
engine!(f32);
