//! The figure of maps and sections.

use super::NAMES;
use crate::elastic::{FocusMap, Section};
use crate::report::figure::colour;
use std::fmt::Write;

/// Side of a panel and its margins, in units of 1/96 inch.
const PANEL: f64 = 300.0;
const MARGIN: f64 = 30.0;
const HEADER: f64 = 34.0;
const FOOTER: f64 = 40.0;
/// Intensities beyond this are drawn alike.
const BRIGHTEST: f64 = 8.0;
/// Colours of the scale.
const COLOURS: usize = 64;

/// What the maps of a file's branches are called.
const BRANCHES: [&str; 3] = ["branch 1", "branch 2", "branch 3"];

/// Three maps, above a section of the slowness and of the wave surface. A file's branches (the maps are of their heat) have a bar of the
/// slowness, the largest as a share; elastic waves have none. Colours of the maps are numbers, and stand in styles, which
/// [`dark`](crate::report::figure::dark) leaves alone.
pub fn focusing_svg(map: &FocusMap, cut: &Section, axis: [f64; 3], bar: Option<f64>) -> String {
    let width = 3.0 * PANEL + 4.0 * MARGIN;
    let height = 2.0 * (PANEL + HEADER) + FOOTER + MARGIN;
    let (names, what) = match bar {
        None => (NAMES, "Energy"),
        Some(_) => (BRANCHES, "Heat"),
    };
    let mut s = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"sans-serif\" font-size=\"13\" fill=\"#000000\">\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n"
    );
    for (m, name) in names.iter().enumerate() {
        let (x, y) = (MARGIN + m as f64 * (PANEL + MARGIN), HEADER);
        let _ = writeln!(
            s,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{name}</text>",
            x + PANEL / 2.0,
            y - 10.0
        );
        let (cx, cy, r) = (x + PANEL / 2.0, y + PANEL / 2.0, PANEL / 2.0);
        let _ = writeln!(
            s,
            "<clipPath id=\"map{m}\"><circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"{r:.1}\"/></clipPath><g clip-path=\"url(#map{m})\">"
        );
        pixels(&mut s, &map.intensity[m], map.side, x, y);
        s += "</g>\n";
        let _ = writeln!(
            s,
            "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"{r:.1}\" fill=\"none\" stroke=\"#333333\"/>"
        );
    }
    scale(&mut s, MARGIN, HEADER + PANEL + 10.0);
    let axis = format!("({}, {}, {})", axis[0], axis[1], axis[2]);
    let _ = writeln!(
        s,
        "<text x=\"{:.1}\" y=\"{:.1}\">{what} per solid angle over an isotropic medium’s, around {axis}; equal areas</text>",
        MARGIN + 290.0,
        HEADER + PANEL + 22.0
    );
    let top = HEADER + PANEL + FOOTER + HEADER;
    let slowness = |m: usize| -> Vec<[f64; 2]> {
        let polar = cut.angle.iter().zip(&cut.slowness[m]);
        polar
            .map(|(a, r)| [1e3 * r * a.cos(), 1e3 * r * a.sin()])
            .collect()
    };
    let velocity = |m: usize| -> Vec<[f64; 2]> {
        cut.velocity[m]
            .iter()
            .map(|v| v.map(|x| 1e-3 * x))
            .collect()
    };
    let one = [0, 1, 2].map(slowness);
    let two = [0, 1, 2].map(velocity);
    curves(
        &mut s,
        &one,
        MARGIN,
        top,
        &format!("slowness across {axis}, s/km"),
    );
    curves(
        &mut s,
        &two,
        2.0 * MARGIN + PANEL,
        top,
        &format!("group velocity across {axis}, km/s"),
    );
    for (m, name) in names.iter().enumerate() {
        if cut.slowness[m].is_empty() {
            continue;
        }
        let (x, y) = (
            3.0 * MARGIN + 2.0 * PANEL + 20.0,
            top + 40.0 + 24.0 * m as f64,
        );
        let _ = writeln!(
            s,
            "<line x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{}\" stroke-width=\"2\"/><text x=\"{:.1}\" y=\"{y:.1}\">{name}</text>",
            y - 4.0,
            x + 26.0,
            y - 4.0,
            colour(m, 3),
            x + 34.0
        );
    }
    if let Some(bar) = bar {
        let x = 3.0 * MARGIN + 2.0 * PANEL + 20.0;
        for (line, words) in [
            "for q → 0, extrapolated from".to_owned(),
            "the points around Γ".to_owned(),
            format!("bars of the slowness: at most {:.2} %", 100.0 * bar),
        ]
        .iter()
        .enumerate()
        {
            let _ = writeln!(
                s,
                "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"12\">{words}</text>",
                top + 130.0 + 18.0 * line as f64
            );
        }
    }
    s += "</svg>\n";
    s
}

fn shade(intensity: f64) -> usize {
    // The square root opens the dark side.
    let x = (intensity / BRIGHTEST).clamp(0.0, 1.0).sqrt();
    (x * (COLOURS - 1) as f64).round() as usize
}

/// Pixels of one colour in a row are one rectangle.
fn pixels(s: &mut String, all: &[f64], side: usize, x0: f64, y0: f64) {
    let step = PANEL / side as f64;
    for (row, line) in all.chunks_exact(side).enumerate() {
        let mut from = 0;
        while from < side {
            if !line[from].is_finite() {
                from += 1;
                continue;
            }
            let own = shade(line[from]);
            let mut to = from + 1;
            while to < side && line[to].is_finite() && shade(line[to]) == own {
                to += 1;
            }
            // Upwards is the second axis; a little overlap hides seams.
            let y = y0 + PANEL - (row + 1) as f64 * step;
            let _ = writeln!(
                s,
                "<rect x=\"{:.2}\" y=\"{y:.2}\" width=\"{:.2}\" height=\"{:.2}\" style=\"fill:{}\"/>",
                x0 + from as f64 * step,
                (to - from) as f64 * step + 0.3,
                step + 0.3,
                colour(own, COLOURS)
            );
            from = to;
        }
    }
}

fn scale(s: &mut String, x: f64, y: f64) {
    let step = 200.0 / COLOURS as f64;
    for i in 0..COLOURS {
        let _ = writeln!(
            s,
            "<rect x=\"{:.2}\" y=\"{y:.1}\" width=\"{:.2}\" height=\"12\" style=\"fill:{}\"/>",
            x + 20.0 + i as f64 * step,
            step + 0.3,
            colour(i, COLOURS)
        );
    }
    for tick in [0.0, 1.0, 2.0, 4.0, 8.0] {
        let at = x + 20.0 + 200.0 * (tick / BRIGHTEST).sqrt();
        let more = if tick == BRIGHTEST { "≥" } else { "" };
        let _ = writeln!(
            s,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\">{more}{tick}</text>",
            y + 25.0
        );
    }
}

/// Closed curves around a cross, with ticks.
fn curves(s: &mut String, all: &[Vec<[f64; 2]>; 3], x0: f64, y0: f64, title: &str) {
    let far = all
        .iter()
        .flatten()
        .flatten()
        .filter(|x| x.is_finite())
        .fold(0.0, |m: f64, x| m.max(x.abs()));
    let power = 10f64.powf(far.max(1e-12).log10().floor());
    let tick = [0.1, 0.2, 0.5, 1.0, 2.0]
        .iter()
        .map(|f| f * power)
        .find(|t| far / t <= 4.5)
        .unwrap_or(2.0 * power);
    let reach = 1.08 * far;
    let (cx, cy) = (x0 + PANEL / 2.0, y0 + PANEL / 2.0);
    let unit = PANEL / 2.0 / reach;
    let _ = writeln!(
        s,
        "<text x=\"{cx:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{title}</text>",
        y0 - 10.0
    );
    let _ = writeln!(
        s,
        "<path d=\"M{x0:.1} {cy:.1}h{PANEL:.1}M{cx:.1} {y0:.1}v{PANEL:.1}\" stroke=\"#B0B0B0\" fill=\"none\"/>"
    );
    let mut at = tick;
    while at < reach {
        let _ = writeln!(
            s,
            "<path d=\"M{:.1} {:.1}v8\" stroke=\"#777777\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\" text-anchor=\"middle\">{}</text>",
            cx + at * unit,
            cy - 4.0,
            cx + at * unit,
            cy + 17.0,
            (at * 1e6).round() / 1e6
        );
        at += tick;
    }
    for (m, curve) in all.iter().enumerate() {
        let mut path = String::new();
        let mut open = false;
        for p in curve.iter().chain(curve.first()) {
            if !(p[0].is_finite() && p[1].is_finite()) {
                open = false;
                continue;
            }
            let _ = write!(
                path,
                "{}{:.2} {:.2}",
                if open { "L" } else { "M" },
                cx + p[0] * unit,
                cy - p[1] * unit
            );
            open = true;
        }
        let _ = writeln!(
            s,
            "<path d=\"{path}\" stroke=\"{}\" stroke-width=\"1.6\" fill=\"none\"/>",
            colour(m, 3)
        );
    }
}
