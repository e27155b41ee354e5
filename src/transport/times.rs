//! Relaxation times as the variations of a distribution see them.

use super::binned_tau::BinnedTau;
use crate::error::{Error, Result};
use std::ops::Range;

/// A relaxation time as a function of the energy (eV), in s.
pub type Tau<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// τ(E) as the variations of a distribution see it.
#[derive(Clone, Copy)]
pub(super) enum Times<'a> {
    /// All alike.
    Same(Tau<'a>),
    /// Each as the carriers and the states that it has make it.
    Binned(&'a BinnedTau),
}

impl Times<'_> {
    /// Whether variations have times of their own.
    pub fn vary(self) -> bool {
        matches!(self, Self::Binned(tau) if tau.varies())
    }

    /// Whether τ itself scatters with the grid.
    pub fn erratic(self) -> bool {
        matches!(self, Self::Binned(tau) if tau.erratic)
    }

    /// Whether electrons and holes have times, rather than being left out.
    pub fn known(self) -> [bool; 2] {
        match self {
            Self::Same(_) => [true; 2],
            Self::Binned(tau) => tau.known,
        }
    }

    /// τ, τ² and τ³ of electrons (0) or of holes (1) in a variation, by its number, at some points of the bins with their energies, eV.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a relaxation time that is not positive, or one that was made for other bins.
    pub fn powers(
        self,
        variation: usize,
        side: usize,
        points: &Range<usize>,
        energies: &[f64],
    ) -> Result<Vec<[f64; 3]>> {
        let bad = |value: String, remedy: &str| Error::bad_option("relaxation time", value, remedy);
        match self {
            Self::Same(tau) => {
                let at = |&e: &f64| match tau(e) {
                    t if t.is_finite() && t > 0.0 => Ok([t, t * t, t * t * t]),
                    t => Err(bad(
                        format!("{t} s at {e} eV"),
                        "it must be positive and finite wherever the bands have states",
                    )),
                };
                energies.iter().map(at).collect()
            }
            Self::Binned(tau) => match tau.powers(variation, side, points) {
                Some(powers) => Ok(powers.to_vec()),
                None => Err(bad(
                    "it was made for other energy bins".into(),
                    "scatter the distribution whose coefficients are wanted",
                )),
            },
        }
    }
}
