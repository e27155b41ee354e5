//! Whether a uniform grid resolves a thermal window, and what is left to fear where it does not.
//!
//! Linear tetrahedra converge as h² once the energy changes within a cell by less than some k_BT, or the carriers fill many cells.
//! Neither holds for a metal's Fermi surface at room temperature on any usual grid (the changes are tens of k_BT, and the error is
//! erratic), nor for a pocket of a few cells, where the every-second-point subgrid is as wrong as the grid.

use super::TransportDistribution;
use super::distribution::VALUE;
use crate::bands::BandHeader;
use crate::units::HBAR_EV;

/// Changes of the energy within a cell, in k_BT, up to which an integral goes as h².
const SMOOTH: f64 = 2.0;
/// Cells that must conduct for it.
const ENOUGH: f64 = 200.0;
/// So many cells that conduct leave an error of the whole value: from pockets of two tight-binding bands on 14³ to 30³ points, where σ
/// is off by half with 50 cells (`tests/uniform_bars.rs`), and of silicon's six valleys, which share them, on 16³ and 40³.
const FEW: f64 = 30.0;

/// The uniform grid that a spectrum was integrated on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// Points of the zone.
    points: f64,
    /// Distance of neighbours, 1/m: mean over the axes with dispersion.
    step: f64,
}

impl Grid {
    /// Of the bands' own k-grid.
    pub fn new(header: &BandHeader) -> Self {
        let n = header.k_grid.n;
        let b = header.lattice.reciprocal();
        let length = |i: usize| b[i].iter().map(|x| x * x).sum::<f64>().sqrt() * 1e10;
        let steps = (0..3)
            .filter(|i| n[*i] > 1)
            .map(|i| length(i) / n[i] as f64);
        let (sum, axes) = steps.fold((0.0, 0.0), |(sum, axes), h| (sum + h, axes + 1.0));
        Self {
            points: header.k_grid.len() as f64,
            step: if axes > 0.0 { sum / axes } else { 0.0 },
        }
    }
}

/// What a grid makes of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Resolution {
    /// ħ|v|h of what conducts, in k_BT.
    spread: f64,
    /// Cells that conduct: the square of Σ v²(−∂f₀/∂ε) over the k-points by the sum of squares; as many more as the window is
    /// narrower than a cell.
    cells: f64,
}

impl Resolution {
    /// Whether the error goes as h².
    pub fn is_smooth(self) -> bool {
        self.spread < SMOOTH && self.cells > ENOUGH
    }

    /// The share of a value that is unknown because few cells make it.
    pub fn too_few(self) -> f64 {
        FEW / self.cells
    }
}

impl TransportDistribution {
    /// At μ and k_BT, eV; none on a refined mesh.
    pub(super) fn resolution(&self, mu_ev: f64, kt_ev: f64) -> Option<Resolution> {
        let grid = self.grid?;
        let contents = self.contents(VALUE);
        let centres = self.axis.edges().windows(2).map(|e| 0.5 * (e[0] + e[1]));
        let x: Vec<f64> = centres.map(|e| ((e - mu_ev) / kt_ev).abs()).collect();
        let held = |b: &usize| contents.states[*b] > 0.0;
        let bins = || (0..x.len()).filter(held);
        let nearest = bins().map(|b| x[b]).fold(f64::INFINITY, f64::min);
        let (mut sum, mut squares, mut speed) = (0.0, 0.0, 0.0);
        for b in bins() {
            // The window over that at the nearest states, which may be too small for a number.
            let flat = (1.0 + (-nearest).exp()) / (1.0 + (-x[b]).exp());
            let window = (nearest - x[b]).exp() * flat * flat;
            let moves: f64 = contents.velocity[..3].iter().map(|c| c[b]).sum();
            let conducts = window * moves.max(0.0);
            sum += conducts;
            squares += conducts * conducts / contents.states[b];
            speed += conducts * self.speeds[b] / contents.states[b];
        }
        if sum <= 0.0 {
            return None;
        }
        let spread = HBAR_EV * speed / sum * grid.step / kt_ev;
        let points = grid.points / self.spin_degeneracy * sum * sum / squares;
        Some(Resolution {
            spread,
            cells: points * spread.max(1.0),
        })
    }
}
