//! The Fermi level that holds a given number of electrons.

use super::{Channel, Engine, Request, surface};
use crate::bands::{BandHeader, BandSource, GapSplit};
use crate::error::{Error, Result};

/// Tolerance of refinement far from the level, over the given one.
const FAR: f64 = 30.0;
/// Electrons that a refined count does not resolve, over its error.
const UNRESOLVED: f64 = 0.02;

/// A Fermi level found from the electron count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundLevel {
    /// Energy, eV.
    pub energy_ev: f64,
    /// Error that the integration error of the count leaves, eV.
    pub error_ev: f64,
    /// Band edges (valence maximum, conduction minimum), eV, where the level lies in a gap; infinite where all bands lie on one
    /// side, at whose edge it is put.
    pub gap_ev: Option<(f64, f64)>,
}

/// Finds the energy below which the bands hold `electrons` per cell: in a gap its middle, else the root of N(E) by Newton's
/// method, kept inside a shrinking bracket.
///
/// # Errors
/// [`Error::BadOption`] where the bands cannot hold that many electrons; the errors of [`surface`].
pub fn find(
    source: &dyn BandSource,
    request: &Request,
    electrons: f64,
    engine: &mut dyn Engine,
) -> Result<FoundLevel> {
    check_count(source.header(), electrons)?;
    if let Some(gap) = GapSplit::at_count(source, electrons) {
        return Ok(FoundLevel {
            energy_ev: gap.middle_ev(),
            error_ev: 0.0,
            gap_ev: Some((gap.valence_ev, gap.conduction_ev)),
        });
    }
    let (low, high) = extent(source);
    let middle = 0.5 * (low + high);
    let start = match engine.refining() {
        None => middle,
        // Most steps are far from the level, where little precision does.
        Some(refining) => {
            refining.loosen(FAR);
            let found = root(source, request, electrons, middle, engine);
            if let Some(refining) = engine.refining() {
                refining.loosen(1.0);
            }
            found?.0
        }
    };
    let (energy_ev, error_ev) = root(source, request, electrons, start, engine)?;
    Ok(FoundLevel {
        energy_ev,
        error_ev,
        gap_ev: None,
    })
}

/// Lowest and highest energy of all bands, eV.
fn extent(source: &dyn BandSource) -> (f64, f64) {
    let all = source.statistics().iter();
    all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), s| {
        (low.min(s.energy_min), high.max(s.energy_max))
    })
}

/// Root of N(E) − `electrons` by Newton's method from `start`, kept inside a shrinking bracket, and the error that the integration
/// leaves, eV.
fn root(
    source: &dyn BandSource,
    request: &Request,
    electrons: f64,
    start: f64,
    engine: &mut dyn Engine,
) -> Result<(f64, f64)> {
    let (mut low, mut high) = extent(source);
    let refines = engine.refining().is_some();
    let mut energy = start;
    let mut error_ev = 0.0;
    for _ in 0..200 {
        let integral = surface(source, request, energy, engine)?;
        let held = integral.occupied();
        let (dos, _) = integral.total(Channel::States);
        if dos > 0.0 {
            error_ev = held.error / dos;
        }
        let missing = electrons - held.value;
        // Every energy is refined for itself: below its error N(E) is no smooth function.
        let resolved = if refines {
            UNRESOLVED * held.error
        } else {
            0.0
        };
        let tolerance = resolved.max(1e-10 * electrons);
        if missing.abs() <= tolerance || high - low <= 1e-12 * (1.0 + low.abs() + high.abs()) {
            break;
        }
        if missing > 0.0 {
            low = energy;
        } else {
            high = energy;
        }
        let newton = energy + missing / dos;
        // Newton's step where it stays well inside the bracket (never for dos = 0, whose step is infinite), else halving.
        let inside = newton > low && newton < high;
        energy = if inside { newton } else { 0.5 * (low + high) };
    }
    Ok((energy, error_ev))
}

/// Whether the bands can hold so many electrons per cell.
///
/// # Errors
/// [`Error::BadOption`] where not.
pub fn check_count(header: &BandHeader, electrons: f64) -> Result<()> {
    let capacity = header.capacity();
    if electrons >= 0.0 && electrons < capacity * (1.0 + 1e-12) {
        return Ok(());
    }
    Err(Error::bad_option(
        "electron count",
        format!("{electrons} electrons; the bands hold between 0 and {capacity}"),
        "give `--fermi-level EV`, or a file with more bands",
    ))
}

/// The edges of the gap around `energy_ev`, from the bands' extremes alone, where no band reaches across it; infinite on a side
/// without bands, as a model of the conduction bands alone has them. A file's Fermi
/// level is often the valence maximum itself, rounded: bands that reach less than 1 meV across do not count.
pub fn gap_around(source: &dyn BandSource, energy_ev: f64) -> Option<(f64, f64)> {
    const ROUNDING: f64 = 1e-3;
    let mut valence = f64::NEG_INFINITY;
    let mut conduction = f64::INFINITY;
    for band in source.statistics() {
        if band.energy_max <= energy_ev + ROUNDING {
            valence = valence.max(band.energy_max);
        } else if band.energy_min >= energy_ev - ROUNDING {
            conduction = conduction.min(band.energy_min);
        } else {
            return None;
        }
    }
    (conduction > valence && (valence.is_finite() || conduction.is_finite()))
        .then_some((valence, conduction))
}
