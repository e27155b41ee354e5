//! Pixels from a figure's SVG.

use crate::error::{Error, Result};
use resvg::{tiny_skia, usvg};
use std::sync::Arc;

/// DejaVu Sans, cut down to the letters that figures need.
const FONT: &[u8] = include_bytes!("sans.ttf");
/// Pixels per unit of 1/96 inch: 288 dots per inch.
const SCALE: f32 = 3.0;

fn defect(what: impl ToString) -> Error {
    Error::Internal(format!("figure: {}", what.to_string()))
}

fn tree(svg: &str) -> Result<usvg::Tree> {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        font_family: "DejaVu Sans".into(),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options).map_err(defect)
}

/// Draws an SVG of this program over a picture, as wide as that.
///
/// # Errors
/// [`Error::Internal`] for an SVG that cannot be read (a defect).
pub fn over(svg: &str, image: &mut tiny_skia::Pixmap) -> Result<()> {
    let tree = tree(svg)?;
    let scale = image.width() as f32 / tree.size().width();
    let scale = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, scale, &mut image.as_mut());
    Ok(())
}

/// A PNG of an SVG of this program, at three pixels per unit.
///
/// # Errors
/// [`Error::BadOption`] for a size that cannot be drawn, [`Error::Internal`] for an SVG that cannot be read (a defect).
pub fn png(svg: &str) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
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
    let encoded = image.encode_png().map_err(defect)?;
    with_density(encoded).ok_or_else(|| defect("no PNG"))
}

/// Signature and header of a PNG, bytes; other chunks follow.
const HEADER: usize = 8 + 25;
/// Pixels per metre, 288 per inch.
const PER_METRE: u32 = (SCALE as f64 * 96.0 / 0.0254) as u32;

/// A PNG that says how large it is (pHYs), so that programs show it at the size of its SVG.
fn with_density(png: Vec<u8>) -> Option<Vec<u8>> {
    let (header, rest) = png.split_at_checked(HEADER)?;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(PER_METRE.to_be_bytes());
    chunk.extend(PER_METRE.to_be_bytes());
    // The unit is the metre.
    chunk.push(1);
    let mut sum = flate2::Crc::new();
    sum.update(&chunk);
    let length = (chunk.len() as u32 - 4).to_be_bytes();
    Some([header, &length, &chunk, &sum.sum().to_be_bytes(), rest].concat())
}
