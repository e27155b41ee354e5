//! Bands whose relaxation times are shortened by further scattering that goes by the energy.

use crate::bands::{BandHeader, BandSource, BandStatistics, Field};
use crate::crystal::PointGroup;
use crate::error::Result;
use crate::memory;

/// A further scattering rate, 1/s, at an energy, eV.
pub type Rate<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// A source with 1/τ = 1/τ_nk + 1/τ(E_nk): Matthiessen's rule state by state (docs/physics §8).
pub struct MatthiessenBands<'a> {
    source: &'a dyn BandSource,
    rate: Rate<'a>,
}

impl<'a> MatthiessenBands<'a> {
    /// `source`, which brings relaxation times, with a rate that is nowhere negative. A state with an infinite rate rests.
    pub fn new(source: &'a dyn BandSource, rate: Rate<'a>) -> Self {
        Self { source, rate }
    }
}

impl BandSource for MatthiessenBands<'_> {
    fn header(&self) -> &BandHeader {
        self.source.header()
    }

    /// No time is longer than the source's own.
    fn statistics(&self) -> &[BandStatistics] {
        self.source.statistics()
    }

    fn symmetry(&self) -> PointGroup {
        self.source.symmetry()
    }

    fn in_memory(&self, field: Field, spin: usize, band: usize) -> Option<&[f64]> {
        match field {
            Field::Lifetime => None,
            _ => self.source.in_memory(field, spin, band),
        }
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        self.source.read_planes(field, spin, band, first, out)?;
        if field == Field::Lifetime {
            let mut energies = memory::zeros("planes of energies", out.len())?;
            let source = &self.source;
            source.read_planes(Field::Energy, spin, band, first, &mut energies)?;
            for (tau, energy) in out.iter_mut().zip(energies) {
                *tau /= 1.0 + *tau * (self.rate)(energy);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::{BandGrid, SpinTreatment};
    use crate::crystal::{KGrid, Lattice};

    /// 1/τ = 1/τ_nk + r(E), and an infinite rate stops a state.
    #[test]
    fn rates_add_up_state_by_state() {
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        let grid = KGrid::gamma([2, 1, 2]).unwrap();
        let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 1);
        let energies = vec![0.0, 1.0, 2.0, 3.0];
        let times = vec![1e-14, 2e-14, 4e-14, 8e-14];
        let table = BandGrid::with_fields(header, energies, None, Some(times)).unwrap();
        let rate = |e: f64| match e {
            e if e > 2.5 => f64::INFINITY,
            e => e * 1e14,
        };
        let bands = MatthiessenBands::new(&table, &rate);
        let mut out = vec![0.0; 4];
        bands
            .read_planes(Field::Lifetime, 0, 0, 0, &mut out)
            .unwrap();
        let exact = [1e-14, 1.0 / (0.5e14 + 1e14), 1.0 / (0.25e14 + 2e14), 0.0];
        for (x, y) in out.iter().zip(exact) {
            assert!((x - y).abs() < 1e-12 * y + 1e-30, "{x:e} {y:e}");
        }
        bands
            .read_planes(Field::Energy, 0, 0, 1, &mut out[..2])
            .unwrap();
        assert_eq!(out[..2], [2.0, 3.0]);
    }
}
