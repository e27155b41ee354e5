//! Sums of work items: integers, so that they add up to the same in any order.

use super::engine::SlabSums;
use super::ledger::bytes::{Reader, Writer};
use super::plan::WorkItem;
use super::replica::GROUPS;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// A band's sums over some of its slabs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct BandSums {
    /// Value of one quantum.
    pub quantum: f64,
    /// Which slabs they hold, as bits.
    done: u64,
    /// Σ fine.
    pub fine: Vec<i128>,
    /// Σ |fine − coarse|.
    pub off: Vec<i128>,
    /// Σ |difference to the entry `stride` before of (fine − coarse)|: for bins, whose content is such a difference.
    pub off_bin: Vec<i128>,
    /// Σ (fine − coarse) of each group of slabs, one after the other.
    pub deviation: Vec<i128>,
}

impl BandSums {
    fn resize(&mut self, len: usize) {
        self.deviation.resize(GROUPS * len, 0);
        for sums in [&mut self.fine, &mut self.off, &mut self.off_bin] {
            sums.resize(len, 0);
        }
    }

    fn add(&mut self, slab: &SlabSums, stride: usize, group: usize) {
        let len = slab.fine.len();
        self.resize(len);
        for i in 0..len {
            let off = slab.fine[i] - slab.coarse[i];
            self.fine[i] += slab.fine[i];
            self.off[i] += off.abs();
            self.deviation[group * len + i] += off;
            if let Some(before) = i.checked_sub(stride) {
                let off_before = slab.fine[before] - slab.coarse[before];
                self.off_bin[i] += (off - off_before).abs();
            }
        }
    }

    /// Marks slabs as held.
    fn hold(&mut self, slabs: u64) -> Result<()> {
        if self.done & slabs != 0 {
            return Err(Error::Internal("a work item was added twice".into()));
        }
        self.done |= slabs;
        Ok(())
    }

    /// As they are kept, of `stride` entries an energy.
    fn write(&self, stride: usize) -> Vec<u8> {
        let mut out = Writer::default();
        out.float(self.quantum);
        out.unsigned(self.done.into());
        for sums in [&self.fine, &self.off, &self.off_bin, &self.deviation] {
            out.integers(sums, stride);
        }
        out.0
    }

    fn read(bytes: &[u8], stride: usize) -> Result<Self> {
        let mut from = Reader::new(bytes);
        Ok(Self {
            quantum: from.float()?,
            done: from.unsigned()? as u64,
            fine: from.integers(stride)?,
            off: from.integers(stride)?,
            off_bin: from.integers(stride)?,
            deviation: from.integers(stride)?,
        })
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.quantum != other.quantum {
            return Err(Error::Internal("sums of other engines were added".into()));
        }
        self.hold(other.done)?;
        self.resize(other.fine.len());
        for (into, from) in [
            (&mut self.fine, &other.fine),
            (&mut self.off, &other.off),
            (&mut self.off_bin, &other.off_bin),
            (&mut self.deviation, &other.deviation),
        ] {
            into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        }
        Ok(())
    }
}

/// Sums of some items of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemSums {
    bands: BTreeMap<(usize, usize), BandSums>,
}

impl ItemSums {
    /// Adds what an engine found in the slab of an item, one of `slabs`, in multiples of `quantum`; `stride` entries an energy.
    ///
    /// # Errors
    /// [`Error::Internal`] where the item is in the sums.
    pub(super) fn add(
        &mut self,
        item: &WorkItem,
        slabs: usize,
        found: &SlabSums,
        stride: usize,
        quantum: f64,
    ) -> Result<()> {
        let band = self.bands.entry((item.spin, item.band)).or_default();
        if band.done == 0 {
            band.quantum = quantum;
        }
        band.hold(1 << item.slab)?;
        band.add(found, stride, item.slab * GROUPS / slabs);
        Ok(())
    }

    /// Adds the sums of other items of the same plan.
    ///
    /// # Errors
    /// [`Error::Internal`] where an item is in both, or where they come from engines of different quanta.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        for (name, sums) in other.bands {
            match self.bands.get_mut(&name) {
                Some(own) => own.merge(&sums)?,
                None => {
                    self.bands.insert(name, sums);
                }
            }
        }
        Ok(())
    }

    /// Which slabs of a band they hold, as bits.
    pub(super) fn held(&self, spin: usize, band: usize) -> u64 {
        self.bands.get(&(spin, band)).map_or(0, |sums| sums.done)
    }

    /// A band's sums as they are kept, of `stride` entries an energy; none where there are no sums.
    pub(super) fn write(&self, spin: usize, band: usize, stride: usize) -> Option<Vec<u8>> {
        let sums = self.bands.get(&(spin, band))?;
        Some(sums.write(stride))
    }

    /// Adds sums of a band that were kept.
    ///
    /// # Errors
    /// [`Error::Internal`] where they are no such sums, or hold an item that is there.
    pub(super) fn read(
        &mut self,
        (spin, band): (usize, usize),
        bytes: &[u8],
        stride: usize,
    ) -> Result<()> {
        let sums = BandSums::read(bytes, stride)?;
        self.merge(Self {
            bands: BTreeMap::from([((spin, band), sums)]),
        })
    }

    /// Takes a band's sums over all of its `slabs`.
    ///
    /// # Errors
    /// [`Error::Internal`] where some are missing.
    pub(super) fn take(&mut self, spin: usize, band: usize, slabs: usize) -> Result<BandSums> {
        let sums = self.bands.remove(&(spin, band)).unwrap_or_default();
        match slabs - sums.done.count_ones() as usize {
            0 => Ok(sums),
            missing => Err(Error::Internal(format!(
                "{missing} of {slabs} work items of band {band} are missing"
            ))),
        }
    }
}
