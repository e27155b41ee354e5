//! Figures: panels of curves with shaded error bands, as SVG, and as PNG from the same SVG.
//!
//! Positions, ticks and text are laid out here and written as plain SVG shapes; `resvg` turns them into pixels with the font
//! that lies beside this file, so that machines without any font draw the same. (`plotters` was looked at first: its SVG has
//! whole pixels only and neither sub- nor superscripts, and its bitmaps have no smooth lines.)

mod axis;
mod component;
mod compose;
mod dark;
mod defaults;
mod draw;
mod legend;
mod markup;
mod merit;
mod notation;
#[cfg(feature = "figures")]
mod png;
mod select;

pub use axis::Axis;
pub use component::{Estimate, conducting_directions, estimates};
pub use compose::{MOST_CURVES, compose, overlaid};
pub use dark::{dark, dark_rules};
pub use draw::{has_marks, key, panels, svg};
pub use markup::{escape, html, plain};
pub use notation::{edits, find, notation};
#[cfg(feature = "figures")]
pub use png::{over, png};
pub use select::{Against, Selection, drawable};

/// Colours that the colour-blind can tell apart, dark on white, for up to seven curves (Okabe and Ito's, without yellow).
const DISTINCT: [&str; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000",
];

/// Ends and middle of a scale for more curves than that: viridis, without its yellow end.
const SCALE: [[f64; 3]; 5] = [
    [68.0, 1.0, 84.0],
    [59.0, 82.0, 139.0],
    [33.0, 145.0, 140.0],
    [94.0, 201.0, 98.0],
    [190.0, 220.0, 40.0],
];

/// The colour of curve `i` of `n`.
pub fn colour(i: usize, n: usize) -> String {
    if n <= DISTINCT.len() {
        return DISTINCT[i % DISTINCT.len()].to_owned();
    }
    let place = i as f64 / (n - 1) as f64 * (SCALE.len() - 1) as f64;
    let k = (place.floor() as usize).min(SCALE.len() - 2);
    let mixed = |c: usize| {
        let part = place - k as f64;
        (SCALE[k][c] * (1.0 - part) + SCALE[k + 1][c] * part).round() as u8
    };
    format!("#{:02X}{:02X}{:02X}", mixed(0), mixed(1), mixed(2))
}

/// A point with its bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Abscissa.
    pub x: f64,
    /// Ordinate.
    pub y: f64,
    /// Error bar of the ordinate, downwards and upwards; 0 for none.
    pub bar: (f64, f64),
}

/// How a curve looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// `#rrggbb`.
    pub colour: String,
    /// Broken instead of solid.
    pub dashed: bool,
}

/// A curve; points that are not finite part it.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Points in the order of drawing.
    pub points: Vec<Point>,
    /// Look.
    pub style: Style,
    /// Whether points are joined.
    pub joined: bool,
}

/// A line of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it says; `_{…}` and `^{…}` are set lower and higher.
    pub text: String,
    /// The look it explains.
    pub style: Style,
}

/// Axes with curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Abscissa.
    pub x: Axis,
    /// Ordinate.
    pub y: Axis,
    /// Curves.
    pub curves: Vec<Curve>,
}

/// Panels in rows of two, under one legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Panels.
    pub panels: Vec<Panel>,
    /// Legend.
    pub legend: Vec<Entry>,
    /// Width and height of a panel, in units of 1/96 inch.
    pub panel_size: (f64, f64),
    /// How many curves a panel would have, where there are more than can be told apart and some were left out.
    pub thinned: Option<usize>,
}
