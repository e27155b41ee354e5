//! The energy axis of a spectrum.

use crate::error::{Error, Result};

/// Equal bins between two energies (eV). Edge k is `start + k·width`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyAxis {
    start_ev: f64,
    stop_ev: f64,
    bins: usize,
}

impl EnergyAxis {
    /// `bins` equal bins from `start_ev` to `stop_ev`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for an empty or infinite range, no bins, or more than 2²⁰ bins.
    pub fn new(start_ev: f64, stop_ev: f64, bins: usize) -> Result<Self> {
        let usable = start_ev.is_finite() && stop_ev.is_finite() && stop_ev > start_ev;
        if !usable {
            return Err(Error::bad_option(
                "energy range",
                format!("{start_ev} to {stop_ev} eV is empty"),
                "give a start below the stop",
            ));
        }
        if bins == 0 || bins > 1 << 20 {
            return Err(Error::bad_option(
                "energy bins",
                format!("{bins} bins between {start_ev} and {stop_ev} eV"),
                "give 1 to 1048576 bins",
            ));
        }
        Ok(Self {
            start_ev,
            stop_ev,
            bins,
        })
    }

    /// Number of bins.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Width of a bin, eV.
    pub fn width(&self) -> f64 {
        (self.stop_ev - self.start_ev) / self.bins as f64
    }

    /// Energy of edge `k`, 0 ≤ k ≤ bins, eV.
    pub fn edge(&self, k: usize) -> f64 {
        // The last edge is the stop itself, whatever the rounding of the width.
        if k == self.bins {
            return self.stop_ev;
        }
        self.start_ev + k as f64 * self.width()
    }

    /// All bins + 1 edges, eV.
    pub fn edges(&self) -> Vec<f64> {
        (0..=self.bins).map(|k| self.edge(k)).collect()
    }

    /// Middles of the bins, eV.
    pub fn centres(&self) -> Vec<f64> {
        (0..self.bins)
            .map(|k| 0.5 * (self.edge(k) + self.edge(k + 1)))
            .collect()
    }
}
