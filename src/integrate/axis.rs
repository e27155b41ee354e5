//! The energy axis of a spectrum.

use crate::error::{Error, Result};
use std::sync::Arc;

/// Largest number of bins.
const MOST_BINS: usize = 1 << 20;

/// Bins between two energies (eV), equal or not.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyAxis {
    edges: Arc<[f64]>,
    /// Width of the bins, where all are equal.
    width: Option<f64>,
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
        check_count(bins)?;
        let width = (stop_ev - start_ev) / bins as f64;
        // The last edge is the stop itself, whatever the rounding of the width.
        let edge = |k| {
            if k == bins {
                stop_ev
            } else {
                start_ev + k as f64 * width
            }
        };
        Ok(Self {
            edges: (0..=bins).map(edge).collect(),
            width: Some(width),
        })
    }

    /// Bins between the given edges (eV), which must increase.
    ///
    /// # Errors
    /// [`Error::BadOption`] for edges that do not increase or are not finite, no bins, or more than 2²⁰ bins.
    pub fn from_edges(edges: Vec<f64>) -> Result<Self> {
        check_count(edges.len().saturating_sub(1))?;
        let usable = edges.iter().all(|e| e.is_finite()) && edges.windows(2).all(|w| w[0] < w[1]);
        if !usable {
            return Err(Error::bad_option(
                "energy bins",
                "edges that are infinite or do not increase",
                "give finite, increasing edges",
            ));
        }
        Ok(Self {
            edges: edges.into(),
            width: None,
        })
    }

    /// Number of bins.
    pub fn bins(&self) -> usize {
        self.edges.len() - 1
    }

    /// Width of all bins, eV; none where they differ.
    pub fn equal_width(&self) -> Option<f64> {
        self.width
    }

    /// Width of bin `k`, eV.
    pub fn bin_width(&self, k: usize) -> f64 {
        self.width
            .unwrap_or_else(|| self.edges[k + 1] - self.edges[k])
    }

    /// Width of the narrowest bin, eV.
    pub fn least_width(&self) -> f64 {
        (0..self.bins())
            .map(|k| self.bin_width(k))
            .fold(f64::INFINITY, f64::min)
    }

    /// Energy of edge `k`, 0 ≤ k ≤ bins, eV.
    pub fn edge(&self, k: usize) -> f64 {
        self.edges[k]
    }

    /// All bins + 1 edges, eV.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// First edge, eV.
    pub fn first(&self) -> f64 {
        self.edges[0]
    }

    /// Last edge, eV.
    pub fn last(&self) -> f64 {
        self.edges[self.bins()]
    }

    /// Middles of the bins, eV.
    pub fn centres(&self) -> Vec<f64> {
        self.edges.windows(2).map(|w| 0.5 * (w[0] + w[1])).collect()
    }
}

fn check_count(bins: usize) -> Result<()> {
    if bins == 0 || bins > MOST_BINS {
        return Err(Error::bad_option(
            "energy bins",
            format!("{bins} bins"),
            "give 1 to 1048576 bins",
        ));
    }
    Ok(())
}
