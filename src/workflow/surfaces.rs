//! What surfaces, orbits and transport in a field share: bands on the grid of their surfaces, and the grids that their bars come from.

use super::held::Held;
use super::integrator::integrate_with;
use super::level::{self, LevelChoice};
use super::method::{Backend, Method};
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::said::Say;
use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::integrate::ledger::{Keeping, Ledger};
use crate::integrate::{Engine, Request};
use crate::surface::{BandSurface, Density, Sampled, grid_for, sample_interpolated, sample_table};

/// The grid that surfaces are found on, and the threads that do the work.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SurfaceGrid {
    /// Points per axis, even; none for about 64, as the cell's shape asks for. A table that is not interpolated is taken as it is.
    pub points: Option<[usize; 3]>,
    /// Threads; none for all.
    pub threads: Option<usize>,
}

impl SurfaceGrid {
    /// How the zone is integrated, where that is needed.
    pub fn method(&self) -> Method {
        Method {
            backend: Backend::Cpu,
            threads: self.threads,
            ..Method::default()
        }
    }
}

/// Bands with the energy that is asked about.
pub struct Surfaces<'a> {
    /// The bands.
    pub source: &'a Opened,
    /// Fermi level, eV.
    pub fermi_ev: f64,
    /// How far it may be off where it was looked for, eV.
    pub fermi_bar_ev: f64,
    /// Where it comes from.
    pub origin: String,
    grid: SurfaceGrid,
    ledger: Option<&'a Ledger>,
}

/// Bands on three grids.
pub struct Replicas {
    /// The result's.
    pub fine: Sampled,
    /// Every second point of it.
    pub coarse: Sampled,
    /// The coarse grid of another interpolation of the same table, where there is one.
    pub rival: Option<Sampled>,
}

impl<'a> Surfaces<'a> {
    /// The bands, for the relaxation times that they bring where `lifetimes` asks for them.
    ///
    /// # Errors
    /// As [`open`]; where nothing determines the Fermi level; [`Error::BadOption`] for points of a table that is taken as it is.
    pub fn open(
        held: Held,
        opening: &Opening,
        choice: &LevelChoice,
        grid: &SurfaceGrid,
        lifetimes: bool,
    ) -> Result<Opened> {
        let demands = Demands {
            method: Some(&grid.method()),
            check: &|header, range| level::check_level(choice, header, range),
            table: None,
            lifetimes,
        };
        let source = open(held, opening, Preference::Refined, &demands)?;
        if grid.points.is_some() && matches!(source, Opened::Table(_)) {
            return Err(Error::bad_option(
                "--mesh",
                "the table is taken as it is, its own grid is the surface's",
                "leave one of `--mesh` and `--interpolate` out",
            ));
        }
        Ok(source)
    }

    /// Bands that are open, with their Fermi level; with a ledger in which sums are looked up and kept.
    ///
    /// # Errors
    /// As [`level::fermi_level`].
    pub fn new(
        source: &'a Opened,
        choice: &LevelChoice,
        grid: SurfaceGrid,
        ledger: Option<&'a Ledger>,
        say: Say,
    ) -> Result<Self> {
        let method = grid.method();
        let work = |request: &Request, engine: &mut dyn Engine| {
            level::fermi_level_with_bar(choice, &**source, request, engine)
        };
        let ((fermi_ev, fermi_bar_ev, origin), _) =
            integrate_with(ledger, &method, source, say, work)?;
        Ok(Self {
            source,
            fermi_ev,
            fermi_bar_ev,
            origin,
            grid,
            ledger,
        })
    }

    /// Integrates over the zone.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn integrate<T: Send>(
        &self,
        say: Say,
        work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
    ) -> Result<T> {
        let method = self.grid.method();
        let (found, _) = integrate_with(self.ledger, &method, self.source, say, work)?;
        Ok(found)
    }

    /// Where what jobs come to is looked up and kept.
    pub fn keeping(&self) -> Option<Keeping<'a>> {
        self.ledger.map(Keeping::new)
    }

    /// What the bands are.
    pub fn header(&self) -> &'a BandHeader {
        self.source.header()
    }

    /// The bands that reach into `window` (eV), on their three grids.
    ///
    /// # Errors
    /// [`Error::BadOption`] where no band does.
    pub fn sample(&self, window: (f64, f64)) -> Result<Replicas> {
        let fine = match self.source {
            Opened::Table(source) => sample_table(&**source, window)?,
            Opened::Refined(bands, _) => {
                let density = self.grid.points.map_or(Density::default(), Density::Points);
                let grid = grid_for(bands.header(), density)?;
                sample_interpolated(bands, bands.interpolator(), grid, window)?
            }
        };
        if fine.bands.is_empty() {
            let at = match window.1 > window.0 {
                true => format!("no band reaches into {:.4} to {:.4} eV", window.0, window.1),
                false => format!("no band reaches {:.4} eV", window.0),
            };
            return Err(Error::bad_option(
                "energy",
                format!("{at}: there is no surface, the energy lies in a gap or beside all bands"),
                "give another `--energy`, `--mu`, `--doping` or `--fermi-level`",
            ));
        }
        let coarse = fine.coarse()?;
        let rival = match self.source {
            Opened::Refined(bands, _) => match bands.interpolator().rival() {
                Some(rival) => Some(sample_interpolated(bands, &*rival, coarse.grid, window)?),
                None => None,
            },
            Opened::Table(_) => None,
        };
        Ok(Replicas {
            fine,
            coarse,
            rival,
        })
    }

    /// Moves the vertices of `surfaces` from the splines through their grid onto the interpolation, where there is one.
    ///
    /// # Errors
    /// Where the bands cannot be evaluated.
    pub fn move_onto(&self, surfaces: &mut [BandSurface]) -> Result<()> {
        let Opened::Refined(bands, _) = self.source else {
            return Ok(());
        };
        let bands = bands.interpolator();
        surfaces.iter_mut().try_for_each(|s| s.move_onto(bands))
    }

    /// Bands per spin channel that lie below `energy_ev` as a whole, all spins.
    pub fn full_bands(&self, energy_ev: f64) -> usize {
        let all = self.source.statistics().iter();
        all.filter(|s| s.energy_max <= energy_ev).count()
    }
}
