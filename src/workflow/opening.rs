//! What is to be made of the bands that a file holds.

use super::menu::Menu;
use super::method::Method;
use crate::crystal::KGrid;
use crate::error::{Error, Result};

/// How a table's bands are interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterpolatorKind {
    /// By Hamiltonians where they predict points left out of the table much better than the series does.
    Auto,
    /// Every sorted band by a Fourier series.
    Series,
    /// By smooth Hamiltonians that have the energies as eigenvalues, wherever they are found.
    Isospectral,
}

impl Menu for InterpolatorKind {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Auto,
            "auto",
            "By Hamiltonians where they predict points left out of the table much better than the series does",
        ),
        (
            Self::Series,
            "series",
            "Every sorted band by a Fourier series",
        ),
        (
            Self::Isospectral,
            "isospectral",
            "By smooth Hamiltonians that have the energies as eigenvalues, wherever they are found",
        ),
    ];
}

/// How densely a table is to be interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// Not at all.
    AsItIs,
    /// On a uniform grid of so many points.
    Grid([usize; 3]),
}

/// What is to be made of the bands that a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// A denser uniform grid; none for what suits the result.
    pub interpolate: Option<Density>,
    /// Likewise, by the largest distance of neighbouring k-points, Å⁻¹.
    pub kspacing: Option<f64>,
    /// Refinement until the bar is below this share of the result.
    pub tolerance: Option<f64>,
    /// Whether interpolations go through the velocities that the bands bring.
    pub fit_velocities: bool,
    /// How bands are interpolated; none for the series, and as [`InterpolatorKind::Auto`] where a result's bars come out wide
    /// ([`Transport::answer`](super::Transport::answer) and its like).
    pub interpolator: Option<InterpolatorKind>,
    /// The gap that an insulator is to have, eV.
    pub scissor: Option<f64>,
}

impl Opening {
    /// Whether these options fit together, and with the method.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self, method: Option<&Method>) -> Result<()> {
        if let Some(Density::Grid(n)) = self.interpolate {
            KGrid::gamma(n).map_err(|_| {
                let problem = format!("{}×{}×{} has more than 2³⁴ points", n[0], n[1], n[2]);
                Error::bad_option("--interpolate", problem, "give a smaller grid")
            })?;
        }
        if let (Some(Density::AsItIs), Some(option)) = (self.interpolate, self.how()) {
            return Err(Error::bad_option(
                option,
                "with `--interpolate none` nothing is interpolated",
                "leave one of both out",
            ));
        }
        if self.fit_velocities && self.interpolator == Some(InterpolatorKind::Isospectral) {
            return Err(Error::bad_option(
                "--interpolator isospectral",
                "a Hamiltonian is found from energies, velocities are not fitted",
                "leave one of both out",
            ));
        }
        match (method, self.tolerance) {
            (Some(method), Some(_)) => method.check_refinement(),
            (None, Some(_)) => Err(Error::bad_option(
                "--tolerance",
                "this command works on the k-points of a grid",
                "give `--interpolate N` for a denser one",
            )),
            _ => Ok(()),
        }
    }

    /// The option that says how a table is to be interpolated, where one does.
    pub(super) fn how(&self) -> Option<String> {
        if self.fit_velocities {
            return Some("--fit-velocities".into());
        }
        let kind = self.interpolator?;
        Some(format!("--interpolator {}", kind.name()))
    }
}
