//! A plain frame for curves and points: axes with round numbers.

use std::fmt::Write;

pub(super) const WIDTH: f64 = 720.0;
pub(super) const HEIGHT: f64 = 480.0;
pub(super) const LEFT: f64 = 74.0;
pub(super) const RIGHT: f64 = 130.0;
pub(super) const TOP: f64 = 34.0;
pub(super) const BOTTOM: f64 = 52.0;
/// Colours of bands, distinct also without colour vision.
pub(super) const COLOURS: [&str; 6] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
];

/// The beginning of an SVG; it ends with `</svg>`.
pub(super) fn head() -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"13\" fill=\"#000000\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n"
    )
}

/// Round numbers within a range.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let raw = (high - low) / 5.0;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .iter()
        .map(|m| m * power)
        .find(|s| *s >= raw)
        .unwrap_or(power);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// Draws axes of the ranges `x` and `y`, and tells where a point of the figure lies.
pub(super) fn axes(
    s: &mut String,
    x: (f64, f64),
    y: (f64, f64),
    labels: (&str, &str),
) -> impl Fn(f64, f64) -> (f64, f64) + use<> {
    let (w, h) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let to = move |a: f64, b: f64| {
        (
            LEFT + w * (a - x.0) / (x.1 - x.0),
            TOP + h * (1.0 - (b - y.0) / (y.1 - y.0)),
        )
    };
    let _ = writeln!(
        s,
        "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{w}\" height=\"{h}\" fill=\"none\" stroke=\"#444444\"/>"
    );
    for t in ticks(x.0, x.1) {
        let (px, _) = to(t, y.0);
        let _ = writeln!(
            s,
            "<path d=\"M{px} {} v5\" stroke=\"#444444\"/><text x=\"{px}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            TOP + h,
            TOP + h + 20.0,
            number(t)
        );
    }
    for t in ticks(y.0, y.1) {
        let (_, py) = to(x.0, t);
        let _ = writeln!(
            s,
            "<path d=\"M{LEFT} {py} h-5\" stroke=\"#444444\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 9.0,
            py + 4.5,
            number(t)
        );
    }
    let _ = writeln!(
        s,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text><text transform=\"translate(18 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        LEFT + w / 2.0,
        HEIGHT - 10.0,
        labels.0,
        TOP + h / 2.0,
        labels.1
    );
    to
}

fn number(t: f64) -> String {
    let text = format!("{t:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" => "0".into(),
        text => text.replace('-', "−"),
    }
}
