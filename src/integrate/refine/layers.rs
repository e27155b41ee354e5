//! Sums over some layers of the zone: integers with the layers that are in them, so that they are added up in any order, kept, and dealt
//! out.

use super::thermal::{Contents, LayerSums};
use crate::error::{Error, Result};
use crate::integrate::exact::{Quantum, add};
use crate::integrate::ledger::bytes::{Reader, Writer};
use crate::integrate::replica::GROUPS as PARTS;

/// Marks layers as held.
fn hold(held: &mut u64, layers: u64) -> Result<()> {
    if *held & layers != 0 {
        return Err(Error::Internal("a layer was added twice".into()));
    }
    *held |= layers;
    Ok(())
}

fn add_all(to: &mut [i128], from: &[i128]) {
    to.iter_mut().zip(from).for_each(|(sum, x)| add(sum, *x));
}

/// All of so many layers, as bits.
pub(super) fn all(layers: usize) -> u64 {
    u64::MAX >> (u64::BITS as usize - layers.clamp(1, u64::BITS as usize))
}

/// Sums at one energy of all bands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SurfaceSums {
    /// Which layers, as bits.
    pub held: u64,
    /// `[band][entry]`.
    pub fine: Vec<i128>,
    /// What the subgrids give less, `[band][layer][entry]`.
    pub off: Vec<i128>,
}

impl SurfaceSums {
    /// Of no layer.
    pub fn nothing(bands: usize, layers: usize, entries: usize) -> Self {
        Self {
            held: 0,
            fine: vec![0; bands * entries],
            off: vec![0; bands * layers * entries],
        }
    }

    /// Marks layers as added.
    ///
    /// # Errors
    /// [`Error::Internal`] where one was added before.
    pub fn hold(&mut self, layers: u64) -> Result<()> {
        hold(&mut self.held, layers)
    }

    /// Adds sums over other layers that were kept.
    ///
    /// # Errors
    /// [`Error::Internal`] where they are others, or hold a layer that is there.
    pub fn read(&mut self, bytes: &[u8]) -> Result<()> {
        let mut from = Reader::new(bytes);
        self.hold(from.unsigned()? as u64)?;
        add_all(&mut self.fine, &from.integers(1)?);
        add_all(&mut self.off, &from.integers(1)?);
        Ok(())
    }

    /// As they are kept.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.unsigned(self.held.into());
        out.integers(&self.fine, 1);
        out.integers(&self.off, 1);
        out.0
    }
}

/// Sums of a spectrum of one group of bands, `[channel][edge]`.
pub(super) struct GroupSums {
    /// Which layers, as bits.
    pub held: u64,
    /// Cumulative.
    pub fine: Vec<i128>,
    /// Σ |what the subgrids give less|.
    pub off: Vec<i128>,
    /// Σ |what they give less of a bin's content|, at its upper edge.
    pub off_bin: Vec<i128>,
    /// What they give more, by parts of the zone, `[part][channel][edge]`.
    pub change: Vec<i128>,
    /// Sums of thermal averages, where there are any.
    pub contents: Option<Contents>,
}

impl GroupSums {
    /// Of no layer: so many channels times edges.
    pub fn nothing(len: usize, contents: Option<Contents>) -> Self {
        Self {
            held: 0,
            fine: vec![0; len],
            off: vec![0; len],
            off_bin: vec![0; len],
            change: vec![0; PARTS * len],
            contents,
        }
    }

    /// Adds a layer, one of `layers`: cumulative sums on grids and subgrids in units of the channels' `quanta`.
    ///
    /// # Errors
    /// [`Error::Internal`] where it was added before.
    pub fn add(
        &mut self,
        (layer, layers): (usize, usize),
        [fine, coarse]: &[Vec<f64>; 2],
        of_points: Option<&LayerSums>,
        quanta: &[Quantum],
    ) -> Result<()> {
        hold(&mut self.held, 1 << layer)?;
        if let (Some(contents), Some(sums)) = (&mut self.contents, of_points) {
            contents.add(sums, (layer, layers));
        }
        let len = self.fine.len();
        let count = len / quanta.len();
        let change = &mut self.change[layer * PARTS / layers * len..][..len];
        for (c, quantum) in quanta.iter().enumerate() {
            let mut off_before = 0i128;
            for at in c * count..(c + 1) * count {
                let [f, coarse] = [fine, coarse].map(|x| quantum.integer(x[at]));
                let off = f.saturating_sub(coarse);
                add(&mut self.fine[at], f);
                add(&mut self.off[at], off.saturating_abs());
                add(&mut change[at], off.saturating_neg());
                if at > c * count {
                    let step = off.saturating_sub(off_before);
                    add(&mut self.off_bin[at], step.saturating_abs());
                }
                off_before = off;
            }
        }
        Ok(())
    }

    /// Adds sums over other layers that were kept.
    ///
    /// # Errors
    /// [`Error::Internal`] where they are others, or hold a layer that is there.
    pub fn read(&mut self, bytes: &[u8]) -> Result<()> {
        let mut from = Reader::new(bytes);
        hold(&mut self.held, from.unsigned()? as u64)?;
        for sums in self.all() {
            add_all(sums, &from.integers(1)?);
        }
        Ok(())
    }

    /// As they are kept.
    pub fn write(&mut self) -> Vec<u8> {
        let mut out = Writer::default();
        out.unsigned(self.held.into());
        for sums in self.all() {
            out.integers(sums, 1);
        }
        out.0
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Vec<i128>> {
        let contents = self.contents.iter_mut().flat_map(|c| c.both.iter_mut());
        [
            &mut self.fine,
            &mut self.off,
            &mut self.off_bin,
            &mut self.change,
        ]
        .into_iter()
        .chain(contents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Layers that are kept and put together in another order are those that were added up at once; none counts twice.
    #[test]
    fn layers_add_up_in_any_order_and_once() {
        let quanta = [Quantum::OF_ONE, Quantum::below(1e12)];
        let sums = |layer: usize| {
            let of = |x: f64| (0..6).map(|i| (x + i as f64) * layer as f64).collect();
            [of(0.3), of(0.2)]
        };
        let of = |layers: &[usize]| {
            let mut all = GroupSums::nothing(6, None);
            for layer in layers {
                all.add((*layer, 4), &sums(*layer), None, &quanta).unwrap();
            }
            all
        };
        let whole = of(&[0, 1, 2, 3]).write();
        let mut merged = of(&[2]);
        merged.read(&of(&[3, 0]).write()).unwrap();
        merged.read(&of(&[1]).write()).unwrap();
        assert_eq!((merged.write(), merged.held), (whole, all(4)));
        assert!(merged.read(&of(&[1]).write()).is_err());
        assert_eq!((all(1), all(64)), (1, u64::MAX));
    }
}
