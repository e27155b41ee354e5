//! The causes of errors. Every bar is a sum over them, so that each result can say what dominates it and what would help.

use serde::{Deserialize, Serialize};
use std::ops::{AddAssign, Index, IndexMut};

/// Why a number may be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// What a grid leaves out between its points: the change on every second of them.
    Grid,
    /// The crystal's group, which a grid's tetrahedra keep in part only: the change by symmetrisation.
    Symmetry,
    /// What a table does not tell between its points: the change by another interpolation of it.
    Interpolation,
    /// Kinks where sorted bands cross: the change by following bands through them.
    Crossings,
    /// Energies within a bin that are not told apart: the change by a reconstruction of lower order.
    Bins,
    /// Energies beyond the axis: the change by bands that go on there.
    Tails,
    /// Relaxation times that scatter from energy to energy, so that errors do not go as h².
    Lifetimes,
}

impl Cause {
    /// Every cause, in the order of the declaration.
    pub const ALL: [Self; 7] = [
        Self::Grid,
        Self::Symmetry,
        Self::Interpolation,
        Self::Crossings,
        Self::Bins,
        Self::Tails,
        Self::Lifetimes,
    ];
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Whether it is about what a table leaves open, which no integration grid takes away.
    pub fn is_of_the_table(self) -> bool {
        matches!(self, Self::Interpolation | Self::Crossings)
    }

    /// Name in files and summaries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Symmetry => "symmetry",
            Self::Interpolation => "interpolation",
            Self::Crossings => "crossings",
            Self::Bins => "bins",
            Self::Tails => "tails",
            Self::Lifetimes => "lifetimes",
        }
    }

    /// What it is, in words that follow "of it is".
    pub fn about(self) -> &'static str {
        match self {
            Self::Grid => "what the integration grid leaves out between its points",
            Self::Symmetry => "the crystal's symmetry, which the grid keeps in part only",
            Self::Interpolation => "what the table does not tell between its k-points",
            Self::Crossings => "kinks where bands cross",
            Self::Bins => "the width of the energy bins",
            Self::Tails => "bands beyond the energies that were integrated",
            Self::Lifetimes => "relaxation times that scatter from state to state",
        }
    }

    /// What would help against it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Grid => "a smaller `--tolerance`, or a denser grid (`--interpolate N`)",
            Self::Symmetry => "a smaller `--tolerance`, or a denser grid",
            Self::Interpolation => {
                "a Hamiltonian from the energies alone (`--tolerance 1e-3 --interpolator auto`) where none was tried, a denser k-grid of the band calculation, `--fit-velocities` where the file has velocities, or a Wannier Hamiltonian"
            }
            Self::Crossings => {
                "a Hamiltonian from the energies alone, whose levels cross by themselves (`--tolerance 1e-3 --interpolator auto`), where none was tried, a denser k-grid of the band calculation, velocities in the file, or a Wannier Hamiltonian"
            }
            Self::Bins => "a higher temperature, or fewer temperatures in one call",
            Self::Tails => "bands that reach farther from the chemical potential",
            Self::Lifetimes => "relaxation times on a denser grid",
        }
    }
}

/// A bar by cause, in the unit of what it belongs to; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ByCause([f64; Cause::COUNT]);

impl ByCause {
    /// A bar with one cause.
    pub fn of(cause: Cause, bar: f64) -> Self {
        let mut all = Self::default();
        all[cause] = bar;
        all
    }

    /// The whole bar.
    pub fn total(&self) -> f64 {
        self.0.iter().sum()
    }

    /// Multiplied by a number, whose sign plays no part.
    pub fn scaled(self, factor: f64) -> Self {
        Self(self.0.map(|x| x * factor.abs()))
    }
}

impl Index<Cause> for ByCause {
    type Output = f64;
    fn index(&self, cause: Cause) -> &f64 {
        &self.0[cause as usize]
    }
}

impl IndexMut<Cause> for ByCause {
    fn index_mut(&mut self, cause: Cause) -> &mut f64 {
        &mut self.0[cause as usize]
    }
}

impl AddAssign for ByCause {
    fn add_assign(&mut self, other: Self) {
        for (x, y) in self.0.iter_mut().zip(other.0) {
            *x += y;
        }
    }
}

/// What part of a bar has which cause: they add up to 1, or are all 0 where there is no bar or where it has no cause that is known.
/// In single precision, as millions of them are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shares([f32; Cause::COUNT]);

impl Shares {
    /// None.
    pub const NONE: Self = Self([0.0; Cause::COUNT]);

    /// Of a bar.
    pub fn of(bar: &ByCause) -> Self {
        let total = bar.total();
        if total > 0.0 && total.is_finite() {
            Self(bar.0.map(|x| (x / total) as f32))
        } else {
            Self::NONE
        }
    }

    /// The share of a cause.
    pub fn share(&self, cause: Cause) -> f64 {
        f64::from(self.0[cause as usize])
    }

    /// The share of what a table leaves open ([`Cause::is_of_the_table`]).
    pub fn of_the_table(&self) -> f64 {
        let causes = Cause::ALL.into_iter().filter(|c| c.is_of_the_table());
        causes.map(|cause| self.share(cause)).sum()
    }

    /// The bar of which these are the shares.
    pub fn bar(&self, total: f64) -> ByCause {
        ByCause(self.0.map(|share| match share {
            // No bar of this cause, even of one that is not a number.
            0.0 => 0.0,
            share => f64::from(share) * total,
        }))
    }

    /// The largest, with its cause; none where no cause is known.
    pub fn largest(&self) -> Option<(Cause, f64)> {
        Cause::ALL
            .map(|cause| (cause, self.share(cause)))
            .into_iter()
            .filter(|(_, share)| *share > 0.0)
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_the_sums_of_their_causes() {
        let mut bar = ByCause::of(Cause::Grid, 1.0);
        bar += ByCause::of(Cause::Crossings, 3.0);
        assert_eq!(bar.scaled(-2.0).total(), 8.0);
        let shares = Shares::of(&bar);
        assert_eq!(shares.largest(), Some((Cause::Crossings, 0.75)));
        assert_eq!(shares.of_the_table(), 0.75);
        assert_eq!(shares.bar(4.0), bar);
        assert_eq!(Shares::of(&ByCause::default()), Shares::NONE);
        assert_eq!(shares.bar(f64::NAN)[Cause::Bins], 0.0);
        for (i, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, i);
        }
    }
}
