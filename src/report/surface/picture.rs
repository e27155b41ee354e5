//! A picture of a surface, drawn without a screen: a depth buffer, one light, and the zone's edges.

use super::colours::colour;
use super::legend::{STRIP, WIDTH, framed, legend};
use super::view::View;
use crate::error::{Error, Result};
use crate::io::polygons::base64;
use crate::report::figure::over;
use crate::surface::vector::{Vector, cross, dot, norm, unit};
use resvg::tiny_skia;

/// Pixels of the picture's side, and how many of the drawing make one.
const SIDE: usize = 900;
const FINER: usize = 2;
/// How far curves are drawn in front of the surface, as a share of the picture's side.
const LIFT: f64 = 0.004;
/// Where it is looked from.
const EYE: Vector = [0.78, -0.52, 0.42];

struct Canvas {
    side: usize,
    depth: Vec<f32>,
    colour: Vec<[f32; 3]>,
}

impl Canvas {
    fn put(&mut self, x: usize, y: usize, z: f32, c: [f32; 3]) {
        let at = y * self.side + x;
        if z > self.depth[at] {
            self.depth[at] = z;
            self.colour[at] = c;
        }
    }
}

/// Colours beside the surface's own.
struct Inks {
    paper: [u8; 3],
    edges: [f32; 3],
    letters: &'static str,
}

impl Inks {
    fn paper_share(&self) -> [f32; 3] {
        self.paper.map(|c| f32::from(c) / 255.0)
    }
}

/// A PNG of the surface with the scale of its colours.
///
/// # Errors
/// [`Error::Internal`] where the picture cannot be encoded (a defect).
pub fn surface_png(view: &View, on_dark: bool) -> Result<Vec<u8>> {
    let square = draw(view, on_dark)?;
    let height = SIDE as f64 * (1.0 + STRIP / WIDTH);
    let mut image =
        tiny_skia::Pixmap::new(SIDE as u32, height.round() as u32).ok_or_else(defect)?;
    let inks = inks(on_dark);
    let [r, g, b] = inks.paper_share();
    image.fill(tiny_skia::Color::from_rgba(r, g, b, 1.0).ok_or_else(defect)?);
    let all = image.data_mut();
    all[..square.data().len()].copy_from_slice(square.data());
    over(
        &framed(&legend(view, inks.letters), inks.letters),
        &mut image,
    )?;
    encoded(&image)
}

/// The same as an SVG, the surface a picture in it.
///
/// # Errors
/// As [`surface_png`].
pub fn surface_svg(view: &View, on_dark: bool) -> Result<String> {
    let square = base64(&encoded(&draw(view, on_dark)?)?);
    let Inks { paper, letters, .. } = inks(on_dark);
    let [r, g, b] = paper;
    let elements = format!(
        "<rect width=\"100%\" height=\"100%\" fill=\"#{r:02x}{g:02x}{b:02x}\"/>\n<image width=\"{WIDTH}\" height=\"{WIDTH}\" href=\"data:image/png;base64,{square}\"/>\n{}",
        legend(view, letters)
    );
    Ok(framed(&elements, letters))
}

fn inks(on_dark: bool) -> Inks {
    match on_dark {
        false => Inks {
            paper: [0xFF; 3],
            edges: [0.25; 3],
            letters: "#222222",
        },
        // Those of dark figures.
        true => Inks {
            paper: [0x14, 0x17, 0x1C],
            edges: [0.7; 3],
            letters: "#E4E6EB",
        },
    }
}

fn defect() -> Error {
    Error::Internal("picture of a surface".into())
}

fn encoded(image: &tiny_skia::Pixmap) -> Result<Vec<u8>> {
    let found = image.encode_png();
    found.map_err(|e| Error::Internal(format!("picture of a surface: {e}")))
}

/// The surface and the zone, square.
fn draw(view: &View, on_dark: bool) -> Result<tiny_skia::Pixmap> {
    let inks = inks(on_dark);
    let towards = unit(EYE);
    let right = unit(cross([0.0, 0.0, 1.0], towards));
    let up = cross(towards, right);
    let reach = view
        .edges
        .iter()
        .flatten()
        .map(|k| norm(*k))
        .fold(1e-9, f64::max);
    let side = SIDE * FINER;
    let unit_pixels = 0.47 * side as f64 / reach;
    let project = |k: Vector| {
        let x = 0.5 * side as f64 + unit_pixels * dot(k, right);
        let y = 0.5 * side as f64 - unit_pixels * dot(k, up);
        [x, y, unit_pixels * dot(k, towards)]
    };
    let mut canvas = Canvas {
        side,
        depth: vec![f32::MIN; side * side],
        colour: vec![inks.paper_share(); side * side],
    };
    let light = unit([0.3, -0.9, 0.8]);
    let (low, high) = view.ranges.first().copied().unwrap_or((0.0, 1.0));
    let p = &view.polygons;
    let values = p.fields.first().map(|f| &f.2);
    for t in &p.triangles {
        let corners = t.map(|i| project(p.points[i as usize].map(f64::from)));
        let shades = t.map(|i| {
            let n = p.normals[i as usize].map(f64::from);
            // Both sides are lit.
            let diffuse = dot(n, light).abs() * 0.62 + dot(n, towards).abs() * 0.22 + 0.2;
            let value = values.map_or(0.5, |v| {
                (f64::from(v[i as usize]) - low) / (high - low).max(f64::MIN_POSITIVE)
            });
            colour(value).map(|c| (c * diffuse).min(1.0))
        });
        fill(&mut canvas, corners, shades);
    }
    for [a, b] in &view.edges {
        stroke(&mut canvas, project(*a), project(*b), 2, inks.edges);
    }
    for line in &view.lines {
        // Curves lie on the surface, and are drawn a little in front of it.
        let nearer = |k: Vector| {
            let [x, y, z] = project(k);
            [x, y, z + LIFT * side as f64]
        };
        for [a, b] in &line.pieces {
            let colour = line.colour.map(|c| c as f32);
            stroke(&mut canvas, nearer(*a), nearer(*b), 6, colour);
        }
    }
    let mut image = tiny_skia::Pixmap::new(SIDE as u32, SIDE as u32).ok_or_else(defect)?;
    for (at, pixel) in image.data_mut().chunks_exact_mut(4).enumerate() {
        let (x, y) = (at % SIDE * FINER, at / SIDE * FINER);
        let mut sum = [0.0f32; 3];
        for i in 0..FINER * FINER {
            let c = canvas.colour[(y + i / FINER) * side + x + i % FINER];
            (0..3).for_each(|a| sum[a] += c[a]);
        }
        for a in 0..3 {
            pixel[a] = (255.0 * sum[a] / (FINER * FINER) as f32).round() as u8;
        }
        pixel[3] = 255;
    }
    Ok(image)
}

/// A line `width` pixels wide.
fn stroke(canvas: &mut Canvas, a: [f64; 3], b: [f64; 3], width: i64, colour: [f32; 3]) {
    let longest = (b[0] - a[0]).abs().max((b[1] - a[1]).abs());
    let steps = (longest * 2.0).ceil().max(1.0);
    for i in 0..=steps as usize {
        let s = i as f64 / steps;
        let at = [0, 1, 2].map(|c| a[c] + s * (b[c] - a[c]));
        for d in 0..width * width {
            let (dx, dy) = (d % width - (width - 1) / 2, d / width - (width - 1) / 2);
            let (x, y) = (at[0] as i64 + dx, at[1] as i64 + dy);
            let inside = 0..canvas.side as i64;
            if inside.contains(&x) && inside.contains(&y) {
                canvas.put(x as usize, y as usize, at[2] as f32, colour);
            }
        }
    }
}

fn fill(canvas: &mut Canvas, p: [[f64; 3]; 3], shades: [[f64; 3]; 3]) {
    let area =
        (p[1][0] - p[0][0]) * (p[2][1] - p[0][1]) - (p[2][0] - p[0][0]) * (p[1][1] - p[0][1]);
    if area.abs() < 1e-12 {
        return;
    }
    let bound = |a: usize, pick: fn(f64, f64) -> f64| pick(pick(p[0][a], p[1][a]), p[2][a]);
    let limit = canvas.side as f64 - 1.0;
    let [x0, y0] = [0, 1].map(|a| bound(a, f64::min).floor().clamp(0.0, limit) as usize);
    let [x1, y1] = [0, 1].map(|a| bound(a, f64::max).ceil().clamp(0.0, limit) as usize);
    for y in y0..=y1 {
        for x in x0..=x1 {
            let (cx, cy) = (x as f64 + 0.5, y as f64 + 0.5);
            let edge = |i: usize, j: usize| {
                ((p[j][0] - p[i][0]) * (cy - p[i][1]) - (p[j][1] - p[i][1]) * (cx - p[i][0])) / area
            };
            let w = [edge(1, 2), edge(2, 0), edge(0, 1)];
            if w.iter().any(|w| *w < -1e-9) {
                continue;
            }
            let z = (0..3).map(|i| w[i] * p[i][2]).sum::<f64>();
            let c = [0, 1, 2].map(|a| (0..3).map(|i| w[i] * shades[i][a]).sum::<f64>() as f32);
            canvas.put(x, y, z as f32, c);
        }
    }
}
