//! Figures of modes, merits and bounds: what their results are looked at for, where no quantities are asked for.

use super::{Axis, Curve, Entry, Estimate, Figure, Panel, Point, Style, colour, estimates};
use crate::bounds::{BoxOptimum, Filter, Terminals};
use crate::error::Result;
use crate::io::results::{AttributeValue, Coordinates, ResultFile};

/// Broken lines of bounds, and what is drawn for comparison.
const GREY: &str = "#666666";
const LIGHT: &str = "#B8B8B8";
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
        "bounds" => bounds(file)?,
        "landauer" => landauer(file)?,
        "zt" => zt(file)?,
        "screen" => screen(file)?,
        _ => return Ok(None),
    };
    let (panels, legend) = found;
    Ok((!panels.is_empty()).then_some(Figure {
        panels,
        legend,
        panel_size,
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

/// zT and edges of the best box over αA, and power against efficiency of two terminals where these were asked for.
fn bounds(file: &ResultFile) -> Result<Drawn> {
    let alpha = numbers(file, "alpha_a");
    let (black, blue, red) = (
        style("#000000", false),
        style(colour(0, 3), false),
        style(colour(1, 3), false),
    );
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    if !alpha.is_empty() {
        let xs = decades(range(
            &[line(alpha.iter().map(|a| (*a, 1.0)), &black)],
            |p| p.x,
            true,
        ));
        let marks = column(file, "figure_of_merit")?;
        let grey = style(GREY, true);
        let small = |a: f64| (a, crate::bounds::WIDE_SLOPE * a);
        let mut points = barred(&alpha, &marks, 1.0, &black, false);
        points.points.iter_mut().for_each(|p| p.bar = (0.0, 0.0));
        let curves = vec![
            straight(small(xs.0), small(xs.1.min(10.0)), &grey),
            box_curve(xs, &black),
            points,
        ];
        let ys = range(&curves[1..], |p| p.y, true);
        panels.push(Panel {
            x: Axis::new("αA", "", true, xs, true),
            y: Axis::new("zT", "", true, ys, false),
            curves,
        });
        legend.push(entry("best box", &black));
        legend.push(entry("limit of small αA", &grey));
        let at = |i: usize| xs.0 * (xs.1 / xs.0).powf(i as f64 / FINE as f64);
        let boxes: Vec<BoxOptimum> = (0..=FINE)
            .filter_map(|i| BoxOptimum::new(at(i)).ok())
            .collect();
        let limit = crate::bounds::NARROW_LIMIT;
        let curves = vec![
            straight((xs.0, limit), (xs.1, limit), &grey),
            line(boxes.iter().map(|b| (b.alpha_a, b.lower)), &blue),
            line(boxes.iter().map(|b| (b.alpha_a, b.upper)), &red),
        ];
        let most = boxes.iter().map(|b| b.upper).fold(1.0, f64::max).min(20.0);
        panels.push(Panel {
            x: Axis::new("αA", "", true, xs, true),
            y: Axis::new("(E − μ)/k_{B}T", "", false, (0.0, most), true),
            curves,
        });
        legend.push(entry("lower edge", &blue));
        legend.push(entry("upper edge", &red));
    }
    let power = numbers(file, "power");
    if !power.is_empty() {
        let efficiency = values(&column(file, "efficiency")?);
        let number = |name: &str| match file.get_attribute(name) {
            Some(AttributeValue::Number(x)) => *x,
            _ => f64::NAN,
        };
        let terminals = Terminals::new(number("hot_k"), number("cold_k"))?;
        let mut curves = Vec::new();
        for (i, (filter, text)) in [
            (Filter::Box, "box at each power"),
            (Filter::Step, "step at each power"),
        ]
        .into_iter()
        .enumerate()
        {
            let own = style(colour(2 + i, 4), false);
            curves.push(power_curve(&terminals, filter, &own));
            let marks = &efficiency[i * power.len()..][..power.len()];
            let mut marks = line(power.iter().copied().zip(marks.iter().copied()), &own);
            marks.joined = false;
            curves.push(marks);
            legend.push(entry(text, &own));
        }
        panels.push(power_panel(curves));
    }
    Ok((panels, legend))
}

/// Efficiency over power of the best filter of a kind.
fn power_curve(terminals: &Terminals, filter: Filter, style: &Style) -> Curve {
    let at = |i: usize| terminals.best(filter, (i as f64 + 0.5) / FINE as f64).ok();
    line(
        (0..FINE).filter_map(at).map(|o| (o.power, o.efficiency)),
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

/// M(E) and λ(E) along every direction, with what the counted crossings give; then the modes of each band.
fn landauer(file: &ResultFile) -> Result<Drawn> {
    let energy = numbers(file, "energy");
    let directions = labels(file, "direction");
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    if energy.is_empty() {
        return Ok((panels, legend));
    }
    let level = match file.get_attribute("fermi_level_ev") {
        Some(AttributeValue::Number(e)) => *e,
        _ => 0.0,
    };
    let x: Vec<f64> = energy.iter().map(|e| e - level).collect();
    let n = directions.len();
    for (i, direction) in directions.iter().enumerate() {
        legend.push(entry(
            direction_label(direction),
            &style(colour(i, n), false),
        ));
    }
    let (name, unit, factor) = [
        ("modes_per_area", "nm^{−2}", 1e-18),
        ("modes_per_width", "nm^{−1}", 1e-9),
        ("modes", "", 1.0),
    ]
    .into_iter()
    .find(|(name, ..)| file.get(&format!("{name}_spectrum")).is_some())
    .unwrap_or(("modes_per_area", "", 1.0));
    let part = |all: &[Estimate], i: usize| -> Vec<Estimate> {
        all.get(i * x.len()..(i + 1) * x.len())
            .unwrap_or_default()
            .to_vec()
    };
    let mut put = |variable: &str,
                   symbol: &str,
                   unit: &str,
                   factor: f64,
                   counted: &[Estimate]|
     -> Result<()> {
        let all = column(file, variable)?;
        if all.is_empty() {
            return Ok(());
        }
        let mut curves = Vec::new();
        for i in 0..n {
            curves.push(barred(
                &x,
                &part(&all, i),
                factor,
                &style(colour(i, n), false),
                true,
            ));
        }
        let ys = range(&curves, |p| p.y, false);
        for i in 0..n {
            let own = part(counted, i);
            if own.iter().any(|q| q.value.is_finite()) {
                let points = x.iter().copied().zip(own.iter().map(|q| q.value * factor));
                curves.push(line(points, &style("#000000", true)));
            }
        }
        panels.push(Panel {
            x: Axis::new("E − E_{F}", "eV", false, (x[0], x[x.len() - 1]), true),
            y: Axis::new(symbol, unit, false, from_zero(ys), false),
            curves,
        });
        Ok(())
    };
    let counted = column(file, &format!("{name}_counted"))?;
    if counted.iter().any(|q| q.value.is_finite()) {
        legend.push(entry("crossings counted", &style("#000000", true)));
    }
    put(&format!("{name}_spectrum"), "M", unit, factor, &counted)?;
    put("mean_free_path_spectrum", "λ", "nm", 1e9, &[])?;
    let bands = labels(file, "band");
    let all = column(file, &format!("{name}_by_band"))?;
    if !bands.is_empty() && !all.is_empty() {
        // The first direction's; the others are told apart by the file.
        let curves: Vec<Curve> = (0..bands.len())
            .map(|b| {
                barred(
                    &x,
                    &part(&all, b),
                    factor,
                    &style(colour(b, bands.len()), false),
                    true,
                )
            })
            .collect();
        let ys = range(&curves, |p| p.y, false);
        panels.push(Panel {
            x: Axis::new("E − E_{F}", "eV", false, (x[0], x[x.len() - 1]), true),
            y: Axis::new(
                &format!("M of each band along {}", directions[0]),
                unit,
                false,
                (0.0, ys.1),
                false,
            ),
            curves,
        });
    }
    Ok((panels, legend))
}

/// From 0 where values vary much.
fn from_zero((low, high): (f64, f64)) -> (f64, f64) {
    if low > 0.6 * high {
        (low, high)
    } else {
        (low.min(0.0), high)
    }
}

fn direction_label(label: &str) -> String {
    let bare = label.trim_start_matches('[').trim_end_matches(']');
    match bare {
        "x" | "y" | "z" => format!("along {bare}"),
        _ if bare.contains(',') => format!("along ({bare})"),
        _ => format!("along [{bare}]"),
    }
}

/// The window over the transmission and −∂f/∂E at the best state of each direction; zT against αA with its bounds; power against efficiency.
fn zt(file: &ResultFile) -> Result<Drawn> {
    let directions = labels(file, "direction");
    let n = directions.len();
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    for (i, direction) in directions.iter().enumerate() {
        legend.push(entry(
            direction_label(direction),
            &style(colour(i, n), false),
        ));
    }
    let x = numbers(file, "x");
    let transmission = column(file, "transmission")?;
    let (black, light) = (style("#000000", true), style(LIGHT, false));
    if !x.is_empty() && transmission.len() == n * x.len() {
        let (lower, upper) = (
            column(file, "curve_window_lower")?,
            column(file, "curve_window_upper")?,
        );
        let mut curves = Vec::new();
        for i in 0..n.min(lower.len()) {
            let edges = [lower[i].value, upper[i].value].map(|e| e.clamp(x[0], x[x.len() - 1]));
            curves.push(shaded(edges[0], edges[1], 2.0, &style(colour(i, n), false)));
        }
        let thermal = |x: &f64| (*x, 4.0 * crate::fermi_dirac::window(*x));
        curves.push(line(x.iter().map(thermal), &black));
        for i in 0..n {
            let own = &transmission[i * x.len()..][..x.len()];
            curves.push(barred(&x, own, 1.0, &style(colour(i, n), false), true));
        }
        panels.push(Panel {
            x: Axis::new("(E − μ)/k_{B}T", "", false, (x[0], x[x.len() - 1]), true),
            y: Axis::new("transmission", "", false, (0.0, 1.05), true),
            curves,
        });
        legend.push(entry("−∂f/∂E over its most", &black));
    }
    let alpha = values(&column(file, "alpha_a")?);
    let merit = column(file, "figure_of_merit")?;
    let own_bound = column(file, "bound")?;
    if alpha.iter().any(|a| *a > 0.0) {
        let grey = style(GREY, true);
        let of = |all: &[Estimate], i: usize, style: &Style| {
            let pick = |j: &usize| j % n == i;
            let points: Vec<usize> = (0..all.len()).filter(pick).collect();
            let xs: Vec<f64> = points.iter().map(|j| alpha[*j]).collect();
            let ys: Vec<Estimate> = points.iter().map(|j| all[*j]).collect();
            barred(&xs, &ys, 1.0, style, false)
        };
        let mut curves: Vec<Curve> = (0..n)
            .map(|i| of(&merit, i, &style(colour(i, n), false)))
            .collect();
        let xs = decades(range(&curves, |p| p.x, true));
        let mut marks: Vec<Curve> = (0..n).map(|i| of(&own_bound, i, &light)).collect();
        for curve in &mut marks {
            curve.points.iter_mut().for_each(|p| p.bar = (0.0, 0.0));
        }
        curves.extend(marks);
        curves.push(box_curve(xs, &grey));
        let (low, high) = range(&curves, |p| p.y, true);
        panels.push(Panel {
            x: Axis::new("αA", "", true, xs, true),
            y: Axis::new("zT", "", true, (low.max(1e-6 * high), high), false),
            curves,
        });
        legend.push(entry("bound of constant channels", &grey));
        legend.push(entry("bound of the own channels", &light));
    }
    let share = values(&column(file, "power_share")?);
    let best = (0..merit.len())
        .filter(|i| merit[*i].value.is_finite() && share.get(*i).is_some_and(|s| s.is_finite()));
    if let Some(best) = best.max_by(|a, b| merit[*a].value.total_cmp(&merit[*b].value)) {
        let terminals = Terminals::new(300.0, 300.0 * (1.0 - SMALL_DIFFERENCE))?;
        let filters = [
            (
                Filter::Box,
                style("#000000", false),
                "best box at each power",
            ),
            (Filter::Step, style(GREY, true), "best step"),
        ];
        let mut curves = Vec::new();
        for (filter, style, text) in filters {
            curves.push(power_curve(&terminals, filter, &style));
            legend.push(entry(text, &style));
        }
        // P = 4x(1 − x) of the most, x being the voltage over that of an open circuit.
        let zt = merit[best].value;
        let working = |i: usize| {
            let x = i as f64 / 200.0;
            (
                4.0 * x * (1.0 - x) * share[best],
                zt * x * (1.0 - x) / (1.0 + zt * (1.0 - x)),
            )
        };
        let own = style(colour(best % n, n), false);
        curves.push(line((0..=200).map(working), &own));
        panels.push(Panel {
            x: Axis::new(
                "P/P_{max} of as many perfect channels",
                "",
                false,
                (0.0, 1.0),
                true,
            ),
            ..power_panel(curves)
        });
    }
    Ok((panels, legend))
}

/// zT of every material by rank, and against αA with the bound of constant channels; the share of the own bound by rank.
fn screen(file: &ResultFile) -> Result<Drawn> {
    let names = labels(file, "file");
    let n = names.len();
    let (alpha, merit, share) = (
        column(file, "alpha_a")?,
        column(file, "figure_of_merit")?,
        column(file, "share_of_bound")?,
    );
    let power = column(file, "power_factor")?;
    let grey = style(GREY, true);
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    let tint = |i: usize| style(colour(i, n.max(8)), false);
    for (i, name) in names.iter().enumerate().take(NAMED) {
        let tail: Vec<&str> = name.rsplit('/').take(3).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        legend.push(entry(format!("{} {}", i + 1, tail.join("/")), &tint(i)));
    }
    let rank = |all: &[Estimate], factor: f64| -> Vec<Curve> {
        (0..all.len())
            .map(|i| barred(&[i as f64 + 1.0], &all[i..=i], factor, &tint(i), false))
            .collect()
    };
    let mut put = |symbol: &str, unit: &str, curves: Vec<Curve>, log: bool| {
        let (low, high) = range(&curves, |p| p.y, log);
        let low = if log {
            low.max(1e-6 * high)
        } else {
            low.min(0.0)
        };
        panels.push(Panel {
            x: Axis::new("rank", "", false, (1.0, n.max(2) as f64), false),
            y: Axis::new(symbol, unit, log, (low, high), false),
            curves,
        });
    };
    put("zT", "", rank(&merit, 1.0), true);
    put("S²σ", "mW m^{−1} K^{−2}", rank(&power, 1e3), true);
    put("share of bound", "", rank(&share, 1.0), false);
    let mut curves: Vec<Curve> = (0..n)
        .map(|i| barred(&[alpha[i].value], &merit[i..=i], 1.0, &tint(i), false))
        .collect();
    let xs = decades(range(&curves, |p| p.x, true));
    let (low, high) = range(&curves, |p| p.y, true);
    curves.push(box_curve(xs, &grey));
    legend.push(entry("bound of constant channels", &grey));
    let top = range(&curves, |p| p.y, true).1;
    panels.push(Panel {
        x: Axis::new("αA", "", true, xs, true),
        y: Axis::new("zT", "", true, (low.max(1e-6 * high), top), false),
        curves,
    });
    Ok((panels, legend))
}
