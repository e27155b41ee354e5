//! What is asked of a search, and what it came to.

use super::bands::IsospectralBands;

/// How well every second point predicts the others, near the levels that matter: root mean square, eV.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// By the Hamiltonian.
    pub isospectral_ev: f64,
    /// By the series of sorted bands.
    pub series_ev: f64,
}

/// What a search came to.
pub struct Search {
    /// The bands with their Hamiltonians, or why there are none.
    pub bands: std::result::Result<IsospectralBands, String>,
    /// What the choice is made by, where the grid has points to leave out.
    pub predicted: Option<Prediction>,
    /// What became of each group of bands, in words.
    pub notes: Vec<String>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Hamiltonians for the groups of bands that they predict much better than the series does.
    WherePredictedBetter,
    /// Hamiltonians wherever one is found.
    Wherever,
}
