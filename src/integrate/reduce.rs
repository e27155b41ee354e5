//! What sums of work items stand for: pure functions of a plan and its integers, band by band in the plan's order.

use super::plan::{PlannedBand, UniformPlan};
use super::result::BandSurface;
use super::sums::{BandSums, ItemSums};
use super::{Request, Spectrum, Target};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::uncertainty::{ByCause, Cause};

/// The shares of bands at one energy from their `sums`.
pub(super) fn surfaces(
    plan: &UniformPlan,
    header: &BandHeader,
    mut sums: impl FnMut(&PlannedBand) -> Result<Option<BandSums>>,
) -> Result<Vec<BandSurface>> {
    let Target::At(energy_ev) = plan.target else {
        return Err(other_target());
    };
    let mut bands = Vec::new();
    for band in &plan.bands {
        bands.push(band_surface(header, band, energy_ev, sums(band)?));
    }
    Ok(bands)
}

fn band_surface(
    header: &BandHeader,
    PlannedBand { context, .. }: &PlannedBand,
    energy_ev: f64,
    sums: Option<BandSums>,
) -> BandSurface {
    let (g_s, cells) = (header.spin.degeneracy(), header.k_grid.len() as f64);
    let (width, s) = (context.channels.width(), &context.statistics);
    let mut band = BandSurface {
        spin: context.spin,
        band: context.band,
        values: vec![0.0; width],
        bars: vec![ByCause::default(); width],
        occupied: 0.0,
        occupied_bar: ByCause::default(),
        flat: 0.0,
        tied: 0.0,
    };
    let Some(sums) = sums else {
        // The band does not reach the energy.
        band.occupied = if s.energy_max < energy_ev { g_s } else { 0.0 };
        return band;
    };
    let quantum = sums.quantum;
    let range_ev = crate::kernel::real::width(s.energy_min, s.energy_max);
    let add = |slot: usize, unit: f64, value: &mut f64, bar: &mut ByCause| {
        let scale = quantum * unit * g_s / cells;
        *value = sums.fine[slot] as f64 * scale;
        bar[Cause::Grid] = sums.off[slot] as f64 * scale;
    };
    for c in 0..width {
        let unit = context.channel_unit(c) / range_ev;
        add(c, unit, &mut band.values[c], &mut band.bars[c]);
    }
    add(width, 1.0, &mut band.occupied, &mut band.occupied_bar);
    band.flat = sums.fine[width + 1] as f64 * quantum * g_s / cells;
    band.tied = sums.fine[width + 2] as f64 * quantum * g_s / cells;
    band
}

/// The spectrum of bands from their `sums`.
pub(super) fn spectrum(
    plan: &UniformPlan,
    header: &BandHeader,
    request: &Request,
    mut sums: impl FnMut(&PlannedBand) -> Result<Option<BandSums>>,
) -> Result<Spectrum> {
    let Target::Bins(axis) = &plan.target else {
        return Err(other_target());
    };
    let g_s = header.spin.degeneracy();
    let mut result = Spectrum::zeros(axis.clone(), g_s, header.n_spin(), request.channels);
    if request.by_band {
        let rows = header.n_spin_band() * request.channels.width();
        result.by_band = vec![0.0; rows * (axis.bins() + 1)];
    }
    for band in &plan.bands {
        match sums(band)? {
            Some(sums) => add_band(&mut result, header, band, &sums),
            None => add_states_below(&mut result, header, band),
        }
    }
    if let Some(fold) = &plan.fold {
        result.fold(fold);
    }
    Ok(result)
}

/// Adds the states of a band that does not reach the axis, if they are below it.
fn add_states_below(
    result: &mut Spectrum,
    header: &BandHeader,
    PlannedBand { context, .. }: &PlannedBand,
) {
    if context.statistics.energy_max >= result.axis.first() {
        return;
    }
    let (g_s, width) = (result.spin_degeneracy, context.channels.width());
    let edges = result.axis.bins() + 1;
    for x in &mut result.cumulative[context.spin * width * edges..][..edges] {
        *x += g_s;
    }
    let own = (context.spin * header.n_band + context.band) * width;
    // Nothing is kept by band unless asked for.
    for x in result.by_band.iter_mut().skip(own * edges).take(edges) {
        *x = g_s;
    }
}

fn add_band(
    result: &mut Spectrum,
    header: &BandHeader,
    PlannedBand { context, .. }: &PlannedBand,
    sums: &BandSums,
) {
    let (g_s, points) = (result.spin_degeneracy, header.k_grid.len() as f64);
    let (width, bins) = (context.channels.width(), result.axis.bins());
    let edges = bins + 1;
    let base = context.spin * width;
    let own = (context.spin * header.n_band + context.band) * width;
    let by_band = !result.by_band.is_empty();
    for c in 0..width {
        let scale = sums.quantum * context.channel_unit(c) * g_s / points;
        let at = (base + c) * edges;
        for k in 0..edges {
            let slot = k * width + c;
            let value = sums.fine[slot] as f64 * scale;
            result.cumulative[at + k] += value;
            if by_band {
                result.by_band[(own + c) * edges + k] = value;
            }
            result.cumulative_error[at + k] += sums.off[slot] as f64 * scale;
            for (group, replica) in result.replicas.iter_mut().enumerate() {
                let deviation = sums.deviation[group * sums.fine.len() + slot];
                replica.change[at + k] -= deviation as f64 * scale;
            }
            if k > 0 {
                let error = sums.off_bin[slot] as f64 * scale;
                result.bin_error[(base + c) * bins + k - 1] += error;
            }
        }
    }
}

impl ItemSums {
    /// The sums of a planned band; none where it has no items.
    pub(super) fn of(
        &mut self,
        plan: &UniformPlan,
        band: &PlannedBand,
    ) -> Result<Option<BandSums>> {
        let (spin, number) = (band.context.spin, band.context.band);
        let take = || self.take(spin, number, plan.slabs.len());
        band.reached.then(take).transpose()
    }

    /// The spectrum that the sums of all items of a plan stand for.
    ///
    /// # Errors
    /// [`Error::Internal`] where items are missing, or the plan is one for a single energy.
    pub fn spectrum(
        mut self,
        plan: &UniformPlan,
        header: &BandHeader,
        request: &Request,
    ) -> Result<Spectrum> {
        spectrum(plan, header, request, |band| self.of(plan, band))
    }

    /// Bands' shares at one energy, likewise, as the grid alone gives them.
    ///
    /// # Errors
    /// As [`ItemSums::spectrum`].
    pub fn surfaces(mut self, plan: &UniformPlan, header: &BandHeader) -> Result<Vec<BandSurface>> {
        surfaces(plan, header, |band| self.of(plan, band))
    }
}

fn other_target() -> Error {
    Error::Internal("a plan was reduced to what it is not for".into())
}
