//! What is written beside the picture of a surface: the scale of its colours, and which curve is which orbit.

use super::colours::colour;
use super::view::View;
use crate::report::figure::escape;
use std::fmt::Write;

/// Width of the picture, and height of the strip below it that holds the scale; units of the SVG.
pub(super) const WIDTH: f64 = 450.0;
pub(super) const STRIP: f64 = 58.0;

/// Red, green and blue as SVG has them.
fn css(c: [f64; 3]) -> String {
    let [r, g, b] = c.map(|x| (255.0 * x).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// The elements of an SVG of [`WIDTH`] × ([`WIDTH`] + [`STRIP`]), lines and letters in the colour `ink`.
pub(super) fn legend(view: &View, ink: &str) -> String {
    let mut s = String::new();
    let (left, right, top) = (70.0, WIDTH - 70.0, WIDTH + 8.0);
    let Some((name, unit, _)) = view.polygons.fields.first() else {
        return s;
    };
    let (low, high) = view.ranges.first().copied().unwrap_or_default();
    s += "<defs><linearGradient id=\"scale\">";
    for i in 0..=8 {
        let share = f64::from(i) / 8.0;
        let _ = write!(
            s,
            "<stop offset=\"{share}\" stop-color=\"{}\"/>",
            css(colour(share))
        );
    }
    s += "</linearGradient></defs>\n";
    let _ = writeln!(
        s,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"12\" fill=\"url(#scale)\" stroke=\"{ink}\" stroke-width=\"0.6\"/>",
        right - left
    );
    for i in 0..=4 {
        let share = f64::from(i) / 4.0;
        let x = left + share * (right - left);
        let _ = writeln!(
            s,
            "<path d=\"M{x} {} v4\" stroke=\"{ink}\" stroke-width=\"0.6\"/><text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{:.2e}</text>",
            top + 12.0,
            top + 26.0,
            low + share * (high - low)
        );
    }
    let _ = writeln!(
        s,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{} in {}</text>",
        WIDTH / 2.0,
        top + 42.0,
        escape(&name.replace('_', " ")),
        escape(unit)
    );
    for (i, line) in view.lines.iter().enumerate() {
        let y = 16.0 + 13.0 * i as f64;
        let _ = writeln!(
            s,
            "<rect x=\"8\" y=\"{}\" width=\"14\" height=\"4\" fill=\"{}\" stroke=\"{ink}\" stroke-width=\"0.4\"/><text x=\"27\" y=\"{y}\">{}</text>",
            y - 6.0,
            css(line.colour),
            escape(&line.name)
        );
    }
    s
}

/// An SVG of that size that holds `elements`, letters in the colour `ink`.
pub(super) fn framed(elements: &str, ink: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{0}\" viewBox=\"0 0 {WIDTH} {0}\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"10\" fill=\"{ink}\">\n{elements}</svg>\n",
        WIDTH + STRIP
    )
}
