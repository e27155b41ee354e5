//! Hamiltonians where they are needed: most results are good enough by series of sorted bands, which cost little; where a bar stays wide
//! because bands touch, or because too little is known between k-points, Hamiltonians that have the bands as eigenvalues are looked for.

use super::held::Held;
use super::open::Opened;
use super::opening::{InterpolatorKind, Opening};
use super::run::Run;
use super::said::{Said, Say};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::sampler::isospectral::Wanted;
use crate::transport::{Row, Scalar};
use std::borrow::Borrow;
use std::sync::{Mutex, PoisonError};

/// A bar is wide from this share of the value on.
const WIDE: f64 = 0.05;
/// Hamiltonians are worth their search where more than this share of a wide bar is what the table leaves open.
const SHARE: f64 = 0.5;

/// A result, and the bands that it was made of.
pub struct Answer<T> {
    /// The bands.
    pub bands: Opened,
    /// What was found.
    pub found: T,
    /// How.
    pub run: Run,
}

/// Makes a result of bands.
type Make<'a, T> = dyn Fn(&Opened, Say) -> Result<(T, Run)> + 'a;

/// How one result comes from bands.
pub(super) struct Way<'a, T> {
    /// Whether the result is made of parts, none of which knows its bars.
    pub divided: bool,
    /// Opens them.
    pub open: &'a dyn Fn(Held, &Opening) -> Result<Opened>,
    /// Makes the result.
    pub run: &'a Make<'a, T>,
    /// The widest bar of the result, as [`widest`] of its rows.
    pub widest: &'a dyn Fn(&T) -> Option<f64>,
}

impl<T> Way<'_, T> {
    /// The result; where `opening` leaves the interpolator open and the series' bars come out wide, that of Hamiltonians if it has narrower
    /// ones. `opened` sees all bands before anything long is made of them.
    ///
    /// # Errors
    /// Those of the way, and of `opened`.
    pub fn answer(
        &self,
        held: Held,
        opening: &Opening,
        say: Say,
        opened: &dyn Fn(&BandHeader) -> Result<()>,
    ) -> Result<Answer<T>> {
        let open = opening.interpolator.is_none() && !opening.fit_velocities;
        // Points that are no grid along the crystal's own axes have no Hamiltonians.
        let on_grid = held
            .as_table()
            .is_some_and(|t| t.header().k_basis.is_none());
        let undecided = |bands: &Opened| open && on_grid && matches!(bands, Opened::Refined(..));
        // What is said of one result is true of the other, and said once.
        let told: Mutex<Vec<Said>> = Mutex::default();
        let once = |said: Said| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            if !told.contains(&said) {
                told.push(said.clone());
                say(said);
            }
        };
        let from = |opening: &Opening| {
            let bands = (self.open)(held.clone(), opening)?;
            if self.divided && undecided(&bands) {
                return Err(Error::bad_option(
                    "--part",
                    "how the bands are interpolated is left open, and decided by the bars of the whole result",
                    "give `--interpolator series`, or `auto`",
                ));
            }
            opened(bands.header())?;
            let (found, run) = (self.run)(&bands, &once)?;
            Ok(Answer { bands, found, run })
        };
        let series = from(opening)?;
        let wide = (self.widest)(&series.found);
        let Some(wide) = wide.filter(|_| undecided(&series.bands)) else {
            return Ok(series);
        };
        let Some(sought) = held.hamiltonians(Wanted::WherePredictedBetter) else {
            return Ok(series);
        };
        if let Err(why) = sought? {
            say(Said::note(format!(
                "Bars of {:.0} % are kept: {why} (`--interpolator isospectral` takes a Hamiltonian all the same where one is found)",
                100.0 * wide
            )));
            return Ok(series);
        }
        let isospectral = from(&Opening {
            interpolator: Some(InterpolatorKind::Auto),
            ..opening.clone()
        })?;
        // Both are right within their bars.
        let other = (self.widest)(&isospectral.found).unwrap_or(0.0);
        if other < wide {
            return Ok(isospectral);
        }
        say(Said::note(format!(
            "The series is kept after all: its widest bar is {:.0} %, that of the Hamiltonians {:.0} %",
            100.0 * wide,
            100.0 * other
        )));
        Ok(series)
    }
}

/// The widest bar of rows as a share of its value, where it is wide because of what the table leaves open.
pub(super) fn widest<R: Borrow<Row>>(rows: impl Iterator<Item = R>) -> Option<f64> {
    let wide = |row: R| {
        let (_, q, relative) = row.borrow().widest_bar()?;
        is_wide(&q, relative)
    };
    rows.filter_map(wide).max_by(f64::total_cmp)
}

/// As [`widest`], of numbers by themselves.
pub(super) fn widest_of(numbers: impl Iterator<Item = Scalar>) -> Option<f64> {
    let wide = |q: Scalar| is_wide(&q, q.error / q.value.abs());
    numbers.filter_map(wide).max_by(f64::total_cmp)
}

/// The bar as a share of its value, where it is wide because of what the table leaves open.
fn is_wide(q: &Scalar, relative: f64) -> Option<f64> {
    let wide = relative.is_finite() && relative > WIDE && q.shares[0].of_the_table() > SHARE;
    wide.then_some(relative)
}
