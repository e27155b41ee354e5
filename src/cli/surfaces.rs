//! What `surface`, `orbits` and `magneto` share: bands on the grid of their surfaces, and the grids that their bars come from.

use super::opened::{self, Demands, Opened, Preference};
use super::options::{Backend, FermiOption, Input, Method, Output, parse_grid};
use super::session;
use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::integrate::{Engine, Request, Weights};
use crate::surface::{BandSurface, Density, Sampled, grid_for, sample_interpolated, sample_table};
use crate::workflow::level;
use clap::Args;

/// Options of the surface's grid.
#[derive(Args, Clone, Debug)]
pub struct MeshOption {
    /// Points per axis of the grid that the surface is found on, N or n1,n2,n3, even (default: about 64, as the cell's shape asks for; a table that is
    /// not interpolated is taken as it is)
    #[arg(long, value_name = "N", value_parser = parse_grid, allow_hyphen_values = true)]
    pub mesh: Option<[usize; 3]>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = super::options::parse_threads, allow_hyphen_values = true)]
    pub threads: Option<usize>,
}

/// Bands with the energy that is asked about.
pub struct Surfaces {
    /// The bands.
    pub source: Opened,
    /// Fermi level, eV.
    pub fermi_ev: f64,
    /// How far it may be off where it was looked for, eV.
    pub fermi_bar_ev: f64,
    /// Where it comes from.
    pub origin: String,
    mesh: Option<[usize; 3]>,
    method: Method,
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

impl Surfaces {
    /// Opens the input, for the relaxation times that it brings where `lifetimes` asks for them, and finds the Fermi level.
    ///
    /// # Errors
    /// As [`opened::open`] and [`level::fermi_level`].
    pub fn open(
        input: &Input,
        choice: &FermiOption,
        mesh: &MeshOption,
        lifetimes: bool,
        output: &Output,
    ) -> Result<Self> {
        choice.check()?;
        let method = Method {
            backend: Backend::Cpu,
            threads: mesh.threads,
            velocity: None,
            weights: Weights::Tetrahedra,
            block_planes: None,
        };
        input.check(Some(&method))?;
        let demands = Demands {
            method: Some(&method),
            check: &|header, range| level::check_level(choice, header, range),
            table: None,
            lifetimes,
        };
        let source = opened::open(input, Preference::Refined, &demands)?;
        session::notes(output, source.header());
        let ((fermi_ev, fermi_bar_ev, origin), _) =
            session::integrate(&method, output, &source, |request, engine| {
                level::fermi_level_with_bar(choice, &*source, request, engine)
            })?;
        if mesh.mesh.is_some() && matches!(source, Opened::Table(_)) {
            return Err(Error::bad_option(
                "--mesh",
                "the table is taken as it is, its own grid is the surface's",
                "leave one of `--mesh` and `--interpolate` out",
            ));
        }
        Ok(Self {
            source,
            fermi_ev,
            fermi_bar_ev,
            origin,
            mesh: mesh.mesh,
            method,
        })
    }

    /// Integrates over the zone.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn integrate<T: Send>(
        &self,
        output: &Output,
        work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
    ) -> Result<T> {
        let (found, _) = session::integrate(&self.method, output, &self.source, work)?;
        Ok(found)
    }

    /// What the bands are.
    pub fn header(&self) -> &BandHeader {
        self.source.header()
    }

    /// The bands that reach into `window` (eV), on their three grids.
    ///
    /// # Errors
    /// [`Error::BadOption`] where no band does.
    pub fn sample(&self, window: (f64, f64)) -> Result<Replicas> {
        let fine = match &self.source {
            Opened::Table(source) => sample_table(&**source, window)?,
            Opened::Refined(bands, _) => {
                let density = self.mesh.map_or(Density::default(), Density::Points);
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
        let rival = match &self.source {
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
        let Opened::Refined(bands, _) = &self.source else {
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
