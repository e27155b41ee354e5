//! A figure of a result file.

use super::draw::MARKED;
use super::select::{Selection, Series, ordinate, select};
use super::{Axis, Curve, Entry, Estimate, Figure, Panel, Point, Style, colour, merit};
use crate::error::{Error, Result};
use crate::io::results::{AttributeValue, ResultFile};

/// Curves of a panel at most, each with its line in the legend: more are not told apart.
pub const MOST_CURVES: usize = 12;
/// Quantities that are positive and vary by more than this are drawn on a logarithmic axis by default, where they are no maxima.
const MANY_TIMES: f64 = 100.0;
/// How far bars may widen an axis beyond the values, as a share of their range; on a logarithmic one as a factor.
const BARS_WIDEN: f64 = 1.0;
const BARS_WIDEN_TIMES: f64 = 3.0;

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
    overlaid(&[(String::new(), file)], selection, panel_size)
}

/// As [`compose`], of several results by their names: the curves of each quantity in one panel.
///
/// # Errors
/// Likewise; [`Error::BadOption`] where they have no quantity in the same unit.
pub fn overlaid(
    files: &[(String, &ResultFile)],
    selection: &Selection,
    panel_size: (f64, f64),
) -> Result<Option<Figure>> {
    let Some(&(_, file)) = files.first() else {
        return Ok(None);
    };
    if selection.quantities.is_empty()
        && files.len() == 1
        && let Some(figure) = merit::figure(file, panel_size)?
    {
        return Ok(Some(figure));
    }
    let mut all = select(file, selection)?;
    if selection.quantities.is_empty() {
        all.retain(|series| points(series).next().is_some());
    }
    if files.len() > 1 {
        for series in &mut all {
            overlay(series, files, selection)?;
        }
    }
    let mut thinned = None;
    for series in &mut all {
        let n = series.curves.len();
        if n > MOST_CURVES {
            thinned = thinned.max(Some(n));
            let kept = |i: usize| i * (n - 1) / (MOST_CURVES - 1);
            series.curves = (0..MOST_CURVES)
                .map(|i| series.curves[kept(i)].clone())
                .collect();
        }
    }
    let Some(first) = all.first() else {
        return Ok(None);
    };
    let mut legend = entries(first);
    // Panels of excitations may have curves of different things: directions, temperatures.
    for other in all[1..].iter().flat_map(entries) {
        if !first.curves.iter().any(|(label, _)| *label == other.text)
            && !legend.contains(&other)
            && several_legends(file)
        {
            // One look, one line, whatever it is of in each panel.
            match legend.iter_mut().find(|entry| entry.style == other.style) {
                Some(entry) => entry.text += &format!("; {}", other.text),
                None => legend.push(other),
            }
        }
    }
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
        thinned,
    }))
}

/// Puts the curves of the other results beside the first one's, each with the name of its results.
fn overlay(
    series: &mut Series,
    files: &[(String, &ResultFile)],
    selection: &Selection,
) -> Result<()> {
    let unit = |file: &ResultFile| file.get(&series.name).map(|v| v.unit.clone());
    let own = unit(files[0].1);
    let mut curves = Vec::new();
    for (i, (name, file)) in files.iter().enumerate() {
        let label = |curve: &str| match curve {
            "" => name.clone(),
            curve => format!("{name}: {curve}"),
        };
        let theirs = if i == 0 {
            series.curves.clone()
        } else {
            let same = unit(file) == own;
            let wanted = Selection {
                quantities: vec![series.name.clone()],
                ..selection.clone()
            };
            let found = if same {
                select(file, &wanted)?
            } else {
                Vec::new()
            };
            match found.into_iter().next() {
                Some(other) if other.x == series.x && other.names == series.names => other.curves,
                _ => {
                    return Err(Error::bad_option(
                        "--overlay",
                        format!(
                            "{name} has no `{}` in the same units against the same",
                            series.name
                        ),
                        "overlay results of the same command, or choose with --quantity and --against",
                    ));
                }
            }
        };
        curves.extend(theirs.into_iter().map(|(c, points)| (label(&c), points)));
    }
    series.curves = curves;
    Ok(())
}

/// Whether panels of these results can have curves of different things.
fn several_legends(file: &ResultFile) -> bool {
    ["phonon", "drag", "superconductor"].contains(&file.kind())
}

/// The points of all curves that have a value.
fn points(series: &Series) -> impl Iterator<Item = &(f64, Estimate)> {
    let all = series.curves.iter().flat_map(|(_, points)| points);
    all.filter(|p| p.0.is_finite() && p.1.value.is_finite())
}

/// One line per curve.
fn entries(series: &Series) -> Vec<Entry> {
    let n = series.curves.len();
    let labels = series.curves.iter().map(|(label, _)| label.clone());
    let entry = |(i, text): (usize, String)| Entry {
        text,
        style: Style {
            colour: colour(i, n),
            dashed: false,
        },
    };
    let all = labels.enumerate().map(entry);
    all.filter(|e| !e.text.is_empty()).collect()
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
    let log_x = !named
        && selection
            .log_x
            .unwrap_or(["n − p", "Λ", "L"].contains(&series.x.0));
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
    let mut x = if named {
        let names: Vec<&str> = series.names.iter().map(String::as_str).collect();
        Axis::named(&names)
    } else {
        let symbol = absolute(series.x.0, negative.0);
        Axis::new(&symbol, &series.x.1, log_x, xs, !few)
    };
    let level = file.get_attribute("fermi_level_ev");
    if let ("E", Some(AttributeValue::Number(level))) = (series.x.0, level) {
        x.fermi_level = Some(*level);
    }
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
    let (down, up) = bounds(
        all()
            .flat_map(|p| [p.y - p.bar.0, p.y + p.bar.1])
            .filter(usable),
    );
    if log {
        return (
            down.max(low / BARS_WIDEN_TIMES),
            up.min(high * BARS_WIDEN_TIMES),
        );
    }
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
