//! A figure of a result file.

use super::draw::MARKED;
use super::select::{Selection, Series, ordinate, select};
use super::{Axis, Curve, Entry, Estimate, Figure, Panel, Point, Style, colour, merit};
use crate::error::{Error, Result};
use crate::io::results::ResultFile;

/// Legend lines at most; more curves are told apart by their scale of colours, of which these are samples.
const MOST_ENTRIES: usize = 12;
/// Quantities that are positive and vary by more than this are drawn on a logarithmic axis by default, where they are no maxima.
const MANY_TIMES: f64 = 100.0;
/// How far bars may widen an axis beyond the values, as a share of their range.
const BARS_WIDEN: f64 = 0.5;

/// The figure that the selection asks for; without quantities asked for those that have values, none where no quantity has any.
///
/// # Errors
/// [`Error::BadOption`] for what the results do not have, or what is asked for and defined nowhere; [`Error::BadBands`] for damaged
/// ones.
pub fn compose(
    file: &ResultFile,
    selection: &Selection,
    panel_size: (f64, f64),
) -> Result<Option<Figure>> {
    if selection.quantities.is_empty()
        && let Some(figure) = merit::figure(file, panel_size)?
    {
        return Ok(Some(figure));
    }
    let mut all = select(file, selection)?;
    if selection.quantities.is_empty() {
        all.retain(|series| points(series).next().is_some());
    }
    let Some(first) = all.first() else {
        return Ok(None);
    };
    let mut legend = entries(first);
    let mut broken = None;
    let panels = all
        .iter()
        .map(|series| panel(file, series, selection, &mut broken))
        .collect::<Result<_>>()?;
    if let Some(text) = broken {
        for (text, dashed) in [("n-type", false), (text, true)] {
            if text != "n-type" || broken == Some("p-type") {
                let colour = "#000000".into();
                let style = Style { colour, dashed };
                legend.push(Entry {
                    text: text.into(),
                    style,
                });
            }
        }
    }
    Ok(Some(Figure {
        panels,
        legend,
        panel_size,
    }))
}

/// The points of all curves that have a value.
fn points(series: &Series) -> impl Iterator<Item = &(f64, Estimate)> {
    let all = series.curves.iter().flat_map(|(_, points)| points);
    all.filter(|p| p.0.is_finite() && p.1.value.is_finite())
}

/// One line per curve, or samples of many.
fn entries(series: &Series) -> Vec<Entry> {
    let n = series.curves.len();
    let shown: Vec<usize> = if n <= MOST_ENTRIES {
        (0..n).collect()
    } else {
        (0..MOST_ENTRIES)
            .map(|i| i * (n - 1) / (MOST_ENTRIES - 1))
            .collect()
    };
    let entry = |i: usize| Entry {
        text: series.curves[i].0.clone(),
        style: Style {
            colour: colour(i, n),
            dashed: false,
        },
    };
    shown
        .into_iter()
        .map(entry)
        .filter(|e| !e.text.is_empty())
        .collect()
}

fn panel(
    file: &ResultFile,
    series: &Series,
    selection: &Selection,
    broken: &mut Option<&'static str>,
) -> Result<Panel> {
    let (symbol, unit, factor) = ordinate(file, series);
    let points = || points(series);
    if points().next().is_none() {
        return Err(Error::bad_option(
            "--quantity",
            match &series.component {
                Some(c) => format!("`{}` has no component {c} in these results", series.name),
                None => format!("`{}` is defined nowhere in these results", series.name),
            },
            "take another",
        ));
    }
    let named = !series.names.is_empty();
    let log_x = !named && selection.log_x.unwrap_or(series.x.0 == "n − p");
    let sizes = points().map(|p| p.1.value.abs()).filter(|y| *y > 0.0);
    let (least, most) = bounds(sizes);
    // Where a maximum is what is looked for, a linear axis shows it.
    let grows = ["conductivity", "density", "mobility"];
    let wide = most / least > MANY_TIMES && points().all(|p| p.1.value >= 0.0);
    let by_default =
        wide && file.kind() == "transport" && grows.iter().any(|n| series.name.contains(n));
    let log_y = selection.log_y.unwrap_or(by_default);
    let negative = (
        log_x && points().any(|p| p.0 < 0.0),
        log_y && points().any(|p| p.1.value < 0.0),
    );
    let mut curves = Vec::new();
    for (i, (_, points)) in series.curves.iter().enumerate() {
        for side in [1.0, -1.0] {
            // A logarithmic axis shows sizes: what is negative is broken, and drawn by itself.
            let sign = |p: &(f64, Estimate)| match negative {
                (true, _) => p.0.signum(),
                (_, true) => p.1.value.signum(),
                _ => 1.0,
            };
            let size = |v: f64, log: bool| if log { v.abs() } else { v };
            let point = |(x, q): &(f64, Estimate)| Point {
                x: size(*x, log_x),
                y: size(q.value, log_y) * factor,
                // The size of what is negative has its bars the other way round.
                bar: match log_y && q.value < 0.0 {
                    true => (q.above * factor, q.below * factor),
                    false => (q.below * factor, q.above * factor),
                },
            };
            let part: Vec<Point> = points
                .iter()
                .filter(|p| sign(p) == side)
                .map(point)
                .collect();
            if part.is_empty() {
                continue;
            }
            let dashed = side < 0.0;
            if dashed {
                *broken = Some(if negative.0 { "p-type" } else { "negative" });
            }
            let colour = colour(i, series.curves.len());
            curves.push(Curve {
                points: part,
                style: Style { colour, dashed },
                joined: !named,
            });
        }
    }
    let absolute = |symbol: &str, there: bool| match there {
        true => format!("|{symbol}|"),
        false => symbol.to_owned(),
    };
    let drawn = || curves.iter().flat_map(|c| &c.points);
    let xs = bounds(
        drawn()
            .map(|p| p.x)
            .filter(|x| x.is_finite() && (!log_x || *x > 0.0)),
    );
    // Marks need room at the ends of the axis.
    let few = curves.iter().all(|c| c.points.len() <= MARKED);
    let x = if named {
        let names: Vec<&str> = series.names.iter().map(String::as_str).collect();
        Axis::named(&names)
    } else {
        let symbol = absolute(series.x.0, negative.0);
        Axis::new(&symbol, &series.x.1, log_x, xs, !few)
    };
    let ys = extent(&curves, &x, log_y);
    let y = Axis::new(&absolute(&symbol, negative.1), &unit, log_y, ys, false);
    Ok(Panel { x, y, curves })
}

/// The range of the values that the abscissa shows, widened by their bars within reason.
fn extent(curves: &[Curve], x: &Axis, log: bool) -> (f64, f64) {
    let usable = |y: &f64| y.is_finite() && (!log || *y > 0.0);
    let shown = |p: &&Point| (-1e-9..=1.0 + 1e-9).contains(&x.place(p.x));
    let all = || curves.iter().flat_map(|c| &c.points).filter(shown);
    let (low, high) = bounds(all().map(|p| p.y).filter(usable));
    let widest = if high > low {
        BARS_WIDEN * (high - low)
    } else {
        f64::INFINITY
    };
    if log {
        return (low, high);
    }
    let (down, up) = bounds(
        all()
            .flat_map(|p| [p.y - p.bar.0, p.y + p.bar.1])
            .filter(usable),
    );
    (down.max(low - widest), up.min(high + widest))
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.fold(start, |(low, high), v| (low.min(v), high.max(v)));
    if low <= high {
        (low, high)
    } else {
        (1.0, 10.0)
    }
}
