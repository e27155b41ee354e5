//! The gap at every k-point of a band grid.

use crate::bands::BandHeader;
use crate::error::{Error, Result};
use std::f64::consts::PI;

/// Which symmetry a gap has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// The same sign everywhere.
    S,
    /// (Δ₀/2)(cos 2πu₁ − cos 2πu₂), with line nodes on the diagonals.
    D,
    /// As tabulated.
    Tabulated,
}

/// A gap: its largest value at T = 0, and its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// Which.
    pub symmetry: Symmetry,
    /// Largest |Δ_k| at T = 0, eV.
    pub largest_ev: f64,
    /// Δ_k/`largest_ev` of every band and point, `[spin][band][k]`; empty where it follows from the symmetry.
    table: Vec<f64>,
}

impl Gap {
    /// A uniform gap, or a d wave's, of `largest_ev`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a gap that is not positive.
    pub fn new(symmetry: Symmetry, largest_ev: f64) -> Result<Self> {
        if !(largest_ev.is_finite() && largest_ev > 0.0) {
            return Err(bad(format!("{largest_ev} eV"), "give a positive gap"));
        }
        Ok(Self {
            symmetry,
            largest_ev,
            table: Vec::new(),
        })
    }

    /// A gap as tabulated, eV, `[spin][band][k]`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a number of values that is not the bands', or no gap at all.
    pub fn tabulated(header: &BandHeader, values_ev: Vec<f64>) -> Result<Self> {
        let want = header.n_spin_band() * header.k_grid.len();
        if values_ev.len() != want {
            let problem = format!(
                "{} values for {want} states of {} bands on {}",
                values_ev.len(),
                header.n_spin_band(),
                header.k_grid
            );
            return Err(bad(problem, "tabulate the gap on the bands' own grid"));
        }
        let largest = values_ev.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        if !(largest.is_finite() && largest > 0.0) {
            return Err(bad(
                "it is zero everywhere".into(),
                "give a table with a gap",
            ));
        }
        Ok(Self {
            symmetry: Symmetry::Tabulated,
            largest_ev: largest,
            table: values_ev.into_iter().map(|x| x / largest).collect(),
        })
    }

    /// Δ_k/Δ_max of a band at a grid point.
    pub fn shape(&self, header: &BandHeader, spin_band: usize, point: usize) -> f64 {
        match self.symmetry {
            Symmetry::S => 1.0,
            Symmetry::D => {
                let [x, y, _] = header.k_grid.point(header.k_grid.place(point));
                d_wave([x, y])
            }
            Symmetry::Tabulated => self.table[spin_band * header.k_grid.len() + point],
        }
    }

    /// Whether an operation on fractional k keeps |Δ_k|.
    pub fn is_kept_by(&self, rotation: &crate::crystal::Rotation) -> bool {
        if self.symmetry != Symmetry::D {
            return true;
        }
        // Points in no special place.
        let u = [0.137, 0.291, 0.073];
        let image: [f64; 3] =
            std::array::from_fn(|i| (0..3).map(|j| f64::from(rotation[i][j]) * u[j]).sum());
        (d_wave([u[0], u[1]]).abs() - d_wave([image[0], image[1]]).abs()).abs() < 1e-9
    }

    /// Refuses a gap that the bands have no room for.
    ///
    /// # Errors
    /// [`Error::BadOption`] where it is larger than what bands at the Fermi level reach on either side.
    pub fn fits(&self, reach_ev: f64) -> Result<()> {
        if self.largest_ev < reach_ev {
            return Ok(());
        }
        Err(bad(
            format!(
                "{} eV is larger than the bands, which reach {reach_ev:.4} eV from the Fermi level",
                self.largest_ev
            ),
            "give a gap in eV (or with its unit: s:1.3meV)",
        ))
    }
}

fn bad(problem: String, remedy: &str) -> Error {
    Error::bad_option("--gap", problem, remedy)
}

/// ½(cos 2πu₁ − cos 2πu₂).
pub(super) fn d_wave(u: [f64; 2]) -> f64 {
    0.5 * ((2.0 * PI * u[0]).cos() - (2.0 * PI * u[1]).cos())
}
