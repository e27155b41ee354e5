//! The figure of a page: panels that stand side by side where there is room, and what they say in words.

use crate::error::Result;
#[cfg(feature = "figures")]
use crate::io::polygons::base64;
use crate::io::results::ResultFile;
use crate::report::figure::{
    Axis, Figure, Panel, Point, Selection, compose, has_marks, html, key, panels, plain,
};
use crate::report::orbits::orbits_figure;
#[cfg(feature = "figures")]
use crate::report::surface::{View, surface_png};

/// Size of a panel, in units of 1/96 inch.
const PANEL: (f64, f64) = (460.0, 360.0);

/// The figure; nothing where there is none to draw.
///
/// # Errors
/// As [`compose`].
pub fn figure(file: &ResultFile) -> Result<String> {
    match file.kind() {
        "surface" => return surface(file),
        "orbits" => return orbits(file),
        _ => {}
    }
    let Some(figure) = compose(file, &Selection::default(), PANEL)? else {
        return Ok(String::new());
    };
    let keys = figure.legend.iter().map(|entry| {
        let marked = has_marks(&figure, &entry.style);
        let (line, text) = (key(&entry.style, marked), html(&entry.text));
        format!("<li>{line}<span>{text}</span></li>")
    });
    let keys: String = keys.collect();
    let keys = match keys.is_empty() {
        true => String::new(),
        false => format!("<ul class=\"keys\">{keys}</ul>\n"),
    };
    let drawn: String = panels(&figure, words).concat();
    let mut caption = caption(&figure);
    if file.kind() == "zt" {
        caption += "<figcaption>Between the upright lines of the first panel is the window of useful energies.</figcaption>\n";
    }
    Ok(format!(
        "<figure>\n{keys}<div class=\"panels\">\n{drawn}</div>\n{caption}</figure>\n"
    ))
}

/// Frequencies over the field's angle, or in one direction the orbits in their planes.
fn orbits(file: &ResultFile) -> Result<String> {
    let drawn = orbits_figure(file)?.replacen(
        "<svg ",
        "<svg role=\"img\" aria-label=\"extremal orbits of each band; the table below has their frequencies and masses\" ",
        1,
    );
    Ok(format!(
        "<figure>\n<div class=\"panels\">\n{drawn}</div>\n</figure>\n"
    ))
}

/// A surface in the colours of its speeds, for either scheme.
#[cfg(feature = "figures")]
fn surface(file: &ResultFile) -> Result<String> {
    let view = View::read(file, None)?;
    let picture = |on_dark| -> Result<String> {
        let pixels = base64(&surface_png(&view, on_dark)?);
        Ok(format!("data:image/png;base64,{pixels}"))
    };
    Ok(format!(
        "<figure>\n<picture><source media=\"(prefers-color-scheme:dark)\" srcset=\"{}\"><img src=\"{}\" alt=\"the surface in the first \
         Brillouin zone, in colours of its property\"></picture>\n<figcaption>The surface within the first Brillouin zone; the scale below it says \
         what the colours are.</figcaption>\n</figure>\n",
        picture(true)?,
        picture(false)?
    ))
}

#[cfg(not(feature = "figures"))]
fn surface(_: &ResultFile) -> Result<String> {
    Ok(String::new())
}

/// Every point that is drawn.
fn points(panel: &Panel) -> impl Iterator<Item = &Point> {
    let all = panel.curves.iter().flat_map(|c| &c.points);
    all.filter(|p| p.x.is_finite() && p.y.is_finite())
}

/// What the marks of the figure mean.
fn caption(figure: &Figure) -> String {
    let any = |what: fn(&Point, &Panel) -> bool| {
        let in_panel = |panel: &Panel| points(panel).any(|p| what(p, panel));
        figure.panels.iter().any(in_panel)
    };
    let mut sentences = Vec::new();
    if any(|p, _| p.bar.0 > 0.0 || p.bar.1 > 0.0) {
        sentences.push(
            "Shading and whiskers are the error bar of each value, the ± of the table below: the exact value for these bands is \
             expected within.",
        );
    }
    let outside = |p: &Point, panel: &Panel| {
        let beyond = |y: f64| !(-1e-6..=1.0 + 1e-6).contains(&panel.y.place(y));
        beyond(p.y - p.bar.0) || beyond(p.y + p.bar.1)
    };
    if any(outside) {
        sentences.push("Where they leave a frame they are wider than is shown.");
    }
    let mut curves = figure.panels.iter().flat_map(|p| &p.curves);
    if curves.any(|c| c.style.dashed) {
        sentences.push("Broken lines: the legend says of what.");
    }
    match sentences.is_empty() {
        true => String::new(),
        false => format!("<figcaption>{}</figcaption>\n", sentences.join(" ")),
    }
}

/// A panel for those who do not see it: its axes, its curves, and the range of its values.
fn words(panel: &Panel) -> String {
    let (x, y) = (named(&panel.x), named(&panel.y));
    let (low, high) = points(panel).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| {
        (l.min(p.y), h.max(p.y))
    });
    let against = match x.is_empty() {
        true => String::new(),
        false => format!(" against {x}"),
    };
    let curves = match panel.curves.len() {
        1 => "one curve".to_owned(),
        n => format!("{n} curves"),
    };
    match low <= high {
        true => format!("{y}{against}: {curves}, from {low:.4e} to {high:.4e}, with error bars"),
        false => format!("{y}{against}: nothing that is defined"),
    }
}

/// Symbol and unit of an axis, whatever power of ten its labels have.
fn named(axis: &Axis) -> String {
    match axis.unit.is_empty() {
        true => plain(&axis.symbol),
        false => format!("{} ({})", plain(&axis.symbol), plain(&axis.unit)),
    }
}
