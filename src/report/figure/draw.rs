//! A figure as SVG.

use super::axis::{Axis, Tick};
use super::markup::{escape, tspans, width};
use super::{Curve, Entry, Figure, Panel, Point, Style};
use std::fmt::Write;

/// Font sizes of tick labels and of titles, in units of 1/96 inch.
const SMALL: f64 = 13.0;
const LARGE: f64 = 14.5;
/// Room left, right, above and below a panel's frame.
const MARGIN: (f64, f64, f64, f64) = (74.0, 16.0, 10.0, 50.0);
/// Lengths of long and short ticks, which point inwards.
const LONG: f64 = 6.0;
const SHORT: f64 = 3.5;
/// Curves of at most so many points have them marked.
pub const MARKED: usize = 24;
/// A legend's line, and the piece of curve in it.
const LINE: f64 = 20.0;
const SAMPLE: f64 = 26.0;
const GAP: f64 = 18.0;

/// A panel's frame on the page.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// The figure as a complete SVG document. Fonts are named generically, nothing outside the document is referred to.
pub fn svg(figure: &Figure) -> String {
    let columns = figure.panels.len().clamp(1, 2);
    let rows = figure.panels.len().div_ceil(columns);
    let (wide, high) = figure.panel_size;
    let page = wide * columns as f64;
    let (legend, legend_height) = legend(figure, page);
    let mut s = opened((page, high * rows as f64 + legend_height), "");
    s += &legend;
    for (i, panel) in figure.panels.iter().enumerate() {
        let corner = (
            wide * (i % columns) as f64,
            legend_height + high * (i / columns) as f64,
        );
        draw(&mut s, panel, frame(corner, figure.panel_size), i);
    }
    s + "</svg>\n"
}

/// Each panel as an element of a page that lays them out itself, with what it shows in words for those who do not see it.
pub fn panels(figure: &Figure, words: impl Fn(&Panel) -> String) -> Vec<String> {
    let one = |(i, panel): (usize, &Panel)| {
        let label = format!(" role=\"img\" aria-label=\"{}\"", escape(&words(panel)));
        let mut s = opened(figure.panel_size, &label);
        draw(&mut s, panel, frame((0.0, 0.0), figure.panel_size), i);
        s + "</svg>\n"
    };
    figure.panels.iter().enumerate().map(one).collect()
}

/// Whether points of the curves of this look are marked, which the legend then shows, too; of a look that no curve has, those of any.
pub fn has_marks(figure: &Figure, style: &Style) -> bool {
    let curves = || figure.panels.iter().flat_map(|p| &p.curves);
    let own = curves().any(|c| c.style == *style);
    curves().any(|c| c.points.len() <= MARKED && (!own || c.style == *style))
}

/// The line of the legend that explains a look, as an element of a page.
pub fn key(style: &Style, marked: bool) -> String {
    let mut s = format!(
        "<svg width=\"{SAMPLE}\" height=\"10\" viewBox=\"0 0 {SAMPLE} 10\" aria-hidden=\"true\">"
    );
    sample(&mut s, (0.0, 5.0), style, (2.4, marked));
    s.trim_end().to_owned() + "</svg>"
}

/// The beginning of a drawing of this size, on white.
fn opened((wide, high): (f64, f64), attributes: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide:.0}\" height=\"{high:.0}\" \
         viewBox=\"0 0 {wide:.0} {high:.0}\" font-family=\"sans-serif\" fill=\"#000000\"{attributes}>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n"
    )
}

/// The frame of a panel of this size with its upper left corner here.
fn frame((x, y): (f64, f64), (wide, high): (f64, f64)) -> Frame {
    let (left, right, above, below) = MARGIN;
    Frame {
        left: x + left,
        top: y + above,
        width: wide - left - right,
        height: high - above - below,
    }
}

/// The legend above the panels, in as many lines as it needs, and its height.
fn legend(figure: &Figure, page: f64) -> (String, f64) {
    let entries = &figure.legend[..];
    if entries.is_empty() {
        return (String::new(), 0.0);
    }
    let long = |e: &Entry| SAMPLE + 6.0 + width(&e.text, SMALL) + GAP;
    let room = page - MARGIN.0 - MARGIN.1;
    let column = entries.iter().map(long).fold(0.0, f64::max);
    let columns = ((room + GAP) / column).floor().max(1.0) as usize;
    let mut s = String::new();
    for (i, entry) in entries.iter().enumerate() {
        let x = MARGIN.0 + column * (i % columns) as f64;
        let y = 16.0 + LINE * (i / columns) as f64;
        let marked = has_marks(figure, &entry.style);
        sample(&mut s, (x, y), &entry.style, (1.8, marked));
        let (x, y) = (x + SAMPLE + 6.0, y + 0.36 * SMALL);
        text(&mut s, &entry.text, (x, y), SMALL, "start", None);
    }
    (s, 10.0 + LINE * entries.len().div_ceil(columns) as f64)
}

/// A piece of a curve, with a point in its middle where points are marked.
fn sample(s: &mut String, (x, y): (f64, f64), style: &Style, (width, marked): (f64, bool)) {
    line(s, &[(x, y), (x + SAMPLE, y)], style, width);
    if marked {
        mark(s, (x + 0.5 * SAMPLE, y), style);
    }
}

fn draw(s: &mut String, panel: &Panel, f: Frame, number: usize) {
    let at = |p: &Point, y: f64| {
        (
            f.left + f.width * panel.x.place(p.x),
            f.top + f.height * (1.0 - panel.y.place(y)),
        )
    };
    let _ = writeln!(
        s,
        "<clipPath id=\"panel{number}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/></clipPath>\n\
         <g clip-path=\"url(#panel{number})\">",
        f.left, f.top, f.width, f.height
    );
    let (low, high) = panel.y.range;
    if !panel.y.log && low < 0.0 && high > 0.0 {
        let y = f.top + f.height * (1.0 - panel.y.place(0.0));
        let grey = Style {
            colour: "#B0B0B0".into(),
            dashed: false,
        };
        line(s, &[(f.left, y), (f.left + f.width, y)], &grey, 0.8);
    }
    // The Fermi level, or where the abscissa counts from it, or carriers change sign.
    let (low, high) = panel.x.range;
    let zero = panel.x.fermi_level.unwrap_or(0.0);
    // Not where room was left below values that are none below zero.
    let all = panel.curves.iter().flat_map(|c| &c.points);
    let parts = panel.x.fermi_level.is_some() || all.into_iter().any(|p| p.x < 0.0);
    if parts && !panel.x.log && panel.x.names.is_empty() && low < zero && high > zero {
        let x = f.left + f.width * panel.x.place(zero);
        let grey = Style {
            colour: "#B0B0B0".into(),
            dashed: true,
        };
        line(s, &[(x, f.top), (x, f.top + f.height)], &grey, 0.8);
        if panel.x.fermi_level.is_some() {
            text(s, "E_{F}", (x + 5.0, f.top + 18.0), SMALL, "start", None);
        }
    }
    for (at, _) in &panel.x.marks {
        let x = f.left + f.width * panel.x.place(*at);
        let grey = Style {
            colour: "#B0B0B0".into(),
            dashed: false,
        };
        line(s, &[(x, f.top), (x, f.top + f.height)], &grey, 0.8);
    }
    for curve in panel.curves.iter().filter(|c| c.joined) {
        for part in pieces(curve, panel) {
            band(s, part, &curve.style, at);
        }
    }
    for curve in &panel.curves {
        for part in pieces(curve, panel) {
            let places: Vec<(f64, f64)> = part.iter().map(|p| at(p, p.y)).collect();
            if curve.joined && places.len() > 1 {
                line(s, &places, &curve.style, 1.8);
            }
            if curve.points.len() <= MARKED || places.len() == 1 {
                for (p, (x, y)) in part.iter().zip(&places) {
                    whisker(
                        s,
                        *x,
                        at(p, p.y - p.bar.0).1,
                        at(p, p.y + p.bar.1).1,
                        &curve.style,
                    );
                    mark(s, (*x, *y), &curve.style);
                }
            }
        }
    }
    s.push_str("</g>\n");
    axes(s, panel, f);
}

/// The pieces of a curve that can be drawn: finite, and positive where an axis is logarithmic.
fn pieces<'a>(curve: &'a Curve, panel: &Panel) -> Vec<&'a [Point]> {
    let usable = |v: f64, axis: &Axis| v.is_finite() && (!axis.log || v > 0.0);
    curve
        .points
        .split(|p| !(usable(p.x, &panel.x) && usable(p.y, &panel.y)))
        .filter(|part| !part.is_empty())
        .collect()
}

/// Shades what lies within the bars.
fn band(s: &mut String, part: &[Point], style: &Style, at: impl Fn(&Point, f64) -> (f64, f64)) {
    if part.len() < 2 || part.iter().all(|p| p.bar == (0.0, 0.0)) {
        return;
    }
    let upper = part.iter().map(|p| at(p, p.y + p.bar.1));
    let lower = part.iter().rev().map(|p| at(p, p.y - p.bar.0));
    let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
    let _ = writeln!(
        s,
        "<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"0.22\"/>",
        points(&outline),
        style.colour
    );
}

/// A point of a curve, hollow where the curve is dashed.
fn mark(s: &mut String, (x, y): (f64, f64), style: &Style) {
    let colour = &style.colour;
    let look = match style.dashed {
        true => format!("fill=\"#FFFFFF\" stroke=\"{colour}\" stroke-width=\"1.4\""),
        false => format!("fill=\"{colour}\""),
    };
    let _ = writeln!(s, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"2.8\" {look}/>");
}

/// A bar with ends, where it is longer than the mark upon it.
fn whisker(s: &mut String, x: f64, low: f64, high: f64, style: &Style) {
    if (low - high).abs() < 7.0 {
        return;
    }
    let solid = Style {
        dashed: false,
        ..style.clone()
    };
    line(s, &[(x, low), (x, high)], &solid, 1.2);
    for y in [low, high] {
        line(s, &[(x - 4.0, y), (x + 4.0, y)], &solid, 1.2);
    }
}

/// Frame, ticks on all sides, labels and titles.
fn axes(s: &mut String, panel: &Panel, f: Frame) {
    let black = Style {
        colour: "#000000".into(),
        dashed: false,
    };
    let (right, bottom) = (f.left + f.width, f.top + f.height);
    let _ = writeln!(
        s,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#000000\" stroke-width=\"1\"/>",
        f.left, f.top, f.width, f.height
    );
    let length = |t: &Tick| if t.label.is_some() { LONG } else { SHORT };
    for tick in panel.x.ticks(f.width) {
        let (x, l) = (f.left + f.width * panel.x.place(tick.at), length(&tick));
        line(s, &[(x, bottom), (x, bottom - l)], &black, 1.0);
        line(s, &[(x, f.top), (x, f.top + l)], &black, 1.0);
        if let Some(label) = &tick.label {
            text(s, label, (x, bottom + 17.0), SMALL, "middle", None);
        }
    }
    let mut widest: f64 = 0.0;
    for tick in panel.y.ticks(f.height) {
        let (y, l) = (
            f.top + f.height * (1.0 - panel.y.place(tick.at)),
            length(&tick),
        );
        line(s, &[(f.left, y), (f.left + l, y)], &black, 1.0);
        line(s, &[(right, y), (right - l, y)], &black, 1.0);
        if let Some(label) = &tick.label {
            widest = widest.max(width(label, SMALL));
            text(
                s,
                label,
                (f.left - 6.0, y + 0.36 * SMALL),
                SMALL,
                "end",
                None,
            );
        }
    }
    let middle = f.left + 0.5 * f.width;
    text(
        s,
        &panel.x.title(),
        (middle, bottom + 40.0),
        LARGE,
        "middle",
        None,
    );
    let place = (
        f.left - (widest + 16.0).min(MARGIN.0 - LARGE),
        f.top + 0.5 * f.height,
    );
    text(s, &panel.y.title(), place, LARGE, "middle", Some(-90.0));
}

fn points(all: &[(f64, f64)]) -> String {
    let one = |(x, y): &(f64, f64)| format!("{x:.2},{y:.2}");
    all.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn line(s: &mut String, all: &[(f64, f64)], style: &Style, width: f64) {
    let dashes = if style.dashed {
        " stroke-dasharray=\"7 4\""
    } else {
        ""
    };
    let _ = writeln!(
        s,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{dashes}/>",
        points(all),
        style.colour
    );
}

fn text(
    s: &mut String,
    content: &str,
    (x, y): (f64, f64),
    size: f64,
    anchor: &str,
    turned: Option<f64>,
) {
    let turn = turned.map_or(String::new(), |angle| {
        format!(" transform=\"rotate({angle} {x:.1} {y:.1})\"")
    });
    let _ = writeln!(
        s,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{turn}>{}</text>",
        tspans(content, size)
    );
}
