//! The scissor operator on an interpolation: the empty bands shifted rigidly.

use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox, Sought};
use crate::bands::BandHeader;
use crate::crystal::PointGroup;
use crate::error::Result;
use std::sync::Arc;

/// An interpolation with every band shifted by a constant.
pub struct ShiftedBands {
    inner: Arc<dyn Interpolator>,
    header: BandHeader,
    /// By spin·n_band + band, eV.
    shifts_ev: Vec<f64>,
}

impl ShiftedBands {
    /// `inner` shifted by `shifts_ev` (by spin·n_band + band), described by `header`.
    pub fn new(inner: Arc<dyn Interpolator>, header: BandHeader, shifts_ev: Vec<f64>) -> Self {
        Self {
            inner,
            header,
            shifts_ev,
        }
    }

    /// What is sought of the bands before they are shifted.
    fn unshifted(&self, group: &BandGroup, sought: Sought) -> Sought {
        let first = group.spin * self.header.n_band;
        let shifts = &self.shifts_ev[first..][group.bands.clone()];
        let least = shifts.iter().copied().fold(f64::INFINITY, f64::min);
        let most = shifts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = sought.energies_ev;
        // A little more, for what adding and subtracting round.
        let little = f64::EPSILON * 4.0;
        let wider = |e: f64, shift: f64| little * (e.abs() + shift.abs());
        Sought {
            energies_ev: (
                low - most - wider(low, most),
                high - least + wider(high, least),
            ),
            ..sought
        }
    }

    fn shift(&self, group: &BandGroup, bands: &mut [BoxBand]) {
        let first = group.spin * self.header.n_band + group.bands.start;
        for (band, shift) in bands.iter_mut().zip(&self.shifts_ev[first..]) {
            for e in &mut band.energies {
                *e += shift;
            }
            band.low += shift;
            band.high += shift;
        }
    }
}

impl Interpolator for ShiftedBands {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn symmetry(&self) -> &PointGroup {
        self.inner.symmetry()
    }

    fn rival(&self) -> Option<Arc<dyn Interpolator>> {
        Some(Arc::new(Self {
            inner: self.inner.rival()?,
            header: self.header.clone(),
            shifts_ev: self.shifts_ev.clone(),
        }))
    }

    fn is_hamiltonian(&self) -> bool {
        self.inner.is_hamiltonian()
    }

    fn has_kinks(&self) -> bool {
        self.inner.has_kinks()
    }

    fn groups(&self) -> Vec<BandGroup> {
        self.inner.groups()
    }

    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>> {
        let mut bands = self.inner.evaluate(group, k_box, derivatives)?;
        self.shift(group, &mut bands);
        Ok(bands)
    }

    fn evaluate_slab(
        &self,
        group: &BandGroup,
        boxes: &[KBox],
        sought: Sought,
        take: &mut dyn FnMut(usize, Vec<BoxBand>) -> Result<()>,
    ) -> Result<()> {
        self.inner.evaluate_slab(
            group,
            boxes,
            self.unshifted(group, sought),
            &mut |i, mut bands| {
                self.shift(group, &mut bands);
                take(i, bands)
            },
        )
    }
}
