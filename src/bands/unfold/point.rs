//! A listed k-point: when it lies on a grid, how it is shown, and what is said of a list that is no grid.

use crate::error::Error;

/// How far a listed k-point may lie from its grid point, in grid steps (files print 6 digits or more).
pub(super) const ON_GRID: f64 = 1e-3;

/// The points are no regular grid.
pub(super) fn incomplete(problem: String) -> Error {
    Error::bad_bands(
        "k-points",
        problem,
        "run the band calculation on a uniform k-grid (or on its full list, without symmetry)",
    )
}

/// Its coordinates in text.
pub(super) fn show(k: [f64; 3]) -> String {
    format!("({:.6}, {:.6}, {:.6})", k[0], k[1], k[2])
}
