//! The policy: what of a replica's change is taken off a value, and what enters its bar. All its constants stand here, each with the
//! measurement that calibrated it.

/// Relative change of L⁰ from the grid to its subgrid below which the error is taken to go as h², where the grid resolves the window.
pub const ASYMPTOTIC: f64 = 0.05;
/// Share of the change on the subgrid that is left where the error goes as h²: a third, of linear tetrahedra.
pub const LEFT: f64 = 1.0 / 3.0;
/// Share of what an extrapolated value and that of twice the step differ by which is the bar, where both are known: with an error that goes
/// as h⁴ they differ by 15 times what is left, as h² by 3 times (`tests/transport/pockets.rs`).
pub const BETWEEN: f64 = 0.4;
/// Share of the value times the square of the grid's relative change that the bar has at least there.
pub const SECOND: f64 = 0.25;
/// By how much the change is multiplied to make the bar where it does not: on 32³ points of copper, tabulated and not interpolated, up to
/// 1.7 times the change was needed (`tests/references/uniform_bars.rs`).
pub const ERRATIC: f64 = 2.0;
/// Relative change below which a value is fixed, not found.
pub const FIXED: f64 = 1e-6;
/// Changes of the energy within a cell, in k_BT, up to which an integral goes as h².
pub const SMOOTH: f64 = 2.0;
/// Cells that must conduct for it.
pub const ENOUGH: f64 = 200.0;
/// So many cells that conduct leave an error of the whole value: from pockets of two tight-binding bands on 14³ to 30³ points, where σ
/// is off by half with 50 cells (`tests/references/uniform_bars.rs`), and of silicon's six valleys, which share them, on 16³ and 40³.
pub const FEW: f64 = 30.0;

/// What two interpolations differ by, multiplied by this, is what they are off where bands meet: the density of states of aluminium from
/// 16³ points is 2.8 times farther from that of 32³ than they are from each other (its conductivity, whose bars hold what crossings do
/// to velocities besides, is not), and S of a cubic cell of four, whose bands meet on whole planes, 2.4 times.
pub const KINKED: f64 = 3.0;
/// The same of velocities in a metal whose bands meet somewhere: σ of copper from 16³ points is 1.35 times both bars off that from 32³.
pub const UNEVEN: f64 = 1.5;
/// Energies (eV) over which what interpolations of metals are off changes by its own size: S of copper from 16³ points is off by 3.5 % where
/// σ is by .6 %, and another interpolation happens to change it by .1 %.
pub const FEATURE_EV: f64 = 0.3;

/// What is known of how the grid's error goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resolved {
    /// As h², and the change is a small one.
    Asymptotically,
    /// As h², but the change is large, or relaxation times scatter with the grid.
    Barely,
    /// It does not: this share of the value is unknown besides, as few cells make it.
    Not(f64),
}

/// What the grid's replicas do to a value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GridError {
    /// What is taken off the value.
    pub taken_off: f64,
    /// The bar.
    pub bar: f64,
}

impl Resolved {
    /// Of a value that the replicas with parts of the zone on the subgrid change by `signed` altogether, the magnitudes adding up to
    /// `magnitude`.
    pub fn grid(self, value: f64, signed: f64, magnitude: f64) -> GridError {
        match self {
            Self::Asymptotically => GridError {
                taken_off: LEFT * signed,
                bar: LEFT * magnitude,
            },
            Self::Barely => GridError {
                taken_off: 0.0,
                bar: magnitude,
            },
            Self::Not(few) => {
                // What a doping fixes is known, however few its cells.
                let fixed = magnitude <= FIXED * value.abs();
                GridError {
                    taken_off: 0.0,
                    bar: ERRATIC * magnitude + if fixed { 0.0 } else { value.abs() * few },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linear tetrahedra on a parabola: the grid is off by e, its subgrid by 4e. A third of the difference is taken off, and is the bar.
    #[test]
    fn what_goes_as_the_square_of_the_step_is_extrapolated_away() {
        let (exact, e) = (2.0, 0.01);
        let (fine, coarse) = (exact + e, exact + 4.0 * e);
        let found = Resolved::Asymptotically.grid(fine, coarse - fine, (coarse - fine).abs());
        assert!((fine - found.taken_off - exact).abs() < 1e-15);
        assert!((found.bar - e).abs() < 1e-15);
        assert_eq!(Resolved::Barely.grid(fine, 0.03, 0.03).bar, 0.03);
        let erratic = Resolved::Not(0.1).grid(fine, 0.03, 0.03);
        assert!((erratic.bar - (0.06 + 0.1 * fine)).abs() < 1e-15 && erratic.taken_off == 0.0);
        // A carrier density that a doping fixed.
        assert_eq!(Resolved::Not(0.5).grid(1e19, 0.0, 0.0).bar, 0.0);
    }
}
