//! Channels with Gaussian or Methfessel–Paxton smearing: each k-point counts with the volume of its cell.

use super::cut::SurfaceSums;
use super::spectrum::SpectrumSums;
use super::view::{View, extent};
use crate::integrate::EnergyAxis;
use crate::kernel::Real;
use crate::kernel::fermi_surface::VOLUMES;
use crate::kernel::real::width;
use crate::kernel::simd::Vectorized;
use crate::kernel::smearing::{CUTOFF, delta, step};

/// Rows of k-points of a view.
pub struct SmearedRows<'a, R: Real, const N: usize> {
    pub view: View<'a, R>,
    /// Starts (j1, j2) of the rows.
    pub rows: &'a [(usize, usize)],
    /// Cumulative sums to fill; without them the setup's only threshold is evaluated.
    pub spectrum: Option<&'a mut SpectrumSums>,
}

impl<R: Real, const N: usize> SmearedRows<'_, R, N> {
    /// (levels per width, order): the subgrid's smearing is √2 wider, which doubles a Gaussian's bias.
    #[inline(always)]
    fn smearing(&self) -> (R, usize, f64) {
        let setup = self.view.setup;
        let (mut width_ev, order) = setup.context.smearing.unwrap_or((1.0, 0));
        if self.view.stride == 2 {
            width_ev *= std::f64::consts::SQRT_2;
        }
        (R::from_f64(setup.scale.step_ev / width_ev), order, width_ev)
    }
}

impl<R: Real, const N: usize> Vectorized for SmearedRows<'_, R, N> {
    type Output = SurfaceSums;

    #[inline(always)]
    fn run(mut self) -> SurfaceSums {
        let view = self.view;
        let setup = view.setup;
        let (inverse, order, width_ev) = self.smearing();
        let cutoff = R::from_f64(CUTOFF);
        let n = view.block.n;
        let edges = setup.thresholds.len();
        let s = &setup.context.statistics;
        let per_width = R::from_f64(width(s.energy_min, s.energy_max) * (1.0 / width_ev));
        let reach = CUTOFF * width_ev;
        let mut sums = vec![0i128; N + VOLUMES];
        for &(j1, j2) in self.rows {
            let area = extent(j1, view.stride, n[0]) * extent(j2, view.stride, n[1]);
            let plane = view.block.plane_index(j1);
            let row = view.row(plane, j2);
            for j3 in (0..n[2]).step_by(view.stride) {
                let volume = area * extent(j3, view.stride, n[2]);
                let level = row[j3];
                let Some(spectrum) = &mut self.spectrum else {
                    let y = setup.thresholds[0].above(level) * inverse;
                    if y > cutoff {
                        sums[N] += (volume as i128) << setup.bits;
                    } else if y > -cutoff {
                        let scale = R::from_f64(volume as f64);
                        let weight = delta(y, order) * per_width * scale;
                        let f = view.node::<N>(plane, j2, j3);
                        for i in 0..N {
                            sums[i] += (f[i] * weight).to_wide(setup.bits);
                        }
                        sums[N] += (step(y, order) * scale).to_wide(setup.bits);
                    }
                    continue;
                };
                let whole = volume as i64;
                if (setup.thresholds[0].above(level) * inverse) > cutoff {
                    spectrum.from[0] += whole << setup.bits;
                    continue;
                }
                if (setup.thresholds[edges - 1].above(level) * inverse) < -cutoff {
                    continue;
                }
                let f = view.node::<N>(plane, j2, j3);
                let energy = R::difference(level, R::Level::default()).to_f64()
                    * setup.scale.step_ev
                    + setup.scale.origin_ev;
                let (lo, hi) = setup
                    .axis
                    .as_ref()
                    .map_or((0, 0), |axis| edges_within(axis, energy, reach));
                let scale = R::from_f64(volume as f64);
                for k in lo..hi {
                    let weight = step(setup.thresholds[k].above(level) * inverse, order) * scale;
                    for i in 0..N {
                        spectrum.at[i * spectrum.stride + k] +=
                            (f[i] * weight).to_fixed(setup.bits);
                    }
                }
                if hi < edges {
                    for i in 0..N {
                        spectrum.from[i * spectrum.stride + hi] +=
                            (f[i] * scale).to_fixed(setup.bits);
                    }
                }
            }
        }
        sums
    }
}

/// Edges at which a state of this energy is neither wholly below nor wholly above; the first may be one too many.
#[inline(always)]
fn edges_within(axis: &EnergyAxis, energy: f64, reach: f64) -> (usize, usize) {
    let edges = axis.bins() + 1;
    let Some(width) = axis.equal_width() else {
        let lo = axis.edges().partition_point(|e| *e < energy - reach);
        let hi = axis.edges().partition_point(|e| *e <= energy + reach);
        return (lo, hi);
    };
    let lo = ((energy - reach - axis.first()) / width).max(0.0) as usize;
    let hi = (((energy + reach - axis.first()) / width + 1.0).max(0.0) as usize).min(edges);
    (lo.min(hi), hi)
}
