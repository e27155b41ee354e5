//! The surface of constant energy of bands, with its pockets.

use super::held::Held;
use super::level::LevelChoice;
use super::open::Opened;
use super::opening::Opening;
use super::plausible;
use super::said::Say;
use super::surfaces::{SurfaceGrid, Surfaces};
use super::threads::on_threads;
use crate::error::{Error, Result};
use crate::surface::{BandSurface, Sampled, survey};
use std::time::Instant;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Surface {
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// Energy of the surface from the Fermi level, eV.
    pub energy_ev: f64,
    /// A constant relaxation time, s, for mean free paths.
    pub tau: Option<f64>,
    /// Whether inverse masses are wanted at every point.
    pub inverse_masses: bool,
    /// Whether points of the surface are shown, and so lie on the bands themselves, not on splines through their grid.
    pub vertices: bool,
    /// The grid that the surface is found on.
    pub grid: SurfaceGrid,
}

/// What was found.
pub struct SurfaceFound {
    /// Energy of the surface, eV.
    pub energy_ev: f64,
    /// How far it may be off, eV.
    pub energy_bar_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// On the result's grid.
    pub fine: Vec<BandSurface>,
    /// On every second point of it.
    pub coarse: Vec<BandSurface>,
    /// There, of another interpolation.
    pub rival: Option<Vec<BandSurface>>,
    /// Bands that lie below as a whole, all spins.
    pub full_bands: usize,
    /// The bands on the grid.
    pub sampled: Sampled,
    /// Wall time without that of the Fermi level, s.
    pub seconds: f64,
}

impl Surface {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        match self.tau {
            Some(tau) if tau <= 0.0 => Err(Error::bad_option(
                "--tau",
                format!("{tau} s"),
                "give a relaxation time above 0",
            )),
            _ => self.level.check(),
        }
    }

    /// What there is to say of values that are hardly meant.
    pub fn doubts(&self) -> Vec<String> {
        plausible::TAU.doubt(self.tau).into_iter().collect()
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`Surfaces::open`].
    pub fn open(&self, held: Held, opening: &Opening) -> Result<Opened> {
        Surfaces::open(held, opening, &self.level, &self.grid, self.tau.is_none())
    }

    /// The surface.
    ///
    /// # Errors
    /// Where the bands have no surface at the energy.
    pub fn run(&self, bands: &Opened, say: Say) -> Result<SurfaceFound> {
        let bands = Surfaces::new(bands, &self.level, self.grid, None, say)?;
        let energy_ev = bands.fermi_ev + self.energy_ev;
        let start = Instant::now();
        let header = bands.header();
        let (replicas, fine, coarse, rival) = on_threads(self.grid.threads, || {
            let replicas = bands.sample((energy_ev, energy_ev))?;
            let mut fine = survey(header, &replicas.fine, energy_ev, self.inverse_masses)?;
            if self.vertices {
                bands.move_onto(&mut fine)?;
            }
            let of = |sampled: &Sampled| survey(header, sampled, energy_ev, false);
            let coarse = of(&replicas.coarse)?;
            let rival = replicas.rival.as_ref().map(of).transpose()?;
            Ok((replicas, fine, coarse, rival))
        })?;
        let origin = match self.energy_ev == 0.0 {
            true => format!("Fermi level, {}", bands.origin),
            false => format!(
                "{:+} eV from the Fermi level, {}",
                self.energy_ev, bands.origin
            ),
        };
        Ok(SurfaceFound {
            energy_ev,
            energy_bar_ev: bands.fermi_bar_ev,
            origin,
            fine,
            coarse,
            rival,
            full_bands: bands.full_bands(energy_ev),
            sampled: replicas.fine,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}
