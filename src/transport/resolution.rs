//! Whether a uniform grid resolves a thermal window, and what is left to fear where it does not.
//!
//! Linear tetrahedra converge as h² once the energy changes within a cell by less than some k_BT, or the carriers fill many cells.
//! Neither holds for a metal's Fermi surface at room temperature on any usual grid (the changes are tens of k_BT, and the error is
//! erratic), nor for a pocket of a few cells, where the every-second-point subgrid is as wrong as the grid.

use super::TransportDistribution;
use super::distribution::VALUE;
use super::reach::Reach;
use super::uniform::Grid;
use crate::uncertainty::policy::{ENOUGH, FEW, SMOOTH};
use crate::units::HBAR_EV;

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

/// Sums over the bins of one kind of carrier, the window being counted from their nearest states.
#[derive(Clone, Copy, Default)]
struct Sums {
    conducts: f64,
    squares: f64,
    speed: f64,
}

impl Sums {
    fn plus(self, other: Self, scale: f64) -> Self {
        Self {
            conducts: self.conducts + scale * other.conducts,
            squares: self.squares + scale * scale * other.squares,
            speed: self.speed + scale * other.speed,
        }
    }

    fn resolution(
        self,
        grid: Grid,
        distribution: &TransportDistribution,
        kt_ev: f64,
    ) -> Option<Resolution> {
        if self.conducts <= 0.0 {
            return None;
        }
        let spread = HBAR_EV * self.speed / self.conducts * grid.step / kt_ev;
        let points = grid.points / distribution.spin_degeneracy * self.conducts * self.conducts
            / self.squares;
        Some(Resolution {
            spread,
            cells: points * spread.max(1.0),
        })
    }
}

impl TransportDistribution {
    /// At μ and k_BT, eV, of all carriers, of electrons and of holes; none on a refined mesh.
    pub(super) fn resolutions(&self, mu_ev: f64, kt_ev: f64) -> [Option<Resolution>; 3] {
        let Some(grid) = self.grid else {
            return [None; 3];
        };
        let reaches = self.reaches(mu_ev, kt_ev);
        let sides = reaches.map(|reach| reach.map(|r| (r.shift, self.sums(&r, mu_ev, kt_ev))));
        let nearest = sides
            .iter()
            .flatten()
            .map(|(shift, _)| *shift)
            .fold(f64::INFINITY, f64::min);
        let all = sides
            .iter()
            .flatten()
            .fold(Sums::default(), |all, (shift, sums)| {
                all.plus(*sums, (nearest - shift).exp())
            });
        let of = |sums: Sums| sums.resolution(grid, self, kt_ev);
        let [electrons, holes] = sides.map(|side| side.and_then(|(_, sums)| of(sums)));
        [of(all), electrons, holes]
    }

    fn sums(&self, reach: &Reach, mu_ev: f64, kt_ev: f64) -> Sums {
        let contents = self.contents(VALUE);
        let edges = self.axis.edges();
        let mut all = Sums::default();
        for b in reach.bins(edges) {
            if contents.states[b] <= 0.0 {
                continue;
            }
            // The window over that at the nearest states, which may be too small for a number.
            let x = ((0.5 * (edges[b] + edges[b + 1]) - mu_ev) / kt_ev).abs();
            let flat = (1.0 + (-reach.shift).exp()) / (1.0 + (-x).exp());
            let window = (reach.shift - x).exp() * flat * flat;
            let moves: f64 = contents.velocity[..3].iter().map(|c| c[b]).sum();
            let conducts = window * moves.max(0.0);
            all.conducts += conducts;
            all.squares += conducts * conducts / contents.states[b];
            all.speed += conducts * self.speeds[b] / contents.states[b];
        }
        all
    }
}
