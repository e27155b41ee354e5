//! Pixels from a figure's SVG.

use crate::error::{Error, Result};
use resvg::{tiny_skia, usvg};
use std::sync::Arc;

/// DejaVu Sans, cut down to the letters that figures need.
const FONT: &[u8] = include_bytes!("sans.ttf");
/// Pixels per unit of 1/96 inch: 288 dots per inch.
const SCALE: f32 = 3.0;

/// A PNG of an SVG of this program, at three pixels per unit.
///
/// # Errors
/// [`Error::BadOption`] for a size that cannot be drawn, [`Error::Internal`] for an SVG that cannot be read (a defect).
pub fn png(svg: &str) -> Result<Vec<u8>> {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        font_family: "DejaVu Sans".into(),
        ..usvg::Options::default()
    };
    let defect = |what: String| Error::Internal(format!("figure: {what}"));
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| defect(e.to_string()))?;
    let pixels = |x: f32| (x * SCALE).round() as u32;
    let (width, height) = (pixels(tree.size().width()), pixels(tree.size().height()));
    let mut image = tiny_skia::Pixmap::new(width, height).ok_or_else(|| {
        Error::bad_option(
            "--size",
            format!("a figure of {width}×{height} pixels cannot be drawn"),
            "give a smaller one, such as 480x360",
        )
    })?;
    let scale = tiny_skia::Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, scale, &mut image.as_mut());
    image.encode_png().map_err(|e| defect(e.to_string()))
}
