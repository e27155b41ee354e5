//! A relaxation time in the bins of a distribution, as each of its variations sees it.

use std::ops::Range;

/// The time of carriers that are left out, s: they conduct nothing, and every time must be positive.
pub(super) const LEFT_OUT_S: f64 = 1e-40;

/// τ in the bins of a distribution, s, with what the errors of the bands and of their carriers make of it.
#[derive(Clone, Debug, PartialEq)]
pub struct BinnedTau {
    pub(super) ends_ev: (f64, f64),
    /// What parts electrons from holes, eV.
    pub(super) split_ev: f64,
    /// Of every variation of the distribution, the one that gives the values first; of that one alone where τ is the same for all.
    pub(super) seen: Vec<Seen>,
    /// Whether it scatters from bin to bin as the density of states does, so that its error does not go as h².
    pub(super) erratic: bool,
    /// Whether it is that of electrons and of holes, rather than none.
    pub(super) known: [bool; 2],
}

/// τ as one variation of a distribution has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Energies, eV, ascending, and τ there, s: of electrons and of holes.
    pub samples: [Vec<(f64, f64)>; 2],
    /// τ, τ² and τ³ at the points of the bins that matter for either, from the first of them on.
    pub powers: [(usize, Vec<[f64; 3]>); 2],
}

impl BinnedTau {
    /// τ at an energy (eV), s: in a gap that of the nearer band edge; 0 outside the bins.
    pub fn at(&self, energy_ev: f64) -> f64 {
        if energy_ev < self.ends_ev.0 || energy_ev >= self.ends_ev.1 {
            return 0.0;
        }
        let side = usize::from(energy_ev < self.split_ev);
        let samples = self.seen.first().map_or(&[][..], |s| &s.samples[side]);
        let above = samples.partition_point(|(e, _)| *e <= energy_ev);
        match (above.checked_sub(1).map(|i| samples[i]), samples.get(above)) {
            (None, None) => LEFT_OUT_S,
            (Some((_, tau)), None) | (None, Some(&(_, tau))) => tau,
            (Some((a, low)), Some(&(b, high))) => {
                let share = (energy_ev - a) / (b - a);
                (low.ln() * (1.0 - share) + high.ln() * share).exp()
            }
        }
    }

    /// τ, τ² and τ³ of electrons (0) or of holes (1) at these points of the bins, as a variation has them, by its number; none for
    /// points that it was not made for.
    pub(super) fn powers(
        &self,
        variation: usize,
        side: usize,
        points: &Range<usize>,
    ) -> Option<&[[f64; 3]]> {
        let seen = self.seen.get(variation).or(self.seen.first())?;
        let (first, powers) = &seen.powers[side];
        powers.get(points.start.checked_sub(*first)?..points.end.checked_sub(*first)?)
    }

    /// Whether variations have times of their own.
    pub(super) fn varies(&self) -> bool {
        self.seen.len() > 1
    }
}
