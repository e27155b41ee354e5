//! Figures of modes, merits, bounds and fields: what their results are looked at for, where no quantities are asked for.

mod bounds;
mod landauer;
mod magneto;
mod screen;
mod zt;

use super::{Axis, Curve, Entry, Estimate, Figure, Panel, Point, Style, estimates};
use crate::bounds::{BoxOptimum, Filter, Terminals};
use crate::error::Result;
use crate::io::results::{Coordinates, ResultFile};
use rayon::prelude::*;

/// Broken lines of bounds, and what is drawn for comparison.
const GREY: &str = "#666666";
const LIGHT: &str = "#B8B8B8";
/// Powers of a curve, each of which takes long: more than are marked one by one.
const POWERS: usize = 28;
/// Points of a bound's curve.
const FINE: usize = 60;
/// Difference of temperatures, as a share, at which power and efficiency are drawn: small, as zT has it.
const SMALL_DIFFERENCE: f64 = 0.01;
/// Materials that a legend names at most.
const NAMED: usize = 12;

/// The figure of this kind of results; none for other kinds.
///
/// # Errors
/// Where the results are damaged.
pub fn figure(file: &ResultFile, panel_size: (f64, f64)) -> Result<Option<Figure>> {
    let found = match file.kind() {
        "bounds" => bounds::bounds(file)?,
        "landauer" => landauer::landauer(file)?,
        "magneto" => magneto::magneto(file),
        "zt" => zt::zt(file)?,
        "screen" => screen::screen(file)?,
        _ => return Ok(None),
    };
    let (panels, legend) = found;
    Ok((!panels.is_empty()).then_some(Figure {
        panels,
        legend,
        panel_size,
        thinned: None,
    }))
}

type Drawn = (Vec<Panel>, Vec<Entry>);

fn style(colour: impl Into<String>, dashed: bool) -> Style {
    Style {
        colour: colour.into(),
        dashed,
    }
}

fn entry(text: impl Into<String>, style: &Style) -> Entry {
    Entry {
        text: text.into(),
        style: style.clone(),
    }
}

fn line(points: impl IntoIterator<Item = (f64, f64)>, style: &Style) -> Curve {
    let point = |(x, y)| Point {
        x,
        y,
        bar: (0.0, 0.0),
    };
    Curve {
        points: points.into_iter().map(point).collect(),
        style: style.clone(),
        joined: true,
    }
}

/// A straight line on logarithmic axes, of so many points that none is marked.
fn straight(from: (f64, f64), to: (f64, f64), style: &Style) -> Curve {
    let between = |a: f64, b: f64, share: f64| a * (b / a).powf(share);
    let at = |i: usize| {
        let share = i as f64 / FINE as f64;
        (between(from.0, to.0, share), between(from.1, to.1, share))
    };
    line((0..=FINE).map(at), style)
}

fn barred(x: &[f64], y: &[Estimate], factor: f64, style: &Style, joined: bool) -> Curve {
    let point = |(x, q): (&f64, &Estimate)| Point {
        x: *x,
        y: q.value * factor,
        bar: (q.below * factor, q.above * factor),
    };
    Curve {
        points: x.iter().zip(y).map(point).collect(),
        style: style.clone(),
        joined,
    }
}

/// What lies between two x, shaded from the bottom up.
fn shaded(from: f64, to: f64, top: f64, style: &Style) -> Curve {
    let point = |x| Point {
        x,
        y: 0.0,
        bar: (0.0, top),
    };
    Curve {
        points: vec![point(from), point(to)],
        style: style.clone(),
        joined: true,
    }
}

fn range(curves: &[Curve], of: impl Fn(&Point) -> f64, positive: bool) -> (f64, f64) {
    let all = curves.iter().flat_map(|c| &c.points).map(of);
    let usable = all.filter(|v| v.is_finite() && (!positive || *v > 0.0));
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    match usable.fold(start, |(low, high), v| (low.min(v), high.max(v))) {
        (low, high) if low <= high => (low, high),
        _ => (1.0, 10.0),
    }
}

fn numbers(file: &ResultFile, dimension: &str) -> Vec<f64> {
    match file.get_dimension(dimension).map(|d| &d.coordinates) {
        Some(Coordinates::Numbers(x)) => x.clone(),
        _ => Vec::new(),
    }
}

fn labels(file: &ResultFile, dimension: &str) -> Vec<String> {
    match file.get_dimension(dimension).map(|d| &d.coordinates) {
        Some(Coordinates::Labels(x)) => x.clone(),
        _ => Vec::new(),
    }
}

fn column(file: &ResultFile, name: &str) -> Result<Vec<Estimate>> {
    match file.get(name) {
        Some(variable) => estimates(file, variable, None),
        None => Ok(Vec::new()),
    }
}

fn values(all: &[Estimate]) -> Vec<f64> {
    all.iter().map(|q| q.value).collect()
}

/// The limits of a whole decade around positive values.
fn decades((low, high): (f64, f64)) -> (f64, f64) {
    (
        10f64.powf(low.log10().floor()),
        10f64.powf(high.log10().ceil().max(low.log10().floor() + 1.0)),
    )
}

/// zT of the best box over αA.
fn box_curve((low, high): (f64, f64), style: &Style) -> Curve {
    let at = |i: usize| low * (high / low).powf(i as f64 / FINE as f64);
    let points = (0..=FINE)
        .map(at)
        .filter_map(|a| Some((a, BoxOptimum::new(a).ok()?.figure_of_merit)));
    line(points, style)
}

/// Efficiency over power of the best filter of a kind.
fn power_curve(terminals: &Terminals, filter: Filter, style: &Style) -> Curve {
    let at = |i: usize| {
        terminals
            .best(filter, (i as f64 + 0.5) / POWERS as f64)
            .ok()
    };
    let found: Vec<_> = (0..POWERS).into_par_iter().map(at).collect();
    line(
        found.into_iter().flatten().map(|o| (o.power, o.efficiency)),
        style,
    )
}

fn power_panel(curves: Vec<Curve>) -> Panel {
    Panel {
        x: Axis::new("P/P_{max}", "", false, (0.0, 1.0), true),
        y: Axis::new("η/η_{Carnot}", "", false, (0.0, 1.0), true),
        curves,
    }
}

/// From 0 where values vary much.
fn from_zero((low, high): (f64, f64)) -> (f64, f64) {
    if low > 0.6 * high {
        (low, high)
    } else {
        (low.min(0.0), high)
    }
}
