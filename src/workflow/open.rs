//! The bands that a result is made of: a table, or an interpolation to be refined.

use super::axes;
use super::held::{Bands, Held, Searched};
use super::method::Method;
use super::opening::{Density, InterpolatorKind, Opening};
use crate::bands::{BandHeader, BandSource, Scissor, ScissorBands, WannierHamiltonian};
use crate::crystal::{KGrid, Lattice};
use crate::error::{Error, Result};
use crate::integrate::refine::Refinement;
use crate::sampler::isospectral::{self, Wanted};
use crate::sampler::{
    Conditions, FourierBands, FourierSeries, InterpolatedBands, Interpolator, IsospectralBands,
    IsospectralGrid, ShiftedBands, WannierBands, WannierGrid,
};
use std::ops::Deref;
use std::sync::Arc;

/// Error bar that refinement brings interpolated bands to by default; of Hamiltonians that are off by more than this (eV) it is wider in
/// proportion, up to so many times: what they leave open is larger still.
const TOLERANCE: f64 = 1e-3;
const MISFIT_EV: f64 = 2e-3;
const LOOSER: f64 = 5.0;
/// Tables with more points along an axis are dense enough to be integrated as they are, and too long for a Fourier series.
const MOST_POINTS: usize = 48;

/// Opened bands.
pub enum Opened {
    /// Values on a grid.
    Table(Box<dyn BandSource>),
    /// An interpolation, with how far it is to be refined.
    Refined(InterpolatedBands, Refinement),
}

impl Deref for Opened {
    type Target = dyn BandSource;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Table(source) => &**source,
            Self::Refined(bands, _) => bands,
        }
    }
}

/// What a command makes of its input where the user asks for no density.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// Works on tables alone: takes a Wannier Hamiltonian on a default grid.
    Table,
    /// Takes a table as it is and refines a Wannier Hamiltonian.
    AsGiven,
    /// Interpolates coarse tables, too, and refines.
    Refined,
}

/// Finds fault with bands, given what they will be and the range of the table's energies (eV), where there is one.
pub type Objection<'a> = dyn Fn(&BandHeader, Option<(f64, f64)>) -> Result<()> + 'a;

/// Finds fault with a table.
pub type TableObjection<'a> = dyn Fn(&dyn BandSource) -> Result<()> + 'a;

/// What a command asks of the bands before anything long is made of them.
pub struct Demands<'a> {
    /// How they are to be integrated; none where they never are refined.
    pub method: Option<&'a Method>,
    /// Objections to the bands.
    pub check: &'a Objection<'a>,
    /// Objections to the table's own energies, which no interpolation through them takes away.
    pub table: Option<&'a TableObjection<'a>>,
    /// Whether the relaxation times that bands bring are integrated.
    pub lifetimes: bool,
}

impl Demands<'_> {
    /// Of a table or a Hamiltonian that is taken on `grid`, or as it is.
    fn of_grid(
        &self,
        header: &BandHeader,
        grid: Option<KGrid>,
        range: Option<(f64, f64)>,
    ) -> Result<()> {
        match grid {
            Some(k_grid) => (self.check)(
                &BandHeader {
                    k_grid,
                    has_velocities: true,
                    has_lifetimes: false,
                    ..header.clone()
                },
                range,
            ),
            None => (self.check)(header, range),
        }
    }

    /// Of an interpolation that is refined.
    fn of_refined(&self, header: &BandHeader, range: Option<(f64, f64)>) -> Result<()> {
        self.of_grid(header, Some(header.k_grid), range)?;
        self.method.map_or(Ok(()), Method::check_refinement)
    }
}

/// Makes of the bands what the options ask for.
///
/// # Errors
/// [`Error::BadOption`] for a grid that cannot be; those of the demands, and of interpolations.
pub fn open(
    held: Held,
    input: &Opening,
    preference: Preference,
    demands: &Demands,
) -> Result<Opened> {
    let opened = on_density(held, input, preference, demands)?;
    // The gap of the dense bands is the better one.
    match (opened, input.scissor) {
        (opened, None) => Ok(opened),
        (Opened::Table(source), Some(gap)) => {
            Ok(Opened::Table(Box::new(ScissorBands::new(source, gap)?)))
        }
        (Opened::Refined(bands, refinement), Some(gap)) => {
            let scissor = Scissor::new(&bands, gap)?;
            let shift = |full: &bool| if *full { 0.0 } else { scissor.shift_ev };
            let shifts = scissor.full.iter().map(shift).collect();
            let shifted =
                ShiftedBands::new(bands.into_interpolator().into(), scissor.header, shifts);
            Ok(Opened::Refined(
                InterpolatedBands::new(Box::new(shifted))?,
                refinement,
            ))
        }
    }
}

fn on_density(
    held: Held,
    input: &Opening,
    preference: Preference,
    demands: &Demands,
) -> Result<Opened> {
    let wanted_table = preference == Preference::Table && input.tolerance.is_none();
    let name = &*held.name;
    let (table, searched) = match held.bands {
        Bands::Table(table, searched) => (table, searched),
        Bands::Hamiltonian(hamiltonian) => {
            if input.interpolator == Some(InterpolatorKind::Isospectral) {
                return Err(no_hamiltonian(
                    name,
                    "the file is a Hamiltonian already",
                    "leave the option out",
                ));
            }
            if input.fit_velocities {
                return Err(nothing_to_fit(
                    name,
                    "a Wannier Hamiltonian is evaluated itself, no series is fitted",
                    "leave the option out",
                ));
            }
            let header = hamiltonian.header();
            let grid = match density(input, &header.lattice)? {
                Some(Density::Grid(n)) => {
                    axes::check_evaluated(n, density_option(input), header.k_grid.n)?;
                    Some(KGrid::gamma(n)?)
                }
                Some(Density::AsItIs) => Some(header.k_grid),
                None => None,
            };
            return Ok(match grid {
                Some(grid) => {
                    demands.of_grid(header, Some(grid), None)?;
                    Opened::Table(Box::new(WannierGrid::new(*hamiltonian, grid)?))
                }
                None if wanted_table => {
                    demands.of_grid(header, Some(header.k_grid), None)?;
                    Opened::Table(Box::new(WannierGrid::with_default_grid(*hamiltonian)?))
                }
                None => {
                    demands.of_refined(header, None)?;
                    refine(Box::new(WannierBands::new(*hamiltonian)?), input)?
                }
            });
        }
    };
    demands.table.map_or(Ok(()), |check| check(&*table))?;
    if table.header().k_basis.is_some() {
        return off_axes(&*table, name, input, preference, demands);
    }
    let header = table.header();
    let coarse = header.k_grid.n.iter().all(|n| *n <= MOST_POINTS) && !header.has_lifetimes;
    if input.fit_velocities && !header.has_velocities {
        return Err(nothing_to_fit(
            name,
            "the file brings no velocities",
            "leave the option out, or give a native HDF5 file with velocities (`bzint info` says what a file brings)",
        ));
    }
    let conditions = if input.fit_velocities {
        Conditions::EnergiesAndVelocities
    } else {
        Conditions::Energies
    };
    let range = input.scissor.is_none().then(|| {
        let all = table.statistics().iter();
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), s| {
            (low.min(s.energy_min), high.max(s.energy_max))
        })
    });
    let refined = match (density(input, &header.lattice)?, input.tolerance) {
        (Some(Density::Grid(n)), _) => {
            axes::check_dense(n, density_option(input), &*table)?;
            let grid = KGrid::gamma(n)?;
            demands.of_grid(header, Some(grid), range)?;
            let why = match hamiltonians(&*table, &searched, name, input)? {
                Hamiltonians::Found(bands) => {
                    return Ok(Opened::Table(Box::new(match preference {
                        Preference::Table => IsospectralGrid::new(&bands, grid)?,
                        _ => IsospectralGrid::with_rival(&bands, grid, &*table)?,
                    })));
                }
                Hamiltonians::None(why) => why,
            };
            let mut bands = match preference {
                Preference::Table => FourierBands::through(&*table, grid, conditions)?,
                _ => FourierBands::with_rival_through(&*table, grid, conditions)?,
            };
            why.into_iter().for_each(|why| bands.note(why));
            return Ok(Opened::Table(Box::new(bands)));
        }
        (Some(Density::AsItIs), _) => false,
        (None, Some(_)) => true,
        // Who says how bands are interpolated wants them interpolated.
        (None, None) if input.interpolator.is_some() && !header.has_lifetimes => {
            preference != Preference::Table
        }
        (None, None) => preference == Preference::Refined && coarse,
    };
    if !refined {
        // What is asked for and cannot be is not left unheard.
        if let Some(option) = input.how() {
            let problem = match header.has_lifetimes {
                true => "the table brings relaxation times, and is integrated on its own points",
                false => "the table is taken as it is, nothing is interpolated",
            };
            return Err(Error::bad_option(
                option,
                format!("{name}: {problem}"),
                "give `--interpolate N` or `--tolerance`, or leave the option out",
            ));
        }
        demands.of_grid(header, None, range)?;
        return as_it_is(table, preference, demands);
    }
    demands.of_refined(header, range)?;
    let why = match hamiltonians(&*table, &searched, name, input)? {
        Hamiltonians::Found(bands) => {
            let looser = (bands.misfit_ev() / MISFIT_EV).clamp(1.0, LOOSER);
            // In whole 1e-4, as it is printed.
            let own = (TOLERANCE * looser * 1e4).round() / 1e4;
            let input = Opening {
                tolerance: Some(input.tolerance.unwrap_or(own)),
                ..input.clone()
            };
            return refine(bands, &input);
        }
        Hamiltonians::None(why) => why,
    };
    let mut series = FourierSeries::with_rival_through(&*table, conditions)?;
    why.into_iter().for_each(|why| series.note(why));
    refine(Box::new(series), input)
}

/// Bands on k-points that are no grid along any axes: they are interpolated, however they are asked for.
fn off_axes(
    table: &dyn BandSource,
    name: &str,
    input: &Opening,
    preference: Preference,
    demands: &Demands,
) -> Result<Opened> {
    let off = "the k-points are a grid in no basis of the crystal that has several points along each axis";
    if input.fit_velocities {
        return Err(nothing_to_fit(name, off, "leave the option out"));
    }
    if input.interpolator == Some(InterpolatorKind::Isospectral) {
        return Err(no_hamiltonian(name, off, "give `--interpolator series`"));
    }
    let header = table.header();
    let own = header.k_set().grid_of_own_axes(&header.lattice)?;
    let seen = BandHeader {
        k_grid: own,
        k_basis: None,
        ..header.clone()
    };
    let grid = match (density(input, &header.lattice)?, input.tolerance) {
        (Some(Density::Grid(n)), _) => {
            axes::check_evaluated(n, density_option(input), own.n)?;
            KGrid::gamma(n)?
        }
        (Some(Density::AsItIs), _) => {
            return Err(Error::bad_option(
                "--interpolate none",
                format!("{name}: {off}, so that nothing can be differentiated as it is"),
                "give a number, or leave the option out",
            ));
        }
        (None, None) if preference == Preference::Table => own,
        // Denser than the file's points: analytic velocities leave the grid's part of the bars to be made small.
        (None, None) if preference == Preference::AsGiven => {
            KGrid::new(own.n.map(|n| if n == 1 { 1 } else { 2 * n }), own.shift)?
        }
        (None, _) => {
            demands.of_refined(&seen, None)?;
            return refine(Box::new(FourierSeries::with_rival(table)?), input);
        }
    };
    demands.of_grid(&seen, Some(grid), None)?;
    Ok(Opened::Table(Box::new(FourierBands::with_rival(
        table, grid,
    )?)))
}

/// A table without interpolation, but along axes with so few points that differences do not see their dispersion.
///
/// # Errors
/// As [`axes::check_lifetimes`], where the bands bring relaxation times, which are not interpolated.
fn as_it_is(
    table: Arc<dyn BandSource>,
    preference: Preference,
    demands: &Demands,
) -> Result<Opened> {
    if preference == Preference::Table {
        return Ok(Opened::Table(Box::new(table)));
    }
    if table.header().has_lifetimes && demands.lifetimes {
        axes::check_lifetimes(&*table)?;
        return Ok(Opened::Table(Box::new(table)));
    }
    Ok(Opened::Table(match axes::completed(&*table)? {
        Some(grid) => Box::new(FourierBands::with_rival(&*table, grid)?),
        None => Box::new(table),
    }))
}

/// The option that asks for a grid.
fn density_option(input: &Opening) -> &'static str {
    match input.kspacing {
        Some(_) => "--kspacing",
        None => "--interpolate",
    }
}

/// What a search for Hamiltonians came to: they, or a note on why there are none.
enum Hamiltonians {
    Found(Box<IsospectralBands>),
    None(Option<String>),
}

/// The table's bands by Hamiltonians, where the options ask for them and they are found.
fn hamiltonians(
    table: &dyn BandSource,
    searched: &Searched,
    name: &str,
    input: &Opening,
) -> Result<Hamiltonians> {
    let wanted = match input.interpolator {
        None | Some(InterpolatorKind::Series) => return Ok(Hamiltonians::None(None)),
        Some(InterpolatorKind::Auto) => Wanted::WherePredictedBetter,
        Some(InterpolatorKind::Isospectral) => Wanted::Wherever,
    };
    if input.fit_velocities {
        return match wanted {
            Wanted::Wherever => Err(no_hamiltonian(
                name,
                "a Hamiltonian is found from energies, velocities are not fitted",
                "leave one of `--interpolator isospectral` and `--fit-velocities` out",
            )),
            Wanted::WherePredictedBetter => Ok(Hamiltonians::None(None)),
        };
    }
    match (searched.for_bands(table, wanted)?, wanted) {
        (Ok(bands), _) => Ok(Hamiltonians::Found(Box::new(bands))),
        (Err(why), Wanted::WherePredictedBetter) => Ok(Hamiltonians::None(Some(format!(
            "No Hamiltonian is taken: {why}"
        )))),
        (Err(why), Wanted::Wherever) => {
            Err(no_hamiltonian(name, &why, "give `--interpolator series`"))
        }
    }
}

/// The input's Hamiltonian of one spin channel: its own where it is one, else that found for the bands that matter most.
///
/// # Errors
/// [`Error::BadOption`] where a spin channel must be chosen, and where no Hamiltonian is found.
pub fn hamiltonian(held: Held, spin: Option<usize>) -> Result<WannierHamiltonian> {
    let table = match held.bands {
        Bands::Table(table, _) => table,
        Bands::Hamiltonian(hamiltonian) => return Ok(*hamiltonian),
    };
    table.header().check_k_grid()?;
    let header = table.header();
    let spin = match spin {
        Some(spin) if spin < header.n_spin() => spin,
        None if header.n_spin() == 1 => 0,
        _ => {
            return Err(Error::bad_option(
                "--spin",
                format!(
                    "the bands have {} spin channels, and a Hamiltonian is of one",
                    header.n_spin()
                ),
                "give `--spin 1` or `--spin 2`",
            ));
        }
    };
    let none = |why: &str| {
        let name = &held.name;
        Error::bad_option(
            "--output",
            format!("{name}: no Hamiltonian is found: {why}"),
            "write .h5, .bxsf or .frmsf, or give a denser table",
        )
    };
    let bands = isospectral::search(&*table, Wanted::Wherever)?
        .bands
        .map_err(|why| none(&why))?;
    bands
        .whole(spin)
        .ok_or_else(|| none("none has the bands that matter"))
}

/// The error of `--interpolator isospectral` where there can be none.
fn no_hamiltonian(file: &str, problem: &str, remedy: &str) -> Error {
    Error::bad_option(
        "--interpolator isospectral",
        format!("{file}: {problem}"),
        remedy,
    )
}

/// The error of `--fit-velocities` where it can do nothing.
fn nothing_to_fit(file: &str, problem: &str, remedy: &str) -> Error {
    Error::bad_option("--fit-velocities", format!("{file}: {problem}"), remedy)
}

/// The uniform grid that is asked for, by its points or by their distance.
fn density(input: &Opening, lattice: &Lattice) -> Result<Option<Density>> {
    match input.kspacing {
        Some(spacing) => Ok(Some(Density::Grid(
            KGrid::from_spacing(lattice, spacing)?.n,
        ))),
        None => Ok(input.interpolate),
    }
}

fn refine(interpolator: Box<dyn Interpolator>, input: &Opening) -> Result<Opened> {
    let bands = InterpolatedBands::new(interpolator)?;
    let refinement = Refinement {
        tolerance: input.tolerance.unwrap_or(TOLERANCE),
        ..Refinement::default()
    };
    Ok(Opened::Refined(bands, refinement))
}
