//! The scissor operator: the gap of DFT bands widened or narrowed to a wanted one by a rigid shift of the empty bands.

use super::{BandHeader, BandSource, BandStatistics, Field, GapSplit};
use crate::crystal::PointGroup;
use crate::error::{Error, Result};

/// What a scissor does to some bands.
pub struct Scissor {
    /// The header with the new gap: the Fermi level stays where it is in it, and goes to its middle where it would lie above.
    pub header: BandHeader,
    /// Which bands are full, by spin·n_band + band: the others are shifted.
    pub full: Vec<bool>,
    /// By how much, eV.
    pub shift_ev: f64,
}

impl Scissor {
    /// The shift that makes `gap_ev` (eV) the gap of `source`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a gap that is not positive, for a metal, and for bands whose file tells neither electron count
    /// nor Fermi level or that have no empty band.
    pub fn new(source: &dyn BandSource, gap_ev: f64) -> Result<Self> {
        let bad =
            |problem: String, remedy: &str| Err(Error::bad_option("--scissor", problem, remedy));
        let usable = gap_ev.is_finite() && gap_ev > 0.0;
        if !usable {
            return bad(
                format!("a gap of {gap_ev} eV would close it"),
                "give the wanted gap in eV, larger than 0",
            );
        }
        let mut header = source.header().clone();
        if header.n_electrons.is_none() && header.fermi_level_ev.is_none() {
            return bad(
                "the bands have neither an electron count nor a Fermi level, so that nothing says which are empty".into(),
                "give a file that has one",
            );
        }
        let Some(split) = GapSplit::of(source) else {
            return bad(
                "the bands are a metal's: there is no gap to shift".into(),
                "leave the option out",
            );
        };
        if !split.conduction_ev.is_finite() {
            return bad(
                "the file holds no empty band".into(),
                "give a file with more bands",
            );
        }
        if !split.valence_ev.is_finite() {
            return bad("the file holds no full band".into(), "leave the option out");
        }
        let before = split.conduction_ev - split.valence_ev;
        let shift_ev = gap_ev - before;
        let mut moved = String::new();
        if let Some(level) = &mut header.fermi_level_ev
            && *level > split.valence_ev + gap_ev
        {
            *level = split.valence_ev + 0.5 * gap_ev;
            moved = format!(", the Fermi level put in the middle of it ({level:.4} eV)");
        }
        header.provenance.notes.push(format!(
            "Scissor: empty bands shifted by {shift_ev:+.6} eV, from a gap of {before:.6} eV on this grid to {gap_ev} eV{moved}."
        ));
        Ok(Self {
            header,
            full: split.full,
            shift_ev,
        })
    }
}

/// Bands whose empty ones are shifted such that the gap between the extreme grid points is a wanted one. Velocities, masses
/// and lifetimes stay as they are.
pub struct ScissorBands<'a> {
    source: Box<dyn BandSource + 'a>,
    scissor: Scissor,
    statistics: Vec<BandStatistics>,
}

impl<'a> ScissorBands<'a> {
    /// `source` with the gap `gap_ev` (eV).
    ///
    /// # Errors
    /// As [`Scissor::new`].
    pub fn new(source: Box<dyn BandSource + 'a>, gap_ev: f64) -> Result<Self> {
        let scissor = Scissor::new(&*source, gap_ev)?;
        Ok(Self::shifted(source, scissor))
    }

    fn shifted(source: Box<dyn BandSource + 'a>, scissor: Scissor) -> Self {
        let mut statistics = source.statistics().to_vec();
        for (s, _) in statistics
            .iter_mut()
            .zip(&scissor.full)
            .filter(|(_, full)| !**full)
        {
            s.energy_min += scissor.shift_ev;
            s.energy_max += scissor.shift_ev;
        }
        Self {
            source,
            scissor,
            statistics,
        }
    }

    /// The same shift of the same bands elsewhere: by another interpolation, or on another grid.
    fn on<'b>(&self, source: Box<dyn BandSource + 'b>) -> ScissorBands<'b> {
        let header = BandHeader {
            fermi_level_ev: self.scissor.header.fermi_level_ev,
            ..source.header().clone()
        };
        let scissor = Scissor {
            header,
            full: self.scissor.full.clone(),
            shift_ev: self.scissor.shift_ev,
        };
        ScissorBands::shifted(source, scissor)
    }

    /// How far the empty bands were shifted, eV.
    pub fn shift_ev(&self) -> f64 {
        self.scissor.shift_ev
    }
}

impl BandSource for ScissorBands<'_> {
    fn header(&self) -> &BandHeader {
        &self.scissor.header
    }

    fn symmetry(&self) -> PointGroup {
        self.source.symmetry()
    }

    fn statistics(&self) -> &[BandStatistics] {
        &self.statistics
    }

    fn rival(&self) -> Option<Box<dyn BandSource + '_>> {
        Some(Box::new(self.on(self.source.rival()?)))
    }

    fn has_rival(&self) -> bool {
        self.source.has_rival()
    }

    fn table(&self) -> Option<Box<dyn BandSource + '_>> {
        Some(Box::new(self.on(self.source.table()?)))
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
        if field == Field::Energy && !self.scissor.full[spin * self.scissor.header.n_band + band] {
            for e in out {
                *e += self.scissor.shift_ev;
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

    fn two_bands(electrons: Option<f64>, level: Option<f64>) -> Box<dyn BandSource> {
        let lattice = Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
        let grid = KGrid::gamma([4, 1, 1]).unwrap();
        let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 2);
        header.n_electrons = electrons;
        header.fermi_level_ev = level;
        let energies = vec![-1.0, 0.0, -0.5, 0.0, 1.0, 1.5, 0.5, 1.5];
        Box::new(BandGrid::new(header, energies).unwrap())
    }

    #[test]
    fn the_gap_becomes_the_wanted_one_and_full_bands_stay() {
        for (wanted, level, want_level) in [(1.2, 0.0, 0.0), (0.2, 0.4, 0.1)] {
            let bands = ScissorBands::new(two_bands(Some(2.0), Some(level)), wanted).unwrap();
            assert!((bands.shift_ev() - (wanted - 0.5)).abs() < 1e-15);
            let split = GapSplit::of(&bands).unwrap();
            assert!((split.conduction_ev - split.valence_ev - wanted).abs() < 1e-12);
            assert_eq!(bands.header().fermi_level_ev, Some(want_level));
            let mut out = [0.0; 4];
            bands.read_planes(Field::Energy, 0, 0, 0, &mut out).unwrap();
            assert_eq!(out, [-1.0, 0.0, -0.5, 0.0]);
            bands.read_planes(Field::Energy, 0, 1, 0, &mut out).unwrap();
            let lowest = out.iter().copied().fold(f64::INFINITY, f64::min);
            assert!((lowest - wanted).abs() < 1e-12);
            assert!(bands.header().provenance.notes[0].contains("Scissor"));
        }
    }

    #[test]
    fn metals_closed_gaps_and_unknown_fillings_are_refused() {
        for (electrons, level, gap, says) in [
            (Some(1.0), None, 1.0, "metal"),
            (None, None, 1.0, "neither"),
            (Some(4.0), None, 1.0, "no empty band"),
            (Some(2.0), None, 0.0, "close"),
            (Some(2.0), None, f64::NAN, "close"),
        ] {
            let error = ScissorBands::new(two_bands(electrons, level), gap)
                .err()
                .unwrap();
            assert!(
                error.is_usage() && error.to_string().contains(says),
                "{error}"
            );
        }
    }
}
