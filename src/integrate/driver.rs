//! Integrals of a table: a plan, its items run through an [`Engine`] band by band, and their integer sums reduced to results with error bars.
//!
//! Each axis-1 slab of the zone (at most [`super::plan::SLABS`], fixed by the grid alone) is integrated on the full grid and, in the same
//! pass, on its stride-2 subgrid, with that subgrid's own velocities. The reported error is Σ|fine − coarse| over slabs and
//! bands. The linear tetrahedron converges as h², so a third of that is what is left on average; at a single energy the
//! error is erratic (the third was caught short by a factor of two on the simple-cubic band), so the whole is the bar. With
//! smearing the coarse pass also widens the smearing by √2, which doubles a Gaussian's bias: the difference covers both.

use super::engine::{Engine, Target};
use super::plan::UniformPlan;
use super::result::BandSurface;
use super::work::Runner;
use super::{EnergyAxis, Request, Spectrum, SurfaceIntegral, kept, reduce, ties};
use crate::bands::{BandSource, Interpolation};
use crate::error::{Error, Result};

/// The bands to be refined.
///
/// # Errors
/// [`Error::BadOption`] for a table.
fn to_refine(source: &dyn BandSource) -> Result<Interpolation<'_>> {
    source.interpolation().ok_or_else(|| {
        Error::bad_option(
            "refinement",
            "the bands are a table, and only what can be evaluated anywhere is refined",
            "interpolate them, or integrate the table itself",
        )
    })
}

/// Integrates every channel at one energy.
///
/// # Errors
/// For a request that does not fit the bands, an energy that is not finite, unreadable bands or a failing device.
pub fn surface(
    source: &dyn BandSource,
    request: &Request,
    energy_ev: f64,
    engine: &mut dyn Engine,
) -> Result<SurfaceIntegral> {
    if !energy_ev.is_finite() {
        return Err(Error::bad_option(
            "energy",
            format!("{energy_ev} eV"),
            "give a finite energy",
        ));
    }
    request.validate(source.header())?;
    if let Some(refining) = engine.refining() {
        return refining.surface(to_refine(source)?, request, energy_ev);
    }
    let mut bands = band_surfaces(source, request, energy_ev, &|_, _| true, engine)?;
    let header = source.header();
    ties::widen(
        header,
        request,
        energy_ev,
        &mut bands,
        |spin, band, energy| {
            let own = |s, b| (s, b) == (spin, band);
            band_surfaces(source, request, energy, &own, engine)
        },
    )?;
    Ok(SurfaceIntegral {
        energy_ev,
        spin_degeneracy: source.header().spin.degeneracy(),
        channels: request.channels,
        bands,
    })
}

/// The shares at one energy of the bands that `select(spin, band)` takes.
pub(super) fn band_surfaces(
    source: &dyn BandSource,
    request: &Request,
    energy_ev: f64,
    select: &dyn Fn(usize, usize) -> bool,
    engine: &mut dyn Engine,
) -> Result<Vec<BandSurface>> {
    let plan = UniformPlan::new(source, request, Target::At(energy_ev), false, select);
    let account = kept::open(request.keeping, &plan)?;
    let mut runner = runner(&plan, source, request, engine);
    kept::share_out(&mut runner, account.as_ref())?;
    reduce::surfaces(&plan, source.header(), |band| {
        kept::band_sums(&mut runner, account.as_ref(), band)
    })
}

/// Integrates every channel into the bins of `axis`.
///
/// # Errors
/// As [`surface`].
pub fn spectrum(
    source: &dyn BandSource,
    request: &Request,
    axis: &EnergyAxis,
    engine: &mut dyn Engine,
) -> Result<Spectrum> {
    let header = source.header();
    request.validate(header)?;
    if let Some(refining) = engine.refining() {
        return refining.spectrum(to_refine(source)?, request, axis);
    }
    Spectrum::check_room(axis, header, request)?;
    let target = Target::Bins(axis.clone());
    let plan = UniformPlan::new(source, request, target, engine.folds(), &|_, _| true);
    let account = kept::open(request.keeping, &plan)?;
    let mut runner = runner(&plan, source, request, engine);
    kept::share_out(&mut runner, account.as_ref())?;
    reduce::spectrum(&plan, header, request, |band| {
        kept::band_sums(&mut runner, account.as_ref(), band)
    })
}

fn runner<'a>(
    plan: &'a UniformPlan,
    source: &'a dyn BandSource,
    request: &'a Request,
    engine: &'a mut dyn Engine,
) -> Runner<'a> {
    Runner {
        plan,
        source,
        request,
        engine,
        done: 0,
    }
}
