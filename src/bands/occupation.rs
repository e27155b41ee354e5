//! Which bands are full and which are empty, where a gap divides them: from the bands' extremes alone.

use super::{BandHeader, BandSource};

/// How far a Fermi level may stand inside a band's edge and still mark it (eV): files that give the valence band maximum as
/// their Fermi level round it.
const EDGE_TOLERANCE: f64 = 1e-3;

/// The bands of an insulator, divided by its gap.
#[derive(Clone, Debug, PartialEq)]
pub struct GapSplit {
    /// Highest energy of the full bands on the grid, eV; −∞ where the file has none.
    pub valence_ev: f64,
    /// Lowest energy of the empty bands on the grid, eV; infinite where the file has none.
    pub conduction_ev: f64,
    /// Whether each band is full, index `spin * n_band + band`.
    pub full: Vec<bool>,
}

/// Lowest and highest energy of each band, eV, index `spin * n_band + band`.
pub fn ranges(source: &dyn BandSource) -> Vec<(f64, f64)> {
    let all = source.statistics().iter();
    all.map(|s| (s.energy_min, s.energy_max)).collect()
}

impl GapSplit {
    /// The gap below which exactly `electrons` per cell fit, with all bands empty where there are none; none in a metal.
    pub fn at_count(source: &dyn BandSource, electrons: f64) -> Option<Self> {
        if electrons.abs() < 1e-6 {
            return Self::above(&ranges(source), f64::NEG_INFINITY);
        }
        let g_s = source.header().spin.degeneracy();
        let all = ranges(source);
        let valence = all
            .iter()
            .map(|(_, top)| *top)
            .filter(|&top| {
                let full = all.iter().filter(|(_, max)| *max <= top).count() as f64 * g_s;
                (full - electrons).abs() < 1e-6
            })
            .fold(f64::NAN, f64::max);
        Self::above(&all, valence)
    }

    /// The gap that holds the energy `level_ev`, its edges included; none where a band crosses the level, or all bands lie on
    /// one side of it.
    pub fn at_level(source: &dyn BandSource, level_ev: f64) -> Option<Self> {
        Self::between(&ranges(source), level_ev)
    }

    /// The gap between bands of these lowest and highest energies that holds a level.
    fn between(all: &[(f64, f64)], level_ev: f64) -> Option<Self> {
        let valence = all
            .iter()
            .map(|(_, top)| *top)
            .filter(|&top| top <= level_ev + EDGE_TOLERANCE)
            .fold(f64::NAN, f64::max);
        Self::above(all, valence).filter(|s| s.conduction_ev.is_finite() && s.holds(level_ev))
    }

    /// The gap of the bands as the file describes them: by its electron count, else by its Fermi level. None in a metal, or
    /// where the file gives neither.
    pub fn of(source: &dyn BandSource) -> Option<Self> {
        let header = source.header();
        match (header.n_electrons, header.fermi_level_ev) {
            (Some(electrons), _) => Self::at_count(source, electrons),
            (None, Some(level)) => Self::at_level(source, level),
            (None, None) => None,
        }
    }

    fn above(all: &[(f64, f64)], valence_ev: f64) -> Option<Self> {
        let full: Vec<bool> = all.iter().map(|(_, top)| *top <= valence_ev).collect();
        let conduction_ev = all
            .iter()
            .zip(&full)
            .filter(|(_, full)| !**full)
            .map(|((bottom, _), _)| *bottom)
            .fold(f64::INFINITY, f64::min);
        // False for a valence maximum that was not found.
        (conduction_ev > valence_ev).then_some(Self {
            valence_ev,
            conduction_ev,
            full,
        })
    }

    /// Whether a Fermi level at `level_ev` speaks of this gap of `source`: it lies in the gap or in a band next to it, as the highest
    /// level of coarser k-points lies in the valence band.
    pub fn is_near(&self, source: &dyn BandSource, level_ev: f64) -> bool {
        let above = level_ev > self.middle_ev();
        let next = |((bottom, top), full): (&(f64, f64), &bool)| match (*full, above) {
            (true, false) => *top == self.valence_ev && level_ev >= *bottom,
            (false, true) => *bottom == self.conduction_ev && level_ev <= *top,
            _ => false,
        };
        self.holds(level_ev) || ranges(source).iter().zip(&self.full).any(next)
    }

    /// Whether `level_ev` lies in the gap, its edges included.
    pub fn holds(&self, level_ev: f64) -> bool {
        level_ev >= self.valence_ev - EDGE_TOLERANCE
            && level_ev <= self.conduction_ev + EDGE_TOLERANCE
    }

    /// Whether there are bands on both sides of the gap.
    pub fn is_whole(&self) -> bool {
        self.valence_ev.is_finite() && self.conduction_ev.is_finite()
    }

    /// The middle of the gap, eV: where the Fermi level of an undoped insulator is put at T = 0 by convention. The edge of the
    /// bands where they all lie on one side.
    pub fn middle_ev(&self) -> f64 {
        match (self.valence_ev.is_finite(), self.conduction_ev.is_finite()) {
            (true, true) => 0.5 * (self.valence_ev + self.conduction_ev),
            (true, false) => self.valence_ev,
            _ => self.conduction_ev,
        }
    }
}

/// Gives the header of what interpolates a table the electrons that the table's Fermi level counts, where it lies in a gap between
/// bands of these lowest and highest energies (eV) on the table's own k-points and no count is known: between those points the bands
/// may reach across the level, which then counts no more.
pub fn count_by_level(header: &mut BandHeader, all: &[(f64, f64)]) {
    let (None, Some(level)) = (header.n_electrons, header.fermi_level_ev) else {
        return;
    };
    if let Some(split) = GapSplit::between(all, level) {
        let full = split.full.iter().filter(|full| **full).count();
        let electrons = full as f64 * header.spin.degeneracy();
        header.n_electrons = Some(electrons);
        header.provenance.notes.push(format!(
            "The Fermi level, {level:.4} eV, lies in a gap of the file's own k-points: {electrons} electrons fill the bands below it."
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::{BandGrid, BandHeader, SpinTreatment};
    use crate::crystal::{KGrid, Lattice};

    fn bands(energies: &[f64]) -> BandGrid {
        let lattice = Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
        let grid = KGrid::gamma([2, 1, 1]).unwrap();
        let n_band = energies.len() / 2;
        let header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, n_band);
        BandGrid::new(header, energies.to_vec()).unwrap()
    }

    #[test]
    fn a_gap_is_found_by_count_or_by_any_level_in_it() {
        let grid = bands(&[0.0, 1.0, 3.0, 2.0, 2.5, 4.0]);
        let split = GapSplit::at_count(&grid, 2.0).unwrap();
        assert_eq!((split.valence_ev, split.conduction_ev), (1.0, 2.0));
        assert_eq!(split.full, [true, false, false]);
        assert_eq!(split.middle_ev(), 1.5);
        for level in [1.0 - 1e-6, 1.0, 1.3, 2.0] {
            assert_eq!(GapSplit::at_level(&grid, level), Some(split.clone()));
        }
        // Bands 2 and 3 overlap; nothing is full below the lowest band; everything is full above the highest.
        assert_eq!(GapSplit::at_count(&grid, 4.0), None);
        assert_eq!(GapSplit::at_count(&grid, 3.0), None);
        assert_eq!(GapSplit::at_level(&grid, 2.2), None);
        assert_eq!(GapSplit::at_level(&grid, -1.0), None);
        assert_eq!(GapSplit::at_level(&grid, 9.0), None);
        assert_eq!(GapSplit::at_count(&grid, 6.0).unwrap().middle_ev(), 4.0);
        let empty = GapSplit::at_count(&grid, 0.0).unwrap();
        assert!(empty.middle_ev() == 0.0 && !empty.is_whole());
    }
}
