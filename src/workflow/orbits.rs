//! Extremal and open orbits on a surface of constant energy in a magnetic field.

use super::field_directions::{Angle, FieldDirections, about};
use super::held::Held;
use super::level::LevelChoice;
use super::open::Opened;
use super::opening::Opening;
use super::said::{Said, Say};
use super::surfaces::{SurfaceGrid, Surfaces};
use super::threads::on_threads;
use crate::bands::BandHeader;
use crate::crystal::Lattice;
use crate::error::{Error, Result};
use crate::integrate::ledger::Ledger;
use crate::integrate::ledger::jobs::at_once;
use crate::progress;
use crate::surface::{
    BandField, BandSurface, Catalogue, Interpolations, catalogue, flattened, survey,
};
use std::time::Instant;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orbits {
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// Energy of the surface from the Fermi level, eV.
    pub energy_ev: f64,
    /// Directions of the field.
    pub field: FieldDirections,
    /// Planes over the width of the zone in which orbits are looked for.
    pub planes: f64,
    /// Most extremal orbits of a band in one direction.
    pub max_orbits: usize,
    /// The grid that the surface is found on.
    pub grid: SurfaceGrid,
}

impl Default for Orbits {
    fn default() -> Self {
        Self {
            level: LevelChoice::default(),
            energy_ev: 0.0,
            field: FieldDirections::default(),
            planes: 16.0,
            max_orbits: 1000,
            grid: SurfaceGrid::default(),
        }
    }
}

/// What was found.
pub struct OrbitsFound {
    /// Energy of the surface, eV.
    pub energy_ev: f64,
    /// Where the Fermi level comes from.
    pub origin: String,
    /// Points of the surface's grid.
    pub grid: [usize; 3],
    /// Angle of each direction from the first, degrees.
    pub degrees: Vec<f64>,
    /// The orbits of each direction.
    pub orbits: Vec<Catalogue>,
    /// The surface, band by band.
    pub surfaces: Vec<BandSurface>,
    /// Wall time without that of the Fermi level, s.
    pub seconds: f64,
}

/// # Errors
/// [`Error::BadOption`] for numbers of planes that are none.
pub(super) fn check_planes(planes: f64) -> Result<()> {
    if (1.0..=10_000.0).contains(&planes) {
        return Ok(());
    }
    Err(Error::bad_option(
        "--planes",
        format!("{planes}"),
        "give a number from 1 to 10000",
    ))
}

impl Orbits {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        check_planes(self.planes)?;
        self.field.check()?;
        self.level.check()
    }

    /// The bands.
    ///
    /// # Errors
    /// As [`Surfaces::open`].
    pub fn open(&self, held: Held, opening: &Opening) -> Result<Opened> {
        Surfaces::open(held, opening, &self.level, &self.grid, false)
    }

    /// The orbits.
    ///
    /// # Errors
    /// For bands without a surface at the energy or without a third dimension, and unusable directions.
    pub fn run(&self, bands: &Opened, say: Say) -> Result<OrbitsFound> {
        self.run_with(None, bands, say)
    }

    /// As [`Orbits::run`], with a ledger in which the orbits of each direction are looked up and kept.
    ///
    /// # Errors
    /// Likewise; [`Error::PartDone`] where the ledger divides the work, and its part is done.
    pub fn run_with(
        &self,
        ledger: Option<&Ledger>,
        bands: &Opened,
        say: Say,
    ) -> Result<OrbitsFound> {
        let bands = Surfaces::new(bands, &self.level, self.grid, ledger, say)?;
        let lattice = flattened(bands.header())?;
        let angles = self.field.directions(&lattice)?;
        if let Some(text) = about(&angles) {
            say(Said::note(text));
        }
        let energy_ev = bands.fermi_ev + self.energy_ev;
        let start = Instant::now();
        let (orbits, surfaces, grid) = on_threads(self.grid.threads, || {
            self.orbits(&bands, &lattice, &angles, energy_ev)
        })?;
        Ok(OrbitsFound {
            energy_ev,
            origin: bands.origin,
            grid,
            degrees: angles.iter().map(|a| a.degrees).collect(),
            orbits,
            surfaces,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// The orbits of each direction, the surface, and the points of its grid.
    fn orbits(
        &self,
        bands: &Surfaces,
        lattice: &Lattice,
        angles: &[Angle],
        energy_ev: f64,
    ) -> Result<(Vec<Catalogue>, Vec<BandSurface>, [usize; 3])> {
        let phase = progress::phase("orbits", angles.len() as u64);
        let header = bands.header();
        let replicas = bands.sample((energy_ev, energy_ev))?;
        let surfaces = survey(header, &replicas.fine, energy_ev, false)?;
        let mut all = Vec::new();
        for surface in &surfaces {
            let same = |b: &BandField| (b.spin, b.band) == (surface.spin, surface.band);
            let at = replicas.fine.bands.iter().position(same);
            let rival = replicas.rival.as_ref();
            let at_rival = rival.and_then(|r| r.bands.iter().position(same));
            let Some(at) = at else { continue };
            all.push(Interpolations {
                surface,
                fine: replicas.fine.spline(at)?,
                coarse: replicas.coarse.spline(at)?,
                rival: match (rival, at_rival) {
                    (Some(r), Some(at)) => Some(r.spline(at)?),
                    _ => None,
                },
            });
        }
        let layer = vacuum(header);
        let along = |at: usize| {
            let a = &angles[at];
            let (acting, share) = a.direction.acting(lattice, layer)?;
            let mut found = catalogue(&all, acting, self.planes, self.max_orbits)?;
            found.direction = a.direction;
            for o in &mut found.orbits {
                // In a tilted field a layer's orbits need so much more of it.
                for x in [&mut o.frequency, &mut o.mass] {
                    *x = x.scaled(1.0 / share);
                }
                o.mass_from_areas /= share;
            }
            phase.add(1);
            Ok(found)
        };
        let found = at_once(
            bands.keeping(),
            "orbits along directions",
            angles.len(),
            along,
        )?;
        drop(all);
        Ok((found, surfaces, replicas.fine.grid.n))
    }
}

/// The axis of a layer's vacuum.
pub(super) fn vacuum(header: &BandHeader) -> Option<usize> {
    (0..3).find(|a| header.k_grid.n[*a] == 1)
}
